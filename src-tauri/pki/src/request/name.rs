//! Names of natural persons (STB 34.101.78, clause 7.3): five attributes, all of them, in this order.

use kabinet_stb::tlv;

use super::RequestError;
use crate::{
    oid,
    strict::{self, Fault, Fields, OBJECT_IDENTIFIER, SEQUENCE, SET},
};

const UTF8_STRING: u32 = 0x0C;
const PRINTABLE_STRING: u32 = 0x13;

/// Octets of a name.
const MAX_NAME: usize = 4096;

/// The attributes with their types and greatest lengths in characters.
const PROFILE: [(&[u8], u32, usize); 5] = [
    (oid::COMMON_NAME, UTF8_STRING, 64),
    (oid::SURNAME, UTF8_STRING, 128),
    (oid::GIVEN_NAME, UTF8_STRING, 128),
    (oid::SERIAL_NUMBER, PRINTABLE_STRING, 64),
    (oid::COUNTRY, PRINTABLE_STRING, 2),
];

/// The name of a natural person.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName {
    /// Given name and surname in Latin letters, such as `ADAM MITSKEVICH`.
    pub common_name: String,
    /// Surname; of a resident in Belarusian and Russian, `МІЦКЕВІЧ/МИЦКЕВИЧ`.
    pub surname: String,
    /// Given name and patronymic, in the same way.
    pub given_name: String,
    /// `IDCBY-` with the number of the ID card, `PASBY-` with that of a passport, `PNOBY-` with the
    /// personal number.
    pub serial_number: String,
    /// Country of residence or of citizenship, two capital letters.
    pub country: String,
}

impl PersonName {
    /// The Name in DER.
    ///
    /// # Errors
    /// [`RequestError::Name`] for what is not of the profile.
    pub fn to_der(&self) -> Result<Vec<u8>, RequestError> {
        let mut octets = Vec::new();
        for ((identifier, tag, most), text) in PROFILE.iter().zip(self.texts()) {
            check(text, *tag, *most).map_err(RequestError::Name)?;
            let pair = [
                tlv::encode(OBJECT_IDENTIFIER, identifier),
                tlv::encode(*tag, text.as_bytes()),
            ];
            octets.extend(tlv::encode(SET, &tlv::encode(SEQUENCE, &pair.concat())));
        }
        self.check_meaning().map_err(RequestError::Name)?;
        Ok(tlv::encode(SEQUENCE, &octets))
    }

    /// Reads a Name in DER.
    ///
    /// # Errors
    /// [`RequestError::Name`] for one that is not of the profile.
    pub fn from_der(der: &[u8]) -> Result<Self, RequestError> {
        read(der).map_err(RequestError::Name)
    }

    /// Whether the key of such a certificate has to be on an ID card.
    #[must_use]
    pub fn is_of_card(&self) -> bool {
        self.serial_number.starts_with("IDC")
    }

    fn texts(&self) -> [&str; 5] {
        [
            &self.common_name,
            &self.surname,
            &self.given_name,
            &self.serial_number,
            &self.country,
        ]
    }

    fn check_meaning(&self) -> Result<(), Fault> {
        let common = self.common_name.as_bytes();
        if !common
            .iter()
            .all(|octet| octet.is_ascii_graphic() || *octet == b' ')
        {
            return Err("the common name is not in Latin letters");
        }
        let is_code = |text: &str| text.len() == 2 && text.bytes().all(|o| o.is_ascii_uppercase());
        if !is_code(&self.country) {
            return Err("the country is no code of two letters");
        }
        let (kind, number) = self.serial_number.split_once('-').unwrap_or_default();
        let kind = kind.split_at_checked(3).unwrap_or_default();
        if !matches!(kind.0, "PAS" | "PNO" | "IDC") || !is_code(kind.1) || number.is_empty() {
            return Err("the serial number is not one of a document");
        }
        Ok(())
    }
}

fn read(der: &[u8]) -> Result<PersonName, Fault> {
    if der.len() > MAX_NAME {
        return Err("the name is too long");
    }
    strict::check(der)?;
    let mut sets = Fields::new(strict::only(SEQUENCE, der)?);
    let mut next = |(identifier, tag, most): (&[u8], u32, usize)| {
        let pair = strict::only(SEQUENCE, sets.take(SET)?.value)?;
        let mut pair = Fields::new(pair);
        if pair.take(OBJECT_IDENTIFIER)?.value != identifier {
            return Err("an attribute of the name is missing or another");
        }
        let text = pair.take(tag)?.value;
        pair.end()?;
        let text = std::str::from_utf8(text).map_err(|_| "a text of the name is malformed")?;
        check(text, tag, most)?;
        Ok(text.to_owned())
    };
    let [common_name, surname, given_name, serial_number, country] = PROFILE;
    let name = PersonName {
        common_name: next(common_name)?,
        surname: next(surname)?,
        given_name: next(given_name)?,
        serial_number: next(serial_number)?,
        country: next(country)?,
    };
    sets.end()?;
    name.check_meaning()?;
    Ok(name)
}

/// A text of the type and length, without spaces that say nothing.
fn check(text: &str, tag: u32, most: usize) -> Result<(), Fault> {
    const PUNCTUATION: &[u8] = b" '()+,-./:=?";
    let is_printable = |octet: u8| octet.is_ascii_alphanumeric() || PUNCTUATION.contains(&octet);
    if !(1..=most).contains(&text.chars().count()) {
        return Err("a text of the name is empty or too long");
    }
    if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
        return Err("a text of the name has spaces that say nothing");
    }
    if text.chars().any(char::is_control)
        || (tag == PRINTABLE_STRING && !text.bytes().all(is_printable))
    {
        return Err("a text of the name has a letter that it may not have");
    }
    Ok(())
}
