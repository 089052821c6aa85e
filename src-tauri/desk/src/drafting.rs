//! Journey J6: forms are filled in and kept at every change, with or without a network.

use jiff::Timestamp;
use kabinet_cache::{Store, StoreError};
use kabinet_records::form::{self, FieldProblem};
use kabinet_records::{Draft, Procedure, Seen};
use serde_json::Value;
use uuid::Uuid;

use crate::catalogue::form_of;
use crate::problem::{Code, Problem};
use crate::view::{DraftSummaryView, DraftView, LineView, TextView};
use crate::{Desk, Outcome, attaching, field_speech, prefilling};

/// Most octets of a draft's values written as JSON.
const LONGEST_DRAFT: usize = 1024 * 1024;

impl Desk {
    /// Begins a draft, with what card and ticket have told already filled in.
    ///
    /// # Errors
    /// `procedure_not_found`, `procedure_withdrawn`, `no_store`, `store_locked`, and what keeps the
    /// store from writing.
    pub fn new_draft(&self, procedure_id: &str) -> Outcome<DraftView> {
        let procedure = self.stored_procedure(procedure_id)?;
        let draft = self.with_store(|store| {
            if store.is_withdrawn(&procedure.id)? {
                return Err(Code::ProcedureWithdrawn.into());
            }
            let holder = store
                .person()?
                .map(|person| person.holder)
                .unwrap_or_default();
            let earlier = prefilling::earlier(store)?;
            let (data, prefilled) = prefilling::prefill(&procedure.form, &holder, &earlier);
            let draft = Draft {
                id: self.new_id(),
                procedure_id: procedure.id.clone(),
                procedure_version: procedure.version,
                data,
                prefilled,
                attachments: Vec::new(),
                changed_at: self.now(),
            };
            // A form that cannot be used makes no draft.
            problems_of(&draft, &procedure, self.now())?;
            store.add_draft(&draft)?;
            Ok(draft)
        })?;
        self.view_of_draft(draft, procedure)
    }

