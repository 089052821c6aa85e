//! Certificate revocation lists of STB 34.101.19 (RFC 5280, clause 5).

use kabinet_stb::tlv::Tlv;
use thiserror::Error;

use crate::{
    Time,
    algorithm::SignatureAlgorithm,
    certificate::Certificate,
    extensions::{self, Extension},
    general_name::GeneralName,
    key::octets_of_bits,
    moment, oid,
    strict::{self, BIT_STRING, Fault, Fields, INTEGER, SEQUENCE},
};

/// A list longer than this is not read; one entry has about 35 octets.
pub(crate) const MAX_LIST: usize = 8 * 1024 * 1024;

/// Octets of a list's number (RFC 5280, clause 5.2.3).
const MAX_NUMBER: usize = 20;

const ENUMERATED: u32 = 0x0A;

/// Why octets are no revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a revocation list: {0}")]
pub struct RevocationListError(pub(crate) &'static str);

/// Why a certificate was revoked (RFC 5280, clause 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// No reason is given, or the one named `unspecified`.
    Unspecified,
    /// The key is, or may be, in other hands.
    KeyCompromise,
    /// The issuer's key is, or may be, in other hands.
    AuthorityCompromise,
    /// Something that the certificate says of its subject has changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is needed no more.
    CessationOfOperation,
    /// It does not count for the time being.
    CertificateHold,
    /// A right that it attested was taken away.
    PrivilegeWithdrawn,
    /// The key of an attribute authority is, or may be, in other hands.
    AttributeAuthorityCompromise,
}

impl RevocationReason {
    /// The number of CRLReason.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::AuthorityCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AttributeAuthorityCompromise => 10,
        }
    }

    /// Reads the content octets of CRLReason; removeFromCRL is for partial lists only.
    pub(crate) fn read(value: &[u8]) -> Result<Self, Fault> {
        Ok(match value {
            [0] => Self::Unspecified,
            [1] => Self::KeyCompromise,
            [2] => Self::AuthorityCompromise,
            [3] => Self::AffiliationChanged,
            [4] => Self::Superseded,
            [5] => Self::CessationOfOperation,
            [6] => Self::CertificateHold,
            [9] => Self::PrivilegeWithdrawn,
            [10] => Self::AttributeAuthorityCompromise,
            _ => return Err("the reason of a revocation is unknown"),
        })
    }
}

/// What revocation looks like wherever it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revocation {
    pub(crate) at: Time,
    pub(crate) reason: RevocationReason,
}

/// A revocation list that was read; its signature is not checked by reading.
#[derive(Clone, Debug)]
pub struct RevocationList {
    der: Vec<u8>,
    /// Where TBSCertList and in it the entries stand.
    tbs: std::ops::Range<usize>,
    entries: std::ops::Range<usize>,
    /// The issuer's name in DER.
    issuer: Vec<u8>,
    authority_key_identifier: Option<Vec<u8>>,
    this_update: Time,
    next_update: Option<Time>,
    number: Option<Vec<u8>>,
    signature_algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    scope: Scope,
    /// Full names of the distribution point that it tells of; none when it tells of all.
    points: Vec<GeneralName>,
}

/// Whom a list tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Everyone,
    Users,
    Authorities,
    /// It has a meaning that is not known here: it is partial, indirect, or has unknown critical
    /// extensions.
    Unclear,
}

