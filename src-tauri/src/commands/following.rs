//! What became of applications, and letters about them.

use std::sync::Arc;

use kabinet_desk::view::{
    ApplicationView, ApplicationsView, BegunLetterView, DocumentView, DueView, MessageView,
    SentView, StepView,
};
use kabinet_desk::{Desk, LetterSigning};
use tauri::AppHandle;

use super::{Answer, Shared, ask, blocking, downloads, said, stale, step};

/// Messages or documents of an application that the window lists, and applications that it gets at once.
const MOST: usize = 200;

#[tauri::command]
pub(crate) async fn sent_application(desk: Shared<'_>, id: String) -> Answer<SentView> {
    said(&desk, desk.sent_application(&id).await)
}

/// Saves a file of what was sent into the folder of downloads; the answer is its path.
#[tauri::command]
pub(crate) async fn save_sent_file(
    app: AppHandle,
    desk: Shared<'_>,
    id: String,
    hash: String,
) -> Answer<String> {
    let folder = downloads(&app, &desk)?;
    let path = said(&desk, desk.save_sent_file(&id, &hash, &folder).await)?;
    Ok(path.display().to_string())
}

/// A data URL of a PNG; nothing for a document that cannot be drawn or is not genuine.
#[tauri::command]
pub(crate) async fn preview_document(desk: Shared<'_>, id: String) -> Answer<Option<String>> {
    blocking(&desk, move |desk| desk.preview_document(&id)).await
}

#[tauri::command]
pub(crate) async fn applications(
    desk: Shared<'_>,
    from: usize,
    count: usize,
) -> Answer<ApplicationsView> {
    blocking(&desk, move |desk| {
        desk.applications_from(from, count.min(MOST))
    })
    .await
}

#[tauri::command]
pub(crate) async fn application(desk: Shared<'_>, id: String) -> Answer<ApplicationView> {
    blocking(&desk, move |desk| desk.application(&id)).await
}

#[tauri::command]
pub(crate) async fn messages(desk: Shared<'_>, application_id: String) -> Answer<Vec<MessageView>> {
    blocking(&desk, move |desk| {
        desk.messages(Some(&application_id), MOST)
    })
    .await
}

#[tauri::command]
pub(crate) async fn documents(
    desk: Shared<'_>,
    application_id: String,
) -> Answer<Vec<DocumentView>> {
    blocking(&desk, move |desk| {
        desk.documents(Some(&application_id), MOST)
    })
    .await
}

#[tauri::command]
pub(crate) async fn due(desk: Shared<'_>) -> Answer<Vec<DueView>> {
    blocking(&desk, |desk| desk.due()).await
}

/// Saves into the folder of downloads; the answer is the file's path.
#[tauri::command]
pub(crate) async fn save_document(app: AppHandle, desk: Shared<'_>, id: String) -> Answer<String> {
    let folder = downloads(&app, &desk)?;
    blocking(&desk, move |desk| {
        let path = desk.save_document(&id, &folder)?;
        Ok(path.display().to_string())
    })
    .await
}

#[tauri::command]
pub(crate) async fn reply(
    app: AppHandle,
    desk: Shared<'_>,
    message_id: String,
    text: String,
    reader: String,
) -> Answer<bool> {
    let begun = blocking(&desk, move |desk| {
        desk.begin_reply(&message_id, &text, Some(&reader))
    })
    .await?;
    send_letter(&app, &desk, begun).await
}

#[tauri::command]
pub(crate) async fn withdraw(
    app: AppHandle,
    desk: Shared<'_>,
    application_id: String,
    text: String,
    reader: String,
) -> Answer<bool> {
    let begun = blocking(&desk, move |desk| {
        desk.begin_withdrawal(&application_id, &text, Some(&reader))
    })
    .await?;
    send_letter(&app, &desk, begun).await
}

/// What is written so far in answer to a message, or to take an application back.
#[tauri::command]
pub(crate) async fn begun_letter(desk: Shared<'_>, about: String) -> Answer<BegunLetterView> {
    blocking(&desk, move |desk| desk.begun_letter(&about)).await
}

#[tauri::command]
pub(crate) async fn keep_letter_text(desk: Shared<'_>, about: String, text: String) -> Answer {
    blocking(&desk, move |desk| desk.keep_letter_text(&about, &text)).await
}

/// Asks, signs and sends; whether the portal has the letter, or it waits.
async fn send_letter(
    app: &AppHandle,
    desk: &Arc<Desk>,
    mut signing: LetterSigning,
) -> Answer<bool> {
    let answer = ask(app, desk, signing.prompt().clone()).await?;
    let progress = |at| step(app, at);
    let signed = desk
        .finish_letter(&mut signing, answer.secret, &progress)
        .await;
    let item = match said(desk, signed) {
        Ok(item) => item,
        Err(problem) => {
            step(app, StepView::Done);
            return Err(problem);
        }
    };
    stale(app, &["outbox"]);
    step(app, StepView::Portal);
    // The letter is safe in the outbox. What keeps it from leaving now is shown there.
    let sent = match desk.sync().await {
        Ok(sync) => sync.letters.contains(&item.id),
        Err(problem) => {
            tracing::info!(code = problem.code.name(), "the outbox waits");
            false
        }
    };
    step(app, StepView::Done);
    stale(app, &["outbox", "applications"]);
    Ok(sent)
}
