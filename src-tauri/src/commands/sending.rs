//! Applications are signed, wait and leave.

use std::sync::Arc;

use kabinet_desk::view::{AppliedView, OutboxItemView, StepView, SyncView};
use kabinet_desk::{Desk, Outcome};
use tauri::AppHandle;

use super::{Answer, Shared, ask, blocking, said, stale, step};
use crate::{background, notices};

#[tauri::command]
pub(crate) async fn apply(
    app: AppHandle,
    desk: Shared<'_>,
    draft_id: String,
    reader: String,
) -> Answer<AppliedView> {
    let mut signing = blocking(&desk, move |desk| {
        desk.begin_apply(&draft_id, Some(&reader))
    })
    .await?;
    let answer = ask(&app, &desk, signing.prompt().clone()).await?;
    let progress = |at| step(&app, at);
    let signed = said(
        &desk,
        desk.finish_apply(&mut signing, answer.secret, &progress)
            .await,
    );
    let item = match signed {
        Ok(item) => item,
        Err(problem) => {
            step(&app, StepView::Done);
            return Err(problem);
        }
    };
    stale(&app, &["drafts", "outbox"]);
    // The signature is safe in the outbox. What keeps it from leaving now is shown there.
    if !item.attachments.is_empty() {
        // Files take their time. Nobody has to wait for them here.
        step(&app, StepView::Done);
        background::pass_now(app, Arc::clone(&desk));
        return Ok(AppliedView { application: None });
    }
    step(&app, StepView::Portal);
    let application = match desk.sync().await {
        Ok(sync) => sync
            .sent
            .into_iter()
            .find(|application| application.id == item.id),
        Err(problem) => {
            tracing::info!(code = problem.code.name(), "the outbox waits");
            None
        }
    };
    step(&app, StepView::Done);
    stale(&app, &["drafts", "outbox", "applications", "catalog"]);
    Ok(AppliedView { application })
}

#[tauri::command]
pub(crate) async fn outbox(desk: Shared<'_>) -> Answer<Vec<OutboxItemView>> {
    blocking(&desk, |desk| desk.outbox()).await
}

#[tauri::command]
pub(crate) async fn cancel_outbox(app: AppHandle, desk: Shared<'_>, id: String) -> Answer {
    blocking(&desk, move |desk| desk.take_back(&id)).await?;
    stale(&app, &["drafts", "outbox"]);
    Ok(())
}

#[tauri::command]
pub(crate) async fn pause_outbox(app: AppHandle, desk: Shared<'_>, id: String) -> Answer {
    blocking(&desk, move |desk| desk.pause_outbox(&id)).await?;
    stale(&app, &["outbox"]);
    Ok(())
}

/// Lets what was held back go, at once.
#[tauri::command]
pub(crate) async fn resume_outbox(app: AppHandle, desk: Shared<'_>, id: String) -> Answer {
    blocking(&desk, move |desk| desk.resume_outbox(&id)).await?;
    stale(&app, &["outbox"]);
    background::pass_now(app, Arc::clone(&desk));
    Ok(())
}

/// A pass that nobody asked for: each thing that waits has its own time.
#[tauri::command]
pub(crate) async fn sync(app: AppHandle, desk: Shared<'_>) -> Answer<SyncView> {
    let passed = desk.sync().await;
    told(&app, &desk, passed)
}

/// The person wants everything to leave now.
#[tauri::command]
pub(crate) async fn send_now(app: AppHandle, desk: Shared<'_>) -> Answer<SyncView> {
    let passed = desk.send_now().await;
    told(&app, &desk, passed)
}

fn told(app: &AppHandle, desk: &Arc<Desk>, passed: Outcome<SyncView>) -> Answer<SyncView> {
    let view = said(desk, passed);
    notices::tell(app, desk);
    let view = view?;
    stale(app, &["drafts", "outbox", "applications", "catalog"]);
    Ok(view)
}
