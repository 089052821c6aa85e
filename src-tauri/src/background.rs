//! What happens without being asked: what waits leaves when its time has come, and what changed at
//! the portal arrives now and then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kabinet_desk::{Code, Desk};
use tauri::{AppHandle, Emitter as _};

use crate::commands::stale;

/// How often it is looked whether something is due. Costs one question to the store.
const LOOK: Duration = Duration::from_secs(5);
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
