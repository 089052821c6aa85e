//! Drafts on two computers of a person, by the programs as they are.

#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Applicant, VirtualCard, World};
use kabinet_stb::hash::belt_hash;
use serde_json::{Value, json};

const MEBI: usize = 1024 * 1024;

struct Two {
    world: World,
    a: Applicant,
    b: Applicant,
    card: VirtualCard,
}

impl Two {
    /// Two computers on which the person has signed in; their drafts travel.
    fn sharing() -> Self {
        let world = World::start().unwrap();
        let card = world.card_over_tcp("citizen").unwrap();
        let a = Applicant::signed_in(&world, &card, "a").unwrap();
        let b = Applicant::signed_in(&world, &card, "b").unwrap();
        for one in [&a, &b] {
            // What was begun before is of no interest here.
            one.cli.ok(&["draft", "delete", &one.empty_draft]).unwrap();
            let shared = one.cli.ok(&["draft", "share", "on"]).unwrap();
            assert_eq!(shared["sharing"], "on");
        }
        Self { world, a, b, card }
    }

    fn attach(&self, one: &Applicant, id: &str, name: &str, octets: &[u8]) {
        let path = self.world.dir().join(name);
        std::fs::write(&path, octets).unwrap();
        let words = ["draft", "edit", id, "--attach", path.to_str().unwrap()];
        one.cli.ok(&words).unwrap();
    }
}

fn pdf(length: usize) -> Vec<u8> {
    let mut octets = b"%PDF-1.7\n".to_vec();
    octets.extend((0..length).map(|at| (at % 251) as u8));
    octets
}

fn hash(octets: &[u8]) -> String {
    hex::encode(belt_hash(octets))
}

fn sync(one: &Applicant) -> Value {
    one.cli.ok(&["sync"]).unwrap()
}

fn files(one: &Applicant, id: &str) -> (Vec<String>, Value) {
    let draft = one.cli.ok(&["draft", "show", id]).unwrap();
    let list = draft["attachments"].as_array().unwrap().iter();
    let hashes = list.map(|file| file["hash"].as_str().unwrap().to_owned());
    (hashes.collect(), draft["coming"].clone())
}

#[test]
fn files_travel_with_drafts() {
    let two = Two::sharing();
    let (a, b) = (&two.a, &two.b);
    let id = a.draft().unwrap();
    let large = pdf(2 * MEBI + 500_000);
    two.attach(a, &id, "scan.pdf", &large);
    sync(a);
    let uploads = two.world.sandbox.uploads().unwrap();
    for piece in large.chunks(MEBI) {
        assert_eq!(uploads[format!("G{}", hash(piece))], 1);
    }
    // On the way it is changed: it is not taken, and not asked for again by this program.
    let fault = json!({"match": "/jmap/api", "kind": "changed_blob", "times": 50});
    two.world.sandbox.fault(&fault).unwrap();
    sync(b);
    two.world.sandbox.behave().unwrap();
    assert_eq!(files(b, &id), (vec![hash(&large)], json!([hash(&large)])));
    b.cli.fails(&["apply", &id], "attachment_coming").unwrap();
    // The network breaks in the middle: it comes with the next pass.
    let orders = [
        json!({"match": "/jmap/api", "kind": "delay", "times": 2, "milliseconds": 0}),
        json!({"match": "/jmap/api", "kind": "drop_before", "times": 1}),
    ];
    for order in orders {
        two.world.sandbox.fault(&order).unwrap();
    }
    sync(b);
    two.world.sandbox.behave().unwrap();
    sync(b);
    assert_eq!(files(b, &id), (vec![hash(&large)], json!([])));

    // Both attach, one takes off: both have the same.
    let (second, third) = (pdf(100), pdf(200));
    two.attach(b, &id, "second.pdf", &second);
    two.attach(a, &id, "third.pdf", &third);
    let words = ["draft", "edit", &id, "--detach", &hash(&large)];
    b.cli.ok(&words).unwrap();
    sync(b);
    sync(a);
    sync(b);
    for one in [a, b] {
        let (mut there, coming) = files(one, &id);
        there.sort();
        let mut expected = vec![hash(&second), hash(&third)];
        expected.sort();
        assert_eq!((there, coming), (expected, json!([])));
    }
    // What another computer attached is signed and sent from here.
    b.cli.ok(&["apply", &id]).unwrap();
    sync(b);
    sync(a);
    let registered = two.world.sandbox.applications().unwrap();
    assert_eq!(registered.len(), 1);
    assert_eq!(
        registered[0]["attachmentBlobIds"].as_array().unwrap().len(),
        2
    );
    a.cli
        .fails(&["draft", "show", &id], "draft_not_found")
        .unwrap();
    // Nothing moves any more: one request.
    let requests = |one: &Applicant| {
        let count = || {
            let counts = two.world.sandbox.requests().unwrap();
            counts["/jmap/api"].as_u64().unwrap()
        };
        let before = count();
        sync(one);
        count() - before
    };
    assert_eq!((requests(a), requests(b)), (1, 1));
}

