//! How long finished applications stay: what leaves, what never does, and that it does not come again.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use kabinet_cache::{Changes, Kind, Over, Store};
use kabinet_records::{
    Applicant, Application, Attachment, Direction, Document, DocumentSignature, Draft, Event,
    Letter, LetterKind, Manifest, Message, ProcedureReference, Status, Words,
};
use kabinet_stb::Secret;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

/// Before this moment everything that has ended is over.
const CUTOFF: i64 = 1_700_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(CUTOFF + second).unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let key = Secret::new(vec![7; 32]);
    let store = Store::create(&folder.path().join("store.db"), &key).unwrap();
    (folder, store)
}

fn changes<'a, T>(changed: &'a [T], state: &'a str) -> Changes<'a, T> {
    Changes {
        complete: false,
        changed,
        removed: &[],
        state: Some(state),
    }
}

/// All there is, as after a reset.
fn all<'a, T>(changed: &'a [T], state: &'a str) -> Changes<'a, T> {
    Changes {
        complete: true,
        ..changes(changed, state)
    }
}

fn application(number: u128, status: Status, last: i64) -> Application {
    let event = |second, status| Event {
        at: at(second),
        status,
        note: None,
    };
    Application {
        id: id(number),
        procedure_id: "2.2".into(),
        procedure_version: 1,
        registration_number: format!("2023-{number}"),
        status,
        submitted_at: at(-900),
        history: vec![event(-900, Status::Registered), event(last, status)],
        deadline: None,
        signature_blob_id: None,
    }
}

/// A message on the application of the same number below 100.
fn message(number: u128, sent: i64) -> Message {
    Message {
        id: id(number),
        application_id: id(number % 100),
        direction: Direction::ToApplicant,
        author: Words::One("Registry".into()),
        sent_at: at(sent),
        subject: None,
        text: Words::One(format!("correspondence{number}")),
        request: None,
        in_reply_to: None,
        signature_blob_id: None,
    }
}

fn document(number: u128, issued: i64) -> Document {
    Document {
        id: id(number),
        application_id: id(number % 100),
        title: Words::One("Decision".into()),
        media_type: "text/plain".into(),
        size: 3,
        blob_id: format!("G{number}"),
        issued_at: at(issued),
        signature: DocumentSignature::Attached,
    }
}

/// Everything that the portal has of five applications; the first is over.
struct Portal {
    applications: Vec<Application>,
    messages: Vec<Message>,
    documents: Vec<Document>,
}

fn portal() -> Portal {
    Portal {
        applications: vec![
            application(1, Status::Approved, -10),
            // Its end is not long ago.
            application(2, Status::Refused, 10),
            // Nobody has decided yet.
            application(3, Status::DocumentsRequested, -800),
            // It ended long ago, and somebody wrote since.
            application(4, Status::Withdrawn, -500),
            // It ended long ago, and a document came since.
            application(5, Status::Approved, -500),
        ],
        messages: vec![
            message(101, -100),
            message(201, -20),
            message(104, 5),
            message(103, -700),
        ],
        documents: vec![document(301, -10), document(305, 3)],
    }
}

impl Portal {
    fn told(&self, store: &mut Store) {
        store
            .change_applications(&all(&self.applications, "a"))
            .unwrap();
        store.change_messages(&all(&self.messages, "m")).unwrap();
        store.change_documents(&all(&self.documents, "d")).unwrap();
        for document in store.documents_to_fetch().unwrap() {
            store.keep_document_blob(&document.blob_id, b"abc").unwrap();
            store.document_fetched(document.id).unwrap();
        }
    }
}

fn here(store: &Store) -> Vec<u128> {
    let mut found: Vec<u128> = store
        .newest_applications(99)
        .unwrap()
        .iter()
        .map(|one| one.id.as_u128())
        .collect();
    found.sort_unstable();
    found
}

fn finds(store: &mut Store, words: &str) -> usize {
    store.search_records(words, 10).unwrap().hits.len()
}

#[test]
fn what_is_over_leaves_with_everything_and_nothing_else_does() {
    let (_folder, mut store) = store();
    portal().told(&mut store);
    store.keep_signed_copy(id(1), b"\x30").unwrap();
    let expected = Over {
        applications: 1,
        messages: 2,
        documents: 1,
    };
    assert_eq!(store.over(at(0)).unwrap(), expected);
    assert_eq!(store.applications_over(at(0), 9).unwrap()[0].id, id(1));
    assert_eq!(finds(&mut store, "correspondence101"), 1);
    // Looking takes nothing.
    assert_eq!(here(&store), [1, 2, 3, 4, 5]);

    assert_eq!(store.let_go(at(0), 9).unwrap(), 1);
    assert_eq!(here(&store), [2, 3, 4, 5]);
    assert!(store.messages(id(1)).unwrap().is_empty());
    assert!(store.documents(id(1)).unwrap().is_empty());
    assert_eq!(store.document_blob("G301").unwrap(), None);
    assert_eq!(store.signed_copy(id(1)).unwrap(), None);
    assert_eq!(finds(&mut store, "correspondence101"), 0);
    // Of the others everything is there.
    assert_eq!(store.messages(id(4)).unwrap().len(), 1);
    assert!(store.document_blob("G305").unwrap().is_some());
    assert_eq!(finds(&mut store, "correspondence103"), 1);
    assert_eq!(store.let_go(at(0), 9).unwrap(), 0);
    assert!(store.is_whole().unwrap());
}

