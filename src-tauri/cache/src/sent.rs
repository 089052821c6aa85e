//! Files of letters that are being written, and of what was sent.

use jiff::Timestamp;
use kabinet_records::Attachment;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::{Incoming, Store, StoreError, attachments};

/// Octets of the files of what was sent that stay, the last sent first.
const KEPT: i64 = 512 * 1024 * 1024;

impl Store {
    /// Files that are put to the reply to a message, in the order in which they came.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn letter_files(&self, message: Uuid) -> Result<Vec<Attachment>, StoreError> {
        letter_files(&self.connection, message)
    }

    /// Completes a file and puts it to the reply to a message, both or neither. Gives all its files.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the file was begun in another store; [`StoreError::DiskFull`],
    /// [`StoreError::ReadOnly`].
    pub fn attach_to_letter(
        &mut self,
        incoming: &Incoming,
        message: Uuid,
        file: Attachment,
    ) -> Result<Vec<Attachment>, StoreError> {
        let transaction = self.transaction()?;
        attachments::finish(&transaction, incoming)?;
        let mut files = letter_files(&transaction, message)?;
        if !files.iter().any(|one| one.hash == file.hash) {
            files.push(file);
        }
        keep_letter_files(&transaction, message, &files)?;
        transaction.commit()?;
        Ok(files)
    }

    /// Takes a file off the reply to a message; without a hash, all of them. Gives what is left.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn remove_from_letter(
        &mut self,
        message: Uuid,
        hash: Option<&str>,
    ) -> Result<Vec<Attachment>, StoreError> {
        let transaction = self.transaction()?;
        let mut files = letter_files(&transaction, message)?;
        files.retain(|file| hash.is_some_and(|hash| hash != file.hash));
        keep_letter_files(&transaction, message, &files)?;
        attachments::sweep(&transaction)?;
        transaction.commit()?;
        Ok(files)
    }

    /// Lets files of an application or of a letter on it that was sent stay, as far as there is room; whether they are here or
    /// are about to come.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn keep_sent(
        &mut self,
        application: Uuid,
        files: &[Attachment],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        sent(&transaction, Some(&application.to_string()), files, at)?;
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Keeps the signed octets of an application that was sent from elsewhere.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn keep_signed_copy(&self, id: Uuid, cms: &[u8]) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT OR IGNORE INTO signed_copies (id, cms) VALUES (?, ?)",
            params![id.to_string(), cms],
        )?;
        Ok(())
    }
}

fn letter_files(connection: &Connection, message: Uuid) -> Result<Vec<Attachment>, StoreError> {
    let body: Option<String> = connection
        .query_row(
            "SELECT attachments FROM letter_files WHERE message = ?",
            [message.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(match body {
        Some(body) => serde_json::from_str(&body)?,
        None => Vec::new(),
    })
}

fn keep_letter_files(
    connection: &Connection,
    message: Uuid,
    files: &[Attachment],
) -> Result<(), StoreError> {
    let message = message.to_string();
    if files.is_empty() {
        letter_signed(connection, &message)
    } else {
        connection.execute(
            "INSERT OR REPLACE INTO letter_files (message, attachments) VALUES (?, ?)",
            [message, serde_json::to_string(files)?],
        )?;
        Ok(())
    }
}

/// The reply to a message is signed: its files are named in it.
pub(crate) fn letter_signed(connection: &Connection, message: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM letter_files WHERE message = ?", [message])?;
    Ok(())
}

/// Something with these files was sent, about that application: they stay, as far as there is room.
pub(crate) fn sent(
    connection: &Connection,
    application: Option<&str>,
    files: &[Attachment],
    at: Timestamp,
) -> Result<(), StoreError> {
    for file in files {
        connection.execute(
            "INSERT OR REPLACE INTO sent_files (hash, size, sent_at, application)
             VALUES (?, ?, ?, ?)",
            params![
                file.hash,
                i64::try_from(file.size).unwrap_or(i64::MAX),
                at.as_millisecond(),
                application
            ],
        )?;
    }
    make_room(connection, KEPT)
}

fn make_room(connection: &Connection, most: i64) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM sent_files WHERE hash IN (
             SELECT hash FROM (
                 SELECT hash, sum(size) OVER (ORDER BY sent_at DESC, hash) AS together
                 FROM sent_files)
             WHERE together > ?)",
        [most],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use kabinet_stb::Secret;

    use super::*;

    #[test]
    fn the_last_sent_stay_as_far_as_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let key = Secret::new(vec![7; 32]);
        let store = Store::create(&folder.path().join("store.db"), &key).unwrap();
        let file = |number: u8, size| Attachment {
            name: "a.pdf".into(),
            media_type: "application/pdf".into(),
            size,
            hash: format!("{number:064x}"),
        };
        let connection = &store.connection;
        for (number, size) in [(1, 50), (2, 40), (3, 30), (4, 20)] {
            let at = Timestamp::from_second(i64::from(number)).unwrap();
            sent(connection, None, &[file(number, size)], at).unwrap();
        }
        // Sent again, the first is the last.
        sent(
            connection,
            None,
            &[file(1, 50)],
            Timestamp::from_second(9).unwrap(),
        )
        .unwrap();
        make_room(connection, 101).unwrap();
        let left: Vec<String> = connection
            .prepare("SELECT hash FROM sent_files ORDER BY hash")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let expected = [1, 3, 4].map(|number| file(number, 0).hash);
        assert_eq!(left, expected);
    }
}
