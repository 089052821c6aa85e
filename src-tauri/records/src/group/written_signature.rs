//! DG14: `WrittenSignature ::= [APPLICATION 14] OCTET STRING`, a picture in JPEG 2000.

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{GroupError, primitive};

/// The signature box of a JP2 file, and how a codestream without one begins (ISO/IEC 15444-1, I.5.1
/// and A.4).
const JP2: &[u8] = b"\x00\x00\x00\x0CjP  \r\n\x87\n";
const CODESTREAM: &[u8] = b"\xFF\x4F\xFF\x51";
/// How a JPEG begins (ISO/IEC 10918-1, B.2.1).
const JPEG: &[u8] = b"\xFF\xD8\xFF";

/// In what a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureKind {
    /// JPEG 2000, as the standard wants it.
    Jpeg2000,
    /// JPEG, which says what it is and is taken too.
    Jpeg,
}

/// A picture as the card keeps it. Nobody has decoded it: whoever shows it must not trust it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// In what it is written.
    pub kind: PictureKind,
    /// Its octets.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub octets: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} octets", self.kind, self.octets.len())
    }
}

/// The picture of a person's handwritten signature; nothing where the group is empty, as for a
/// person who does not write.
///
/// # Errors
/// [`GroupError::Malformed`], also for what is no picture of a kind that is known.
pub fn written_signature(octets: &[u8]) -> Result<Option<Picture>, GroupError> {
    let octets = primitive(14, octets)?;
    if octets.is_empty() {
        return Ok(None);
    }
    let kind = if octets.starts_with(JP2) || octets.starts_with(CODESTREAM) {
        PictureKind::Jpeg2000
    } else if octets.starts_with(JPEG) {
        PictureKind::Jpeg
    } else {
        return Err(GroupError::Malformed);
    };
    Ok(Some(Picture {
        kind,
        octets: octets.to_vec(),
    }))
}

fn to_base64<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Base64::encode_string(octets))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Base64::decode_vec(&text).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(picture: &[u8]) -> Vec<u8> {
        [&[0x4E, picture.len() as u8], picture].concat()
    }

    #[test]
    fn pictures_are_told_by_how_they_begin() {
        let kind = |octets: &[u8]| {
            written_signature(&file(octets)).map(|found| found.map(|picture| picture.kind))
        };
        assert_eq!(kind(&[JP2, b"x"].concat()), Ok(Some(PictureKind::Jpeg2000)));
        assert_eq!(kind(CODESTREAM), Ok(Some(PictureKind::Jpeg2000)));
        assert_eq!(kind(b"\xFF\xD8\xFF\xE0"), Ok(Some(PictureKind::Jpeg)));
        assert_eq!(kind(b""), Ok(None));
        for wrong in [&b"\x89PNG"[..], b"<svg>", b"\xFF", b"\x00"] {
            assert_eq!(kind(wrong), Err(GroupError::Malformed));
        }
    }

    #[test]
    fn what_is_no_octet_string_is_an_error() {
        for wrong in [
            &b""[..],
            b"\x4E",
            b"\x6E\x00",
            b"\x4E\x05\xFF\xD8\xFF",
            b"\x4E\x00\x00",
        ] {
            assert_eq!(written_signature(wrong), Err(GroupError::Malformed));
        }
    }

    #[test]
    fn json_keeps_the_octets_and_debug_does_not_show_them() {
        let picture = written_signature(&file(b"\xFF\xD8\xFF\xE0"))
            .unwrap()
            .unwrap();
        let json = serde_json::to_string(&picture).unwrap();
        assert_eq!(json, r#"{"kind":"jpeg","octets":"/9j/4A=="}"#);
        assert_eq!(serde_json::from_str::<Picture>(&json).unwrap(), picture);
        assert_eq!(format!("{picture:?}"), "Jpeg of 4 octets");
    }
}
