//! What a check of a signature finds, in the words of ETSI EN 319 102-1 and STB 34.101.80.

use std::fmt;

use crate::{
    Time,
    certificate::{Certificate, Summary},
    revocation::{Proof, RevocationStatus},
    strict::unread,
};

/// What keeps a signature from being valid: the sub-indications of ETSI EN 319 102-1, clause 5.1.3, and
/// one of our own, [`Reason::FormatNotRead`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The octets are no signature of this format.
    FormatFailure,
    /// The octets may be a signature, but are written in a way that is not read here: by the looser
    /// rules of BER, or longer, deeper or with more members than the bounds of this program. The
    /// standard has no name for this; it says nothing against the signature.
    FormatNotRead,
    /// The content is not what was signed.
    HashFailure,
    /// The signature was not made with the certificate's key, or was changed.
    SigCryptoFailure,
    /// Something that CAdES-B demands of the signature is missing or contradictory.
    SigConstraintsFailure,
    /// A certificate of the chain is not for this: key usage, depth, unknown critical extensions.
    ChainConstraintsFailure,
    /// The chain does not check: a CA's signature or validity.
    CertificateChainGeneralFailure,
    /// The algorithms are not those of the profile.
    CryptoConstraintsFailure,
    /// By its own claim the signature was made after the certificate's end.
    Expired,
    /// By its own claim the signature was made before the certificate's beginning.
    NotYetValid,
    /// The signature names a signature policy, which is not at hand.
    SignaturePolicyNotAvailable,
    /// The signer's certificate is not there, or is not the one that the signature refers to.
    NoSigningCertificateFound,
    /// No chain leads from the signer's certificate to a trust anchor.
    NoCertificateChainFound,
    /// The certificate is not valid at the moment asked about, and nothing proves that the
    /// signature is older.
    OutOfBoundsNoPoe,
    /// The content is not in the signature and was not given.
    SignedDataNotFound,
    /// The signer's certificate was revoked, and the signature is proven to be younger than that.
    Revoked,
    /// The signer's certificate was revoked before the moment asked about, and nothing proves that
    /// the signature is older.
    RevokedNoPoe,
    /// A certificate of an authority was revoked before the moment asked about, and nothing proves
    /// that the signature is older.
    RevokedCaNoPoe,
    /// It is not known whether a certificate was revoked, or it is suspended: more may be known
    /// later.
    TryLater,
    /// Time stamps contradict each other or the moment asked about.
    TimestampOrderFailure,
}

impl Reason {
    /// All of them: each needs a sentence.
    pub const ALL: [Self; 20] = [
        Self::FormatFailure,
        Self::FormatNotRead,
        Self::HashFailure,
        Self::SigCryptoFailure,
        Self::SigConstraintsFailure,
        Self::ChainConstraintsFailure,
        Self::CertificateChainGeneralFailure,
        Self::CryptoConstraintsFailure,
        Self::Expired,
        Self::NotYetValid,
        Self::SignaturePolicyNotAvailable,
        Self::NoSigningCertificateFound,
        Self::NoCertificateChainFound,
        Self::OutOfBoundsNoPoe,
        Self::SignedDataNotFound,
        Self::Revoked,
        Self::RevokedNoPoe,
        Self::RevokedCaNoPoe,
        Self::TryLater,
        Self::TimestampOrderFailure,
    ];

    /// The name in the standards, such as `HASH_FAILURE`; `FORMAT_NOT_READ` is our own.
    #[must_use]
    pub const fn indication(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::FormatNotRead => "FORMAT_NOT_READ",
            Self::HashFailure => "HASH_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            Self::Expired => "EXPIRED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::SignaturePolicyNotAvailable => "SIGNATURE_POLICY_NOT_AVAILABLE",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
            Self::Revoked => "REVOKED",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::TryLater => "TRY_LATER",
            Self::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
        }
    }

    /// Whether more knowledge (certificates, time stamps) could not change the verdict any more.
    const fn is_final(self) -> bool {
        matches!(
            self,
            Self::FormatFailure | Self::HashFailure | Self::SigCryptoFailure | Self::Revoked
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.indication())
    }
}

/// The main indication: TOTAL-PASSED, TOTAL-FAILED or INDETERMINATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The signature, the certificate and the chain are in order, and nothing at hand says that a
    /// certificate was revoked.
    Valid,
    /// The signature is no good, whatever else may come to light.
    Invalid(Reason),
    /// What is at hand does not suffice for a yes or a no.
    CannotTell(Reason),
}

impl Verdict {
    /// The reason, unless the verdict is [`Verdict::Valid`].
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Valid => None,
            Self::Invalid(reason) | Self::CannotTell(reason) => Some(reason),
        }
    }

    /// The main indication: `TOTAL-PASSED`, `TOTAL-FAILED` or `INDETERMINATE`.
    #[must_use]
    pub const fn indication(self) -> &'static str {
        match self {
            Self::Valid => "TOTAL-PASSED",
            Self::Invalid(_) => "TOTAL-FAILED",
            Self::CannotTell(_) => "INDETERMINATE",
        }
    }

    /// Invalid outweighs undecided, undecided outweighs valid.
    pub(crate) const fn severity(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::CannotTell(_) => 1,
            Self::Invalid(_) => 2,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.indication())?;
        match self.reason() {
            Some(reason) => write!(f, "/{reason}"),
            None => Ok(()),
        }
    }
}

