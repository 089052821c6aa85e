//! Search over everything in the store, without a network (docs/search.md).

use kabinet_cache::{Findable, Hit, Marker, OutboxItem, OutboxKind, Segment, Spoken, StoreError};
use kabinet_records::{Letter, Message, Procedure, Text, Words};
use uuid::Uuid;

use crate::applying;
use crate::catalogue::view_of;
use crate::problem::{Code, Problem};
use crate::view::{
    MarkedTextView, ProcedureHitView, RecordHitView, RecordKindView, SearchView, SegmentView,
    TextView,
};
use crate::{Desk, Outcome};

impl Desk {
    /// Everything in the store that has the words of the query, in any of their forms: procedures, and
    /// at most `count` records of the person.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn search(&self, query: &str, count: usize) -> Outcome<SearchView> {
        let found = self.with_store(|store| Ok(store.search_records(query, count)?))?;
        let mut records = Vec::new();
        for hit in &found.hits {
            records.extend(self.record_hit(hit, &found.marker)?);
        }
        let (procedures, unknown) = self.found_procedures(query)?;
        Ok(SearchView {
            procedures,
            records,
            unknown: found
                .unknown
                .into_iter()
                .filter(|word| unknown.contains(word))
                .collect(),
        })
    }

    /// The procedures that fit, and the words of the query that none has.
    pub(crate) fn found_procedures(
        &self,
        query: &str,
    ) -> Outcome<(Vec<ProcedureHitView>, Vec<String>)> {
        self.with_store(|store| {
            let found = store.search_procedures(query)?;
            let mut hits = Vec::new();
            for hit in &found.hits {
                let procedure = store.procedure(&hit.id)?;
                hits.push(hit_view(procedure, &found.marker));
            }
            Ok((hits, found.unknown))
        })
    }

    /// What was found, unless it has gone in the meantime.
    fn record_hit(&self, hit: &Hit, marker: &Marker) -> Outcome<Option<RecordHitView>> {
        let Ok(id) = hit.id.parse::<Uuid>() else {
            return Ok(None);
        };
        let read = match hit.kind {
            Findable::Draft => {
                let draft = self.with_store(|store| Ok(present(store.draft(id))?))?;
                draft.map(|draft| {
                    Record::of(
                        RecordKindView::Draft,
                        draft.procedure_id,
                        texts_of(&draft.data),
                    )
                })
            }
            Findable::Waiting => self
                .with_store(|store| Ok(present(store.outbox_item(id))?))?
                .map(|item| self.waiting_record(&item))
                .transpose()?,
            Findable::Application => self
                .with_store(|store| Ok(present(store.application(id))?))?
                .map(|application| {
                    let notes = application
                        .history
                        .iter()
                        .rev()
                        .filter_map(|event| event.note.as_ref());
                    let texts =
                        notes.flat_map(|note| [note.be.clone(), note.ru.clone(), note.en.clone()]);
                    let texts = std::iter::once(application.registration_number)
                        .chain(texts)
                        .collect();
                    Record::of(RecordKindView::Application, application.procedure_id, texts)
                }),
            Findable::Message => self
                .with_store(|store| Ok(present(store.message(id))?))?
                .map(|message| self.message_record(message))
                .transpose()?,
            // Nothing else is put into the index here.
            _ => None,
        };
        Ok(read.map(|record| RecordHitView {
            kind: record.kind,
            id: hit.id.clone(),
            application_id: record.application.map(|id| id.to_string()),
            title: marked(&self.title_of(&record.procedure), marker),
            extract: extract(record.kind, &record.texts, marker),
        }))
    }

    fn waiting_record(&self, item: &OutboxItem) -> Outcome<Record> {
        let kind = RecordKindView::Waiting;
        Ok(match item.kind {
            OutboxKind::Application => {
                let manifest = applying::read(&item.manifest)?;
                Record::of(kind, manifest.procedure.id, texts_of(&manifest.data))
            }
            OutboxKind::Letter(_) => {
                let letter = Letter::parse_canonical(&item.manifest)
                    .map_err(|error| Problem::new(Code::Internal).because(error))?;
                Record {
                    application: item.application,
                    ..Record::of(
                        kind,
                        self.procedure_of(item.application)?,
                        vec![letter.text],
                    )
                }
            }
        })
    }

    fn message_record(&self, message: Message) -> Outcome<Record> {
        let application = Some(message.application_id);
        let wanted = message
            .request
            .into_iter()
            .flat_map(|request| request.wanted);
        let words = message
            .subject
            .into_iter()
            .chain([message.text])
            .chain(wanted);
        let texts = words.chain([message.author]).flat_map(texts_in).collect();
        Ok(Record {
            application,
            ..Record::of(
                RecordKindView::Message,
                self.procedure_of(application)?,
                texts,
            )
        })
    }
}

