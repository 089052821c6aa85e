//! What the system itself offers for it, on Windows and macOS.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use crate::{Acts, Words};

const OPEN: &str = "open";
const QUIT: &str = "quit";

/// The icon and what changes with state and language.
pub struct Shown {
    icon: TrayIcon,
    state: MenuItem<Wry>,
    open: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

/// Shows the icon. Both systems want it made by the main thread.
///
/// # Errors
/// Those of the system.
pub fn show(
    app: &AppHandle,
    words: Words,
    acts: Acts,
    there: Arc<AtomicBool>,
) -> tauri::Result<Shown> {
    let item = |id, text, enabled| MenuItem::with_id(app, id, text, enabled, None::<&str>);
    let state = item("state", &words.state, false)?;
    let open = item(OPEN, &words.open, true)?;
    let quit = item(QUIT, &words.quit, true)?;
    let line = PredefinedMenuItem::separator(app)?;
    let menu = Menu::with_items(app, &[&state, &line, &open, &quit])?;
    let mut icon = TrayIconBuilder::new()
        .menu(&menu)
        .tooltip(&words.state)
        // As people are used to: on macOS a click opens the menu, on Windows the window.
        .show_menu_on_left_click(cfg!(target_os = "macos"))
        .on_menu_event(move |app, event| match event.id().as_ref() {
            OPEN => (acts.show)(app),
            QUIT => app.exit(0),
            _ => (),
        })
        .on_tray_icon_event(move |icon, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
                && cfg!(target_os = "windows")
            {
                (acts.show)(icon.app_handle());
            }
        });
    if let Some(image) = app.default_window_icon() {
        icon = icon.icon(image.clone());
    }
    let icon = icon.build(app)?;
    there.store(true, Ordering::Relaxed);
    Ok(Shown {
        icon,
        state,
        open,
        quit,
    })
}

/// Says something else from now on.
pub fn change(shown: &Shown, words: Words) {
    let said = shown
        .state
        .set_text(&words.state)
        .and_then(|()| shown.open.set_text(&words.open))
        .and_then(|()| shown.quit.set_text(&words.quit))
        .and_then(|()| shown.icon.set_tooltip(Some(&words.state)));
    if let Err(error) = said {
        tracing::info!("the tray was not told: {error}");
    }
}
