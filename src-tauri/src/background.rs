//! What happens without being asked: what waits leaves when its time has come, and what changed at
//! the portal arrives when the portal says so, or now and then where it says nothing.

use std::sync::Arc;

use kabinet_desk::{Code, Desk, PortalWatch};
use tauri::{AppHandle, Emitter as _};

use crate::commands::stale;

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

async fn pass(app: &AppHandle, desk: &Desk) -> bool {
    let outcome = desk.sync().await;
    let offline = matches!(
        &outcome,
        Err(problem) if matches!(problem.code, Code::Offline | Code::PortalTimeout)
    );
    // Nobody listens when the window is gone already.
    let _ = app.emit_to("main", "offline", offline);
    match outcome {
        Ok(_) => {
            stale(app, &["outbox", "applications", "catalog"]);
            true
        }
        Err(problem) => {
            tracing::info!(code = problem.code.name(), "a pass of its own failed");
            stale(app, &["outbox", "person"]);
            false
        }
    }
}
