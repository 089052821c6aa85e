//! Files of an application, by the programs as they are: taken in, signed with it, sent in pieces.
//! The program is killed, and the network breaks, at every request of an upload; afterwards it goes
//! on where it was, and the portal has the application once.

#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use e2e::{Applicant, PATIENCE, VirtualCard, World};
use kabinet_stb::hash::belt_hash;
use serde_json::{Value, json};

const JMAP: &str = "/jmap/";
const MEBI: usize = 1024 * 1024;
/// Requests of an application with a file of three pieces: the question which pieces are there, three
/// pieces, putting together, the signature, the application, the changes.
const REQUESTS: u64 = 8;
/// The request that registers it.
const REGISTERS: u64 = 7;

struct Person {
    world: World,
    card: VirtualCard,
    applicant: Applicant,
}

impl Person {
    fn signed_in() -> Self {
        let world = World::start().unwrap();
        let card = world.card_over_tcp("citizen").unwrap();
        let applicant = Applicant::signed_in(&world, &card, "person").unwrap();
        Self {
            world,
            card,
            applicant,
        }
    }

    /// A file on the disk.
    fn file(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.world.dir().join(name);
        std::fs::write(&path, octets).unwrap();
        path
    }

    fn cli(&self, words: &[&str]) -> Value {
        self.applicant.cli.ok(words).unwrap()
    }

    fn attach(&self, id: &str, name: &str, octets: &[u8]) -> Value {
        let path = self.file(name, octets);
        self.cli(&["draft", "edit", id, "--attach", path.to_str().unwrap()])
    }

    /// The first `before` requests go as they should; the next one does not.
    fn fault(&self, before: u64, kind: &str) {
        let orders = [
            json!({"match": JMAP, "kind": "delay", "times": before, "milliseconds": 0}),
            json!({"match": JMAP, "kind": kind, "times": 1, "milliseconds": 60_000}),
        ];
        for order in orders {
            self.world.sandbox.fault(&order).unwrap();
        }
    }

    fn requests(&self) -> u64 {
        let counts = self.world.sandbox.requests().unwrap();
        let counts = counts.as_object().unwrap().iter();
        let ours = counts.filter(|(name, _)| name.starts_with(JMAP));
        ours.filter_map(|(_, count)| count.as_u64()).sum()
    }

    fn at_portal(&self, id: &str) -> usize {
        let applications = self.world.sandbox.applications().unwrap();
        applications.iter().filter(|one| one["id"] == id).count()
    }

    /// Whether it waits, and whether it can be taken back.
    fn waits(&self, id: &str) -> Option<bool> {
        let outbox = self.cli(&["outbox"]);
        let item = outbox
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == id);
        item.map(|item| item["can_take_back"].as_bool().unwrap())
    }

    /// What was interrupted arrives, once, and no piece of the file was sent twice.
    fn arrives(&self, id: &str, octets: &[u8], request: u64) {
        self.world.sandbox.behave().unwrap();
        match self.waits(id) {
            Some(can_take_back) => {
                assert_eq!(can_take_back, request < REGISTERS, "request {request}");
                if !can_take_back {
                    self.applicant
                        .cli
                        .fails(&["outbox", "cancel", id], "may_have_left")
                        .unwrap();
                }
                let sync = self.cli(&["outbox", "retry"]);
                assert_eq!(sync["sent"][0]["id"], id, "request {request}: {sync}");
            }
            None => assert!(request > REGISTERS, "request {request}"),
        }
        assert_eq!(self.at_portal(id), 1, "request {request}");
        let uploads = self.world.sandbox.uploads().unwrap();
        for piece in octets.chunks(MEBI) {
            assert_eq!(uploads[name(piece)], 1, "request {request}");
        }
        // The whole was put together there.
        assert_eq!(uploads[name(octets)], Value::Null);
    }
}

fn name(octets: &[u8]) -> String {
    format!("G{}", hex::encode(belt_hash(octets)))
}

