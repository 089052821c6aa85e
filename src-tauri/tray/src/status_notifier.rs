//! A StatusNotifierItem of the session bus (freedesktop.org), for Linux.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ksni::blocking::{Handle, TrayMethods as _};
use ksni::menu::StandardItem;
use ksni::{Icon, MenuItem, OfflineReason, ToolTip};
use tauri::AppHandle;

use crate::{Acts, Words};

/// The icon that is shown.
pub type Shown = Handle<Item>;

/// What the desktop asks the icon for.
pub struct Item {
    app: AppHandle,
    words: Words,
    acts: Acts,
    there: Arc<AtomicBool>,
}

/// Shows the icon. A desktop may start its tray later than the program: the item waits for it.
///
/// # Errors
/// Those of the session bus.
pub fn show(
    app: &AppHandle,
    words: Words,
    acts: Acts,
    there: Arc<AtomicBool>,
) -> Result<Shown, ksni::Error> {
    there.store(true, Ordering::Relaxed);
    let item = Item {
        app: app.clone(),
        words,
        acts,
        there: Arc::clone(&there),
    };
    let spawned = item.assume_sni_available(true).spawn();
    if spawned.is_err() {
        there.store(false, Ordering::Relaxed);
    }
    spawned
}

/// Says something else from now on.
pub fn change(shown: &Shown, words: Words) {
    shown.update(|item| item.words = words);
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
            description: self.words.state.clone(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        (self.acts.show)(&self.app);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let state = StandardItem {
            label: self.words.state.clone(),
            enabled: false,
            ..StandardItem::default()
        };
        let open = StandardItem {
            label: self.words.open.clone(),
            activate: Box::new(|item: &mut Self| (item.acts.show)(&item.app)),
            ..StandardItem::default()
        };
        let quit = StandardItem {
            label: self.words.quit.clone(),
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
            (self.acts.reveal)(&self.app);
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
