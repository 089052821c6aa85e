//! Raising the level of a signature later: B-T by time stamps, B-LT by all certificates and the status
//! of each (ETSI EN 319 122-1, clause 6). What is there keeps its octets.
//!
//! An archive time stamp (B-LTA) would come after both, over what [`add_validation_data`] leaves.

use std::io::{self, Read, Seek, Write};

use thiserror::Error;

use crate::{
    algorithm::HashAlgorithm,
    attributes,
    certificate::Certificate,
    chain::Terms,
    cms,
    envelope::{self, Envelope, MAX_CERTIFICATES, MAX_REVOCATIONS},
    evidence::{Evidence, Pool},
    key::Key,
    oid,
    sign::rewrite,
    signer::Signed,
    signer_info,
    signer_info::SignerInfo,
    strict::{Fault, unread},
    time_stamp::TimeStamp,
    tsp::{self, TspError, TspFailure},
    verdict::{self, ChainMember, Reason, SignatureLevel, SignerReport, TimeStampKind, Verdict},
    verify::{self, RevocationChecking, Validation},
    walker::ReadError,
};

/// Why a level is not reached.
#[derive(Debug, Error)]
pub enum RaiseError<E> {
    /// The time-stamping authority could not be reached.
    #[error("the time-stamping authority did not answer")]
    Authority(E),
    /// What it answered is no time stamp of this signature.
    #[error(transparent)]
    Response(#[from] TspError),
    /// Its time stamp does not check.
    #[error("the time stamp is not valid: {reason} ({detail})")]
    TimeStamp {
        /// Why.
        reason: Reason,
        /// What exactly is wrong.
        detail: &'static str,
    },
    /// No chain leads from a certificate to a trust anchor, or it does not hold.
    #[error("a chain does not hold: {reason} ({detail})")]
    Chain {
        /// Why.
        reason: Reason,
        /// What exactly is wrong.
        detail: &'static str,
    },
    /// A signature has no valid time stamp, so what proves the certificates would be for a moment
    /// that nobody knows.
    #[error("a signature has no valid time stamp")]
    NoTimeStamp,
    /// There would be more in the signature than is read back.
    #[error("there is too much to carry")]
    TooMuch,
    /// The file is no signature.
    #[error("not a signature: {0}")]
    Format(&'static str),
    /// It may be a signature, but is written in a way that is not read here
    /// ([`Reason::FormatNotRead`](crate::Reason::FormatNotRead)).
    #[error("not read here: {0}")]
    Unread(&'static str),
    /// The file cannot be read or written.
    #[error("cannot read or write the signature: {0}")]
    Io(#[from] io::Error),
}

impl<E> From<ReadError> for RaiseError<E> {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Format(fault) => fault.into(),
        }
    }
}

impl<E> From<Fault> for RaiseError<E> {
    fn from(fault: Fault) -> Self {
        if unread::is(fault) {
            Self::Unread(fault)
        } else {
            Self::Format(fault)
        }
    }
}

/// Adds a time stamp to every signature in the file that has no valid one (level B-T), and writes the
/// whole. `ask` sends a TimeStampReq in DER to an authority and gives the TimeStampResp in DER; for a
/// signer whose key is not of bign it is called twice where the authority refuses belt-hash. Each time
/// stamp is checked as the validation says before it is added, and must be of these minutes.
///
/// # Errors
/// [`RaiseError`]. Nothing is written before all time stamps are there.
pub fn add_time_stamps<E>(
    mut signature: impl Read + Seek,
    mut output: impl Write,
    validation: &Validation<'_>,
    mut ask: impl FnMut(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<(), RaiseError<E>> {
    let mut envelope = envelope::read(&mut signature)?;
    let signers = read_signers(&envelope)?;
    let report = verify::report(&envelope, &signers, None, validation);
    let mut infos = Vec::new();
    for ((octets, signer), known) in envelope
        .signer_infos
        .iter()
        .zip(signers.iter().flatten())
        .zip(&report.signers)
    {
        if known.proven_signing_time.is_some() {
            infos.push(octets.clone());
            continue;
        }
        let token = stamp(&envelope, &signer.info, validation, &mut ask)?;
        let attribute = attributes::attribute(oid::SIGNATURE_TIME_STAMP, &token);
        infos.push(signer_info::with_unsigned_attribute(octets, attribute)?);
    }
    infos.sort_unstable();
    envelope.signer_infos = infos;
    rewrite(&mut signature, &envelope, &mut output, &[])?;
    Ok(())
}

/// Gets a time stamp over a signature value and checks it.
fn stamp<E>(
    envelope: &Envelope,
    info: &SignerInfo,
    validation: &Validation<'_>,
    ask: &mut impl FnMut(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, RaiseError<E>> {
    let mut embedded = Evidence::new();
    embedded.take(envelope);
    let certificate = cms::find_certificate(info, embedded.certificates.iter()).ok();
    let key = certificate.and_then(Certificate::key).and_then(Key::bign);
    // An authority of the profile takes the hash functions of all levels, and no others (STB 34.101.78);
    // one of elsewhere may know none of them.
    let (hash, token) = match key {
        Some(key) => {
            let hash = HashAlgorithm::of_level(key.level());
            (hash, token(info, hash, ask)?)
        }
        None => match token(info, HashAlgorithm::BeltHash, ask) {
            Err(RaiseError::Response(TspError::Refused(Some(TspFailure::BadAlgorithm)))) => {
                let hash = HashAlgorithm::Sha256;
                (hash, token(info, hash, ask)?)
            }
            answer => (HashAlgorithm::BeltHash, answer?),
        },
    };
    let imprint = hash.digest(&info.signature);
    let time_stamp = TimeStamp::read(&token).map_err(TspError::Format)?;
    if time_stamp.info.hash() != Some(hash) || time_stamp.info.imprint != imprint {
        return Err(TspError::OtherImprint.into());
    }
    if !time_stamp.info.is_fresh(validation.at) {
        return Err(TspError::NotFresh.into());
    }
    embedded.take(&time_stamp.envelope);
    let pool = Pool::new(&embedded, validation.evidence);
    let terms = Terms {
        anchors: validation.anchors,
        pool: &pool,
        proven_at: validation.at,
        at: validation.at,
        needs_status: validation.revocation == RevocationChecking::Required,
    };
    let is_over = |_, value: &[u8]| value == imprint;
    let report = time_stamp.check(TimeStampKind::Signature, is_over, &terms);
    match report.verdict.reason() {
        None => Ok(token),
        Some(reason) => Err(RaiseError::TimeStamp {
            reason,
            detail: report.detail.unwrap_or_default(),
        }),
    }
}

/// What the authority answers for a signature value hashed so.
fn token<E>(
    info: &SignerInfo,
    hash: HashAlgorithm,
    ask: &mut impl FnMut(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, RaiseError<E>> {
    let request = tsp::request(hash, &hash.digest(&info.signature));
    let response = ask(&request).map_err(RaiseError::Authority)?;
    Ok(tsp::read_response(&response)?.to_vec())
}

/// Adds the certificates of all chains, of signers and of time-stamping authorities, what tells that
/// none of them was revoked, and whoever told it (level B-LT), and writes the whole. What is missing
/// comes from the evidence of the validation; what is written needs none any more.
///
/// # Errors
/// [`RaiseError`]: a signature without a valid time stamp, a chain that does not hold, a status that
/// is not known ([`Reason::TryLater`]). Nothing is written then.
pub fn add_validation_data(
    mut signature: impl Read + Seek,
    mut output: impl Write,
    validation: &Validation<'_>,
) -> Result<(), RaiseError<std::convert::Infallible>> {
    let mut envelope = envelope::read(&mut signature)?;
    let signers = read_signers(&envelope)?;
    let demanding = Validation {
        revocation: RevocationChecking::Required,
        ..*validation
    };
    let report = verify::report(&envelope, &signers, None, &demanding);
    for signer in &report.signers {
        // A stamp of which a status is not known proves nothing yet, and tells what is missing.
        let Some(stamp) = verdict::earliest(&signer.time_stamps, TimeStampKind::Signature) else {
            let mut stamps = signer
                .time_stamps
                .iter()
                .filter(|stamp| stamp.kind == TimeStampKind::Signature);
            let failure = stamps.find_map(|stamp| Some((stamp.verdict.reason()?, stamp.detail?)));
            return Err(failure.map_or(RaiseError::NoTimeStamp, |(reason, detail)| {
                RaiseError::TimeStamp { reason, detail }
            }));
        };
        if let Some(reason) = signer.verdict.reason() {
            let detail = signer.detail.unwrap_or_default();
            return Err(RaiseError::Chain { reason, detail });
        }
        carry(&mut envelope, &signer.chain);
        carry(&mut envelope, &stamp.chain);
    }
    if envelope.certificates.len() > MAX_CERTIFICATES
        || envelope.revocations.len() > MAX_REVOCATIONS
    {
        return Err(RaiseError::TooMuch);
    }
    check_alone(&envelope, &signers, &demanding)?;
    rewrite(&mut signature, &envelope, &mut output, &[])?;
    Ok(())
}

fn carry(envelope: &mut Envelope, chain: &[ChainMember]) {
    for member in chain {
        let der = member.certificate.der().to_vec();
        envelope::insert(&mut envelope.certificates, der);
        let Some(proof) = &member.proof else {
            continue;
        };
        if !proof.is_embedded {
            envelope::insert(&mut envelope.revocations, proof.choice.clone());
        }
        if let Some(responder) = &proof.responder {
            envelope::insert(&mut envelope.certificates, responder.der().to_vec());
        }
    }
}

/// Judges what will be written by what it carries: nothing else has to be at hand later.
fn check_alone<E>(
    envelope: &Envelope,
    signers: &[Result<Signed, Fault>],
    validation: &Validation<'_>,
) -> Result<(), RaiseError<E>> {
    let alone = Validation {
        evidence: &Evidence::new(),
        ..*validation
    };
    let report = verify::report(envelope, signers, None, &alone);
    let lasts = |signer: &SignerReport| {
        signer.verdict == Verdict::Valid && signer.level == Some(SignatureLevel::Lt)
    };
    match report.signers.iter().find(|signer| !lasts(signer)) {
        None => Ok(()),
        Some(signer) => Err(RaiseError::Chain {
            reason: signer.verdict.reason().unwrap_or(Reason::TryLater),
            detail: "what the signature would carry does not suffice",
        }),
    }
}

/// The parts of all signers, all of which have to be readable.
fn read_signers(envelope: &Envelope) -> Result<Vec<Result<Signed, Fault>>, Fault> {
    let signers = verify::read_signers(envelope);
    match signers.iter().find_map(|signer| signer.as_ref().err()) {
        Some(fault) => Err(fault),
        None => Ok(signers),
    }
}
