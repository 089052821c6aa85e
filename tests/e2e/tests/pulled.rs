//! The card is pulled out at every command of a sign-in and of a signature. Each time the person
//! hears what happened and what to do, nothing has left, the right PIN has cost no attempt, and with
//! the card back in the same act succeeds.
//!
//! The virtual card carries out the command at which it is pulled, and only the answer is lost: the
//! worse half of the cases, since card and computer then differ about what was done.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use e2e::{Applicant, Cli, Pcscd, VirtualCard, World};
use serde_json::{Value, json};

const HOLDER: &str = "citizen";
/// What a person without a card in the reader may be told.
const MEANINGFUL: [&str; 4] = ["card_removed", "no_card", "reader_gone", "card_mute"];
/// Attempts at the PIN when none is used up (STB 34.101.79, clause 6.3).
const ATTEMPTS: u64 = 3;
/// INS, P1 and P2 of BPACE's and BAUTH's messages. The second one of a dialogue proves the PIN.
const GENERAL_AUTHENTICATE: &str = "860000";

/// Pulls at each command, by several people with worlds of their own at once: what takes the time
/// is the passphrases of their stores. `ready` makes one of them ready.
fn at_each_command<'a, F: FnMut(u64)>(
    commands: u64,
    worlds: &'a [(World, VirtualCard)],
    ready: impl Fn(&'a World, &'a VirtualCard) -> F + Sync,
) {
    let next = AtomicU64::new(1);
    thread::scope(|scope| {
        for (world, card) in worlds {
            let (next, ready) = (&next, &ready);
            scope.spawn(move || {
                let mut act = ready(world, card);
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if n > commands {
                        break;
                    }
                    act(n);
                }
            });
        }
    });
}

fn worlds() -> Vec<(World, VirtualCard)> {
    let people = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(4);
    let world = |_| {
        let world = World::start().unwrap();
        let card = world.card_over_tcp(HOLDER).unwrap();
        (world, card)
    };
    (0..people).map(world).collect()
}

/// The heads of the commands of an act that nobody disturbs.
fn commands_of(card: &VirtualCard, act: impl FnOnce()) -> Vec<String> {
    card.reset_counters().unwrap();
    act();
    let status = card.status().unwrap();
    let heads: Vec<String> = serde_json::from_value(status["commands"].clone()).unwrap();
    assert_eq!(status["apdus"], heads.len());
    heads
}

/// Where in the commands the PIN is proved, counted from 1.
fn proof_of_pin(commands: &[String]) -> u64 {
    let mut messages = (1..)
        .zip(commands)
        .filter(|(_, head)| *head == GENERAL_AUTHENTICATE);
    messages.nth(1).unwrap().0
}

/// Calls with the card pulled at the n-th command; what the person is told.
fn pulled(cli: &Cli, card: &VirtualCard, n: u64, words: &[&str]) -> String {
    card.reset_counters().unwrap();
    card.eject_at(n).unwrap();
    let answer = cli.call(words).unwrap();
    let status = card.status().unwrap();
    let place = format!("{words:?} at {n}: {} {}", answer.json, answer.log);
    assert_eq!(
        status["inserted"], false,
        "the card was never pulled: {place}"
    );
    // Nobody tries again with a PIN that the person typed once.
    assert_eq!(status["apdus"], n, "{place}");
    told(&answer, &place)
}

fn told(answer: &e2e::cli::Answer, place: &str) -> String {
    assert_ne!(answer.code, 0, "{place}");
    let error = &answer.json["error"];
    let code = error["code"].as_str().unwrap_or_default();
    assert!(MEANINGFUL.contains(&code), "{place}");
    for sentence in ["message", "remedy"] {
        let text = error[sentence].as_str().unwrap_or_default();
        assert!(
            text.contains(' ') && text.ends_with('.'),
            "no {sentence}: {place}"
        );
    }
    code.to_owned()
}

/// Requests by path that only somebody with a session makes, or that make one.
fn beyond_the_dialogue(world: &World) -> Value {
    let mut requests = world.sandbox.requests().unwrap();
    requests
        .as_object_mut()
        .unwrap()
        .retain(|path, _| path.starts_with("/oauth/token") || path.contains("jmap"));
    requests
}

/// A sign-in on a new computer, pulled at n, then whole.
fn sign_in_pulled(world: &World, card: &VirtualCard, n: u64) -> String {
    let cli = world.cli(&format!("at-{n}"), Some(card)).unwrap();
    let before = beyond_the_dialogue(world);
    let code = pulled(&cli, card, n, &["login"]);
    assert_eq!(
        beyond_the_dialogue(world),
        before,
        "something went out at {n}"
    );
    assert_eq!(world.sandbox.applications().unwrap(), Vec::<Value>::new());
    cli.fails(&["whoami"], "no_store").unwrap();
    assert_eq!(
        card.pin_attempts().unwrap(),
        ATTEMPTS,
        "an attempt was lost at {n}"
    );
    // Still out: that is said too, and again nothing happens.
    told(
        &cli.call(&["login"]).unwrap(),
        &format!("still out after {n}"),
    );
    card.insert().unwrap();
    let person = cli.ok(&["login"]).unwrap();
    assert_eq!(person["session"], true);
    assert_ne!(
        beyond_the_dialogue(world),
        before,
        "the portal was not asked at all"
    );
    assert_eq!(card.pin_attempts().unwrap(), ATTEMPTS);
    code
}

