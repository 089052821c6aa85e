//! The check of one signer of a document.

use crate::{
    Time,
    algorithm::HashAlgorithm,
    certificate::Certificate,
    chain::{self, Chain, Terms},
    cms::{self, Message},
    envelope::Envelope,
    evidence::Pool,
    revocation::{Finding, Proof, RevocationStatus},
    signer_info::SignerInfo,
    stream::Digests,
    strict::Fault,
    time_stamp::TimeStamp,
    verdict::{
        self, ChainMember, Failure, Reason, SignatureLevel, SignedContent, SignerReport,
        TimeStampKind, TimeStampReport, Verdict,
    },
    verify::{RevocationChecking, Validation},
};

/// A signer's part with its time stamps.
pub(crate) struct Signed {
    pub(crate) info: SignerInfo,
    content_stamps: Vec<Result<TimeStamp, Fault>>,
    signature_stamps: Vec<Result<TimeStamp, Fault>>,
}

impl Signed {
    /// Reads the time stamps; one that cannot be read proves nothing and harms nothing.
    pub(crate) fn read(info: SignerInfo) -> Self {
        let read = |tokens: &[Vec<u8>]| tokens.iter().map(|token| TimeStamp::read(token)).collect();
        Self {
            content_stamps: read(&info.attributes.time_stamps),
            signature_stamps: read(&info.time_stamps),
            info,
        }
    }

    /// The time stamps that could be read.
    pub(crate) fn time_stamps(&self) -> impl Iterator<Item = &TimeStamp> {
        let all = self.content_stamps.iter().chain(&self.signature_stamps);
        all.flatten()
    }

    /// The functions that the content has to be hashed with.
    pub(crate) fn hash_algorithms(&self) -> impl Iterator<Item = HashAlgorithm> {
        let own = HashAlgorithm::from_oid(&self.info.digest_algorithm);
        let stamps = self.content_stamps.iter().flatten();
        own.into_iter()
            .chain(stamps.filter_map(|stamp| stamp.info.hash()))
    }
}

impl From<(&Certificate, Finding)> for ChainMember {
    fn from((certificate, finding): (&Certificate, Finding)) -> Self {
        Self {
            certificate: certificate.clone(),
            status: finding.status,
            proof: finding.proof,
        }
    }
}

/// What the check of one signer needs.
pub(crate) struct Checks<'a> {
    pub(crate) envelope: &'a Envelope,
    /// The hash values of the content at each place that has it; none when it is not looked at.
    pub(crate) digests: Option<&'a [Digests]>,
    pub(crate) validation: &'a Validation<'a>,
    pub(crate) pool: &'a Pool<'a>,
}

