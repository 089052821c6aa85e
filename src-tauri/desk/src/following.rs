//! Journey J9, what authorities say: messages, what is due, and documents whose signature is checked
//! before they are called genuine.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kabinet_cache::{OutboxItem, OutboxKind, Store, StoreError, blobs};
use kabinet_pki::{Report, RevocationChecking};
use kabinet_portal::{Backoff, PersonalArea, Portal as _, PortalError};
use kabinet_records::{
    Attachment, Direction, Document, DocumentSignature, Letter, LetterKind, Message, Text, Words,
};
use uuid::Uuid;

use crate::applying::{read_letter, signer_name};
use crate::drafting::parse_id;
use crate::files::write_beside;
use crate::issued::{self, Judgement};
use crate::problem::Code;
use crate::profile::file_problem;
use crate::revocation::Learnt;
use crate::view::{DocumentTrustView, DocumentView, DueView, MessageView, RequestView, TextView};
use crate::writing::is_closed;
use crate::{Desk, Outcome, attaching, preview, signing};

/// How long before its end a request is due soon.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Most octets of a document.
const LARGEST: usize = 64 * 1024 * 1024;
/// Documents whose certificates are asked about in one pass.
const ASKED_ABOUT: usize = 50;
/// How long it is not asked again about a document of which something could not be learnt; and, as the
/// longest time, about one of which nothing says when there will be news.
const ASK_AGAIN: Backoff = Backoff {
    first: Duration::from_secs(60),
    ceiling: Duration::from_secs(24 * 60 * 60),
};
/// Most characters of a file's name, without what tells documents apart.
const LONGEST_NAME: usize = 60;

/// Media types that are opened from here: what shows them starts nothing.
const SHOWN: &[&str] = &["application/pdf", "image/jpeg", "image/png", "text/plain"];

impl Desk {
    /// The messages on an application, oldest first, with what still waits to leave; without an
    /// application the newest `count` of all, newest first.
    ///
    /// # Errors
    /// `application_not_found` for what is no identifier; `no_store`, `store_locked`.
    pub fn messages(&self, application: Option<&str>, count: usize) -> Outcome<Vec<MessageView>> {
        let id = application
            .map(|id| parse_id(id, Code::ApplicationNotFound))
            .transpose()?;
        self.with_store(|store| {
            let stored = match id {
                Some(id) => store.messages(id)?,
                None => store.newest_messages(count)?,
            };
            let letters = waiting_letters(store, id)?;
            let mut views = Vec::with_capacity(stored.len() + letters.len());
            for message in stored {
                views.push(view_of_message(store, message, &letters)?);
            }
            let waiting = letters
                .iter()
                .map(|(item, letter)| self.view_of_letter(item, letter));
            if id.is_some() {
                views.extend(waiting);
            } else {
                views.splice(0..0, waiting);
            }
            Ok(views)
        })
    }

