//! Full-text search over everything in the store (docs/search.md). The index is in the same encrypted
//! file; it holds stems, and the texts are read from where they are kept.

mod belarusian;
pub(crate) mod index;
mod mark;
mod query;
mod stems;
mod words;

use std::collections::{BTreeSet, HashSet};

use rusqlite::{Connection, params};

use crate::procedures::number_order;
use crate::{Store, StoreError};
use index::{Indexer, PROCEDURES, RECORDS, term_of};
use query::{Asked, Query};

pub use index::Findable;
pub use mark::{Marker, Segment};
pub use stems::Spoken;

/// Weights of the columns of `procedure_terms` for BM25: number, title, keywords, description.
const WEIGHTS: &str = "20.0, 10.0, 5.0, 1.0";
/// Most procedures that one word may stand for in the search of records.
const MOST_PROCEDURES: i64 = 300;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Findable,
    /// Its identifier among its kind.
    pub id: String,
}

/// The answer to a query.
pub struct Found {
    /// What was found, the best first.
    pub hits: Vec<Hit>,
    /// Shows where in a text.
    pub marker: Marker,
    /// Words of the query that occur nowhere, as the person typed them. The others were sought
    /// without them.
    pub unknown: Vec<String>,
}

/// A text that is to be findable.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its identifier among its kind.
    pub id: &'a str,
    /// Number of the procedure that it is about.
    pub procedure: &'a str,
    /// Its texts with their languages.
    pub texts: &'a [(Spoken, &'a str)],
}

