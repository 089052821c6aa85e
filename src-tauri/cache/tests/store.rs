//! The store as its users meet it: what is kept, what is refused, what is on the disk.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kabinet_cache::{Changes, Kind, OutboxKind, Person, Store, StoreError};
use kabinet_records::{
    Applicant, Application, Attachment, Direction, Document, DocumentSignature, Draft, Event, Form,
    Holder, Letter, LetterKind, Message, Procedure, Request, RequestKind, Status, Text, Words,
};
use kabinet_stb::Secret;
use kabinet_stb::hash::belt_hash;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

const MARK: &str = "SECRETMARK-4210587A001PB5";

struct Place {
    folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        Self { folder, path }
    }

    fn create(&self) -> Store {
        Store::create(&self.path, &key(1)).unwrap()
    }

    fn open(&self) -> Store {
        Store::open(&self.path, &key(1)).unwrap()
    }

    /// Names of the files that are there now.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn key(octet: u8) -> Secret {
    Secret::new(vec![octet; 32])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn draft(number: u128) -> Draft {
    Draft {
        id: Uuid::from_u128(number),
        procedure_id: "2.6".into(),
        procedure_version: 3,
        data: json!({"personalNumber": MARK, "order": 2}),
        prefilled: BTreeMap::from([("/personalNumber".into(), "card.personalNumber".into())]),
        attachments: Vec::new(),
        changed_at: at(i64::try_from(number).unwrap()),
    }
}

fn application(number: u128) -> Application {
    Application {
        id: Uuid::from_u128(number),
        procedure_id: "2.6".into(),
        procedure_version: 3,
        registration_number: format!("R-{number}"),
        status: Status::Registered,
        submitted_at: at(i64::try_from(number).unwrap()),
        history: vec![Event {
            at: at(1),
            status: Status::Registered,
            note: None,
        }],
        deadline: Some(at(864_000)),
        signature_blob_id: None,
    }
}

fn procedure(id: &str) -> Procedure {
    Procedure {
        id: id.into(),
        version: 1,
        title: Text::default(),
        description: Text::default(),
        authority: Text::default(),
        cost: Text::default(),
        term: Text::default(),
        validity: None,
        evidence: vec![Text::default()],
        legal_basis: Text::default(),
        keywords: vec!["child".into()],
        form: Form {
            schema: json!({"type": "object"}),
            ui: json!({}),
        },
    }
}

fn person() -> Person {
    Person {
        portal: "https://portal.example".into(),
        subject: "opaque".into(),
        holder: Holder {
            personal_number: Some(MARK.into()),
            ..Holder::default()
        },
    }
}

fn whole<'a, T>(changed: &'a [T], state: &'a str) -> Changes<'a, T> {
    Changes {
        complete: true,
        changed,
        removed: &[],
        state: Some(state),
    }
}

