//! The program is killed (SIGKILL) while it signs and while it sends, and answers of the portal are
//! lost. Whenever that happens, an application is in exactly one place afterwards: a draft, the
//! outbox, or the portal; and what was signed and stored is at the portal exactly once in the end.

#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use e2e::hold::kill;
use e2e::{Applicant, Hold, PATIENCE, VirtualCard, World};
use serde_json::{Value, json};

const UPLOAD: &str = "/jmap/upload/";
const API: &str = "/jmap/api";
/// INS, P1, P2 of the commands at which the card is held; secure messaging leaves them open.
const PIN_STATE: &str = "22C1A4";
const GENERAL_AUTHENTICATE: &str = "860000";
const SIGN: &str = "2A9E9A";

/// Where an application is, seen by its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Draft,
    Outbox,
    Registered,
}

/// One person with a world of their own.
struct Person {
    world: World,
    card: VirtualCard,
    applicant: Applicant,
    /// Where each application ended.
    ended: BTreeMap<String, Place>,
}

impl Person {
    fn signed_in() -> Self {
        let world = World::start().unwrap();
        let card = world.card_over_tcp("citizen").unwrap();
        let applicant = Applicant::signed_in(&world, &card, "person").unwrap();
        let ended = BTreeMap::from([(applicant.empty_draft.clone(), Place::Draft)]);
        Self {
            world,
            card,
            applicant,
            ended,
        }
    }

    fn fault(&self, path: &str, kind: &str, milliseconds: u64) {
        let fault = json!({"match": path, "kind": kind, "times": 1, "milliseconds": milliseconds});
        self.world.sandbox.fault(&fault).unwrap();
    }

    /// Requests to paths that begin so.
    fn requests(&self, path: &str) -> u64 {
        let counts = self.world.sandbox.requests().unwrap();
        let counts = counts.as_object().unwrap().iter();
        let ours = counts.filter(|(name, _)| name.starts_with(path));
        ours.filter_map(|(_, count)| count.as_u64()).sum()
    }

    /// How often the portal has it.
    fn at_portal(&self, id: &str) -> usize {
        let applications = self.world.sandbox.applications().unwrap();
        applications.iter().filter(|one| one["id"] == id).count()
    }

    /// Starts a call and kills it once so many more requests to `path` have come.
    fn killed_at_request(&self, words: &[&str], path: &str, more: u64) {
        let before = self.requests(path);
        let child = self.applicant.cli.start(words).unwrap();
        until(&format!("{more} requests to {path}"), || {
            self.requests(path) >= before + more
        });
        kill(child).unwrap();
    }

    /// Signs with the card held at the answer to the n-th command with that head, and kills.
    fn killed_at_command(&self, id: &str, head: &str, n: usize) {
        let (child, hold) = self.held_at_command(id, head, n);
        kill(child).unwrap();
        drop(hold);
    }

    fn held_at_command(&self, id: &str, head: &str, n: usize) -> (Child, Hold) {
        let hold = Hold::before(&self.card, head, n).unwrap();
        let child = hold.reached_by(&self.applicant.cli, &["apply", id]);
        (child.unwrap(), hold)
    }

    /// Where it is after a restart. It is nowhere else, and what was typed is still there.
    fn place(&self, id: &str) -> Place {
        let outbox = self.applicant.cli.ok(&["outbox"]).unwrap();
        let at_portal = self.at_portal(id);
        assert!(at_portal <= 1, "{at_portal} of {id} are at the portal");
        if outbox
            .as_array()
            .unwrap()
            .iter()
            .any(|item| item["id"] == id)
        {
            return Place::Outbox;
        }
        let draft = self.applicant.cli.call(&["draft", "show", id]).unwrap();
        if draft.code == 0 {
            assert_eq!(at_portal, 0, "a draft is at the portal: {id}");
            assert_eq!(draft.json["data"], self.applicant.typed().unwrap());
            return Place::Draft;
        }
        assert_eq!(
            draft.json["error"]["code"], "draft_not_found",
            "{}",
            draft.json
        );
        assert_eq!(at_portal, 1, "{id} is lost");
        Place::Registered
    }

