//! The icon in the tray: says how things stand, brings the window back and ends the program. Where the
//! desktop has no tray there is none, and the program ends with its window.
//!
//! On Linux it is a StatusNotifierItem of the session bus (freedesktop.org).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kabinet_desk::Desk;
use tauri::{AppHandle, Manager as _};

/// Whether it is there, and how it is changed.
#[derive(Default)]
pub(crate) struct Tray {
    there: Arc<AtomicBool>,
    shown: OnceLock<system::Shown>,
    /// One change at a time, so that the newest state is said last.
    telling: Mutex<()>,
}

/// Shows the icon, where there is a tray.
pub(crate) fn start(app: &AppHandle, desk: &Desk) {
    let tray = app.state::<Tray>();
    match system::show(app, desk.tray(), Arc::clone(&tray.there)) {
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
            system::change(shown, desk.tray());
        }
    });
}

#[cfg(target_os = "linux")]
mod system {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use kabinet_desk::view::TrayView;
    use ksni::blocking::{Handle, TrayMethods as _};
    use ksni::menu::StandardItem;
    use ksni::{Icon, MenuItem, OfflineReason, ToolTip};
    use tauri::AppHandle;

    use crate::main_window;

    pub(super) type Shown = Handle<Item>;

    pub(super) struct Item {
        app: AppHandle,
        view: TrayView,
        there: Arc<AtomicBool>,
    }

    /// A desktop may start its tray later than the program: the item waits for it.
    pub(super) fn show(
        app: &AppHandle,
        view: TrayView,
        there: Arc<AtomicBool>,
    ) -> Result<Shown, ksni::Error> {
        there.store(true, Ordering::Relaxed);
        let item = Item {
            app: app.clone(),
            view,
            there: Arc::clone(&there),
        };
        let spawned = item.assume_sni_available(true).spawn();
        if spawned.is_err() {
            there.store(false, Ordering::Relaxed);
        }
        spawned
    }

    pub(super) fn change(shown: &Shown, view: TrayView) {
        shown.update(|item| item.view = view);
    }

    impl ksni::Tray for Item {
        fn id(&self) -> String {
            "by.kabinet.desktop".to_owned()
        }

        fn title(&self) -> String {
            "Kabinet".to_owned()
        }

        fn icon_name(&self) -> String {
            "kabinet".to_owned()
        }

        /// For where the icon of that name is not installed.
        fn icon_pixmap(&self) -> Vec<Icon> {
            let icon = self.app.default_window_icon();
            icon.into_iter()
                .map(|icon| Icon {
                    width: i32::try_from(icon.width()).unwrap_or_default(),
                    height: i32::try_from(icon.height()).unwrap_or_default(),
                    data: argb(icon.rgba()),
                })
                .collect()
        }

        fn tool_tip(&self) -> ToolTip {
            ToolTip {
                title: "Kabinet".to_owned(),
                description: self.view.state.clone(),
                ..ToolTip::default()
            }
        }

        fn activate(&mut self, _x: i32, _y: i32) {
            main_window::show(&self.app);
        }

        fn menu(&self) -> Vec<MenuItem<Self>> {
            let state = StandardItem {
                label: self.view.state.clone(),
                enabled: false,
                ..StandardItem::default()
            };
            let open = StandardItem {
                label: self.view.open.clone(),
                activate: Box::new(|item: &mut Self| main_window::show(&item.app)),
                ..StandardItem::default()
            };
            let quit = StandardItem {
                label: self.view.quit.clone(),
                activate: Box::new(|item: &mut Self| item.app.exit(0)),
                ..StandardItem::default()
            };
            vec![state.into(), MenuItem::Separator, open.into(), quit.into()]
        }

        fn watcher_online(&self) {
            self.there.store(true, Ordering::Relaxed);
        }

        fn watcher_offline(&self, _reason: OfflineReason) -> bool {
            if self.there.swap(false, Ordering::Relaxed) {
                // Nobody could bring a hidden window back any more.
                main_window::reveal(&self.app);
            }
            true
        }
    }

    /// RGBA as the item wants it: ARGB, the octets in the network's order.
    fn argb(rgba: &[u8]) -> Vec<u8> {
        let pixels = rgba.chunks_exact(4);
        pixels
            .flat_map(|pixel| [pixel[3], pixel[0], pixel[1], pixel[2]])
            .collect()
    }

    #[cfg(test)]
    mod tests {
        use super::argb;

        #[test]
        fn pixels_are_turned_as_the_tray_wants_them() {
            assert_eq!(argb(&[1, 2, 3, 4, 5, 6, 7, 8]), [4, 1, 2, 3, 8, 5, 6, 7]);
        }
    }
}

/// What the system itself offers for it, on Windows and macOS.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use kabinet_desk::view::TrayView;
    use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
    use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
    use tauri::{AppHandle, Wry};

    use crate::main_window;

    const OPEN: &str = "open";
    const QUIT: &str = "quit";

    /// The icon and what changes with state and language.
    pub(super) struct Shown {
        icon: TrayIcon,
        state: MenuItem<Wry>,
        open: MenuItem<Wry>,
        quit: MenuItem<Wry>,
    }

    /// Both systems want it made by the main thread.
    pub(super) fn show(
        app: &AppHandle,
        view: TrayView,
        there: Arc<AtomicBool>,
    ) -> tauri::Result<Shown> {
        let item = |id, text, enabled| MenuItem::with_id(app, id, text, enabled, None::<&str>);
        let state = item("state", &view.state, false)?;
        let open = item(OPEN, &view.open, true)?;
        let quit = item(QUIT, &view.quit, true)?;
        let line = PredefinedMenuItem::separator(app)?;
        let menu = Menu::with_items(app, &[&state, &line, &open, &quit])?;
        let mut icon = TrayIconBuilder::new()
            .menu(&menu)
            .tooltip(&view.state)
            // As people are used to: on macOS a click opens the menu, on Windows the window.
            .show_menu_on_left_click(cfg!(target_os = "macos"))
            .on_menu_event(|app, event| match event.id().as_ref() {
                OPEN => main_window::show(app),
                QUIT => app.exit(0),
                _ => (),
            })
            .on_tray_icon_event(|icon, event| {
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                    && cfg!(target_os = "windows")
                {
                    main_window::show(icon.app_handle());
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

    pub(super) fn change(shown: &Shown, view: TrayView) {
        let said = shown
            .state
            .set_text(&view.state)
            .and_then(|()| shown.open.set_text(&view.open))
            .and_then(|()| shown.quit.set_text(&view.quit))
            .and_then(|()| shown.icon.set_tooltip(Some(&view.state)));
        if let Err(error) = said {
            tracing::info!("the tray was not told: {error}");
        }
    }
}
