//! Signatures and their verdicts: round trips, hostile inputs and another implementation's files.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod authority;
mod authority_messages;
mod bee2evp;
mod encryption;
mod foreign;
mod hostile_certificates;
mod hostile_encryption;
mod hostile_signatures;
mod known_keys;
mod message;
mod mutations;
mod negative;
mod orphans;
mod peers;
mod raising;
mod requests;
mod round_trips;
mod services;
mod stamping;