#[test]
fn everything_is_there_after_a_restart() {
    let place = Place::new();
    let mut store = place.create();
    assert!(store.person().unwrap().is_none() && store.session().unwrap().is_none());
    store
        .sign_in(&person(), &Secret::new(b"token".to_vec()))
        .unwrap();
    store.add_draft(&draft(1)).unwrap();
    store.add_draft(&draft(2)).unwrap();
    let catalogue = [procedure("2.6"), procedure("1.1.5")];
    store.change_procedures(&whole(&catalogue, "p1")).unwrap();
    store
        .change_applications(&whole(&[application(3)], "a1"))
        .unwrap();
    drop(store);

    let mut store = place.open();
    assert_eq!(store.version().unwrap(), 13);
    assert_eq!(store.person().unwrap(), Some(person()));
    assert_eq!(store.session().unwrap().unwrap().expose(), b"token");
    assert_eq!(store.drafts().unwrap(), [draft(2), draft(1)]);
    assert_eq!(store.procedure("2.6").unwrap(), procedure("2.6"));
    assert_eq!(store.procedures().unwrap().len(), 2);
    assert_eq!(
        store.application(Uuid::from_u128(3)).unwrap(),
        application(3)
    );
    assert_eq!(
        store.sync_state(Kind::Procedure).unwrap().as_deref(),
        Some("p1")
    );
    assert_eq!(
        store.sync_state(Kind::Application).unwrap().as_deref(),
        Some("a1")
    );

    // Some changes, not all.
    let changes = Changes {
        complete: false,
        changed: &[procedure("7")],
        removed: &["2.6".to_owned()],
        state: Some("p2"),
    };
    store.change_procedures(&changes).unwrap();
    let ids: Vec<String> = store
        .procedures()
        .unwrap()
        .into_iter()
        .map(|known| known.id)
        .collect();
    assert_eq!(ids, ["1.1.5", "7"]);
    // What left the catalogue is still there for the drafts that name it.
    assert_eq!(store.procedure("2.6").unwrap(), procedure("2.6"));
    assert!(store.is_withdrawn("2.6").unwrap() && store.is_withdrawn("8").unwrap());
    assert!(!store.is_withdrawn("7").unwrap());
    store
        .change_procedures(&whole(&[procedure("2.6")], "p3"))
        .unwrap();
    assert!(!store.is_withdrawn("2.6").unwrap() && store.is_withdrawn("7").unwrap());
    assert_eq!(store.procedures().unwrap().len(), 1);
    store.set_session(None).unwrap();
    assert!(store.session().unwrap().is_none());
}

#[test]
fn nothing_on_the_disk_is_in_the_clear() {
    let place = Place::new();
    let mut store = place.create();
    store
        .sign_in(&person(), &Secret::new(MARK.as_bytes().to_vec()))
        .unwrap();
    store.add_draft(&draft(1)).unwrap();
    store
        .sign_into_outbox(Uuid::from_u128(1), MARK.as_bytes(), MARK.as_bytes(), at(0))
        .unwrap();
    // With the journal still there, and after it was taken over.
    let mut seen = 0;
    let mut look = |names: Vec<String>| {
        for name in names {
            let octets = std::fs::read(place.folder.path().join(name)).unwrap();
            seen += octets.len();
            for plain in [MARK, "SQLite format 3", "CREATE TABLE", "portal.example"] {
                let found = octets
                    .windows(plain.len())
                    .any(|part| part == plain.as_bytes());
                assert!(!found, "{plain}");
            }
        }
    };
    assert!(place.files().contains(&"store.db-wal".to_owned()));
    look(place.files());
    drop(store);
    look(place.files());
    assert!(seen > 8192);
}

#[test]
fn other_keys_and_other_files_do_not_open() {
    let place = Place::new();
    place.create().add_draft(&draft(1)).unwrap();
    let wrong = Store::open(&place.path, &key(2));
    assert!(matches!(wrong, Err(StoreError::Damaged)));
    let short = Store::open(&place.path, &Secret::new(vec![1; 31]));
    assert!(matches!(short, Err(StoreError::WrongKey)));
    // The wrong tries have harmed nothing.
    assert_eq!(place.open().drafts().unwrap().len(), 1);
    let again = Store::create(&place.path, &key(1));
    assert!(matches!(again, Err(StoreError::Exists)));
    let none = Store::open(&place.folder.path().join("none.db"), &key(1));
    assert!(matches!(none, Err(StoreError::NotFound)));

    let mut octets = std::fs::read(&place.path).unwrap();
    for page in octets.chunks_mut(4096).skip(1) {
        page[100] ^= 1;
    }
    std::fs::write(&place.path, &octets).unwrap();
    // A page's MAC shows it, at once or when the page is read.
    let damaged = Store::open(&place.path, &key(1)).and_then(|mut store| {
        store.drafts()?;
        store.outbox()?;
        store.procedures()?;
        store.person()?;
        store.session()?;
        store.signed_copy(Uuid::nil())?;
        store.newest_applications(5)?;
        store.sync_state(Kind::Procedure)?;
        store.search_procedures("")?;
        Ok(store.search_records("word", 5)?.hits.len())
    });
    assert!(matches!(damaged, Err(StoreError::Damaged)), "{damaged:?}");
}

