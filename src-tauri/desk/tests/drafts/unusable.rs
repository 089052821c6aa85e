//! A form that cannot be used keeps nothing else from its way.

use jiff::Timestamp;
use kabinet_desk::Code;
use serde_json::json;
use uuid::Uuid;

use crate::catalogue::{offer, procedure};
use crate::computer::{Computer, draft};
use crate::outdated::sign;

/// A form whose pattern nobody may ask for.
fn unusable(version: u32) -> kabinet_records::Procedure {
    let properties = json!({"employer": {"type": "string", "pattern": "(?=x)x"}});
    procedure(version, properties, json!({}))
}

#[test]
fn no_draft_is_made_of_it_and_the_others_are_listed() {
    let computer = Computer::new(|store| {
        offer(store, &[unusable(1)]);
        // As one that came from another computer, or was begun before the form was made worse.
        store.add_draft(&draft(1, "2.2", Timestamp::now())).unwrap();
        store.add_draft(&draft(2, "9.9", Timestamp::now())).unwrap();
    });
    let desk = computer.desk();
    assert_eq!(desk.new_draft("2.2").unwrap_err().code, Code::PortalGarbage);
    let drafts = desk.drafts().unwrap();
    assert_eq!(drafts.len(), 2);
    assert!(drafts.iter().all(|draft| !draft.complete));
    // It can be thrown away.
    desk.delete_draft(&Uuid::from_u128(1).to_string()).unwrap();
    assert_eq!(desk.drafts().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_signed_for_an_earlier_form_goes_on_waiting() {
    let computer = Computer::new(|store| {
        offer(
            store,
            &[procedure(1, json!({"employer": {}, "fax": {}}), json!({}))],
        );
        sign(store, 1, 1);
        offer(store, &[unusable(2)]);
    });
    let desk = computer.desk();
    // The pass comes as far as it comes without a session: the form does not end it.
    assert_eq!(desk.sync().await.unwrap_err().code, Code::NoStore);
    assert_eq!(desk.outbox().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_is_forgotten_in_place_of_another() {
    let computer = Computer::new(|store| {
        store.add_draft(&draft(1, "9.9", Timestamp::now())).unwrap();
    });
    let desk = computer.desk();
    let whose = desk.whose().unwrap();
    let other = "f".repeat(32);
    assert_eq!(desk.forget(&other).await.unwrap_err().code, Code::NoStore);
    assert_eq!(desk.whose(), Some(whose));
    assert_eq!(desk.drafts().unwrap().len(), 1);
}
