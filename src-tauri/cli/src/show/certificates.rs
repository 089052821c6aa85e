//! Certificates of the card, and what came of an enrolment.

use kabinet_desk::view::{CardContentsView, EnrolmentStateView, EnrolmentView, PromptView};
use serde_json::json;

use super::Show;

impl Show {
    /// Keys with what they wait for, and certificates with how long they last.
    pub(crate) fn certificate_status(&self, contents: &CardContentsView) {
        let whole = json!({"keys": contents.keys, "certificates": contents.certificates});
        self.either(&whole, || {
            self.list_keys(&contents.keys);
            if contents.certificates.is_empty() {
                self.line(&self.say("no-certificates"));
            }
            self.list_certificates(&contents.certificates);
        });
    }

    /// Who would read the card and issue a certificate; on standard error, since the answer comes
    /// later.
    pub(crate) fn enrolling(&self, prompt: &PromptView) {
        let PromptView::Enrol {
            authority,
            address,
            issuer,
            new_key,
            pin,
            ..
        } = prompt
        else {
            return;
        };
        if self.json {
            return;
        }
        eprintln!(
            "{}: {} ({address})",
            self.say("enrol-authority"),
            self.pick(authority)
        );
        eprintln!("{}: {issuer}", self.say("enrol-issuer"));
        eprintln!("{}", self.say("enrol-shares"));
        if *new_key {
            eprintln!("{}", self.say("enrol-new-key"));
        }
        eprintln!("{}", self.pin_sentence(*pin));
    }

    /// What came of it.
    pub(crate) fn enrolled(&self, view: &EnrolmentView) {
        self.either(view, || {
            self.line(&self.say(match view.state {
                EnrolmentStateView::Issued => "enrol-done",
                EnrolmentStateView::Waiting => "enrol-waiting",
            }));
            self.list_certificates(view.certificate.as_slice());
        });
    }
}
