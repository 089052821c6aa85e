//! OCSP of STB 34.101.26 (RFC 6960): requests in the profile of STB 34.101.78, responses of anybody.

use kabinet_stb::tlv::{self, Tlv};
use thiserror::Error;

use crate::{
    Time,
    algorithm::{self, HashAlgorithm, SignatureAlgorithm},
    certificate::Certificate,
    crl::{Revocation, RevocationReason},
    extensions,
    key::octets_of_bits,
    moment, oid,
    strict::{self, BIT_STRING, Fault, Fields, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE},
};

/// A response longer than this is not read; those of the profile have about one kibioctet.
pub const MAX_RESPONSE: usize = 256 * 1024;

/// Answers that one response may have.
const MAX_ANSWERS: usize = 256;

/// Certificates that one response may carry; the profile allows one.
const MAX_CERTIFICATES: usize = 8;

const ENUMERATED: u32 = 0x0A;

/// Why octets are no OCSP response, or one that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OcspError {
    /// The octets are no response in DER.
    #[error("not an OCSP response: {0}")]
    Format(&'static str),
    /// The responder refused.
    #[error("the OCSP responder refused: {0:?}")]
    Refused(Refusal),
}

/// Why a responder does not answer (RFC 6960, clause 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It did not understand the request.
    MalformedRequest,
    /// It failed.
    InternalError,
    /// It cannot answer at the moment.
    TryLater,
    /// It answers signed requests only.
    SignatureRequired,
    /// It does not answer this client, or not on this certificate.
    Unauthorized,
}

/// An OCSP response that was read; its signature is not checked by reading.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    der: Vec<u8>,
    /// ResponseData in DER, which is what the signature is over.
    signed: Vec<u8>,
    data: ResponseData,
    certificates: Vec<Certificate>,
    signature_algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
}

#[derive(Clone, Debug)]
struct ResponseData {
    responder: Responder,
    produced_at: Time,
    answers: Vec<Answer>,
    has_unknown_critical: bool,
}

#[derive(Clone, Debug)]
enum Responder {
    /// Its name in DER.
    Name(Vec<u8>),
    /// The hash value of its key.
    Key(Vec<u8>),
}

/// What a response says of one certificate.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    hash: Option<HashAlgorithm>,
    issuer_name_hash: Vec<u8>,
    issuer_key_hash: Vec<u8>,
    serial: Vec<u8>,
    pub(crate) status: Status,
    pub(crate) this_update: Time,
    pub(crate) next_update: Option<Time>,
    has_unknown_critical: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Good,
    Revoked(Revocation),
    Unknown,
}

/// An OCSPRequest in DER for one certificate, without optional parts, so without a nonce: what comes
/// back is told from an old answer by its times (STB 34.101.78). The hash function is the one of
/// the issuer's key.
#[must_use]
pub fn request(certificate: &Certificate, issuer: &Certificate) -> Vec<u8> {
    let level = issuer.public_key().map(kabinet_stb::bign::PublicKey::level);
    let hash = level.map_or(HashAlgorithm::Sha256, HashAlgorithm::of_level);
    let sequence = |parts: &[&[u8]]| tlv::encode(SEQUENCE, &parts.concat());
    let identifier = sequence(&[
        &algorithm::identifier(hash.oid()),
        &tlv::encode(OCTET_STRING, &hash.digest(issuer.subject())),
        &tlv::encode(OCTET_STRING, &hash.digest(issuer.key_octets())),
        &tlv::encode(INTEGER, certificate.serial()),
    ]);
    sequence(&[&sequence(&[&sequence(&[&sequence(&[&identifier])])])])
}

impl OcspResponse {
    /// Reads an OCSPResponse in DER. The signature is not checked.
    ///
    /// # Errors
    /// [`OcspError`] when the octets are not one response in DER, or the responder refused.
    pub fn from_der(der: &[u8]) -> Result<Self, OcspError> {
        read(der)
    }

    /// The octets of the response.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// When the responder signed it.
    #[must_use]
    pub fn produced_at(&self) -> Time {
        self.data.produced_at
    }

