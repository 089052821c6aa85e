//! What happens without being asked: what waits leaves when its time has come, and what changed at
//! the portal arrives now and then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kabinet_desk::{Code, Desk};
use tauri::{AppHandle, Emitter as _};

use crate::commands::stale;

/// How often it is looked whether something is due. Costs one question to the store.
const LOOK: Duration = Duration::from_secs(5);
/// How often progress is shown at most.
const SHOW: Duration = Duration::from_millis(200);
/// How long the window goes without asking the portal what changed.
const REFRESH: Duration = Duration::from_secs(5 * 60);

/// Runs for as long as the program does.
pub(crate) fn start(app: AppHandle, desk: Arc<Desk>) {
    tauri::async_runtime::spawn(async move {
        let mut last = Instant::now();
        loop {
            tokio::time::sleep(LOOK).await;
            let looking = Arc::clone(&desk);
            let next = tauri::async_runtime::spawn_blocking(move || looking.next_pass()).await;
            let Ok(Some(wait)) = next else { continue };
            if wait.is_zero() || last.elapsed() > REFRESH {
                last = Instant::now();
                pass(&app, &desk).await;
            }
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

async fn pass(app: &AppHandle, desk: &Desk) {
    let outcome = desk.sync().await;
    let offline = matches!(
        &outcome,
        Err(problem) if matches!(problem.code, Code::Offline | Code::PortalTimeout)
    );
    // Nobody listens when the window is gone already.
    let _ = app.emit_to("main", "offline", offline);
    match outcome {
        Ok(sync) => {
            if !sync.returned.is_empty() {
                let _ = app.emit_to("main", "returned", sync.returned);
            }
            stale(app, &["drafts", "outbox", "applications", "catalog"]);
        }
        Err(problem) => {
            tracing::info!(code = problem.code.name(), "a pass of its own failed");
            stale(app, &["outbox", "person"]);
        }
    }
}
