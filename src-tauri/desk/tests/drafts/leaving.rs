//! When drafts that travel leave.

use std::time::Duration;

use jiff::SignedDuration;
use kabinet_desk::Secret;
use kabinet_records::{Applicant, Manifest, ProcedureReference};
use serde_json::json;
use uuid::Uuid;

use crate::catalogue::{offer, procedure};
use crate::computer::{Computer, draft};
use crate::hand::Hand;

/// A computer on which somebody is signed in.
fn computer() -> Computer {
    Computer::new(|store| {
        let form = json!({"employer": {"type": "string"}});
        offer(store, &[procedure(1, form, json!({}))]);
        let session = Secret::new(b"session".to_vec());
        store.set_session(Some(&session)).unwrap();
    })
}

fn seconds(milliseconds: u64) -> Option<Duration> {
    Some(Duration::from_millis(milliseconds))
}

#[test]
fn a_draft_leaves_when_the_person_has_paused_in_writing() {
    let hand = Hand::at(1_800_000_000_000);
    let computer = computer();
    let desk = computer.desk_in(hand.surroundings());
    let id = desk.new_draft("2.2").unwrap().summary.id;
    // What does not travel is no reason for a pass.
    assert_eq!(desk.next_pass(), Some(Duration::MAX));
    hand.goes(60_000);
    desk.share_drafts(true).unwrap();
    // It was left alone for a minute already.
    assert_eq!(desk.next_pass(), seconds(0));
    desk.save_draft(&id, &json!({"employer": "a"})).unwrap();
    assert_eq!(desk.next_pass(), seconds(5_000));
    hand.goes(3_000);
    assert_eq!(desk.next_pass(), seconds(2_000));
    // Whoever goes on writing is not disturbed.
    desk.save_draft(&id, &json!({"employer": "ab"})).unwrap();
    assert_eq!(desk.next_pass(), seconds(5_000));
    hand.goes(4_999);
    assert_eq!(desk.next_pass(), seconds(1));
    hand.goes(1);
    assert_eq!(desk.next_pass(), seconds(0));
    // The clock was put back: nobody waits a year.
    hand.goes(-1_000_000);
    assert_eq!(desk.next_pass(), seconds(0));
    desk.share_drafts(false).unwrap();
    assert_eq!(desk.next_pass(), Some(Duration::MAX));
}

#[test]
fn what_the_portal_has_is_not_due_and_what_waits_goes_before() {
    let hand = Hand::at(1_800_000_000_000);
    let computer = computer();
    let mut store = computer.store();
    store.share_drafts(true, hand.now()).unwrap();
    store.add_draft(&draft(1, "2.2", hand.now())).unwrap();
    let unsent = store.unsent_documents(10).unwrap();
    assert_eq!(store.unsent_since().unwrap(), Some(hand.now()));
    store
        .documents_sent(&[unsent[0].document.clone()], "1")
        .unwrap();
    drop(store);
    let desk = computer.desk_in(hand.surroundings());
    assert_eq!(desk.next_pass(), Some(Duration::MAX));

    // A draft that was deleted has nobody who writes in it.
    desk.delete_draft(&Uuid::from_u128(1).to_string()).unwrap();
    assert_eq!(desk.next_pass(), seconds(0));
    drop(desk);
    let mut store = computer.store();
    let ended = store.unsent_documents(10).unwrap();
    store
        .documents_sent(&[ended[0].document.clone()], "2")
        .unwrap();

    // What waits is due in two seconds, and the draft in five.
    let id = Uuid::from_u128(2);
    store.add_draft(&draft(2, "2.2", hand.now())).unwrap();
    let reference = ProcedureReference {
        id: "2.2".into(),
        version: 1,
    };
    let manifest = Manifest::new(id, reference, Applicant::default(), json!({}), hand.now());
    let octets = manifest.to_canonical().unwrap();
    store
        .sign_into_outbox(id, &octets, b"cms", hand.now())
        .unwrap();
    let due = hand.now() + SignedDuration::from_secs(2);
    store.outbox_failed(id, "offline", due).unwrap();
    store.add_draft(&draft(3, "2.2", hand.now())).unwrap();
    drop(store);
    let desk = computer.desk_in(hand.surroundings());
    assert_eq!(desk.next_pass(), seconds(2_000));
    // Held back, it is due never; the draft still is. Its own history is not told as long as it waits.
    desk.pause_outbox(&id.to_string()).unwrap();
    assert_eq!(desk.next_pass(), seconds(5_000));
    hand.goes(5_000);
    assert_eq!(desk.next_pass(), seconds(0));
}
