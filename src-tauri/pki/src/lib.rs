//! Certificates and CAdES signatures in the Belarusian profile (STB 34.101.17, 34.101.19, 34.101.23,
//! 34.101.26, 34.101.80, 34.101.82): signatures of the levels B-B, B-T and B-LT over bign, made
//! through a [`Signer`], raised later, and checked up to trust anchors; those of foreign documents
//! (RSA, ECDSA) are checked too; and content encrypted for the keys of certificates ([`Encryption`],
//! [`decrypt_stream`]).
//!
//! Requests for certificates and the messages between subjects and authorities (STB 34.101.78) are in
//! [`request`] and [`bpki`].
//!
//! Everything that is read is strict DER of bounded size and depth. The content itself has no
//! bound: it passes through in pieces, so that signing, checking, encrypting and decrypting take
//! constant memory.
//!
//! There is no network and no clock here: what OCSP responders, time-stamping authorities and
//! publishers of revocation lists say comes in as octets ([`Evidence`], [`add_time_stamps`]).
//! Whether a certificate was revoked is an answer of its own ([`RevocationStatus`]), also when it
//! cannot be told.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod algorithm;
mod anchors;
mod attributes;
pub mod bpki;
pub mod certificate;
mod certificate_check;
mod chain;
mod cms;
mod content_encryption;
mod crl;
mod decrypt;
mod detach;
mod encrypt;
mod envelope;
mod enveloped_data;
mod evidence;
mod extensions;
mod general_name;
mod identifier;
mod key;
mod moment;
mod names;
pub mod ocsp;
mod oid;
mod raise;
mod recipient_info;
pub mod request;
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
mod walker;

/// A moment in UTC with a resolution of one second; it prints as RFC 3339.
pub use der::DateTime as Time;

pub use anchors::{AnchorError, TrustAnchors};
pub use certificate_check::{CertificateReport, check_certificate};
pub use content_encryption::ContentEncryption;
pub use crl::{RevocationList, RevocationListError, RevocationReason};
pub use decrypt::{
    Decipher, DecryptError, Decrypted, EncryptedFor, RecipientName, SoftwareKey, decrypt,
    decrypt_stream, encrypted_for,
};
pub use detach::{detach, signed_digest};
pub use encrypt::{EncryptError, Encryption};
pub use enveloped_data::EncryptedContentType;
pub use evidence::Evidence;
pub use kabinet_stb::belt::Mode;
pub use raise::{RaiseError, add_time_stamps, add_validation_data};
pub use revocation::{Ignorance, RevocationStatus, StatusSource};
pub use sign::{
    SignError, Signer, add_signature, sign_attached, sign_attached_stream, sign_detached,
};
pub use tsp::{TspError, TspFailure};
pub use verdict::{
    ChainMember, Reason, Report, SignatureLevel, SignedContent, SignerReport, TimeStampKind,
    TimeStampReport, Verdict,
};
pub use verify::{
    ContentError, RevocationChecking, Validation, content, is_signature, survey, verify,
};
