//! The outer structure of a signature: ContentInfo with SignedData (RFC 5652, clauses 3 and 5.1),
//! read from a file without taking the content into memory, and written around content.

use std::io::{Read, Seek};

use kabinet_stb::tlv;

use crate::{
    algorithm,
    evidence::OTHER_REVOCATION_INFO,
    oid,
    strict::{self, Fault, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, unread},
    walker::{MAX_PART, ReadError, Span, Walker, before, filled, header},
};

/// Certificates that a signature may carry.
pub(crate) const MAX_CERTIFICATES: usize = 64;

/// Revocation lists and responses that a signature may carry.
pub(crate) const MAX_REVOCATIONS: usize = 64;

/// Signers that a signature may have.
pub(crate) const MAX_SIGNERS: usize = 16;

const CERTIFICATES: u32 = 0xA0;
const REVOCATIONS: u32 = 0xA1;
/// An OCTET STRING in pieces, which only BER has (ITU-T X.690, clause 8.7.3).
const IN_PIECES: u32 = 0x24;

/// The parts of a SignedData as they stand in the file; the content is only located.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    /// Content octets of the identifier of the content's type.
    pub(crate) content_type: Vec<u8>,
    /// Where the content stands in the file; none in a detached signature.
    pub(crate) content: Option<Span>,
    /// The objects AlgorithmIdentifier of the hash functions.
    pub(crate) digest_algorithms: Vec<Vec<u8>>,
    /// The objects CertificateChoices.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// The objects RevocationInfoChoice.
    pub(crate) revocations: Vec<Vec<u8>>,
    /// The objects SignerInfo in DER.
    pub(crate) signer_infos: Vec<Vec<u8>>,
}

/// Reads the outer structure of the whole file.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Result<Envelope, ReadError> {
    let mut outer = Walker::new(file)?;
    let length = outer.end;
    let mut info = outer.enter(SEQUENCE)?;
    outer_end(info.end, length)?;
    if info.octets(OBJECT_IDENTIFIER)? != oid::SIGNED_DATA {
        return Err("the content is not signed data".into());
    }
    let mut explicit = info.enter(0xA0)?;
    filled(explicit.end, length)?;
    let mut fields = explicit.enter(SEQUENCE)?;
    filled(fields.end, length)?;

    let version = fields.octets(INTEGER)?;
    if !matches!(version[..], [1 | 3 | 4 | 5]) {
        return Err("the version is unknown".into());
    }
    let digest_algorithms = members(&fields.octets(SET)?, MAX_SIGNERS)?;
    let (content_type, content) = read_content(&mut fields)?;
    let mut choices = |tag, most| -> Result<Vec<Vec<u8>>, ReadError> {
        if fields.peek()?.map(u32::from) != Some(tag) {
            return Ok(Vec::new());
        }
        let octets = fields.octets(tag)?;
        strict::check(&octets)?;
        let choices = strict::children(&octets, most)?;
        Ok(choices.iter().map(|choice| choice.raw.to_vec()).collect())
    };
    let certificates = choices(CERTIFICATES, MAX_CERTIFICATES)?;
    let revocations = choices(REVOCATIONS, MAX_REVOCATIONS)?;
    let infos = fields.octets(SET)?;
    let signer_infos = members(&infos, MAX_SIGNERS)?;
    filled(fields.next, length)?;
    if signer_infos.is_empty() {
        return Err("nobody signed".into());
    }
    Ok(Envelope {
        content_type,
        content,
        digest_algorithms,
        certificates,
        revocations,
        signer_infos,
    })
}

fn outer_end(end: u64, length: u64) -> Result<(), Fault> {
    (end == length)
        .then_some(())
        .ok_or("there is more in the file than the signature")
}

/// EncapsulatedContentInfo.
fn read_content(
    fields: &mut Walker<'_, impl Read + Seek>,
) -> Result<(Vec<u8>, Option<Span>), ReadError> {
    let mut encapsulated = fields.enter(SEQUENCE)?;
    let content_type = encapsulated.octets(OBJECT_IDENTIFIER)?;
    let end = encapsulated.end;
    if encapsulated.next == end {
        return Ok((content_type, None));
    }
    let mut explicit = encapsulated.enter(0xA0)?;
    filled(explicit.end, end)?;
    if explicit.peek()?.map(u32::from) == Some(IN_PIECES) {
        return Err(unread::IN_PIECES.into());
    }
    let content = explicit.span(OCTET_STRING)?;
    filled(content.end(), end)?;
    Ok((content_type, Some(content)))
}

