//! How long finished applications stay, and what leaves.

use kabinet_desk::view::{LeavingView, RetentionPlanView, RetentionView};

use super::Show;

impl Show {
    pub(crate) fn retention(&self, view: &RetentionView) {
        self.either(view, || {
            match view.years {
                Some(years) => self.pair("keep-years", &years.to_string()),
                None => self.line(&self.say("keep-all")),
            }
            if view.away > 0 {
                self.pair("keep-away", &view.away.to_string());
            }
            if !view.soon.is_empty() {
                self.line(&self.say("keep-soon"));
                self.leaving(&view.soon);
            }
        });
    }

    pub(crate) fn retention_plan(&self, view: &RetentionPlanView) {
        self.either(view, || {
            if view.applications == 0 {
                self.line(&self.say("keep-nothing"));
                return;
            }
            self.line(&self.say("keep-leaves"));
            for (label, count) in [
                ("keep-applications", view.applications),
                ("keep-messages", view.messages),
                ("keep-documents", view.documents),
            ] {
                self.pair(label, &count.to_string());
            }
            self.leaving(&view.list);
            self.line(&self.say("keep-export"));
        });
    }

    fn leaving(&self, list: &[LeavingView]) {
        for one in list {
            let (number, title) = (&one.registration_number, self.pick(&one.title));
            self.line(&format!(
                "  {}  {number}  {title}  {}",
                one.ended_on, one.id
            ));
        }
    }
}
