//! Keeping the index: what is put into the store is findable in the same transaction.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kabinet_records::{Application, Draft, Letter, Manifest, Message, Procedure, Text, Words};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use super::stems::{Spoken, Stems};
use crate::StoreError;

/// Version of the analysis: of folding, stemmers and what is indexed. An index of another version is
/// made anew at the next search.
pub(crate) const ANALYSIS: i64 = 1;

/// Class of the words of procedures in `search_words`.
pub(crate) const PROCEDURES: i64 = 1;
/// Class of the words of everything else.
pub(crate) const RECORDS: i64 = 2;

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Findable {
    /// A procedure of the catalogue.
    Procedure,
    /// A draft.
    Draft,
    /// What is signed and waits in the outbox.
    Waiting,
    /// An application.
    Application,
    /// A message on an application.
    Message,
}

impl Findable {
    const ALL: [Self; 5] = [
        Self::Procedure,
        Self::Draft,
        Self::Waiting,
        Self::Application,
        Self::Message,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Procedure => "procedure",
            Self::Draft => "draft",
            Self::Waiting => "waiting",
            Self::Application => "application",
            Self::Message => "message",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What puts one kind of record into a new index. A further kind adds its own to [`SOURCES`].
type Source = fn(&Connection, &mut Indexer<'_>) -> Result<(), StoreError>;

/// Every kind that this store keeps, those that change least first: later ones are found before.
const SOURCES: &[Source] = &[procedures, applications, messages, waiting, drafts];

/// Most texts that are held back before they go into the index together.
const MOST_HELD: usize = 20_000;

/// Puts records into the index and takes them out, in a transaction: see [`index`].
pub(crate) struct Indexer<'c> {
    connection: &'c Connection,
    /// Whether there is an index to keep: one that must be made anew anyway is left alone.
    is_current: bool,
    /// Whether something is due. What changes then waits behind it, so that the latest stays the last.
    waits: bool,
    stems: Stems,
    /// Words that are known to be in `search_words`.
    known: HashSet<(i64, String)>,
    procedures: Held,
    records: Held,
}

/// What goes out of a table of FTS5 and what comes into it. FTS5 writes what it has gathered to the
/// disk when it is given a key that is smaller than the one before: each change by itself, whose old
/// key is smaller than its new one, would be a segment of the index.
#[derive(Default)]
struct Held {
    gone: BTreeSet<i64>,
    /// The columns by key.
    added: BTreeMap<i64, Vec<String>>,
}

impl Held {
    fn remove(&mut self, key: i64) {
        if self.added.remove(&key).is_none() {
            self.gone.insert(key);
        }
    }

    fn write(
        &mut self,
        connection: &Connection,
        delete: &str,
        insert: &str,
    ) -> Result<(), StoreError> {
        let mut delete = connection.prepare_cached(delete)?;
        for key in std::mem::take(&mut self.gone) {
            delete.execute([key])?;
        }
        let mut insert = connection.prepare_cached(insert)?;
        for (key, columns) in std::mem::take(&mut self.added) {
            insert.raw_bind_parameter(1, key)?;
            for (column, at) in columns.iter().zip(2..) {
                insert.raw_bind_parameter(at, column)?;
            }
            insert.raw_execute()?;
        }
        Ok(())
    }
}

impl<'c> Indexer<'c> {
    fn new(connection: &'c Connection, is_current: bool) -> Self {
        Self {
            connection,
            is_current,
            waits: false,
            stems: Stems::default(),
            known: HashSet::new(),
            procedures: Held::default(),
            records: Held::default(),
        }
    }

    /// Makes the index anew, of everything in the store.
    pub(crate) fn rebuild(connection: &'c Connection) -> Result<(), StoreError> {
        connection.execute_batch(
            "DELETE FROM search_entries; DELETE FROM search_words; DELETE FROM search_due;
             INSERT INTO procedure_terms (procedure_terms) VALUES ('delete-all');
             INSERT INTO record_terms (record_terms) VALUES ('delete-all');",
        )?;
        let mut indexer = Self::new(connection, true);
        for source in SOURCES {
            source(connection, &mut indexer)?;
        }
        indexer.write()?;
        mark_current(connection)
    }

    /// What was held back goes into the index.
    fn write(&mut self) -> Result<(), StoreError> {
        self.procedures.write(
            self.connection,
            "DELETE FROM procedure_terms WHERE rowid = ?",
            "INSERT INTO procedure_terms (rowid, number, title, keywords, description)
             VALUES (?, ?, ?, ?, ?)",
        )?;
        self.records.write(
            self.connection,
            "DELETE FROM record_terms WHERE rowid = ?",
            "INSERT INTO record_terms (rowid, terms) VALUES (?, ?)",
        )
    }

    fn held(&mut self, kind: Findable) -> &mut Held {
        match kind {
            Findable::Procedure => &mut self.procedures,
            _ => &mut self.records,
        }
    }

    fn add(&mut self, kind: Findable, key: i64, columns: Vec<String>) -> Result<(), StoreError> {
        let held = self.held(kind);
        held.added.insert(key, columns);
        if held.added.len() >= MOST_HELD {
            self.write()?;
        }
        Ok(())
    }

    /// The record changed or went. Where `many` did, the index learns of it with [`crate::Store::index_due`]
    /// or before the next search.
    pub(crate) fn put_changed(
        &mut self,
        kind: Findable,
        id: &str,
        many: bool,
    ) -> Result<(), StoreError> {
        if many || self.waits {
            self.put_later(kind, id)
        } else {
            self.put_kept(kind, id)
        }
    }

    fn put_later(&mut self, kind: Findable, id: &str) -> Result<(), StoreError> {
        if !self.is_current {
            return Ok(());
        }
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO search_due (kind, id) VALUES (?, ?)")?
            .execute(params![kind.name(), id])?;
        self.waits = true;
        Ok(())
    }

    /// The first records of what is due go into the index; gives how many there were.
    fn take_due(&mut self, count: usize) -> Result<usize, StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let due: Vec<(i64, String, String)> = self
            .connection
            .prepare_cached("SELECT number, kind, id FROM search_due ORDER BY number LIMIT ?")?
            .query_map([count], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (_, kind, id) in &due {
            let kind = Findable::from_name(kind).ok_or(StoreError::Damaged)?;
            self.put_kept(kind, id)?;
        }
        if let Some((last, ..)) = due.last() {
            self.connection
                .prepare_cached("DELETE FROM search_due WHERE number <= ?")?
                .execute([last])?;
        }
        Ok(due.len())
    }

    /// Puts a record into the index as the store has it; one that it does not have is taken out.
    fn put_kept(&mut self, kind: Findable, id: &str) -> Result<(), StoreError> {
        if !self.is_current {
            return Ok(());
        }
        let sql = match kind {
            Findable::Procedure => "SELECT body FROM procedures WHERE id = ? AND NOT withdrawn",
            Findable::Draft => "SELECT body FROM drafts WHERE id = ?",
            Findable::Waiting => "SELECT CAST(manifest AS TEXT) FROM outbox WHERE id = ?",
            Findable::Application => "SELECT body FROM applications WHERE id = ?",
            Findable::Message => "SELECT body FROM messages WHERE id = ?",
        };
        let body: Option<String> = self
            .connection
            .prepare_cached(sql)?
            .query_row([id], |row| row.get(0))
            .optional()?;
        let Some(body) = body else {
            return self.remove(kind, id);
        };
        match kind {
            Findable::Procedure => self.put_procedure(&serde_json::from_str(&body)?),
            Findable::Draft => self.put_draft(&serde_json::from_str(&body)?),
            Findable::Waiting => self.put_waiting(id, body.as_bytes()),
            Findable::Application => self.put_application(&serde_json::from_str(&body)?),
            Findable::Message => self.put_message(&serde_json::from_str(&body)?),
        }
    }

    pub(crate) fn put_procedure(&mut self, procedure: &Procedure) -> Result<(), StoreError> {
        if !self.is_current {
            return Ok(());
        }
        let key = self.new_key(Findable::Procedure, &procedure.id)?;
        let number = self.terms(PROCEDURES, &[(Spoken::Any, &procedure.id)])?;
        let title = self.terms(PROCEDURES, &languages(&procedure.title))?;
        let keywords: Vec<_> = procedure
            .keywords
            .iter()
            .map(|word| (Spoken::Any, word.as_str()))
            .collect();
        let keywords = self.terms(PROCEDURES, &keywords)?;
        let description = self.terms(PROCEDURES, &languages(&procedure.description))?;
        let columns = vec![number, title, keywords, description];
        self.add(Findable::Procedure, key, columns)
    }

    /// Makes a record findable by its texts and by the words of its procedure; what was known of it
    /// before is replaced.
    pub(crate) fn put(
        &mut self,
        kind: Findable,
        id: &str,
        procedure: &str,
        texts: &[(Spoken, &str)],
    ) -> Result<(), StoreError> {
        if !self.is_current {
            return Ok(());
        }
        if self.waits {
            return self.put_later(kind, id);
        }
        let key = self.new_key(kind, id)?;
        let mut terms = self.terms(RECORDS, texts)?;
        let procedure = term_of(procedure);
        terms.push_str(&procedure);
        self.keep_word(RECORDS, &procedure)?;
        self.add(kind, key, vec![terms])
    }

    pub(crate) fn put_application(&mut self, application: &Application) -> Result<(), StoreError> {
        let id = application.id.to_string();
        let mut texts = vec![
            (Spoken::Any, application.registration_number.as_str()),
            (Spoken::Any, application.procedure_id.as_str()),
        ];
        for note in application
            .history
            .iter()
            .filter_map(|event| event.note.as_ref())
        {
            texts.extend(languages(note));
        }
        self.put(
            Findable::Application,
            &id,
            &application.procedure_id,
            &texts,
        )
    }

    pub(crate) fn put_message(&mut self, message: &Message) -> Result<(), StoreError> {
        let mut texts = languages_of(&message.author);
        texts.extend(languages_of(&message.text));
        if let Some(subject) = &message.subject {
            texts.extend(languages_of(subject));
        }
        for wanted in message.request.iter().flat_map(|request| &request.wanted) {
            texts.extend(languages_of(wanted));
        }
        let procedure = self.procedure_of(&message.application_id.to_string())?;
        self.put(
            Findable::Message,
            &message.id.to_string(),
            &procedure,
            &texts,
        )
    }

    /// Number of the procedure of an application that was sent or waits; empty when there is none.
    fn procedure_of(&self, application: &str) -> Result<String, StoreError> {
        let number: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT body ->> '$.procedureId' FROM applications WHERE id = ?1
                 UNION ALL SELECT CAST(manifest AS TEXT) ->> '$.procedure.id' FROM outbox
                 WHERE id = ?1 AND kind = 'application'",
            )?
            .query_row([application], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(number.unwrap_or_default())
    }

    pub(crate) fn put_draft(&mut self, draft: &Draft) -> Result<(), StoreError> {
        self.put_data(
            Findable::Draft,
            &draft.id.to_string(),
            &draft.procedure_id,
            &draft.data,
        )
    }

    pub(crate) fn put_waiting(&mut self, id: &str, manifest: &[u8]) -> Result<(), StoreError> {
        if let Ok(letter) = Letter::parse_canonical(manifest) {
            let procedure = self.procedure_of(&letter.application.to_string())?;
            let texts = [(Spoken::Any, letter.text.as_str())];
            return self.put(Findable::Waiting, id, &procedure, &texts);
        }
        // What is no manifest has no words; whoever sends it will say what is wrong with it.
        let Ok(manifest) = Manifest::parse_canonical(manifest) else {
            return self.remove(Findable::Waiting, id);
        };
        self.put_data(
            Findable::Waiting,
            id,
            &manifest.procedure.id,
            &manifest.data,
        )
    }

    fn put_data(
        &mut self,
        kind: Findable,
        id: &str,
        procedure: &str,
        data: &Value,
    ) -> Result<(), StoreError> {
        let mut values = vec![procedure.to_owned()];
        values_of(data, &mut values);
        let texts: Vec<_> = values
            .iter()
            .map(|value| (Spoken::Any, value.as_str()))
            .collect();
        self.put(kind, id, procedure, &texts)
    }

    pub(crate) fn remove(&mut self, kind: Findable, id: &str) -> Result<(), StoreError> {
        if !self.is_current {
            return Ok(());
        }
        let key: Option<i64> = self
            .connection
            .prepare_cached("DELETE FROM search_entries WHERE kind = ? AND id = ? RETURNING key")?
            .query_row(params![kind.name(), id], |row| row.get(0))
            .optional()?;
        if let Some(key) = key {
            self.held(kind).remove(key);
        }
        Ok(())
    }

    /// Forgets every record of a kind.
    pub(crate) fn clear(&mut self, kind: Findable) -> Result<(), StoreError> {
        if !self.is_current {
            return Ok(());
        }
        let mut statement = self
            .connection
            .prepare_cached("DELETE FROM search_entries WHERE kind = ? RETURNING key")?;
        let mut rows = statement.query([kind.name()])?;
        while let Some(row) = rows.next()? {
            let key = row.get(0)?;
            self.held(kind).remove(key);
        }
        Ok(())
    }

    /// A key that is larger than all others, so that the latest change is found first.
    fn new_key(&mut self, kind: Findable, id: &str) -> Result<i64, StoreError> {
        self.remove(kind, id)?;
        self.connection
            .prepare_cached("INSERT INTO search_entries (kind, id) VALUES (?, ?)")?
            .execute(params![kind.name(), id])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// The terms of texts, separated by spaces.
    fn terms(&mut self, class: i64, texts: &[(Spoken, &str)]) -> Result<String, StoreError> {
        let mut line = String::new();
        let mut terms = Vec::new();
        for (spoken, text) in texts {
            self.stems.each(*spoken, text, |term| {
                line.push_str(term);
                line.push(' ');
                if !self.known.contains(&(class, term.to_owned())) {
                    terms.push(term.to_owned());
                }
            });
        }
        for term in terms {
            self.keep_word(class, &term)?;
        }
        Ok(line)
    }

    fn keep_word(&mut self, class: i64, term: &str) -> Result<(), StoreError> {
        if self.known.insert((class, term.to_owned())) {
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO search_words (class, term) VALUES (?, ?)")?
                .execute(params![class, term])?;
        }
        Ok(())
    }
}

/// Does something in a transaction, with the index: what is put into it is findable with the rest.
pub(crate) fn index<T>(
    connection: &Connection,
    act: impl FnOnce(&mut Indexer<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut indexer = Indexer::new(connection, is_current(connection)?);
    indexer.waits = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM search_due)")?
        .query_row([], |row| row.get(0))?;
    let done = act(&mut indexer)?;
    indexer.write()?;
    Ok(done)
}

/// Puts the first of what is due into the index, in a transaction; gives how many there were.
pub(crate) fn take_due(connection: &Connection, count: usize) -> Result<usize, StoreError> {
    let mut indexer = Indexer::new(connection, is_current(connection)?);
    let taken = indexer.take_due(count)?;
    indexer.write()?;
    Ok(taken)
}

/// Whether the term occurs in the index of that class, or once did.
pub(crate) fn has_word(
    connection: &Connection,
    class: i64,
    term: &str,
) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM search_words WHERE class = ? AND term = ?)")?
        .query_row(params![class, term], |row| row.get(0))?)
}

