//! The end of a schedule: everything comes to where it belongs, and is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use uuid::Uuid;

use super::{MINUTE, World};
use crate::model::Shown;

/// Most rounds until everything must be everywhere.
const ROUNDS: usize = 12;

impl World<'_> {
    /// The storm is over: everything comes to where it belongs, and is looked at.
    pub(crate) fn close(&mut self) -> Result<(), String> {
        for request in std::mem::take(&mut self.late) {
            self.arrives(&request);
        }
        self.now.fetch_add(MINUTE, Ordering::Relaxed);
        for who in 0..2 {
            self.computers[who].skew.store(0, Ordering::Relaxed);
            self.sign_in(who);
        }
        if self.shared {
            self.share_again()?;
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            for who in 0..2 {
                let view = self.whole_pass(who)?;
                let still =
                    !self.has_sent && (view.applications, view.drafts, view.waiting) == (0, 0, 0);
                quiet = if still { quiet + 1 } else { 0 };
            }
            if quiet >= 2 {
                return self.check();
            }
        }
        Err("the computers never come to rest".to_owned())
    }

    fn check(&mut self) -> Result<(), String> {
        if let Some(mistakes) = self.stage.portal.mistakes() {
            return Err(mistakes);
        }
        if let Some(impatient) = self.impatient.take() {
            return Err(impatient);
        }
        let shown = [0, 1].map(|who| {
            let desk = self.desk(who);
            let drafts = desk.drafts().unwrap().into_iter().map(|one| {
                let view = desk.draft(&one.id).unwrap();
                (one.id.parse().unwrap(), view)
            });
            let applications = desk.applications(usize::MAX).unwrap().into_iter();
            Shown {
                drafts: drafts.collect(),
                applications: applications
                    .map(|one| (one.id.parse().unwrap(), one.status))
                    .collect::<BTreeMap<_, _>>(),
                outbox: desk
                    .outbox()
                    .unwrap()
                    .into_iter()
                    .map(|one| one.id)
                    .collect(),
            }
        });
        let registered = self.stage.portal.registered(&self.subject);
        let alive: BTreeSet<Uuid> = self.stage.portal.drafts(&self.subject);
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
        for one in &registered {
            let (data, number) = (&one.manifest.data, &one.object["registrationNumber"]);
            self.say(
                0,
                &format!("(portal) has in the end {} {number} {data}", one.id),
            );
        }
        self.model.check(&shown, &registered, &alive, self.shared)
    }
}
