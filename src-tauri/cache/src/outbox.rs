//! The outbox: what is signed and not registered yet. Each way in and out is one transaction.

use jiff::Timestamp;
use kabinet_records::{Application, Draft};
use rusqlite::{Row, params};
use uuid::Uuid;

use crate::{Store, StoreError, applications, drafts, sharing};

/// Something that waits to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// The application's identifier.
    pub id: Uuid,
    /// The canonical octets that were signed.
    pub manifest: Vec<u8>,
    /// The CAdES signature with the manifest inside.
    pub cms: Vec<u8>,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// Tries so far.
    pub tries: u32,
    /// Before this no try is due.
    pub next_try_at: Timestamp,
    /// Whether the portal refused it for good.
    pub refused: bool,
    /// Name of the problem of the last try.
    pub problem: Option<String>,
}

const COLUMNS: &str = "id, manifest, cms, signed_at, tries, next_try_at, refused, problem";

impl Store {
    /// A draft becomes a signed application that waits: the draft goes, the signature comes, both or
    /// neither.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the draft is gone, [`StoreError::DiskFull`],
    /// [`StoreError::ReadOnly`].
    pub fn sign_into_outbox(
        &mut self,
        id: Uuid,
        manifest: &[u8],
        cms: &[u8],
        signed_at: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        if transaction.execute("DELETE FROM drafts WHERE id = ?", [id.to_string()])? != 1 {
            return Err(StoreError::NotFound);
        }
        transaction.execute(
            "INSERT INTO outbox (id, manifest, cms, signed_at) VALUES (?, ?, ?, ?)",
            params![id.to_string(), manifest, cms, signed_at.as_millisecond()],
        )?;
        Ok(transaction.commit()?)
    }

    /// What waits, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn outbox(&self) -> Result<Vec<OutboxItem>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM outbox ORDER BY signed_at, id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], read)?;
        rows.map(|item| item?).collect()
    }

    /// One that waits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn outbox_item(&self, id: Uuid) -> Result<OutboxItem, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = ?");
        self.connection.query_row(&sql, [id.to_string()], read)?
    }

    /// When the next of what waits is due; nothing when nothing waits.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn outbox_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> = self.connection.query_row(
            "SELECT min(next_try_at) FROM outbox WHERE NOT refused",
            [],
            |row| row.get(0),
        )?;
        due.map(|due| Timestamp::from_millisecond(due).map_err(|_| StoreError::Damaged))
            .transpose()
    }

    /// Notes a try before anything leaves: whoever is stopped in the middle knows afterwards that it
    /// may have left.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_tried(&self, id: Uuid) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE outbox SET tries = tries + 1 WHERE id = ?",
            [id.to_string()],
        )?;
        Ok(())
    }

    /// Notes why a try failed that may succeed later.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_failed(
        &self,
        id: Uuid,
        problem: &str,
        next_try_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE outbox SET problem = ?, next_try_at = ? WHERE id = ?",
            params![problem, next_try_at.as_millisecond(), id.to_string()],
        )?;
        Ok(())
    }

    /// Notes that the portal will never take it as it is.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_refused(&self, id: Uuid, problem: &str) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE outbox SET problem = ?, refused = 1 WHERE id = ?",
            params![problem, id.to_string()],
        )?;
        Ok(())
    }

    /// The portal has it: it leaves the outbox and is an application, both or neither.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn registered(&mut self, application: &Application) -> Result<(), StoreError> {
        let id = application.id.to_string();
        let transaction = self.transaction()?;
        transaction.execute(
            "INSERT OR REPLACE INTO signed_copies (id, cms) SELECT id, cms FROM outbox WHERE id = ?",
            [&id],
        )?;
        transaction.execute("DELETE FROM outbox WHERE id = ?", [&id])?;
        applications::put(&transaction, application)?;
        sharing::registered(&transaction, application.id)?;
        Ok(transaction.commit()?)
    }

    /// Takes a signed application back: it is a draft again, both or neither. Gives the draft, with
    /// what came in meanwhile from other computers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it has left.
    pub fn take_back(&mut self, draft: &Draft) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        if transaction.execute("DELETE FROM outbox WHERE id = ?", [draft.id.to_string()])? != 1 {
            return Err(StoreError::NotFound);
        }
        let draft = sharing::taken_back(&transaction, draft)?;
        drafts::add(&transaction, &draft)?;
        transaction.commit()?;
        Ok(draft)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<OutboxItem, StoreError>> {
    let id: String = row.get(0)?;
    let (signed_at, next_try_at) = (row.get(3)?, row.get(5)?);
    let (manifest, cms, tries) = (row.get(1)?, row.get(2)?, row.get(4)?);
    let (refused, problem) = (row.get(6)?, row.get(7)?);
    let item = || {
        Some(OutboxItem {
            id: id.parse().ok()?,
            manifest,
            cms,
            signed_at: Timestamp::from_millisecond(signed_at).ok()?,
            tries,
            next_try_at: Timestamp::from_millisecond(next_try_at).ok()?,
            refused,
            problem,
        })
    };
    Ok(item().ok_or(StoreError::Damaged))
}
