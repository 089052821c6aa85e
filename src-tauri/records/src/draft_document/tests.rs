use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::clock::HybridClock;

const ID: Uuid = Uuid::from_u128(0x0190_b2f0_0000_7000_8000_0000_0000_0001);

fn draft(data: Value) -> Draft {
    Draft {
        id: ID,
        procedure_id: "2.2".into(),
        procedure_version: 1,
        data,
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: Timestamp::UNIX_EPOCH,
    }
}

fn attachment(number: u8) -> Attachment {
    Attachment {
        name: format!("{number}.pdf"),
        media_type: "application/pdf".into(),
        size: 5,
        hash: format!("{number:064x}"),
    }
}

/// A computer with its copy.
#[derive(Clone)]
struct Copy {
    clock: HybridClock,
    document: DraftDocument,
}

impl Copy {
    fn tick(&mut self, now: i64) -> Stamp {
        let now = Timestamp::from_millisecond(now).unwrap();
        self.clock.tick(now, ClientName(99))
    }

    /// The person changes what they see.
    fn write(&mut self, pointer: &str, value: Option<Value>, now: i64) -> Stamp {
        let before = self.document.data();
        let mut after = before.clone();
        match value {
            Some(value) => put(&mut after, pointer, value),
            None => {
                after.as_object_mut().unwrap().remove(&pointer[1..]);
            }
        }
        let stamp = self.tick(now);
        let after = Draft {
            attachments: self.document.files(),
            ..draft(after)
        };
        self.document.edit(&before, &after, stamp);
        stamp
    }

    /// The person puts the file of that number to the draft, or takes it off.
    fn file(&mut self, number: u8, there: bool, now: i64) {
        let mut after = self.document.draft();
        let one = attachment(number);
        after.attachments.retain(|file| file.hash != one.hash);
        if there {
            after.attachments.push(one);
        }
        let stamp = self.tick(now);
        let before = self.document.data();
        self.document.edit(&before, &after, stamp);
    }

    fn take(&mut self, other: &Self) {
        self.document = self.document.merge(&other.document);
    }
}

/// Two computers with one draft.
fn two(data: Value) -> (Copy, Copy) {
    let mut clock = HybridClock::new(ClientName(1));
    let stamp = clock.tick(Timestamp::from_millisecond(1000).unwrap(), ClientName(99));
    let document = DraftDocument::begin(&draft(data), stamp);
    let other = Copy {
        clock: HybridClock::new(ClientName(2)),
        document: document.clone(),
    };
    (Copy { clock, document }, other)
}

fn merged(a: &Copy, b: &Copy) -> DraftDocument {
    let merged = a.document.merge(&b.document);
    assert_eq!(merged, b.document.merge(&a.document));
    merged
}

#[test]
fn different_fields_of_two_sides_meet() {
    let (mut a, mut b) = two(json!({"street": "x", "address": {"city": "Minsk"}}));
    a.write("/street", Some(json!("y")), 2000);
    b.write("/address/city", Some(json!("Brest")), 3000);
    let both = merged(&a, &b);
    assert_eq!(
        both.data(),
        json!({"street": "y", "address": {"city": "Brest"}})
    );
    assert!(both.conflicts().is_empty());
}

#[test]
fn of_two_changes_of_a_field_the_later_is_shown_and_the_other_kept() {
    let (mut a, mut b) = two(json!({"city": "Minsk"}));
    a.write("/city", Some(json!("Brest")), 5000);
    b.write("/city", Some(json!("Gomel")), 4000);
    let both = merged(&a, &b);
    assert_eq!(both.data(), json!({"city": "Brest"}));
    let [conflict] = &both.conflicts()[..] else {
        panic!()
    };
    assert_eq!(conflict.pointer, "/city");
    assert_eq!(conflict.others.len(), 1);
    assert_eq!(conflict.others[0].value, Some(json!("Gomel")));
    // Seen and decided on one side, it is decided on both.
    a.take(&b);
    let stamp = a.tick(6000);
    a.document
        .settle("/city", &conflict.shown, Some(json!("Gomel")), stamp);
    let both = merged(&a, &b);
    assert_eq!(both.data(), json!({"city": "Gomel"}));
    assert!(both.conflicts().is_empty());
}