/// A PDF, as far as its beginning tells, like no other.
fn pdf(length: usize, seed: u32) -> Vec<u8> {
    let mut octets = b"%PDF-1.7\n".to_vec();
    let noise = |number: u32| (number.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 15) as u8;
    octets.extend((seed..).map(noise).take(length - octets.len()));
    octets
}

#[test]
fn files_go_with_the_application() {
    let person = Person::signed_in();
    let id = person.applicant.draft().unwrap();
    let cli = &person.applicant.cli;
    let scan = pdf(300_000, 1);
    let photo = [&b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00"[..], &[7; 5000]].concat();
    person.attach(&id, "скан.pdf", &scan);
    let draft = person.attach(&id, "photo.jpg", &photo);
    let files = draft["attachments"].as_array().unwrap();
    let seen: Vec<_> = files
        .iter()
        .map(|file| {
            (
                file["name"].as_str().unwrap(),
                file["size"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [("скан.pdf", 300_000), ("photo.jpg", 5011)]);

    // What is refused leaves the draft as it was.
    for (name, octets, code) in [
        ("a.pdf", &b"MZ\x90\x00\x03\x00"[..], "attachment_executable"),
        ("a.pdf", b"\x89PNG\r\n\x1A\n", "attachment_mismatch"),
        ("a.txt", b"words", "attachment_kind"),
        ("a.pdf", b"", "attachment_empty"),
    ] {
        let path = person.file(name, octets);
        let words = ["draft", "edit", &id, "--attach", path.to_str().unwrap()];
        cli.fails(&words, code).unwrap();
    }
    let large = person.file("large.pdf", b"%PDF-1.7");
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(&large)
        .unwrap();
    file.set_len(50 * MEBI as u64 + 1).unwrap();
    let words = ["draft", "edit", &id, "--attach", large.to_str().unwrap()];
    cli.fails(&words, "attachment_too_large").unwrap();
    assert_eq!(
        person.cli(&["draft", "show", &id])["attachments"],
        draft["attachments"]
    );
    // Neither file lies in the open.
    let persons = cli.profile.join("persons");
    let found = e2e::world::files_with(&persons, &[&scan[1000..1100], &photo[..12]]).unwrap();
    assert!(found.is_empty(), "{found:?}");

    // One is removed; the other one is signed and sent.
    let hash = files[1]["hash"].as_str().unwrap();
    person.cli(&["draft", "edit", &id, "--detach", hash]);
    let sent = person.cli(&["apply", &id]);
    assert_eq!(sent["state"], "registered", "{sent}");
    let uploads = person.world.sandbox.uploads().unwrap();
    assert_eq!(uploads[name(&scan)], 1);
    assert_eq!(uploads[name(&photo)], Value::Null);
    let saved = person.world.dir().join("application.p7m");
    let saved_name = saved.to_str().unwrap();
    person.cli(&["applications", "save", &id, "-o", saved_name]);
    let signed = std::fs::read(&saved).unwrap();
    for (octets, is_signed) in [(&scan, true), (&photo, false)] {
        let hash = hex::encode(belt_hash(octets));
        let found = memchr::memmem::find(&signed, hash.as_bytes());
        assert_eq!(found.is_some(), is_signed);
    }

    // The same file again is known there, and not sent.
    let id = person.applicant.draft().unwrap();
    person.attach(&id, "again.pdf", &scan);
    assert_eq!(person.cli(&["apply", &id])["state"], "registered");
    assert_eq!(person.world.sandbox.uploads().unwrap()[name(&scan)], 1);
    assert_eq!(person.card.pin_attempts().unwrap(), 3);
}

#[test]
fn what_is_held_back_stays_until_it_is_let_go() {
    let person = Person::signed_in();
    let id = person.applicant.draft().unwrap();
    let octets = pdf(2 * MEBI + 5, 3);
    person.attach(&id, "a.pdf", &octets);
    // The second piece does not arrive.
    person.fault(2, "drop_before");
    assert_eq!(person.cli(&["apply", &id])["state"], "waiting");
    person.world.sandbox.behave().unwrap();
    let held = person.cli(&["outbox", "pause", &id]);
    assert_eq!(held[0]["state"], "paused", "{held}");
    let sync = person.cli(&["outbox", "retry"]);
    assert_eq!((&sync["waiting"], &sync["sent"]), (&json!(1), &json!([])));
    let uploads = person.world.sandbox.uploads().unwrap();
    assert_eq!(uploads[name(&octets[..MEBI])], 1);
    assert_eq!(uploads[name(&octets[MEBI..2 * MEBI])], Value::Null);
    person.cli(&["outbox", "resume", &id]);
    person.arrives(&id, &octets, 3);

    // Taken back in the middle of an upload, it is a draft with its file, and can be sent again.
    let id = person.applicant.draft().unwrap();
    let octets = pdf(2 * MEBI + 5, 4);
    person.attach(&id, "a.pdf", &octets);
    person.fault(2, "drop_before");
    assert_eq!(person.cli(&["apply", &id])["state"], "waiting");
    person.world.sandbox.behave().unwrap();
    let draft = person.cli(&["outbox", "cancel", &id]);
    assert_eq!(draft["attachments"][0]["name"], "a.pdf");
    assert_eq!(person.cli(&["apply", &id])["state"], "registered");
    person.arrives(&id, &octets, REQUESTS);
}

#[test]
fn the_network_breaks_at_every_request() {
    let person = Person::signed_in();
    for (kind, seed) in [("drop_before", 100), ("drop_after", 200)] {
        for request in 1..=REQUESTS {
            let id = person.applicant.draft().unwrap();
            let octets = pdf(2 * MEBI + 400_000, seed + request as u32);
            person.attach(&id, "a.pdf", &octets);
            person.fault(request - 1, kind);
            let before = person.requests();
            person.cli(&["apply", &id]);
            assert_eq!(person.requests(), before + request, "{kind}");
            person.arrives(&id, &octets, request);
        }
    }
}

#[test]
fn killed_at_every_request() {
    let person = Person::signed_in();
    for request in 1..=REQUESTS {
        let id = person.applicant.draft().unwrap();
        let octets = pdf(2 * MEBI + 400_000, 300 + request as u32);
        person.attach(&id, "a.pdf", &octets);
        person.fault(request - 1, "hang");
        let before = person.requests();
        let mut child = person.applicant.cli.start(&["apply", &id]).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while person.requests() < before + request {
            assert!(Instant::now() < deadline, "request {request} never came");
            thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        person.arrives(&id, &octets, request);
    }
}

/// A file of 50 MiB is taken in and sent through memory for a piece of it.
#[cfg(target_os = "linux")]
#[test]
fn a_large_file_needs_no_more_memory_than_a_small_one() {
    /// Most memory that the call had, in KiB.
    fn peak(person: &Person, words: &[&str]) -> u64 {
        let mut child = person.applicant.cli.start(words).unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut most = 0;
        while child.try_wait().unwrap().is_none() {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with("VmHWM:"));
            let words = line.unwrap_or_default().split_whitespace();
            most = most.max(
                words
                    .filter_map(|word| word.parse().ok())
                    .next()
                    .unwrap_or(0),
            );
            thread::sleep(Duration::from_millis(2));
        }
        assert!(child.wait().unwrap().success(), "{words:?}");
        most
    }
    let person = Person::signed_in();
    let peaks = [MEBI, 50 * MEBI].map(|length| {
        let id = person.applicant.draft().unwrap();
        let path = person.file("a.pdf", &pdf(length, length as u32));
        let words = ["draft", "edit", &id, "--attach", path.to_str().unwrap()];
        let taking = peak(&person, &words);
        let sending = peak(&person, &["apply", &id]);
        assert_eq!(person.at_portal(&id), 1);
        (taking, sending)
    });
    println!("most memory in KiB, taking in and sending: {peaks:?}");
    let [(taking, sending), (more_taking, more_sending)] = peaks;
    assert!(more_taking < taking + 12 * 1024, "{taking} {more_taking}");
    assert!(
        more_sending < sending + 12 * 1024,
        "{sending} {more_sending}"
    );
}
