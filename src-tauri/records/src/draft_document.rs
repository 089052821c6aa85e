//! A draft that travels between a person's computers: what is needed to merge two copies of it.
//!
//! A field holds the versions of its value that nobody has replaced yet; mostly one. A change
//! replaces those that its author had seen, and no other, so two changes that did not know each
//! other both stay: the later one is shown, and the other is kept beside it until the person has
//! seen it. A file is kept alike, by its hash: taken off on one side and put there on another that
//! did not know, it stays. One version vector goes for the whole document.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::{ClientName, Seen, Stamp};
use crate::leaves::{leaves, put};
use crate::versions::{Version, Versions};
use crate::{Attachment, Draft};

/// Most fields of a document.
const FIELDS_LIMIT: usize = 4096;
/// Most files that a document ever had.
const FILES_LIMIT: usize = 1024;
/// Longest name and media type of a file in octets.
const NAME_LIMIT: usize = 512;
/// Most clients that changed one document.
const CLIENTS_LIMIT: usize = 1024;
/// Longest pointer in octets, and most names in it.
const POINTER_LIMIT: (usize, usize) = (512, 32);

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
    /// By JSON Pointer.
    fields: Versions,
    /// By belt-hash, lower-case hex: a file's name, media type and length.
    files: Versions,
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
            fields: Versions::default(),
            files: Versions::default(),
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
        let mut winners: Vec<(&String, &Version)> = self.fields.winners().collect();
        // Where shapes differ, as between versions of a form, the later one stands.
        winners.sort_by_key(|(pointer, winner)| (winner.stamp, *pointer));
        for (pointer, winner) in winners {
            if let Some(value) = &winner.value {
                put(&mut data, pointer, value.clone());
            }
        }
        data
    }

    /// The files that belong to the draft, in the order in which they came.
    #[must_use]
    pub fn files(&self) -> Vec<Attachment> {
        let mut winners: Vec<(&String, &Version)> = self.files.winners().collect();
        winners.sort_by_key(|(hash, winner)| (winner.stamp, *hash));
        let read = |(hash, winner): (&String, &Version)| file(hash, winner.value.as_ref()?);
        winners.into_iter().filter_map(read).collect()
    }

    /// Whether this file was ever put to the draft, also if it was taken off again.
    #[must_use]
    pub fn knows_file(&self, hash: &str) -> bool {
        !self.files.of(hash).is_empty()
    }

    /// The draft as it is filled in and signed.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let prefilled = self
            .fields
            .winners()
            .filter_map(|(pointer, winner)| Some((pointer.clone(), winner.source.clone()?)));
        Draft {
            id: self.id,
            procedure_id: self.procedure_id.clone(),
            procedure_version: self.procedure_version,
            data: self.data(),
            prefilled: prefilled.collect(),
            attachments: self.files(),
            changed_at: self.seen.latest().unwrap_or_default().timestamp(),
        }
    }

    /// Takes over what somebody changed who had the values `before` in front of them, and the files
    /// as they stand, and left `after`. Their changes replace what they saw; what came in meanwhile
    /// is kept beside. Gives whether anything changed.
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
            self.fields.write(pointer, version, |one| {
                let value = one.value.as_ref();
                value == old || value == new
            });
            changed = true;
        }
        changed |= self.edit_files(&after.attachments, stamp);
        if changed {
            self.seen.add(stamp);
        }
        changed
    }

    fn edit_files(&mut self, after: &[Attachment], stamp: Stamp) -> bool {
        let before = self.files();
        let gone = before
            .iter()
            .filter(|file| !after.iter().any(|one| one.hash == file.hash))
            .map(|file| (&file.hash, None));
        let new = after
            .iter()
            .filter(|file| !before.contains(file))
            .map(|file| (&file.hash, Some(facts(file))));
        let changes: Vec<_> = gone.chain(new).collect();
        for (hash, value) in &changes {
            let version = Version {
                value: value.clone(),
                stamp,
                source: None,
            };
            self.files.write(hash, version, |_| true);
        }
        !changes.is_empty()
    }

    /// The person has seen these versions of a field and decided for a value. What came in meanwhile
    /// is kept beside.
    pub fn settle(&mut self, pointer: &str, shown: &[Stamp], value: Option<Value>, stamp: Stamp) {
        let version = Version {
            value: value.clone(),
            stamp,
            source: None,
        };
        self.fields.write(pointer, version, |one| {
            shown.contains(&one.stamp) || one.value == value
        });
        self.seen.add(stamp);
    }

    /// The fields with more than one value, of which the person sees only one.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        let data = self.data();
        let mut found = Vec::new();
        for (pointer, versions) in self.fields.iter() {
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
            fields: self.fields.merge(&self.seen, &other.fields, &other.seen),
            files: self.files.merge(&self.seen, &other.files, &other.seen),
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

    /// Whether something is written in it that whoever saw `seen` did not know.
    #[must_use]
    pub fn has_more_than(&self, seen: &Seen) -> bool {
        self.fields.has_more_than(seen) || self.files.has_more_than(seen)
    }

    /// What is left of an ended draft: that it ended, and nothing of what was written.
    #[must_use]
    pub fn tombstone(&self) -> Self {
        Self {
            fields: Versions::default(),
            files: Versions::default(),
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
        let Self {
            fields,
            files,
            seen: known,
            ..
        } = self;
        for (ours, theirs) in [(fields, &other.fields), (files, &other.files)] {
            ours.write_again(theirs, &other.seen, client, || {
                let stamp = stamp();
                known.add(stamp);
                stamp
            });
        }
    }
}

/// The identifier of the copy that goes on from a draft: the same time, the next random number.
#[must_use]
pub fn next_id(id: Uuid) -> Uuid {
    let number = id.as_u128();
    let low = (number & 0xFFFF_FFFF).wrapping_add(1) & 0xFFFF_FFFF;
    Uuid::from_u128(number & !0xFFFF_FFFF | low)
}

/// What a document says of a file beside its hash.
fn facts(file: &Attachment) -> Value {
    json!({"name": file.name, "mediaType": file.media_type, "size": file.size})
}

/// The file of that hash, from what a document says of it.
fn file(hash: &str, facts: &Value) -> Option<Attachment> {
    let text = |name: &str| {
        let text = facts.get(name)?.as_str()?;
        (1..=NAME_LIMIT)
            .contains(&text.len())
            .then(|| text.to_owned())
    };
    let digit = |octet: u8| octet.is_ascii_digit() || (b'a'..=b'f').contains(&octet);
    (hash.len() == 64 && hash.bytes().all(digit)).then_some(())?;
    Some(Attachment {
        name: text("name")?,
        media_type: text("mediaType")?,
        size: facts.get("size")?.as_u64()?,
        hash: hash.to_owned(),
    })
}

/// Whether only a level above fields stands there.
fn is_inside(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_object)
        .is_some_and(|members| !members.is_empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unchecked {
    id: Uuid,
    procedure_id: String,
    procedure_version: u32,
    fields: BTreeMap<String, Vec<Version>>,
    #[serde(default)]
    files: BTreeMap<String, Vec<Version>>,
    seen: Seen,
    #[serde(default)]
    end: Option<End>,
}

impl TryFrom<Unchecked> for DraftDocument {
    type Error = NotADocument;

    fn try_from(unchecked: Unchecked) -> Result<Self, NotADocument> {
        let sizes = (unchecked.fields.len(), unchecked.files.len());
        if sizes.0 > FIELDS_LIMIT
            || sizes.1 > FILES_LIMIT
            || unchecked.seen.clients() > CLIENTS_LIMIT
        {
            return Err(NotADocument("too large"));
        }
        let (octets, names) = POINTER_LIMIT;
        let is_pointer = |pointer: &String| {
            pointer.starts_with('/')
                && pointer.len() <= octets
                && pointer.split('/').count() <= names + 1
        };
        if !unchecked.fields.keys().all(is_pointer) {
            return Err(NotADocument("pointer"));
        }
        let is_file = |(hash, versions): (&String, &Vec<Version>)| {
            let mut values = versions.iter().filter_map(|version| version.value.as_ref());
            values.all(|facts| file(hash, facts).is_some())
        };
        if !unchecked.files.iter().all(is_file) {
            return Err(NotADocument("file"));
        }
        let checked = |versions| Versions::checked(versions, &unchecked.seen).map_err(NotADocument);
        let (fields, files) = (checked(unchecked.fields)?, checked(unchecked.files)?);
        Ok(Self {
            id: unchecked.id,
            procedure_id: unchecked.procedure_id,
            procedure_version: unchecked.procedure_version,
            fields,
            files,
            seen: unchecked.seen,
            end: unchecked.end,
        })
    }
}

#[cfg(test)]
mod tests;
