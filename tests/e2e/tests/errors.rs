//! What goes wrong: a clear sentence in the person's language with what to do, no attempt spent
//! that the person did not make, and nothing lost.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use e2e::{Applicant, Cli, World};
use serde_json::{Value, json};

/// Words that only the sentences of one language have in common: letters that the others lack.
const LETTERS: [(&str, &[char]); 3] = [
    ("be", &['і', 'ў', 'І', 'Ў']),
    ("ru", &['и', 'щ', 'И', 'Щ']),
    ("en", &['e', 'a', 't']),
];

/// The call fails with that code; message and remedy are sentences in each of the three languages.
/// `again` makes the state anew before each language.
fn told(cli: &Cli, words: &[&str], code: &str, mut again: impl FnMut()) -> Value {
    let mut last = Value::Null;
    for (language, letters) in LETTERS {
        again();
        let spoken = [&["--lang", language], words].concat();
        last = cli.fails(&spoken, code).unwrap();
        let mut whole = String::new();
        for part in ["message", "remedy"] {
            let sentence = last[part].as_str().unwrap();
            assert!(
                sentence.ends_with('.') && sentence.contains(' '),
                "{code} {language}: {sentence}"
            );
            assert!(
                !sentence.contains(['{', '}', '_']),
                "{code} {language}: {sentence}"
            );
            whole.push_str(sentence);
        }
        assert!(
            whole.contains(letters),
            "{code} is not said in {language}: {whole}"
        );
    }
    last
}

fn with_secret(cli: &Cli, name: &str, value: &str) -> Cli {
    let mut secrets = e2e::cli::secrets();
    secrets[name] = json!(value);
    Cli {
        profile: cli.profile.clone(),
        reader: cli.reader.clone(),
        secrets,
    }
}

fn pin_state(cli: &Cli) -> Value {
    cli.ok(&["card", "status"]).unwrap()["pin"].clone()
}

/// From the first wrong PIN to a blocked one and back; the right PIN is never taken for the person's
/// guess, and what is not a PIN costs nothing.
#[test]
fn wrong_pins_until_suspended_and_blocked_and_back() {
    let (world, card) = World::with_card().unwrap();
    let right = world.cli("holder", Some(&card)).unwrap();
    let wrong = with_secret(&right, "pin", "999999");
    told(
        &with_secret(&right, "pin", "12345"),
        &["card", "read"],
        "pin_format",
        || {},
    );
    assert_eq!(card.pin_attempts().unwrap(), 3);

    let error = wrong.fails(&["login"], "pin_wrong").unwrap();
    assert_eq!(error["attempts_left"], 2);
    assert_eq!(
        pin_state(&right),
        json!({"state": "usable", "attempts_left": 2})
    );
    let error = wrong.fails(&["card", "read"], "pin_wrong").unwrap();
    assert_eq!(error["attempts_left"], 1);
    assert_eq!(pin_state(&right)["state"], "suspended");

    // The last attempt is not spent by anything but the person's own resuming.
    told(&right, &["login"], "pin_suspended", || {});
    told(&wrong, &["card", "read"], "pin_suspended", || {});
    assert_eq!(card.pin_attempts().unwrap(), 1);
    told(
        &with_secret(&right, "can", "000000"),
        &["pin", "resume"],
        "can_wrong",
        || {},
    );
    told(
        &with_secret(&right, "can", "00"),
        &["pin", "resume"],
        "can_format",
        || {},
    );
    let status = right.ok(&["pin", "resume"]).unwrap();
    assert_eq!(
        status["pin"],
        json!({"state": "usable", "attempts_left": 1})
    );
    right.ok(&["login"]).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);

    for _ in 0..2 {
        wrong.fails(&["card", "read"], "pin_wrong").unwrap();
    }
    right.ok(&["pin", "resume"]).unwrap();
    let error = wrong.fails(&["card", "read"], "pin_blocked").unwrap();
    assert!(error["remedy"].as_str().unwrap().contains("PUK"));
    assert_eq!(pin_state(&right)["state"], "blocked");
    told(&right, &["login"], "pin_blocked", || {});
    told(&right, &["pin", "resume"], "pin_blocked", || {});

    told(
        &with_secret(&right, "puk", "0000"),
        &["pin", "unblock"],
        "puk_format",
        || {},
    );
    let error = told(
        &with_secret(&right, "puk", "0000000000"),
        &["pin", "unblock"],
        "puk_wrong",
        || {},
    );
    assert!(error["attempts_left"].as_u64().unwrap() < 10);
    let status = right.ok(&["pin", "unblock"]).unwrap();
    assert_eq!(
        status["pin"],
        json!({"state": "usable", "attempts_left": 3})
    );
    right.ok(&["login"]).unwrap();
}

