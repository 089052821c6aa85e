//! What a person typed: its words, and the terms of the index that each of them stands for.

use rusqlite::{Connection, params};

use super::index::{RECORDS, has_word};
use super::stems::{Spoken, Stems};
use super::words::{Script, Word, words};
use crate::StoreError;

/// Most terms that a beginning is completed to, the shortest first.
const MOST_COMPLETIONS: u32 = 200;
/// Letters of a beginning that is in the index of records itself (`migrations/012.sql`).
const INDEXED: std::ops::RangeInclusive<usize> = 2..=3;
/// Fewest letters of a word that may be mistyped.
const SHORTEST_MISTYPED: usize = 5;
/// Fewest letters of a term that a mistyped word may stand for.
const SHORTEST_NEAR: usize = 4;
/// Longest query that is read, in octets; the rest is left out.
const LONGEST: usize = 400;
/// Most words of a query.
const MOST_WORDS: usize = 12;

/// A word of a query with the terms of the index that it stands for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) word: Word,
    /// Stems of the word.
    pub(crate) exact: Vec<String>,
    /// Terms that the word, still being typed, is the beginning of.
    pub(crate) begun: Vec<String>,
    /// The beginning itself, where the index has it and more terms begin so than are listed.
    pub(crate) beginning: Option<String>,
    /// Terms one edit away, when there are no others.
    pub(crate) near: Vec<String>,
}

impl Asked {
    pub(crate) fn is_known(&self) -> bool {
        self.beginning.is_some() || self.all().next().is_some()
    }

    pub(crate) fn is_number(&self) -> bool {
        self.word.script == Script::Number
    }

    /// Whether the index has the word as it was typed so far.
    pub(crate) fn is_right(&self) -> bool {
        self.beginning.is_some() || self.right().next().is_some()
    }

    pub(crate) fn right(&self) -> impl Iterator<Item = &String> {
        self.exact.iter().chain(&self.begun)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        self.exact.iter().chain(&self.begun).chain(&self.near)
    }
}

/// The words of a query against the words of a class.
pub(crate) struct Query<'c> {
    connection: &'c Connection,
    class: i64,
    /// Fewest letters of a beginning.
    shortest: usize,
    /// Whether a mistyped word must have its first letter right: spares reading all words.
    first_letter: bool,
}

impl<'c> Query<'c> {
    pub(crate) fn new(
        connection: &'c Connection,
        class: i64,
        shortest: usize,
        first_letter: bool,
    ) -> Self {
        Self {
            connection,
            class,
            shortest,
            first_letter,
        }
    }

    pub(crate) fn read(&self, text: &str) -> Result<Vec<Asked>, StoreError> {
        let end = (0..=text.len().min(LONGEST))
            .rev()
            .find(|&at| text.is_char_boundary(at))
            .unwrap_or(0);
        let text = &text[..end];
        let mut stems = Stems::default();
        let mut asked = Vec::new();
        for word in words(text).take(MOST_WORDS) {
            // What nothing follows is still being typed.
            let open = word.range.end == text.trim_end_matches(['.', '-', '/', '’', '\'']).len();
            let own = stems.of(Spoken::Any, &word).to_vec();
            asked.push(self.ask(word, own, open)?);
        }
        Ok(asked)
    }

    fn ask(&self, word: Word, stems: Vec<String>, open: bool) -> Result<Asked, StoreError> {
        let beginning: String = word
            .folded
            .chars()
            .filter(|sign| !matches!(sign, 'ь' | 'ъ'))
            .collect();
        let letters = beginning.chars().count();
        let begins = open && letters >= self.shortest;
        let is_indexed = self.class == RECORDS && INDEXED.contains(&letters);
        let whole = begins && is_indexed && self.begins_many(&beginning)?;
        let begun = if begins && !whole {
            self.completions(&beginning)?
        } else {
            Vec::new()
        };
        let mut exact = Vec::new();
        for stem in &stems {
            if has_word(self.connection, self.class, stem)? {
                exact.push(stem.clone());
            }
        }
        let mistyped = exact.is_empty()
            && begun.is_empty()
            && !whole
            && word.script != Script::Number
            && word.folded.chars().count() >= SHORTEST_MISTYPED;
        let near = if mistyped {
            self.near(&stems, &beginning)?
        } else {
            Vec::new()
        };
        Ok(Asked {
            word,
            exact,
            begun,
            beginning: whole.then_some(beginning),
            near,
        })
    }

