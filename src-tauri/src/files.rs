//! Journey J10 in the window: files that the person drops or chooses are signed and checked.
//!
//! The page never learns where a file is and cannot name one. What is dropped or chosen comes as octets,
//! piece by piece, and is kept in a folder of this run that only the person can read; what becomes of it
//! goes to the folder for results. What the system handed over stays where it is, and what becomes of it
//! goes beside it where that can be written. Nothing is overwritten.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kabinet_desk::view::{
    AskedView, FileProgressView, LevelView, PromptView, RaisingView, SignedFileView,
    VerifiedFileView,
};
use kabinet_desk::{
    Code, Desk, FileToSign, FileToVerify, KEY_LEVEL, Outcome, Problem, SignWishes, VerifyWishes,
    Watching, content_among, content_name, place_beside,
};
use serde::Serialize;
use tauri::async_runtime::block_on;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Emitter as _, State};
use tempfile::TempDir;

use crate::commands::{Answer, Shared, ask, blocking, downloads, said};
use crate::paper::new_folder;

/// Header with the handle of a file that is handed over.
const HANDLE: &str = "kabinet-file";
/// Most octets that the page hands over at once.
const LARGEST_PIECE: usize = 4 * 1024 * 1024;
/// Most files at a time.
const MOST: usize = 100;

/// The files that the person put before the window.
#[derive(Default)]
pub(crate) struct Handed {
    files: Mutex<Files>,
    stop: Arc<AtomicBool>,
}

#[derive(Default)]
struct Files {
    next: u64,
    known: BTreeMap<u64, Known>,
    /// What the page handed over; goes when the store closes, and with the program.
    folder: Option<TempDir>,
}

#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    size: u64,
    /// Octets that have come.
    came: u64,
    /// Whether it is the person's own file, which stays where it is.
    own: bool,
}

impl Known {
    /// Where what becomes of it goes: beside the person's own file where that can be written, else into
    /// that folder.
    pub(crate) fn folder(&self, results: &Path) -> PathBuf {
        let beside = self.path.parent().filter(|_| self.own);
        let writable = beside.filter(|folder| tempfile::tempfile_in(folder).is_ok());
        writable.unwrap_or(results).to_path_buf()
    }
}

/// A file, as the page knows it.
#[derive(Serialize)]
pub(crate) struct HandedView {
    handle: u64,
    name: String,
    size: u64,
}

/// What became of files that were signed.
#[derive(Serialize)]
pub(crate) struct SignedView {
    files: Vec<SignedFileView>,
    asked: Vec<AskedView>,
}

impl Handed {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what the page handed over.
    pub(crate) fn clear(&self) {
        *self.files() = Files::default();
    }

    /// Adds a file of the person's own, which stays where it is.
    pub(crate) fn add_own(&self, name: &str, path: PathBuf, size: u64) -> Outcome<HandedView> {
        self.files().add(Known {
            name: name.to_owned(),
            path,
            size,
            came: size,
            own: true,
        })
    }

    /// Adds a file with these octets.
    pub(crate) fn put(&self, desk: &Desk, name: &str, octets: &[u8]) -> Outcome<HandedView> {
        let mut files = self.files();
        let view = files.begin(desk, name, octets.len() as u64)?;
        if let Some(known) = files.known.get_mut(&view.handle) {
            std::fs::write(&known.path, octets).map_err(|error| unwritable(&error))?;
            known.came = known.size;
        }
        Ok(view)
    }

    /// The files of those handles, in that order.
    pub(crate) fn these(&self, handles: &[u64]) -> Outcome<Vec<Known>> {
        let files = self.files();
        let known = handles.iter().map(|handle| {
            let known = files.known.get(handle);
            let whole = known.filter(|one| one.came == one.size);
            whole
                .cloned()
                .ok_or_else(|| Problem::new(Code::FileUnreadable).because("no such file"))
        });
        known.collect()
    }
}

impl Files {
    /// A file of which nothing has come yet.
    fn begin(&mut self, desk: &Desk, name: &str, size: u64) -> Outcome<HandedView> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => new_folder(desk, &std::env::temp_dir())?,
        };
        let path = folder.path().join((self.next + 1).to_string());
        self.folder = Some(folder);
        File::create_new(&path).map_err(|error| unwritable(&error))?;
        self.add(Known {
            name: name_alone(name),
            path,
            size,
            came: 0,
            own: false,
        })
    }

    fn forget(&mut self, handles: &[u64]) {
        for handle in handles {
            if let Some(known) = self.known.remove(handle)
                && !known.own
            {
                let _ = std::fs::remove_file(known.path);
            }
        }
    }

    fn add(&mut self, known: Known) -> Outcome<HandedView> {
        if self.known.len() >= MOST {
            return Err(Problem::new(Code::TooManyFiles).with("count", MOST.to_string()));
        }
        self.next += 1;
        let view = HandedView {
            handle: self.next,
            name: known.name.clone(),
            size: known.size,
        };
        self.known.insert(self.next, known);
        Ok(view)
    }
}

