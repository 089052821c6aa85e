//! Journey J6: forms are filled in and kept at every change, with or without a network.

use std::collections::BTreeMap;

use kabinet_cache::StoreError;
use kabinet_records::form::{self, FieldProblem};
use kabinet_records::{Draft, Holder, Procedure};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::catalogue::form_of;
use crate::problem::{Code, Problem};
use crate::speech;
use crate::view::{DraftSummaryView, DraftView, FieldProblemView, Language};
use crate::{Desk, Outcome};

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
            let (data, prefilled) = prefill(&procedure.form.ui, &holder);
            let draft = Draft {
                id: self.new_id(),
                procedure_id: procedure.id.clone(),
                procedure_version: procedure.version,
                data,
                prefilled,
                changed_at: self.now(),
            };
            store.add_draft(&draft)?;
            Ok(draft)
        })?;
        self.view_of_draft(draft, procedure)
    }

    /// All drafts, the last changed first.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn drafts(&self) -> Outcome<Vec<DraftSummaryView>> {
        let drafts = self.with_store(|store| Ok(store.drafts()?))?;
        drafts
            .iter()
            .map(|draft| {
                let procedure = self.stored_procedure(&draft.procedure_id)?;
                summary(draft, &procedure, &problems_of(draft, &procedure)?)
            })
            .collect()
    }

    /// One draft with its form and what is wrong with it.
    ///
    /// # Errors
    /// `draft_not_found`, `no_store`, `store_locked`.
    pub fn draft(&self, id: &str) -> Outcome<DraftView> {
        let draft = self.stored_draft(id)?;
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        self.view_of_draft(draft, procedure)
    }

    /// Keeps the values of a draft, complete or not. What was filled in for the person stays marked
    /// as long as they leave it as it was.
    ///
    /// # Errors
    /// `draft_not_found`; `usage` when the values are no JSON object or too long; what keeps the
    /// store from writing.
    pub fn save_draft(&self, id: &str, data: &Value) -> Outcome<DraftView> {
        let (draft, procedure) = self.changed_draft(id, data)?;
        self.with_store(|store| store.change_draft(&draft).map_err(draft_problem))?;
        self.view_of_draft(draft, procedure)
    }

    /// Keeps what the person changed who had `before` in front of them and left `data`. What other
    /// computers wrote meanwhile stays, beside it where it is the same field.
    ///
    /// # Errors
    /// As [`Desk::save_draft`].
    pub fn edit_draft(&self, id: &str, before: &Value, data: &Value) -> Outcome<DraftView> {
        let (mut draft, procedure) = self.changed_draft(id, data)?;
        self.with_store(|store| {
            draft = store.edit_draft(before, &draft).map_err(draft_problem)?;
            Ok(())
        })?;
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

    /// The draft with other values.
    fn changed_draft(&self, id: &str, data: &Value) -> Outcome<(Draft, Procedure)> {
        if !data.is_object() || data.to_string().len() > LONGEST_DRAFT {
            return Err(Problem::new(Code::Usage).with("reason", "data"));
        }
        let mut draft = self.stored_draft(id)?;
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        let before = std::mem::replace(&mut draft.data, data.clone());
        draft
            .prefilled
            .retain(|path, _| before.pointer(path) == draft.data.pointer(path));
        draft.procedure_version = procedure.version;
        draft.changed_at = self.now();
        Ok((draft, procedure))
    }

    /// The draft of that name, or the one that goes on from it.
    pub(crate) fn stored_draft(&self, id: &str) -> Outcome<Draft> {
        let id = parse_id(id, Code::DraftNotFound)?;
        self.with_store(|store| store.draft_or_copy(id).map_err(draft_problem))
    }

    pub(crate) fn view_of_draft(&self, draft: Draft, procedure: Procedure) -> Outcome<DraftView> {
        let problems = problems_of(&draft, &procedure)?;
        let language = self.language();
        Ok(DraftView {
            summary: summary(&draft, &procedure, &problems)?,
            problems: problems
                .into_iter()
                .map(|problem| problem_view(problem, language))
                .collect(),
            conflicts: self.conflicts_of(&draft)?,
            parted: self.parting_of(&draft)?,
            form: form_of(procedure),
            data: draft.data,
            prefilled: draft.prefilled,
        })
    }
}

/// What is wrong with the values of a draft now.
pub(crate) fn problems_of(draft: &Draft, procedure: &Procedure) -> Outcome<Vec<FieldProblem>> {
    form::validate(&procedure.form.schema, &draft.data)
        .map_err(|error| Problem::new(Code::PortalGarbage).because(error))
}

pub(crate) fn parse_id(id: &str, otherwise: Code) -> Outcome<Uuid> {
    id.parse().map_err(|_| otherwise.into())
}

fn draft_problem(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Code::DraftNotFound.into(),
        other => other.into(),
    }
}

fn summary(
    draft: &Draft,
    procedure: &Procedure,
    problems: &[FieldProblem],
) -> Outcome<DraftSummaryView> {
    Ok(DraftSummaryView {
        id: draft.id.to_string(),
        procedure_id: draft.procedure_id.clone(),
        title: procedure.title.clone().into(),
        changed_at: draft.changed_at.to_string(),
        complete: problems.is_empty(),
    })
}

fn problem_view(problem: FieldProblem, language: Language) -> FieldProblemView {
    let id = format!("field-{}", problem.keyword);
    let known = speech::has(language, &id);
    let message = speech::text(language, if known { &id } else { "field-other" });
    FieldProblemView {
        path: problem.path,
        keyword: problem.keyword,
        message,
    }
}

/// Values for the fields that name a source, and which these are.
fn prefill(ui: &Value, holder: &Holder) -> (Value, BTreeMap<String, String>) {
    let mut data = Value::Object(Map::new());
    let mut prefilled = BTreeMap::new();
    let sources = ui["prefill"].as_object();
    for (path, source) in sources.into_iter().flatten() {
        let (Some(source), Some(name)) = (source.as_str(), path.strip_prefix('/')) else {
            continue;
        };
        if name.contains(['/', '~']) {
            // Prefilled fields stand at the top of a form (docs/forms.md).
            continue;
        }
        if let Some(value) = holder.resolve(source) {
            data[name] = Value::String(value);
            prefilled.insert(path.clone(), source.to_owned());
        }
    }
    (data, prefilled)
}
