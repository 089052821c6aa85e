//! Requests for certificates (STB 34.101.17, which is PKCS #10) in the profile of STB 34.101.78,
//! clause 8.2: made over a key that signs elsewhere, such as on a card, and read.

use kabinet_stb::{bign::PublicKey, tlv};
use thiserror::Error;

use crate::{
    algorithm::{self, HashAlgorithm, SignatureAlgorithm},
    envelope,
    key::{Key, octets_of_bits},
    strict::{self, BIT_STRING, Fault, Fields, INTEGER, SEQUENCE, SET},
};

mod attributes;
mod name;

pub use attributes::{Role, Wishes};
pub use name::PersonName;

/// A request longer than this is not read; those of the profile have about 400 octets.
const MAX_REQUEST: usize = 64 * 1024;

/// Tag of the attributes.
const ATTRIBUTES: u32 = 0xA0;

/// Why there is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The octets are no request in DER, or not of the profile.
    #[error("not a certificate request: {0}")]
    Format(&'static str),
    /// The name is not one of a natural person in the profile.
    #[error("the name is not of the profile: {0}")]
    Name(&'static str),
    /// What is asked for is not of the profile.
    #[error("what is asked for is not of the profile: {0}")]
    Wish(&'static str),
    /// The signature was not made with the key that is to be certified.
    #[error("the request is not signed with its own key")]
    WrongKey,
}

/// A request that waits for the signature of its key.
pub struct UnsignedRequest {
    /// CertificationRequestInfo in DER.
    info: Vec<u8>,
    key: PublicKey,
    hash: HashAlgorithm,
}

impl UnsignedRequest {
    /// A request for a certificate of `key` for `subject`, a Name in DER, such as the card holds.
    ///
    /// # Errors
    /// [`RequestError::Name`] for a name that is not of the profile, [`RequestError::Wish`] for what
    /// cannot be asked for.
    pub fn new(subject: &[u8], key: &PublicKey, wishes: &Wishes) -> Result<Self, RequestError> {
        PersonName::from_der(subject)?;
        let mut attributes = Vec::new();
        for attribute in wishes.write().map_err(RequestError::Wish)? {
            envelope::insert(&mut attributes, attribute);
        }
        let info = tlv::encode(
            SEQUENCE,
            &[
                tlv::encode(INTEGER, &[0]),
                subject.to_vec(),
                Key::write_bign(key),
                tlv::encode(ATTRIBUTES, &attributes.concat()),
            ]
            .concat(),
        );
        Ok(Self {
            info,
            key: key.clone(),
            hash: HashAlgorithm::of_level(key.level()),
        })
    }

    /// What the key has to sign: belt-hash, bash384 or bash512 of the request, by the key's level.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        self.hash.digest(&self.info)
    }

    /// The request in DER with this signature, `S0 || S1`.
    ///
    /// # Errors
    /// [`RequestError::WrongKey`] when the signature is not of the request's own key.
    pub fn finish(self, signature: &[u8]) -> Result<Vec<u8>, RequestError> {
        self.key
            .verify_hash(self.hash.oid(), &self.hash(), signature)
            .map_err(|_| RequestError::WrongKey)?;
        Ok(tlv::encode(
            SEQUENCE,
            &[
                &self.info[..],
                &algorithm::identifier(SignatureAlgorithm::bign_oid(self.hash)),
                &tlv::encode(BIT_STRING, &[&[0], signature].concat()),
            ]
            .concat(),
        ))
    }
}

/// A request that was read; it is signed with the key that it carries.
pub struct CertificateRequest {
    /// The subject's name in DER.
    pub subject: Vec<u8>,
    /// The key to certify.
    pub key: PublicKey,
    /// What is asked for.
    pub wishes: Wishes,
}

impl CertificateRequest {
    /// Reads a request in DER and checks its signature.
    ///
    /// # Errors
    /// [`RequestError`] with what is wrong first: the form, the name, the attributes, the signature.
    pub fn from_der(der: &[u8]) -> Result<Self, RequestError> {
        let parts = read(der).map_err(RequestError::Format)?;
        PersonName::from_der(parts.subject)?;
        let wishes = Wishes::read(parts.attributes).map_err(RequestError::Wish)?;
        let Some(Key::Bign(key)) = Key::read(parts.key).map_err(RequestError::Format)? else {
            return Err(RequestError::Format("the key is not of the profile"));
        };
        let fits =
            parts.algorithm == SignatureAlgorithm::Bign(HashAlgorithm::of_level(key.level()));
        let verified = Key::Bign(key.clone()).verify(parts.algorithm, parts.info, parts.signature);
        if !fits || verified.is_err() {
            return Err(RequestError::WrongKey);
        }
        Ok(Self {
            subject: parts.subject.to_vec(),
            key,
            wishes,
        })
    }
}

struct Parts<'a> {
    info: &'a [u8],
    subject: &'a [u8],
    /// The content of SubjectPublicKeyInfo.
    key: &'a [u8],
    /// The content of the attributes.
    attributes: &'a [u8],
    algorithm: SignatureAlgorithm,
    signature: &'a [u8],
}

fn read(der: &[u8]) -> Result<Parts<'_>, Fault> {
    if der.len() > MAX_REQUEST {
        return Err("the request is too long");
    }
    strict::check(der)?;
    let mut outer = Fields::new(strict::only(SEQUENCE, der)?);
    let info = outer.take(SEQUENCE)?;
    let algorithm = SignatureAlgorithm::read(outer.take(SEQUENCE)?.value)?;
    let signature = octets_of_bits(outer.take(BIT_STRING)?.value)?;
    outer.end()?;
    let mut fields = Fields::new(info.value);
    if fields.take(INTEGER)?.value != [0] {
        return Err("the version is unknown");
    }
    let subject = fields.take(SEQUENCE)?.raw;
    let key = fields.take(SEQUENCE)?.value;
    let attributes = fields.take(ATTRIBUTES)?.value;
    fields.end()?;
    strict::check(&tlv::encode(SET, attributes))?;
    Ok(Parts {
        info: info.raw,
        subject,
        key,
        attributes,
        algorithm,
        signature,
    })
}
