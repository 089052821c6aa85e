//! Readable forms of distinguished names.

use der::{Decode, asn1::BmpString};
use kabinet_stb::tlv;
use x509_cert::{
    attr::{AttributeTypeAndValue, AttributeValue},
    name::Name,
};

use crate::{
    oid,
    strict::{self, SEQUENCE},
};

/// The name as people know it: the common name, else the person's or the organisation's name, else
/// all attributes.
pub(crate) fn display(name: &Name) -> String {
    attribute(name, oid::COMMON_NAME)
        .or_else(|| {
            let given = attribute(name, oid::GIVEN_NAME)?;
            Some(format!("{given} {}", attribute(name, oid::SURNAME)?))
        })
        .or_else(|| attribute(name, oid::ORGANIZATION))
        .unwrap_or_else(|| printable(&name.to_string()))
}

/// The first attribute of this type, as text.
pub(crate) fn attribute(name: &Name, oid_value: &[u8]) -> Option<String> {
    name.iter()
        .find(|attribute| attribute.oid.as_bytes() == oid_value)
        .and_then(|attribute| text(&attribute.value))
}

/// The first attribute of this type of a Name in DER.
pub(crate) fn attribute_of(name: &[u8], oid_value: &[u8]) -> Option<String> {
    attribute(&Name::from_der(name).ok()?, oid_value)
}

/// Every attribute of this type of a Name in DER, as text, which is empty where it cannot be read.
pub(crate) fn attributes_of(name: &[u8], oid_value: &[u8]) -> Vec<String> {
    let Ok(name) = Name::from_der(name) else {
        return Vec::new();
    };
    name.iter()
        .filter(|attribute| attribute.oid.as_bytes() == oid_value)
        .map(|attribute| text(&attribute.value).unwrap_or_default())
        .collect()
}

/// The relative names of a Name in DER, in a form in which equal names have equal octets: texts
/// without regard to their type, to letter case and to more than one space (RFC 5280, clause 7.1).
/// None when it is no Name.
pub(crate) fn parts(name: &[u8]) -> Option<Vec<Vec<u8>>> {
    const MOST: usize = 64;
    let sets = strict::children(strict::only(SEQUENCE, name).ok()?, MOST).ok()?;
    sets.iter()
        .map(|set| {
            let one = Name::from_der(&tlv::encode(SEQUENCE, set.raw)).ok()?;
            let pairs = one.iter().map(folded);
            let mut attributes: Vec<_> = pairs
                .map(|(identifier, value)| [&identifier[..], &[0], &value].concat())
                .collect();
            attributes.sort();
            Some(attributes.concat())
        })
        .collect()
}

/// Whether a Name has every attribute of another one, and no second one of their types; it may have
/// attributes of other types (STB 34.101.78, clause 7.3.1). Texts are compared as in [`parts`]. Both in
/// DER.
pub(crate) fn extends(name: &[u8], other: &[u8]) -> bool {
    let attributes = |name: &[u8]| -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
        let name = Name::from_der(name).ok()?;
        Some(name.iter().map(folded).collect())
    };
    let (Some(all), Some(needed)) = (attributes(name), attributes(other)) else {
        return false;
    };
    needed.iter().all(|one| {
        let of_its_type = all.iter().filter(|other| other.0 == one.0);
        of_its_type.eq([one])
    })
}

/// Type and value of an attribute, the value in a form in which equal ones have equal octets.
fn folded(attribute: &AttributeTypeAndValue) -> (Vec<u8>, Vec<u8>) {
    let value = text(&attribute.value).map_or_else(
        || attribute.value.value().to_vec(),
        |text| {
            let words: Vec<_> = text.split_whitespace().collect();
            words.join(" ").to_lowercase().into_bytes()
        },
    );
    (attribute.oid.as_bytes().to_vec(), value)
}

/// The text of UTF8String, PrintableString, IA5String, TeletexString and BMPString; the last two
/// are in the state's older certificates.
fn text(value: &AttributeValue) -> Option<String> {
    use der::{Tag, Tagged};
    let text = match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            std::str::from_utf8(value.value()).ok()?.to_owned()
        }
        Tag::TeletexString if value.value().is_ascii() => {
            std::str::from_utf8(value.value()).ok()?.to_owned()
        }
        Tag::BmpString => BmpString::from_ucs2(value.value()).ok()?.chars().collect(),
        _ => return None,
    };
    Some(printable(&text))
}

/// Without the characters that could make one name look like another in a window or a terminal:
/// controls and marks that turn the direction of writing.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|character| {
            !character.is_control()
                && !matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                    | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{061C}')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTF8: u32 = 0x0C;
    const PRINTABLE: u32 = 0x13;
    const BMP: u32 = 0x1E;

    fn name(attributes: &[(&[u8], u32, &[u8])]) -> Vec<u8> {
        let sets = attributes.iter().map(|(identifier, tag, value)| {
            let pair = [tlv::encode(0x06, identifier), tlv::encode(*tag, value)].concat();
            tlv::encode(0x31, &tlv::encode(SEQUENCE, &pair))
        });
        tlv::encode(SEQUENCE, &sets.collect::<Vec<_>>().concat())
    }

    #[test]
    fn a_name_extends_another_by_attributes_of_other_types_only() {
        let common = (oid::COMMON_NAME, UTF8, &b"ADAM MITSKEVICH"[..]);
        let number = (oid::SERIAL_NUMBER, PRINTABLE, &b"IDCBY-590082394654"[..]);
        let others = (oid::SERIAL_NUMBER, PRINTABLE, &b"IDCBY-590082394655"[..]);
        let country = (oid::COUNTRY, PRINTABLE, &b"BY"[..]);
        let asked = name(&[common, number]);
        for extended in [
            &[common, number][..],
            &[number, common],
            &[common, number, country],
            // In another type of string, other letters and spaces.
            &[(oid::COMMON_NAME, PRINTABLE, b"Adam  Mitskevich"), number],
            &[common, (oid::SERIAL_NUMBER, BMP, b"\0I\0D\0C\0B\0Y\0-\x005\x009\x000\x000\x008\x002\x003\x009\x004\x006\x005\x004")],
        ] {
            assert!(extends(&name(extended), &asked), "{extended:?}");
        }
        for other in [
            &[common][..],
            &[common, others],
            &[common, number, others],
            &[common, common, number],
            &[],
        ] {
            assert!(!extends(&name(other), &asked), "{other:?}");
        }
        assert!(!extends(&asked, b"0") && !extends(b"0", &asked));
    }
}
