//! Chains of certificates up to trust anchors (RFC 5280, clause 6.1, without policies, none of which
//! is asked for; critical constraints on policies are refused).

use crate::{
    Time,
    anchors::TrustAnchors,
    certificate::Certificate,
    crl::RevocationReason,
    evidence::Pool,
    general_name::GeneralName,
    names, oid,
    revocation::{self, Finding, RevocationStatus},
    verdict::{Failure, Reason},
};

/// Certificates in a chain, the signer's and the anchor's included.
const MAX_CHAIN: usize = 8;

const TOO_MUCH: Failure = Failure::new(
    Reason::CertificateChainGeneralFailure,
    "there are too many ways to try",
);

/// What decides whether a chain holds.
pub(crate) struct Terms<'a> {
    pub(crate) anchors: &'a TrustAnchors,
    pub(crate) pool: &'a Pool<'a>,
    /// The moment that the signature is proven to have existed at: everything must be valid then,
    /// and nothing revoked before.
    pub(crate) proven_at: Time,
    /// The moment of the check.
    pub(crate) at: Time,
    /// Whether a chain of which a revocation status is unknown is refused.
    pub(crate) needs_status: bool,
}

/// A chain and what keeps it from holding.
pub(crate) struct Chain<'a> {
    /// From the signer's certificate to an anchor; empty when there is no way.
    pub(crate) members: Vec<(&'a Certificate, Finding)>,
    pub(crate) failure: Option<Failure>,
    /// Where the way up ended because nobody is at hand who may have issued; empty when a chain
    /// leads to an anchor.
    pub(crate) orphans: Vec<Certificate>,
}

/// Finds a chain from the signer's certificate to an anchor and checks it, the signer's own
/// validity and usage excepted.
pub(crate) fn build<'a>(signer: &'a Certificate, terms: &Terms<'a>) -> Chain<'a> {
    let mut search = Search {
        terms,
        members: Vec::new(),
        failure: Some(Failure::new(
            Reason::NoCertificateChainFound,
            "no chain leads to a trust anchor",
        )),
        orphans: Vec::new(),
    };
    let is_anchor = |anchor: &Certificate| anchor.der() == signer.der();
    if signer.extensions().has_unknown_critical {
        search.failure = Some(Failure::new(
            Reason::ChainConstraintsFailure,
            "the signer's certificate has an unknown critical extension",
        ));
    } else if terms.anchors.0.iter().any(is_anchor) {
        search.judge(&[signer]);
    } else {
        search.extend(&mut vec![signer]);
    }
    let orphans = if search.members.is_empty() {
        search.orphans.into_iter().cloned().collect()
    } else {
        Vec::new()
    };
    Chain {
        members: search.members,
        failure: search.failure,
        orphans,
    }
}