    /// With the network whole, what was in the outbox arrives, once.
    fn arrives(&mut self, id: &str, place: Place) {
        self.world.sandbox.behave().unwrap();
        let ended = if place == Place::Outbox {
            let sync = self.applicant.cli.ok(&["outbox", "retry"]).unwrap();
            assert_eq!(sync["waiting"], 0, "{sync}");
            assert_eq!(sync["sent"][0]["id"], id, "{sync}");
            assert_eq!(self.at_portal(id), 1);
            Place::Registered
        } else {
            place
        };
        self.ended.insert(id.to_owned(), ended);
    }

    /// In the end: drafts are what was never stored as signed, the portal has the rest once each,
    /// nothing waits, and the holder sees the same.
    fn close(&self) {
        let of = |place| {
            let ids = self.ended.iter().filter(move |(_, ended)| **ended == place);
            ids.map(|(id, _)| id.clone()).collect::<Vec<_>>()
        };
        let ids = |list: &[Value]| {
            let ids = list
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned());
            let mut ids = ids.collect::<Vec<_>>();
            ids.sort();
            ids
        };
        let portal = ids(&self.world.sandbox.applications().unwrap());
        assert_eq!(portal, of(Place::Registered));
        let drafts = self.applicant.cli.ok(&["draft", "list"]).unwrap();
        assert_eq!(ids(drafts.as_array().unwrap()), of(Place::Draft));
        let sync = self.applicant.cli.ok(&["sync"]).unwrap();
        assert_eq!((&sync["waiting"], &sync["sent"]), (&json!(0), &json!([])));
        let ours = self.applicant.cli.ok(&["applications"]).unwrap();
        assert_eq!(ids(ours.as_array().unwrap()), portal);
        assert_eq!(self.card.pin_attempts().unwrap(), 3);
    }
}

/// Waits for something that must happen soon.
fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < deadline, "never came: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

type Act = fn(&mut Person, &str) -> Place;

/// Plays each act with an application of its own, by two people at once: what takes the time is the
/// passphrases of their stores.
fn play(acts: &[(&str, Act)]) {
    let next = Mutex::new(acts.iter());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut person = Person::signed_in();
                loop {
                    let act = next.lock().unwrap().next();
                    let Some((name, act)) = act else { break };
                    let id = person.applicant.draft().unwrap();
                    let place = act(&mut person, &id);
                    println!("{name}: {place:?}");
                    person.arrives(&id, place);
                }
                person.close();
            });
        }
    });
}

#[test]
fn killed_while_it_signs() {
    /// Some time after the card has signed: the signature is checked, stored and sent meanwhile.
    fn after(person: &Person, id: &str, time: Duration) -> Place {
        let (mut child, hold) = person.held_at_command(id, SIGN, 1);
        drop(hold);
        thread::sleep(time);
        // It may have ended on a fast computer.
        child.kill().unwrap();
        child.wait().unwrap();
        person.place(id)
    }
    play(&[
        ("before the PIN", |person, id| {
            person.killed_at_command(id, PIN_STATE, 1);
            assert_eq!(person.place(id), Place::Draft);
            Place::Draft
        }),
        ("when the PIN is proved", |person, id| {
            person.killed_at_command(id, GENERAL_AUTHENTICATE, 2);
            assert_eq!(person.place(id), Place::Draft);
            Place::Draft
        }),
        ("when the card has signed", |person, id| {
            person.killed_at_command(id, SIGN, 1);
            assert_eq!(person.place(id), Place::Draft);
            Place::Draft
        }),
        ("at once after that", |person, id| {
            after(person, id, Duration::ZERO)
        }),
        ("20 ms after that", |person, id| {
            after(person, id, Duration::from_millis(20))
        }),
        ("60 ms after that", |person, id| {
            after(person, id, Duration::from_millis(60))
        }),
        ("150 ms after that", |person, id| {
            after(person, id, Duration::from_millis(150))
        }),
    ]);
}

