//! Journey J6: forms are filled in and kept at every change, with or without a network.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kabinet_cache::{Store, StoreError};
use kabinet_records::form::{self, FieldProblem};
use kabinet_records::{Draft, Holder, Procedure};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::attaching;
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
                id: Uuid::now_v7(),
                procedure_id: procedure.id.clone(),
                procedure_version: procedure.version,
                data,
                prefilled,
                attachments: Vec::new(),
                changed_at: Timestamp::now(),
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
                let procedure = self.form_of_draft(draft)?;
                let carried = self.with_store(|store| Ok(store.carried(draft.id)?.is_some()))?;
                summary(draft, &procedure, &problems_of(draft, &procedure)?, carried)
            })
            .collect()
    }

    /// One draft with its form and what is wrong with it. When the catalogue has a newer form, the
    /// draft is carried to it.
    ///
    /// # Errors
    /// `draft_not_found`, `no_store`, `store_locked`.
    pub fn draft(&self, id: &str) -> Outcome<DraftView> {
        let draft = self.stored_draft(id)?;
        let procedure = self.stored_procedure(&draft.procedure_id)?;
        let draft = self.carried_draft(draft, &procedure)?;
        self.view_of_draft(draft, procedure)
    }

    /// Keeps the values of a draft, complete or not. What was filled in for the person stays marked
    /// as long as they leave it as it was. The values are those of the form that the draft was opened
    /// with, also when the catalogue has a newer one by now.
    ///
    /// # Errors
    /// `draft_not_found`; `usage` when the values are no JSON object or too long; what keeps the
    /// store from writing.
    pub fn save_draft(&self, id: &str, data: &Value) -> Outcome<DraftView> {
        if !data.is_object() || data.to_string().len() > LONGEST_DRAFT {
            return Err(Problem::new(Code::Usage).with("reason", "data"));
        }
        let draft = self.stored_draft(id)?;
        let procedure = self.form_of_draft(&draft)?;
        let edit = |draft: &mut Draft| {
            let before = std::mem::replace(&mut draft.data, data.clone());
            draft
                .prefilled
                .retain(|path, _| before.pointer(path) == draft.data.pointer(path));
            draft.changed_at = Timestamp::now();
        };
        let draft =
            self.with_store(|store| store.edit_draft(draft.id, edit).map_err(draft_problem))?;
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
        let id = parse_id(id, Code::DraftNotFound)?;
        let draft =
            self.with_store(|store| act(store, id, Timestamp::now()).map_err(draft_problem))?;
        let procedure = self.form_of_draft(&draft)?;
        self.view_of_draft(draft, procedure)
    }

    /// Deletes a draft.
    ///
    /// # Errors
    /// `draft_not_found`, `no_store`, `store_locked`.
    pub fn delete_draft(&self, id: &str) -> Outcome {
        let id = parse_id(id, Code::DraftNotFound)?;
        self.with_store(|store| store.delete_draft(id).map_err(draft_problem))
    }

    pub(crate) fn stored_draft(&self, id: &str) -> Outcome<Draft> {
        let id = parse_id(id, Code::DraftNotFound)?;
        self.with_store(|store| store.draft(id).map_err(draft_problem))
    }

    pub(crate) fn view_of_draft(&self, draft: Draft, procedure: Procedure) -> Outcome<DraftView> {
        let problems = problems_of(&draft, &procedure)?;
        let history = self.with_store(|store| Ok(store.draft_history(draft.id)?))?;
        let language = self.language();
        let carried = self.carried_view(&draft, &procedure)?;
        let present = self.stored_procedure(&draft.procedure_id)?.version;
        Ok(DraftView {
            summary: summary(&draft, &procedure, &problems, carried.is_some())?,
            outdated: draft.procedure_version != present,
            carried,
            problems: problems
                .into_iter()
                .map(|problem| problem_view(problem, language))
                .collect(),
            form: form_of(procedure),
            data: draft.data,
            prefilled: draft.prefilled,
            attachments: attaching::views(&draft.attachments),
            can_undo: history.undo,
            can_redo: history.redo,
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

pub(crate) fn draft_problem(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Code::DraftNotFound.into(),
        other => other.into(),
    }
}

fn summary(
    draft: &Draft,
    procedure: &Procedure,
    problems: &[FieldProblem],
    carried: bool,
) -> Outcome<DraftSummaryView> {
    Ok(DraftSummaryView {
        id: draft.id.to_string(),
        procedure_id: draft.procedure_id.clone(),
        title: procedure.title.clone().into(),
        changed_at: draft.changed_at.to_string(),
        complete: problems.is_empty(),
        carried,
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
