//! Uploads. What no object names goes a day after it was uploaded, named, or asked for with
//! `Blob/get`, whichever was last (RFC 8620 section 6 wants an hour at least).

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Store;
use crate::clock;

/// Seconds that an upload is kept although nothing names it.
const KEPT: i64 = 24 * 3600;
/// Seconds between two looks at what is no longer kept.
const PAUSE: i64 = 3600;

/// Brings a file of an earlier version up to date.
///
/// # Errors
/// Those of SQLite.
pub(super) fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    let dated: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM pragma_table_info('blob') WHERE name = 'kept')",
        [],
        |row| row.get(0),
    )?;
    if !dated {
        connection.execute_batch("ALTER TABLE blob ADD COLUMN kept INTEGER NOT NULL DEFAULT 0")?;
    }
    Ok(())
}

impl Store {
    /// Keeps an upload.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn add_blob(&self, account: &str, id: &str, octets: &[u8]) -> rusqlite::Result<()> {
        let now = clock::unskewed();
        self.expire_blobs(account, now)?;
        self.connection.execute(
            "INSERT INTO blob(account, id, octets, kept) VALUES(?1, ?2, ?3, ?4)
             ON CONFLICT(account, id) DO UPDATE SET kept = ?4",
            params![account, id, octets, now + KEPT],
        )?;
        Ok(())
    }

    /// An upload.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn blob(&self, account: &str, id: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        self.connection
            .query_row(
                "SELECT octets FROM blob WHERE account = ?1 AND id = ?2",
                [account, id],
                |row| row.get(0),
            )
            .optional()
    }

    /// Length of an upload in octets. Who asks may be about to name it, so that it is kept a while.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn blob_size(&self, account: &str, id: &str) -> rusqlite::Result<Option<i64>> {
        self.connection
            .query_row(
                "UPDATE blob SET kept = ?3 WHERE account = ?1 AND id = ?2
                 RETURNING length(octets)",
                params![account, id, clock::unskewed() + KEPT],
                |row| row.get(0),
            )
            .optional()
    }

    /// Keeps uploads a while that something named until now.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn keep_blobs<'a>(
        &self,
        account: &str,
        hashes: impl Iterator<Item = &'a String>,
    ) -> rusqlite::Result<()> {
        for hash in hashes {
            self.blob_size(account, &format!("G{hash}"))?;
        }
        Ok(())
    }

    /// Octets of all uploads of an account.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn blob_octets(&self, account: &str) -> rusqlite::Result<u64> {
        let octets: i64 = self.connection.query_row(
            "SELECT coalesce(sum(length(octets)), 0) FROM blob WHERE account = ?1",
            [account],
            |row| row.get(0),
        )?;
        Ok(u64::try_from(octets).unwrap_or(0))
    }

    /// How many uploads an account has.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn blob_count(&self, account: &str) -> rusqlite::Result<i64> {
        self.connection.query_row(
            "SELECT count(*) FROM blob WHERE account = ?1",
            [account],
            |row| row.get(0),
        )
    }

    /// Drops uploads that nothing names and whose time is over. All of a draft's files are named
    /// that were not taken off it; an ended draft names none.
    fn expire_blobs(&self, account: &str, now: i64) -> rusqlite::Result<()> {
        let last = self.swept.borrow().get(account).copied().unwrap_or(0);
        if now.abs_diff(last) < PAUSE.unsigned_abs() {
            return Ok(());
        }
        self.swept.borrow_mut().insert(account.to_owned(), now);
        self.connection.execute(
            "DELETE FROM blob WHERE account = ?1 AND kept < ?2 AND id NOT IN (
                 SELECT 'G' || file.key FROM object, json_each(object.body, '$.files') AS file
                     WHERE object.account = ?1 AND object.type = 'Draft' AND EXISTS (
                         SELECT 1 FROM json_each(file.value) AS version
                         WHERE version.value ->> 'value' IS NOT NULL)
                 UNION ALL SELECT name.value FROM object, json_tree(object.body) AS name
                     WHERE object.account = ?1 AND object.type <> 'Draft' AND name.type = 'text'
                     AND (name.key LIKE '%lobId' OR name.path LIKE '%.attachmentBlobIds'))",
            params![account, now],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_named_stays_and_what_is_not_goes() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("portal.db")).unwrap();
        clock::pretend(Some(1_000_000));
        for name in ["G1", "G2", "G3", "G4", "G5", "G6"] {
            store.add_blob("a", name, name.as_bytes()).unwrap();
        }
        let stamp = "01907c2a1f40-0000-8d3f0c5a6b7e9f10";
        let files = json!({
            "1": [{"value": {"name": "a.pdf"}, "stamp": stamp}],
            "2": [{"stamp": stamp}],
        });
        let draft = json!({"files": files}).to_string();
        store.add("Draft", "a", "d", None, |_| draft).unwrap();
        let sent = json!({"signatureBlobId": "G3", "attachmentBlobIds": ["G4"]}).to_string();
        store.add("Application", "a", "b", None, |_| sent).unwrap();
        let names = |store: &Store| -> Vec<&str> {
            let all = ["G1", "G2", "G3", "G4", "G5", "G6"];
            let there = all.into_iter();
            there
                .filter(|name| store.blob("a", name).unwrap().is_some())
                .collect()
        };
        // An hour later everything is there.
        clock::pretend(Some(1_000_000 + KEPT / 2));
        store.add_blob("a", "G7", b"7").unwrap();
        assert_eq!(names(&store).len(), 6);
        assert_eq!(store.blob_size("a", "G6").unwrap(), Some(2));
        clock::pretend(Some(1_000_000 + KEPT + 1));
        store.add_blob("a", "G8", b"8").unwrap();
        assert_eq!(names(&store), ["G1", "G3", "G4", "G6"]);
        clock::pretend(Some(1_000_000 + 2 * KEPT));
        store.add_blob("a", "G8", b"8").unwrap();
        assert_eq!(names(&store), ["G1", "G3", "G4"]);
        clock::pretend(None);
    }
}
