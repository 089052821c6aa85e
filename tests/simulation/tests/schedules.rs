//! Thousands of schedules: whatever network, power and clocks do, no application is lost or
//! doubled, nothing that was typed is dropped unseen, and in the end everybody has the same.
//!
//! `SCHEDULES` sets how many are played, `SEED` plays one alone, `THROWS` makes them longer.

#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use simulation::{Schedule, play, shrink};

/// Schedules of a normal run.
const SCHEDULES: u64 = 2000;
/// Throws of one schedule.
const THROWS: usize = 60;
/// What must be found in the traces of a hundred schedules, and how often at least: a simulation in
/// which nothing happens shows nothing.
const HAPPENINGS: [(&str, u64); 40] = [
    ("begins ", 100),
    ("saves ", 300),
    ("decides ", 5),
    ("attaches ", 30),
    ("takes ", 5),
    ("no longer shares drafts, true", 5),
    ("signs ", 50),
    ("back, true", 3),
    ("deletes ", 10),
    ("after all", 3),
    ("undoes ", 5),
    ("redoes ", 1),
    ("asks about ", 20),
    ("signs a reply", 20),
    ("signs a withdrawal", 5),
    ("publishes version ", 10),
    ("must sign ", 1),
    ("has seen what became of ", 5),
    (": 1 sent, ", 20),
    ("1 drafts", 20),
    ("goes on", 1),
    ("crashes", 50),
    ("is locked in the middle of ", 5),
    ("has power for", 20),
    ("false", 10),
    ("is lost: ", 20),
    ("has its answer lost: ", 20),
    ("comes twice: ", 10),
    ("(late)", 5),
    ("session_expired", 1),
    ("forgets its states", 10),
    ("along", 3),
    ("(web) begins ", 20),
    ("(web) saves ", 20),
    ("(web) does not delete ", 1),
    ("(web) decides ", 2),
    ("(web) deletes ", 10),
    ("(web) replies ", 5),
    ("(web) takes back ", 3),
    ("(portal) stops in the middle", 20),
];

/// What a run showed.
#[derive(Debug, Default)]
struct Run {
    /// The first seed whose schedule failed.
    failed: Option<u64>,
    played: u64,
    happened: BTreeMap<&'static str, u64>,
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn throws() -> usize {
    number("THROWS").map_or(THROWS, |throws| usize::try_from(throws).unwrap_or(THROWS))
}

/// All schedules, played once for both tests.
fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let seeds = match number("SEED") {
            Some(seed) => seed..seed + 1,
            None => 0..number("SCHEDULES").unwrap_or(SCHEDULES),
        };
        let next = AtomicU64::new(seeds.start);
        let run = Mutex::new(Run::default());
        let begun = std::time::Instant::now();
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= seeds.end || lock(&run).failed.is_some_and(|one| one < seed) {
                            return;
                        }
                        let played = play(&Schedule::new(seed, throws()));
                        let mut run = lock(&run);
                        run.played += 1;
                        match played {
                            Ok(trace) => {
                                for (what, _) in HAPPENINGS {
                                    let times = trace.matches(what).count() as u64;
                                    *run.happened.entry(what).or_default() += times;
                                }
                            }
                            Err(_) => {
                                let first = run.failed.map_or(seed, |one| one.min(seed));
                                run.failed = Some(first);
                            }
                        }
                    }
                });
            }
        });
        let run = run.into_inner().unwrap_or_default();
        println!("{} schedules in {:?}", run.played, begun.elapsed());
        run
    })
}

fn lock(run: &Mutex<Run>) -> std::sync::MutexGuard<'_, Run> {
    run.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn nothing_is_lost_or_doubled_and_all_converge() {
    let Some(seed) = run().failed else {
        return;
    };
    let smallest = shrink(&Schedule::new(seed, throws()));
    match play(&smallest) {
        Err(failure) => panic!(
            "schedule {seed} (SEED={seed} plays it alone): {}\nat least after:\n{}",
            failure.what, failure.trace
        ),
        Ok(_) => panic!("schedule {seed} failed once, and not when it was played again"),
    }
}

#[test]
fn everything_happens() {
    let run = run();
    let mut missing = Vec::new();
    for (what, least) in HAPPENINGS {
        let found = run.happened.get(what).copied().unwrap_or(0);
        println!("{found:>8} {what}");
        if run.played >= 100 && found < least * (run.played / 100) {
            missing.push(what);
        }
    }
    assert!(missing.is_empty(), "too rare: {missing:?}");
}
