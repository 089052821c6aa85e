//! What authorities issued, with the octets.

use jiff::Timestamp;
use kabinet_records::{Document, DocumentSignature};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError, retention};

impl Store {
    /// The documents of an application, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn documents(&self, application: Uuid) -> Result<Vec<Document>, StoreError> {
        self.bodies(
            "SELECT body FROM documents WHERE application = ? ORDER BY issued_at, id",
            [application.to_string()],
        )
    }

    /// The newest `count` documents of all applications, newest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn newest_documents(&self, count: usize) -> Result<Vec<Document>, StoreError> {
        self.bodies(
            "SELECT body FROM documents ORDER BY issued_at DESC, id DESC LIMIT ?",
            [i64::try_from(count).unwrap_or(i64::MAX)],
        )
    }

    /// One document.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn document(&self, id: Uuid) -> Result<Document, StoreError> {
        self.body("SELECT body FROM documents WHERE id = ?", [id.to_string()])
    }

    /// The octets of a document's blob; nothing when they have not come yet.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn document_blob(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT octets FROM document_blobs WHERE id = ?")?
            .query_row([id], |row| row.get(0))
            .optional()?)
    }

    /// Documents whose octets have not all come yet, newest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn documents_to_fetch(&self) -> Result<Vec<Document>, StoreError> {
        self.bodies(
            "SELECT body FROM documents WHERE waits ORDER BY issued_at DESC",
            [],
        )
    }

    /// Notes that the octets of a document have come.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn document_fetched(&self, id: Uuid) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE documents SET waits = 0 WHERE id = ?")?
            .execute([id.to_string()])?;
        Ok(())
    }

    /// Keeps a blob that came.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn keep_document_blob(&self, id: &str, octets: &[u8]) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO document_blobs (id, octets) VALUES (?, ?)")?
            .execute(params![id, octets])?;
        Ok(())
    }

    /// Those of the newest `count` documents of whose certificates it is time to ask, newest first, each
    /// with how often in a row that was in vain. A document that was not asked about yet is among them,
    /// and one that was asked about while the clock was ahead.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn documents_to_ask(
        &self,
        count: usize,
        now: Timestamp,
    ) -> Result<Vec<(Document, u32)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT body, in_vain FROM
                 (SELECT * FROM documents ORDER BY issued_at DESC, id DESC LIMIT ?1)
             WHERE NOT waits AND (ask_at <= ?2 OR asked_at > ?2)
             ORDER BY issued_at DESC, id DESC",
        )?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![count, now.as_millisecond()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        rows.map(|row| {
            let (body, in_vain) = row?;
            Ok((serde_json::from_str(&body)?, in_vain))
        })
        .collect()
    }

    /// Notes that it was asked about the certificates of a document, and when it is to be asked again;
    /// `in_vain` when something is still not known.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn document_asked(
        &self,
        id: Uuid,
        now: Timestamp,
        again: Timestamp,
        in_vain: bool,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE documents SET asked_at = ?2, ask_at = ?3,
                     in_vain = CASE WHEN ?4 THEN in_vain + 1 ELSE 0 END
                 WHERE id = ?1",
            )?
            .execute(params![
                id.to_string(),
                now.as_millisecond(),
                again.as_millisecond(),
                in_vain
            ])?;
        Ok(())
    }

    /// Takes over what changed at the portal, with the state that it leads to. Blobs that no
    /// document names any more go with it.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_documents(&mut self, changes: &Changes<'_, Document>) -> Result<(), StoreError> {
        states::change(
            self,
            Kind::Document,
            "documents",
            changes,
            retention::takes_document,
            put,
            None,
        )?;
        if changes.complete || !changes.removed.is_empty() {
            sweep(&self.connection)?;
        }
        Ok(())
    }
}

/// Drops the blobs that no document names any more.
pub(crate) fn sweep(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM document_blobs WHERE id NOT IN (
             SELECT body ->> '$.blobId' FROM documents
             UNION SELECT body ->> '$.signature.blobId' FROM documents
             WHERE body ->> '$.signature.blobId' IS NOT NULL)",
        )?
        .execute([])?;
    Ok(())
}

/// Names of the blobs that a document needs.
#[must_use]
pub fn blobs(document: &Document) -> Vec<&str> {
    let mut names = vec![document.blob_id.as_str()];
    if let DocumentSignature::Detached { blob_id } = &document.signature {
        names.push(blob_id);
    }
    names
}

fn put(connection: &Connection, document: &Document) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO documents (id, application, body, issued_at)
             VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            document.id.to_string(),
            document.application_id.to_string(),
            serde_json::to_string(document)?,
            document.issued_at.as_millisecond(),
        ])?;
    Ok(())
}
