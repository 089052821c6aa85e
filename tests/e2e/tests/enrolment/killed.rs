//! The program is killed (SIGKILL) at each step of an enrolment: wherever the card changes or begins a
//! dialogue, and at each request to the registration authority. The same command goes on, and in the
//! end there is one certificate on the card, of all that the authority issued for it.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use e2e::hold::kill;
use e2e::{Cli, Hold, PATIENCE, VirtualCard, World};
use serde_json::{Value, json};

use crate::{CHANGES, WRITES, heads, signs};

const ENROL: &str = "/ra/enrol";
const RETRIEVE: &str = "/ra/retrieve";
/// BPACE and BAUTH begin.
const DIALOGUES: [&str; 2] = ["22C1A4", "22F1A4"];
const ANEW: [&str; 4] = ["cert", "enrol", "--new-key", "--yes"];
const RENEW: [&str; 3] = ["cert", "renew", "--yes"];
const GO_ON: [&str; 3] = ["cert", "enrol", "--yes"];

struct Person {
    world: World,
    card: VirtualCard,
    cli: Cli,
}

impl Person {
    fn with_certificate() -> Self {
        let world = World::start().unwrap();
        let card = world.card_over_tcp("citizen").unwrap();
        let cli = world.cli("killed", Some(&card)).unwrap();
        cli.ok(&RENEW).unwrap();
        Self { world, card, cli }
    }

    /// Serial numbers of what the authority issued.
    fn issued(&self) -> Vec<String> {
        let account = self.world.sandbox.account().unwrap();
        let issued = account["issued"].as_array().unwrap().iter();
        let number = |one: &Value| one["serial_number"].as_str().unwrap().to_owned();
        issued.map(number).collect()
    }

    fn requests(&self, path: &str) -> u64 {
        let counts = self.world.sandbox.requests().unwrap();
        counts[path].as_u64().unwrap_or_default()
    }

    /// The commands to the card of a whole run, by their heads, and the requests to `ENROL`.
    fn undisturbed(&self, words: &[&str]) -> (Vec<String>, u64) {
        let before = self.requests(ENROL);
        self.card.reset_counters().unwrap();
        self.cli.ok(words).unwrap();
        (heads(&self.card), self.requests(ENROL) - before)
    }

    fn killed_at_command(&self, words: &[&str], head: &str, n: usize) {
        let hold = Hold::before(&self.card, head, n).unwrap();
        kill(hold.reached_by(&self.cli, words).unwrap()).unwrap();
    }

    /// Kills when the n-th request has come; `is_heard` lets the authority deal with it first.
    fn killed_at_request(&self, words: &[&str], path: &str, n: u64, is_heard: bool) {
        let (before, issued) = (self.requests(path), self.issued().len());
        let fault = |kind: &str, milliseconds: u64| {
            let fault =
                json!({"match": path, "kind": kind, "times": 1, "milliseconds": milliseconds});
            self.world.sandbox.fault(&fault).unwrap();
        };
        (1..n).for_each(|_| fault("delay", 0));
        if is_heard {
            // Before that has passed the program has to stand still.
            fault("delay", 5000);
        } else {
            fault("hang", 60_000);
        }
        let child = self.cli.start(words).unwrap();
        until("the request", || self.requests(path) >= before + n);
        if is_heard {
            let stop = Command::new("kill")
                .args(["-STOP", &child.id().to_string()])
                .status();
            assert!(stop.unwrap().success());
            until("the certificate", || self.issued().len() > issued);
        }
        kill(child).unwrap();
        self.world.sandbox.behave().unwrap();
    }

    /// The one certificate on the card, when it is one that was issued since.
    fn certificate(&self, before: &[String]) -> Option<String> {
        let status = self.cli.ok(&["cert", "status"]).unwrap();
        let found = status["certificates"].as_array().unwrap();
        assert!(found.len() <= 1, "{status}");
        let number = found.first()?["serial_number"].as_str().unwrap().to_owned();
        let is_new = self.issued().contains(&number) && !before.contains(&number);
        is_new.then(|| {
            let key = &status["keys"][0];
            assert_eq!(key["awaits_certificate"], false, "{status}");
            number
        })
    }

    /// The same command goes on: of what the authority issued since, nothing is lost.
    fn goes_on(&self, before: &[String], at: &str) {
        if self.certificate(before).is_none() {
            let went_on = self.cli.ok(&GO_ON);
            assert_eq!(went_on.expect(at)["state"], "issued", "{at}");
        }
        let number = self
            .certificate(before)
            .unwrap_or_else(|| panic!("{at}: no certificate"));
        let issued = self.issued();
        let since: Vec<&String> = issued.iter().filter(|one| !before.contains(one)).collect();
        assert_eq!(since, [&number], "{at}");
    }

    /// Kills a run at each of its steps, and goes on.
    fn play(&self, words: &[&str]) {
        let (commands, requests) = self.undisturbed(words);
        let is_step = |head: &str| {
            CHANGES.contains(&head) || DIALOGUES.contains(&head) || head.starts_with(WRITES)
        };
        let mut steps = 0;
        for (index, head) in commands
            .iter()
            .enumerate()
            .filter(|(_, head)| is_step(head))
        {
            let n = commands[..=index].iter().filter(|one| *one == head).count();
            let (at, before) = (format!("{head}, {n}"), self.issued());
            self.killed_at_command(words, head, n);
            self.goes_on(&before, &at);
            steps += 1;
        }
        assert!(steps >= 8, "{commands:?}");
        for n in 1..=requests {
            let (at, before) = (format!("request {n} of {requests}"), self.issued());
            self.killed_at_request(words, ENROL, n, false);
            self.goes_on(&before, &at);
        }
        let before = self.issued();
        self.killed_at_request(words, ENROL, requests, true);
        assert_eq!(self.issued().len(), before.len() + 1);
        self.goes_on(&before, "issued, and the answer unheard");
        signs(&self.cli, &self.world);
        assert_eq!(self.card.pin_attempts().unwrap(), 3);
    }
}

fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < deadline, "never came: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn killed_while_a_new_key_is_certified() {
    Person::with_certificate().play(&ANEW);
}

#[test]
fn killed_while_a_certificate_is_renewed() {
    Person::with_certificate().play(&RENEW);
}

#[test]
fn killed_while_it_waits() {
    let person = Person::with_certificate();
    let sandbox = &person.world.sandbox;
    let mood = |mood: &str| sandbox.authority(&json!({"mood": mood})).unwrap();
    mood("slow");
    let (commands, _) = person.undisturbed(&ANEW);
    let writes: Vec<&String> = commands
        .iter()
        .filter(|head| head.starts_with(WRITES))
        .collect();
    sandbox.authority(&json!({"release": true})).unwrap();
    person.cli.ok(&GO_ON).unwrap();
    // The identifier of the message is written when the authority lets the request wait.
    let before = person.issued();
    let last = writes.last().unwrap();
    let n = writes.iter().filter(|head| head == &last).count();
    person.killed_at_command(&ANEW, last, n);
    assert_eq!(person.cli.ok(&GO_ON).unwrap()["state"], "waiting");
    person.killed_at_request(&GO_ON, RETRIEVE, 1, false);
    sandbox.authority(&json!({"release": true})).unwrap();
    person.killed_at_request(&GO_ON, RETRIEVE, 1, false);
    person.killed_at_command(&GO_ON, WRITES, 2);
    person.goes_on(&before, "released");
    signs(&person.cli, &person.world);
}
