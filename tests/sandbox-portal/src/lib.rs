//! A portal, identity service and certification authority for tests, with those who tell of revocation
//! and time.
//!
//! Speaks the server side of `docs/portal-profile.md`. Everything that the client does with its own
//! code is done here with separate code, so that a mistake on one side shows on the other.
#![cfg_attr(test, allow(clippy::unwrap_used))]
// A refusal is an answer like any other, and as large as one; nothing here is hot.
#![allow(clippy::result_large_err)]

pub mod applications;
pub mod authority;
pub mod blobs;
pub mod ca;
pub mod clock;
pub mod cms;
pub mod cv;
pub mod der;
pub mod dpop;
pub mod drafts;
pub mod envelope;
pub mod events;
pub mod faults;
pub mod files;
pub mod groups;
pub mod handover;
mod hash;
pub mod holder;
pub mod jmap;
pub mod jwt;
pub mod letters;
pub mod manifest;
pub mod oauth;
pub mod objects;
pub mod oids;
pub mod operator;
mod personalise;
pub mod portal;
pub mod procedures;
pub mod publishing;
pub mod reader;
pub mod registration;
pub mod reply;
pub mod request;
pub mod revocation;
mod routes;
pub mod schema;
pub mod serve;
pub mod signin;
pub mod stamping;
pub mod store;
pub mod terminal;
mod travel_document;
pub mod work;
pub mod x509;

pub use personalise::{PASSWORDS, personalise, personalise_with};

/// What can stop the sandbox itself, as opposed to a request that it refuses.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A file of the sandbox.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// Text that should be JSON of a known form.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The database.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A key is missing or is not one.
    #[error("the key file is damaged")]
    KeyFile,
}
