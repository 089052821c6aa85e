//! Journey J9, the applicant's side: a request is answered, or an application is taken back, with a
//! letter that the card signs. What the prompt shows is read back from the octets that are signed.

use std::path::PathBuf;

use kabinet_cache::{OutboxKind, StoreError};
use kabinet_pki::Signer;
use kabinet_records::{Applicant, Letter, LetterKind, Message, Status, Text};
use kabinet_stb::Secret;
use kabinet_stb::hash::belt_hash;
use kabinet_token::{CardError, ReaderAddress};
use uuid::Uuid;

use crate::applying::{read, signer_name};
use crate::drafting::parse_id;
use crate::problem::{Code, Problem};
use crate::signing::{self, CardSigner};
use crate::signing_in::hex;
use crate::view::{
    BegunLetterView, DraftView, LetterPromptView, OutboxItemView, PromptView, StepView,
};
use crate::visible::{visible, visible_text};
use crate::{Desk, Outcome, attaching};

/// Longest text that is kept of a letter, in octets; it may be too long to be sent.
const LONGEST_BEGUN: usize = 256 * 1024;

/// A letter that waits for the person's PIN.
pub struct LetterSigning {
    /// The letter and its canonical octets: exactly what is shown and signed.
    letter: Option<(Letter, Vec<u8>)>,
    /// The store that it goes into.
    store: PathBuf,
    address: ReaderAddress,
    serial_number: Option<String>,
    prompt: PromptView,
}

impl LetterSigning {
    /// What is signed; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }
}

/// The application that a letter is about, wherever it is.
struct About {
    id: Uuid,
    procedure_id: String,
    registration_number: Option<String>,
}

impl Desk {
    /// Makes a reply to a message, with the files that were put to it, and looks at the card.
    ///
    /// # Errors
    /// `message_not_found`, `application_closed`, `letter_empty`, `attachment_gone`, and what is in the way of card or
    /// PIN.
    pub fn begin_reply(
        &self,
        message_id: &str,
        text: &str,
        reader: Option<&str>,
    ) -> Outcome<LetterSigning> {
        let (message, about) = self.about_message(message_id)?;
        self.begin_letter(LetterKind::Reply, about, Some(message), text, reader)
    }

    /// Signs a reply to a message with a key that is in no reader, and puts it into the outbox.
    ///
    /// # Errors
    /// As [`Desk::begin_reply`] and [`Desk::finish_letter`], without what is in the way of a card.
    pub fn reply_with<S>(
        &self,
        message_id: &str,
        text: &str,
        signer: &mut S,
    ) -> Outcome<OutboxItemView>
    where
        S: Signer<Error = CardError>,
    {
        let (message, about) = self.about_message(message_id)?;
        let signed = self.letter(LetterKind::Reply, &about, Some(message), text)?;
        self.sign_letter(&signed, signer)
    }

    /// Makes the withdrawal of an application that was sent, or may have been; one that has not left
    /// for certain is taken back out of the outbox instead. The text is the reason, and may be empty.
    ///
    /// # Errors
    /// As [`Desk::begin_reply`], and `application_not_found`.
    pub fn begin_withdrawal(
        &self,
        application_id: &str,
        text: &str,
        reader: Option<&str>,
    ) -> Outcome<LetterSigning> {
        let about = self.about(parse_id(application_id, Code::ApplicationNotFound)?)?;
        self.begin_letter(LetterKind::Withdrawal, about, None, text, reader)
    }

    /// Signs the withdrawal of an application with a key that is in no reader, and puts it into the
    /// outbox.
    ///
    /// # Errors
    /// As [`Desk::begin_withdrawal`] and [`Desk::finish_letter`], without what is in the way of a card.
    pub fn withdraw_with<S>(
        &self,
        application_id: &str,
        text: &str,
        signer: &mut S,
    ) -> Outcome<OutboxItemView>
    where
        S: Signer<Error = CardError>,
    {
        let about = self.about(parse_id(application_id, Code::ApplicationNotFound)?)?;
        let signed = self.letter(LetterKind::Withdrawal, &about, None, text)?;
        self.sign_letter(&signed, signer)
    }

    fn about_message(&self, message_id: &str) -> Outcome<(Uuid, About)> {
        let message = self.stored_message(message_id)?;
        Ok((message.id, self.about(message.application_id)?))
    }

