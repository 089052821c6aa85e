//! Files and signed octets of what was sent.

use jiff::Timestamp;
use kabinet_records::Attachment;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{Store, StoreError, attachments};

/// Octets of the files of what was sent that stay, the last sent first.
const KEPT: i64 = 512 * 1024 * 1024;

impl Store {
    /// Lets files of an application or of a letter on it that was sent stay, as far as there is room;
    /// whether they are here or are about to come.
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