struct Search<'a, 't> {
    terms: &'t Terms<'a>,
    /// The chain that holds, else the one that came closest.
    members: Vec<(&'a Certificate, Finding)>,
    /// What keeps it from holding.
    failure: Option<Failure>,
    /// Ends of paths that nobody at hand may have issued.
    orphans: Vec<&'a Certificate>,
}

impl<'a> Search<'a, '_> {
    /// Lengthens the path up to an anchor; gives whether a chain holds. Leaves the path as it was.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> bool {
        if path.len() >= MAX_CHAIN {
            self.note(Reason::ChainConstraintsFailure, "the chain is too long");
            return false;
        }
        let Some(&last) = path.last() else {
            return false;
        };
        let trusted = self.terms.anchors.0.iter().map(|issuer| (issuer, true));
        let helpful = self.terms.pool.certificates().map(|issuer| (issuer, false));
        let mut is_orphan = last.subject() != last.issuer();
        for (issuer, is_anchor) in trusted.chain(helpful) {
            let seen = path.iter().any(|member| member.is_same_entity(issuer));
            if seen || !may_have_issued(issuer, last) || !self.accepts(issuer, is_anchor, path) {
                continue;
            }
            is_orphan = false;
            path.push(issuer);
            let holds = if is_anchor {
                self.judge(path)
            } else {
                self.extend(path)
            };
            path.pop();
            if holds {
                return true;
            }
        }
        if is_orphan && !self.orphans.contains(&last) {
            self.orphans.push(last);
        }
        false
    }

    /// Whether the issuer may stand above the path and signed its last certificate.
    fn accepts(&mut self, issuer: &Certificate, is_anchor: bool, path: &[&Certificate]) -> bool {
        let Some(last) = path.last() else {
            return false;
        };
        if !self.terms.pool.budget.allows(last.der().len()) {
            self.note(TOO_MUCH.reason, TOO_MUCH.detail);
            return false;
        }
        if let Err(detail) = check_authority(issuer, is_anchor, path) {
            self.note(Reason::ChainConstraintsFailure, detail);
            return false;
        }
        if !last.is_signed_by(issuer) {
            self.note(
                Reason::CertificateChainGeneralFailure,
                "a certificate is not signed by its issuer",
            );
            return false;
        }
        if !issuer.is_valid_at(self.terms.proven_at) {
            self.note(
                Reason::CertificateChainGeneralFailure,
                "an authority's certificate is not valid at that time",
            );
            return false;
        }
        true
    }

    /// Judges a whole path; gives whether it holds.
    fn judge(&mut self, path: &[&'a Certificate]) -> bool {
        let Terms {
            pool,
            proven_at,
            at,
            ..
        } = *self.terms;
        let mut findings: Vec<_> = path
            .windows(2)
            .filter_map(|pair| match pair {
                [subject, issuer] => Some(revocation::find(subject, issuer, pool, proven_at, at)),
                _ => None,
            })
            .collect();
        findings.push(Finding::TRUSTED);
        let failure = check_names(path)
            .and_then(|()| self.check_statuses(&findings))
            .err()
            .or_else(|| pool.budget.is_spent().then_some(TOO_MUCH));
        let holds = failure.is_none();
        if holds || failure.map(weight) > self.failure.map(weight) {
            self.failure = failure;
            self.members = path.iter().copied().zip(findings).collect();
        }
        holds
    }

    fn check_statuses(&self, findings: &[Finding]) -> Result<(), Failure> {
        for (index, finding) in findings.iter().enumerate() {
            match finding.status {
                RevocationStatus::Revoked { at, reason, .. } if at <= self.terms.proven_at => {
                    return Err(match (reason, index) {
                        _ if finding.status.is_never_issued() => {
                            Failure::new(Reason::TryLater, "a certificate was never issued")
                        }
                        (RevocationReason::CertificateHold, _) => {
                            Failure::new(Reason::TryLater, "a certificate is suspended")
                        }
                        (_, 0) => Failure::new(
                            Reason::RevokedNoPoe,
                            "the signer's certificate was revoked, and nothing proves that the \
                             signature is older",
                        ),
                        _ => Failure::new(
                            Reason::RevokedCaNoPoe,
                            "an authority's certificate was revoked, and nothing proves that the \
                             signature is older",
                        ),
                    });
                }
                RevocationStatus::Unknown(_) if self.terms.needs_status => {
                    return Err(Failure::new(
                        Reason::TryLater,
                        "it is not known whether a certificate was revoked",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Keeps the failure that came closest to a chain.
    fn note(&mut self, reason: Reason, detail: &'static str) {
        let failure = Failure::new(reason, detail);
        if self
            .failure
            .is_some_and(|known| weight(failure) > weight(known))
        {
            self.failure = Some(failure);
        }
    }
}

/// How close to a chain a failure came.
const fn weight(failure: Failure) -> u8 {
    match failure.reason {
        Reason::RevokedNoPoe | Reason::RevokedCaNoPoe => 4,
        Reason::TryLater => 3,
        Reason::ChainConstraintsFailure => 2,
        Reason::CertificateChainGeneralFailure => 1,
        _ => 0,
    }
}

/// Whether the names fit, and the key identifiers where both have one.
fn may_have_issued(issuer: &Certificate, subject: &Certificate) -> bool {
    let identifiers = (
        &issuer.extensions().subject_key_identifier,
        &subject.extensions().authority_key_identifier,
    );
    issuer.subject() == subject.issuer()
        && !matches!(identifiers, (Some(own), Some(asked)) if own != asked)
}

/// Whether the certificate may issue the last one of the path. An anchor may lack the extensions:
/// the state's root is older than the profile.
fn check_authority(
    issuer: &Certificate,
    is_anchor: bool,
    path: &[&Certificate],
) -> Result<(), &'static str> {
    let extensions = issuer.extensions();
    if extensions.has_unknown_critical {
        return Err("an authority's certificate has an unknown critical extension");
    }
    let path_length = match extensions.basic_constraints {
        Some(constraints) if constraints.is_authority => constraints.path_length,
        None if is_anchor => None,
        _ => return Err("an issuer is no authority"),
    };
    if extensions
        .key_usage
        .is_some_and(|usage| !usage.key_cert_sign())
    {
        return Err("an issuer's key is not for certificates");
    }
    // Self-issued certificates between the signer and this one do not count (clause 6.1.4, l).
    let between = path
        .iter()
        .skip(1)
        .filter(|member| member.subject() != member.issuer())
        .count();
    if path_length.is_some_and(|limit| between > usize::from(limit)) {
        return Err("the chain is longer than an authority allows");
    }
    let level = |certificate: &Certificate| certificate.summary().level;
    if path.last().is_some_and(|last| level(last) > level(issuer)) {
        return Err("a key is stronger than its issuer's");
    }
    Ok(())
}

/// Name constraints of every authority on all names below it, those of self-issued authorities
/// excepted (RFC 5280, clause 6.1.3, b and c).
fn check_names(path: &[&Certificate]) -> Result<(), Failure> {
    for (index, authority) in path.iter().enumerate() {
        let Some(constraints) = &authority.extensions().name_constraints else {
            continue;
        };
        let below = path.iter().take(index).enumerate();
        let limited = below
            .filter(|(position, member)| *position == 0 || member.subject() != member.issuer());
        for (_, member) in limited {
            if !names_of(member).iter().all(|name| constraints.allow(name)) {
                return Err(Failure::new(
                    Reason::ChainConstraintsFailure,
                    "a name is not one that an authority may certify",
                ));
            }
        }
    }
    Ok(())
}

/// All names that a certificate gives its subject: what it says of mailboxes in the subject counts too,
/// whatever it says beside it.
fn names_of(certificate: &Certificate) -> Vec<GeneralName> {
    const EMPTY_NAME: [u8; 2] = [0x30, 0x00];
    let mut all = certificate.extensions().alternative_names.clone();
    let mailboxes = names::attributes_of(certificate.subject(), oid::EMAIL_ADDRESS);
    all.extend(mailboxes.into_iter().map(GeneralName::Email));
    if certificate.subject() != EMPTY_NAME {
        all.push(GeneralName::Directory(certificate.subject().to_vec()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;

    /// Certificates of the state's public key infrastructure as they are in use: names in
    /// BMPString, an obsolete extension, usage that is not critical.
    const ROOT: &[u8] = include_bytes!("../tests/fixtures/gossuok/root.cer");
    const REPUBLICAN: &[u8] = include_bytes!("../tests/fixtures/gossuok/republican.cer");

    fn build_at(subject: &[u8], year: u16) -> Result<Vec<String>, Reason> {
        let mut anchors = TrustAnchors::default();
        anchors.add(ROOT).unwrap();
        let subject = Certificate::from_der(subject).unwrap();
        let at = Time::new(year, 6, 1, 0, 0, 0).unwrap();
        let nothing = Evidence::new();
        let pool = Pool::new(&nothing, &nothing);
        let terms = Terms {
            anchors: &anchors,
            pool: &pool,
            proven_at: at,
            at,
            needs_status: false,
        };
        let chain = build(&subject, &terms);
        match chain.failure {
            Some(failure) => Err(failure.reason),
            None => Ok(chain
                .members
                .iter()
                .map(|(member, _)| member.summary().subject.clone())
                .collect()),
        }
    }

    #[test]
    fn the_states_authorities() {
        assert_eq!(
            build_at(REPUBLICAN, 2026).unwrap(),
            [
                "Республиканский удостоверяющий центр ГосСУОК",
                "Корневой удостоверяющий центр ГосСУОК"
            ]
        );
        assert_eq!(build_at(ROOT, 2026).unwrap().len(), 1);
        assert_eq!(
            build_at(REPUBLICAN, 2036),
            Err(Reason::CertificateChainGeneralFailure)
        );
    }

    #[test]
    fn a_changed_certificate_is_not_the_states() {
        let mut changed = REPUBLICAN.to_vec();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(
            build_at(&changed, 2026),
            Err(Reason::CertificateChainGeneralFailure)
        );
    }
}
