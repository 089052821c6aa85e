//! Schedules, and how a failing one is made smaller.

use std::cell::OnceCell;

use crate::chance::Chance;
use crate::mistake::Mistake;
use crate::world::{Stage, World};

/// One schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What the person and the computers are like.
    pub seed: u64,
    /// The throws of the dice.
    pub throws: Vec<u64>,
}

/// What a schedule showed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What is not as it must be.
    pub what: String,
    /// What happened before, a line each.
    pub trace: String,
}

impl Schedule {
    /// The schedule of a seed, with so many throws.
    #[must_use]
    pub fn new(seed: u64, throws: usize) -> Self {
        let mut chance = Chance(seed ^ 0x5EED);
        Self {
            seed,
            throws: (0..throws).map(|_| chance.number()).collect(),
        }
    }
}

thread_local! {
    static STAGE: OnceCell<Stage> = const { OnceCell::new() };
}

/// Plays a schedule to its end; gives what happened, a line each: every request with what became of
/// it, every act with its outcome, and what everybody has in the end.
///
/// # Errors
/// What is lost, doubled, or not the same everywhere afterwards.
pub fn play(schedule: &Schedule) -> Result<String, Failure> {
    play_with(schedule, None)
}

/// As [`play`], in a world with a mistake.
///
/// # Errors
/// As [`play`].
pub fn play_with(schedule: &Schedule, mistake: Option<Mistake>) -> Result<String, Failure> {
    STAGE.with(|stage| {
        let mut world = World::new(stage.get_or_init(Stage::new), schedule.seed, mistake);
        world.have_corresponded();
        for throw in &schedule.throws {
            world.step(*throw);
        }
        match world.close() {
            Ok(()) => Ok(world.trace),
            Err(what) => Err(Failure {
                what,
                trace: world.trace,
            }),
        }
    })
}

/// A schedule with as few throws as can be found that fails too: parts are left out, ever smaller
/// ones, as long as it does.
#[must_use]
pub fn shrink(failing: &Schedule) -> Schedule {
    let mut smallest = failing.clone();
    let mut part = smallest.throws.len();
    while part > 0 {
        let mut at = 0;
        while at < smallest.throws.len() {
            let mut smaller = smallest.clone();
            let end = (at + part).min(smaller.throws.len());
            smaller.throws.drain(at..end);
            if play(&smaller).is_err() {
                smallest = smaller;
            } else {
                at = end;
            }
        }
        part /= 2;
    }
    smallest
}
