//! What the sandbox must not forget when it is stopped: one SQLite file.

mod blobs;
mod tokens;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

pub use tokens::Token;

/// The file, opened.
pub struct Store {
    connection: Connection,
    /// When the blobs of an account were last looked through, in seconds since 1970.
    swept: RefCell<BTreeMap<String, i64>>,
}

/// A person who has signed in at least once.
pub struct Person {
    /// Pairwise subject; the account's name in the personal area too.
    pub subject: String,
    /// DG7.
    pub personal_number: String,
    /// DG1 of the card that was used last.
    pub serial_number: String,
}

/// An object of the personal area.
pub struct Object {
    /// Its identifier: a UUID.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// The JMAP object as text.
    pub body: String,
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS person(
  subject TEXT PRIMARY KEY, personal_number TEXT NOT NULL UNIQUE, serial_number TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS code(hash TEXT PRIMARY KEY, body TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS proof(id TEXT PRIMARY KEY, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS blob(
  account TEXT NOT NULL, id TEXT NOT NULL, octets BLOB NOT NULL, PRIMARY KEY(account, id));
CREATE TABLE IF NOT EXISTS publication(
  state INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, body TEXT);
CREATE TABLE IF NOT EXISTS object(
  number INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, id TEXT NOT NULL,
  account TEXT NOT NULL, body TEXT NOT NULL, signature TEXT, UNIQUE(type, account, id));
CREATE TABLE IF NOT EXISTS history(
  state INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, type TEXT NOT NULL,
  id TEXT NOT NULL, what TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_of ON history(account, type, state);
CREATE TABLE IF NOT EXISTS horizon(
  account TEXT NOT NULL, type TEXT NOT NULL, state INTEGER NOT NULL, PRIMARY KEY(account, type));
";

impl Store {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(tokens::SCHEMA)?;
        blobs::migrate(&connection)?;
        Ok(Self {
            connection,
            swept: RefCell::default(),
        })
    }

    /// Asks before each transaction is kept whether the power lasts; without it the transaction fails.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn powered_by(
        &mut self,
        power: impl Fn() -> bool + Send + 'static,
    ) -> rusqlite::Result<()> {
        self.connection.commit_hook(Some(move || !power()))
    }

    /// A setting; made and kept when it is not there yet.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn setting(&self, name: &str, make: impl FnOnce() -> Vec<u8>) -> rusqlite::Result<Vec<u8>> {
        let found = self
            .connection
            .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()?;
        if let Some(value) = found {
            return Ok(value);
        }
        let value = make();
        self.connection.execute(
            "INSERT INTO setting(name, value) VALUES(?1, ?2)",
            params![name, value],
        )?;
        Ok(value)
    }

    /// Keeps the identifier of a proof; false when it is known already.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn remember_proof(&self, id: &str, now: i64, seconds: i64) -> rusqlite::Result<bool> {
        self.connection
            .execute("DELETE FROM proof WHERE expires < ?1", [now])?;
        let added = self.connection.execute(
            "INSERT OR IGNORE INTO proof(id, expires) VALUES(?1, ?2)",
            params![id, now + seconds],
        )?;
        Ok(added == 1)
    }

    /// The person of that number, known from now on by the card used now.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn sign_in(
        &self,
        personal_number: &str,
        serial_number: &str,
        new_subject: &str,
    ) -> rusqlite::Result<Person> {
        self.connection.execute(
            "INSERT INTO person(subject, personal_number, serial_number) VALUES(?1, ?2, ?3)
             ON CONFLICT(personal_number) DO UPDATE SET serial_number = ?3",
            params![new_subject, personal_number, serial_number],
        )?;
        self.connection.query_row(
            "SELECT subject, personal_number, serial_number FROM person WHERE personal_number = ?1",
            [personal_number],
            person,
        )
    }

