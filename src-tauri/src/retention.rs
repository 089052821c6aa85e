//! How long finished applications stay on this computer: what the settings page may ask for.

use std::sync::Arc;

use kabinet_desk::view::{RetentionPlanView, RetentionView};
use tauri::AppHandle;

use crate::background;
use crate::commands::{Answer, Shared, blocking, stale};

#[tauri::command]
pub(crate) async fn retention(desk: Shared<'_>) -> Answer<RetentionView> {
    blocking(&desk, |desk| desk.retention()).await
}

#[tauri::command]
pub(crate) async fn retention_plan(
    desk: Shared<'_>,
    years: Option<u32>,
) -> Answer<RetentionPlanView> {
    blocking(&desk, move |desk| desk.retention_plan(years)).await
}

/// What comes again comes with a pass that begins now; nobody waits for it.
#[tauri::command]
pub(crate) async fn set_retention(
    app: AppHandle,
    desk: Shared<'_>,
    years: Option<u32>,
) -> Answer<RetentionView> {
    let view = blocking(&desk, move |desk| desk.keep_for(years)).await?;
    stale(&app, &["applications"]);
    background::pass_now(app, Arc::clone(&desk));
    Ok(view)
}
