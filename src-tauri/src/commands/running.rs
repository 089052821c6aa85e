//! What the program does while its window is closed.

use kabinet_desk::view::RunningView;
use kabinet_desk::{Code, Problem};
use tauri::AppHandle;

use super::{Answer, Shared, blocking, said};
use crate::{session_start, tray};

#[tauri::command]
pub(crate) fn running(app: AppHandle, desk: Shared<'_>) -> RunningView {
    RunningView {
        goes_on: desk.goes_on(),
        with_system: session_start::is_on(&app),
        tray: tray::is_there(&app),
    }
}

#[tauri::command]
pub(crate) async fn set_running(
    app: AppHandle,
    desk: Shared<'_>,
    goes_on: bool,
    with_system: bool,
) -> Answer<RunningView> {
    blocking(&desk, move |desk| desk.keep_goes_on(goes_on)).await?;
    if session_start::is_on(&app) != with_system {
        let set = session_start::set(&app, with_system);
        said(
            &desk,
            set.map_err(|error| Problem::new(Code::StartRefused).because(error)),
        )?;
    }
    Ok(running(app, desk))
}
