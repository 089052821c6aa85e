//! The proxy between this computer and the portal.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which proxy is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum ProxyModeView {
    /// As the system is set.
    #[default]
    System,
    /// None.
    None,
    /// The one that is named.
    Manual,
    /// Whichever a script names.
    Automatic,
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum ProxyKindView {
    /// HTTP CONNECT.
    #[default]
    Http,
    /// HTTP CONNECT over TLS.
    Https,
    /// SOCKS 5 (RFC 1928).
    Socks5,
}

/// Where the proxy's password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum ProxyPasswordView {
    /// There is none.
    None,
    /// In the system's key store.
    KeyStore,
    /// Known until the program ends.
    Session,
}

/// The proxy that is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct ProxyView {
    /// Which.
    pub mode: ProxyModeView,
    /// How it is spoken to.
    pub kind: ProxyKindView,
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The user, where it wants one.
    pub user: Option<String>,
    /// Address of the script that names the proxies; empty where there is none.
    pub script: String,
    /// Where the password is.
    pub password: ProxyPasswordView,
}
