//! Forgetting a person: the store and its key go.

use std::path::Path;

use crate::{StoreError, protection, repair, store};

/// Removes the store at `path` with all that belongs to it: the key, wherever it is kept, the
/// database, its journals, what repairs left and the lock. The key goes first, so that whatever is left of the rest
/// after a power cut can no longer be read. Nothing there is no error.
///
/// # Errors
/// [`StoreError::Busy`] while the store is open, here or in another program: nothing is removed
/// then. [`StoreError::NoKeyStore`] when the files are gone but the system's key store did not let
/// the key go. [`StoreError::ReadOnly`], [`StoreError::Io`].
pub fn forget(path: &Path) -> Result<(), StoreError> {
    let lock = match store::lock(path) {
        // Without the folder there is no store.
        Err(StoreError::NotFound) => return Ok(()),
        lock => lock?,
    };
    let key = match protection::forget_key(path) {
        Err(StoreError::NoKeyStore) => Err(StoreError::NoKeyStore),
        done => Ok(done?),
    };
    // The journals first: without them the database is an older one, never a broken one.
    for end in ["-wal", "-shm", "-journal", ""] {
        protection::remove(&store::with_end(path, end))?;
    }
    for file in repair::traces(path)? {
        protection::remove(&file)?;
    }
    // Not every system removes a file that is open.
    drop(lock);
    protection::remove(&store::lock_file(path))?;
    key
}
