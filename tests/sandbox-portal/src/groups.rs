//! Data groups DG1 to DG22 as the card stores them (STB 34.101.79, clause 7.1).

use std::collections::BTreeMap;

use crate::der::{oid, oid_content, sequence, tlv};
use crate::holder::{Bilingual, Holder, Name, OptionalData, Place};

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
    if !holder.optional_data.is_empty() {
        let entries = optional_data(&holder.optional_data);
        groups.insert(12, tlv(APPLICATION_CONSTRUCTED | 12, &entries));
    }
    if let Some(picture) = written_signature(&holder.card) {
        groups.insert(14, tlv(APPLICATION | 14, picture));
    }
    groups
}

/// The entries of a set, in the order that DER wants: that of their octets.
fn optional_data(entries: &[OptionalData]) -> Vec<u8> {
    let encoded = entries.iter().map(|entry| {
        let kind = oid(&oid_content(&entry.kind));
        let text = entry.text.as_ref().map(|text| utf8(&both(text)));
        sequence(&[&kind, &text.unwrap_or_default()])
    });
    let mut encoded: Vec<Vec<u8>> = encoded.collect();
    encoded.sort();
    encoded.concat()
}

/// The picture of a signature, JPEG 2000; not every card has one.
fn written_signature(holder: &str) -> Option<&'static [u8]> {
    let picture: &[u8] = include_bytes!("../holders/citizen/written-signature");
    (holder == "citizen").then_some(picture)
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
        // Two entries of a set, the shorter first; a long octet string with a picture.
        assert_eq!(citizen[&12][0], 0x6C);
        assert_eq!(citizen[&12][2..4], [0x30, 0x0B]);
        assert_eq!(citizen[&14][..2], [0x4E, 0x82]);
        assert_eq!(&citizen[&14][8..12], b"jP  ");
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
        for absent in [12, 14, 22] {
            assert!(!foreigner.contains_key(&absent));
        }
        let stateless = encode(&holders[2]);
        assert_eq!(stateless[&8], b"\x48\x081962    ");
        assert_eq!(stateless[&9][2], 0x82);
        assert_eq!(stateless[&10], b"\x4A\x03XXX");
    }
}
