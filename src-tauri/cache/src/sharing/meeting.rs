//! A document of the portal meets what is here.

use jiff::Timestamp;
use kabinet_records::{DraftDocument, End, Ending, HybridClock, Seen};
use rusqlite::Connection;

use super::ending::{ended_elsewhere, go_on};
use super::entries::{Entry, Place, clock, keep, keep_clock, place, row, spare, with_files};
use crate::{StoreError, applications, changes, drafts};

/// One document of the portal meets what is here.
pub(super) fn take(
    connection: &Connection,
    theirs: &DraftDocument,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut clock = clock(connection)?;
    if let Some(moment) = theirs.seen().latest() {
        clock.hear(moment, now);
        keep_clock(connection, &clock)?;
    }
    let place = place(connection, theirs.id)?;
    let Some(mut row) = row(connection, theirs.id)? else {
        let mut entry = Entry {
            document: theirs.clone(),
            unsent: false,
            known: true,
            signing: None,
            parted: None,
        };
        return match place {
            Place::Nowhere if theirs.end().is_some() => Ok(()),
            // It was sent while it did not travel.
            Place::Nowhere if applications::is_there(connection, theirs.id)? => {
                let (how, seen) = (Ending::Registered, Seen::default());
                go_on(connection, theirs, how, &[])?;
                entry.document.set_end(Some(End { how, seen }));
                entry.unsent = true;
                keep(connection, &entry)
            }
            Place::Nowhere => {
                if theirs.seen().of(clock.client).is_some() {
                    // This store had it before, and what it wrote since stands elsewhere: in the copy
                    // that goes on, say. What it writes here from now on must not count as having
                    // seen that.
                    let mut renamed = HybridClock::new(spare(connection)?);
                    renamed.hear(clock.last, now);
                    keep_clock(connection, &renamed)?;
                }
                drafts::add(connection, &theirs.draft())?;
                keep(connection, &entry)
            }
            Place::Draft | Place::Outbox => Ok(()),
        };
    };
    row.known = true;
    reclaim(connection, &mut row.document, theirs, now)?;
    let merged = row.document.merge(theirs);
    match (row.document.end().cloned(), theirs.end(), place) {
        // It ended elsewhere.
        (None, Some(end), Place::Draft) => {
            ended_elsewhere(connection, &row.document, end)?;
            return Ok(());
        }
        // What is signed here is decided on when the portal answers to it.
        (_, Some(_), Place::Outbox) => row.document.set_end(merged.end().cloned()),
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
            // It was sent here while somebody wrote in it elsewhere. What was here went on before; of
            // an ended draft nothing may be left, which says nothing of what stands in its copy.
            if end.how == Ending::Registered && theirs.has_more_than(&end.seen) {
                go_on(connection, theirs, end.how, &[])?;
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
                let draft = with_files(&row.document, &before.attachments);
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
