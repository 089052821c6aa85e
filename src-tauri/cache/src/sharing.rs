//! Drafts that travel between the person's computers.
//!
//! A draft that travels has a document beside it, the history of its fields. The draft is what the
//! forms work with; each change of it goes into both in one transaction. A document can be without
//! a draft: while its application waits in the outbox, and after its end until the portal knows.

mod ending;
mod entries;
mod meeting;

use jiff::Timestamp;
use kabinet_records::{Conflict, Draft, DraftDocument, Ending, Seen, Stamp, next_id};
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;
use uuid::Uuid;

pub(crate) use ending::{deleted, is_known, registered, taken_back};
pub(crate) use entries::choose_names;
use entries::{COLUMNS, begin, clock, keep, keep_clock, read, row, tick, with_files};
use meeting::take;

use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError, attachments, changes, drafts};

/// Documents that the portal does not have yet; only that drafts ended where they shall no longer
/// travel. What waits in the outbox is not told before it is registered.
const UNSENT: &str = "unsent AND draft_documents.id NOT IN (SELECT id FROM outbox)
     AND ((SELECT agreed FROM draft_sharing) OR (known AND document ->> 'end' IS NOT NULL))";
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

/// Whether drafts travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// They stay here.
    Off,
    /// They travel.
    On,
    /// They no longer travel; what the portal has of them is still to be taken away.
    Ending,
}

impl Store {
    /// Whether drafts travel.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn sharing(&self) -> Result<Sharing, StoreError> {
        sharing(&self.connection)
    }

    /// Lets drafts travel from now on, or no longer. What has travelled is taken from the portal by
    /// the passes that follow, up to [`Store::sharing_ended`]; every computer keeps what it has.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn share_drafts(&mut self, agreed: bool, now: Timestamp) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        keep_clock(&transaction, &clock(&transaction)?)?;
        match (sharing(&transaction)?, agreed) {
            (Sharing::On, true) | (Sharing::Off | Sharing::Ending, false) => {}
            (_, true) => begin_sharing(&transaction, now)?,
            (Sharing::On, false) => {
                let travelled: bool = transaction.query_row(
                    "SELECT EXISTS (SELECT 1 FROM draft_documents WHERE known)
                     OR EXISTS (SELECT 1 FROM sync_states WHERE type = 'Draft')",
                    [],
                    |row| row.get(0),
                )?;
                if travelled {
                    transaction.execute("UPDATE draft_sharing SET agreed = 0, ending = 1", [])?;
                } else {
                    end_sharing(&transaction)?;
                }
            }
        }
        Ok(transaction.commit()?)
    }

    /// Drafts that the portal has although they shall no longer travel, at most so many.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn drafts_to_withdraw(&self, count: usize) -> Result<Vec<Uuid>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM draft_documents WHERE known AND (SELECT ending FROM draft_sharing)
             ORDER BY id LIMIT ?",
        )?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map([count], |row| row.get::<_, String>(0))?;
        rows.map(|id| id?.parse().map_err(|_| StoreError::Damaged))
            .collect()
    }

    /// Nothing of the drafts is at the portal any more that this store knows of. Does nothing where
    /// the person has thought otherwise meanwhile.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn sharing_ended(&mut self) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        if sharing(&transaction)? == Sharing::Ending {
            end_sharing(&transaction)?;
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

    /// What is seen of a draft by somebody who sees it as it is given: of each client all changes up to
    /// a moment. Nothing where it has no history, or says something else by now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Damaged`].
    pub fn seen(&self, draft: &Draft) -> Result<Option<Seen>, StoreError> {
        if drafts::get(&self.connection, draft.id)? != *draft {
            return Ok(None);
        }
        let row = row(&self.connection, draft.id)?;
        Ok(row.map(|row| row.document.seen().clone()))
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
        let draft = with_files(&row.document, &before.attachments);
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
        self.connection.execute(
            "UPDATE draft_documents SET parted = NULL WHERE id = ?",
            [id.to_string()],
        )?;
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

    /// Whether a draft travels, or did: what came to it from elsewhere is told from what was here.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn travels(&self, id: Uuid) -> Result<bool, StoreError> {
        Ok(row(&self.connection, id)?.is_some())
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

    /// Documents that the portal does not have yet, at most so many; only that drafts ended where they
    /// shall no longer travel.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn unsent_documents(&self, count: usize) -> Result<Vec<Unsent>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM draft_documents WHERE {UNSENT} ORDER BY id LIMIT ?"
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

    /// When the person last changed one of the drafts that the portal does not have yet; the beginning
    /// of 1970 where drafts only ended, nothing when the portal has everything.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn unsent_since(&self) -> Result<Option<Timestamp>, StoreError> {
        let last: Option<i64> = self
            .connection
            .prepare_cached(&format!(
                "SELECT max(coalesce(drafts.changed_at, 0)) FROM draft_documents
                 LEFT JOIN drafts USING (id) WHERE {UNSENT}"
            ))?
            .query_row([], |row| row.get(0))?;
        last.map(|last| Timestamp::from_millisecond(last).map_err(|_| StoreError::Damaged))
            .transpose()
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
                transaction.execute(
                    "DELETE FROM draft_documents WHERE id = ?",
                    [document.id.to_string()],
                )?;
                continue;
            }
            row.unsent = row.document != *document;
            keep(&transaction, &row)?;
        }
        states::keep(&transaction, Kind::Draft, Some(state))?;
        Ok(transaction.commit()?)
    }

    /// Merges what changed at the portal, and keeps the state that it leads to. Files that are named
    /// come after, each by [`Store::keep_file`]. When another computer has taken drafts from the
    /// portal, the person no longer wants them to travel: they stop to travel here, too. Gives whether
    /// they go on.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_draft_documents(
        &mut self,
        changes: &Changes<'_, DraftDocument>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let transaction = self.transaction()?;
        if changes.complete {
            // What the portal lost it gets again.
            transaction.execute("UPDATE draft_documents SET known = 0, unsent = 1", [])?;
        }
        for document in changes.changed {
            take(&transaction, document, now)?;
        }
        let mut withdrawn = 0;
        for id in changes.removed {
            withdrawn += transaction.execute(
                "UPDATE draft_documents SET known = 0, unsent = 1 WHERE id = ? AND known",
                [id],
            )?;
        }
        attachments::sweep(&transaction)?;
        states::keep(&transaction, Kind::Draft, changes.state)?;
        let goes_on = withdrawn == 0 || sharing(&transaction)? != Sharing::On;
        if !goes_on {
            end_sharing(&transaction)?;
        }
        transaction.commit()?;
        Ok(goes_on)
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
            transaction.execute(
                "UPDATE draft_documents SET known = 0 WHERE id = ?",
                [id.to_string()],
            )?;
        }
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }
}