impl Checks<'_> {
    pub(crate) fn report(&self, signer: Result<&Signed, &Fault>) -> SignerReport {
        let mut report = SignerReport {
            verdict: Verdict::Valid,
            detail: None,
            certificate: None,
            content: None,
            claimed_signing_time: None,
            proven_signing_time: None,
            level: None,
            chain: Vec::new(),
            orphans: Vec::new(),
            time_stamps: Vec::new(),
        };
        let outcome = signer
            .map_err(|fault| Failure::format(fault))
            .and_then(|signer| self.check(signer, &mut report));
        if let Err(failure) = outcome {
            report.verdict = Verdict::from(failure.reason);
            report.detail = Some(failure.detail);
        }
        report
    }

    fn check(&self, signer: &Signed, report: &mut SignerReport) -> Result<(), Failure> {
        let info = &signer.info;
        report.claimed_signing_time = info.attributes.signing_time;
        let message = Message {
            envelope: self.envelope,
            digests: self.digests.unwrap_or_default(),
        };
        let digest_algorithm = message.check_format(info)?;
        let certificate = cms::find_certificate(info, self.pool.certificates())?;
        report.certificate = Some(certificate.summary().clone());
        report.time_stamps = self.check_time_stamps(signer);
        report.proven_signing_time = proven_time(&report.time_stamps);
        let proven_at = report.proven_signing_time.unwrap_or(self.validation.at);
        let chain = chain::build(certificate, &self.terms(proven_at));
        let failure = failure_of(&chain, &report.time_stamps);
        report.chain = chain.members.into_iter().map(ChainMember::from).collect();
        report.orphans = chain.orphans;

        // What was signed is known of a signature that checks, whatever content is at hand.
        let signature = cms::check_signature(info, digest_algorithm, certificate);
        report.content = signature.map(|()| self.signed(info, digest_algorithm)).ok();
        message.check_content(info, digest_algorithm)?;
        signature?;
        if check_attributes(info, certificate).is_ok() {
            report.level = Some(self.level(report));
        }
        if self.digests.is_some_and(<[_]>::is_empty) {
            return Err(Failure::new(
                Reason::SignedDataNotFound,
                "the content is neither in the signature nor given",
            ));
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        check_certificate(info, certificate, report.proven_signing_time, proven_at)?;
        check_order(&report.time_stamps)?;
        check_attributes(info, certificate)
    }

    /// What the signature is over, by its attribute.
    fn signed(&self, info: &SignerInfo, algorithm: HashAlgorithm) -> SignedContent {
        let message_digest = info.attributes.message_digest.clone();
        let mut places = self.digests.unwrap_or_default().iter();
        let place = places.find(|place| place.find(algorithm) == Some(&message_digest[..]));
        SignedContent {
            hash_algorithm: algorithm.name(),
            message_digest,
            length: place.map(|place| place.length),
        }
    }

    fn terms(&self, proven_at: Time) -> Terms<'_> {
        Terms {
            anchors: self.validation.anchors,
            pool: self.pool,
            proven_at,
            at: self.validation.at,
            needs_status: self.validation.revocation == RevocationChecking::Required,
        }
    }

    fn check_time_stamps(&self, signer: &Signed) -> Vec<TimeStampReport> {
        // Nothing proves how old a time stamp is but itself, so it is judged at the moment of the
        // check.
        let terms = self.terms(self.validation.at);
        let check = |stamp: &Result<TimeStamp, Fault>, kind| match stamp {
            Ok(stamp) => stamp.check(
                kind,
                |hash, value| self.is_over(signer, kind, hash, value),
                &terms,
            ),
            Err(fault) => TimeStampReport {
                kind,
                verdict: Verdict::from(Failure::format(fault).reason),
                detail: Some(fault),
                time: None,
                policy: None,
                chain: Vec::new(),
                orphans: Vec::new(),
            },
        };
        let content = signer.content_stamps.iter();
        let content = content.map(|stamp| check(stamp, TimeStampKind::Content));
        let signature = signer.signature_stamps.iter();
        content
            .chain(signature.map(|stamp| check(stamp, TimeStampKind::Signature)))
            .collect()
    }

    /// Whether this is the hash value of what a time stamp should be over. Nobody can tell of content
    /// that is not looked at; whom to ask about the authority has to be known then too.
    fn is_over(
        &self,
        signer: &Signed,
        kind: TimeStampKind,
        hash: HashAlgorithm,
        value: &[u8],
    ) -> bool {
        match (kind, self.digests) {
            (TimeStampKind::Signature, _) => hash.digest(&signer.info.signature) == value,
            (TimeStampKind::Content, None) => true,
            (TimeStampKind::Content, Some(places)) => {
                places.first().and_then(|place| place.find(hash)) == Some(value)
            }
        }
    }

    /// The level that the signature has reached.
    fn level(&self, report: &SignerReport) -> SignatureLevel {
        let Some(stamp) = verdict::earliest(&report.time_stamps, TimeStampKind::Signature) else {
            return SignatureLevel::B;
        };
        let is_kept = |member: &ChainMember| {
            let is_carried = |one| self.pool.embedded.certificates.contains(one);
            // What has grown old since has to have told of the time of the stamp.
            let tells = |proof: &Proof| match member.status {
                RevocationStatus::Revoked { at, .. } => Some(at) > stamp.time,
                _ => stamp
                    .time
                    .is_some_and(|time| proof.is_fresh(&member.certificate, time)),
            };
            let is_told = member.proof.as_ref().is_some_and(|proof| {
                proof.is_embedded && proof.responder.as_ref().is_none_or(is_carried) && tells(proof)
            });
            member.status == RevocationStatus::Trusted || is_told && is_carried(&member.certificate)
        };
        let has_chains = !report.chain.is_empty() && !stamp.chain.is_empty();
        if has_chains && report.chain.iter().chain(&stamp.chain).all(is_kept) {
            SignatureLevel::Lt
        } else {
            SignatureLevel::T
        }
    }
}