/// The members of a SET OF SEQUENCE in DER.
fn members(octets: &[u8], most: usize) -> Result<Vec<Vec<u8>>, Fault> {
    strict::check(octets)?;
    strict::check_order(octets)?;
    let members = strict::children(octets, most)?;
    if members.iter().any(|member| member.tag != SEQUENCE) {
        return Err("a field is missing or another");
    }
    Ok(members.iter().map(|member| member.raw.to_vec()).collect())
}

impl Envelope {
    /// What goes before and after the content in the file. The parts keep their octets; the version
    /// follows from them (RFC 5652, clause 5.1).
    ///
    /// # Errors
    /// When a part is longer than what is read back.
    pub(crate) fn frame(&self) -> Result<(Vec<u8>, Vec<u8>), Fault> {
        let mut after = Vec::new();
        for (tag, choices) in [
            (CERTIFICATES, &self.certificates),
            (REVOCATIONS, &self.revocations),
        ] {
            if !choices.is_empty() {
                after.extend(part(tag, choices)?);
            }
        }
        after.extend(part(SET, &self.signer_infos)?);

        let content_type = tlv::encode(OBJECT_IDENTIFIER, &self.content_type);
        let encapsulated = match self.content {
            None => tlv::encode(SEQUENCE, &content_type),
            Some(Span { length, .. }) => {
                let octets = before(&header(OCTET_STRING, length), 0xA0, length);
                before(&[content_type, octets].concat(), SEQUENCE, length)
            }
        };
        let signed_data = [
            tlv::encode(INTEGER, &[self.version()]),
            part(SET, &self.digest_algorithms)?,
            encapsulated,
        ]
        .concat();
        let content_length = self.content.map_or(0, |content| content.length);
        let rest = content_length + after.len() as u64;
        let signed_data = before(&signed_data, SEQUENCE, rest);
        let explicit = before(&signed_data, 0xA0, rest);
        let content_type = tlv::encode(OBJECT_IDENTIFIER, oid::SIGNED_DATA);
        let info = before(&[content_type, explicit].concat(), SEQUENCE, rest);
        Ok((info, after))
    }

    fn version(&self) -> u8 {
        let is_other = |choices: &[Vec<u8>], tags: &[u32]| {
            let first = |choice: &Vec<u8>| choice.first().copied().map(u32::from);
            choices
                .iter()
                .any(|choice| first(choice).is_some_and(|tag| tags.contains(&tag)))
        };
        // SubjectKeyIdentifier in a SignerInfo goes with its version 3.
        let has_version_3 = self.signer_infos.iter().any(|info| {
            strict::only(SEQUENCE, info).is_ok_and(|fields| fields.starts_with(&[2, 1, 3]))
        });
        if is_other(&self.certificates, &[0xA3])
            || is_other(&self.revocations, &[OTHER_REVOCATION_INFO])
        {
            5
        } else if is_other(&self.certificates, &[0xA2]) {
            4
        } else if is_other(&self.certificates, &[0xA1])
            || has_version_3
            || self.content_type != oid::DATA
        {
            3
        } else {
            1
        }
    }

    /// Lists the hash function, unless it is there.
    pub(crate) fn list_hash(&mut self, hash_oid: &[u8]) {
        let is_listed = self.digest_algorithms.iter().any(|listed| {
            strict::only(SEQUENCE, listed)
                .and_then(algorithm::read_identifier)
                .is_ok_and(|oid| oid == hash_oid)
        });
        if !is_listed {
            insert(&mut self.digest_algorithms, algorithm::identifier(hash_oid));
        }
    }
}

/// Adds a member to a set in its place, unless it is there; what is there keeps its order.
pub(crate) fn insert(members: &mut Vec<Vec<u8>>, member: Vec<u8>) {
    if members.contains(&member) {
        return;
    }
    let place = members.iter().position(|other| *other > member);
    members.insert(place.unwrap_or(members.len()), member);
}

fn part(tag: u32, members: &[Vec<u8>]) -> Result<Vec<u8>, Fault> {
    let octets = members.concat();
    if octets.len() as u64 > MAX_PART {
        return Err(unread::TOO_LONG);
    }
    Ok(tlv::encode(tag, &octets))
}