    /// Requests that are due within a week or overdue, the most urgent first.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn due(&self) -> Outcome<Vec<DueView>> {
        let now = self.now();
        let until = now.saturating_add(SOON).unwrap_or(Timestamp::MAX);
        let due = self.with_store(|store| {
            let mut due = Vec::new();
            for message in store.requests_due(until)? {
                match store.application(message.application_id) {
                    Ok(application) if !is_closed(application.status) => {
                        due.push((message, application.procedure_id));
                    }
                    Ok(_) | Err(StoreError::NotFound) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(due)
        })?;
        let view = |(message, procedure_id): (Message, String)| {
            let deadline = message.request?.deadline?;
            Some(DueView {
                application_id: message.application_id.to_string(),
                title: self.title_of(&procedure_id),
                message_id: message.id.to_string(),
                deadline: deadline.to_string(),
                overdue: deadline < now,
            })
        };
        Ok(due.into_iter().filter_map(view).collect())
    }

    /// The documents of an application, oldest first; without one the newest `count` of all, newest
    /// first. The signature of each is checked now.
    ///
    /// # Errors
    /// `application_not_found` for what is no identifier; `no_store`, `store_locked`.
    pub fn documents(&self, application: Option<&str>, count: usize) -> Outcome<Vec<DocumentView>> {
        let id = application
            .map(|id| parse_id(id, Code::ApplicationNotFound))
            .transpose()?;
        let documents = self.with_store(|store| {
            Ok(match id {
                Some(id) => store.documents(id)?,
                None => store.newest_documents(count)?,
            })
        })?;
        documents
            .into_iter()
            .map(|document| self.view_of_document(document))
            .collect()
    }

    /// As [`Desk::save_document`], into a folder from which the system's viewer is to open it.
    ///
    /// # Errors
    /// Those, and `no_viewer` for what is not opened from here ([`DocumentView::opens`]).
    pub fn document_to_open(&self, id: &str, folder: &Path) -> Outcome<PathBuf> {
        if !self.view_of_document(self.stored_document(id)?)?.opens {
            return Err(Code::NoViewer.into());
        }
        self.save_document(id, folder)
    }

    /// A document as a data URL of a PNG; nothing for what cannot be drawn ([`crate::preview`]), or is
    /// not opened from here ([`DocumentView::opens`]).
    ///
    /// # Errors
    /// `document_not_found`; `no_store`, `store_locked`.
    pub fn preview_document(&self, id: &str) -> Outcome<Option<String>> {
        let document = self.stored_document(id)?;
        let octets = self.octets_of(&document)?;
        if !self.view_of_document(document)?.opens {
            return Ok(None);
        }
        let content = octets.and_then(|octets| {
            let Octets { content, signature } = octets;
            content.or_else(|| kabinet_pki::content(&signature).ok())
        });
        Ok(content.and_then(|content| preview::shown(&content)))
    }

    fn stored_document(&self, id: &str) -> Outcome<Document> {
        let id = parse_id(id, Code::DocumentNotFound)?;
        self.with_store(|store| match store.document(id) {
            Err(StoreError::NotFound) => Err(Code::DocumentNotFound.into()),
            other => Ok(other?),
        })
    }

    /// Writes a document's content into a file, and its signature beside it; nothing that is there
    /// is overwritten. In a folder it gets a name of its own. Gives the content's path.
    ///
    /// # Errors
    /// `document_not_found`, also as long as its octets have not come; `file_unreadable`,
    /// `read_only`, `disk_full`.
    pub fn save_document(&self, id: &str, to: &Path) -> Outcome<PathBuf> {
        let document = self.stored_document(id)?;
        let id = document.id;
        let octets = self.octets_of(&document)?.ok_or(Code::DocumentNotFound)?;
        let path = if to.is_dir() {
            let title = TextView::from(Text::from(document.title));
            free_path(
                to,
                &file_name(title.in_language(self.language()), id),
                &document.media_type,
            )
        } else {
            to.to_path_buf()
        };
        let write = |path: &Path, octets: &[u8]| {
            write_beside(path, |target| {
                target
                    .write_all(octets)
                    .map_err(|error| file_problem(&error))
            })
        };
        match octets.content {
            Some(content) => {
                write(&path, &content)?;
                write(&with_ending(&path, ".p7s"), &octets.signature)?;
            }
            None => {
                // What is no signature with content inside is saved as it came.
                let content = kabinet_pki::content(&octets.signature);
                write(&path, content.as_ref().unwrap_or(&octets.signature))?;
                write(&with_ending(&path, ".p7m"), &octets.signature)?;
            }
        }
        Ok(path)
    }

    /// Fetches the octets of documents that have none yet. What does not come now comes with a later
    /// pass; it does not make this one fail, unless the portal asks to be left alone.
    pub(crate) async fn fetch_documents(&self, area: &PersonalArea) -> Outcome {
        for document in self.with_store(|store| Ok(store.documents_to_fetch()?))? {
            if !self.in_vain.is_due(&document.id.to_string(), self.now()) {
                continue;
            }
            let mut whole = true;
            for name in blobs(&document) {
                if self
                    .with_store(|store| Ok(store.document_blob(name)?))?
                    .is_some()
                {
                    continue;
                }
                match area.blob(name, LARGEST).await {
                    Ok(octets) => {
                        self.with_store(|store| Ok(store.keep_document_blob(name, &octets)?))?;
                    }
                    Err(error) => {
                        tracing::warn!("a document did not come: {error}");
                        match error {
                            PortalError::RetryAfter(_) => return Err(error.into()),
                            PortalError::Offline
                            | PortalError::Timeout
                            | PortalError::Server(_)
                            | PortalError::ProxyRefused
                            | PortalError::ProxyScript(_) => return Ok(()),
                            _ => whole = false,
                        }
                    }
                }
            }
            if whole {
                self.with_store(|store| Ok(store.document_fetched(document.id)?))?;
            } else {
                let chance = self.surroundings.number();
                self.in_vain
                    .note(&document.id.to_string(), self.now(), chance);
            }
        }
        Ok(())
    }

    /// Asks what is not known yet of the certificates of the newest documents, or was said for a time
    /// that is over, and keeps it: each look at a document rests on that, also without a network.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub(crate) async fn ask_about_documents(&self) -> Outcome {
        // Whoever is at it asks about all.
        let Ok(_alone) = self.asking_about.try_lock() else {
            return Ok(());
        };
        let now = self.now();
        let due = self.with_store(|store| Ok(store.documents_to_ask(ASKED_ABOUT, now)?))?;
        if due.is_empty() {
            return Ok(());
        }
        let anchors = self.anchors()?;
        let mut asking = self.asking_unasked();
        for (document, in_vain) in due {
            let Some(octets) = self.octets_of(&document)? else {
                continue;
            };
            let signature = octets.signature.as_slice();
            let learnt = self
                .learn(
                    &mut |validation| kabinet_pki::survey(Cursor::new(signature), validation),
                    &anchors,
                    signing::time(self.now())?,
                    &mut asking,
                )
                .await
                .map_err(|error| file_problem(&error))?;
            if asking.is_over() {
                // What there was no time for is asked in the next pass.
                break;
            }
            self.ask_again_later(&document, in_vain, &learnt)?;
        }
        self.note_silent(&asking);
        Ok(())
    }

