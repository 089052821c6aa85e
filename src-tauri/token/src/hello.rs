//! What the client says first: the password it will prove and the rights it asks for.

use kabinet_stb::access::{EidRights, EsignRights};
use kabinet_stb::{oid, tlv};

/// A password of the card (STB 34.101.79, clause 6.3). Its value is decimal digits, one octet
/// 30..39 a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// Card access number, 6 digits, printed on the card. Opens eID reading and resumes the PIN.
    Can,
    /// Personal identification number, 6 digits.
    Pin,
    /// PIN unlock key, 10 digits.
    Puk,
}

impl Password {
    fn reference(self) -> u8 {
        match self {
            Self::Can => 0x02,
            Self::Pin => 0x03,
            Self::Puk => 0x04,
        }
    }

    /// Whether `value` has the form of this password, so that a slip of the finger costs no attempt.
    pub fn is_well_formed(self, value: &[u8]) -> bool {
        let digits = match self {
            Self::Can | Self::Pin => 6,
            Self::Puk => 10,
        };
        value.len() == digits && value.iter().all(u8::is_ascii_digit)
    }
}

/// The rights that the client asks for at BPACE (clause 12.2, initialisation of BPACE).
///
/// Without a word for an application there is no right in it, not even those that the password
/// would give. In the state PS the card leaves only the base mode of eSign and PIN management.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hello {
    /// Rights in eID: what a terminal may read at most.
    pub eid: Option<EidRights>,
    /// Rights in eSign.
    pub esign: Option<EsignRights>,
    /// Signatures that the card makes without the PIN being proved again; 0 is without limit, `None`
    /// leaves the card's one.
    pub signatures_per_confirmation: Option<u8>,
}

impl Hello {
    /// The CertHAT objects, in the order in which the card gets them.
    pub(crate) fn access(&self) -> Vec<u8> {
        let mut access = Vec::new();
        if let Some(eid) = &self.eid {
            access.extend_from_slice(&eid.to_der());
        }
        if let Some(esign) = &self.esign {
            access.extend_from_slice(&esign.to_der());
        }
        access
    }

    /// The data of the initialisation, which is also the client's hello of BPACE.
    pub(crate) fn encode(&self, password: Password) -> Vec<u8> {
        let mut data = tlv::encode(0x80, oid::BPACE);
        data.extend_from_slice(&tlv::encode(0x83, &[password.reference()]));
        data.extend_from_slice(&self.access());
        if let Some(count) = self.signatures_per_confirmation {
            data.extend_from_slice(&tlv::encode(0x53, &[count]));
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hello_without_rights_is_the_known_one() {
        let hello = Hello::default().encode(Password::Pin);
        assert_eq!(hex::encode_upper(hello), "80092A7000020022654215830103");
        let hello = Hello {
            signatures_per_confirmation: Some(0),
            ..Hello::default()
        };
        let hello = hello.encode(Password::Can);
        assert_eq!(
            hex::encode_upper(hello),
            "80092A7000020022654215830102530100"
        );
    }

    #[test]
    fn passwords_have_their_digits() {
        assert!(Password::Pin.is_well_formed(b"123456"));
        assert!(!Password::Pin.is_well_formed(b"12345"));
        assert!(!Password::Can.is_well_formed(b"12345a"));
        assert!(Password::Puk.is_well_formed(b"0123456789"));
        assert!(!Password::Puk.is_well_formed(b"123456"));
    }
}