/// The page is about to hand a file over.
#[tauri::command]
pub(crate) fn begin_file(
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    name: String,
    size: u64,
) -> Answer<HandedView> {
    let begun = handed.files().begin(&desk, &name, size);
    said(&desk, begun)
}

/// A piece of a file that the page hands over, behind what came before.
#[tauri::command]
pub(crate) fn append_file(
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    request: Request<'_>,
) -> Answer {
    let append = || {
        let InvokeBody::Raw(piece) = request.body() else {
            return Err(Code::Usage.into());
        };
        let handle = request.headers().get(HANDLE);
        let handle = handle.and_then(|value| value.to_str().ok()?.parse().ok());
        let mut files = handed.files();
        let known = handle.and_then(|handle: u64| files.known.get_mut(&handle));
        let known = known.ok_or(Code::FileUnreadable)?;
        let whole = known.came.saturating_add(piece.len() as u64);
        if piece.len() > LARGEST_PIECE || whole > known.size {
            return Err(Code::FileUnreadable.into());
        }
        let mut file = OpenOptions::new()
            .append(true)
            .open(&known.path)
            .map_err(|error| unwritable(&error))?;
        file.write_all(piece).map_err(|error| unwritable(&error))?;
        known.came = whole;
        Ok(())
    };
    said(&desk, append())
}

/// Takes files off the list; the person's own stay as they are.
#[tauri::command]
pub(crate) fn drop_files(handed: State<'_, Handed>, handles: Vec<u64>) {
    handed.files().forget(&handles);
}

/// Signs files with the card, once the trusted prompt has listed them.
#[tauri::command]
pub(crate) async fn sign_files(
    app: AppHandle,
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    handles: Vec<u64>,
    beside: Vec<u64>,
    wishes: (bool, bool, LevelView),
    reader: String,
) -> Answer<SignedView> {
    let (attached, added, level) = wishes;
    let wishes = SignWishes {
        attached,
        added,
        level,
        key_level: KEY_LEVEL,
    };
    let known = said(&desk, handed.these(&handles))?;
    let all = said(&desk, handed.these(&beside))?;
    let folder = downloads(&app, &desk)?;
    let files = known.into_iter().map(|one| FileToSign {
        place: place_beside(&one.path, Some(&one.folder(&folder)), &one.name, wishes),
        content: added
            .then(|| content_of(&one, &all))
            .flatten()
            .map(|(path, _)| path),
        path: one.path,
        name: one.name,
    });
    let files: Vec<_> = files.collect();
    let stop = begin_work(&handed);
    let begun = watched(&app, &desk, &stop, move |desk, watching| {
        block_on(desk.begin_sign_files(files, wishes, Some(&reader), watching))
    });
    let mut signing = begun.await?;
    let answer = ask(&app, &desk, signing.prompt().clone()).await?;
    let signed = watched(&app, &desk, &stop, move |desk, watching| {
        block_on(desk.finish_sign_files(&mut signing, answer.secret, watching))
    });
    let (files, asked) = signed.await?;
    Ok(SignedView { files, asked })
}

/// Checks signatures. `online` asks authorities whether certificates were revoked.
#[tauri::command]
pub(crate) async fn verify_files(
    app: AppHandle,
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    handles: Vec<u64>,
    beside: Vec<u64>,
    online: bool,
) -> Answer<Vec<VerifiedFileView>> {
    let known = said(&desk, handed.these(&handles))?;
    let all = said(&desk, handed.these(&beside))?;
    let files = known.into_iter().map(|one| FileToVerify {
        content: content_of(&one, &all),
        path: one.path,
        name: one.name,
    });
    let files: Vec<_> = files.collect();
    let wishes = VerifyWishes {
        offline: !online,
        ..VerifyWishes::default()
    };
    let stop = begin_work(&handed);
    watched(&app, &desk, &stop, move |desk, watching| {
        block_on(desk.verify_files(&files, &wishes, watching))
    })
    .await
}

/// Stops what is done with files now.
#[tauri::command]
pub(crate) fn stop_files(handed: State<'_, Handed>) {
    handed.stop.store(true, Ordering::SeqCst);
}

/// Signatures that wait to be raised; none as long as no store is open.
#[tauri::command]
pub(crate) async fn files_to_raise(desk: Shared<'_>) -> Answer<Vec<RaisingView>> {
    blocking(&desk, |desk| match desk.files_to_raise() {
        Err(problem) if matches!(problem.code, Code::NoStore | Code::StoreLocked) => Ok(Vec::new()),
        other => other,
    })
    .await
}

/// Raises those that wait, now.
#[tauri::command]
pub(crate) async fn raise_files(desk: Shared<'_>) -> Answer<Vec<RaisingView>> {
    blocking(&desk, |desk| {
        block_on(desk.raise_files(true))?;
        desk.files_to_raise()
    })
    .await
}

