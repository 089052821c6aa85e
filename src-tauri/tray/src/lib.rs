//! The icon in the tray, by what each system has for it. What it says and where a click leads is the
//! program's.

#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod status_notifier;

#[cfg(not(target_os = "linux"))]
pub use native::{Shown, change, show};
#[cfg(target_os = "linux")]
pub use status_notifier::{Item, Shown, change, show};
use tauri::AppHandle;

/// What the icon says, in the language of the moment.
#[derive(Clone, Debug)]
pub struct Words {
    /// How things stand.
    pub state: String,
    /// The item that brings the window back.
    pub open: String,
    /// The item that ends the program.
    pub quit: String,
}

/// What happens when a person turns to the icon.
#[derive(Clone, Copy, Debug)]
pub struct Acts {
    /// Brings the window before the person.
    pub show: fn(&AppHandle),
    /// Shows a hidden window, since the icon that would bring it back is gone.
    pub reveal: fn(&AppHandle),
}
