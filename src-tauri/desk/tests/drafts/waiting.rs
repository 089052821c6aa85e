//! Why something waits in the outbox: each reason is told apart, in the three languages.

use jiff::{SignedDuration, Timestamp};
use kabinet_cache::Store;
use kabinet_desk::view::{OutboxItemView, OutboxReasonKindView as Kind, OutboxStateView};
use kabinet_desk::{Desk, Secret};
use kabinet_records::{Applicant, Letter, LetterKind, Manifest, ProcedureReference};
use serde_json::json;
use uuid::Uuid;

use crate::catalogue::{offer, procedure};
use crate::computer::{Computer, draft};

/// A second apart, so that they stand in their order.
fn signed_at(number: u128) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + i64::try_from(number).unwrap()).unwrap()
}

fn sign(store: &mut Store, number: u128) -> Uuid {
    let at = signed_at(number);
    let id = Uuid::from_u128(number);
    store.add_draft(&draft(number, "2.2", at)).unwrap();
    let reference = ProcedureReference {
        id: "2.2".into(),
        version: 1,
    };
    let data = json!({"children": [{"name": "A"}]});
    let manifest = Manifest::new(id, reference, Applicant::default(), data, at);
    let octets = manifest.to_canonical().unwrap();
    store.sign_into_outbox(id, &octets, b"cms", at).unwrap();
    id
}

fn write(store: &mut Store, number: u128, application: Uuid, kind: LetterKind) -> Uuid {
    let (id, at) = (Uuid::from_u128(number), signed_at(number));
    let text = "Text".to_owned();
    let letter = Letter::new(kind, id, application, Applicant::default(), text, at);
    let octets = letter.to_canonical().unwrap();
    store
        .letter_into_outbox(&letter, &octets, b"cms", at)
        .unwrap();
    id
}

/// A computer on which somebody is signed in, with these things signed.
fn computer(prepare: impl FnOnce(&mut Store)) -> Computer {
    Computer::new(|store| {
        let text = |be: &str, ru: &str, en: &str| json!({"be": be, "ru": ru, "en": en});
        let labels = json!({"labels": {
            "/employer": text("Працадаўца", "Работодатель", "Employer"),
            "/children": text("Дзеці", "Дети", "Children"),
            "/children/-": text("Дзіця", "Ребёнок", "Child"),
            "/children/-/name": text("Імя", "Имя", "Name"),
        }});
        let child = json!({"type": "object", "properties": {"name": {"type": "string"}}});
        let form = json!({
            "employer": {"type": "string"},
            "children": {"type": "array", "items": child},
        });
        offer(store, &[procedure(1, form, labels)]);
        let session = Secret::new(b"session".to_vec());
        store.set_session(Some(&session)).unwrap();
        prepare(store);
    })
}

fn in_an_hour() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

fn kinds(desk: &Desk) -> Vec<Kind> {
    let items = desk.outbox().unwrap();
    items.iter().map(told).collect()
}

/// Which reason it is; it is said in three languages.
fn told(item: &OutboxItemView) -> Kind {
    let text = &item.reason.text;
    for sentence in [&text.be, &text.ru, &text.en] {
        assert!(sentence.ends_with('.'), "{sentence}");
        assert!(!sentence.contains(['{', '}', '_']), "{sentence}");
        assert!(!sentence.starts_with("why-"), "{sentence}");
    }
    assert!(text.be != text.ru && text.ru != text.en);
    item.reason.kind
}

#[test]
fn what_was_never_tried_waits_for_its_turn_or_for_a_sign_in() {
    let computer = computer(|store| {
        sign(store, 1);
        let tried = sign(store, 2);
        // Signed in again since.
        store
            .outbox_failed(tried, "session_expired", Timestamp::now())
            .unwrap();
    });
    assert_eq!(kinds(&computer.desk()), [Kind::Turn, Kind::Turn]);
    computer.store().set_session(None).unwrap();
    assert_eq!(kinds(&computer.desk()), [Kind::SignIn, Kind::SignIn]);
}

#[test]
fn without_a_connection_everything_waits_for_one() {
    let computer = computer(|store| {
        let first = sign(store, 1);
        // The pass ended with the first.
        sign(store, 2);
        let third = sign(store, 3);
        store.outbox_failed(first, "offline", in_an_hour()).unwrap();
        store
            .outbox_failed(third, "portal_timeout", in_an_hour())
            .unwrap();
    });
    let desk = computer.desk();
    assert_eq!(kinds(&desk), [Kind::Network; 3]);
    assert!(desk.outbox().unwrap()[0].next_try_at.is_some());
}

