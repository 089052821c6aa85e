use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kabinet_cache::{Changes, Person};
use kabinet_portal::Clock;
use kabinet_records::Holder;
use kabinet_stb::Secret;

use super::*;
use crate::view::Language;
use crate::{Passphrases, Profile, Surroundings};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn news(number: u128, application: u128, what: What) -> News {
    News {
        id: id(number),
        application: id(application),
        what,
    }
}

/// What is told, in short, and what is kept of it.
fn told(
    found: &Found,
    before: &BTreeMap<String, i64>,
    now: &str,
) -> (Vec<Option<What>>, BTreeMap<String, i64>) {
    let (notices, kept) = decide(found, before, at(now));
    let what = notices.iter().map(|notice| match notice {
        Notice::One { what, .. } => Some(*what),
        Notice::Many(_) => None,
    });
    (what.collect(), kept)
}

/// A store that something was told of already.
fn begun() -> BTreeMap<String, i64> {
    decide(
        &Found::default(),
        &BTreeMap::new(),
        at("2026-01-01T00:00:00Z"),
    )
    .1
}

#[test]
fn what_was_there_before_is_no_news() {
    let found = Found {
        messages: vec![news(1, 9, What::Message)],
        decisions: vec![news(9, 9, What::Decided)],
        newest: (5, 7),
        ..Found::default()
    };
    let (what, kept) = told(&found, &BTreeMap::new(), "2026-01-01T00:00:00Z");
    assert_eq!(what, []);
    assert_eq!((kept[MESSAGES], kept[DECISIONS]), (5, 7));
    // The newest message was removed at the portal: nothing older becomes news again.
    let (_, kept) = told(&Found::default(), &kept, "2026-01-01T00:00:00Z");
    assert_eq!((kept[MESSAGES], kept[DECISIONS]), (5, 7));
}

#[test]
fn a_deadline_is_told_at_seven_two_one_and_no_days_and_once_each() {
    let found = Found {
        requests: vec![Due {
            message: id(1),
            application: id(9),
            // The last minutes of 20 January in Minsk.
            deadline: at("2026-01-20T20:59:00Z"),
        }],
        ..Found::default()
    };
    let mut kept = begun();
    let mut said = Vec::new();
    // Every hour for three weeks.
    let mut now = at("2026-01-08T00:00:00Z");
    while now < at("2026-01-29T00:00:00Z") {
        let (notices, after) = decide(&found, &kept, now);
        for notice in notices {
            let Notice::One {
                what: What::Due(Reverse(days)),
                ..
            } = notice
            else {
                panic!("{notice:?}");
            };
            said.push((now.to_string(), days));
        }
        kept = after;
        now += SignedDuration::from_hours(1);
    }
    let expected = [
        ("2026-01-12T21:00:00Z", 7),
        ("2026-01-17T21:00:00Z", 2),
        ("2026-01-18T21:00:00Z", 1),
        ("2026-01-19T21:00:00Z", 0),
    ];
    let said: Vec<_> = said.iter().map(|(at, days)| (at.as_str(), *days)).collect();
    assert_eq!(said, expected);
    // Answered, it is forgotten.
    assert!(
        !decide(&Found::default(), &kept, now)
            .1
            .contains_key(&format!("due:{}", id(1)))
    );
}

#[test]
fn who_comes_late_hears_of_the_present_day_only() {
    let due = |deadline: &str| Found {
        requests: vec![Due {
            message: id(1),
            application: id(9),
            deadline: at(deadline),
        }],
        ..Found::default()
    };
    let now = "2026-01-18T12:00:00Z";
    let (what, kept) = told(&due("2026-01-20T12:00:00Z"), &begun(), now);
    assert_eq!(what, [Some(What::Due(Reverse(2)))]);
    assert_eq!(told(&due("2026-01-20T12:00:00Z"), &kept, now).0, []);
    // Over, and not yet near.
    assert_eq!(told(&due("2026-01-17T12:00:00Z"), &begun(), now).0, []);
    assert_eq!(told(&due("2026-01-27T12:00:00Z"), &begun(), now).0, []);
}

#[test]
fn an_application_is_told_of_once_with_its_greatest_news() {
    let found = Found {
        messages: vec![
            news(1, 9, What::Message),
            news(2, 9, What::Request),
            news(3, 8, What::Message),
        ],
        decisions: vec![news(9, 9, What::Decided)],
        ..Found::default()
    };
    let (what, _) = told(&found, &begun(), "2026-01-01T00:00:00Z");
    assert_eq!(what, [Some(What::Decided), Some(What::Message)]);
}

