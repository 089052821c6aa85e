//! What the person sets, and what the computer lacks.

use std::sync::Arc;

use kabinet_desk::view::{
    AppearanceView, DoctorView, Language, LockView, LogLineView, PortalView, PromptView,
    SettingsView,
};
use kabinet_desk::{Code, Problem};
use tauri::AppHandle;

use super::{Answer, Shared, ask, blocking, downloads, said};
use crate::{appearance, locking, tray};

/// So many lines of what the program noted are shown.
const LINES: usize = 500;

#[tauri::command]
pub(crate) fn settings(desk: Shared<'_>) -> SettingsView {
    desk.settings_view()
}

/// What the program noted last, the newest first.
#[tauri::command]
pub(crate) async fn log(desk: Shared<'_>) -> Answer<Vec<LogLineView>> {
    blocking(&desk, |desk| Ok(desk.log(LINES))).await
}

#[tauri::command]
pub(crate) async fn clear_log(desk: Shared<'_>) -> Answer {
    blocking(&desk, |desk| desk.clear_log()).await
}

/// What this computer has and lacks for cards and portal.
#[tauri::command]
pub(crate) async fn doctor(desk: Shared<'_>) -> Answer<DoctorView> {
    let own = Arc::clone(&desk);
    // It waits for card and reader, so it has a thread of its own.
    let looked = tauri::async_runtime::spawn_blocking(move || {
        tauri::async_runtime::block_on(own.doctor(None))
    });
    said(
        &desk,
        looked
            .await
            .map_err(|error| Problem::new(Code::Internal).because(error)),
    )
}

/// Saves the same for a help desk into the folder of downloads; the answer is the file's path.
#[tauri::command]
pub(crate) async fn save_report(app: AppHandle, desk: Shared<'_>) -> Answer<String> {
    let folder = downloads(&app, &desk)?;
    blocking(&desk, move |desk| {
        let path = tauri::async_runtime::block_on(desk.save_report(&folder))?;
        Ok(path.display().to_string())
    })
    .await
}

#[tauri::command]
pub(crate) async fn set_language(app: AppHandle, desk: Shared<'_>, language: Language) -> Answer {
    let kept = blocking(&desk, move |desk| desk.keep_language(language)).await;
    tray::tell(&app, &desk);
    kept
}

#[tauri::command]
pub(crate) async fn set_appearance(
    app: AppHandle,
    desk: Shared<'_>,
    view: AppearanceView,
) -> Answer {
    blocking(&desk, move |desk| desk.keep_appearance(view)).await?;
    appearance::apply(&app, view);
    Ok(())
}

#[tauri::command]
pub(crate) async fn set_portal(
    app: AppHandle,
    desk: Shared<'_>,
    address: String,
) -> Answer<SettingsView> {
    let address = said(&desk, desk.portal_address(&address))?;
    let view = PromptView::Portal {
        address: address.clone(),
    };
    ask(&app, &desk, view).await?;
    blocking(&desk, move |desk| desk.keep_portal(&address)).await?;
    Ok(desk.settings_view())
}

/// With what the server of the portal shows who it is.
#[tauri::command]
pub(crate) async fn portal(desk: Shared<'_>) -> Answer<PortalView> {
    said(&desk, desk.portal_shown().await)
}

#[tauri::command]
pub(crate) fn lock_settings(desk: Shared<'_>) -> (LockView, bool) {
    (desk.lock_settings(), locking::NOTICES_SCREEN)
}

#[tauri::command]
pub(crate) async fn set_lock_settings(desk: Shared<'_>, view: LockView) -> Answer {
    blocking(&desk, move |desk| desk.keep_lock_settings(view)).await
}