#[test]
fn a_second_instance_is_told_so() {
    let place = Place::new();
    let store = place.create();
    let second = Store::open(&place.path, &key(1));
    assert!(matches!(second, Err(StoreError::Busy)));
    assert!(matches!(
        kabinet_cache::forget(&place.path),
        Err(StoreError::Busy)
    ));
    drop(store);
    place.open();
}

#[test]
fn a_signature_takes_the_place_of_its_draft() {
    let place = Place::new();
    let mut store = place.create();
    store.add_draft(&draft(1)).unwrap();
    let id = Uuid::from_u128(1);
    store
        .sign_into_outbox(id, b"manifest", b"cms", at(5))
        .unwrap();
    assert!(matches!(store.draft(id), Err(StoreError::NotFound)));
    // What a slow window still wants to save does not bring the draft back.
    assert!(matches!(
        store.change_draft(&draft(1)),
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        store.sign_into_outbox(id, b"manifest", b"other", at(6)),
        Err(StoreError::NotFound)
    ));
    drop(store);
    let mut store = place.open();
    let item = store.outbox_item(id).unwrap();
    assert_eq!(
        (item.manifest.as_slice(), item.cms.as_slice()),
        (&b"manifest"[..], &b"cms"[..])
    );
    assert_eq!(
        (item.signed_at, item.tries, item.refused),
        (at(5), 0, false)
    );

    assert_eq!(store.outbox_due().unwrap(), Some(item.next_try_at));
    store.outbox_tried(id).unwrap();
    assert_eq!(store.outbox_item(id).unwrap().tries, 1);
    store.outbox_failed(id, "offline", at(60)).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(at(60)));
    store.outbox_tried(id).unwrap();
    store.outbox_refused(id, "invalidForm").unwrap();
    assert_eq!(store.outbox_due().unwrap(), None);
    let item = store.outbox_item(id).unwrap();
    assert_eq!((item.tries, item.next_try_at), (2, at(60)));
    assert_eq!(
        (item.refused, item.problem.as_deref()),
        (true, Some("invalidForm"))
    );

    store.registered(&application(1)).unwrap();
    assert!(store.outbox().unwrap().is_empty());
    assert_eq!(store.application(id).unwrap(), application(1));
    assert_eq!(store.signed_copy(id).unwrap().as_deref(), Some(&b"cms"[..]));
    // The answer may come twice.
    store.registered(&application(1)).unwrap();
    assert_eq!(store.signed_copy(id).unwrap().as_deref(), Some(&b"cms"[..]));
    assert_eq!(store.newest_applications(9).unwrap().len(), 1);
}

#[test]
fn taking_back_is_whole_or_not_at_all() {
    let place = Place::new();
    let mut store = place.create();
    store.add_draft(&draft(1)).unwrap();
    let id = Uuid::from_u128(1);
    store
        .sign_into_outbox(id, b"manifest", b"cms", at(5))
        .unwrap();
    // A draft of that name is in the way: the signature must stay.
    store.add_draft(&draft(1)).unwrap();
    assert!(store.take_back(&draft(1)).is_err());
    assert_eq!(store.outbox().unwrap().len(), 1);
    store.delete_draft(id).unwrap();
    store.take_back(&draft(1)).unwrap();
    assert!(store.outbox().unwrap().is_empty());
    assert_eq!(store.draft(id).unwrap(), draft(1));
    assert!(matches!(
        store.take_back(&draft(1)),
        Err(StoreError::NotFound)
    ));
}

