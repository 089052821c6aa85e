//! Each operation of the card's standard through the real PC/SC daemon: the tests that the token's
//! own suite runs over TCP, with another wire.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../../../src-tauri/token/tests/card/operations/channels.rs"]
mod channels;
#[path = "../../../../src-tauri/token/tests/card/operations/files.rs"]
mod files;
#[path = "../../../../src-tauri/token/tests/card/operations/keys.rs"]
mod keys;
#[path = "../../../../src-tauri/token/tests/card/operations/passwords.rs"]
mod passwords;
#[path = "../../../../src-tauri/token/tests/card/visit.rs"]
mod visit;
mod wire;
#[path = "../../../../src-tauri/token/tests/card/world.rs"]
#[allow(dead_code, reason = "the token's own suite uses more of it")]
mod world;
