//! The card before and after its secrets.

use kabinet_desk::DocumentKey;
use kabinet_desk::view::{
    CardContentsView, CardStatusView, PromptView, ReadersView, TravelDocumentView,
};
use tauri::AppHandle;

use super::{Answer, Shared, ask, blocking, stale};

#[tauri::command]
pub(crate) async fn readers(desk: Shared<'_>) -> Answer<ReadersView> {
    blocking(&desk, |desk| Ok(desk.readers())).await
}

#[tauri::command]
pub(crate) async fn card_status(desk: Shared<'_>, reader: String) -> Answer<CardStatusView> {
    blocking(&desk, move |desk| desk.card_status(Some(&reader))).await
}

#[tauri::command]
pub(crate) async fn read_card(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardContentsView> {
    let address = reader.clone();
    let status = blocking(&desk, move |desk| desk.usable_card(Some(&address))).await?;
    let answer = ask(&app, &desk, PromptView::ReadCard { pin: status.pin }).await?;
    let contents = blocking(&desk, move |desk| {
        desk.read_card(Some(&reader), answer.secret)
    })
    .await;
    stale(&app, &["certificates"]);
    contents
}

/// With `lines`, the lines printed for machines open the chip instead of the CAN.
#[tauri::command]
pub(crate) async fn read_document(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
    lines: bool,
) -> Answer<TravelDocumentView> {
    let key = if lines {
        let answer = ask(&app, &desk, PromptView::ReadDocumentLines).await?;
        DocumentKey::Lines(answer.secret)
    } else {
        DocumentKey::Can(ask(&app, &desk, PromptView::ReadDocument).await?.secret)
    };
    blocking(&desk, move |desk| desk.read_document(Some(&reader), key)).await
}

#[tauri::command]
pub(crate) async fn change_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardStatusView> {
    let address = reader.clone();
    let status = blocking(&desk, move |desk| desk.usable_card(Some(&address))).await?;
    let old = ask(&app, &desk, PromptView::ChangePin { pin: status.pin }).await?;
    let new = ask(&app, &desk, PromptView::NewPin).await?;
    blocking(&desk, move |desk| {
        desk.change_pin(Some(&reader), &old.secret, &new.secret)
    })
    .await
}

#[tauri::command]
pub(crate) async fn resume_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardStatusView> {
    let can = ask(&app, &desk, PromptView::ResumePin).await?;
    blocking(&desk, move |desk| {
        desk.resume_pin(Some(&reader), &can.secret)
    })
    .await
}

/// With `new_pin`, the person chooses a new PIN at the same time.
#[tauri::command]
pub(crate) async fn unblock_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
    new_pin: bool,
) -> Answer<CardStatusView> {
    let puk = ask(&app, &desk, PromptView::UnblockPin).await?;
    let new = if new_pin {
        Some(ask(&app, &desk, PromptView::NewPin).await?)
    } else {
        None
    };
    blocking(&desk, move |desk| {
        let new = new.as_ref().map(|new| &new.secret);
        desk.unblock_pin(Some(&reader), &puk.secret, new)
    })
    .await
}

#[tauri::command]
pub(crate) async fn enable_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardStatusView> {
    let puk = ask(&app, &desk, PromptView::EnablePin).await?;
    blocking(&desk, move |desk| {
        desk.enable_pin(Some(&reader), &puk.secret)
    })
    .await
}
