//! The check of a time stamp: a CMS signature by a time-stamping authority over TSTInfo
//! (STB 34.101.82, RFC 3161; ETSI EN 319 102-1, clause 5.4).

use std::io::{Cursor, Read as _, Seek as _, SeekFrom};

use crate::{
    Time,
    algorithm::HashAlgorithm,
    certificate::Certificate,
    chain::{self, Terms},
    cms::{self, Message},
    envelope::{self, Envelope},
    signer_info::SignerInfo,
    stream::Digests,
    strict::{Fault, unread},
    tsp::{self, MAX_TOKEN, StampInfo},
    verdict::{ChainMember, Failure, Reason, TimeStampKind, TimeStampReport, Verdict},
    walker::ReadError,
};

/// A token that was read; nothing of it is checked by reading.
pub(crate) struct TimeStamp {
    pub(crate) envelope: Envelope,
    signer: SignerInfo,
    /// TSTInfo in DER.
    content: Vec<u8>,
    pub(crate) info: StampInfo,
}

impl TimeStamp {
    /// Reads a token: a ContentInfo in DER with TSTInfo in it and one signer.
    pub(crate) fn read(token: &[u8]) -> Result<Self, Fault> {
        if token.len() > MAX_TOKEN {
            return Err(unread::STAMP_TOO_LONG);
        }
        let mut file = Cursor::new(token);
        let envelope = envelope::read(&mut file).map_err(|error| match error {
            ReadError::Format(fault) => fault,
            ReadError::Io(_) => "the signature is cut off",
        })?;
        if !tsp::is_stamp(&envelope.content_type) {
            return Err("the content is no time stamp");
        }
        let [signer] = &envelope.signer_infos[..] else {
            return Err("a time stamp has one signer");
        };
        let signer = SignerInfo::read(signer)?;
        let span = envelope.content.ok_or("the time stamp is empty")?;
        let mut content = Vec::new();
        file.seek(SeekFrom::Start(span.start))
            .and_then(|_| file.take(span.length).read_to_end(&mut content))
            .map_err(|_| "the signature is cut off")?;
        let info = StampInfo::read(&content)?;
        Ok(Self {
            envelope,
            signer,
            content,
            info,
        })
    }

    /// Checks it at the moment of the terms, or at its own where that is up to five minutes later;
    /// `is_over` tells whether this is the hash value of what it should be over. The authority's
    /// certificate may be any of those given.
    pub(crate) fn check<'a>(
        &self,
        kind: TimeStampKind,
        is_over: impl FnOnce(HashAlgorithm, &[u8]) -> bool,
        terms: &Terms<'a>,
    ) -> TimeStampReport {
        let mut report = TimeStampReport {
            kind,
            verdict: Verdict::Valid,
            detail: None,
            time: Some(self.info.time),
            policy: self.info.policy.clone(),
            chain: Vec::new(),
            orphans: Vec::new(),
        };
        let at = self.info.judged_at(terms.at);
        let terms = Terms {
            proven_at: terms.proven_at.max(at),
            at,
            ..*terms
        };
        if let Err(failure) = self.judge(is_over, &terms, &mut report) {
            report.verdict = Verdict::from(failure.reason);
            report.detail = Some(failure.detail);
        }
        report
    }

    fn judge<'a>(
        &self,
        is_over: impl FnOnce(HashAlgorithm, &[u8]) -> bool,
        terms: &Terms<'a>,
        report: &mut TimeStampReport,
    ) -> Result<(), Failure> {
        let hash = self.info.hash().ok_or(Failure::new(
            Reason::CryptoConstraintsFailure,
            "the hash function of the time stamp is not one that is taken",
        ))?;
        if !is_over(hash, &self.info.imprint) {
            return Err(Failure::new(
                Reason::HashFailure,
                "the time stamp is over something else",
            ));
        }
        let signer = &self.signer;
        // The content is at hand, so what it is hashed with needs no list of places.
        let digests = HashAlgorithm::from_oid(&signer.digest_algorithm)
            .map(|algorithm| Digests::of(&self.content, algorithm));
        let message = Message {
            envelope: &self.envelope,
            digests: digests.as_slice(),
        };
        let digest_algorithm = message.check_format(signer)?;
        let certificate = cms::find_certificate(signer, terms.pool.certificates())?;
        let chain = chain::build(certificate, terms);
        report.chain = chain.members.into_iter().map(ChainMember::from).collect();
        report.orphans = chain.orphans;
        message.check_content(signer, digest_algorithm)?;
        cms::check_signature(signer, digest_algorithm, certificate)?;
        if let Some(failure) = chain.failure {
            return Err(failure);
        }
        self.check_certificate(certificate, terms.at)?;
        cms::check_reference(signer, certificate)
    }

    fn check_certificate(&self, certificate: &Certificate, at: Time) -> Result<(), Failure> {
        if !certificate.may_stamp() {
            return Err(Failure::new(
                Reason::ChainConstraintsFailure,
                "the key is not for time stamps",
            ));
        }
        if self.info.time > at {
            return Err(Failure::new(
                Reason::TimestampOrderFailure,
                "the time stamp is later than the moment of the check",
            ));
        }
        let summary = certificate.summary();
        if self.info.time < summary.not_before {
            return Err(Failure::new(
                Reason::NotYetValid,
                "the time stamp is older than its authority's certificate",
            ));
        }
        if !certificate.is_valid_at(at) {
            return Err(Failure::new(
                Reason::OutOfBoundsNoPoe,
                "the time-stamping authority's certificate is not valid at that time",
            ));
        }
        Ok(())
    }
}
