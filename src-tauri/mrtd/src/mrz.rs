//! The machine-readable zone, as in DG1 (Doc 9303-3 to -6).

use crate::MrtdError;

/// What is printed for machines. Fillers are gone; what is not there is empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    /// Document code: `P`, `ID`, `I` and so on.
    pub document_code: String,
    /// Issuing state or organisation, three letters (Doc 9303-3, section 5); Germany has one.
    pub issuing_state: String,
    /// The document's number.
    pub number: String,
    /// What the state puts beside; on an identity card of Belarus the identification number.
    pub optional_data: String,
    /// YYMMDD; unknown parts are `<<`.
    pub date_of_birth: String,
    /// `F`, `M` or empty for unspecified.
    pub sex: String,
    /// YYMMDD.
    pub date_of_expiry: String,
    /// Three letters.
    pub nationality: String,
    /// Primary identifier, in Latin letters without diacritics.
    pub surname: String,
    /// Secondary identifiers.
    pub given_names: String,
}

/// The check digit over digits, letters and fillers with the weights 7, 3, 1 (Doc 9303-3, clause
/// 4.9), as an ASCII digit.
pub(crate) fn check_digit(field: &[u8]) -> u8 {
    let value = |octet: &u8| match octet {
        b'0'..=b'9' => u32::from(octet - b'0'),
        b'A'..=b'Z' => u32::from(octet - b'A') + 10,
        _ => 0,
    };
    let weighted = field.iter().zip([7, 3, 1].iter().cycle());
    let sum: u32 = weighted.map(|(octet, weight)| value(octet) * weight).sum();
    b'0' + (sum % 10) as u8
}

impl Mrz {
    /// Reads the lines without line breaks: 90 octets (format TD1), 72 (TD2) or 88 (TD3).
    ///
    /// # Errors
    ///
    /// Another length, other characters, or a check digit that does not fit.
    pub fn parse(lines: &[u8]) -> Result<Self, MrtdError> {
        let known = |octet: &u8| matches!(octet, b'0'..=b'9' | b'A'..=b'Z' | b'<');
        if !lines.iter().all(known) {
            return Err(MrtdError::Malformed("a character in the MRZ"));
        }
        let at = |from: usize, to: usize| lines.get(from..to).unwrap_or_default();
        match lines.len() {
            90 => {
                let (number, rest) = long_number(at(5, 14), at(14, 15), at(15, 30))?;
                let composite = [at(5, 30), at(30, 37), at(38, 45), at(48, 59)].concat();
                Self::of(
                    at(0, 2),
                    at(2, 5),
                    number,
                    [rest, at(48, 59)],
                    at(30, 38),
                    at(38, 45),
                    at(45, 48),
                    at(60, 90),
                )
                .and_then(|mrz| checked(&composite, at(59, 60), mrz))
            }
            72 => {
                let (number, rest) = long_number(at(36, 45), at(45, 46), at(64, 71))?;
                let composite = [at(36, 46), at(49, 56), at(57, 71)].concat();
                Self::of(
                    at(0, 2),
                    at(2, 5),
                    number,
                    [rest, &[]],
                    at(49, 57),
                    at(57, 64),
                    at(46, 49),
                    at(5, 36),
                )
                .and_then(|mrz| checked(&composite, at(71, 72), mrz))
            }
            88 => {
                let number = checked(at(44, 53), at(53, 54), text(at(44, 53)))?;
                let composite = [at(44, 54), at(57, 64), at(65, 87)].concat();
                Self::of(
                    at(0, 2),
                    at(2, 5),
                    number,
                    [at(72, 86), &[]],
                    at(57, 65),
                    at(65, 72),
                    at(54, 57),
                    at(5, 44),
                )
                .and_then(|mrz| checked(&composite, at(87, 88), mrz))
            }
            _ => Err(MrtdError::Malformed("the length of the MRZ")),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of every format in their order"
    )]
    fn of(
        document_code: &[u8],
        issuing_state: &[u8],
        number: String,
        optional: [&[u8]; 2],
        birth_and_sex: &[u8],
        expiry: &[u8],
        nationality: &[u8],
        name: &[u8],
    ) -> Result<Self, MrtdError> {
        let (birth, sex) = birth_and_sex.split_at_checked(7).unwrap_or_default();
        let name = String::from_utf8_lossy(name);
        let (surname, given_names) = name.split_once("<<").unwrap_or((&name, ""));
        Ok(Self {
            document_code: text(document_code),
            issuing_state: text(issuing_state),
            number,
            optional_data: optional.map(text).concat(),
            date_of_birth: date(birth)?,
            sex: text(sex),
            date_of_expiry: date(expiry)?,
            nationality: text(nationality),
            surname: text(surname.as_bytes()),
            given_names: text(given_names.as_bytes()),
        })
    }
}

