//! The check of a signature, in the order of STB 34.101.80 and ETSI EN 319 102-1, clause 5.3: format,
//! signer's certificate, chain, content, signature, and then what the chain and the attributes say.
//! A signature that is broken for good is invalid, whatever is known of its certificate.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use thiserror::Error;

use crate::{
    Time, TrustAnchors,
    algorithm::{self, HashAlgorithm, Hasher, SignatureFault},
    certificate::Certificate,
    chain,
    envelope::{self, Envelope, EnvelopeError},
    sign::PIECE,
    signer_info::SignerInfo,
    strict::Fault,
    verdict::{Failure, Reason, Report, SignerReport, Verdict},
};

/// Checks a signature at a moment. A detached one needs the `content`; when an attached one gets it
/// too, both must be what was signed. Content passes through in pieces.
///
/// # Errors
/// Only when reading fails; whatever is wrong with the octets is in the report.
pub fn verify(
    mut signature: impl Read + Seek,
    content: Option<&mut dyn Read>,
    anchors: &TrustAnchors,
    at: Time,
) -> io::Result<Report> {
    let envelope = match envelope::read(&mut signature) {
        Ok(envelope) => envelope,
        Err(EnvelopeError::Io(error)) => return Err(error),
        Err(EnvelopeError::Format(fault)) => return Ok(unreadable(fault, at)),
    };
    let infos: Vec<_> = envelope
        .signer_infos
        .iter()
        .map(|octets| SignerInfo::read(octets))
        .collect();
    let digests = digests(&mut signature, content, &envelope, &infos)?;
    let certificates: Vec<_> = envelope
        .certificates
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    let checks = Checks {
        envelope: &envelope,
        certificates: &certificates,
        digests: &digests,
        anchors,
        at,
    };
    let signers: Vec<_> = infos.into_iter().map(|info| checks.report(info)).collect();

    let mut report = Report {
        verdict: Verdict::Valid,
        detail: None,
        checked_at: at,
        signers,
    };
    for signer in &report.signers {
        if signer.verdict.severity() > report.verdict.severity() {
            report.verdict = signer.verdict;
            report.detail = signer.detail;
        }
    }
    Ok(report)
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
        EnvelopeError::Format(fault) => ContentError::Format(fault),
        EnvelopeError::Io(_) => ContentError::Format("the signature is cut off"),
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
    Report {
        verdict: Verdict::from(Reason::FormatFailure),
        detail: Some(fault),
        checked_at: at,
        signers: Vec::new(),
    }
}

/// Hash values of the content: one list for each place that it was read from.
type Digests = Vec<Vec<(HashAlgorithm, Vec<u8>)>>;

/// Hashes the content with every function that a signer names.
fn digests(
    signature: &mut (impl Read + Seek),
    content: Option<&mut dyn Read>,
    envelope: &Envelope,
    infos: &[Result<SignerInfo, Fault>],
) -> io::Result<Digests> {
    let mut algorithms: Vec<_> = infos
        .iter()
        .flatten()
        .filter_map(|info| HashAlgorithm::from_oid(&info.digest_algorithm))
        .collect();
    algorithms.sort_unstable_by_key(|algorithm| *algorithm as u8);
    algorithms.dedup();
    let mut digests = Vec::new();
    if let Some(span) = envelope.content {
        signature.seek(SeekFrom::Start(span.start))?;
        digests.push(hash(&mut signature.take(span.length), &algorithms)?);
    }
    if let Some(content) = content {
        digests.push(hash(content, &algorithms)?);
    }
    Ok(digests)
}