#[test]
fn typing_on_does_not_decide_what_was_not_seen() {
    let (mut a, mut b) = two(json!({"city": "Minsk"}));
    a.write("/city", Some(json!("Brest")), 5000);
    b.write("/city", Some(json!("Gomel")), 4000);
    a.take(&b);
    a.write("/city", Some(json!("Brest-2")), 6000);
    let [conflict] = &a.document.conflicts()[..] else {
        panic!()
    };
    assert_eq!(conflict.others[0].value, Some(json!("Gomel")));
    // A window that shows an older value than the store has by now.
    let before = json!({"city": "Minsk"});
    let stamp = a.tick(7000);
    a.document
        .edit(&before, &draft(json!({"city": "Mogilev"})), stamp);
    let others = &a.document.conflicts()[0].others;
    let others: Vec<_> = others.iter().map(|other| other.value.clone()).collect();
    assert_eq!(others, [Some(json!("Brest-2")), Some(json!("Gomel"))]);
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    let (mut a, mut b) = two(json!({}));
    a.write("/city", Some(json!("Brest")), 2000);
    b.write("/city", Some(json!("Brest")), 3000);
    assert!(merged(&a, &b).conflicts().is_empty());
}

#[test]
fn a_value_wins_over_an_emptied_field_that_did_not_know_it() {
    let (mut a, mut b) = two(json!({"city": "Minsk"}));
    a.write("/city", Some(json!("Brest")), 2000);
    b.write("/city", None, 3000);
    let both = merged(&a, &b);
    assert_eq!(both.data(), json!({"city": "Brest"}));
    assert_eq!(both.conflicts()[0].others[0].value, None);
    // Known, the emptying stands.
    a.write("/city", None, 4000);
    assert_eq!(a.document.data(), json!({}));
    assert!(a.document.conflicts().is_empty());
}

#[test]
fn rows_of_a_group_are_one_field() {
    let (mut a, mut b) = two(json!({"children": [{"name": "A"}]}));
    a.write(
        "/children",
        Some(json!([{"name": "A"}, {"name": "B"}])),
        2000,
    );
    b.write("/children", Some(json!([{"name": "C"}])), 3000);
    let both = merged(&a, &b);
    assert_eq!(both.data(), json!({"children": [{"name": "C"}]}));
    assert_eq!(
        both.conflicts()[0].others[0].value,
        Some(json!([{"name": "A"}, {"name": "B"}]))
    );
}

#[test]
fn what_does_not_fit_the_shape_is_not_hidden() {
    let (mut a, mut b) = two(json!({}));
    a.write("/address", Some(json!("Minsk")), 3000);
    b.write("/address/city", Some(json!("Brest")), 2000);
    let both = merged(&a, &b);
    assert_eq!(both.data(), json!({"address": "Minsk"}));
    let conflicts = both.conflicts();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].pointer, "/address/city");
    assert_eq!(conflicts[0].others[0].value, Some(json!("Brest")));
}

#[test]
fn files_of_two_sides_meet() {
    let (mut a, mut b) = two(json!({}));
    a.file(7, true, 2000);
    b.file(3, true, 3000);
    let both = merged(&a, &b);
    // In the order in which they came.
    assert_eq!(both.files(), [attachment(7), attachment(3)]);
    assert_eq!(both.draft().attachments, both.files());
    assert!(both.has_more_than(a.document.seen()));
    a.take(&b);
    b.take(&a);
    // Taken off by somebody who saw it, it goes on both sides.
    a.file(7, false, 4000);
    assert_eq!(merged(&a, &b).files(), [attachment(3)]);
    // Put there anew by somebody who did not know, it stays.
    b.file(7, false, 5000);
    b.file(7, true, 6000);
    let both = merged(&a, &b);
    assert_eq!(both.files(), [attachment(3), attachment(7)]);
    assert!(both.tombstone().files().is_empty() && !both.tombstone().knows_file("07"));
    assert_eq!(both.continued().files(), both.files());
    let text = serde_json::to_string(&both).unwrap();
    assert_eq!(serde_json::from_str::<DraftDocument>(&text).unwrap(), both);
}

