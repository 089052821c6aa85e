//! Card verifiable (CV) certificates (STB 34.101.79, chapter 9): reading, issuing, checking one
//! and checking a path.

use std::ops::Range;

use thiserror::Error;

use crate::{
    access::{EidRights, EsignRights, words},
    bign::{Level, PrivateKey, PublicKey},
    hash::{bash384, bash512, belt_hash},
    oid,
    tlv::{self, TlvError},
};

/// A date: `YYMMDD` of this century, one digit 0..9 an octet. Later dates compare greater.
pub type CvDate = [u8; 6];

const CERTIFICATE: u32 = 0x7F21;
const BODY: u32 = 0x7F4E;
const PROFILE: u32 = 0x5F29;
const AUTHORITY: u32 = 0x42;
const PUBLIC_KEY: u32 = 0x7F49;
const HOLDER: u32 = 0x5F20;
const CERT_HAT: u32 = 0x7F4C;
const FROM: u32 = 0x5F25;
const UNTIL: u32 = 0x5F24;
const EXTENSIONS: u32 = 0x65;
const TEMPLATE: u32 = 0x73;
const SIGNATURE: u32 = 0x5F37;
const OBJECT_IDENTIFIER: u32 = 0x06;
const BIT_STRING: u32 = 0x03;

/// Why a certificate or a path is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CvcError {
    /// The octets are no CV certificate.
    #[error("malformed CV certificate")]
    Malformed,
    /// A name is not 8 to 12 characters of PrintableString, or the authority is no authority.
    #[error("a name in the CV certificate is not allowed")]
    Name,
    /// A date is none, or the first day is after the last.
    #[error("a date in the CV certificate is not allowed")]
    Date,
    /// The public key is no point of a standard curve.
    #[error("the public key in the CV certificate is not allowed")]
    Key,
    /// The signature does not verify with the issuer's key.
    #[error("the signature of the CV certificate does not verify")]
    Signature,
    /// The issuer's name is not the authority named.
    #[error("the CV certificate was issued by another authority")]
    Issuer,
    /// The issuer's key is of a lower level than the holder's.
    #[error("the issuer's key is weaker than the holder's")]
    WeakIssuer,
    /// The date is not within the term of a certificate.
    #[error("the CV certificate is not valid on this date")]
    OutOfDate,
    /// The path has no certificate.
    #[error("the path of CV certificates is empty")]
    EmptyPath,
}

impl From<TlvError> for CvcError {
    fn from(_: TlvError) -> Self {
        Self::Malformed
    }
}

/// A certificate that is well formed; its signature is checked by [`Certificate::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    raw: Vec<u8>,
    content: Range<usize>,
    body: Range<usize>,
    signature: Range<usize>,
    fields: Fields,
}

impl Certificate {
    /// Reads the DER of one certificate.
    ///
    /// # Errors
    /// [`CvcError::Malformed`], [`CvcError::Name`], [`CvcError::Date`] or [`CvcError::Key`] when
    /// the octets break the format of clause 9.1.
    pub fn parse(octets: &[u8]) -> Result<Self, CvcError> {
        let content = tlv::read_only(CERTIFICATE, octets)?;
        let (body, rest) = tlv::read(content)?;
        if body.tag != BODY {
            return Err(CvcError::Malformed);
        }
        let signature = tlv::read_only(SIGNATURE, rest)?;
        let fields = Fields::parse(body.value)?;
        let start = octets.len() - content.len();
        Ok(Self {
            raw: octets.to_vec(),
            content: start..octets.len(),
            body: start..start + body.raw.len(),
            signature: octets.len() - signature.len()..octets.len(),
            fields,
        })
    }

    /// Checks the signature with the issuer's key.
    ///
    /// # Errors
    /// [`CvcError::Signature`] when it does not verify.
    pub fn verify(&self, issuer: &PublicKey) -> Result<(), CvcError> {
        let (oid, hash) = hash(issuer.level(), self.body());
        issuer
            .verify_hash(oid, &hash, self.signature())
            .map_err(|_| CvcError::Signature)
    }

