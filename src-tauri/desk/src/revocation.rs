//! What is known of certificates' revocation: kept from before, or asked for now, the responder first
//! and then the list.
//!
//! Asked is only whom a certificate names to which a trust anchor leads: a stranger's certificate is
//! asked about nowhere. What responders said, which tells whose signatures the person looks
//! at, is kept in the encrypted store, or in memory as long as no store is open. Lists, which
//! everybody fetches alike, are kept as files of the profile. Whether what is kept is still good
//! is judged where signatures are, by its own times.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use kabinet_pki::certificate::Certificate;
use kabinet_pki::{
    ChainMember, Evidence, RevocationChecking, RevocationStatus, Time, TrustAnchors, Validation,
};
use kabinet_stb::hash::belt_hash;

use crate::issuers::Seen;
use crate::services::Asking;
use crate::signing_in::hex;
use crate::{Desk, lock};

/// Answers that are kept without a store; beyond them none is.
const MOST_IN_MEMORY: usize = 256;
/// How long the word counts alone that a signature carries for itself.
const DAY: Duration = Duration::from_hours(24);

/// What responders said while no store was open, by the certificate's belt-hash in hex.
pub(crate) type Answers = BTreeMap<String, Vec<u8>>;

/// What a check rests on beside the signature.
pub(crate) struct Learnt {
    pub(crate) evidence: Evidence,
    /// Where somebody would tell, it has to be known.
    pub(crate) checking: RevocationChecking,
}

impl Learnt {
    /// The validation at that moment.
    pub(crate) fn validation<'a>(&'a self, anchors: &'a TrustAnchors, at: Time) -> Validation<'a> {
        Validation {
            anchors,
            evidence: &self.evidence,
            at,
            revocation: self.checking,
        }
    }
}

