//! Formats of texts beyond those of the standard (docs/forms.md): how a value is written, and how
//! what people type becomes that.

use jiff::civil::Date;

/// A format that this project adds, or takes over from the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A day of the calendar, `YYYY-MM-DD` (RFC 3339, full-date).
    Date,
    /// An address of electronic mail (RFC 5321).
    Email,
    /// A telephone number, E.164 with its plus sign.
    Phone,
    /// A personal number of Belarus: 14 characters, the last a check digit.
    PersonalNumber,
    /// Number of an identity document of Belarus: two Latin letters, seven digits.
    DocumentNumber,
    /// A postal code of Belarus: six digits.
    PostalCode,
    /// An amount in Belarusian roubles: exact, always with two decimals, such as `120.50`.
    Money,
    /// belt-hash of a file that belongs to the application, lower-case hex.
    Attachment,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Date,
        Self::Email,
        Self::Phone,
        Self::PersonalNumber,
        Self::DocumentNumber,
        Self::PostalCode,
        Self::Money,
        Self::Attachment,
    ];

    /// The format of that name in a schema.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name in a schema.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::PersonalNumber => "personal-number",
            Self::DocumentNumber => "document-number",
            Self::PostalCode => "postal-code",
            Self::Money => "money",
            Self::Attachment => "attachment",
        }
    }

    /// Whether a text is written as this format says. An `email` is left to the validator, and of an
    /// `attachment` only the writing is judged.
    #[must_use]
    pub fn holds(self, text: &str) -> bool {
        match self {
            Self::Date => date(text).is_some(),
            Self::Email => true,
            Self::Phone => phone(text),
            Self::PersonalNumber => personal_number(text),
            Self::DocumentNumber => shaped(text, "AA0000000"),
            Self::PostalCode => shaped(text, "000000"),
            Self::Money => hundredths(text).is_some(),
            Self::Attachment => {
                let hex = |octet: u8| matches!(octet, b'0'..=b'9' | b'a'..=b'f');
                text.len() == 64 && text.bytes().all(hex)
            }
        }
    }

    /// What people type, written as the format wants it: national telephone numbers become
    /// international, small letters capital, Cyrillic letters that look like Latin ones Latin, and so
    /// on. A text of which that does not make a value stays as it is.
    #[must_use]
    pub fn tidied(self, text: &str) -> String {
        let made = match self {
            Self::Date => day_first(text),
            Self::Email => Some(text.trim().to_owned()),
            Self::Phone => international(text),
            Self::PersonalNumber | Self::DocumentNumber => Some(latin(text)),
            Self::PostalCode => Some(text.split_whitespace().collect()),
            Self::Money => amount(text),
            Self::Attachment => None,
        };
        made.filter(|made| self.holds(made))
            .unwrap_or_else(|| text.to_owned())
    }
}

/// A day of the calendar. jiff reads more than RFC 3339 allows; ten characters leave it nothing but
/// the calendar to judge.
pub(super) fn date(text: &str) -> Option<Date> {
    if !shaped(text, "0000-00-00") {
        return None;
    }
    text.parse().ok()
}

/// An amount in hundredths: kopecks. Integers alone, so that nothing is ever rounded.
pub(super) fn hundredths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.')?;
    let digits = |part: &str| part.bytes().all(|octet| octet.is_ascii_digit());
    let long = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || whole.len() > 12 || long || part.len() != 2 {
        return None;
    }
    if !digits(whole) || !digits(part) {
        return None;
    }
    Some(whole.parse::<u64>().ok()? * 100 + part.parse::<u64>().ok()?)
}

/// Whether each character is of the kind that the model has there: `0` a digit, `A` a Latin capital,
/// anything else itself.
fn shaped(text: &str, model: &str) -> bool {
    text.len() == model.len()
        && text
            .bytes()
            .zip(model.bytes())
            .all(|(octet, kind)| match kind {
                b'0' => octet.is_ascii_digit(),
                b'A' => octet.is_ascii_uppercase(),
                other => octet == other,
            })
}

/// Seven digits, the region's letter, three digits, two letters, and the check digit: the sum of the
/// thirteen characters before it, a letter counting as in ICAO Doc 9303 (A is 10), with the weights
/// 7, 3, 1 in turn, modulo 10.
fn personal_number(text: &str) -> bool {
    if !shaped(text, "0000000A000AA0") {
        return false;
    }
    let sum: u32 = text
        .chars()
        .take(13)
        .zip([7, 3, 1].into_iter().cycle())
        .filter_map(|(sign, weight)| Some(sign.to_digit(36)? * weight))
        .sum();
    text.chars().next_back().and_then(|last| last.to_digit(10)) == Some(sum % 10)
}

/// A number of Belarus has nine digits after +375, and no area begins with another digit than these.
fn phone(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    if !digits.bytes().all(|octet| octet.is_ascii_digit()) || digits.starts_with('0') {
        return false;
    }
    match digits.strip_prefix("375") {
        Some(national) => national.len() == 9 && national.starts_with(['1', '2', '3', '4']),
        None => (7..=15).contains(&digits.len()),
    }
}

