//! A software BTOK card for tests (STB 34.101.79).
//!
//! It is written from the standard and shares with the client only the cryptographic primitives,
//! so that the two check each other.

pub mod attributes;
mod bauth;
mod bpace;
pub mod card;
pub mod card_file;
pub mod control;
pub mod cv;
pub mod fault;
mod files;
pub mod icao;
mod keys;
mod machine;
pub mod memory;
pub mod passwords;
mod pin;
pub mod reader;
pub mod rights;
pub mod status;

pub use card::{Card, CardError};
pub use card_file::CardFile;
pub use fault::Fault;
