//! What the person did, and what must therefore be somewhere in the end.

use std::collections::{BTreeMap, BTreeSet};

use kabinet_desk::view::{CarriedView, ConflictView, DraftView};
use kabinet_records::{DraftDocument, next_id};
use serde_json::Value;
use uuid::Uuid;

use crate::portal::{Delivered, Registered};

mod letters;

pub(crate) use letters::{Letters, Written};

/// How often a draft can have been gone on from.
pub(crate) const COPIES_LIMIT: usize = 16;

/// Pointers of a field that goes by the one name or the other, as the versions of the form have it.
pub(crate) const RENAMED: [&str; 2] = ["/employer", "/workplace"];

/// In place of a computer: the browser at the portal.
pub(crate) const WEB: usize = 2;

/// The pointer of what is no field: that the file of a hash belongs to a draft.
const FILE: &str = "file";

/// A value that somebody typed, or a file that they attached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Typed {
    /// The draft as it was begun.
    draft: Uuid,
    pointer: String,
    value: String,
}

/// An application that somebody signed.
#[derive(Clone, Debug)]
struct Signed {
    computer: usize,
    id: Uuid,
    data: Value,
    /// Whether the person was told that it is signed, and never had it back as a draft.
    certain: bool,
    /// Whether the computer was seen to show it as registered.
    arrived: bool,
}

/// The person's memory.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) letters: Letters,
    begun: Vec<Uuid>,
    /// What the person was told that it is kept.
    typed: BTreeSet<Typed>,
    /// What the person saw and replaced, or saw and deleted.
    replaced: BTreeSet<Typed>,
    signed: Vec<Signed>,
}

/// What a computer shows in the end.
pub(crate) struct Shown {
    /// By identifiers.
    pub(crate) drafts: BTreeMap<Uuid, DraftView>,
    /// Registered applications and their status.
    pub(crate) applications: BTreeMap<Uuid, String>,
    /// Applications that wait.
    pub(crate) outbox: Vec<String>,
    /// Letters that wait, by identifiers: what each is about and what it says.
    pub(crate) letters: BTreeMap<Uuid, (Uuid, String)>,
    /// What is written of letters that are not signed, by what they are about.
    pub(crate) begun: BTreeMap<Uuid, String>,
    /// Messages, each with its application.
    pub(crate) messages: BTreeSet<(Uuid, Uuid)>,
}

/// What the portal has in the end.
pub(crate) struct Theirs {
    pub(crate) registered: Vec<Registered>,
    pub(crate) delivered: Vec<Delivered>,
    /// Messages of both sides, each with its application.
    pub(crate) messages: BTreeSet<(Uuid, Uuid)>,
    /// Drafts that have not ended.
    pub(crate) alive: BTreeMap<Uuid, DraftDocument>,
}

impl Model {
    /// The person began a draft.
    pub(crate) fn began(&mut self, id: Uuid) {
        self.begun.push(id);
    }

    /// The drafts that the person ever began.
    pub(crate) fn begun(&self) -> &[Uuid] {
        &self.begun
    }

    /// The person had `before` in front of them and wrote `after`.
    pub(crate) fn wrote(&mut self, id: Uuid, before: &Value, after: &Value, certain: bool) {
        let draft = self.root(id);
        let (old, new) = (texts(before), texts(after));
        for (pointer, value) in &old {
            if new.get(pointer) != Some(value) {
                self.replaced.insert(typed(draft, pointer, value));
            }
        }
        for (pointer, value) in &new {
            if certain && old.get(pointer) != Some(value) {
                let value = typed(draft, pointer, value);
                // What is undone stands there again.
                self.replaced.remove(&value);
                self.typed.insert(value);
            }
        }
    }

    /// The person attached a file.
    pub(crate) fn attached(&mut self, id: Uuid, hash: &str, certain: bool) {
        if certain {
            let file = typed(self.root(id), FILE, hash);
            self.replaced.remove(&file);
            self.typed.insert(file);
        }
    }

    /// The person took a file off.
    pub(crate) fn removed(&mut self, id: Uuid, hash: &str) {
        let file = typed(self.root(id), FILE, hash);
        self.replaced.insert(file);
    }

    /// The person saw these versions of a field and decided for one.
    pub(crate) fn settled(&mut self, id: Uuid, conflict: &ConflictView, chosen: Option<&Value>) {
        let draft = self.root(id);
        let others = conflict.others.iter().map(|other| other.value.as_ref());
        for value in others.chain([conflict.current.as_ref()]) {
            if value != chosen
                && let Some(text) = value.and_then(Value::as_str)
            {
                self.replaced.insert(typed(draft, &conflict.path, text));
            }
        }
    }

