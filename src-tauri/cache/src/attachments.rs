//! Files of drafts, of letters, of what waits and of what was sent: each once, by the belt-hash of its
//! octets, in pieces, so that no file is ever in memory as a whole. A file that neither a draft, nor
//! one of its kept changes, nor a letter, nor the outbox names, nor what was sent lately, is gone with
//! the transaction that named it last.

use std::fmt::Write as _;

use kabinet_records::Attachment;
use kabinet_stb::hash::{BeltHash, Digest as _};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{Store, StoreError};

/// Octets of a piece as it lies in the store; the last one of a file may have fewer.
const PIECE: usize = 256 * 1024;

/// A file that is being taken in. Nothing refers to it before [`Store::attach`]; one that was left
/// alone goes when the store is next opened.
pub struct Incoming {
    id: i64,
    hasher: BeltHash,
    size: u64,
    pieces: i64,
    /// What does not fill a piece yet.
    rest: Vec<u8>,
}

impl Incoming {
    /// Octets so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// belt-hash of the octets so far, lower-case hex.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut text = String::with_capacity(64);
        for octet in self.hasher.clone().finalize() {
            let _ = write!(text, "{octet:02x}");
        }
        text
    }
}

impl Store {
    /// Begins to take a file in.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn begin_attachment(&self) -> Result<Incoming, StoreError> {
        // A number that no file ever had: one that is left alone, in whatever store, is not mistaken
        // for another.
        self.connection
            .prepare_cached("INSERT INTO attachments (id, hash) VALUES (random() & ?, NULL)")?
            .execute([i64::MAX])?;
        Ok(Incoming {
            id: self.connection.last_insert_rowid(),
            hasher: BeltHash::new(),
            size: 0,
            pieces: 0,
            rest: Vec::new(),
        })
    }

    /// Takes the next octets in. After an error the file is to be abandoned.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn append_attachment(
        &mut self,
        incoming: &mut Incoming,
        octets: &[u8],
    ) -> Result<(), StoreError> {
        incoming.hasher.update(octets);
        incoming.size += octets.len() as u64;
        incoming.rest.extend_from_slice(octets);
        if incoming.rest.len() < PIECE {
            return Ok(());
        }
        let transaction = self.transaction()?;
        let whole = incoming.rest.len() / PIECE * PIECE;
        for piece in incoming.rest[..whole].chunks(PIECE) {
            add_piece(&transaction, incoming.id, incoming.pieces, piece)?;
            incoming.pieces += 1;
        }
        transaction.commit()?;
        incoming.rest.drain(..whole);
        Ok(())
    }

    /// Whether this is the store in which the file was begun, and it was neither finished nor dropped.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn has_begun(&self, incoming: &Incoming) -> Result<bool, StoreError> {
        Ok(self.connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM attachments WHERE id = ? AND hash IS NULL)",
            [incoming.id],
            |row| row.get(0),
        )?)
    }

    /// Drops what was taken in of a file that nobody wants any more.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`].
    pub fn abandon_attachment(&self, incoming: Incoming) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM attachments WHERE id = ? AND hash IS NULL")?
            .execute([incoming.id])?;
        Ok(())
    }

    /// Files that drafts name and that are not here: they were attached on another computer. Those of
    /// the last changed draft come first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn missing_files(&self) -> Result<Vec<Attachment>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT file.value FROM drafts, json_each(body, '$.attachments') AS file
             WHERE file.value ->> 'hash' NOT IN
                 (SELECT hash FROM attachments WHERE hash IS NOT NULL)
             ORDER BY changed_at DESC, drafts.id, file.key",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// Completes a file that came from another computer. It does not stay when nothing names it any
    /// more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it was begun in another store; [`StoreError::DiskFull`],
    /// [`StoreError::ReadOnly`].
    pub fn keep_file(&mut self, incoming: &Incoming) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        finish(&transaction, incoming)?;
        sweep(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Length of a file in octets.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a hash that the store does not have.
    pub fn attachment_size(&self, hash: &str) -> Result<u64, StoreError> {
        let size: i64 = self
            .connection
            .prepare_cached(
                "SELECT coalesce(sum(length(octets)), 0) FROM attachments
             LEFT JOIN attachment_pieces ON attachment = id WHERE hash = ? GROUP BY id",
            )?
            .query_row([hash], |row| row.get(0))?;
        u64::try_from(size).map_err(|_| StoreError::Damaged)
    }

    /// Octets of a file from `offset` on: up to the end of the piece that they lie in, so at most 256
    /// KiB. None at the end of the file.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a hash that the store does not have.
    pub fn read_attachment(&self, hash: &str, offset: u64) -> Result<Vec<u8>, StoreError> {
        let number = i64::try_from(offset / PIECE as u64).unwrap_or(i64::MAX);
        let octets: Option<Vec<u8>> = self
            .connection
            .prepare_cached(
                "SELECT octets FROM attachments
                 LEFT JOIN attachment_pieces ON attachment = id AND number = ?2 WHERE hash = ?1",
            )?
            .query_row(params![hash, number], |row| row.get(0))?;
        let mut octets = octets.unwrap_or_default();
        // Less than a piece, and so a length of memory.
        let skipped = (offset % PIECE as u64) as usize;
        octets.drain(..skipped.min(octets.len()));
        Ok(octets)
    }
}

