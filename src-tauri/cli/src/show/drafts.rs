//! Procedures, forms and drafts.

use kabinet_desk::view::{DraftSummaryView, DraftView, FormView, ProcedureHitView, SharingView};
use serde_json::json;

use super::Show;

impl Show {
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
}