#[test]
fn after_weeks_away_there_is_one_sentence() {
    let messages = (0..40).map(|number| news(number, number, What::Message));
    let found = Found {
        messages: messages.collect(),
        ..Found::default()
    };
    let (notices, _) = decide(&found, &begun(), at("2026-01-01T00:00:00Z"));
    assert_eq!(notices, [Notice::Many(40)]);
}

#[test]
fn what_waits_for_the_person_is_told_until_it_is_done() {
    let found = Found {
        refused: vec![news(4, 4, What::Refused)],
        needs_sign_in: true,
        ..Found::default()
    };
    let now = "2026-01-01T00:00:00Z";
    let (what, kept) = told(&found, &begun(), now);
    assert_eq!(what, [Some(What::Refused), Some(What::SignIn)]);
    assert_eq!(told(&found, &kept, now).0, []);
    let (_, done) = told(&Found::default(), &kept, now);
    assert_eq!(told(&found, &done, now).0.len(), 2);
}

#[test]
fn every_notice_has_its_sentence_in_every_language() {
    let mut whats = vec![
        What::Message,
        What::Request,
        What::Refused,
        What::Decided,
        What::SignIn,
    ];
    whats.extend(DAYS.map(|days| What::Due(Reverse(days))));
    let left = CERTIFICATE_DAYS.into_iter().chain([-1]);
    whats.extend(left.map(|days| What::Certificate(Reverse(days))));
    let mut ids: Vec<_> = whats.into_iter().map(sentence_of).collect();
    ids.push("notice-many");
    for language in [Language::Be, Language::Ru, Language::En] {
        let values = BTreeMap::from([("title", "TITLE".to_owned()), ("count", "12".to_owned())]);
        for id in &ids {
            let said = speech::say(language, id, None, &values);
            assert!(
                !said.starts_with("notice-") && !said.contains('{'),
                "{id}: {said}"
            );
        }
    }
}

/// A certificate of the key 01, or of another, that ends then.
fn certificate(key: &str, serial_number: &str, not_after: &str) -> CertificateView {
    CertificateView {
        key: key.into(),
        subject: "ADAM".into(),
        issuer: "CA".into(),
        serial_number: serial_number.into(),
        subject_serial_number: Some("IDCBY-590082394654".into()),
        key_usage: Vec::new(),
        not_before: "2023-01-01T00:00:00Z".into(),
        not_after: not_after.into(),
        days_left: 0,
    }
}

/// Somebody whose store is open and has been synchronised, and a clock that is set by hand.
fn somebody() -> (tempfile::TempDir, Desk, impl Fn(&str)) {
    let dir = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicI64::new(0));
    let read = Arc::clone(&now);
    let clock =
        Clock::showing(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap());
    let surroundings = Surroundings {
        clock,
        ..Surroundings::default()
    };
    let desk = Desk::open_in(surroundings, Profile::open(dir.path()).unwrap()).unwrap();
    let person = Person {
        portal: "https://portal.example/".into(),
        subject: "opaque".into(),
        holder: Holder {
            serial_number: Some("IDCBY-590082394654".into()),
            ..Holder::default()
        },
    };
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
    let passphrase = secret("correct horse battery staple");
    desk.keep_sign_in(
        &person,
        &secret("session"),
        Passphrases::either(&passphrase),
        0,
    )
    .unwrap();
    let nothing = Changes {
        complete: true,
        changed: &[],
        removed: &[],
        state: Some("1"),
    };
    desk.with_store(|store| Ok(store.change_messages(&nothing)?))
        .unwrap();
    let set = move |text: &str| now.store(at(text).as_second(), Ordering::Relaxed);
    (dir, desk, set)
}

/// What is told from one day to the other, looked at every six hours: when, and in how many words.
fn told_between(desk: &Desk, set: &impl Fn(&str), from: &str, to: &str) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let mut now = at(from);
    while now < at(to) {
        set(&now.to_string());
        let notices = desk.take_notices().unwrap();
        said.extend(notices.into_iter().map(|one| (now.to_string(), one.body)));
        now += SignedDuration::from_hours(6);
    }
    said
}

fn days(said: &[(String, String)]) -> Vec<&str> {
    said.iter().map(|(at, _)| at.as_str()).collect()
}

