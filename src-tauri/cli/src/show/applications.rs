//! What waits, what was sent and what came back.

use kabinet_desk::Problem;
use kabinet_desk::view::{
    ApplicationView, AttachmentView, DocumentView, DueView, MessageView, OutboxItemView, SentView,
    SyncView,
};
use serde_json::json;

use super::Show;

impl Show {
    pub(crate) fn outbox(&self, view: &[OutboxItemView]) {
        self.either(&view, || {
            for item in view {
                self.line(&format!(
                    "{}  {}  {}",
                    item.id,
                    self.say(&format!("outbox-{}", item.kind)),
                    self.pick(&item.title)
                ));
                self.reason(item);
                for file in &item.attachments {
                    self.line(&format!("  {}", self.file(file)));
                }
            }
        });
    }

    /// Why it waits, and until when.
    fn reason(&self, item: &OutboxItemView) {
        let reason = &item.reason;
        self.line(&format!("  {}", self.pick(&reason.text)));
        for field in &reason.fields {
            self.line(&format!("  - {}", self.pick(&field.label)));
        }
        if let Some(remedy) = &reason.remedy {
            self.line(&format!("  {}", self.pick(remedy)));
        }
        if let Some(at) = &item.next_try_at {
            self.line(&format!("  {} {at}", self.say("next-try")));
        }
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
                } else if let Some(item) = item {
                    self.reason(item);
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
        self.line(&format!("  {}", self.pick(&document.sentence)));
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
    pub(super) fn file(&self, file: &AttachmentView) -> String {
        format!(
            "{}: {} ({} KiB, {})",
            self.say("attachment"),
            file.name,
            file.size.div_ceil(1024),
            file.media_type
        )
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
}