/// A new draft travels where drafts do.
pub(crate) fn added(connection: &Connection, draft: &Draft) -> Result<(), StoreError> {
    if sharing(connection)? == Sharing::On {
        begin(connection, draft, draft.changed_at)?;
    }
    Ok(())
}

fn sharing(connection: &Connection) -> Result<Sharing, StoreError> {
    let row = connection
        .query_row("SELECT agreed, ending FROM draft_sharing", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(match row {
        Some((true, _)) => Sharing::On,
        Some((false, true)) => Sharing::Ending,
        Some((false, false)) | None => Sharing::Off,
    })
}

/// All drafts begin to travel. What the portal has is asked for anew: that it was taken from there at
/// an earlier time says nothing now.
fn begin_sharing(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    connection.execute("UPDATE draft_sharing SET agreed = 1, ending = 0", [])?;
    connection.execute("UPDATE draft_documents SET known = 0, unsent = 1", [])?;
    connection.execute("DELETE FROM sync_states WHERE type = 'Draft'", [])?;
    for draft in drafts::all(connection)? {
        begin(connection, &draft, now)?;
    }
    Ok(())
}

/// The histories stay: they have what the person has not decided yet, and when drafts travel again,
/// they meet as after a long time without a network. Of what was deleted nothing stays.
fn end_sharing(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE draft_sharing SET agreed = 0, ending = 0", [])?;
    connection.execute(
        "DELETE FROM draft_documents WHERE document -> 'end' ->> 'how' = 'deleted'",
        [],
    )?;
    connection.execute("UPDATE draft_documents SET known = 0, unsent = 1", [])?;
    connection.execute("DELETE FROM sync_states WHERE type = 'Draft'", [])?;
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
    let mut merged = with_files(&row.document, &draft.attachments);
    if changed {
        row.unsent = true;
        keep(connection, &row)?;
    } else {
        // What changes nothing that travels is to be seen here all the same.
        merged.changed_at = draft.changed_at;
    }
    Ok(merged)
}
