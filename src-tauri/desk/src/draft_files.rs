//! Files of drafts that travel: those that are here go to the portal ahead of the draft, and those
//! that were attached elsewhere come here, piece by piece and checked by their content.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use kabinet_cache::Incoming;
use kabinet_portal::{DraftUpdate, PersonalArea, Portal as _, PortalError, Uploaded};
use kabinet_records::Attachment;
use uuid::Uuid;

use crate::problem::{Code, Problem};
use crate::uploading::Running;
use crate::{Desk, Outcome, attachment, lock};

/// Octets that are fetched at once.
const PIECE: u64 = 1024 * 1024;
/// Most octets of files that one pass fetches; the next one goes on from there.
const MOST_FETCHED: u64 = 200 * 1024 * 1024;

/// How long the portal is not asked again for a file that it does not have.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// What the desk remembers of files that come from elsewhere, until the program ends.
#[derive(Default)]
pub(crate) struct Fetching {
    /// The one that is on its way, or did not come to its end: the next pass goes on with it.
    begun: Mutex<Option<(String, Incoming)>>,
    /// Before when a file is not asked for again.
    pauses: Mutex<BTreeMap<String, Timestamp>>,
}

impl Fetching {
    /// Goes on with nothing.
    pub(crate) fn stop(&self) {
        lock(&self.begun).take();
        lock(&self.pauses).clear();
    }
}

/// How a file fared.
pub(crate) enum Fetched {
    Whole,
    /// The portal does not have it yet.
    Absent,
    /// It is not what the draft says.
    Refused(Problem),
    /// The portal does not answer.
    Unreachable(PortalError),
}

impl Desk {
    /// Sends those files of the documents to the portal that are here and not there. One that the
    /// portal does not take stays here; the draft travels without it.
    pub(crate) async fn send_draft_files(
        &self,
        area: &PersonalArea,
        documents: &[DraftUpdate],
    ) -> Outcome {
        let mut files: Vec<(Uuid, Attachment)> = documents
            .iter()
            .map(|one| &one.document)
            .flat_map(|document| document.files().into_iter().map(|file| (document.id, file)))
            .collect();
        let mut hashes = BTreeSet::new();
        self.with_store(|store| {
            files.retain(|(_, file)| {
                store.attachment_size(&file.hash).ok() == Some(file.size)
                    && hashes.insert(file.hash.clone())
            });
            Ok(())
        })?;
        if files.is_empty() {
            return Ok(());
        }
        let hashes: Vec<String> = hashes.into_iter().collect();
        let Some(lacking) = area.lacking(&hashes).await? else {
            return Ok(());
        };
        files.retain(|(_, file)| lacking.contains(&file.hash));
        // Those of one draft follow each other.
        for those in files.chunk_by(|(one, _), (other, _)| one == other) {
            let (ids, files): (Vec<Uuid>, Vec<Attachment>) = those.iter().cloned().unzip();
            let Some(&draft) = ids.first() else { continue };
            let mut running = Running::new(self, draft, &files);
            for file in &files {
                if let Uploaded::Refused(reason) = running.send(area, file).await? {
                    tracing::warn!("a file of a draft stays here: {reason:?}");
                }
            }
        }
        Ok(())
    }

    /// Fetches the files that drafts name and that are not here, those of the last changed draft
    /// first. What does not come now comes with a later pass; it does not make this one fail, unless the
    /// portal asks to be left alone.
    pub(crate) async fn fetch_draft_files(&self, area: &PersonalArea) -> Outcome {
        let mut left = MOST_FETCHED;
        for file in self.with_store(|store| Ok(store.missing_files()?))? {
            let now = self.now();
            let pauses = lock(&self.fetching.pauses).get(&file.hash).copied();
            if pauses.is_some_and(|until| now < until) || file.size > attachment::LARGEST {
                continue;
            }
            left = left.saturating_sub(file.size);
            if left == 0 {
                break;
            }
            let until = match self.fetch(area, &file).await? {
                Fetched::Whole => continue,
                Fetched::Absent => now.saturating_add(PAUSE).unwrap_or(Timestamp::MAX),
                Fetched::Refused(problem) => {
                    tracing::warn!("a file of a draft is not what it should be: {problem}");
                    Timestamp::MAX
                }
                Fetched::Unreachable(error @ PortalError::RetryAfter(_)) => {
                    return Err(error.into());
                }
                Fetched::Unreachable(error) => {
                    tracing::warn!("a file of a draft did not come: {error}");
                    break;
                }
            };
            lock(&self.fetching.pauses).insert(file.hash, until);
        }
        Ok(())
    }

    /// Fetches one file. It may be left in the middle: what came stays.
    pub(crate) async fn fetch(&self, area: &PersonalArea, file: &Attachment) -> Outcome<Fetched> {
        let mut size = self.begin_fetch(file)?;
        let fetched = loop {
            if size >= file.size {
                break Fetched::Whole;
            }
            let octets = match area
                .part(&file.hash, size, PIECE.min(file.size - size))
                .await
            {
                Ok(Some(octets)) => octets,
                Ok(None) => break Fetched::Absent,
                Err(error) => return Ok(Fetched::Unreachable(error)),
            };
            if size == 0
                && let Err(problem) = attachment::is_as_named(file, &octets)
            {
                break Fetched::Refused(problem);
            }
            let mut begun = lock(&self.fetching.begun);
            let (_, incoming) = begun.as_mut().ok_or(Code::Internal)?;
            let appended = self.with_store(|store| Ok(store.append_attachment(incoming, &octets)?));
            size = incoming.size();
            if let Err(problem) = appended {
                *begun = None;
                return Err(problem);
            }
        };
        let incoming = lock(&self.fetching.begun).take();
        let (_, incoming) = incoming.ok_or(Code::Internal)?;
        let fetched = match fetched {
            Fetched::Whole if incoming.hash() != file.hash => {
                Fetched::Refused(attachment::mismatch(file))
            }
            other => other,
        };
        self.with_store(|store| match fetched {
            Fetched::Whole => Ok(store.keep_file(&incoming)?),
            _ => Ok(store.abandon_attachment(incoming)?),
        })?;
        Ok(fetched)
    }

    /// Begins a file, or goes on with what came of it before. Gives its octets so far.
    fn begin_fetch(&self, file: &Attachment) -> Outcome<u64> {
        let mut begun = lock(&self.fetching.begun);
        let left = begun.take();
        let incoming = self.with_store(|store| match left {
            Some((hash, incoming)) if hash == file.hash && store.has_begun(&incoming)? => {
                Ok(incoming)
            }
            Some((_, left)) => {
                store.abandon_attachment(left)?;
                Ok(store.begin_attachment()?)
            }
            None => Ok(store.begin_attachment()?),
        })?;
        let size = incoming.size();
        *begun = Some((file.hash.clone(), incoming));
        Ok(size)
    }
}
