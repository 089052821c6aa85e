//! What becomes of drafts and of what is signed, without a portal.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../common/catalogue.rs"]
mod catalogue;
mod computer;
mod ended;
mod exported;
mod hand;
mod leaving;
mod outdated;
mod unusable;
mod waiting;
mod without_procedure;
