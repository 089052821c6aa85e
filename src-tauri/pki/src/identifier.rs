//! How CMS points at a certificate: SignerIdentifier and RecipientIdentifier, which are the same
//! choice (RFC 5652, clauses 5.3 and 6.2.1).

use kabinet_stb::tlv;

use crate::{
    certificate::Certificate,
    strict::{Fault, Fields, INTEGER, SEQUENCE},
};

const SUBJECT_KEY_IDENTIFIER: u32 = 0x80;

#[derive(Debug)]
pub(crate) enum CertificateIdentifier {
    /// The issuer's name in DER and the content octets of the serial number.
    IssuerAndSerialNumber(Vec<u8>, Vec<u8>),
    SubjectKeyIdentifier(Vec<u8>),
}

impl CertificateIdentifier {
    /// Takes it from fields that passed [`crate::strict::check`].
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        if let Some(identifier) = fields.optional(SUBJECT_KEY_IDENTIFIER)? {
            return Ok(Self::SubjectKeyIdentifier(identifier.value.to_vec()));
        }
        let mut pair = Fields::new(fields.take(SEQUENCE)?.value);
        let issuer = pair.take(SEQUENCE)?.raw.to_vec();
        let serial = pair.take(INTEGER)?.value.to_vec();
        pair.end()?;
        Ok(Self::IssuerAndSerialNumber(issuer, serial))
    }

    /// Whether the certificate is the one that it points at.
    pub(crate) fn identifies(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerialNumber(issuer, serial) => {
                issuer == certificate.issuer() && serial == certificate.serial()
            }
            Self::SubjectKeyIdentifier(identifier) => {
                certificate.extensions().subject_key_identifier.as_ref() == Some(identifier)
            }
        }
    }
}

/// IssuerAndSerialNumber of the certificate.
pub(crate) fn issuer_and_serial_number(certificate: &Certificate) -> Vec<u8> {
    let serial = tlv::encode(INTEGER, certificate.serial());
    tlv::encode(SEQUENCE, &[certificate.issuer(), &serial].concat())
}