    /// The person saw what was set aside when the form changed, and needs it no more.
    pub(crate) fn dismissed(&mut self, id: Uuid, carried: &CarriedView) {
        let draft = self.root(id);
        for (pointer, value) in aside_texts(carried) {
            self.replaced.insert(typed(draft, &pointer, &value));
        }
    }

    /// The person deleted a draft that said this.
    pub(crate) fn deleted(&mut self, id: Uuid, view: &DraftView) {
        let draft = self.root(id);
        for (pointer, value) in shown_texts(view) {
            self.replaced.insert(typed(draft, &pointer, &value));
        }
    }

    /// The person deleted in the browser a draft that said this.
    pub(crate) fn deleted_on_web(&mut self, page: &DraftDocument) {
        let draft = self.root(page.id);
        let files = page.files().into_iter();
        let files = files.map(|file| (FILE.to_owned(), file.hash));
        let others = page.conflicts().into_iter().flat_map(|conflict| {
            let values = conflict.others.into_iter();
            let texts = values.filter_map(|other| Some(other.value?.as_str()?.to_owned()));
            texts.map(move |text| (conflict.pointer.clone(), text))
        });
        for (pointer, value) in texts(&page.data()).into_iter().chain(files).chain(others) {
            self.replaced.insert(typed(draft, &pointer, &value));
        }
    }

    /// The person signed.
    pub(crate) fn signed(&mut self, computer: usize, id: Uuid, data: Value, certain: bool) {
        self.signed.push(Signed {
            computer,
            id,
            data,
            certain,
            arrived: false,
        });
    }

    /// What was signed there is a draft again, or may be: the person took it back, or its form has
    /// changed.
    pub(crate) fn took_back(&mut self, computer: usize, id: Uuid) {
        let those = self.signed.iter_mut();
        for signed in those.filter(|one| one.computer == computer && one.id == id) {
            signed.certain = false;
        }
        self.letters.lost_application(computer, id);
    }

    /// What the person signed there and has not seen to arrive.
    pub(crate) fn on_its_way(&self, computer: usize) -> Vec<Uuid> {
        let those = self.signed.iter();
        those
            .filter(|one| one.computer == computer && one.certain && !one.arrived)
            .map(|one| one.id)
            .collect()
    }

    /// The computer shows that it is registered.
    pub(crate) fn arrived(&mut self, computer: usize, id: Uuid) {
        let those = self.signed.iter_mut();
        for signed in those.filter(|one| one.computer == computer && one.id == id) {
            signed.arrived = true;
        }
    }

    /// The draft that this one goes on from, or itself.
    fn root(&self, id: Uuid) -> Uuid {
        let goes_on = |begun: &Uuid| {
            let mut copies = std::iter::successors(Some(*begun), |copy| Some(next_id(*copy)));
            copies.by_ref().take(COPIES_LIMIT).any(|copy| copy == id)
        };
        self.begun.iter().copied().find(goes_on).unwrap_or(id)
    }

    /// What is not as it must be; `shared` when drafts travel.
    pub(crate) fn check(
        &self,
        shown: &[Shown],
        theirs: &Theirs,
        shared: bool,
    ) -> Result<(), String> {
        let registered = &theirs.registered;
        self.check_applications(shown, registered)?;
        self.letters.check(shown, registered, &theirs.delivered)?;
        for (computer, shown) in shown.iter().enumerate() {
            if shown.messages != theirs.messages {
                let (found, there) = (&shown.messages, &theirs.messages);
                return Err(format!(
                    "computer {computer} shows the messages {found:?}, the portal has {there:?}"
                ));
            }
        }
        if shared {
            same_drafts(shown, &theirs.alive)?;
            self.check_files(shown)?;
        }
        self.check_values(shown, registered)
    }

    fn check_applications(&self, shown: &[Shown], registered: &[Registered]) -> Result<(), String> {
        let mut there = BTreeMap::new();
        for one in registered {
            if there.insert(one.id, &one.manifest.data).is_some() {
                return Err(format!("{} is registered twice", one.id));
            }
            let mut those = self.signed.iter().filter(|signed| signed.id == one.id);
            if !those.any(|signed| signed.data == one.manifest.data) {
                return Err(format!("{} is registered as nobody signed it", one.id));
            }
        }
        for signed in self.signed.iter().filter(|signed| signed.certain) {
            if !there.contains_key(&signed.id) {
                return Err(format!("{} was signed and is not registered", signed.id));
            }
        }
        for (computer, shown) in shown.iter().enumerate() {
            if !shown.outbox.is_empty() {
                return Err(format!("{:?} wait at computer {computer}", shown.outbox));
            }
            let ours: BTreeMap<Uuid, String> = registered
                .iter()
                .map(|one| (one.id, one.object["status"].as_str().unwrap().to_owned()))
                .collect();
            if shown.applications != ours {
                let found = &shown.applications;
                return Err(format!(
                    "computer {computer} shows {found:?}, the portal has {ours:?}"
                ));
            }
            if let Some(id) = shown.drafts.keys().find(|id| there.contains_key(*id)) {
                return Err(format!("{id} is registered and a draft of {computer}"));
            }
        }
        Ok(())
    }

