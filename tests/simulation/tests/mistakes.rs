//! The simulation finds mistakes: a world with one of them fails within the schedules of a normal
//! run, with a sentence that fits the mistake.

#![allow(missing_docs)]

use std::thread;

use simulation::{Mistake, Schedule, play_with};

/// Schedules of a normal run.
const SCHEDULES: u64 = 1000;
/// Throws of one schedule.
const THROWS: usize = 60;

/// Parts of what is said when it is found.
fn sentences(mistake: Mistake) -> &'static [&'static str] {
    match mistake {
        // What was typed is nowhere then, and the person may not have known yet that it is signed.
        Mistake::ForgetsBeforeAnswer => &["was signed and is not registered", "lost: "],
        Mistake::RegistersAgain => &["is registered twice"],
        Mistake::DeliversAgain => &["is delivered twice"],
        // The value is gone, or one computer still has it and the other does not.
        Mistake::DropsLoser => &["lost: ", "here and"],
        Mistake::LeavesOutChanges => &["shows"],
        Mistake::LosesTransactions => &[
            "lost: ",
            "was signed and is not registered",
            "still at the portal",
        ],
    }
}

/// Plays schedules until one fails.
fn find(mistake: Mistake) {
    let failure = (0..SCHEDULES).find_map(|seed| {
        let failure = play_with(&Schedule::new(seed, THROWS), Some(mistake)).err()?;
        Some((seed, failure.what))
    });
    let Some((seed, what)) = failure else {
        panic!("{mistake:?} is not found in {SCHEDULES} schedules");
    };
    println!("{mistake:?} is found by schedule {seed}: {what}");
    let fits = sentences(mistake).iter().any(|one| what.contains(one));
    assert!(fits, "{mistake:?}: {what}");
}

#[test]
fn every_mistake_is_found() {
    // A thread that fails fails the test.
    thread::scope(|scope| {
        for mistake in Mistake::ALL {
            scope.spawn(move || find(mistake));
        }
    });
}
