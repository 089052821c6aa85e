//! Correspondence on applications.

use jiff::Timestamp;
use kabinet_records::Message;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::search::Findable;
use crate::search::index;
use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError, retention};

impl Store {
    /// The messages on an application, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn messages(&self, application: Uuid) -> Result<Vec<Message>, StoreError> {
        self.bodies(
            "SELECT body FROM messages WHERE application = ? ORDER BY sent_at, id",
            [application.to_string()],
        )
    }

    /// The newest `count` messages of all applications, newest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn newest_messages(&self, count: usize) -> Result<Vec<Message>, StoreError> {
        self.bodies(
            "SELECT body FROM messages ORDER BY sent_at DESC, id DESC LIMIT ?",
            [i64::try_from(count).unwrap_or(i64::MAX)],
        )
    }

    /// One message.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn message(&self, id: Uuid) -> Result<Message, StoreError> {
        self.body("SELECT body FROM messages WHERE id = ?", [id.to_string()])
    }

    /// Whether the portal has a message that answers this one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn is_answered(&self, id: Uuid) -> Result<bool, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE in_reply_to = ?)")?
            .query_row([id.to_string()], |row| row.get(0))?)
    }

    /// Requests with a time limit that end before `until` and are not answered yet, neither at the
    /// portal nor by what waits; the most urgent first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn requests_due(&self, until: Timestamp) -> Result<Vec<Message>, StoreError> {
        self.bodies(
            "SELECT body FROM messages AS request WHERE due < ?
             AND NOT EXISTS (SELECT 1 FROM messages WHERE in_reply_to = request.id)
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE in_reply_to = request.id)
             ORDER BY due, id",
            [until.as_millisecond()],
        )
    }

    /// Takes over what changed at the portal, with the state that it leads to.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_messages(&mut self, changes: &Changes<'_, Message>) -> Result<(), StoreError> {
        let found = Some((Findable::Message, (|message: &Message| message.id) as _));
        states::change(
            self,
            Kind::Message,
            "messages",
            changes,
            retention::takes_message,
            put_row,
            found,
        )
    }
}

pub(crate) fn put(connection: &Connection, message: &Message) -> Result<(), StoreError> {
    put_row(connection, message)?;
    index::index(connection, |indexer| indexer.put_message(message))
}

fn put_row(connection: &Connection, message: &Message) -> Result<(), StoreError> {
    let due = message
        .request
        .as_ref()
        .and_then(|request| request.deadline);
    let row = params![
        message.id.to_string(),
        message.application_id.to_string(),
        serde_json::to_string(message)?,
        message.sent_at.as_millisecond(),
        message.in_reply_to.map(|id| id.to_string()),
        due.map(Timestamp::as_millisecond),
    ];
    // Where nothing changed by which it is found, no index of the table is touched.
    let changed = connection
        .prepare_cached(
            "UPDATE messages SET body = ?3 WHERE id = ?1 AND application = ?2 AND sent_at = ?4
             AND in_reply_to IS ?5 AND due IS ?6",
        )?
        .execute(row)?;
    if changed == 0 {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO messages (id, application, body, sent_at, in_reply_to, due)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(row)?;
    }
    Ok(())
}
