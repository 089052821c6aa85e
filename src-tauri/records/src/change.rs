//! One change of a draft, such that it can be undone and redone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Attachment, Draft};

/// What an act of the person changed: the parts that differ, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    before: Side,
    after: Side,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Side {
    /// Members of the form's values that had another value on the other side.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    set: Map<String, Value>,
    /// Members that only the other side has.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    absent: BTreeSet<String>,
    /// All sources of prefilled values, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefilled: Option<BTreeMap<String, String>>,
    /// All attachments, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<Attachment>>,
}

impl Change {
    /// What leads from one state of a draft to the next; nothing when nothing differs that a person
    /// sees.
    #[must_use]
    pub fn between(before: &Draft, after: &Draft) -> Option<Self> {
        let change = Self {
            before: Side::of(before, after),
            after: Side::of(after, before),
        };
        (change.before != change.after).then_some(change)
    }

    /// Whether it added or removed files.
    #[must_use]
    pub fn concerns_attachments(&self) -> bool {
        self.before.attachments.is_some()
    }

    /// Whether both change the same member of the values, or the files.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        if self.concerns_attachments() && other.concerns_attachments() {
            return true;
        }
        let has =
            |side: &Side, name: &String| side.set.contains_key(name) || side.absent.contains(name);
        let mut names = self.before.set.keys().chain(&self.before.absent);
        names.any(|name| has(&other.before, name))
    }

    /// Both changes as one, when they are of one text that somebody is typing.
    #[must_use]
    pub fn joined(&self, next: &Self) -> Option<Self> {
        let member = self.typed_into()?;
        if next.typed_into() != Some(member) {
            return None;
        }
        let side = |values: &Side, earlier: &Side, later: &Side| Side {
            prefilled: earlier.prefilled.clone().or(later.prefilled.clone()),
            ..values.clone()
        };
        Some(Self {
            before: side(&self.before, &self.before, &next.before),
            after: side(&next.after, &next.after, &self.after),
        })
    }

    /// The one member of the values that it changes from text to text, if it changes nothing else.
    fn typed_into(&self) -> Option<&str> {
        if self.concerns_attachments() {
            return None;
        }
        let member = |side: &Side| {
            let mut names = side.set.keys().chain(&side.absent);
            let name = names.next()?.clone();
            let text = side.set.values().all(Value::is_string);
            (text && names.next().is_none()).then_some(name)
        };
        let name = member(&self.before)?;
        let (name, _) = self
            .after
            .set
            .get_key_value(&name)
            .map(|(name, value)| (name.as_str(), value.is_string()))
            .or_else(|| {
                self.after
                    .absent
                    .get(&name)
                    .map(|name| (name.as_str(), true))
            })
            .filter(|(_, text)| *text)?;
        Some(name)
    }

    /// Puts the draft's parts back to what they were before.
    pub fn undo(&self, draft: &mut Draft) {
        self.before.put(draft);
    }

    /// Puts the draft's parts to what they were after it.
    pub fn redo(&self, draft: &mut Draft) {
        self.after.put(draft);
    }
}

impl Side {
    /// What `this` has otherwise than `other`.
    fn of(this: &Draft, other: &Draft) -> Self {
        let empty = Map::new();
        let ours = this.data.as_object().unwrap_or(&empty);
        let theirs = other.data.as_object().unwrap_or(&empty);
        Self {
            set: ours
                .iter()
                .filter(|(name, value)| theirs.get(*name) != Some(value))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            absent: theirs
                .keys()
                .filter(|name| !ours.contains_key(*name))
                .cloned()
                .collect(),
            prefilled: (this.prefilled != other.prefilled).then(|| this.prefilled.clone()),
            attachments: (this.attachments != other.attachments).then(|| this.attachments.clone()),
        }
    }