    /// Notes when it is worth while to ask about a document again.
    fn ask_again_later(&self, document: &Document, in_vain: u32, learnt: &Learnt) -> Outcome {
        let now = self.now();
        let is_unknown = learnt.checking == RevocationChecking::Required;
        let wait = if is_unknown {
            let chance = self.surroundings.number();
            SignedDuration::try_from(ASK_AGAIN.first + ASK_AGAIN.delay_with(in_vain, None, chance))
        } else {
            let next = learnt.evidence.next_update(signing::time(now)?);
            let until = next.map(|next| next.unix_duration().saturating_sub(since_epoch(now)));
            SignedDuration::try_from(until.unwrap_or(ASK_AGAIN.ceiling))
        };
        let again = now.saturating_add(wait.unwrap_or(SignedDuration::MAX));
        let again = again.unwrap_or(Timestamp::MAX);
        self.with_store(|store| Ok(store.document_asked(document.id, now, again, is_unknown)?))
    }

    fn view_of_letter(&self, item: &OutboxItem, letter: &Letter) -> MessageView {
        let author = signer_name(&letter.applicant);
        MessageView {
            id: letter.message.to_string(),
            application_id: letter.application.to_string(),
            direction: kabinet_records::Direction::FromApplicant.name().to_owned(),
            waiting: true,
            problem: item.problem.as_deref().map(|kept| self.sentence(kept)),
            author: Text::from(Words::One(author)).into(),
            sent_at: item.signed_at.to_string(),
            subject: None,
            text: Text::from(Words::One(letter.text.clone())).into(),
            attachments: attaching::views(&letter.attachments),
            request: None,
            in_reply_to: letter.in_reply_to.map(|id| id.to_string()),
            withdraws: letter.kind == LetterKind::Withdrawal,
        }
    }

    fn view_of_document(&self, document: Document) -> Outcome<DocumentView> {
        let Judgement {
            trust,
            sentence,
            certain,
            signer,
        } = match self.octets_of(&document)? {
            None => issued::missing(),
            Some(octets) => issued::judgement(&self.check_document(&octets)?),
        };
        let opens =
            trust == DocumentTrustView::Genuine && SHOWN.contains(&document.media_type.as_str());
        Ok(DocumentView {
            id: document.id.to_string(),
            application_id: document.application_id.to_string(),
            title: Text::from(document.title).into(),
            media_type: document.media_type,
            size: document.size,
            issued_at: document.issued_at.to_string(),
            trust,
            sentence,
            certain,
            signer,
            opens,
        })
    }

    fn octets_of(&self, document: &Document) -> Outcome<Option<Octets>> {
        self.with_store(|store| {
            let Some(blob) = store.document_blob(&document.blob_id)? else {
                return Ok(None);
            };
            Ok(match &document.signature {
                DocumentSignature::Attached => Some(Octets {
                    content: None,
                    signature: blob,
                }),
                DocumentSignature::Detached { blob_id } => {
                    store.document_blob(blob_id)?.map(|signature| Octets {
                        content: Some(blob),
                        signature,
                    })
                }
            })
        })
    }

    /// What a check of the signature finds, by what is kept.
    fn check_document(&self, octets: &Octets) -> Outcome<Report> {
        let anchors = self.anchors()?;
        let mut content = octets.content.as_deref();
        let content = content
            .as_mut()
            .map(|content| content as &mut dyn std::io::Read);
        let signature = Cursor::new(octets.signature.as_slice());
        let now = signing::now()?;
        let learnt = self
            .recall(
                &mut |validation| {
                    kabinet_pki::survey(Cursor::new(octets.signature.as_slice()), validation)
                },
                &anchors,
                now,
            )
            .map_err(|error| file_problem(&error))?;
        kabinet_pki::verify(signature, content, &learnt.validation(&anchors, now))
            .map_err(|error| file_problem(&error))
    }
}