#[test]
fn what_left_comes_with_no_list_and_no_change() {
    let (_folder, mut store) = store();
    let portal = portal();
    portal.told(&mut store);
    store.let_go(at(0), 9).unwrap();
    // A reset: everything is told anew, the messages in two pages.
    portal.told(&mut store);
    store
        .change_messages(&changes(&portal.messages[..2], "m2"))
        .unwrap();
    store
        .change_documents(&changes(&portal.documents, "d2"))
        .unwrap();
    store
        .change_applications(&changes(&portal.applications, "a2"))
        .unwrap();
    assert_eq!(here(&store), [2, 3, 4, 5]);
    assert!(store.message(id(101)).is_err() && store.document(id(301)).is_err());
    assert_eq!(finds(&mut store, "correspondence101"), 0);
    assert_eq!(store.let_go_count().unwrap(), 1);
    assert!(!store.ask_again().unwrap());

    // The portal removes it: nothing is remembered of it.
    let removed = [id(1).to_string()];
    let gone = Changes {
        removed: &removed,
        ..changes(&[], "a3")
    };
    store.change_applications(&gone).unwrap();
    assert_eq!(store.let_go_count().unwrap(), 0);
}

#[test]
fn an_application_that_goes_on_comes_back_with_all_of_it() {
    let (_folder, mut store) = store();
    let mut portal = portal();
    portal.told(&mut store);
    store.let_go(at(0), 9).unwrap();
    let again = &mut portal.applications[0];
    again.history.push(Event {
        at: at(20),
        status: Status::Accepted,
        note: None,
    });
    again.status = Status::Accepted;
    store
        .change_applications(&changes(&portal.applications[..1], "a2"))
        .unwrap();
    assert_eq!(here(&store), [1, 2, 3, 4, 5]);
    // Its messages came long ago; the next pass asks for everything.
    assert!(store.ask_again().unwrap());
    for kind in [Kind::Application, Kind::Message, Kind::Document] {
        assert_eq!(store.sync_state(kind).unwrap(), None);
    }
    portal.told(&mut store);
    assert_eq!(store.messages(id(1)).unwrap().len(), 2);
    assert!(!store.ask_again().unwrap());
}

/// An authority that writes about an old matter is heard, and the matter is there to be read.
#[test]
fn a_new_message_or_document_brings_its_application_back() {
    for number in [501, 601] {
        let (_folder, mut store) = store();
        let mut portal = portal();
        portal.told(&mut store);
        store.let_go(at(0), 9).unwrap();
        if number == 501 {
            portal.messages.push(message(501, 30));
            store
                .change_messages(&changes(&portal.messages, "m2"))
                .unwrap();
            assert_eq!(store.message(id(501)).unwrap().sent_at, at(30));
        } else {
            portal.documents.push(document(601, 30));
            store
                .change_documents(&changes(&portal.documents, "d2"))
                .unwrap();
            assert_eq!(store.document(id(601)).unwrap().issued_at, at(30));
        }
        assert!(store.ask_again().unwrap());
        portal.told(&mut store);
        assert_eq!(here(&store), [1, 2, 3, 4, 5]);
        assert!(store.messages(id(1)).unwrap().len() >= 2);
        // It is not over any more.
        assert_eq!(store.let_go(at(0), 9).unwrap(), 0);
        assert_eq!(store.let_go(at(100), 9).unwrap(), 4);
    }
}

#[test]
fn keeping_more_brings_back_what_is_not_over_then() {
    let (_folder, mut store) = store();
    let mut portal = portal();
    portal
        .applications
        .push(application(6, Status::Refused, -600));
    portal.told(&mut store);
    assert_eq!(store.retention().unwrap(), None);
    store.set_retention(Some(1), Some(at(0))).unwrap();
    assert_eq!(store.retention().unwrap(), Some(1));
    // One transaction takes so many, the earliest end first.
    assert_eq!(store.let_go(at(0), 1).unwrap(), 1);
    assert_eq!(here(&store), [1, 2, 3, 4, 5]);
    assert_eq!(store.let_go(at(0), 1).unwrap(), 1);
    assert_eq!(store.let_go_count().unwrap(), 2);

    store.set_retention(Some(3), Some(at(-300))).unwrap();
    assert!(store.ask_again().unwrap());
    portal.told(&mut store);
    assert_eq!(here(&store), [1, 2, 3, 4, 5]);
    store.set_retention(None, None).unwrap();
    assert_eq!(store.retention().unwrap(), None);
    assert!(store.ask_again().unwrap());
    portal.told(&mut store);
    assert_eq!(here(&store), [1, 2, 3, 4, 5, 6]);
    assert_eq!(store.let_go_count().unwrap(), 0);
}

