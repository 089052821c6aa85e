//! Revoke and Setpwd (STB 34.101.78, clauses 9.6 and 9.7): signed with the card, encrypted for the
//! certification authority, answered by its agent.

use std::path::Path;

use kabinet_pki::bpki::{
    MessageKind, RevokeRequest, Status, new_password, read_response, request_id, seal, sign_message,
};
use kabinet_pki::certificate::Certificate;
use kabinet_pki::{RevocationReason, Signer as _, Time, Validation, Verdict, check_certificate};
use kabinet_portal::{Process, Registration};
use kabinet_stb::{Secret, SystemRandom};

use kabinet_token::ReaderAddress;

use crate::encrypting::read_certificate;
use crate::problem::{Code, Problem};
use crate::signing::CardSigner;
use crate::view::{PinView, PromptView, RevocationReasonView};
use crate::visible::visible_text;
use crate::{Desk, Outcome, apart, keys, signing};

/// What is to be done with a certificate, waiting for the person's PIN.
pub struct Ending {
    address: ReaderAddress,
    key: u8,
    registration: Registration,
    act: Act,
    prompt: PromptView,
}

enum Act {
    Revoke(RevocationReason),
    SetPassword,
}

impl Ending {
    /// Who is told what; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }
}

impl From<RevocationReasonView> for RevocationReason {
    fn from(view: RevocationReasonView) -> Self {
        match view {
            RevocationReasonView::Cessation => Self::CessationOfOperation,
            RevocationReasonView::KeyCompromise => Self::KeyCompromise,
            RevocationReasonView::Changed => Self::AffiliationChanged,
            RevocationReasonView::Superseded => Self::Superseded,
        }
    }
}

impl Desk {
    /// Looks at card and authority before the certificate of the card's key of that level is revoked.
    ///
    /// # Errors
    /// `usage` for a level that is none; what is in the way of card, PIN or network; `no_portal` when no
    /// authority is known.
    pub async fn begin_revocation(
        &self,
        reader: Option<&str>,
        level: u16,
        reason: RevocationReasonView,
    ) -> Outcome<Ending> {
        let (key, _) = keys::place(level)?;
        let (address, registration, pin) = self.look_at_both(reader).await?;
        let prompt = PromptView::Revoke {
            authority: visible_text(registration.name.clone()),
            address: self.registration_address()?,
            reason,
            pin,
        };
        Ok(Ending {
            address,
            key,
            registration,
            act: Act::Revoke(reason.into()),
            prompt,
        })
    }

    /// Has the certificate revoked. It cannot be taken back.
    ///
    /// # Errors
    /// `usage` for what was begun for a password; what the card says; `enrolment_rejected` when the
    /// authority refused; `portal_garbage` when it is not known whether it did: then the status of the
    /// certificate tells.
    pub async fn finish_revocation(&self, ending: Ending, pin: Secret) -> Outcome {
        let Act::Revoke(reason) = ending.act else {
            return Err(Code::Usage.into());
        };
        let content = move |certificate: &Certificate| {
            let request = RevokeRequest::of(certificate, reason);
            let octets = request.to_der();
            octets.map_err(|error| Problem::new(Code::Internal).because(error))
        };
        self.process(ending, pin, Process::Revoke, content).await
    }

    /// Has a certificate (a file in DER or PEM) revoked by its password, without the card: it is lost.
    /// It cannot be taken back.
    ///
    /// # Errors
    /// `certificate_unreadable`, `certificate_untrusted`; as [`Desk::finish_revocation`], where a
    /// refusal may be of the password; `usage` for a password that cannot be sent.
    pub async fn revoke_by_password(
        &self,
        certificate: &Path,
        password: Secret,
        reason: RevocationReasonView,
    ) -> Outcome {
        let certificate = read_certificate(certificate)?;
        let registration = self.registration().await?;
        let now = signing::time(self.now())?;
        let authority = self.authority_above(&certificate, &registration, now)?;
        let request = RevokeRequest {
            password,
            ..RevokeRequest::of(&certificate, reason.into())
        };
        let content = request
            .to_der()
            .map_err(|error| Problem::new(Code::Usage).with("reason", error.to_string()))?;
        let message = seal(content.expose(), authority.clone(), now, &mut SystemRandom)
            .map_err(|error| Problem::new(Code::CertificateUntrusted).because(error))?;
        let process = Process::Revoke;
        send(&registration, process, &message, &authority, now).await
    }

    /// Looks at card and authority before a password is set by which the certificate of the card's key of
    /// that level can be revoked when the card is lost.
    ///
    /// # Errors
    /// As [`Desk::begin_revocation`].
    pub async fn begin_revocation_password(
        &self,
        reader: Option<&str>,
        level: u16,
    ) -> Outcome<Ending> {
        let (key, _) = keys::place(level)?;
        let (address, registration, pin) = self.look_at_both(reader).await?;
        let prompt = PromptView::SetRevocationPassword {
            authority: visible_text(registration.name.clone()),
            address: self.registration_address()?,
            pin,
        };
        Ok(Ending {
            address,
            key,
            registration,
            act: Act::SetPassword,
            prompt,
        })
    }

    /// Sets the password. After an error that tells of no refusal, either password may be the one that
    /// counts.
    ///
    /// # Errors
    /// As [`Desk::finish_revocation`]; `usage` for a password that cannot be sent.
    pub async fn finish_revocation_password(
        &self,
        ending: Ending,
        pin: Secret,
        password: Secret,
    ) -> Outcome {
        if !matches!(ending.act, Act::SetPassword) {
            return Err(Code::Usage.into());
        }
        let content = move |_: &Certificate| {
            let octets = new_password(&password);
            octets.map_err(|error| Problem::new(Code::Usage).with("reason", error.to_string()))
        };
        let process = Process::SetPassword;
        self.process(ending, pin, process, content).await
    }

    async fn look_at_both(
        &self,
        reader: Option<&str>,
    ) -> Outcome<(ReaderAddress, Registration, PinView)> {
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        Ok((address, self.registration().await?, pin))
    }

    async fn process(
        &self,
        ending: Ending,
        pin: Secret,
        process: Process,
        content: impl FnOnce(&Certificate) -> Outcome<Secret> + Send + 'static,
    ) -> Outcome {
        let Ending {
            address,
            key,
            registration,
            ..
        } = ending;
        let now = signing::time(self.now())?;
        let mut signer = apart(move || CardSigner::open_for(&address, &pin, key, 1)).await?;
        self.remember_read(key, signer.certificate());
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
        send(&registration, process, &message, &authority, now).await
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
        let anchors = self.anchors()?;
        let validation = Validation::new(&anchors, now);
        let report = check_certificate(&issuer, &validation);
        if report.verdict != Verdict::Valid {
            let why = report.detail.unwrap_or_default();
            return Err(Problem::new(Code::CertificateUntrusted).because(why));
        }
        Ok(issuer)
    }
}

/// Sends a message of a process to the authority and reads what it says.
async fn send(
    registration: &Registration,
    process: Process,
    message: &[u8],
    authority: &Certificate,
    now: Time,
) -> Outcome {
    let id = request_id(message);
    let answer = registration.send(process, message).await?;
    let status = read_response(&answer, authority, &id, None, now)
        .map_err(|error| Problem::new(Code::PortalGarbage).because(error))?;
    match status {
        Status::Granted => Ok(()),
        Status::Rejected(_) => Err(Code::EnrolmentRejected.into()),
        Status::Waiting => Err(Problem::new(Code::PortalGarbage)),
    }
}
