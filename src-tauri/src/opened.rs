//! What the system hands to the program: files by a click in the file manager, links of the portal's
//! pages by a click in the browser. A second start hands over what it was started with, and ends.
//!
//! Anybody can make such a link, so that nothing happens by it alone: the window shows what is asked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kabinet_desk::view::{OpenedFileView, OpenedView};
use kabinet_desk::{Code, Desk, Problem};
use tauri::{AppHandle, Emitter as _, Manager as _, State, Url};

use crate::commands::{Answer, Shared, blocking, said};
use crate::files::{Handed, HandedView};
use crate::main_window;

/// The switch of a start with the system, which shows no window.
pub(crate) const UNASKED: &str = "--unasked";
/// The switch that names another folder for settings and stores than the platform's.
pub(crate) const PROFILE: &str = "--profile";
/// Most files of one start.
const MOST: usize = 50;

/// What was handed over and is not taken yet.
#[derive(Default)]
pub(crate) struct Opened(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Vec<OpenedView>,
    /// Files by handle, until the page has taken them.
    files: HashMap<String, PathBuf>,
    /// The link that came last, with its handle.
    link: Option<(String, String)>,
}

impl Opened {
    /// The link of that handle, while no other came after it.
    pub(crate) fn link(&self, handle: &str) -> Option<String> {
        let inner = self.lock();
        let (_, link) = inner.link.as_ref().filter(|(one, _)| one == handle)?;
        Some(link.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the words of a start, without the program's own; `folder` is where it was started.
pub(crate) fn take(app: &AppHandle, desk: &Desk, words: &[String], folder: &Path) {
    let mut files = Vec::new();
    let mut views = Vec::new();
    let mut link = None;
    for word in handed_over(words) {
        if is_link(word) {
            views.push(match desk.look_at_link(word) {
                Ok(portal) => {
                    let handle = handle();
                    link = Some((handle.clone(), word.to_owned()));
                    OpenedView::Link { handle, portal }
                }
                Err(problem) => refused(desk, &problem),
            });
            continue;
        }
        match file_of(word, folder) {
            Some(path) => match look(&path) {
                Ok(file) => files.push((path, file)),
                Err(problem) => views.push(refused(desk, &problem)),
            },
            None => views.push(refused(desk, &Code::LinkUnknown.into())),
        }
    }
    files.truncate(MOST);
    let opened = app.state::<Opened>();
    let mut inner = opened.lock();
    if !files.is_empty() {
        let list = files.iter().map(|(_, file)| file.clone()).collect();
        views.push(OpenedView::Files { files: list });
        let handles = files.into_iter().map(|(path, file)| (file.handle, path));
        inner.files.extend(handles);
    }
    if link.is_some() {
        inner.link = link;
    }
    let any = !views.is_empty();
    inner.waiting.extend(views);
    drop(inner);
    if any {
        // The page that is not there yet asks by itself.
        let _ = app.emit_to(main_window::LABEL, "opened", ());
    }
}

/// Whether it was a start with the system.
pub(crate) fn is_unasked(words: &[String]) -> bool {
    words.iter().any(|word| word == UNASKED)
}

/// The words that name something: not our own switches.
fn handed_over(words: &[String]) -> impl Iterator<Item = &str> {
    let mut skip = false;
    words.iter().map(String::as_str).filter(move |word| {
        if std::mem::take(&mut skip) {
            return false;
        }
        skip = *word == PROFILE;
        !skip && *word != UNASKED && !word.is_empty()
    })
}

/// The file that a word names, by path or by `file:` URL; nothing for another URL.
fn file_of(word: &str, folder: &Path) -> Option<PathBuf> {
    let path = folder.join(word);
    if path.is_file() {
        return Some(path);
    }
    match Url::parse(word) {
        Ok(url) if url.scheme() == "file" => url.to_file_path().ok(),
        // `C:\...` looks like a URL of the scheme `c`.
        Ok(url) if url.scheme().len() > 1 => None,
        _ => Some(path),
    }
}

fn look(path: &Path) -> Result<OpenedFileView, Problem> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let unreadable = |error| Problem::new(Code::FileUnreadable).because(error);
    let facts = std::fs::metadata(path).map_err(unreadable)?;
    if !facts.is_file() {
        return Err(Problem::new(Code::FileUnreadable).because("no file"));
    }
    Ok(OpenedFileView {
        handle: handle(),
        name,
        size: facts.len(),
    })
}

/// What nobody can guess.
fn handle() -> String {
    let octets = kabinet_desk::random_octets();
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Whether the word is a link of our own scheme, as the system hands it over.
fn is_link(word: &str) -> bool {
    let scheme = word.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("kabinet"))
}

fn refused(desk: &Desk, problem: &Problem) -> OpenedView {
    OpenedView::Refused {
        problem: problem.view(desk.language()),
    }
}

/// What was handed over since the page asked last.
#[tauri::command]
pub(crate) fn opened(opened: State<'_, Opened>) -> Vec<OpenedView> {
    std::mem::take(&mut opened.lock().waiting)
}

/// Puts a file that was handed over among those that the window works on, once. Its octets stay where they
/// are.
#[tauri::command]
pub(crate) async fn take_opened(
    desk: Shared<'_>,
    opened: State<'_, Opened>,
    handed: State<'_, Handed>,
    handle: String,
) -> Answer<HandedView> {
    let path = opened.lock().files.remove(&handle);
    let looked = blocking(&desk, move |_| {
        let path = path.ok_or(Code::FileUnreadable)?;
        Ok((look(&path)?, path))
    });
    let (file, path) = looked.await?;
    said(&desk, handed.add_own(&file.name, path, file.size))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_not_files() {
        let words = ["--unasked", "--profile", "p", "a.p7m", "kabinet:x", ""];
        let words = words.map(str::to_owned);
        let handed: Vec<&str> = handed_over(&words).collect();
        assert_eq!(handed, ["a.p7m", "kabinet:x"]);
        assert!(is_unasked(&words));
        assert!(!is_unasked(&words[1..]));
    }

    #[test]
    fn files_are_named_by_path_or_url() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("рашэнне 1.p7m");
        std::fs::write(&path, b"x").unwrap();
        let url = Url::from_file_path(&path).unwrap();
        assert_eq!(file_of("рашэнне 1.p7m", dir.path()), Some(path.clone()));
        assert_eq!(file_of(url.as_str(), Path::new("/")), Some(path.clone()));
        assert_eq!(look(&path).unwrap().size, 1);
        assert_eq!(look(&path).unwrap().name, "рашэнне 1.p7m");
        for link in ["kabinet:sign", "https://a.example/x", "javascript:alert(1)"] {
            assert_eq!(file_of(link, dir.path()), None, "{link}");
        }
        assert_eq!(look(dir.path()).unwrap_err().code, Code::FileUnreadable);
        assert_eq!(
            look(&dir.path().join("none")).unwrap_err().code,
            Code::FileUnreadable
        );
    }
}
