//! Letters: what authorities ask about applications, what the person answers, and what they take back.

use std::sync::atomic::Ordering;

use kabinet_desk::view::{ApplicationView, BegunLetterView, OutboxItemView};
use kabinet_desk::{Desk, Outcome};
use kabinet_stb::hash::belt_hash;
use uuid::Uuid;

use super::{SECOND, World};
use crate::chance::Chance;
use crate::model::Written;

/// What a letter answers, and which application it is about.
struct About {
    application: Uuid,
    /// Nothing where the application is taken back.
    message: Option<Uuid>,
}

impl About {
    fn id(&self) -> Uuid {
        self.message.unwrap_or(self.application)
    }
}

impl World<'_> {
    /// Two of three persons have something registered before the storm, of which an authority wants to
    /// know more.
    pub(crate) fn have_corresponded(&mut self) {
        let mut chance = Chance(self.seed.rotate_left(32));
        if chance.below(3) == 0 {
            return;
        }
        self.begin_draft(0, &mut chance);
        let id = self.model.begun().last().unwrap().to_string();
        let view = self.desk(0).draft(&id).unwrap();
        self.sign_draft(0, view);
        self.whole_pass(0).unwrap();
        self.ask(id.parse().unwrap(), &mut chance);
    }

    /// An official does something about one of the person's applications that are not closed.
    pub(super) fn work_on(&mut self, chance: &mut Chance) {
        let now = self.now.load(Ordering::Relaxed) / SECOND;
        let mut open = self.stage.portal.registered(&self.subject);
        open.retain(|one| {
            ["registered", "accepted", "documentsRequested"]
                .iter()
                .any(|status| one.object["status"] == *status)
        });
        if open.is_empty() {
            return;
        }
        let id = open[chance.below(open.len())].id;
        match chance.below(8) {
            0..5 => self.ask(id, chance),
            throw => {
                let status = if throw < 7 { "accepted" } else { "refused" };
                self.stage.portal.move_along(id, status, now);
                self.say(0, &format!("(portal) moves {id} along, {status}"));
            }
        }
    }

    /// The authority asks about an application that is there.
    pub(crate) fn be_written_to(&mut self) {
        let id = self.stage.portal.registered(&self.subject)[0].id;
        self.ask(id, &mut Chance(1));
    }

    fn ask(&mut self, application: Uuid, chance: &mut Chance) {
        let now = self.now.load(Ordering::Relaxed) / SECOND;
        let message = self.new_id(chance);
        self.stage.portal.ask(application, message, now);
        self.say(0, &format!("(portal) asks about {application}"));
    }

    /// The person writes on a letter, and mostly signs it.
    pub(super) fn write_letter(&mut self, who: usize, chance: &mut Chance) {
        let Some(about) = self.some_matter(who, chance) else {
            return self.write(who, chance);
        };
        let desk = self.desk(who);
        let id = about.id().to_string();
        let Ok(begun) = desk.begun_letter(&id) else {
            return;
        };
        if about.message.is_some() && chance.below(4) == 0 {
            self.attach_to_letter(who, &about);
        }
        self.values += 1;
        let word = format!("word-{}", self.values);
        let text = format!("{} {word}", begun.text);
        let text = text.trim();
        let kept = desk.keep_letter_text(&id, text);
        let Some(certain) = self.certain(who, &kept) else {
            return;
        };
        if certain {
            self.model.letters.kept(who, about.id(), &word);
        }
        self.say(who, &format!("writes about {id}: {text}, {certain}"));
        if chance.below(4) > 0 {
            self.sign_letter(who, &about, text);
        }
    }

    fn attach_to_letter(&mut self, who: usize, about: &About) {
        let desk = self.desk(who);
        self.values += 1;
        let content = format!("%PDF-1.7 {}", self.values).into_bytes();
        let name = format!("{}.pdf", self.values);
        let id = about.id().to_string();
        let put = desk.attach_to_reply(&id, &name, content.len() as u64, &content[..]);
        if self.certain(who, &put) == Some(true) {
            let hash = hex::encode(belt_hash(&content));
            self.model.letters.kept(who, about.id(), &hash);
        }
    }

    fn sign_letter(&mut self, who: usize, about: &About, text: &str) {
        let desk = self.desk(who);
        let mut signer = self.stage.portal.signer();
        let signed: Outcome<OutboxItemView> = match about.message {
            Some(message) => desk.reply_with(&message.to_string(), text, &mut signer),
            None => desk.withdraw_with(&about.application.to_string(), text, &mut signer),
        };
        let Some(certain) = self.certain(who, &signed) else {
            return;
        };
        let kind = if about.message.is_some() {
            "a reply"
        } else {
            "a withdrawal"
        };
        self.say(who, &format!("signs {kind}: {text}, {certain}"));
        let id = signed.ok().filter(|_| certain);
        self.model.letters.wrote(Written {
            computer: who,
            id: id.map(|item| item.id.parse().unwrap()),
            application: about.application,
            answers: about.message,
            text: text.to_owned(),
        });
    }

    /// Something to write about: mostly a message of an authority, else an application that is no
    /// longer wanted.
    fn some_matter(&mut self, who: usize, chance: &mut Chance) -> Option<About> {
        let desk = self.desk(who);
        let applications = desk.applications(usize::MAX).unwrap();
        if chance.below(4) == 0 {
            let mut those = ids_of(&applications);
            // What may have left can only be taken back so.
            let waits = desk.outbox().unwrap().into_iter();
            let left = waits.filter(|item| item.kind == "application" && !item.can_take_back);
            those.extend(left.map(|item| item.id.parse::<Uuid>().unwrap()));
            let application = *those.get(chance.below(those.len()))?;
            return Some(About {
                application,
                message: None,
            });
        }
        let mut asked = Vec::new();
        for application in ids_of(&applications) {
            let messages = desk.messages(Some(&application.to_string()), usize::MAX);
            let those = messages.unwrap().into_iter();
            let those = those.filter(|one| one.request.is_some());
            asked.extend(those.map(|one| About {
                application,
                message: Some(one.id.parse().unwrap()),
            }));
        }
        if asked.is_empty() {
            return None;
        }
        Some(asked.swap_remove(chance.below(asked.len())))
    }
}

fn ids_of(applications: &[ApplicationView]) -> Vec<Uuid> {
    let ids = applications.iter().map(|one| one.id.parse().unwrap());
    ids.collect()
}

/// What a letter says, with the names of its files.
pub(crate) fn said<'a>(text: &'a str, hashes: impl Iterator<Item = &'a str>) -> String {
    std::iter::once(text)
        .chain(hashes)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What is written so far about a message or an application.
pub(super) fn begun(desk: &Desk, about: Uuid) -> String {
    let BegunLetterView { text, attachments } = desk.begun_letter(&about.to_string()).unwrap();
    said(&text, attachments.iter().map(|file| file.hash.as_str()))
}
