//! X.509 certificates of STB 34.101.19 with keys of bign.

use der::Decode;
use kabinet_stb::bign::{Level, PublicKey};
use thiserror::Error;
use x509_cert::{
    ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage},
    name::Name,
    time::Validity,
};

use crate::{
    Time, algorithm, names, oid,
    strict::{
        self, BIT_STRING, BOOLEAN, Fault, Fields, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING,
        SEQUENCE,
    },
};

/// A certificate longer than this is not read; those of the profile have about one kibioctet.
pub const MAX_CERTIFICATE: usize = 64 * 1024;

/// Extensions that a certificate may have; those of the profile have about ten.
const MAX_EXTENSIONS: usize = 64;

/// Octets of a serial number (RFC 5280, clause 4.1.2.2).
const MAX_SERIAL: usize = 20;

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
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    summary: Summary,
    key: Option<PublicKey>,
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
    extensions: Extensions,
}

/// What the known extensions say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) basic_constraints: Option<Authority>,
    pub(crate) key_usage: Option<KeyUsage>,
    /// Content octets of the identifiers.
    pub(crate) extended_key_usage: Option<Vec<Vec<u8>>>,
    pub(crate) subject_key_identifier: Option<Vec<u8>>,
    pub(crate) authority_key_identifier: Option<Vec<u8>>,
    pub(crate) has_unknown_critical: bool,
}

/// The extension basicConstraints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authority {
    pub(crate) is_authority: bool,
    pub(crate) path_length: Option<u8>,
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

impl Certificate {
    /// Reads a certificate in DER. The signature is not checked.
    ///
    /// # Errors
    /// [`CertificateError`] when the octets are not one certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        read(der).map_err(CertificateError)
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
        self.key.as_ref()
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
        let usage = self.extensions.key_usage;
        usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
            && self
                .extensions
                .extended_key_usage
                .as_ref()
                .is_none_or(|list| list.iter().any(|purpose| PURPOSES.contains(&&purpose[..])))
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

