//! The card, its keys and certificates, and the travel document on it.

use kabinet_desk::view::{
    AuthenticityView, CardContentsView, CardStatusView, CertificateView, KeyStateView, KeyView,
    PinView, TravelDocumentView,
};
use serde_json::json;

use super::Show;

impl Show {
    pub(crate) fn card_status(&self, view: &CardStatusView) {
        self.either(view, || {
            self.pair("reader", &view.reader);
            self.pin(view.pin);
        });
    }

    pub(crate) fn card_contents(&self, view: &CardContentsView) {
        self.either(view, || {
            self.pair("holder", view.holder.as_deref().unwrap_or("-"));
            self.list_keys(&view.keys);
            self.list_certificates(&view.certificates);
            self.other_person(view.other_person.as_ref());
        });
    }

    pub(crate) fn document(&self, view: &TravelDocumentView) {
        self.either(view, || {
            let pair = |key: &str, value: &str| {
                if !value.is_empty() {
                    self.pair(key, value);
                }
            };
            let maybe = |key: &str, value: &Option<String>| {
                pair(key, value.as_deref().unwrap_or_default());
            };
            pair("name", &view.name);
            maybe("full-name", &view.full_name);
            pair("document-number", &view.number);
            maybe("personal-number", &view.personal_number);
            pair("born", &view.date_of_birth);
            maybe("birth-place", &view.place_of_birth);
            pair("nationality", &view.nationality);
            maybe("issued", &view.date_of_issue);
            maybe("authority", &view.issuing_authority);
            pair("valid-until", &view.date_of_expiry);
            let photo = if view.photo.is_some() {
                "photo-yes"
            } else {
                "photo-no"
            };
            pair("photo", &self.say(photo));
            let (verdict, country) = match &view.authenticity {
                AuthenticityView::Genuine { country } => ("document-genuine", country.as_str()),
                AuthenticityView::SignerUnknown { country } => {
                    ("document-signer-unknown", country.as_str())
                }
                AuthenticityView::Broken => ("document-broken", ""),
            };
            let verdict = self.say(verdict);
            self.line(format!("{verdict} {country}").trim());
            if view.chip_is_original == Some(true) {
                self.line(&self.say("document-original"));
            }
            self.other_person(view.other_person.as_ref());
        });
    }

    pub(crate) fn keys(&self, keys: &[KeyView]) {
        self.either(&json!({"keys": keys}), || self.list_keys(keys));
    }

    pub(crate) fn certificates(&self, certificates: &[CertificateView]) {
        self.either(&json!({"certificates": certificates}), || {
            if certificates.is_empty() {
                self.line(&self.say("no-certificates"));
            }
            self.list_certificates(certificates);
        });
    }

    pub(crate) fn list_keys(&self, keys: &[KeyView]) {
        for key in keys {
            let state = match key.state {
                KeyStateView::Active => "key-active",
                KeyStateView::Deactivated => "key-off",
                KeyStateView::Destroyed => "key-gone",
                KeyStateView::Absent => "key-none",
            };
            let mut line = format!(
                "{} {} ({}): {}",
                self.say("key"),
                key.key,
                key.level,
                self.say(state)
            );
            if key.awaits_certificate {
                line = format!("{line}, {}", self.say("key-awaits"));
            }
            self.line(&line);
        }
    }

    pub(crate) fn list_certificates(&self, certificates: &[CertificateView]) {
        for certificate in certificates {
            self.pair("certificate", &certificate.key);
            self.pair("subject", &certificate.subject);
            if let Some(number) = &certificate.subject_serial_number {
                self.pair("subject-number", number);
            }
            self.pair("issuer", &certificate.issuer);
            self.pair("number", &certificate.serial_number);
            self.pair("valid-from", &certificate.not_before);
            self.pair("valid-until", &certificate.not_after);
            self.pair("days-left", &certificate.days_left.to_string());
            if !certificate.key_usage.is_empty() {
                self.pair("key-usage", &certificate.key_usage.join(", "));
            }
        }
    }

    fn pin(&self, pin: PinView) {
        self.line(&self.pin_sentence(pin));
    }

    pub(super) fn pin_sentence(&self, pin: PinView) -> String {
        match pin {
            PinView::Usable { attempts_left } => {
                format!("{}: {attempts_left}", self.say("pin-usable"))
            }
            PinView::Suspended => self.say("err-pin-suspended"),
            PinView::Blocked => self.say("err-pin-blocked"),
            PinView::Deactivated => self.say("err-pin-deactivated"),
        }
    }
}
