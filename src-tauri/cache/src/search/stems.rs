//! From a word to its terms: what the index holds of it.

use std::collections::HashMap;

use frostem::{Algorithm, Stemmer};

use super::belarusian;
use super::words::{Script, Word, words};

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spoken {
    /// Belarusian.
    Be,
    /// Russian.
    Ru,
    /// English.
    En,
    /// Not known: a word gets the terms of each language that its letters allow.
    Any,
}

/// Forms of the word for a child, which has two stems in Russian.
const CHILD: &[&str] = &[
    "ребенок",
    "ребенка",
    "ребенку",
    "ребенком",
    "ребенке",
    "дети",
    "детей",
    "детям",
    "детьми",
    "детях",
];

/// Stems words and remembers those that it has seen: texts of one store repeat them.
pub(crate) struct Stems {
    russian: Stemmer,
    english: Stemmer,
    seen: HashMap<(Spoken, String), Vec<String>>,
}

/// Most words that are remembered.
const MOST_SEEN: usize = 50_000;

impl Default for Stems {
    fn default() -> Self {
        Self {
            russian: Stemmer::new(Algorithm::Russian),
            english: Stemmer::new(Algorithm::English),
            seen: HashMap::new(),
        }
    }
}

impl Stems {
    /// The terms of every word of a text, to the function.
    pub(crate) fn each(&mut self, spoken: Spoken, text: &str, mut take: impl FnMut(&str)) {
        for word in words(text) {
            for term in self.of(spoken, &word) {
                take(term);
            }
        }
    }

    /// The terms of a word; at least one.
    pub(crate) fn of(&mut self, spoken: Spoken, word: &Word) -> &[String] {
        if self.seen.len() > MOST_SEEN {
            self.seen.clear();
        }
        let (russian, english) = (self.russian, self.english);
        self.seen
            .entry((spoken, word.folded.clone()))
            .or_insert_with(|| {
                let folded = word.folded.as_str();
                let mut terms = Vec::new();
                match word.script {
                    Script::Number => terms.push(folded.to_owned()),
                    // The only plural of the catalogue that no rule makes.
                    Script::Latin if folded == "children" => terms.push("child".to_owned()),
                    Script::Latin => terms.push(english.stem(folded).into_owned()),
                    Script::Cyrillic => {
                        if spoken != Spoken::Ru {
                            terms.extend(belarusian::stems(folded));
                        }
                        if spoken != Spoken::Be {
                            terms.push(if CHILD.contains(&folded) {
                                "ребенк".to_owned()
                            } else {
                                russian.stem(folded).into_owned()
                            });
                        }
                        // даведак and справок belong to даведка and справка.
                        let full: Vec<String> =
                            terms.iter().filter_map(|term| fleeting(term)).collect();
                        terms.extend(full);
                        for term in &mut terms {
                            term.retain(|letter| letter != 'ь' && letter != 'ъ');
                        }
                    }
                }
                terms.sort_unstable();
                terms.dedup();
                terms
            })
    }
}

/// The stem without the vowel that stands before its last к in the nominative or genitive only.
fn fleeting(stem: &str) -> Option<String> {
    const VOWELS: &str = "аеёиоуыэюяйь";
    let mut letters = stem.chars().rev();
    let (last, vowel, before) = (letters.next()?, letters.next()?, letters.next()?);
    let fits = last == 'к' && matches!(vowel, 'а' | 'о' | 'е') && !VOWELS.contains(before);
    // Short words (срок, век) are more often what they seem.
    (fits && stem.chars().count() >= 5).then(|| {
        let kept = stem.len() - last.len_utf8() - vowel.len_utf8();
        format!("{}к", &stem[..kept])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(spoken: Spoken, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        Stems::default().each(spoken, text, |term| found.push(term.to_owned()));
        found
    }

    /// The index was made with these. When one of them changes, so does what is kept in stores:
    /// [`super::super::index::ANALYSIS`] must change with it.
    #[test]
    fn terms_are_those_of_the_kept_indexes() {
        assert_eq!(
            terms(Spoken::Ru, "справки о рождении детей"),
            ["справк", "рожден", "ребенк"]
        );
        assert_eq!(
            terms(Spoken::Be, "даведцы аб нараджэнні дзяцей"),
            ["даведк", "даведц", "аб", "нараджэнн", "дзиц"]
        );
        assert_eq!(
            terms(Spoken::En, "certificates of births, 2.35"),
            ["certif", "of", "birth", "2.35"]
        );
        assert_eq!(terms(Spoken::Any, "пашпарта"), ["пашпарт"]);
        assert_eq!(terms(Spoken::Any, "справок"), ["справк", "справок"]);
        assert_eq!(terms(Spoken::Any, "даведак"), ["даведак", "даведк"]);
    }

    #[test]
    fn both_languages_meet_whatever_the_person_speaks() {
        for (query, spoken, text) in [
            ("справку", Spoken::Ru, "Выдача справки"),
            ("даведку", Spoken::Be, "Выдача даведкі"),
            ("пособия", Spoken::Ru, "Назначение пособия"),
            ("ребёнка", Spoken::Ru, "на детей"),
            ("дзіцяці", Spoken::Be, "на дзяцей"),
            ("certificate", Spoken::En, "Certificates"),
        ] {
            let text = terms(spoken, text);
            assert!(
                terms(Spoken::Any, query)
                    .iter()
                    .any(|term| text.contains(term)),
                "{query}: {text:?}"
            );
        }
    }
}
