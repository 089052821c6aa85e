//! Whether a certificate was revoked, as far as lists and responses at hand can tell.

use std::fmt;

use kabinet_stb::tlv;

use crate::{
    Time,
    certificate::Certificate,
    crl::{Revocation, RevocationReason},
    evidence::{OTHER_REVOCATION_INFO, Pool},
    ocsp::{OcspResponse, Status},
    oid,
    strict::OBJECT_IDENTIFIER,
};

/// Where a status is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusSource {
    /// An OCSP response.
    Ocsp,
    /// A revocation list.
    RevocationList,
}

/// Why nothing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ignorance {
    /// No list and no response of somebody who may tell is at hand.
    NoInformation,
    /// What is at hand is too old for the moment in question.
    OutOfDate,
    /// The responder does not know the certificate.
    NotKnownToResponder,
}

/// What is known of a certificate's revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationStatus {
    /// A trust anchor: nobody above it could revoke it.
    Trusted,
    /// It was not revoked.
    NotRevoked {
        /// When that was told.
        as_of: Time,
        /// Who told.
        source: StatusSource,
    },
    /// It was revoked, perhaps later than the moment in question.
    Revoked {
        /// Since when.
        at: Time,
        /// Why.
        reason: RevocationReason,
        /// Who told.
        source: StatusSource,
    },
    /// It cannot be told.
    Unknown(Ignorance),
}

impl RevocationStatus {
    /// Whether a responder says that the issuer never issued the certificate: "revoked" on hold since
    /// the beginning of 1970, which is a mark and no moment (RFC 6960, clauses 2.2 and 4.4.8).
    #[must_use]
    pub fn is_never_issued(&self) -> bool {
        matches!(
            self,
            Self::Revoked {
                at,
                reason: RevocationReason::CertificateHold,
                source: StatusSource::Ocsp,
            } if at.unix_duration().is_zero()
        )
    }

    /// Since when the certificate is on hold, which can be taken back (RFC 5280, clause 5.3.1); none
    /// when it is not, or was never issued.
    #[must_use]
    pub fn on_hold_since(&self) -> Option<Time> {
        match *self {
            Self::Revoked {
                at,
                reason: RevocationReason::CertificateHold,
                ..
            } if !self.is_never_issued() => Some(at),
            _ => None,
        }
    }
}

/// A status with what proves it.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) status: RevocationStatus,
    pub(crate) proof: Option<Proof>,
}

/// The list or the response that told.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// RevocationInfoChoice in DER.
    pub(crate) choice: Vec<u8>,
    /// Whether the signature carries it already.
    pub(crate) is_embedded: bool,
    /// Who answered, when neither the issuer did nor the response has the certificate inside.
    pub(crate) responder: Option<Certificate>,
    pub(crate) this_update: Time,
    pub(crate) next_update: Option<Time>,
}

impl Proof {
    /// Whether "not revoked" was told late enough to cover the moment (ETSI EN 319 102-1, clause
    /// 5.2.5), and while the issuer still kept count: after a certificate's end it need not.
    pub(crate) fn is_fresh(&self, certificate: &Certificate, proven_at: Time) -> bool {
        self.this_update <= certificate.summary().not_after
            && (self.this_update >= proven_at
                || self.next_update.is_some_and(|next| next >= proven_at))
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("is_embedded", &self.is_embedded)
            .finish_non_exhaustive()
    }
}

impl Finding {
    pub(crate) const TRUSTED: Self = Self {
        status: RevocationStatus::Trusted,
        proof: None,
    };
}

/// One thing that somebody who may tell has told.
struct Word {
    revocation: Option<Revocation>,
    source: StatusSource,
    proof: Proof,
}

/// Finds out whether a certificate by this issuer was revoked at the moment that the signature is
/// proven to have existed at; `at` is the moment of the check.
pub(crate) fn find(
    certificate: &Certificate,
    issuer: &Certificate,
    pool: &Pool<'_>,
    proven_at: Time,
    at: Time,
) -> Finding {
    let mut words = Vec::new();
    let is_unknown = listen_to_responders(certificate, issuer, pool, at, &mut words);
    listen_to_lists(certificate, issuer, pool, &mut words);
    // The newest word counts. Only a hold can be taken back: any other revocation stays.
    words.sort_by_key(|word| word.proof.this_update);
    let lasting = words.iter().rposition(Word::is_lasting);
    // One that tells nothing of the moment does not hide one that does; a hold in between would.
    let fresh = || {
        let newest_first = words.iter().enumerate().rev();
        newest_first
            .take_while(|(_, word)| word.revocation.is_none())
            .find(|(_, word)| word.proof.is_fresh(certificate, proven_at))
            .map(|(index, _)| index)
    };
    let chosen = lasting.or_else(fresh).or(words.len().checked_sub(1));
    let Some(word) = chosen.map(|index| words.swap_remove(index)) else {
        let ignorance = if is_unknown {
            Ignorance::NotKnownToResponder
        } else {
            Ignorance::NoInformation
        };
        return Finding {
            status: RevocationStatus::Unknown(ignorance),
            proof: None,
        };
    };
    let status = match word.revoked() {
        Some(revoked) => revoked,
        None if word.proof.is_fresh(certificate, proven_at) => RevocationStatus::NotRevoked {
            as_of: word.proof.this_update,
            source: word.source,
        },
        None => RevocationStatus::Unknown(Ignorance::OutOfDate),
    };
    Finding {
        status,
        proof: Some(word.proof),
    }
}