#[test]
fn a_failure_is_told_with_its_cause_and_the_next_try() {
    let computer = computer(|store| {
        let first = sign(store, 1);
        let second = sign(store, 2);
        store
            .outbox_failed(first, "portal_full", in_an_hour())
            .unwrap();
        store
            .outbox_failed(second, "portal_garbage", in_an_hour())
            .unwrap();
    });
    let desk = computer.desk();
    assert_eq!(kinds(&desk), [Kind::Retry; 2]);
    let items = desk.outbox().unwrap();
    let reason = &items[0].reason;
    let full = "The portal has no more room for your files.";
    assert!(reason.text.en.contains(full), "{}", reason.text.en);
    let remedy = reason.remedy.as_ref().unwrap();
    assert!(remedy.en.contains("Make room"), "{}", remedy.en);
    assert!(items.iter().all(|item| item.next_try_at.is_some()));
    assert_ne!(items[1].reason.text, reason.text);
}

#[test]
fn a_portal_that_asked_to_be_left_alone_is_told_of_each_thing() {
    let until = in_an_hour();
    let computer = computer(|store| {
        let first = sign(store, 1);
        sign(store, 2);
        store
            .outbox_failed(first, "portal_server retry_after", until)
            .unwrap();
        store.postpone_outbox(until).unwrap();
    });
    let desk = computer.desk();
    assert_eq!(kinds(&desk), [Kind::PortalPause; 2]);
    for item in desk.outbox().unwrap() {
        let next: Timestamp = item.next_try_at.unwrap().parse().unwrap();
        assert_eq!(next.as_millisecond(), until.as_millisecond());
    }
    // Once that is over, it was a failure like any other.
    let store = computer_after(desk, &computer);
    let past = Timestamp::now() - SignedDuration::from_secs(1);
    store
        .outbox_failed(Uuid::from_u128(1), "portal_server retry_after", past)
        .unwrap();
    drop(store);
    assert_eq!(kinds(&computer.desk())[0], Kind::Retry);
}

/// The store, when the desk has left it.
fn computer_after(desk: Desk, computer: &Computer) -> Store {
    drop(desk);
    computer.store()
}

#[test]
fn letters_wait_behind_what_was_signed_before_them() {
    let computer = computer(|store| {
        let application = sign(store, 1);
        write(store, 2, application, LetterKind::Reply);
        // On an application that the portal has.
        let registered = Uuid::from_u128(77);
        write(store, 3, registered, LetterKind::Reply);
        write(store, 4, registered, LetterKind::Withdrawal);
    });
    let desk = computer.desk();
    let expected = [Kind::Turn, Kind::Behind, Kind::Turn, Kind::Behind];
    assert_eq!(kinds(&desk), expected);
    let items = desk.outbox().unwrap();
    assert_eq!(
        items[1].reason.behind.as_deref(),
        Some(items[0].id.as_str())
    );
    assert_eq!(
        items[3].reason.behind.as_deref(),
        Some(items[2].id.as_str())
    );
    assert!(items[1].reason.text.en.contains("application"));
    assert!(items[3].reason.text.en.contains("reply"));
    // Held back, a letter keeps no other.
    desk.pause_outbox(&items[2].id).unwrap();
    let expected = [Kind::Turn, Kind::Behind, Kind::Person, Kind::Turn];
    assert_eq!(kinds(&desk), expected);
}

