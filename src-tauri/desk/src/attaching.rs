//! Journey J6, files: they are taken in piece by piece, checked by their content, and kept in the
//! store with the draft. The window hands octets over and never a path, so that its page cannot name
//! files which the person did not choose.

use std::io::Read;

use kabinet_cache::{Incoming, Sharing, Store};
use kabinet_records::{Attachment, Draft};
use serde_json::Value;
use uuid::Uuid;

use crate::attachment::{self, Known};
use crate::drafting::draft_problem;
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::{AttachmentView, DraftView};
use crate::visible::visible;
use crate::{Desk, Outcome, lock};

/// Octets that the command line reads at once.
const READ: usize = 1024 * 1024;

/// A file that is being handed over. One at a time: a new one takes the place of one that was left.
pub(crate) struct Receiving {
    handle: Uuid,
    owner: Owner,
    name: String,
    /// Known once the first octets have come.
    known: Option<Known>,
    incoming: Incoming,
}

/// What a file is taken in for.
#[derive(Clone, Copy)]
enum Owner {
    Draft(Uuid),
    /// The reply to that message.
    Reply(Uuid),
}

impl Desk {
    /// Begins to take a file of `size` octets in for a draft. Gives a handle for what follows.
    ///
    /// # Errors
    /// `draft_not_found`, `attachment_too_large`, `attachments_too_many`, `no_store`, `store_locked`,
    /// and what keeps the store from writing.
    pub fn begin_attachment(&self, draft_id: &str, name: &str, size: u64) -> Outcome<String> {
        let draft = self.stored_draft(draft_id)?;
        self.begin_file(Owner::Draft(draft.id), &draft.attachments, name, size)
    }

    /// As [`Desk::begin_attachment`], for the reply to a message.
    ///
    /// # Errors
    /// `message_not_found`; else as [`Desk::begin_attachment`].
    pub fn begin_reply_attachment(
        &self,
        message_id: &str,
        name: &str,
        size: u64,
    ) -> Outcome<String> {
        let message = self.stored_message(message_id)?;
        let files = self.with_store(|store| Ok(store.letter_files(message.id)?))?;
        self.begin_file(Owner::Reply(message.id), &files, name, size)
    }

    fn begin_file(
        &self,
        owner: Owner,
        present: &[Attachment],
        name: &str,
        size: u64,
    ) -> Outcome<String> {
        attachment::fits(present, size)?;
        let mut receiving = lock(&self.receiving);
        if let Some(left) = receiving.take() {
            self.with_store(|store| Ok(store.abandon_attachment(left.incoming)?))?;
        }
        let incoming = self.with_store(|store| Ok(store.begin_attachment()?))?;
        let handle = self.new_id();
        *receiving = Some(Receiving {
            handle,
            owner,
            name: name.to_owned(),
            known: None,
            incoming,
        });
        Ok(handle.to_string())
    }

    /// Takes the next octets in. The first ones, at least some KiB or the whole file, tell the kind.
    ///
    /// # Errors
    /// `attachment_kind`, `attachment_executable`, `attachment_mismatch`, `attachment_empty`,
    /// `attachment_too_large`; `cancelled` for a handle that is not (any more) in use; what keeps the
    /// store from writing. After an error the file must be begun anew.
    pub fn append_attachment(&self, handle: &str, octets: &[u8]) -> Outcome {
        let mut slot = lock(&self.receiving);
        let mut receiving = taken(&mut slot, handle)?;
        let appended = self.append(&mut receiving, octets);
        if appended.is_ok() {
            *slot = Some(receiving);
        } else {
            // What was refused is what the person hears of.
            let _ = self.with_store(|store| Ok(store.abandon_attachment(receiving.incoming)?));
        }
        appended
    }

    fn append(&self, receiving: &mut Receiving, octets: &[u8]) -> Outcome {
        if receiving.known.is_none() {
            receiving.known = Some(attachment::look(&receiving.name, octets)?);
        }
        attachment::fits(&[], receiving.incoming.size() + octets.len() as u64)?;
        self.with_store(|store| Ok(store.append_attachment(&mut receiving.incoming, octets)?))
    }