/// What is shown of a record that was found.
struct Record {
    kind: RecordKindView,
    procedure: String,
    texts: Vec<String>,
    /// The application that it is about, where it is not one itself.
    application: Option<Uuid>,
}

impl Record {
    fn of(kind: RecordKindView, procedure: String, texts: Vec<String>) -> Self {
        Self {
            kind,
            procedure,
            texts,
            application: None,
        }
    }
}

fn texts_in(words: Words) -> Vec<String> {
    match words {
        Words::Three(text) => vec![text.be, text.ru, text.en],
        Words::One(text) => vec![text],
    }
}

/// The text that was found; of an application that was found by its title, its number.
fn extract(kind: RecordKindView, texts: &[String], marker: &Marker) -> Vec<SegmentView> {
    let found = texts
        .iter()
        .find_map(|text| marker.extract(Spoken::Any, text));
    match (found, texts.first()) {
        (Some(segments), _) => views(segments),
        (None, Some(number)) if kind == RecordKindView::Application => vec![SegmentView {
            text: number.clone(),
            found: false,
        }],
        _ => Vec::new(),
    }
}

fn hit_view(procedure: Procedure, marker: &Marker) -> ProcedureHitView {
    let mut found_by: Vec<String> = Vec::new();
    let texts = [&procedure.title, &procedure.description]
        .into_iter()
        .flat_map(languages);
    let keywords = procedure
        .keywords
        .iter()
        .map(|word| (Spoken::Any, word.as_str()));
    for (spoken, text) in texts.chain(keywords) {
        for segment in marker.mark(spoken, text) {
            let word = segment.text.to_lowercase();
            if segment.found && !found_by.contains(&word) {
                found_by.push(word);
            }
        }
    }
    ProcedureHitView {
        marked_title: marked(&procedure.title.clone().into(), marker),
        marked_description: marked(&procedure.description.clone().into(), marker),
        found_by,
        procedure: view_of(procedure),
    }
}

fn languages(text: &Text) -> [(Spoken, &str); 3] {
    [
        (Spoken::Be, &text.be),
        (Spoken::Ru, &text.ru),
        (Spoken::En, &text.en),
    ]
}

fn marked(text: &TextView, marker: &Marker) -> MarkedTextView {
    MarkedTextView {
        be: views(marker.mark(Spoken::Be, &text.be)),
        ru: views(marker.mark(Spoken::Ru, &text.ru)),
        en: views(marker.mark(Spoken::En, &text.en)),
    }
}

/// A procedure as the list shows it when nothing was sought.
pub(crate) fn unmarked(procedure: Procedure) -> ProcedureHitView {
    hit_view(procedure, &Marker::default())
}

fn views(segments: Vec<Segment>) -> Vec<SegmentView> {
    segments
        .into_iter()
        .map(|segment| SegmentView {
            text: segment.text,
            found: segment.found,
        })
        .collect()
}

/// What the index still names may be gone.
fn present<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::NotFound) => Ok(None),
        other => other.map(Some),
    }
}

/// The texts among the values of a form.
fn texts_of(data: &serde_json::Value) -> Vec<String> {
    use serde_json::Value;
    match data {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(list) => list.iter().flat_map(texts_of).collect(),
        Value::Object(members) => members.values().flat_map(texts_of).collect(),
        Value::Bool(_) | Value::Null => Vec::new(),
    }
}
