//! Journey J7: a draft becomes a signed application. What the prompt shows is read back from the
//! octets that will be signed, so nothing else can be signed than what was seen.

use kabinet_cache::Store;
use kabinet_pki::Signer;
use kabinet_records::{Applicant, Draft, Letter, Manifest, Procedure, ProcedureReference, form};
use kabinet_stb::Secret;
use kabinet_stb::hash::belt_hash;
use kabinet_token::{CardError, ReaderAddress};

use crate::attaching;
use crate::drafting::{answers, draft_problem, parse_id, problems_of};
use crate::problem::{Code, Problem};
use crate::signing::{self, CardSigner};
use crate::signing_in::hex;
use crate::view::{DraftView, OutboxItemView, PromptFieldView, PromptView, StepView};
use crate::visible::{visible, visible_text};
use crate::{Desk, Outcome};

/// An application that waits for the person's PIN.
pub struct Signing {
    /// The draft as it was shown.
    draft: Draft,
    /// The canonical manifest: exactly what is shown and signed.
    octets: Option<Vec<u8>>,
    address: ReaderAddress,
    /// Number of the card of the person who signed in.
    serial_number: Option<String>,
    prompt: PromptView,
}

impl Signing {
    /// What is signed, for whom; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }
}

impl Desk {
    /// Makes what will be signed from a complete draft, and looks at the card.
    ///
    /// # Errors
    /// `form_incomplete`, `draft_undecided`, `procedure_changed`, `draft_carried`,
    /// `procedure_withdrawn`, `draft_not_found`, `read_only`, and what is in the way of card or PIN.
    pub fn begin_apply(&self, draft_id: &str, reader: Option<&str>) -> Outcome<Signing> {
        self.check_writable()?;
        let (octets, procedure, draft) = self.manifest(draft_id)?;
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        let manifest = read(&octets)?;
        let fields = form::lines(&procedure.form, &manifest.data, &manifest.attachments)
            .into_iter()
            .map(|line| PromptFieldView {
                group: line.group.map(visible_text),
                label: visible_text(line.label),
                value: visible_text(line.value),
            })
            .collect();
        let prompt = PromptView::Sign {
            title: visible_text(procedure.title),
            recipient: visible_text(procedure.authority),
            signer: Some(visible(&signer_name(&manifest.applicant)))
                .filter(|name| !name.is_empty()),
            fields,
            attachments: attaching::views(&manifest.attachments),
            hash: hex(&belt_hash(&octets)),
            pin,
        };
        let person = self.with_store(|store| Ok(store.person()?.ok_or(Code::NoStore)?))?;
        let serial_number = person.holder.serial_number;
        Ok(Signing {
            draft,
            octets: Some(octets),
            address,
            serial_number,
            prompt,
        })
    }

    /// Signs with the card and puts the application into the outbox. From then on nothing loses it.
    ///
    /// # Errors
    /// What the card says; what is wrong with its certificate; `other_card`; what keeps the store
    /// from writing. The draft is untouched then. `cancelled` when this was used before.
    pub async fn finish_apply(
        &self,
        signing: &mut Signing,
        pin: Secret,
        progress: &(dyn Fn(StepView) + Sync),
    ) -> Outcome<OutboxItemView> {
        let octets = signing.octets.take().ok_or(Code::Cancelled)?;
        // The store does not close before it has what the card signs; without it no PIN is spent.
        let _signing = self.signing.read().await;
        self.with_store(|store| is_as_shown(store, &signing.draft))?;
        progress(StepView::Pin);
        let mut signer = CardSigner::open(self, &signing.address, pin)?;
        signer.check_holder(signing.serial_number.as_deref())?;
        progress(StepView::Signing);
        let cms = kabinet_pki::sign_attached(&octets, &mut signer, signing::time(self.now())?)?;
        drop(signer);
        progress(StepView::Saving);
        let item = self.keep_signed(&signing.draft, &octets, &cms)?;
        progress(StepView::Done);
        Ok(item)
    }

    /// Signs a complete draft with a key that is in no reader, and puts the application into the
    /// outbox.
    ///
    /// # Errors
    /// As [`Desk::begin_apply`] and [`Desk::finish_apply`].
    pub fn apply_with<S>(&self, draft_id: &str, signer: &mut S) -> Outcome<OutboxItemView>
    where
        S: Signer<Error = CardError>,
    {
        let (octets, _, draft) = self.manifest(draft_id)?;
        let cms = kabinet_pki::sign_attached(&octets, signer, signing::time(self.now())?)?;
        self.keep_signed(&draft, &octets, &cms)
    }