    fn put(&self, draft: &mut Draft) {
        if !draft.data.is_object() {
            draft.data = Value::Object(Map::new());
        }
        if let Some(data) = draft.data.as_object_mut() {
            for name in &self.absent {
                data.remove(name);
            }
            for (name, value) in &self.set {
                data.insert(name.clone(), value.clone());
            }
        }
        if let Some(prefilled) = &self.prefilled {
            draft.prefilled.clone_from(prefilled);
        }
        if let Some(attachments) = &self.attachments {
            draft.attachments.clone_from(attachments);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn draft(data: Value, prefilled: &[&str], files: &[u8]) -> Draft {
        Draft {
            id: Uuid::nil(),
            procedure_id: "2.2".into(),
            procedure_version: 1,
            data,
            prefilled: prefilled
                .iter()
                .map(|path| ((*path).to_owned(), "card.sex".to_owned()))
                .collect(),
            attachments: files
                .iter()
                .map(|file| Attachment {
                    name: format!("{file}.pdf"),
                    media_type: "application/pdf".into(),
                    size: 1,
                    hash: format!("{file:064x}"),
                })
                .collect(),
            changed_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_what_differs_is_kept() {
        let before = draft(
            json!({"a": 1, "b": {"c": null}, "gone": true}),
            &["/a"],
            &[],
        );
        let after = draft(json!({"a": 2, "b": {"c": null}, "new": []}), &[], &[7]);
        let change = Change::between(&before, &after).unwrap();
        let mut moved = before.clone();
        change.redo(&mut moved);
        assert_eq!(moved, after);
        change.undo(&mut moved);
        assert_eq!(moved, before);
        let text = serde_json::to_string(&change).unwrap();
        assert!(!text.contains("\"b\""), "{text}");
        assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
        assert!(Change::between(&before, &before).is_none());
    }

    /// A person who types in one field does not lose what came from elsewhere into another.
    #[test]
    fn other_members_stay() {
        let change = Change::between(
            &draft(json!({"a": 1}), &[], &[]),
            &draft(json!({"a": 2}), &[], &[]),
        )
        .unwrap();
        let mut merged = draft(json!({"a": 2, "b": "from the other computer"}), &[], &[]);
        change.undo(&mut merged);
        assert_eq!(merged.data, json!({"a": 1, "b": "from the other computer"}));
    }

    /// All files are put back at once, also those that came from elsewhere meanwhile.
    #[test]
    fn two_changes_of_files_meet() {
        let change = |before: &[u8], after: &[u8]| {
            let (before, after) = (draft(json!({}), &[], before), draft(json!({}), &[], after));
            Change::between(&before, &after).unwrap()
        };
        assert!(change(&[], &[1]).meets(&change(&[1], &[1, 2])));
        let typed = Change::between(
            &draft(json!({}), &[], &[]),
            &draft(json!({"a": 1}), &[], &[]),
        );
        assert!(!change(&[], &[1]).meets(&typed.unwrap()));
    }

    #[test]
    fn typing_into_one_text_is_one_change() {
        let at = |value: Value, prefilled: &[&str]| draft(value, prefilled, &[]);
        let states = [
            at(json!({"b": 1}), &["/a"]),
            at(json!({"b": 1, "a": "М"}), &[]),
            at(json!({"b": 1, "a": "Мі"}), &[]),
            at(json!({"b": 1}), &[]),
        ];
        let change = |n: usize| Change::between(&states[n], &states[n + 1]).unwrap();
        let joined = change(0).joined(&change(1)).unwrap();
        let joined = joined.joined(&change(2)).unwrap();
        let mut moved = states[3].clone();
        joined.undo(&mut moved);
        assert_eq!(moved, states[0]);
        joined.redo(&mut moved);
        assert_eq!(moved, states[3]);
        // Neither another member, nor a choice, nor a file joins it.
        let other = Change::between(&states[1], &at(json!({"b": 2, "a": "М"}), &[])).unwrap();
        assert!(change(0).joined(&other).is_none());
        assert!(other.joined(&other).is_none());
        let file = Change::between(&states[1], &draft(json!({"b": 1, "a": "Мі"}), &[], &[1]));
        assert!(change(0).joined(&file.unwrap()).is_none());
    }

    fn values() -> impl Strategy<Value = Draft> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,3}".prop_map(Value::from),
            prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::from),
        ];
        (
            prop::collection::btree_map("[a-d]", leaf, 0..4),
            prop::collection::vec(0_u8..4, 0..3),
        )
            .prop_map(|(members, files)| {
                draft(Value::Object(members.into_iter().collect()), &[], &files)
            })
    }

    proptest! {
        #[test]
        fn a_chain_of_changes_goes_back_and_forth(states in prop::collection::vec(values(), 2..6)) {
            let mut changes = Vec::new();
            for pair in states.windows(2) {
                changes.push(Change::between(&pair[0], &pair[1]));
            }
            let mut at = states.last().unwrap().clone();
            for (change, earlier) in changes.iter().zip(&states).rev() {
                if let Some(change) = change { change.undo(&mut at); }
                prop_assert_eq!(&at, earlier);
            }
            for (change, later) in changes.iter().zip(&states[1..]) {
                if let Some(change) = change { change.redo(&mut at); }
                prop_assert_eq!(&at, later);
            }
        }
    }
}
