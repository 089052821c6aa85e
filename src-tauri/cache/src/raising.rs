//! What becomes of signatures after they were made: files whose level is to be raised, applications
//! that are raised before they leave, and what was said of certificates.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use crate::{OutboxItem, Store, StoreError};

/// Answers of responders that are kept; beyond them the oldest go.
const MOST_ANSWERS: u32 = 512;

/// A file whose signature is to be raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raising {
    /// Where it is.
    pub path: String,
    /// The level that the person wants: `t` or `lt`.
    pub level: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// Tries so far.
    pub tries: u32,
    /// Before this no try is due.
    pub next_try_at: Timestamp,
    /// Name of the problem of the last try.
    pub problem: Option<String>,
}

impl Store {
    /// A file waits from now on to be raised to that level; one that waits already is due at once.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn raise_later(&self, path: &str, level: &str, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO raising (path, level, since) VALUES (?1, ?2, ?3)
             ON CONFLICT (path) DO UPDATE SET level = ?2, next_try_at = 0",
            )?
            .execute(params![path, level, now.as_millisecond()])?;
        Ok(())
    }

    /// The files that wait to be raised, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn to_raise(&self) -> Result<Vec<Raising>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT path, level, since, tries, next_try_at, problem FROM raising
             ORDER BY since, path",
        )?;
        let rows = statement.query_map([], |row| {
            let moments: (i64, i64) = (row.get(2)?, row.get(4)?);
            let raising = Raising {
                path: row.get(0)?,
                level: row.get(1)?,
                since: Timestamp::UNIX_EPOCH,
                tries: row.get(3)?,
                next_try_at: Timestamp::UNIX_EPOCH,
                problem: row.get(5)?,
            };
            Ok((raising, moments))
        })?;
        rows.map(|row| {
            let (raising, (since, next)) = row?;
            let moment = |at| Timestamp::from_millisecond(at).map_err(|_| StoreError::Damaged);
            Ok(Raising {
                since: moment(since)?,
                next_try_at: moment(next)?,
                ..raising
            })
        })
        .collect()
    }

    /// Notes why a try failed, and when the next is due.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn raising_failed(
        &self,
        path: &str,
        problem: &str,
        next_try_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE raising SET tries = tries + 1, problem = ?, next_try_at = ? WHERE path = ?",
            )?
            .execute(params![problem, next_try_at.as_millisecond(), path])?;
        Ok(())
    }

    /// A file waits no longer: it is raised, or gone.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn raised(&self, path: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM raising WHERE path = ?")?
            .execute([path])?;
        Ok(())
    }

    /// Puts a raised signature in the place of that of something that waits; whether it did. What the
    /// portal was asked to register keeps its signature, by which the portal names it, and what was
    /// signed anew meanwhile has another.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn raise_waiting(&self, item: &OutboxItem, cms: &[u8]) -> Result<bool, StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE outbox SET cms = ? WHERE id = ? AND cms = ? AND NOT offered")?
            .execute(params![cms, item.id.to_string(), item.cms])?;
        Ok(changed == 1)
    }

    /// Keeps what a responder said of a certificate, by the certificate's belt-hash in hex, in place of
    /// what it said before.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn keep_revocation_answer(
        &mut self,
        certificate: &str,
        octets: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        transaction.execute(
            "INSERT OR REPLACE INTO revocation_answers (certificate, octets, kept_at)
             VALUES (?, ?, ?)",
            params![certificate, octets, now.as_millisecond()],
        )?;
        transaction.execute(
            "DELETE FROM revocation_answers WHERE certificate NOT IN
             (SELECT certificate FROM revocation_answers ORDER BY kept_at DESC LIMIT ?)",
            [MOST_ANSWERS],
        )?;
        Ok(transaction.commit()?)
    }

    /// What a responder said last of a certificate.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn revocation_answer(&self, certificate: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT octets FROM revocation_answers WHERE certificate = ?")?
            .query_row([certificate], |row| row.get(0))
            .optional()?)
    }
}
