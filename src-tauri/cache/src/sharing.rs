//! Drafts that travel between the person's computers.
//!
//! A draft that travels has a document beside it, the history of its fields. The draft is what the
//! forms work with; each change of it goes into both in one transaction. A document can be without
//! a draft: while its application waits in the outbox, and after its end until the portal knows.

use jiff::Timestamp;
use kabinet_records::{
    Application, Attachment, ClientName, Conflict, Draft, DraftDocument, End, Ending, HybridClock,
    Manifest, Seen, Stamp, next_id,
};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;
use uuid::Uuid;

use crate::search::{Findable, index};
use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError, applications, attachments, changes, drafts};

/// Identifiers of copies of one draft that are looked through.
const COPIES_LIMIT: usize = 16;

/// A document that the portal does not have yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsent {
    /// The document as the portal shall have it.
    pub document: DraftDocument,
    /// Whether the portal has anything under its identifier.
    pub known: bool,
}

/// A document with what the store knows of it.
struct Entry {
    document: DraftDocument,
    unsent: bool,
    known: bool,
    signing: Option<Seen>,
    parted: Option<Ending>,
}

/// Where a draft is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Draft,
    Outbox,
    Nowhere,
}

impl Store {
    /// Whether drafts travel.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn shares_drafts(&self) -> Result<bool, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT agreed FROM draft_sharing")?
            .query_row([], |row| row.get(0))
            .optional()?
            .unwrap_or(false))
    }

    /// Lets drafts travel from now on, or no longer. What has travelled stays where it is.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn share_drafts(&mut self, agreed: bool, now: Timestamp) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        keep_clock(&transaction, &clock(&transaction)?)?;
        transaction
            .prepare_cached("UPDATE draft_sharing SET agreed = ?")?
            .execute([agreed])?;
        if agreed {
            for draft in drafts::all(&transaction)? {
                begin(&transaction, &draft, now)?;
            }
        } else {
            // Without histories nothing is merged; a later agreement begins them anew, and what the
            // portal has by then is met as what another computer wrote.
            transaction
                .prepare_cached("DELETE FROM draft_documents")?
                .execute([])?;
            transaction
                .prepare_cached("DELETE FROM sync_states WHERE type = 'Draft'")?
                .execute([])?;
        }
        Ok(transaction.commit()?)
    }

    /// The fields of a draft of which the person has not seen every version.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn conflicts(&self, id: Uuid) -> Result<Vec<Conflict>, StoreError> {
        let row = row(&self.connection, id)?;
        Ok(row.map_or_else(Vec::new, |row| row.document.conflicts()))
    }

    /// The person has seen these versions of a field and decided for a value.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn settle(
        &mut self,
        id: Uuid,
        pointer: &str,
        shown: &[Stamp],
        value: Option<Value>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        let mut row = row(&transaction, id)?.ok_or(StoreError::NotFound)?;
        let stamp = tick(&transaction, now)?;
        row.document.settle(pointer, shown, value, stamp);
        row.unsent = true;
        keep(&transaction, &row)?;
        let before = drafts::get(&transaction, id)?;
        let draft = with_files(&row.document, before.attachments.clone());
        changes::came_in(&transaction, &before, &draft)?;
        drafts::change(&transaction, &draft)?;
        Ok(transaction.commit()?)
    }

    /// How the draft ended that this one goes on from, if it does.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn parted(&self, id: Uuid) -> Result<Option<Ending>, StoreError> {
        Ok(row(&self.connection, id)?.and_then(|row| row.parted))
    }

    /// The person has read how the draft came about.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn parting_seen(&self, id: Uuid) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE draft_documents SET parted = NULL WHERE id = ?")?
            .execute([id.to_string()])?;
        Ok(())
    }

    /// The draft of that identifier, or the one that goes on from it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn draft_or_copy(&self, id: Uuid) -> Result<Draft, StoreError> {
        let mut id = id;
        for _ in 0..COPIES_LIMIT {
            match self.draft(id) {
                Err(StoreError::NotFound) => id = next_id(id),
                found => return found,
            }
        }
        Err(StoreError::NotFound)
    }

    /// The draft that is put before the person to sign: what comes in from now on was not known to
    /// them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn draft_to_sign(&mut self, id: Uuid) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        if let Some(mut row) = row(&transaction, id)? {
            row.signing = Some(row.document.seen().clone());
            keep(&transaction, &row)?;
        }
        let draft = drafts::get(&transaction, id)?;
        transaction.commit()?;
        Ok(draft)
    }

    /// Documents that the portal does not have yet, at most so many.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn unsent_documents(&self, count: usize) -> Result<Vec<Unsent>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM draft_documents WHERE unsent
             AND id NOT IN (SELECT id FROM outbox) ORDER BY id LIMIT ?"
        ))?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map([count], read)?;
        rows.map(|row| {
            let row = row??;
            let document = match row.document.end() {
                Some(_) => row.document.tombstone(),
                None => row.document,
            };
            Ok(Unsent {
                document,
                known: row.known,
            })
        })
        .collect()
    }

    /// The portal has these documents as they were sent, which leads to that state. One that was
    /// changed meanwhile is still to be sent.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn documents_sent(
        &mut self,
        sent: &[DraftDocument],
        state: &str,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        for document in sent {
            let Some(mut row) = row(&transaction, document.id)? else {
                continue;
            };
            row.known = true;
            if document.end().is_some() && row.document.end() == document.end() {
                transaction
                    .prepare_cached("DELETE FROM draft_documents WHERE id = ?")?
                    .execute([document.id.to_string()])?;
                continue;
            }
            row.unsent = row.document != *document;
            keep(&transaction, &row)?;
        }
        states::keep(&transaction, Kind::Draft, Some(state))?;
        Ok(transaction.commit()?)
    }

    /// Merges what changed at the portal, and keeps the state that it leads to.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_draft_documents(
        &mut self,
        changes: &Changes<'_, DraftDocument>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        if changes.complete {
            // What the portal lost it gets again.
            transaction
                .prepare_cached("UPDATE draft_documents SET known = 0, unsent = 1")?
                .execute([])?;
        }
        for document in changes.changed {
            take(&transaction, document, now)?;
        }
        for id in changes.removed {
            transaction
                .prepare_cached("UPDATE draft_documents SET known = 0, unsent = 1 WHERE id = ?")?
                .execute([id])?;
        }
        attachments::sweep(&transaction)?;
        states::keep(&transaction, Kind::Draft, changes.state)?;
        Ok(transaction.commit()?)
    }

    /// Merges documents that the portal has under identifiers that were thought to be new, and notes
    /// those that it does not have although it was thought to.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn documents_met(
        &mut self,
        there: &[DraftDocument],
        missing: &[Uuid],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        for document in there {
            take(&transaction, document, now)?;
        }
        for id in missing {
            transaction
                .prepare_cached("UPDATE draft_documents SET known = 0 WHERE id = ?")?
                .execute([id.to_string()])?;
        }
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// The portal has registered something else under this identifier, which another computer sent:
    /// what was signed here is a draft again, under another identifier; all or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not in the outbox.
    pub fn registered_elsewhere(
        &mut self,
        application: &Application,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        let id = application.id;
        let octets: Vec<u8> = transaction
            .prepare_cached("DELETE FROM outbox WHERE id = ? RETURNING manifest")?
            .query_row([id.to_string()], |row| row.get(0))?;
        index::index(&transaction, |indexer| {
            indexer.remove(Findable::Waiting, &id.to_string())
        })?;
        let manifest = Manifest::parse_canonical(&octets).map_err(|_| StoreError::Damaged)?;
        let signed = Draft {
            id,
            procedure_id: manifest.procedure.id,
            procedure_version: manifest.procedure.version,
            data: manifest.data,
            prefilled: std::collections::BTreeMap::new(),
            attachments: manifest.attachments,
            changed_at: now,
        };
        let document = match row(&transaction, id)? {
            Some(row) => {
                transaction
                    .prepare_cached("DELETE FROM draft_documents WHERE id = ?")?
                    .execute([id.to_string()])?;
                row.document
            }
            // Another copy of this very store sent it.
            None => DraftDocument::begin(&signed, tick(&transaction, now)?),
        };
        let known_there = document.end().map(|end| &end.seen);
        if known_there.is_none_or(|seen| document.has_more_than(seen)) {
            go_on(
                &transaction,
                &document,
                Ending::Registered,
                &signed.attachments,
            )?;
        }
        transaction
            .prepare_cached("DELETE FROM carried WHERE draft = ?")?
            .execute([id.to_string()])?;
        applications::put(&transaction, application)?;
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }
}

