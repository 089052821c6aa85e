//! The file of one person: opening, its lock, its versions.

mod unwritten;

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Once;

use kabinet_stb::hash::belt_hash;
use kabinet_stb::{Secret, random};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::search::index;
use crate::{StoreError, attachments, sharing};

/// Steps from one version of the tables to the next. A step that was released never changes.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001.sql"),
    include_str!("migrations/002.sql"),
    include_str!("migrations/003.sql"),
    include_str!("migrations/004.sql"),
    include_str!("migrations/005.sql"),
    include_str!("migrations/006.sql"),
    include_str!("migrations/007.sql"),
    include_str!("migrations/008.sql"),
    include_str!("migrations/009.sql"),
    include_str!("migrations/010.sql"),
    include_str!("migrations/011.sql"),
    include_str!("migrations/012.sql"),
    include_str!("migrations/013.sql"),
];
/// Tables whose rows the portal has too.
pub(crate) const FROM_PORTAL: &[&str] = &[
    "applications",
    "document_blobs",
    "documents",
    "messages",
    "procedures",
];
/// Tables that are made anew from the others, or by asking the portal for everything.
pub(crate) const REMADE: &[&str] = &[
    "noticed",
    "revocation_answers",
    "sync_states",
    "search_due",
    "search_state",
    "search_entries",
    "search_words",
];
/// Prepared statements that are kept: about as many as this crate has.
const STATEMENTS: usize = 128;
/// Length of the key, in octets.
const KEY: usize = 32;
/// Length of the salt at the beginning of the file, in octets.
pub(crate) const SALT: usize = 16;

/// With the key, what the keys of SQLCipher's authentication codes are derived from.
pub(crate) type Salt = [u8; SALT];

/// The encrypted store of one person (SQLCipher), held open by one program at a time; where it cannot
/// be written, several may read it.
pub struct Store {
    pub(crate) connection: Connection,
    path: PathBuf,
    /// Of a store that can only be read: what opens it once it can be written.
    unwritten: Option<Secret>,
    /// Locked as long as the store is open; none where there is none and none can be made.
    _lock: Option<File>,
}

impl Store {
    /// Makes an empty store at `path`, encrypted with the 32 octets of `key`.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::Busy`], [`StoreError::ReadOnly`],
    /// [`StoreError::DiskFull`]; [`StoreError::WrongKey`] for a key of another length.
    pub fn create(path: &Path, key: &Secret) -> Result<Self, StoreError> {
        if path.try_exists()? {
            return Err(StoreError::Exists);
        }
        let store = Self::start(path, key, OpenFlags::SQLITE_OPEN_CREATE, MIGRATIONS)?;
        // Of an empty store the index is complete.
        index::mark_current(&store.connection)?;
        Ok(store)
    }

    /// As [`Store::create`], with the tables as they were in that version.
    pub(crate) fn create_at(path: &Path, key: &Secret, version: i64) -> Result<Self, StoreError> {
        let steps = usize::try_from(version).unwrap_or(0).min(MIGRATIONS.len());
        let steps = MIGRATIONS.get(..steps).unwrap_or(MIGRATIONS);
        Self::start(path, key, OpenFlags::SQLITE_OPEN_CREATE, steps)
    }

    /// Brings the tables up to date.
    pub(crate) fn migrate_all(&mut self) -> Result<(), StoreError> {
        self.migrate(MIGRATIONS)
    }

    /// Opens the store at `path` and brings its tables up to date. Where file or folder cannot be
    /// written it is opened to be read: everything is there, and whatever writes is
    /// [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Damaged`] (also for a wrong key, which wrapping keeps
    /// from happening), [`StoreError::TooNew`], [`StoreError::Busy`]; [`StoreError::ReadOnly`] when an
    /// earlier version wrote the tables, which cannot be brought up to date.
    pub fn open(path: &Path, key: &Secret) -> Result<Self, StoreError> {
        if !path.try_exists()? {
            return Err(StoreError::NotFound);
        }
        let opened = Self::start(path, key, OpenFlags::empty(), MIGRATIONS).and_then(|store| {
            match attachments::drop_unfinished(&store.connection) {
                // It takes room before it gives some. The rest can be read all the same.
                Ok(()) | Err(StoreError::DiskFull) => Ok(store),
                Err(error) => Err(error),
            }
        });
        match opened {
            Err(StoreError::ReadOnly) => Self::open_to_read(path, key),
            other => other,
        }
    }

