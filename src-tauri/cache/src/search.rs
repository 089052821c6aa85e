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
/// How much of what is due goes into the index in one transaction before a search.
const AT_ONCE: usize = 5_000;
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
        let mut beginnings = Vec::new();
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
            let begun = own.beginning.as_ref();
            let any = either(
                any_of(alternatives.iter()),
                begun.map(|begun| begins(begun)),
            );
            if any.is_none() {
                unknown.push(own);
            }
            words.extend(any.map(Some));
            beginnings.extend(begun.cloned());
            terms.extend(alternatives);
            terms.extend(titles);
        }
        let hits = match all_of(words.into_iter()) {
            Some(expression) => self.latest(&expression, count)?,
            None => Vec::new(),
        };
        Ok(Found {
            hits,
            marker: Marker::new(terms, beginnings),
            unknown: typed(unknown, text),
        })
    }

    /// Puts the first `count` of what passes changed into the index, in one transaction; gives how
    /// many there were. A search does all of it first, so this only spares it the time.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn index_due(&mut self, count: usize) -> Result<usize, StoreError> {
        if self.due()? == 0 {
            return Ok(0);
        }
        let transaction = self.transaction()?;
        let taken = index::take_due(&transaction, count)?;
        transaction.commit()?;
        Ok(taken)
    }

    /// How much changed and is not in the index yet.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn due(&self) -> Result<usize, StoreError> {
        // Numbers begin again only when nothing is due, and few of them are replaced.
        let due: i64 = self
            .connection
            .prepare_cached("SELECT coalesce(max(number) - min(number) + 1, 0) FROM search_due")?
            .query_row([], |row| row.get(0))?;
        Ok(usize::try_from(due).unwrap_or(0))
    }

    /// Takes what is due into the index; makes it anew where another version of the program made it.
    fn refresh_search(&mut self) -> Result<(), StoreError> {
        if index::is_current(&self.connection)? {
            loop {
                match self.index_due(AT_ONCE) {
                    Ok(0) => return Ok(()),
                    Ok(_) => {}
                    // What is in the index can be found all the same.
                    Err(StoreError::DiskFull | StoreError::ReadOnly) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
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
        marker: Marker::new(terms, Vec::new()),
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
    let terms: Vec<String> = terms.map(|term| quoted(term)).collect();
    (!terms.is_empty()).then(|| terms.join(" OR "))
}

/// Any term that begins so.
fn begins(beginning: &str) -> String {
    format!("{} *", quoted(beginning))
}

/// A term has letters, digits and signs of numbers only; in quotation marks it is no operator.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', ""))
}

/// What one of the expressions finds.
fn either(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one} OR {other}")),
        (one, other) => one.or(other),
    }
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
