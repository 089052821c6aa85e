//! BPKIRevokeReq: a subject wants its certificate revoked (STB 34.101.78, clauses 8.4 and 9.7).

use der::{Encode, asn1::GeneralizedTime};
use kabinet_stb::{Secret, tlv};
use zeroize::Zeroizing;

use super::MessageError;
use crate::{
    RevocationReason, Time,
    certificate::Certificate,
    moment,
    strict::{self, Fault, Fields, INTEGER, SEQUENCE},
};

const UTF8_STRING: u32 = 0x0C;
const ENUMERATED: u32 = 0x0A;

/// Octets of a password or a comment.
const MAX_TEXT: usize = 1024;

/// A request to revoke a certificate.
pub struct RevokeRequest {
    /// The issuer's name in DER.
    pub issuer: Vec<u8>,
    /// Content octets of the certificate's serial number.
    pub serial_number: Vec<u8>,
    /// The password for revocation, UTF-8; empty when the request is signed with the certificate's
    /// own key.
    pub password: Secret,
    /// Why.
    pub reason: RevocationReason,
    /// Since when the key is to be distrusted.
    pub invalid_since: Option<Time>,
    /// More for the authority.
    pub comment: Option<String>,
}

impl RevokeRequest {
    /// A request without a password for that certificate.
    #[must_use]
    pub fn of(certificate: &Certificate, reason: RevocationReason) -> Self {
        Self {
            issuer: certificate.issuer().to_vec(),
            serial_number: certificate.serial().to_vec(),
            password: Secret::new(Vec::new()),
            reason,
            invalid_since: None,
            comment: None,
        }
    }

    /// Whether it is about that certificate.
    #[must_use]
    pub fn is_about(&self, certificate: &Certificate) -> bool {
        self.issuer == certificate.issuer() && self.serial_number == certificate.serial()
    }

    /// BPKIRevokeReq in DER. It holds the password.
    ///
    /// # Errors
    /// [`MessageError::Format`] for a password or comment that is too long, or a password that is not
    /// UTF-8.
    pub fn to_der(&self) -> Result<Secret, MessageError> {
        let password = self.password.expose();
        let comment = self.comment.as_deref().map(str::as_bytes);
        check_text(password)?;
        check_text(comment.unwrap_or_default())?;
        let mut octets = Zeroizing::new(Vec::with_capacity(
            self.issuer.len() + password.len() + comment.map_or(0, <[u8]>::len) + 128,
        ));
        octets.extend_from_slice(&self.issuer);
        octets.extend(tlv::encode(INTEGER, &self.serial_number));
        octets.extend(Zeroizing::new(tlv::encode(UTF8_STRING, password)).iter());
        octets.extend(tlv::encode(ENUMERATED, &[self.reason.number()]));
        if let Some(time) = self.invalid_since {
            let time = GeneralizedTime::from_date_time(time).to_der();
            octets.extend(time.map_err(|_| MessageError::Format("a time cannot be written"))?);
        }
        if let Some(comment) = comment {
            octets.extend(tlv::encode(UTF8_STRING, comment));
        }
        Ok(Secret::new(tlv::encode(SEQUENCE, &octets)))
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`MessageError::Format`] for what is none.
    pub fn from_der(der: &[u8]) -> Result<Self, MessageError> {
        Ok(read(der)?)
    }
}

fn read(der: &[u8]) -> Result<RevokeRequest, Fault> {
    strict::check(der)?;
    let mut fields = Fields::new(strict::only(SEQUENCE, der)?);
    let issuer = fields.take(SEQUENCE)?.raw.to_vec();
    let serial_number = fields.take(INTEGER)?.value.to_vec();
    let password = fields.take(UTF8_STRING)?.value;
    check_text(password)?;
    let reason = RevocationReason::read(fields.take(ENUMERATED)?.value)?;
    let invalid_since = fields.optional(moment::GENERALIZED_TIME)?;
    let invalid_since = invalid_since
        .map(|time| moment::read_generalized(&time))
        .transpose()?;
    let comment = match fields.optional(UTF8_STRING)? {
        None => None,
        Some(comment) => {
            check_text(comment.value)?;
            String::from_utf8(comment.value.to_vec()).ok()
        }
    };
    fields.end()?;
    Ok(RevokeRequest {
        issuer,
        serial_number,
        password: Secret::new(password.to_vec()),
        reason,
        invalid_since,
        comment,
    })
}

fn check_text(text: &[u8]) -> Result<(), Fault> {
    if text.len() <= MAX_TEXT && std::str::from_utf8(text).is_ok() {
        Ok(())
    } else {
        Err("a text is too long or malformed")
    }
}