    /// Every file is where its draft is; but for one that somebody gave up while nobody else had it.
    fn check_files(&self, shown: &[Shown]) -> Result<(), String> {
        for (id, view) in shown.iter().flat_map(|shown| shown.drafts.iter()) {
            let draft = self.root(*id);
            let given_up = |hash: &str| self.replaced.contains(&typed(draft, FILE, hash));
            if let Some(hash) = view.coming.iter().find(|hash| !given_up(hash)) {
                return Err(format!("{hash} of {id} never comes"));
            }
        }
        Ok(())
    }

    /// Nothing that was typed is gone unless somebody saw it and replaced it.
    fn check_values(&self, shown: &[Shown], registered: &[Registered]) -> Result<(), String> {
        let mut found = BTreeSet::new();
        for view in shown.iter().flat_map(|shown| shown.drafts.iter()) {
            let draft = self.root(*view.0);
            let those = shown_texts(view.1).into_iter();
            found.extend(those.map(|(pointer, value)| typed(draft, &pointer, &value)));
        }
        for one in registered {
            let draft = self.root(one.id);
            let those = texts(&one.manifest.data).into_iter();
            found.extend(those.map(|(pointer, value)| typed(draft, &pointer, &value)));
            let files = one.manifest.attachments.iter();
            found.extend(files.map(|file| typed(draft, FILE, &file.hash)));
        }
        let kept = |typed: &&Typed| !found.contains(typed) && !self.replaced.contains(typed);
        match self.typed.iter().find(kept) {
            Some(lost) => Err(format!("lost: {lost:?}")),
            None => Ok(()),
        }
    }
}

fn same_drafts(shown: &[Shown], alive: &BTreeMap<Uuid, DraftDocument>) -> Result<(), String> {
    for (computer, shown) in shown.iter().enumerate() {
        if !shown.drafts.keys().eq(alive.keys()) {
            let (ours, theirs) = (shown.drafts.keys(), alive.keys());
            return Err(format!(
                "computer {computer} has the drafts {ours:?}, the portal {theirs:?}"
            ));
        }
        for (view, document) in shown.drafts.values().zip(alive.values()) {
            if view.data != document.data() {
                let (id, ours, theirs) = (document.id, &view.data, document.data());
                return Err(format!("{id} is {ours} here and {theirs} at the portal"));
            }
        }
    }
    let [first, others @ ..] = shown else {
        return Ok(());
    };
    for other in others {
        for (id, view) in &first.drafts {
            let theirs = &other.drafts[id];
            let both = [view, theirs].map(|view| files(view).collect::<BTreeSet<_>>());
            if both[0] != both[1] {
                return Err(format!("{id} has the files {both:?}"));
            }
            if (&view.data, &view.conflicts) != (&theirs.data, &theirs.conflicts) {
                return Err(format!(
                    "{id} is {} {:?} here and {} {:?} there",
                    view.data, view.conflicts, theirs.data, theirs.conflicts
                ));
            }
        }
    }
    Ok(())
}

fn typed(draft: Uuid, pointer: &str, value: &str) -> Typed {
    let [name, other] = RENAMED;
    Typed {
        draft,
        // In whatever version of the form it was typed.
        pointer: if pointer == other { name } else { pointer }.to_owned(),
        value: value.to_owned(),
    }
}

/// Everything that a draft shows: what it says, and what is kept beside.
fn shown_texts(view: &DraftView) -> Vec<(String, String)> {
    let mut found: Vec<_> = texts(&view.data).into_iter().collect();
    for conflict in &view.conflicts {
        let values = conflict.others.iter().map(|other| &other.value);
        let values = values.filter_map(|value| value.as_ref()?.as_str());
        found.extend(values.map(|value| (conflict.path.clone(), value.to_owned())));
    }
    found.extend(files(view).map(|hash| (FILE.to_owned(), hash.to_owned())));
    found.extend(view.carried.iter().flat_map(aside_texts));
    found
}

/// What was set aside when the form changed.
fn aside_texts(carried: &CarriedView) -> impl Iterator<Item = (String, String)> {
    let aside = carried.aside.iter();
    aside.map(|aside| (aside.path.clone(), aside.value.en.clone()))
}

fn files(view: &DraftView) -> impl Iterator<Item = &str> {
    view.attachments.iter().map(|file| file.hash.as_str())
}

/// The texts of a form without levels.
fn texts(data: &Value) -> BTreeMap<String, String> {
    let members = data.as_object().unwrap().iter();
    members
        .filter_map(|(name, value)| Some((format!("/{name}"), value.as_str()?.to_owned())))
        .collect()
}
