//! Data groups DG1 to DG22 as the card stores them (STB 34.101.79, clause 7.1).

use std::collections::BTreeMap;

use crate::der::tlv;
use crate::holder::{Bilingual, Holder, Name, Place};

const UTF8_STRING: u16 = 0x0C;
/// Class bits of an `[APPLICATION n]` tag over a primitive type.
const APPLICATION: u16 = 0x40;
/// The same over a constructed type, and over a CHOICE, which makes the tag explicit.
const APPLICATION_CONSTRUCTED: u16 = 0x60;

/// Every group that the holder's card has: DER of the whole file by the group's number.
#[must_use]
pub fn encode(holder: &Holder) -> BTreeMap<u8, Vec<u8>> {
    let mut groups = BTreeMap::new();
    let mut text = |number: u8, value: &str| {
        groups.insert(
            number,
            tlv(APPLICATION | u16::from(number), value.as_bytes()),
        );
    };
    text(1, &holder.serial_number);
    text(2, "BLR");
    text(3, &date(&holder.expires));
    text(4, &name(Some(&holder.given_name)));
    text(5, &name(Some(&holder.family_name)));
    text(6, &name(holder.middle_name.as_ref()));
    text(7, &holder.personal_number);
    text(8, &date(&holder.birth_date));
    text(10, &holder.nationality);
    text(11, &holder.sex);
    text(15, &date(&holder.issued));
    text(16, &both(&holder.board));
    for (number, value) in [
        (18, &holder.district),
        (21, &holder.phone),
        (22, &holder.email),
    ] {
        if let Some(value) = value {
            text(number, value);
        }
    }
    for (number, value) in [
        (9, Some(&holder.birth_place)),
        (17, holder.residence.as_ref()),
    ] {
        if let Some(value) = value {
            groups.insert(
                number,
                tlv(APPLICATION_CONSTRUCTED | u16::from(number), &place(value)),
            );
        }
    }
    groups
}

/// Eight characters YYYYMMDD, unknown parts as spaces.
fn date(readable: &str) -> String {
    format!("{:<8}", readable.replace('-', ""))
}

fn name(name: Option<&Name>) -> String {
    name.map(|name| format!("{}/{}/{}", name.be, name.ru, name.latin))
        .unwrap_or_default()
}

fn both(text: &Bilingual) -> String {
    format!("{}/{}", text.be, text.ru)
}

fn place(place: &Place) -> Vec<u8> {
    match place {
        Place::Unknown { .. } => tlv(
            0x82,
            "Інфармацыя адсутнічае/Информация отсутствует".as_bytes(),
        ),
        Place::Free { free_text } => tlv(0x81, both(free_text).as_bytes()),
        Place::Structured {
            street,
            city,
            state,
            country,
            zipcode,
        } => {
            let mut parts = Vec::new();
            let mut part = |tag: u16, value: Option<String>| {
                if let Some(value) = value {
                    parts.extend(tlv(tag, value.as_bytes()));
                }
            };
            part(0x8A, street.as_ref().map(both));
            part(0x8B, Some(both(city)));
            part(0x8C, state.as_ref().map(both));
            part(0x8D, Some(country.clone()));
            part(0x8E, zipcode.clone());
            tlv(0x30, &parts)
        }
    }
}

/// DER UTF8String, for names in certificates.
#[must_use]
pub fn utf8(text: &str) -> Vec<u8> {
    tlv(UTF8_STRING, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_standard() {
        let holders = Holder::all().unwrap();
        let citizen = encode(&holders[0]);
        assert_eq!(citizen[&1], b"\x41\x12IDCBY-590082394654");
        assert_eq!(citizen[&3], b"\x43\x0820350314");
        assert_eq!(
            citizen[&5],
            [
                b"\x45\x31".as_slice(),
                "ЯНКОЎСКАЯ/ЯНКОВСКАЯ/YANKOUSKAYA".as_bytes()
            ]
            .concat()
        );
        assert_eq!(citizen[&17][0], 0x71);
        let mandatory = (1..=11).chain([15, 16]);
        for holder in &holders {
            let groups = encode(holder);
            for number in mandatory.clone() {
                assert!(groups.contains_key(&number), "DG{number}");
            }
        }
    }

    #[test]
    fn shows_what_is_not_known() {
        let holders = Holder::all().unwrap();
        let foreigner = encode(&holders[1]);
        assert_eq!(foreigner[&6], [0x46, 0]);
        assert_eq!(foreigner[&9][..1], [0x69]);
        assert_eq!(foreigner[&9][2], 0x81);
        assert!(!foreigner.contains_key(&22));
        let stateless = encode(&holders[2]);
        assert_eq!(stateless[&8], b"\x48\x081962    ");
        assert_eq!(stateless[&9][2], 0x82);
        assert_eq!(stateless[&10], b"\x4A\x03XXX");
    }
}