#[test]
fn a_new_pin_works_and_the_old_one_does_not() {
    let (world, card) = World::with_card().unwrap();
    let old = world.cli("holder", Some(&card)).unwrap();
    let change = with_secret(&old, "new_pin", "271828");
    told(
        &with_secret(&old, "new_pin", "27182"),
        &["pin", "change"],
        "pin_format",
        || {},
    );
    change.ok(&["pin", "change"]).unwrap();
    old.fails(&["card", "read"], "pin_wrong").unwrap();
    with_secret(&old, "pin", "271828")
        .ok(&["card", "read"])
        .unwrap();
    with_secret(&old, "new_pin", "314159")
        .ok(&["pin", "unblock", "--new-pin"])
        .unwrap();
    with_secret(&old, "pin", "314159")
        .ok(&["card", "read"])
        .unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// A terminal whose certificate has expired, or whose authority is not the card's, learns nothing:
/// the card refuses it after the PIN, and the PIN keeps its attempts.
#[test]
fn a_terminal_that_the_card_does_not_trust() {
    let (mut world, card) = World::with_card().unwrap();
    for terminal in ["expired", "foreign"] {
        world.sandbox.show_terminal(terminal).unwrap();
        let cli = world.cli(terminal, Some(&card)).unwrap();
        told(&cli, &["login"], "terminal_refused", || {});
        assert_eq!(card.pin_attempts().unwrap(), 3);
        cli.fails(&["whoami"], "no_store").unwrap();
    }
    world.sandbox.show_terminal("valid").unwrap();
    world
        .cli("after", Some(&card))
        .unwrap()
        .ok(&["login"])
        .unwrap();
}

/// Each misbehaviour of the portal in a sign-in, a synchronisation and a sending; afterwards
/// everything goes on, and what was signed arrives once.
#[test]
fn a_portal_that_misbehaves() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let fault = |path: &str, kind: &str| {
        world.sandbox.behave().unwrap();
        let fault = json!({"match": path, "kind": kind, "times": 1000});
        world.sandbox.fault(&fault).unwrap();
    };
    for (kind, code) in [
        ("garbage", "portal_garbage"),
        ("status_500", "portal_server"),
        ("status_503", "portal_server"),
        ("truncate", "portal_garbage"),
        ("drop_before", "offline"),
    ] {
        told(cli, &["login"], code, || fault("/", kind));
        told(cli, &["sync"], code, || fault("/", kind));
        // With the session as it was, only the personal area misbehaves.
        fault("/jmap", kind);
        let id = applicant.draft().unwrap();
        let waits = cli.ok(&["apply", &id]).unwrap();
        assert_eq!(waits["state"], "waiting", "{kind}: {waits}");
        assert_eq!(waits["problem"]["code"], code, "{waits}");
        assert_eq!(cli.ok(&["outbox"]).unwrap()[0]["id"], id.as_str());
        world.sandbox.behave().unwrap();
        let sync = cli.ok(&["outbox", "retry"]).unwrap();
        assert_eq!(sync["sent"][0]["id"], id.as_str(), "{kind}: {sync}");
        assert_eq!(sync["waiting"], 0);
    }
    assert_eq!(world.sandbox.applications().unwrap().len(), 5);
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// A portal that takes a request and never answers: the person is told after a while.
#[test]
fn a_portal_that_says_nothing() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let hang = json!({"match": "/jmap", "kind": "hang", "times": 9, "milliseconds": 120_000});
    world.sandbox.fault(&hang).unwrap();
    applicant.cli.fails(&["sync"], "portal_timeout").unwrap();
    world.sandbox.behave().unwrap();
    applicant.cli.ok(&["sync"]).unwrap();
}