#[test]
fn a_full_disk_loses_nothing() {
    let place = Place::new();
    let mut store = place.create();
    store.add_draft(&draft(1)).unwrap();
    store.limit_pages(1).unwrap();
    let id = Uuid::from_u128(1);
    let large = vec![0; 1024 * 1024];
    let full = store.sign_into_outbox(id, &large, &large, at(5));
    assert!(matches!(full, Err(StoreError::DiskFull)), "{full:?}");
    // The draft is not gone, now or after a restart.
    assert_eq!(store.draft(id).unwrap(), draft(1));
    drop(store);
    let mut store = place.open();
    assert_eq!(store.draft(id).unwrap(), draft(1));
    assert!(store.outbox().unwrap().is_empty());
    store.sign_into_outbox(id, &large, &large, at(5)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_says_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    drop(place.create());
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&place.path, 0o400);
    set(place.folder.path(), 0o500);
    // Whoever may write everywhere cannot see this.
    let bound = std::fs::write(place.folder.path().join("x"), b"").is_err();
    let opened = Store::open(&place.path, &key(1)).and_then(|store| store.add_draft(&draft(1)));
    let read = Store::open(&place.path, &key(1));
    set(place.folder.path(), 0o700);
    if bound {
        assert!(matches!(opened, Err(StoreError::ReadOnly)), "{opened:?}");
        let store = read.unwrap();
        assert!(store.is_read_only() && store.drafts().unwrap().is_empty());
    }
}

#[test]
fn a_long_list_is_read_in_pages() {
    let place = Place::new();
    let mut store = place.create();
    // Several at one moment, so that the order within a moment matters.
    let many: Vec<Application> = (1..=250)
        .map(|number| Application {
            submitted_at: at(i64::try_from(number / 7).unwrap()),
            ..application(number)
        })
        .collect();
    store.change_applications(&whole(&many, "a")).unwrap();
    let mut pages = store.newest_applications(40).unwrap();
    loop {
        let last = pages.last().unwrap().id;
        let next = store.applications_after(last, 40).unwrap();
        assert!(next.len() <= 40);
        if next.is_empty() {
            break;
        }
        pages.extend(next);
    }
    assert_eq!(pages, store.newest_applications(1000).unwrap());
    assert_eq!(pages.len(), 250);
    assert_eq!(store.application_count().unwrap(), 250);
    for (place, count) in [(0, 40), (113, 40), (240, 40), (250, 1)] {
        let part = store.applications_from(place, count).unwrap();
        let end = (place + count).min(250);
        assert_eq!(part, pages[place..end], "{place}");
    }
    let gone = store.applications_after(Uuid::nil(), 40);
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

fn letter(number: u128, application: u128, answers: Option<u128>) -> Letter {
    let mut letter = Letter::new(
        LetterKind::Reply,
        Uuid::from_u128(number),
        Uuid::from_u128(application),
        Applicant::default(),
        "так".into(),
        at(0),
    );
    letter.in_reply_to = answers.map(Uuid::from_u128);
    letter
}

fn message(number: u128, application: u128, due: Option<i64>) -> Message {
    Message {
        id: Uuid::from_u128(number),
        application_id: Uuid::from_u128(application),
        direction: Direction::ToApplicant,
        author: Words::One(MARK.into()),
        sent_at: at(i64::try_from(number).unwrap()),
        subject: None,
        text: Words::Three(Text::default()),
        request: due.map(|due| Request {
            kind: RequestKind::Documents,
            wanted: Vec::new(),
            deadline: Some(at(due)),
        }),
        in_reply_to: None,
        signature_blob_id: None,
    }
}

#[test]
fn a_letter_waits_behind_its_application() {
    let place = Place::new();
    let mut store = place.create();
    store.add_draft(&draft(1)).unwrap();
    let id = Uuid::from_u128(1);
    store.sign_into_outbox(id, b"m", b"cms", at(1)).unwrap();
    store
        .letter_into_outbox(&letter(2, 1, None), b"letter", b"signed", at(2))
        .unwrap();
    let outbox = store.outbox().unwrap();
    assert_eq!(outbox[0].kind, OutboxKind::Application);
    assert_eq!(outbox[1].kind, OutboxKind::Letter(LetterKind::Reply));
    assert_eq!(outbox[1].application, Some(id));
    // The application has to wait, so the letter is not due either.
    store.outbox_failed(id, "offline", at(500)).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(at(500)));
    store.registered(&application(1)).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(Timestamp::UNIX_EPOCH));
    drop(store);

    let mut store = place.open();
    let mut sent = message(2, 1, None);
    sent.direction = Direction::FromApplicant;
    store.delivered(&sent).unwrap();
    assert!(store.outbox().unwrap().is_empty());
    assert_eq!(store.messages(id).unwrap(), [sent]);
    let copy = store.signed_copy(Uuid::from_u128(2)).unwrap();
    assert_eq!(copy.unwrap(), b"signed");

    // An application that is taken back takes its letters with it; a letter alone can be dropped.
    store.add_draft(&draft(3)).unwrap();
    let other = Uuid::from_u128(3);
    store.sign_into_outbox(other, b"m", b"cms", at(3)).unwrap();
    for number in [4, 5] {
        store
            .letter_into_outbox(&letter(number, 3, None), b"l", b"s", at(4))
            .unwrap();
    }
    store.take_back_letter(Uuid::from_u128(4)).unwrap();
    assert!(matches!(
        store.take_back_letter(other),
        Err(StoreError::NotFound)
    ));
    assert_eq!(store.outbox().unwrap().len(), 2);
    store.take_back(&draft(3)).unwrap();
    assert!(store.outbox().unwrap().is_empty());
}