    /// Checks that `issuer` issued this certificate: the name, the levels and the signature.
    ///
    /// # Errors
    /// [`CvcError::Issuer`], [`CvcError::WeakIssuer`] or [`CvcError::Signature`].
    pub fn verify_issued_by(&self, issuer: &Self) -> Result<(), CvcError> {
        if self.authority() != issuer.holder() {
            return Err(CvcError::Issuer);
        }
        if self.public_key().level() > issuer.public_key().level() {
            return Err(CvcError::WeakIssuer);
        }
        self.verify(issuer.public_key())
    }

    /// Whether the date is within the term, both ends counted.
    #[must_use]
    pub fn is_valid_on(&self, date: &CvDate) -> bool {
        (self.from_date()..=self.until_date()).contains(&date)
    }

    /// Name of the authority that issued the certificate.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.fields.authority
    }

    /// Name of the holder: an authority's name, or the serial number of a card or terminal.
    #[must_use]
    pub fn holder(&self) -> &str {
        &self.fields.holder
    }

    /// The holder's key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.fields.public_key
    }

    /// First day of the term.
    #[must_use]
    pub fn from_date(&self) -> &CvDate {
        &self.fields.from
    }

    /// Last day of the term.
    #[must_use]
    pub fn until_date(&self) -> &CvDate {
        &self.fields.until
    }

    /// Rights in eID; absent means none.
    #[must_use]
    pub fn eid(&self) -> Option<EidRights> {
        self.fields.eid
    }

    /// Rights in eSign; absent means none.
    #[must_use]
    pub fn esign(&self) -> Option<EsignRights> {
        self.fields.esign
    }

    /// The DER of the certificate.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.raw
    }

    /// The body with its tag and length: what is signed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.part(&self.body)
    }

    /// The octets of the signature, without tag and length.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.part(&self.signature)
    }

    /// Body and signature, each with tag and length: the data of PSO: Verify Certificate.
    #[must_use]
    pub fn body_and_signature(&self) -> &[u8] {
        self.part(&self.content)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.raw.get(range.clone()).unwrap_or_default()
    }
}

/// What an authority writes into a certificate.
pub struct Contents<'a> {
    /// The authority: `BYCA0XXX` (root) or `BYCA1XXX`.
    pub authority: &'a str,
    /// The holder: an authority's name or a serial number of 8 to 12 characters.
    pub holder: &'a str,
    /// The holder's key.
    pub public_key: &'a PublicKey,
    /// First day of the term.
    pub from: CvDate,
    /// Last day of the term.
    pub until: CvDate,
    /// Rights in eID; left out when absent, as for a card.
    pub eid: Option<EidRights>,
    /// Rights in eSign; left out when absent, as for a card.
    pub esign: Option<EsignRights>,
}

/// Issues a certificate: the DER, signed with the authority's key.
///
/// # Errors
/// [`CvcError::Name`], [`CvcError::Date`] for contents that no reader would take,
/// [`CvcError::WeakIssuer`] for an authority's key of a lower level than the holder's.
pub fn issue(contents: &Contents<'_>, issuer: &PrivateKey) -> Result<Vec<u8>, CvcError> {
    check_names(contents.authority, contents.holder)?;
    check_term(&contents.from, &contents.until)?;
    if contents.public_key.level() > issuer.level() {
        return Err(CvcError::WeakIssuer);
    }
    let body = encode_body(contents);
    let (oid, hash) = hash(issuer.level(), &body);
    let signature = tlv::encode(SIGNATURE, &issuer.sign_hash(oid, &hash));
    Ok(tlv::encode(CERTIFICATE, &[body, signature].concat()))
}