fn add_piece(
    connection: &Connection,
    attachment: i64,
    number: i64,
    octets: &[u8],
) -> Result<(), StoreError> {
    let added = connection
        .prepare_cached(
            "INSERT INTO attachment_pieces (attachment, number, octets)
             SELECT id, ?, ? FROM attachments WHERE id = ? AND hash IS NULL",
        )?
        .execute(params![number, octets, attachment])?;
    // It was begun in another store, or before this one was last opened.
    if added == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// Makes the file whole. The same octets are kept once.
pub(crate) fn finish(connection: &Connection, incoming: &Incoming) -> Result<(), StoreError> {
    let hash = incoming.hash();
    let known: Option<i64> = connection
        .prepare_cached("SELECT id FROM attachments WHERE hash = ?")?
        .query_row([&hash], |row| row.get(0))
        .optional()?;
    if known.is_some() {
        connection
            .prepare_cached("DELETE FROM attachments WHERE id = ? AND hash IS NULL")?
            .execute([incoming.id])?;
        return Ok(());
    }
    if !incoming.rest.is_empty() {
        add_piece(connection, incoming.id, incoming.pieces, &incoming.rest)?;
    }
    let named = connection
        .prepare_cached("UPDATE attachments SET hash = ? WHERE id = ? AND hash IS NULL")?
        .execute(params![hash, incoming.id])?;
    if named == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// Drops the files that nothing names.
pub(crate) fn sweep(connection: &Connection) -> Result<(), StoreError> {
    let any: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM attachments WHERE hash IS NOT NULL)")?
        .query_row([], |row| row.get(0))?;
    if any {
        connection
            .prepare_cached(
                "DELETE FROM attachments WHERE hash IS NOT NULL AND hash NOT IN (
                 SELECT file.value ->> 'hash' FROM drafts,
                     json_each(body, '$.attachments') AS file
                 UNION ALL SELECT file.value ->> 'hash' FROM draft_changes,
                     json_each(body, '$.before.attachments') AS file
                 UNION ALL SELECT file.value ->> 'hash' FROM draft_changes,
                     json_each(body, '$.after.attachments') AS file
                 UNION ALL SELECT file.value ->> 'hash' FROM outbox,
                     json_each(CAST(manifest AS TEXT), '$.attachments') AS file
                 UNION ALL SELECT file.value ->> 'hash' FROM letter_files,
                     json_each(attachments) AS file
                 UNION ALL SELECT hash FROM sent_files)",
            )?
            .execute([])?;
    }
    Ok(())
}

/// Drops what a program that was stopped had taken in of files.
pub(crate) fn drop_unfinished(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM attachments WHERE hash IS NULL")?
        .execute([])?;
    Ok(())
}
