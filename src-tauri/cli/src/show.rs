//! Answers as text for people or one JSON document for programs.

mod certificates;
mod encryption;
mod files;
mod found;
mod keep;
mod paper;
mod proxy;

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use kabinet_desk::view::{
    AdditionalDataView, ApplicationView, AttachmentView, AuthenticityView, CardContentsView,
    CardStatusView, CertificateView, ConsentView, DoctorView, DocumentView, DraftSummaryView,
    DraftView, DueView, FormView, KeyStateView, KeyView, Language, LetterPromptView, LossView,
    MessageView, OutboxItemView, OutboxStateView, PersonChoiceView, PersonView, PinView,
    ProcedureHitView, PromptView, RepairView, SentView, SharingView, StepView, SyncView, TextView,
    TravelDocumentView,
};
use kabinet_desk::{Problem, text};
use serde::Serialize;
use serde_json::json;

/// What `whoami` prints for programs.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    person: &'a PersonView,
    #[serde(flatten)]
    additional: &'a AdditionalDataView,
}

/// How to show.
pub(crate) struct Show {
    pub(crate) json: bool,
    pub(crate) language: Language,
}

/// Whether a JSON document went out.
static ANSWERED: AtomicBool = AtomicBool::new(false);

pub(crate) fn is_answered() -> bool {
    ANSWERED.load(Ordering::Acquire)
}

/// A command that did not succeed, to programs on standard output, to people on standard error.
pub(crate) fn failure(problem: &Problem, language: Language, to_program: bool) {
    let view = problem.view(language);
    if to_program {
        json(&json!({ "error": view }));
    } else {
        eprintln!("{}\n{}", view.message, view.remedy);
    }
    if std::env::var_os("KABINET_DETAILS").is_some() {
        eprintln!("[{problem}]");
    }
}

/// One JSON document and a line end. A closed pipe is the reader's wish, not an error.
pub(crate) fn json(value: &impl Serialize) {
    ANSWERED.store(true, Ordering::Release);
    let mut out = std::io::stdout().lock();
    if serde_json::to_writer(&mut out, value).is_ok() {
        let _ = writeln!(out);
    }
}

impl Show {
    pub(crate) fn done(&self) {
        self.either(&json!({"done": true}), || self.line(&self.say("done")));
    }

    pub(crate) fn written(&self, path: &Path) {
        self.either(&json!({"written": path}), || {
            self.pair("written", &path.display().to_string())
        });
    }

    pub(crate) fn persons(&self, views: &[PersonChoiceView]) {
        self.either(&views, || {
            for view in views {
                let name = view.name.as_ref().and_then(|name| {
                    let order = match self.language {
                        Language::Be => ["be", "ru", "latin"],
                        Language::Ru => ["ru", "be", "latin"],
                        Language::En => ["latin", "be", "ru"],
                    };
                    order.into_iter().find_map(|language| name.get(language))
                });
                let locked = self.say("person-locked");
                let mark = if view.is_current { "*" } else { " " };
                self.line(&format!("{mark} {}  {}", view.id, name.unwrap_or(&locked)));
            }
        });
    }

    pub(crate) fn store_checked(&self, whole: bool) {
        self.either(&json!({"whole": whole}), || {
            self.line(&self.say(if whole {
                "store-whole"
            } else {
                "err-store-damaged"
            }));
            if !whole {
                self.line(&self.say("rec-store-damaged"));
            }
        });
    }

    pub(crate) fn repaired(&self, view: &RepairView) {
        self.either(view, || {
            self.pair("repaired-drafts", &view.drafts.to_string());
            self.pair("repaired-waiting", &view.waiting.to_string());
            let verdict = if view.complete {
                "repaired-whole"
            } else {
                "repaired-partly"
            };
            self.line(&self.say(verdict));
        });
    }

    /// What would be lost; on standard error, since the person is asked then.
    pub(crate) fn loss(&self, view: Option<&LossView>) {
        if self.json {
            return;
        }
        eprintln!("{}", self.say("forget-what"));
        if let Some(loss) = view {
            eprintln!("{}: {}", self.say("forget-drafts"), loss.drafts);
            eprintln!("{}: {}", self.say("forget-waiting"), loss.waiting);
        }
    }

    pub(crate) fn doctor(&self, view: &DoctorView) {
        self.either(view, || {
            for line in view.lines(self.language) {
                self.line(&line);
            }
        });
    }

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

