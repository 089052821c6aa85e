//! Conversations with the card through the client sides of the library's protocols.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod channels;
mod host;
mod passwords;
mod program;
mod signing;
mod statuses;
mod terminal;
mod wire;