    pub(crate) fn stored_message(&self, id: &str) -> Outcome<Message> {
        let id = parse_id(id, Code::MessageNotFound)?;
        self.with_store(|store| match store.message(id) {
            Err(StoreError::NotFound) => Err(Code::MessageNotFound.into()),
            other => Ok(other?),
        })
    }

    /// What is written so far in answer to a message, or to take an application back.
    ///
    /// # Errors
    /// `message_not_found`, `no_store`, `store_locked`.
    pub fn begun_letter(&self, about: &str) -> Outcome<BegunLetterView> {
        let about = parse_id(about, Code::MessageNotFound)?;
        self.with_store(|store| {
            Ok(BegunLetterView {
                text: store.letter_text(about)?,
                attachments: attaching::views(&store.letter_files(about)?),
            })
        })
    }

    /// Keeps what is written so far, until it is signed.
    ///
    /// # Errors
    /// As [`Desk::begun_letter`], `usage` for more than anybody writes, and what keeps the store from
    /// writing.
    pub fn keep_letter_text(&self, about: &str, text: &str) -> Outcome {
        let about = parse_id(about, Code::MessageNotFound)?;
        if text.len() > LONGEST_BEGUN {
            return Err(Problem::new(Code::Usage).with("reason", "text"));
        }
        self.with_store(|store| {
            // Not into the store of somebody else who came meanwhile.
            let is_here = store.message(about).is_ok()
                || store.application(about).is_ok()
                || store.outbox_item(about).is_ok();
            if !is_here {
                return Err(Code::MessageNotFound.into());
            }
            Ok(store.keep_letter_text(about, text)?)
        })
    }

    /// A letter and its canonical octets.
    fn letter(
        &self,
        kind: LetterKind,
        about: &About,
        in_reply_to: Option<Uuid>,
        text: &str,
    ) -> Outcome<(Letter, Vec<u8>)> {
        let person = self.with_store(|store| Ok(store.person()?.ok_or(Code::NoStore)?))?;
        let applicant = Applicant {
            name: person.holder.display_name(),
            personal_number: person.holder.personal_number.clone(),
        };
        let mut letter = Letter::new(
            kind,
            self.new_id(),
            about.id,
            applicant,
            text.trim().to_owned(),
            self.now(),
        );
        letter.registration_number = about.registration_number.clone();
        letter.in_reply_to = in_reply_to;
        if let Some(answered) = in_reply_to {
            let files = self.with_store(|store| Ok(store.letter_files(answered)?))?;
            self.check_attachments(&files)?;
            letter.attachments = attaching::sorted(files);
        }
        if !letter.is_sendable() {
            return Err(Code::LetterEmpty.into());
        }
        let internal = |error| Problem::new(Code::Internal).because(error);
        let octets = letter.to_canonical().map_err(internal)?;
        // From here on only what stands in the octets counts.
        let letter = Letter::parse_canonical(&octets).map_err(internal)?;
        Ok((letter, octets))
    }

    fn begin_letter(
        &self,
        kind: LetterKind,
        about: About,
        in_reply_to: Option<Uuid>,
        text: &str,
        reader: Option<&str>,
    ) -> Outcome<LetterSigning> {
        self.check_writable()?;
        let store = self.open_store()?;
        let (letter, octets) = self.letter(kind, &about, in_reply_to, text)?;
        let person = self.with_store(|store| Ok(store.person()?.ok_or(Code::NoStore)?))?;
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        let shown = LetterPromptView {
            title: visible_text(self.title_of(&about.procedure_id)),
            registration_number: letter.registration_number.as_deref().map(visible),
            recipient: visible_text(self.authority_of(&about.procedure_id)),
            signer: Some(visible(&signer_name(&letter.applicant))).filter(|name| !name.is_empty()),
            text: visible(&letter.text),
            attachments: attaching::views(&letter.attachments),
            hash: hex(&belt_hash(&octets)),
        };
        let prompt = match kind {
            LetterKind::Reply => PromptView::SignReply { letter: shown, pin },
            LetterKind::Withdrawal => PromptView::SignWithdrawal { letter: shown, pin },
        };
        Ok(LetterSigning {
            letter: Some((letter, octets)),
            store,
            address,
            serial_number: person.holder.serial_number,
            prompt,
        })
    }