fn international(text: &str) -> Option<String> {
    let signs: String = text
        .chars()
        .filter(|sign| !matches!(sign, '-' | '(' | ')' | '.') && !sign.is_whitespace())
        .collect();
    if let Some(rest) = signs.strip_prefix("00") {
        return Some(format!("+{rest}"));
    }
    if signs.starts_with('+') {
        return Some(signs);
    }
    // 80 29 ... inside the country, 029 ... or 29 ... as people say it, 375 29 ... without the plus.
    let national = match signs.len() {
        12 => signs.strip_prefix("375")?,
        11 => signs.strip_prefix("80")?,
        10 => signs.strip_prefix('0')?,
        9 => &signs,
        _ => return None,
    };
    Some(format!("+375{national}"))
}

/// Capitals without spaces and hyphens, and Latin where a Cyrillic letter only looks so: documents
/// are numbered in Latin letters, and keyboards here are Cyrillic.
fn latin(text: &str) -> String {
    text.chars()
        .filter(|sign| !sign.is_whitespace() && !matches!(sign, '-' | '‐' | '–'))
        .flat_map(char::to_uppercase)
        .map(|sign| match sign {
            'А' => 'A',
            'В' => 'B',
            'С' => 'C',
            'Е' => 'E',
            'Н' => 'H',
            'І' => 'I',
            'К' => 'K',
            'М' => 'M',
            'О' => 'O',
            'Р' => 'P',
            'Т' => 'T',
            'Х' => 'X',
            other => other,
        })
        .collect()
}

/// `1 234,5` is `1234.50`.
fn amount(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .map(|sign| if sign == ',' { '.' } else { sign })
        .collect();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    Some(format!("{whole}.{part:0<2}"))
}

/// `3.5.2026` is `2026-05-03`.
fn day_first(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    let [day, month, year] = parts.as_slice() else {
        return None;
    };
    Some(format!("{year:0>4}-{month:0>2}-{day:0>2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_numbers_have_a_check_digit() {
        let format = Format::PersonalNumber;
        // Letters count as in Doc 9303: 10 * 3 + 25 * 1 + 11 * 7 = 132.
        assert!(format.holds("0000000A000PB2"));
        for digit in (0..=9).filter(|digit| *digit != 2) {
            assert!(!format.holds(&format!("0000000A000PB{digit}")));
        }
        assert!(format.holds("3140620A012PB3"));
        // One character wrong, or two neighbours exchanged, is noticed.
        for wrong in ["3140621A012PB3", "3140260A012PB3", "3140620B012PB3"] {
            assert!(!format.holds(wrong), "{wrong}");
        }
        for other in ["", "3140620A012PB", "3140620A012PB33", "3140620А012РВ3"] {
            assert!(!format.holds(other), "{other}");
        }
        // Cyrillic letters that look like Latin ones, small letters, spaces.
        assert_eq!(format.tidied(" 3140620а 012рв 3"), "3140620A012PB3");
        // Of what is no number nothing is made.
        assert_eq!(format.tidied("3140620а012рв5"), "3140620а012рв5");
    }

    #[test]
    fn document_numbers_are_latin() {
        let format = Format::DocumentNumber;
        assert!(format.holds("MP1234567") && !format.holds("МР1234567"));
        assert_eq!(format.tidied("мр 1234567"), "MP1234567");
        assert_eq!(format.tidied("ЯЖ1234567"), "ЯЖ1234567");
    }

    #[test]
    fn national_telephone_numbers_become_international() {
        let format = Format::Phone;
        for typed in [
            "+375-29-555-01-23",
            "80 29 555-01-23",
            "8 (029) 555 01 23",
            "029 555 01 23",
            "29 555 01 23",
            "375295550123",
            "00375295550123",
        ] {
            assert_eq!(format.tidied(typed), "+375295550123", "{typed}");
        }
        assert_eq!(format.tidied("+48 22 123 45 67"), "+48221234567");
        for wrong in ["", "5550123", "+37529555012", "+375 99 555 01 23", "8029"] {
            assert_eq!(format.tidied(wrong), wrong);
            assert!(!format.holds(wrong));
        }
    }

    #[test]
    fn amounts_are_exact() {
        let format = Format::Money;
        for (typed, kept) in [
            ("0,1", "0.10"),
            ("12", "12.00"),
            ("1 234,5", "1234.50"),
            ("999999999999.99", "999999999999.99"),
        ] {
            assert_eq!(format.tidied(typed), kept);
        }
        assert_eq!(hundredths("0.30"), Some(30));
        assert_eq!(hundredths("999999999999.99"), Some(99_999_999_999_999));
        for wrong in ["", ".50", "1.234,50", "-1", "1e3", "01.00", "1.005", "∞"] {
            assert_eq!(format.tidied(wrong), wrong);
            assert!(!format.holds(wrong), "{wrong}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert!(Format::Date.holds("2024-02-29"));
        for wrong in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "+002026-01-01",
            "20260101",
        ] {
            assert!(!Format::Date.holds(wrong), "{wrong}");
        }
        assert_eq!(Format::Date.tidied("3.5.2026"), "2026-05-03");
        assert_eq!(Format::Date.tidied("31.2.2026"), "31.2.2026");
    }
}
