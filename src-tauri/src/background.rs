//! What happens without being asked: what waits leaves when its time has come, and what changed at
//! the portal arrives when the portal says so, or now and then where it says nothing.

use std::sync::Arc;
use std::time::Duration;

use kabinet_desk::{Desk, PortalWatch};
use tauri::{AppHandle, Emitter as _};

use crate::commands::stale;
use crate::{notices, tray};

/// How often it is looked whether a signature is due to be raised. Costs one question to the store.
const LOOK: Duration = Duration::from_secs(5);
/// How often progress is shown at most.
const SHOW: Duration = Duration::from_millis(200);

/// Runs for as long as the program does.
pub(crate) fn start(app: AppHandle, desk: Arc<Desk>) {
    tauri::async_runtime::spawn(async move {
        let mut watch = PortalWatch::new();
        loop {
            watch.next(&desk).await;
            if pass(&app, &desk).await {
                watch.passed();
            } else {
                watch.failed();
            }
        }
    });
}

/// Raises signatures of files that wait for it, for as long as the program runs: whoever is not signed
/// in to a portal has a network too.
pub(crate) fn raise_files(app: AppHandle, desk: Arc<Desk>) {
    tauri::async_runtime::spawn(async move {
        loop {
            if matches!(desk.raise_files(false).await, Ok(raised) if raised > 0) {
                stale(&app, &["files"]);
            }
            tokio::time::sleep(LOOK).await;
        }
    });
}

/// Shows that the portal has ended the session, whoever found out, for as long as the program runs.
pub(crate) fn tell_session_end(app: AppHandle, desk: Arc<Desk>) {
    tauri::async_runtime::spawn(async move {
        loop {
            desk.session_ended().await;
            stale(&app, &["person"]);
            notices::tell(&app, &desk);
        }
    });
}

/// One pass now, without anybody waiting for it.
pub(crate) fn pass_now(app: AppHandle, desk: Arc<Desk>) {
    tauri::async_runtime::spawn(async move { pass(&app, &desk).await });
}

/// Tells the window how far files are on their way, for as long as the program runs.
pub(crate) fn show_uploads(app: AppHandle, desk: &Desk) {
    let mut uploads = desk.watch_uploads();
    tauri::async_runtime::spawn(async move {
        while uploads.changed().await.is_ok() {
            let upload = uploads.borrow_and_update().clone();
            let over = upload.is_none();
            let _ = app.emit_to("main", "upload", upload);
            if over {
                stale(&app, &["outbox"]);
            }
            // More often than people see is of no use.
            tokio::time::sleep(SHOW).await;
        }
    });
}

async fn pass(app: &AppHandle, desk: &Arc<Desk>) -> bool {
    let outcome = desk.sync().await;
    notices::tell(app, desk);
    tray::tell(app, desk);
    let failed = outcome.as_ref().err().map(|problem| problem.code.name());
    // Nobody listens when the window is gone already.
    let _ = app.emit_to("main", "passed", failed);
    match outcome {
        Ok(sync) => {
            if !sync.returned.is_empty() {
                let _ = app.emit_to("main", "returned", sync.returned);
            }
            stale(
                app,
                &["drafts", "outbox", "applications", "catalog", "files"],
            );
            true
        }
        Err(problem) => {
            tracing::info!(code = problem.code.name(), "a pass of its own failed");
            stale(app, &["outbox", "person"]);
            false
        }
    }
}
