//! What an act costs, counted on the running whole: commands to the card beside the fewest that the
//! standard's sequences allow, requests to the portal, memory for a large file. `cargo xtask bench`
//! runs these in an optimised build with a file of 1 GiB and shows the numbers.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use e2e::{Applicant, Cli, VirtualCard, World};
use serde_json::Value;

/// Heads (INS, P1, P2) of commands that are counted apart; STB 34.101.79, clause 12.
const SELECT_FILE: &str = "A4020C";
const READ: &str = "B0";

/// Heads of the commands that an act sends.
fn commands(card: &VirtualCard, act: impl FnOnce()) -> Vec<String> {
    card.reset_counters().unwrap();
    act();
    serde_json::from_value(card.status().unwrap()["commands"].clone()).unwrap()
}

fn count(commands: &[String], head: &str) -> usize {
    let ours = commands.iter().filter(|command| command.starts_with(head));
    ours.count()
}

/// Compares with the fewest; `spare` are the ones that we send on purpose beyond them, and why.
fn compare(act: &str, commands: &[String], fewest: usize, spare: &[&str]) {
    println!(
        "{act}: {} commands, fewest {fewest}, on purpose beyond: {spare:?}\n  {}",
        commands.len(),
        commands.join(" ")
    );
    assert_eq!(commands.len(), fewest + spare.len(), "{act}");
}

/// BPACE: initialisation and two steps (clause 12.3.1).
const BPACE: usize = 3;
/// BAUTH: initialisation and two steps (clause 12.3.2), beside the certificates.
const BAUTH: usize = 3;
/// Certificates from the card's root down to the terminal: the one below the root and the terminal's.
const CERTIFICATES: usize = 2;
/// Before a person is asked for a PIN, its state is looked at: nobody shall type one in vain.
const STATE: &str = "state of the PIN";

#[test]
fn commands_to_the_card() {
    let (world, card) = World::with_card().unwrap();
    let cli = world.cli("holder", Some(&card)).unwrap();
    let status = commands(&card, || drop(cli.ok(&["card", "status"]).unwrap()));
    compare("card status", &status, 1, &[]);

    let login = commands(&card, || drop(cli.ok(&["login"]).unwrap()));
    // The terminal selects eID and asks first whether the document is valid (chapter 10), then it
    // selects and reads each group; the groups of this card fit into one answer each.
    let groups = count(&login, SELECT_FILE);
    let reading = 2 + groups + groups;
    compare(
        "sign-in",
        &login,
        BPACE + BAUTH + CERTIFICATES + reading,
        &[STATE],
    );

    let applicant = Applicant::signed_in(&world, &card, "applicant").unwrap();
    let id = applicant.draft().unwrap();
    let apply = commands(&card, || {
        drop(applicant.cli.ok(&["apply", &id]).unwrap());
    });
    // Select eSign; select and read the certificate in one piece, or in two where its length is
    // learned from the first; prepare and sign.
    let certificate = 1 + count(&apply, READ);
    compare("signature", &apply, BPACE + 1 + certificate + 2, &[STATE]);
    assert!(count(&apply, READ) <= 2, "{apply:?}");
}

#[test]
fn requests_of_a_sign_in() {
    let (world, card) = World::with_card().unwrap();
    let cli = world.cli("holder", Some(&card)).unwrap();
    let requests = |act: &dyn Fn()| {
        let before = world.sandbox.requests().unwrap();
        act();
        let after = world.sandbox.requests().unwrap();
        let of =
            |path: &str| after[path].as_u64().unwrap_or(0) - before[path].as_u64().unwrap_or(0);
        let dialogue = of("/oauth/challenge") + of("/oauth/token");
        (dialogue, total(&after) - total(&before))
    };
    // From the first challenge to the tokens; the portal's description and keys are documents that
    // are fetched beside.
    let (dialogue, all) = requests(&|| drop(cli.ok(&["login"]).unwrap()));
    println!("sign-in: {dialogue} requests from the first challenge to the tokens, {all} in all");
    assert!(dialogue <= 4, "{dialogue}");
    assert!(all <= 6, "{all}");
    let (_, first) = requests(&|| drop(cli.ok(&["sync"]).unwrap()));
    let (_, idle) = requests(&|| drop(cli.ok(&["sync"]).unwrap()));
    println!("first synchronisation: {first} requests, an idle one: {idle}");
    assert!(idle <= first, "{idle}");
}

fn total(requests: &Value) -> u64 {
    let counts = requests.as_object().unwrap().iter();
    let ours = counts.filter(|(path, _)| !path.starts_with("/sandbox/"));
    ours.filter_map(|(_, count)| count.as_u64()).sum()
}

/// Runs a call to its end; its time and the most memory it ever had, in KiB.
fn run(cli: &Cli, words: &[&str]) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = cli.start(words).unwrap();
    let mut most = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id()));
        let line = status.as_deref().unwrap_or_default().lines();
        let peak = line
            .filter_map(|line| line.strip_prefix("VmHWM:"))
            .find_map(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(peak.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{words:?}: {status}");
            return (start.elapsed(), most);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Signing and checking a large file takes no more memory than a small one.
#[test]
fn memory_for_a_large_file() {
    let (world, card) = World::with_card().unwrap();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let large = if std::env::var_os("KABINET_MEASURE").is_some() {
        1024
    } else {
        64
    };
    let mut peaks = Vec::new();
    for mebibytes in [1, large] {
        let file = world.dir().join(format!("{mebibytes}.bin"));
        make(&file, mebibytes);
        let (file, inside) = (file.to_str().unwrap(), format!("{}.p7m", file.display()));
        let beside = format!("{file}.p7s");
        for words in [
            &["sign", "--attached", file][..],
            &["verify", &inside],
            &["sign", file],
            &["verify", &beside, "--content", file],
        ] {
            let (time, peak) = run(&cli, words);
            println!(
                "{mebibytes} MiB, {}: {time:.2?}, {peak} KiB at most",
                words[..2].join(" ")
            );
            peaks.push(peak);
        }
    }
    let (small, large) = peaks.split_at(4);
    for (small, large) in small.iter().zip(large) {
        assert!(*large < small + 2048, "not flat: {peaks:?}");
    }
}

/// A file of that size, without taking the room on the disk.
fn make(path: &Path, mebibytes: u64) {
    let file = File::create(path).unwrap();
    file.set_len(mebibytes << 20).unwrap();
}
