//! A seed plays the same schedule again, to the last request and the last octet of length: without
//! that a failure could neither be looked at nor made smaller.

#![allow(missing_docs)]

use std::thread;

use simulation::{Schedule, play};

/// Throws of one schedule.
const THROWS: usize = 120;
const SEEDS: std::ops::Range<u64> = 0..12;

fn trace(seed: u64) -> String {
    match play(&Schedule::new(seed, THROWS)) {
        Ok(trace) => trace,
        Err(failure) => panic!("schedule {seed}: {}\n{}", failure.what, failure.trace),
    }
}

#[test]
fn a_seed_plays_the_same_again() {
    // Another thread has a portal and keys of its own, and comes to the seeds in another order.
    let elsewhere = thread::spawn(|| {
        let mut traces: Vec<String> = SEEDS.rev().map(trace).collect();
        traces.reverse();
        traces
    });
    let first: Vec<String> = SEEDS.map(trace).collect();
    let again: Vec<String> = SEEDS.map(trace).collect();
    let elsewhere = elsewhere.join().unwrap_or_default();
    for (seed, trace) in SEEDS.zip(&first) {
        assert!(trace.contains("/jmap/api"), "{trace}");
        let others = [&again, &elsewhere];
        for other in others.map(|traces| traces.get(usize::try_from(seed).unwrap_or(0))) {
            let other = other.map_or("", String::as_str);
            let lines = trace.lines().zip(other.lines());
            if let Some((one, another)) = { lines }.find(|(one, another)| one != another) {
                panic!("schedule {seed}:\n{one}\n{another}");
            }
            assert_eq!(trace, other, "schedule {seed}");
        }
    }
}
