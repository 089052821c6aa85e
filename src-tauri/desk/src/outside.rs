//! Folders with what is out of the store for a while: pages that another program shows, files that were
//! put before the window. Which they are is remembered in the profile, so that what a crash left goes
//! at the next start, and with the person in any case.

use std::path::Path;

use crate::profile::file_problem;
use crate::{Desk, Outcome, lock};

/// What the names of these folders begin with; nothing else is removed, whatever the list says.
pub const PREFIX: &str = "kabinet-";

impl Desk {
    /// Remembers a folder, before anything is put into it.
    ///
    /// # Errors
    /// `read_only` or `disk_full`: then nothing may be put there.
    pub fn remember_outside(&self, folder: &Path) -> Outcome {
        let _alone = lock(&self.outside);
        let mut folders = self.profile.outside();
        folders.push(folder.to_path_buf());
        self.profile.keep_outside(&folders)
    }

    /// Removes all of them. What cannot be removed now stays remembered.
    pub fn clear_outside(&self) {
        let _alone = lock(&self.outside);
        let folders = self.profile.outside();
        if folders.is_empty() {
            return;
        }
        let (mut left, count) = (Vec::new(), folders.len());
        for folder in folders {
            if let Err(error) = remove(&folder) {
                tracing::warn!("a folder outside stays: {}", file_problem(&error));
                left.push(folder);
            }
        }
        if left.len() < count
            && let Err(problem) = self.profile.keep_outside(&left)
        {
            tracing::info!("what was removed stays remembered: {problem}");
        }
    }
}

fn remove(folder: &Path) -> std::io::Result<()> {
    let name = folder.file_name().unwrap_or_default();
    if !name.to_string_lossy().starts_with(PREFIX) {
        return Ok(());
    }
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn what_a_crash_left_goes_and_nothing_else() {
        let (dir, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let desk = || Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let make = |name: &str| {
            let folder = place.path().join(name);
            std::fs::create_dir_all(folder.join("below")).unwrap();
            std::fs::write(folder.join("below/a.pdf"), b"x").unwrap();
            folder
        };
        let [first, second, gone, strange] =
            ["kabinet-1", "kabinet-2", "kabinet-3", "documents"].map(make);
        let other = make("kabinet-4");
        // Each by a program that was killed.
        for folder in [&first, &second, &gone, &strange] {
            desk().remember_outside(folder).unwrap();
        }
        std::fs::remove_dir_all(&gone).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&strange, second.join("link")).unwrap();
        desk().clear_outside();
        assert!(!first.exists() && !second.exists());
        // Neither what is no folder of ours, nor what nobody remembers, nor where a link leads.
        assert!(strange.join("below/a.pdf").exists() && other.exists());
        assert!(desk().profile.outside().is_empty());
        // A list that cannot be read names nothing.
        std::fs::write(dir.path().join("outside.json"), b"{").unwrap();
        desk().clear_outside();
        desk().remember_outside(&other).unwrap();
        desk().clear_outside();
        assert!(!other.exists());
    }
}
