//! Drafts.

use kabinet_records::{Draft, Seen};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::search::Findable;
use crate::search::index;
use crate::{Store, StoreError, attachments, carrying, sharing};

impl Store {
    /// Keeps a new draft.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn add_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        add(&transaction, draft)?;
        sharing::added(&transaction, draft)?;
        Ok(transaction.commit()?)
    }

    /// Keeps a changed draft, with nothing to undo. One that is gone, since it was signed or deleted,
    /// does not come back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        let draft = sharing::edited(&transaction, None, draft.clone())?;
        change(&transaction, &draft)?;
        Ok(transaction.commit()?)
    }

    /// One draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn draft(&self, id: Uuid) -> Result<Draft, StoreError> {
        get(&self.connection, id)
    }

    /// All drafts, the last changed first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        all(&self.connection)
    }

    /// Deletes a draft with its changes, and the files that only it named.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn delete_draft(&mut self, id: Uuid) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        delete(&transaction, id)?;
        Ok(transaction.commit()?)
    }

    /// As [`Store::delete_draft`], for somebody who decided that some time ago, when they had `seen`
    /// that much of it ([`Store::seen`]). Where more is written in it by now, it stays. Gives whether
    /// it is gone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn delete_seen(&mut self, id: Uuid, seen: Option<&Seen>) -> Result<bool, StoreError> {
        let transaction = self.transaction()?;
        let known = sharing::is_known(&transaction, id, seen)?;
        if known {
            delete(&transaction, id)?;
            transaction.commit()?;
        }
        Ok(known)
    }
}

fn delete(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    remove(connection, &id.to_string())?;
    carrying::forget(connection, id)?;
    sharing::deleted(connection, id)?;
    attachments::sweep(connection)
}

pub(crate) fn add(connection: &Connection, draft: &Draft) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO drafts (id, body, changed_at) VALUES (?, ?, ?)")?
        .execute(params![
            draft.id.to_string(),
            serde_json::to_string(draft)?,
            draft.changed_at.as_millisecond()
        ])?;
    index::index(connection, |indexer| indexer.put_draft(draft))
}

pub(crate) fn get(connection: &Connection, id: Uuid) -> Result<Draft, StoreError> {
    let body: String = connection
        .prepare_cached("SELECT body FROM drafts WHERE id = ?")?
        .query_row([id.to_string()], |row| row.get(0))?;
    Ok(serde_json::from_str(&body)?)
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Draft>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM drafts ORDER BY changed_at DESC, id DESC")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
}

pub(crate) fn change(connection: &Connection, draft: &Draft) -> Result<(), StoreError> {
    let changed = connection
        .prepare_cached("UPDATE drafts SET body = ?, changed_at = ? WHERE id = ?")?
        .execute(params![
            serde_json::to_string(draft)?,
            draft.changed_at.as_millisecond(),
            draft.id.to_string()
        ])?;
    if changed != 1 {
        return Err(StoreError::NotFound);
    }
    index::index(connection, |indexer| indexer.put_draft(draft))
}

/// Takes the draft away; what was set aside of it stays.
pub(crate) fn remove(connection: &Connection, id: &str) -> Result<(), StoreError> {
    if connection
        .prepare_cached("DELETE FROM drafts WHERE id = ?")?
        .execute([id])?
        != 1
    {
        return Err(StoreError::NotFound);
    }
    index::index(connection, |indexer| indexer.remove(Findable::Draft, id))
}
