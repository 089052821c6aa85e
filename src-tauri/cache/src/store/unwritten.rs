//! A database where nothing can be written, beside it neither: without locks, journal or index of it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use kabinet_stb::{Secret, random};
use rusqlite::{Connection, OpenFlags};

use super::{STATEMENTS, Store, lock_file, newest_version, unlocked, with_end};
use crate::{StoreError, sharing};

/// The file system of SQLite without locks: a file that cannot be written cannot be locked for writing,
/// and without that no journal is read where its index can have no file.
const WITHOUT_LOCKS: &std::ffi::CStr = if cfg!(windows) {
    c"win32-none"
} else {
    c"unix-none"
};

impl Store {
    /// Opens it without writing anything anywhere.
    pub(super) fn open_to_read(path: &Path, key: &Secret) -> Result<Self, StoreError> {
        let lock = lock_to_read(path)?;
        let connection = keyed(path, key)?;
        // Without locks of its own SQLite believes that it is alone; the index of a journal that a
        // program left behind is made in memory then.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000;",
        )?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        sharing::choose_names(&connection, || u64::from_be_bytes(random::bytes()))?;
        let store = Self {
            connection,
            path: path.to_path_buf(),
            unwritten: Some(Secret::new(key.expose().to_vec())),
            _lock: lock,
        };
        match store.version()? {
            version if version > newest_version() => Err(StoreError::TooNew(version)),
            version if version < newest_version() => Err(StoreError::ReadOnly),
            _ => Ok(store),
        }
    }

    /// Whether it can only be read.
    pub fn is_read_only(&self) -> bool {
        self.unwritten.is_some()
    }

    /// Whether a store that could only be read when it was opened looks as if it could be written now.
    pub fn is_writable_by_now(&self) -> bool {
        let writes = |path: &Path, create| OpenOptions::new().write(true).create(create).open(path);
        self.is_read_only()
            && writes(&self.path, false).is_ok()
            && writes(&lock_file(&self.path), true).is_ok()
    }

    /// Opens a store that could only be read once more, to write if it can be. Another connection
    /// beside the one that reads could not tell what the other does, so that one is closed before.
    ///
    /// # Errors
    /// As [`Store::open`]; the store is closed then.
    pub fn reopen(mut self) -> Result<Self, StoreError> {
        let Some(key) = self.unwritten.take() else {
            return Ok(self);
        };
        let path = std::mem::take(&mut self.path);
        drop(self);
        Self::open(&path, &key)
    }
}

