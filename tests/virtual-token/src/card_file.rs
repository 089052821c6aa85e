//! The card file: everything a virtual card is issued with, as JSON.
//!
//! Whoever personalises a card writes this file; [`crate::Card`] starts from it. The fields follow
//! clauses 6 (objects), 7 (identification data) and annex B (file system) of STB 34.101.79.
//! All octet strings are upper-case hexadecimal; lower case is read too.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A card as it leaves the issuer.
///
/// Holds secrets, hence neither `Debug` nor `Clone`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFile {
    /// A name for people and logs; the card itself does not use it.
    pub name: String,
    /// The answer to reset, octets as on the wire (ISO/IEC 7816-3). See [`answer_to_reset`].
    pub atr: Hex,
    /// Whether the card takes extended Lc and Le (clause 12.1 leaves this to the card).
    #[serde(default = "default_extended_length")]
    pub extended_length: bool,
    /// The three passwords (clause 6.3).
    pub passwords: Passwords,
    /// The data groups of the eID application: DER of each whole file by its identifier
    /// 0101..0116 (annex B). A group the card does not have is absent.
    pub eid: BTreeMap<FileId, Hex>,
    /// The objects of the eSign application.
    pub esign: Esign,
    /// The objects with which the card authenticates itself and terminals (clause 6.5).
    pub bauth: Bauth,
    /// The travel document application, where the card has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icao: Option<crate::icao::IcaoFile>,
}

impl CardFile {
    /// Reads the JSON text of a card file.
    ///
    /// # Errors
    ///
    /// A description of the first place where `text` is not a card file. It never quotes the text.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Writes the card file as indented JSON. The result holds secrets.
    ///
    /// # Errors
    ///
    /// None in practice: every field has a JSON form.
    pub fn to_json(&self) -> Result<Zeroizing<String>, serde_json::Error> {
        serde_json::to_string_pretty(self).map(Zeroizing::new)
    }
}

/// The passwords of a card: decimal digits, one character a digit (clause 6.3).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// Personal identification number, 6 digits.
    pub pin: Zeroizing<String>,
    /// Card access number, 6 digits.
    pub can: Zeroizing<String>,
    /// PIN unlock key, 10 digits.
    pub puk: Zeroizing<String>,
}

/// The objects of the eSign application (annex B).
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Esign {
    /// DER of the X.501 `Name` prepared for certificate requests (file 5101); may be empty.
    #[serde(default)]
    pub name: Hex,
    /// The key pairs made before issue.
    #[serde(default)]
    pub keys: Vec<EsignKey>,
}

/// A key pair of the eSign application.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EsignKey {
    /// One octet: 01, 02, 03 base mode, 11, 12, 13 terminal mode, levels 128, 192, 256.
    pub reference: Hex,
    /// The private key, `l/4` octets, little-endian (STB 34.101.45).
    pub private_key: SecretHex,
    /// DER of the X.509 certificate in file 52XX; empty when there is none yet.
    #[serde(default)]
    pub certificate: Hex,
}

/// What the card needs for BAUTH.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bauth {
    /// The card's own private key, `l/4` octets, little-endian.
    pub private_key: SecretHex,
    /// DER of the card's CV certificate, sent inside M3.
    pub certificate: Hex,
    /// DER of the self-signed CV certificate of the root that terminals must chain to.
    pub root: Hex,
}

/// A two-octet identifier of an elementary file, written as four hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileId(pub u16);

impl Serialize for FileId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:04X}", self.0))
    }
}

impl<'de> Deserialize<'de> for FileId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut octets = [0; 2];
        hex::decode_to_slice(&text, &mut octets)
            .map_err(|_| D::Error::custom("a file identifier is four hexadecimal digits"))?;
        Ok(Self(u16::from_be_bytes(octets)))
    }
}

/// Public octets, written in hexadecimal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(&self.0))
    }
}

impl From<Vec<u8>> for Hex {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode_upper(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(&text)
            .map(Self)
            .map_err(|_| D::Error::custom("not hexadecimal octets"))
    }
}

/// Secret octets, written in hexadecimal: no `Debug`, no `Clone`, wiped when dropped.
pub struct SecretHex(pub Zeroizing<Vec<u8>>);

impl From<Vec<u8>> for SecretHex {
    fn from(octets: Vec<u8>) -> Self {
        Self(Zeroizing::new(octets))
    }
}

impl Serialize for SecretHex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode_upper(&*self.0)))
    }
}

impl<'de> Deserialize<'de> for SecretHex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        hex::decode(text.as_bytes())
            .map(|octets| Self(Zeroizing::new(octets)))
            .map_err(|_| D::Error::custom("not hexadecimal octets"))
    }
}

/// An answer to reset for a virtual card: T=1, historical bytes with the country code 112 and
/// the card capabilities of ISO/IEC 7816-4 (command chaining; extended lengths when asked).
#[must_use]
pub fn answer_to_reset(extended_length: bool) -> Hex {
    let chaining = 0x80;
    let extended = if extended_length { 0x40 } else { 0x00 };
    let historical = [
        0x80,
        0x12,
        0x11,
        0x2F,
        0x73,
        0x90,
        0x01,
        chaining | extended,
    ];
    let mut atr = vec![0x3B, 0x88, 0x80, 0x01];
    atr.extend_from_slice(&historical);
    let check = atr.iter().skip(1).fold(0, |sum, octet| sum ^ octet);
    atr.push(check);
    Hex(atr)
}

fn default_extended_length() -> bool {
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SAMPLE: &str = r#"{"name":"n","atr":"3B80","passwords":{"pin":"111111","can":"222222",
        "puk":"3333333333"},"eid":{"0103":"430832303330303130 31"},"esign":{"name":""},
        "bauth":{"private_key":"00ff","certificate":"7F21","root":"7F21"}}"#;

    #[test]
    fn reads_and_writes_the_same() {
        let text = SAMPLE.replace("30 31", "3031");
        let file = CardFile::from_json(&text).unwrap();
        assert!(file.extended_length);
        assert_eq!(file.eid.keys().next(), Some(&FileId(0x0103)));
        let again = file.to_json().unwrap();
        assert!(again.contains("\"0103\": \"430832303330303130"));
        assert!(again.contains("00FF"));
        assert_eq!(
            *CardFile::from_json(&again).unwrap().to_json().unwrap(),
            *again
        );
    }

    #[test]
    fn refuses_what_is_not_hexadecimal() {
        assert!(CardFile::from_json(SAMPLE).is_err());
        assert!(
            CardFile::from_json(&SAMPLE.replace("30 31", "3031").replace("0103", "103")).is_err()
        );
    }

    #[test]
    fn answer_to_reset_checks_out() {
        for extended in [false, true] {
            let atr = answer_to_reset(extended).0;
            assert_eq!(atr.iter().skip(1).fold(0, |sum, octet| sum ^ octet), 0);
            assert_eq!(usize::from(atr[1] & 0x0F) + 5, atr.len());
        }
    }
}
