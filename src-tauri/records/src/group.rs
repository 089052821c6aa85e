//! Data groups of the eID application as DER (STB 34.101.79, clause 7.1 and annex A).

use std::collections::BTreeMap;

/// Why a data group is not what the standard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Not the DER of this group.
    #[error("a data group is malformed")]
    Malformed,
    /// Not UTF-8.
    #[error("a data group is not text")]
    NotText,
}

/// A place (DG9, DG17).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In parts: street, city, state, country, zip code; the first three in the languages of
    /// [`names`].
    Parts([Option<String>; 5]),
    /// Free text.
    Free(String),
    /// A text that says that there is nothing.
    Unknown(String),
}

impl Place {
    /// The place as one line, by language.
    pub fn readable(&self) -> BTreeMap<String, String> {
        let split = |text: &str| names(text).unwrap_or_default();
        match self {
            Self::Free(text) | Self::Unknown(text) => split(text),
            Self::Parts(parts) => {
                let [street, city, state, country, zip] =
                    parts.each_ref().map(|part| part.as_deref());
                let home = country == Some("BLR");
                ["be", "ru"]
                    .into_iter()
                    .map(|language| {
                        let text =
                            |part: Option<&str>| part.and_then(|part| split(part).remove(language));
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

/// The text of group `number`, `[APPLICATION number] IMPLICIT` over a string type.
///
/// # Errors
/// [`GroupError`].
pub fn text(number: u8, octets: &[u8]) -> Result<String, GroupError> {
    let (tag, value, rest) = object(octets)?;
    if tag != 0x40 | number || !rest.is_empty() {
        return Err(GroupError::Malformed);
    }
    utf8(value)
}

/// The place in group `number`: a CHOICE under an APPLICATION tag, hence an explicit one.
///
/// # Errors
/// [`GroupError`].
pub fn place(number: u8, octets: &[u8]) -> Result<Place, GroupError> {
    let (tag, value, rest) = object(octets)?;
    if tag != 0x60 | number || !rest.is_empty() {
        return Err(GroupError::Malformed);
    }
    let (tag, mut value, rest) = object(value)?;
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
            Ok(Place::Parts(parts))
        }
        _ => Err(GroupError::Malformed),
    }
}

/// Splits `be/ru/latin` or `be/ru`. An empty text is no name; a text without a stroke is the same in
/// both languages.
///
/// # Errors
/// [`GroupError::Malformed`] for more than three parts.
pub fn names(text: &str) -> Result<BTreeMap<String, String>, GroupError> {
    let named = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(language, name)| ((*language).to_owned(), (*name).to_owned()))
            .collect()
    };
    let parts: Vec<&str> = text.split('/').map(str::trim).collect();
    match parts.as_slice() {
        [""] => Ok(BTreeMap::new()),
        [one] => Ok(named(&[("be", one), ("ru", one)])),
        [be, ru] => Ok(named(&[("be", be), ("ru", ru)])),
        [be, ru, latin] => Ok(named(&[("be", be), ("ru", ru), ("latin", latin)])),
        _ => Err(GroupError::Malformed),
    }
}

/// `YYYYMMDD` as `YYYY-MM-DD`; unknown parts stay spaces.
///
/// # Errors
/// [`GroupError::Malformed`].
pub fn date(text: &str) -> Result<String, GroupError> {
    let sane = text.len() == 8
        && text
            .bytes()
            .all(|octet| octet.is_ascii_digit() || octet == b' ');
    match (text.get(..4), text.get(4..6), text.get(6..)) {
        (Some(year), Some(month), Some(day)) if sane => Ok(format!("{year}-{month}-{day}")),
        _ => Err(GroupError::Malformed),
    }
}

/// Tag of one octet, value, and what follows.
fn object(octets: &[u8]) -> Result<(u8, &[u8], &[u8]), GroupError> {
    let malformed = GroupError::Malformed;
    let [tag, length, rest @ ..] = octets else {
        return Err(malformed);
    };
    let (length, rest) = match (length, rest) {
        (0..=0x7F, rest) => (usize::from(*length), rest),
        (0x81, [low @ 0x80..=0xFF, rest @ ..]) => (usize::from(*low), rest),
        (0x82, [high @ 1..=0xFF, low, rest @ ..]) => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        _ => return Err(malformed),
    };
    let (value, rest) = rest.split_at_checked(length).ok_or(malformed)?;
    Ok((*tag, value, rest))
}

fn utf8(octets: &[u8]) -> Result<String, GroupError> {
    String::from_utf8(octets.to_vec()).map_err(|_| GroupError::NotText)
}
