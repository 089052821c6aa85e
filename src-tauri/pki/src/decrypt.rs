//! Opening of EnvelopedData with a key in memory or on a card (STB 34.101.23, clause 9).
//!
//! What comes out is what the sender encrypted or what somebody made of it on the way: the content has
//! no protection from changes, and nothing here says who the sender is.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use kabinet_stb::{Secret, bign::PrivateKey};
use thiserror::Error;

use crate::{
    ContentEncryption, EncryptedContentType,
    certificate::{self, Certificate, CertificateError},
    encrypt::KEY_HEADER,
    enveloped_data,
    identifier::CertificateIdentifier,
    stream,
    strict::Fault,
    walker::ReadError,
};

/// Octets that a key token is longer than its key, beside the point's l/4 (STB 34.101.45, clause 7.3).
const TOKEN_OVERHEAD: usize = 16;

/// A key that opens key tokens, such as the one on an ID card, with its certificate.
pub trait Decipher {
    /// Why the key was not used.
    type Error;

    /// The certificate of the key, in DER.
    fn certificate(&self) -> &[u8];

    /// Opens a key token of bign-keytransport (STB 34.101.45, clause 7.4) under a header; none when
    /// it does not open. The token's length belongs to the level of the certificate's key and to the
    /// content encryption; a card of level l may still refuse a key of more than l bits.
    ///
    /// # Errors
    /// Whatever keeps the key from being used.
    fn decipher(&mut self, header: &[u8; 16], token: &[u8]) -> Result<Option<Secret>, Self::Error>;
}

/// A key in memory.
pub struct SoftwareKey<'a> {
    /// The private key.
    pub key: &'a PrivateKey,
    /// Its certificate in DER.
    pub certificate: &'a [u8],
}

impl Decipher for SoftwareKey<'_> {
    type Error = std::convert::Infallible;

    fn certificate(&self) -> &[u8] {
        self.certificate
    }

    fn decipher(&mut self, header: &[u8; 16], token: &[u8]) -> Result<Option<Secret>, Self::Error> {
        Ok(self.key.open_key_token(header, token).ok())
    }
}

/// Why nothing is decrypted.
#[derive(Debug, Error)]
pub enum DecryptError<E> {
    /// The key was not used.
    #[error("the key was not used")]
    Decipher(E),
    /// The file cannot be read or the content cannot be written.
    #[error("cannot read the file or write the content: {0}")]
    Io(#[from] io::Error),
    /// The octets are no EnvelopedData in DER, or not whole.
    #[error("not encrypted content: {0}")]
    Format(Fault),
    /// The key's certificate is none.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate's key is not of bign on a standard curve.
    #[error("the certificate's key is not of the profile")]
    UnsupportedKey,
    /// It is encrypted for others.
    #[error("the key is not a recipient's")]
    NotARecipient,
    /// The content key was not sent to this key by bign-keytransport.
    #[error("the content key was sent by an algorithm that is not known")]
    UnsupportedKeyTransport,
    /// The content is encrypted by neither belt-cfb nor belt-ctr.
    #[error("the content is encrypted by an algorithm that is not known")]
    UnsupportedEncryption,
    /// The token of the content key does not open: it was damaged or made for another key, or it
    /// cannot hold a key of the content's encryption.
    #[error("the content key does not open")]
    KeyToken,
}

impl<E> From<ReadError> for DecryptError<E> {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Format(fault) => Self::Format(fault),
        }
    }
}

/// What was decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decrypted {
    /// How it was encrypted.
    pub encryption: ContentEncryption,
    /// What the octets are, as the sender says; nothing protects it.
    pub content_type: EncryptedContentType,
    /// Octets of the content.
    pub length: u64,
}

/// Decrypts content in memory.
///
/// # Errors
/// [`DecryptError`].
pub fn decrypt<D: Decipher + ?Sized>(
    encrypted: &[u8],
    key: &mut D,
) -> Result<(Secret, Decrypted), DecryptError<D::Error>> {
    // As long as what is written into it, so that no copy stays behind.
    let mut content = Vec::with_capacity(encrypted.len());
    let outcome = decrypt_stream(Cursor::new(encrypted), &mut content, key);
    let content = Secret::new(content);
    Ok((content, outcome?))
}

