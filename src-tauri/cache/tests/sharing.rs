//! Drafts of two stores meet at a portal that keeps what it is given.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use kabinet_cache::{Changes, Sharing, Store, StoreError, Unsent};
use kabinet_records::{
    Applicant, Application, Aside, AsideReason, Attachment, Carried, Draft, DraftDocument, Ending,
    Manifest, ProcedureReference, Seen, Status, Text, next_id,
};
use kabinet_stb::Secret;
use serde_json::{Value, json};
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(0x0190_b2f0_0000_7000_8000_0000_0000_0001);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn draft(data: Value, second: i64) -> Draft {
    Draft {
        id: ID,
        procedure_id: "2.2".into(),
        procedure_version: 1,
        data,
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: at(second),
    }
}

fn application() -> Application {
    Application {
        id: ID,
        procedure_id: "2.2".into(),
        procedure_version: 1,
        registration_number: "1".into(),
        status: Status::Registered,
        submitted_at: at(0),
        history: Vec::new(),
        deadline: None,
        signature_blob_id: None,
    }
}

type Portal = BTreeMap<Uuid, DraftDocument>;

/// One computer.
struct Computer {
    store: Store,
    second: i64,
    _folder: tempfile::TempDir,
}

impl Computer {
    fn new(second: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = Secret::new(vec![1; 32]);
        let mut store = Store::create(&folder.path().join("store.db"), &key).unwrap();
        store.share_drafts(true, at(0)).unwrap();
        Self {
            store,
            second,
            _folder: folder,
        }
    }

    fn now(&mut self) -> Timestamp {
        self.second += 10;
        at(self.second)
    }

    /// The person changes one field of what they see.
    fn write(&mut self, field: &str, value: &str) {
        let seen = self.store.draft_or_copy(ID).unwrap();
        let mut after = seen.clone();
        after.data[field] = json!(value);
        after.changed_at = self.now();
        let edit = |draft: &mut Draft| {
            draft.data = after.data;
            draft.changed_at = after.changed_at;
        };
        self.store.edit_shown(seen.id, &seen.data, edit).unwrap();
    }

    /// The person attaches a file with that content; gives its hash.
    fn attach(&mut self, content: &[u8]) -> String {
        let mut incoming = self.store.begin_attachment().unwrap();
        self.store
            .append_attachment(&mut incoming, content)
            .unwrap();
        let file = Attachment {
            name: "a.pdf".into(),
            media_type: "application/pdf".into(),
            size: content.len() as u64,
            hash: incoming.hash(),
        };
        let now = self.now();
        let edit = |draft: &mut Draft| {
            draft.attachments.push(file.clone());
            draft.changed_at = now;
        };
        self.store.attach(&incoming, ID, edit).unwrap();
        file.hash
    }

    fn take_off(&mut self, hash: &str) {
        let now = self.now();
        let edit = |draft: &mut Draft| {
            draft.attachments.retain(|file| file.hash != hash);
            draft.changed_at = now;
        };
        self.store.edit_draft(ID, edit).unwrap();
    }

    fn files(&self) -> Vec<String> {
        let files = self.store.draft(ID).unwrap().attachments.into_iter();
        files.map(|file| file.hash).collect()
    }

    fn missing(&self) -> Vec<String> {
        let files = self.store.missing_files().unwrap().into_iter();
        files.map(|file| file.hash).collect()
    }

    fn sign(&mut self) {
        let draft = self.store.draft_to_sign(ID).unwrap();
        let procedure = ProcedureReference {
            id: draft.procedure_id,
            version: 1,
        };
        let now = self.now();
        let manifest = Manifest::new(ID, procedure, Applicant::default(), draft.data, now);
        let octets = manifest.to_canonical().unwrap();
        self.store
            .sign_into_outbox(ID, &octets, b"cms", now)
            .unwrap();
    }