impl Word {
    fn revoked(&self) -> Option<RevocationStatus> {
        let Revocation { at, reason } = self.revocation?;
        let source = self.source;
        Some(RevocationStatus::Revoked { at, reason, source })
    }

    /// Whether it says what cannot be taken back; that a certificate was never issued, too, is only
    /// written like a hold.
    fn is_lasting(&self) -> bool {
        self.revoked()
            .is_some_and(|status| status.on_hold_since().is_none())
    }
}

/// Gathers what OCSP responders told; gives whether one of them did not know the certificate.
fn listen_to_responders(
    certificate: &Certificate,
    issuer: &Certificate,
    pool: &Pool<'_>,
    at: Time,
    words: &mut Vec<Word>,
) -> bool {
    let mut is_unknown = false;
    for (response, is_embedded) in pool.responses() {
        let Some(answer) = response.answer(certificate, issuer) else {
            continue;
        };
        let Some(responder) = find_responder(response, issuer, pool, at) else {
            continue;
        };
        let revocation = match answer.status {
            Status::Good => None,
            Status::Revoked(revocation) => Some(revocation),
            Status::Unknown => {
                is_unknown = true;
                continue;
            }
        };
        let identifier = tlv::encode(OBJECT_IDENTIFIER, oid::RI_OCSP_RESPONSE);
        words.push(Word {
            revocation,
            source: StatusSource::Ocsp,
            proof: Proof {
                choice: tlv::encode(
                    OTHER_REVOCATION_INFO,
                    &[&identifier, response.der()].concat(),
                ),
                is_embedded,
                responder: responder
                    .filter(|responder| !response.carries(responder))
                    .cloned(),
                this_update: answer.this_update,
                next_update: answer.next_update,
            },
        });
    }
    is_unknown
}

/// Who signed the response, if they may answer (RFC 6960, clause 4.2.2.2): the issuer itself, which is
/// no responder, or somebody whom its key certified for that. The responder's certificate must be
/// valid when the response is judged, which is not before it was made, and not revoked as far as is
/// known.
fn find_responder<'a>(
    response: &'a OcspResponse,
    issuer: &Certificate,
    pool: &Pool<'a>,
    at: Time,
) -> Option<Option<&'a Certificate>> {
    let length = response.der().len();
    if response.is_by(issuer) && pool.budget.allows(length) && response.is_signed_by(issuer) {
        return Some(None);
    }
    let judged_at = at.max(response.produced_at());
    let mut responders = response.responders(pool.certificates());
    responders
        .find(|responder| {
            responder.may_answer_for_issuer()
                && responder.issuer() == issuer.subject()
                && responder.is_valid_at(response.produced_at())
                && responder.is_valid_at(judged_at)
                && pool.budget.allows(length)
                && response.is_signed_by(responder)
                && pool.budget.allows(responder.der().len())
                && responder.is_signed_by(issuer)
                && !is_withdrawn(responder, issuer, pool, response.produced_at())
        })
        .map(Some)
}

/// Whether the responder's own certificate was revoked when it answered (RFC 6960, clause 4.2.2.2.1):
/// as far as lists and the issuer's own responses at hand tell, for others could vouch for each other
/// in a circle. Whom the issuer excepted by id-pkix-ocsp-nocheck is good to the end. Where nothing is
/// at hand, the certificate's short validity has to do.
fn is_withdrawn(
    responder: &Certificate,
    issuer: &Certificate,
    pool: &Pool<'_>,
    produced_at: Time,
) -> bool {
    use RevocationReason::{
        AttributeAuthorityCompromise, AuthorityCompromise, KeyCompromise, Unspecified,
    };
    if responder.extensions().is_not_checked {
        return false;
    }
    let mut words = Vec::new();
    listen_to_lists(responder, issuer, pool, &mut words);
    let told = words.iter().filter_map(|word| word.revocation);
    let answered = pool.responses().filter_map(|(response, _)| {
        let Status::Revoked(revocation) = response.answer(responder, issuer)?.status else {
            return None;
        };
        let is_issuers = response.is_by(issuer)
            && pool.budget.allows(response.der().len())
            && response.is_signed_by(issuer);
        is_issuers.then_some(revocation)
    });
    told.chain(answered).any(|revocation| {
        // With a key in other hands the response can have been dated back.
        let may_be_forged = matches!(
            revocation.reason,
            KeyCompromise | AuthorityCompromise | AttributeAuthorityCompromise | Unspecified
        );
        may_be_forged || revocation.at <= produced_at
    })
}

fn listen_to_lists(
    certificate: &Certificate,
    issuer: &Certificate,
    pool: &Pool<'_>,
    words: &mut Vec<Word>,
) {
    for (index, (list, is_embedded)) in pool.lists().enumerate() {
        if !list.is_about(certificate, issuer) || !pool.is_signed(index, list, issuer) {
            continue;
        }
        words.push(Word {
            revocation: list.find(certificate.serial()),
            source: StatusSource::RevocationList,
            proof: Proof {
                choice: list.der().to_vec(),
                is_embedded,
                responder: None,
                this_update: list.this_update(),
                next_update: list.next_update(),
            },
        });
    }
}
