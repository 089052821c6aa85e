//! Hash functions: belt-hash (STB 34.101.31) and bash (STB 34.101.77).

use bash_hash::{BashHash384, BashHash512};
pub use belt_hash::BeltHash;
pub use belt_hash::digest::Digest;

/// belt-hash: 32 octets.
#[must_use]
pub fn belt_hash(octets: &[u8]) -> [u8; 32] {
    BeltHash::digest(octets).into()
}

/// bash384: 48 octets.
#[must_use]
pub fn bash384(octets: &[u8]) -> [u8; 48] {
    BashHash384::digest(octets).into()
}

/// bash512: 64 octets.
#[must_use]
pub fn bash512(octets: &[u8]) -> [u8; 64] {
    BashHash512::digest(octets).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first 13 octets of the belt table H, the message of STB 34.101.31, table A.23.
    const H: [u8; 13] = [
        0xB1, 0x94, 0xBA, 0xC8, 0x0A, 0x08, 0xF5, 0x3B, 0x36, 0x6D, 0x00, 0x8E, 0x58,
    ];

    #[test]
    fn belt_hash_of_the_standard() {
        assert_eq!(
            hex::encode_upper(belt_hash(&H)),
            "ABEF9725D4C5A83597A367D14494CC2542F20F659DDFECC961A3EC550CBA8C75"
        );
    }
}