/// Who gives time stamps; empty for nobody.
#[tauri::command]
pub(crate) fn time_stamping(desk: Shared<'_>) -> String {
    desk.time_stamping().unwrap_or_default()
}

#[tauri::command]
pub(crate) async fn set_time_stamping(
    app: AppHandle,
    desk: Shared<'_>,
    address: String,
) -> Answer<String> {
    let address = said(&desk, desk.check_time_stamping(&address))?.unwrap_or_default();
    let view = PromptView::TimeStamping {
        address: address.clone(),
    };
    ask(&app, &desk, view).await?;
    let kept = blocking(&desk, move |desk| desk.keep_time_stamping(&address)).await?;
    Ok(kept.unwrap_or_default())
}

/// What stops the work on files that begins now.
pub(crate) fn begin_work(handed: &Handed) -> Arc<AtomicBool> {
    handed.stop.store(false, Ordering::SeqCst);
    Arc::clone(&handed.stop)
}

/// Works on files behind the window, which hears how far that is and can stop it.
pub(crate) async fn watched<T: Send + 'static>(
    app: &AppHandle,
    desk: &Arc<Desk>,
    stop: &Arc<AtomicBool>,
    act: impl FnOnce(&Desk, &Watching<'_>) -> Outcome<T> + Send + 'static,
) -> Answer<T> {
    let (app, stop) = (app.clone(), Arc::clone(stop));
    blocking(desk, move |desk| {
        let tell = |view: FileProgressView| {
            let _ = app.emit_to("main", "file-progress", view);
        };
        let watching = Watching {
            tell: &tell,
            stop: &stop,
        };
        act(desk, &watching)
    })
    .await
}

/// What a signature is over, among the files of the list; of several with its name, the one that was
/// signed.
fn content_of(signature: &Known, all: &[Known]) -> Option<(PathBuf, String)> {
    let exact = signature.name.strip_suffix(".p7s");
    let names = exact.into_iter().chain(content_name(&signature.name));
    let mut named: Vec<&Known> = names
        .flat_map(|name| all.iter().filter(move |one| one.name == name))
        .collect();
    named.dedup_by(|one, other| one.path == other.path);
    let found = content_among(&signature.path, named, |one| one.path.as_path())?;
    Some((found.path.clone(), found.name.clone()))
}

/// The name without what could lead elsewhere.
fn name_alone(name: &str) -> String {
    let alone = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = alone.chars().filter(|sign| !sign.is_control()).collect();
    match clean.trim() {
        "" | "." | ".." => "file".to_owned(),
        clean => clean.chars().take(200).collect(),
    }
}

fn unwritable(error: &std::io::Error) -> Problem {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Code::DiskFull,
        _ => Code::FileUnreadable,
    };
    Problem::new(code).because(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_the_page_leads_nowhere() {
        for (given, name) in [
            ("a.pdf", "a.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\b.txt", "b.txt"),
            ("..", "file"),
            ("a/", "file"),
            ("c\u{0}\n.txt", "c.txt"),
        ] {
            assert_eq!(name_alone(given), name);
        }
    }

    #[test]
    fn results_go_beside_a_file_of_the_persons_own_where_that_can_be_written() {
        let (home, results) = (tempfile::tempdir().unwrap(), Path::new("/results"));
        let handed = Handed::default();
        let folder_of = |path: PathBuf| {
            let handle = handed.add_own("a", path, 1).unwrap().handle;
            handed.these(&[handle]).unwrap()[0].folder(results)
        };
        assert_eq!(folder_of(home.path().join("a")), home.path());
        assert_eq!(folder_of(home.path().join("none/a")), results);
        let profile = kabinet_desk::Profile::open(&home.path().join("profile")).unwrap();
        let desk = Desk::open(profile).unwrap();
        let dropped = handed.put(&desk, "a", b"x").unwrap().handle;
        assert_eq!(
            handed.these(&[dropped]).unwrap()[0].folder(results),
            results
        );
        // Taken off the list, the person's own stays.
        let path = home.path().join("own");
        std::fs::write(&path, b"x").unwrap();
        let known = handed.add_own("own", path.clone(), 1).unwrap();
        handed.files().forget(&[known.handle, dropped]);
        assert!(path.exists());
        assert!(handed.these(&[dropped]).is_err());
    }

    #[test]
    fn a_file_that_has_not_come_whole_is_not_worked_on() {
        let handed = Handed::default();
        let known = |came| Known {
            name: "a".into(),
            path: PathBuf::from("/nowhere"),
            size: 2,
            came,
            own: false,
        };
        let half = handed.files().add(known(1)).unwrap().handle;
        let whole = handed.files().add(known(2)).unwrap().handle;
        assert!(handed.these(&[whole]).is_ok());
        for handles in [vec![half], vec![whole, half], vec![99]] {
            assert!(handed.these(&handles).is_err());
        }
    }
}
