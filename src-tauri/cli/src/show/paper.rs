//! What goes out of the store: papers, and everything.

use kabinet_desk::view::{ExportView, PaperView};

use super::Show;

impl Show {
    pub(crate) fn exported(&self, view: &ExportView) {
        self.either(view, || {
            self.pair("written", &view.path);
            self.pair("export-drafts", &view.drafts.to_string());
            self.pair("export-waiting", &view.waiting.to_string());
            self.pair("export-applications", &view.applications.to_string());
            self.pair("new-messages", &view.messages.to_string());
            self.pair("new-documents", &view.documents.to_string());
            self.line(&self.say("export-care"));
        });
    }

    pub(crate) fn paper(&self, view: &PaperView) {
        self.either(view, || {
            self.line(self.pick(&view.report.sentence));
            if let Some(number) = &view.serial_number {
                self.pair("paper-certificate", number);
            }
            if let Some(issuer) = &view.issuer {
                self.pair("paper-issuer", issuer);
            }
            let signer = view.report.signers.first();
            if let Some(at) = signer.and_then(|signer| signer.claimed_at.as_ref()) {
                self.pair("paper-signed", at);
            }
            self.pair("paper-hash", &view.hash);
            let Some(application) = &view.application else {
                self.line(&self.say("paper-no-content"));
                return;
            };
            let title = application.title.as_ref().map(|title| self.pick(title));
            let title = title.unwrap_or_default();
            self.pair(
                "paper-procedure",
                format!("{} {title}", application.procedure_id).trim(),
            );
            self.pair("paper-applicant", &application.applicant);
            self.pair("paper-created", &application.created);
            self.pair("paper-id", &application.id);
            self.line(&format!("{}:", self.say("paper-answers")));
            for field in &application.fields {
                let group = field.group.as_ref();
                let group = group.map(|group| format!("{}: ", self.pick(group)));
                self.line(&format!(
                    "  {}{}: {}",
                    group.unwrap_or_default(),
                    self.pick(&field.label),
                    self.pick(&field.value)
                ));
            }
            for file in &application.attachments {
                self.line(&format!("  {}", self.file(file)));
                self.line(&format!("    belt-hash {}", file.hash));
            }
        });
    }
}
