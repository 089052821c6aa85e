//! CAdES signatures (STB 34.101.23, STB 34.101.80): those of applicants are checked, with their time
//! stamps, those of the authority are made.

use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::tlv::{self, Tlv};

use crate::der;
use crate::oids;
use crate::x509::{self, Certificate, exactly, take};
use crate::{clock, stamping};

/// A good signature: what was signed, and by whom.
pub struct Signed {
    /// The attached content.
    pub content: Vec<u8>,
    /// The signer's certificate, of one of the issuers.
    pub signer: Certificate,
    /// That certificate, DER.
    pub octets: Vec<u8>,
    /// When it was signed at the latest, seconds since 1970: the time of its stamp, or of the check.
    pub at: i64,
}

/// Checks a CAdES-B or CAdES-T `signature` at `now` (seconds since 1970) against those who may have issued
/// the signer's certificate. That must have been valid at the time of the stamp, or now without one.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(
    signature: &[u8],
    issuers: &[&Certificate],
    now: i64,
) -> Result<Signed, &'static str> {
    verify_typed(signature, oids::DATA, issuers, now)
}

/// As [`verify`], of content of a type. Only documents need a reference to the certificate.
pub(crate) fn verify_typed(
    signature: &[u8],
    content_type: &[u8],
    issuers: &[&Certificate],
    now: i64,
) -> Result<Signed, &'static str> {
    let parts = parse(signature, content_type)
        .ok_or("not a signature of one signer with attached content")?;
    let certificate = parts
        .certificates
        .iter()
        .find_map(|octets| {
            let certificate = Certificate::parse(octets)?;
            let name = der::sequence(&[&certificate.issuer, &certificate.serial]);
            (name == parts.signer_id).then_some((certificate, octets))
        })
        .ok_or("no certificate of the signer")?;
    let (signer, signer_octets) = certificate;
    check_attributes(&parts, content_type, signer_octets)?;
    let mut signed = parts.attributes.clone();
    if let Some(tag) = signed.first_mut() {
        // The signature is over SET OF, not over the implicit tag.
        *tag = 0x31;
    }
    if signer.key.level() != parts.level {
        return Err("the algorithms do not belong to the key");
    }
    let (id, hash) = x509::digest(parts.level, &signed);
    signer
        .key
        .verify_hash(id, &hash, &parts.signature)
        .map_err(|_| "wrong signature")?;
    let issued = |one: &&Certificate| signer.issuer == one.subject && signer.is_signed_by(&one.key);
    if !issuers.iter().any(issued) {
        return Err("the certificate is from elsewhere");
    }
    let at = match &parts.stamp {
        Some(token) if content_type == oids::DATA => {
            stamping::check(token, &parts.signature, issuers, now)?
        }
        _ => now,
    };
    if !signer.is_valid_at(&clock::utc_time(at)) {
        return Err("the certificate was not valid when it was signed");
    }
    if !signer.may_sign() {
        return Err("the certificate is not for signing");
    }
    let octets = signer_octets.clone();
    Ok(Signed {
        content: parts.content,
        signer,
        octets,
        at,
    })
}

/// Signs `content` at `moment` (`YYMMDDhhmmssZ`); the content goes inside when `attached`. `None` for
/// a certificate that cannot be read.
#[must_use]
pub fn sign(
    content: &[u8],
    attached: bool,
    certificate: &[u8],
    key: &PrivateKey,
    moment: &str,
) -> Option<Vec<u8>> {
    sign_typed(
        oids::DATA,
        content,
        (attached, true),
        certificate,
        key,
        moment,
    )
}

