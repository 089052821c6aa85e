//! Which words of a text a query found.

use std::cell::RefCell;
use std::collections::HashSet;

use super::stems::{Spoken, Stems};
use super::words::words;

/// A part of a text, and whether the query found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The part as it stands in the text.
    pub text: String,
    /// Whether the query found it.
    pub found: bool,
}

/// Knows the words that a query found, in any form.
#[derive(Default)]
pub struct Marker {
    terms: HashSet<String>,
    /// With which other terms begin.
    beginnings: Vec<String>,
    stems: RefCell<Stems>,
}

impl Marker {
    pub(crate) fn new(terms: HashSet<String>, beginnings: Vec<String>) -> Self {
        Self {
            terms,
            beginnings,
            stems: RefCell::default(),
        }
    }

    fn knows(&self, term: &str) -> bool {
        self.terms.contains(term) || self.beginnings.iter().any(|begun| term.starts_with(begun))
    }

    /// The text in parts. Put together they are the text.
    #[must_use]
    pub fn mark(&self, spoken: Spoken, text: &str) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut plain = 0;
        let mut push = |part: &str, found| {
            if !part.is_empty() {
                segments.push(Segment {
                    text: part.to_owned(),
                    found,
                });
            }
        };
        let mut stems = self.stems.borrow_mut();
        for word in words(text) {
            if stems.of(spoken, &word).iter().any(|term| self.knows(term)) {
                push(&text[plain..word.range.start], false);
                push(&text[word.range.clone()], true);
                plain = word.range.end;
            }
        }
        push(&text[plain..], false);
        segments
    }

    /// A part of a long text around the first word that was found, in parts; `None` when the text has
    /// none of them.
    #[must_use]
    pub fn extract(&self, spoken: Spoken, text: &str) -> Option<Vec<Segment>> {
        /// Characters before the first word, and of the whole.
        const BEFORE: usize = 40;
        const LONGEST: usize = 200;
        let mut segments = self.mark(spoken, text);
        let first = segments.iter().position(|segment| segment.found)?;
        segments.drain(..first.saturating_sub(1));
        if let Some(start) = segments.first_mut().filter(|segment| !segment.found) {
            let from = start
                .text
                .char_indices()
                .rev()
                .nth(BEFORE)
                .map_or(0, |(at, _)| at);
            if from > 0 || first > 1 {
                start.text = format!("…{}", &start.text[from..]);
            }
        }
        let mut left = LONGEST;
        let mut cut = false;
        segments.retain_mut(|segment| {
            let length = segment.text.chars().count();
            if left == 0 {
                cut = true;
                return false;
            }
            if length > left {
                segment.text = segment.text.chars().take(left).collect();
                cut = true;
            }
            left = left.saturating_sub(length);
            true
        });
        if cut && let Some(last) = segments.last_mut() {
            last.text.push('…');
        }
        Some(segments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(terms: &[&str]) -> Marker {
        Marker::new(
            terms.iter().map(|&term| term.to_owned()).collect(),
            Vec::new(),
        )
    }

    #[test]
    fn words_of_the_text_are_marked_as_they_stand() {
        let parts = marker(&["даведк", "сям"]).mark(Spoken::Be, "Выдача Даведкі аб складзе сям’і.");
        let shown: Vec<_> = parts
            .iter()
            .map(|part| (part.text.as_str(), part.found))
            .collect();
        assert_eq!(
            shown,
            [
                ("Выдача ", false),
                ("Даведкі", true),
                (" аб складзе ", false),
                ("сям’і", true),
                (".", false)
            ]
        );
    }

    #[test]
    fn extracts_begin_near_the_word_and_end() {
        let long = format!("{} пашпарт {}", "слова ".repeat(100), "яшчэ ".repeat(100));
        let parts = marker(&["пашпарт"]).extract(Spoken::Be, &long).unwrap();
        let text: String = parts.iter().map(|part| part.text.as_str()).collect();
        assert!(text.starts_with('…') && text.ends_with('…'), "{text}");
        assert!(text.chars().count() < 250 && parts.iter().any(|part| part.found));
        assert_eq!(marker(&["пашпарт"]).extract(Spoken::Be, "нічога"), None);
        let short = marker(&["пашпарт"]).extract(Spoken::Be, "Пашпарт").unwrap();
        assert_eq!(short.len(), 1);
    }
}
