//! The card as the key that opens encrypted files.

use kabinet_pki::{Decipher, DecryptError, EncryptedFor, RecipientName};
use kabinet_stb::Secret;
use kabinet_token::{CardError, DecipherError, ReaderAddress, Session};

use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::{Desk, Outcome};

/// A key of an open card, with its certificate.
pub(crate) struct CardDecipher {
    session: Session,
    key: u8,
    certificate: Vec<u8>,
}

impl CardDecipher {
    /// Opens the card with the PIN and reads the certificate of the key `key` (01..03).
    pub(crate) fn open(
        desk: &Desk,
        address: &ReaderAddress,
        pin: Secret,
        key: u8,
    ) -> Outcome<Self> {
        let mut session = desk.open_to_use_keys(address, pin)?;
        let certificate = session.read_certificate(key)?.ok_or(Code::NoCertificate)?;
        desk.remember_read(key, &certificate);
        Ok(Self {
            session,
            key,
            certificate,
        })
    }
}

/// Refuses what no key of the level `key_level` in bits could open, before a card is asked for anything:
/// it opens content keys of at most as many bits (STB 34.101.79).
pub(crate) fn could_open(found: &EncryptedFor, key_level: u16) -> Outcome {
    let encryption = found.encryption.ok_or(Code::EncryptionUnknown)?;
    let other = |recipient: &RecipientName| *recipient == RecipientName::Other;
    if found.recipients.iter().all(other) {
        return Err(Code::EncryptedForOthers.into());
    }
    if encryption.key_length.bits() > usize::from(key_level) {
        return Err(Problem::new(Code::ContentKeyTooLong).with("count", key_level.to_string()));
    }
    Ok(())
}

impl Decipher for CardDecipher {
    type Error = CardError;

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn decipher(&mut self, header: &[u8; 16], token: &[u8]) -> Result<Option<Secret>, CardError> {
        match self.session.decipher(self.key, header, token) {
            Ok(key) => Ok(Some(key)),
            Err(DecipherError::KeyToken) => Ok(None),
            Err(DecipherError::Card(error)) => Err(error),
        }
    }
}

impl From<DecryptError<CardError>> for Problem {
    fn from(error: DecryptError<CardError>) -> Self {
        let code = match error {
            DecryptError::Decipher(error) => return error.into(),
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
    use kabinet_stb::bign::Level;

    use super::*;
    use crate::signing::KEY_LEVEL;

    #[test]
    fn what_no_key_of_the_level_opens_is_refused_before_the_card_is_asked() {
        let named = || RecipientName::Certificate {
            issuer: String::new(),
            serial_number: "01".into(),
        };
        let outcome = |key_length: Option<Level>, recipients: Vec<RecipientName>, key_level| {
            let encryption = key_length.map(|key_length| ContentEncryption {
                mode: Mode::Cfb,
                key_length,
            });
            let found = EncryptedFor {
                encryption,
                length: 1,
                recipients,
            };
            could_open(&found, key_level).map_err(|problem| problem.code)
        };
        let levels = [Level::L128, Level::L192, Level::L256];
        for (place, key_level) in [128, 192, 256].into_iter().enumerate() {
            for (longest, length) in levels.into_iter().enumerate() {
                let expected = match longest > place {
                    true => Err(Code::ContentKeyTooLong),
                    false => Ok(()),
                };
                assert_eq!(outcome(Some(length), vec![named()], key_level), expected);
            }
        }
        let short = Some(Level::L128);
        for (key_length, recipients, expected) in [
            (short, vec![RecipientName::Other, named()], Ok(())),
            (short, vec![RecipientName::Key("AB".into())], Ok(())),
            (None, vec![named()], Err(Code::EncryptionUnknown)),
            (
                short,
                vec![RecipientName::Other],
                Err(Code::EncryptedForOthers),
            ),
            (short, Vec::new(), Err(Code::EncryptedForOthers)),
        ] {
            assert_eq!(outcome(key_length, recipients, KEY_LEVEL), expected);
        }
    }
}
