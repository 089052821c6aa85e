//! Damage: what is found out, what is saved, what a power cut in the middle leaves.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kabinet_cache::{Changes, Kind, Person, Store, StoreError, forget, repair, settle};
use kabinet_records::{Application, Draft, Holder, Status};
use kabinet_stb::Secret;
use serde_json::json;
use uuid::Uuid;

const PAGE: usize = 4096;
const DRAFTS: u128 = 40;
const WAITING: u128 = 12;
const APPLICATIONS: u128 = 60;

fn key() -> Secret {
    Secret::new(vec![5; 32])
}

fn at(second: u128) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + i64::try_from(second).unwrap()).unwrap()
}

fn draft(number: u128) -> Draft {
    Draft {
        id: Uuid::from_u128(number),
        procedure_id: "2.6".into(),
        procedure_version: 1,
        data: json!({"text": format!("{number} {}", "words ".repeat(150))}),
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: at(number),
    }
}

fn application(number: u128) -> Application {
    Application {
        id: Uuid::from_u128(10_000 + number),
        procedure_id: "2.6".into(),
        procedure_version: 1,
        registration_number: format!("R-{number}"),
        status: Status::Registered,
        submitted_at: at(number),
        history: Vec::new(),
        deadline: None,
    }
}

fn waiting(number: u128) -> Uuid {
    Uuid::from_u128(5_000 + number)
}

/// A store with something in every table, closed.
fn filled(path: &Path) {
    let mut store = Store::create(path, &key()).unwrap();
    let person = Person {
        portal: "https://portal.example".into(),
        subject: "opaque".into(),
        holder: Holder::default(),
    };
    store
        .sign_in(&person, &Secret::new(b"token".to_vec()))
        .unwrap();
    for number in 0..WAITING {
        let id = waiting(number);
        store.add_draft(&Draft { id, ..draft(0) }).unwrap();
        let manifest = json!({"number": number.to_string(), "text": "x".repeat(900)})
            .to_string()
            .into_bytes();
        store
            .sign_into_outbox(id, &manifest, &manifest, at(number))
            .unwrap();
    }
    for number in 0..DRAFTS {
        store.add_draft(&draft(number)).unwrap();
    }
    let applications: Vec<Application> = (0..APPLICATIONS).map(application).collect();
    let changes = Changes {
        complete: true,
        changed: &applications,
        removed: &[],
        state: "a1",
    };
    store.change_applications(&changes).unwrap();
}

