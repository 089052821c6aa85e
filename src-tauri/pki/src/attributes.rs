//! Signed attributes of CAdES-B-B: contentType, messageDigest, signingTime (RFC 5652, clause 11)
//! and signingCertificateV2 (RFC 5035).

use der::{Decode, Encode, asn1::GeneralizedTime, asn1::UtcTime};
use kabinet_stb::tlv::{self, Tlv};

use crate::{
    Time,
    algorithm::{self, HashAlgorithm},
    certificate::Certificate,
    oid,
    strict::{self, Fault, Fields, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET},
};

/// Attributes that a signer may sign.
const MAX_ATTRIBUTES: usize = 64;

/// The last year that is written with two digits.
const LAST_YEAR_OF_UTC_TIME: u16 = 2049;

const UTC_TIME: u32 = 0x17;
const GENERALIZED_TIME: u32 = 0x18;

/// The signed attributes, as far as they are understood.
#[derive(Debug, Default)]
pub(crate) struct SignedAttributes {
    /// Content octets of the identifier of the content's type.
    pub(crate) content_type: Vec<u8>,
    pub(crate) message_digest: Vec<u8>,
    pub(crate) signing_time: Option<Time>,
    pub(crate) signing_certificate: Option<CertificateReference>,
    pub(crate) has_policy: bool,
}

/// The first ESSCertIDv2 of signingCertificateV2: the signer's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertificateReference {
    /// Content octets of the identifier of the hash function; none for the default SHA-256.
    hash_algorithm: Option<Vec<u8>>,
    hash: Vec<u8>,
    issuer_serial: Option<IssuerSerial>,
}

#[derive(Debug, PartialEq, Eq)]
struct IssuerSerial {
    /// The issuer's name in DER.
    issuer: Vec<u8>,
    /// Content octets of the serial number.
    serial: Vec<u8>,
}

/// The content of the SET OF signed attributes for a signature, in order.
pub(crate) fn write(
    certificate: &Certificate,
    hash: HashAlgorithm,
    message_digest: &[u8],
    signing_time: Time,
) -> Result<Vec<u8>, der::Error> {
    let mut attributes = [
        attribute(
            oid::CONTENT_TYPE,
            &tlv::encode(OBJECT_IDENTIFIER, oid::DATA),
        ),
        attribute(
            oid::MESSAGE_DIGEST,
            &tlv::encode(OCTET_STRING, message_digest),
        ),
        attribute(oid::SIGNING_TIME, &write_time(signing_time)?),
        attribute(
            oid::SIGNING_CERTIFICATE_V2,
            &write_reference(certificate, hash),
        ),
    ];
    attributes.sort_unstable();
    Ok(attributes.concat())
}

fn attribute(oid_value: &[u8], value: &[u8]) -> Vec<u8> {
    let oid = tlv::encode(OBJECT_IDENTIFIER, oid_value);
    tlv::encode(SEQUENCE, &[oid, tlv::encode(SET, value)].concat())
}

fn write_time(time: Time) -> Result<Vec<u8>, der::Error> {
    if time.year() <= LAST_YEAR_OF_UTC_TIME {
        UtcTime::from_date_time(time)?.to_der()
    } else {
        GeneralizedTime::from_date_time(time).to_der()
    }
}

fn write_reference(certificate: &Certificate, hash: HashAlgorithm) -> Vec<u8> {
    let sequence = |parts: &[&[u8]]| tlv::encode(SEQUENCE, &parts.concat());
    let names = sequence(&[&tlv::encode(0xA4, certificate.issuer())]);
    let serial = tlv::encode(INTEGER, certificate.serial());
    let reference = sequence(&[
        &algorithm::identifier(hash.oid()),
        &tlv::encode(OCTET_STRING, &hash.digest(certificate.der())),
        &sequence(&[&names, &serial]),
    ]);
    sequence(&[&sequence(&[&reference])])
}

/// Reads the content of the SET OF signed attributes. The octets must have passed
/// [`strict::check`].
pub(crate) fn read(octets: &[u8]) -> Result<SignedAttributes, Fault> {
    strict::check_order(octets)?;
    let mut attributes = Found::default();
    for attribute in strict::children(octets, MAX_ATTRIBUTES)? {
        attributes.take(&attribute)?;
    }
    Ok(SignedAttributes {
        content_type: attributes.content_type.ok_or("no content type is signed")?,
        message_digest: attributes.message_digest.ok_or("no digest is signed")?,
        signing_time: attributes.signing_time,
        signing_certificate: attributes.signing_certificate,
        has_policy: attributes.policy.is_some(),
    })
}