    fn fetch(&mut self, portal: &Portal) {
        let changed: Vec<DraftDocument> = portal.values().cloned().collect();
        let now = self.now();
        self.store
            .change_draft_documents(
                &Changes {
                    complete: false,
                    changed: &changed,
                    removed: &[],
                    state: Some("1"),
                },
                now,
            )
            .unwrap();
    }

    fn pass(&mut self, portal: &mut Portal) {
        self.fetch(portal);
        self.send(portal);
    }

    fn send(&mut self, portal: &mut Portal) {
        let unsent = self.store.unsent_documents(100).unwrap();
        let sent: Vec<DraftDocument> = unsent
            .into_iter()
            .map(|Unsent { document, .. }| document)
            .collect();
        for document in &sent {
            portal.insert(document.id, document.clone());
        }
        self.store.documents_sent(&sent, "2").unwrap();
    }

    fn data(&self, id: Uuid) -> Option<Value> {
        match self.store.draft(id) {
            Ok(draft) => Some(draft.data),
            Err(StoreError::NotFound) => None,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Two computers with one draft.
fn two() -> (Computer, Computer, Portal) {
    let (mut a, mut b) = (Computer::new(100), Computer::new(105));
    let mut portal = Portal::new();
    a.store
        .add_draft(&draft(json!({"city": "Minsk"}), 50))
        .unwrap();
    a.pass(&mut portal);
    b.pass(&mut portal);
    assert_eq!(b.data(ID), Some(json!({"city": "Minsk"})));
    (a, b, portal)
}

fn until_quiet(a: &mut Computer, b: &mut Computer, portal: &mut Portal) {
    for _ in 0..4 {
        a.pass(portal);
        b.pass(portal);
    }
    assert!(a.store.unsent_documents(9).unwrap().is_empty());
    assert!(b.store.unsent_documents(9).unwrap().is_empty());
}

#[test]
fn nothing_travels_unless_the_person_agreed() {
    let (_, mut b, portal) = two();
    b.store.share_drafts(false, at(0)).unwrap();
    b.write("city", "Brest");
    assert!(b.store.unsent_documents(9).unwrap().is_empty());
    assert_eq!(portal[&ID].data(), json!({"city": "Minsk"}));
    // Agreed again, it goes on as after a long time without a network.
    b.store.share_drafts(true, at(500)).unwrap();
    let mut portal = portal;
    b.pass(&mut portal);
    assert_eq!(b.data(ID), Some(json!({"city": "Brest"})));
    assert_eq!(portal[&ID].data(), json!({"city": "Brest"}));
}

/// What the portal tells a computer when drafts were taken away.
fn take_away(computer: &mut Computer, ids: &[Uuid]) -> bool {
    let removed: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let now = computer.now();
    let changes = Changes {
        complete: false,
        changed: &[],
        removed: &removed,
        state: Some("9"),
    };
    computer
        .store
        .change_draft_documents(&changes, now)
        .unwrap()
}

#[test]
fn switched_off_drafts_leave_the_portal_and_stay_everywhere() {
    let (mut a, mut b, mut portal) = two();
    a.write("city", "Brest");
    b.write("city", "Gomel");
    a.pass(&mut portal);
    b.store.share_drafts(false, at(300)).unwrap();
    assert_eq!(b.store.sharing().unwrap(), Sharing::Ending);
    // What is new here no longer leaves; what others wrote comes a last time.
    assert!(b.store.unsent_documents(9).unwrap().is_empty());
    b.fetch(&portal);
    assert_eq!(b.store.conflicts(ID).unwrap().len(), 1);
    assert_eq!(b.store.drafts_to_withdraw(9).unwrap(), [ID]);
    b.store.documents_met(&[], &[ID], at(400)).unwrap();
    assert!(b.store.drafts_to_withdraw(9).unwrap().is_empty());
    b.store.sharing_ended().unwrap();
    assert_eq!(b.store.sharing().unwrap(), Sharing::Off);
    // The person can still decide for one of the versions.
    assert_eq!(b.store.conflicts(ID).unwrap().len(), 1);
    // The other computer hears of it and stops as well.
    assert!(!take_away(&mut a, &[ID]));
    assert_eq!(a.store.sharing().unwrap(), Sharing::Off);
    assert_eq!(a.data(ID), Some(json!({"city": "Brest"})));
    assert!(a.store.unsent_documents(9).unwrap().is_empty());
    // What one deletes now is nobody else's business, and nothing of it is kept.
    a.store.delete_draft(ID).unwrap();
    for computer in [&mut a, &mut b] {
        computer.store.share_drafts(true, at(900)).unwrap();
    }
    let mut portal = Portal::new();
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(a.data(ID), b.data(ID));
    assert_eq!(a.store.conflicts(ID).unwrap().len(), 1);
}

#[test]
fn what_never_travelled_needs_no_taking_away() {
    let mut a = Computer::new(100);
    a.store
        .add_draft(&draft(json!({"city": "Minsk"}), 50))
        .unwrap();
    a.store.share_drafts(false, at(200)).unwrap();
    assert_eq!(a.store.sharing().unwrap(), Sharing::Off);
    // Thought otherwise before it was done: that drafts were taken away meanwhile ends nothing.
    let (mut a, _, _) = two();
    a.store.share_drafts(false, at(300)).unwrap();
    a.store.share_drafts(true, at(310)).unwrap();
    assert!(take_away(&mut a, &[ID]));
    assert_eq!(a.store.sharing().unwrap(), Sharing::On);
    a.store.sharing_ended().unwrap();
    assert_eq!(a.store.sharing().unwrap(), Sharing::On);
}

#[test]
fn both_versions_of_a_field_are_kept_until_somebody_decides() {
    let (mut a, mut b, mut portal) = two();
    a.write("city", "Brest");
    a.write("street", "Lenina");
    b.write("city", "Gomel");
    until_quiet(&mut a, &mut b, &mut portal);
    let conflicts = a.store.conflicts(ID).unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts, b.store.conflicts(ID).unwrap());
    assert_eq!(a.data(ID).unwrap()["street"], "Lenina");
    let now = b.now();
    let chosen = Some(json!("Brest"));
    b.store
        .settle(ID, "/city", &conflicts[0].shown, chosen, now)
        .unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert!(a.store.conflicts(ID).unwrap().is_empty());
    assert_eq!(a.data(ID).unwrap()["city"], "Brest");
}

#[test]
fn files_are_named_on_the_other_side_and_come_after() {
    let (mut a, mut b, mut portal) = two();
    let first = a.attach(b"first");
    let second = b.attach(b"second");
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(a.files(), [first.clone(), second.clone()]);
    assert_eq!(b.files(), [second.clone(), first.clone()]);
    assert_eq!(a.missing(), std::slice::from_ref(&second));
    assert_eq!(b.missing(), std::slice::from_ref(&first));
    let mut incoming = b.store.begin_attachment().unwrap();
    b.store.append_attachment(&mut incoming, b"first").unwrap();
    assert!(b.store.has_begun(&incoming).unwrap());
    assert!(!a.store.has_begun(&incoming).unwrap());
    b.store.keep_file(&incoming).unwrap();
    assert!(b.missing().is_empty());
    assert_eq!(b.store.read_attachment(&first, 0).unwrap(), b"first");
    // What was attached elsewhere meanwhile is not undone with one's own.
    assert!(!b.store.draft_history(ID).unwrap().undo);
    b.take_off(&first);
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(a.files(), std::slice::from_ref(&second));
    let now = b.now();
    b.store.undo_draft(ID, now).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(a.files(), [second.clone(), first.clone()]);
    // One that comes when nobody names it any more does not stay.
    b.store.delete_draft(ID).unwrap();
    let mut late = b.store.begin_attachment().unwrap();
    b.store.append_attachment(&mut late, b"second").unwrap();
    b.store.keep_file(&late).unwrap();
    assert!(b.store.attachment_size(&second).is_err());
}

#[test]
fn a_deletion_does_not_take_what_it_did_not_know() {
    // Noticed by the one who deleted: the draft goes on.
    let (mut a, mut b, mut portal) = two();
    b.write("city", "Gomel");
    a.store.delete_draft(ID).unwrap();
    b.pass(&mut portal);
    until_quiet(&mut a, &mut b, &mut portal);
    for computer in [&a, &b] {
        assert_eq!(computer.data(ID), Some(json!({"city": "Gomel"})));
    }
    // Noticed by the other: it goes on under another identifier.
    let (mut a, mut b, mut portal) = two();
    b.write("city", "Gomel");
    a.store.delete_draft(ID).unwrap();
    a.pass(&mut portal);
    until_quiet(&mut a, &mut b, &mut portal);
    for computer in [&a, &b] {
        assert_eq!(computer.data(ID), None);
        assert_eq!(computer.data(next_id(ID)), Some(json!({"city": "Gomel"})));
    }
    assert_eq!(b.store.parted(next_id(ID)).unwrap(), Some(Ending::Deleted));
    b.store.parting_seen(next_id(ID)).unwrap();
    assert_eq!(b.store.parted(next_id(ID)).unwrap(), None);
    // Known, it takes everything, and leaves no value at the portal.
    let (mut a, mut b, mut portal) = two();
    a.store.delete_draft(ID).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!((a.data(ID), b.data(ID)), (None, None));
    assert!(
        !serde_json::to_string(&portal[&ID])
            .unwrap()
            .contains("Minsk")
    );
}

#[test]
fn what_was_decided_before_something_came_in_deletes_nothing() {
    let (mut a, mut b, mut portal) = two();
    let before = a.store.draft(ID).unwrap();
    let seen = a.store.seen(&before).unwrap();
    assert!(seen.is_some());
    b.write("city", "Gomel");
    until_quiet(&mut a, &mut b, &mut portal);
    // Who still shows the draft as it was has not seen what came.
    assert_eq!(a.store.seen(&before).unwrap(), None);
    for seen in [None, seen.as_ref()] {
        assert!(!a.store.delete_seen(ID, seen).unwrap());
    }
    assert_eq!(a.data(ID), Some(json!({"city": "Gomel"})));
    let seen = a.store.seen(&a.store.draft(ID).unwrap()).unwrap();
    assert!(a.store.delete_seen(ID, seen.as_ref()).unwrap());
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!((a.data(ID), b.data(ID)), (None, None));
}

#[test]
fn what_was_set_aside_here_outlives_an_end_elsewhere() {
    let (mut a, mut b, mut portal) = two();
    a.write("street", "Lenina");
    until_quiet(&mut a, &mut b, &mut portal);
    let label = Text::default();
    let carried = Carried {
        from_version: 1,
        to_version: 2,
        aside: vec![Aside {
            path: "/street".into(),
            label: label.clone(),
            value: json!("Lenina"),
            shown: label,
            reason: AsideReason::Gone,
        }],
        ..Carried::default()
    };
    let now = a.now();
    let mut without = draft(json!({"city": "Minsk"}), 0);
    (without.procedure_version, without.changed_at) = (2, now);
    a.store.carry_draft(&without, &carried).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(b.data(ID), Some(json!({"city": "Minsk"})));
    b.store.delete_draft(ID).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!((a.data(ID), b.data(ID)), (None, None));
    let copy = next_id(ID);
    assert_eq!(a.store.carried(copy).unwrap(), Some(carried));
    assert_eq!(a.store.parted(copy).unwrap(), Some(Ending::Deleted));
    assert_eq!(a.data(copy), b.data(copy));
    // Seen, it goes with the draft.
    a.store.dismiss_carried(copy).unwrap();
    b.store.delete_draft(copy).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert!(a.store.drafts().unwrap().is_empty());
}

/// Deleted there by somebody who saw all that stands in it, and could not see that it had been signed here.
#[test]
fn what_was_signed_here_for_an_earlier_form_outlives_an_end_elsewhere() {
    let (mut a, mut b, mut portal) = two();
    let carried = Carried {
        from_version: 1,
        to_version: 2,
        was_signed: true,
        ..Carried::default()
    };
    let now = a.now();
    let mut same = draft(a.data(ID).unwrap(), 0);
    (same.procedure_version, same.changed_at) = (2, now);
    a.store.carry_draft(&same, &carried).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    b.store.delete_draft(ID).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    let copy = next_id(ID);
    assert_eq!(a.store.carried(copy).unwrap(), Some(carried));
    assert_eq!(a.data(copy), b.data(copy));
    assert!(a.data(copy).is_some());
}

#[test]
fn what_was_written_while_the_draft_was_sent_goes_on() {
    let (mut a, mut b, mut portal) = two();
    a.sign();
    b.write("city", "Gomel");
    b.pass(&mut portal);
    a.pass(&mut portal);
    a.store.registered(&application()).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    for computer in [&a, &b] {
        assert_eq!(computer.data(ID), None);
        assert_eq!(computer.data(next_id(ID)), Some(json!({"city": "Gomel"})));
    }
    assert_eq!(
        b.store.parted(next_id(ID)).unwrap(),
        Some(Ending::Registered)
    );
}

#[test]
fn signed_twice_the_second_is_a_draft_again() {
    let (mut a, mut b, mut portal) = two();
    b.write("city", "Gomel");
    a.sign();
    b.sign();
    a.store.registered(&application()).unwrap();
    a.pass(&mut portal);
    b.pass(&mut portal);
    let now = b.now();
    b.store.registered_elsewhere(&application(), now).unwrap();
    assert!(b.store.outbox().unwrap().is_empty());
    until_quiet(&mut a, &mut b, &mut portal);
    for computer in [&a, &b] {
        assert_eq!(computer.data(next_id(ID)), Some(json!({"city": "Gomel"})));
    }
    // The same signed on both: nothing is left over.
    let (mut a, mut b, mut portal) = two();
    a.sign();
    b.sign();
    a.store.registered(&application()).unwrap();
    a.pass(&mut portal);
    b.pass(&mut portal);
    b.store.registered_elsewhere(&application(), now).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!((a.data(next_id(ID)), b.data(next_id(ID))), (None, None));
}

/// Signed on two computers. The one that stops to share hears that the portal has what the other
/// sent, and the other may not come to say that the draft ended, for it stops to share as well.
#[test]
fn signed_twice_the_draft_does_not_outlive_sharing_at_the_portal() {
    let (mut a, mut b, mut portal) = two();
    a.sign();
    b.write("city", "Gomel");
    b.sign();
    a.store.registered(&application()).unwrap();
    b.store.share_drafts(false, at(300)).unwrap();
    let now = b.now();
    b.store.registered_elsewhere(&application(), now).unwrap();
    // The portal has nothing new to tell of drafts.
    b.send(&mut portal);
    assert!(b.store.drafts_to_withdraw(9).unwrap().is_empty());
    b.store.sharing_ended().unwrap();
    assert_eq!(portal[&ID].end().unwrap().how, Ending::Registered);
    assert!(!portal[&ID].has_more_than(&Seen::default()));
    // What the portal does not have by that goes on.
    let copy = next_id(ID);
    assert_eq!(b.data(copy), Some(json!({"city": "Gomel"})));
    // The other one hears of that end, too, and of nothing that it did not have.
    a.pass(&mut portal);
    assert_eq!((a.data(ID), a.data(copy)), (None, None));
}

/// Three wrote in one draft, and none knew of the others: one who signed it, and two who changed the
/// same field. `b` has not heard of anything yet.
fn three() -> (Computer, Computer, Portal) {
    let (mut a, mut b, mut portal) = two();
    let mut c = Computer::new(110);
    c.pass(&mut portal);
    a.sign();
    b.write("city", "Brest");
    c.write("city", "Gomel");
    c.pass(&mut portal);
    a.store.registered(&application()).unwrap();
    a.fetch(&portal);
    assert_eq!(a.data(next_id(ID)), Some(json!({"city": "Gomel"})));
    (a, b, portal)
}

/// The versions of the city in the copy that goes on.
fn cities(computer: &Computer) -> Vec<Value> {
    let conflicts = computer.store.conflicts(next_id(ID)).unwrap();
    let others = conflicts.into_iter().flat_map(|one| one.others);
    let others = others.filter_map(|other| other.value);
    let mut cities: Vec<Value> = others.collect();
    cities.push(computer.data(next_id(ID)).unwrap()["city"].clone());
    cities.sort_by_key(Value::to_string);
    cities
}

#[test]
fn what_goes_on_is_not_taken_away_by_what_is_left_of_an_ended_draft() {
    let (mut a, mut b, mut portal) = three();
    // The portal has the end and the copy, and nobody hears of that; so it tells of them itself.
    for Unsent { document, .. } in a.store.unsent_documents(9).unwrap() {
        portal.insert(document.id, document);
    }
    assert!(portal[&ID].end().is_some());
    a.fetch(&portal);
    // All was taken away meanwhile, and the other puts there again what it has.
    portal.clear();
    b.send(&mut portal);
    a.fetch(&portal);
    assert_eq!(cities(&a), ["Brest", "Gomel"]);
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(cities(&b), ["Brest", "Gomel"]);
}

#[test]
fn what_waits_does_not_take_away_what_it_heard_only_the_end_of() {
    let (mut a, mut b, mut portal) = three();
    b.sign();
    a.pass(&mut portal);
    b.fetch(&portal);
    let now = b.now();
    b.store.registered_elsewhere(&application(), now).unwrap();
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(cities(&b), ["Brest", "Gomel"]);
    assert_eq!(cities(&a), ["Brest", "Gomel"]);
}

#[test]
fn taken_back_the_draft_has_what_came_meanwhile() {
    let (mut a, mut b, mut portal) = two();
    a.sign();
    b.write("street", "Lenina");
    b.pass(&mut portal);
    a.pass(&mut portal);
    let back = a.store.take_back(&draft(json!({"city": "Minsk"}), 900));
    assert_eq!(
        back.unwrap().data,
        json!({"city": "Minsk", "street": "Lenina"})
    );
    until_quiet(&mut a, &mut b, &mut portal);
    assert_eq!(a.data(ID), b.data(ID));
}

/// The portal tells of a draft that is registered already, as it was before; this store had written in
/// it since.
#[test]
fn an_older_copy_that_comes_back_takes_nothing_from_the_one_that_goes_on() {
    let (mut a, mut b, mut portal) = two();
    b.sign();
    a.write("city", "Gomel");
    a.sign();
    b.store.registered(&application()).unwrap();
    // For all that this one knows, the portal no longer has the draft.
    let now = a.now();
    a.store.documents_met(&[], &[ID], now).unwrap();
    a.store.registered_elsewhere(&application(), now).unwrap();
    a.fetch(&portal);
    // It does not come to life again beside its application.
    assert_eq!(a.data(ID), None);
    until_quiet(&mut a, &mut b, &mut portal);
    for computer in [&a, &b] {
        assert_eq!(computer.data(ID), None);
        assert_eq!(computer.data(next_id(ID)), Some(json!({"city": "Gomel"})));
        assert!(computer.store.conflicts(next_id(ID)).unwrap().is_empty());
    }
}