    fn start(
        path: &Path,
        key: &Secret,
        create: OpenFlags,
        steps: &[&str],
    ) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        // A file that is there has the salt that it began with.
        let new = create.contains(OpenFlags::SQLITE_OPEN_CREATE);
        if !new {
            // SQLite opens what it may not write to read it, and fails much later.
            OpenOptions::new().write(true).open(path)?;
        }
        let connection = keyed(path, key, new.then(|| salt(key)), flags)?;
        // Nobody else opens the file, so the journal needs no shared index: a file that could not be
        // made on a full disk, where everything must stay readable.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
             PRAGMA cache_size = -16000;",
        )?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        sharing::choose_names(&connection, || u64::from_be_bytes(random::bytes()))?;
        let mut store = Self {
            connection,
            path: path.to_path_buf(),
            unwritten: None,
            _lock: Some(lock),
        };
        store.migrate(steps)?;
        Ok(store)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Version of the tables.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn version(&self) -> Result<i64, StoreError> {
        Ok(self
            .connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))?)
    }

    /// Most pages of the file, each 4096 octets; writing more is [`StoreError::DiskFull`].
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        Ok(self.connection.query_row(
            &format!("PRAGMA max_page_count = {pages}"),
            [],
            |_| Ok(()),
        )?)
    }

    /// Takes the names that computers have in the clocks of shared drafts from other numbers than the
    /// system's random ones.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn named_by(&self, number: impl Fn() -> u64 + Send + 'static) -> Result<(), StoreError> {
        sharing::choose_names(&self.connection, number)
    }

    /// Asks before each transaction is kept whether the power lasts; without it the transaction
    /// leaves nothing behind and is an error.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn powered_by(
        &mut self,
        power: impl Fn() -> bool + Send + 'static,
    ) -> Result<(), StoreError> {
        Ok(self.connection.commit_hook(Some(move || !power()))?)
    }

    /// Each step is one transaction with its number, so that a broken one leaves the version before.
    fn migrate(&mut self, steps: &[&str]) -> Result<(), StoreError> {
        let version = self.version()?;
        let newest = i64::try_from(steps.len()).unwrap_or(i64::MAX);
        if version > newest {
            return Err(StoreError::TooNew(version));
        }
        for (step, number) in steps
            .iter()
            .zip(1..)
            .skip(usize::try_from(version).unwrap_or(0))
        {
            let transaction = self.transaction()?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
        Ok(())
    }

    pub(crate) fn count(&self, table: &str) -> Result<usize, StoreError> {
        let count: i64 =
            self.connection
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get(0)
                })?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    pub(crate) fn transaction(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// The version that this program writes.
pub(crate) fn newest_version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The salt of new stores. It is made from the key, so that it is not lost with the first page: the
/// key is random and belongs to one store, for which no other salt would do more.
pub(crate) fn salt(key: &Secret) -> Salt {
    let mut octets = Zeroizing::new(b"salt of a store".to_vec());
    octets.extend_from_slice(key.expose());
    let mut salt = [0; SALT];
    for (octet, from) in salt.iter_mut().zip(belt_hash(&octets)) {
        *octet = from;
    }
    salt
}

/// A connection that knows the key. Nothing is read yet, so a wrong key is not noticed here. A new
/// file begins with `salt`, a random one without.
pub(crate) fn keyed(
    path: &Path,
    key: &Secret,
    salt: Option<Salt>,
    flags: OpenFlags,
) -> Result<Connection, StoreError> {
    unlocked(|| Connection::open_with_flags(path, flags), key, salt)
}

/// Opens a connection and tells it its key.
fn unlocked(
    open: impl FnOnce() -> rusqlite::Result<Connection>,
    key: &Secret,
    salt: Option<Salt>,
) -> Result<Connection, StoreError> {
    // Anything but 32 octets would be taken for a passphrase.
    if key.expose().len() != KEY {
        return Err(StoreError::WrongKey);
    }
    begin();
    let connection = open()?;
    // SQLCipher would also write what it returns to the standard error output.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    connection.execute_batch(&key_pragma(key, salt))?;
    check_cipher(&connection)?;
    Ok(connection)
}

/// Waits until SQLCipher is ready. SQLite makes it so with the first connection, but tells other threads
/// before that it is; they would have their key refused.
fn begin() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        // Should it fail, so do the connections that follow, which say why.
        let _ = Connection::open_in_memory();
    });
}