/// The lock beside a store that cannot be written: whoever may write it keeps others from reading what
/// changes under them.
fn lock_to_read(path: &Path) -> Result<Option<File>, StoreError> {
    let file = match File::open(lock_file(path)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// A connection to read, which knows the key.
///
/// # Errors
/// [`StoreError::ReadOnly`] when it cannot even be read, [`StoreError::WrongKey`].
fn keyed(path: &Path, key: &Secret) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if with_end(path, "-wal").try_exists()? {
        let open = || Connection::open_with_flags_and_vfs(path, flags, WITHOUT_LOCKS);
        return unlocked(open, key, None);
    }
    // A journal would be made; what is told never to change has none.
    let flags = flags | OpenFlags::SQLITE_OPEN_URI;
    let address = unchanging(path)?;
    unlocked(|| Connection::open_with_flags(address, flags), key, None)
}

/// The address of a file that does not change while it is open (<https://sqlite.org/uri.html>).
fn unchanging(path: &Path) -> Result<String, StoreError> {
    let absolute = std::path::absolute(path)?;
    let mut address = "file://".to_owned();
    if cfg!(windows) {
        address.push('/');
    }
    for octet in absolute.as_os_str().as_encoded_bytes() {
        match octet {
            b'\\' if cfg!(windows) => address.push('/'),
            b'/' | b'-' | b'.' | b'_' | b'~' => address.push(char::from(*octet)),
            b':' if cfg!(windows) => address.push(':'),
            octet if octet.is_ascii_alphanumeric() => address.push(char::from(*octet)),
            octet => address.push_str(&format!("%{octet:02X}")),
        }
    }
    address.push_str("?immutable=1");
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::super::KEY;
    use super::*;

    fn key() -> Secret {
        Secret::new(vec![7; KEY])
    }

    #[test]
    fn what_cannot_be_written_is_read_with_its_journal_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = Store::create(&path, &key()).unwrap();
        store
            .connection
            .execute("INSERT INTO procedures (id, body) VALUES ('1', '{}')", [])
            .unwrap();
        // As a power cut leaves it: what was written last is in the journal alone.
        let cut = tempfile::tempdir().unwrap();
        let left = cut.path().join("a folder, %41?").join("store.db");
        std::fs::create_dir(left.parent().unwrap()).unwrap();
        for end in ["", "-wal"] {
            std::fs::copy(with_end(&path, end), with_end(&left, end)).unwrap();
        }
        drop(store);
        let closed = left.with_file_name("closed.db");
        std::fs::copy(&path, &closed).unwrap();
        let octets = |path: &Path| {
            let read = |end| std::fs::read(with_end(path, end)).ok();
            (read(""), read("-wal"), lock_file(path).exists())
        };
        for path in [&left, &closed] {
            let before = octets(path);
            // Nothing keeps a second reader away.
            let readers = [(); 2].map(|()| Store::open_to_read(path, &key()).unwrap());
            for mut store in readers {
                assert!(store.is_read_only());
                assert_eq!(store.count("procedures").unwrap(), 1);
                let written = store
                    .connection
                    .execute("DELETE FROM procedures", [])
                    .map_err(StoreError::from);
                assert!(matches!(written, Err(StoreError::ReadOnly)), "{written:?}");
                let begun = store.transaction().and_then(|transaction| {
                    transaction.execute("DELETE FROM procedures", [])?;
                    Ok(transaction.commit()?)
                });
                assert!(matches!(begun, Err(StoreError::ReadOnly)), "{begun:?}");
            }
            assert_eq!(octets(path), before);
        }
        // Who writes and who reads keep each other away where there is a lock.
        let writer = Store::open(&left, &key()).unwrap();
        assert!(!writer.is_read_only());
        let reader = Store::open_to_read(&left, &key());
        assert!(matches!(reader, Err(StoreError::Busy)));
        drop(writer);
        let _reader = Store::open_to_read(&left, &key()).unwrap();
        assert!(matches!(Store::open(&left, &key()), Err(StoreError::Busy)));
        let other = Store::open_to_read(&closed, &Secret::new(vec![8; KEY]));
        assert!(matches!(other, Err(StoreError::Damaged)));
    }

    #[test]
    fn it_is_written_as_soon_as_it_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        drop(Store::create(&path, &key()).unwrap());
        let count = |store: &Store| store.count("procedures").unwrap();
        let reader = Store::open_to_read(&path, &key()).unwrap();
        assert!(reader.is_writable_by_now());
        let store = reader.reopen().unwrap();
        assert!(!store.is_read_only() && !store.is_writable_by_now());
        store
            .connection
            .execute("INSERT INTO procedures (id, body) VALUES ('1', '{}')", [])
            .unwrap();
        drop(store);

        // A folder in place of its lock: whatever the rights are, nobody can write.
        std::fs::remove_file(lock_file(&path)).unwrap();
        let reader = Store::open_to_read(&path, &key()).unwrap();
        std::fs::create_dir(lock_file(&path)).unwrap();
        assert!(!reader.is_writable_by_now());
        assert_eq!(count(&reader), 1);
        drop(reader);
        std::fs::remove_dir(lock_file(&path)).unwrap();

        // What another program took meanwhile is closed, and said to be taken.
        let reader = Store::open_to_read(&path, &key()).unwrap();
        let writer = Store::open(&path, &key()).unwrap();
        assert!(matches!(reader.reopen(), Err(StoreError::Busy)));
        assert_eq!(count(&writer), 1);
    }
}
