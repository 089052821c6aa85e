//! Attributes of CAdES. Signed: contentType, messageDigest, signingTime (RFC 5652, clause 11),
//! signingCertificateV2 (RFC 5035) and content-time-stamp; unsigned: signature-time-stamp
//! (RFC 5126, clause 6.1.1).

use kabinet_stb::tlv::{self, Tlv};

use crate::{
    Time,
    algorithm::{self, HashAlgorithm},
    certificate::Certificate,
    moment, oid,
    strict::{self, Fault, Fields, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET},
};

/// Attributes that a signer's part may have of each kind.
const MAX_ATTRIBUTES: usize = 64;

/// Time stamps of one kind that a signer's part may have.
const MAX_TIME_STAMPS: usize = 8;

/// The signed attributes, as far as they are understood.
#[derive(Debug, Default)]
pub(crate) struct SignedAttributes {
    /// Content octets of the identifier of the content's type.
    pub(crate) content_type: Vec<u8>,
    pub(crate) message_digest: Vec<u8>,
    pub(crate) signing_time: Option<Time>,
    pub(crate) signing_certificate: Option<CertificateReference>,
    /// The tokens of content-time-stamp in DER.
    pub(crate) time_stamps: Vec<Vec<u8>>,
    pub(crate) has_policy: bool,
}

/// The first ESSCertIDv2 of signingCertificateV2, or ESSCertID of signingCertificate: the signer's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertificateReference {
    /// None when it is not taken.
    hash_algorithm: Option<HashAlgorithm>,
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
    content_type: &[u8],
    message_digest: &[u8],
    signing_time: Time,
) -> Result<Vec<u8>, der::Error> {
    let mut attributes = [
        attribute(
            oid::CONTENT_TYPE,
            &tlv::encode(OBJECT_IDENTIFIER, content_type),
        ),
        attribute(
            oid::MESSAGE_DIGEST,
            &tlv::encode(OCTET_STRING, message_digest),
        ),
        attribute(oid::SIGNING_TIME, &moment::write(signing_time)?),
        attribute(
            oid::SIGNING_CERTIFICATE_V2,
            &write_reference(certificate, hash),
        ),
    ];
    attributes.sort_unstable();
    Ok(attributes.concat())
}

pub(crate) fn attribute(oid_value: &[u8], value: &[u8]) -> Vec<u8> {
    let oid = tlv::encode(OBJECT_IDENTIFIER, oid_value);
    tlv::encode(SEQUENCE, &[oid, tlv::encode(SET, value)].concat())
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
        signing_certificate: attributes
            .signing_certificate
            .or(attributes.signing_certificate_v1),
        time_stamps: attributes.time_stamps,
        has_policy: attributes.policy.is_some(),
    })
}

#[derive(Default)]
struct Found {
    content_type: Option<Vec<u8>>,
    message_digest: Option<Vec<u8>>,
    signing_time: Option<Time>,
    signing_certificate: Option<CertificateReference>,
    signing_certificate_v1: Option<CertificateReference>,
    time_stamps: Vec<Vec<u8>>,
    policy: Option<()>,
}

impl Found {
    fn take(&mut self, attribute: &Tlv<'_>) -> Result<(), Fault> {
        let (identifier, values) = read_attribute(attribute)?;
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
                CertificateReference::read(values, HashAlgorithm::Sha256)?,
            ),
            oid::SIGNING_CERTIFICATE => once(
                &mut self.signing_certificate_v1,
                CertificateReference::read(values, HashAlgorithm::Sha1)?,
            ),
            oid::CONTENT_TIME_STAMP => add_time_stamps(&mut self.time_stamps, values),
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

/// The identifier of an attribute and the content of its SET OF values.
pub(crate) fn read_attribute<'a>(attribute: &Tlv<'a>) -> Result<(&'a [u8], &'a [u8]), Fault> {
    let mut fields = Fields::new(strict::only(SEQUENCE, attribute.raw)?);
    let identifier = fields.take(OBJECT_IDENTIFIER)?.value;
    let values = fields.take(SET)?.value;
    fields.end()?;
    Ok((identifier, values))
}

fn read_time(values: &[u8]) -> Result<Time, Fault> {
    let (value, rest) = strict::read(values)?;
    if rest.is_empty() {
        moment::read(&value)
    } else {
        Err("a time is malformed")
    }
}

fn add_time_stamps(tokens: &mut Vec<Vec<u8>>, values: &[u8]) -> Result<(), Fault> {
    for value in strict::children(values, MAX_TIME_STAMPS)? {
        if tokens.len() == MAX_TIME_STAMPS {
            return Err(crate::strict::unread::TOO_MANY);
        }
        tokens.push(value.raw.to_vec());
    }
    Ok(())
}

/// The tokens of signature-time-stamp in the content of the SET OF unsigned attributes. The octets
/// must have passed [`strict::check`].
pub(crate) fn read_signature_time_stamps(octets: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
    strict::check_order(octets)?;
    let mut tokens = Vec::new();
    for attribute in strict::children(octets, MAX_ATTRIBUTES)? {
        if let (oid::SIGNATURE_TIME_STAMP, values) = read_attribute(&attribute)? {
            add_time_stamps(&mut tokens, values)?;
        }
    }
    Ok(tokens)
}

impl CertificateReference {
    /// Reads the attribute's value; `default` is the hash function of a reference that names none.
    fn read(values: &[u8], default: HashAlgorithm) -> Result<Self, Fault> {
        let mut attribute = Fields::new(strict::only(SEQUENCE, values)?);
        let references = attribute.take(SEQUENCE)?.value;
        attribute.optional(SEQUENCE)?;
        attribute.end()?;
        let mut fields = Fields::new(Fields::new(references).take(SEQUENCE)?.value);
        let hash_algorithm = match fields.optional(SEQUENCE)? {
            Some(identifier) => {
                HashAlgorithm::from_oid(algorithm::read_identifier(identifier.value)?)
            }
            None => Some(default),
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

    /// The hash function; none when it is not taken.
    pub(crate) const fn hash_algorithm(&self) -> Option<HashAlgorithm> {
        self.hash_algorithm
    }

    /// Whether the hash value is the certificate's.
    pub(crate) fn is_of(&self, certificate: &Certificate) -> bool {
        self.hash_algorithm
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