/// Signs content of a type; content and certificate go inside when told.
pub(crate) fn sign_typed(
    content_type: &[u8],
    content: &[u8],
    (attached, certified): (bool, bool),
    certificate: &[u8],
    key: &PrivateKey,
    moment: &str,
) -> Option<Vec<u8>> {
    let parsed = Certificate::parse(certificate)?;
    let digest = der::algorithm(oids::BELT_HASH);
    let attribute =
        |id: &[u8], value: Vec<u8>| der::sequence(&[&der::oid(id), &der::tlv(0x31, &value)]);
    let reference = der::sequence(&[&digest, &der::tlv(0x04, &belt_hash(certificate))]);
    let mut attributes = vec![
        attribute(oids::CONTENT_TYPE, der::oid(content_type)),
        attribute(oids::MESSAGE_DIGEST, der::tlv(0x04, &belt_hash(content))),
        attribute(oids::SIGNING_TIME, der::tlv(0x17, moment.as_bytes())),
    ];
    // Messages between authorities have none (STB 34.101.78, clause 8.6).
    if !content_type.starts_with(oids::BPKI_CONTENT) {
        attributes.push(attribute(
            oids::SIGNING_CERTIFICATE_V2,
            der::sequence(&[&der::sequence(&[&reference])]),
        ));
    }
    attributes.sort();
    let attributes = attributes.concat();
    let hash = belt_hash(&der::tlv(0x31, &attributes));
    let signer = der::sequence(&[
        &[2, 1, 1],
        &der::sequence(&[&parsed.issuer, &parsed.serial]),
        &digest,
        &der::tlv(0xA0, &attributes),
        &der::algorithm(oids::BIGN_WITH_HBELT),
        &der::tlv(0x04, &key.sign_hash(oids::BELT_HASH, &hash)),
    ]);
    let wrapped = if attached {
        der::tlv(0xA0, &der::tlv(0x04, content))
    } else {
        Vec::new()
    };
    let version = if content_type == oids::DATA { 1 } else { 3 };
    let signed = der::sequence(&[
        &[2, 1, version],
        &der::tlv(0x31, &digest),
        &der::sequence(&[&der::oid(content_type), &wrapped]),
        &if certified {
            der::tlv(0xA0, certificate)
        } else {
            Vec::new()
        },
        &der::tlv(0x31, &signer),
    ]);
    Some(der::sequence(&[
        &der::oid(oids::SIGNED_DATA),
        &der::nest(0xA0, &[&signed]),
    ]))
}

struct Parts {
    /// The level whose hash function and signature it names.
    level: Level,
    content: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    /// DER of issuerAndSerialNumber.
    signer_id: Vec<u8>,
    /// The signed attributes with their implicit tag.
    attributes: Vec<u8>,
    signature: Vec<u8>,
    /// The time stamp of the signature, DER.
    stamp: Option<Vec<u8>>,
}

fn parse(octets: &[u8], content_type: &[u8]) -> Option<Parts> {
    let [kind, wrapped] = take(&tlv::children(exactly(octets, 0x30)?.value).ok()?)?;
    if kind.value != oids::SIGNED_DATA || wrapped.tag != 0xA0 {
        return None;
    }
    let fields = tlv::children(exactly(wrapped.value, 0x30)?.value).ok()?;
    let [_version, digests, content, rest @ ..] = fields.as_slice() else {
        return None;
    };
    let digest = digests.value;
    let level = x509::LEVELS.into_iter().find(|level| {
        digests.tag == 0x31 && digest == der::algorithm(x509::digest(*level, &[]).0)
    })?;
    let [content_kind, content] = take(&tlv::children(content.value).ok()?)?;
    if content_kind.value != content_type || content.tag != 0xA0 {
        return None;
    }
    let certificates = rest.iter().find(|field| field.tag == 0xA0)?;
    let signers = rest.last().filter(|field| field.tag == 0x31)?;
    let signer = tlv::children(exactly(signers.value, 0x30)?.value).ok()?;
    let [
        _version,
        signer_id,
        signer_digest,
        attributes,
        algorithm,
        signature,
        more @ ..,
    ] = signer.as_slice()
    else {
        return None;
    };
    let right = signer_digest.raw == digest
        && algorithm.raw == x509::signature_algorithm(level)
        && attributes.tag == 0xA0
        && signature.tag == 0x04;
    let stamp = match more {
        [] => None,
        [unsigned] if unsigned.tag == 0xA1 => stamp(unsigned.value)?,
        _ => return None,
    };
    right
        .then(|| Parts {
            level,
            content: Vec::new(),
            certificates: Vec::new(),
            signer_id: signer_id.raw.to_vec(),
            attributes: attributes.raw.to_vec(),
            signature: signature.value.to_vec(),
            stamp,
        })
        .and_then(|mut parts| {
            parts.content = exactly(content.value, 0x04)?.value.to_vec();
            for certificate in tlv::children(certificates.value).ok()? {
                parts.certificates.push(certificate.raw.to_vec());
            }
            Some(parts)
        })
}

