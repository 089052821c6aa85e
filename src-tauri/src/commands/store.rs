//! Whose store is open, and whether it is whole.

use kabinet_desk::Code;
use kabinet_desk::view::{PersonChoiceView, PromptView, RepairView, StoreView};
use tauri::{AppHandle, State};

use super::{AREA, Answer, Shared, ask, blocking, said, stale};
use crate::locking;
use crate::paper::clear_outside;
use crate::prompt;

#[tauri::command]
pub(crate) async fn store_state(desk: Shared<'_>) -> Answer<StoreView> {
    blocking(&desk, |desk| match desk.unlock(None) {
        Ok(view) => Ok(view),
        Err(problem) if matches!(problem.code, Code::StoreLocked | Code::NoStore) => {
            Ok(desk.store_state())
        }
        Err(problem) => Err(problem),
    })
    .await
}

#[tauri::command]
pub(crate) async fn unlock_store(app: AppHandle, desk: Shared<'_>) -> Answer {
    locking::closed(&app).await;
    // Closed by hand or by itself, a store whose key the system keeps opens again when asked to.
    let with_passphrase = desk.store_state().protection.as_deref() == Some("passphrase");
    let passphrase = if with_passphrase {
        Some(ask(&app, &desk, PromptView::Passphrase { new: false }).await?)
    } else {
        None
    };
    blocking(&desk, move |desk| {
        desk.let_in();
        desk.unlock(passphrase.as_ref().map(|answer| &answer.secret))
    })
    .await?;
    stale(&app, AREA);
    Ok(())
}

/// Closes the store until the person asks to be let in again.
#[tauri::command]
pub(crate) async fn lock_store(app: AppHandle, desk: Shared<'_>) -> Answer {
    locking::lock(&app, &desk).await;
    Ok(())
}

/// Somebody is there.
#[tauri::command]
pub(crate) fn touched(touched: State<'_, locking::Touched>) {
    touched.now();
}

#[tauri::command]
pub(crate) async fn check_store(desk: Shared<'_>) -> Answer<bool> {
    blocking(&desk, |desk| desk.store_is_whole()).await
}

#[tauri::command]
pub(crate) async fn repair_store(app: AppHandle, desk: Shared<'_>) -> Answer<RepairView> {
    let passphrase = if desk.repair_needs_passphrase() {
        Some(ask(&app, &desk, PromptView::Passphrase { new: false }).await?)
    } else {
        None
    };
    let passphrase = passphrase.as_ref().map(|answer| &answer.secret);
    let repaired = said(&desk, desk.repair_store(passphrase).await)?;
    stale(&app, AREA);
    Ok(repaired)
}

#[tauri::command]
pub(crate) async fn persons(desk: Shared<'_>) -> Answer<Vec<PersonChoiceView>> {
    blocking(&desk, |desk| Ok(desk.persons())).await
}

#[tauri::command]
pub(crate) async fn switch_person(
    app: AppHandle,
    desk: Shared<'_>,
    id: String,
) -> Answer<StoreView> {
    // Whatever is being asked is asked of who is here.
    prompt::give_up(&app);
    let view = said(&desk, desk.switch_person(&id, None).await)?;
    clear_outside(&app, &desk);
    stale(&app, AREA);
    Ok(view)
}