#[test]
fn what_the_person_holds_back_and_what_was_refused() {
    let computer = computer(|store| {
        let paused = sign(store, 1);
        store
            .outbox_failed(paused, "offline", in_an_hour())
            .unwrap();
        store.pause_outbox(paused, true).unwrap();
        let refused = sign(store, 2);
        store.outbox_tried(refused).unwrap();
        // Of one field several things may be wrong.
        let kept = r#"form_incomplete ["/employer","/children/0/name","/employer","/fax"]"#;
        store.outbox_refused(refused, kept).unwrap();
        let ended = sign(store, 3);
        store.outbox_refused(ended, "signature_expired").unwrap();
        let named = sign(store, 4);
        store.outbox_tried(named).unwrap();
        let kept = r#"portal_refused invalidProperties ["signatureBlobId"]"#;
        store.outbox_refused(named, kept).unwrap();
    });
    let desk = computer.desk();
    let expected = [Kind::Person, Kind::Refused, Kind::Refused, Kind::Refused];
    assert_eq!(kinds(&desk), expected);
    let items = desk.outbox().unwrap();
    assert_eq!(items[0].state, OutboxStateView::Paused);
    let fields = |at: usize| -> Vec<(&str, &str)> {
        let fields = items[at].reason.fields.iter();
        fields
            .map(|field| (field.path.as_str(), field.label.en.as_str()))
            .collect()
    };
    let expected = [
        ("/children/0/name", "Child, 1: Name"),
        ("/employer", "Employer"),
        ("/fax", "/fax"),
    ];
    assert_eq!(fields(1), expected);
    let text = |at: usize| items[at].reason.text.en.as_str();
    let remedy = |at: usize| items[at].reason.remedy.as_ref().unwrap().en.as_str();
    assert!(text(1).ends_with("some fields: 3."), "{}", text(1));
    assert!(remedy(1).starts_with("Take it back"), "{}", remedy(1));
    assert!(items[2].reason.text.en.contains("cannot be sent"));
    assert_eq!(fields(3), [("signatureBlobId", "signatureBlobId")]);
    assert!(items[3].reason.text.en.contains("invalidProperties"));
}

/// What the portal refused is told with what can be done about it: there is no draft to mend, and it was
/// signed.
#[test]
fn each_refusal_has_its_sentence_and_one_remedy() {
    const KEPT: [&str; 13] = [
        "procedure_changed",
        "form_incomplete [\"/employer\"]",
        "signature_failed",
        "other_card",
        "certificate_revoked",
        "attachment_refused",
        "application_not_found",
        "application_closed",
        "portal_refused invalidManifest",
        "portal_refused tooLarge",
        "portal_refused somethingElse",
        "portal_refused",
        "signature_expired",
    ];
    let computer = computer(|store| {
        for (number, kept) in (1..).zip(KEPT) {
            let id = sign(store, number);
            store.outbox_tried(id).unwrap();
            store.outbox_refused(id, kept).unwrap();
        }
        let put_off = sign(store, 99);
        let kept = "portal_refused serverPartFail";
        store.outbox_failed(put_off, kept, in_an_hour()).unwrap();
    });
    let items = computer.desk().outbox().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for (item, kept) in items.iter().zip(KEPT) {
        assert_eq!(told(item), Kind::Refused, "{kept}");
        let remedy = item.reason.remedy.as_ref().unwrap();
        for (text, remedy, back) in [
            (&item.reason.text.be, &remedy.be, "абярыце гэта назад"),
            (&item.reason.text.ru, &remedy.ru, "аберите это обратно"),
            (&item.reason.text.en, &remedy.en, "ake "),
        ] {
            assert!(remedy.contains(back), "{kept}: {remedy}");
            assert!(remedy.ends_with('.'), "{kept}: {remedy}");
            // What it says is said once, in sentences of their own.
            let after_colon = text.split(": ").nth(1).and_then(|rest| rest.chars().next());
            let is_capital = after_colon.is_some_and(char::is_uppercase);
            assert!(!is_capital && !text.contains(": ."), "{kept}: {text}");
            assert!(seen.insert(text.clone()), "{kept}: {text}");
        }
        let text = &item.reason.text.en;
        let is_portal = text.starts_with("The portal did not accept it. ");
        assert_eq!(is_portal, kept != "signature_expired", "{kept}: {text}");
    }
    let last = items.last().unwrap();
    assert_eq!(told(last), Kind::Retry);
    let text = &last.reason.text.en;
    assert!(
        text.contains("The portal refused: serverPartFail. It is"),
        "{text}"
    );
}

#[test]
fn a_try_that_a_wrong_clock_put_off_for_a_year_is_due() {
    let next_pass = |hours| {
        let computer = computer(|store| {
            let id = sign(store, 1);
            let next = Timestamp::now() + SignedDuration::from_hours(hours);
            store.outbox_failed(id, "offline", next).unwrap();
        });
        computer.desk().next_pass().unwrap()
    };
    assert!(!next_pass(1).is_zero());
    assert!(next_pass(24 * 365).is_zero());
}