/// A number that is longer than its field goes on in the optional data, and the check digit's place
/// is a filler (Doc 9303-5, note j).
fn long_number<'a>(
    number: &[u8],
    digit: &[u8],
    optional: &'a [u8],
) -> Result<(String, &'a [u8]), MrtdError> {
    if digit != b"<" {
        return checked(number, digit, (text(number), optional));
    }
    let end = optional
        .iter()
        .position(|octet| *octet == b'<')
        .unwrap_or(optional.len());
    let (more, rest) = optional.split_at(end);
    let Some((digit, more)) = more.split_last() else {
        // No number at all, and a filler is its digit.
        return checked(number, b"0", (text(number), optional));
    };
    let whole = [number, more].concat();
    checked(&whole, &[*digit], (text(&whole), rest))
}

fn checked<T>(field: &[u8], digit: &[u8], value: T) -> Result<T, MrtdError> {
    let expected = check_digit(field);
    // An optional field that is empty may have a filler for its digit.
    let fits = digit == [expected] || digit == b"<" && expected == b'0';
    fits.then_some(value)
        .ok_or(MrtdError::Malformed("a check digit of the MRZ"))
}

/// A date with its check digit.
fn date(field: &[u8]) -> Result<String, MrtdError> {
    let (date, digit) = field.split_at_checked(6).unwrap_or_default();
    let date_text = String::from_utf8_lossy(date).into_owned();
    checked(date, digit, date_text)
}

/// Fillers at the ends are nothing, between words they are spaces.
fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field)
        .replace('<', " ")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimens of Doc 9303-5, -6 and -4.
    const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\
        7408122F1204159UTO<<<<<<<<<<<6\
        ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\
        D231458907UTO7408122F1204159<<<<<<<6";
    const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\
        L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    #[test]
    fn specimens_are_read() {
        for (lines, number, optional) in [
            (TD1, "D23145890", ""),
            (TD2, "D23145890", ""),
            (TD3, "L898902C3", "ZE184226B"),
        ] {
            let mrz = Mrz::parse(lines.as_bytes()).unwrap();
            assert_eq!(
                (mrz.number.as_str(), mrz.optional_data.as_str()),
                (number, optional)
            );
            assert_eq!(
                (mrz.surname.as_str(), mrz.given_names.as_str()),
                ("ERIKSSON", "ANNA MARIA")
            );
            assert_eq!(
                (mrz.date_of_birth.as_str(), mrz.sex.as_str()),
                ("740812", "F")
            );
            assert_eq!(
                (mrz.date_of_expiry.as_str(), mrz.nationality.as_str()),
                ("120415", "UTO")
            );
        }
    }

    #[test]
    fn a_long_number_goes_on_in_the_optional_data() {
        // Doc 9303-5, the example of note j.
        let (number, rest) = long_number(b"D23145890", b"<", b"7349<<<<<<<<<<<").unwrap();
        assert_eq!(
            (number.as_str(), rest),
            ("D23145890734", &b"<<<<<<<<<<<"[..])
        );
    }

    #[test]
    fn every_changed_digit_is_noticed() {
        for (index, octet) in TD1.bytes().enumerate().take(60).skip(5) {
            let mut lines = TD1.as_bytes().to_vec();
            if !octet.is_ascii_digit() {
                continue;
            }
            lines[index] = if octet == b'9' { b'0' } else { octet + 1 };
            assert!(Mrz::parse(&lines).is_err(), "at {index}");
        }
        assert!(Mrz::parse(b"I<UTO").is_err());
        assert!(Mrz::parse(&[b'a'; 90]).is_err());
    }
}
