//! What a pass brings, kept part by part.

use kabinet_cache::{Changes, Kind, Store, StoreError};
use kabinet_portal::{Gathered, Part, SyncPart};
use kabinet_records::{Direction, DraftDocument};

use crate::Outcome;

/// How much a pass has brought.
pub(crate) struct Arrivals {
    pub(crate) procedures: usize,
    pub(crate) applications: usize,
    /// From authorities.
    pub(crate) messages: usize,
    pub(crate) documents: usize,
    /// They meet what is written here when all of them are there.
    pub(crate) drafts: Gathered<DraftDocument>,
}

impl Arrivals {
    /// Nothing yet; `drafts` is the state that they are at.
    pub(crate) fn since(drafts: Option<&str>) -> Self {
        Self {
            procedures: 0,
            applications: 0,
            messages: 0,
            documents: 0,
            drafts: Gathered::since(drafts),
        }
    }

    /// Keeps a part as it comes. What the pass brought until the network breaks stays.
    pub(crate) fn keep(&mut self, store: &mut Store, part: SyncPart) -> Outcome {
        let messages = part.messages.changed.iter();
        self.messages += messages
            .filter(|message| message.direction == Direction::ToApplicant)
            .count();
        self.documents += part.documents.changed.len();
        self.drafts.add(part.drafts, |draft| draft.id.to_string());
        self.procedures += keep(
            store,
            Kind::Procedure,
            part.procedures,
            Store::change_procedures,
        )?;
        self.applications += keep(
            store,
            Kind::Application,
            part.applications,
            Store::change_applications,
        )?;
        keep(store, Kind::Message, part.messages, Store::change_messages)?;
        keep(
            store,
            Kind::Document,
            part.documents,
            Store::change_documents,
        )?;
        Ok(())
    }
}

/// Takes over a part of the changes of one type, if there is any: an idle pass leaves the disk alone.
/// Gives how many objects changed or went.
fn keep<T>(
    store: &mut Store,
    kind: Kind,
    part: Part<T>,
    change: fn(&mut Store, &Changes<'_, T>) -> Result<(), StoreError>,
) -> Outcome<usize> {
    if part.is_empty() {
        return Ok(0);
    }
    let mut removed = part.removed;
    // A list that came in one part says by itself what there is.
    let all = part.all.as_ref();
    let complete = all.is_some_and(|all| all.len() == part.changed.len() + part.unreadable);
    if let Some(all) = all.filter(|_| !complete) {
        removed.extend(store.others(kind, all)?);
    }
    change(
        store,
        &Changes {
            complete,
            changed: &part.changed,
            removed: &removed,
            state: part.state.as_deref(),
        },
    )?;
    Ok(part.changed.len() + removed.len())
}
