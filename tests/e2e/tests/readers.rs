//! Readers as they are: a service that goes and comes back, other programs at the same card, slow
//! cards, two cards at once. All through the real PC/SC daemon.

#![allow(clippy::unwrap_used, missing_docs)]

use std::ffi::CString;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use e2e::{Cli, PATIENCE, Pcscd, VirtualCard, World};
use pcsc::{Context, Disposition, Protocols, Scope, ShareMode};
use serde_json::{Value, json};

/// Commands of `card read` before which the PIN is proved already.
const IN_THE_MIDDLE: u64 = 7;

/// Another program, connected to the card.
fn neighbour(card: &VirtualCard, mode: ShareMode) -> Result<pcsc::Card, pcsc::Error> {
    let context = Context::establish(Scope::User).unwrap();
    let name = CString::new(card.reader.as_str()).unwrap();
    context.connect(&name, mode, Protocols::ANY)
}

/// A call that was left running in the middle of its dialogue, held up there so long.
fn held_up(cli: &Cli, card: &VirtualCard, milliseconds: u64) -> Child {
    card.reset_counters().unwrap();
    card.delay_at(IN_THE_MIDDLE, milliseconds).unwrap();
    let child = cli.start(&["card", "read"]).unwrap();
    let deadline = Instant::now() + PATIENCE;
    // The card is busy with the command that it answers late, so the one before is the last seen.
    while card.status().unwrap()["apdus"].as_u64().unwrap() < IN_THE_MIDDLE - 1 {
        assert!(Instant::now() < deadline, "it did not come so far");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn finished(child: Child) -> (bool, Value) {
    let output = child.wait_with_output().unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.success(), json)
}

fn watched(cli: &Cli) -> (Child, Receiver<Value>) {
    let mut child = cli.start(&["readers", "--watch"]).unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    child.stderr.take();
    let (sender, events) = channel();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let _ = sender.send(serde_json::from_str(&line).unwrap());
        }
    });
    (child, events)
}

fn until(events: &Receiver<Value>, what: &str, wanted: impl Fn(&Value) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let view = events
            .recv_timeout(left)
            .unwrap_or_else(|_| panic!("never {what}"));
        if wanted(&view) {
            return;
        }
    }
}

#[test]
fn a_service_that_stops_and_starts_again_is_followed() {
    let service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let watcher = world.cli("watcher", None).unwrap();
    let (mut child, events) = watched(&watcher);
    let card_seen = |view: &Value| view.to_string().contains("id_card");
    until(&events, "a card", card_seen);
    service.kill().unwrap();
    until(&events, "without a service", |view| {
        view["service"] == "not_running"
    });
    let cli = world.cli("caller", Some(&card)).unwrap();
    cli.fails(&["card", "status"], "no_service").unwrap();
    let _service = Pcscd::start().unwrap();
    until(&events, "a card again", card_seen);
    cli.ok(&["card", "read"]).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_service_that_dies_in_a_dialogue_costs_nothing() {
    let service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("caller", Some(&card)).unwrap();
    let child = held_up(&cli, &card, 3_000);
    service.kill().unwrap();
    let (succeeded, answer) = finished(child);
    assert!(!succeeded, "{answer}");
    let code = answer["error"]["code"].as_str().unwrap();
    let clear = ["no_service", "reader_gone", "card_removed", "reader_failed"];
    assert!(clear.contains(&code), "{answer}");
    let _service = Pcscd::start().unwrap();
    card.wait_until_seen().unwrap();
    cli.ok(&["card", "read"]).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn a_program_that_has_the_card_for_itself_is_named_as_the_cause() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("caller", Some(&card)).unwrap();
    let other = neighbour(&card, ShareMode::Exclusive).unwrap();
    cli.fails(&["card", "status"], "card_in_use").unwrap();
    drop(other);
    cli.ok(&["card", "status"]).unwrap();

    // A transaction is waited for, but not for ever.
    let mut other = neighbour(&card, ShareMode::Shared).unwrap();
    let transaction = other.transaction().unwrap();
    let started = Instant::now();
    cli.fails(&["card", "status"], "card_in_use").unwrap();
    assert!(started.elapsed() > Duration::from_secs(4));
    let waiting = cli.start(&["card", "status"]).unwrap();
    thread::sleep(Duration::from_secs(1));
    drop(transaction);
    let (succeeded, answer) = finished(waiting);
    assert!(succeeded, "{answer}");
}

/// GnuPG's scdaemon as people have it, at the virtual reader.
struct Gnupg {
    home: tempfile::TempDir,
}

impl Gnupg {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        // Through the service, as where the service runs; its own driver would want the reader's USB.
        std::fs::write(home.path().join("scdaemon.conf"), "disable-ccid\n").unwrap();
        Self { home }
    }

    /// Takes the card for any use, as it does with one that it has an application for.
    fn take_card(&self) {
        let taken = self
            .command("gpg-connect-agent")
            .args(["SCD SERIALNO undefined", "/bye"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&taken.stdout).into_owned();
        assert!(said.contains("S SERIALNO"), "{said}");
    }

    fn let_go(&self) {
        let ended = self
            .command("gpgconf")
            .args(["--kill", "scdaemon"])
            .status();
        assert!(ended.unwrap().success());
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("--homedir").arg(self.home.path());
        command
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        let _ = self.command("gpgconf").args(["--kill", "all"]).status();
    }
}

fn check<'a>(doctor: &'a Value, name: &str) -> Option<&'a Value> {
    let mut checks = doctor["checks"].as_array().unwrap().iter();
    checks.find(|check| check["name"] == name)
}

