//! Signatures of the level CAdES-B-B (STB 34.101.80, ETSI EN 319 122-1).

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use kabinet_stb::tlv;
use thiserror::Error;

use crate::{
    Time,
    algorithm::{self, HashAlgorithm, Hasher},
    attributes,
    certificate::{Certificate, CertificateError},
    oid, signer_info,
    strict::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET},
};

/// Octets that are read at a time.
pub(crate) const PIECE: usize = 64 * 1024;

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
    let (digest, length) = copy(&mut content, &mut io::sink(), hash)?;
    let info = sign_digest(&certificate, hash, &digest, signer, signing_time)?;
    let (before, after) = frame(&certificate, hash, Some(length), &info);
    output.write_all(&before)?;
    content.seek(SeekFrom::Start(0))?;
    // Growth must not write without end: one octet more than before is enough to notice it.
    let again = copy(
        &mut content.take(length.saturating_add(1)),
        &mut output,
        hash,
    )?;
    if again != (digest, length) {
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
    let (digest, _) = copy(&mut content, &mut io::sink(), hash)?;
    let info = sign_digest(&certificate, hash, &digest, signer, signing_time)?;
    let (before, after) = frame(&certificate, hash, None, &info);
    Ok([before, after].concat())
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
    hash: HashAlgorithm,
    digest: &[u8],
    signer: &mut S,
    signing_time: Time,
) -> Result<Vec<u8>, SignError<S::Error>> {
    let attributes = attributes::write(certificate, hash, digest, signing_time)
        .map_err(|_| SignError::OutsideValidity)?;
    let hash_value = hash.digest(&tlv::encode(SET, &attributes));
    let signature = signer.sign(&hash_value).map_err(SignError::Signer)?;
    let fits = certificate
        .public_key()
        .is_some_and(|key| key.verify_hash(hash.oid(), &hash_value, &signature).is_ok());
    if !fits {
        return Err(SignError::WrongKey);
    }
    Ok(signer_info::write(
        certificate,
        hash,
        &attributes,
        &signature,
    ))
}

/// Copies and hashes what is left to read; gives the hash value and the number of octets.
fn copy(
    input: &mut impl Read,
    output: &mut impl Write,
    hash: HashAlgorithm,
) -> io::Result<(Vec<u8>, u64)> {
    let mut hasher = Hasher::new(hash);
    let mut piece = vec![0; PIECE];
    let mut length = 0;
    loop {
        let read = match input.read(&mut piece) {
            Ok(0) => return Ok((hasher.finish(), length)),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let octets = piece.get(..read).unwrap_or_default();
        hasher.update(octets);
        output.write_all(octets)?;
        length += read as u64;
    }
}

/// ContentInfo with SignedData around content of this length: what goes before and after it.
fn frame(
    certificate: &Certificate,
    hash: HashAlgorithm,
    content: Option<u64>,
    signer_info: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let mut after = tlv::encode(0xA0, certificate.der());
    after.extend(tlv::encode(SET, signer_info));

    let data_type = tlv::encode(OBJECT_IDENTIFIER, oid::DATA);
    let encapsulated = match content {
        None => tlv::encode(SEQUENCE, &data_type),
        Some(length) => {
            let octets = before(&header(OCTET_STRING, length), 0xA0, length);
            before(&[data_type, octets].concat(), SEQUENCE, length)
        }
    };
    let signed_data = [
        tlv::encode(INTEGER, &[1]),
        tlv::encode(SET, &algorithm::identifier(hash.oid())),
        encapsulated,
    ]
    .concat();
    let rest = content.unwrap_or_default() + after.len() as u64;
    let signed_data = before(&signed_data, SEQUENCE, rest);
    let explicit = before(&signed_data, 0xA0, rest);
    let content_type = tlv::encode(OBJECT_IDENTIFIER, oid::SIGNED_DATA);
    let info = before(&[content_type, explicit].concat(), SEQUENCE, rest);
    (info, after)
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
