//! Drafts go from one computer of the person to another, if the person wants that, and are merged
//! field by field.

use kabinet_cache::{Kind, Sharing, Unsent};
use kabinet_portal::{Changes, DraftUpdate, DraftsSet, PersonalArea, Portal as _};
use kabinet_records::{Conflict, Draft, DraftDocument, Ending, Stamp};
use serde_json::Value;
use uuid::Uuid;

use crate::problem::{Code, Problem};
use crate::view::{ConflictView, DraftView, OtherVersionView, SharingView};
use crate::{Desk, Outcome};

/// Documents of one request.
const BATCH: usize = 50;
/// Most rounds of one pass: what is still to be sent after them goes in the next pass.
const ROUNDS: usize = 16;

/// What became of drafts in a pass.
#[derive(Default)]
pub(crate) struct Shared {
    /// How many changed here.
    pub(crate) changed: usize,
    /// Whether they no longer travel, since that was switched off on another computer.
    pub(crate) ended: bool,
}

/// What is to be done next.
enum Step {
    Rest,
    Ended,
    Send(Vec<Unsent>),
    Withdraw(Vec<Uuid>),
}

impl Desk {
    /// Whether drafts travel between the person's computers. They do not unless the person said so:
    /// what is not sent yet is nobody's business.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn sharing(&self) -> Outcome<SharingView> {
        Ok(match self.with_store(|store| Ok(store.sharing()?))? {
            Sharing::Off => SharingView::Off,
            Sharing::On => SharingView::On,
            Sharing::Ending => SharingView::Ending,
        })
    }

    /// Lets drafts travel with the next pass and from then on, or no longer: then the passes that
    /// follow take them from the portal, and each computer keeps what it has.
    ///
    /// # Errors
    /// `no_store`, `store_locked`, and what keeps the store from writing.
    pub fn share_drafts(&self, agreed: bool) -> Outcome<SharingView> {
        let now = self.now();
        self.with_store(|store| Ok(store.share_drafts(agreed, now)?))?;
        self.sharing()
    }

    /// The person has looked at a field of which there were several versions, and decided. `shown`
    /// are the stamps of the versions they saw; no `value` leaves the field empty.
    ///
    /// # Errors
    /// `draft_not_found`; `usage` for stamps that are none; what keeps the store from writing.
    pub fn settle_draft(
        &self,
        id: &str,
        path: &str,
        shown: &[String],
        value: Option<Value>,
    ) -> Outcome<DraftView> {
        let draft = self.stored_draft(id)?;
        let stamps: Result<Vec<Stamp>, _> = shown.iter().cloned().map(Stamp::try_from).collect();
        let stamps = stamps.map_err(|_| Problem::new(Code::Usage).with("reason", "shown"))?;
        let now = self.now();
        self.with_store(|store| {
            let conflicts = store.conflicts(draft.id)?;
            // Only what was in conflict is decided: anything else is typed.
            if conflicts.iter().any(|one| one.pointer == path) {
                store.settle(draft.id, path, &stamps, value, now)?;
            }
            Ok(())
        })?;
        self.draft(id)
    }

    /// The person has read why this draft goes on from another one.
    ///
    /// # Errors
    /// `draft_not_found`; what keeps the store from writing.
    pub fn draft_parting_read(&self, id: &str) -> Outcome<DraftView> {
        let draft = self.stored_draft(id)?;
        self.with_store(|store| Ok(store.parting_seen(draft.id)?))?;
        self.draft(id)
    }

    /// Merges what other computers wrote, which the pass brought together with everything else, and
    /// sends what they do not have; or takes away what shall no longer travel, after it was merged a
    /// last time.
    pub(crate) async fn share(
        &self,
        area: &PersonalArea,
        mut since: Option<String>,
        mut changes: Changes<DraftDocument>,
    ) -> Outcome<Shared> {
        let mut shared = Shared::default();
        for _ in 0..ROUNDS {
            shared.changed += changes.changed.len();
            let goes_on = match self.merge(since.as_ref(), &changes)? {
                Step::Rest => break,
                Step::Ended => {
                    shared.ended = true;
                    break;
                }
                Step::Send(unsent) => self.send_drafts(area, &changes.state, unsent).await?,
                Step::Withdraw(drafts) => {
                    if area.withdraw_drafts(&changes.state, &drafts).await? {
                        let now = self.now();
                        self.with_store(|store| Ok(store.documents_met(&[], &drafts, now)?))?;
                    }
                    true
                }
            };
            if !goes_on {
                break;
            }
            since = self.with_store(|store| Ok(store.sync_state(Kind::Draft)?))?;
            changes = area.drafts(since.as_deref()).await?;
        }
        self.unless_in_a_hurry(self.fetch_draft_files(area)).await?;
        Ok(shared)
    }

    /// Takes changes over, and says what is to be done then.
    fn merge(&self, since: Option<&String>, changes: &Changes<DraftDocument>) -> Outcome<Step> {
        let now = self.now();
        self.with_store(|store| {
            // The person may have thought otherwise while the portal was asked.
            let sharing = store.sharing()?;
            if sharing == Sharing::Off {
                return Ok(Step::Rest);
            }
            // An idle pass leaves the disk alone.
            if changes.complete || since != Some(&changes.state) {
                let changes = kabinet_cache::Changes {
                    complete: changes.complete,
                    changed: &changes.changed,
                    removed: &changes.removed,
                    state: Some(&changes.state),
                };
                if !store.change_draft_documents(&changes, now)? {
                    return Ok(Step::Ended);
                }
            }
            let unsent = store.unsent_documents(BATCH)?;
            if !unsent.is_empty() {
                return Ok(Step::Send(unsent));
            }
            let withdrawn = store.drafts_to_withdraw(BATCH)?;
            if !withdrawn.is_empty() {
                return Ok(Step::Withdraw(withdrawn));
            }
            if sharing == Sharing::Ending {
                store.sharing_ended()?;
            }
            Ok(Step::Rest)
        })
    }

    /// Moves files, unless another pass wants to begin. Gives whether it came to its end.
    async fn unless_in_a_hurry(&self, moving: impl Future<Output = Outcome>) -> Outcome<bool> {
        tokio::select! {
            biased;
            () = self.hurry.notified() => Ok(false),
            moved = moving => moved.map(|()| true),
        }
    }

    /// Sends documents; gives whether another round is worth while.
    async fn send_drafts(
        &self,
        area: &PersonalArea,
        state: &str,
        unsent: Vec<Unsent>,
    ) -> Outcome<bool> {
        let those: Vec<DraftUpdate> = unsent
            .into_iter()
            .map(|Unsent { document, known }| DraftUpdate { document, known })
            .collect();
        // Nobody shall read of a file that is not there.
        if !self
            .unless_in_a_hurry(self.send_draft_files(area, &those))
            .await?
        {
            return Ok(false);
        }
        let done = match area.set_drafts(state, &those).await? {
            DraftsSet::Moved => return Ok(true),
            DraftsSet::Done(done) => done,
        };
        let now = self.now();
        let sent: Vec<DraftDocument> = those
            .into_iter()
            .map(|one| one.document)
            .filter(|document| done.kept.contains(&document.id))
            .collect();
        self.with_store(|store| {
            store.documents_sent(&sent, &done.state)?;
            store.documents_met(&done.there, &done.missing, now)?;
            Ok(())
        })?;
        match done.refused {
            Some((_, code)) => Err(Problem::new(Code::PortalRefused).with("reason", code)),
            None => Ok(true),
        }
    }

    /// What is not decided in a draft.
    pub(crate) fn conflicts_of(&self, draft: &Draft) -> Outcome<Vec<ConflictView>> {
        let conflicts = self.with_store(|store| Ok(store.conflicts(draft.id)?))?;
        Ok(conflicts.into_iter().map(conflict_view).collect())
    }

    /// How the draft ended that this one goes on from.
    pub(crate) fn parting_of(&self, draft: &Draft) -> Outcome<Option<String>> {
        let parted = self.with_store(|store| Ok(store.parted(draft.id)?))?;
        Ok(parted.map(|how| {
            match how {
                Ending::Deleted => "deleted",
                Ending::Registered => "registered",
            }
            .to_owned()
        }))
    }
}

fn conflict_view(conflict: Conflict) -> ConflictView {
    ConflictView {
        path: conflict.pointer,
        current: conflict.current,
        others: conflict
            .others
            .into_iter()
            .map(|version| OtherVersionView {
                value: version.value,
                written_at: version.stamp.moment.timestamp().to_string(),
            })
            .collect(),
        shown: conflict.shown.iter().map(ToString::to_string).collect(),
    }
}
