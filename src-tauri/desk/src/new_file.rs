//! New files that are whole or not there at all, and never take another one's place.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use crate::Outcome;
use crate::problem::{Code, Problem};
use crate::profile::file_problem;

/// Who may read a new file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// The person alone.
    Ours,
    /// Whom the system lets read new files.
    Usual,
}

/// Writes a new file. What is written has no name until it is whole, where the system can do so
/// (Linux, on file systems of its own): then nothing of it remains whatever ends the program. Elsewhere
/// it has a name of its own, which goes when writing fails.
///
/// # Errors
/// `file_exists` where something is already; what the writing says; `disk_full`, `read_only`,
/// `file_unreadable`.
pub(crate) fn write_new<T>(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut BufWriter<&File>) -> Outcome<T>,
) -> Outcome<T> {
    refuse_existing(path)?;
    let part = Part::beside(path, readers).map_err(|error| file_problem(&error))?;
    let mut target = BufWriter::new(part.file());
    let outcome = write(&mut target)?;
    target.flush().map_err(|error| file_problem(&error))?;
    drop(target);
    let whole = part.file().sync_all().and_then(|()| part.name(path));
    match whole {
        Ok(()) => Ok(outcome),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(file_problem(&error)),
    }
}

/// Says before the work that its result would have no place.
pub(crate) fn refuse_existing(path: &Path) -> Outcome {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    Ok(())
}

fn exists(path: &Path) -> Problem {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Problem::new(Code::FileExists).with("name", name)
}

/// The folder of a file, also of one without a path.
pub(crate) fn folder_of(path: &Path) -> &Path {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// What is written, before it has its name.
enum Part {
    #[cfg(target_os = "linux")]
    Nameless(File),
    Named(tempfile::NamedTempFile),
}

impl Part {
    fn beside(path: &Path, readers: Readers) -> io::Result<Self> {
        let folder = folder_of(path);
        #[cfg(target_os = "linux")]
        if let Ok(file) = nameless::open(folder, readers) {
            return Ok(Self::Nameless(file));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".kabinet-");
        #[cfg(unix)]
        if readers == Readers::Usual {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        #[cfg(not(unix))]
        let _ = readers;
        builder.tempfile_in(folder).map(Self::Named)
    }

    fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
            Self::Named(file) => file.as_file(),
        }
    }

    /// Gives it its name, unless that is taken.
    fn name(self, path: &Path) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => nameless::name(&file, path),
            Self::Named(file) => file
                .persist_noclobber(path)
                .map(drop)
                .map_err(|error| error.error),
        }
    }
}

/// Files that have no name yet: open(2), O_TMPFILE.
#[cfg(target_os = "linux")]
mod nameless {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd as _;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open as open_at};

    use super::Readers;

    pub(super) fn open(folder: &Path, readers: Readers) -> io::Result<File> {
        let mode = match readers {
            Readers::Ours => Mode::RUSR | Mode::WUSR,
            Readers::Usual => Mode::from_raw_mode(0o666),
        };
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        Ok(open_at(folder, flags, mode)?.into())
    }

    pub(super) fn name(file: &File, path: &Path) -> io::Result<()> {
        let number = format!("/proc/self/fd/{}", file.as_raw_fd());
        Ok(linkat(CWD, number, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_whole_file_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let outcome = write_new(&path, Readers::Ours, |target| {
            target.write_all(b"half").unwrap();
            Err::<(), _>(Code::Internal.into())
        });
        assert_eq!(outcome.unwrap_err().code, Code::Internal);
        assert!(names(folder.path()).is_empty());
        write_new(&path, Readers::Ours, |target| {
            target.write_all(b"whole").unwrap();
            target.flush().unwrap();
            assert!(!path.exists());
            Ok(())
        })
        .unwrap();
        assert_eq!(names(folder.path()), ["new"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    /// Whatever ends the program meanwhile, nothing has a name that could remain.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_not_whole_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        write_new(&path, Readers::Ours, |target| {
            target.write_all(b"half").unwrap();
            target.flush().unwrap();
            assert!(names(folder.path()).is_empty());
            Ok(())
        })
        .unwrap();
        assert_eq!(names(folder.path()), ["new"]);
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("there");
        std::fs::write(&path, b"old").unwrap();
        let outcome = write_new(&path, Readers::Usual, |_| Ok(()));
        assert_eq!(outcome.unwrap_err().code, Code::FileExists);
        // Also when it comes meanwhile.
        let other = folder.path().join("comes");
        let outcome = write_new(&other, Readers::Usual, |target| {
            std::fs::write(&other, b"first").unwrap();
            target.write_all(b"second").unwrap();
            Ok(())
        });
        assert_eq!(outcome.unwrap_err().code, Code::FileExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read(&other).unwrap(), b"first");
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_ours_is_for_nobody_else() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_new(&path, Readers::Ours, |_| Ok(())).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
