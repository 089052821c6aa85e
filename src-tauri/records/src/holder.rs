//! Who holds a card: data groups DG1 to DG22 (STB 34.101.79, clause 7.1) as people read them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::group::{self, GroupError, OptionalData, Picture, Place};
use crate::residence;

/// The holder, as far as the groups tell. Every member is missing when its group was not shared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Holder {
    /// Serial number of the card, `IDCBY-...` (DG1).
    pub serial_number: Option<String>,
    /// Issuing state, ISO 3166 alpha-3 (DG2).
    pub issuing_state: Option<String>,
    /// Last day of the card's validity, `YYYY-MM-DD` (DG3).
    pub date_of_expiry: Option<String>,
    /// Given name by language: `be`, `ru`, `latin` (DG4).
    pub given_name: BTreeMap<String, String>,
    /// Family name by language (DG5).
    pub family_name: BTreeMap<String, String>,
    /// Middle name by language; empty for who has none (DG6).
    pub middle_name: BTreeMap<String, String>,
    /// Personal number without its prefix (DG7).
    pub personal_number: Option<String>,
    /// Date of birth, `YYYY-MM-DD`; `YYYY-MM` or `YYYY` where the rest is unknown (DG8).
    pub date_of_birth: Option<String>,
    /// Place of birth by language; empty where the card says that it is not known (DG9).
    pub place_of_birth: BTreeMap<String, String>,
    /// Nationality: `BLR`, another, or `XXX` for a stateless person (DG10).
    pub nationality: Option<String>,
    /// `M`, `F`, or nothing where it is not stated (DG11).
    pub sex: Option<String>,
    /// What the issuer put beside the groups that have names (DG12).
    pub optional_data: Vec<OptionalData>,
    /// Picture of the handwritten signature, as the card keeps it (DG14).
    pub written_signature: Option<Picture>,
    /// Date of issuance, `YYYY-MM-DD` (DG15).
    pub date_of_issuance: Option<String>,
    /// Authority that issued the card, by language (DG16).
    pub issuance_board: BTreeMap<String, String>,
    /// Place of residence by language; empty where the card says that there is none (DG17).
    pub place_of_residence: BTreeMap<String, String>,
    /// The same in the parts of a form's address, by language; empty where the card has no parts.
    pub address: BTreeMap<String, BTreeMap<String, String>>,
    /// District, such as `ZIPBY-220045` (DG18).
    pub district_id: Option<String>,
    /// Telephone number, RFC 3966 global (DG21).
    pub phone_number: Option<String>,
    /// Address of electronic mail (DG22).
    pub email_address: Option<String>,
}

impl Holder {
    /// Reads groups: number to the whole file as the card gave it. A group that is not there is no
    /// error; numbers that the standard keeps for later (13, 19, 20) are passed over.
    ///
    /// # Errors
    /// [`GroupError`] for a group that is not what the standard says.
    pub fn from_groups(groups: &BTreeMap<u8, Vec<u8>>) -> Result<Self, GroupError> {
        let mut holder = Self::default();
        for (&number, octets) in groups {
            holder.take(number, octets)?;
        }
        Ok(holder)
    }

    fn take(&mut self, number: u8, octets: &[u8]) -> Result<(), GroupError> {
        let text = || group::text(number, octets);
        match number {
            1 => self.serial_number = Some(text()?),
            2 => self.issuing_state = Some(text()?),
            3 => self.date_of_expiry = Some(group::date(&text()?)?),
            4 => self.given_name = group::names(&text()?)?,
            5 => self.family_name = group::names(&text()?)?,
            6 => self.middle_name = group::names(&text()?)?,
            7 => self.personal_number = Some(without_prefix(&text()?)),
            8 => self.date_of_birth = Some(group::date_of_birth(&text()?)?),
            9 => self.place_of_birth = known(&group::place(number, octets)?),
            10 => self.nationality = Some(text()?),
            11 => self.sex = Some(text()?.trim().to_owned()).filter(|sex| !sex.is_empty()),
            12 => self.optional_data = group::optional_data(octets)?,
            14 => self.written_signature = group::written_signature(octets)?,
            15 => self.date_of_issuance = Some(group::date(&text()?)?),
            16 => self.issuance_board = group::both(&text()?),
            17 => {
                let place = group::place(number, octets)?;
                self.place_of_residence = known(&place);
                self.address = residence::address(&place);
            }
            18 => self.district_id = Some(text()?),
            21 => self.phone_number = Some(text()?),
            22 => self.email_address = Some(text()?),
            _ => {}
        }
        Ok(())
    }

