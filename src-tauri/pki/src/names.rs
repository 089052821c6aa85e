//! Readable forms of distinguished names.

use der::asn1::BmpString;
use x509_cert::{attr::AttributeValue, name::Name};

use crate::oid;

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
