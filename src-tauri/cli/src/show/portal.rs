//! The portal and the certificate of its server.

use kabinet_desk::view::PortalView;

use super::Show;

impl Show {
    pub(crate) fn portal(&self, view: &PortalView) {
        self.either(view, || {
            self.line(&view.address);
            let Some(certificate) = &view.certificate else {
                self.line(&self.say("portal-no-certificate"));
                return;
            };
            self.pair("portal-subject", &certificate.subject);
            self.pair("portal-issuer", &certificate.issuer);
            self.pair("portal-from", &certificate.not_before);
            self.pair("portal-until", &certificate.not_after);
            self.pair("portal-fingerprint", &certificate.fingerprint);
        });
    }
}
