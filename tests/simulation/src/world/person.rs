//! What the person does at a computer.

use kabinet_desk::Outcome;
use kabinet_desk::view::DraftView;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PROCEDURE, REQUIRED, Window, World};
use crate::chance::Chance;

/// What every draft says beside the free texts.
pub(super) fn answers() -> Value {
    json!({
        "givenName": "Alena", "personalNumber": "4210587A001PB5", "purpose": "bank",
        "copies": 1, "delivery": "paper", "confirmed": true,
    })
}

impl World<'_> {
    /// Whether the person was told that it is done, or cannot know. What was refused is `None`.
    pub(super) fn certain<T>(&self, who: usize, outcome: &Outcome<T>) -> Option<bool> {
        if self.computers[who].is_without_power() {
            return Some(false);
        }
        outcome.is_ok().then_some(true)
    }

    pub(super) fn value(&mut self) -> Value {
        self.values += 1;
        json!(format!("value {}", self.values))
    }

    /// One of the drafts that a computer has. Listing them all would check every form.
    pub(super) fn some_draft(&mut self, who: usize, chance: &mut Chance) -> Option<DraftView> {
        let desk = self.desk(who);
        let begun = self.model.begun();
        let first = chance.below(begun.len());
        let mut those = begun[first..].iter().chain(&begun[..first]);
        // What is put away is not seen.
        let hidden = self.deleting[who].as_ref().map(|deleting| deleting.id);
        let view = those.find_map(|id| {
            let view = desk.draft(&id.to_string()).ok()?;
            let hidden = hidden.is_some_and(|hidden| hidden.to_string() == view.summary.id);
            (!hidden).then_some(view)
        })?;
        // Opened anew, it may be in a newer form.
        let window = Window::of(&view);
        let earlier = self.windows[who].as_ref();
        if earlier.is_some_and(|one| one.id == window.id && one.version != window.version) {
            self.windows[who] = Some(window);
        }
        Some(view)
    }

    pub(super) fn begin_draft(&mut self, who: usize, chance: &mut Chance) {
        let desk = self.desk(who);
        let Ok(view) = desk.new_draft(PROCEDURE) else {
            return;
        };
        let id: Uuid = view.summary.id.parse().unwrap();
        self.model.began(id);
        let window = Window::of(&view);
        let fields = window.fields.clone();
        self.windows[who] = Some(window);
        let mut data = answers();
        for field in &fields[..REQUIRED + chance.below(1 + fields.len() - REQUIRED)] {
            data[*field] = self.value();
        }
        self.say(who, &format!("begins {id}"));
        self.save(who, data, chance);
    }

    /// The window saves.
    pub(super) fn save(&mut self, who: usize, data: Value, chance: &mut Chance) {
        let desk = self.desk(who);
        let Some(window) = self.windows[who].take() else {
            return;
        };
        let Window { id, before, .. } = window;
        let saved = desk.edit_draft(&id.to_string(), &before, &data);
        let Some(certain) = self.certain(who, &saved) else {
            self.say(who, &format!("cannot save {id}"));
            return;
        };
        self.model.wrote(id, &before, &data, certain);
        self.say(who, &format!("saves {id} {before} -> {data}, {certain}"));
        let Ok(view) = saved else { return };
        // A window that shows what came in meanwhile, or has not drawn it yet.
        let mut shows = Window::of(&view);
        if shows.version == window.version && chance.below(3) == 0 {
            shows.before = data;
        }
        self.windows[who] = Some(shows);
    }

    pub(super) fn write(&mut self, who: usize, chance: &mut Chance) {
        if self.windows[who].is_none() || chance.below(3) == 0 {
            let Some(view) = self.some_draft(who, chance) else {
                return;
            };
            self.windows[who] = Some(Window::of(&view));
        }
        let Some(window) = &self.windows[who] else {
            return;
        };
        let mut data = window.before.clone();
        let place = chance.below(window.fields.len());
        let field = window.fields[place];
        if place >= REQUIRED && chance.below(3) == 0 {
            data.as_object_mut().unwrap().remove(field);
        } else {
            data[field] = self.value();
        }
        self.save(who, data, chance);
    }

    pub(super) fn settle(&mut self, who: usize, chance: &mut Chance) {
        let desk = self.desk(who);
        let Some(view) = self.some_draft(who, chance) else {
            return;
        };
        if let Some(carried) = &view.carried
            && chance.below(2) == 0
        {
            let id = &view.summary.id;
            let dismissed = desk.dismiss_carried(id);
            if self.certain(who, &dismissed).is_some() {
                self.model.dismissed(id.parse().unwrap(), carried);
                self.say(who, &format!("has seen what became of {id}"));
            }
            return;
        }
        if view.conflicts.is_empty() {
            return self.write(who, chance);
        }
        let conflict = &view.conflicts[chance.below(view.conflicts.len())];
        let id = &view.summary.id;
        // The person looks for a while.
        let chosen = match chance.below(1 + conflict.others.len()) {
            0 => conflict.current.clone(),
            other => conflict.others[other - 1].value.clone(),
        };
        let settled = desk.settle_draft(id, &conflict.path, &conflict.shown, chosen.clone());
        if self.certain(who, &settled).is_some() {
            let id = id.parse().unwrap();
            self.model.settled(id, conflict, chosen.as_ref());
            self.say(who, &format!("decides {id} {} {chosen:?}", conflict.path));
        }
        self.windows[who] = None;
    }

    pub(super) fn sign(&mut self, who: usize, chance: &mut Chance) {
        if let Some(view) = self.some_draft(who, chance) {
            self.sign_draft(who, view);
        }
    }

    pub(super) fn sign_draft(&mut self, who: usize, view: DraftView) {
        let desk = self.desk(who);
        let id = &view.summary.id;
        let signed = desk.apply_with(id, &mut self.stage.portal.signer());
        if let Some(certain) = self.certain(who, &signed) {
            let id = id.parse().unwrap();
            self.say(who, &format!("signs {id} {}, {certain}", view.data));
            self.model.signed(who, id, view.data, certain);
            self.windows[who] = None;
        }
    }

    pub(super) fn take_back(&mut self, who: usize, chance: &mut Chance) {
        let desk = self.desk(who);
        let outbox = desk.outbox().unwrap();
        let Some(item) = outbox.get(chance.below(outbox.len())) else {
            return;
        };
        let taken = desk.take_back(&item.id);
        if let Some(certain) = self.certain(who, &taken) {
            let id = item.id.parse().unwrap();
            if item.application_id.is_some() {
                self.model.letters.took_back(who, id);
            } else {
                self.model.took_back(who, id);
            }
            self.say(who, &format!("takes {} back, {certain}", item.id));
        }
    }

    /// The person fills in a form and signs it.
    pub(crate) fn file(&mut self, who: usize) {
        self.begin_draft(who, &mut Chance(0));
        let id = self.model.begun().last().unwrap().to_string();
        let mut signer = self.stage.portal.signer();
        self.desk(who).apply_with(&id, &mut signer).unwrap();
    }
}
