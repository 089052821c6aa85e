//! Signatures by the keys of the eSign application (clause 12.3.6).

use kabinet_stb::apdu::Command;
use kabinet_stb::tlv;

use crate::{CardError, Session};

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
    /// for level l.
    ///
    /// Each call uses up one of the signatures that were allowed at BPACE. The key belongs to a
    /// certificate that the caller has read; the card checks neither.
    ///
    /// # Errors
    ///
    /// [`CardError::PinNotConfirmed`] when the allowed signatures are used up (then
    /// [`Self::verify_pin`]) or the right is missing, [`CardError::KeyAbsent`],
    /// [`CardError::KeyDestroyed`], [`CardError::KeyDeactivated`].
    pub fn sign(&mut self, key: u8, hash_alg: SignHash, hash: &[u8]) -> Result<Vec<u8>, CardError> {
        if hash.len() != hash_alg.octets() {
            return Err(CardError::Protocol("a hash value of another length"));
        }
        self.select_esign()?;
        let mut template = tlv::encode(0x84, &[key]);
        template.extend_from_slice(&tlv::encode(0x80, &[hash_alg.identifier()]));
        let set = Command::new(0x00, 0x22, 0x41, 0xB6).with_data(template);
        let status = self.send(set)?.status;
        match status.0 {
            0x9000 => {}
            0x6283 => return Err(CardError::KeyDeactivated),
            0x6984 => return Err(CardError::KeyDestroyed),
            0x6A88 => return Err(CardError::KeyAbsent),
            0x6982 => return Err(CardError::PinNotConfirmed),
            _ => return Err(CardError::Status(status)),
        }
        let length = hash_alg.octets() / 2 * 3;
        let compute = Command::new(0x00, 0x2A, 0x9E, 0x9A)
            .with_data(hash.to_vec())
            .with_ne(length as u32);
        // A second try would use up a second signature of those that were allowed.
        let response = self.send_once(compute)?;
        match response.status.0 {
            0x9000 if response.data.len() == length => Ok(response.data),
            0x9000 => Err(CardError::Protocol("a signature of another length")),
            0x6982 => Err(CardError::PinNotConfirmed),
            _ => Err(CardError::Status(response.status)),
        }
    }
}
