//! The file of one person: opening, its lock, its versions.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use kabinet_stb::Secret;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::StoreError;

/// Steps from one version of the tables to the next. A step that was released never changes.
const MIGRATIONS: &[&str] = &[include_str!("migrations/001.sql")];

/// The encrypted store of one person (SQLCipher), held open by one program at a time.
pub struct Store {
    pub(crate) connection: Connection,
    path: PathBuf,
    /// Locked as long as the store is open.
    _lock: File,
}

impl Store {
    /// Makes an empty store at `path`, encrypted with the 32 octets of `key`.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::ReadOnly`], [`StoreError::DiskFull`].
    pub fn create(path: &Path, key: &Secret) -> Result<Self, StoreError> {
        Self::start(path, key, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens the store at `path` and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Damaged`] (also for a wrong key, which wrapping keeps
    /// from happening), [`StoreError::TooNew`], [`StoreError::Busy`], [`StoreError::ReadOnly`].
    pub fn open(path: &Path, key: &Secret) -> Result<Self, StoreError> {
        if !path.try_exists()? {
            return Err(StoreError::NotFound);
        }
        Self::start(path, key, OpenFlags::empty())
    }

    fn start(path: &Path, key: &Secret, create: OpenFlags) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.execute_batch(&key_pragma(key))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
        )?;
        let mut store = Self {
            connection,
            path: path.to_path_buf(),
            _lock: lock,
        };
        store.migrate()?;
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

    fn migrate(&mut self) -> Result<(), StoreError> {
        let version = self.version()?;
        let newest = MIGRATIONS.len() as i64;
        if version > newest {
            return Err(StoreError::TooNew(version));
        }
        for (step, number) in MIGRATIONS
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

    pub(crate) fn transaction(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// Takes the lock beside the store. The system gives it back whatever way the program ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.with_extension("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The raw key, so that SQLCipher derives nothing from it.
fn key_pragma(key: &Secret) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let octets = key.expose();
    let mut text = Zeroizing::new(String::with_capacity(2 * octets.len() + 32));
    text.push_str("PRAGMA key = \"x'");
    for octet in octets {
        for digit in [octet >> 4, octet & 0x0F] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text.push_str("'\";");
    text
}
