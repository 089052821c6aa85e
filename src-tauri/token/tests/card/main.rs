//! Whole dialogues with a virtual card over TCP.

#![allow(clippy::unwrap_used, missing_docs)]

mod belief;
mod faults;
mod opening;
mod operations;
mod removal;
mod signing;
mod terminal;
mod visit;
mod wire;
mod world;
