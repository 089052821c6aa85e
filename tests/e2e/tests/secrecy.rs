//! The PIN is nowhere but on the card: not in the memory of the program once the card has it, not in
//! what it prints, not in what it writes. The same for the window is in `window/secrecy.rs`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use e2e::{Applicant, Cli, PATIENCE, VirtualCard, World, memory};
use serde_json::json;

/// A card with a PIN that nobody else uses, and who knows it.
fn with_a_random_pin(world: &World, name: &str) -> (VirtualCard, Cli, String) {
    let card = world.card_over_tcp("citizen").unwrap();
    let mut cli = world.cli(name, Some(&card)).unwrap();
    let pin = e2e::cli::random_pin();
    cli.secrets["new_pin"] = json!(pin);
    cli.ok(&["pin", "change"]).unwrap();
    cli.secrets = e2e::cli::secrets();
    cli.secrets["pin"] = json!(pin);
    (card, cli, pin)
}

/// Starts a call, waits until it waits for the portal at `path`, and looks into its memory: how
/// often the PIN is there. The search is right if it finds what must be there.
fn pins_in_memory(world: &World, cli: &Cli, pin: &str, words: &[&str], path: &str) -> usize {
    let hang = json!({"match": path, "kind": "hang", "times": 1, "milliseconds": 60_000});
    world.sandbox.fault(&hang).unwrap();
    let requests = || {
        world.sandbox.requests().unwrap()[path]
            .as_u64()
            .unwrap_or(0)
    };
    let before = requests();
    let mut child = cli.start(words).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while requests() == before {
        assert!(Instant::now() < deadline, "{words:?} never asked {path}");
        std::thread::sleep(Duration::from_millis(10));
    }
    let profile = cli.profile.to_string_lossy().into_owned();
    let found = memory::count(child.id(), &[pin.as_bytes(), profile.as_bytes()]).unwrap();
    assert!(found[1] > 0, "the search finds nothing at all");
    child.kill().unwrap();
    child.wait().unwrap();
    for stream in [
        &mut child.stdout.take().unwrap() as &mut dyn std::io::Read,
        &mut child.stderr.take().unwrap(),
    ] {
        let mut printed = String::new();
        stream.read_to_string(&mut printed).unwrap();
        assert!(!printed.contains(pin), "the PIN is printed");
    }
    world.sandbox.behave().unwrap();
    found[0]
}

/// Six digits may stand somewhere by chance, but hardly with every PIN.
fn never_there(look: impl Fn(u32) -> usize) {
    let found: Vec<usize> = (0..3).map(look).take_while(|count| *count > 0).collect();
    assert!(found.len() < 3, "the PIN is in memory, so often: {found:?}");
}

#[test]
fn memory_after_the_card_has_the_pin() {
    never_there(|round| {
        let world = World::start().unwrap();
        let (_card, cli, pin) = with_a_random_pin(&world, &format!("round-{round}"));
        pins_in_memory(&world, &cli, &pin, &["login"], "/oauth/token")
    });
    never_there(|round| {
        let world = World::start().unwrap();
        let (card, cli, pin) = with_a_random_pin(&world, &format!("round-{round}"));
        let name = format!("applicant-{round}");
        let secrets = cli.secrets;
        let applicant = Applicant::with_secrets(&world, &card, &name, secrets).unwrap();
        let id = applicant.draft().unwrap();
        pins_in_memory(&world, &applicant.cli, &pin, &["apply", &id], "/jmap/api")
    });
}

/// The search itself: it finds a PIN that is there.
#[test]
fn a_pin_that_is_there_is_found() {
    let pin = std::hint::black_box(e2e::cli::random_pin());
    let found = memory::count(std::process::id(), &[pin.as_bytes()]).unwrap();
    assert!(found[0] > 0);
}

/// Everything that is written: profile with store and settings, after a sign-in, a wrong PIN and a
/// signature; and everything that is printed.
#[test]
fn files_and_output() {
    let world = World::start().unwrap();
    let (card, cli, pin) = with_a_random_pin(&world, "changed");
    let applicant = Applicant::with_secrets(&world, &card, "holder", cli.secrets).unwrap();
    let id = applicant.draft().unwrap();
    let mut printed = String::new();
    for words in [
        &["card", "read"][..],
        &["whoami"],
        &["apply", &id],
        &["applications"],
    ] {
        let answer = applicant.cli.call(words).unwrap();
        assert_eq!(answer.code, 0, "{words:?}");
        printed += &format!("{}{}", answer.json, answer.log);
    }
    let mut wrong = Cli {
        profile: applicant.cli.profile.clone(),
        reader: card.reader.clone(),
        secrets: e2e::cli::secrets(),
    };
    let mistake = e2e::cli::random_pin();
    wrong.secrets["pin"] = json!(mistake);
    let answer = wrong.call(&["card", "read"]).unwrap();
    printed += &format!("{}{}", answer.json, answer.log);
    for secret in [
        pin.as_str(),
        mistake.as_str(),
        "correct horse battery staple",
        "0123456789",
    ] {
        assert!(!printed.contains(secret), "printed: {printed}");
        let files = e2e::world::files_with(&applicant.cli.profile, &[secret.as_bytes()]).unwrap();
        assert_eq!(files, Vec::<std::path::PathBuf>::new());
    }
    // The store is no store in the clear: neither is the name in it.
    let name = "YANKOUSKAYA".as_bytes();
    let files = e2e::world::files_with(&applicant.cli.profile, &[name]).unwrap();
    assert_eq!(files, Vec::<std::path::PathBuf>::new());
}
