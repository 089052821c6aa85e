//! For whom a file is encrypted: whether somebody trusted vouches for the certificates, and whether
//! they were revoked, asked and kept as for signatures ([`crate::revocation`]).

use kabinet_pki::certificate::Certificate;
use kabinet_pki::{
    CertificateReport, Reason, RevocationStatus, Validation, Verdict, check_certificate,
};

use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::revocation::checking;
use crate::view::{AskedView, RecipientView};
use crate::{Desk, Outcome, signature_speech, signing, speech};

/// How a file is encrypted.
#[derive(Clone, Copy, Debug, Default)]
pub struct EncryptWishes {
    /// Nobody is asked about the recipients: only what is kept counts.
    pub offline: bool,
    /// Also for a recipient whose certificate was revoked: the person insists.
    pub even_revoked: bool,
}

/// What is known of a recipient's certificate.
pub(crate) struct Standing {
    pub(crate) verdict: Verdict,
    /// Its reason; empty when valid.
    pub(crate) reason: Option<String>,
    /// A sentence on it.
    pub(crate) note: Option<String>,
}

impl Desk {
    /// Asks about these certificates whether they were revoked, and for issuers that are missing; gives
    /// who was asked. What was told is kept, and counts wherever recipients are judged. That nobody
    /// answers is no error.
    pub(crate) async fn ask_about(&self, certificates: &[Certificate]) -> Outcome<Vec<AskedView>> {
        let anchors = self.anchors()?;
        let mut asking = self.asking();
        self.learn(
            &mut |validation: &Validation<'_>| Ok(checked(certificates, validation)),
            &anchors,
            signing::now()?,
            &mut asking,
        )
        .await
        .map_err(|error| file_problem(&error))?;
        Ok(asking.asked())
    }

    /// What is known of each certificate. Asks nobody.
    pub(crate) fn standings(&self, certificates: &[Certificate]) -> Outcome<Vec<Standing>> {
        let anchors = self.anchors()?;
        let now = signing::now()?;
        let known = self.recall(
            &mut |validation: &Validation<'_>| Ok(checked(certificates, validation)),
            &anchors,
            now,
        );
        let evidence = known.map_err(|error| file_problem(&error))?.evidence;
        let standing = |certificate: &Certificate| {
            let mut validation = Validation {
                evidence: &evidence,
                ..Validation::new(&anchors, now)
            };
            // What one certificate leaves open says nothing of the others.
            validation.revocation = checking(&check_certificate(certificate, &validation));
            self.standing(&check_certificate(certificate, &validation))
        };
        Ok(certificates.iter().map(standing).collect())
    }

    fn standing(&self, report: &CertificateReport) -> Standing {
        let mut chain = report.chain.iter();
        let is_revoked = |status| matches!(status, RevocationStatus::Revoked { .. });
        // Revoked or suspended, itself or one above it: nothing is older than the moment at which
        // something is encrypted for it.
        let verdict = if chain.any(|member| is_revoked(member.status)) {
            Verdict::Invalid(Reason::Revoked)
        } else {
            report.verdict
        };
        let reason = signature_speech::reason_of(verdict);
        let note = reason.as_ref().map(|reason| {
            let id = match verdict.reason() {
                Some(Reason::Revoked) => "recipient-revoked",
                Some(Reason::TryLater) => "recipient-status-unknown",
                _ => "recipient-unproven",
            };
            let args = [("reason", reason.clone())];
            speech::say(self.language(), id, None, &args.into())
        });
        Standing {
            verdict,
            reason,
            note,
        }
    }
}

fn checked(certificates: &[Certificate], validation: &Validation<'_>) -> Vec<CertificateReport> {
    let certificates = certificates.iter();
    certificates
        .map(|certificate| check_certificate(certificate, validation))
        .collect()
}

/// Refuses recipients with a revoked certificate.
pub(crate) fn refuse_revoked(recipients: &[RecipientView]) -> Outcome {
    let revoked = signature_speech::reason_of(Verdict::Invalid(Reason::Revoked));
    match recipients.iter().find(|one| one.reason == revoked) {
        Some(one) => Err(Problem::new(Code::RecipientRevoked).with("name", one.name.clone())),
        None => Ok(()),
    }
}