    /// Signs with the card and puts the letter into the outbox, behind its application.
    ///
    /// # Errors
    /// As [`Desk::finish_apply`].
    pub async fn finish_letter(
        &self,
        signing: &mut LetterSigning,
        pin: Secret,
        progress: &(dyn Fn(StepView) + Sync),
    ) -> Outcome<OutboxItemView> {
        let (letter, octets) = signing.letter.take().ok_or(Code::Cancelled)?;
        // The store does not close before it has what the card signs; without it no PIN is spent.
        let _signing = self.signing.read().await;
        self.with_store_of(&signing.store, |_| Ok(()))?;
        progress(StepView::Pin);
        let mut signer = CardSigner::open(self, &signing.address, pin)?;
        signer.check_holder(signing.serial_number.as_deref())?;
        progress(StepView::Signing);
        let cms = kabinet_pki::sign_attached(&octets, &mut signer, signing::time(self.now())?)?;
        drop(signer);
        progress(StepView::Saving);
        let item = self.keep_letter(&letter, &octets, &cms)?;
        progress(StepView::Done);
        Ok(item)
    }

    fn sign_letter<S>(
        &self,
        (letter, octets): &(Letter, Vec<u8>),
        signer: &mut S,
    ) -> Outcome<OutboxItemView>
    where
        S: Signer<Error = CardError>,
    {
        let cms = kabinet_pki::sign_attached(octets, signer, signing::time(self.now())?)?;
        self.keep_letter(letter, octets, &cms)
    }

    /// Puts a signed letter into the outbox, behind its application.
    fn keep_letter(&self, letter: &Letter, octets: &[u8], cms: &[u8]) -> Outcome<OutboxItemView> {
        let now = self.now();
        let items = self.with_store(|store| {
            store.letter_into_outbox(letter, octets, cms, now)?;
            Ok(store.outbox()?)
        })?;
        self.view_among(&items, letter.message)
    }

    /// Takes something back that has not left. An application is a draft again, and a letter is being
    /// written again, with its files.
    ///
    /// # Errors
    /// `outbox_not_found`; `may_have_left` once the portal was asked to register it and did not refuse.
    pub fn take_back(&self, id: &str) -> Outcome<Option<DraftView>> {
        let number = parse_id(id, Code::OutboxNotFound)?;
        let not_found = |error| match error {
            StoreError::NotFound => Problem::from(Code::OutboxNotFound),
            other => other.into(),
        };
        // In one go: between a look and the taking back it could leave.
        let is_letter = self.with_store(|store| {
            let item = store.outbox_item(number).map_err(not_found)?;
            if item.kind == OutboxKind::Application {
                return Ok(false);
            }
            if item.offered && !item.refused {
                return Err(Code::MayHaveLeft.into());
            }
            store.take_back_letter(number).map_err(not_found)?;
            Ok(true)
        })?;
        if is_letter {
            return Ok(None);
        }
        self.cancel_outbox(id).map(Some)
    }

    fn about(&self, id: Uuid) -> Outcome<About> {
        self.with_store(|store| match store.application(id) {
            Ok(application) if is_closed(application.status) => Err(Code::ApplicationClosed.into()),
            Ok(application) => Ok(About {
                id,
                procedure_id: application.procedure_id,
                registration_number: Some(application.registration_number),
            }),
            Err(StoreError::NotFound) => match store.outbox_item(id) {
                Ok(item) if item.kind == OutboxKind::Application => Ok(About {
                    id,
                    procedure_id: read(&item.manifest)?.procedure.id,
                    registration_number: None,
                }),
                Ok(_) | Err(StoreError::NotFound) => Err(Code::ApplicationNotFound.into()),
                Err(error) => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        })
    }

    /// The authority that decides; the procedure's number where the catalogue does not have it.
    fn authority_of(&self, procedure_id: &str) -> Text {
        match self.stored_procedure(procedure_id) {
            Ok(procedure) => procedure.authority,
            Err(_) => Text {
                be: procedure_id.to_owned(),
                ru: procedure_id.to_owned(),
                en: procedure_id.to_owned(),
            },
        }
    }
}

/// Whether nothing can be added any more.
pub(crate) fn is_closed(status: Status) -> bool {
    match status {
        Status::Registered | Status::Accepted | Status::DocumentsRequested => false,
        Status::Approved | Status::Refused | Status::Withdrawn => true,
    }
}
