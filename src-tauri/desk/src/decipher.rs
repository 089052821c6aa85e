//! The card as the key that opens encrypted files.

use kabinet_pki::{Decipher, DecryptError};
use kabinet_stb::{Secret, bign::Level};
use kabinet_token::{CardError, DecipherError, ReaderAddress, Session};

use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::signing::KEY;
use crate::{Desk, Outcome};

/// The level of the card's key.
const LEVEL: Level = Level::L128;

/// The key of an open card, with its certificate.
pub(crate) struct CardDecipher {
    session: Session,
    certificate: Vec<u8>,
}

/// Why the card did not open a key token.
#[derive(Debug)]
pub(crate) enum CardRefusal {
    /// The content key has more bits than the level of the card's key (STB 34.101.79).
    TooLong,
    Card(CardError),
}

impl CardDecipher {
    /// Opens the card with the PIN and reads the certificate.
    pub(crate) fn open(desk: &Desk, address: &ReaderAddress, pin: Secret) -> Outcome<Self> {
        let mut session = desk.open_to_use_keys(address, pin)?;
        let certificate = session.read_certificate(KEY)?.ok_or(Code::NoCertificate)?;
        Ok(Self {
            session,
            certificate,
        })
    }
}

impl Decipher for CardDecipher {
    type Error = CardRefusal;

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn decipher(&mut self, header: &[u8; 16], token: &[u8]) -> Result<Option<Secret>, CardRefusal> {
        // A token holds l/4 octets of a point, 16 of protection, and the key.
        let longest = LEVEL.key_len() + 16 + LEVEL.bits() / 8;
        if token.len() > longest {
            return Err(CardRefusal::TooLong);
        }
        match self.session.decipher(KEY, header, token) {
            Ok(key) => Ok(Some(key)),
            Err(DecipherError::KeyToken) => Ok(None),
            Err(DecipherError::Card(error)) => Err(CardRefusal::Card(error)),
        }
    }
}

impl From<DecryptError<CardRefusal>> for Problem {
    fn from(error: DecryptError<CardRefusal>) -> Self {
        let code = match error {
            DecryptError::Decipher(CardRefusal::Card(error)) => return error.into(),
            DecryptError::Decipher(CardRefusal::TooLong) => Code::ContentKeyTooLong,
            DecryptError::Io(error) => return file_problem(&error),
            DecryptError::Format(_) => Code::FileNotEncrypted,
            DecryptError::Certificate(_) | DecryptError::UnsupportedKey => Code::NoCertificate,
            DecryptError::NotARecipient => Code::EncryptedForOthers,
            DecryptError::UnsupportedKeyTransport | DecryptError::UnsupportedEncryption => {
                Code::EncryptionUnknown
            }
            DecryptError::KeyToken => Code::ContentKeyDamaged,
        };
        Self::new(code)
    }
}
