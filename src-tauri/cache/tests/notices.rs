//! What is news, and what was told.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use kabinet_cache::{Changes, Store};
use kabinet_records::{Application, Direction, Event, Message, Status, Words};
use kabinet_stb::Secret;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn changes<'a, T>(changed: &'a [T], complete: bool) -> Changes<'a, T> {
    Changes {
        complete,
        changed,
        removed: &[],
        state: Some("s"),
    }
}

fn message(number: u128, sent_at: i64) -> Message {
    Message {
        id: Uuid::from_u128(number),
        application_id: Uuid::from_u128(1),
        direction: Direction::ToApplicant,
        author: Words::One("a".into()),
        sent_at: at(sent_at),
        subject: None,
        text: Words::One("t".into()),
        request: None,
        in_reply_to: None,
        signature_blob_id: None,
    }
}

fn application(number: u128, status: Status, last: i64) -> Application {
    let event = |second, status| Event {
        at: at(second),
        status,
        note: None,
    };
    Application {
        id: Uuid::from_u128(number),
        procedure_id: "2.2".into(),
        procedure_version: 1,
        registration_number: "1".into(),
        status,
        submitted_at: at(1),
        history: vec![event(1, Status::Registered), event(last, status)],
        deadline: None,
        signature_blob_id: None,
    }
}

#[test]
fn news_are_what_came_after_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut store = Store::create(&path, &Secret::new(vec![7; 32])).unwrap();
    assert_eq!(store.newest_news().unwrap(), (0, 0));
    let messages = [message(2, 30), message(3, 10), message(4, 20)];
    store.change_messages(&changes(&messages, true)).unwrap();
    let ids = |since, count| -> Vec<u128> {
        let found = store.messages_since(since, count).unwrap();
        found.iter().map(|message| message.id.as_u128()).collect()
    };
    assert_eq!(ids(0, 9), [3, 4, 2]);
    assert_eq!(ids(10_000, 9), [4, 2]);
    assert_eq!(ids(10_000, 1), [4]);
    assert_eq!(ids(30_000, 9), [0; 0]);

    let applications = [
        application(5, Status::Approved, 40),
        application(6, Status::Accepted, 90),
        application(7, Status::Refused, 35),
        application(8, Status::Withdrawn, 95),
    ];
    store
        .change_applications(&changes(&applications, true))
        .unwrap();
    let decided = store.decided_since(0, 9).unwrap();
    let decided: Vec<u128> = decided.iter().map(|one| one.id.as_u128()).collect();
    assert_eq!(decided, [7, 5]);
    assert_eq!(store.decided_since(35_000, 9).unwrap().len(), 1);
    assert_eq!(store.newest_news().unwrap(), (30_000, 40_000));
    // Decided now.
    let changed = [application(6, Status::Approved, 99)];
    store
        .change_applications(&changes(&changed, false))
        .unwrap();
    assert_eq!(store.newest_news().unwrap(), (30_000, 99_000));

    let told = BTreeMap::from([("messages".to_owned(), 5), ("due:x".to_owned(), 2)]);
    store.set_noticed(&told).unwrap();
    assert_eq!(store.noticed().unwrap(), told);
    store.set_noticed(&BTreeMap::new()).unwrap();
    assert_eq!(store.noticed().unwrap(), BTreeMap::new());
}
