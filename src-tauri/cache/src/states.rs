//! How far each type is synchronised with the portal.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{Store, StoreError};

/// What changed at the portal since a state.
#[derive(Clone, Copy, Debug)]
pub struct Changes<'a, T> {
    /// Whether these are all objects there are, so that others are gone.
    pub complete: bool,
    /// New and changed objects.
    pub changed: &'a [T],
    /// Identifiers of removed ones.
    pub removed: &'a [String],
    /// The state that it leads to.
    pub state: &'a str,
}

/// A synchronised type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Procedures of the catalogue.
    Procedure,
    /// Applications of the person.
    Application,
    /// Drafts that travel.
    Draft,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Procedure => "Procedure",
            Self::Application => "Application",
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
            .query_row(
                "SELECT state FROM sync_states WHERE type = ?",
                [kind.name()],
                |row| row.get(0),
            )
            .optional()?)
    }
}

pub(crate) fn keep(connection: &Connection, kind: Kind, state: &str) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR REPLACE INTO sync_states (type, state) VALUES (?, ?)",
        params![kind.name(), state],
    )?;
    Ok(())
}