    /// When there will be newer answers, as far as it says.
    pub(crate) fn next_updates(&self) -> impl Iterator<Item = Time> {
        self.data
            .answers
            .iter()
            .filter_map(|answer| answer.next_update)
    }

    /// The answer on a certificate by this issuer.
    pub(crate) fn answer(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<&Answer> {
        if self.data.has_unknown_critical {
            return None;
        }
        self.data.answers.iter().find(|answer| {
            !answer.has_unknown_critical
                && answer.serial == certificate.serial()
                && answer.hash.is_some_and(|hash| {
                    hash.digest(certificate.issuer()) == answer.issuer_name_hash
                        && hash.digest(issuer.key_octets()) == answer.issuer_key_hash
                })
        })
    }

    /// Those of the certificates, in the response or beside it, that may be the responder's.
    pub(crate) fn responders<'a>(
        &'a self,
        others: impl Iterator<Item = &'a Certificate>,
    ) -> impl Iterator<Item = &'a Certificate> {
        self.certificates
            .iter()
            .chain(others)
            .filter(|certificate| self.is_by(certificate))
    }

    /// Whether the certificate is in the response.
    pub(crate) fn carries(&self, certificate: &Certificate) -> bool {
        self.certificates.contains(certificate)
    }

    /// Whether the response names this certificate's subject or key as its responder.
    pub(crate) fn is_by(&self, certificate: &Certificate) -> bool {
        match &self.data.responder {
            Responder::Name(name) => name == certificate.subject(),
            Responder::Key(hash) => self
                .data
                .answers
                .iter()
                .filter_map(|answer| answer.hash)
                .chain([HashAlgorithm::Sha1])
                .any(|algorithm| algorithm.digest(certificate.key_octets()) == *hash),
        }
    }

    /// Whether the certificate's key signed it.
    pub(crate) fn is_signed_by(&self, certificate: &Certificate) -> bool {
        certificate.key().is_some_and(|key| {
            key.verify(self.signature_algorithm, &self.signed, &self.signature)
                .is_ok()
        })
    }
}

fn read(der: &[u8]) -> Result<OcspResponse, OcspError> {
    if der.len() > MAX_RESPONSE {
        return Err(OcspError::Format("the response is too long"));
    }
    let read = || {
        strict::check(der)?;
        let mut outer = Fields::new(strict::only(SEQUENCE, der)?);
        let status = outer.take(ENUMERATED)?.value;
        let octets = outer.optional(0xA0)?;
        outer.end()?;
        Ok((status, octets))
    };
    let (status, octets) = read().map_err(OcspError::Format)?;
    let refusal = match status {
        [0] => None,
        [1] => Some(Refusal::MalformedRequest),
        [2] => Some(Refusal::InternalError),
        [3] => Some(Refusal::TryLater),
        [5] => Some(Refusal::SignatureRequired),
        [6] => Some(Refusal::Unauthorized),
        _ => return Err(OcspError::Format("the status is unknown")),
    };
    match (refusal, octets) {
        (Some(refusal), None) => Err(OcspError::Refused(refusal)),
        (None, Some(octets)) => read_octets(der, octets.value).map_err(OcspError::Format),
        _ => Err(OcspError::Format("a field is missing or another")),
    }
}

/// ResponseBytes.
fn read_octets(der: &[u8], octets: &[u8]) -> Result<OcspResponse, Fault> {
    let mut fields = Fields::new(strict::only(SEQUENCE, octets)?);
    if fields.take(OBJECT_IDENTIFIER)?.value != oid::OCSP_BASIC {
        return Err("the response is of an unknown type");
    }
    let basic = fields.take(OCTET_STRING)?.value;
    fields.end()?;
    strict::check(basic)?;
    let mut fields = Fields::new(strict::only(SEQUENCE, basic)?);
    let data = fields.take(SEQUENCE)?;
    let signature_algorithm = SignatureAlgorithm::read(fields.take(SEQUENCE)?.value)?;
    let signature = octets_of_bits(fields.take(BIT_STRING)?.value)?.to_vec();
    let mut certificates = Vec::new();
    if let Some(list) = fields.optional(0xA0)? {
        for member in strict::children(strict::only(SEQUENCE, list.value)?, MAX_CERTIFICATES)? {
            // One that is not understood helps nobody.
            certificates.extend(Certificate::from_der(member.raw).ok());
        }
    }
    fields.end()?;
    Ok(OcspResponse {
        der: der.to_vec(),
        signed: data.raw.to_vec(),
        data: ResponseData::read(data.value)?,
        certificates,
        signature_algorithm,
        signature,
    })
}

