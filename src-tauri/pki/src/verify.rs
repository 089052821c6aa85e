//! The check of a signature, in the order of STB 34.101.80 and ETSI EN 319 102-1, clauses 5.3 and
//! 5.5: format, signer's certificate, content, signature, time stamps, and then what the chain and
//! the attributes say at the moment that the earliest valid time stamp proves. A signature that is
//! broken for good is invalid, whatever is known of its certificate.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use thiserror::Error;

use crate::{
    Time, TrustAnchors,
    algorithm::HashAlgorithm,
    envelope::{self, Envelope},
    evidence::{Evidence, Pool},
    signer::{Checks, Signed},
    signer_info::SignerInfo,
    stream::{self, Digests},
    strict::Fault,
    verdict::{Failure, Report, Verdict},
    walker::ReadError,
};

/// Whether it has to be known that no certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RevocationChecking {
    /// What is at hand counts; where nothing is, the report says so and the verdict is as if the
    /// certificate was not revoked.
    #[default]
    WhereKnown,
    /// A signature with a certificate whose status is unknown is undecided: `TRY_LATER`.
    Required,
}

/// What a signature is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Validation<'a> {
    /// The certificates that are trusted.
    pub anchors: &'a TrustAnchors,
    /// What helps beside what the signature carries.
    pub evidence: &'a Evidence,
    /// The moment of the check: now, or another to ask how the signature stood then.
    pub at: Time,
    /// Whether it has to be known that no certificate was revoked.
    pub revocation: RevocationChecking,
}

impl<'a> Validation<'a> {
    /// A check at a moment with nothing but what the signature carries.
    #[must_use]
    pub const fn new(anchors: &'a TrustAnchors, at: Time) -> Self {
        const NOTHING: &Evidence = &Evidence::new();
        Self {
            anchors,
            evidence: NOTHING,
            at,
            revocation: RevocationChecking::WhereKnown,
        }
    }
}

/// Whether a file is a signature in form: SignedData in DER with signers. Nothing of it is checked.
pub fn is_signature(mut file: impl Read + Seek) -> bool {
    envelope::read(&mut file).is_ok()
}

/// Checks a signature. A detached one needs the `content`; when an attached one gets it too, both
/// must be what was signed. Content passes through in pieces.
///
/// # Errors
/// Only when reading fails; whatever is wrong with the octets is in the report.
pub fn verify(
    mut signature: impl Read + Seek,
    content: Option<&mut dyn Read>,
    validation: &Validation<'_>,
) -> io::Result<Report> {
    let envelope = match envelope::read(&mut signature) {
        Ok(envelope) => envelope,
        Err(ReadError::Io(error)) => return Err(error),
        Err(ReadError::Format(fault)) => return Ok(unreadable(fault, validation.at)),
    };
    let signers = read_signers(&envelope);
    let algorithms = hash_algorithms(&signers);
    let mut digests = Vec::new();
    if let Some(span) = envelope.content {
        signature.seek(SeekFrom::Start(span.start))?;
        digests.push(stream::digest(
            &mut signature.take(span.length),
            &algorithms,
        )?);
    }
    if let Some(content) = content {
        digests.push(stream::digest(content, &algorithms)?);
    }
    Ok(report(&envelope, &signers, Some(&digests), validation))
}

/// Judges everything but the content, which is not read: whose signature it is, what its chains are,
/// and what is known of the certificates in them. To find out what else should be known before the
/// signature is checked.
///
/// # Errors
/// As [`verify`].
pub fn survey(mut signature: impl Read + Seek, validation: &Validation<'_>) -> io::Result<Report> {
    match envelope::read(&mut signature) {
        Ok(envelope) => Ok(report(
            &envelope,
            &read_signers(&envelope),
            None,
            validation,
        )),
        Err(ReadError::Io(error)) => Err(error),
        Err(ReadError::Format(fault)) => Ok(unreadable(fault, validation.at)),
    }
}

/// Reads the parts of the signers.
pub(crate) fn read_signers(envelope: &Envelope) -> Vec<Result<Signed, Fault>> {
    let infos = envelope.signer_infos.iter();
    infos
        .map(|octets| SignerInfo::read(octets).map(Signed::read))
        .collect()
}

/// Judges what was read of a signature and its content; without digests everything but the content.
pub(crate) fn report(
    envelope: &Envelope,
    signers: &[Result<Signed, Fault>],
    digests: Option<&[Digests]>,
    validation: &Validation<'_>,
) -> Report {
    let mut embedded = Evidence::new();
    embedded.take(envelope);
    for time_stamp in signers.iter().flatten().flat_map(Signed::time_stamps) {
        embedded.take(&time_stamp.envelope);
    }
    let pool = Pool::new(&embedded, validation.evidence);
    let checks = Checks {
        envelope,
        digests,
        validation,
        pool: &pool,
    };
    let signers: Vec<_> = signers
        .iter()
        .map(|signer| checks.report(signer.as_ref()))
        .collect();

    let mut report = Report {
        verdict: Verdict::Valid,
        detail: None,
        checked_at: validation.at,
        signers,
    };
    for signer in &report.signers {
        if signer.verdict.severity() > report.verdict.severity() {
            report.verdict = signer.verdict;
            report.detail = signer.detail;
        }
    }
    report
}

/// Why the content cannot be taken out of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ContentError {
    /// The octets are no signature in DER.
    #[error("not a signature: {0}")]
    Format(&'static str),
    /// The signature is detached.
    #[error("the content is not in the signature")]
    Detached,
}

/// The content of an attached signature. Nothing is checked but the outer structure.
///
/// # Errors
/// [`ContentError`].
pub fn content(signature: &[u8]) -> Result<Vec<u8>, ContentError> {
    let envelope = envelope::read(&mut Cursor::new(signature)).map_err(|error| match error {
        ReadError::Format(fault) => ContentError::Format(fault),
        ReadError::Io(_) => ContentError::Format("the signature is cut off"),
    })?;
    let span = envelope.content.ok_or(ContentError::Detached)?;
    let range = || {
        let start = usize::try_from(span.start).ok()?;
        let length = usize::try_from(span.length).ok()?;
        signature.get(start..)?.get(..length)
    };
    range()
        .map(<[u8]>::to_vec)
        .ok_or(ContentError::Format("the signature is cut off"))
}

fn unreadable(fault: Fault, at: Time) -> Report {
    let Failure { reason, detail } = Failure::format(fault);
    Report {
        verdict: Verdict::from(reason),
        detail: Some(detail),
        checked_at: at,
        signers: Vec::new(),
    }
}

/// Every function that a signer or a time stamp of the content names.
pub(crate) fn hash_algorithms(signers: &[Result<Signed, Fault>]) -> Vec<HashAlgorithm> {
    let mut algorithms: Vec<_> = signers
        .iter()
        .flatten()
        .flat_map(Signed::hash_algorithms)
        .collect();
    algorithms.sort_unstable();
    algorithms.dedup();
    algorithms
}