/// A new draft travels where drafts do.
pub(crate) fn added(connection: &Connection, draft: &Draft) -> Result<(), StoreError> {
    let agreed: Option<bool> = connection
        .prepare_cached("SELECT agreed FROM draft_sharing")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if agreed == Some(true) {
        begin(connection, draft, draft.changed_at)?;
    }
    Ok(())
}

/// The person changed a draft, with `shown` in front of them; without that, knowing what stands in
/// it. Gives the draft with what came in meanwhile.
pub(crate) fn edited(
    connection: &Connection,
    shown: Option<&Value>,
    draft: Draft,
) -> Result<Draft, StoreError> {
    let Some(mut row) = row(connection, draft.id)? else {
        return Ok(draft);
    };
    let known = row.document.data();
    let stamp = tick(connection, draft.changed_at)?;
    let changed = row.document.edit(shown.unwrap_or(&known), &draft, stamp);
    let mut merged = with_files(&row.document, draft.attachments);
    if changed {
        row.unsent = true;
        keep(connection, &row)?;
    } else {
        // Files do not travel; that they changed is to be seen here.
        merged.changed_at = draft.changed_at;
    }
    Ok(merged)
}

/// The person deleted a draft, knowing what stood in it.
pub(crate) fn deleted(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    let Some(mut row) = row(connection, id)? else {
        return Ok(());
    };
    let seen = row.document.seen().clone();
    let how = Ending::Deleted;
    row.document.set_end(Some(End { how, seen }));
    row.unsent = true;
    keep(connection, &row)
}