impl ResponseData {
    fn read(value: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields::new(value);
        if fields.optional(0xA0)?.is_some() {
            return Err("the version is unknown");
        }
        let responder = fields.next()?.ok_or("a field is missing or another")?;
        let responder = match responder.tag {
            0xA1 => {
                strict::only(SEQUENCE, responder.value)?;
                Responder::Name(responder.value.to_vec())
            }
            0xA2 => Responder::Key(strict::only(OCTET_STRING, responder.value)?.to_vec()),
            _ => return Err("the responder is not named"),
        };
        let produced_at = read_time(fields.next()?)?;
        let answers = strict::children(fields.take(SEQUENCE)?.value, MAX_ANSWERS)?;
        let answers = answers.iter().map(read_answer).collect::<Result<_, _>>()?;
        let has_unknown_critical = match fields.optional(0xA1)? {
            Some(list) => has_unknown_critical(list.value)?,
            None => false,
        };
        fields.end()?;
        Ok(Self {
            responder,
            produced_at,
            answers,
            has_unknown_critical,
        })
    }
}

/// SingleResponse.
fn read_answer(object: &Tlv<'_>) -> Result<Answer, Fault> {
    let mut fields = Fields::new(strict::only(SEQUENCE, object.raw)?);
    let mut identifier = Fields::new(fields.take(SEQUENCE)?.value);
    let hash = algorithm::read_identifier(identifier.take(SEQUENCE)?.value)?;
    let issuer_name_hash = identifier.take(OCTET_STRING)?.value.to_vec();
    let issuer_key_hash = identifier.take(OCTET_STRING)?.value.to_vec();
    let serial = identifier.take(INTEGER)?.value.to_vec();
    identifier.end()?;
    let status = fields.next()?.ok_or("a field is missing or another")?;
    let status = match (status.tag, status.value) {
        (0x80, []) => Status::Good,
        (0xA1, value) => Status::Revoked(read_revocation(value)?),
        (0x82, []) => Status::Unknown,
        _ => return Err("the status is unknown"),
    };
    let this_update = read_time(fields.next()?)?;
    let next_update = match fields.optional(0xA0)? {
        Some(time) => {
            let (time, rest) = strict::read(time.value)?;
            if !rest.is_empty() {
                return Err("a time is malformed");
            }
            Some(moment::read_generalized(&time)?)
        }
        None => None,
    };
    let has_unknown_critical = match fields.optional(0xA1)? {
        Some(list) => has_unknown_critical(list.value)?,
        None => false,
    };
    fields.end()?;
    Ok(Answer {
        hash: HashAlgorithm::of_identifier(hash),
        issuer_name_hash,
        issuer_key_hash,
        serial,
        status,
        this_update,
        next_update,
        has_unknown_critical,
    })
}

/// RevokedInfo.
fn read_revocation(value: &[u8]) -> Result<Revocation, Fault> {
    let mut fields = Fields::new(value);
    let at = read_time(fields.next()?)?;
    let reason = match fields.optional(0xA0)? {
        Some(reason) => RevocationReason::read(strict::only(ENUMERATED, reason.value)?)?,
        None => RevocationReason::Unspecified,
    };
    fields.end()?;
    Ok(Revocation { at, reason })
}

fn read_time(object: Option<Tlv<'_>>) -> Result<Time, Fault> {
    moment::read_generalized(&object.ok_or("a time is malformed")?)
}

fn has_unknown_critical(list: &[u8]) -> Result<bool, Fault> {
    let list = extensions::read_list(list)?;
    Ok(list
        .iter()
        .any(|extension| extension.is_critical && extension.identifier != oid::OCSP_NONCE))
}
