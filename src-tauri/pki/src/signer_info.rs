//! SignerInfo (RFC 5652, clause 5.3).

use kabinet_stb::tlv;

use crate::{
    algorithm::{self, HashAlgorithm, SignatureAlgorithm},
    attributes::{self, SignedAttributes},
    certificate::Certificate,
    envelope,
    identifier::{self, CertificateIdentifier},
    strict::{self, Fault, Fields, INTEGER, OCTET_STRING, SEQUENCE, SET},
};

const SIGNED_ATTRIBUTES: u32 = 0xA0;
const UNSIGNED_ATTRIBUTES: u32 = 0xA1;

/// One signer's part of a SignedData.
#[derive(Debug)]
pub(crate) struct SignerInfo {
    identifier: CertificateIdentifier,
    /// Content octets of the identifier of the hash function.
    pub(crate) digest_algorithm: Vec<u8>,
    pub(crate) attributes: SignedAttributes,
    /// What the signature is over: the attributes as a SET OF.
    pub(crate) signed_octets: Vec<u8>,
    pub(crate) signature_algorithm: SignatureAlgorithm,
    pub(crate) signature: Vec<u8>,
    /// The tokens of signature-time-stamp in DER.
    pub(crate) time_stamps: Vec<Vec<u8>>,
}

impl SignerInfo {
    /// Reads it from octets that passed [`strict::check`].
    pub(crate) fn read(octets: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields::new(strict::only(SEQUENCE, octets)?);
        let version = fields.take(INTEGER)?.value;
        let identifier = CertificateIdentifier::read(&mut fields)?;
        let is_by_name = matches!(identifier, CertificateIdentifier::IssuerAndSerialNumber(..));
        if version != if is_by_name { [1] } else { [3] } {
            return Err("the version of the signer's part is unknown");
        }
        let digest_algorithm = algorithm::read_identifier(fields.take(SEQUENCE)?.value)?.to_vec();
        let signed = fields
            .optional(SIGNED_ATTRIBUTES)?
            .ok_or("nothing but the content is signed")?
            .value;
        let signature_algorithm = SignatureAlgorithm::read(fields.take(SEQUENCE)?.value)?;
        let signature = fields.take(OCTET_STRING)?.value.to_vec();
        let time_stamps = match fields.optional(UNSIGNED_ATTRIBUTES)? {
            Some(unsigned) => attributes::read_signature_time_stamps(unsigned.value)?,
            None => Vec::new(),
        };
        fields.end()?;
        Ok(Self {
            identifier,
            digest_algorithm,
            attributes: attributes::read(signed)?,
            signed_octets: tlv::encode(SET, signed),
            signature_algorithm,
            signature,
            time_stamps,
        })
    }

    /// Whether the certificate is the one that the signer's identifier points at.
    pub(crate) fn identifies(&self, certificate: &Certificate) -> bool {
        self.identifier.identifies(certificate)
    }
}

/// Writes the part of a signer with the content of its signed attributes and its signature.
pub(crate) fn write(
    certificate: &Certificate,
    hash: HashAlgorithm,
    attributes: &[u8],
    signature: &[u8],
) -> Vec<u8> {
    tlv::encode(
        SEQUENCE,
        &[
            tlv::encode(INTEGER, &[1]),
            identifier::issuer_and_serial_number(certificate),
            algorithm::identifier(hash.oid()),
            tlv::encode(SIGNED_ATTRIBUTES, attributes),
            algorithm::identifier(SignatureAlgorithm::bign_oid(hash)),
            tlv::encode(OCTET_STRING, signature),
        ]
        .concat(),
    )
}

/// Adds an unsigned attribute in its place; every other octet stays as it is.
pub(crate) fn with_unsigned_attribute(info: &[u8], attribute: Vec<u8>) -> Result<Vec<u8>, Fault> {
    const MAX_ATTRIBUTES: usize = 64;
    let mut fields = strict::children(strict::only(SEQUENCE, info)?, 7)?;
    let unsigned = fields.pop_if(|field| field.tag == UNSIGNED_ATTRIBUTES);
    let mut attributes = Vec::new();
    if let Some(unsigned) = unsigned {
        for member in strict::children(unsigned.value, MAX_ATTRIBUTES)? {
            attributes.push(member.raw.to_vec());
        }
    }
    envelope::insert(&mut attributes, attribute);
    let mut octets: Vec<u8> = fields.iter().flat_map(|field| field.raw).copied().collect();
    octets.extend(tlv::encode(UNSIGNED_ATTRIBUTES, &attributes.concat()));
    Ok(tlv::encode(SEQUENCE, &octets))
}
