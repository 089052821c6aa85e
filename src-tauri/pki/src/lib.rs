//! Certificates and CAdES signatures in the Belarusian profile (STB 34.101.17, 34.101.19, 34.101.23,
//! 34.101.80): signatures of level B-B over belt-hash and bign, made through a [`Signer`] and
//! checked up to trust anchors.
//!
//! Everything that is read is strict DER of bounded size and depth. The signed content itself has
//! no bound: it passes through in pieces, so signing and checking take constant memory.
//!
//! Revocation is not looked at here: a [`Verdict::Valid`] says that the signature, the certificate
//! and its chain are in order at the moment asked about, not that nobody revoked them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod algorithm;
mod attributes;
pub mod certificate;
mod chain;
mod envelope;
mod names;
mod oid;
mod sign;
mod signer_info;
mod strict;
mod verdict;
mod verify;

/// A moment in UTC with a resolution of one second; it prints as RFC 3339.
pub use der::DateTime as Time;

pub use chain::{AnchorError, TrustAnchors};
pub use sign::{SignError, Signer, sign_attached, sign_attached_stream, sign_detached};
pub use verdict::{Reason, Report, SignerReport, Verdict};
pub use verify::{ContentError, content, verify};