    /// All drafts, the last changed first. One whose procedure the catalogue does not have is among
    /// them under its number; it can be opened once the procedure is back, as after a repair.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn drafts(&self) -> Outcome<Vec<DraftSummaryView>> {
        let drafts = self.with_store(|store| Ok(store.drafts()?))?;
        let now = self.now();
        drafts
            .iter()
            .map(|draft| {
                let carried = self.with_store(|store| Ok(store.carried(draft.id)?.is_some()))?;
                let (title, complete) = match self.form_of_draft(draft) {
                    Ok(procedure) => {
                        // A form that cannot be used is told of when its draft is opened.
                        let problems = problems_of(draft, &procedure, now);
                        let complete = problems.is_ok_and(|problems| problems.is_empty());
                        (procedure.title.into(), complete)
                    }
                    Err(problem) if problem.code == Code::ProcedureNotFound => {
                        (self.title_of(&draft.procedure_id), false)
                    }
                    Err(problem) => return Err(problem),
                };
                Ok(summary(draft, title, complete, carried))
            })
            .collect()
    }

    /// One draft with its form and what is wrong with it. When the catalogue has a newer form, the
    /// draft is carried to it, unless the store cannot be written.
    ///
    /// # Errors
    /// `draft_not_found`, `no_store`, `store_locked`.
    pub fn draft(&self, id: &str) -> Outcome<DraftView> {
        // Where nothing can be written it is read as it is.
        if self.with_store(|store| Ok(store.is_read_only()))? {
            return self.draft_as_opened(id);
        }
        let draft = self.stored_draft(id)?;
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        let draft = self.carried_draft(draft, &procedure)?;
        self.view_of_draft(draft, procedure)
    }

    /// As [`Desk::draft`], in the form that it was opened with, also when the catalogue has a newer one
    /// by now: for one who looks at it again, in another language, and did not ask for the newer form.
    ///
    /// # Errors
    /// As [`Desk::draft`].
    pub fn draft_as_opened(&self, id: &str) -> Outcome<DraftView> {
        let draft = self.stored_draft(id)?;
        let procedure = self.form_of_draft(&draft)?;
        self.view_of_draft(draft, procedure)
    }

    /// Keeps the values of a draft, complete or not, each written as its format wants it. What was
    /// filled in for the person stays marked as long as they leave it as it was. The values are those
    /// of the form that the draft was opened with, also when the catalogue has a newer one by now.
    ///
    /// # Errors
    /// `draft_not_found`; `usage` when the values are no JSON object or too long; what keeps the
    /// store from writing.
    pub fn save_draft(&self, id: &str, data: &Value) -> Outcome<DraftView> {
        self.keep_draft(id, None, data)
    }

    /// As [`Desk::save_draft`], by somebody who had `before` in front of them and left `data`. What
    /// other computers wrote meanwhile stays, beside it where it is the same field.
    ///
    /// # Errors
    /// As [`Desk::save_draft`].
    pub fn edit_draft(&self, id: &str, before: &Value, data: &Value) -> Outcome<DraftView> {
        self.keep_draft(id, Some(before), data)
    }

    fn keep_draft(&self, id: &str, before: Option<&Value>, data: &Value) -> Outcome<DraftView> {
        for values in before.into_iter().chain([data]) {
            if !values.is_object() || values.to_string().len() > LONGEST_DRAFT {
                return Err(Problem::new(Code::Usage).with("reason", "data"));
            }
        }
        let draft = self.stored_draft(id)?;
        let procedure = self.form_of_draft(&draft)?;
        let now = self.now();
        let context = context_of(&draft, now);
        let tidy = |values| form::tidied(&procedure.form.schema, values, &context).map_err(garbage);
        // What the window shows may be written otherwise than what was kept of it: only what differs
        // in what is kept was changed by the person.
        let (before, data) = (before.map(tidy).transpose()?, tidy(data)?);
        let edit = |draft: &mut Draft| {
            let before = std::mem::replace(&mut draft.data, data);
            draft
                .prefilled
                .retain(|path, _| before.pointer(path) == draft.data.pointer(path));
            draft.changed_at = now;
        };
        let draft = self.with_store(|store| {
            match &before {
                Some(before) => store.edit_shown(draft.id, before, edit),
                None => store.edit_draft(draft.id, edit),
            }
            .map_err(draft_problem)
        })?;
        self.view_of_draft(draft, procedure)
    }

    /// Undoes the last change of a draft, also one from before the last start.
    ///
    /// # Errors
    /// `draft_not_found`; what keeps the store from writing.
    pub fn undo_draft(&self, id: &str) -> Outcome<DraftView> {
        self.step(id, Store::undo_draft)
    }

    /// Redoes what was undone last.
    ///
    /// # Errors
    /// As [`Desk::undo_draft`].
    pub fn redo_draft(&self, id: &str) -> Outcome<DraftView> {
        self.step(id, Store::redo_draft)
    }

    fn step(
        &self,
        id: &str,
        act: fn(&mut Store, Uuid, Timestamp) -> Result<Draft, StoreError>,
    ) -> Outcome<DraftView> {
        let (id, now) = (self.stored_draft(id)?.id, self.now());
        let draft = self.with_store(|store| act(store, id, now).map_err(draft_problem))?;
        let procedure = self.form_of_draft(&draft)?;
        self.view_of_draft(draft, procedure)
    }

    /// Deletes a draft.
    ///
    /// # Errors
    /// `draft_not_found`, `no_store`, `store_locked`.
    pub fn delete_draft(&self, id: &str) -> Outcome {
        let draft = self.stored_draft(id)?;
        self.with_store(|store| store.delete_draft(draft.id).map_err(draft_problem))
    }

    /// As [`Desk::delete_draft`], by somebody who decided that some time ago, when they had in front of
    /// them what [`DraftView::seen`] said. What somebody wrote in it since keeps the draft.
    ///
    /// # Errors
    /// Those, `draft_written`, `usage` for what is no such thing, and what keeps the store from writing.
    pub fn delete_seen(&self, id: &str, seen: Option<&str>) -> Outcome {
        let usage = |_| Problem::new(Code::Usage).with("reason", "seen");
        let seen: Option<Seen> = seen.map(serde_json::from_str).transpose().map_err(usage)?;
        let draft = self.stored_draft(id)?;
        let gone = self.with_store(|store| {
            store
                .delete_seen(draft.id, seen.as_ref())
                .map_err(draft_problem)
        })?;
        if gone {
            Ok(())
        } else {
            Err(Code::DraftWritten.into())
        }
    }

    /// The draft of that name, or the one that goes on from it.
    pub(crate) fn stored_draft(&self, id: &str) -> Outcome<Draft> {
        let id = parse_id(id, Code::DraftNotFound)?;
        self.with_store(|store| store.draft_or_copy(id).map_err(draft_problem))
    }

    pub(crate) fn view_of_draft(&self, draft: Draft, procedure: Procedure) -> Outcome<DraftView> {
        let now = self.now();
        // Before what else is read: what comes in meanwhile is not seen by whoever sees this.
        let seen = self.with_store(|store| store.seen(&draft).map_err(draft_problem))?;
        let seen = seen.as_ref().map(serde_json::to_string).transpose();
        let problems = problems_of(&draft, &procedure, now)?;
        let history = self.with_store(|store| Ok(store.draft_history(draft.id)?))?;
        let carried = self.carried_view(&draft, &procedure)?;
        let present = self.with_store(|store| Ok(store.procedure_version(&procedure.id)?))?;
        let language = self.language();
        let form = &procedure.form;
        let asked =
            form::asked(&form.schema, &draft.data, &context_of(&draft, now)).map_err(garbage)?;
        let answers = answers(&draft, &procedure, now)?;
        Ok(DraftView {
            summary: summary(
                &draft,
                procedure.title.clone().into(),
                problems.is_empty(),
                carried.is_some(),
            ),
            outdated: draft.procedure_version != present,
            carried,
            asked,
            lines: form::lines(form, &answers, &draft.attachments)
                .into_iter()
                .map(|line| LineView {
                    path: line.path,
                    group: line.group.map(Into::into),
                    label: line.label.into(),
                    value: line.value.into(),
                })
                .collect(),
            problems: problems
                .into_iter()
                .map(|problem| field_speech::view(problem, form, &draft.data, language))
                .collect(),
            conflicts: self.conflicts_of(&draft)?,
            parted: self.parting_of(&draft)?,
            form: form_of(procedure),
            data: draft.data,
            prefilled: draft.prefilled,
            attachments: attaching::views(&draft.attachments),
            coming: self.coming(&draft.attachments)?,
            seen: seen.map_err(|error| Problem::new(Code::Internal).because(error))?,
            can_undo: history.undo,
            can_redo: history.redo,
        })
    }
}