#[test]
fn gnupg_that_holds_the_card_is_named_with_the_way_to_make_it_let_go() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("caller", Some(&card)).unwrap();
    let anyone = world.cli("anyone", None).unwrap();
    let doctor = anyone.call(&["doctor"]).unwrap().json;
    assert_eq!(check(&doctor, "holders"), None, "{doctor}");

    let gnupg = Gnupg::new();
    gnupg.take_card();
    for language in ["be", "ru", "en"] {
        for caller in [&cli, &anyone] {
            let words = ["--lang", language, "card", "status"];
            let error = caller.fails(&words, "card_in_use").unwrap();
            assert!(
                error["message"].as_str().unwrap().contains("GnuPG"),
                "{error}"
            );
            let remedy = error["remedy"].as_str().unwrap();
            assert!(remedy.contains("gpgconf --kill scdaemon"), "{error}");
        }
    }
    let doctor = anyone.call(&["doctor"]).unwrap().json;
    assert_eq!(check(&doctor, "holders").unwrap()["detail"], "scdaemon");
    let found = check(&doctor, "card").unwrap();
    assert_eq!(found["problem"]["code"], "card_in_use", "{doctor}");
    assert_eq!(found["detail"], "scdaemon runs", "{doctor}");
    let readers = anyone.ok(&["readers"]).unwrap();
    let reader = &readers["readers"][0];
    assert_eq!(reader["card"], "in_use", "{readers}");
    assert_eq!(reader["problem"]["code"], "card_in_use", "{readers}");

    gnupg.let_go();
    let deadline = Instant::now() + PATIENCE;
    while anyone.call(&["card", "status"]).unwrap().code != 0 {
        assert!(Instant::now() < deadline, "GnuPG does not let go");
    }
    cli.ok(&["card", "read"]).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// What wakes up after a sleep: the service with a gap in its time, and a card that lost its power.