#[test]
fn no_portal_and_a_portal_that_is_gone() {
    let (mut world, card) = World::with_card().unwrap();
    let cli = world.cli("holder", Some(&card)).unwrap();
    told(
        &cli,
        &["--portal", "http://portal.example", "login"],
        "insecure_address",
        || {},
    );
    world.sandbox.disconnect();
    told(&cli, &["login"], "offline", || {});
    fs::write(cli.profile.join("settings.json"), "{}").unwrap();
    told(&cli, &["login"], "no_portal", || {});
    fs::write(cli.profile.join("settings.json"), "{").unwrap();
    told(&cli, &["whoami"], "settings_unreadable", || {});
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// The portal has forgotten the session: what is typed and signed stays, and goes after the next
/// sign-in.
#[test]
fn a_session_that_has_ended() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    cli.ok(&["logout"]).unwrap();
    told(cli, &["sync"], "session_expired", || {});
    let id = applicant.draft().unwrap();
    let waits = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(waits["problem"]["code"], "session_expired", "{waits}");
    cli.ok(&["login"]).unwrap();
    let sync = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sync["sent"][0]["id"], id.as_str(), "{sync}");
}

/// The portal ends the session by itself: that is known from then on, also after a new start, and the
/// dead token is not shown to it again. Only a portal that says so ends it.
#[test]
fn a_session_that_the_portal_has_ended() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let has_session = || cli.ok(&["whoami"]).unwrap()["session"].clone();
    let expired = |path: &str| json!({"match": path, "kind": "expired_token", "times": 1000});
    world.sandbox.fault(&expired("/jmap")).unwrap();
    let busy = json!({"match": "/oauth/token", "kind": "status_503"});
    world.sandbox.fault(&busy).unwrap();
    cli.fails(&["sync"], "portal_server").unwrap();
    assert_eq!(has_session(), true);

    world.sandbox.fault(&expired("/oauth/token")).unwrap();
    let id = applicant.draft().unwrap();
    let waits = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(waits["problem"]["code"], "session_expired", "{waits}");
    assert_eq!(has_session(), false);
    world.sandbox.behave().unwrap();
    let before = world.sandbox.requests().unwrap();
    told(cli, &["sync"], "session_expired", || {});
    assert_eq!(world.sandbox.requests().unwrap(), before);

    cli.ok(&["login"]).unwrap();
    assert_eq!(has_session(), true);
    let sync = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sync["sent"][0]["id"], id.as_str(), "{sync}");
}

/// From one computer the person is signed out on all of theirs, and nobody else is; a portal that cannot
/// be asked leaves everything as it is.
#[test]
fn a_sign_out_on_all_computers() {
    let (mut world, card) = World::with_card().unwrap();
    let stranger = world.card_over_tcp("foreigner").unwrap();
    let [here, there] =
        ["here", "there"].map(|name| Applicant::signed_in(&world, &card, name).unwrap());
    let other = world.cli("other", Some(&stranger)).unwrap();
    other.ok(&["login"]).unwrap();
    let has_session = |cli: &Cli| cli.ok(&["whoami"]).unwrap()["session"] == true;

    world.sandbox.disconnect();
    here.cli
        .fails(&["logout", "--everywhere"], "offline")
        .unwrap();
    assert!(has_session(&here.cli));
    world.sandbox.connect().unwrap();
    here.cli.ok(&["logout", "--everywhere"]).unwrap();
    assert!(!has_session(&here.cli));
    here.cli
        .fails(&["logout", "--everywhere"], "session_expired")
        .unwrap();
    there.cli.fails(&["sync"], "session_expired").unwrap();
    assert!(!has_session(&there.cli));
    other.ok(&["sync"]).unwrap();
    // Who signs in again is in again.
    there.cli.ok(&["login"]).unwrap();
    there.cli.ok(&["sync"]).unwrap();

    // An ordinary sign-out is one of this computer alone.
    here.cli.ok(&["login"]).unwrap();
    here.cli.ok(&["logout"]).unwrap();
    there.cli.ok(&["sync"]).unwrap();
    assert!(has_session(&there.cli));
}