impl Store {
    /// Procedures on offer that have every known word of the query in any of its forms; when none has
    /// all, those that have any. A procedure whose number stands in the query comes first; then those
    /// with the words as typed; then those with longer words that begin so. Within these BM25 decides,
    /// where the title counts more than keywords and these more than the description.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]; what keeps the store from writing when the index must be made anew.
    pub fn search_procedures(&mut self, text: &str) -> Result<Found, StoreError> {
        self.refresh_search()?;
        let asked = Query::new(&self.connection, PROCEDURES, 1, false).read(text)?;
        let known: Vec<&Asked> = asked.iter().filter(|asked| asked.is_known()).collect();
        let as_typed = all_of(
            known
                .iter()
                .map(|asked| any_of(asked.exact.iter().chain(&asked.near))),
        );
        let begun = all_of(known.iter().map(|asked| any_of(asked.all())));
        let mut ids = self.ranked(as_typed.as_deref())?;
        for id in self.ranked(begun.as_deref())? {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.is_empty() {
            let any = any_of(known.iter().flat_map(|asked| asked.all()));
            ids = self.ranked(any.as_deref())?;
        }
        if known.iter().all(|asked| asked.is_number()) {
            ids.sort_by_cached_key(|id| number_order(id));
        }
        // A stable order: those whose number was typed come first, the others stay as they are.
        ids.sort_by_key(|id| {
            !asked
                .iter()
                .any(|asked| asked.word.folded == id.to_lowercase())
        });
        let hits = ids
            .into_iter()
            .map(|id| Hit {
                kind: Findable::Procedure,
                id,
            })
            .collect();
        Ok(found(hits, &asked, text))
    }

    /// The latest `count` drafts, applications and whatever else the store keeps of the person that
    /// have every known word of the query, in their own texts or in the title of their procedure. What
    /// changed last comes first.
    ///
    /// # Errors
    /// As [`Store::search_procedures`].
    pub fn search_records(&mut self, text: &str, count: usize) -> Result<Found, StoreError> {
        self.refresh_search()?;
        let own = Query::new(&self.connection, RECORDS, 2, true).read(text)?;
        let in_titles = Query::new(&self.connection, PROCEDURES, 2, false).read(text)?;
        let mut terms = HashSet::new();
        let mut words = Vec::new();
        let mut unknown = Vec::new();
        for (own, titles) in own.iter().zip(&in_titles) {
            // Where the word is right in one of the two, nobody mistyped it.
            let right = own.is_right() || titles.is_right();
            let of = |asked: &Asked| -> BTreeSet<String> {
                if right {
                    asked.right().cloned().collect()
                } else {
                    asked.all().cloned().collect()
                }
            };
            let (mut alternatives, titles) = (of(own), of(titles));
            if let Some(any) = any_of(titles.iter()) {
                for id in self.titled(&any)? {
                    let term = term_of(&id);
                    if index::has_word(&self.connection, RECORDS, &term)? {
                        alternatives.insert(term);
                    }
                }
            }
            if alternatives.is_empty() {
                unknown.push(own);
            } else {
                words.push(any_of(alternatives.iter()));
                terms.extend(alternatives);
                terms.extend(titles);
            }
        }
        let hits = match all_of(words.into_iter()) {
            Some(expression) => self.latest(&expression, count)?,
            None => Vec::new(),
        };
        Ok(Found {
            hits,
            marker: Marker::new(terms),
            unknown: typed(unknown, text),
        })
    }

    /// Makes texts findable that are kept elsewhere than in the tables of this crate's own kinds. What
    /// was known of the same identifiers is replaced.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn make_findable(
        &mut self,
        kind: Findable,
        entries: &[Entry<'_>],
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        index::index(&transaction, |indexer| {
            entries
                .iter()
                .try_for_each(|entry| indexer.put(kind, entry.id, entry.procedure, entry.texts))
        })?;
        Ok(transaction.commit()?)
    }

    /// Makes the index anew where another version of the program made it.
    fn refresh_search(&mut self) -> Result<(), StoreError> {
        if index::is_current(&self.connection)? {
            return Ok(());
        }
        let transaction = self.transaction()?;
        Indexer::rebuild(&transaction)?;
        Ok(transaction.commit()?)
    }

    fn ranked(&self, expression: Option<&str>) -> Result<Vec<String>, StoreError> {
        let Some(expression) = expression else {
            return Ok(Vec::new());
        };
        ids(
            &self.connection,
            &format!(
                "SELECT entry.id FROM procedure_terms
                 JOIN search_entries AS entry ON entry.key = procedure_terms.rowid
                 WHERE procedure_terms MATCH ? ORDER BY bm25(procedure_terms, {WEIGHTS}), entry.id"
            ),
            params![expression],
        )
    }

    /// Procedures that have one of the terms in number, title or keywords.
    fn titled(&self, expression: &str) -> Result<Vec<String>, StoreError> {
        ids(
            &self.connection,
            "SELECT entry.id FROM procedure_terms
             JOIN search_entries AS entry ON entry.key = procedure_terms.rowid
             WHERE procedure_terms MATCH ? LIMIT ?",
            params![
                format!("{{number title keywords}}: ({expression})"),
                MOST_PROCEDURES
            ],
        )
    }

    fn latest(&self, expression: &str, count: usize) -> Result<Vec<Hit>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT entry.kind, entry.id FROM
                 (SELECT rowid AS key FROM record_terms WHERE record_terms MATCH ? ORDER BY rowid DESC LIMIT ?)
                 AS latest
             JOIN search_entries AS entry USING (key) ORDER BY key DESC",
        )?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![expression, count], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        rows.map(|row| {
            let (kind, id) = row?;
            let kind = Findable::from_name(&kind).ok_or(StoreError::Damaged)?;
            Ok(Hit { kind, id })
        })
        .collect()
    }
}

fn ids(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn found(hits: Vec<Hit>, asked: &[Asked], text: &str) -> Found {
    let terms = asked.iter().flat_map(Asked::all).cloned().collect();
    let unknown: Vec<&Asked> = asked.iter().filter(|asked| !asked.is_known()).collect();
    Found {
        hits,
        marker: Marker::new(terms),
        unknown: typed(unknown, text),
    }
}

fn typed<'a>(words: impl IntoIterator<Item = &'a Asked>, text: &str) -> Vec<String> {
    words
        .into_iter()
        .map(|asked| text[asked.word.range.clone()].to_owned())
        .collect()
}

/// One of the terms, in the language of FTS5.
fn any_of<'a>(terms: impl Iterator<Item = &'a String>) -> Option<String> {
    // A term has letters, digits and signs of numbers only; in quotation marks it is no operator.
    let terms: Vec<String> = terms
        .map(|term| format!("\"{}\"", term.replace('"', "")))
        .collect();
    (!terms.is_empty()).then(|| terms.join(" OR "))
}

/// All of the expressions; nothing when one of them is empty.
fn all_of(words: impl Iterator<Item = Option<String>>) -> Option<String> {
    let words: Option<Vec<String>> = words
        .map(|word| word.map(|word| format!("({word})")))
        .collect();
    words
        .filter(|words| !words.is_empty())
        .map(|words| words.join(" AND "))
}
