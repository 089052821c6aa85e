//! What opens a travel document: the CAN, or the lines printed for machines.

use kabinet_stb::Secret;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use crate::mrz::check_digit;

/// The password that the reader shows it has seen the document by (Doc 9303-11, clause 4.4.2).
pub enum AccessKey {
    /// The six digits on the front.
    Can(Secret),
    /// From the machine-readable zone.
    Mrz(MrzKey),
}

/// Number, date of birth and date of expiry as printed for machines, with their check digits.
pub struct MrzKey(Secret);

impl MrzKey {
    /// From the document's number (letters and digits) and the two dates (YYMMDD, `<` for what is
    /// not known). `None` when a value is of another form.
    #[must_use]
    pub fn new(number: &str, date_of_birth: &str, date_of_expiry: &str) -> Option<Self> {
        let number = number.trim().to_ascii_uppercase();
        let number = format!("{number:<<9}");
        let is_date = |date: &str| {
            date.len() == 6
                && date
                    .bytes()
                    .all(|octet| octet.is_ascii_digit() || octet == b'<')
        };
        let is_number = number.len() <= 22
            && number.bytes().any(|octet| octet != b'<')
            && number
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || octet == b'<');
        if !is_number || !is_date(date_of_birth) || !is_date(date_of_expiry) {
            return None;
        }
        let mut information = Vec::with_capacity(48);
        for field in [
            number.as_bytes(),
            date_of_birth.as_bytes(),
            date_of_expiry.as_bytes(),
        ] {
            information.extend_from_slice(field);
            information.push(check_digit(field));
        }
        Some(Self(Secret::new(information)))
    }

    /// MRZ_information of clause 4.3.2.
    pub(crate) fn information(&self) -> &[u8] {
        self.0.expose()
    }
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

    #[test]
    fn lines_are_put_together_as_in_the_worked_example() {
        let key = MrzKey::new("L898902C", "690806", "940623").unwrap();
        assert_eq!(key.information(), b"L898902C<369080619406236");
        let key = MrzKey::new("T22000129", "640812", "101031").unwrap();
        assert_eq!(key.information(), b"T22000129364081251010318");
        let seed = AccessKey::Mrz(key).pace_password();
        assert_eq!(
            hex::encode_upper(&*seed),
            "7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD"
        );
    }

    #[test]
    fn other_forms_are_refused() {
        assert!(MrzKey::new("", "690806", "940623").is_none());
        assert!(MrzKey::new("L898902C", "6908", "940623").is_none());
        assert!(MrzKey::new("L898902C", "690806", "9406AB").is_none());
        assert!(MrzKey::new("Л898902С", "690806", "940623").is_none());
        assert!(MrzKey::new("L898902C", "69<<<<", "940623").is_some());
    }
}
