//! Light or dark, and how large: the same for every window, the trusted prompt included.

use kabinet_desk::view::{AppearanceView, ThemeView};
use tauri::{AppHandle, Manager as _, Theme, WebviewWindow};

/// Shows the windows that are open, and the frames of those to come, as the person wants it.
pub(crate) fn apply(app: &AppHandle, view: AppearanceView) {
    app.set_theme(match view.theme {
        ThemeView::System => None,
        ThemeView::Light => Some(Theme::Light),
        ThemeView::Dark => Some(Theme::Dark),
    });
    for window in app.webview_windows().values() {
        enlarge(window, view);
    }
}

/// Shows one window as large as the person wants it.
pub(crate) fn enlarge(window: &WebviewWindow, view: AppearanceView) {
    // A window that is closing needs no size any more.
    let _ = window.set_zoom(f64::from(view.size) / 100.0);
}
