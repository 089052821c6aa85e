//! The main window: how it is opened, what closing it means, and how it comes back.

use std::path::Path;
use std::sync::Arc;

use kabinet_desk::Desk;
use tauri::plugin::TauriPlugin;
use tauri::{
    App, AppHandle, Manager as _, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent, Wry,
};
use tauri_plugin_window_state::StateFlags;

use crate::{prompt, tray};

/// Label of the window, which its capability names.
pub(crate) const LABEL: &str = "main";

/// Opens it; out of sight when nobody asked for it and the tray can bring it back.
pub(crate) fn open(app: &App, desk: &Arc<Desk>, unasked: bool) -> tauri::Result<()> {
    let language = desk.language();
    let title = kabinet_desk::text(language, "main-window-title");
    // By the name that the page has for it, which speaks it from its first word on.
    let name = serde_json::json!(language);
    let page = format!("index.html?language={}", name.as_str().unwrap_or_default());
    let hidden = unasked && tray::is_there(app.handle());
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App(page.into()))
        .title(title)
        .inner_size(1080.0, 760.0)
        .min_inner_size(560.0, 480.0)
        .visible(!hidden)
        // A file that is dropped goes to the page as octets, like one that is chosen; the
        // shell's own way would give the page paths.
        .disable_drag_drop_handler()
        .on_navigation(is_ours)
        .build()?;
    if unasked && !hidden {
        window.minimize()?;
    }
    let (app, desk) = (app.handle().clone(), Arc::clone(desk));
    let closing = window.clone();
    window.on_window_event(move |event| {
        // What waits in the outbox goes on its way while the window is out of sight. Without a tray
        // nobody would find the program again: it ends.
        if let WindowEvent::CloseRequested { api, .. } = event
            && desk.goes_on()
            && tray::is_there(&app)
        {
            api.prevent_close();
            let _ = closing.hide();
        }
    });
    Ok(())
}

/// Whether a window may go to that address: to no page but those of the program. A page that was taken
/// over could say in an address what it knows.
pub(crate) fn is_ours(address: &Url) -> bool {
    // Windows and Android have no schemes of their own.
    let in_own_scheme = address.scheme() == "tauri" && address.host_str() == Some("localhost");
    let in_http = matches!(address.scheme(), "http" | "https")
        && address.host_str() == Some("tauri.localhost");
    let served = cfg!(dev)
        && address.scheme() == "http"
        && address.host_str() == Some("127.0.0.1")
        && address.port() == Some(5173);
    in_own_scheme || in_http || served
}

/// Brings it before the person. An open prompt stays before it: whoever is typing a secret would go on
/// typing it into a page that may not have it.
pub(crate) fn show(app: &AppHandle) {
    if prompt::keeps_the_focus(app) {
        return;
    }
    if let Some(main) = app.get_webview_window(LABEL) {
        let _ = main.show();
        let _ = main.unminimize();
        let _ = main.set_focus();
    }
}

/// Keeps where it stood and how large it was, in the profile's folder. The trusted prompt always
/// comes in the middle, in its own size.
pub(crate) fn memory(profile: &Path) -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_filename(profile.join("window.json").to_string_lossy())
        .with_filter(|label| label == LABEL)
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

/// Shows it if it is out of sight, and leaves the person with what they do.
pub(crate) fn reveal(app: &AppHandle) {
    if let Some(main) = app.get_webview_window(LABEL)
        && !main.is_visible().unwrap_or(true)
    {
        let _ = main.show();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::is_ours;

    #[test]
    fn no_page_but_our_own_is_gone_to() {
        let ours = |address: &str| is_ours(&address.parse().unwrap());
        assert!(ours("tauri://localhost/index.html?language=be#/card"));
        assert!(ours("http://tauri.localhost/prompt.html"));
        for elsewhere in [
            "https://evil.example/?name",
            "https://tauri.localhost.evil.example/",
            "https://evil.example/tauri.localhost",
            "tauri://evil/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "http://127.0.0.1:5174/",
        ] {
            assert!(!ours(elsewhere), "{elsewhere}");
        }
    }
}
