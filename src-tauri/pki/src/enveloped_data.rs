//! The outer structure of encrypted content: ContentInfo with EnvelopedData (RFC 5652, clauses 3 and
//! 6.1; STB 34.101.23, clause 9.2), read without taking the content into memory, and written before it.

use std::io::{Read, Seek};

use kabinet_stb::{belt::IV_LEN, tlv};

use crate::{
    ContentEncryption, oid,
    recipient_info::Recipient,
    strict::{self, Fault, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET},
    walker::{ReadError, Span, Walker, before, filled, header},
};

/// Recipients that one content may have.
pub(crate) const MAX_RECIPIENTS: usize = 256;

const ORIGINATOR_INFO: u32 = 0xA0;
const ENCRYPTED_CONTENT: u32 = 0x80;
const UNPROTECTED_ATTRIBUTES: u32 = 0xA1;

/// What the encrypted octets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncryptedContentType {
    /// id-data: any octets.
    Data,
    /// id-signedData. The official edition of STB 34.101.78-2019 prints it; its errata replace it by
    /// id-data.
    SignedData,
}

/// The parts of an EnvelopedData; the content is only located.
pub(crate) struct EnvelopedData {
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) content_type: EncryptedContentType,
    /// None when the algorithm is another.
    pub(crate) encryption: Option<(ContentEncryption, [u8; IV_LEN])>,
    pub(crate) content: Span,
}

/// Reads the outer structure of the whole file.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Result<EnvelopedData, ReadError> {
    let mut outer = Walker::new(file)?;
    let length = outer.end;
    let mut info = outer.enter(SEQUENCE)?;
    if info.end != length {
        return Err("there is more in the file than the encrypted content".into());
    }
    if info.octets(OBJECT_IDENTIFIER)? != oid::ENVELOPED_DATA {
        return Err("the content is not enveloped data".into());
    }
    let mut explicit = info.enter(0xA0)?;
    filled(explicit.end, length)?;
    let mut fields = explicit.enter(SEQUENCE)?;
    filled(fields.end, length)?;

    if !matches!(fields.octets(INTEGER)?[..], [0 | 2 | 3 | 4]) {
        return Err("the version is unknown".into());
    }
    // Certificates of the sender serve key agreement, which is not done here.
    if fields.peek()?.map(u32::from) == Some(ORIGINATOR_INFO) {
        strict::check(&fields.octets(ORIGINATOR_INFO)?)?;
    }
    let recipients = read_recipients(&fields.octets(SET)?)?;

    let mut info = fields.enter(SEQUENCE)?;
    let content_type = match &info.octets(OBJECT_IDENTIFIER)?[..] {
        oid::DATA => EncryptedContentType::Data,
        oid::SIGNED_DATA => EncryptedContentType::SignedData,
        _ => return Err("the encrypted content is of another type".into()),
    };
    let algorithm = info.octets(SEQUENCE)?;
    strict::check(&algorithm)?;
    let encryption = ContentEncryption::read(&algorithm)?;
    if info.peek()?.is_none() {
        return Err("the encrypted content is elsewhere".into());
    }
    let content = info.span(ENCRYPTED_CONTENT)?;
    filled(content.end(), info.end)?;
    if fields.peek()?.is_some() {
        strict::check(&fields.octets(UNPROTECTED_ATTRIBUTES)?)?;
    }
    filled(fields.next, length)?;
    Ok(EnvelopedData {
        recipients,
        content_type,
        encryption,
        content,
    })
}

fn read_recipients(octets: &[u8]) -> Result<Vec<Recipient>, Fault> {
    strict::check(octets)?;
    strict::check_order(octets)?;
    let members = strict::children(octets, MAX_RECIPIENTS)?;
    if members.is_empty() {
        return Err("there is no recipient");
    }
    members.iter().map(Recipient::read).collect()
}

/// What goes before `length` octets of encrypted content; nothing comes after them. The version is 0:
/// all recipients are named by issuer and serial number.
pub(crate) fn frame(
    recipients: &[Vec<u8>],
    encryption: ContentEncryption,
    iv: &[u8; IV_LEN],
    length: u64,
) -> Vec<u8> {
    let info = [
        tlv::encode(OBJECT_IDENTIFIER, oid::DATA),
        encryption.identifier(iv),
        header(ENCRYPTED_CONTENT, length),
    ];
    let enveloped = [
        tlv::encode(INTEGER, &[0]),
        tlv::encode(SET, &recipients.concat()),
        before(&info.concat(), SEQUENCE, length),
    ];
    let explicit = before(&before(&enveloped.concat(), SEQUENCE, length), 0xA0, length);
    let content_type = tlv::encode(OBJECT_IDENTIFIER, oid::ENVELOPED_DATA);
    before(&[content_type, explicit].concat(), SEQUENCE, length)
}