/// Judges everything but the content of one signature, or certificates.
pub(crate) type Survey<'a, R> = &'a mut (dyn FnMut(&Validation<'_>) -> io::Result<R> + Send);

impl Desk {
    /// What is kept for a signature or for certificates. Asks nobody.
    ///
    /// # Errors
    /// Those of reading the signature.
    pub(crate) fn recall<R: Seen>(
        &self,
        survey: Survey<'_, R>,
        anchors: &TrustAnchors,
        at: Time,
    ) -> io::Result<Learnt> {
        let mut evidence = Evidence::new();
        self.recall_issuers(&mut evidence, &mut |known| {
            survey(&with(known, anchors, at))
        })?;
        self.recall_statuses(&mut evidence, survey, anchors, at)?;
        let report = survey(&with(&evidence, anchors, at))?;
        Ok(Learnt {
            checking: checking(&report),
            evidence,
        })
    }

    /// As [`Desk::recall`]; what is not known is asked for, and kept: issuers first, since nobody is
    /// asked about a certificate to which no trust anchor leads.
    ///
    /// # Errors
    /// Those of reading the signature.
    pub(crate) async fn learn<R: Seen>(
        &self,
        survey: Survey<'_, R>,
        anchors: &TrustAnchors,
        at: Time,
        asking: &mut Asking,
    ) -> io::Result<Learnt> {
        let Learnt { mut evidence, .. } = self.recall(survey, anchors, at)?;
        let mut with_issuers = |known: &Evidence| survey(&with(known, anchors, at));
        let fetched = self
            .fetch_issuers(&mut evidence, &mut with_issuers, asking)
            .await?;
        if !fetched.is_empty() {
            self.keep_issuers(&fetched, &survey(&with(&evidence, anchors, at))?);
            self.recall_statuses(&mut evidence, survey, anchors, at)?;
        }
        let pairs: Vec<(Certificate, Certificate)> =
            open(&survey(&with(&evidence, anchors, at))?, at)
                .map(|(certificate, issuer)| (certificate.clone(), issuer.clone()))
                .collect();
        let mut asked = BTreeSet::new();
        for (certificate, issuer) in &pairs {
            if !asked.insert(certificate.der()) {
                continue;
            }
            if let Some(octets) = asking.responder(certificate, issuer).await
                && evidence.add_ocsp_response(&octets).is_ok()
            {
                self.keep_answer(certificate, &octets);
            }
        }
        let lists: BTreeSet<String> = open(&survey(&with(&evidence, anchors, at))?, at)
            .flat_map(|(certificate, _)| certificate.revocation_list_addresses())
            .cloned()
            .collect();
        for address in &lists {
            if let Some(octets) = asking.list(address).await
                && evidence.add_revocation_list(&octets).is_ok()
            {
                self.keep_list(address, &octets);
            }
        }
        let report = survey(&with(&evidence, anchors, at))?;
        Ok(Learnt {
            checking: checking(&report),
            evidence,
        })
    }

    /// Adds what is kept of the status of each certificate.
    fn recall_statuses<R: Seen>(
        &self,
        evidence: &mut Evidence,
        survey: Survey<'_, R>,
        anchors: &TrustAnchors,
        at: Time,
    ) -> io::Result<()> {
        let report = survey(&with(evidence, anchors, at))?;
        for certificate in certificates(&report) {
            if let Some(octets) = self.kept_answer(certificate) {
                let _ = evidence.add_ocsp_response(&octets);
            }
        }
        let lists: BTreeSet<&String> = certificates(&report)
            .flat_map(Certificate::revocation_list_addresses)
            .collect();
        for address in lists {
            if let Some(octets) = self.kept_list(address) {
                let _ = evidence.add_revocation_list(&octets);
            }
        }
        Ok(())
    }

    fn kept_answer(&self, certificate: &Certificate) -> Option<Vec<u8>> {
        let name = name_of(certificate.der());
        let kept = self.with_store(|store| Ok(store.revocation_answer(&name)?));
        let of_store = kept.ok().flatten();
        of_store.or_else(|| lock(&self.answers).get(&name).cloned())
    }

    /// What cannot be kept is asked for again the next time.
    fn keep_answer(&self, certificate: &Certificate, octets: &[u8]) {
        let name = name_of(certificate.der());
        let now = self.now();
        let kept = self
            .with_store(|store| Ok(store.keep_revocation_answer(&name, octets, now)?))
            .is_ok();
        let mut answers = lock(&self.answers);
        answers.remove(&name);
        if !kept && answers.len() < MOST_IN_MEMORY {
            answers.insert(name, octets.to_vec());
        }
    }

    fn kept_list(&self, address: &str) -> Option<Vec<u8>> {
        std::fs::read(self.profile.list_path(&name_of(address.as_bytes()))).ok()
    }

    fn keep_list(&self, address: &str, octets: &[u8]) {
        if let Err(problem) = self.profile.keep_list(&name_of(address.as_bytes()), octets) {
            tracing::info!("a revocation list is not kept: {problem}");
        }
    }
}

fn with<'a>(evidence: &'a Evidence, anchors: &'a TrustAnchors, at: Time) -> Validation<'a> {
    Validation {
        evidence,
        ..Validation::new(anchors, at)
    }
}

pub(crate) fn name_of(octets: &[u8]) -> String {
    hex(&belt_hash(octets))
}

fn certificates(report: &impl Seen) -> impl Iterator<Item = &Certificate> {
    report.chains().flatten().map(|member| &member.certificate)
}

/// The certificates of which nothing is known although they name who would tell, with their issuers.
fn unknown(report: &impl Seen) -> impl Iterator<Item = (&Certificate, &Certificate)> {
    asked(report.chains(), |member| {
        matches!(member.status, RevocationStatus::Unknown(_))
    })
}

/// Those to ask about: of which nothing is known, and of which the signature alone tells, by a word of
/// more than a day ago, with nothing to prove that it is as old. Who signs with a key that was revoked
/// could carry the last good word, and with it keep everybody from asking.
fn open(report: &impl Seen, at: Time) -> impl Iterator<Item = (&Certificate, &Certificate)> {
    let aged = asked(report.unproven(), move |member| {
        member
            .as_of_by_signature()
            .is_some_and(|as_of| as_of.unix_duration() + DAY < at.unix_duration())
    });
    unknown(report).chain(aged)
}

/// The members of the chains that are so, and name who would tell, with their issuers.
fn asked<'a>(
    chains: impl Iterator<Item = &'a [ChainMember]>,
    is_so: impl Fn(&ChainMember) -> bool,
) -> impl Iterator<Item = (&'a Certificate, &'a Certificate)> {
    let pairs = chains.flat_map(|chain| chain.iter().zip(chain.iter().skip(1)));
    pairs.filter_map(move |(member, issuer)| {
        let certificate = &member.certificate;
        let told = !certificate.responder_addresses().is_empty()
            || !certificate.revocation_list_addresses().is_empty();
        (told && is_so(member)).then_some((certificate, &issuer.certificate))
    })
}

pub(crate) fn checking(report: &impl Seen) -> RevocationChecking {
    if unknown(report).next().is_some() {
        RevocationChecking::Required
    } else {
        RevocationChecking::WhereKnown
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Cursor;

    use kabinet_pki::{Report, survey};

    use super::*;
    use crate::fixtures::bee2evp;

    fn day(day: u8) -> Time {
        Time::new(2026, 11, day, 9, 36, 0).unwrap()
    }

    /// Subjects that are asked about of a signature with all that tells of its certificates, made on
    /// 27 November 2026.
    fn asked_about(at: Time, evidence: &Evidence, change: impl FnOnce(&mut Report)) -> Vec<String> {
        let mut anchors = TrustAnchors::default();
        anchors.add(&bee2evp("root.cer")).unwrap();
        let octets = bee2evp("accepted-lt.p7s");
        let mut report = survey(Cursor::new(octets), &with(evidence, &anchors, at)).unwrap();
        change(&mut report);
        let mut subjects: Vec<_> = open(&report, at)
            .map(|(certificate, _)| certificate.summary().subject.clone())
            .collect();
        subjects.sort();
        subjects.dedup();
        subjects
    }

    fn without_stamp(report: &mut Report) {
        let signer = &mut report.signers[0];
        signer.proven_signing_time = None;
        signer.time_stamps.clear();
    }

    #[test]
    fn the_word_that_a_signature_carries_for_itself_counts_a_day() {
        let nothing = Evidence::new();
        let of_all = |at| asked_about(at, &nothing, |_| ());
        let of_signer = |at, evidence| asked_about(at, evidence, without_stamp);
        assert_eq!(of_all(day(27)), [""; 0]);
        assert_eq!(of_signer(day(27), &nothing), [""; 0]);
        let aged = ["ADAM MITSKEVICH", "Peer Issuing CA 128"];
        assert_eq!(of_signer(day(29), &nothing), aged);
        // The stamp proves how old the signature is, and nothing how old the stamp is.
        assert!(!of_all(day(29)).contains(&aged[0].to_owned()));
        assert!(of_all(day(29)).contains(&aged[1].to_owned()));
        // What somebody else told since counts as long as it says itself.
        let mut known = Evidence::new();
        known.add_revocation_list(&bee2evp("ca.crl")).unwrap();
        assert_eq!(of_signer(day(29), &known), [aged[1]]);
    }
}