#[test]
fn null_is_a_value_and_a_missing_member_is_none() {
    let mut document = two(json!({"a": null})).0;
    document.write("/b", Some(json!(1)), 2000);
    document.write("/b", None, 3000);
    let text = serde_json::to_string(&document.document).unwrap();
    let again: DraftDocument = serde_json::from_str(&text).unwrap();
    assert_eq!(again, document.document);
    assert_eq!(again.data(), json!({"a": null}));
}

#[test]
fn the_end_knows_what_it_knew() {
    let (mut a, mut b) = two(json!({"city": "Minsk"}));
    b.write("/city", Some(json!("Brest")), 2000);
    let seen = a.document.seen().clone();
    a.document.set_end(Some(End {
        how: Ending::Deleted,
        seen,
    }));
    let grave = a.document.tombstone();
    let end = grave.end().unwrap();
    assert!(!a.document.has_more_than(&end.seen));
    assert!(b.document.has_more_than(&end.seen));
    let copy = b.document.continued();
    assert_ne!(copy.id, b.document.id);
    assert_eq!(copy.id.get_version_num(), 7);
    assert_eq!((copy.data(), copy.end()), (json!({"city": "Brest"}), None));
    // Registered counts for more than deleted, whatever comes first.
    let mut other = grave.clone();
    other.set_end(Some(End {
        how: Ending::Registered,
        seen: grave.seen().clone(),
    }));
    assert_eq!(grave.merge(&other).end().unwrap().how, Ending::Registered);
    assert_eq!(grave.merge(&other), other.merge(&grave));
}

/// A store that was put back from a copy of last week writes under a name that others know further.
#[test]
fn a_store_put_back_loses_nothing() {
    let (mut a, mut b) = two(json!({"city": "Minsk"}));
    let mut back = a.clone();
    a.write("/city", Some(json!("Brest")), 9000);
    b.take(&a);
    // Its clock stands where it stood then.
    back.write("/street", Some(json!("Lenina")), 5000);
    let lost = back.document.merge(&b.document);
    assert_eq!(
        lost.data(),
        json!({"city": "Brest"}),
        "the reason for all this"
    );
    let (mut fresh, ours) = (HybridClock::new(ClientName(7)), back.clock.client);
    let now = Timestamp::from_millisecond(9500).unwrap();
    back.document
        .write_again(&b.document, ours, || fresh.tick(now, ClientName(8)));
    let kept = back.document.merge(&b.document);
    assert_eq!(kept.data()["street"], "Lenina");
    assert_eq!(kept.merge(&b.document), kept);
}

#[test]
fn documents_from_elsewhere_are_bounded() {
    let good = two(json!({"a": 1})).0.document;
    let value = serde_json::to_value(&good).unwrap();
    let version = value["fields"]["/a"][0].clone();
    let refused = |fields: Value| {
        let mut bad = value.clone();
        bad["fields"] = fields;
        serde_json::from_value::<DraftDocument>(bad).is_err()
    };
    assert!(!refused(json!({"/a": [version]})));
    assert!(refused(json!({"a": [version]})));
    assert!(refused(json!({"/a": []})));
    assert!(refused(json!({"/x".repeat(33): [version]})));
    let mut unseen = version.clone();
    unseen["stamp"] = json!("0000000f0000-0000-0000000000000001");
    assert!(refused(json!({"/a": [unseen]})));
    let many: Map<String, Value> = (0..=FIELDS_LIMIT)
        .map(|n| (format!("/{n}"), json!([version])))
        .collect();
    assert!(refused(Value::Object(many)));
    let hash = "ab".repeat(32);
    let refused = |hash: &str, facts: Value| {
        let mut bad = value.clone();
        let mut named = version.clone();
        named["value"] = facts;
        bad["files"] = json!({hash: [named]});
        serde_json::from_value::<DraftDocument>(bad).is_err()
    };
    let facts = json!({"name": "a.pdf", "mediaType": "application/pdf", "size": 7});
    assert!(!refused(&hash, facts.clone()));
    assert!(refused(&hash.to_uppercase(), facts.clone()));
    assert!(refused("../ab", facts.clone()));
    for (name, wrong) in [
        ("name", json!("")),
        ("name", json!("x".repeat(NAME_LIMIT + 1))),
        ("mediaType", json!(7)),
        ("size", json!(-7)),
    ] {
        let mut facts = facts.clone();
        facts[name] = wrong;
        assert!(refused(&hash, facts), "{name}");
    }
}