#[test]
fn the_end_of_a_certificate_is_told_at_sixty_thirty_and_seven_days_and_once_each() {
    let (_dir, desk, set) = somebody();
    set("2026-01-01T00:00:00Z");
    desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
    // Somebody else's card is no affair of this person.
    let others = CertificateView {
        subject_serial_number: Some("IDCBY-1".into()),
        ..certificate("01", "EE", "2026-03-01T00:00:00Z")
    };
    desk.remember_certificate(&others);
    let said = told_between(&desk, &set, "2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z");
    let expected = [
        "2026-04-30T06:00:00Z",
        "2026-05-30T06:00:00Z",
        "2026-06-22T06:00:00Z",
    ];
    assert_eq!(days(&said), expected, "{said:?}");
    let mut sentences: Vec<_> = said.iter().map(|(_, body)| body).collect();
    sentences.dedup();
    assert_eq!(sentences.len(), 3, "{said:?}");
    // Looking at the card again makes nothing news again.
    desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
    assert_eq!(desk.take_notices().unwrap(), []);
}

/// Numbers without the key's, which are compared with those of certificates.
#[test]
fn the_numbers_of_certificates_that_were_seen() {
    let (_dir, desk, _) = somebody();
    desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
    desk.remember_certificate(&certificate("03", "CC", "2027-06-30T00:00:00Z"));
    let noted = desk.noted_certificates().into_iter();
    assert_eq!(
        noted.map(|(serial, _)| serial).collect::<Vec<_>>(),
        ["AA", "CC"]
    );
}

#[test]
fn a_renewed_certificate_is_not_told_of() {
    let (_dir, desk, set) = somebody();
    set("2026-01-01T00:00:00Z");
    desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
    let said = told_between(&desk, &set, "2026-01-01T00:00:00Z", "2026-05-02T00:00:00Z");
    assert_eq!(said.len(), 1, "{said:?}");
    desk.remember_certificate(&certificate("01", "BB", "2029-05-02T00:00:00Z"));
    let said = told_between(&desk, &set, "2026-05-02T00:00:00Z", "2029-03-02T00:00:00Z");
    assert_eq!(said, []);
    let said = told_between(&desk, &set, "2029-03-02T00:00:00Z", "2029-03-03T00:00:00Z");
    assert_eq!(days(&said), ["2029-03-02T06:00:00Z"]);
}

#[test]
fn each_key_has_an_end_of_its_own() {
    let (_dir, desk, set) = somebody();
    let both = || {
        desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
        desk.remember_certificate(&certificate("03", "CC", "2027-06-30T00:00:00Z"));
    };
    set("2026-04-30T00:00:00Z");
    both();
    let said = told_between(&desk, &set, "2026-04-30T00:00:00Z", "2026-05-10T00:00:00Z");
    assert_eq!(days(&said), ["2026-04-30T06:00:00Z"]);
    both();
    assert_eq!(desk.take_notices().unwrap(), []);
    let said = told_between(&desk, &set, "2027-05-01T00:00:00Z", "2027-05-02T00:00:00Z");
    assert_eq!(days(&said), ["2027-05-01T00:00:00Z"]);
}

#[test]
fn who_wants_no_notices_gets_none_of_certificates_either() {
    let (_dir, desk, set) = somebody();
    set("2026-04-01T00:00:00Z");
    desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
    let wish = |on| {
        let details = false;
        desk.keep_notice_settings(NoticesView { on, details })
            .unwrap();
    };
    wish(false);
    let said = told_between(&desk, &set, "2026-04-01T00:00:00Z", "2026-05-20T00:00:00Z");
    assert_eq!(said, []);
    // What came up meanwhile is not told afterwards, what comes up later is.
    wish(true);
    let said = told_between(&desk, &set, "2026-05-20T00:00:00Z", "2026-06-10T00:00:00Z");
    assert_eq!(days(&said), ["2026-05-30T06:00:00Z"]);
}

#[test]
fn who_comes_late_hears_of_the_end_once() {
    let (_dir, desk, set) = somebody();
    set("2026-06-28T00:00:00Z");
    desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
    let said = told_between(&desk, &set, "2026-06-28T00:00:00Z", "2026-06-29T00:00:00Z");
    assert_eq!(said.len(), 1, "{said:?}");
    let (_dir, desk, set) = somebody();
    set("2026-07-03T00:00:00Z");
    desk.remember_certificate(&certificate("01", "AA", "2026-06-30T00:00:00Z"));
    let said = told_between(&desk, &set, "2026-07-03T00:00:00Z", "2026-09-01T00:00:00Z");
    assert_eq!(days(&said), ["2026-07-03T00:00:00Z"]);
}
