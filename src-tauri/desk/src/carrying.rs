//! Forms change while drafts are being filled in and while what is signed waits. A draft is carried to
//! the new version when it is opened, and what cannot be sent any more becomes a draft again; the
//! person sees what became of each value.

use jiff::Timestamp;
use kabinet_cache::{OutboxItem, OutboxKind, Store};
use kabinet_records::{AsideReason, Carried, Draft, Procedure, carry, form};
use serde_json::Value;

use crate::applying;
use crate::problem::{Code, Problem};
use crate::view::{AsideReasonView, AsideView, CarriedFieldView, CarriedView, DraftView, TextView};
use crate::{Desk, Outcome};

impl Desk {
    /// The person has seen what became of the values; what was set aside goes.
    ///
    /// # Errors
    /// `draft_not_found`, `no_store`, `store_locked`, and what keeps the store from writing.
    pub fn dismiss_carried(&self, draft_id: &str) -> Outcome<DraftView> {
        let id = self.stored_draft(draft_id)?.id;
        self.with_store(|store| Ok(store.dismiss_carried(id)?))?;
        self.draft(draft_id)
    }

    /// The draft in the present version of its form: carried there now, when it was not yet.
    pub(crate) fn carried_draft(&self, draft: Draft, present: &Procedure) -> Outcome<Draft> {
        // One that another computer filled in with a newer form waits until that is here, too.
        if draft.procedure_version >= present.version {
            return Ok(draft);
        }
        let now = self.now();
        self.with_store(|store| {
            let (draft, carried) = carried_over(store, &draft, present, now)?;
            Ok(store.carry_draft(&draft, &carried)?)
        })
    }

    /// The form that the draft's values are in: the present one, unless the catalogue has a newer one
    /// and the draft was not opened since.
    pub(crate) fn form_of_draft(&self, draft: &Draft) -> Outcome<Procedure> {
        let present = self.stored_procedure(&draft.procedure_id)?;
        if draft.procedure_version == present.version {
            return Ok(present);
        }
        let former = self.with_store(|store| {
            Ok(store.former_procedure(&draft.procedure_id, draft.procedure_version)?)
        })?;
        Ok(former.unwrap_or(present))
    }

    /// Takes out of the outbox what was signed for a form that the catalogue has replaced, unless it
    /// may have arrived already: each is a draft again, in the new form. Their identifiers.
    pub(crate) fn return_outdated(&self) -> Outcome<Vec<String>> {
        let now = self.now();
        self.with_store(|store| {
            let mut returned = Vec::new();
            for item in store.outbox()? {
                if item.kind != OutboxKind::Application {
                    continue;
                }
                if item.offered && !item.refused {
                    // Only the portal knows; asked again, it says whether it has it.
                    continue;
                }
                match return_if_outdated(store, &item, now) {
                    Ok(id) => returned.extend(id),
                    // The newer form cannot be used: what is signed goes as it is, the portal decides,
                    // and nothing else waits for it.
                    Err(problem) if problem.code == Code::PortalGarbage => {
                        tracing::warn!("a newer form cannot be used: {problem}");
                    }
                    Err(problem) => return Err(problem),
                }
            }
            Ok(returned)
        })
    }

    pub(crate) fn carried_view(
        &self,
        draft: &Draft,
        form: &Procedure,
    ) -> Outcome<Option<CarriedView>> {
        let carried = self.with_store(|store| Ok(store.carried(draft.id)?))?;
        Ok(carried.map(|carried| view_of(carried, draft, form)))
    }
}

fn return_if_outdated(
    store: &mut Store,
    item: &OutboxItem,
    now: Timestamp,
) -> Outcome<Option<String>> {
    let manifest = applying::read(&item.manifest)?;
    let present = match store.procedure(&manifest.procedure.id) {
        Ok(present) if present.version != manifest.procedure.version => present,
        // The catalogue does not know it, or knows nothing newer: the portal decides.
        _ => return Ok(None),
    };
    let signed = Draft {
        id: item.id,
        procedure_id: manifest.procedure.id,
        procedure_version: manifest.procedure.version,
        data: manifest.data,
        prefilled: std::collections::BTreeMap::new(),
        attachments: manifest.attachments,
        changed_at: now,
    };
    let (draft, mut carried) = carried_over(store, &signed, &present, now)?;
    carried.was_signed = true;
    let draft = store.return_carried(&signed, &draft, &carried)?;
    Ok(Some(draft.id.to_string()))
}

fn carried_over(
    store: &Store,
    draft: &Draft,
    present: &Procedure,
    now: Timestamp,
) -> Outcome<(Draft, Carried)> {
    let former = store.former_procedure(&draft.procedure_id, draft.procedure_version)?;
    let from = former.as_ref().map(|former| &former.form);
    let today = form::day_in_belarus(now);
    let (draft, carried) = carry(draft, from, present, today)
        .map_err(|error| Problem::new(Code::PortalGarbage).because(error))?;
    let carried = match store.carried(draft.id)? {
        Some(earlier) => carried.after(earlier),
        None => carried,
    };
    Ok((draft, carried))
}

fn view_of(carried: Carried, draft: &Draft, form: &Procedure) -> CarriedView {
    let field = |path: &String| field(form, &draft.data, path);
    CarriedView {
        from_version: carried.from_version,
        to_version: carried.to_version,
        was_signed: carried.was_signed,
        renamed: carried
            .renamed
            .iter()
            .map(|renamed| field(&renamed.to))
            .collect(),
        aside: carried
            .aside
            .into_iter()
            .map(|aside| AsideView {
                path: aside.path,
                label: aside.label.into(),
                value: aside.shown.into(),
                reason: match aside.reason {
                    AsideReason::Gone => AsideReasonView::Gone,
                    AsideReason::Unfit => AsideReasonView::Unfit,
                    AsideReason::Replaced => AsideReasonView::Replaced,
                },
            })
            .collect(),
        // What has been filled in since needs no mention.
        required: carried
            .required
            .iter()
            .filter(|path| draft.data.pointer(path).is_none())
            .map(field)
            .collect(),
    }
}

/// A field of a form by its path, with the label of its group and its own; one that has none is called
/// by its path, and so is what is no path into the data.
pub(crate) fn field(form: &Procedure, data: &Value, path: &str) -> CarriedFieldView {
    if !path.starts_with('/') {
        return by_path(path);
    }
    let label = match form::label(&form.form, data, path) {
        (Some(group), label) => TextView {
            be: format!("{}: {}", group.be, label.be),
            ru: format!("{}: {}", group.ru, label.ru),
            en: format!("{}: {}", group.en, label.en),
        },
        (None, label) => label.into(),
    };
    CarriedFieldView {
        path: path.to_owned(),
        label,
    }
}

/// A field of which no form is known.
pub(crate) fn by_path(path: &str) -> CarriedFieldView {
    CarriedFieldView {
        path: path.to_owned(),
        label: same(path),
    }
}

fn same(text: &str) -> TextView {
    TextView {
        be: text.to_owned(),
        ru: text.to_owned(),
        en: text.to_owned(),
    }
}