/// A plain SQLite passes over `PRAGMA key` without a word, and would write in the clear.
fn check_cipher(connection: &Connection) -> Result<(), StoreError> {
    let active: Option<String> = connection
        .query_row("PRAGMA cipher_status", [], |row| row.get(0))
        .optional()?;
    if active.as_deref() == Some("1") {
        Ok(())
    } else {
        Err(StoreError::Unencrypted)
    }
}

/// Takes the lock beside the store. The system gives it back whatever way the program ends.
pub(crate) fn lock(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock_file(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

pub(crate) fn lock_file(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// The file of the database with another end, such as that of its journal.
pub(crate) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

/// The raw key, so that SQLCipher derives nothing from it.
fn key_pragma(key: &Secret, salt: Option<Salt>) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let octets = key.expose();
    let mut text = Zeroizing::new(String::with_capacity(2 * (octets.len() + SALT) + 32));
    text.push_str("PRAGMA key = \"x'");
    for octet in octets.iter().chain(salt.iter().flatten()) {
        for digit in [octet >> 4, octet & 0x0F] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text.push_str("'\";");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Secret {
        Secret::new(vec![7; KEY])
    }

    #[test]
    fn the_cipher_and_the_settings_are_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("store.db"), &key()).unwrap();
        let text = |pragma: &str| -> String {
            store
                .connection
                .query_row(&format!("PRAGMA {pragma}"), [], |row| {
                    row.get_ref(0).map(|value| match value {
                        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                        other => other.as_str().unwrap().to_owned(),
                    })
                })
                .unwrap()
        };
        assert!(text("cipher_version").starts_with("4."));
        assert_eq!(text("cipher_use_hmac"), "1");
        assert_eq!(text("journal_mode"), "wal");
        assert_eq!(text("locking_mode"), "exclusive");
        assert_eq!(text("synchronous"), "2");
        assert_eq!(text("foreign_keys"), "1");
        assert_eq!(text("secure_delete"), "1");
    }

    #[test]
    fn a_library_without_cipher_is_noticed() {
        let connection = Connection::open_in_memory().unwrap();
        // As with a plain SQLite, no key took effect here.
        let refused = check_cipher(&connection);
        assert!(matches!(refused, Err(StoreError::Unencrypted)));
    }

    #[test]
    fn steps_go_on_from_where_the_file_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut store = Store::create(&path, &key()).unwrap();
        store
            .connection
            .execute("INSERT INTO procedures (id, body) VALUES ('1', '{}')", [])
            .unwrap();
        let known = MIGRATIONS.len() as i64;
        let next = "ALTER TABLE procedures ADD COLUMN more TEXT NOT NULL DEFAULT 'x'";
        // A step that breaks half way leaves nothing behind.
        let broken = "CREATE TABLE half (a INTEGER); INSERT INTO none VALUES (1)";
        let steps = [MIGRATIONS, &[next, broken]].concat();
        assert!(store.migrate(&steps).is_err());
        assert_eq!(store.version().unwrap(), known + 1);
        let count = |sql: &str| -> i64 {
            store
                .connection
                .query_row(sql, [], |row| row.get(0))
                .unwrap()
        };
        assert_eq!(
            count("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"),
            0
        );
        assert_eq!(count("SELECT count(*) FROM procedures WHERE more = 'x'"), 1);
        drop(store);
        // This program does not know the last step.
        let newer = Store::open(&path, &key());
        assert!(matches!(newer, Err(StoreError::TooNew(version)) if version == known + 1));
    }

    #[test]
    fn an_unfinished_transaction_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut store = Store::create(&path, &key()).unwrap();
        let transaction = store.transaction().unwrap();
        transaction
            .execute("INSERT INTO procedures (id, body) VALUES ('1', '{}')", [])
            .unwrap();
        // The files as a power cut would leave them, with the transaction still open.
        let after = folder.path().join("after.db");
        for end in ["", "-wal"] {
            let from = format!("{}{end}", path.display());
            std::fs::copy(from, format!("{}{end}", after.display())).unwrap();
        }
        drop(transaction);
        let store = Store::open(&after, &key()).unwrap();
        assert!(store.procedures().unwrap().is_empty());
    }

    #[test]
    fn the_newest_come_through_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("store.db"), &key()).unwrap();
        let plan: String = store
            .connection
            .query_row(
                "EXPLAIN QUERY PLAN SELECT body FROM applications
                 ORDER BY submitted_at DESC, id DESC LIMIT 10",
                [],
                |row| row.get("detail"),
            )
            .unwrap();
        assert!(plan.contains("applications_newest"), "{plan}");
    }
}
