//! Certificates and CAdES signatures in the Belarusian profile (STB 34.101.17, 34.101.19, 34.101.23,
//! 34.101.26, 34.101.80, 34.101.82): signatures of the levels B-B, B-T and B-LT over bign, made
//! through a [`Signer`], raised later, and checked up to trust anchors; those of foreign documents
//! (RSA, ECDSA) are checked too.
//!
//! Everything that is read is strict DER of bounded size and depth. The signed content itself has
//! no bound: it passes through in pieces, so signing and checking take constant memory.
//!
//! There is no network and no clock here: what OCSP responders, time-stamping authorities and
//! publishers of revocation lists say comes in as octets ([`Evidence`], [`add_time_stamps`]).
//! Whether a certificate was revoked is an answer of its own ([`RevocationStatus`]), also when it
//! cannot be told.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod algorithm;
mod anchors;
mod attributes;
pub mod certificate;
mod chain;
mod cms;
mod crl;
mod detach;
mod envelope;
mod evidence;
mod extensions;
mod general_name;
mod key;
mod moment;
mod names;
pub mod ocsp;
mod oid;
mod raise;
mod revocation;
mod sign;
mod signer;
mod signer_info;
mod stream;
mod strict;
mod time_stamp;
mod tsp;
mod verdict;
mod verify;

/// A moment in UTC with a resolution of one second; it prints as RFC 3339.
pub use der::DateTime as Time;

pub use anchors::{AnchorError, TrustAnchors};
pub use crl::{RevocationList, RevocationListError, RevocationReason};
pub use detach::{detach, signed_digest};
pub use evidence::Evidence;
pub use raise::{RaiseError, add_time_stamps, add_validation_data};
pub use revocation::{Ignorance, RevocationStatus, StatusSource};
pub use sign::{
    SignError, Signer, add_signature, sign_attached, sign_attached_stream, sign_detached,
};
pub use tsp::{TspError, TspFailure};
pub use verdict::{
    ChainMember, Reason, Report, SignatureLevel, SignerReport, TimeStampKind, TimeStampReport,
    Verdict,
};
pub use verify::{ContentError, RevocationChecking, Validation, content, verify};