/// Checks a path from the trusted `root` down to the last of `chain`, which does not repeat the
/// root (clause 9.2), and gives the rights that all its certificates grant, the root's too.
///
/// # Errors
/// What [`Certificate::verify_issued_by`] finds, [`CvcError::OutOfDate`] when `date` is outside
/// the term of any certificate, [`CvcError::EmptyPath`] for an empty chain.
pub fn verify_path(
    chain: &[Certificate],
    root: &Certificate,
    date: &CvDate,
) -> Result<(EidRights, EsignRights), CvcError> {
    if chain.is_empty() {
        return Err(CvcError::EmptyPath);
    }
    if !root.is_valid_on(date) {
        return Err(CvcError::OutOfDate);
    }
    let mut issuer = root;
    let mut rights = (
        root.eid().unwrap_or_default(),
        root.esign().unwrap_or_default(),
    );
    for certificate in chain {
        certificate.verify_issued_by(issuer)?;
        if !certificate.is_valid_on(date) {
            return Err(CvcError::OutOfDate);
        }
        rights.0 = rights.0.and(certificate.eid().unwrap_or_default());
        rights.1 = rights.1.and(certificate.esign().unwrap_or_default());
        issuer = certificate;
    }
    Ok(rights)
}

/// Reads a date written as six digits.
///
/// # Errors
/// [`CvcError::Date`] when the text is none.
pub fn date(text: &str) -> Result<CvDate, CvcError> {
    let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| CvcError::Date)?;
    let date = digits.map(|digit| digit.wrapping_sub(b'0'));
    check_date(&date)?;
    Ok(date)
}

#[derive(Clone, PartialEq, Eq)]
struct Fields {
    authority: String,
    public_key: PublicKey,
    holder: String,
    eid: Option<EidRights>,
    from: CvDate,
    until: CvDate,
    esign: Option<EsignRights>,
}

impl Fields {
    fn parse(octets: &[u8]) -> Result<Self, CvcError> {
        let mut rest = Reader(octets);
        if rest.take(PROFILE)? != [0] {
            return Err(CvcError::Malformed);
        }
        let authority = name(rest.take(AUTHORITY)?)?;
        let public_key = parse_key(rest.take(PUBLIC_KEY)?)?;
        let holder = name(rest.take(HOLDER)?)?;
        let eid = match rest.take_raw_if(CERT_HAT)? {
            None => None,
            Some(raw) => match words(raw)? {
                (Some(eid), None) => Some(eid),
                _ => return Err(CvcError::Malformed),
            },
        };
        let from = rest.take_date(FROM)?;
        let until = rest.take_date(UNTIL)?;
        let esign = match rest.take_raw_if(EXTENSIONS)? {
            None => None,
            Some(raw) => Some(parse_extension(tlv::read_only(EXTENSIONS, raw)?)?),
        };
        if !rest.0.is_empty() {
            return Err(CvcError::Malformed);
        }
        check_names(&authority, &holder)?;
        check_term(&from, &until)?;
        Ok(Self {
            authority,
            public_key,
            holder,
            eid,
            from,
            until,
            esign,
        })
    }
}

/// Objects that follow each other in a fixed order.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, tag: u32) -> Result<&'a [u8], CvcError> {
        let (object, rest) = tlv::read(self.0)?;
        if object.tag != tag {
            return Err(CvcError::Malformed);
        }
        self.0 = rest;
        Ok(object.value)
    }

    fn take_raw_if(&mut self, tag: u32) -> Result<Option<&'a [u8]>, CvcError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (object, rest) = tlv::read(self.0)?;
        if object.tag != tag {
            return Ok(None);
        }
        self.0 = rest;
        Ok(Some(object.raw))
    }

    fn take_date(&mut self, tag: u32) -> Result<CvDate, CvcError> {
        self.take(tag)?.try_into().map_err(|_| CvcError::Malformed)
    }
}

