//! Journey J5: the catalogue, which is there without a network.

use kabinet_records::{Procedure, Text, form};

use crate::searching::unmarked;
use crate::view::{
    FormFieldView, FormStepView, FormView, ProcedureHitView, ProcedureView, TextView,
};
use crate::{Code, Desk, Outcome};

impl Desk {
    /// Procedures that have the words of the query in any of their forms, the best first, with the
    /// words marked (docs/search.md). An empty query finds all, by their numbers.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn catalog(&self, query: &str) -> Outcome<Vec<ProcedureHitView>> {
        if !query.trim().is_empty() {
            return Ok(self.found_procedures(query)?.0);
        }
        let procedures = self.with_store(|store| Ok(store.procedures()?))?;
        Ok(procedures.into_iter().map(unmarked).collect())
    }

    /// One procedure with its form.
    ///
    /// # Errors
    /// `procedure_not_found`, `no_store`, `store_locked`.
    pub fn procedure(&self, id: &str) -> Outcome<FormView> {
        Ok(form_of(self.stored_procedure(id)?))
    }

    pub(crate) fn stored_procedure(&self, id: &str) -> Outcome<Procedure> {
        self.with_store(|store| match store.procedure(id) {
            Err(kabinet_cache::StoreError::NotFound) => Err(Code::ProcedureNotFound.into()),
            other => Ok(other?),
        })
    }
}

pub(crate) fn form_of(procedure: Procedure) -> FormView {
    FormView {
        schema: procedure.form.schema.clone(),
        ui: procedure.form.ui.clone(),
        steps: form::outline(&procedure.form)
            .into_iter()
            .map(step_view)
            .collect(),
        procedure: view_of(procedure),
    }
}

fn step_view(step: form::Step) -> FormStepView {
    let field = |field: form::Field| FormFieldView {
        place: field.place,
        level: field.level,
        label: field.label.into(),
        hint: field.hint.map(Into::into),
    };
    FormStepView {
        title: step.title.into(),
        fields: step.fields.into_iter().map(field).collect(),
    }
}

pub(crate) fn view_of(procedure: Procedure) -> ProcedureView {
    ProcedureView {
        id: procedure.id,
        version: procedure.version,
        title: procedure.title.into(),
        description: procedure.description.into(),
        authority: procedure.authority.into(),
        cost: procedure.cost.into(),
        term: procedure.term.into(),
        evidence: procedure.evidence.into_iter().map(Into::into).collect(),
        validity: procedure.validity.map(Into::into),
        legal_basis: procedure.legal_basis.into(),
    }
}

impl From<Text> for TextView {
    fn from(text: Text) -> Self {
        Self {
            be: text.be,
            ru: text.ru,
            en: text.en,
        }
    }
}