    /// Whether more terms begin so than are listed.
    fn begins_many(&self, beginning: &str) -> Result<bool, StoreError> {
        let end = format!("{beginning}{}", char::MAX);
        Ok(self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM search_words WHERE class = ? AND term >= ? AND term < ?
                 LIMIT 1 OFFSET ?)",
            )?
            .query_row(
                params![self.class, beginning, end, MOST_COMPLETIONS],
                |row| row.get(0),
            )?)
    }

    fn completions(&self, beginning: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT term FROM search_words WHERE class = ? AND term >= ? AND term < ?
             ORDER BY length(term), term LIMIT ?",
        )?;
        let end = format!("{beginning}{}", char::MAX);
        let terms = statement.query_map(
            params![self.class, beginning, end, MOST_COMPLETIONS],
            |row| row.get(0),
        )?;
        Ok(terms.collect::<Result<_, _>>()?)
    }

    fn near(&self, stems: &[String], word: &str) -> Result<Vec<String>, StoreError> {
        let first: String = word.chars().take(usize::from(self.first_letter)).collect();
        let asked: Vec<Vec<char>> = stems
            .iter()
            .map(|stem| stem.chars().collect::<Vec<_>>())
            .filter(|letters| letters.len() >= SHORTEST_NEAR)
            .collect();
        let word: Vec<char> = word.chars().collect();
        let mut letters = Vec::new();
        self.between(&first, |term| {
            letters.clear();
            letters.extend(term.chars());
            letters.len() >= SHORTEST_NEAR
                && (asked.iter().any(|asked| is_one_edit(asked, &letters))
                    || begins_almost(&word, &letters))
        })
    }

    /// The terms that begin so and fit.
    fn between(
        &self,
        beginning: &str,
        mut fits: impl FnMut(&str) -> bool,
    ) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT term FROM search_words WHERE class = ? AND term >= ? AND term < ?",
        )?;
        let end = format!("{beginning}{}", char::MAX);
        let mut rows = statement.query(params![self.class, beginning, end])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let term = row.get_ref(0)?.as_str().map_err(|_| StoreError::Damaged)?;
            if fits(term) {
                found.push(term.to_owned());
            }
        }
        Ok(found)
    }
}

/// Whether the word is the stem and an ending with at most one slip in the stem: a slip in the ending
/// keeps the stemmer from taking it off.
fn begins_almost(word: &[char], stem: &[char]) -> bool {
    const LONGEST_ENDING: usize = 4;
    if stem.len() < SHORTEST_MISTYPED || word.len() > stem.len() + LONGEST_ENDING {
        return false;
    }
    (stem.len() - 1..=stem.len() + 1)
        .filter_map(|length| word.get(..length))
        .any(|start| start == stem || is_one_edit(start, stem))
}

/// Whether one letter more, less or other, or two neighbours exchanged, make the same of both.
fn is_one_edit(one: &[char], other: &[char]) -> bool {
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    match (&one[..one.len() - end], &other[..other.len() - end]) {
        ([], []) => false,
        ([_], [] | [_]) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_is_one_letter_or_one_exchange() {
        let edit = |one: &str, other: &str| {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            is_one_edit(&letters(one), &letters(other))
        };
        for (one, other) in [
            ("паспарт", "паспорт"),
            ("паспарт", "пашпарт"),
            ("пашпрт", "пашпарт"),
            ("пашппарт", "пашпарт"),
            ("пашпатр", "пашпарт"),
            ("ашпарт", "пашпарт"),
        ] {
            assert!(edit(one, other) && edit(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("паспорт", "пашпарт"),
            ("пашпарт", "пашпарт"),
            ("абв", "вба"),
            ("пашпа", "пашпарт"),
        ] {
            assert!(!edit(one, other), "{one} {other}");
        }
    }
}