/// The clock may be set back between two signatures.
#[test]
fn letters_leave_as_they_were_signed_whatever_the_clock_showed() {
    let place = Place::new();
    let mut store = place.create();
    for (number, second) in [(1, 900), (2, 5)] {
        store
            .letter_into_outbox(&letter(number, 9, None), b"l", b"s", at(second))
            .unwrap();
    }
    let ids = store.outbox().unwrap().into_iter().map(|item| item.id);
    assert_eq!(ids.collect::<Vec<_>>(), [1, 2].map(Uuid::from_u128));
    let first = Uuid::from_u128(1);
    store.outbox_failed(first, "offline", at(1000)).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(at(1000)));
}

/// A withdrawal would close the application for the reply that was signed before it.
#[test]
fn letters_on_one_application_leave_in_their_order() {
    let place = Place::new();
    let mut store = place.create();
    for (number, application) in [(1, 9), (2, 9), (3, 8)] {
        let at = at(i64::try_from(number).unwrap());
        store
            .letter_into_outbox(&letter(number, application, None), b"l", b"s", at)
            .unwrap();
    }
    let id = Uuid::from_u128;
    store.outbox_failed(id(3), "offline", at(900)).unwrap();
    store.outbox_failed(id(1), "offline", at(500)).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(at(500)));
    // What is held back or refused keeps nothing behind it.
    store.pause_outbox(id(1), true).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(Timestamp::UNIX_EPOCH));
    store.pause_outbox(id(1), false).unwrap();
    store.outbox_failed(id(1), "offline", at(600)).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(at(600)));
    store.outbox_refused(id(1), "application_closed").unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(Timestamp::UNIX_EPOCH));
}

