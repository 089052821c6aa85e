//! RecipientInfo: the content key for one recipient (RFC 5652, clause 6.2; STB 34.101.23, clause 9.4).

use kabinet_stb::tlv::{self, Tlv};

use crate::{
    algorithm,
    certificate::Certificate,
    identifier::{self, CertificateIdentifier},
    oid,
    strict::{Fault, Fields, INTEGER, OCTET_STRING, SEQUENCE},
};

/// The tags of the ways that are not taken: key agreement, a key known before, a password, others.
const OTHER_WAYS: std::ops::RangeInclusive<u32> = 0xA1..=0xA4;

/// One recipient, as far as the content key reached it by key transport.
pub(crate) struct Recipient(Option<KeyTransport>);

/// KeyTransRecipientInfo.
pub(crate) struct KeyTransport {
    pub(crate) identifier: CertificateIdentifier,
    /// Whether the algorithm is bign-keytransport.
    pub(crate) is_bign: bool,
    /// EncryptedKey: the key token.
    pub(crate) token: Vec<u8>,
}

impl Recipient {
    /// Reads a member of recipientInfos that passed [`crate::strict::check`].
    pub(crate) fn read(member: &Tlv<'_>) -> Result<Self, Fault> {
        match member.tag {
            SEQUENCE => KeyTransport::read(member.value).map(|one| Self(Some(one))),
            tag if OTHER_WAYS.contains(&tag) => Ok(Self(None)),
            _ => Err("a recipient is of no known kind"),
        }
    }

    pub(crate) fn key_transport(&self) -> Option<&KeyTransport> {
        self.0.as_ref()
    }
}

impl KeyTransport {
    fn read(value: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields::new(value);
        let version = fields.take(INTEGER)?.value;
        let identifier = CertificateIdentifier::read(&mut fields)?;
        // STB 34.101.78-2019 prints version 2 also for the issuer's name; its errata say 0.
        let is_known = match identifier {
            CertificateIdentifier::IssuerAndSerialNumber(..) => matches!(version, [0 | 2]),
            CertificateIdentifier::SubjectKeyIdentifier(_) => version == [2],
        };
        if !is_known {
            return Err("the version of a recipient's part is unknown");
        }
        let algorithm = fields.take(SEQUENCE)?.value;
        let token = fields.take(OCTET_STRING)?.value.to_vec();
        fields.end()?;
        let first = Fields::new(algorithm).next()?;
        let is_bign = first.is_some_and(|oid| oid.value == oid::BIGN_KEYTRANSPORT);
        if is_bign {
            // NULL (STB 34.101.78, clause 6.6) or nothing (STB 34.101.23, annex B).
            algorithm::read_identifier(algorithm)?;
        }
        Ok(Self {
            identifier,
            is_bign,
            token,
        })
    }
}

/// Writes the part of a recipient: the certificate named by issuer and serial number, so version 0.
pub(crate) fn write(certificate: &Certificate, token: &[u8]) -> Vec<u8> {
    let fields = [
        tlv::encode(INTEGER, &[0]),
        identifier::issuer_and_serial_number(certificate),
        algorithm::identifier(oid::BIGN_KEYTRANSPORT),
        tlv::encode(OCTET_STRING, token),
    ];
    tlv::encode(SEQUENCE, &fields.concat())
}