/// A signed draft is registered: it ends, and what came in after the person had seen it goes on.
pub(crate) fn registered(
    connection: &Connection,
    id: Uuid,
    files: &[Attachment],
) -> Result<(), StoreError> {
    let Some(mut row) = row(connection, id)? else {
        return Ok(());
    };
    let seen = row.signing.take().unwrap_or_default();
    if row.document.has_more_than(&seen) {
        go_on(connection, &row.document, Ending::Registered, files)?;
    }
    let how = Ending::Registered;
    row.document.set_end(Some(End { how, seen }));
    row.unsent = true;
    keep(connection, &row)
}

/// Makes a draft again of an application that is taken back: with what came in meanwhile, and under
/// another identifier where another computer has used up this one. Gives the draft.
pub(crate) fn taken_back(connection: &Connection, draft: &Draft) -> Result<Draft, StoreError> {
    let Some(entry) = row(connection, draft.id)? else {
        drafts::add(connection, draft)?;
        added(connection, draft)?;
        return Ok(draft.clone());
    };
    let Some(end) = entry.document.end() else {
        let draft = with_files(&entry.document, draft.attachments.clone());
        drafts::add(connection, &draft)?;
        return Ok(draft);
    };
    connection
        .prepare_cached("DELETE FROM draft_documents WHERE id = ?")?
        .execute([draft.id.to_string()])?;
    // The person wants it back, whether or not somebody knew it: the first identifier that is free.
    let mut copy = entry.document.continued();
    loop {
        let there = row(connection, copy.id)?;
        let ended = there
            .as_ref()
            .is_some_and(|there| there.document.end().is_some());
        let id = copy.id;
        if !ended && place(connection, id)? != Place::Outbox {
            put_copy(connection, copy, there, end.how, &draft.attachments)?;
            return drafts::get(connection, id);
        }
        copy = copy.continued();
    }
}

