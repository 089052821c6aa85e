//! Thousands of applications of one person, from the form to the registration number: the real desk
//! and store, real signatures, real HTTP, and the sandbox portal as a program of its own.
//!
//! `SOAK` sets how many. Needs the programs (`cargo xtask test` builds them).

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use e2e::sandbox::Sandbox;
use simulation::Applicant;

/// Applications of a normal run.
const APPLICATIONS: usize = 300;
/// Applications that are signed before one pass sends them.
const TOGETHER: usize = 10;
/// By how much the memory of a side may grow after the first tenth, in KiB. What an application leaves
/// in a side's memory, times ten thousand, would be more.
const GROWTH: u64 = 32 * 1024;

/// Memory that a process has to itself and in use, in KiB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

struct Measure {
    applications: usize,
    time: Duration,
    desk: u64,
    portal: u64,
}

#[test]
fn every_application_is_registered_once() {
    let count = std::env::var("SOAK").ok();
    let count = count.map_or(APPLICATIONS, |count| count.parse().unwrap());
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut sandbox = Sandbox::start(data.path()).unwrap();
    sandbox.disconnect();
    let mut applicant = Applicant::enrol(data.path(), &sandbox.url, folder.path());
    sandbox.connect().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();

    let mut signed = BTreeSet::new();
    let mut sent = BTreeSet::new();
    let tenth = (count / 10).max(1);
    let mut measures: Vec<Measure> = Vec::new();
    let mut begun = Instant::now();
    for number in 1..=count {
        assert!(signed.insert(applicant.file(number).unwrap()));
        if number % TOGETHER == 0 || number == count {
            let pass = runtime.block_on(applicant.pass()).unwrap();
            for application in pass.sent {
                assert!(!application.registration_number.is_empty());
                assert!(sent.insert(application.id), "told twice");
            }
            assert_eq!(pass.waiting, 0);
        }
        if number % tenth == 0 {
            measures.push(Measure {
                applications: tenth,
                time: begun.elapsed(),
                desk: memory(std::process::id()),
                portal: memory(sandbox.process().unwrap()),
            });
            begun = Instant::now();
        }
    }
    for measure in &measures {
        println!(
            "{} applications, {:.1} ms each; desk {} KiB, portal {} KiB",
            measure.applications,
            measure.time.as_secs_f64() * 1000.0 / measure.applications as f64,
            measure.desk,
            measure.portal
        );
    }

    // None lost, none doubled: what was signed is what the portal has and what the desk shows.
    assert_eq!(sent, signed);
    let registered = sandbox.applications().unwrap();
    let ids: BTreeSet<String> = registered
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((registered.len(), &ids), (count, &signed));
    let shown = applicant.desk.applications(usize::MAX).unwrap();
    let ids: BTreeSet<String> = shown.iter().map(|one| one.id.clone()).collect();
    assert_eq!((shown.len(), &ids), (count, &signed));
    let numbers: BTreeSet<&String> = shown.iter().map(|one| &one.registration_number).collect();
    assert_eq!(numbers.len(), count);
    assert!(applicant.desk.outbox().unwrap().is_empty());
    assert!(applicant.desk.drafts().unwrap().is_empty());
    let uploads = sandbox.uploads().unwrap();
    assert!(
        uploads
            .as_object()
            .unwrap()
            .values()
            .all(|times| *times == 1)
    );

    let (first, last) = (&measures[0], &measures[measures.len() - 1]);
    for (side, first, last) in [
        ("desk", first.desk, last.desk),
        ("portal", first.portal, last.portal),
    ] {
        assert!(
            last <= first + GROWTH,
            "{side}: {first} KiB, then {last} KiB"
        );
    }
}