/// When the signature existed at the latest, by the earliest valid time stamp over it.
fn proven_time(stamps: &[TimeStampReport]) -> Option<Time> {
    verdict::earliest(stamps, TimeStampKind::Signature)?.time
}

/// What keeps the chain from holding. A revocation that a valid time stamp of the content shows to
/// be older than the signature is final (ETSI EN 319 102-1, clause 5.3.4).
fn failure_of(chain: &Chain<'_>, stamps: &[TimeStampReport]) -> Option<Failure> {
    let failure = chain.failure?;
    let latest = stamps
        .iter()
        .filter(|stamp| stamp.kind == TimeStampKind::Content && stamp.verdict == Verdict::Valid)
        .filter_map(|stamp| stamp.time)
        .max();
    let revoked_at = chain
        .members
        .first()
        .and_then(|(_, finding)| match finding.status {
            RevocationStatus::Revoked { at, .. } => Some(at),
            _ => None,
        });
    match (failure.reason, revoked_at, latest) {
        (Reason::RevokedNoPoe, Some(revoked_at), Some(latest)) if latest > revoked_at => {
            Some(Failure::new(
                Reason::Revoked,
                "the signer's certificate was revoked before the content was signed",
            ))
        }
        _ => Some(failure),
    }
}

/// Stamps of the content come before those of the signature.
fn check_order(stamps: &[TimeStampReport]) -> Result<(), Failure> {
    let content = stamps
        .iter()
        .filter(|stamp| stamp.kind == TimeStampKind::Content && stamp.verdict == Verdict::Valid)
        .filter_map(|stamp| stamp.time)
        .max();
    match (content, proven_time(stamps)) {
        (Some(content), Some(signature)) if content > signature => Err(Failure::new(
            Reason::TimestampOrderFailure,
            "the content is stamped later than its signature",
        )),
        _ => Ok(()),
    }
}

/// Whether the certificate is for documents, and valid at the moment that counts.
fn check_certificate(
    info: &SignerInfo,
    certificate: &Certificate,
    proven: Option<Time>,
    proven_at: Time,
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
    if proven.is_some_and(|time| time < summary.not_before) {
        return Err(Failure::new(
            Reason::NotYetValid,
            "the signature is proven to be older than the certificate",
        ));
    }
    if !certificate.is_valid_at(proven_at) {
        return Err(Failure::new(
            Reason::OutOfBoundsNoPoe,
            "the certificate is not valid at that time",
        ));
    }
    Ok(())
}

/// What CAdES-B-B demands beyond a CMS signature.
fn check_attributes(info: &SignerInfo, certificate: &Certificate) -> Result<(), Failure> {
    let constraint = |detail| Failure::new(Reason::SigConstraintsFailure, detail);
    cms::check_reference(info, certificate)?;
    let reference = info.attributes.signing_certificate.as_ref();
    if reference.and_then(|one| one.hash_algorithm()) == Some(HashAlgorithm::Sha1) {
        return Err(Failure::new(
            Reason::CryptoConstraintsFailure,
            "the certificate's reference is by a hash function that is too weak",
        ));
    }
    if info.attributes.signing_time.is_none() {
        return Err(constraint("no signing time is signed"));
    }
    if info.attributes.has_policy {
        return Err(Failure::new(
            Reason::SignaturePolicyNotAvailable,
            "the signature follows a policy that is not at hand",
        ));
    }
    Ok(())
}