/// The portal registers while the program stands still, and the program never reads the answer.
fn registered_unheard(person: &Person, id: &str) {
    // Before that has passed the program has to stand still.
    person.fault(API, "delay", 5000);
    let before = person.requests(API);
    let child = person.applicant.cli.start(&["apply", id]).unwrap();
    until("the request", || person.requests(API) > before);
    let stop = Command::new("kill")
        .args(["-STOP", &child.id().to_string()])
        .status();
    assert!(stop.unwrap().success());
    until("the registration", || person.at_portal(id) == 1);
    kill(child).unwrap();
}

#[test]
fn killed_while_it_sends() {
    play(&[
        ("while the signature is uploaded", |person, id| {
            person.fault(UPLOAD, "hang", 60_000);
            person.killed_at_request(&["apply", id], UPLOAD, 1);
            assert_eq!((person.place(id), person.at_portal(id)), (Place::Outbox, 0));
            Place::Outbox
        }),
        ("while the application is made", |person, id| {
            person.fault(API, "hang", 60_000);
            person.killed_at_request(&["apply", id], API, 1);
            assert_eq!((person.place(id), person.at_portal(id)), (Place::Outbox, 0));
            // It may have arrived: nobody may change it and sign it a second time.
            let cancel = person
                .applicant
                .cli
                .fails(&["outbox", "cancel", id], "may_have_left");
            cancel.unwrap();
            Place::Outbox
        }),
        (
            "when it is registered and the answer is on its way",
            |person, id| {
                registered_unheard(person, id);
                assert_eq!((person.place(id), person.at_portal(id)), (Place::Outbox, 1));
                // And once more, in the second try.
                person.fault(API, "hang", 60_000);
                person.killed_at_request(&["sync"], API, 1);
                assert_eq!((person.place(id), person.at_portal(id)), (Place::Outbox, 1));
                Place::Outbox
            },
        ),
        (
            "when it is registered and changes are fetched",
            |person, id| {
                person.fault(API, "delay", 0);
                person.fault(API, "hang", 60_000);
                person.killed_at_request(&["apply", id], API, 2);
                assert_eq!(person.place(id), Place::Registered);
                Place::Registered
            },
        ),
        ("in a later try", |person, id| {
            person.fault(UPLOAD, "drop_before", 0);
            let waits = person.applicant.cli.ok(&["apply", id]).unwrap();
            assert_eq!(waits["state"], "waiting", "{waits}");
            person.fault(API, "hang", 60_000);
            person.killed_at_request(&["outbox", "retry"], API, 1);
            assert_eq!((person.place(id), person.at_portal(id)), (Place::Outbox, 0));
            Place::Outbox
        }),
    ]);
}

/// No kill: the portal's answer does not come. The program goes on, and says that it waits.
#[test]
fn answers_are_lost() {
    fn lost(person: &Person, id: &str, path: &str, kind: &str, registered: usize) -> Place {
        person.fault(path, kind, 0);
        let waits = person.applicant.cli.ok(&["apply", id]).unwrap();
        assert_eq!(waits["state"], "waiting", "{waits}");
        assert_eq!(person.at_portal(id), registered);
        Place::Outbox
    }
    play(&[
        ("the upload did not come", |person, id| {
            lost(person, id, UPLOAD, "drop_before", 0)
        }),
        ("the answer to the upload is lost", |person, id| {
            lost(person, id, UPLOAD, "drop_after", 0)
        }),
        ("the application did not come", |person, id| {
            lost(person, id, API, "drop_before", 0)
        }),
        ("the answer to the application is lost", |person, id| {
            lost(person, id, API, "drop_after", 1)
        }),
    ]);
}