/// Another person's card in the reader signs nothing of this person's.
#[test]
fn the_card_of_another_person() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let id = applicant.draft().unwrap();
    let foreigner = world.card_over_tcp("foreigner").unwrap();
    let other = Cli {
        profile: applicant.cli.profile.clone(),
        reader: foreigner.reader.clone(),
        secrets: e2e::cli::secrets(),
    };
    told(&other, &["apply", &id], "other_card", || {});
    assert_eq!(applicant.cli.ok(&["outbox"]).unwrap(), json!([]));
    let draft = applicant.cli.ok(&["draft", "show", &id]).unwrap();
    assert_eq!(draft["data"], applicant.typed().unwrap());
}

/// A store under a wrong passphrase, damaged, or held by another copy of the program.
#[test]
fn a_store_that_cannot_be_opened() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let id = applicant.draft().unwrap();
    told(
        &with_secret(cli, "passphrase", "not this one"),
        &["whoami"],
        "passphrase_wrong",
        || {},
    );
    let none = Cli {
        secrets: json!({}),
        profile: cli.profile.clone(),
        reader: String::new(),
    };
    told(&none, &["whoami"], "no_terminal", || {});

    // Another copy holds the store while it waits for a slow portal.
    let hang = json!({"match": "/jmap", "kind": "hang", "times": 1, "milliseconds": 20_000});
    world.sandbox.fault(&hang).unwrap();
    let mut other = cli.start(&["sync"]).unwrap();
    wait_for_request(&world, "/jmap/api");
    told(cli, &["draft", "list"], "second_instance", || {});
    told(cli, &["apply", &id], "second_instance", || {});
    other.kill().unwrap();
    other.wait().unwrap();
    world.sandbox.behave().unwrap();
    let draft = cli.ok(&["draft", "show", &id]).unwrap();
    assert_eq!(draft["data"], applicant.typed().unwrap());

    // Damage is said, and the file is left as it is for whoever can save something of it.
    let store = store_of(&cli.profile);
    let whole = fs::read(&store).unwrap();
    let mut damaged = whole.clone();
    damaged[..4096].fill(0xA5);
    fs::write(&store, &damaged).unwrap();
    told(cli, &["draft", "list"], "store_damaged", || {});
    assert_eq!(fs::read(&store).unwrap(), damaged);
    fs::write(&store, &whole).unwrap();
    assert_eq!(
        cli.ok(&["draft", "show", &id]).unwrap()["data"],
        draft["data"]
    );
}

fn wait_for_request(world: &World, path: &str) {
    let before = count(world, path);
    for _ in 0..600 {
        if count(world, path) > before {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("no request to {path}");
}

fn count(world: &World, path: &str) -> u64 {
    world.sandbox.requests().unwrap()[path]
        .as_u64()
        .unwrap_or(0)
}

fn store_of(profile: &Path) -> PathBuf {
    let persons = fs::read_dir(profile.join("persons")).unwrap();
    let mut stores = persons
        .map(|entry| entry.unwrap().path().join("store.db"))
        .filter(|path| path.exists());
    stores.next().unwrap()
}
