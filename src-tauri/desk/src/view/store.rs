//! The store, its persons and the settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Language;

/// Whether the store is open.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct StoreView {
    /// `none` (no store yet), `locked`, `open`.
    pub state: String,
    /// Whether the key is in the system's key store (`keyring`) or under a passphrase (`passphrase`).
    pub protection: Option<String>,
    /// Whether the open store can only be read, since its disk or folder cannot be written.
    pub read_only: bool,
}

/// What the window remembers between two starts.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SettingsView {
    /// Language of the interface.
    pub language: Language,
    /// Address of the portal; empty when none is set.
    pub portal: String,
    /// Light or dark, and how large.
    pub appearance: AppearanceView,
    /// Whether portal and card are those of a demonstration: nothing reaches an authority.
    pub demo: bool,
}

/// With what the portal's server shows who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct PortalView {
    /// Address of the portal.
    pub address: String,
    /// Its certificate, which the system has found good; none for a portal of this computer without
    /// TLS.
    pub certificate: Option<ServerCertificateView>,
}

/// The certificate of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct ServerCertificateView {
    /// Whose it is.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Start of validity, RFC 3339.
    pub not_before: String,
    /// End of validity, RFC 3339.
    pub not_after: String,
    /// SHA-256 of the certificate, in pairs of hexadecimal digits with colons, as browsers show it.
    pub fingerprint: String,
}

/// How every window of the program looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(default)]
pub struct AppearanceView {
    /// Light or dark.
    pub theme: ThemeView,
    /// Size of text and all that goes with it, in percent.
    pub size: u16,
}

impl Default for AppearanceView {
    fn default() -> Self {
        Self {
            theme: ThemeView::default(),
            size: 100,
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum ThemeView {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// When the store closes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LockView {
    /// Minutes without a touch; never without.
    pub after_minutes: Option<u32>,
    /// When the card is taken out.
    pub with_card: bool,
    /// When the screen is locked.
    pub with_screen: bool,
}

/// A person who has a store here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct PersonChoiceView {
    /// Name of the store, which tells nothing of the person.
    pub id: String,
    /// Name for display by language; nothing of a store that is locked.
    pub name: Option<BTreeMap<String, String>>,
    /// Whether it is the one in use.
    pub is_current: bool,
}

/// What a repair of the store saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct RepairView {
    /// Drafts.
    pub drafts: u32,
    /// Signed applications that wait.
    pub waiting: u32,
    /// Whether everything that is nowhere but here could be read.
    pub complete: bool,
    /// Path of the damaged file, which stays if not.
    pub aside: Option<String>,
}

/// What was written out of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct ExportView {
    /// The file.
    pub path: String,
    /// Drafts.
    pub drafts: u32,
    /// Signed and not registered.
    pub waiting: u32,
    /// Applications.
    pub applications: u32,
    /// Messages on them.
    pub messages: u32,
    /// Documents of authorities.
    pub documents: u32,
}

/// What is nowhere but on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct LossView {
    /// Drafts.
    pub drafts: u32,
    /// Signed applications that have not left.
    pub waiting: u32,
    /// Letters that are being written.
    pub letters: u32,
    /// Keys on cards whose certificates have not come yet.
    pub requests: u32,
}