#[test]
fn switched_off_drafts_leave_the_portal() {
    let mut two = Two::sharing();
    let id = two.a.draft().unwrap();
    sync(&two.a);
    sync(&two.b);
    // Without a network it is done at the next pass.
    two.world.sandbox.disconnect();
    let off = two.b.cli.ok(&["draft", "share", "off"]).unwrap();
    assert_eq!(off["sharing"], "ending");
    two.world.sandbox.connect().unwrap();
    sync(&two.b);
    let off = two.b.cli.ok(&["draft", "share"]).unwrap();
    assert_eq!(off["sharing"], "off");
    // The other computer hears of it, and keeps its copy.
    assert_eq!(sync(&two.a)["sharing_ended"], true);
    let off = two.a.cli.ok(&["draft", "share"]).unwrap();
    assert_eq!(off["sharing"], "off");
    for one in [&two.a, &two.b] {
        one.cli.ok(&["draft", "show", &id]).unwrap();
        assert_eq!(sync(one)["sharing_ended"], false);
    }
    // A third one finds nothing.
    let c = Applicant::signed_in(&two.world, &two.card, "c").unwrap();
    c.cli.ok(&["draft", "share", "on"]).unwrap();
    sync(&c);
    c.cli
        .fails(&["draft", "show", &id], "draft_not_found")
        .unwrap();
}

/// What was sent from one computer can be read at another, and fills forms in there.
#[test]
fn earlier_applications_come_from_the_portal() {
    let mut two = Two::sharing();
    for one in [&two.a, &two.b] {
        one.cli.ok(&["draft", "share", "off"]).unwrap();
    }
    let id = two.a.draft().unwrap();
    two.attach(&two.a, &id, "scan.pdf", &pdf(1_200_000));
    two.a.cli.ok(&["apply", &id]).unwrap();
    sync(&two.b);
    let b = &two.b.cli;
    two.world.sandbox.disconnect();
    b.fails(&["applications", "read", &id], "offline").unwrap();
    two.world.sandbox.connect().unwrap();
    let begun = b.ok(&["draft", "new", &two.b.procedure]).unwrap();
    let sources = begun["prefilled"].as_object().unwrap().values();
    let earlier =
        sources.filter(|source| source.as_str().unwrap().starts_with("earlier.application."));
    assert!(earlier.count() > 0, "{begun}");
    // Read in full, without a network by now.
    two.world.sandbox.disconnect();
    let b = &two.b.cli;
    let read = b.ok(&["applications", "read", &id]).unwrap();
    let lines = read["lines"].as_array().unwrap();
    let typed = two.a.typed().unwrap();
    let texts = typed.as_object().unwrap().values();
    let mut texts = texts.filter_map(Value::as_str);
    let is_there = |text: &str| lines.iter().any(|line| line["value"]["be"] == text);
    assert!(texts.any(is_there), "{read}");
    let hash = hash(&pdf(1_200_000));
    assert_eq!(read["away"], json!([hash]));
    two.world.sandbox.connect().unwrap();
    let folder = two.world.dir().join("again");
    std::fs::create_dir(&folder).unwrap();
    let words = ["applications", "file", &id, &hash, "--output"];
    let b = &two.b.cli;
    b.ok(&[&words[..], &[folder.to_str().unwrap()]].concat())
        .unwrap();
    assert_eq!(
        std::fs::read(folder.join("scan.pdf")).unwrap(),
        pdf(1_200_000)
    );
    let read = b.ok(&["applications", "read", &id]).unwrap();
    assert_eq!(read["away"], json!([]));
}