impl From<Reason> for Verdict {
    fn from(reason: Reason) -> Self {
        if reason.is_final() {
            Self::Invalid(reason)
        } else {
            Self::CannotTell(reason)
        }
    }
}

/// A reason with the place where it came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    pub(crate) detail: &'static str,
}

impl Failure {
    pub(crate) const fn new(reason: Reason, detail: &'static str) -> Self {
        Self { reason, detail }
    }

    /// Octets that are no signature of the format, or none that is read here.
    pub(crate) fn format(detail: &'static str) -> Self {
        let reason = if unread::is(detail) {
            Reason::FormatNotRead
        } else {
            Reason::FormatFailure
        };
        Self::new(reason, detail)
    }
}

/// The level that a signature has reached (ETSI EN 319 122-1, clause 6): what it carries, with all of
/// that in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureLevel {
    /// B-B: signed with a reference to the certificate and a claimed time.
    B,
    /// B-T: a time stamp proves when it existed at the latest.
    T,
    /// B-LT: it also carries all certificates and the status of each.
    Lt,
}

impl SignatureLevel {
    /// The name in the standard, such as `CAdES-B-LT`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::B => "CAdES-B-B",
            Self::T => "CAdES-B-T",
            Self::Lt => "CAdES-B-LT",
        }
    }
}

/// A certificate of a chain with what is known of its revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainMember {
    /// The certificate.
    pub certificate: Certificate,
    /// What is known of its revocation.
    pub status: RevocationStatus,
    /// What the status rests on.
    pub(crate) proof: Option<Proof>,
}

impl ChainMember {
    /// As of when it was not revoked, where that rests on what the signature carries: its maker chose
    /// that among what was told.
    #[must_use]
    pub fn as_of_by_signature(&self) -> Option<Time> {
        match (self.status, &self.proof) {
            (RevocationStatus::NotRevoked { as_of, .. }, Some(proof)) if proof.is_embedded => {
                Some(as_of)
            }
            _ => None,
        }
    }
}

/// What a time stamp is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeStampKind {
    /// The content, made before it was signed.
    Content,
    /// The signature value.
    Signature,
}

/// What a check found about one time stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStampReport {
    /// What it is over.
    pub kind: TimeStampKind,
    /// The verdict on it; one that is not valid proves nothing.
    pub verdict: Verdict,
    /// What exactly is wrong, in English, for a log or a report of a fault.
    pub detail: Option<&'static str>,
    /// The time that it states.
    pub time: Option<Time>,
    /// The policy of its authority under which it was made, such as `1.2.112.0.2.0.34.101.78.2.31`.
    /// None was asked for, so any is taken.
    pub policy: Option<String>,
    /// The certificates from the time-stamping authority's up to the trust anchor.
    pub chain: Vec<ChainMember>,
    /// Certificates whose issuers are not at hand, where no chain leads to a trust anchor.
    pub orphans: Vec<Certificate>,
}

/// The earliest valid time stamp of this kind: the one that proves most.
pub(crate) fn earliest(
    stamps: &[TimeStampReport],
    kind: TimeStampKind,
) -> Option<&TimeStampReport> {
    stamps
        .iter()
        .filter(|stamp| stamp.kind == kind && stamp.verdict == Verdict::Valid)
        .min_by_key(|stamp| stamp.time)
}

/// What a signature is over. The signature checks, so that it is what was signed, whether the content
/// is at hand or not (message-digest; RFC 5652, clauses 5.4 and 11.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedContent {
    /// The hash function: `belt-hash` (STB 34.101.31), `bash384`, `bash512` (STB 34.101.77), or one of
    /// the SHA-2 family, such as `SHA-256` (FIPS 180-4).
    pub hash_algorithm: &'static str,
    /// The hash value of the content that was signed.
    pub message_digest: Vec<u8>,
    /// Octets of that content; none when no content of this hash value is at hand.
    pub length: Option<u64>,
}

/// What a check found about one signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerReport {
    /// The verdict on this signer's signature.
    pub verdict: Verdict,
    /// What exactly is wrong, in English, for a log or a report of a fault.
    pub detail: Option<&'static str>,
    /// The signer's certificate, when the signature carries it.
    pub certificate: Option<Summary>,
    /// What was signed; none when the signature does not check.
    pub content: Option<SignedContent>,
    /// The signing time that the signer claims; nothing proves it.
    pub claimed_signing_time: Option<Time>,
    /// The earliest time that a valid time stamp over the signature proves: it is not younger.
    /// Validity was checked at this moment, where there is one.
    pub proven_signing_time: Option<Time>,
    /// The level that the signature has reached; none when it is not even B-B.
    pub level: Option<SignatureLevel>,
    /// The certificates from the signer's up to the trust anchor; empty when there is no chain.
    pub chain: Vec<ChainMember>,
    /// Certificates whose issuers are not at hand, where there is no chain: the signer's, or one
    /// above it.
    pub orphans: Vec<Certificate>,
    /// One report a time stamp, those of the content first.
    pub time_stamps: Vec<TimeStampReport>,
}

/// What a check of a signature found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The worst of the signers' verdicts.
    pub verdict: Verdict,
    /// What exactly is wrong, in English, for a log or a report of a fault.
    pub detail: Option<&'static str>,
    /// The moment that validity was asked for.
    pub checked_at: Time,
    /// One report a signer, in the order of the file; empty when the file is not read so far.
    pub signers: Vec<SignerReport>,
}
