//! The key that is printed on a document: out of the lines as a person copies them, or of the three
//! values in them (Doc 9303-11, clause 4.3.2). Whoever knows it opens the chip, so it is a secret,
//! and nothing of it stays behind in memory.

use kabinet_stb::Secret;
use zeroize::Zeroizing;

use crate::mrz::check_digit;

/// Number, date of birth and date of expiry as printed for machines, with their check digits.
pub struct MrzKey(Secret);

/// What is wrong with what was copied from a document. The chip was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MrzMistake {
    /// Not the lines of a document, or not the values in them.
    #[error("these are not the printed lines")]
    Format,
    /// The check digit of the number does not fit.
    #[error("the check digit of the number does not fit")]
    Number,
    /// The check digit of the date of birth does not fit.
    #[error("the check digit of the date of birth does not fit")]
    DateOfBirth,
    /// The check digit of the date of expiry does not fit.
    #[error("the check digit of the date of expiry does not fit")]
    DateOfExpiry,
}

type Octets = Zeroizing<Vec<u8>>;

/// Characters on a line of an identity card (format TD1, Doc 9303-5), of the smaller and of the larger
/// book (TD2 and TD3, Doc 9303-6 and -4).
const TD1: usize = 30;
const TD2: usize = 36;
const TD3: usize = 44;
/// Where the number and its check digit are in their line, and how far the last line must reach.
const NUMBER: usize = 9;
const TD1_NUMBER: usize = 5;
const TD1_LEAST: usize = 15;
const BOOK_LEAST: usize = 28;
/// Octets of the longest number: it goes on in the optional data of TD1.
const LONGEST_NUMBER: usize = 22;
/// Octets of a date, YYMMDD.
const DATE: usize = 6;
/// More than any document has printed.
const LONGEST: usize = 512;

impl MrzKey {
    /// From the document's number (letters and digits) and the two dates: YYMMDD, `<` for what is not
    /// known, with or without the check digit that is printed after it.
    ///
    /// # Errors
    ///
    /// [`MrzMistake`].
    pub fn new(
        number: impl AsRef<[u8]>,
        date_of_birth: impl AsRef<[u8]>,
        date_of_expiry: impl AsRef<[u8]>,
    ) -> Result<Self, MrzMistake> {
        let number = plain(number.as_ref());
        if number.len() > LONGEST_NUMBER || number.iter().all(|octet| *octet == b'<') {
            return Err(MrzMistake::Format);
        }
        let birth = date(&plain(date_of_birth.as_ref()), MrzMistake::DateOfBirth)?;
        let expiry = date(&plain(date_of_expiry.as_ref()), MrzMistake::DateOfExpiry)?;
        let mut padded = Zeroizing::new(Vec::with_capacity(LONGEST_NUMBER));
        padded.extend_from_slice(&number);
        padded.resize(number.len().max(NUMBER), b'<');
        if !padded.iter().all(|octet| is_printed(*octet)) {
            return Err(MrzMistake::Format);
        }
        let mut information = Vec::with_capacity(LONGEST_NUMBER + 2 * DATE + 3);
        for field in [&padded, &birth, &expiry] {
            information.extend_from_slice(field);
            information.push(check_digit(field));
        }
        Ok(Self(Secret::new(information)))
    }

    /// From the lines as printed, with line breaks or without. The first two lines of a card or the
    /// second of a book are enough; a line may end after what is needed, since nobody counts fillers.
    ///
    /// # Errors
    ///
    /// [`MrzMistake`].
    pub fn from_lines(text: &[u8]) -> Result<Self, MrzMistake> {
        if text.len() > LONGEST {
            return Err(MrzMistake::Format);
        }
        let lines: Vec<Octets> = text
            .split(|octet| matches!(octet, b'\n' | b'\r'))
            .map(plain)
            .filter(|line| !line.is_empty())
            .collect();
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_slice()).collect();
        match lines.as_slice() {
            [one] => match one.len() {
                len if len == 3 * TD1 || len == 2 * TD1 => card(one.split_at(TD1)),
                len if len == 2 * TD2 || len == 2 * TD3 => book(one.split_at(len / 2).1),
                TD2 | TD3 => book(one),
                _ => Err(MrzMistake::Format),
            },
            [first, second] | [first, second, _] if first.len() <= TD1 => card((first, second)),
            [_, second] => book(second),
            _ => Err(MrzMistake::Format),
        }
    }

    /// MRZ_information of clause 4.3.2.
    pub(crate) fn information(&self) -> &[u8] {
        self.0.expose()
    }
}

