//! The card as the key that opens encrypted files.

use kabinet_pki::{Decipher, DecryptError, EncryptedFor, RecipientName};
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
        desk.remember_own(&certificate);
        Ok(Self {
            session,
            certificate,
        })
    }
}

/// Refuses what no card of this level could open, before it is asked for anything.
pub(crate) fn could_open(found: &EncryptedFor) -> Outcome {
    let encryption = found.encryption.ok_or(Code::EncryptionUnknown)?;
    let other = |recipient: &RecipientName| *recipient == RecipientName::Other;
    if found.recipients.iter().all(other) {
        return Err(Code::EncryptedForOthers.into());
    }
    if encryption.key_length.bits() > LEVEL.bits() {
        return Err(Code::ContentKeyTooLong.into());
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use kabinet_pki::{ContentEncryption, Mode};

    use super::*;

    #[test]
    fn what_no_card_opens_is_refused_before_it_is_asked() {
        let named = || RecipientName::Certificate {
            issuer: String::new(),
            serial_number: "01".into(),
        };
        let outcome = |key_length: Option<Level>, recipients: Vec<RecipientName>| {
            let encryption = key_length.map(|key_length| ContentEncryption {
                mode: Mode::Cfb,
                key_length,
            });
            let found = EncryptedFor {
                encryption,
                length: 1,
                recipients,
            };
            could_open(&found).map_err(|problem| problem.code)
        };
        let short = Some(Level::L128);
        assert_eq!(outcome(short, vec![RecipientName::Other, named()]), Ok(()));
        assert_eq!(
            outcome(short, vec![RecipientName::Key("AB".into())]),
            Ok(())
        );
        for (key_length, recipients, code) in [
            (None, vec![named()], Code::EncryptionUnknown),
            (Some(Level::L192), vec![named()], Code::ContentKeyTooLong),
            (Some(Level::L256), vec![named()], Code::ContentKeyTooLong),
            (short, vec![RecipientName::Other], Code::EncryptedForOthers),
            (short, Vec::new(), Code::EncryptedForOthers),
        ] {
            assert_eq!(outcome(key_length, recipients), Err(code));
        }
    }
}
