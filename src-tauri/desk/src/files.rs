//! Files that are whole or not there. What the person has is never overwritten: a result gets a name that
//! is free, and only a signature that is raised takes the place of the same signature of before.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::new_file::{self, Readers, folder_of};
use crate::problem::Code;
use crate::profile::file_problem;
use crate::{Desk, Outcome};

/// Names that are tried before it is given up.
const NAMES: u32 = 1000;

impl Desk {
    /// Writes the signed application, as it was sent, to a file.
    ///
    /// # Errors
    /// `application_not_found`, also for one that was sent from elsewhere; `file_unreadable`.
    pub fn save_application(&self, id: &str, output: &Path) -> Outcome {
        let id = crate::drafting::parse_id(id, Code::ApplicationNotFound)?;
        let cms = self
            .with_store(|store| Ok(store.signed_copy(id)?.ok_or(Code::ApplicationNotFound)?))?;
        write_beside(output, |target| {
            target.write_all(&cms).map_err(|error| file_problem(&error))
        })
    }
}

/// Writes beside `output` and renames, so that there is a whole file or none.
pub(crate) fn write_beside(
    output: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Outcome,
) -> Outcome {
    let mut name = output.as_os_str().to_owned();
    name.push(".part");
    let part = Path::new(&name);
    let whole = || -> Outcome {
        let mut target = BufWriter::new(File::create(part).map_err(|error| file_problem(&error))?);
        write(&mut target)?;
        let file = target
            .into_inner()
            .map_err(|error| file_problem(error.error()))?;
        file.sync_all().map_err(|error| file_problem(&error))?;
        fs::rename(part, output).map_err(|error| file_problem(&error))
    };
    whole().inspect_err(|_| {
        let _ = fs::remove_file(part);
    })
}

/// Where a result goes.
#[derive(Clone, Debug)]
pub enum Place {
    /// Into that folder, by that name, or the next one that is free: `a (2).p7s` after `a.p7s`.
    Folder(PathBuf, String),
    /// There, and nowhere else.
    File(PathBuf),
}

/// Writes a file that was not there; gives its path.
///
/// # Errors
/// `file_exists`; those of writing. Nothing is left then.
pub(crate) fn write_new(
    place: &Place,
    write: impl FnOnce(&mut BufWriter<&File>) -> Outcome,
) -> Outcome<PathBuf> {
    write_new_for(place, Readers::Usual, write).map(|(path, ())| path)
}

/// As [`write_new`], for those readers, with what the writing gives.
///
/// # Errors
/// As [`write_new`].
pub(crate) fn write_new_for<T>(
    place: &Place,
    readers: Readers,
    write: impl FnOnce(&mut BufWriter<&File>) -> Outcome<T>,
) -> Outcome<(PathBuf, T)> {
    let path = match place {
        Place::File(path) => path.clone(),
        Place::Folder(folder, name) => free(folder, name),
    };
    let written = new_file::write_new(&path, readers, write)?;
    Ok((path, written))
}

/// Writes a file anew, with the rights that it has: there is the old one or the new one.
///
/// # Errors
/// Those of writing. The old one stays then.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> Outcome,
) -> Outcome {
    let rights = fs::metadata(path)
        .map_err(|error| file_problem(&error))?
        .permissions();
    let part = tempfile::Builder::new()
        .prefix(".kabinet-")
        .tempfile_in(folder_of(path))
        .map_err(|error| file_problem(&error))?;
    let mut target = BufWriter::new(part.as_file());
    write(&mut target)?;
    target.flush().map_err(|error| file_problem(&error))?;
    drop(target);
    let whole = part
        .as_file()
        .sync_all()
        .and_then(|()| fs::set_permissions(part.path(), rights));
    whole.map_err(|error| file_problem(&error))?;
    part.persist(path)
        .map(|_| ())
        .map_err(|failed| file_problem(&failed.error))
}

/// The name, or the next one that is free.
fn free(folder: &Path, name: &str) -> PathBuf {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let dot = if ending.is_empty() { "" } else { "." };
    let first = folder.join(name);
    let numbered = (2..NAMES).map(|number| folder.join(format!("{stem} ({number}){dot}{ending}")));
    std::iter::once(first.clone())
        .chain(numbered)
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or(first)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn put(place: &Place, octets: &[u8]) -> Outcome<PathBuf> {
        write_new(place, |target| {
            target
                .write_all(octets)
                .map_err(|error| file_problem(&error))
        })
    }

    #[test]
    fn a_result_never_takes_the_place_of_another() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::Folder(dir.path().to_path_buf(), "a.pdf.p7s".into());
        for (number, name) in ["a.pdf.p7s", "a.pdf (2).p7s", "a.pdf (3).p7s"]
            .into_iter()
            .enumerate()
        {
            let path = put(&place, &[number as u8]).unwrap();
            assert_eq!(path, dir.path().join(name));
        }
        assert_eq!(fs::read(dir.path().join("a.pdf.p7s")).unwrap(), [0]);
        let named = Place::File(dir.path().join("a.pdf.p7s"));
        assert_eq!(put(&named, b"x").unwrap_err().code, Code::FileExists);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_fails_leaves_nothing_and_what_was_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, b"old").unwrap();
        let fail = |target: &mut BufWriter<&File>| -> Outcome {
            target.write_all(b"half").unwrap();
            Err(Code::Cancelled.into())
        };
        assert!(replace(&path, fail).is_err());
        let place = Place::Folder(dir.path().to_path_buf(), "b".into());
        assert!(write_new(&place, fail).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