/// The first two lines of TD1.
fn card((first, second): (&[u8], &[u8])) -> Result<MrzKey, MrzMistake> {
    if first.len() < TD1_LEAST || second.len() < TD1_LEAST {
        return Err(MrzMistake::Format);
    }
    let (number, rest) = first
        .get(TD1_NUMBER..)
        .and_then(|rest| rest.split_at_checked(NUMBER))
        .ok_or(MrzMistake::Format)?;
    let number = checked_number(number, rest)?;
    MrzKey::new(number, part(second, 0)?, part(second, 8)?)
}

/// The second line of TD2 or TD3.
fn book(second: &[u8]) -> Result<MrzKey, MrzMistake> {
    if !(BOOK_LEAST..=TD3).contains(&second.len()) {
        return Err(MrzMistake::Format);
    }
    let (number, rest) = second.split_at_checked(NUMBER).ok_or(MrzMistake::Format)?;
    // Only TD2 lets a number go on, in the optional data at the end of the line.
    let digit = rest.get(..1).unwrap_or_default();
    let optional = second.get(BOOK_LEAST..TD2 - 1).unwrap_or_default();
    let mut tail = Zeroizing::new(Vec::with_capacity(TD2));
    tail.extend_from_slice(digit);
    tail.extend_from_slice(optional);
    let number = checked_number(number, &tail)?;
    MrzKey::new(number, part(second, 13)?, part(second, 21)?)
}

/// A number, whose check digit is the next octet; or that goes on in the optional data after a filler
/// in the digit's place (Doc 9303-5, note j).
fn checked_number(number: &[u8], rest: &[u8]) -> Result<Octets, MrzMistake> {
    let (digit, optional) = rest.split_first().ok_or(MrzMistake::Format)?;
    let mut whole = Zeroizing::new(Vec::with_capacity(LONGEST_NUMBER + TD1));
    whole.extend_from_slice(number);
    let mut digit = *digit;
    if digit == b'<' {
        let more = optional.iter().take_while(|octet| **octet != b'<');
        whole.extend(more);
        digit = whole.pop().ok_or(MrzMistake::Format)?;
    }
    let fits = check_digit(&whole) == digit;
    fits.then_some(whole).ok_or(MrzMistake::Number)
}

/// A date with its check digit at that place of a line.
fn part(line: &[u8], at: usize) -> Result<&[u8], MrzMistake> {
    line.get(at..=at + DATE).ok_or(MrzMistake::Format)
}

/// YYMMDD, the check digit taken off.
fn date(octets: &[u8], mistake: MrzMistake) -> Result<Octets, MrzMistake> {
    let (date, digit) = octets.split_at_checked(DATE).ok_or(MrzMistake::Format)?;
    let known = |octet: &u8| octet.is_ascii_digit() || *octet == b'<';
    if !date.iter().all(known) || digit.len() > 1 {
        return Err(MrzMistake::Format);
    }
    if digit
        .first()
        .is_some_and(|digit| *digit != check_digit(date))
    {
        return Err(mistake);
    }
    Ok(Zeroizing::new(date.to_vec()))
}

/// Without spaces, in capital letters.
fn plain(octets: &[u8]) -> Octets {
    let mut plain = Zeroizing::new(Vec::with_capacity(octets.len()));
    let seen = octets.iter().filter(|octet| !octet.is_ascii_whitespace());
    plain.extend(seen.map(u8::to_ascii_uppercase));
    plain
}

