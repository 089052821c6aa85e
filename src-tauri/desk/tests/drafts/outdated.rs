//! What waits in the outbox when the catalogue brings a newer form, without a portal.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kabinet_cache::Store;
use kabinet_desk::Code;
use kabinet_desk::view::RecordKindView;
use kabinet_records::{Applicant, Draft, Letter, LetterKind, Manifest, ProcedureReference};
use serde_json::json;
use uuid::Uuid;

use crate::catalogue::{offer, procedure};
use crate::computer::Computer;

fn fill_in(store: &mut Store, number: u128, version: u32) -> Draft {
    let draft = Draft {
        id: Uuid::from_u128(number),
        procedure_id: "2.2".into(),
        procedure_version: version,
        data: json!({"employer": format!("Employer {number}"), "fax": "7"}),
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: Timestamp::now(),
    };
    store.add_draft(&draft).unwrap();
    draft
}

pub(crate) fn sign(store: &mut Store, number: u128, version: u32) -> Uuid {
    let Draft { id, data, .. } = fill_in(store, number, version);
    let reference = ProcedureReference {
        id: "2.2".into(),
        version,
    };
    let manifest = Manifest::new(id, reference, Applicant::default(), data, Timestamp::now());
    let octets = manifest.to_canonical().unwrap();
    store
        .sign_into_outbox(id, &octets, b"cms", Timestamp::now())
        .unwrap();
    id
}

#[tokio::test]
async fn it_is_noticed_before_anything_is_sent() {
    let first = || {
        procedure(
            1,
            json!({"employer": {}, "fax": {}}),
            json!({"labels": {"/fax": {"be": "Факс", "ru": "Факс", "en": "Fax"}}}),
        )
    };
    let second = || {
        procedure(
            2,
            json!({"organisation": {}}),
            json!({"renamed": {"/employer": "/organisation"}}),
        )
    };
    let computer = Computer::new(|store| {
        offer(store, &[first()]);
        sign(store, 1, 1);
        let tried = sign(store, 2, 1);
        let tried = store.outbox_item(tried).unwrap();
        store.outbox_offered(&tried).unwrap();
        let refused = sign(store, 3, 1);
        let item = store.outbox_item(refused).unwrap();
        store.outbox_offered(&item).unwrap();
        store.outbox_refused(refused, "procedure_changed").unwrap();
        offer(store, &[second()]);
    });
    let desk = computer.desk();
    let ids: Vec<String> = (1..=3)
        .map(|number| Uuid::from_u128(number).to_string())
        .collect();

    // Nobody is signed in: the pass sends nothing, and still says what could never be sent.
    assert_eq!(desk.sync().await.unwrap_err().code, Code::NoStore);
    let waiting: Vec<String> = desk
        .outbox()
        .unwrap()
        .into_iter()
        .map(|item| item.id)
        .collect();
    // Of what was tried only the portal knows whether it has it.
    assert_eq!(waiting, [ids[1].clone()]);
    for id in [&ids[0], &ids[2]] {
        let draft = desk.draft(id).unwrap();
        let carried = draft.carried.unwrap();
        assert!(carried.was_signed);
        assert_eq!((carried.from_version, carried.to_version), (1, 2));
        assert!(
            draft.data["organisation"]
                .as_str()
                .unwrap()
                .starts_with("Employer")
        );
        assert_eq!(carried.aside[0].label.en, "Fax");
        assert_eq!(carried.aside[0].value.en, "7");
    }
    // It stays until the person has seen it.
    assert!(desk.dismiss_carried(&ids[0]).unwrap().carried.is_none());
    assert!(desk.draft(&ids[0]).unwrap().carried.is_none());
    assert!(desk.draft(&ids[2]).unwrap().carried.is_some());
    desk.delete_draft(&ids[2]).unwrap();
    assert_eq!(desk.drafts().unwrap().len(), 1);
}

/// To read a draft once more, as after a change of the language, does not take the newer form.
#[test]
fn who_looks_again_stays_in_the_form() {
    let computer = Computer::new(|store| {
        offer(
            store,
            &[procedure(1, json!({"employer": {}, "fax": {}}), json!({}))],
        );
        fill_in(store, 1, 1);
        let renamed = json!({"renamed": {"/employer": "/organisation"}});
        offer(store, &[procedure(2, json!({"organisation": {}}), renamed)]);
    });
    let desk = computer.desk();
    let id = Uuid::from_u128(1).to_string();
    let again = desk.draft_as_opened(&id).unwrap();
    assert_eq!(again.form.procedure.version, 1);
    assert_eq!(again.data["employer"], "Employer 1");
    let opened = desk.draft(&id).unwrap();
    assert_eq!(opened.form.procedure.version, 2);
    assert_eq!(opened.data["organisation"], "Employer 1");
}

/// A letter waits among applications and is none: nothing reads it as one.
#[test]
fn a_letter_that_waits_is_no_application() {
    let computer = Computer::new(|store| {
        offer(store, &[procedure(1, json!({"employer": {}}), json!({}))]);
        let application = sign(store, 1, 1);
        let letter = Letter::new(
            LetterKind::Reply,
            Uuid::from_u128(2),
            application,
            Applicant::default(),
            "The contract is enclosed".into(),
            Timestamp::now(),
        );
        let octets = letter.to_canonical().unwrap();
        let now = Timestamp::now();
        store
            .letter_into_outbox(&letter, &octets, b"cms", now)
            .unwrap();
        offer(store, &[procedure(2, json!({"employer": {}}), json!({}))]);
    });
    let desk = computer.desk();
    desk.new_draft("2.2").unwrap();
    let found = desk.search("contract", 10).unwrap().records;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, RecordKindView::Waiting);
    let application = Uuid::from_u128(1).to_string();
    assert_eq!(found[0].application_id, Some(application.clone()));

    // Taken back, the application takes the letter with it.
    desk.take_back(&application).unwrap().unwrap();
    assert!(desk.outbox().unwrap().is_empty());
    assert!(desk.search("contract", 10).unwrap().records.is_empty());
}
