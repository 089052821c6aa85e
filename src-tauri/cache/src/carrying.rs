//! Drafts whose form has changed: the forms that they were filled in with, and what was set aside when
//! they were carried over.

use kabinet_records::{Carried, Draft, Procedure};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::{Store, StoreError, drafts, outbox, sharing};

impl Store {
    /// The procedure as it was in a version that the catalogue has replaced; `None` when nothing here
    /// was filled in with it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn former_procedure(
        &self,
        id: &str,
        version: u32,
    ) -> Result<Option<Procedure>, StoreError> {
        let body: Option<String> = self
            .connection
            .prepare_cached("SELECT body FROM former_procedures WHERE id = ? AND version = ?")?
            .query_row(params![id, version], |row| row.get(0))
            .optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }

    /// Keeps a draft that was carried to another version of its form together with what became of its
    /// values.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the draft is gone; [`StoreError::DiskFull`],
    /// [`StoreError::ReadOnly`].
    pub fn carry_draft(&mut self, draft: &Draft, carried: &Carried) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        let draft = sharing::edited(&transaction, None, draft.clone())?;
        drafts::change(&transaction, &draft)?;
        // Changes of the earlier form cannot be undone in the new one.
        transaction
            .prepare_cached("DELETE FROM draft_changes WHERE draft = ?")?
            .execute([draft.id.to_string()])?;
        keep(&transaction, draft.id, carried)?;
        prune_former(&transaction)?;
        transaction.commit()?;
        Ok(draft)
    }

    /// Takes a signed application out of the outbox that no portal would take any more: it is a draft
    /// again, carried to another version of its form; both or neither. `signed` is the draft as it
    /// was signed. Gives the draft with what came in meanwhile from other computers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it has left.
    pub fn return_carried(
        &mut self,
        signed: &Draft,
        draft: &Draft,
        carried: &Carried,
    ) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        let id = outbox::take_back(&transaction, signed)?.id;
        let draft = Draft {
            id,
            ..draft.clone()
        };
        let draft = sharing::edited(&transaction, Some(&signed.data), draft)?;
        drafts::change(&transaction, &draft)?;
        keep(&transaction, signed.id, carried)?;
        if id != signed.id {
            go_on(&transaction, signed.id, id)?;
        }
        prune_former(&transaction)?;
        transaction.commit()?;
        Ok(draft)
    }

    /// What became of the draft's values when its form changed; `None` when it did not, or when the
    /// person has seen it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn carried(&self, draft: Uuid) -> Result<Option<Carried>, StoreError> {
        get(&self.connection, draft)
    }

    /// The person has seen it: what was set aside goes.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn dismiss_carried(&self, draft: Uuid) -> Result<(), StoreError> {
        forget(&self.connection, draft)
    }
}

fn get(connection: &Connection, draft: Uuid) -> Result<Option<Carried>, StoreError> {
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM carried WHERE draft = ?")?
        .query_row([draft.to_string()], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Whether the person has yet to see that values of the draft were set aside, or that it was signed and
/// must be signed anew.
pub(crate) fn is_to_be_seen(connection: &Connection, draft: Uuid) -> Result<bool, StoreError> {
    let carried = get(connection, draft)?;
    Ok(carried.is_some_and(|carried| carried.was_signed || !carried.aside.is_empty()))
}

/// What became of a draft's values goes on with its copy, beside what became of those there.
pub(crate) fn go_on(connection: &Connection, draft: Uuid, copy: Uuid) -> Result<(), StoreError> {
    let Some(ours) = get(connection, draft)? else {
        return Ok(());
    };
    let carried = match get(connection, copy)? {
        Some(theirs) => ours.after(theirs),
        None => ours,
    };
    forget(connection, draft)?;
    keep(connection, copy, &carried)
}

/// What became of the draft's values is not to be told any more.
pub(crate) fn forget(connection: &Connection, draft: Uuid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM carried WHERE draft = ?")?
        .execute([draft.to_string()])?;
    Ok(())
}

fn keep(connection: &Connection, draft: Uuid, carried: &Carried) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO carried (draft, body) VALUES (?, ?)")?
        .execute(params![draft.to_string(), serde_json::to_string(carried)?])?;
    Ok(())
}

/// Before a procedure is replaced by another version, the present one is kept.
pub(crate) fn keep_former(connection: &Connection, next: &Procedure) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO former_procedures (id, version, body)
             SELECT id, body ->> '$.version', body FROM procedures
             WHERE id = ? AND body ->> '$.version' <> ?",
        )?
        .execute(params![next.id, next.version])?;
    Ok(())
}

/// Former forms that nothing was filled in with go. What waits is not read for that: it waits for a
/// short time.
pub(crate) fn prune_former(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM former_procedures AS former
         WHERE NOT EXISTS (SELECT 1 FROM outbox) AND NOT EXISTS (
             SELECT 1 FROM drafts WHERE body ->> '$.procedureId' = former.id
                 AND body ->> '$.procedureVersion' = former.version)",
        )?
        .execute([])?;
    Ok(())
}
