//! What the main window may ask for. Each command parses, calls the desk and answers; none takes or
//! gives a secret.

pub(crate) mod attachments;
pub(crate) mod card;
pub(crate) mod catalogue;
pub(crate) mod certificates;
pub(crate) mod drafts;
pub(crate) mod following;
pub(crate) mod handing_over;
pub(crate) mod running;
pub(crate) mod sending;
pub(crate) mod settings;
pub(crate) mod signing_in;
pub(crate) mod store;

use std::path::PathBuf;
use std::sync::Arc;

use kabinet_desk::view::{ProblemView, PromptView, StepView};
use kabinet_desk::{Code, Desk, Outcome, Problem};
use tauri::{AppHandle, Emitter as _, Manager as _, State};

use crate::prompt;

pub(crate) type Shared<'a> = State<'a, Arc<Desk>>;
pub(crate) type Answer<T = ()> = Result<T, ProblemView>;

/// Everything that comes out of the store.
const AREA: &[&str] = &[
    "store",
    "person",
    "drafts",
    "outbox",
    "applications",
    "catalog",
];

/// The folder of downloads, or the person's own where there is none.
pub(crate) fn downloads(app: &AppHandle, desk: &Desk) -> Answer<PathBuf> {
    let paths = app.path();
    let folder = paths.download_dir().or_else(|_| paths.home_dir());
    said(
        desk,
        folder.map_err(|error| Problem::new(Code::FileUnreadable).because(error)),
    )
}

pub(crate) async fn ask(
    app: &AppHandle,
    desk: &Arc<Desk>,
    view: PromptView,
) -> Answer<prompt::Answer> {
    said(desk, prompt::ask(app, view).await)
}

/// Runs what talks to card or disk where it may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    desk: &Arc<Desk>,
    act: impl FnOnce(&Desk) -> Outcome<T> + Send + 'static,
) -> Answer<T> {
    let own = Arc::clone(desk);
    let outcome = tauri::async_runtime::spawn_blocking(move || act(&own))
        .await
        .unwrap_or_else(|error| Err(Problem::new(Code::Internal).because(error)));
    said(desk, outcome)
}

/// A problem as the window shows it, in the language of the moment.
pub(crate) fn said<T>(desk: &Desk, outcome: Outcome<T>) -> Answer<T> {
    outcome.map_err(|problem| {
        tracing::warn!(code = problem.code.name(), "{problem}");
        problem.view(desk.language())
    })
}

fn step(app: &AppHandle, at: StepView) {
    // Only the main window listens, and without it nobody needs to know.
    let _ = app.emit_to("main", "step", at);
}

pub(crate) fn stale(app: &AppHandle, names: &[&str]) {
    let _ = app.emit_to("main", "stale", names);
}
