//! A simulation: two computers of one person, the browser in which the same person is at the portal
//! itself, one portal, and a network and power supplies that do the worst at the worst moment. The computers are the real desk over the real store, the portal
//! is the sandbox's own code, the exchanges between them are real HTTP messages; only time, chance,
//! wires and power are made up, so that a seed plays the same schedule again.
//!
//! A [`Schedule`] is a list of throws of dice. What a throw means depends on what is possible when
//! its turn comes, so that any part of a schedule is a schedule too: a failing one is made smaller
//! by leaving throws out.

// What goes wrong here is a failed test.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

mod applicant;
mod chance;
mod computer;
mod measure;
mod mistake;
mod model;
mod network;
mod portal;
mod power;
mod schedule;
mod world;

pub use applicant::{Applicant, passphrase};
pub use measure::{Cost, Costs, costs};
pub use mistake::Mistake;
pub use schedule::{Failure, Schedule, play, play_with, shrink};