    /// The file is whole: it belongs to the draft. A file that the draft has already is there once.
    ///
    /// # Errors
    /// `attachment_empty`, `attachments_too_many`, `draft_not_found`; `cancelled` for a handle that is
    /// not in use; what keeps the store from writing. The draft is untouched then.
    pub fn finish_attachment(&self, handle: &str) -> Outcome<DraftView> {
        let draft = self.finish(
            handle,
            |owner| match owner {
                Owner::Draft(id) => Some(id),
                Owner::Reply(_) => None,
            },
            |store, incoming, id, file| {
                let now = self.now();
                let present = store.draft(id).map_err(draft_problem)?.attachments;
                fits_beside(&present, &file)?;
                let edit = |draft: &mut Draft| {
                    if !draft.attachments.iter().any(|one| one.hash == file.hash) {
                        draft.attachments.push(file.clone());
                        draft.changed_at = now;
                    }
                };
                store.attach(incoming, id, edit).map_err(draft_problem)
            },
        )?;
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        self.view_of_draft(draft, procedure)
    }

    /// As [`Desk::finish_attachment`], of a file for a reply. Gives all its files.
    ///
    /// # Errors
    /// As [`Desk::finish_attachment`].
    pub fn finish_reply_attachment(&self, handle: &str) -> Outcome<Vec<AttachmentView>> {
        let files = self.finish(
            handle,
            |owner| match owner {
                Owner::Reply(id) => Some(id),
                Owner::Draft(_) => None,
            },
            |store, incoming, id, file| {
                fits_beside(&store.letter_files(id)?, &file)?;
                Ok(store.attach_to_letter(incoming, id, file)?)
            },
        )?;
        Ok(views(&files))
    }

    /// Makes the file whole and hands it to whom it is for; nothing of it is left after an error.
    fn finish<T>(
        &self,
        handle: &str,
        owned: impl FnOnce(Owner) -> Option<Uuid>,
        keep: impl FnOnce(&mut Store, &Incoming, Uuid, Attachment) -> Outcome<T>,
    ) -> Outcome<T> {
        let receiving = taken(&mut lock(&self.receiving), handle)?;
        let finished = (|| {
            let id = owned(receiving.owner).ok_or(Code::Cancelled)?;
            let known = receiving.known.as_ref().ok_or_else(|| {
                Problem::new(Code::AttachmentEmpty)
                    .with("name", attachment::sanitised(&receiving.name))
            })?;
            let file = Attachment {
                name: known.name.clone(),
                media_type: known.media_type.to_owned(),
                size: receiving.incoming.size(),
                hash: receiving.incoming.hash(),
            };
            self.with_store(|store| keep(store, &receiving.incoming, id, file))
        })();
        if finished.is_err() {
            let _ = self.with_store(|store| Ok(store.abandon_attachment(receiving.incoming)?));
        }
        finished
    }

    /// Takes in a whole file that is read piece by piece.
    ///
    /// # Errors
    /// As the three steps above; `file_unreadable`.
    pub fn attach(
        &self,
        draft_id: &str,
        name: &str,
        size: u64,
        content: impl Read,
    ) -> Outcome<DraftView> {
        let handle = self.begin_attachment(draft_id, name, size)?;
        self.read_in(&handle, content)?;
        self.finish_attachment(&handle)
    }

    /// As [`Desk::attach`], for the reply to a message. Gives all its files.
    ///
    /// # Errors
    /// As [`Desk::attach`]; `message_not_found`.
    pub fn attach_to_reply(
        &self,
        message_id: &str,
        name: &str,
        size: u64,
        content: impl Read,
    ) -> Outcome<Vec<AttachmentView>> {
        let handle = self.begin_reply_attachment(message_id, name, size)?;
        self.read_in(&handle, content)?;
        self.finish_reply_attachment(&handle)
    }

    fn read_in(&self, handle: &str, mut content: impl Read) -> Outcome {
        let mut octets = Vec::with_capacity(READ);
        loop {
            octets.clear();
            content
                .by_ref()
                .take(READ as u64)
                .read_to_end(&mut octets)
                .map_err(|error| file_problem(&error))?;
            if octets.is_empty() {
                return Ok(());
            }
            self.append_attachment(handle, &octets)?;
        }
    }

