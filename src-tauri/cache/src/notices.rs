//! What the person was told of by the desktop, and what they were not.

use std::collections::BTreeMap;

use kabinet_records::{Application, Message};
use rusqlite::params;

use crate::{Store, StoreError};

impl Store {
    /// The first `count` messages that were sent after a moment (milliseconds since 1970), in either
    /// direction, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn messages_since(&self, moment: i64, count: u32) -> Result<Vec<Message>, StoreError> {
        self.bodies(
            "SELECT body FROM messages WHERE sent_at > ? ORDER BY sent_at, id LIMIT ?",
            params![moment, count],
        )
    }

    /// The first `count` applications that were decided after a moment (milliseconds since 1970), the
    /// earliest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn decided_since(&self, moment: i64, count: u32) -> Result<Vec<Application>, StoreError> {
        self.bodies(
            "SELECT body FROM applications WHERE decided_at > ? ORDER BY decided_at, id LIMIT ?",
            params![moment, count],
        )
    }

    /// When the newest message was sent and the newest decision was made, in milliseconds since 1970;
    /// 0 where there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn newest_news(&self) -> Result<(i64, i64), StoreError> {
        Ok(self.connection.query_row(
            "SELECT coalesce((SELECT max(sent_at) FROM messages), 0),
             coalesce((SELECT max(decided_at) FROM applications WHERE decided_at IS NOT NULL), 0)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?)
    }

    /// What the person was told of, as [`Store::set_noticed`] kept it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn noticed(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT what, value FROM noticed")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps what the person was told of: all of it or none.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn set_noticed(&mut self, noticed: &BTreeMap<String, i64>) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        transaction.execute("DELETE FROM noticed", [])?;
        for (what, value) in noticed {
            transaction.execute(
                "INSERT INTO noticed (what, value) VALUES (?, ?)",
                params![what, value],
            )?;
        }
        Ok(transaction.commit()?)
    }
}
