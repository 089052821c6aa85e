//! Words of access rights (clause 7.3), read independently of the client's code.

use kabinet_stb::{oid, tlv};

/// Rights of eID that may be asked for by CAN instead of PIN.
const EID_CAN: u64 = 1 << 4;
/// Managing the PIN through eID.
const EID_MANAGE_PIN: u64 = 1 << 5;
/// What of an eSign word stays in base mode, where nobody vouches for it: password management and
/// base mode.
const BASE_MODE: u16 = 0xA5C0;

/// What somebody may do with the two applications; bits numbered from the right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rights {
    /// Five octets, as a big-endian number.
    pub eid: u64,
    /// Two octets, as a big-endian number.
    pub esign: u16,
}

/// A right of the eSign word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EsignRight {
    /// Activate and deactivate the PIN.
    SwitchPin,
    /// Change the PIN.
    ChangePin,
    /// Unblock the PIN.
    UnblockPin,
    /// Write `Name`.
    WriteName,
    /// Activate and deactivate keys.
    SwitchKey,
    /// Make and destroy keys, write certificates, read `Name`, in the mode that is in force.
    MakeKey,
    /// Sign, decipher, read certificates, in the mode that is in force.
    Sign,
}

impl Rights {
    /// Reads the CertHAT objects of a client's hello; what is not named is not allowed.
    /// Returns none when an object is malformed or two name the same application.
    #[must_use]
    pub fn from_templates(templates: &[tlv::Tlv<'_>]) -> Option<Self> {
        let mut eid = None;
        let mut esign = None;
        for template in templates {
            let parts = tlv::children(template.value).ok()?;
            let [id, word] = parts.as_slice() else {
                return None;
            };
            if id.tag != 0x06 || word.tag != 0x04 {
                return None;
            }
            if id.value == oid::EID_ACCESS {
                let octets: [u8; 5] = word.value.try_into().ok()?;
                let number = octets.iter().fold(0, |sum, &o| sum << 8 | u64::from(o));
                if eid.replace(number).is_some() {
                    return None;
                }
            } else if id.value == oid::ESIGN_ACCESS {
                let octets: [u8; 2] = word.value.try_into().ok()?;
                if esign.replace(u16::from_be_bytes(octets)).is_some() {
                    return None;
                }
            } else {
                return None;
            }
        }
        Some(Self {
            eid: eid.unwrap_or(0),
            esign: esign.unwrap_or(0),
        })
    }

    /// Both words laid over those of another: only what both allow stays.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            eid: self.eid & other.eid,
            esign: self.esign & other.esign,
        }
    }

    /// What stays of a client's own words before a terminal is authenticated.
    #[must_use]
    pub fn base_mode(self) -> Self {
        Self {
            eid: 0,
            esign: self.esign & BASE_MODE,
        }
    }

    /// Whether eSign allows it; `terminal_mode` chooses between the bits of the two modes.
    #[must_use]
    pub fn esign(self, right: EsignRight, terminal_mode: bool) -> bool {
        let bit = match right {
            EsignRight::SwitchPin => 6,
            EsignRight::ChangePin => 7,
            EsignRight::UnblockPin => 8,
            EsignRight::WriteName => 9,
            EsignRight::SwitchKey => 10,
            EsignRight::MakeKey if terminal_mode => 12,
            EsignRight::MakeKey => 13,
            EsignRight::Sign if terminal_mode => 14,
            EsignRight::Sign => 15,
        };
        self.esign >> bit & 1 == 1
    }

    /// Whether data group `number` (1..=22) may be read.
    #[must_use]
    pub fn reads_group(self, number: u8) -> bool {
        (1..=22).contains(&number) && self.eid >> (7 + number) & 1 == 1
    }

    /// Whether data group `number` may be written; only 17..=22 can be, and their bits run
    /// backwards: 32 is DG22.
    #[must_use]
    pub fn writes_group(self, number: u8) -> bool {
        (17..=22).contains(&number) && self.eid >> (32 + 22 - number) & 1 == 1
    }

    /// Whether eID may be used after CAN.
    #[must_use]
    pub fn by_can(self) -> bool {
        self.eid & EID_CAN != 0
    }

    /// Whether the PIN may be managed through eID.
    #[must_use]
    pub fn manages_pin(self) -> bool {
        self.eid & EID_MANAGE_PIN != 0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn bits_are_those_of_the_tables() {
        let rights = Rights {
            eid: 0x21_0000_0110,
            esign: 0x8000,
        };
        assert!(rights.reads_group(1) && !rights.reads_group(2));
        assert!(rights.writes_group(22) && rights.writes_group(17) && !rights.writes_group(18));
        assert!(rights.by_can() && !rights.manages_pin());
        assert!(rights.esign(EsignRight::Sign, false) && !rights.esign(EsignRight::Sign, true));
    }

    #[test]
    fn the_example_word_reads_the_groups_of_its_list() {
        let rights = Rights {
            eid: 0x00_336F_7B10,
            esign: 0,
        };
        let groups: Vec<u8> = (1..=22).filter(|&n| rights.reads_group(n)).collect();
        let list = [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 18, 21, 22];
        assert_eq!(groups, list);
    }

    #[test]
    fn templates_are_read_once_for_each_application() {
        let text =
            "7F4C13060A2A7000020022654F0601040500336F7B107F4C10060A2A7000020022654F06020402A5C0";
        let octets = hex::decode(text).unwrap();
        let templates = tlv::children(&octets).unwrap();
        let rights = Rights::from_templates(&templates).unwrap();
        assert_eq!((rights.eid, rights.esign), (0x00_336F_7B10, 0xA5C0));
        let twice = [octets.clone(), octets].concat();
        assert!(Rights::from_templates(&tlv::children(&twice).unwrap()).is_none());
    }
}
