//! A draft that travels between a person's computers: what is needed to merge two copies of it.
//!
//! A field holds the versions of its value that nobody has replaced yet; mostly one. A change
//! replaces those that its author had seen, and no other, so two changes that did not know each
//! other both stay: the later one is shown, and the other is kept beside it until the person has
//! seen it. (A multi-value register with a version vector for the whole document, as in Shapiro and
//! others, "A comprehensive study of Convergent and Commutative Replicated Data Types", 2011.)

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Draft;
use crate::clock::{ClientName, Seen, Stamp};
use crate::leaves::{leaves, put};

/// Most fields of a document.
const FIELDS_LIMIT: usize = 4096;
/// Most versions of one field.
const VERSIONS_LIMIT: usize = 64;
/// Most clients that changed one document.
const CLIENTS_LIMIT: usize = 1024;
/// Longest pointer in octets, and most names in it.
const POINTER_LIMIT: (usize, usize) = (512, 32);

/// One version of a field's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The value; `None` where the field was emptied.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub value: Option<Value>,
    /// When it was written, and by which client.
    pub stamp: Stamp,
    /// Where a value comes from that was filled in for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How a draft ended. Of two, the greater one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// The person deleted it.
    Deleted,
    /// It was signed, and the portal has registered it.
    Registered,
}

/// The end of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How.
    pub how: Ending,
    /// What whoever ended it had seen of it.
    pub seen: Seen,
}

/// A draft with the history of its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Unchecked")]
pub struct DraftDocument {
    /// Identifier of the draft.
    pub id: Uuid,
    /// Number of the procedure.
    pub procedure_id: String,
    /// Version of the form that it was last filled in with.
    pub procedure_version: u32,
    /// By JSON Pointer; the versions of a field by their stamps.
    fields: BTreeMap<String, Vec<Version>>,
    seen: Seen,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
}

/// A field of which the person has to see more than one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field.
    pub pointer: String,
    /// What the draft says now.
    pub current: Option<Value>,
    /// Other values that nobody has replaced knowingly, the latest first.
    pub others: Vec<Version>,
    /// Everything that is shown of the field.
    pub shown: Vec<Stamp>,
}