#[test]
fn at_every_command_of_a_sign_in() {
    let worlds = worlds();
    let (world, card) = &worlds[0];
    let cli = world.cli("whole", Some(card)).unwrap();
    let commands = commands_of(card, || drop(cli.ok(&["login"]).unwrap()));
    println!(
        "a sign-in is {} commands: {}",
        commands.len(),
        commands.join(" ")
    );
    // The state of the PIN, BPACE, BAUTH, and at least one data group.
    assert!(commands.len() > 12, "{commands:?}");
    at_each_command(commands.len() as u64, &worlds, |world, card| {
        move |n| assert_eq!(sign_in_pulled(world, card, n), "card_removed", "at {n}")
    });
}

/// A signature pulled at n, then whole.
fn apply_pulled(world: &World, card: &VirtualCard, applicant: &Applicant, n: u64) -> String {
    let (cli, draft) = (&applicant.cli, applicant.draft().unwrap());
    let requests = world.sandbox.requests().unwrap();
    let applications = world.sandbox.applications().unwrap();
    let code = pulled(cli, card, n, &["apply", &draft]);
    assert_eq!(
        world.sandbox.requests().unwrap(),
        requests,
        "something went out at {n}"
    );
    assert_eq!(world.sandbox.applications().unwrap(), applications);
    assert_eq!(
        card.pin_attempts().unwrap(),
        ATTEMPTS,
        "an attempt was lost at {n}"
    );
    card.insert().unwrap();
    let sent = cli.ok(&["apply", &draft]).unwrap();
    assert_eq!(sent["state"], "registered", "{sent}");
    let mut registered = world.sandbox.applications().unwrap();
    registered.retain(|application| !applications.contains(application));
    assert_eq!(registered.len(), 1, "{registered:?}");
    assert_eq!(registered[0]["id"], draft.as_str());
    assert_eq!(card.pin_attempts().unwrap(), ATTEMPTS);
    code
}

#[test]
fn at_every_command_of_a_signature() {
    let worlds = worlds();
    let (world, card) = &worlds[0];
    let applicant = Applicant::signed_in(world, card, "whole").unwrap();
    let id = applicant.draft().unwrap();
    let commands = commands_of(card, || drop(applicant.cli.ok(&["apply", &id]).unwrap()));
    println!(
        "a signature is {} commands: {}",
        commands.len(),
        commands.join(" ")
    );
    assert!(commands.len() > 5, "{commands:?}");
    at_each_command(commands.len() as u64, &worlds, |world, card| {
        let applicant = Applicant::signed_in(world, card, "somebody").unwrap();
        move |n| {
            assert_eq!(
                apply_pulled(world, card, &applicant, n),
                "card_removed",
                "at {n}"
            )
        }
    });
}

/// The counter that the others watch does move: a wrong PIN is counted even when the card is pulled
/// before it can say so, and the next right one brings the attempts back.
#[test]
fn a_wrong_pin_counts_even_then() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp(HOLDER).unwrap();
    let mut cli = world.cli("wrong", Some(&card)).unwrap();
    let commands = commands_of(&card, || drop(cli.ok(&["card", "read"]).unwrap()));
    let right = std::mem::replace(&mut cli.secrets, json!({"pin": "999999"}));
    pulled(&cli, &card, proof_of_pin(&commands), &["card", "read"]);
    assert_eq!(card.pin_attempts().unwrap(), ATTEMPTS - 1);
    card.insert().unwrap();
    let status = cli.ok(&["card", "status"]).unwrap();
    assert_eq!(status["pin"]["attempts_left"], ATTEMPTS - 1, "{status}");
    cli.secrets = right;
    cli.ok(&["card", "read"]).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), ATTEMPTS);
}

/// The same through the real PC/SC daemon, at the first command, at the proof of the PIN and at the
/// last: there the daemon's and the driver's idea of a pulled card counts.
#[test]
fn in_a_reader_of_the_daemon() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd(HOLDER, 1).unwrap();
    let cli = world.cli("whole", Some(&card)).unwrap();
    let commands = commands_of(&card, || drop(cli.ok(&["card", "status"]).unwrap()));
    assert_eq!(commands.len(), 1);
    let reading = commands_of(&card, || drop(cli.ok(&["card", "read"]).unwrap()));
    // Before a sign-in and a signature the card is asked for the state of its PIN.
    let proof = proof_of_pin(&reading) + 1;
    assert_eq!(sign_in_pulled(&world, &card, 1), "card_removed");
    assert_eq!(sign_in_pulled(&world, &card, proof), "card_removed");
    // Counted from the putting in.
    let last = card.status().unwrap()["apdus"].as_u64().unwrap();
    assert_eq!(sign_in_pulled(&world, &card, last), "card_removed");

    let applicant = Applicant::signed_in(&world, &card, "applicant").unwrap();
    assert_eq!(
        apply_pulled(&world, &card, &applicant, proof),
        "card_removed"
    );
    let last = card.status().unwrap()["apdus"].as_u64().unwrap();
    assert_eq!(
        apply_pulled(&world, &card, &applicant, last),
        "card_removed"
    );
}