/// One document of the portal meets what is here.
fn take(connection: &Connection, theirs: &DraftDocument, now: Timestamp) -> Result<(), StoreError> {
    let mut clock = clock(connection)?;
    if let Some(moment) = theirs.seen().latest() {
        clock.hear(moment, now);
        keep_clock(connection, &clock)?;
    }
    let place = place(connection, theirs.id)?;
    let Some(mut row) = row(connection, theirs.id)? else {
        if theirs.end().is_none() && place == Place::Nowhere {
            if theirs.seen().of(clock.client).is_some() {
                // This store had it before, and what it wrote since stands elsewhere: in the copy that
                // goes on, say. What it writes here from now on must not count as having seen that.
                let mut renamed = HybridClock::new(spare(connection)?);
                renamed.hear(clock.last, now);
                keep_clock(connection, &renamed)?;
            }
            drafts::add(connection, &theirs.draft())?;
            keep(
                connection,
                &Entry {
                    document: theirs.clone(),
                    unsent: false,
                    known: true,
                    signing: None,
                    parted: None,
                },
            )?;
        }
        return Ok(());
    };
    row.known = true;
    reclaim(connection, &mut row.document, theirs, now)?;
    let merged = row.document.merge(theirs);
    match (row.document.end().cloned(), theirs.end(), place) {
        // It ended elsewhere.
        (None, Some(end), Place::Draft) => {
            let id = theirs.id.to_string();
            if row.document.has_more_than(&end.seen) {
                let files = drafts::get(connection, theirs.id)?.attachments;
                if let Some(copy) = go_on(connection, &row.document, end.how, &files)? {
                    // What was set aside of its values goes on with it.
                    connection
                        .prepare_cached("UPDATE OR IGNORE carried SET draft = ? WHERE draft = ?")?
                        .execute(params![copy.to_string(), id])?;
                }
            }
            connection
                .prepare_cached("DELETE FROM carried WHERE draft = ?")?
                .execute([&id])?;
            drafts::remove(connection, &id)?;
            connection
                .prepare_cached("DELETE FROM draft_documents WHERE id = ?")?
                .execute([&id])?;
            return Ok(());
        }
        // What is signed here is decided on when the portal answers to it.
        (_, Some(_), Place::Outbox) => row.document.note_end(theirs),
        // It was deleted here while somebody wrote in it elsewhere, who did not know.
        (Some(end), None, Place::Nowhere)
            if end.how == Ending::Deleted && theirs.has_more_than(&end.seen) =>
        {
            row.document = merged;
            row.document.set_end(None);
            row.unsent = row.document != *theirs;
            drafts::add(connection, &row.document.draft())?;
        }
        (Some(end), None, _) => {
            // It was sent here while somebody wrote in it elsewhere.
            if end.how == Ending::Registered && theirs.has_more_than(&end.seen) {
                go_on(connection, &merged, end.how, &[])?;
            }
            row.document = merged;
            row.unsent = true;
        }
        (_, Some(_), _) => {
            row.document = merged;
            row.unsent = row.document.tombstone() != *theirs;
        }
        (None, None, _) => {
            row.unsent = merged != *theirs;
            row.document = merged;
            if place == Place::Draft {
                let before = drafts::get(connection, theirs.id)?;
                let draft = with_files(&row.document, before.attachments.clone());
                changes::came_in(connection, &before, &draft)?;
                drafts::change(connection, &draft)?;
            }
        }
    }
    keep(connection, &row)
}

/// Another copy of this store, such as one that was put back from a backup, may have used this
/// store's name: then what was written here gets stamps of a new name.
fn reclaim(
    connection: &Connection,
    ours: &mut DraftDocument,
    theirs: &DraftDocument,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut clock = clock(connection)?;
    let name = clock.client;
    if theirs.seen().of(name) <= ours.seen().of(name) {
        return Ok(());
    }
    let spare = spare(connection)?;
    clock = HybridClock::new(spare);
    ours.write_again(theirs, name, || clock.tick(now, spare));
    keep_clock(connection, &clock)
}

/// A draft goes on from one that ended without knowing all that stands in it. The next draft may have
/// ended as well meanwhile: where its end knew everything, there is nothing to go on with, and else
/// the one after it goes on. Gives the identifier of the draft that goes on, with `files`.
fn go_on(
    connection: &Connection,
    document: &DraftDocument,
    how: Ending,
    files: &[Attachment],
) -> Result<Option<Uuid>, StoreError> {
    let copy = document.continued();
    let there = row(connection, copy.id)?;
    if let Some(end) = there.as_ref().and_then(|there| there.document.end()) {
        let known = !copy.has_more_than(&end.seen);
        return if known {
            Ok(None)
        } else {
            go_on(connection, &copy, end.how, files)
        };
    }
    let id = copy.id;
    put_copy(connection, copy, there, how, files)?;
    Ok(Some(id))
}