    /// What will be signed, from a complete draft, which comes with it.
    fn manifest(&self, draft_id: &str) -> Outcome<(Vec<u8>, Procedure, Draft)> {
        let draft = self.stored_draft(draft_id)?;
        let draft = self.with_store(|store| {
            let draft = store.draft_to_sign(draft.id)?;
            if store.conflicts(draft.id)?.is_empty() {
                Ok(draft)
            } else {
                Err(Code::DraftUndecided.into())
            }
        })?;
        let now = self.now();
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        if self.with_store(|store| Ok(store.is_withdrawn(&procedure.id)?))? {
            return Err(Code::ProcedureWithdrawn.into());
        }
        if procedure.version != draft.procedure_version {
            return Err(Code::ProcedureChanged.into());
        }
        let carried = self.with_store(|store| Ok(store.carried(draft.id)?))?;
        if carried.is_some_and(|carried| !carried.aside.is_empty()) {
            // Signing ends the draft, and what was set aside with it.
            return Err(Code::DraftCarried.into());
        }
        let problems = problems_of(&draft, &procedure, now)?;
        if !problems.is_empty() {
            return Err(
                Problem::new(Code::FormIncomplete).with("count", problems.len().to_string())
            );
        }
        self.check_attachments(&draft.attachments)?;
        let person = self.with_store(|store| Ok(store.person()?.ok_or(Code::NoStore)?))?;
        let data = answers(&draft, &procedure, now)?;
        let mut manifest = Manifest::new(
            draft.id,
            ProcedureReference {
                id: draft.procedure_id.clone(),
                version: draft.procedure_version,
            },
            Applicant {
                name: person.holder.display_name(),
                personal_number: person.holder.personal_number.clone(),
            },
            data,
            now,
        );
        manifest.attachments = attaching::sorted(draft.attachments.clone());
        let octets = manifest
            .to_canonical()
            .map_err(|error| Problem::new(Code::Internal).because(error))?;
        Ok((octets, procedure, draft))
    }

    /// Puts what is signed into the outbox. From then on nothing loses it.
    fn keep_signed(&self, shown: &Draft, octets: &[u8], cms: &[u8]) -> Outcome<OutboxItemView> {
        let (id, now) = (shown.id, self.now());
        let items = self.with_store(|store| {
            is_as_shown(store, shown)?;
            store.sign_into_outbox(id, octets, cms, now)?;
            Ok(store.outbox()?)
        })?;
        self.view_among(&items, id)
    }

    /// Takes an application back that has not left; it is a draft again.
    ///
    /// # Errors
    /// `outbox_not_found`; `may_have_left` once the portal was asked to register it and did not refuse:
    /// as a draft it could be changed and signed again, and then there would be two.
    pub fn cancel_outbox(&self, id: &str) -> Outcome<DraftView> {
        let id = parse_id(id, Code::OutboxNotFound)?;
        let not_found = |error| match error {
            kabinet_cache::StoreError::NotFound => Problem::from(Code::OutboxNotFound),
            other => other.into(),
        };
        let draft = self.with_store(|store| {
            let item = store.outbox_item(id).map_err(not_found)?;
            if item.kind != kabinet_cache::OutboxKind::Application {
                return Err(Code::OutboxNotFound.into());
            }
            if item.offered && !item.refused {
                return Err(Code::MayHaveLeft.into());
            }
            let manifest = read(&item.manifest)?;
            let draft = Draft {
                id,
                procedure_id: manifest.procedure.id,
                procedure_version: manifest.procedure.version,
                data: manifest.data,
                prefilled: std::collections::BTreeMap::new(),
                attachments: manifest.attachments,
                changed_at: self.now(),
            };
            store.take_back(&draft).map_err(not_found)
        })?;
        self.uploads.interrupt(id);
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        let draft = self.carried_draft(draft, &procedure)?;
        self.view_of_draft(draft, procedure)
    }
}

/// Fails when a draft was changed since it was shown: signing ends it, and what is new would be lost. Of
/// one that travels what is new stays as a draft.
fn is_as_shown(store: &Store, shown: &Draft) -> Outcome {
    let present = store.draft(shown.id).map_err(draft_problem)?;
    let is_same = present.data == shown.data && present.attachments == shown.attachments;
    if is_same || store.travels(shown.id)? {
        Ok(())
    } else {
        Err(Code::DraftChanged.into())
    }
}

/// The manifest in octets of our own.
pub(crate) fn read(octets: &[u8]) -> Outcome<Manifest> {
    Manifest::parse_canonical(octets).map_err(|error| Problem::new(Code::Internal).because(error))
}

/// The letter in octets of our own.
pub(crate) fn read_letter(octets: &[u8]) -> Outcome<Letter> {
    Letter::parse_canonical(octets).map_err(|error| Problem::new(Code::Internal).because(error))
}

/// Name of who signs, in the first language that there is.
pub(crate) fn signer_name(applicant: &Applicant) -> String {
    let name = ["be", "ru", "latin"]
        .into_iter()
        .find_map(|language| applicant.name.get(language));
    name.cloned().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_draft_is_signed_only_as_it_was_shown() {
        let folder = tempfile::tempdir().unwrap();
        let key = Secret::new(vec![1; 32]);
        let mut store = Store::create(&folder.path().join("store.db"), &key).unwrap();
        let shown = Draft {
            id: Uuid::from_u128(1),
            procedure_id: "2.2".into(),
            procedure_version: 1,
            data: json!({"employer": "A"}),
            prefilled: std::collections::BTreeMap::new(),
            attachments: Vec::new(),
            changed_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let refused = |store: &Store| is_as_shown(store, &shown).map_err(|problem| problem.code);
        assert_eq!(refused(&store), Err(Code::DraftNotFound));
        store.add_draft(&shown).unwrap();
        assert_eq!(refused(&store), Ok(()));
        let id = shown.id;
        store
            .edit_draft(id, |draft| draft.data = json!({"employer": "B"}))
            .unwrap();
        assert_eq!(refused(&store), Err(Code::DraftChanged));
    }
}
