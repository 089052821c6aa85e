//! Drafts.

use kabinet_records::Draft;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{Store, StoreError, sharing};

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

    /// Keeps a changed draft. One that is gone, since it was signed or deleted, does not come back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        sharing::replaced(&transaction, draft)?;
        change(&transaction, draft)?;
        Ok(transaction.commit()?)
    }

    /// One draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn draft(&self, id: Uuid) -> Result<Draft, StoreError> {
        one(&self.connection, id)
    }

    /// All drafts, the last changed first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        all(&self.connection)
    }

    /// Deletes a draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn delete_draft(&self, id: Uuid) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        if transaction.execute("DELETE FROM drafts WHERE id = ?", [id.to_string()])? != 1 {
            return Err(StoreError::NotFound);
        }
        sharing::deleted(&transaction, id)?;
        Ok(transaction.commit()?)
    }
}

pub(crate) fn one(connection: &Connection, id: Uuid) -> Result<Draft, StoreError> {
    let body: String = connection.query_row(
        "SELECT body FROM drafts WHERE id = ?",
        [id.to_string()],
        |row| row.get(0),
    )?;
    Ok(serde_json::from_str(&body)?)
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Draft>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM drafts ORDER BY changed_at DESC, id DESC")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
}

pub(crate) fn change(connection: &Connection, draft: &Draft) -> Result<(), StoreError> {
    let changed = connection.execute(
        "UPDATE drafts SET body = ?, changed_at = ? WHERE id = ?",
        params![
            serde_json::to_string(draft)?,
            draft.changed_at.as_millisecond(),
            draft.id.to_string()
        ],
    )?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

pub(crate) fn add(connection: &Connection, draft: &Draft) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO drafts (id, body, changed_at) VALUES (?, ?, ?)",
        params![
            draft.id.to_string(),
            serde_json::to_string(draft)?,
            draft.changed_at.as_millisecond()
        ],
    )?;
    Ok(())
}