    /// A person by subject.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn person(&self, subject: &str) -> rusqlite::Result<Option<Person>> {
        self.connection
            .query_row(
                "SELECT subject, personal_number, serial_number FROM person WHERE subject = ?1",
                [subject],
                person,
            )
            .optional()
    }

    /// Keeps an authorization code with what it stands for.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn add_code(&self, hash: &str, body: &str, expires: i64) -> rusqlite::Result<()> {
        self.connection.execute(
            "INSERT INTO code(hash, body, expires) VALUES(?1, ?2, ?3)",
            params![hash, body, expires],
        )?;
        Ok(())
    }

    /// Takes a code out: it is good once.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn take_code(&self, hash: &str, now: i64) -> rusqlite::Result<Option<String>> {
        let found: Option<(String, i64)> = self
            .connection
            .query_row(
                "DELETE FROM code WHERE hash = ?1 RETURNING body, expires",
                [hash],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        Ok(found.and_then(|(body, expires)| (now <= expires).then_some(body)))
    }

    /// Does several things in one transaction, all or nothing.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn together<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.connection.execute_batch("SAVEPOINT together")?;
        let done = act(self).and_then(|done| {
            self.connection.execute_batch("RELEASE together")?;
            Ok(done)
        });
        // What could not be kept is undone already.
        if done.is_err() && !self.connection.is_autocommit() {
            let undo = "ROLLBACK TO together; RELEASE together";
            self.connection.execute_batch(undo)?;
        }
        done
    }

    /// Adds an object in one transaction. `body` makes it from the number that it got. Gives back
    /// that object.
    ///
    /// # Errors
    /// Those of SQLite; a repeated identifier is one.
    pub fn add(
        &mut self,
        kind: &str,
        account: &str,
        id: &str,
        signature: Option<&str>,
        body: impl FnOnce(i64) -> String,
    ) -> rusqlite::Result<String> {
        let transaction = self.connection.savepoint()?;
        transaction.execute(
            "INSERT INTO object(type, id, account, body, signature) VALUES(?1, ?2, ?3, '', ?4)",
            params![kind, id, account, signature],
        )?;
        let number = transaction.last_insert_rowid();
        let body = body(number);
        transaction.execute(
            "UPDATE object SET body = ?1 WHERE number = ?2",
            params![body, number],
        )?;
        note(&transaction, account, kind, id, "created")?;
        transaction.commit()?;
        Ok(body)
    }

    /// Replaces an object and records the change.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn update(
        &mut self,
        kind: &str,
        account: &str,
        id: &str,
        body: &str,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.savepoint()?;
        transaction.execute(
            "UPDATE object SET body = ?4 WHERE type = ?1 AND account = ?2 AND id = ?3",
            [kind, account, id, body],
        )?;
        note(&transaction, account, kind, id, "updated")?;
        transaction.commit()
    }

    /// Forgets all persons and everything of theirs, and what was published, as if the sandbox were
    /// new; settings stay. Numbers and states begin from one again.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn forget_everybody(&self) -> rusqlite::Result<()> {
        self.swept.take();
        self.connection.execute_batch(
            "BEGIN;
             DELETE FROM person; DELETE FROM code; DELETE FROM token; DELETE FROM unshown; DELETE FROM proof;
             DELETE FROM blob; DELETE FROM object; DELETE FROM history; DELETE FROM horizon;
             DELETE FROM publication;
             DELETE FROM sqlite_sequence WHERE name IN ('object', 'history', 'publication');
             COMMIT;",
        )
    }

    /// Removes an object of an account, or of any; false when it is not there.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn remove(
        &mut self,
        kind: &str,
        account: Option<&str>,
        id: &str,
    ) -> rusqlite::Result<bool> {
        let transaction = self.connection.savepoint()?;
        let account: Option<String> = transaction
            .query_row(
                "DELETE FROM object WHERE type = ?1 AND id = ?2 AND (?3 IS NULL OR account = ?3)
                 RETURNING account",
                params![kind, id, account],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(account) = &account {
            note(&transaction, account, kind, id, "destroyed")?;
        }
        transaction.commit()?;
        Ok(account.is_some())
    }

    /// Objects of a type in the order in which they came, of one account or of all.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn objects(&self, kind: &str, account: Option<&str>) -> rusqlite::Result<Vec<Object>> {
        self.connection
            .prepare_cached(
                "SELECT id, account, body FROM object
                 WHERE type = ?1 AND (?2 IS NULL OR account = ?2) ORDER BY number",
            )?
            .query_map(params![kind, account], object)?
            .collect()
    }

    /// The signature that an object came with, base64url.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn signature(&self, kind: &str, account: &str, id: &str) -> rusqlite::Result<String> {
        self.connection.query_row(
            "SELECT signature FROM object WHERE type = ?1 AND account = ?2 AND id = ?3",
            [kind, account, id],
            |row| row.get(0),
        )
    }

    /// Forgets how the objects of a type came to where they are: every state that a client can have
    /// is unknown.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn forget_changes(&self, kind: &str, account: &str) -> rusqlite::Result<()> {
        note(&self.connection, account, kind, "", "updated")?;
        self.connection.execute(
            "INSERT OR REPLACE INTO horizon(account, type, state)
             SELECT account, type, max(state) FROM history WHERE account = ?1 AND type = ?2",
            [account, kind],
        )?;
        Ok(())
    }

    /// The oldest state from which changes can be told.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn horizon(&self, kind: &str, account: &str) -> rusqlite::Result<i64> {
        let found = self
            .connection
            .query_row(
                "SELECT state FROM horizon WHERE account = ?1 AND type = ?2",
                [account, kind],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found.unwrap_or(0))
    }

    /// One object of an account. Another account may have one of the same identifier.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn object_of(
        &self,
        kind: &str,
        account: &str,
        id: &str,
    ) -> rusqlite::Result<Option<Object>> {
        self.connection
            .prepare_cached(
                "SELECT id, account, body FROM object
                 WHERE type = ?1 AND account = ?2 AND id = ?3",
            )?
            .query_row([kind, account, id], object)
            .optional()
    }

    /// One object of whatever account.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn object(&self, kind: &str, id: &str) -> rusqlite::Result<Option<Object>> {
        self.connection
            .prepare_cached("SELECT id, account, body FROM object WHERE type = ?1 AND id = ?2")?
            .query_row([kind, id], object)
            .optional()
    }

    /// Identifiers of an account's objects in the order in which they came, after one of them, and
    /// how many there are in all. `None` when there is no such one.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn page(
        &self,
        kind: &str,
        account: &str,
        after: Option<&str>,
        count: i64,
    ) -> rusqlite::Result<Option<(Vec<String>, i64, i64)>> {
        let start: Option<i64> = match after {
            None => Some(0),
            Some(id) => self
                .connection
                .query_row(
                    "SELECT number FROM object WHERE type = ?1 AND account = ?2 AND id = ?3",
                    [kind, account, id],
                    |row| row.get(0),
                )
                .optional()?,
        };
        let Some(start) = start else { return Ok(None) };
        let ids = self
            .connection
            .prepare_cached(
                "SELECT id FROM object WHERE type = ?1 AND account = ?2 AND number > ?3
                 ORDER BY number LIMIT ?4",
            )?
            .query_map(params![kind, account, start, count], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        let (position, total) = self.connection.query_row(
            "SELECT coalesce(sum(number <= ?3), 0), count(*) FROM object
             WHERE type = ?1 AND account = ?2",
            params![kind, account, start],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(Some((ids, position, total)))
    }

    /// Whether an account has this object, and how many of the type it has.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn known(&self, kind: &str, account: &str, id: &str) -> rusqlite::Result<(bool, i64)> {
        self.connection.query_row(
            "SELECT coalesce(max(id = ?3), 0), count(*) FROM object
             WHERE type = ?1 AND account = ?2",
            [kind, account, id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// The newest state of a type in an account.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn state(&self, kind: &str, account: &str) -> rusqlite::Result<i64> {
        self.connection.query_row(
            "SELECT coalesce(max(state), 0) FROM history WHERE type = ?1 AND account = ?2",
            [kind, account],
            |row| row.get(0),
        )
    }

    /// What happened to the objects of a type after a state, oldest first, at most `most` events:
    /// the state of each, identifier, and `created`, `updated` or `destroyed`.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn events(
        &self,
        kind: &str,
        account: &str,
        since: i64,
        most: i64,
    ) -> rusqlite::Result<Vec<(i64, String, String)>> {
        self.connection
            .prepare_cached(
                "SELECT state, id, what FROM history
                 WHERE type = ?1 AND account = ?2 AND state > ?3 ORDER BY state LIMIT ?4",
            )?
            .query_map(params![kind, account, since, most], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect()
    }

    /// Publishes a version of a procedure; without a body, it leaves the catalogue.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn publish(&self, id: &str, body: Option<&str>) -> rusqlite::Result<()> {
        self.connection.execute(
            "INSERT INTO publication(id, body) VALUES(?1, ?2)",
            params![id, body],
        )?;
        Ok(())
    }

    /// How often something was published.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn publications(&self) -> rusqlite::Result<i64> {
        self.connection.query_row(
            "SELECT coalesce(max(state), 0) FROM publication",
            [],
            |row| row.get(0),
        )
    }

    /// What was published last of each procedure: its identifier and body, none when it left.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn published(&self) -> rusqlite::Result<Vec<(String, Option<String>)>> {
        self.connection
            .prepare_cached(
                "SELECT id, body FROM publication
                 WHERE state IN (SELECT max(state) FROM publication GROUP BY id) ORDER BY state",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    /// Identifiers of what was published after a state.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn published_since(&self, state: i64) -> rusqlite::Result<Vec<String>> {
        self.connection
            .prepare_cached(
                "SELECT id FROM publication WHERE state > ?1 GROUP BY id ORDER BY min(state)",
            )?
            .query_map([state], |row| row.get(0))?
            .collect()
    }
}

fn note(
    connection: &Connection,
    account: &str,
    kind: &str,
    id: &str,
    what: &str,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO history(account, type, id, what) VALUES(?1, ?2, ?3, ?4)",
        [account, kind, id, what],
    )?;
    Ok(())
}

fn object(row: &rusqlite::Row<'_>) -> rusqlite::Result<Object> {
    Ok(Object {
        id: row.get(0)?,
        account: row.get(1)?,
        body: row.get(2)?,
    })
}

fn person(row: &rusqlite::Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        subject: row.get(0)?,
        personal_number: row.get(1)?,
        serial_number: row.get(2)?,
    })
}