/// Everything of the page becomes other octets.
fn damage(octets: &mut [u8], page: usize) {
    for octet in octets.iter_mut().skip(page * PAGE).take(PAGE) {
        *octet = octet.wrapping_mul(31).wrapping_add(7);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

struct Place {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn with(octets: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        std::fs::write(&path, octets).unwrap();
        Self { folder, path }
    }
}

fn octets() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    filled(&path);
    std::fs::read(path).unwrap()
}

/// Each page in turn is lost. What was nowhere but here survives unless it stood on that very page,
/// and nothing that is lost is passed over in silence.
#[test]
fn damage_costs_the_page_that_it_hit() {
    let whole = octets();
    let pages = whole.len() / PAGE;
    assert!(pages > 30, "{pages}");
    let (mut spared, mut least, mut unreadable) = (0, DRAFTS, 0);
    for page in 1..pages {
        let mut octets = whole.clone();
        damage(&mut octets, page);
        let place = Place::with(&octets);
        let opened = Store::open(&place.path, &key());
        if let Err(error) = opened {
            assert!(matches!(error, StoreError::Damaged), "page {page}");
            let repaired = repair(&place.path, &key()).unwrap();
            let store = Store::open(&place.path, &key()).unwrap();
            assert!(store.is_whole().unwrap());
            if repaired.complete {
                let saved = repaired.drafts + repaired.waiting;
                assert_eq!(saved, (DRAFTS + WAITING) as usize, "page {page}");
            } else {
                // A page of the schema: it says where everything else is, as the first one does, and
                // the file stays.
                let aside = place.path.with_extension("damaged1");
                assert_eq!(std::fs::read(aside).unwrap(), octets, "page {page}");
                unreadable += 1;
            }
            continue;
        }
        assert!(
            !opened.unwrap().is_whole().unwrap(),
            "page {page} of {pages}"
        );
        let repaired = repair(&place.path, &key()).unwrap();
        let store = Store::open(&place.path, &key()).unwrap();
        assert!(store.is_whole().unwrap());
        let drafts = store.drafts().unwrap();
        let items = store.outbox().unwrap();
        assert_eq!(
            (repaired.drafts, repaired.waiting),
            (drafts.len(), items.len())
        );
        for saved in &drafts {
            let number = saved.id.as_u128();
            assert_eq!(*saved, draft(number));
        }
        for item in &items {
            assert_eq!(item.manifest, item.cms);
        }
        let missing = DRAFTS as usize - drafts.len() + WAITING as usize - items.len();
        // A page takes no more than four of these rows.
        assert!(missing <= 4, "page {page}: {missing} missing");
        least = least.min(drafts.len() as u128);
        assert!(repaired.complete <= (missing == 0), "page {page}");
        let kept = names(place.folder.path()).contains(&"store.damaged1".to_owned());
        assert_eq!(kept, !repaired.complete, "page {page}");
        if repaired.complete {
            spared += 1;
        }
        // The portal is asked for everything.
        assert_eq!(store.sync_state(Kind::Application).unwrap(), None);
    }
    assert!(unreadable <= 4, "{unreadable} pages of the schema");
    // Both happened: pages that cost nothing, and pages with rows.
    assert!(spared > 5, "{spared}");
    assert!(least < DRAFTS);
}

#[test]
fn a_whole_store_is_whole_and_a_repair_changes_nothing() {
    let place = Place::with(&octets());
    let store = Store::open(&place.path, &key()).unwrap();
    assert!(store.is_whole().unwrap());
    drop(store);
    let repaired = repair(&place.path, &key()).unwrap();
    assert!(repaired.complete);
    assert_eq!(names(place.folder.path()), ["store.db", "store.lock"]);
    let store = Store::open(&place.path, &key()).unwrap();
    assert_eq!(store.drafts().unwrap().len(), DRAFTS as usize);
    assert_eq!(store.outbox().unwrap().len(), WAITING as usize);
    assert_eq!(
        store.newest_applications(99).unwrap().len(),
        APPLICATIONS as usize
    );
    assert_eq!(store.person().unwrap().unwrap().subject, "opaque");
    assert_eq!(store.session().unwrap().unwrap().expose(), b"token");
}

/// The first page says where all others are. Nothing can be read then, nothing is thrown away either.
#[test]
fn a_lost_first_page_leaves_an_empty_store_and_the_damaged_file() {
    let mut octets = octets();
    damage(&mut octets, 0);
    let place = Place::with(&octets);
    assert!(matches!(
        Store::open(&place.path, &key()),
        Err(StoreError::Damaged)
    ));
    let repaired = repair(&place.path, &key()).unwrap();
    assert_eq!((repaired.drafts, repaired.complete), (0, false));
    let aside = place.path.with_extension("damaged1");
    assert_eq!(std::fs::read(aside).unwrap(), octets);
    assert!(
        Store::open(&place.path, &key())
            .unwrap()
            .is_whole()
            .unwrap()
    );
    // A second one does not take the place of the first.
    let mut again = std::fs::read(&place.path).unwrap();
    damage(&mut again, 0);
    std::fs::write(&place.path, &again).unwrap();
    repair(&place.path, &key()).unwrap();
    let second = place.path.with_extension("damaged2");
    assert_eq!(std::fs::read(second).unwrap(), again);
    // Forgetting takes them all.
    let wrapped = place.path.with_extension("key");
    std::fs::write(wrapped, b"{}").unwrap();
    forget(&place.path).unwrap();
    assert!(names(place.folder.path()).is_empty());
}

#[test]
fn a_file_that_was_cut_gives_what_is_left() {
    let mut octets = octets();
    octets.truncate(octets.len() * 3 / 4 / PAGE * PAGE);
    let place = Place::with(&octets);
    let repaired = repair(&place.path, &key()).unwrap();
    assert!(!repaired.complete);
    assert!(repaired.drafts + repaired.waiting > 0);
    assert!(
        Store::open(&place.path, &key())
            .unwrap()
            .is_whole()
            .unwrap()
    );
}

#[test]
fn what_stands_in_the_journal_is_saved_too() {
    let place = Place::with(&octets());
    let store = Store::open(&place.path, &key()).unwrap();
    store.add_draft(&draft(900)).unwrap();
    // The files as a power cut leaves them, and then damage.
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("store.db");
    let mut octets = std::fs::read(&place.path).unwrap();
    let last = octets.len() / PAGE - 1;
    damage(&mut octets, last);
    std::fs::write(&path, octets).unwrap();
    std::fs::copy(
        place.path.with_extension("db-wal"),
        path.with_extension("db-wal"),
    )
    .unwrap();
    drop(store);
    repair(&path, &key()).unwrap();
    let store = Store::open(&path, &key()).unwrap();
    assert_eq!(store.draft(Uuid::from_u128(900)).unwrap(), draft(900));
}

#[test]
fn a_power_cut_in_a_repair_costs_nothing() {
    // Everything was read, nothing renamed yet; then the journal; then the damaged file.
    for done in 0..3 {
        let place = Place::with(b"damaged");
        let journal = place.path.with_extension("db-wal");
        std::fs::write(&journal, b"journal").unwrap();
        filled(&place.folder.path().join("other.db"));
        let built = place.path.with_extension("built");
        std::fs::rename(place.folder.path().join("other.db"), &built).unwrap();
        let aside = place.path.with_extension("damaged1");
        if done > 0 {
            std::fs::rename(&journal, place.path.with_extension("damaged1-wal")).unwrap();
        }
        if done > 1 {
            std::fs::rename(&place.path, &aside).unwrap();
        }
        settle(&place.path).unwrap();
        let store = Store::open(&place.path, &key()).unwrap();
        assert_eq!(store.drafts().unwrap().len(), DRAFTS as usize, "{done}");
        assert_eq!(std::fs::read(&aside).unwrap(), b"damaged");
        drop(store);
        settle(&place.path).unwrap();
        assert!(!place.path.with_extension("damaged2").exists());
    }
}

#[test]
fn an_open_store_is_not_repaired() {
    let place = Place::with(&octets());
    let store = Store::open(&place.path, &key()).unwrap();
    assert!(matches!(repair(&place.path, &key()), Err(StoreError::Busy)));
    drop(store);
    assert!(matches!(
        repair(&place.folder.path().join("none.db"), &key()),
        Err(StoreError::NotFound)
    ));
}
