//! What goes out of the store: an application on paper, saved where downloads go or opened with the
//! system's viewer, from which it is printed; and everything, once the trusted prompt has asked.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use kabinet_desk::view::PromptView;
use kabinet_desk::{Code, Problem};
use tauri::{AppHandle, State};
use tempfile::TempDir;

use crate::commands::{Answer, Shared, ask, blocking, downloads, said};

/// What was opened to be printed, in folders that only the person can read. It goes when the store
/// closes and when the program ends; what a crash leaves goes with the person's session at the system,
/// where the system has a folder for that.
#[derive(Default)]
pub(crate) struct Prints(Mutex<Vec<TempDir>>);

impl Prints {
    /// Removes everything.
    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn keep(&self, folder: TempDir) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(folder);
    }
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
    let made = tempfile::Builder::new()
        .prefix("kabinet-")
        .tempdir_in(session_folder());
    let folder = said(
        &desk,
        made.map_err(|error| Problem::new(Code::FileUnreadable).because(error)),
    )?;
    let place = folder.path().to_path_buf();
    // Kept before it is filled: whatever happens, it is removed.
    prints.keep(folder);
    blocking(&desk, move |desk| {
        let path = desk.save_paper(&id, &place)?;
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