fn parse_key(octets: &[u8]) -> Result<PublicKey, CvcError> {
    let mut rest = Reader(octets);
    if rest.take(OBJECT_IDENTIFIER)? != oid::BIGN_PUBKEY {
        return Err(CvcError::Malformed);
    }
    let (unused, key) = rest
        .take(BIT_STRING)?
        .split_first()
        .ok_or(CvcError::Malformed)?;
    if *unused != 0 || !rest.0.is_empty() {
        return Err(CvcError::Malformed);
    }
    let level = Level::of_public_key_len(key.len()).ok_or(CvcError::Malformed)?;
    PublicKey::from_bytes(level, key).map_err(|_| CvcError::Key)
}

/// The only extension that the standard knows: the rights in eSign.
fn parse_extension(octets: &[u8]) -> Result<EsignRights, CvcError> {
    let mut rest = Reader(tlv::read_only(TEMPLATE, octets)?);
    if rest.take(OBJECT_IDENTIFIER)? != oid::ESIGN_AUTH_EXTENSION {
        return Err(CvcError::Malformed);
    }
    match words(rest.0)? {
        (None, Some(esign)) => Ok(esign),
        _ => Err(CvcError::Malformed),
    }
}

fn encode_body(contents: &Contents<'_>) -> Vec<u8> {
    let key = [&[0][..], &contents.public_key.to_bytes()].concat();
    let key = [
        tlv::encode(OBJECT_IDENTIFIER, oid::BIGN_PUBKEY),
        tlv::encode(BIT_STRING, &key),
    ];
    let extension = contents.esign.map(|esign| {
        let id = tlv::encode(OBJECT_IDENTIFIER, oid::ESIGN_AUTH_EXTENSION);
        tlv::encode(
            EXTENSIONS,
            &tlv::encode(TEMPLATE, &[id, esign.to_der()].concat()),
        )
    });
    let fields = [
        tlv::encode(PROFILE, &[0]),
        tlv::encode(AUTHORITY, contents.authority.as_bytes()),
        tlv::encode(PUBLIC_KEY, &key.concat()),
        tlv::encode(HOLDER, contents.holder.as_bytes()),
        contents.eid.map(EidRights::to_der).unwrap_or_default(),
        tlv::encode(FROM, &contents.from),
        tlv::encode(UNTIL, &contents.until),
        extension.unwrap_or_default(),
    ];
    tlv::encode(BODY, &fields.concat())
}

/// The hash of the level of the signing key, with its OID.
fn hash(level: Level, octets: &[u8]) -> (&'static [u8], Vec<u8>) {
    match level {
        Level::L128 => (oid::BELT_HASH, belt_hash(octets).to_vec()),
        Level::L192 => (oid::BASH384, bash384(octets).to_vec()),
        Level::L256 => (oid::BASH512, bash512(octets).to_vec()),
    }
}

fn name(octets: &[u8]) -> Result<String, CvcError> {
    String::from_utf8(octets.to_vec()).map_err(|_| CvcError::Name)
}

fn check_names(authority: &str, holder: &str) -> Result<(), CvcError> {
    let is_authority =
        authority.len() == 8 && (authority.starts_with("BYCA0") || authority.starts_with("BYCA1"));
    if is_authority && is_name(authority) && is_name(holder) {
        Ok(())
    } else {
        Err(CvcError::Name)
    }
}

fn is_name(text: &str) -> bool {
    (8..=12).contains(&text.len())
        && text
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&c))
}

fn check_term(from: &CvDate, until: &CvDate) -> Result<(), CvcError> {
    check_date(from)?;
    check_date(until)?;
    if from <= until {
        Ok(())
    } else {
        Err(CvcError::Date)
    }
}

fn check_date(date: &CvDate) -> Result<(), CvcError> {
    if date.iter().any(|digit| *digit > 9) {
        return Err(CvcError::Date);
    }
    let [y1, y0, m1, m0, d1, d0] = *date;
    let (year, month, day) = (y1 * 10 + y0, m1 * 10 + m0, d1 * 10 + d0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        // Every fourth year of this century is a leap year, 2000 too.
        2 if year % 4 == 0 => 29,
        2 => 28,
        _ => 0,
    };
    if (1..=days).contains(&day) {
        Ok(())
    } else {
        Err(CvcError::Date)
    }
}
