//! Journey J13: the proxy between this computer and the portal. Its password is kept in the system's
//! key store, or else only as long as the program runs; never in the settings, arguments or logs.

use std::sync::Arc;

use kabinet_cache::protection;
use kabinet_portal::{ManualProxy, Options, Proxy, web};
use kabinet_stb::Secret;
use serde::{Deserialize, Serialize};

use crate::problem::Code;
use crate::proxy_script::Source;
use crate::view::{ProxyKindView, ProxyModeView, ProxyPasswordView, ProxyView};
use crate::{Desk, Outcome, lock};

/// Most octets of a host name (RFC 1035, clause 2.3.4) and of a user's name.
const LONGEST: usize = 253;

/// The proxy as the settings keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProxySettings {
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
    /// Address of the script that names the proxies.
    pub script: String,
}

impl ProxySettings {
    /// Its address as a URL, without the user.
    fn address(&self) -> String {
        let scheme = match self.kind {
            ProxyKindView::Http => "http",
            ProxyKindView::Https => "https",
            // The proxy looks the portal's name up.
            ProxyKindView::Socks5 => "socks5h",
        };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// The name that its password goes by: another proxy or user never gets it.
    fn entry(&self) -> String {
        let user = self.user.as_deref().unwrap_or_default();
        format!("proxy {} {user}", self.address())
    }

    fn is_sound(&self) -> bool {
        let host = self
            .host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = match host {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                let plain =
                    |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '_');
                !self.host.is_empty() && self.host.len() <= LONGEST && self.host.chars().all(plain)
            }
        };
        let user = self.user.as_deref().unwrap_or("-");
        let user = !user.is_empty() && user.len() <= LONGEST && !user.contains([':', '\n', '\r']);
        host && self.port > 0 && user
    }
}

/// A password as long as the program runs, with the proxy that it is for.
pub(crate) type Kept = Option<(String, Arc<Secret>)>;

impl Desk {
    /// The proxy that is used.
    pub fn proxy(&self) -> ProxyView {
        let settings = self.settings().proxy;
        let password = if settings.user.is_none() {
            ProxyPasswordView::None
        } else if self.session_password(&settings).is_some() {
            ProxyPasswordView::Session
        } else if protection::password(&settings.entry()).is_some() {
            ProxyPasswordView::KeyStore
        } else {
            ProxyPasswordView::None
        };
        ProxyView {
            mode: settings.mode,
            kind: settings.kind,
            host: settings.host,
            port: settings.port,
            user: settings.user,
            script: settings.script,
            password,
        }
    }

    /// The address as people read it, of the proxy or of the script that names it, of settings that could
    /// be used: of a script as it is understood, however it was written.
    ///
    /// # Errors
    /// `proxy_address`, `proxy_script_address`.
    pub fn check_proxy(&self, settings: &ProxySettings) -> Outcome<String> {
        match settings.mode {
            ProxyModeView::System | ProxyModeView::None => Ok(String::new()),
            ProxyModeView::Manual if settings.is_sound() => {
                Ok(settings.address().replacen("socks5h:", "socks5:", 1))
            }
            ProxyModeView::Manual => Err(Code::ProxyAddress.into()),
            ProxyModeView::Automatic => {
                web::understood(&settings.script).ok_or_else(|| Code::ProxyScriptAddress.into())
            }
        }
    }

    /// Uses another proxy from now on. The password goes to the system's key store, and where there
    /// is none it is kept as long as the program runs.
    ///
    /// # Errors
    /// As [`Desk::check_proxy`]; `read_only` or `disk_full` when it cannot be remembered.
    pub fn keep_proxy(
        &self,
        mut settings: ProxySettings,
        password: Option<Secret>,
    ) -> Outcome<ProxyView> {
        let address = self.check_proxy(&settings)?;
        if settings.mode == ProxyModeView::Automatic {
            settings.script = address;
        }
        let before = self.settings().proxy;
        self.keep_settings(|kept| kept.proxy.clone_from(&settings))?;
        if before.entry() != settings.entry() || password.is_some() {
            protection::forget_password(&before.entry());
            *lock(&self.proxy_password) = None;
        }
        if let Some(password) = password {
            let entry = settings.entry();
            if !protection::keep_password(&entry, &password) {
                *lock(&self.proxy_password) = Some((entry, Arc::new(password)));
            }
        }
        // A script is fetched anew, also when it is the same.
        *lock(&self.proxy_script) = None;
        Ok(self.proxy())
    }

    /// Ends the connections of before, so that the next go the way that is set now. A session that is
    /// being renewed over one of them comes to the store first: two that renew it would end it.
    pub async fn reconnect(&self) {
        drop(self.leave().await);
    }

    /// The password of the proxy that is set, as long as the program runs.
    pub fn use_proxy_password(&self, password: Secret) {
        let entry = self.settings().proxy.entry();
        *lock(&self.proxy_password) = Some((entry, Arc::new(password)));
    }

