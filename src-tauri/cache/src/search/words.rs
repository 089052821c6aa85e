//! Words of a text: where they stand, and what they look like once the ways of writing that people
//! exchange are one (docs/search.md).

use std::ops::Range;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Where it stands, in octets.
    pub(crate) range: Range<usize>,
    /// In lower case, with letters folded.
    pub(crate) folded: String,
    pub(crate) script: Script,
}

/// What a word is written with, and so in which languages it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// Belarusian or Russian.
    Cyrillic,
    /// English, or a name.
    Latin,
    /// With digits: a number, a date, an identifier. Not stemmed.
    Number,
}

/// The words in the order of the text. Single letters are none.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, first) = characters.find(|(_, character)| character.is_alphanumeric())?;
            let mut end = start + first.len_utf8();
            let mut last = first;
            while let Some(&(at, next)) = characters.peek() {
                let joins = next.is_alphanumeric()
                    || is_accent(next)
                    || (is_joint(last, next)
                        && text[at + next.len_utf8()..].starts_with(|after: char| {
                            after.is_alphanumeric() && same(last, after)
                        }));
                if !joins {
                    break;
                }
                end = at + next.len_utf8();
                last = next;
                characters.next();
            }
            if let Some(word) = word(text, start..end) {
                return Some(word);
            }
        }
    })
}

/// The acute that dictionaries put on stressed vowels.
fn is_accent(character: char) -> bool {
    character == '\u{301}'
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '\u{2bc}' | '`')
}

/// Whether the sign holds a word together after that character.
fn is_joint(before: char, sign: char) -> bool {
    (before.is_alphabetic() && is_apostrophe(sign))
        || (before.is_ascii_digit() && matches!(sign, '.' | '-' | '/'))
}

fn same(one: char, other: char) -> bool {
    one.is_ascii_digit() == other.is_ascii_digit()
}

fn word(text: &str, range: Range<usize>) -> Option<Word> {
    let part = &text[range.clone()];
    let cyrillic = part.chars().any(is_cyrillic);
    let folded: String = part
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|&letter| !is_accent(letter) && !is_apostrophe(letter))
        .map(|letter| fold(letter, cyrillic))
        .collect();
    let script = if cyrillic {
        Script::Cyrillic
    } else if folded.contains(|letter: char| letter.is_ascii_digit()) {
        Script::Number
    } else {
        Script::Latin
    };
    (script == Script::Number || folded.chars().nth(1).is_some()).then_some(Word {
        range,
        folded,
        script,
    })
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{4ff}')
}

/// One letter for those that people exchange. Among Cyrillic letters a Latin one is a slip of the
/// keyboard.
fn fold(letter: char, cyrillic: bool) -> char {
    match letter {
        'і' => 'и',
        'ё' => 'е',
        'ў' => 'у',
        'ґ' => 'г',
        'a' if cyrillic => 'а',
        'b' if cyrillic => 'в',
        'c' if cyrillic => 'с',
        'e' if cyrillic => 'е',
        'h' if cyrillic => 'н',
        'i' if cyrillic => 'и',
        'k' if cyrillic => 'к',
        'm' if cyrillic => 'м',
        'o' if cyrillic => 'о',
        'p' if cyrillic => 'р',
        't' if cyrillic => 'т',
        'x' if cyrillic => 'х',
        'y' if cyrillic => 'у',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).map(|word| word.folded).collect()
    }

    #[test]
    fn letters_that_people_exchange_are_one() {
        assert_eq!(folded("Сям’і сям'и СЯМʼІ"), ["сями"; 3]);
        assert_eq!(
            folded("ўлік Улік учёт учет"),
            ["улик", "улик", "учет", "учет"]
        );
        // The second letter of the first word is Latin.
        assert_eq!(folded("пaспорт па́спорт"), ["паспорт", "паспорт"]);
    }

    #[test]
    fn numbers_stay_whole_and_letters_alone_are_no_words() {
        assert_eq!(
            folded("п. 2.2, № 2026-000123 і 1.1.5."),
            ["2.2", "2026-000123", "1.1.5"]
        );
        assert_eq!(
            folded("ID-карта 4210587A001PB5"),
            ["id", "карта", "4210587a001pb5"]
        );
        assert_eq!(folded(" -- ... '"), Vec::<String>::new());
    }

    #[test]
    fn ranges_are_those_of_the_text() {
        let text = "«Даведка» аб сям’і";
        let parts: Vec<&str> = words(text).map(|word| &text[word.range]).collect();
        assert_eq!(parts, ["Даведка", "аб", "сям’і"]);
    }
}
