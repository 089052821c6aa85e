//! An attached signature without its content: the same signature, which then stands beside it.

use std::io::Cursor;

use kabinet_stb::tlv;

use crate::{
    ContentError, envelope,
    signer_info::SignerInfo,
    strict::{self, Fault, Fields, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET},
    walker::ReadError,
};

/// The same signature with the content taken out. What was signed stays signed: the signature is over
/// attributes that name the content's hash value (RFC 5652, clause 5.4). One that is detached already
/// stays as it is.
///
/// # Errors
/// [`ContentError::Format`] when the octets are no signature in DER.
pub fn detach(signature: &[u8]) -> Result<Vec<u8>, ContentError> {
    // What is read by its parts here must be one signature and nothing else.
    envelope::read(&mut Cursor::new(signature)).map_err(format_of)?;
    without_content(signature).map_err(ContentError::Format)
}

/// The hash value of the content that the first signer signed: of belt-hash 32 octets, of bash384 48,
/// of bash512 64. Nothing is checked.
///
/// # Errors
/// [`ContentError::Format`] when the octets are no signature in DER, or its first signer's part none.
pub fn signed_digest(signature: &[u8]) -> Result<Vec<u8>, ContentError> {
    let envelope = envelope::read(&mut Cursor::new(signature)).map_err(format_of)?;
    let info = envelope.signer_infos.first();
    let info = SignerInfo::read(info.ok_or(ContentError::Format("nobody signed"))?);
    Ok(info
        .map_err(ContentError::Format)?
        .attributes
        .message_digest)
}

fn format_of(error: ReadError) -> ContentError {
    ContentError::Format(match error {
        ReadError::Format(fault) => fault,
        ReadError::Io(_) => "the signature is cut off",
    })
}

fn without_content(signature: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut info = Fields::new(strict::only(SEQUENCE, signature)?);
    let kind = info.take(OBJECT_IDENTIFIER)?.raw;
    let mut fields = Fields::new(strict::only(SEQUENCE, info.take(0xA0)?.value)?);
    let version = fields.take(INTEGER)?.raw;
    let algorithms = fields.take(SET)?.raw;
    let content_type = Fields::new(fields.take(SEQUENCE)?.value)
        .take(OBJECT_IDENTIFIER)?
        .raw;
    let mut signed_data = [version, algorithms].concat();
    signed_data.extend(tlv::encode(SEQUENCE, content_type));
    while let Some(field) = fields.next()? {
        signed_data.extend_from_slice(field.raw);
    }
    let explicit = tlv::encode(0xA0, &tlv::encode(SEQUENCE, &signed_data));
    Ok(tlv::encode(SEQUENCE, &[kind, &explicit].concat()))
}