impl RevocationList {
    /// Reads a list in DER. The signature is not checked.
    ///
    /// # Errors
    /// [`RevocationListError`] when the octets are not one list of version 2 or 1 in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, RevocationListError> {
        read(der).map_err(RevocationListError)
    }

    /// The octets of the list.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> Time {
        self.this_update
    }

    /// When the next one is due, at the latest; none when it does not say.
    #[must_use]
    pub fn next_update(&self) -> Option<Time> {
        self.next_update
    }

    /// CRLNumber: content octets of a number that grows with each list; none when it has none.
    #[must_use]
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }

    /// Whether it is one that tells of this certificate by this issuer, who must be allowed to sign
    /// lists: by name, key identifier, scope and distribution point.
    pub(crate) fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let identifiers = (
            &issuer.extensions().subject_key_identifier,
            &self.authority_key_identifier,
        );
        let in_scope = match self.scope {
            Scope::Everyone => true,
            Scope::Users => !certificate.summary().is_authority,
            Scope::Authorities => certificate.summary().is_authority,
            Scope::Unclear => false,
        };
        let usage = issuer.extensions().key_usage;
        in_scope
            && self.is_of_point_of(certificate)
            && usage.is_none_or(crate::certificate::KeyUsage::crl_sign)
            && self.issuer == certificate.issuer()
            && self.issuer == issuer.subject()
            && !matches!(identifiers, (Some(own), Some(asked)) if own != asked)
    }

    /// Whether it tells of a distribution point that the certificate names (RFC 5280, clause 6.3.3, b,
    /// 2, i), or of all. Where nothing else is named, the point has the issuer's own name.
    fn is_of_point_of(&self, certificate: &Certificate) -> bool {
        let named = &certificate.extensions().distribution_points;
        let own = GeneralName::Directory(certificate.issuer().to_vec());
        let mut points = self.points.iter();
        self.points.is_empty() || points.any(|point| *point == own || named.contains(point))
    }

    /// Whether the issuer's key signed it.
    pub(crate) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let tbs = self.der.get(self.tbs.clone()).unwrap_or_default();
        issuer.key().is_some_and(|key| {
            key.verify(self.signature_algorithm, tbs, &self.signature)
                .is_ok()
        })
    }

    /// The entry with these content octets of a serial number.
    pub(crate) fn find(&self, serial: &[u8]) -> Option<Revocation> {
        let entries = self.der.get(self.entries.clone())?;
        let mut fields = Fields::new(entries);
        while let Some(entry) = fields.next().ok()? {
            let entry = read_entry(&entry).ok()?;
            if entry.serial == serial {
                return Some(entry.revocation);
            }
        }
        None
    }
}

fn read(der: &[u8]) -> Result<RevocationList, Fault> {
    if der.len() > MAX_LIST {
        return Err("the list is too long");
    }
    strict::check(der)?;
    let position = |part: &[u8]| {
        // Parts of a slice are in it.
        let start = (part.as_ptr() as usize).wrapping_sub(der.as_ptr() as usize);
        start..start.wrapping_add(part.len())
    };
    let mut outer = Fields::new(strict::only(SEQUENCE, der)?);
    let tbs = outer.take(SEQUENCE)?;
    let outer_algorithm = outer.take(SEQUENCE)?;
    let signature = octets_of_bits(outer.take(BIT_STRING)?.value)?.to_vec();
    outer.end()?;

    let mut fields = Fields::new(tbs.value);
    let is_version_2 = match fields.optional(INTEGER)?.map(|version| version.value) {
        None => false,
        Some([1]) => true,
        Some(_) => return Err("the version is unknown"),
    };
    if fields.take(SEQUENCE)?.raw != outer_algorithm.raw {
        return Err("the two signature algorithms differ");
    }
    let issuer = fields.take(SEQUENCE)?.raw.to_vec();
    let this_update = moment::read(&fields.next()?.ok_or("a time is malformed")?)?;
    let next_update = match fields.optional(moment::UTC_TIME)? {
        None => fields.optional(moment::GENERALIZED_TIME)?,
        time => time,
    };
    let next_update = next_update.map(|time| moment::read(&time)).transpose()?;
    let mut scope = Scope::Everyone;
    let mut entries = 0..0;
    if let Some(list) = fields.optional(SEQUENCE)? {
        entries = position(list.value);
        let mut members = Fields::new(list.value);
        while let Some(entry) = members.next()? {
            if read_entry(&entry)?.has_unknown_critical {
                scope = Scope::Unclear;
            }
        }
        if list.value.is_empty() {
            return Err("an empty list of entries is written out");
        }
    }
    let mut list = RevocationList {
        der: der.to_vec(),
        tbs: position(tbs.raw),
        entries,
        issuer,
        authority_key_identifier: None,
        this_update,
        next_update,
        number: None,
        signature_algorithm: SignatureAlgorithm::read(outer_algorithm.value)?,
        signature,
        scope,
        points: Vec::new(),
    };
    if let Some(extensions) = fields.optional(0xA0)? {
        if !is_version_2 {
            return Err("extensions are of version 2");
        }
        for extension in extensions::read_list(extensions.value)? {
            list.take(&extension)?;
        }
    }
    fields.end()?;
    Ok(list)
}