    /// Family name, given name and middle name in a row, as on the card, by language.
    #[must_use]
    pub fn display_name(&self) -> BTreeMap<String, String> {
        self.family_name
            .iter()
            .map(|(language, family)| {
                let parts = [
                    Some(family),
                    self.given_name.get(language),
                    self.middle_name.get(language),
                ];
                let parts: Vec<&str> = parts
                    .into_iter()
                    .flatten()
                    .map(String::as_str)
                    .filter(|part| !part.is_empty())
                    .collect();
                (language.clone(), parts.join(" "))
            })
            .collect()
    }

    /// The members of an address that a form's prefill path names, such as `card.address.be`.
    #[must_use]
    pub fn resolve_address(&self, path: &str) -> Option<&BTreeMap<String, String>> {
        self.address.get(path.strip_prefix("card.address.")?)
    }

    /// The value that a form's prefill path names, such as `card.familyName.be`; `None` for an
    /// unknown path or a value that is not there.
    #[must_use]
    pub fn resolve(&self, path: &str) -> Option<String> {
        let path = path.strip_prefix("card.")?;
        let by_language =
            |map: &BTreeMap<String, String>, language: &str| map.get(language).cloned();
        let value = match path.split_once('.') {
            Some(("givenName", language)) => by_language(&self.given_name, language),
            Some(("familyName", language)) => by_language(&self.family_name, language),
            Some(("middleName", language)) => by_language(&self.middle_name, language),
            Some(("birthPlace", language)) => by_language(&self.place_of_birth, language),
            Some(("issuanceBoard", language)) => by_language(&self.issuance_board, language),
            Some(("residence", language)) => by_language(&self.place_of_residence, language),
            Some(_) => None,
            None => match path {
                "serialNumber" => self.serial_number.clone(),
                "personalNumber" => self.personal_number.clone(),
                "birthDate" => self
                    .date_of_birth
                    .clone()
                    .filter(|date| date.parse::<jiff::civil::Date>().is_ok()),
                "nationality" => self.nationality.clone(),
                "sex" => self.sex.clone(),
                "expires" => self.date_of_expiry.clone(),
                "issued" => self.date_of_issuance.clone(),
                "phone" => self.phone_number.clone(),
                "email" => self.email_address.clone(),
                _ => None,
            },
        };
        value.filter(|value| !value.is_empty())
    }
}

/// The place, unless the group says that there is none: those words are for people to read on the
/// card, and never an answer in a form.
fn known(place: &Place) -> BTreeMap<String, String> {
    match place {
        Place::Unknown(_) => BTreeMap::new(),
        Place::Parts(_) | Place::Free(_) => place.readable(),
    }
}

/// `PNOXX-123` is 123: the prefix names the kind of number and the country (clause 7.1).
fn without_prefix(number: &str) -> String {
    match number.split_once('-') {
        Some((prefix, rest)) if prefix.starts_with("PNO") => rest.to_owned(),
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(number: u8, value: &str) -> (u8, Vec<u8>) {
        (
            number,
            [&[0x40 | number, value.len() as u8], value.as_bytes()].concat(),
        )
    }

    #[test]
    fn a_stateless_person_without_patronymic_and_day_of_birth() {
        let groups = BTreeMap::from([
            file(4, "МАРЫЯМ/МАРИЯМ/MARIYAM"),
            file(5, "Н/Н/N"),
            file(6, ""),
            file(7, "PNOBY-4010162A003PB4"),
            file(8, "1962    "),
            file(10, "XXX"),
            file(11, " "),
        ]);
        let holder = Holder::from_groups(&groups).unwrap();
        assert_eq!(
            holder.display_name().get("latin").map(String::as_str),
            Some("N MARIYAM")
        );
        assert_eq!(holder.date_of_birth.as_deref(), Some("1962"));
        assert_eq!(holder.resolve("card.birthDate"), None);
        assert_eq!(holder.resolve("card.middleName.be"), None);
        assert_eq!(
            holder.resolve("card.personalNumber").as_deref(),
            Some("4010162A003PB4")
        );
        assert_eq!(holder.sex, None);
        assert_eq!(holder.resolve("earlier.x"), None);
    }

    #[test]
    fn a_place_in_parts() {
        let part = |tag: u8, value: &str| [&[tag, value.len() as u8], value.as_bytes()].concat();
        let parts = [
            part(0x8A, "Вуліца/Улица"),
            part(0x8B, "М/М"),
            part(0x8D, "BLR"),
            part(0x8E, "220013"),
        ]
        .concat();
        let sequence = [&[0x30, parts.len() as u8][..], &parts].concat();
        let whole = [&[0x71, sequence.len() as u8][..], &sequence].concat();
        let holder = Holder::from_groups(&BTreeMap::from([(17, whole)])).unwrap();
        assert_eq!(
            holder.resolve("card.residence.be").as_deref(),
            Some("220013, М, Вуліца")
        );
    }
}