pub(crate) fn is_current(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT analysis = ? FROM search_state")?
        .query_row([ANALYSIS], |row| row.get(0))?)
}

/// The index holds everything that is in the store.
pub(crate) fn mark_current(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE search_state SET analysis = ?", [ANALYSIS])?;
    Ok(())
}

/// The term that stands for a procedure in the index of records: they are found by its words without
/// having them.
pub(crate) fn term_of(procedure: &str) -> String {
    // Anything but a letter, a digit or a sign of numbers would end the term.
    let name: String = procedure
        .chars()
        .map(|sign| {
            if sign.is_ascii_whitespace() || sign == '"' {
                '_'
            } else {
                sign
            }
        })
        .filter(|sign| {
            sign.is_ascii_alphanumeric() || !sign.is_ascii() || matches!(sign, '.' | '-' | '/')
        })
        .collect();
    format!("§{name}")
}

pub(crate) fn languages(text: &Text) -> [(Spoken, &str); 3] {
    [
        (Spoken::Be, &text.be),
        (Spoken::Ru, &text.ru),
        (Spoken::En, &text.en),
    ]
}

fn languages_of(words: &Words) -> Vec<(Spoken, &str)> {
    match words {
        Words::Three(text) => languages(text).to_vec(),
        Words::One(text) => vec![(Spoken::Any, text)],
    }
}