#[derive(Default)]
struct Found {
    content_type: Option<Vec<u8>>,
    message_digest: Option<Vec<u8>>,
    signing_time: Option<Time>,
    signing_certificate: Option<CertificateReference>,
    policy: Option<()>,
}

impl Found {
    fn take(&mut self, attribute: &Tlv<'_>) -> Result<(), Fault> {
        let mut fields = Fields::new(strict::only(SEQUENCE, attribute.raw)?);
        let identifier = fields.take(OBJECT_IDENTIFIER)?.value;
        let values = fields.take(SET)?.value;
        fields.end()?;
        match identifier {
            oid::CONTENT_TYPE => {
                let value = strict::only(OBJECT_IDENTIFIER, values)?;
                once(&mut self.content_type, value.to_vec())
            }
            oid::MESSAGE_DIGEST => {
                let value = strict::only(OCTET_STRING, values)?;
                once(&mut self.message_digest, value.to_vec())
            }
            oid::SIGNING_TIME => once(&mut self.signing_time, read_time(values)?),
            oid::SIGNING_CERTIFICATE_V2 => once(
                &mut self.signing_certificate,
                CertificateReference::read(values)?,
            ),
            oid::SIGNATURE_POLICY => once(&mut self.policy, ()),
            // Others may be there; nothing here depends on them.
            _ => Ok(()),
        }
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Fault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err("an attribute is there twice"),
    }
}

fn read_time(values: &[u8]) -> Result<Time, Fault> {
    const MALFORMED: Fault = "the signing time is malformed";
    let (value, rest) = strict::read(values)?;
    if !rest.is_empty() {
        return Err(MALFORMED);
    }
    match value.tag {
        UTC_TIME => UtcTime::from_der(value.raw)
            .map(|time| time.to_date_time())
            .map_err(|_| MALFORMED),
        GENERALIZED_TIME => GeneralizedTime::from_der(value.raw)
            .map(|time| time.to_date_time())
            .ok()
            .filter(|time| time.year() > LAST_YEAR_OF_UTC_TIME)
            .ok_or(MALFORMED),
        _ => Err(MALFORMED),
    }
}

impl CertificateReference {
    fn read(values: &[u8]) -> Result<Self, Fault> {
        let mut attribute = Fields::new(strict::only(SEQUENCE, values)?);
        let references = attribute.take(SEQUENCE)?.value;
        attribute.optional(SEQUENCE)?;
        attribute.end()?;
        let mut fields = Fields::new(Fields::new(references).take(SEQUENCE)?.value);
        let hash_algorithm = match fields.optional(SEQUENCE)? {
            Some(identifier) => Some(algorithm::read_identifier(identifier.value)?.to_vec()),
            None => None,
        };
        let hash = fields.take(OCTET_STRING)?.value.to_vec();
        let issuer_serial = match fields.optional(SEQUENCE)? {
            Some(pair) => Some(IssuerSerial::read(pair.value)?),
            None => None,
        };
        fields.end()?;
        Ok(Self {
            hash_algorithm,
            hash,
            issuer_serial,
        })
    }

    /// The hash function; none when it is not of the profile.
    pub(crate) fn hash_algorithm(&self) -> Option<HashAlgorithm> {
        HashAlgorithm::from_oid(self.hash_algorithm.as_ref()?)
    }

    /// Whether the hash value is the certificate's.
    pub(crate) fn is_of(&self, certificate: &Certificate) -> bool {
        self.hash_algorithm()
            .is_some_and(|algorithm| algorithm.digest(certificate.der()) == self.hash)
    }

    /// Whether issuer and serial number, where they are given, are the certificate's.
    pub(crate) fn names(&self, certificate: &Certificate) -> bool {
        self.issuer_serial.as_ref().is_none_or(|pair| {
            pair.issuer == certificate.issuer() && pair.serial == certificate.serial()
        })
    }
}

impl IssuerSerial {
    fn read(value: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields::new(value);
        let names = fields.take(SEQUENCE)?.value;
        let serial = fields.take(INTEGER)?.value.to_vec();
        fields.end()?;
        let issuer = strict::only(0xA4, names)?.to_vec();
        Ok(Self { issuer, serial })
    }
}
