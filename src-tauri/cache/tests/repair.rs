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
        signature_blob_id: None,
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
        state: Some("a1"),
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

/// How many drafts and how much of what waits stand on each page, by its number from zero: a row is
/// on its page and on those that it runs over to.
fn rows_by_page(octets: &[u8]) -> BTreeMap<usize, (usize, usize)> {
    let place = Place::with(octets);
    let connection = rusqlite::Connection::open(&place.path).unwrap();
    let key = "05".repeat(32);
    connection
        .execute_batch(&format!("PRAGMA key = \"x'{key}'\""))
        .unwrap();
    let mut statement = connection
        .prepare(
            "SELECT pageno, name, CASE pagetype WHEN 'leaf' THEN ncell WHEN 'overflow' THEN 1 ELSE 0 END
             FROM dbstat WHERE name IN ('drafts', 'outbox')",
        )
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut found = BTreeMap::<usize, (usize, usize)>::new();
    while let Some(row) = rows.next().unwrap() {
        let (page, name): (u32, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        let (drafts, waiting) = found.entry(page as usize - 1).or_default();
        let those = if name == "drafts" { drafts } else { waiting };
        *those += row.get::<_, u32>(2).unwrap() as usize;
    }
    found
}

/// Each page in turn is lost, the first and those of the schema among them. What was nowhere but here
/// survives unless it stood on that very page, and nothing that is lost is passed over in silence.
#[test]
fn damage_costs_the_page_that_it_hit() {
    let whole = octets();
    let rows = rows_by_page(&whole);
    let pages = whole.len() / PAGE;
    assert!(pages > 30, "{pages}");
    let (mut spared, mut struck, mut unopened, mut nameless) = (0, 0, 0, 0);
    for page in 0..pages {
        let mut octets = whole.clone();
        damage(&mut octets, page);
        let place = Place::with(&octets);
        match Store::open(&place.path, &key()) {
            Ok(store) => assert!(!store.is_whole().unwrap(), "page {page} of {pages}"),
            Err(error) => {
                assert!(matches!(error, StoreError::Damaged), "page {page}");
                unopened += 1;
            }
        }
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
            assert!((0..WAITING).any(|number| waiting(number) == item.id));
        }
        let lost = (
            DRAFTS as usize - drafts.len(),
            WAITING as usize - items.len(),
        );
        let stood_there = rows.get(&page).copied().unwrap_or_default();
        assert_eq!(lost, stood_there, "page {page}");
        assert!(repaired.complete <= (lost == (0, 0)), "page {page}");
        let aside = place.path.with_extension("damaged1");
        if repaired.complete {
            spared += 1;
            assert!(!aside.exists(), "page {page}");
            assert_eq!(repaired.aside, None, "page {page}");
        } else {
            assert_eq!(repaired.aside.as_ref(), Some(&aside), "page {page}");
            assert_eq!(std::fs::read(aside).unwrap(), octets, "page {page}");
        }
        struck += usize::from(lost != (0, 0));
        let left = names(place.folder.path());
        assert!(
            !left.iter().any(|name| name.starts_with("building")),
            "{left:?}"
        );
        match store.person().unwrap() {
            Some(person) => assert_eq!(person.subject, "opaque"),
            None => nameless += 1,
        }
        // The portal is asked for everything.
        assert_eq!(store.sync_state(Kind::Application).unwrap(), None);
    }
    // Whose store it is stands on one page.
    assert!(nameless <= 1, "{nameless}");
    // All of it happened: pages that cost nothing, pages with rows, and pages without which the store
    // does not open.
    assert!(
        spared > 5 && struck > 5 && unopened > 1,
        "{spared} {struck} {unopened}"
    );
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

/// The first page of a store of an earlier version has a salt that nothing else knows.
#[test]
fn a_lost_first_page_of_an_older_store_leaves_the_damaged_file() {
    let mut octets = earlier();
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

/// As long as its salt can be read, the rest of the first page is no loss.
#[test]
fn an_older_store_is_saved_by_its_salt() {
    let mut octets = earlier();
    for octet in &mut octets[16..PAGE] {
        *octet ^= 0x55;
    }
    let place = Place::with(&octets);
    let repaired = repair(&place.path, &key()).unwrap();
    assert_eq!((repaired.drafts, repaired.waiting), (40, 12));
}

/// A store as [`filled`] makes it, with a salt by chance.
fn earlier() -> Vec<u8> {
    let place = Place::with(&octets());
    let connection = rusqlite::Connection::open(&place.path).unwrap();
    let key = "05".repeat(32);
    let other = place.folder.path().join("other.db");
    connection
        .execute_batch(&format!("PRAGMA key = \"x'{key}'\""))
        .unwrap();
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    connection
        .execute_batch(&format!(
            "ATTACH '{}' AS other KEY \"x'{key}'\"; SELECT sqlcipher_export('other');
             PRAGMA other.user_version = {version}; DETACH other",
            other.display()
        ))
        .unwrap();
    let octets = std::fs::read(other).unwrap();
    assert_ne!(octets[..16], std::fs::read(&place.path).unwrap()[..16]);
    octets
}

/// What was written last may be in the journal alone, also when the first page of the file is lost.
#[test]
fn the_journal_of_a_file_without_first_page_is_read_too() {
    let place = Place::with(&octets());
    let store = Store::open(&place.path, &key()).unwrap();
    store.add_draft(&draft(900)).unwrap();
    let other = Place::with(&std::fs::read(&place.path).unwrap());
    let mut octets = std::fs::read(&other.path).unwrap();
    damage(&mut octets, 0);
    std::fs::write(&other.path, octets).unwrap();
    let journal = |path: &Path| path.with_extension("db-wal");
    let mut written = std::fs::read(journal(&place.path)).unwrap();
    drop(store);
    // The beginning of a transaction that was never ended.
    written.extend_from_slice(&[7; 3000]);
    std::fs::write(journal(&other.path), &written).unwrap();
    repair(&other.path, &key()).unwrap();
    let store = Store::open(&other.path, &key()).unwrap();
    assert_eq!(store.draft(Uuid::from_u128(900)).unwrap(), draft(900));
    assert_eq!(store.drafts().unwrap().len(), DRAFTS as usize + 1);
    assert_eq!(store.outbox().unwrap().len(), WAITING as usize);
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
