//! Proof of work in front of authorities (STB 34.101.78, clause 10.5): the header `Nonce`.
//!
//! The edition of 2019 hashes `S || T || B`, the draft of the second edition `S || T || N || B`, with
//! N the URI of the process; the draft is followed. T is taken as the octets of the header `Date`.

use kabinet_stb::hash::belt_hash;
use kabinet_stb::random;

use crate::error::PortalError;

/// Greatest level that is worked for: about four million hash values, a minute for a long message.
const HIGHEST: u8 = 22;

/// A salt with which the hash value begins with enough zero bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    salt: [u8; 8],
    level: u8,
}

impl Work {
    /// Works for a message that goes to `node` with the header `Date` `date`.
    ///
    /// # Errors
    /// [`PortalError::Garbage`] for a level that nobody may ask for.
    pub(crate) fn for_message(
        level: u8,
        date: &str,
        node: &str,
        body: &[u8],
    ) -> Result<Self, PortalError> {
        if level > HIGHEST {
            return Err(PortalError::Garbage("too much work"));
        }
        let mut number = u64::from_le_bytes(random::bytes());
        loop {
            let work = Self {
                salt: number.to_le_bytes(),
                level,
            };
            if work.is_done(date, node, body) {
                return Ok(work);
            }
            number = number.wrapping_add(1);
        }
    }

    fn is_done(&self, date: &str, node: &str, body: &[u8]) -> bool {
        let input = [&self.salt[..], date.as_bytes(), node.as_bytes(), body].concat();
        zero_bits(&belt_hash(&input)) >= u32::from(self.level)
    }

    /// The value of the header `Nonce`.
    pub(crate) fn header(&self) -> String {
        format!("{:016X}:{}", u64::from_be_bytes(self.salt), self.level)
    }
}

/// The level in the header `Nonce` of a refusal.
pub(crate) fn level(header: &str) -> Option<u8> {
    header.trim().parse().ok()
}

/// Zero bits at the beginning, the first octet's highest bit first.
fn zero_bits(hash: &[u8]) -> u32 {
    let zeros = hash.iter().take_while(|octet| **octet == 0).count();
    let next = hash.get(zeros).map_or(0, |octet| octet.leading_zeros());
    u32::try_from(zeros).unwrap_or(u32::MAX).saturating_mul(8) + next
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Fri, 27 Nov 2026 12:00:00 GMT";
    const NODE: &str = "http://bpki.by/revoke";

    #[test]
    fn the_hash_of_salt_time_node_and_body_begins_with_zeros() {
        for level in [0, 1, 7, 11] {
            let work = Work::for_message(level, DATE, NODE, b"message").unwrap();
            let header = work.header();
            let (salt, stated) = header.split_once(':').unwrap();
            assert_eq!((salt.len(), stated), (16, level.to_string().as_str()));
            // By hand, from what is sent.
            let salt: Vec<u8> = (0..16)
                .step_by(2)
                .map(|at| u8::from_str_radix(&salt[at..at + 2], 16).unwrap())
                .collect();
            let hash =
                belt_hash(&[&salt[..], DATE.as_bytes(), NODE.as_bytes(), b"message"].concat());
            let bits: String = hash.iter().map(|octet| format!("{octet:08b}")).collect();
            assert!(bits.starts_with(&"0".repeat(level.into())));
        }
    }

    #[test]
    fn work_for_one_message_is_none_for_another() {
        let work = Work::for_message(12, DATE, NODE, b"message").unwrap();
        let bodies = (0..64_u8).filter(|other| work.is_done(DATE, NODE, &[*other]));
        assert!(bodies.count() < 4);
        let node = |other: &u8| work.is_done(DATE, &format!("{NODE}{other}"), b"message");
        assert!((0..64_u8).filter(node).count() < 4);
    }

    #[test]
    fn nobody_is_made_to_work_for_ever() {
        let refused = Work::for_message(HIGHEST + 1, DATE, NODE, b"");
        assert_eq!(refused, Err(PortalError::Garbage("too much work")));
        assert_eq!(level(" 20 "), Some(20));
        assert_eq!(level("256"), None);
        assert_eq!(level("-1"), None);
    }

    #[test]
    fn zeros_are_counted_from_the_highest_bit() {
        assert_eq!(zero_bits(&[0x80]), 0);
        assert_eq!(zero_bits(&[0x00, 0x1F]), 11);
        assert_eq!(zero_bits(&[0, 0]), 16);
    }
}
