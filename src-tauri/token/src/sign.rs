//! Signatures by the keys of the eSign application (clauses 12.2.8, 12.2.13 and 12.3.6).

use kabinet_stb::access::EsignRights;
use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::bign::Level;
use kabinet_stb::tlv;

use crate::keys::level_of;
use crate::{CardError, Password, Session};

/// The hash function whose value the card signs; it fits keys of one level only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignHash {
    /// belt-hash, 32 octets, level 128.
    Belt,
    /// bash384, 48 octets, level 192.
    Bash384,
    /// bash512, 64 octets, level 256.
    Bash512,
}

impl SignHash {
    /// The hash function that goes with the key `key` (01..03) of base mode.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] for a key of terminal mode, [`CardError::Protocol`] for what
    /// refers to no key.
    pub fn of_key(key: u8) -> Result<Self, CardError> {
        Ok(match level_of(key)? {
            Level::L128 => Self::Belt,
            Level::L192 => Self::Bash384,
            Level::L256 => Self::Bash512,
        })
    }

    fn identifier(self) -> u8 {
        match self {
            Self::Belt => 0x90,
            Self::Bash384 => 0xB0,
            Self::Bash512 => 0xC0,
        }
    }

    fn octets(self) -> usize {
        match self {
            Self::Belt => 32,
            Self::Bash384 => 48,
            Self::Bash512 => 64,
        }
    }
}

impl Session {
    /// Signs a hash value with the key `key` (01..03) and gives the signature of bign, 3l/8 octets
    /// for level l. Right bit 15 of eSign.
    ///
    /// Each call uses up one of the signatures that were allowed at BPACE
    /// ([`crate::Hello::signatures_per_confirmation`], [`Self::confirmation`]). The key belongs to
    /// a certificate that the caller has read; the card checks neither.
    ///
    /// # Errors
    ///
    /// [`CardError::PinNotConfirmed`] when the allowed signatures are used up (then
    /// [`Self::verify_pin`]), [`CardError::NotAllowed`] without PIN or right,
    /// [`CardError::KeyAbsent`], [`CardError::KeyDestroyed`], [`CardError::KeyDeactivated`];
    /// [`CardError::Protocol`] also for a hash value that does not fit the key (nothing is sent).
    pub fn sign(&mut self, key: u8, hash_alg: SignHash, hash: &[u8]) -> Result<Vec<u8>, CardError> {
        if hash.len() != hash_alg.octets() {
            return Err(CardError::Protocol("a hash value of another length"));
        }
        if SignHash::of_key(key)? != hash_alg {
            return Err(CardError::Protocol("a hash function of another level"));
        }
        let belief = self.known()?;
        belief.require_base(&[Password::Pin], EsignRights::USE_KEYS_BASE)?;
        belief.require_confirmed()?;
        self.select_esign()?;
        let mut template = tlv::encode(0x84, &[key]);
        template.extend_from_slice(&tlv::encode(0x80, &[hash_alg.identifier()]));
        let set = Command::new(0x00, 0x22, 0x41, 0xB6).with_data(template);
        let status = self.send(set)?.status;
        if status.0 == 0x6982 {
            // The card counts otherwise than we do, and it is the one that matters.
            self.belief.drop_confirmation();
            return Err(CardError::PinNotConfirmed);
        }
        key_serves(status)?;
        let length = hash_alg.octets() / 2 * 3;
        let compute = Command::new(0x00, 0x2A, 0x9E, 0x9A)
            .with_data(hash.to_vec())
            .with_ne(length as u32);
        self.belief.signature_was_tried();
        // A second try would use up a second signature of those that were allowed.
        let response = self.send_once(compute)?;
        match response.status.0 {
            0x9000 if response.data.len() == length => Ok(response.data),
            0x9000 => Err(CardError::Protocol("a signature of another length")),
            0x6982 => Err(CardError::PinNotConfirmed),
            _ => Err(CardError::from(response.status)),
        }
    }
}

/// What the choice of a key answers.
pub(crate) fn key_serves(status: Status) -> Result<(), CardError> {
    match status.0 {
        0x9000 => Ok(()),
        0x6283 => Err(CardError::KeyDeactivated),
        0x6984 => Err(CardError::KeyDestroyed),
        0x6A88 => Err(CardError::KeyAbsent),
        0x6982 => Err(CardError::NotAllowed),
        _ => Err(CardError::from(status)),
    }
}
