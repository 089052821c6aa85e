//! New versions of the form, as an authority publishes them.

use std::collections::BTreeSet;

use kabinet_desk::view::FormView;
use kabinet_records::next_id;
use serde_json::{Value, json};

use super::{FIELDS, PROCEDURE, World};
use crate::model::COPIES_LIMIT;

/// What the fields that are free texts are called in that form, those first that it must have.
pub(super) fn fields_of(form: &FormView) -> Vec<&'static str> {
    let there = form.schema["properties"].as_object().unwrap();
    let fields = FIELDS.into_iter();
    fields.filter(|name| there.contains_key(*name)).collect()
}

impl World<'_> {
    /// An authority publishes the next version: in turn one that gives a field another name, one that
    /// has no place for a field and for some values of another, and the first again.
    pub(crate) fn publish(&mut self) {
        self.published += 1;
        let version = self
            .stage
            .portal
            .publish(PROCEDURE, &version(self.published));
        self.say(0, &format!("(portal) publishes version {version}"));
    }

    /// Looks at what was signed: what no longer waits and is not registered must be a draft again, of
    /// a form that has changed.
    pub(super) fn notice_returned(&mut self) {
        if self.published == 0 {
            return;
        }
        for who in 0..2 {
            let signed = self.model.on_its_way(who);
            if signed.is_empty() {
                continue;
            }
            let desk = self.desk(who);
            let outbox: BTreeSet<String> = desk
                .outbox()
                .unwrap()
                .into_iter()
                .map(|item| item.id)
                .collect();
            for id in signed {
                let name = id.to_string();
                if outbox.contains(&name) {
                    continue;
                }
                if desk.application(&name).is_ok() {
                    self.model.arrived(who, id);
                    continue;
                }
                // Under another identifier where this one was used up elsewhere.
                let mut names = std::iter::successors(Some(id), |copy| Some(next_id(*copy)));
                let must_sign = names.by_ref().take(COPIES_LIMIT).any(|copy| {
                    let draft = desk.draft_as_opened(&copy.to_string()).ok();
                    let carried = draft.and_then(|draft| draft.carried);
                    carried.is_some_and(|carried| carried.was_signed)
                });
                if must_sign {
                    self.model.took_back(who, id);
                    self.say(who, &format!("must sign {id} anew"));
                }
            }
        }
    }
}

/// What makes that version of the form, as a merge patch.
fn version(number: usize) -> Value {
    let procedures = sandbox_portal::procedures::all().unwrap();
    let first = procedures.iter().find(|one| one["id"] == PROCEDURE);
    let first = &first.unwrap()["form"];
    let fields = &first["schema"]["properties"];
    let (is_renamed, is_narrow) = (number % 3 == 1, number % 3 == 2);
    let (mut steps, mut required) = (
        first["ui"]["steps"].to_string(),
        first["schema"]["required"].to_string(),
    );
    let mut properties = json!({
        "employer": fields["employer"], "workplace": null, "position": fields["position"],
        "residence": {"pattern": null},
    });
    let mut renamed = json!({"/workplace": "/employer", "/employer": null});
    if is_renamed {
        properties["workplace"] = properties["employer"].take();
        renamed = json!({"/employer": "/workplace", "/workplace": null});
        steps = steps.replace("/employer", "/workplace");
        required = required.replace("employer", "workplace");
    }
    if is_narrow {
        properties["position"] = Value::Null;
        properties["residence"]["pattern"] = json!("[0-7]$");
        steps = steps.replace("\"/position\",", "");
    }
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    json!({"form": {
        "schema": {"properties": properties, "required": read(&required)},
        "ui": {"steps": read(&steps), "renamed": renamed},
    }})
}