impl RevocationList {
    fn take(&mut self, extension: &Extension<'_>) -> Result<(), Fault> {
        match extension.identifier {
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier =
                    extensions::read_authority_key_identifier(extension.value)?;
            }
            oid::CRL_NUMBER => {
                strict::check(extension.value)?;
                let number = strict::only(INTEGER, extension.value)?;
                if number.len() > MAX_NUMBER || number.first().is_none_or(|first| first & 0x80 != 0)
                {
                    return Err("the list's number is negative or too long");
                }
                self.number = Some(number.to_vec());
            }
            oid::ISSUING_DISTRIBUTION_POINT => {
                let (scope, points) = read_distribution_point(extension.value)?;
                self.points = points;
                if self.scope == Scope::Everyone {
                    self.scope = scope;
                }
            }
            oid::DELTA_CRL => self.scope = Scope::Unclear,
            _ if extension.is_critical => self.scope = Scope::Unclear,
            _ => {}
        }
        Ok(())
    }
}

/// IssuingDistributionPoint, with the full names of the point: lists of some reasons, of attribute
/// certificates and of other issuers are not used, nor those of a point that is named relative to its
/// issuer.
fn read_distribution_point(value: &[u8]) -> Result<(Scope, Vec<GeneralName>), Fault> {
    strict::check(value)?;
    let mut fields = Fields::new(strict::only(SEQUENCE, value)?);
    let mut points = Vec::new();
    let mut is_more = false;
    if let Some(name) = fields.optional(0xA0)? {
        match Fields::new(name.value).optional(0xA0)? {
            Some(full) => points = GeneralName::read_list(full.value)?,
            None => is_more = true,
        }
    }
    let mut flag = |tag| match fields.optional(tag)?.map(|flag| flag.value) {
        None => Ok(false),
        Some([0xFF]) => Ok(true),
        Some(_) => Err("a flag of the distribution point is malformed"),
    };
    let (users, authorities) = (flag(0x81)?, flag(0x82)?);
    // onlySomeReasons, indirectCRL and onlyContainsAttributeCerts may follow.
    is_more |= fields.next()?.is_some();
    let scope = match (users, authorities) {
        _ if is_more => Scope::Unclear,
        (true, true) => return Err("the distribution point contradicts itself"),
        (true, false) => Scope::Users,
        (false, true) => Scope::Authorities,
        (false, false) => Scope::Everyone,
    };
    Ok((scope, points))
}

struct Entry<'a> {
    serial: &'a [u8],
    revocation: Revocation,
    has_unknown_critical: bool,
}

fn read_entry<'a>(object: &Tlv<'a>) -> Result<Entry<'a>, Fault> {
    let mut fields = Fields::new(strict::only(SEQUENCE, object.raw)?);
    let serial = fields.take(INTEGER)?.value;
    let at = moment::read(&fields.next()?.ok_or("a time is malformed")?)?;
    let mut entry = Entry {
        serial,
        revocation: Revocation {
            at,
            reason: RevocationReason::Unspecified,
        },
        has_unknown_critical: false,
    };
    if let Some(list) = fields.next()? {
        for extension in extensions::read_list(list.raw)? {
            match extension.identifier {
                oid::CRL_REASON => {
                    let reason = strict::only(ENUMERATED, extension.value)?;
                    entry.revocation.reason = RevocationReason::read(reason)?;
                }
                oid::INVALIDITY_DATE => {
                    let (time, rest) = strict::read(extension.value)?;
                    moment::read_generalized(&time)?;
                    if !rest.is_empty() {
                        return Err("a time is malformed");
                    }
                }
                _ => entry.has_unknown_critical |= extension.is_critical,
            }
        }
    }
    fields.end()?;
    Ok(entry)
}
