//! The store as its users meet it: what is kept, what is refused, what is on the disk.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kabinet_cache::{Changes, Kind, Person, Store, StoreError};
use kabinet_records::{Application, Draft, Event, Form, Holder, Procedure, Status, Text};
use kabinet_stb::Secret;
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
        state,
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
    assert_eq!(store.version().unwrap(), 6);
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
        state: "p2",
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
    set(place.folder.path(), 0o700);
    if bound {
        assert!(matches!(opened, Err(StoreError::ReadOnly)), "{opened:?}");
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
    let gone = store.applications_after(Uuid::nil(), 40);
    assert!(matches!(gone, Err(StoreError::NotFound)));
}
