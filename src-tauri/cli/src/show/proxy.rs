//! The proxy that is used.

use kabinet_desk::view::{ProxyModeView, ProxyPasswordView, ProxyView};

use super::Show;

impl Show {
    pub(crate) fn proxy(&self, view: &ProxyView) {
        self.either(view, || {
            let mode = match view.mode {
                ProxyModeView::System => "proxy-system",
                ProxyModeView::None => "proxy-none",
                ProxyModeView::Manual => "proxy-manual",
                ProxyModeView::Automatic => "proxy-automatic",
            };
            self.line(&self.say(mode));
            if view.mode == ProxyModeView::Automatic {
                self.pair("proxy-address", &view.script);
            }
            if view.mode != ProxyModeView::Manual {
                return;
            }
            self.pair("proxy-address", &format!("{}:{}", view.host, view.port));
            if let Some(user) = &view.user {
                self.pair("proxy-user", user);
                let password = match view.password {
                    ProxyPasswordView::None => "proxy-password-none",
                    ProxyPasswordView::KeyStore => "proxy-password-kept",
                    ProxyPasswordView::Session => "proxy-password-session",
                };
                self.line(&self.say(password));
            }
        });
    }
}