/// What the person writes about an application keeps it here, and what they attached.
#[test]
fn what_waits_and_what_is_being_written_keeps_it_here() {
    let (_folder, mut store) = store();
    portal().told(&mut store);
    let letter = Letter::new(
        LetterKind::Reply,
        id(900),
        id(1),
        Applicant::default(),
        "I ask again".into(),
        at(9),
    );
    let octets = letter.to_canonical().unwrap();
    store
        .letter_into_outbox(&letter, &octets, b"\x30", at(9))
        .unwrap();
    assert_eq!(store.let_go(at(0), 9).unwrap(), 0);
    // Taken back, it is being written again, about the application.
    store.take_back_letter(id(900)).unwrap();
    store.keep_letter_text(id(1), "").unwrap();
    store.keep_letter_text(id(101), "I ask").unwrap();
    assert_eq!(store.let_go(at(0), 9).unwrap(), 0);
    store.keep_letter_text(id(101), "").unwrap();

    let mut incoming = store.begin_attachment().unwrap();
    store.append_attachment(&mut incoming, b"a file").unwrap();
    let file = Attachment {
        name: "a.pdf".into(),
        media_type: "application/pdf".into(),
        size: 6,
        hash: incoming.hash(),
    };
    store
        .attach_to_letter(&incoming, id(101), file.clone())
        .unwrap();
    assert_eq!(store.let_go(at(0), 9).unwrap(), 0);
    store.remove_from_letter(id(101), None).unwrap();

    // A document that has not come yet could not have been saved.
    store
        .change_documents(&changes(&[document(401, -9)], "d2"))
        .unwrap();
    assert_eq!(store.let_go(at(0), 9).unwrap(), 0);
    store.document_fetched(id(401)).unwrap();
    assert_eq!(store.let_go(at(0), 9).unwrap(), 1);
    assert!(store.attachment_size(&file.hash).is_err());
}

/// Files of what was sent leave with it, unless something else needs them.
#[test]
fn files_leave_unless_a_draft_has_them() {
    let (_folder, mut store) = store();
    let mut put = |content: &[u8]| {
        let mut incoming = store.begin_attachment().unwrap();
        store.append_attachment(&mut incoming, content).unwrap();
        let file = Attachment {
            name: "a.pdf".into(),
            media_type: "application/pdf".into(),
            size: content.len() as u64,
            hash: incoming.hash(),
        };
        (incoming, file)
    };
    let (first, alone) = put(b"alone");
    let (second, shared) = put(b"shared");
    let draft = |number, files: &[&Attachment]| Draft {
        id: id(number),
        procedure_id: "2.2".into(),
        procedure_version: 1,
        data: json!({}),
        prefilled: BTreeMap::new(),
        attachments: files.iter().map(|&file| file.clone()).collect(),
        changed_at: at(-950),
    };
    store.add_draft(&draft(1, &[])).unwrap();
    for (incoming, file) in [(&first, &alone), (&second, &shared)] {
        let edit = |draft: &mut Draft| draft.attachments.push(file.clone());
        store.attach(incoming, id(1), edit).unwrap();
    }
    store.add_draft(&draft(7, &[&shared])).unwrap();
    let reference = ProcedureReference {
        id: "2.2".into(),
        version: 1,
    };
    let mut manifest = Manifest::new(id(1), reference, Applicant::default(), json!({}), at(-940));
    manifest.attachments = vec![alone.clone(), shared.clone()];
    let octets = manifest.to_canonical().unwrap();
    store
        .sign_into_outbox(id(1), &octets, b"\x30", at(-940))
        .unwrap();
    store
        .registered(&application(1, Status::Registered, -900))
        .unwrap();
    assert_eq!(store.attachment_size(&alone.hash).unwrap(), 5);
    let decided = [application(1, Status::Approved, -10)];
    store.change_applications(&changes(&decided, "a")).unwrap();
    assert_eq!(store.let_go(at(0), 9).unwrap(), 1);
    assert!(store.attachment_size(&alone.hash).is_err());
    assert_eq!(store.attachment_size(&shared.hash).unwrap(), 6);
    assert_eq!(store.signed_copy(id(1)).unwrap(), None);
    assert_eq!(store.drafts().unwrap().len(), 1);
}