#[test]
fn a_dialogue_that_a_sleep_interrupts_costs_nothing_and_the_watch_goes_on() {
    let service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let watcher = world.cli("watcher", None).unwrap();
    let (mut child, events) = watched(&watcher);
    let card_seen = |view: &Value| view.to_string().contains("id_card");
    until(&events, "a card", card_seen);
    let cli = world.cli("caller", Some(&card)).unwrap();

    // The card kept its power: the service answers late, that is all.
    let call = held_up(&cli, &card, 5_000);
    service.pause(true).unwrap();
    thread::sleep(Duration::from_secs(10));
    service.pause(false).unwrap();
    let (succeeded, answer) = finished(call);
    assert!(succeeded, "{answer}");

    // The card lost its power and its state, as contact cards do.
    card.reset_counters().unwrap();
    let waking = held_up(&cli, &card, 5_000);
    service.pause(true).unwrap();
    card.eject().unwrap();
    thread::sleep(Duration::from_secs(3));
    service.pause(false).unwrap();
    let (succeeded, answer) = finished(waking);
    assert!(!succeeded, "{answer}");
    assert_eq!(answer["error"]["code"], "card_removed", "{answer}");
    until(&events, "the empty reader", |view| !card_seen(view));
    card.insert().unwrap();
    until(&events, "the card again", card_seen);
    cli.ok(&["card", "read"]).unwrap();

    // The card is powered anew while it stays in: another state, but the same card.
    card.reset_counters().unwrap();
    card.reset_at(IN_THE_MIDDLE).unwrap();
    let error = cli.fails(&["card", "read"], "card_reset").unwrap();
    assert_eq!(error["retryable"], true, "{error}");
    cli.ok(&["card", "read"]).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A card that announces what it cannot do. One dialogue finds it out, and no later start of the
/// program tries again.
#[test]
fn a_refusal_of_long_commands_outlives_the_program() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world
        .other_card_in_vpcd("citizen", 0, |card| card["extended_length"] = json!(false))
        .unwrap();
    card.wait_until_seen().unwrap();
    let read = |cli: &Cli| {
        card.reset_counters().unwrap();
        cli.ok(&["card", "read", "--with", "can"]).unwrap();
        card.status().unwrap()["extended"].as_u64().unwrap()
    };
    let cli = world.cli("caller", Some(&card)).unwrap();
    assert_eq!(read(&cli), 1);
    let kept = std::fs::read_to_string(cli.profile.join("readers.json")).unwrap();
    assert!(kept.contains("Virtual PCD"), "{kept}");
    assert_eq!(read(&cli), 0);
    // Another profile has to find it out for itself.
    assert_eq!(read(&world.cli("fresh", Some(&card)).unwrap()), 1);
}

/// Inside a channel of the ID card's own a refusal costs the channel, once.
#[test]
fn a_refusal_inside_the_channel_is_said_and_does_not_come_again() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("caller", Some(&card)).unwrap();
    let long = || {
        card.reset_counters().unwrap();
        card.status_at(IN_THE_MIDDLE, "6700").unwrap();
        cli.call(&["card", "read"]).unwrap()
    };
    let answer = long();
    assert_eq!(
        answer.json["error"]["code"], "long_refused",
        "{}",
        answer.json
    );
    assert_eq!(answer.json["error"]["retryable"], true);
    assert_eq!(card.pin_attempts().unwrap(), 3);
    cli.ok(&["card", "read"]).unwrap();
    // The same status to a short command is about something else.
    let answer = long();
    assert_eq!(
        answer.json["error"]["code"], "card_reset",
        "{}",
        answer.json
    );
}

/// A card that gives no answer to reset that anybody understands.
#[test]
fn a_card_the_wrong_way_round_is_explained() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world
        .other_card_in_vpcd("citizen", 0, |card| card["atr"] = json!("3B".repeat(40)))
        .unwrap();
    let anyone = world.cli("anyone", None).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let readers = loop {
        let view = anyone.ok(&["readers"]).unwrap();
        if view["readers"][0]["card"] != "absent" {
            break view;
        }
        assert!(Instant::now() < deadline, "no card is seen: {view}");
    };
    let reader = &readers["readers"][0];
    assert_eq!(reader["card"], "mute", "{readers}");
    assert_eq!(reader["problem"]["code"], "card_mute");
    for language in ["be", "ru", "en"] {
        let words = ["--lang", language, "card", "status"];
        let error = anyone.fails(&words, "card_mute").unwrap();
        let doctor = anyone.call(&["--lang", language, "doctor"]).unwrap().json;
        assert_eq!(
            check(&doctor, "card").unwrap()["problem"],
            error,
            "{doctor}"
        );
    }
}

