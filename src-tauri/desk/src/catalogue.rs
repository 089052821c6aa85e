//! Journey J5: the catalogue, which is there without a network.

use kabinet_records::{Procedure, Text, form};

use crate::view::{FormFieldView, FormStepView, FormView, ProcedureView, TextView};
use crate::{Code, Desk, Outcome};

impl Desk {
    /// Procedures in which every word of the query occurs: in number, title, description or
    /// keywords, in any language. An empty query finds all.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn catalog(&self, query: &str) -> Outcome<Vec<ProcedureView>> {
        let words: Vec<String> = folded(query)
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let mut procedures = self.with_store(|store| Ok(store.procedures()?))?;
        procedures.retain(|procedure| {
            let text = folded(&everything(procedure));
            words.iter().all(|word| text.contains(word.as_str()))
        });
        procedures.sort_by_key(|procedure| number_order(&procedure.id));
        Ok(procedures.into_iter().map(view_of).collect())
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

fn view_of(procedure: Procedure) -> ProcedureView {
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

fn everything(procedure: &Procedure) -> String {
    let mut text = procedure.id.clone();
    for part in [&procedure.title, &procedure.description] {
        for language in [&part.be, &part.ru, &part.en] {
            text.push(' ');
            text.push_str(language);
        }
    }
    for word in &procedure.keywords {
        text.push(' ');
        text.push_str(word);
    }
    text
}

/// Lower case; the letters that people exchange between the languages are one.
fn folded(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'і' => 'и',
            'ё' => 'е',
            'ў' => 'у',
            '’' | '\'' => 'ь',
            other => other,
        })
        .collect()
}

/// `2.10` comes after `2.9`.
fn number_order(id: &str) -> Vec<u32> {
    id.split('.')
        .map(|part| part.parse().unwrap_or(u32::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_as_numbers() {
        let mut ids = ["2.10", "2.9", "1.1.5", "10.1"];
        ids.sort_by_key(|id| number_order(id));
        assert_eq!(ids, ["1.1.5", "2.9", "2.10", "10.1"]);
    }

    #[test]
    fn letters_of_both_languages_find_each_other() {
        assert_eq!(folded("Даведка аб сям’і"), folded("даведка аб сям'и"));
    }
}
