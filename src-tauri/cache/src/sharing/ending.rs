//! How drafts that travel end: deleted, registered, or going on under another identifier.

use jiff::Timestamp;
use kabinet_records::{Application, Attachment, Draft, DraftDocument, End, Ending, Manifest, Seen};
use rusqlite::Connection;
use uuid::Uuid;

use super::entries::{Entry, Place, keep, place, row, tick, with_files};
use super::{Sharing, added, sharing};
use crate::search::{Findable, index};
use crate::{Store, StoreError, applications, attachments, carrying, changes, drafts};

impl Store {
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
        let octets: Vec<u8> = transaction.query_row(
            "DELETE FROM outbox WHERE id = ? RETURNING manifest",
            [id.to_string()],
            |row| row.get(0),
        )?;
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
            Some(mut row) => {
                let document = row.document.clone();
                if row.known && document.end().is_none() {
                    // The portal has it as a draft still, and the other computer may not come to say
                    // that it ended. What stands here goes on in the copy.
                    let (how, seen) = (Ending::Registered, document.seen().clone());
                    row.document.set_end(Some(End { how, seen }));
                    row.signing = None;
                    row.unsent = true;
                    keep(&transaction, &row)?;
                } else {
                    transaction
                        .execute("DELETE FROM draft_documents WHERE id = ?", [id.to_string()])?;
                }
                document
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
        carrying::forget(&transaction, id)?;
        applications::put(&transaction, application)?;
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }
}

/// The person deleted a draft, knowing what stood in it.
pub(crate) fn deleted(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    let Some(mut row) = row(connection, id)? else {
        return Ok(());
    };
    if sharing(connection)? == Sharing::Off {
        connection.execute("DELETE FROM draft_documents WHERE id = ?", [id.to_string()])?;
        return Ok(());
    }
    let seen = row.document.seen().clone();
    let how = Ending::Deleted;
    row.document.set_end(Some(End { how, seen }));
    row.unsent = true;
    keep(connection, &row)
}

/// Whether somebody who saw that much of a draft knows everything that is written in it.
pub(crate) fn is_known(
    connection: &Connection,
    id: Uuid,
    seen: Option<&Seen>,
) -> Result<bool, StoreError> {
    let nothing = Seen::default();
    let row = row(connection, id)?;
    Ok(row.is_none_or(|row| !row.document.has_more_than(seen.unwrap_or(&nothing))))
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
        let draft = with_files(&entry.document, &draft.attachments);
        drafts::add(connection, &draft)?;
        return Ok(draft);
    };
    connection.execute(
        "DELETE FROM draft_documents WHERE id = ?",
        [draft.id.to_string()],
    )?;
    // The person wants it back, whether or not somebody knew it.
    let id = go_on_anyway(connection, &entry.document, end.how, &draft.attachments)?;
    drafts::get(connection, id)
}

/// As [`go_on`], also where everything was known: under the first identifier that is free.
fn go_on_anyway(
    connection: &Connection,
    document: &DraftDocument,
    how: Ending,
    files: &[Attachment],
) -> Result<Uuid, StoreError> {
    let mut copy = document.continued();
    loop {
        let there = row(connection, copy.id)?;
        let ended = there
            .as_ref()
            .is_some_and(|there| there.document.end().is_some());
        let id = copy.id;
        if !ended && place(connection, id)? != Place::Outbox {
            put_copy(connection, copy, there, how, files)?;
            return Ok(id);
        }
        copy = copy.continued();
    }
}

/// The draft that is here ended on another computer: what was not known there goes on. What was set
/// aside when its form changed, and that it was signed, is known here alone.
pub(super) fn ended_elsewhere(
    connection: &Connection,
    document: &DraftDocument,
    end: &End,
) -> Result<(), StoreError> {
    let id = document.id.to_string();
    let to_be_seen = carrying::is_to_be_seen(connection, document.id)?;
    if to_be_seen || document.has_more_than(&end.seen) {
        let files = drafts::get(connection, document.id)?.attachments;
        let copy = if to_be_seen {
            Some(go_on_anyway(connection, document, end.how, &files)?)
        } else {
            go_on(connection, document, end.how, &files)?
        };
        if let Some(copy) = copy {
            carrying::go_on(connection, document.id, copy)?;
        }
    }
    carrying::forget(connection, document.id)?;
    drafts::remove(connection, &id)?;
    connection.execute("DELETE FROM draft_documents WHERE id = ?", [&id])?;
    Ok(())
}

/// A draft goes on from one that ended without knowing all that stands in it. The next draft may have
/// ended as well meanwhile: where its end knew everything, there is nothing to go on with, and else
/// the one after it goes on. Gives the identifier of the draft that goes on, with `files`.
pub(super) fn go_on(
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
    match place(connection, entry.document.id)? {
        Place::Draft => {
            let before = drafts::get(connection, entry.document.id)?;
            let draft = with_files(&entry.document, &[&before.attachments, files].concat());
            changes::came_in(connection, &before, &draft)?;
            drafts::change(connection, &draft)
        }
        // It is met again when its application is registered or taken back.
        Place::Outbox => Ok(()),
        Place::Nowhere => drafts::add(connection, &with_files(&entry.document, files)),
    }
}
