//! X.509 certificates of STB 34.101.19: keys of bign, and those of foreign documents.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use der::Decode;
use kabinet_stb::bign::{Level, PublicKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use x509_cert::name::Name;

use crate::{
    Time,
    algorithm::{HashAlgorithm, SignatureAlgorithm},
    extensions::Extensions,
    key::{Key, octets_of_bits},
    moment, names, oid,
    strict::{self, BIT_STRING, Fault, Fields, INTEGER, SEQUENCE},
};

/// A certificate longer than this is not read; those of the profile have about one kibioctet.
pub const MAX_CERTIFICATE: usize = 64 * 1024;

/// Octets of a serial number (RFC 5280, clause 4.1.2.2).
pub(crate) const MAX_SERIAL: usize = 20;

/// Why octets are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a certificate: {0}")]
pub struct CertificateError(pub(crate) &'static str);

/// What people and comparisons need of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Display name of the subject: its common name, else another readable form.
    pub subject: String,
    /// Display name of the issuer.
    pub issuer: String,
    /// Serial number of the certificate, big-endian, upper-case hex.
    pub serial_number: String,
    /// First moment of validity.
    pub not_before: Time,
    /// Last moment of validity.
    pub not_after: Time,
    /// The subject's attribute serialNumber: `IDCBY-` and the number of the ID card for a key on a
    /// card, `PNOBY-` and the personal number elsewhere (STB 34.101.78, clause 6.3).
    pub subject_serial_number: Option<String>,
    /// What the key is for; none when the certificate does not say.
    pub key_usage: Option<KeyUsage>,
    /// Level of the key; none when the key is not of bign on a standard curve.
    pub level: Option<Level>,
    /// Whether the subject is a CA.
    pub is_authority: bool,
}

/// Purposes of a key (RFC 5280, clause 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

/// A certificate that was read; its signature is not checked by reading.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    summary: Summary,
    key: Option<Key>,
    /// The public key as SubjectPublicKeyInfo in DER.
    key_info: Vec<u8>,
    signature_algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    extensions: Extensions,
}

/// SHA-256 of a certificate in DER, by which browsers and people compare certificates of servers.
#[must_use]
pub fn fingerprint(der: &[u8]) -> [u8; 32] {
    Sha256::digest(der).into()
}

/// Reads a certificate in DER and gives its summary. The signature is not checked.
///
/// # Errors
/// [`CertificateError`] when the octets are not one certificate in DER.
pub fn summary(der: &[u8]) -> Result<Summary, CertificateError> {
    Certificate::from_der(der).map(|certificate| certificate.summary)
}

/// Display name of an X.501 `Name` in DER: its common name, else another readable form; empty when
/// it names nothing.
///
/// # Errors
/// [`CertificateError`] when the octets are not one name in DER.
pub fn name(der: &[u8]) -> Result<String, CertificateError> {
    if der.len() > MAX_CERTIFICATE {
        return Err(CertificateError("the name is too long"));
    }
    strict::check(der).map_err(CertificateError)?;
    let name = Name::from_der(der).map_err(|_| CertificateError("not a name"))?;
    Ok(names::display(&name))
}

/// Whether the octets are the hash of the public key by one of the functions that name keys:
/// belt-hash, 32 octets, or SHA-1, 20 octets (STB 34.101.78, on subjectKeyIdentifier).
#[must_use]
pub fn is_key_hash(key: &PublicKey, octets: &[u8]) -> bool {
    let key = key.to_bytes();
    let functions = [HashAlgorithm::BeltHash, HashAlgorithm::Sha1];
    functions
        .into_iter()
        .any(|function| function.digest(&key) == octets)
}