/// What is wrong with the answers of a draft then.
pub(crate) fn problems_of(
    draft: &Draft,
    procedure: &Procedure,
    now: Timestamp,
) -> Outcome<Vec<FieldProblem>> {
    let answers = answers(draft, procedure, now)?;
    form::validate(&procedure.form.schema, &answers, &context_of(draft, now)).map_err(garbage)
}

/// The values of a draft that belong to the application: without what a condition hides.
pub(crate) fn answers(draft: &Draft, procedure: &Procedure, now: Timestamp) -> Outcome<Value> {
    form::answered(&procedure.form.schema, &draft.data, &context_of(draft, now)).map_err(garbage)
}

/// What a draft is checked against that day.
fn context_of(draft: &Draft, now: Timestamp) -> form::Context<'_> {
    form::Context {
        today: form::day_in_belarus(now),
        attachments: &draft.attachments,
    }
}

fn garbage(error: form::SchemaError) -> Problem {
    Problem::new(Code::PortalGarbage).because(error)
}

pub(crate) fn parse_id(id: &str, otherwise: Code) -> Outcome<Uuid> {
    id.parse().map_err(|_| otherwise.into())
}

pub(crate) fn draft_problem(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Code::DraftNotFound.into(),
        other => other.into(),
    }
}

fn summary(draft: &Draft, title: TextView, complete: bool, carried: bool) -> DraftSummaryView {
    DraftSummaryView {
        id: draft.id.to_string(),
        procedure_id: draft.procedure_id.clone(),
        title,
        changed_at: draft.changed_at.to_string(),
        complete,
        carried,
    }
}
