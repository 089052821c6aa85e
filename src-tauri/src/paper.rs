//! What goes out of the store: an application on paper, saved where downloads go or opened with the
//! system's viewer, from which it is printed; a document of an authority; and everything, once the
//! trusted prompt has asked.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use kabinet_desk::view::PromptView;
use kabinet_desk::{Code, Desk, OUTSIDE_PREFIX, Outcome, Problem};
use tauri::{AppHandle, Manager as _, State};
use tempfile::TempDir;

use crate::commands::{Answer, Shared, ask, blocking, downloads, said};
use crate::files::Handed;

/// What was opened to be printed, in folders that only the person can read. It goes when the store
/// closes and when the program ends; what a crash leaves goes at the next start, and before that with
/// the person's session at the system, where the system has a folder for that.
#[derive(Default)]
pub(crate) struct Prints(Mutex<Vec<TempDir>>);

impl Prints {
    fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// A new folder, empty and remembered: whatever happens, it is removed.
    fn folder(&self, desk: &Desk) -> Outcome<PathBuf> {
        let folder = new_folder(desk, &session_folder())?;
        let place = folder.path().to_path_buf();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(folder);
        Ok(place)
    }
}

/// A new folder of that program for what is out of the store for a while.
pub(crate) fn new_folder(desk: &Desk, below: &Path) -> Outcome<TempDir> {
    let folder = tempfile::Builder::new()
        .prefix(OUTSIDE_PREFIX)
        .tempdir_in(below)
        .map_err(|error| Problem::new(Code::FileUnreadable).because(error))?;
    desk.remember_outside(folder.path())?;
    Ok(folder)
}

/// Removes everything that is out of the store: what was opened to be printed, and what the page handed
/// over.
pub(crate) fn clear_outside(app: &AppHandle, desk: &Desk) {
    app.state::<Prints>().clear();
    app.state::<Handed>().clear();
    // What a crash left, too.
    desk.clear_outside();
}

/// Saves into the folder of downloads; the answer is the file's path.
#[tauri::command]
pub(crate) async fn save_paper(app: AppHandle, desk: Shared<'_>, id: String) -> Answer<String> {
    let folder = downloads(&app, &desk)?;
    blocking(&desk, move |desk| {
        let path = desk.save_paper(&id, &folder)?;
        Ok(path.display().to_string())
    })
    .await
}

/// Saves everything of the person into the folder of downloads; the page cannot choose where.
#[tauri::command]
pub(crate) async fn export(app: AppHandle, desk: Shared<'_>) -> Answer<String> {
    let path = desk.export_path(&downloads(&app, &desk)?);
    let view = PromptView::Export {
        path: path.display().to_string(),
    };
    ask(&app, &desk, view).await?;
    blocking(&desk, move |desk| Ok(desk.export(&path)?.path)).await
}

/// Opens the pages with what the system shows PDF with.
#[tauri::command]
pub(crate) async fn print_paper(
    desk: Shared<'_>,
    prints: State<'_, Prints>,
    id: String,
) -> Answer<()> {
    let place = said(&desk, prints.folder(&desk))?;
    blocking(&desk, move |desk| {
        let path = desk.save_paper(&id, &place)?;
        open::that_detached(path).map_err(|error| Problem::new(Code::NoViewer).because(error))
    })
    .await
}

/// Opens a genuine document of an authority with what the system shows such files with, from where it is
/// printed, too.
#[tauri::command]
pub(crate) async fn open_document(
    desk: Shared<'_>,
    prints: State<'_, Prints>,
    id: String,
) -> Answer<()> {
    let place = said(&desk, prints.folder(&desk))?;
    blocking(&desk, move |desk| {
        let path = desk.document_to_open(&id, &place)?;
        open::that_detached(path).map_err(|error| Problem::new(Code::NoViewer).because(error))
    })
    .await
}

/// The folder that goes with the person's session, or the system's for temporary files.
fn session_folder() -> PathBuf {
    std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(std::env::temp_dir)
}