/// Texts and numbers among the values of a form.
fn values_of(data: &Value, found: &mut Vec<String>) {
    match data {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|value| values_of(value, found)),
        Value::Object(members) => members.values().for_each(|value| values_of(value, found)),
        Value::Bool(_) | Value::Null => {}
    }
}

fn procedures(connection: &Connection, indexer: &mut Indexer<'_>) -> Result<(), StoreError> {
    let sql = "SELECT body FROM procedures WHERE NOT withdrawn";
    each(connection, sql, |body| {
        indexer.put_procedure(&serde_json::from_str(body)?)
    })
}

fn applications(connection: &Connection, indexer: &mut Indexer<'_>) -> Result<(), StoreError> {
    let sql = "SELECT body FROM applications ORDER BY submitted_at, id";
    each(connection, sql, |body| {
        indexer.put_application(&serde_json::from_str(body)?)
    })
}

fn messages(connection: &Connection, indexer: &mut Indexer<'_>) -> Result<(), StoreError> {
    let sql = "SELECT body FROM messages ORDER BY sent_at, id";
    each(connection, sql, |body| {
        indexer.put_message(&serde_json::from_str(body)?)
    })
}

fn drafts(connection: &Connection, indexer: &mut Indexer<'_>) -> Result<(), StoreError> {
    let sql = "SELECT body FROM drafts ORDER BY changed_at, id";
    each(connection, sql, |body| {
        indexer.put_draft(&serde_json::from_str(body)?)
    })
}

fn waiting(connection: &Connection, indexer: &mut Indexer<'_>) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare("SELECT id, manifest FROM outbox ORDER BY signed_at, id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, manifest): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
        indexer.put_waiting(&id, &manifest)?;
    }
    Ok(())
}

fn each(
    connection: &Connection,
    sql: &str,
    mut take: impl FnMut(&str) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row.get_ref(0)?.as_str().map_err(|_| StoreError::Damaged)?)?;
    }
    Ok(())
}
