//! How far each type is synchronised with the portal.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, Params, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::search::Findable;
use crate::search::index;
use crate::{Store, StoreError};

/// So many changes go into the index of the search at once; more of them later.
const FEW: usize = 20;

/// What changed at the portal since a state.
#[derive(Clone, Copy, Debug)]
pub struct Changes<'a, T> {
    /// Whether these are all objects there are, so that others are gone.
    pub complete: bool,
    /// New and changed objects.
    pub changed: &'a [T],
    /// Identifiers of removed ones.
    pub removed: &'a [String],
    /// The state that it leads to; none while more is to come before there is one.
    pub state: Option<&'a str>,
}

/// A synchronised type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Procedures of the catalogue.
    Procedure,
    /// Applications of the person.
    Application,
    /// Messages on them.
    Message,
    /// Documents that answer them.
    Document,
    /// Drafts that travel.
    Draft,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Procedure => "Procedure",
            Self::Application => "Application",
            Self::Message => "Message",
            Self::Document => "Document",
            Self::Draft => "Draft",
        }
    }
}

impl Store {
    /// The state that the type is at; `None` before the first pass.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn sync_state(&self, kind: Kind) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT state FROM sync_states WHERE type = ?")?
            .query_row([kind.name()], |row| row.get(0))
            .optional()?)
    }

    /// Identifiers of the type's objects in the store that are not among these: when these are all
    /// there are, the others are gone.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn others(&self, kind: Kind, these: &[String]) -> Result<Vec<String>, StoreError> {
        let these: HashSet<&str> = these.iter().map(String::as_str).collect();
        let mut statement = self.connection.prepare(match kind {
            Kind::Procedure => "SELECT id FROM procedures WHERE NOT withdrawn",
            Kind::Application => "SELECT id FROM applications",
            Kind::Message => "SELECT id FROM messages",
            Kind::Document => "SELECT id FROM documents",
            Kind::Draft => "SELECT id FROM draft_documents WHERE known",
        })?;
        let mut rows = statement.query([])?;
        let mut others = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_str().map_err(|_| StoreError::Damaged)?;
            if !these.contains(id) {
                others.push(id.to_owned());
            }
        }
        Ok(others)
    }

    /// The objects whose JSON a query gives.
    pub(crate) fn bodies<T: DeserializeOwned>(
        &self,
        sql: &str,
        parameters: impl Params,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, |row| row.get::<_, String>(0))?;
        rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// The one object whose JSON a query gives.
    pub(crate) fn body<T: DeserializeOwned>(
        &self,
        sql: &str,
        parameters: impl Params,
    ) -> Result<T, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let body: String = statement.query_row(parameters, |row| row.get(0))?;
        Ok(serde_json::from_str(&body)?)
    }
}

/// What an object is found as, and its identifier.
pub(crate) type FoundAs<T> = (Findable, fn(&T) -> Uuid);

/// Whether an object belongs here.
pub(crate) type Takes<T> = fn(&Connection, &T) -> Result<bool, StoreError>;

/// Takes over what changed in a table whose rows go when the portal's objects go, what of it is
/// found by searching, and the state that it leads to: all of it or none.
pub(crate) fn change<T>(
    store: &mut Store,
    kind: Kind,
    table: &'static str,
    changes: &Changes<'_, T>,
    takes: Takes<T>,
    put: fn(&Connection, &T) -> Result<(), StoreError>,
    found: Option<FoundAs<T>>,
) -> Result<(), StoreError> {
    let many = changes.changed.len() + changes.removed.len() > FEW;
    let transaction = store.transaction()?;
    index::index(&transaction, |indexer| {
        if changes.complete {
            transaction
                .prepare_cached(&format!("DELETE FROM {table}"))?
                .execute([])?;
            if let Some((findable, _)) = found {
                indexer.clear(findable)?;
            }
        }
        for object in changes.changed {
            if !takes(&transaction, object)? {
                continue;
            }
            put(&transaction, object)?;
            if let Some((findable, id_of)) = found {
                indexer.put_changed(findable, &id_of(object).to_string(), many)?;
            }
        }
        for id in changes.removed {
            transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE id = ?"))?
                .execute([id])?;
            if let Some((findable, _)) = found {
                indexer.put_changed(findable, id, many)?;
            }
        }
        Ok(())
    })?;
    keep(&transaction, kind, changes.state)?;
    Ok(transaction.commit()?)
}

/// Keeps the state, where there is one.
pub(crate) fn keep(
    connection: &Connection,
    kind: Kind,
    state: Option<&str>,
) -> Result<(), StoreError> {
    let Some(state) = state else {
        return Ok(());
    };
    connection
        .prepare_cached("INSERT OR REPLACE INTO sync_states (type, state) VALUES (?, ?)")?
        .execute(params![kind.name(), state])?;
    Ok(())
}
