//! Signatures after they were made: files that wait to be raised, applications that are raised before
//! they leave, and what was said of certificates.
#![allow(clippy::unwrap_used, missing_docs)]

use jiff::{SignedDuration, Timestamp};
use kabinet_cache::Store;
use kabinet_records::Draft;
use kabinet_stb::Secret;
use serde_json::json;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let key = Secret::new(vec![7; 32]);
    let store = Store::create(&folder.path().join("store.db"), &key).unwrap();
    (folder, store)
}

#[test]
fn a_file_waits_until_it_is_raised() {
    let (_folder, store) = store();
    store.raise_later("/a.p7s", "t", NOW).unwrap();
    let later = NOW + SignedDuration::from_secs(60);
    store
        .raising_failed("/a.p7s", "service_silent", later)
        .unwrap();
    let [waits] = store.to_raise().unwrap().try_into().unwrap();
    assert_eq!((waits.tries, waits.next_try_at), (1, later));
    assert_eq!(waits.problem.as_deref(), Some("service_silent"));
    // Asked for again, it is due at once, at the level that was asked for last.
    store.raise_later("/a.p7s", "lt", later).unwrap();
    let [waits] = store.to_raise().unwrap().try_into().unwrap();
    assert_eq!((waits.level.as_str(), waits.next_try_at), ("lt", NOW));
    assert_eq!(waits.since, NOW);
    store.raised("/a.p7s").unwrap();
    assert_eq!(store.to_raise().unwrap(), []);
}

#[test]
fn an_application_is_raised_only_before_it_leaves() {
    let (_folder, mut store) = store();
    let draft = Draft {
        id: Uuid::from_u128(1),
        procedure_id: "1.1".into(),
        procedure_version: 1,
        data: json!({}),
        prefilled: Default::default(),
        attachments: Vec::new(),
        changed_at: NOW,
    };
    store.add_draft(&draft).unwrap();
    store
        .sign_into_outbox(draft.id, b"{}", b"signature", NOW)
        .unwrap();
    let item = store.outbox_item(draft.id).unwrap();
    assert!(store.raise_waiting(&item, b"raised").unwrap());
    // What was read before is another signature now.
    assert!(!store.raise_waiting(&item, b"raised otherwise").unwrap());
    assert!(store.outbox_offered(&item).is_err());
    let item = store.outbox_item(draft.id).unwrap();
    assert_eq!(item.cms, b"raised");
    store.outbox_offered(&item).unwrap();
    assert!(!store.raise_waiting(&item, b"too late").unwrap());
    assert_eq!(store.outbox_item(draft.id).unwrap().cms, b"raised");
}

#[test]
fn the_newest_word_on_a_certificate_is_kept() {
    let (_folder, mut store) = store();
    assert_eq!(store.revocation_answer("aa").unwrap(), None);
    for number in 0..600_u32 {
        let now = NOW + SignedDuration::from_secs(number.into());
        let name = format!("{number:05}");
        store
            .keep_revocation_answer(&name, &number.to_be_bytes(), now)
            .unwrap();
    }
    let last = store.revocation_answer("00599").unwrap();
    assert_eq!(last.unwrap(), 599_u32.to_be_bytes());
    assert_eq!(store.revocation_answer("00000").unwrap(), None);
    store
        .keep_revocation_answer("00598", b"new", NOW + SignedDuration::from_secs(900))
        .unwrap();
    assert_eq!(store.revocation_answer("00598").unwrap().unwrap(), b"new");
}
