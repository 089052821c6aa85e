//! Revoke and Setpwd (STB 34.101.78, clauses 9.6 and 9.7): signed with the card, encrypted for the
//! certification authority, answered by its agent.

use kabinet_pki::bpki::{
    MessageKind, RevokeRequest, Status, new_password, read_response, request_id, seal, sign_message,
};
use kabinet_pki::certificate::Certificate;
use kabinet_pki::{RevocationReason, Signer as _, Time, Validation, Verdict, check_certificate};
use kabinet_portal::{Process, Registration};
use kabinet_stb::{Secret, SystemRandom};

use crate::problem::{Code, Problem};
use crate::signing::CardSigner;
use crate::{Desk, Outcome, apart, signing};

impl Desk {
    /// Has the certificate of the card's key for signatures revoked. It cannot be taken back.
    ///
    /// # Errors
    /// `enrolment_rejected` when the authority refused; `portal_garbage` when it is not known whether
    /// it did: then the status of the certificate tells.
    pub async fn revoke_certificate(
        &self,
        reader: Option<&str>,
        pin: Secret,
        reason: RevocationReason,
    ) -> Outcome {
        let content = move |certificate: &Certificate| {
            let request = RevokeRequest::of(certificate, reason);
            let octets = request.to_der();
            octets.map_err(|error| Problem::new(Code::Internal).because(error))
        };
        self.process(reader, pin, Process::Revoke, content).await
    }

    /// Sets the password by which the certificate can be revoked when the card is lost. After an
    /// error that tells of no refusal, either password may be the one that counts.
    ///
    /// # Errors
    /// As [`Desk::revoke_certificate`]; `usage` for a password that cannot be sent.
    pub async fn set_revocation_password(
        &self,
        reader: Option<&str>,
        pin: Secret,
        password: Secret,
    ) -> Outcome {
        let content = move |_: &Certificate| {
            let octets = new_password(&password);
            octets.map_err(|error| Problem::new(Code::Usage).with("reason", error.to_string()))
        };
        let process = Process::SetPassword;
        self.process(reader, pin, process, content).await
    }

    async fn process(
        &self,
        reader: Option<&str>,
        pin: Secret,
        process: Process,
        content: impl FnOnce(&Certificate) -> Outcome<Secret> + Send + 'static,
    ) -> Outcome {
        let address = self.choose_card(reader)?;
        let registration = self.registration().await?;
        let now = signing::time(self.now())?;
        let mut signer = CardSigner::open(self, &address, pin)?;
        let certificate = Certificate::from_der(signer.certificate())?;
        let authority = self.authority_above(&certificate, &registration, now)?;
        let recipient = authority.clone();
        let kind = match process {
            Process::SetPassword => MessageKind::SetPassword,
            Process::Revoke => MessageKind::Revoke,
        };
        let message = apart(move || {
            let content = content(&certificate)?;
            let signed = sign_message(kind, content.expose(), &mut signer, now)?;
            seal(&signed, recipient, now, &mut SystemRandom)
                .map_err(|error| Problem::new(Code::CertificateUntrusted).because(error))
        })
        .await?;
        let id = request_id(&message);
        let answer = registration.send(process, &message).await?;
        let status = read_response(&answer, &authority, &id, None, now)
            .map_err(|error| Problem::new(Code::PortalGarbage).because(error))?;
        match status {
            Status::Granted => Ok(()),
            Status::Rejected(_) => Err(Code::EnrolmentRejected.into()),
            Status::Waiting => Err(Problem::new(Code::PortalGarbage)),
        }
    }

    /// Who issued the certificate, among those that the registration authority names, and checked up
    /// to a trust anchor: what is encrypted for it must not go to somebody else.
    fn authority_above(
        &self,
        certificate: &Certificate,
        registration: &Registration,
        now: Time,
    ) -> Outcome<Certificate> {
        let named = registration.authorities.iter();
        let read = named.filter_map(|der| Certificate::from_der(der).ok());
        let issuer = read.into_iter().find(|one| one.has_issued(certificate));
        let issuer = issuer.ok_or(Code::CertificateUntrusted)?;
        let anchors = signing::anchors_in(&self.profile.trust_dir())?;
        let validation = Validation::new(&anchors, now);
        let report = check_certificate(&issuer, &validation);
        if report.verdict != Verdict::Valid {
            let why = report.detail.unwrap_or_default();
            return Err(Problem::new(Code::CertificateUntrusted).because(why));
        }
        Ok(issuer)
    }
}