/// What happens at one of three computers.
#[derive(Clone, Debug)]
enum Act {
    Write(usize, usize, Option<u8>),
    Settle(usize, usize, u8),
    Take(usize, usize),
    End(usize, bool),
    File(usize, u8, bool),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let (copy, field) = (0_usize..3, 0_usize..4);
    let act = prop_oneof![
        6 => (copy.clone(), field.clone(), prop::option::weighted(0.8, 0_u8..4)).prop_map(|(copy, field, value)| Act::Write(copy, field, value)),
        1 => (copy.clone(), field, 0_u8..4).prop_map(|(copy, field, value)| Act::Settle(copy, field, value)),
        4 => (copy.clone(), copy.clone()).prop_map(|(to, from)| Act::Take(to, from)),
        1 => (copy.clone(), any::<bool>()).prop_map(|(copy, registered)| Act::End(copy, registered)),
        2 => (copy, 0_u8..3, any::<bool>()).prop_map(|(copy, file, there)| Act::File(copy, file, there)),
    ];
    prop::collection::vec(act, 0..40)
}

const FIELDS: [&str; 4] = ["/a", "/b", "/group/c", "/group"];

/// Plays the acts; gives the copies, and of each write the field, the value and its stamp, with
/// the values that the author saw and replaced.
#[allow(clippy::type_complexity)]
fn play(acts: &[Act]) -> ([Copy; 3], Vec<(String, Option<Value>, Vec<Option<Value>>)>) {
    let (a, b) = two(json!({"a": 0}));
    let mut third = b.clone();
    third.clock = HybridClock::new(ClientName(3));
    let mut copies = [a, b, third];
    let mut written = Vec::new();
    for (now, act) in (2000..).zip(acts) {
        match act {
            Act::Write(copy, field, value) => {
                let copy = &mut copies[*copy];
                let before = copy.document.data();
                let value = value.map(Value::from);
                let mut after = before.clone();
                match &value {
                    Some(value) => put(&mut after, FIELDS[*field], value.clone()),
                    None => {
                        let (parent, name) = FIELDS[*field].rsplit_once('/').unwrap();
                        let parent = after.pointer_mut(parent).and_then(Value::as_object_mut);
                        parent.map(|parent| parent.remove(name));
                    }
                }
                let stamp = copy.tick(now);
                let edited = Draft {
                    attachments: copy.document.files(),
                    ..draft(after.clone())
                };
                copy.document.edit(&before, &edited, stamp);
                let (old, new) = (leaves(&before), leaves(&after));
                for pointer in old.keys().chain(new.keys()) {
                    let (old, new) = (old.get(pointer).copied(), new.get(pointer).copied());
                    if old != new {
                        written.push((pointer.clone(), new.cloned(), vec![old.cloned()]));
                    }
                }
            }
            Act::Settle(copy, field, value) => {
                let copy = &mut copies[*copy];
                let found = copy.document.conflicts();
                if let Some(conflict) = found.iter().find(|one| one.pointer == FIELDS[*field]) {
                    let stamp = copy.tick(now);
                    let value = Some(Value::from(*value));
                    copy.document
                        .settle(&conflict.pointer, &conflict.shown, value.clone(), stamp);
                    let mut seen: Vec<_> =
                        conflict.others.iter().map(|v| v.value.clone()).collect();
                    seen.push(conflict.current.clone());
                    written.push((conflict.pointer.clone(), value, seen));
                }
            }
            Act::File(copy, file, there) => copies[*copy].file(*file, *there, now),
            Act::Take(to, from) => {
                let from = copies[*from].clone();
                copies[*to].take(&from);
            }
            Act::End(copy, registered) => {
                let document = &mut copies[*copy].document;
                let how = if *registered {
                    Ending::Registered
                } else {
                    Ending::Deleted
                };
                let seen = document.seen().clone();
                document.set_end(Some(End { how, seen }));
            }
        }
    }
    (copies, written)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn merging_is_commutative_associative_idempotent(acts in acts()) {
        let ([a, b, c], _) = play(&acts);
        let (a, b, c) = (a.document, b.document, c.document);
        prop_assert_eq!(a.merge(&a), a.clone());
        prop_assert_eq!(a.merge(&b), b.merge(&a));
        prop_assert_eq!(a.merge(&b).merge(&c), a.merge(&b.merge(&c)));
        let all = a.merge(&b).merge(&c);
        prop_assert_eq!(all.merge(&b), all.clone());
        // And what travels is what was merged.
        let text = serde_json::to_string(&all).unwrap();
        prop_assert_eq!(serde_json::from_str::<DraftDocument>(&text).unwrap(), all);
    }

    #[test]
    fn nothing_written_is_lost_unseen(acts in acts()) {
        let ([a, b, c], written) = play(&acts);
        let all = a.document.merge(&b.document).merge(&c.document);
        let data = all.data();
        let conflicts = all.conflicts();
        for (pointer, value, _) in &written {
            let shown = data.pointer(pointer) == value.as_ref()
                || conflicts.iter().any(|conflict| {
                    conflict.pointer == *pointer && conflict.others.iter().any(|other| other.value == *value)
                });
            // Somebody who saw that value wrote another.
            let replaced = written.iter().any(|(field, _, seen)| field == pointer && seen.contains(value));
            // An emptied group is filled by its fields.
            let filled = value.is_none() && is_inside(data.pointer(pointer));
            prop_assert!(shown || replaced || filled, "{} {:?} in {} {:?}", pointer, value, data, conflicts);
        }
    }

    /// A file stays unless somebody who saw it took it off.
    #[test]
    fn no_file_is_lost_unseen(acts in acts()) {
        let ([a, b, c], _) = play(&acts);
        let all = a.document.merge(&b.document).merge(&c.document);
        let taken_off = |hash: &String| acts.iter().any(|act| {
            matches!(act, Act::File(_, number, false) if attachment(*number).hash == *hash)
        });
        for act in &acts {
            if let Act::File(_, number, true) = act {
                let hash = attachment(*number).hash;
                let there = all.files().iter().any(|file| file.hash == hash);
                prop_assert!(there || taken_off(&hash));
            }
        }
        for copy in [&a, &b, &c] {
            for file in copy.document.files() {
                let there = all.files().contains(&file);
                prop_assert!(there || taken_off(&file.hash));
            }
        }
    }

    #[test]
    fn any_document_is_survived(a in any_document(), b in any_document()) {
        if let (Ok(a), Ok(b)) = (serde_json::from_value::<DraftDocument>(a), serde_json::from_value::<DraftDocument>(b)) {
            let both = a.merge(&b);
            let _ = (both.draft(), both.conflicts());
            prop_assert_eq!(both.merge(&a), both.clone());
            prop_assert_eq!(&both.merge(&b), &both);
        }
    }
}

/// Documents that no honest client made.
fn any_document() -> impl Strategy<Value = Value> {
    let stamp = (0_u8..3, 0_u8..3).prop_map(|(at, client)| format!("{at:012x}-0000-{client:016x}"));
    let version = (prop::option::of(0_u8..3), stamp).prop_map(|(value, stamp)| match value {
        Some(value) => json!({"value": value, "stamp": stamp}),
        None => json!({"stamp": stamp}),
    });
    let fields =
        prop::collection::btree_map("(/[ab~]){1,2}", prop::collection::vec(version, 1..4), 0..4);
    let seen = prop::collection::btree_map(0_u8..3, 0_u8..4, 0..3);
    (fields, seen).prop_map(|(fields, seen)| {
        let seen: BTreeMap<String, String> = seen
            .into_iter()
            .map(|(client, at)| (format!("{client:016x}"), format!("{at:012x}-0000")))
            .collect();
        json!({"id": ID, "procedureId": "2.2", "procedureVersion": 1, "fields": fields, "seen": seen})
    })
}