    /// Takes a file off a draft, and out of the fields that name it. It can be undone.
    ///
    /// # Errors
    /// `draft_not_found`, and what keeps the store from writing.
    pub fn remove_attachment(&self, draft_id: &str, hash: &str) -> Outcome<DraftView> {
        let id = self.stored_draft(draft_id)?.id;
        let now = self.now();
        let draft = self.with_store(|store| {
            let edit = |draft: &mut Draft| {
                draft.attachments.retain(|file| file.hash != hash);
                if let Some(values) = draft.data.as_object_mut() {
                    values.retain(|_, value| forget(value, hash));
                }
                draft.changed_at = now;
            };
            store.edit_draft(id, edit).map_err(draft_problem)
        })?;
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        self.view_of_draft(draft, procedure)
    }

    /// Takes a file off the reply to a message; without a hash, all of them. Gives what is left.
    ///
    /// # Errors
    /// `message_not_found`, and what keeps the store from writing.
    pub fn remove_reply_attachment(
        &self,
        message_id: &str,
        hash: Option<&str>,
    ) -> Outcome<Vec<AttachmentView>> {
        let message = self.stored_message(message_id)?;
        let files = self.with_store(|store| Ok(store.remove_from_letter(message.id, hash)?))?;
        Ok(views(&files))
    }

    /// Sees to it that every file that would be signed is there in full and is what it is called, and
    /// that there are not too many: computers that did not know of each other may have attached them.
    pub(crate) fn check_attachments(&self, files: &[Attachment]) -> Outcome {
        for (index, file) in files.iter().enumerate() {
            attachment::fits(&files[..index], file.size)?;
            self.with_store(|store| match store.attachment_size(&file.hash) {
                Ok(size) if size == file.size => {
                    attachment::is_as_named(file, &store.read_attachment(&file.hash, 0)?)
                }
                _ => {
                    let code = match store.sharing()? {
                        Sharing::Off => Code::AttachmentGone,
                        Sharing::On | Sharing::Ending => Code::AttachmentComing,
                    };
                    Err(Problem::new(code).with("name", visible(&file.name)))
                }
            })?;
        }
        Ok(())
    }

    /// Hashes of those files that have not come here yet from the computer where they were attached.
    pub(crate) fn coming(&self, files: &[Attachment]) -> Outcome<Vec<String>> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let missing = self.with_store(|store| Ok(store.missing_files()?))?;
        let theirs = |file: &&Attachment| missing.iter().any(|one| one.hash == file.hash);
        Ok(files
            .iter()
            .filter(theirs)
            .map(|file| file.hash.clone())
            .collect())
    }
}

/// Whether a file may join those that are there; one that is there already may.
fn fits_beside(present: &[Attachment], file: &Attachment) -> Outcome {
    if present.iter().any(|one| one.hash == file.hash) {
        return Ok(());
    }
    attachment::fits(present, file.size)
}

/// The files of a manifest: in the order of their hashes, so that the same ones are signed as the
/// same octets.
pub(crate) fn sorted(mut files: Vec<Attachment>) -> Vec<Attachment> {
    files.sort_by(|one, other| one.hash.cmp(&other.hash));
    files
}

/// What people see of the files.
pub(crate) fn views(files: &[Attachment]) -> Vec<AttachmentView> {
    files
        .iter()
        .map(|file| AttachmentView {
            name: visible(&file.name),
            media_type: file.media_type.clone(),
            size: file.size,
            hash: file.hash.clone(),
        })
        .collect()
}

/// Takes a file's hash out of a value. Whether the value is to stay.
fn forget(value: &mut Value, hash: &str) -> bool {
    match value {
        Value::String(text) => text != hash,
        Value::Array(list) => {
            let before = list.len();
            list.retain_mut(|one| forget(one, hash));
            // A question whose last answer goes is not answered by an empty list.
            list.len() == before || !list.is_empty()
        }
        Value::Object(members) => {
            members.retain(|_, one| forget(one, hash));
            true
        }
        _ => true,
    }
}

fn taken(slot: &mut Option<Receiving>, handle: &str) -> Outcome<Receiving> {
    match slot.take() {
        Some(receiving) if receiving.handle.to_string() == handle => Ok(receiving),
        other => {
            *slot = other;
            Err(Code::Cancelled.into())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