fn hash(
    content: &mut dyn Read,
    algorithms: &[HashAlgorithm],
) -> io::Result<Vec<(HashAlgorithm, Vec<u8>)>> {
    let mut hashers: Vec<_> = algorithms
        .iter()
        .map(|algorithm| (*algorithm, Hasher::new(*algorithm)))
        .collect();
    let mut piece = vec![0; PIECE];
    loop {
        match content.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => {
                for (_, hasher) in &mut hashers {
                    hasher.update(piece.get(..read).unwrap_or_default());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hashers
        .into_iter()
        .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
        .collect())
}

/// What the check of one signer needs.
struct Checks<'a> {
    envelope: &'a Envelope,
    certificates: &'a [Certificate],
    digests: &'a Digests,
    anchors: &'a TrustAnchors,
    at: Time,
}

impl Checks<'_> {
    fn report(&self, info: Result<SignerInfo, Fault>) -> SignerReport {
        let mut report = SignerReport {
            verdict: Verdict::Valid,
            detail: None,
            certificate: None,
            claimed_signing_time: None,
            chain: Vec::new(),
        };
        let outcome = info
            .map_err(Failure::format)
            .and_then(|info| self.check(&info, &mut report));
        if let Err(failure) = outcome {
            report.verdict = Verdict::from(failure.reason);
            report.detail = Some(failure.detail);
        }
        report
    }

    fn check(&self, info: &SignerInfo, report: &mut SignerReport) -> Result<(), Failure> {
        report.claimed_signing_time = info.attributes.signing_time;
        let digest_algorithm = self.check_format(info)?;
        let certificate = self.find_certificate(info)?;
        report.certificate = Some(certificate.summary().clone());
        let chain = chain::build(certificate, self.certificates, self.anchors, self.at);
        if let Ok(chain) = &chain {
            report.chain = chain
                .iter()
                .map(|member| member.summary().clone())
                .collect();
        }
        self.check_content(info, digest_algorithm)?;
        check_signature(info, digest_algorithm, certificate)?;
        if self.digests.is_empty() {
            return Err(Failure::new(
                Reason::SignedDataNotFound,
                "the content is neither in the signature nor given",
            ));
        }
        chain?;
        self.check_certificate(info, certificate)?;
        check_attributes(info, certificate)
    }

    fn check_format(&self, info: &SignerInfo) -> Result<HashAlgorithm, Failure> {
        if info.attributes.content_type != self.envelope.content_type {
            return Err(Failure::format("the signed content type is another"));
        }
        let listed = self.envelope.digest_algorithms.iter().any(|identifier| {
            crate::strict::only(crate::strict::SEQUENCE, identifier)
                .and_then(algorithm::read_identifier)
                .is_ok_and(|oid| oid == info.digest_algorithm)
        });
        if !listed {
            return Err(Failure::format("a signer's hash function is not listed"));
        }
        HashAlgorithm::from_oid(&info.digest_algorithm).ok_or(Failure::new(
            Reason::CryptoConstraintsFailure,
            "the hash function is not of the profile",
        ))
    }

    /// The signer's identifier points at a certificate; the signed reference decides which.
    fn find_certificate(&self, info: &SignerInfo) -> Result<&Certificate, Failure> {
        const NONE: Reason = Reason::NoSigningCertificateFound;
        let mut candidates = self.certificates.iter().filter(|one| info.identifies(one));
        let Some(reference) = &info.attributes.signing_certificate else {
            return candidates
                .next()
                .ok_or(Failure::new(NONE, "the signer's certificate is missing"));
        };
        if reference.hash_algorithm().is_none() {
            return Err(Failure::new(
                Reason::CryptoConstraintsFailure,
                "the hash function of the certificate's reference is not of the profile",
            ));
        }
        candidates
            .find(|one| reference.is_of(one))
            .ok_or(Failure::new(
                NONE,
                "the certificate that the signer refers to is missing",
            ))
    }

    fn check_content(&self, info: &SignerInfo, algorithm: HashAlgorithm) -> Result<(), Failure> {
        let expected = (algorithm, info.attributes.message_digest.clone());
        if self.digests.iter().all(|place| place.contains(&expected)) {
            Ok(())
        } else {
            Err(Failure::new(
                Reason::HashFailure,
                "the content is not what was signed",
            ))
        }
    }

    fn check_certificate(
        &self,
        info: &SignerInfo,
        certificate: &Certificate,
    ) -> Result<(), Failure> {
        if !certificate.may_sign_documents() {
            return Err(Failure::new(
                Reason::ChainConstraintsFailure,
                "the signer's key is not for documents",
            ));
        }
        let summary = certificate.summary();
        let claimed = info.attributes.signing_time;
        if claimed.is_some_and(|time| time > summary.not_after) {
            return Err(Failure::new(
                Reason::Expired,
                "the signing time is after the certificate's end",
            ));
        }
        if claimed.is_some_and(|time| time < summary.not_before) {
            return Err(Failure::new(
                Reason::NotYetValid,
                "the signing time is before the certificate's beginning",
            ));
        }
        if !certificate.is_valid_at(self.at) {
            return Err(Failure::new(
                Reason::OutOfBoundsNoPoe,
                "the certificate is not valid at that time",
            ));
        }
        Ok(())
    }
}

fn check_signature(
    info: &SignerInfo,
    digest_algorithm: HashAlgorithm,
    certificate: &Certificate,
) -> Result<(), Failure> {
    const UNFIT: Failure = Failure::new(
        Reason::CryptoConstraintsFailure,
        "the algorithms do not belong to the signer's key",
    );
    let key = certificate.public_key().ok_or(UNFIT)?;
    if digest_algorithm != HashAlgorithm::of_level(key.level()) {
        return Err(UNFIT);
    }
    algorithm::check_signature(
        key,
        &info.signature_algorithm,
        &info.signed_octets,
        &info.signature,
    )
    .map_err(|fault| match fault {
        SignatureFault::Algorithm => UNFIT,
        SignatureFault::Signature => Failure::new(
            Reason::SigCryptoFailure,
            "the signature does not verify with the certificate's key",
        ),
    })
}

/// What CAdES-B-B demands beyond a CMS signature.
fn check_attributes(info: &SignerInfo, certificate: &Certificate) -> Result<(), Failure> {
    let constraint = |detail| Failure::new(Reason::SigConstraintsFailure, detail);
    let attributes = &info.attributes;
    let reference = attributes
        .signing_certificate
        .as_ref()
        .ok_or(constraint("no reference to the certificate is signed"))?;
    if !reference.names(certificate) {
        return Err(constraint("the signed reference names another certificate"));
    }
    if attributes.signing_time.is_none() {
        return Err(constraint("no signing time is signed"));
    }
    if attributes.has_policy {
        return Err(Failure::new(
            Reason::SignaturePolicyNotAvailable,
            "the signature follows a policy that is not at hand",
        ));
    }
    Ok(())
}
