//! Files that are either whole or not there.

use std::io::Write as _;
use std::path::Path;

/// Writes `octets` to a neighbour and puts it in place of `file` in one step.
///
/// # Errors
/// Those of the file system.
pub fn write(file: &Path, octets: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = file.with_extension("new");
    let mut handle = std::fs::File::create(&draft)?;
    handle.write_all(octets)?;
    handle.sync_all()?;
    std::fs::rename(draft, file)
}