#[test]
fn what_is_written_stays_until_it_is_signed_and_comes_back_when_it_is_taken_back() {
    let place = Place::new();
    let store = place.create();
    let (asked, about) = (Uuid::from_u128(2), Uuid::from_u128(9));
    store.keep_letter_text(asked, "Дасылаю").unwrap();
    store.keep_letter_text(asked, "Дасылаю копію").unwrap();
    store.keep_letter_text(about, "Перадумала").unwrap();
    drop(store);
    let mut store = place.open();
    assert_eq!(store.letter_text(asked).unwrap(), "Дасылаю копію");
    let mut reply = letter(10, 9, Some(2));
    reply.text = "Дасылаю копію".into();
    let octets = reply.to_canonical().unwrap();
    store
        .letter_into_outbox(&reply, &octets, b"s", at(4))
        .unwrap();
    assert_eq!(store.letter_text(asked).unwrap(), "");
    assert_eq!(store.letter_text(about).unwrap(), "Перадумала");
    // Nothing of both is lost.
    store.keep_letter_text(asked, "І яшчэ").unwrap();
    store.take_back_letter(reply.message).unwrap();
    assert_eq!(store.letter_text(asked).unwrap(), "Дасылаю копію\n\nІ яшчэ");
}

#[test]
fn what_came_to_a_letter_since_it_was_shown_stays_for_the_next() {
    let place = Place::new();
    let mut store = place.create();
    let asked = Uuid::from_u128(2);
    let mut add = |text: &str| {
        let content = text.as_bytes();
        let mut incoming = store.begin_attachment().unwrap();
        store.append_attachment(&mut incoming, content).unwrap();
        let file = Attachment {
            name: text.to_owned(),
            media_type: "text/plain".to_owned(),
            size: u64::try_from(content.len()).unwrap(),
            hash: belt_hash(content)
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect(),
        };
        store.attach_to_letter(&incoming, asked, file).unwrap()
    };
    let mut reply = letter(10, 9, Some(2));
    reply.attachments = add("signed");
    assert_eq!(add("since").len(), 2);
    store.keep_letter_text(asked, "Дасылаю і гэта").unwrap();
    reply.text = "Дасылаю".into();
    let octets = reply.to_canonical().unwrap();
    store
        .letter_into_outbox(&reply, &octets, b"s", at(4))
        .unwrap();
    assert_eq!(store.letter_text(asked).unwrap(), "Дасылаю і гэта");
    let left = store.letter_files(asked).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].name, "since");
}

#[test]
fn a_request_is_due_until_it_is_answered() {
    let place = Place::new();
    let mut store = place.create();
    let requests = [
        message(1, 9, Some(100)),
        message(2, 9, Some(50)),
        message(3, 9, None),
    ];
    store.change_messages(&whole(&requests, "m1")).unwrap();
    let due = |store: &Store, until: i64| -> Vec<u128> {
        let due = store.requests_due(at(until)).unwrap();
        due.iter().map(|message| message.id.as_u128()).collect()
    };
    assert_eq!(due(&store, 200), [2, 1]);
    assert_eq!(due(&store, 60), [2]);
    store
        .letter_into_outbox(&letter(10, 9, Some(2)), b"l", b"s", at(4))
        .unwrap();
    assert_eq!(due(&store, 200), [1]);
    let mut answer = message(10, 9, None);
    answer.in_reply_to = Some(Uuid::from_u128(2));
    store.delivered(&answer).unwrap();
    assert_eq!(due(&store, 200), [1]);
    assert!(store.is_answered(Uuid::from_u128(2)).unwrap());
    // The portal removes one.
    let gone = [Uuid::from_u128(1).to_string()];
    let changes = Changes {
        complete: false,
        changed: &[],
        removed: &gone,
        state: Some("m2"),
    };
    store.change_messages(&changes).unwrap();
    assert_eq!(due(&store, 200), [] as [u128; 0]);
    assert_eq!(
        store.sync_state(Kind::Message).unwrap().as_deref(),
        Some("m2")
    );
    assert_eq!(store.newest_messages(2).unwrap().len(), 2);
}

