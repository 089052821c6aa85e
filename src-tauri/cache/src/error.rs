//! What can go wrong with a store.

use rusqlite::ErrorCode;

/// Why the store did not do what was asked. Nothing that was written before is lost by it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The passphrase is not the one that the key was wrapped with.
    #[error("the passphrase is wrong")]
    WrongKey,
    /// The file is damaged, or not this key's.
    #[error("the store's file is damaged")]
    Damaged,
    /// No space is left on the disk.
    #[error("no space is left for the store")]
    DiskFull,
    /// The file or its folder cannot be written.
    #[error("the store cannot be written")]
    ReadOnly,
    /// Another program has the store open.
    #[error("another program has the store open")]
    Busy,
    /// A newer version of the program wrote the store.
    #[error("the store is of version {0}, which is newer than this program")]
    TooNew(i64),
    /// There is a store already where a new one should be made.
    #[error("there is a store already")]
    Exists,
    /// The database library that the program was built with does not encrypt. Nothing was written.
    #[error("the database library does not encrypt")]
    Unencrypted,
    /// No store or no row of that name.
    #[error("not found in the store")]
    NotFound,
    /// The system's key store is not there or is locked.
    #[error("the system's key store cannot be used")]
    NoKeyStore,
    /// Another error of the file system.
    #[error("the store's file cannot be used: {0}")]
    Io(std::io::Error),
    /// Another error of the database.
    #[error("the database failed: {0}")]
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(error, rusqlite::Error::QueryReturnedNoRows) {
            return Self::NotFound;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly
            }
            // What the system says of a disk that it no longer lets anybody write to.
            Some(ErrorCode::SystemIoFailure) if is_of_writing(&error) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}

fn is_of_writing(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    let code = error.sqlite_error().map(|error| error.extended_code);
    code.is_some_and(|code| {
        [
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_DIR_FSYNC,
            ffi::SQLITE_IOERR_TRUNCATE,
        ]
        .contains(&code)
    })
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::DiskFull,
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Self::ReadOnly,
            Kind::NotFound => Self::NotFound,
            _ => Self::Io(error),
        }
    }
}

/// A row that this program wrote and cannot read is damage.
impl From<serde_json::Error> for StoreError {
    fn from(_: serde_json::Error) -> Self {
        Self::Damaged
    }
}
