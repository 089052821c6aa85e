//! What the person does and takes back: a change of a draft, and that a draft is deleted. Nobody is
//! asked before a draft is deleted; the window keeps it out of sight and deletes it after a while, or,
//! where it was closed before, when it is open again.

use std::sync::atomic::Ordering;

use kabinet_desk::view::DraftView;
use uuid::Uuid;

use super::{SECOND, World};
use crate::chance::Chance;

/// How long the person can take it back, in milliseconds.
const WHILE: i64 = 12 * SECOND;

/// A draft that the window keeps out of sight.
pub(super) struct Deleting {
    pub(super) id: Uuid,
    /// As the person saw it last.
    view: DraftView,
    /// When it is deleted, in milliseconds; at once where the program was closed meanwhile.
    pub(super) due: i64,
}

impl World<'_> {
    pub(super) fn delete(&mut self, who: usize, chance: &mut Chance) {
        let Some(view) = self.some_draft(who, chance) else {
            return;
        };
        self.delete_for_good(who);
        let id = view.summary.id.parse().unwrap();
        self.say(who, &format!("puts {id} away {}", view.data));
        if self.windows[who].as_ref().is_some_and(|one| one.id == id) {
            self.windows[who] = None;
        }
        let due = self.now.load(Ordering::Relaxed) + WHILE;
        self.deleting[who] = Some(Deleting { id, view, due });
    }

    /// Deletes what was put away long enough ago.
    pub(super) fn finish_deleting(&mut self, acting: usize) {
        let now = self.now.load(Ordering::Relaxed);
        for who in 0..2 {
            let due = self.deleting[who]
                .as_ref()
                .is_some_and(|one| one.due <= now);
            if due && (who == acting || self.computers[who].is_on()) {
                self.delete_for_good(who);
            }
        }
    }

    /// Deletes what is put away.
    pub(super) fn delete_for_good(&mut self, who: usize) {
        let Some(deleting) = self.deleting[who].take() else {
            return;
        };
        let Deleting { id, view, .. } = &deleting;
        let seen = view.seen.as_deref();
        let deleted = self.desk(who).delete_seen(&id.to_string(), seen);
        match self.certain(who, &deleted) {
            Some(certain) => {
                self.model.deleted(*id, view);
                self.say(who, &format!("deletes {id}, {certain}"));
                if !certain {
                    // The window has a note of it.
                    self.deleting[who] = Some(deleting);
                }
            }
            None => self.say(who, &format!("does not delete {id}")),
        }
    }

    /// The person wants back what was put away last.
    pub(super) fn keep_after_all(&mut self, who: usize, chance: &mut Chance) {
        match self.deleting[who].take() {
            Some(deleting) => self.say(who, &format!("keeps {} after all", deleting.id)),
            None => self.delete(who, chance),
        }
    }

    /// The person undoes the last change of a draft, or does again what they undid. At times they look
    /// what it was like, and do it again at once: then everything is as it was.
    pub(super) fn undo(&mut self, who: usize, chance: &mut Chance) {
        let Some(view) = self.some_draft(who, chance) else {
            return;
        };
        if view.can_redo && chance.below(2) == 0 {
            self.step_back(who, &view, false);
        } else if !view.can_undo {
            self.write(who, chance);
        } else if let Some(undone) = self.step_back(who, &view, true)
            && chance.below(2) == 0
            && let Some(redone) = self.step_back(who, &undone, false)
            && (&redone.data, &redone.attachments) != (&view.data, &view.attachments)
        {
            let (before, after) = (&view.data, &redone.data);
            let what = format!("{before} was undone and redone, and is {after}");
            self.wrong.get_or_insert(what);
        }
    }

    /// Undoes or redoes; gives the draft as it is then.
    fn step_back(&mut self, who: usize, view: &DraftView, undo: bool) -> Option<DraftView> {
        let desk = self.desk(who);
        let id = &view.summary.id;
        let (what, done) = if undo {
            ("undoes", desk.undo_draft(id))
        } else {
            ("redoes", desk.redo_draft(id))
        };
        // Without power nothing was done.
        if self.certain(who, &done) != Some(true) {
            return None;
        }
        let after = done.unwrap();
        self.say(who, &format!("{what} {id} {} -> {}", view.data, after.data));
        let draft = id.parse().unwrap();
        self.model.wrote(draft, &view.data, &after.data, true);
        let has = |view: &DraftView, hash: &str| {
            let mut files = view.attachments.iter();
            files.any(|file| file.hash == hash)
        };
        for file in &view.attachments {
            if !has(&after, &file.hash) {
                self.model.removed(draft, &file.hash);
            }
        }
        for file in &after.attachments {
            if !has(view, &file.hash) {
                self.model.attached(draft, &file.hash, true);
            }
        }
        self.windows[who] = None;
        Some(after)
    }
}