/// A document from elsewhere is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a draft's document: {0}")]
pub struct NotADocument(&'static str);

impl DraftDocument {
    /// The document of a draft that begins to travel: every field was written at that moment.
    #[must_use]
    pub fn begin(draft: &Draft, stamp: Stamp) -> Self {
        let mut document = Self {
            id: draft.id,
            procedure_id: draft.procedure_id.clone(),
            procedure_version: draft.procedure_version,
            fields: BTreeMap::new(),
            seen: Seen::default(),
            end: None,
        };
        document.edit(&Value::Object(Map::new()), draft, stamp);
        document
    }

    /// What the fields say now. Of the versions of a field the latest counts, but one with a value
    /// before one without.
    #[must_use]
    pub fn data(&self) -> Value {
        let mut data = Value::Object(Map::new());
        let mut winners: Vec<(&String, &Version)> = self.winners().collect();
        // Where shapes differ, as between versions of a form, the later one stands.
        winners.sort_by_key(|(pointer, winner)| (winner.stamp, *pointer));
        for (pointer, winner) in winners {
            if let Some(value) = &winner.value {
                put(&mut data, pointer, value.clone());
            }
        }
        data
    }

    /// The draft as it is filled in and signed, without its files, which do not travel.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let prefilled = self
            .winners()
            .filter_map(|(pointer, winner)| Some((pointer.clone(), winner.source.clone()?)));
        Draft {
            id: self.id,
            procedure_id: self.procedure_id.clone(),
            procedure_version: self.procedure_version,
            data: self.data(),
            prefilled: prefilled.collect(),
            attachments: Vec::new(),
            changed_at: self.seen.latest().unwrap_or_default().timestamp(),
        }
    }

    /// Takes over what somebody changed who had `before` in front of them and left `after`. Their
    /// changes replace the values that they saw; what came in meanwhile is kept beside. Gives
    /// whether anything changed.
    pub fn edit(&mut self, before: &Value, after: &Draft, stamp: Stamp) -> bool {
        let (old, new) = (leaves(before), leaves(&after.data));
        let pointers: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let mut changed = self.procedure_version < after.procedure_version;
        self.procedure_version = self.procedure_version.max(after.procedure_version);
        for pointer in pointers {
            let (old, new) = (old.get(pointer).copied(), new.get(pointer).copied());
            if old == new {
                continue;
            }
            let version = Version {
                value: new.cloned(),
                stamp,
                source: after.prefilled.get(pointer).cloned(),
            };
            let versions = self.fields.entry(pointer.clone()).or_default();
            versions.retain(|version| {
                let value = version.value.as_ref();
                value != old && value != new
            });
            insert(versions, version);
            changed = true;
        }
        if changed {
            self.seen.add(stamp);
        }
        changed
    }

    /// The person has seen these versions of a field and decided for a value. What came in meanwhile
    /// is kept beside.
    pub fn settle(&mut self, pointer: &str, shown: &[Stamp], value: Option<Value>, stamp: Stamp) {
        let versions = self.fields.entry(pointer.to_owned()).or_default();
        versions.retain(|version| !shown.contains(&version.stamp) && version.value != value);
        insert(
            versions,
            Version {
                value,
                stamp,
                source: None,
            },
        );
        self.seen.add(stamp);
    }

    /// The fields with more than one value, of which the person sees only one.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        let data = self.data();
        let mut found = Vec::new();
        for (pointer, versions) in &self.fields {
            // What does not fit the shape of the rest is not in the data either.
            let current = data.pointer(pointer);
            let mut others: Vec<Version> = Vec::new();
            for version in versions.iter().rev() {
                let value = version.value.as_ref();
                let hidden = value != current && !(value.is_none() && is_inside(current));
                if hidden && !others.iter().any(|other| other.value == version.value) {
                    others.push(version.clone());
                }
            }
            if !others.is_empty() {
                found.push(Conflict {
                    pointer: pointer.clone(),
                    current: current.cloned(),
                    others,
                    shown: versions.iter().map(|version| version.stamp).collect(),
                });
            }
        }
        found
    }

    /// What both copies say together, in whatever order and however often copies are merged: a
    /// version stays unless one of them has seen it and does not have it any more.
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self {
        let pointers: BTreeSet<&String> = self.fields.keys().chain(other.fields.keys()).collect();
        let mut fields = BTreeMap::new();
        for pointer in pointers {
            let (ours, theirs) = (self.versions(pointer), other.versions(pointer));
            let mut versions: Vec<Version> = Vec::new();
            for (those, across, seen) in [(ours, theirs, &other.seen), (theirs, ours, &self.seen)] {
                for version in those {
                    let stands = across.iter().any(|one| one.stamp == version.stamp);
                    if stands || !seen.covers(version.stamp) {
                        insert(&mut versions, version.clone());
                    }
                }
            }
            if !versions.is_empty() {
                fields.insert(pointer.clone(), versions);
            }
        }
        let mut seen = self.seen.clone();
        seen.join(&other.seen);
        let end = match (&self.end, &other.end) {
            (Some(ours), Some(theirs)) => {
                let mut seen = ours.seen.clone();
                seen.join(&theirs.seen);
                let how = ours.how.max(theirs.how);
                Some(End { how, seen })
            }
            (ours, theirs) => ours.clone().or_else(|| theirs.clone()),
        };
        Self {
            id: self.id,
            procedure_id: self.procedure_id.clone().max(other.procedure_id.clone()),
            procedure_version: self.procedure_version.max(other.procedure_version),
            fields,
            seen,
            end,
        }
    }

    /// What this copy has seen.
    #[must_use]
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Ends it, or with `None` lets it go on.
    pub fn set_end(&mut self, end: Option<End>) {
        self.end = end;
    }

    /// Notes that it ended elsewhere, and leaves what is written here as it is.
    pub fn note_end(&mut self, other: &Self) {
        self.end = self.merge(other).end;
        self.seen.join(&other.seen);
    }

    /// Whether something is written in it that whoever saw `seen` did not know.
    #[must_use]
    pub fn has_more_than(&self, seen: &Seen) -> bool {
        let mut versions = self.fields.values().flatten();
        versions.any(|version| !seen.covers(version.stamp))
    }

    /// What is left of an ended draft: that it ended, and nothing of what was written.
    #[must_use]
    pub fn tombstone(&self) -> Self {
        Self {
            fields: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// The same draft under its next identifier, going on: for what was written without knowing that
    /// the draft had ended. Every computer that has to make this copy makes the same one.
    #[must_use]
    pub fn continued(&self) -> Self {
        Self {
            id: next_id(self.id),
            end: None,
            ..self.clone()
        }
    }

    /// Writes anew, each with its own `stamp`, the versions of `client` that stand here and that
    /// `other` claims to have seen replaced: for when another copy of that client's store used its
    /// name, so that others would take what is written here for something they know.
    pub fn write_again(
        &mut self,
        other: &Self,
        client: ClientName,
        mut stamp: impl FnMut() -> Stamp,
    ) {
        for (pointer, versions) in &mut self.fields {
            let known = other.versions(pointer);
            for mut version in std::mem::take(versions) {
                let stands = known.iter().any(|one| one.stamp == version.stamp);
                let ours = version.stamp.client == client;
                if ours && !stands && other.seen.covers(version.stamp) {
                    version.stamp = stamp();
                    self.seen.add(version.stamp);
                }
                insert(versions, version);
            }
        }
    }

    fn versions(&self, pointer: &str) -> &[Version] {
        self.fields.get(pointer).map_or(&[], Vec::as_slice)
    }

    fn winners(&self) -> impl Iterator<Item = (&String, &Version)> {
        self.fields.iter().filter_map(|(pointer, versions)| {
            let winner = versions
                .iter()
                .max_by_key(|version| (version.value.is_some(), version.stamp))?;
            Some((pointer, winner))
        })
    }
}

/// The identifier of the copy that goes on from a draft: the same time, the next random number.
#[must_use]
pub fn next_id(id: Uuid) -> Uuid {
    let number = id.as_u128();
    let low = (number & 0xFFFF_FFFF).wrapping_add(1) & 0xFFFF_FFFF;
    Uuid::from_u128(number & !0xFFFF_FFFF | low)
}

/// Puts a version in its place. Of two with one stamp, which honest clients never make, every copy
/// keeps the same one.
fn insert(versions: &mut Vec<Version>, version: Version) {
    match versions.binary_search_by_key(&version.stamp, |one| one.stamp) {
        Err(place) => versions.insert(place, version),
        Ok(place) => {
            let key = |version: &Version| {
                let value = version.value.as_ref().map(Value::to_string);
                (value, version.source.clone())
            };
            if let Some(there) = versions.get_mut(place)
                && key(there) < key(&version)
            {
                *there = version;
            }
        }
    }
}

/// Whether only a level above fields stands there.
fn is_inside(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_object)
        .is_some_and(|members| !members.is_empty())
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unchecked {
    id: Uuid,
    procedure_id: String,
    procedure_version: u32,
    fields: BTreeMap<String, Vec<Version>>,
    seen: Seen,
    #[serde(default)]
    end: Option<End>,
}

impl TryFrom<Unchecked> for DraftDocument {
    type Error = NotADocument;

    fn try_from(unchecked: Unchecked) -> Result<Self, NotADocument> {
        if unchecked.fields.len() > FIELDS_LIMIT || unchecked.seen.clients() > CLIENTS_LIMIT {
            return Err(NotADocument("too large"));
        }
        let mut fields = BTreeMap::new();
        for (pointer, versions) in unchecked.fields {
            let (octets, names) = POINTER_LIMIT;
            if !pointer.starts_with('/')
                || pointer.len() > octets
                || pointer.split('/').count() > names + 1
            {
                return Err(NotADocument("pointer"));
            }
            if versions.is_empty() || versions.len() > VERSIONS_LIMIT {
                return Err(NotADocument("versions"));
            }
            let mut sorted = Vec::with_capacity(versions.len());
            for version in versions {
                // Merging rests on this: a copy has seen what it has.
                if !unchecked.seen.covers(version.stamp) {
                    return Err(NotADocument("unseen version"));
                }
                insert(&mut sorted, version);
            }
            fields.insert(pointer, sorted);
        }
        Ok(Self {
            id: unchecked.id,
            procedure_id: unchecked.procedure_id,
            procedure_version: unchecked.procedure_version,
            fields,
            seen: unchecked.seen,
            end: unchecked.end,
        })
    }
}

#[cfg(test)]
mod tests;
