//! Drafts: filled in, shared, undone.

use std::sync::Arc;

use kabinet_desk::view::{DraftSummaryView, DraftView, SharingView};
use tauri::AppHandle;

use super::{Answer, Shared, blocking, said, stale};
use crate::background;

#[tauri::command]
pub(crate) async fn dismiss_carried(
    app: AppHandle,
    desk: Shared<'_>,
    id: String,
) -> Answer<DraftView> {
    let draft = blocking(&desk, move |desk| desk.dismiss_carried(&id)).await?;
    stale(&app, &["drafts"]);
    Ok(draft)
}

#[tauri::command]
pub(crate) async fn new_draft(
    app: AppHandle,
    desk: Shared<'_>,
    procedure_id: String,
) -> Answer<DraftView> {
    let draft = said(&desk, desk.begin_draft(&procedure_id).await)?;
    stale(&app, &["drafts"]);
    Ok(draft)
}

#[tauri::command]
pub(crate) async fn drafts(desk: Shared<'_>) -> Answer<Vec<DraftSummaryView>> {
    blocking(&desk, |desk| desk.drafts()).await
}

#[tauri::command]
pub(crate) async fn draft(desk: Shared<'_>, id: String, again: bool) -> Answer<DraftView> {
    blocking(&desk, move |desk| {
        if again {
            desk.draft_as_opened(&id)
        } else {
            desk.draft(&id)
        }
    })
    .await
}

#[tauri::command]
pub(crate) async fn save_draft(
    desk: Shared<'_>,
    id: String,
    before: serde_json::Value,
    data: serde_json::Value,
) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.edit_draft(&id, &before, &data)).await
}

#[tauri::command]
pub(crate) async fn settle_draft(
    desk: Shared<'_>,
    id: String,
    path: String,
    shown: Vec<String>,
    value: Option<serde_json::Value>,
) -> Answer<DraftView> {
    blocking(&desk, move |desk| {
        desk.settle_draft(&id, &path, &shown, value)
    })
    .await
}

#[tauri::command]
pub(crate) async fn draft_parting_read(desk: Shared<'_>, id: String) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.draft_parting_read(&id)).await
}

#[tauri::command]
pub(crate) async fn draft_sharing(desk: Shared<'_>) -> Answer<SharingView> {
    blocking(&desk, |desk| desk.sharing()).await
}

#[tauri::command]
pub(crate) async fn share_drafts(
    app: AppHandle,
    desk: Shared<'_>,
    agreed: bool,
) -> Answer<SharingView> {
    let sharing = blocking(&desk, move |desk| desk.share_drafts(agreed)).await?;
    // A pass that is under way began without knowing it.
    background::pass_now(app, Arc::clone(&desk));
    Ok(sharing)
}

#[tauri::command]
pub(crate) async fn undo_draft(desk: Shared<'_>, id: String) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.undo_draft(&id)).await
}

#[tauri::command]
pub(crate) async fn redo_draft(desk: Shared<'_>, id: String) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.redo_draft(&id)).await
}

#[tauri::command]
pub(crate) async fn delete_draft(
    app: AppHandle,
    desk: Shared<'_>,
    id: String,
    seen: Option<String>,
) -> Answer {
    blocking(&desk, move |desk| desk.delete_seen(&id, seen.as_deref())).await?;
    stale(&app, &["drafts"]);
    Ok(())
}
