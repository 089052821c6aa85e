//! How long finished applications stay on this computer. What leaves is still at the portal; its lists
//! do not bring it again, unless the application goes on there or the person wants to keep more.

use jiff::Timestamp;
use kabinet_records::{Application, Document, Message, Status};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::search::Findable;
use crate::search::index;
use crate::{Store, StoreError, attachments, documents};

/// Applications that ended before a moment and have nothing newer: no message and no document. What
/// somebody still writes or sends about them, and what is still on its way, keeps them here.
const OVER: &str = "ended_at < ?1
     AND id NOT IN (SELECT application FROM outbox WHERE application IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM messages WHERE application = applications.id
         AND (sent_at >= ?1 OR id IN (SELECT message FROM letter_files UNION SELECT about FROM letter_texts)))
     AND NOT EXISTS (SELECT 1 FROM documents WHERE application = applications.id
         AND (issued_at >= ?1 OR waits))";

/// How much of what is here is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// Applications.
    pub applications: u32,
    /// Messages on them.
    pub messages: u32,
    /// Documents that answer them.
    pub documents: u32,
}

impl Store {
    /// How many years after its end an application stays here; nothing for ever.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn retention(&self) -> Result<Option<u32>, StoreError> {
        Ok(self
            .connection
            .query_row("SELECT years FROM retention", [], |row| row.get(0))
            .optional()?)
    }

    /// Keeps applications so many years after their end from now on, or for ever. Those that left
    /// although they ended after `since` come again from the portal; without it, all.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn set_retention(
        &mut self,
        years: Option<u32>,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        transaction.execute("DELETE FROM retention", [])?;
        if let Some(years) = years {
            transaction.execute("INSERT INTO retention (one, years) VALUES (1, ?)", [years])?;
        }
        transaction.execute(
            "UPDATE let_go SET back = 1 WHERE ended_at >= ?",
            [since.map_or(i64::MIN, Timestamp::as_millisecond)],
        )?;
        Ok(transaction.commit()?)
    }

    /// How many applications have left and do not come again.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn let_go_count(&self) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM let_go WHERE NOT back";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// How much there is of applications that were over at that moment.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn over(&self, at: Timestamp) -> Result<Over, StoreError> {
        let count = |what: &str| {
            self.connection
                .prepare_cached(&format!(
                    "WITH over AS (SELECT id FROM applications WHERE {OVER})
                     SELECT count(*) FROM {what}"
                ))?
                .query_row([at.as_millisecond()], |row| row.get(0))
        };
        Ok(Over {
            applications: count("over")?,
            messages: count("over JOIN messages ON messages.application = over.id")?,
            documents: count("over JOIN documents ON documents.application = over.id")?,
        })
    }

    /// The first `count` applications that were over at that moment, the earliest end first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn applications_over(
        &self,
        at: Timestamp,
        count: usize,
    ) -> Result<Vec<Application>, StoreError> {
        over(&self.connection, at, count)
    }

    /// Takes at most `count` of the applications that were over at that moment from this computer,
    /// with their messages, documents, signed octets and files; all of it or none. Gives how many.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn let_go(&mut self, at: Timestamp, count: usize) -> Result<usize, StoreError> {
        let those = over(&self.connection, at, count)?;
        // Nothing to do leaves the disk alone.
        if those.is_empty() {
            return Ok(0);
        }
        let transaction = self.transaction()?;
        for application in &those {
            let_one_go(&transaction, application)?;
        }
        // What earlier versions sent does not say with what; the portal has it.
        transaction.execute(
            "DELETE FROM sent_files WHERE application IS NULL AND sent_at < ?",
            [at.as_millisecond()],
        )?;
        documents::sweep(&transaction)?;
        attachments::sweep(&transaction)?;
        transaction.commit()?;
        Ok(those.len())
    }

    /// Before a pass: what shall come again is asked for from the beginning. Gives whether there was
    /// any.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn ask_again(&mut self) -> Result<bool, StoreError> {
        let any: bool = self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM let_go WHERE back)")?
            .query_row([], |row| row.get(0))?;
        if any {
            let transaction = self.transaction()?;
            transaction.execute("DELETE FROM let_go WHERE back", [])?;
            transaction.execute(
                "DELETE FROM sync_states WHERE type IN ('Application', 'Message', 'Document')",
                [],
            )?;
            transaction.commit()?;
        }
        Ok(any)
    }
}