impl Certificate {
    /// Reads a certificate in DER. The signature is not checked.
    ///
    /// # Errors
    /// [`CertificateError`] when the octets are not one certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        read(der).map_err(CertificateError)
    }

    /// Reads a certificate in DER, or the first one in a text (PEM; RFC 7468). The signature is not
    /// checked.
    ///
    /// # Errors
    /// [`CertificateError`] when the octets are neither.
    pub fn from_der_or_pem(octets: &[u8]) -> Result<Self, CertificateError> {
        Self::from_der(octets).or_else(|error| {
            let der = from_pem(octets).ok_or(error)?;
            Self::from_der(&der)
        })
    }

    /// The octets of the certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What people and comparisons need of it.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The subject's key; none when it is not of bign on a standard curve.
    #[must_use]
    pub fn public_key(&self) -> Option<&PublicKey> {
        self.key.as_ref().and_then(Key::bign)
    }

    /// The subject's name in DER.
    #[must_use]
    pub fn subject_name(&self) -> &[u8] {
        &self.subject
    }

    /// Whether it is for the subject of a request with this Name (DER): the authority carries all of its
    /// attributes over (STB 34.101.78, clause 9.2.7); a subordinate one may add some of other types
    /// (clause 7.3.1).
    #[must_use]
    pub fn is_for(&self, name: &[u8]) -> bool {
        names::extends(&self.subject, name)
    }

    /// Addresses of revocation lists that may tell of this certificate, as it names them.
    #[must_use]
    pub fn revocation_list_addresses(&self) -> &[String] {
        &self.extensions.revocation_lists
    }

    /// Addresses of OCSP responders that may tell of this certificate, as it names them.
    #[must_use]
    pub fn responder_addresses(&self) -> &[String] {
        &self.extensions.responders
    }

    /// Addresses of the issuer's certificate, as this one names them.
    #[must_use]
    pub fn issuer_addresses(&self) -> &[String] {
        &self.extensions.issuers
    }

    /// Whether the moment is in the certificate's validity.
    #[must_use]
    pub fn is_valid_at(&self, at: Time) -> bool {
        (self.summary.not_before..=self.summary.not_after).contains(&at)
    }

    /// Whether the key may sign documents: the usage digitalSignature or nonRepudiation and a
    /// purpose of people, as far as the certificate limits them (RFC 5280, clauses 4.2.1.3 and
    /// 4.2.1.12).
    #[must_use]
    pub fn may_sign_documents(&self) -> bool {
        const PURPOSES: [&[u8]; 4] = [
            oid::CLIENT_AUTH,
            oid::EMAIL_PROTECTION,
            oid::DOCUMENT_SIGNING,
            oid::ANY_EXTENDED_KEY_USAGE,
        ];
        let purposes = self.extensions.extended_key_usage.as_ref();
        self.may_sign()
            && purposes.is_none_or(|purposes| {
                let mut list = purposes.identifiers.iter();
                list.any(|purpose| PURPOSES.contains(&&purpose[..]))
            })
    }

    /// Whether content keys may be sent to the key: the usage keyEncipherment, as far as the
    /// certificate limits the usages (STB 34.101.23, clause 9.4).
    #[must_use]
    pub fn may_receive_keys(&self) -> bool {
        let usage = self.extensions.key_usage;
        usage.is_none_or(KeyUsage::key_encipherment)
    }

    /// Whether the key may sign time stamps: that purpose alone, critical (RFC 3161, clause 2.3).
    pub(crate) fn may_stamp(&self) -> bool {
        let purposes = self.extensions.extended_key_usage.as_ref();
        self.may_sign()
            && purposes.is_some_and(|purposes| {
                purposes.is_critical && purposes.identifiers == [oid::TIME_STAMPING]
            })
    }

    /// Whether the key may sign OCSP responses for its issuer (RFC 6960, clause 4.2.2.2).
    pub(crate) fn may_answer_for_issuer(&self) -> bool {
        let purposes = self.extensions.extended_key_usage.as_ref();
        self.may_sign()
            && !self.extensions.has_unknown_critical
            && purposes.is_some_and(|purposes| {
                let mut list = purposes.identifiers.iter();
                list.any(|purpose| purpose == oid::OCSP_SIGNING)
            })
    }

    fn may_sign(&self) -> bool {
        let usage = self.extensions.key_usage;
        usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    /// Content octets of the serial number.
    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The issuer's name in DER.
    pub(crate) fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    /// The subject's name in DER.
    pub(crate) fn subject(&self) -> &[u8] {
        &self.subject
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The subject's key; none when it is of no kind that is taken.
    pub(crate) fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// The octets of the public key: the BIT STRING without its first octet.
    pub(crate) fn key_octets(&self) -> &[u8] {
        let octets = || {
            let mut fields = Fields::new(strict::only(SEQUENCE, &self.key_info).ok()?);
            fields.take(SEQUENCE).ok()?;
            octets_of_bits(fields.take(BIT_STRING).ok()?.value).ok()
        };
        octets().unwrap_or_default()
    }

    /// Whether both are of the same subject with the same key.
    pub(crate) fn is_same_entity(&self, other: &Self) -> bool {
        self.subject == other.subject && self.key_info == other.key_info
    }

    /// Whether it names this one as its issuer, whose key signed it.
    #[must_use]
    pub fn has_issued(&self, certificate: &Self) -> bool {
        certificate.issuer == self.subject && certificate.is_signed_by(self)
    }

    /// Whether the issuer's key signed this certificate.
    pub(crate) fn is_signed_by(&self, issuer: &Self) -> bool {
        issuer.key.as_ref().is_some_and(|key| {
            key.verify(self.signature_algorithm, &self.tbs, &self.signature)
                .is_ok()
        })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl KeyUsage {
    /// digitalSignature.
    #[must_use]
    pub fn digital_signature(self) -> bool {
        self.has(0)
    }

    /// nonRepudiation, also called contentCommitment.
    #[must_use]
    pub fn non_repudiation(self) -> bool {
        self.has(1)
    }

    /// keyEncipherment.
    #[must_use]
    pub fn key_encipherment(self) -> bool {
        self.has(2)
    }

    /// keyCertSign.
    #[must_use]
    pub fn key_cert_sign(self) -> bool {
        self.has(5)
    }

    /// cRLSign.
    #[must_use]
    pub fn crl_sign(self) -> bool {
        self.has(6)
    }

    /// The names of RFC 5280 of the usages that are set.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        const NAMES: [&str; 9] = [
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
        ];
        (0..)
            .zip(NAMES)
            .filter_map(|(bit, name)| self.has(bit).then_some(name))
            .collect()
    }

    /// Bit 0 is the first bit of the BIT STRING.
    fn has(self, bit: u16) -> bool {
        self.0 & (0x8000 >> bit) != 0
    }

    /// Reads the extension's value.
    pub(crate) fn read(value: &[u8]) -> Result<Self, Fault> {
        match strict::only(BIT_STRING, value)? {
            [_, first] => Ok(Self(u16::from(*first) << 8)),
            [_, first, second] => Ok(Self(u16::from(*first) << 8 | u16::from(*second))),
            _ => Err("the key usage is malformed"),
        }
    }
}

/// What stands between the marks of the first certificate in a text.
fn from_pem(octets: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(octets).ok()?;
    let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    Base64::decode_vec(&body).ok()
}

fn read(der: &[u8]) -> Result<Certificate, Fault> {
    if der.len() > MAX_CERTIFICATE {
        return Err("the certificate is too long");
    }
    strict::check(der)?;
    let mut outer = Fields::new(strict::only(SEQUENCE, der)?);
    let tbs = outer.take(SEQUENCE)?;
    let outer_algorithm = outer.take(SEQUENCE)?;
    let signature = octets_of_bits(outer.take(BIT_STRING)?.value)?.to_vec();
    outer.end()?;

    let mut fields = Fields::new(tbs.value);
    let version = read_version(&mut fields)?;
    let serial = fields.take(INTEGER)?.value;
    if serial.len() > MAX_SERIAL || serial.first().is_none_or(|first| first & 0x80 != 0) {
        return Err("the serial number is negative or too long");
    }
    if fields.take(SEQUENCE)?.raw != outer_algorithm.raw {
        return Err("the two signature algorithms differ");
    }
    let issuer = fields.take(SEQUENCE)?.raw;
    let (not_before, not_after) = read_validity(fields.take(SEQUENCE)?.value)?;
    let subject = fields.take(SEQUENCE)?.raw;
    let key_info = fields.take(SEQUENCE)?;
    let key = Key::read(key_info.value)?;
    // The unique identifiers of version 2 say nothing that is used.
    fields.optional(0x81)?;
    fields.optional(0x82)?;
    let extensions = match fields.optional(0xA3)? {
        Some(_) if version != 2 => return Err("extensions are of version 3"),
        Some(list) => Extensions::read(list.value)?,
        None => Extensions::default(),
    };
    fields.end()?;

    let issuer_name = Name::from_der(issuer).map_err(|_| "the issuer is no name")?;
    let subject_name = Name::from_der(subject).map_err(|_| "the subject is no name")?;
    let summary = Summary {
        subject: names::display(&subject_name),
        issuer: names::display(&issuer_name),
        serial_number: hex_upper(serial.strip_prefix(&[0]).unwrap_or(serial)),
        not_before,
        not_after,
        subject_serial_number: names::attribute(&subject_name, oid::SERIAL_NUMBER),
        key_usage: extensions.key_usage,
        level: key.as_ref().and_then(Key::bign).map(PublicKey::level),
        is_authority: extensions
            .basic_constraints
            .is_some_and(|constraints| constraints.is_authority),
    };
    Ok(Certificate {
        der: der.to_vec(),
        tbs: tbs.raw.to_vec(),
        serial: serial.to_vec(),
        issuer: issuer.to_vec(),
        subject: subject.to_vec(),
        summary,
        key,
        key_info: key_info.raw.to_vec(),
        signature_algorithm: SignatureAlgorithm::read(outer_algorithm.value)?,
        signature,
        extensions,
    })
}

/// 0 for version 1, 2 for version 3.
fn read_version(fields: &mut Fields<'_>) -> Result<u8, Fault> {
    let Some(version) = fields.optional(0xA0)? else {
        return Ok(0);
    };
    match strict::only(INTEGER, version.value)? {
        [version @ 1..=2] => Ok(*version),
        _ => Err("the version is unknown"),
    }
}

fn read_validity(value: &[u8]) -> Result<(Time, Time), Fault> {
    let mut fields = Fields::new(value);
    let mut time = || fields.next()?.ok_or("a time is malformed");
    let (not_before, not_after) = (moment::read(&time()?)?, moment::read(&time()?)?);
    fields.end()?;
    Ok((not_before, not_after))
}

pub(crate) fn hex_upper(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}
