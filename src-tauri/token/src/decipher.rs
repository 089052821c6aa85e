//! Opening key tokens by the keys of the eSign application (clauses 12.2.14, 12.2.24 and 12.3.7).

use kabinet_stb::Secret;
use kabinet_stb::access::EsignRights;
use kabinet_stb::apdu::Command;
use kabinet_stb::bign::Level;
use kabinet_stb::tlv;

use crate::keys::level_of;
use crate::sign::key_serves;
use crate::{CardError, Password, Session};

/// Octets that a token of bign-keytransport is longer than its key, beside the point's l/4.
const TOKEN_OVERHEAD: usize = 16;

/// Why a key token gave no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecipherError {
    /// The token does not open with this key and header: it was made for others, was damaged, or
    /// is of a length that this key cannot have (6A80, or nothing was sent).
    #[error("the key token does not open")]
    KeyToken,
    /// The card did not come so far.
    #[error(transparent)]
    Card(#[from] CardError),
}

impl Session {
    /// Opens a key token with the key `key` (01..03) and gives the transported key: 16, 24 or 32
    /// octets, at most l/8 for a key of level l. Right bit 15 of eSign; the PIN need not be
    /// confirmed.
    ///
    /// `header` is the key's header I, `token` the token Y of STB 34.101.45 (clause 7.3), l/4 + 16
    /// octets longer than the key.
    ///
    /// # Errors
    ///
    /// [`DecipherError::KeyToken`]; within [`DecipherError::Card`]: [`CardError::NotAllowed`]
    /// without PIN or right, [`CardError::KeyAbsent`], [`CardError::KeyDestroyed`],
    /// [`CardError::KeyDeactivated`].
    pub fn decipher(
        &mut self,
        key: u8,
        header: &[u8; 16],
        token: &[u8],
    ) -> Result<Secret, DecipherError> {
        let length = transported_length(level_of(key)?, token).ok_or(DecipherError::KeyToken)?;
        self.prepare_decipher(key)?;
        let decipher = Command::new(0x00, 0x2A, 0x80, 0x86)
            .with_data([header, token].concat())
            .with_ne(length as u32);
        let response = self.send(decipher)?;
        // Taken over at once, so that no way out leaves it behind.
        let opened = Secret::new(response.data);
        match response.status.0 {
            0x9000 if opened.expose().len() == length => Ok(opened),
            0x9000 => Err(CardError::Protocol("a transported key of another length").into()),
            0x6A80 => Err(DecipherError::KeyToken),
            0x6982 => Err(CardError::NotAllowed.into()),
            _ => Err(CardError::from(response.status).into()),
        }
    }

    /// Chooses the key that opens the token that comes next.
    pub(crate) fn prepare_decipher(&mut self, key: u8) -> Result<(), CardError> {
        level_of(key)?;
        self.known()?
            .require_base(&[Password::Pin], EsignRights::USE_KEYS_BASE)?;
        self.select_esign()?;
        let set = Command::new(0x00, 0x22, 0x41, 0xB8).with_data(tlv::encode(0x84, &[key]));
        key_serves(self.send(set)?.status)
    }
}

/// Octets of the key in `token`, where a key of this level can open such a token.
fn transported_length(level: Level, token: &[u8]) -> Option<usize> {
    let length = token.len().checked_sub(level.key_len() + TOKEN_OVERHEAD)?;
    (matches!(length, 16 | 24 | 32) && length <= level.bits() / 8).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_lengths_of_their_level() {
        let length = |level, octets| transported_length(level, &vec![0; octets]);
        assert_eq!(length(Level::L128, 64), Some(16));
        // A key longer than the level, and one shorter than any.
        assert_eq!(length(Level::L128, 80), None);
        assert_eq!(length(Level::L128, 56), None);
        assert_eq!(length(Level::L192, 88), Some(24));
        assert_eq!(length(Level::L192, 96), None);
        assert_eq!(length(Level::L256, 96), Some(16));
        assert_eq!(length(Level::L256, 112), Some(32));
        assert_eq!(length(Level::L256, 47), None);
    }
}
