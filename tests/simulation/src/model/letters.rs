//! Letters that the person wrote on applications, and where each must be in the end.
//!
//! Who writes a letter goes on with what was kept of it, and puts a new word to it: so each word
//! stands in one letter, wherever that is.

use std::collections::{BTreeMap, BTreeSet};

use kabinet_records::LetterKind;
use uuid::Uuid;

use super::Shown;
use crate::portal::{Delivered, Registered};
use crate::world::said;

/// Status of applications on which nothing can be written any more.
const CLOSED: [&str; 3] = ["approved", "refused", "withdrawn"];

/// A letter that somebody signed.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) computer: usize,
    /// Nothing where the power went, here or at the portal, before the person was told.
    pub(crate) id: Option<Uuid>,
    pub(crate) application: Uuid,
    /// The message that it answers; nothing where it takes the application back.
    pub(crate) answers: Option<Uuid>,
    pub(crate) text: String,
}

/// A word of a letter that was kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    computer: usize,
    /// The message that is answered, or the application that is taken back.
    about: Uuid,
    word: String,
}

/// The person's memory of letters.
#[derive(Default)]
pub(crate) struct Letters {
    written: Vec<Written>,
    /// Those of which the person was told that they are signed, and that were never taken back: by
    /// places in `written`.
    certain: BTreeSet<usize>,
    words: BTreeSet<Word>,
}

impl Letters {
    /// The person was told that this word is kept.
    pub(crate) fn kept(&mut self, computer: usize, about: Uuid, word: &str) {
        self.words.insert(Word {
            computer,
            about,
            word: word.to_owned(),
        });
    }

    /// The person signed.
    pub(crate) fn wrote(&mut self, letter: Written) {
        if letter.id.is_some() {
            self.certain.insert(self.written.len());
        }
        self.written.push(letter);
    }

    /// The person took a letter back there, or tried to.
    pub(crate) fn took_back(&mut self, computer: usize, id: Uuid) {
        self.no_longer(|one| one.computer == computer && one.id == Some(id));
    }

    /// An application became a draft again there: letters on it go with it.
    pub(crate) fn lost_application(&mut self, computer: usize, application: Uuid) {
        self.no_longer(|one| one.computer == computer && one.application == application);
        self.words
            .retain(|word| (word.computer, word.about) != (computer, application));
    }

    fn no_longer(&mut self, those: impl Fn(&Written) -> bool) {
        let written = &self.written;
        self.certain.retain(|place| !those(&written[*place]));
    }

    /// What the person wrote about there.
    pub(crate) fn abouts(&self, computer: usize) -> BTreeSet<Uuid> {
        let those = self.words.iter().filter(|word| word.computer == computer);
        those.map(|word| word.about).collect()
    }

    /// What is not as it must be: each letter arrives once, behind its application and those before
    /// it, or stays where the person sees why it does not.
    pub(super) fn check(
        &self,
        shown: &[Shown],
        registered: &[Registered],
        delivered: &[Delivered],
    ) -> Result<(), String> {
        let status: BTreeMap<Uuid, &str> = registered
            .iter()
            .map(|one| (one.id, one.object["status"].as_str().unwrap()))
            .collect();
        let is_closed = |id: &Uuid| status.get(id).is_some_and(|one| CLOSED.contains(one));
        let places = self.places(registered, delivered)?;
        for place in &self.certain {
            let letter = &self.written[*place];
            // Nothing waits in a browser.
            let writer = shown.get(letter.computer);
            let waits = |id| writer.is_some_and(|one| one.letters.contains_key(&id));
            let stays = letter.id.is_some_and(waits) && is_closed(&letter.application);
            if !stays && !places.contains(place) {
                return Err(format!("{letter:?} was signed and is not delivered"));
            }
        }
        for one in delivered {
            let application = one.letter.application;
            let is_withdrawn = status.get(&application) == Some(&"withdrawn");
            if one.letter.kind == LetterKind::Withdrawal && !is_withdrawn {
                return Err(format!("{application} was taken back and is not withdrawn"));
            }
        }
        for (computer, shown) in shown.iter().enumerate() {
            for (id, (application, _)) in &shown.letters {
                if !is_closed(application) {
                    return Err(format!("the letter {id} waits at computer {computer}"));
                }
                if delivered.iter().any(|one| one.id == *id) {
                    return Err(format!("{id} is delivered and waits at {computer}"));
                }
            }
        }
        self.check_words(shown, delivered)
    }

    /// Places in `written` of the letters that the portal has, in the order in which they came.
    fn places(
        &self,
        registered: &[Registered],
        delivered: &[Delivered],
    ) -> Result<Vec<usize>, String> {
        let mut places = Vec::new();
        let mut there = BTreeSet::new();
        for one in delivered {
            let (id, letter) = (one.id, &one.letter);
            if !there.insert(id) {
                return Err(format!("the letter {id} is delivered twice"));
            }
            let is_it = |written: &Written| {
                written.text == letter.text
                    && (written.application, written.answers)
                        == (letter.application, letter.in_reply_to)
                    && written.answers.is_none() == (letter.kind == LetterKind::Withdrawal)
                    && written.id.is_none_or(|known| known == id)
            };
            let place = self.written.iter().position(is_it);
            let place = place.ok_or_else(|| format!("{id} is delivered as nobody wrote it"))?;
            if places.contains(&place) {
                return Err(format!("{id} is delivered twice, under another name"));
            }
            let mut those = registered.iter();
            let Some(application) = those.find(|one| one.id == letter.application) else {
                return Err(format!("{id} is about nothing"));
            };
            if one.sent_at.as_str() < application.object["submittedAt"].as_str().unwrap() {
                return Err(format!("{id} came before its application"));
            }
            let writer = |place: usize| {
                let written = &self.written[place];
                (written.computer, written.application)
            };
            let mut before = places.iter().copied();
            if let Some(later) =
                before.find(|earlier| writer(*earlier) == writer(place) && *earlier > place)
            {
                return Err(format!(
                    "{:?} came after {:?}",
                    self.written[place], self.written[later]
                ));
            }
            places.push(place);
        }
        Ok(places)
    }

    /// Every word that was kept is in one letter: one that the portal has, one that waits, or one that
    /// is still being written.
    fn check_words(&self, shown: &[Shown], delivered: &[Delivered]) -> Result<(), String> {
        for word in &self.words {
            let has = |text: &str| text.split_whitespace().any(|one| one == word.word);
            let letters = delivered.iter().map(|one| &one.letter);
            let there = letters
                .filter(|letter| {
                    let files = letter.attachments.iter();
                    has(&said(&letter.text, files.map(|file| file.hash.as_str())))
                })
                .count();
            let shown = &shown[word.computer];
            let waits = shown.letters.values().filter(|(_, text)| has(text)).count();
            let begun = shown.begun.get(&word.about).is_some_and(|text| has(text));
            match there + waits + usize::from(begun) {
                0 => return Err(format!("lost: {word:?}")),
                1 => {}
                _ => return Err(format!("{word:?} is in several letters")),
            }
        }
        Ok(())
    }
}