    /// How connections are made.
    pub(crate) fn options(&self) -> Options {
        let settings = self.settings().proxy;
        let proxy = match settings.mode {
            ProxyModeView::System => Proxy::Automatic(self.automatic(Source::System)),
            ProxyModeView::Automatic => {
                Proxy::Automatic(self.automatic(Source::Named(settings.script)))
            }
            ProxyModeView::None => Proxy::None,
            ProxyModeView::Manual => {
                let kept = || protection::password(&settings.entry()).map(Arc::new);
                let password = settings
                    .user
                    .as_ref()
                    .and_then(|_| self.session_password(&settings).or_else(kept));
                Proxy::Manual(ManualProxy {
                    address: settings.address(),
                    user: settings.user,
                    password,
                })
            }
        };
        Options {
            proxy,
            ..Options::default()
        }
    }

    fn session_password(&self, settings: &ProxySettings) -> Option<Arc<Secret>> {
        let kept = lock(&self.proxy_password);
        let (entry, password) = kept.as_ref()?;
        (*entry == settings.entry()).then(|| Arc::clone(password))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Profile;

    fn manual(host: &str, port: u16, user: Option<&str>) -> ProxySettings {
        ProxySettings {
            mode: ProxyModeView::Manual,
            kind: ProxyKindView::Http,
            host: host.into(),
            port,
            user: user.map(str::to_owned),
            script: String::new(),
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for (host, port, user) in [
            ("", 1, None),
            ("proxy", 0, None),
            ("user@proxy", 1, None),
            ("proxy/x", 1, None),
            ("proxy:1", 1, None),
            ("прокси", 1, None),
            ("[1]", 1, None),
            ("proxy", 1, Some("")),
            ("proxy", 1, Some("a:b")),
            ("proxy", 1, Some("a\r\nHost: x")),
        ] {
            assert!(
                !manual(host, port, user).is_sound(),
                "{host} {port} {user:?}"
            );
        }
        for host in ["proxy.example", "10.0.0.1", "[::1]"] {
            assert!(manual(host, 3128, Some("я @/%")).is_sound(), "{host}");
        }
    }

    #[test]
    fn a_script_is_at_an_address_that_can_be_fetched() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let at = |script: &str| ProxySettings {
            mode: ProxyModeView::Automatic,
            script: script.to_owned(),
            ..ProxySettings::default()
        };
        for bad in [
            "",
            "wpad.example/proxy.pac",
            "ftp://wpad.example/proxy.pac",
            "http://ann:secret@wpad.example/",
            "file://server/proxy.pac",
            "data:text/plain,x",
        ] {
            let problem = desk.keep_proxy(at(bad), None).unwrap_err();
            assert_eq!(problem.code, Code::ProxyScriptAddress, "{bad}");
        }
        let good = "http://wpad.example/proxy.pac?a=b";
        let kept = desk.keep_proxy(at(good), None).unwrap();
        assert_eq!(
            (kept.mode, kept.script.as_str()),
            (ProxyModeView::Automatic, good)
        );
        // What the person was asked about is what is kept.
        let written = at(" http:\\\\WPAD.example\\pro\txy.pac\n?a=b");
        assert_eq!(desk.check_proxy(&written).unwrap(), good);
        assert_eq!(desk.keep_proxy(written, None).unwrap().script, good);
        assert_eq!(desk.settings().proxy.script, good);
        // What was said holds while the script is the same.
        let (Proxy::Automatic(one), Proxy::Automatic(other)) =
            (desk.options().proxy, desk.options().proxy)
        else {
            panic!("no script");
        };
        assert!(Arc::ptr_eq(&one, &other));
        desk.keep_proxy(at(good), None).unwrap();
        let Proxy::Automatic(anew) = desk.options().proxy else {
            panic!("no script");
        };
        assert!(!Arc::ptr_eq(&one, &anew));
    }

    #[test]
    fn the_password_is_in_no_file_and_goes_to_no_other_proxy() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let first = manual("proxy.example", 3128, Some("ann"));
        desk.keep_proxy(first.clone(), None).unwrap();
        desk.use_proxy_password(Secret::new(b"open sesame".to_vec()));
        let Proxy::Manual(proxy) = desk.options().proxy else {
            panic!("no proxy");
        };
        assert_eq!(proxy.address, "http://proxy.example:3128");
        assert_eq!(proxy.password.unwrap().expose(), b"open sesame");
        assert_eq!(desk.proxy().password, ProxyPasswordView::Session);
        let kept = std::fs::read_to_string(dir.path().join("settings.json")).unwrap();
        assert!(
            kept.contains("proxy.example") && !kept.contains("sesame"),
            "{kept}"
        );
        // The other user's, another host's: none.
        for other in [
            manual("proxy.example", 3128, Some("bob")),
            manual("evil.example", 3128, Some("ann")),
        ] {
            desk.keep_proxy(other, None).unwrap();
            let Proxy::Manual(proxy) = desk.options().proxy else {
                panic!("no proxy");
            };
            assert!(proxy.password.is_none());
        }
        assert_eq!(
            Desk::open(Profile::open(dir.path()).unwrap())
                .unwrap()
                .proxy()
                .host,
            "evil.example"
        );
    }
}
