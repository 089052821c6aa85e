//! The end of a schedule: everything comes to where it belongs, and is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use kabinet_desk::view::OutboxStateView;

use super::{MINUTE, World, said, writing};
use crate::model::{Shown, Theirs};

/// Most rounds until everything must be everywhere.
const ROUNDS: usize = 12;

impl World<'_> {
    /// The storm is over: everything comes to where it belongs, and is looked at.
    pub(crate) fn close(&mut self) -> Result<(), String> {
        self.stage.portal.steady();
        for request in std::mem::take(&mut self.late) {
            self.arrives(&request).unwrap();
        }
        self.now.fetch_add(MINUTE, Ordering::Relaxed);
        for who in 0..2 {
            self.computers[who].skew.store(0, Ordering::Relaxed);
            self.sign_in(who);
            self.delete_for_good(who);
        }
        self.notice_returned();
        if self.shared {
            self.share_again()?;
        }
        let mut quiet = 0;
        for round in 0..ROUNDS {
            for who in 0..2 {
                if self.published > 0 {
                    self.open_all(who);
                }
                let view = self.whole_pass(who)?;
                self.notice_returned();
                let came = (view.applications, view.messages, view.drafts);
                // What was refused stays until the person has seen it.
                let waits = self.waits(who);
                let still = !self.has_sent && came == (0, 0, 0) && waits == 0;
                quiet = if still { quiet + 1 } else { 0 };
            }
            // A new form is known after the first round.
            if quiet >= 2 && (round > 0 || self.published == 0) {
                return self.check();
            }
        }
        Err("the computers never come to rest".to_owned())
    }

    fn check(&mut self) -> Result<(), String> {
        if let Some(mistakes) = self.stage.portal.mistakes() {
            return Err(mistakes);
        }
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        let shown = [0, 1].map(|who| self.shown(who));
        let portal = &self.stage.portal;
        let theirs = Theirs {
            registered: portal.registered(&self.subject),
            delivered: portal.letters(&self.subject),
            messages: portal.messages(&self.subject),
            alive: portal.drafts(&self.subject),
        };
        for (who, shown) in shown.iter().enumerate() {
            for (id, view) in &shown.drafts {
                if let Some(how) = &view.parted {
                    self.say(who, &format!("goes on with {id} ({how})"));
                }
                let (data, conflicts) = (&view.data, &view.conflicts);
                self.say(who, &format!("has in the end {id} {data} {conflicts:?}"));
            }
            for (id, status) in &shown.applications {
                self.say(who, &format!("has in the end {id} {status}"));
            }
        }
        for one in &theirs.registered {
            let (data, number) = (&one.manifest.data, &one.object["registrationNumber"]);
            self.say(
                0,
                &format!("(portal) has in the end {} {number} {data}", one.id),
            );
        }
        for one in &theirs.delivered {
            let (text, about) = (&one.letter.text, one.letter.application);
            self.say(
                0,
                &format!(
                    "(portal) has in the end of {about} {:?} {text}",
                    one.letter.kind
                ),
            );
        }
        self.model.check(&shown, &theirs, self.shared)
    }

    /// The person looks at every draft: each is in the present form then.
    fn open_all(&mut self, who: usize) {
        let desk = self.desk(who);
        for draft in desk.drafts().unwrap() {
            desk.draft(&draft.id).unwrap();
        }
    }

    /// How much waits at that computer that is not refused.
    fn waits(&mut self, who: usize) -> usize {
        let outbox = self.desk(who).outbox().unwrap().into_iter();
        outbox
            .filter(|item| item.state != OutboxStateView::Refused)
            .count()
    }

    fn shown(&mut self, who: usize) -> Shown {
        let desk = self.desk(who);
        let drafts = desk.drafts().unwrap().into_iter().map(|one| {
            let view = desk.draft(&one.id).unwrap();
            (one.id.parse().unwrap(), view)
        });
        let applications = desk.applications(usize::MAX).unwrap().into_iter();
        let outbox = desk.outbox().unwrap().into_iter();
        let mut shown = Shown {
            drafts: drafts.collect(),
            applications: applications
                .map(|one| (one.id.parse().unwrap(), one.status))
                .collect(),
            outbox: outbox
                .filter(|one| one.application_id.is_none())
                .map(|one| one.id)
                .collect(),
            letters: BTreeMap::new(),
            begun: BTreeMap::new(),
            messages: BTreeSet::new(),
        };
        for message in desk.messages(None, usize::MAX).unwrap() {
            let id = message.id.parse().unwrap();
            let application = message.application_id.parse().unwrap();
            if message.waiting {
                let hashes = message.attachments.iter().map(|file| file.hash.as_str());
                let said = said(&message.text.en, hashes);
                shown.letters.insert(id, (application, said));
            } else {
                shown.messages.insert((application, id));
            }
        }
        for about in self.model.letters.abouts(who) {
            shown.begun.insert(about, writing::begun(&desk, about));
        }
        shown
    }
}