/// Puts the copy beside or into the draft that has its identifier.
fn put_copy(
    connection: &Connection,
    copy: DraftDocument,
    there: Option<Entry>,
    how: Ending,
    files: &[Attachment],
) -> Result<(), StoreError> {
    let entry = match there {
        Some(there) => Entry {
            document: there.document.merge(&copy),
            unsent: true,
            parted: Some(how),
            ..there
        },
        None => Entry {
            document: copy,
            unsent: true,
            known: false,
            signing: None,
            parted: Some(how),
        },
    };
    keep(connection, &entry)?;
    let mut draft = with_files(&entry.document, files.to_vec());
    match place(connection, draft.id)? {
        Place::Draft => {
            let before = drafts::get(connection, draft.id)?;
            for file in &before.attachments {
                if !files.iter().any(|one| one.hash == file.hash) {
                    draft.attachments.push(file.clone());
                }
            }
            changes::came_in(connection, &before, &draft)?;
            drafts::change(connection, &draft)
        }
        // It is met again when its application is registered or taken back.
        Place::Outbox => Ok(()),
        Place::Nowhere => drafts::add(connection, &draft),
    }
}

/// The draft of a document, with its files, which do not travel.
fn with_files(document: &DraftDocument, attachments: Vec<Attachment>) -> Draft {
    Draft {
        attachments,
        ..document.draft()
    }
}

fn begin(connection: &Connection, draft: &Draft, now: Timestamp) -> Result<(), StoreError> {
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

fn place(connection: &Connection, id: Uuid) -> Result<Place, StoreError> {
    let has = |table: &str| {
        connection
            .prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM {table} WHERE id = ?)"
            ))?
            .query_row([id.to_string()], |row| row.get::<_, bool>(0))
    };
    Ok(if has("drafts")? {
        Place::Draft
    } else if has("outbox")? {
        Place::Outbox
    } else {
        Place::Nowhere
    })
}

fn clock(connection: &Connection) -> Result<HybridClock, StoreError> {
    let text: Option<String> = connection
        .prepare_cached("SELECT clock FROM draft_sharing")?
        .query_row([], |row| row.get(0))
        .optional()?;
    match text {
        Some(text) => Ok(serde_json::from_str(&text)?),
        None => Ok(HybridClock::new(spare(connection)?)),
    }
}

fn keep_clock(connection: &Connection, clock: &HybridClock) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO draft_sharing (one, clock) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET clock = ?1",
        )?
        .execute([serde_json::to_string(clock)?])?;
    Ok(())
}

fn tick(connection: &Connection, now: Timestamp) -> Result<Stamp, StoreError> {
    let mut clock = clock(connection)?;
    let spare = spare(connection)?;
    let stamp = clock.tick(now, spare);
    keep_clock(connection, &clock)?;
    Ok(stamp)
}

/// A name that nobody has.
fn spare(connection: &Connection) -> Result<ClientName, StoreError> {
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

const COLUMNS: &str = "document, unsent, known, signing, parted";

fn row(connection: &Connection, id: Uuid) -> Result<Option<Entry>, StoreError> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM draft_documents WHERE id = ?"
        ))?
        .query_row([id.to_string()], read)
        .optional()?
        .transpose()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<Entry, StoreError>> {
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

fn keep(connection: &Connection, row: &Entry) -> Result<(), StoreError> {
    let signing = row
        .signing
        .as_ref()
        .map(serde_json::to_string)
        .transpose()?;
    let parted = row.parted.as_ref().map(serde_json::to_string).transpose()?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO draft_documents (id, document, unsent, known, signing, parted)
         VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            row.document.id.to_string(),
            serde_json::to_string(&row.document)?,
            row.unsent,
            row.known,
            signing,
            parted,
        ])?;
    Ok(())
}
