//! SignedData in the profile of STB 34.101.78, clause 8.6: one signer, named by issuer and serial
//! number, whose certificate is the only one inside; content type, digest and time are signed.

use std::io::Cursor;

use kabinet_stb::tlv;
use thiserror::Error;
use zeroize::Zeroizing;

use super::{MAX_MESSAGE, MessageKind};
use crate::{
    SignError, Signer, Time,
    algorithm::{self, HashAlgorithm},
    attributes,
    certificate::Certificate,
    cms,
    envelope::{self, Envelope},
    moment, oid, signer_info,
    signer_info::SignerInfo,
    stream::Digests,
    strict::{self, Fault, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET},
    verdict::{Failure, Reason},
    walker::{ReadError, Span},
};

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    /// The octets are no SignedData of the profile.
    #[error("not a message of the profile: {0}")]
    Format(&'static str),
    /// What is signed is of another kind.
    #[error("the message is of another kind")]
    OtherKind,
    /// The content is not what was signed.
    #[error("the content is not what was signed")]
    Content,
    /// The signature is not of the certificate that came with it.
    #[error("the signature is not of the certificate that came with it")]
    Signature,
    /// The algorithms are not of the profile, or not of the key.
    #[error("the algorithms do not belong to the key")]
    Algorithms,
}

impl From<Fault> for MessageError {
    fn from(fault: Fault) -> Self {
        Self::Format(fault)
    }
}

impl From<Failure> for MessageError {
    fn from(failure: Failure) -> Self {
        match failure.reason {
            Reason::HashFailure => Self::Content,
            Reason::SigCryptoFailure => Self::Signature,
            Reason::CryptoConstraintsFailure => Self::Algorithms,
            _ => Self::Format(failure.detail),
        }
    }
}

/// A message whose signature is of the certificate inside. Whose certificate that is, and whether it
/// is valid, is for the reader to judge.
#[derive(Debug)]
pub struct SignedMessage {
    /// What was signed.
    pub kind: MessageKind,
    /// The content.
    pub content: Vec<u8>,
    /// The signer's certificate.
    pub signer: Certificate,
    /// When it was signed, if it says.
    pub signing_time: Option<Time>,
}

/// Signs the content of a message; gives a ContentInfo in DER. The content may be a password, so
/// the message is wiped as one.
///
/// # Errors
/// [`SignError`]; the certificate is looked at before the key is used.
pub fn sign_message<S: Signer + ?Sized>(
    kind: MessageKind,
    content: &[u8],
    signer: &mut S,
    signing_time: Time,
) -> Result<Zeroizing<Vec<u8>>, SignError<S::Error>> {
    let certificate = Certificate::from_der(signer.certificate())?;
    let key = certificate.public_key().ok_or(SignError::UnsupportedKey)?;
    if !certificate.is_valid_at(signing_time) {
        return Err(SignError::OutsideValidity);
    }
    let hash = HashAlgorithm::of_level(key.level());
    let time = moment::write(signing_time).map_err(|_| SignError::OutsideValidity)?;
    let mut list = [
        attributes::attribute(
            oid::CONTENT_TYPE,
            &tlv::encode(OBJECT_IDENTIFIER, kind.oid()),
        ),
        attributes::attribute(
            oid::MESSAGE_DIGEST,
            &tlv::encode(OCTET_STRING, &hash.digest(content)),
        ),
        attributes::attribute(oid::SIGNING_TIME, &time),
    ];
    list.sort_unstable();
    let list = list.concat();
    let hash_value = hash.digest(&tlv::encode(SET, &list));
    let signature = signer.sign(&hash_value).map_err(SignError::Signer)?;
    key.verify_hash(hash.oid(), &hash_value, &signature)
        .map_err(|_| SignError::WrongKey)?;
    let (before, after) = Envelope {
        content_type: kind.oid().to_vec(),
        content: Some(Span {
            start: 0,
            length: content.len() as u64,
        }),
        digest_algorithms: vec![algorithm::identifier(hash.oid())],
        certificates: vec![certificate.der().to_vec()],
        revocations: Vec::new(),
        signer_infos: vec![signer_info::write(&certificate, hash, &list, &signature)],
    }
    .frame()?;
    Ok(Zeroizing::new([&before, content, &after].concat()))
}

/// Reads a message and checks that its signature is of the certificate inside.
///
/// # Errors
/// [`MessageError`] with what is wrong first: the form, the content, the signature.
pub fn read_signed(der: &[u8]) -> Result<SignedMessage, MessageError> {
    if der.len() > MAX_MESSAGE {
        return Err(MessageError::Format("the message is too long"));
    }
    let envelope = match envelope::read(&mut Cursor::new(der)) {
        Ok(envelope) => envelope,
        Err(ReadError::Format(fault)) => return Err(fault.into()),
        Err(ReadError::Io(_)) => return Err(MessageError::Format("the message is cut off")),
    };
    let kind = MessageKind::of(&envelope.content_type).ok_or(MessageError::OtherKind)?;
    let content = envelope.content.and_then(|span| {
        let start = usize::try_from(span.start).ok()?;
        der.get(start..start + usize::try_from(span.length).ok()?)
    });
    let content = content.ok_or(MessageError::Format("there is no content"))?;
    let ([certificate], [], [info], [_]) = (
        envelope.certificates.as_slice(),
        envelope.revocations.as_slice(),
        envelope.signer_infos.as_slice(),
        envelope.digest_algorithms.as_slice(),
    ) else {
        return Err(MessageError::Format("more or less inside than one signer"));
    };
    check_signer(info)?;
    let signer = Certificate::from_der(certificate).map_err(|error| error.0)?;
    let info = SignerInfo::read(info)?;
    if !info.identifies(&signer) {
        return Err(MessageError::Format("the certificate is not the signer's"));
    }
    let algorithm = HashAlgorithm::from_oid(&info.digest_algorithm);
    let algorithm = algorithm.ok_or(MessageError::Algorithms)?;
    let digests = [Digests::of(content, algorithm)];
    let message = cms::Message {
        envelope: &envelope,
        digests: &digests,
    };
    message.check_format(&info)?;
    message.check_content(&info, algorithm)?;
    if signer.public_key().is_none() {
        return Err(MessageError::Algorithms);
    }
    cms::check_signature(&info, algorithm, &signer)?;
    Ok(SignedMessage {
        kind,
        content: content.to_vec(),
        signing_time: info.attributes.signing_time,
        signer,
    })
}

/// What the profile demands of SignerInfo beside what every reader does: version 1, so named by
/// issuer and serial number, and nothing that is not signed.
fn check_signer(info: &[u8]) -> Result<(), Fault> {
    const FIELDS: usize = 6;
    let fields = strict::children(strict::only(SEQUENCE, info)?, FIELDS)
        .map_err(|_| "there is something that is not signed")?;
    match fields.first() {
        Some(version) if version.value == [1] => Ok(()),
        _ => Err("the signer is not named by issuer and serial number"),
    }
}
