//! Signatures of the level CAdES-B-B (STB 34.101.80, ETSI EN 319 122-1): new ones, and those that are
//! added to a file that others signed.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use kabinet_stb::tlv;
use thiserror::Error;

use crate::{
    Time,
    algorithm::{self, HashAlgorithm},
    attributes,
    certificate::{Certificate, CertificateError},
    envelope::{self, Envelope, MAX_CERTIFICATES, MAX_SIGNERS},
    oid,
    signer::Signed,
    signer_info, stream,
    strict::{Fault, SET, unread},
    verify,
    walker::{ReadError, Span},
};

/// A key that signs, such as the one on an ID card, with its certificate.
pub trait Signer {
    /// Why the key did not sign.
    type Error;

    /// The certificate of the key, in DER.
    fn certificate(&self) -> &[u8];

    /// Signs a hash value with bign (STB 34.101.45, clause 7.1): for a key of level 128 the 32
    /// octets of belt-hash, for 192 the 48 of bash384, for 256 the 64 of bash512. The signature is
    /// `S0 || S1`, of 48, 72 or 96 octets.
    ///
    /// # Errors
    /// Whatever keeps the key from signing.
    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, Self::Error>;
}

/// Why there is no signature.
#[derive(Debug, Error)]
pub enum SignError<E> {
    /// The key did not sign.
    #[error("the key did not sign")]
    Signer(E),
    /// The content cannot be read or the signature cannot be written.
    #[error("cannot read the content or write the signature: {0}")]
    Io(#[from] io::Error),
    /// The signer's certificate is none.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate's key is not of bign on a standard curve.
    #[error("the certificate's key is not of the profile")]
    UnsupportedKey,
    /// The certificate does not allow to sign documents.
    #[error("the certificate is not for signatures")]
    NotForSigning,
    /// The signing time is not in the certificate's validity.
    #[error("the certificate is not valid at the signing time")]
    OutsideValidity,
    /// The signature that came back was not made with the certificate's key.
    #[error("the signature does not belong to the certificate")]
    WrongKey,
    /// The content was another at the second reading.
    #[error("the content changed while it was signed")]
    ContentChanged,
    /// What a signature is to be added to is none.
    #[error("not a signature: {0}")]
    Format(&'static str),
    /// It may be a signature, but is written in a way that is not read here
    /// ([`Reason::FormatNotRead`](crate::Reason::FormatNotRead)).
    #[error("not read here: {0}")]
    Unread(&'static str),
    /// The signature is detached, and the content was not given.
    #[error("the content is neither in the signature nor given")]
    Detached,
    /// The content that was given is not what the others signed.
    #[error("the content is not what the others signed")]
    OtherContent,
    /// As many signed as a signature may have signers.
    #[error("too many have signed already")]
    TooManySigners,
}

impl<E> From<Fault> for SignError<E> {
    fn from(fault: Fault) -> Self {
        if unread::is(fault) {
            Self::Unread(fault)
        } else {
            Self::Format(fault)
        }
    }
}

impl<E> From<ReadError> for SignError<E> {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Format(fault) => fault.into(),
        }
    }
}

/// Signs content and puts it into the signature.
///
/// # Errors
/// [`SignError`]; the certificate is looked at before the key is used.
pub fn sign_attached<S: Signer + ?Sized>(
    content: &[u8],
    signer: &mut S,
    signing_time: Time,
) -> Result<Vec<u8>, SignError<S::Error>> {
    let mut signature = Vec::with_capacity(content.len() + 4096);
    sign_attached_stream(Cursor::new(content), &mut signature, signer, signing_time)?;
    Ok(signature)
}

/// Signs content of any length and writes the signature with the content in it. The content is
/// read twice from its beginning, in pieces; all lengths are definite.
///
/// # Errors
/// [`SignError`]; the certificate is looked at before the key is used. What was written up to then
/// is no signature.
pub fn sign_attached_stream<S: Signer + ?Sized>(
    mut content: impl Read + Seek,
    mut output: impl Write,
    signer: &mut S,
    signing_time: Time,
) -> Result<(), SignError<S::Error>> {
    let (certificate, hash) = prepare(signer, signing_time)?;
    content.seek(SeekFrom::Start(0))?;
    let digests = stream::digest(&mut content, &[hash])?;
    let (digest, length) = (digests.find(hash).unwrap_or_default(), digests.length);
    let info = sign_digest(&certificate, oid::DATA, digest, signer, signing_time)?;
    let span = Span { start: 0, length };
    let (before, after) = envelope_of(&certificate, hash, Some(span), info).frame()?;
    output.write_all(&before)?;
    content.seek(SeekFrom::Start(0))?;
    // Growth must not write without end: one octet more than before is enough to notice it.
    let mut content = content.take(length.saturating_add(1));
    if stream::copy(&mut content, &mut output, &[hash])? != digests {
        return Err(SignError::ContentChanged);
    }
    output.write_all(&after)?;
    output.flush()?;
    Ok(())
}

/// Signs content and gives the signature alone.
///
/// # Errors
/// [`SignError`]; the certificate is looked at before the key is used.
pub fn sign_detached<S: Signer + ?Sized>(
    mut content: impl Read,
    signer: &mut S,
    signing_time: Time,
) -> Result<Vec<u8>, SignError<S::Error>> {
    let (certificate, hash) = prepare(signer, signing_time)?;
    let digests = stream::digest(&mut content, &[hash])?;
    let digest = digests.find(hash).unwrap_or_default();
    let info = sign_digest(&certificate, oid::DATA, digest, signer, signing_time)?;
    let (before, after) = envelope_of(&certificate, hash, None, info).frame()?;
    Ok([before, after].concat())
}

/// Adds a parallel signature to a file that others signed, and writes the whole. What is there keeps
/// its octets: content, certificates, the parts of the other signers. A detached signature needs the
/// `content`; an attached one is read twice.
///
/// The signatures of the others are not judged: that they are over the same content is. Content beside
/// a signature has to be that of one of them at least, or it could be any.
///
/// # Errors
/// [`SignError`]; the certificate is looked at before the key is used. What was written up to then
/// is no signature.
pub fn add_signature<S: Signer + ?Sized>(
    mut signature: impl Read + Seek,
    content: Option<&mut dyn Read>,
    mut output: impl Write,
    signer: &mut S,
    signing_time: Time,
) -> Result<(), SignError<S::Error>> {
    let (certificate, hash) = prepare(signer, signing_time)?;
    let mut envelope = envelope::read(&mut signature)?;
    if envelope.signer_infos.len() >= MAX_SIGNERS || envelope.certificates.len() >= MAX_CERTIFICATES
    {
        return Err(SignError::TooManySigners);
    }
    let others = verify::read_signers(&envelope);
    let mut algorithms = verify::hash_algorithms(&others);
    algorithms.push(hash);
    let mut places = Vec::new();
    if let Some(span) = envelope.content {
        signature.seek(SeekFrom::Start(span.start))?;
        let mut attached = (&mut signature).take(span.length);
        places.push(stream::digest(&mut attached, &algorithms)?);
    }
    if let Some(content) = content {
        places.push(stream::digest(content, &algorithms)?);
    }
    let digests = places.first().ok_or(SignError::Detached)?;
    // None where the hash function of the other is not known.
    let is_over = |other: &Signed, place: &stream::Digests| {
        let algorithm = HashAlgorithm::from_oid(&other.info.digest_algorithm)?;
        let digest = place.find(algorithm)?;
        Some(digest == other.info.attributes.message_digest)
    };
    let compared: Vec<bool> = places
        .iter()
        .flat_map(|place| others.iter().flatten().map(move |other| (other, place)))
        .filter_map(|(other, place)| is_over(other, place))
        .collect();
    if compared.contains(&false) {
        return Err(SignError::OtherContent);
    }
    if envelope.content.is_none() && compared.is_empty() {
        return Err(SignError::Unread("what the others signed is not known"));
    }
    let digest = digests.find(hash).unwrap_or_default();
    let content_type = envelope.content_type.clone();
    let info = sign_digest(&certificate, &content_type, digest, signer, signing_time)?;
    envelope.list_hash(hash.oid());
    envelope::insert(&mut envelope.certificates, certificate.der().to_vec());
    envelope::insert(&mut envelope.signer_infos, info);
    let copied = rewrite(&mut signature, &envelope, &mut output, &[hash])?;
    if envelope.content.is_some() && copied.find(hash) != Some(digest) {
        return Err(SignError::ContentChanged);
    }
    Ok(())
}

/// Writes a changed structure around the content that stands in the file; gives the hash values of
/// the content.
pub(crate) fn rewrite(
    signature: &mut (impl Read + Seek),
    envelope: &Envelope,
    output: &mut impl Write,
    algorithms: &[HashAlgorithm],
) -> Result<stream::Digests, ReadError> {
    let (before, after) = envelope.frame()?;
    output.write_all(&before)?;
    let mut digests = stream::Digests::default();
    if let Some(span) = envelope.content {
        signature.seek(SeekFrom::Start(span.start))?;
        let mut content = signature.take(span.length);
        digests = stream::copy(&mut content, output, algorithms)?;
        if digests.length != span.length {
            return Err("the signature is cut off".into());
        }
    }
    output.write_all(&after)?;
    output.flush()?;
    Ok(digests)
}

/// A SignedData of one signer.
fn envelope_of(
    certificate: &Certificate,
    hash: HashAlgorithm,
    content: Option<Span>,
    info: Vec<u8>,
) -> Envelope {
    Envelope {
        content_type: oid::DATA.to_vec(),
        content,
        digest_algorithms: vec![algorithm::identifier(hash.oid())],
        certificates: vec![certificate.der().to_vec()],
        revocations: Vec::new(),
        signer_infos: vec![info],
    }
}

/// Checks the certificate before anything is signed (STB 34.101.80, clause 8.1).
fn prepare<S: Signer + ?Sized>(
    signer: &S,
    signing_time: Time,
) -> Result<(Certificate, HashAlgorithm), SignError<S::Error>> {
    let certificate = Certificate::from_der(signer.certificate())?;
    let key = certificate.public_key().ok_or(SignError::UnsupportedKey)?;
    let hash = HashAlgorithm::of_level(key.level());
    if !certificate.may_sign_documents() {
        return Err(SignError::NotForSigning);
    }
    if !certificate.is_valid_at(signing_time) {
        return Err(SignError::OutsideValidity);
    }
    Ok((certificate, hash))
}

/// Makes the SignerInfo, and checks the fresh signature.
fn sign_digest<S: Signer + ?Sized>(
    certificate: &Certificate,
    content_type: &[u8],
    digest: &[u8],
    signer: &mut S,
    signing_time: Time,
) -> Result<Vec<u8>, SignError<S::Error>> {
    let key = certificate.public_key().ok_or(SignError::UnsupportedKey)?;
    let hash = HashAlgorithm::of_level(key.level());
    let attributes = attributes::write(certificate, hash, content_type, digest, signing_time)
        .map_err(|_| SignError::OutsideValidity)?;
    let hash_value = hash.digest(&tlv::encode(SET, &attributes));
    let signature = signer.sign(&hash_value).map_err(SignError::Signer)?;
    key.verify_hash(hash.oid(), &hash_value, &signature)
        .map_err(|_| SignError::WrongKey)?;
    Ok(signer_info::write(
        certificate,
        hash,
        &attributes,
        &signature,
    ))
}