/// What is kept of a document.
struct Octets {
    /// The content, where it is not inside the signature.
    content: Option<Vec<u8>>,
    signature: Vec<u8>,
}

/// Letters in the outbox, of one application or of all, oldest first.
fn waiting_letters(store: &Store, application: Option<Uuid>) -> Outcome<Vec<(OutboxItem, Letter)>> {
    let items = store.outbox()?.into_iter().filter(|item| {
        item.kind != OutboxKind::Application
            && (application.is_none() || item.application == application)
    });
    items
        .map(|item| {
            let letter = read_letter(&item.manifest)?;
            Ok((item, letter))
        })
        .collect()
}

fn view_of_message(
    store: &Store,
    message: Message,
    letters: &[(OutboxItem, Letter)],
) -> Outcome<MessageView> {
    let request = match message.request {
        None => None,
        Some(request) => {
            let waiting = letters
                .iter()
                .any(|(_, letter)| letter.in_reply_to == Some(message.id));
            Some(RequestView {
                kind: "documents".to_owned(),
                wanted: request
                    .wanted
                    .into_iter()
                    .map(|words| Text::from(words).into())
                    .collect(),
                deadline: request.deadline.map(|end| end.to_string()),
                answered: waiting || store.is_answered(message.id)?,
            })
        }
    };
    let attachments = match message.direction {
        Direction::FromApplicant => files_of_letter(store, message.id)?,
        Direction::ToApplicant => Vec::new(),
    };
    Ok(MessageView {
        id: message.id.to_string(),
        application_id: message.application_id.to_string(),
        direction: message.direction.name().to_owned(),
        waiting: false,
        problem: None,
        author: Text::from(message.author).into(),
        sent_at: message.sent_at.to_string(),
        subject: message.subject.map(|words| Text::from(words).into()),
        text: Text::from(message.text).into(),
        attachments: attaching::views(&attachments),
        request,
        in_reply_to: message.in_reply_to.map(|id| id.to_string()),
        withdraws: false,
    })
}

/// Files of a letter that was sent from here.
fn files_of_letter(store: &Store, id: Uuid) -> Outcome<Vec<Attachment>> {
    let octets = store
        .signed_copy(id)?
        .and_then(|copy| kabinet_pki::content(&copy).ok());
    let letter = octets.and_then(|octets| read_letter(&octets).ok());
    Ok(letter.map_or_else(Vec::new, |letter| letter.attachments))
}

/// A name that every file system takes: letters and digits of the title, and the end of the
/// identifier, since many documents have one title.
pub(crate) fn file_name(title: &str, id: Uuid) -> String {
    let clean: String = title
        .chars()
        .map(|sign| if sign.is_alphanumeric() { sign } else { ' ' })
        .take(LONGEST_NAME)
        .collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let id = id.simple().to_string();
    let end = id.get(24..).unwrap_or_default();
    format!("{} {end}", words.join(" ")).trim_start().to_owned()
}

/// A path in the folder where nothing is yet.
pub(crate) fn free_path(folder: &Path, name: &str, media_type: &str) -> PathBuf {
    let ending = match media_type.split(';').next().unwrap_or_default().trim() {
        "text/plain" => "txt",
        "text/html" => "html",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/json" => "json",
        "application/xml" | "text/xml" => "xml",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        _ => "bin",
    };
    let first = folder.join(format!("{name}.{ending}"));
    if !first.exists() {
        return first;
    }
    (2_u32..)
        .map(|number| folder.join(format!("{name} ({number}).{ending}")))
        .find(|path| !path.exists())
        .unwrap_or(first)
}

/// Time since 1970; nothing before.
fn since_epoch(at: Timestamp) -> Duration {
    Duration::try_from(at.as_duration()).unwrap_or_default()
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_cannot_lead_elsewhere() {
        let id = Uuid::from_u128(0xABC);
        assert_eq!(
            file_name("../../Рашэнне: «да»/x", id),
            "Рашэнне да x 00000abc"
        );
        assert_eq!(file_name("...", id), "00000abc");
        let dir = tempfile::tempdir().unwrap();
        let first = free_path(dir.path(), "a", "text/plain; charset=utf-8");
        assert_eq!(first, dir.path().join("a.txt"));
        std::fs::write(&first, b"").unwrap();
        assert_eq!(
            free_path(dir.path(), "a", "text/plain"),
            dir.path().join("a (2).txt")
        );
    }
}
