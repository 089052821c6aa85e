//! A database where nothing can be written, beside it neither: without locks, journal or index of it.

use std::path::Path;

use kabinet_stb::Secret;
use rusqlite::{Connection, OpenFlags};

use super::{unlocked, with_end};
use crate::StoreError;

/// The file system of SQLite without locks: a file that cannot be written cannot be locked for writing,
/// and without that no journal is read where its index can have no file.
const WITHOUT_LOCKS: &std::ffi::CStr = if cfg!(windows) {
    c"win32-none"
} else {
    c"unix-none"
};

/// A connection to read, which knows the key.
///
/// # Errors
/// [`StoreError::ReadOnly`] when it cannot even be read, [`StoreError::WrongKey`].
pub(super) fn keyed(path: &Path, key: &Secret) -> Result<Connection, StoreError> {
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