/// Decrypts a file of any length and writes the content in pieces.
///
/// # Errors
/// [`DecryptError`]. Everything but [`DecryptError::Io`] is known before the first octet is written;
/// what was written before an [`DecryptError::Io`] is a part of the content and is to be wiped by the
/// caller.
pub fn decrypt_stream<D: Decipher + ?Sized>(
    mut file: impl Read + Seek,
    mut output: impl Write,
    key: &mut D,
) -> Result<Decrypted, DecryptError<D::Error>> {
    let certificate = Certificate::from_der(key.certificate())?;
    let public = certificate
        .public_key()
        .ok_or(DecryptError::UnsupportedKey)?;
    let enveloped = enveloped_data::read(&mut file)?;
    let transports = enveloped.recipients.iter();
    let ours = transports
        .filter_map(|recipient| recipient.key_transport())
        .find(|transport| transport.identifier.identifies(&certificate))
        .ok_or(DecryptError::NotARecipient)?;
    if !ours.is_bign {
        return Err(DecryptError::UnsupportedKeyTransport);
    }
    let (encryption, iv) = enveloped
        .encryption
        .ok_or(DecryptError::UnsupportedEncryption)?;
    if ours.token.len() != public.level().key_len() + TOKEN_OVERHEAD + encryption.key_len() {
        return Err(DecryptError::KeyToken);
    }
    let content_key = key
        .decipher(&KEY_HEADER, &ours.token)
        .map_err(DecryptError::Decipher)?
        .ok_or(DecryptError::KeyToken)?;
    let mut cipher = encryption
        .decryptor(&content_key, &iv)
        .ok_or(DecryptError::KeyToken)?;

    let span = enveloped.content;
    file.seek(SeekFrom::Start(span.start))?;
    let length = stream::turn_over(&mut file.take(span.length), &mut output, &mut cipher)?;
    if length != span.length {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    output.flush()?;
    Ok(Decrypted {
        encryption,
        content_type: enveloped.content_type,
        length,
    })
}

/// For whom something is encrypted; no key is needed to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedFor {
    /// How it is encrypted; none when the algorithm is not known.
    pub encryption: Option<ContentEncryption>,
    /// Octets of the content.
    pub length: u64,
    /// The recipients, in the order of the file.
    pub recipients: Vec<RecipientName>,
}

/// How a recipient is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientName {
    /// By the certificate.
    Certificate {
        /// Display name of its issuer.
        issuer: String,
        /// Its serial number, big-endian, upper-case hex.
        serial_number: String,
    },
    /// By the identifier of the key, upper-case hex.
    Key(String),
    /// In a way that is not taken: key agreement, a shared key, a password.
    Other,
}

/// Reads for whom a file is encrypted, without decrypting it.
///
/// # Errors
/// [`DecryptError::Io`], [`DecryptError::Format`].
pub fn encrypted_for(
    mut file: impl Read + Seek,
) -> Result<EncryptedFor, DecryptError<std::convert::Infallible>> {
    let enveloped = enveloped_data::read(&mut file)?;
    let name = |identifier: &CertificateIdentifier| match identifier {
        CertificateIdentifier::IssuerAndSerialNumber(issuer, serial) => {
            RecipientName::Certificate {
                issuer: certificate::name(issuer).unwrap_or_default(),
                serial_number: certificate::hex_upper(serial.strip_prefix(&[0]).unwrap_or(serial)),
            }
        }
        CertificateIdentifier::SubjectKeyIdentifier(identifier) => {
            RecipientName::Key(certificate::hex_upper(identifier))
        }
    };
    let recipients = enveloped.recipients.iter();
    let recipients = recipients.map(|recipient| {
        let transport = recipient.key_transport();
        transport.map_or(RecipientName::Other, |one| name(&one.identifier))
    });
    Ok(EncryptedFor {
        encryption: enveloped.encryption.map(|(encryption, _)| encryption),
        length: enveloped.content.length,
        recipients: recipients.collect(),
    })
}
