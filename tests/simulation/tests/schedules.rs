//! Thousands of schedules: whatever network, power and clocks do, no application is lost or
//! doubled, nothing that was typed is dropped unseen, and in the end everybody has the same.
//!
//! `SCHEDULES` sets how many are played, `SEED` plays one alone.

#![allow(missing_docs)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use simulation::{Schedule, play, shrink};

/// Schedules of a normal run.
const SCHEDULES: u64 = 2000;
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
        Ok(()) => panic!("schedule {seed} failed once, and not when it was played again"),
    }
}

/// The same seed plays the same schedule.
#[test]
fn a_schedule_can_be_played_again() {
    for seed in 0..5 {
        let schedule = Schedule::new(seed, THROWS);
        let outcome = |failure: Result<(), simulation::Failure>| failure.err().map(|one| one.trace);
        assert_eq!(outcome(play(&schedule)), outcome(play(&schedule)));
    }
}
