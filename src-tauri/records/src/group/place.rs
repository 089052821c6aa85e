//! DG9 and DG17: `GeneralPlace`.

use std::collections::BTreeMap;

use super::{GroupError, both, constructed, is_country, is_printable, object, utf8};

/// A place (DG9, DG17).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In parts: street, city, state, country, zip code; the first three in the languages of
    /// [`both`]. City and country are always there.
    Parts([Option<String>; 5]),
    /// Free text.
    Free(String),
    /// A text that says that there is nothing.
    Unknown(String),
}

impl Place {
    /// The place as one line, by language.
    pub fn readable(&self) -> BTreeMap<String, String> {
        match self {
            Self::Free(text) | Self::Unknown(text) => both(text),
            Self::Parts(parts) => {
                let [street, city, state, country, zip] =
                    parts.each_ref().map(|part| part.as_deref());
                let home = country == Some("BLR");
                ["be", "ru"]
                    .into_iter()
                    .map(|language| {
                        let text =
                            |part: Option<&str>| part.and_then(|part| both(part).remove(language));
                        let line: Vec<String> = [
                            zip.map(str::to_owned),
                            country.filter(|_| !home).map(str::to_owned),
                            text(state),
                            text(city),
                            text(street),
                        ]
                        .into_iter()
                        .flatten()
                        .filter(|part| !part.is_empty())
                        .collect();
                        (language.to_owned(), line.join(", "))
                    })
                    .collect()
            }
        }
    }
}

/// The place in group `number`: a CHOICE under an APPLICATION tag, hence an explicit one.
///
/// # Errors
/// [`GroupError`].
pub fn place(number: u8, octets: &[u8]) -> Result<Place, GroupError> {
    let (tag, mut value, rest) = object(constructed(number, octets)?)?;
    if !rest.is_empty() {
        return Err(GroupError::Malformed);
    }
    match tag {
        0x81 => Ok(Place::Free(utf8(value)?)),
        0x82 => Ok(Place::Unknown(utf8(value)?)),
        0x30 => {
            let mut parts = [const { None }; 5];
            let mut least = 0;
            while !value.is_empty() {
                let (tag, part, rest) = object(value)?;
                let index = usize::from(tag.wrapping_sub(0x8A));
                let place = parts
                    .get_mut(index)
                    .filter(|_| index >= least)
                    .ok_or(GroupError::Malformed)?;
                *place = Some(utf8(part)?);
                least = index + 1;
                value = rest;
            }
            let [_, city, _, country, zip] = &parts;
            let sane = city.is_some()
                && country.as_deref().is_some_and(is_country)
                && zip.as_deref().is_none_or(is_printable);
            sane.then_some(Place::Parts(parts))
                .ok_or(GroupError::Malformed)
        }
        _ => Err(GroupError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_three_forms() {
        assert_eq!(
            place(17, b"\x71\x04\x81\x02ab"),
            Ok(Place::Free("ab".into()))
        );
        assert_eq!(
            place(9, b"\x69\x04\x82\x02ab"),
            Ok(Place::Unknown("ab".into()))
        );
        let parts = place(9, b"\x69\x0A\x30\x08\x8B\x01c\x8D\x03BLR").unwrap();
        let expected =
            [None, Some("c"), None, Some("BLR"), None].map(|part| part.map(str::to_owned));
        assert_eq!(parts, Place::Parts(expected));
        for wrong in [
            &b"\x69\x04\x83\x02ab"[..],
            b"\x69\x0A\x30\x08\x8D\x03BLR\x8B\x01c",
            b"\x69\x08\x30\x06\x8B\x01c\x8B\x01c",
            b"\x69\x05\x30\x03\x8F\x01c",
            b"\x69\x05\x81\x02abx",
            b"\x69\x00",
            // Without a city, without a country, with a country of two letters.
            b"\x69\x07\x30\x05\x8D\x03BLR",
            b"\x69\x05\x30\x03\x8B\x01c",
            b"\x69\x09\x30\x07\x8B\x01c\x8D\x02BY",
        ] {
            assert_eq!(place(9, wrong), Err(GroupError::Malformed), "{wrong:02X?}");
        }
    }
}
