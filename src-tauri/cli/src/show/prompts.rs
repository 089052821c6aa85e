//! What the person is to agree to, and how far the dialogue is.

use std::io::IsTerminal as _;

use kabinet_desk::view::{ConsentView, LetterPromptView, PinView, PromptView, StepView};

use super::Show;

impl Show {
    /// Who asks for what; on standard error, since the answer of the command comes later.
    pub(crate) fn consent(&self, view: &ConsentView, pin: &PinView) {
        if self.json {
            return;
        }
        eprintln!(
            "{}: {} ({})",
            self.say("asks"),
            self.pick(&view.relying_party),
            view.issuer
        );
        eprintln!("{}: {}", self.say("purpose"), self.pick(&view.purpose));
        eprintln!(
            "{}: {} / {}, {} - {}",
            self.say("terminal"),
            view.terminal,
            view.terminal_authority,
            view.terminal_from,
            view.terminal_until
        );
        for claim in &view.claims {
            let kind = if claim.required {
                "required"
            } else {
                "optional"
            };
            eprintln!("  {} ({})", claim.name, self.say(kind));
        }
        eprintln!("{}", self.pin_sentence(*pin));
    }

    /// What will be signed; on standard error, for the same reason.
    pub(crate) fn prompt(&self, view: &PromptView) {
        if self.json {
            return;
        }
        if let PromptView::SignReply { letter, .. } = view {
            self.letter("signs-reply", letter);
        }
        if let PromptView::SignWithdrawal { letter, .. } = view {
            self.letter("signs-withdrawal", letter);
        }
        if let PromptView::Decrypt {
            name, recipients, ..
        } = view
        {
            eprintln!("{}: {name}", self.say("decrypts"));
            for recipient in recipients {
                eprintln!("{}: {recipient}", self.say("encrypted-for"));
            }
        }
        if let PromptView::SignFiles { files, .. } = view {
            self.files_to_sign(files);
        }
        if let PromptView::Sign {
            title,
            recipient,
            fields,
            attachments,
            hash,
            ..
        } = view
        {
            eprintln!("{}: {}", self.say("signs"), self.pick(title));
            eprintln!("{}: {}", self.say("recipient"), self.pick(recipient));
            for field in fields {
                let group = field.group.as_ref();
                let group = group.map(|group| format!("{}: ", self.pick(group)));
                eprintln!(
                    "  {}{}: {}",
                    group.unwrap_or_default(),
                    self.pick(&field.label),
                    self.pick(&field.value)
                );
            }
            for file in attachments {
                eprintln!("{}", self.file(file));
            }
            eprintln!("{}: {hash}", self.say("hash"));
        }
    }

    fn letter(&self, what: &str, letter: &LetterPromptView) {
        eprintln!("{}: {}", self.say(what), self.pick(&letter.title));
        if let Some(number) = &letter.registration_number {
            eprintln!("{}: {number}", self.say("application-number"));
        }
        eprintln!(
            "{}: {}",
            self.say("recipient"),
            self.pick(&letter.recipient)
        );
        for line in letter.text.lines() {
            eprintln!("  {line}");
        }
        for file in &letter.attachments {
            eprintln!("  {} {}", self.file(file), file.hash);
        }
        eprintln!("{}: {}", self.say("hash"), letter.hash);
    }

    /// Progress, for a person at a terminal only.
    pub(crate) fn step(&self, step: StepView) {
        if self.json || !std::io::stderr().is_terminal() {
            return;
        }
        let id = match step {
            StepView::Portal => "step-portal",
            StepView::Pin => "step-pin",
            StepView::Key => "step-key",
            StepView::Request => "step-request",
            StepView::Terminal => "step-terminal",
            StepView::Reading => "step-reading",
            StepView::Signing => "step-signing",
            StepView::Checking => "step-checking",
            StepView::Saving => "step-saving",
            StepView::Done => return,
        };
        eprintln!("{}", self.say(id));
    }
}
