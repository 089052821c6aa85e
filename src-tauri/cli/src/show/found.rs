//! What a search found, and what became of a draft whose form has changed.

use std::io::IsTerminal as _;

use kabinet_desk::view::{
    AsideReasonView, CarriedView, Language, MarkedTextView, ProcedureHitView, RecordKindView,
    SearchView, SegmentView,
};

use super::Show;

impl Show {
    pub(crate) fn search(&self, view: &SearchView) {
        self.either(view, || {
            if !view.unknown.is_empty() {
                self.pair("search-unknown", &view.unknown.join(", "));
            }
            if view.procedures.is_empty() && view.records.is_empty() {
                self.line(&self.say("search-nothing"));
            }
            for record in &view.records {
                let kind = match record.kind {
                    RecordKindView::Draft => "search-draft",
                    RecordKindView::Waiting => "search-waiting",
                    RecordKindView::Application => "search-application",
                    RecordKindView::Message => "search-message",
                };
                let title = self.marked(&record.title);
                self.line(&format!("{}  {title}  {}", self.say(kind), record.id));
                if !record.extract.is_empty() {
                    self.line(&format!("  {}", highlighted(&record.extract)));
                }
            }
            self.list_procedures(&view.procedures);
        });
    }

    pub(super) fn list_procedures(&self, view: &[ProcedureHitView]) {
        for hit in view {
            self.line(&format!(
                "{}  {}",
                hit.procedure.id,
                self.marked(&hit.marked_title)
            ));
        }
    }

    pub(super) fn carried(&self, view: &CarriedView) {
        if view.was_signed {
            self.line(&format!("  * {}", self.say("carried-signed")));
        }
        for field in &view.renamed {
            self.line(&format!(
                "    {}: {}",
                self.say("carried-renamed"),
                self.pick(&field.label)
            ));
        }
        for field in &view.required {
            self.line(&format!(
                "    {}: {}",
                self.say("carried-required"),
                self.pick(&field.label)
            ));
        }
        for aside in &view.aside {
            let reason = match aside.reason {
                AsideReasonView::Gone => "carried-gone",
                AsideReasonView::Unfit => "carried-unfit",
                AsideReasonView::Replaced => "carried-replaced",
            };
            self.line(&format!(
                "    {}: {} ({})",
                self.pick(&aside.label),
                self.pick(&aside.value),
                self.say(reason)
            ));
        }
        self.line(&format!("    {}", self.say("carried-dismiss")));
    }

    fn marked(&self, text: &MarkedTextView) -> String {
        highlighted(match self.language {
            Language::Be => &text.be,
            Language::Ru => &text.ru,
            Language::En => &text.en,
        })
    }
}

/// Bold at a terminal, unless the person wants no colours (no-color.org); plain elsewhere.
fn highlighted(segments: &[SegmentView]) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let bold = std::io::stdout().is_terminal() && !plain;
    segments
        .iter()
        .map(|segment| {
            // A text from elsewhere must not command the terminal.
            let text: String = segment
                .text
                .chars()
                .map(|sign| if sign.is_control() { ' ' } else { sign })
                .collect();
            if bold && segment.found {
                format!("\u{1b}[1m{text}\u{1b}[0m")
            } else {
                text
            }
        })
        .collect()
}
