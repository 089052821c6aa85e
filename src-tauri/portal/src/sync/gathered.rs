//! The parts of a pass put together, for a type that is taken over as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::Part;

/// What changed among the objects of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes<T> {
    /// The state to store, once the changes are stored.
    pub state: String,
    /// Whether `changed` is all there is: what is not in it is gone.
    pub complete: bool,
    /// New and changed objects, in the order of their identifiers.
    pub changed: Vec<T>,
    /// Identifiers of objects that are gone.
    pub removed: Vec<String>,
    /// How many objects could not be understood and are left out: a newer portal's perhaps.
    pub unreadable: usize,
}

/// Parts so far.
#[derive(Clone, Debug)]
pub struct Gathered<T> {
    /// What became of each object last: what it is now, or that it is gone.
    objects: BTreeMap<String, Option<T>>,
    state: String,
    complete: bool,
    unreadable: usize,
}

impl<T> Gathered<T> {
    /// Nothing has changed since that state.
    #[must_use]
    pub fn since(state: Option<&str>) -> Self {
        Self {
            objects: BTreeMap::new(),
            state: state.unwrap_or_default().to_owned(),
            complete: false,
            unreadable: 0,
        }
    }

    /// Adds the part that came next. An object may go in one part and be there again in a later one,
    /// or the other way about: the later part is right.
    pub fn add(&mut self, part: Part<T>, id: impl Fn(&T) -> String) {
        for one in part.changed {
            self.objects.insert(id(&one), Some(one));
        }
        for gone in part.removed {
            self.objects.insert(gone, None);
        }
        if let Some(all) = part.all {
            // What an earlier list told may be gone in this one.
            let all: BTreeSet<String> = all.into_iter().collect();
            self.objects.retain(|id, _| all.contains(id));
            self.complete = true;
        }
        self.unreadable += part.unreadable;
        if let Some(state) = part.state {
            self.state = state;
        }
    }

    /// All parts were added.
    #[must_use]
    pub fn into_changes(self) -> Changes<T> {
        let (mut changed, mut removed) = (Vec::new(), Vec::new());
        for (id, object) in self.objects {
            match object {
                Some(object) => changed.push(object),
                None => removed.push(id),
            }
        }
        Changes {
            state: self.state,
            complete: self.complete,
            changed,
            removed,
            unreadable: self.unreadable,
        }
    }
}
