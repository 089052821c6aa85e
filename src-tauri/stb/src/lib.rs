//! Mechanisms of the STB 34.101 standards that no kept library has: the protocols BPACE and BAUTH,
//! secure messaging, CV certificates and the words of access rights of STB 34.101.79, with the
//! APDUs and data objects that carry them. No I/O, no clock, no global state but the system's
//! random generator.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod access;
pub mod apdu;
pub mod bake;
pub mod bauth;
pub mod belt;
pub mod bign;
pub mod bpace;
pub mod cvc;
pub mod hash;
pub mod keyrep;
pub mod oid;
pub mod random;
mod secret;
pub mod sm;
pub mod tlv;

pub use random::{Random, SystemRandom};
pub use secret::Secret;
