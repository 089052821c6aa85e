//! Whole dialogues with a virtual card over TCP.

#![allow(clippy::unwrap_used, missing_docs)]

mod opening;
mod removal;
mod signing;
mod terminal;
mod world;
