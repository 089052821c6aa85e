//! The person in a browser, at the portal itself: a third place where drafts are begun, changed and
//! deleted, and letters written. A page shows a draft as it was when it was opened, and keeps what is
//! written on it in what the portal has by then.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use kabinet_desk::view::{ConflictView, OtherVersionView};
use kabinet_records::{
    Applicant, ClientName, Draft, DraftDocument, End, Ending, HybridClock, Letter, LetterKind,
    Stamp,
};
use serde_json::json;
use uuid::Uuid;

use super::person::answers;
use super::{FIELDS, PROCEDURE, REQUIRED, SECOND, World};
use crate::chance::Chance;
use crate::model::{WEB, Written};
use crate::portal::Kept;

/// The browser and what is open in it.
pub(super) struct Web {
    /// The clock that the portal stamps with what is written on its pages.
    clock: HybridClock,
    page: Option<DraftDocument>,
    /// What was begun there: it lies at the portal whether or not drafts travel.
    pub(super) begun: BTreeSet<Uuid>,
}

impl Web {
    pub(super) fn new(chance: &mut Chance) -> Self {
        Self {
            clock: HybridClock::new(ClientName(chance.number())),
            page: None,
            begun: BTreeSet::new(),
        }
    }
}

impl World<'_> {
    /// The person does something in the browser. One whose drafts do not travel has none there.
    pub(super) fn act_on_web(&mut self, chance: &mut Chance) {
        match chance.below(16) {
            _ if !self.shared => self.write_letter_on_web(chance),
            0..2 => self.begin_on_web(chance),
            2..8 => self.write_on_web(chance),
            8..10 => self.settle_on_web(chance),
            10..12 => self.delete_on_web(chance),
            _ => self.write_letter_on_web(chance),
        }
    }

    fn begin_on_web(&mut self, chance: &mut Chance) {
        let id = self.new_id(chance);
        let (version, fields) = self.form_on_web();
        let mut data = answers();
        for field in &fields[..REQUIRED + chance.below(1 + fields.len() - REQUIRED)] {
            data[*field] = self.value();
        }
        let draft = Draft {
            id,
            procedure_id: PROCEDURE.to_owned(),
            procedure_version: version,
            data,
            prefilled: std::collections::BTreeMap::new(),
            attachments: Vec::new(),
            changed_at: self.time(),
        };
        let document = DraftDocument::begin(&draft, self.stamp_on_web(None, chance));
        if let Some(certain) = self.keep_on_web(&document) {
            self.model.began(id);
            self.web.begun.insert(id);
            self.model.wrote(id, &json!({}), &draft.data, certain);
            let data = &draft.data;
            self.say(0, &format!("(web) begins {id} {data}, {certain}"));
        }
    }

    fn write_on_web(&mut self, chance: &mut Chance) {
        if self.web.page.is_none() || chance.below(3) == 0 {
            self.web.page = self.some_document(chance);
        }
        let Some(page) = self.web.page.take() else {
            return self.begin_on_web(chance);
        };
        let (id, before) = (page.id, page.data());
        let (version, fields) = self.form_on_web();
        let mut draft = page.draft();
        let place = chance.below(fields.len());
        if place >= REQUIRED && chance.below(3) == 0 {
            draft.data.as_object_mut().unwrap().remove(fields[place]);
        } else {
            draft.data[fields[place]] = self.value();
        }
        // What the portal has by now. An earlier form is for the computers to carry over.
        let is_new =
            |one: &DraftDocument| [page.procedure_version, one.procedure_version] == [version; 2];
        let Some(mut document) = self.document(id).filter(is_new) else {
            return self.say(0, &format!("(web) cannot save {id}"));
        };
        draft.attachments = document.files();
        let stamp = self.stamp_on_web(Some(&document), chance);
        document.edit(&before, &draft, stamp);
        if let Some(certain) = self.keep_on_web(&document) {
            let after = &draft.data;
            self.model.wrote(id, &before, after, certain);
            self.say(
                0,
                &format!("(web) saves {id} {before} -> {after}, {certain}"),
            );
            self.web.page = Some(document).filter(|_| certain);
        }
    }

    fn settle_on_web(&mut self, chance: &mut Chance) {
        let open = self.documents().into_iter();
        let Some(mut document) = { open }.find(|one| !one.conflicts().is_empty()) else {
            return self.write_on_web(chance);
        };
        let conflicts = document.conflicts();
        let conflict = &conflicts[chance.below(conflicts.len())];
        let chosen = match chance.below(1 + conflict.others.len()) {
            0 => conflict.current.clone(),
            other => conflict.others[other - 1].value.clone(),
        };
        let stamp = self.stamp_on_web(Some(&document), chance);
        document.settle(&conflict.pointer, &conflict.shown, chosen.clone(), stamp);
        if let Some(certain) = self.keep_on_web(&document) {
            let id = document.id;
            self.model.settled(id, &view_of(conflict), chosen.as_ref());
            let path = &conflict.pointer;
            self.say(
                0,
                &format!("(web) decides {id} {path} {chosen:?}, {certain}"),
            );
        }
    }

    /// Deletes what the page shows; where more is written in it by now, it stays.
    fn delete_on_web(&mut self, chance: &mut Chance) {
        let page = self.web.page.take();
        let Some(page) = page.or_else(|| self.some_document(chance)) else {
            return;
        };
        let Some(mut document) = self.document(page.id) else {
            return;
        };
        let id = document.id;
        if document.has_more_than(page.seen()) {
            return self.say(0, &format!("(web) does not delete {id}"));
        }
        let (how, seen) = (Ending::Deleted, document.seen().clone());
        document.set_end(Some(End { how, seen }));
        if let Some(certain) = self.keep_on_web(&document.tombstone()) {
            self.model.deleted_on_web(&page);
            self.say(0, &format!("(web) deletes {id}, {certain}"));
        }
    }

    /// The person answers an authority, or takes an application back.
    fn write_letter_on_web(&mut self, chance: &mut Chance) {
        let asked = self.stage.portal.asked(&self.subject);
        let takes_back = asked.is_empty() || chance.below(4) == 0;
        let (application, answers) = if takes_back {
            let there = self.stage.portal.registered(&self.subject);
            let Some(one) = there.get(chance.below(there.len())) else {
                return;
            };
            (one.id, None)
        } else {
            let (application, message) = asked[chance.below(asked.len())];
            (application, Some(message))
        };
        self.values += 1;
        let text = format!("word-{}", self.values);
        let (kind, what) = match answers {
            Some(_) => (LetterKind::Reply, "replies"),
            None => (LetterKind::Withdrawal, "takes back"),
        };
        let id = self.new_id(chance);
        let (applicant, made) = (Applicant::default(), self.time());
        let mut letter = Letter::new(kind, id, application, applicant, text.clone(), made);
        letter.in_reply_to = answers;
        let now = self.now.load(Ordering::Relaxed) / SECOND;
        let kept = self.stage.portal.take_letter(&self.subject, &letter, now);
        self.say(
            0,
            &format!("(web) {what} on {application}: {text}, {kept:?}"),
        );
        if kept != Kept::No {
            self.model.letters.wrote(Written {
                computer: WEB,
                id: (kept == Kept::Yes).then_some(id),
                application,
                answers,
                text,
            });
        }
    }

    /// Whether the person was told that it is kept, or cannot know. What was refused is `None`.
    fn keep_on_web(&self, document: &DraftDocument) -> Option<bool> {
        let now = self.now.load(Ordering::Relaxed) / SECOND;
        match self.stage.portal.keep_draft(&self.subject, document, now) {
            Kept::Yes => Some(true),
            Kept::Unknown => Some(false),
            Kept::No => None,
        }
    }

    fn documents(&self) -> Vec<DraftDocument> {
        let drafts = self.stage.portal.drafts(&self.subject);
        drafts.into_values().collect()
    }

    fn document(&self, id: Uuid) -> Option<DraftDocument> {
        self.stage.portal.drafts(&self.subject).remove(&id)
    }

    fn some_document(&self, chance: &mut Chance) -> Option<DraftDocument> {
        let mut open = self.documents();
        if open.is_empty() {
            return None;
        }
        Some(open.swap_remove(chance.below(open.len())))
    }

    /// Version of the form on offer, and its fields.
    fn form_on_web(&self) -> (u32, Vec<&'static str>) {
        let procedure = self.stage.portal.offered(PROCEDURE);
        let there = &procedure["form"]["schema"]["properties"];
        let fields = FIELDS.into_iter().filter(|name| there.get(*name).is_some());
        let version = procedure["version"].as_u64().unwrap();
        (u32::try_from(version).unwrap(), fields.collect())
    }

    fn stamp_on_web(&mut self, there: Option<&DraftDocument>, chance: &mut Chance) -> Stamp {
        let now = self.time();
        let clock = &mut self.web.clock;
        if let Some(latest) = there.and_then(|document| document.seen().latest()) {
            clock.hear(latest, now);
        }
        clock.tick(now, ClientName(chance.number()))
    }

    fn time(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::Relaxed)).unwrap()
    }

    /// A new identifier, without asking for the real time.
    pub(super) fn new_id(&self, chance: &mut Chance) -> Uuid {
        let now = u64::try_from(self.now.load(Ordering::Relaxed)).unwrap();
        let (high, low) = (chance.number(), chance.number());
        let random = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        let random = random[..10].try_into().unwrap();
        uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()
    }
}

/// A field that is not decided, as a computer would show it.
fn view_of(conflict: &kabinet_records::Conflict) -> ConflictView {
    let others = conflict.others.iter().map(|version| OtherVersionView {
        value: version.value.clone(),
        written_at: version.stamp.moment.timestamp().to_string(),
    });
    ConflictView {
        path: conflict.pointer.clone(),
        current: conflict.current.clone(),
        others: others.collect(),
        shown: conflict.shown.iter().map(ToString::to_string).collect(),
    }
}