/// The time stamp among the unsigned attributes; an error where there is more than one.
fn stamp(unsigned: &[u8]) -> Option<Option<Vec<u8>>> {
    let mut found = None;
    for attribute in tlv::children(unsigned).ok()? {
        let [id, values] = take(&tlv::children(attribute.value).ok()?)?;
        if id.value != oids::SIGNATURE_TIME_STAMP {
            continue;
        }
        let [token] = take(&tlv::children(values.value).ok()?)?;
        if found.replace(token.raw.to_vec()).is_some() {
            return None;
        }
    }
    Some(found)
}

fn check_attributes(parts: &Parts, content_type: &[u8], signer: &[u8]) -> Result<(), &'static str> {
    const BROKEN: &str = "broken signed attributes";
    let whole = exactly(&parts.attributes, 0xA0).ok_or(BROKEN)?;
    let list = tlv::children(whole.value).map_err(|_| BROKEN)?;
    if !list.windows(2).all(|pair| pair[0].raw < pair[1].raw) {
        return Err("signed attributes are not in DER order");
    }
    let mut values = Vec::new();
    for attribute in &list {
        let pair = tlv::children(attribute.value).map_err(|_| BROKEN)?;
        let [id, set]: [Tlv<'_>; 2] = take(&pair).ok_or(BROKEN)?;
        let [value]: [Tlv<'_>; 1] =
            take(&tlv::children(set.value).map_err(|_| BROKEN)?).ok_or(BROKEN)?;
        values.push((id.value, value));
    }
    let find = |id: &[u8]| {
        let mut found = values.iter().filter(|(name, _)| *name == id);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    };
    let kind = find(oids::CONTENT_TYPE).ok_or("no content type")?;
    if kind.raw != der::oid(content_type) {
        return Err("wrong content type");
    }
    let digest = find(oids::MESSAGE_DIGEST).ok_or("no digest")?;
    if digest.tag != 0x04 || digest.value != x509::digest(parts.level, &parts.content).1 {
        return Err("wrong digest");
    }
    if find(oids::SIGNING_TIME).is_none_or(|time| time.tag != 0x17) {
        return Err("no signing time");
    }
    if content_type != oids::DATA {
        return Ok(());
    }
    let reference = find(oids::SIGNING_CERTIFICATE_V2).ok_or("no signing certificate")?;
    let (id, hash) = x509::digest(parts.level, signer);
    let named = certificate_hash(reference, id).ok_or("broken signing certificate")?;
    if named != hash {
        return Err("another signing certificate");
    }
    Ok(())
}

/// Hash in the first reference of SigningCertificateV2, which must name that function.
fn certificate_hash(value: &Tlv<'_>, function: &[u8]) -> Option<Vec<u8>> {
    let fields = tlv::children(value.value).ok()?;
    let references = tlv::children(fields.first()?.value).ok()?;
    let reference = tlv::children(references.first()?.value).ok()?;
    let [algorithm, hash, ..] = reference.as_slice() else {
        return None;
    };
    (algorithm.raw == der::algorithm(function) && hash.tag == 0x04).then(|| hash.value.to_vec())
}
