//! Encrypted files.

use serde::Serialize;
use ts_rs::TS;

use super::{AskedView, ProblemView};

/// For whom a file is, or was, encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RecipientView {
    /// The name in the certificate; only `verdict` says whether somebody trusted vouches for it.
    pub name: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// Serial number of the certificate, hex.
    pub serial_number: String,
    /// Last moment of the certificate's validity, RFC 3339.
    pub valid_until: String,
    /// Level of the key in bits: 128, 192 or 256; 0 for a key that nothing can be encrypted for.
    pub key_bits: u32,
    /// `valid`, `invalid` (revoked) or `cannot_tell`.
    pub verdict: String,
    /// Reason after ETSI EN 319 102-1, such as `NO_CERTIFICATE_CHAIN_FOUND`, `REVOKED`, or `TRY_LATER`
    /// when nobody told whether it was revoked; empty when valid.
    pub reason: Option<String>,
    /// A sentence in the person's language on that reason.
    pub note: Option<String>,
    /// Why nothing can be encrypted for it; empty when it can.
    pub problem: Option<ProblemView>,
}

/// A file that was encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct EncryptedView {
    /// The encrypted file.
    pub path: String,
    /// How its content is encrypted, such as `belt-cfb128`.
    pub algorithm: String,
    /// Length of the content key in bits.
    pub key_bits: u32,
    /// A sentence in the person's language on whose key made it so short; empty at 256 bits.
    pub note: Option<String>,
    /// Who can read it.
    pub recipients: Vec<RecipientView>,
    /// Who was asked about their certificates.
    pub asked: Vec<AskedView>,
}

/// A file that was decrypted.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DecryptedView {
    /// The file with the content.
    pub path: String,
    /// How it was encrypted, such as `belt-cfb128`.
    pub algorithm: String,
    /// Octets of the content.
    #[ts(type = "number")]
    pub size: u64,
    /// Whether the content is a signature, which then says who made it.
    pub is_signed: bool,
    /// A sentence in the person's language on what is known of who made it.
    pub note: String,
}

/// What can be told of an encrypted file without a key.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct EncryptedFileView {
    /// Octets of the content.
    #[ts(type = "number")]
    pub size: u64,
    /// For whom it is: numbers and issuers of certificates.
    pub recipients: Vec<String>,
    /// Whether one of them is the certificate of the person's card; nothing when that is not known.
    pub ours: Option<bool>,
    /// Why no ID card could open it; empty when one could.
    pub problem: Option<ProblemView>,
}

/// What became of a file that was encrypted or decrypted among others.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CryptedFileView {
    /// Name of the file.
    pub name: String,
    /// Where the result is; nothing when there is none.
    pub path: Option<String>,
    /// Whether the content is a signature, which then says who made it.
    pub is_signed: bool,
    /// Why there is no result.
    pub problem: Option<ProblemView>,
}
