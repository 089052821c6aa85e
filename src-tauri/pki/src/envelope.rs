//! The outer structure of a signature: ContentInfo with SignedData (RFC 5652, clauses 3 and 5.1),
//! read from a file without taking the content into memory, and written around content.

use std::io::{self, Read, Seek, SeekFrom};

use kabinet_stb::tlv;

use crate::{
    algorithm,
    evidence::OTHER_REVOCATION_INFO,
    oid,
    strict::{self, Fault, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET},
};

/// Octets that one part beside the content may have. Revocation lists may be that long.
const MAX_PART: u64 = 8 * 1024 * 1024;

/// Certificates that a signature may carry.
pub(crate) const MAX_CERTIFICATES: usize = 64;

/// Revocation lists and responses that a signature may carry.
pub(crate) const MAX_REVOCATIONS: usize = 64;

/// Signers that a signature may have.
pub(crate) const MAX_SIGNERS: usize = 16;

const CERTIFICATES: u32 = 0xA0;
const REVOCATIONS: u32 = 0xA1;

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

/// A range of octets in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) length: u64,
}

impl Span {
    const fn end(self) -> u64 {
        self.start.saturating_add(self.length)
    }
}

/// Why the outer structure is not read.
#[derive(Debug)]
pub(crate) enum EnvelopeError {
    /// The file cannot be read.
    Io(io::Error),
    /// The octets are no SignedData in DER.
    Format(Fault),
}

impl From<io::Error> for EnvelopeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Fault> for EnvelopeError {
    fn from(fault: Fault) -> Self {
        Self::Format(fault)
    }
}

/// Reads the outer structure of the whole file.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Result<Envelope, EnvelopeError> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut outer = Walker {
        file,
        next: 0,
        end: length,
    };
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
    let mut choices = |tag, most| -> Result<Vec<Vec<u8>>, EnvelopeError> {
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

fn filled(end: u64, length: u64) -> Result<(), Fault> {
    (end == length)
        .then_some(())
        .ok_or("there is more than the type has")
}

/// EncapsulatedContentInfo.
fn read_content(
    fields: &mut Walker<'_, impl Read + Seek>,
) -> Result<(Vec<u8>, Option<Span>), EnvelopeError> {
    let mut encapsulated = fields.enter(SEQUENCE)?;
    let content_type = encapsulated.octets(OBJECT_IDENTIFIER)?;
    let end = encapsulated.end;
    if encapsulated.next == end {
        return Ok((content_type, None));
    }
    let mut explicit = encapsulated.enter(0xA0)?;
    filled(explicit.end, end)?;
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
        return Err("a part of the signature is too long");
    }
    Ok(tlv::encode(tag, &octets))
}

/// Opens an object whose value begins with `octets` and has `rest` octets more.
fn before(octets: &[u8], tag: u32, rest: u64) -> Vec<u8> {
    [&header(tag, octets.len() as u64 + rest), octets].concat()
}

/// Tag and length of an object with a tag of one octet.
fn header(tag: u32, length: u64) -> Vec<u8> {
    let [.., tag] = tag.to_be_bytes();
    let digits = length.to_be_bytes();
    let skipped = length.leading_zeros() as usize / 8;
    let digits = digits.get(skipped..).unwrap_or_default();
    match (length, digits) {
        (0..=0x7F, _) => vec![tag, length as u8],
        _ => [&[tag, 0x80 | digits.len() as u8], digits].concat(),
    }
}

/// Goes over the objects in a range of the file.
struct Walker<'f, F> {
    file: &'f mut F,
    next: u64,
    end: u64,
}

impl<F: Read + Seek> Walker<'_, F> {
    /// The tag of the next object; none at the end.
    fn peek(&mut self) -> Result<Option<u8>, EnvelopeError> {
        if self.next >= self.end {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(self.next))?;
        let mut tag = [0];
        self.file.read_exact(&mut tag)?;
        Ok(Some(tag[0]))
    }

    /// Steps over the next object and gives the range of its value.
    fn span(&mut self, tag: u32) -> Result<Span, EnvelopeError> {
        // A tag, the length of the length, and up to eight octets of length.
        let mut head = [0; 10];
        let available = self.end.saturating_sub(self.next).min(head.len() as u64);
        // At most ten.
        let head = &mut head[..available as usize];
        self.file.seek(SeekFrom::Start(self.next))?;
        self.file.read_exact(head)?;
        let (&found, rest) = head.split_first().ok_or("the signature is cut off")?;
        if u32::from(found) != tag {
            return Err("a field is missing or another".into());
        }
        let (length, octets) = read_length(rest)?;
        let start = self.next + 1 + octets;
        let end = start.checked_add(length).ok_or("a length is too great")?;
        if end > self.end {
            return Err("the signature is cut off".into());
        }
        self.next = end;
        Ok(Span { start, length })
    }

    /// Steps over the next object and into it.
    fn enter(&mut self, tag: u32) -> Result<Walker<'_, F>, EnvelopeError> {
        let span = self.span(tag)?;
        Ok(Walker {
            file: &mut *self.file,
            next: span.start,
            end: span.end(),
        })
    }

    /// Steps over the next object and reads its value.
    fn octets(&mut self, tag: u32) -> Result<Vec<u8>, EnvelopeError> {
        let span = self.span(tag)?;
        if span.length > MAX_PART {
            return Err("a part of the signature is too long".into());
        }
        self.file.seek(SeekFrom::Start(span.start))?;
        let mut octets = Vec::new();
        (&mut *self.file)
            .take(span.length)
            .read_to_end(&mut octets)?;
        if octets.len() as u64 == span.length {
            Ok(octets)
        } else {
            Err("the signature is cut off".into())
        }
    }
}

/// Reads a length in its shortest form; gives it with the number of its octets.
fn read_length(octets: &[u8]) -> Result<(u64, u64), Fault> {
    const CUT: Fault = "the signature is cut off";
    let (&first, rest) = octets.split_first().ok_or(CUT)?;
    match first {
        0..=0x7F => Ok((u64::from(first), 1)),
        0x80 => Err("a length is indefinite"),
        0x81..=0x88 => {
            let digits = rest.get(..usize::from(first & 0x0F)).ok_or(CUT)?;
            let length = digits
                .iter()
                .fold(0_u64, |length, digit| length << 8 | u64::from(*digit));
            if length < 0x80 || digits.first() == Some(&0) {
                return Err("a length is not in its shortest form");
            }
            Ok((length, 1 + digits.len() as u64))
        }
        _ => Err("a length is too great"),
    }
}