/// When an application ended: with the last thing that happened to it.
pub(crate) fn ended_at(application: &Application) -> Option<Timestamp> {
    let has_ended = match application.status {
        Status::Approved | Status::Refused | Status::Withdrawn => true,
        Status::Registered | Status::Accepted | Status::DocumentsRequested => false,
    };
    let last = application.history.last().map(|event| event.at);
    has_ended.then(|| last.unwrap_or(application.submitted_at))
}

/// Whether an application that the portal tells of belongs here. One that has left and goes on there
/// comes back, and with the next pass what there is of it.
pub(crate) fn takes_application(
    connection: &Connection,
    application: &Application,
) -> Result<bool, StoreError> {
    let id = application.id.to_string();
    let known: Option<i64> = connection
        .prepare_cached("SELECT ended_at FROM let_go WHERE application = ? AND NOT back")?
        .query_row([&id], |row| row.get(0))
        .optional()?;
    let Some(known) = known else {
        return Ok(true);
    };
    if ended_at(application).map(Timestamp::as_millisecond) == Some(known) {
        return Ok(false);
    }
    bring_back(connection, &id)?;
    Ok(true)
}

/// Whether a message belongs here: not one that has left with its application. One that is newer brings
/// the application back.
pub(crate) fn takes_message(connection: &Connection, one: &Message) -> Result<bool, StoreError> {
    takes_part(connection, one.application_id, one.sent_at)
}

/// As [`takes_message`], of a document.
pub(crate) fn takes_document(connection: &Connection, one: &Document) -> Result<bool, StoreError> {
    takes_part(connection, one.application_id, one.issued_at)
}

/// The portal has removed these applications: they cannot come again.
pub(crate) fn removed(connection: &Connection, ids: &[String]) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("DELETE FROM let_go WHERE application = ? AND NOT back")?;
    for id in ids {
        statement.execute([id])?;
    }
    Ok(())
}

fn takes_part(
    connection: &Connection,
    application: Uuid,
    moment: Timestamp,
) -> Result<bool, StoreError> {
    let id = application.to_string();
    let newest: Option<i64> = connection
        .prepare_cached("SELECT newest FROM let_go WHERE application = ? AND NOT back")?
        .query_row([&id], |row| row.get(0))
        .optional()?;
    let Some(newest) = newest else {
        return Ok(true);
    };
    if moment.as_millisecond() <= newest {
        return Ok(false);
    }
    bring_back(connection, &id)?;
    Ok(true)
}

fn bring_back(connection: &Connection, id: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE let_go SET back = 1 WHERE application = ?")?
        .execute([id])?;
    Ok(())
}

fn over(
    connection: &Connection,
    at: Timestamp,
    count: usize,
) -> Result<Vec<Application>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT body FROM applications WHERE {OVER} ORDER BY ended_at, id LIMIT ?2"
    ))?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![at.as_millisecond(), count], |row| {
        row.get::<_, String>(0)
    })?;
    rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
}

fn let_one_go(connection: &Connection, application: &Application) -> Result<(), StoreError> {
    let id = application.id.to_string();
    let ended_at = ended_at(application).unwrap_or(application.submitted_at);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO let_go (application, ended_at, newest) VALUES (?1, ?2, max(?2,
                 coalesce((SELECT max(sent_at) FROM messages WHERE application = ?1), 0),
                 coalesce((SELECT max(issued_at) FROM documents WHERE application = ?1), 0)))",
        )?
        .execute(params![id, ended_at.as_millisecond()])?;
    let messages: Vec<String> = connection
        .prepare_cached("DELETE FROM messages WHERE application = ? RETURNING id")?
        .query_map([&id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    index::index(connection, |indexer| {
        for message in &messages {
            indexer.remove(Findable::Message, message)?;
        }
        indexer.remove(Findable::Application, &id)
    })?;
    for signed in messages.iter().chain([&id]) {
        connection
            .prepare_cached("DELETE FROM signed_copies WHERE id = ?")?
            .execute([signed])?;
    }
    for sql in [
        "DELETE FROM documents WHERE application = ?",
        "DELETE FROM sent_files WHERE application = ?",
        "DELETE FROM applications WHERE id = ?",
    ] {
        connection.prepare_cached(sql)?.execute([&id])?;
    }
    Ok(())
}