    /// A warning before a question, on standard error.
    pub(crate) fn warn(&self, id: &str) {
        if !self.json {
            eprintln!("{}", self.say(id));
        }
    }

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
            StepView::Terminal => "step-terminal",
            StepView::Reading => "step-reading",
            StepView::Signing => "step-signing",
            StepView::Saving => "step-saving",
            StepView::Done => return,
        };
        eprintln!("{}", self.say(id));
    }

    pub(crate) fn person(&self, view: &PersonView) {
        self.either(view, || self.list_person(view));
    }

    /// The person with what the card told beside the groups that have names.
    pub(crate) fn whoami(&self, person: &PersonView, additional: &AdditionalDataView) {
        let whole = Whole { person, additional };
        self.either(&whole, || {
            self.list_person(person);
            for entry in &additional.optional_data {
                self.line(&format!(
                    "{} {}: {}",
                    self.say("optional-data"),
                    entry.kind,
                    entry.value.as_deref().unwrap_or("-")
                ));
            }
            if additional.written_signature.is_some() {
                self.pair("written-signature", &self.say("photo-yes"));
            }
        });
    }

    fn list_person(&self, view: &PersonView) {
        for name in view.name.values() {
            self.pair("name", name);
        }
        if let Some(number) = &view.personal_number {
            self.pair("personal-number", number);
        }
        self.pair("portal", &view.portal);
        self.line(&self.say(if view.session {
            "session-open"
        } else {
            "session-closed"
        }));
    }

    pub(crate) fn procedures(&self, view: &[ProcedureHitView]) {
        self.either(&view, || self.list_procedures(view));
    }

    pub(crate) fn form(&self, view: &FormView) {
        self.either(view, || {
            let procedure = &view.procedure;
            self.line(&format!(
                "{}  {}",
                procedure.id,
                self.pick(&procedure.title)
            ));
            self.line(self.pick(&procedure.description));
            self.pair("authority", self.pick(&procedure.authority));
            self.pair("cost", self.pick(&procedure.cost));
            self.pair("term", self.pick(&procedure.term));
            for evidence in &procedure.evidence {
                self.pair("evidence", self.pick(evidence));
            }
            if let Some(validity) = &procedure.validity {
                self.pair("validity", self.pick(validity));
            }
            self.pair("legal-basis", self.pick(&procedure.legal_basis));
            for (number, step) in view.steps.iter().enumerate() {
                self.line(&format!("{}. {}", number + 1, self.pick(&step.title)));
                for field in &step.fields {
                    let indent = "  ".repeat(field.level + 1);
                    self.line(&format!("{indent}{}", self.pick(&field.label)));
                    if let Some(hint) = &field.hint {
                        self.line(&format!("{indent}  ({})", self.pick(hint)));
                    }
                }
            }
        });
    }

    pub(crate) fn draft(&self, view: &DraftView) {
        self.either(view, || {
            self.draft_line(&view.summary);
            if let Some(carried) = &view.carried {
                self.carried(carried);
            } else if view.outdated {
                self.line(&format!("  * {}", self.say("outdated")));
            }
            let mut group = None;
            for line in &view.lines {
                if line.group != group {
                    group.clone_from(&line.group);
                    if let Some(group) = &group {
                        self.line(&format!("  {}", self.pick(group)));
                    }
                }
                let indent = if group.is_some() { "    " } else { "  " };
                let source = view.prefilled.get(&line.path).map(|source| {
                    let kind = if source.starts_with("card.") {
                        "from-card"
                    } else {
                        "from-earlier"
                    };
                    format!("  ({})", self.say(kind))
                });
                self.line(&format!(
                    "{indent}{}: {}{}",
                    self.pick(&line.label),
                    self.pick(&line.value),
                    source.unwrap_or_default()
                ));
            }
            for file in &view.attachments {
                let coming = if view.coming.contains(&file.hash) {
                    format!("  ({})", self.say("file-coming"))
                } else {
                    String::new()
                };
                self.line(&format!("  {} {}{coming}", self.file(file), file.hash));
            }
            for problem in &view.problems {
                let label = self.pick(&problem.label);
                let label = match &problem.group {
                    Some(group) => format!("{}: {label}", self.pick(group)),
                    None => label.to_owned(),
                };
                self.line(&format!("  ! {label}. {}", problem.message));
            }
            for conflict in &view.conflicts {
                self.line(&format!("  ? {} {}", conflict.path, self.say("conflict")));
                let others = conflict.others.iter().map(|other| &other.value);
                for (number, value) in [&conflict.current].into_iter().chain(others).enumerate() {
                    let value = match value {
                        Some(serde_json::Value::String(text)) => text.clone(),
                        Some(other) => other.to_string(),
                        None => self.say("conflict-empty"),
                    };
                    self.line(&format!("    {number}: {value}"));
                }
            }
        });
    }

    pub(crate) fn sharing(&self, sharing: SharingView) {
        self.either(&json!({ "sharing": sharing }), || {
            self.line(&self.say(match sharing {
                SharingView::On => "share-on",
                SharingView::Off => "share-off",
                SharingView::Ending => "share-ending",
            }));
        });
    }

    pub(crate) fn drafts(&self, view: &[DraftSummaryView]) {
        self.either(&view, || {
            view.iter().for_each(|draft| self.draft_line(draft))
        });
    }

    pub(crate) fn outbox(&self, view: &[OutboxItemView]) {
        self.either(&view, || {
            for item in view {
                self.line(&format!(
                    "{}  {}  {}",
                    item.id,
                    self.say(&format!("outbox-{}", item.kind)),
                    self.pick(&item.title)
                ));
                if item.state == OutboxStateView::Paused {
                    self.line(&format!("  {}", self.say("held-back")));
                }
                for file in &item.attachments {
                    self.line(&format!("  {}", self.file(file)));
                }
                if let Some(problem) = &item.last_problem {
                    self.line(&format!("  {problem}"));
                }
            }
        });
    }

    pub(crate) fn sent(&self, application: &ApplicationView) {
        self.either(
            &json!({"state": "registered", "application": application}),
            || {
                self.pair("registered", &application.registration_number);
            },
        );
    }

    /// Signed and safe, but not gone yet.
    pub(crate) fn waits(&self, outbox: &[OutboxItemView], id: &str, problem: Option<&Problem>) {
        let item = outbox.iter().find(|item| item.id == id);
        let problem = problem.map(|problem| problem.view(self.language));
        self.either(
            &json!({"state": "waiting", "item": item, "problem": problem}),
            || {
                self.line(&self.say("waits"));
                if let Some(problem) = &problem {
                    self.line(&problem.message);
                    self.line(&problem.remedy);
                } else if let Some(reason) = item.and_then(|item| item.last_problem.as_deref()) {
                    self.line(reason);
                }
            },
        );
    }

    pub(crate) fn sync(&self, view: &SyncView) {
        self.either(view, || {
            for application in &view.sent {
                self.pair("registered", &application.registration_number);
            }
            for id in &view.returned {
                self.pair("returned", id);
            }
            self.pair(
                "changed",
                &(view.procedures + view.applications).to_string(),
            );
            self.pair("new-messages", &view.messages.to_string());
            self.pair("new-documents", &view.documents.to_string());
            self.pair("waiting", &view.waiting.to_string());
            if view.sharing_ended {
                self.line(&self.say("share-ended"));
            }
        });
    }

    pub(crate) fn applications(&self, view: &[ApplicationView]) {
        self.either(&view, || {
            view.iter()
                .for_each(|application| self.application_line(application))
        });
    }

    pub(crate) fn application(
        &self,
        view: &ApplicationView,
        messages: &[MessageView],
        documents: &[DocumentView],
    ) {
        let mut whole = serde_json::to_value(view).unwrap_or_default();
        whole["messages"] = json!(messages);
        whole["documents"] = json!(documents);
        self.either(&whole, || {
            self.application_line(view);
            if let Some(deadline) = &view.deadline {
                self.pair("deadline", deadline);
            }
            for event in &view.history {
                let note = event.note.as_ref().map_or("", |note| self.pick(note));
                self.line(&format!(
                    "  {}  {}  {note}",
                    event.at,
                    self.say(&format!("status-{}", event.status))
                ));
            }
            for message in messages {
                self.message(message);
            }
            for document in documents {
                self.document_lines(document);
            }
        });
    }

    pub(crate) fn messages(&self, view: &[MessageView]) {
        self.either(&view, || view.iter().for_each(|one| self.message(one)));
    }

    pub(crate) fn documents(&self, view: &[DocumentView]) {
        self.either(&view, || {
            view.iter().for_each(|one| self.document_lines(one));
        });
    }

    pub(crate) fn due(&self, view: &[DueView]) {
        self.either(&view, || {
            for due in view {
                let state = self.say(if due.overdue { "overdue" } else { "answer-due" });
                self.line(&format!(
                    "{state} {}  {}  {}",
                    due.deadline,
                    self.pick(&due.title),
                    due.message_id
                ));
            }
        });
    }

    /// A letter that the portal has.
    pub(crate) fn delivered(&self, id: &str) {
        self.either(&json!({"state": "delivered", "message": id}), || {
            self.line(&self.say("delivered"));
        });
    }

    /// A problem that does not end the command.
    pub(crate) fn problem(&self, problem: &Problem) {
        let view = problem.view(self.language);
        self.either(&json!({"error": view}), || self.line(&view.message));
    }

    fn message(&self, message: &MessageView) {
        let state = if message.waiting {
            self.say("message-waiting")
        } else {
            message.sent_at.clone()
        };
        let author = self.pick(&message.author);
        self.line(&format!("{}  {state}  {author}", message.id));
        for line in self.pick(&message.text).lines() {
            self.line(&format!("  {line}"));
        }
        for file in &message.attachments {
            self.line(&format!("  {} {}", self.file(file), file.hash));
        }
        if let Some(request) = &message.request {
            for wanted in &request.wanted {
                self.line(&format!("  - {}", self.pick(wanted)));
            }
            if let Some(deadline) = &request.deadline {
                self.line(&format!("  {} {deadline}", self.say("answer-due")));
            }
            if request.answered {
                self.line(&format!("  {}", self.say("answered")));
            }
        }
        if let Some(problem) = &message.problem {
            self.line(&format!("  {problem}"));
        }
    }

    fn document_lines(&self, document: &DocumentView) {
        self.line(&format!(
            "{}  {}  {}",
            document.id,
            document.issued_at,
            self.pick(&document.title)
        ));
        self.line(&format!("  {}", document.sentence));
    }

    /// What was signed as an application.
    pub(crate) fn signed(&self, view: &SentView) {
        self.either(view, || {
            let mut group = None;
            for line in &view.lines {
                if line.group != group {
                    group.clone_from(&line.group);
                    if let Some(group) = &group {
                        self.line(self.pick(group));
                    }
                }
                self.line(&format!(
                    "  {}: {}",
                    self.pick(&line.label),
                    self.pick(&line.value)
                ));
            }
            for file in &view.attachments {
                self.line(&format!("  {} {}", self.file(file), file.hash));
            }
        });
    }

    /// A file with its length in KiB and its kind.
    fn file(&self, file: &AttachmentView) -> String {
        format!(
            "{}: {} ({} KiB, {})",
            self.say("attachment"),
            file.name,
            file.size.div_ceil(1024),
            file.media_type
        )
    }

    fn draft_line(&self, draft: &DraftSummaryView) {
        let state = self.say(if draft.complete {
            "draft-complete"
        } else {
            "draft-open"
        });
        self.line(&format!(
            "{}  {}  {} ({state})",
            draft.id,
            draft.procedure_id,
            self.pick(&draft.title)
        ));
        if draft.carried {
            self.line(&format!("  * {}", self.say("carried")));
        }
    }

    fn application_line(&self, application: &ApplicationView) {
        self.line(&format!(
            "{}  {}  {}  {}",
            application.registration_number,
            self.say(&format!("status-{}", application.status)),
            self.pick(&application.title),
            application.id,
        ));
    }

    fn pin(&self, pin: PinView) {
        self.line(&self.pin_sentence(pin));
    }

    fn pin_sentence(&self, pin: PinView) -> String {
        match pin {
            PinView::Usable { attempts_left } => {
                format!("{}: {attempts_left}", self.say("pin-usable"))
            }
            PinView::Suspended => self.say("err-pin-suspended"),
            PinView::Blocked => self.say("err-pin-blocked"),
            PinView::Deactivated => self.say("err-pin-deactivated"),
        }
    }

    pub(crate) fn either(&self, value: &impl Serialize, people: impl FnOnce()) {
        if self.json {
            json(value);
        } else {
            people();
        }
    }

    pub(crate) fn pair(&self, label: &str, value: &str) {
        self.line(&format!("{}: {value}", self.say(label)));
    }

    pub(crate) fn line(&self, line: &str) {
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    pub(crate) fn say(&self, id: &str) -> String {
        text(self.language, id)
    }

    fn pick<'a>(&self, text: &'a TextView) -> &'a str {
        text.in_language(self.language)
    }
}
