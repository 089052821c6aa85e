//! Readable forms of distinguished names.

use der::{Decode, asn1::BmpString};
use kabinet_stb::tlv;
use x509_cert::{attr::AttributeValue, name::Name};

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

/// The relative names of a Name in DER, in a form in which equal names have equal octets: texts
/// without regard to their type, to letter case and to more than one space (RFC 5280, clause 7.1).
/// None when it is no Name.
pub(crate) fn parts(name: &[u8]) -> Option<Vec<Vec<u8>>> {
    const MOST: usize = 64;
    let sets = strict::children(strict::only(SEQUENCE, name).ok()?, MOST).ok()?;
    sets.iter()
        .map(|set| {
            let one = Name::from_der(&tlv::encode(SEQUENCE, set.raw)).ok()?;
            let mut attributes: Vec<_> = one
                .iter()
                .map(|attribute| {
                    let value = text(&attribute.value).map_or_else(
                        || attribute.value.value().to_vec(),
                        |text| {
                            let words: Vec<_> = text.split_whitespace().collect();
                            words.join(" ").to_lowercase().into_bytes()
                        },
                    );
                    [attribute.oid.as_bytes(), &[0], &value].concat()
                })
                .collect();
            attributes.sort();
            Some(attributes.concat())
        })
        .collect()
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
