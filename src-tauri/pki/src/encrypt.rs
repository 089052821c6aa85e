//! Content encrypted for the keys of certificates: EnvelopedData with bign-keytransport
//! (STB 34.101.23, clause 9; STB 34.101.78, clause 7). Who encrypted it remains unknown, and whether
//! somebody changed it: neither belt-cfb nor belt-ctr protects the content from changes. Whoever has
//! to know signs first and encrypts the signature.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use kabinet_stb::{
    Random, Secret,
    belt::{IV_LEN, Mode},
    bign::Level,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    ContentEncryption, Time,
    certificate::Certificate,
    enveloped_data::{self, MAX_RECIPIENTS},
    recipient_info, stream,
    walker::MAX_PART,
};

/// Header of every transported key: nothing says otherwise, so zeros (STB 34.101.21 and the engine
/// bee2evp take the same).
pub(crate) const KEY_HEADER: [u8; 16] = [0; 16];

/// Why nothing is encrypted. A recipient is given by its place in the list.
#[derive(Debug, Error)]
pub enum EncryptError {
    /// The list of recipients is empty.
    #[error("there is no recipient")]
    NoRecipient,
    /// There are more recipients than one content may have: 256.
    #[error("there are too many recipients")]
    TooManyRecipients,
    /// The key is not of bign on a standard curve.
    #[error("the key of recipient {0} is not of the profile")]
    UnsupportedKey(usize),
    /// The certificate lacks the usage keyEncipherment.
    #[error("the certificate of recipient {0} is not for encryption")]
    NotForEncryption(usize),
    /// The certificate has ended or has not begun.
    #[error("the certificate of recipient {0} is not valid at that time")]
    OutsideValidity(usize),
    /// The content cannot be read or the result cannot be written.
    #[error("cannot read the content or write the result: {0}")]
    Io(#[from] io::Error),
    /// The content had another length at its end than at its beginning.
    #[error("the content changed while it was encrypted")]
    ContentChanged,
}

/// Who shall be able to read, and how it is encrypted.
#[derive(Clone, Debug)]
pub struct Encryption<'a> {
    recipients: Vec<&'a Certificate>,
    encryption: ContentEncryption,
}

impl<'a> Encryption<'a> {
    /// For these recipients, whose certificates must be valid at that moment; their chains are the
    /// caller's to check. One who is named twice counts once.
    ///
    /// The content key is as long as the level of the weakest recipient: a key on a card of level l
    /// opens only tokens of at most l bits (STB 34.101.79). [`Encryption::content_encryption`] says
    /// which it became.
    ///
    /// # Errors
    /// [`EncryptError`], for the first recipient that cannot be one.
    pub fn new(recipients: &'a [Certificate], mode: Mode, at: Time) -> Result<Self, EncryptError> {
        let mut chosen: Vec<&Certificate> = Vec::new();
        let mut key_length = Level::L256;
        for (place, certificate) in recipients.iter().enumerate() {
            let key = certificate.public_key();
            let key = key.ok_or(EncryptError::UnsupportedKey(place))?;
            if !certificate.may_receive_keys() {
                return Err(EncryptError::NotForEncryption(place));
            }
            if !certificate.is_valid_at(at) {
                return Err(EncryptError::OutsideValidity(place));
            }
            key_length = key_length.min(key.level());
            if !chosen.contains(&certificate) {
                chosen.push(certificate);
            }
        }
        match chosen.len() {
            0 => Err(EncryptError::NoRecipient),
            1..=MAX_RECIPIENTS => Ok(Self {
                recipients: chosen,
                encryption: ContentEncryption { mode, key_length },
            }),
            _ => Err(EncryptError::TooManyRecipients),
        }
    }

    /// The same with a content key of 256 bits whoever the recipients are, as STB 34.101.78, clause 7,
    /// wants it in requests to an authority. A card of level 128 or 192 cannot open it.
    #[must_use]
    pub fn with_longest_key(mut self) -> Self {
        self.encryption.key_length = Level::L256;
        self
    }

    /// How the content is encrypted.
    #[must_use]
    pub const fn content_encryption(&self) -> ContentEncryption {
        self.encryption
    }

    /// Encrypts content into a ContentInfo in DER.
    ///
    /// # Errors
    /// None that this way has; the type is that of [`Encryption::encrypt_stream`].
    pub fn encrypt(
        &self,
        content: &[u8],
        random: &mut (impl Random + ?Sized),
    ) -> Result<Vec<u8>, EncryptError> {
        let mut out = Vec::with_capacity(content.len() + 512);
        self.encrypt_stream(Cursor::new(content), &mut out, random)?;
        Ok(out)
    }

    /// Encrypts content of any length and writes a ContentInfo in DER. The content is read once from
    /// its beginning, in pieces; all lengths are definite.
    ///
    /// # Errors
    /// [`EncryptError::Io`], [`EncryptError::ContentChanged`]; what was written up to then is to be
    /// thrown away.
    pub fn encrypt_stream(
        &self,
        mut content: impl Read + Seek,
        mut output: impl Write,
        random: &mut (impl Random + ?Sized),
    ) -> Result<(), EncryptError> {
        let length = content.seek(SeekFrom::End(0))?;
        content.seek(SeekFrom::Start(0))?;

        let mut key = Zeroizing::new(vec![0; self.encryption.key_len()]);
        random.fill(&mut key);
        let key = Secret::from(key);
        let mut iv = [0; IV_LEN];
        random.fill(&mut iv);
        let recipients = self.seal(&key, random)?;
        let mut cipher = self
            .encryption
            .encryptor(&key, &iv)
            .ok_or(io::ErrorKind::InvalidInput)
            .map_err(io::Error::from)?;

        let frame = enveloped_data::frame(&recipients, self.encryption, &iv, length);
        output.write_all(&frame)?;
        // Growth must not write without end: one octet more than before is enough to notice it.
        let mut content = content.take(length.saturating_add(1));
        if stream::turn_over(&mut content, &mut output, &mut cipher)? != length {
            return Err(EncryptError::ContentChanged);
        }
        output.flush()?;
        Ok(())
    }

    /// The parts of the recipients, in the order of DER.
    fn seal(
        &self,
        key: &Secret,
        random: &mut (impl Random + ?Sized),
    ) -> Result<Vec<Vec<u8>>, EncryptError> {
        let mut parts = Vec::with_capacity(self.recipients.len());
        for (place, certificate) in self.recipients.iter().enumerate() {
            let token = certificate
                .public_key()
                .and_then(|public| public.seal_key_token(key, &KEY_HEADER, random).ok())
                .ok_or(EncryptError::UnsupportedKey(place))?;
            parts.push(recipient_info::write(certificate, &token));
        }
        parts.sort();
        let length: usize = parts.iter().map(Vec::len).sum();
        if length as u64 > MAX_PART {
            return Err(EncryptError::TooManyRecipients);
        }
        Ok(parts)
    }
}
