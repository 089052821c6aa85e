//! Words of access rights (STB 34.101.79, clause 7.3): what a client, a terminal or an authority
//! grants in an application of the card. Bits are numbered from the right, from 0.

use crate::oid;
use crate::tlv::{self, TlvError};

/// Tag of a CertHAT object.
pub const CERT_HAT: u32 = 0x7F4C;

/// Rights in eID: 40 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EidRights(pub u64);

impl EidRights {
    /// Checking the holder's age.
    pub const AGE: Self = Self(1);
    /// Checking the holder's place of residence.
    pub const PLACE: Self = Self(1 << 1);
    /// Access after CAN, not only after PIN.
    pub const BY_CAN: Self = Self(1 << 4);
    /// Managing the PIN.
    pub const MANAGE_PIN: Self = Self(1 << 5);

    /// Reading data group `number`, 1 to 22; any other number grants nothing.
    #[must_use]
    pub const fn read_group(number: u8) -> Self {
        match number {
            1..=22 => Self(1 << (7 + number)),
            _ => Self(0),
        }
    }

    /// Reading all these data groups.
    #[must_use]
    pub fn read_groups(numbers: &[u8]) -> Self {
        numbers
            .iter()
            .fold(Self(0), |word, number| word.with(Self::read_group(*number)))
    }

    /// These rights and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rights that both words grant.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the word grants everything that `other` does.
    #[must_use]
    pub const fn grants(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Numbers of the data groups that may be read.
    pub fn readable_groups(self) -> impl Iterator<Item = u8> {
        (1..=22).filter(move |number| self.grants(Self::read_group(*number)))
    }

    /// The word: five octets, big-endian.
    #[must_use]
    pub fn to_octets(self) -> [u8; 5] {
        let [_, _, _, octets @ ..] = self.0.to_be_bytes();
        octets
    }

    /// Reads the word.
    #[must_use]
    pub fn from_octets(octets: [u8; 5]) -> Self {
        Self(
            octets
                .iter()
                .fold(0, |word, octet| word << 8 | u64::from(*octet)),
        )
    }

    /// The CertHAT object with this word.
    #[must_use]
    pub fn to_der(self) -> Vec<u8> {
        cert_hat(oid::EID_ACCESS, &self.to_octets())
    }
}

/// Rights in eSign: 16 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EsignRights(pub u16);

impl EsignRights {
    /// Activating and deactivating the PIN.
    pub const SWITCH_PIN: Self = Self(1 << 6);
    /// Changing the PIN.
    pub const CHANGE_PIN: Self = Self(1 << 7);
    /// Unblocking the PIN.
    pub const UNBLOCK_PIN: Self = Self(1 << 8);
    /// Writing the object Name.
    pub const WRITE_NAME: Self = Self(1 << 9);
    /// Activating and deactivating keys.
    pub const SWITCH_KEYS: Self = Self(1 << 10);
    /// Making and destroying keys, writing certificates, reading Name: terminal mode.
    pub const MANAGE_KEYS_TERMINAL: Self = Self(1 << 12);
    /// The same in base mode.
    pub const MANAGE_KEYS_BASE: Self = Self(1 << 13);
    /// Signing, deciphering, reading certificates: terminal mode.
    pub const USE_KEYS_TERMINAL: Self = Self(1 << 14);
    /// The same in base mode.
    pub const USE_KEYS_BASE: Self = Self(1 << 15);
    /// Everything that base mode can grant.
    pub const BASE_MODE: Self = Self(0xA5C0);

    /// These rights and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rights that both words grant.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the word grants everything that `other` does.
    #[must_use]
    pub const fn grants(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The word: two octets, big-endian.
    #[must_use]
    pub fn to_octets(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// Reads the word.
    #[must_use]
    pub fn from_octets(octets: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(octets))
    }

    /// The CertHAT object with this word.
    #[must_use]
    pub fn to_der(self) -> Vec<u8> {
        cert_hat(oid::ESIGN_ACCESS, &self.to_octets())
    }
}

/// The words of a run of CertHAT objects; an absent word grants nothing.
///
/// # Errors
/// [`TlvError`] for octets that are no such run, or when a word stands twice.
pub fn words(octets: &[u8]) -> Result<(Option<EidRights>, Option<EsignRights>), TlvError> {
    let (mut eid, mut esign) = (None, None);
    for object in tlv::children(octets)? {
        if object.tag != CERT_HAT {
            return Err(TlvError::Unexpected);
        }
        let (id, rest) = tlv::read(object.value)?;
        let word = tlv::read_only(0x04, rest)?;
        let doubled = match (id.tag, id.value) {
            (0x06, oid::EID_ACCESS) => {
                let word = word.try_into().map_err(|_| TlvError::Malformed)?;
                eid.replace(EidRights::from_octets(word)).is_some()
            }
            (0x06, oid::ESIGN_ACCESS) => {
                let word = word.try_into().map_err(|_| TlvError::Malformed)?;
                esign.replace(EsignRights::from_octets(word)).is_some()
            }
            _ => return Err(TlvError::Unexpected),
        };
        if doubled {
            return Err(TlvError::Malformed);
        }
    }
    Ok((eid, esign))
}

fn cert_hat(id: &[u8], word: &[u8]) -> Vec<u8> {
    tlv::encode(
        CERT_HAT,
        &[tlv::encode(0x06, id), tlv::encode(0x04, word)].concat(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_known_answers() {
        let eid = EidRights::from_octets([0x00, 0x33, 0x6F, 0x7B, 0x10]);
        assert_eq!(
            hex::encode_upper(eid.to_der()),
            "7F4C13060A2A7000020022654F0601040500336F7B10"
        );
        assert!(eid.grants(EidRights::BY_CAN) && eid.grants(EidRights::read_group(1)));
        assert_eq!(
            hex::encode_upper(EsignRights::BASE_MODE.to_der()),
            "7F4C10060A2A7000020022654F06020402A5C0"
        );
        let both = [eid.to_der(), EsignRights::BASE_MODE.to_der()].concat();
        assert_eq!(words(&both), Ok((Some(eid), Some(EsignRights::BASE_MODE))));
    }

    #[test]
    fn groups_are_read_back() {
        let numbers = [1, 4, 5, 22];
        let word = EidRights::read_groups(&numbers);
        assert_eq!(word.readable_groups().collect::<Vec<_>>(), numbers);
        assert_eq!(EidRights::from_octets(word.to_octets()), word);
        assert_eq!(EidRights::read_group(0), EidRights::default());
        assert_eq!(EidRights::read_group(23), EidRights::default());
    }

    #[test]
    fn other_objects_are_refused() {
        let twice = [EidRights::AGE.to_der(), EidRights::AGE.to_der()].concat();
        assert_eq!(words(&twice), Err(TlvError::Malformed));
        assert_eq!(words(&[0x04, 0]), Err(TlvError::Unexpected));
        assert_eq!(
            words(&cert_hat(oid::EID_ACCESS, &[1, 2])),
            Err(TlvError::Malformed)
        );
        assert_eq!(
            words(&cert_hat(oid::BPACE, &[1, 2])),
            Err(TlvError::Unexpected)
        );
    }
}
