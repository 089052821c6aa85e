//! Thousands of schedules: whatever network, power and clocks do, no application is lost or
//! doubled, nothing that was typed is dropped unseen, and in the end everybody has the same.
//!
//! `SCHEDULES` sets how many are played, `SEED` plays one alone.

#![allow(missing_docs)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use simulation::{Schedule, play, shrink};

/// Schedules of a normal run.
const SCHEDULES: u64 = 150;
/// Throws of one schedule.
const THROWS: usize = 60;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn nothing_is_lost_or_doubled_and_all_converge() {
    let throws =
        number("THROWS").map_or(THROWS, |throws| usize::try_from(throws).unwrap_or(THROWS));
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SCHEDULES").unwrap_or(SCHEDULES),
    };
    let next = AtomicU64::new(seeds.start);
    let failed = AtomicU64::new(u64::MAX);
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || failed.load(Ordering::Relaxed) < seed {
                        return;
                    }
                    if play(&Schedule::new(seed, throws)).is_err() {
                        failed.fetch_min(seed, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let seed = failed.load(Ordering::Relaxed);
    if seed == u64::MAX {
        return;
    }
    let smallest = shrink(&Schedule::new(seed, throws));
    match play(&smallest) {
        Err(failure) => panic!(
            "schedule {seed} (SEED={seed} plays it alone): {}\nat least after:\n{}",
            failure.what, failure.trace
        ),
        Ok(_) => panic!("schedule {seed} failed once, and not when it was played again"),
    }
}

/// A simulation in which nothing happens shows nothing.
#[test]
fn everything_happens() {
    let mut traces = String::new();
    for seed in 0..number("SCHEDULES").unwrap_or(100) {
        if let Ok(trace) = play(&Schedule::new(seed, THROWS)) {
            traces.push_str(&trace);
        }
    }
    let mut missing = Vec::new();
    for (what, least) in [
        ("begins ", 100),
        ("saves ", 300),
        ("decides ", 5),
        ("signs ", 50),
        ("back, true", 3),
        ("deletes ", 10),
        (": 1 sent, ", 20),
        ("1 drafts", 20),
        ("goes on", 1),
        ("crashes", 50),
        ("has power for", 20),
        ("false", 10),
        ("is lost: ", 20),
        ("has its answer lost: ", 20),
        ("comes twice: ", 10),
        ("(late)", 5),
        ("session_expired", 1),
        ("forgets its states", 10),
        ("along", 3),
    ] {
        let found = traces.matches(what).count();
        println!("{found:>6} {what}");
        if found < least {
            missing.push(what);
        }
    }
    assert!(missing.is_empty(), "too rare: {missing:?}");
}
