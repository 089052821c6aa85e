//! Data groups of the eID application as DER (STB 34.101.79, clause 7.1 and annex A).

mod optional_data;
mod place;
mod written_signature;

use std::collections::BTreeMap;

pub use optional_data::{OptionalData, optional_data};
pub use place::{Place, place};
pub use written_signature::{Picture, PictureKind, written_signature};

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

/// The text of group `number`, `[APPLICATION number] IMPLICIT` over the string type of that group,
/// within the characters and lengths of the type.
///
/// # Errors
/// [`GroupError`].
pub fn text(number: u8, octets: &[u8]) -> Result<String, GroupError> {
    // A group that "shall be empty" (clause 7.1, DG6) may be a file without an octet.
    if number == 6 && octets.is_empty() {
        return Ok(String::new());
    }
    let text = utf8(primitive(number, octets)?)?;
    fits(number, &text)
        .then_some(text)
        .ok_or(GroupError::Malformed)
}

/// Whether a text is of the string type of its group.
fn fits(number: u8, text: &str) -> bool {
    let octets = text.len();
    match number {
        1 => (14..=18).contains(&octets) && is_printable(text),
        2 | 10 => is_country(text),
        3 | 8 | 15 => octets == 8,
        7 => (7..=64).contains(&octets) && is_printable(text),
        11 => matches!(text.trim(), "" | "M" | "F"),
        18 => octets <= 64 && is_printable(text),
        21 => is_printable(text),
        22 => text.is_ascii(),
        _ => true,
    }
}

/// PrintableString (STB 34.101.19, as in X.680, clause 41.4).
fn is_printable(text: &str) -> bool {
    let known = |octet: u8| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet);
    text.bytes().all(known)
}

/// Country: three capital letters or spaces.
fn is_country(text: &str) -> bool {
    let known = |octet: u8| octet.is_ascii_uppercase() || octet == b' ';
    text.len() == 3 && text.bytes().all(known)
}

/// What is inside `[APPLICATION number] IMPLICIT` over a primitive type, which fills the file.
fn primitive(number: u8, octets: &[u8]) -> Result<&[u8], GroupError> {
    whole(0x40 | number, octets)
}

/// The same over a constructed type, and over a CHOICE, whose tag is explicit.
fn constructed(number: u8, octets: &[u8]) -> Result<&[u8], GroupError> {
    whole(0x60 | number, octets)
}

