//! The check of a certificate by itself, such as a recipient's before something is encrypted for them.

use crate::{
    Evidence,
    certificate::Certificate,
    chain::{self, Terms},
    evidence::Pool,
    verdict::{ChainMember, Reason, Verdict},
    verify::{RevocationChecking, Validation},
};

/// What is known of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateReport {
    /// Whether it is valid, and if not, why.
    pub verdict: Verdict,
    /// What exactly was found wrong, in a few words for a log.
    pub detail: Option<&'static str>,
    /// The chain from the certificate to an anchor, each with its status; empty when there is none.
    pub chain: Vec<ChainMember>,
    /// Certificates whose issuers are not at hand, where there is no chain: this one, or one above
    /// it.
    pub orphans: Vec<Certificate>,
}

/// Checks a certificate at one moment: its validity, a chain to a trust anchor, revocation. What its
/// key may be used for is the caller's to ask.
#[must_use]
pub fn check_certificate(
    certificate: &Certificate,
    validation: &Validation<'_>,
) -> CertificateReport {
    const NOTHING: &Evidence = &Evidence::new();
    let pool = Pool::new(NOTHING, validation.evidence);
    let terms = Terms {
        anchors: validation.anchors,
        pool: &pool,
        proven_at: validation.at,
        at: validation.at,
        needs_status: validation.revocation == RevocationChecking::Required,
    };
    let chain = chain::build(certificate, &terms);
    let summary = certificate.summary();
    let failure = if validation.at > summary.not_after {
        Some((Reason::Expired, "the certificate has ended"))
    } else if validation.at < summary.not_before {
        Some((Reason::NotYetValid, "the certificate has not begun"))
    } else {
        chain
            .failure
            .map(|failure| (failure.reason, failure.detail))
    };
    CertificateReport {
        verdict: failure.map_or(Verdict::Valid, |(reason, _)| Verdict::from(reason)),
        detail: failure.map(|(_, detail)| detail),
        chain: chain.members.into_iter().map(ChainMember::from).collect(),
        orphans: chain.orphans,
    }
}
