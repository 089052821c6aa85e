//! What opens a travel document: the CAN, or the lines printed for machines.

use kabinet_stb::Secret;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use crate::mrz_key::MrzKey;

/// The password that the reader shows it has seen the document by (Doc 9303-11, clause 4.4.2).
pub enum AccessKey {
    /// The six digits on the front.
    Can(Secret),
    /// From the machine-readable zone.
    Mrz(MrzKey),
}

impl AccessKey {
    /// The password of PACE: the CAN as it is, or the hash of the lines.
    pub(crate) fn pace_password(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Can(can) => can.expose().to_vec(),
            Self::Mrz(key) => Sha1::digest(key.information()).to_vec(),
        })
    }

    /// How PACE names the password: 1 for the lines, 2 for the CAN.
    pub(crate) fn pace_reference(&self) -> u8 {
        match self {
            Self::Mrz(_) => 1,
            Self::Can(_) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doc 9303-11, appendix G.1.
    #[test]
    fn lines_are_hashed_as_in_the_worked_example() {
        let key = MrzKey::new("T22000129", "640812", "101031").unwrap();
        let seed = AccessKey::Mrz(key).pace_password();
        assert_eq!(
            hex::encode_upper(&*seed),
            "7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD"
        );
    }
}
