//! The documents of drafts as they lie in the store, and the clock that stamps their changes.

use jiff::Timestamp;
use kabinet_records::{
    Attachment, ClientName, Draft, DraftDocument, Ending, HybridClock, Seen, Stamp,
};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::StoreError;

/// A document with what the store knows of it.
pub(super) struct Entry {
    pub(super) document: DraftDocument,
    pub(super) unsent: bool,
    pub(super) known: bool,
    pub(super) signing: Option<Seen>,
    pub(super) parted: Option<Ending>,
}

/// Where a draft is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Draft,
    Outbox,
    Nowhere,
}

/// The draft of a document. Its files are the document's, those that were there before at their
/// places, and what was `there` before files travelled.
pub(super) fn with_files(document: &DraftDocument, there: &[Attachment]) -> Draft {
    let mut draft = document.draft();
    let mut files = std::mem::take(&mut draft.attachments);
    for file in there {
        let is_it = |one: &Attachment| one.hash == file.hash;
        if let Some(place) = files.iter().position(is_it) {
            draft.attachments.push(files.remove(place));
        } else if !document.knows_file(&file.hash) && !draft.attachments.iter().any(is_it) {
            draft.attachments.push(file.clone());
        }
    }
    draft.attachments.append(&mut files);
    draft
}

pub(super) fn begin(
    connection: &Connection,
    draft: &Draft,
    now: Timestamp,
) -> Result<(), StoreError> {
    if row(connection, draft.id)?.is_some() {
        return Ok(());
    }
    let stamp = tick(connection, now)?;
    keep(
        connection,
        &Entry {
            document: DraftDocument::begin(draft, stamp),
            unsent: true,
            known: false,
            signing: None,
            parted: None,
        },
    )
}

pub(super) fn place(connection: &Connection, id: Uuid) -> Result<Place, StoreError> {
    let has = |table: &str| {
        connection.query_row(
            &format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE id = ?)"),
            [id.to_string()],
            |row| row.get::<_, bool>(0),
        )
    };
    Ok(if has("drafts")? {
        Place::Draft
    } else if has("outbox")? {
        Place::Outbox
    } else {
        Place::Nowhere
    })
}

pub(super) fn clock(connection: &Connection) -> Result<HybridClock, StoreError> {
    let text: Option<String> = connection
        .query_row("SELECT clock FROM draft_sharing", [], |row| row.get(0))
        .optional()?;
    match text {
        Some(text) => Ok(serde_json::from_str(&text)?),
        None => Ok(HybridClock::new(spare(connection)?)),
    }
}

pub(super) fn keep_clock(connection: &Connection, clock: &HybridClock) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO draft_sharing (one, clock) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET clock = ?1",
        [serde_json::to_string(clock)?],
    )?;
    Ok(())
}

pub(super) fn tick(connection: &Connection, now: Timestamp) -> Result<Stamp, StoreError> {
    let mut clock = clock(connection)?;
    let spare = spare(connection)?;
    let stamp = clock.tick(now, spare);
    keep_clock(connection, &clock)?;
    Ok(stamp)
}

/// A name that nobody has.
pub(super) fn spare(connection: &Connection) -> Result<ClientName, StoreError> {
    let name: i64 = connection
        .prepare_cached("SELECT spare_name()")?
        .query_row([], |row| row.get(0))?;
    Ok(ClientName(name.cast_unsigned()))
}

/// Lets the connection choose names: from the system's random numbers, or from those of a
/// simulation.
pub(crate) fn choose_names(
    connection: &Connection,
    number: impl Fn() -> u64 + Send + 'static,
) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    Ok(connection
        .create_scalar_function("spare_name", 0, flags, move |_| Ok(number().cast_signed()))?)
}

pub(super) const COLUMNS: &str = "document, unsent, known, signing, parted";

pub(super) fn row(connection: &Connection, id: Uuid) -> Result<Option<Entry>, StoreError> {
    connection
        .query_row(
            &format!("SELECT {COLUMNS} FROM draft_documents WHERE id = ?"),
            [id.to_string()],
            read,
        )
        .optional()?
        .transpose()
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Result<Entry, StoreError>> {
    let document: String = row.get(0)?;
    let (signing, parted): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    let (unsent, known) = (row.get(1)?, row.get(2)?);
    let read = || -> Result<Entry, StoreError> {
        Ok(Entry {
            document: serde_json::from_str(&document)?,
            unsent,
            known,
            signing: signing.as_deref().map(serde_json::from_str).transpose()?,
            parted: parted.as_deref().map(serde_json::from_str).transpose()?,
        })
    };
    Ok(read())
}

pub(super) fn keep(connection: &Connection, row: &Entry) -> Result<(), StoreError> {
    let signing = row
        .signing
        .as_ref()
        .map(serde_json::to_string)
        .transpose()?;
    let parted = row.parted.as_ref().map(serde_json::to_string).transpose()?;
    connection.execute(
        "INSERT OR REPLACE INTO draft_documents (id, document, unsent, known, signing, parted)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![
            row.document.id.to_string(),
            serde_json::to_string(&row.document)?,
            row.unsent,
            row.known,
            signing,
            parted,
        ],
    )?;
    Ok(())
}