/// People get a line for each reader that changed, until they stop it or the time is over.
#[test]
fn readers_are_watched_as_text() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let mut child = Command::new(e2e::program::path("kabinet-cli").unwrap())
        .args(["--lang", "en", "--timeout", "60", "--profile"])
        .arg(world.profile("watcher").unwrap())
        .args(["readers", "--watch"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || lines.next().map(Result::unwrap);
    assert_eq!(next().unwrap(), "Virtual PCD 00 00: ID card");
    assert_eq!(next().unwrap(), "Virtual PCD 00 01: no card");
    card.eject().unwrap();
    assert_eq!(next().unwrap(), "Virtual PCD 00 00: no card");
    card.insert().unwrap();
    let mut line = next().unwrap();
    // The service may try in vain to power it at first.
    while line != "Virtual PCD 00 00: ID card" {
        line = next().expect("the card does not come back");
    }
    assert_eq!(next(), None, "it goes on without a change");
    assert!(child.wait().unwrap().success());
}

#[test]
fn no_other_program_comes_between_the_commands_of_a_dialogue() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("caller", Some(&card)).unwrap();
    let mut other = neighbour(&card, ShareMode::Shared).unwrap();
    let child = held_up(&cli, &card, 2_000);
    // Whether the daemon refuses it or lets it wait, the dialogue goes on.
    let _ = other.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard);
    let (succeeded, answer) = finished(child);
    assert!(succeeded, "{answer}");
    // A reset between two dialogues is none of ours.
    let _ = other.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard);
    cli.ok(&["card", "read"]).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn a_slow_card_is_waited_for() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("caller", Some(&card)).unwrap();
    let child = held_up(&cli, &card, 12_000);
    let (succeeded, answer) = finished(child);
    assert!(succeeded, "{answer}");
}

#[test]
fn with_two_cards_nobody_guesses_whose_pin_it_is() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let first = world.card_in_vpcd("citizen", 0).unwrap();
    let second = world.card_in_vpcd("foreigner", 1).unwrap();
    let anyone = world.cli("anyone", None).unwrap();
    anyone.fails(&["card", "read"], "several_cards").unwrap();
    let cli = world.cli("caller", Some(&second)).unwrap();
    let holder = cli.ok(&["card", "read"]).unwrap()["holder"].to_string();
    assert!(holder.contains("MUELLER"), "{holder}");
    first.eject().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while anyone.call(&["card", "status"]).unwrap().code != 0 {
        assert!(Instant::now() < deadline, "the other card is not found");
    }
    assert_eq!(first.pin_attempts().unwrap(), 3);
    assert_eq!(second.pin_attempts().unwrap(), 3);
}

/// The state of the PIN is read in the same transaction in which it is tried, so nobody tries it on
/// what it was a moment ago: the last attempt waits for the CAN however many ask at once.
#[test]
fn wrong_pins_at_the_same_time_leave_the_last_attempt() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let mut cli = world.cli("caller", Some(&card)).unwrap();
    cli.secrets["pin"] = json!("999999");
    let calls: Vec<Child> = (0..5)
        .map(|_| cli.start(&["card", "read"]).unwrap())
        .collect();
    let mut wrong = 0;
    let mut count = |(succeeded, answer): (bool, Value)| {
        assert!(!succeeded, "{answer}");
        let code = answer["error"]["code"].as_str().unwrap();
        match code {
            "pin_wrong" => wrong += 1,
            "pin_suspended" | "card_in_use" => {}
            _ => panic!("{answer}"),
        }
        code == "pin_suspended"
    };
    let mut is_suspended = false;
    for call in calls {
        is_suspended |= count(finished(call));
    }
    // Where each dialogue takes long, others did not come to the card in time.
    for _ in 0..3 {
        if !is_suspended {
            is_suspended = count(finished(cli.start(&["card", "read"]).unwrap()));
        }
    }
    assert!(is_suspended);
    assert_eq!(wrong, 2);
    assert_eq!(card.pin_attempts().unwrap(), 1);
}