fn is_printed(octet: u8) -> bool {
    octet.is_ascii_uppercase() || octet.is_ascii_digit() || octet == b'<'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimens of Doc 9303-5, -6 and -4.
    const CARD: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n\
        7408122F1204159UTO<<<<<<<<<<<6\n\
        ERIKSSON<<ANNA<MARIA<<<<<<<<<<\n";
    const SMALL_BOOK: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n\
        D231458907UTO7408122F1204159<<<<<<<6";
    const BOOK: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\r\n\
        L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    const SPECIMEN: &str = "D23145890774081221204159";

    fn of(text: &str) -> Result<String, MrzMistake> {
        let key = MrzKey::from_lines(text.as_bytes())?;
        Ok(String::from_utf8(key.information().to_vec()).unwrap())
    }

    #[test]
    fn values_are_put_together_as_in_the_worked_examples() {
        let key = MrzKey::new("L898902C", "690806", "940623").unwrap();
        assert_eq!(key.information(), b"L898902C<369080619406236");
        let key = MrzKey::new(" t22000129", "6408125", "1010318").unwrap();
        assert_eq!(key.information(), b"T22000129364081251010318");
    }

    #[test]
    fn other_values_are_refused() {
        let of = |number: &str, birth: &str, expiry: &str| MrzKey::new(number, birth, expiry).err();
        let format = Some(MrzMistake::Format);
        assert_eq!(of("", "690806", "940623"), format);
        assert_eq!(of("L898902C", "6908", "940623"), format);
        assert_eq!(of("L898902C", "690806", "9406AB"), format);
        assert_eq!(of("L898902C", "69080611", "940623"), format);
        assert_eq!(of("Л898902С", "690806", "940623"), format);
        assert_eq!(of("L898902-C", "690806", "940623"), format);
        assert_eq!(of(&"1".repeat(23), "690806", "940623"), format);
        assert_eq!(of("L898902C", "69<<<<", "940623"), None);
        assert_eq!(
            of("L898902C", "6908062", "940623"),
            Some(MrzMistake::DateOfBirth)
        );
        assert_eq!(
            of("L898902C", "690806", "9406230"),
            Some(MrzMistake::DateOfExpiry)
        );
    }

    #[test]
    fn lines_of_every_format_are_taken_as_printed() {
        assert_eq!(of(CARD).as_deref(), Ok(SPECIMEN));
        assert_eq!(of(SMALL_BOOK).as_deref(), Ok(SPECIMEN));
        let book = "L898902C3674081221204159";
        assert_eq!(of(BOOK).as_deref(), Ok(book));
        for text in [CARD, SMALL_BOOK, BOOK] {
            let expected = if text == BOOK { book } else { SPECIMEN };
            let run = text.replace(['\n', '\r'], "");
            assert_eq!(of(&run).as_deref(), Ok(expected), "in one line");
            assert_eq!(of(&run.to_lowercase()).as_deref(), Ok(expected));
        }
        // What is needed and no more; fillers miscounted.
        let short = "i<utod231458907\n 7408122f1204159 ";
        assert_eq!(of(short).as_deref(), Ok(SPECIMEN));
        let miscounted = CARD.replace("UTO<<<<<<<<<<<6", "UTO<<<<<<6");
        assert_eq!(of(&miscounted).as_deref(), Ok(SPECIMEN));
        assert_eq!(of(&BOOK[46..]).as_deref(), Ok(book));
    }

    #[test]
    fn a_long_number_goes_on_in_the_optional_data() {
        // Doc 9303-5, the example of note j.
        let long = CARD.replace("D231458907<<<<", "D23145890<7349");
        assert_eq!(of(&long).as_deref(), Ok("D23145890734974081221204159"));
        let small = SMALL_BOOK
            .replace("D231458907UTO", "D23145890<UTO")
            .replace("9<<<<<<<6", "97349<<<6");
        assert_eq!(of(&small).as_deref(), Ok("D23145890734974081221204159"));
    }

    #[test]
    fn a_mistyped_character_is_named() {
        let mistyped = |from: &str, to: &str| of(&CARD.replacen(from, to, 1)).err();
        assert_eq!(mistyped("D23145", "D32145"), Some(MrzMistake::Number));
        assert_eq!(
            mistyped("7408122", "7408112"),
            Some(MrzMistake::DateOfBirth)
        );
        assert_eq!(
            mistyped("1204159", "1204158"),
            Some(MrzMistake::DateOfExpiry)
        );
        assert_eq!(mistyped("1204159", "12O4159"), Some(MrzMistake::Format));
        for wrong in [
            "",
            "654321",
            "I<UTO",
            "I<UTOD231458907",
            "a\nb\nc\nd",
            &"<".repeat(600),
        ] {
            assert_eq!(of(wrong).err(), Some(MrzMistake::Format), "{wrong}");
        }
        // Fillers all over: no number.
        assert_eq!(of(&"<".repeat(90)).err(), Some(MrzMistake::Number));
    }
}