#[test]
fn octets_of_documents_come_and_go_with_them() {
    let place = Place::new();
    let mut store = place.create();
    let document = Document {
        id: Uuid::from_u128(1),
        application_id: Uuid::from_u128(9),
        title: Words::One("рашэнне".into()),
        media_type: "text/plain".into(),
        size: 3,
        blob_id: "Ga".into(),
        issued_at: at(1),
        signature: DocumentSignature::Detached {
            blob_id: "Gb".into(),
        },
    };
    let documents = [document.clone()];
    store.change_documents(&whole(&documents, "d1")).unwrap();
    assert_eq!(kabinet_cache::blobs(&document), ["Ga", "Gb"]);
    assert_eq!(store.documents_to_fetch().unwrap(), documents);
    for name in ["Ga", "Gb"] {
        store.keep_document_blob(name, name.as_bytes()).unwrap();
    }
    store.document_fetched(document.id).unwrap();
    assert!(store.documents_to_fetch().unwrap().is_empty());
    assert_eq!(store.document_blob("Gb").unwrap().unwrap(), b"Gb");
    assert_eq!(store.documents(Uuid::from_u128(9)).unwrap(), documents);
    let none: [Document; 0] = [];
    store.change_documents(&whole(&none, "d2")).unwrap();
    assert!(store.document_blob("Ga").unwrap().is_none());
    assert!(store.document_blob("Gb").unwrap().is_none());
}

#[test]
fn it_is_asked_about_documents_when_it_is_time() {
    let place = Place::new();
    let mut store = place.create();
    let document = |number: u128| Document {
        id: Uuid::from_u128(number),
        application_id: Uuid::from_u128(9),
        title: Words::One("рашэнне".into()),
        media_type: "text/plain".into(),
        size: 3,
        blob_id: format!("G{number}"),
        issued_at: at(i64::try_from(number).unwrap()),
        signature: DocumentSignature::Attached,
    };
    let documents: Vec<Document> = (1..=4).map(document).collect();
    store.change_documents(&whole(&documents, "d1")).unwrap();
    let due = |store: &Store, count: usize, now: i64| -> Vec<(u128, u32)> {
        let due = store.documents_to_ask(count, at(now)).unwrap();
        due.into_iter()
            .map(|(document, in_vain)| (document.id.as_u128(), in_vain))
            .collect()
    };
    // Nothing can be asked about what has not come.
    assert_eq!(due(&store, 9, 100), []);
    for document in &documents {
        store.document_fetched(document.id).unwrap();
    }
    assert_eq!(due(&store, 9, 100), [(4, 0), (3, 0), (2, 0), (1, 0)]);
    assert_eq!(due(&store, 2, 100), [(4, 0), (3, 0)]);

    let asked = |store: &Store, number: u128, now: i64, again: i64, in_vain: bool| {
        let id = Uuid::from_u128(number);
        store
            .document_asked(id, at(now), at(again), in_vain)
            .unwrap();
    };
    for number in 1..=3 {
        asked(&store, number, 100, 200, number > 1);
    }
    asked(&store, 4, 100, 300, false);
    assert_eq!(due(&store, 9, 199), []);
    assert_eq!(due(&store, 9, 200), [(3, 1), (2, 1), (1, 0)]);
    // Only the newest count, those of which it is not time among them.
    assert_eq!(due(&store, 2, 200), [(3, 1)]);
    asked(&store, 3, 200, 400, true);
    asked(&store, 2, 200, 400, false);
    assert_eq!(due(&store, 9, 400), [(4, 0), (3, 2), (2, 0), (1, 0)]);
    // The clock was ahead when it was asked.
    asked(&store, 1, 5_000, 9_000, false);
    assert_eq!(due(&store, 9, 201), [(1, 0)]);
    // Another document under the same name is a new one.
    let mut other = document(3);
    other.size = 4;
    store.change_documents(&whole(&[other], "d2")).unwrap();
    store.document_fetched(Uuid::from_u128(3)).unwrap();
    assert_eq!(due(&store, 9, 201), [(3, 0)]);
}
