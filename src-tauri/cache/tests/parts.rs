//! A list of everything that comes in parts, each kept as it comes.
#![allow(clippy::unwrap_used, missing_docs)]

use jiff::Timestamp;
use kabinet_cache::{Changes, Kind, Store};
use kabinet_records::{Application, Status};
use kabinet_stb::Secret;
use uuid::Uuid;

fn application(number: u128, registration: &str) -> Application {
    Application {
        id: Uuid::from_u128(number),
        procedure_id: "2.6".into(),
        procedure_version: 1,
        registration_number: registration.into(),
        status: Status::Registered,
        submitted_at: Timestamp::from_second(1_800_000_000 + number as i64).unwrap(),
        history: Vec::new(),
        deadline: None,
        signature_blob_id: None,
    }
}

fn take(store: &mut Store, changed: &[Application], removed: &[String], state: Option<&str>) {
    let changes = Changes {
        complete: false,
        changed,
        removed,
        state,
    };
    store.change_applications(&changes).unwrap();
}

fn shown(store: &Store) -> Vec<(u128, String)> {
    let all = store.newest_applications(99).unwrap().into_iter();
    all.map(|one| (one.id.as_u128(), one.registration_number))
        .collect()
}

#[test]
fn what_is_not_in_the_list_goes_at_its_end_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let key = Secret::new(vec![7; 32]);
    let mut store = Store::create(&path, &key).unwrap();
    let before: Vec<_> = (1..=3).map(|number| application(number, "old")).collect();
    take(&mut store, &before, &[], Some("1"));

    // The first part of a new list; then the power goes.
    take(&mut store, &[application(2, "new")], &[], None);
    drop(store);
    let mut store = Store::open(&path, &key).unwrap();
    let state = |store: &Store| store.sync_state(Kind::Application).unwrap();
    assert_eq!(state(&store).as_deref(), Some("1"));
    let text = |parts: &[(u128, &str)]| -> Vec<(u128, String)> {
        parts
            .iter()
            .map(|(id, text)| (*id, (*text).to_owned()))
            .collect()
    };
    assert_eq!(shown(&store), text(&[(3, "old"), (2, "new"), (1, "old")]));

    // Everything once more, to the end.
    take(&mut store, &[application(2, "newer")], &[], None);
    let all = [2_u128, 4].map(|number| Uuid::from_u128(number).to_string());
    let mut gone = store.others(Kind::Application, &all).unwrap();
    gone.sort();
    assert_eq!(
        gone,
        [1_u128, 3].map(|number| Uuid::from_u128(number).to_string())
    );
    take(&mut store, &[application(4, "newer")], &gone, Some("2"));
    assert_eq!(shown(&store), text(&[(4, "newer"), (2, "newer")]));
    assert_eq!(state(&store).as_deref(), Some("2"));
    let hits = store.search_records("old", 9).unwrap().hits;
    assert!(hits.is_empty(), "{hits:?}");
}
