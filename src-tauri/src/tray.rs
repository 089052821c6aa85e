//! The icon in the tray: says how things stand, brings the window back and ends the program. Where the
//! desktop has no tray there is none, and the program ends with its window.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kabinet_desk::Desk;
use kabinet_desk::view::TrayView;
use kabinet_tray::{Acts, Shown, Words};
use tauri::{AppHandle, Manager as _};

use crate::main_window;

/// Whether it is there, and how it is changed.
#[derive(Default)]
pub(crate) struct Tray {
    there: Arc<AtomicBool>,
    shown: OnceLock<Shown>,
    /// One change at a time, so that the newest state is said last.
    telling: Mutex<()>,
}

/// Shows the icon, where there is a tray.
pub(crate) fn start(app: &AppHandle, desk: &Desk) {
    let tray = app.state::<Tray>();
    let acts = Acts {
        show: main_window::show,
        reveal: main_window::reveal,
    };
    match kabinet_tray::show(app, words(desk.tray()), acts, Arc::clone(&tray.there)) {
        Ok(shown) => {
            let _ = tray.shown.set(shown);
        }
        Err(error) => tracing::info!("there is no tray: {error}"),
    }
}

/// Whether a person can find the program there.
pub(crate) fn is_there(app: &AppHandle) -> bool {
    app.state::<Tray>().there.load(Ordering::Relaxed)
}

/// Says again how things stand, without anybody waiting for it.
pub(crate) fn tell(app: &AppHandle, desk: &Arc<Desk>) {
    let (app, desk) = (app.clone(), Arc::clone(desk));
    tauri::async_runtime::spawn_blocking(move || {
        let tray = app.state::<Tray>();
        if let Some(shown) = tray.shown.get() {
            let _telling = tray.telling.lock().unwrap_or_else(PoisonError::into_inner);
            kabinet_tray::change(shown, words(desk.tray()));
        }
    });
}

fn words(view: TrayView) -> Words {
    Words {
        state: view.state,
        open: view.open,
        quit: view.quit,
    }
}