    /// Whether the issuer's key signed this certificate with the algorithm of its level.
    pub(crate) fn is_signed_by(&self, issuer: &Self) -> bool {
        issuer.key.as_ref().is_some_and(|key| {
            algorithm::check_signature(key, &self.signature_algorithm, &self.tbs, &self.signature)
                .is_ok()
        })
    }
}

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

    /// keyCertSign.
    #[must_use]
    pub fn key_cert_sign(self) -> bool {
        self.has(5)
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
    fn read(value: &[u8]) -> Result<Self, Fault> {
        match strict::only(BIT_STRING, value)? {
            [_, first] => Ok(Self(u16::from(*first) << 8)),
            [_, first, second] => Ok(Self(u16::from(*first) << 8 | u16::from(*second))),
            _ => Err("the key usage is malformed"),
        }
    }
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
    let validity = fields.take(SEQUENCE)?.raw;
    let subject = fields.take(SEQUENCE)?.raw;
    let key = read_key(fields.take(SEQUENCE)?.value)?;
    // The unique identifiers of version 2 say nothing that is used.
    fields.optional(0x81)?;
    fields.optional(0x82)?;
    let extensions = match fields.optional(0xA3)? {
        Some(_) if version != 2 => return Err("extensions are of version 3"),
        Some(list) => read_extensions(list.value)?,
        None => Extensions::default(),
    };
    fields.end()?;

    let issuer_name = Name::from_der(issuer).map_err(|_| "the issuer is no name")?;
    let subject_name = Name::from_der(subject).map_err(|_| "the subject is no name")?;
    let validity: Validity =
        Validity::from_der(validity).map_err(|_| "the validity is malformed")?;
    let summary = Summary {
        subject: names::display(&subject_name),
        issuer: names::display(&issuer_name),
        serial_number: hex_upper(serial.strip_prefix(&[0]).unwrap_or(serial)),
        not_before: validity.not_before.to_date_time(),
        not_after: validity.not_after.to_date_time(),
        subject_serial_number: names::attribute(&subject_name, oid::SERIAL_NUMBER),
        key_usage: extensions.key_usage,
        level: key.as_ref().map(PublicKey::level),
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
        signature_algorithm: algorithm::read_identifier(outer_algorithm.value)
            .unwrap_or_default()
            .to_vec(),
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

/// Reads SubjectPublicKeyInfo; another algorithm or a curve that is not named gives no key, a point
/// off the curve is a fault.
fn read_key(value: &[u8]) -> Result<Option<PublicKey>, Fault> {
    let mut fields = Fields::new(value);
    let algorithm = fields.take(SEQUENCE)?.value;
    let octets = octets_of_bits(fields.take(BIT_STRING)?.value)?;
    fields.end()?;
    let mut algorithm = Fields::new(algorithm);
    if algorithm.take(OBJECT_IDENTIFIER)?.value != oid::BIGN_PUBKEY {
        return Ok(None);
    }
    let level = match algorithm
        .optional(OBJECT_IDENTIFIER)?
        .map(|curve| curve.value)
    {
        Some(oid::BIGN_CURVE256) => Level::L128,
        Some(oid::BIGN_CURVE384) => Level::L192,
        Some(oid::BIGN_CURVE512) => Level::L256,
        _ => return Ok(None),
    };
    algorithm.end()?;
    PublicKey::from_bytes(level, octets)
        .map(Some)
        .map_err(|_| "the public key is no point of its curve")
}

fn octets_of_bits(value: &[u8]) -> Result<&[u8], Fault> {
    match value.split_first() {
        Some((0, octets)) => Ok(octets),
        _ => Err("a BIT STRING is not of whole octets"),
    }
}

fn read_extensions(value: &[u8]) -> Result<Extensions, Fault> {
    let mut extensions = Extensions::default();
    let mut seen: Vec<&[u8]> = Vec::new();
    for entry in strict::children(strict::only(SEQUENCE, value)?, MAX_EXTENSIONS)? {
        let mut fields = Fields::new(strict::only(SEQUENCE, entry.raw)?);
        let identifier = fields.take(OBJECT_IDENTIFIER)?.value;
        let critical = match fields.optional(BOOLEAN)?.map(|flag| flag.value) {
            None => false,
            Some([0xFF]) => true,
            Some(_) => return Err("a default value is written out"),
        };
        let content = fields.take(OCTET_STRING)?.value;
        fields.end()?;
        if seen.contains(&identifier) {
            return Err("an extension is there twice");
        }
        seen.push(identifier);
        let known = extensions.read(identifier, content)?;
        extensions.has_unknown_critical |= critical && !known;
    }
    if seen.is_empty() {
        return Err("the list of extensions is empty");
    }
    Ok(extensions)
}

impl Extensions {
    /// Takes an extension in; gives whether it is one whose meaning is kept to.
    fn read(&mut self, identifier: &[u8], content: &[u8]) -> Result<bool, Fault> {
        match identifier {
            oid::BASIC_CONSTRAINTS => {
                strict::check(content)?;
                let constraints = BasicConstraints::from_der(content)
                    .map_err(|_| "the basic constraints are malformed")?;
                self.basic_constraints = Some(Authority {
                    is_authority: constraints.ca,
                    path_length: constraints.path_len_constraint,
                });
            }
            oid::KEY_USAGE => {
                strict::check(content)?;
                self.key_usage = Some(KeyUsage::read(content)?);
            }
            oid::EXTENDED_KEY_USAGE => {
                strict::check(content)?;
                let purposes = ExtendedKeyUsage::from_der(content)
                    .map_err(|_| "the extended key usage is malformed")?;
                let octets = purposes.0.iter().map(|purpose| purpose.as_bytes().to_vec());
                self.extended_key_usage = Some(octets.collect());
            }
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = Some(strict::only(OCTET_STRING, content)?.to_vec());
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                let identifier = AuthorityKeyIdentifier::from_der(content)
                    .map_err(|_| "the authority key identifier is malformed")?;
                self.authority_key_identifier = identifier
                    .key_identifier
                    .map(|octets| octets.as_bytes().to_vec());
            }
            // No policy is asked for, so any policy does; the others name places and people only.
            oid::CERTIFICATE_POLICIES
            | oid::SUBJECT_ALT_NAME
            | oid::ISSUER_ALT_NAME
            | oid::CRL_DISTRIBUTION_POINTS => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn hex_upper(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}