fn whole(expected: u8, octets: &[u8]) -> Result<&[u8], GroupError> {
    match object(octets)? {
        (tag, value, []) if tag == expected => Ok(value),
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

/// Splits `be/ru`. A stroke may be in the text too, as in the number of a house: so many in each
/// language. What does not split into halves is the same in both, so that nothing is lost.
#[must_use]
pub fn both(text: &str) -> BTreeMap<String, String> {
    if text.trim().is_empty() {
        return BTreeMap::new();
    }
    let parts: Vec<&str> = text.split('/').map(str::trim).collect();
    let (be, ru) = match parts.len() {
        even if even % 2 == 0 => parts.split_at(even / 2),
        _ => (&parts[..], &parts[..]),
    };
    [("be", be), ("ru", ru)]
        .map(|(language, parts)| (language.to_owned(), parts.join("/")))
        .into()
}

/// A date that is known in full: `YYYYMMDD` as `YYYY-MM-DD`.
///
/// # Errors
/// [`GroupError::Malformed`], also for a day that no calendar has.
pub fn date(text: &str) -> Result<String, GroupError> {
    let (year, month, day) = date_parts(text)?;
    let day = format!("{year}-{month}-{day}");
    // jiff reads signs and more; eight digits leave it nothing but the calendar to judge.
    match day.parse::<jiff::civil::Date>() {
        Ok(_) if !day.contains(' ') => Ok(day),
        _ => Err(GroupError::Malformed),
    }
}

/// A date of birth: the year is always there; the day, or month and day, may be unknown and stay
/// spaces (clause 7.1, DG8). Given as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
///
/// # Errors
/// [`GroupError::Malformed`].
pub fn date_of_birth(text: &str) -> Result<String, GroupError> {
    let (year, month, day) = date_parts(text)?;
    let known = |part: &str, otherwise: &str| -> String {
        if part.trim().is_empty() {
            otherwise.to_owned()
        } else {
            part.to_owned()
        }
    };
    // January has as many days as any month, and a first day has every month: what is unknown never
    // makes a known part wrong.
    date(&format!("{year}{}{}", known(month, "01"), known(day, "01")))?;
    let parts = [year, month, day];
    let known = parts.into_iter().take_while(|part| !part.trim().is_empty());
    Ok(known.collect::<Vec<_>>().join("-"))
}

/// Year, month and day as they stand: digits and spaces.
fn date_parts(text: &str) -> Result<(&str, &str, &str), GroupError> {
    let sane = text.len() == 8
        && text
            .bytes()
            .all(|octet| octet.is_ascii_digit() || octet == b' ');
    match (text.get(..4), text.get(4..6), text.get(6..)) {
        (Some(year), Some(month), Some(day)) if sane => Ok((year, month, day)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_of_the_calendar() {
        assert_eq!(date("20280229").as_deref(), Ok("2028-02-29"));
        for wrong in [
            "20270229", "20261301", "2026 101", "202611  ", "2026-1-1", "2026112", "", "٢٠٢٦",
        ] {
            assert_eq!(date(wrong), Err(GroupError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn a_date_of_birth_may_lack_parts_but_not_the_year() {
        assert_eq!(date_of_birth("19870521").as_deref(), Ok("1987-05-21"));
        assert_eq!(date_of_birth("1962    ").as_deref(), Ok("1962"));
        assert_eq!(date_of_birth("196202  ").as_deref(), Ok("1962-02"));
        for wrong in ["        ", "196 0101", "196213  ", "1962 1  ", "19620230"] {
            assert_eq!(date_of_birth(wrong), Err(GroupError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn texts_in_languages_are_split() {
        let of = |text: &str| names(text).unwrap().into_iter().collect::<Vec<_>>();
        let pair = |language: &str, name: &str| (language.to_owned(), name.to_owned());
        assert_eq!(of(""), []);
        assert_eq!(of("А"), [pair("be", "А"), pair("ru", "А")]);
        assert_eq!(
            of("А/Б/C"),
            [pair("be", "А"), pair("latin", "C"), pair("ru", "Б")]
        );
        assert_eq!(names("1/2/3/4"), Err(GroupError::Malformed));
    }

    #[test]
    fn texts_in_two_languages_may_have_strokes() {
        let of = |text: &str| both(text).into_values().collect::<Vec<_>>();
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of("А/Б"), ["А", "Б"]);
        assert_eq!(of("Мінск"), ["Мінск", "Мінск"]);
        assert_eq!(
            of("вул. Я, д. 1/2/ул. Я, д. 1/2"),
            ["вул. Я, д. 1/2", "ул. Я, д. 1/2"]
        );
        assert_eq!(of("а/б/в"), ["а/б/в", "а/б/в"]);
    }

    /// Clause 7.1: characters and lengths of each group's type.
    #[test]
    fn texts_keep_to_the_type_of_their_group() {
        let of = |number: u8, value: &str| {
            text(
                number,
                &[&[0x40 | number, value.len() as u8], value.as_bytes()].concat(),
            )
        };
        for (number, good, wrong) in [
            (1, "IDCBY-590082394654", "IDCBY-1"),
            (1, "IDCBY-59008239", "IDCBY-59008239@"),
            (2, "BLR", "BY"),
            (7, "PNOBY-786545091A4PB5", "PNOBY-"),
            (10, "XXX", "xxx"),
            (11, "F", "X"),
            (11, " ", "MF"),
            (15, "20250314", "2025031"),
            (18, "", "ZIPBY_220045"),
            (21, "+375-29-555-01-23", "+375*29"),
            (22, "a@example.by", "а@example.by"),
        ] {
            assert_eq!(of(number, good).as_deref(), Ok(good), "DG{number}");
            assert_eq!(
                of(number, wrong),
                Err(GroupError::Malformed),
                "DG{number} {wrong}"
            );
        }
        assert_eq!(text(6, &[]).as_deref(), Ok(""));
        assert_eq!(text(5, &[]), Err(GroupError::Malformed));
    }

    #[test]
    fn lengths_are_minimal_and_tags_right() {
        assert_eq!(text(2, b"\x42\x03BLR").as_deref(), Ok("BLR"));
        let long = [&[0x44, 0x81, 0x80][..], &[b'x'; 128]].concat();
        assert_eq!(text(4, &long).map(|text| text.len()), Ok(128));
        for wrong in [
            &b"\x43\x03BLR"[..],
            b"\x42\x03BL",
            b"\x42\x03BLRx",
            b"\x42\x81\x03BLR",
            b"\x42\x82\x00\x03BLR",
            b"\x42\x80BLR\x00\x00",
            b"\x42\x84\xFF\xFF\xFF\xFF",
            b"\x42",
            b"",
        ] {
            assert_eq!(text(2, wrong), Err(GroupError::Malformed), "{wrong:02X?}");
        }
        assert_eq!(text(2, b"\x42\x01\xFF"), Err(GroupError::NotText));
    }
}
