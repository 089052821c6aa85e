//! DG12: `OptionalDataR ::= [APPLICATION 12] SET OF OptionalData`.

use der::asn1::AnyRef;
use der::{Decode as _, Encode as _, Reader as _, Sequence, SliceReader, Tag, Tagged as _};
use serde::{Deserialize, Serialize};

use super::{GroupError, constructed};

/// One thing that the issuer put on the card beside the groups that have names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionalData {
    /// What it is: an object identifier with dots. The standard names none; the issuer does.
    pub kind: String,
    /// The value as DER with its tag; nothing where the kind says everything.
    #[serde(with = "base64", default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Vec<u8>>,
}

impl OptionalData {
    /// The value where it is a text (UTF8String, PrintableString, IA5String).
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let value = AnyRef::from_der(self.data.as_deref()?).ok()?;
        let text = std::str::from_utf8(value.value()).ok()?;
        matches!(
            value.tag(),
            Tag::Utf8String | Tag::PrintableString | Tag::Ia5String
        )
        .then(|| text.to_owned())
    }
}

/// `OptionalData` of clause 7.1.
#[derive(Sequence)]
struct Entry<'a> {
    kind: AnyRef<'a>,
    data: Option<AnyRef<'a>>,
}

/// The entries in the order of the card: DER sorts a set, but nothing is lost when a card does not.
///
/// # Errors
/// [`GroupError::Malformed`].
pub fn optional_data(octets: &[u8]) -> Result<Vec<OptionalData>, GroupError> {
    let malformed = |_| GroupError::Malformed;
    let mut reader = SliceReader::new(constructed(12, octets)?).map_err(malformed)?;
    let mut entries = Vec::new();
    while !reader.is_finished() {
        let entry = Entry::decode(&mut reader).map_err(malformed)?;
        entries.push(OptionalData {
            kind: dotted(entry.kind).ok_or(GroupError::Malformed)?,
            data: entry
                .data
                .map(|data| data.to_der())
                .transpose()
                .map_err(malformed)?,
        });
    }
    Ok(entries)
}

/// An object identifier with dots (X.690, clause 8.19). Kept libraries end at numbers of 32 bits;
/// identifiers made of UUIDs have 128.
fn dotted(kind: AnyRef<'_>) -> Option<String> {
    let mut numbers = Vec::new();
    let mut number = None;
    for octet in kind.value() {
        let digit = u128::from(octet & 0x7F);
        number = match number {
            None if *octet == 0x80 => return None,
            None => Some(digit),
            Some(begun) => Some(u128::checked_mul(begun, 128)?.checked_add(digit)?),
        };
        if octet & 0x80 == 0 {
            numbers.extend(number.take());
        }
    }
    let is_whole = kind.tag() == Tag::ObjectIdentifier && number.is_none();
    // The first two numbers are one, and only the third root has more than forty branches.
    let (first, rest) = numbers.split_first().filter(|_| is_whole)?;
    let root = (first / 40).min(2);
    let begin = [root, first - 40 * root];
    let texts = begin.iter().chain(rest).map(u128::to_string);
    Some(texts.collect::<Vec<_>>().join("."))
}

/// Octets in JSON.
mod base64 {
    use base64ct::{Base64, Encoding as _};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(
        octets: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match octets {
            Some(octets) => serializer.serialize_some(&Base64::encode_string(octets)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| Base64::decode_vec(&text))
            .transpose()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two entries: 1.2.112.0.1 with a UTF8String, 1.2.112.0.2 alone.
    const TWO: &[u8] =
        b"\x6C\x15\x30\x0B\x06\x04\x2A\x70\x00\x01\x0C\x03abc\x30\x06\x06\x04\x2A\x70\x00\x02";

    #[test]
    fn entries_are_told_by_their_kind() {
        let entries = optional_data(TWO).unwrap();
        let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds, ["1.2.112.0.1", "1.2.112.0.2"]);
        assert_eq!(entries[0].data.as_deref(), Some(&b"\x0C\x03abc"[..]));
        assert_eq!(entries[0].text().as_deref(), Some("abc"));
        assert_eq!((entries[1].data.as_ref(), entries[1].text()), (None, None));
        assert_eq!(optional_data(b"\x6C\x00"), Ok(vec![]));
    }

    #[test]
    fn a_value_may_be_of_any_type() {
        let integer =
            optional_data(b"\x6C\x0B\x30\x09\x06\x04\x2A\x70\x00\x01\x02\x01\x07").unwrap();
        assert_eq!(integer[0].data.as_deref(), Some(&[2, 1, 7][..]));
        assert_eq!(integer[0].text(), None);
    }

    #[test]
    fn kinds_of_every_root_are_written_with_dots() {
        let of = |octets: &[u8]| {
            let kind = [&[0x06, octets.len() as u8], octets].concat();
            dotted(AnyRef::from_der(&kind).unwrap())
        };
        assert_eq!(of(&[0x27]).as_deref(), Some("0.39"));
        assert_eq!(of(&[0x88, 0x37, 1]).as_deref(), Some("2.999.1"));
        let uuid = [&[0x69, 0x83][..], &[0xFF; 17], &[0x7F]].concat();
        let largest = format!("2.25.{}", u128::MAX);
        assert_eq!(of(&uuid).as_deref(), Some(largest.as_str()));
        let larger = [&[0x69, 0x84][..], &[0x80; 17], &[0x00]].concat();
        for wrong in [&[][..], &[0x2A, 0x80, 1], &[0x2A, 0x81], &larger] {
            assert_eq!(of(wrong), None, "{wrong:02X?}");
        }
        assert_eq!(dotted(AnyRef::from_der(&[0x0C, 1, 0x2A]).unwrap()), None);
    }

    #[test]
    fn json_keeps_the_octets() {
        let entries = optional_data(TWO).unwrap();
        let json = serde_json::to_string(&entries).unwrap();
        assert!(
            json.contains(r#""kind":"1.2.112.0.1","data":"DANhYmM=""#),
            "{json}"
        );
        let again: Vec<OptionalData> = serde_json::from_str(&json).unwrap();
        assert_eq!(again, entries);
        assert!(serde_json::from_str::<OptionalData>(r#"{"kind":"1.2","data":"?"}"#).is_err());
    }

    #[test]
    fn what_is_no_set_of_entries_is_an_error() {
        for wrong in [
            &b""[..],
            b"\x4C\x00",
            b"\x6C\x02\x31\x00",
            // Without a kind, with a kind of no octets, with something after the value, cut off,
            // with a length that is not the shortest, with something after the group.
            b"\x6C\x02\x30\x00",
            b"\x6C\x04\x30\x02\x06\x00",
            b"\x6C\x0C\x30\x0A\x06\x04\x2A\x70\x00\x01\x05\x00\x05\x00",
            b"\x6C\x07\x30\x06\x06\x04\x2A\x70\x00",
            b"\x6C\x09\x30\x81\x06\x06\x04\x2A\x70\x00\x01",
            b"\x6C\x00\x00",
        ] {
            assert_eq!(
                optional_data(wrong),
                Err(GroupError::Malformed),
                "{wrong:02X?}"
            );
        }
    }
}
