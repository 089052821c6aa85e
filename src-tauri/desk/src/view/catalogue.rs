//! Procedures and their forms.

use serde::Serialize;
use ts_rs::TS;

use super::TextView;

/// An entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ProcedureView {
    /// Official number, such as `2.35`.
    pub id: String,
    /// Version of its form.
    pub version: u32,
    /// Title.
    pub title: TextView,
    /// What it is about.
    pub description: TextView,
    /// Authority that decides.
    pub authority: TextView,
    /// Cost.
    pub cost: TextView,
    /// Time limit.
    pub term: TextView,
    /// What is needed.
    pub evidence: Vec<TextView>,
    /// How long the document or decision that it leads to is valid, where the list says it.
    pub validity: Option<TextView>,
    /// Legal basis.
    pub legal_basis: TextView,
}

/// A form with its schema, for the renderer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FormView {
    /// The procedure.
    pub procedure: ProcedureView,
    /// JSON Schema 2020-12 (the subset in docs/forms.md).
    #[ts(type = "unknown")]
    pub schema: serde_json::Value,
    /// Steps, order, labels and prefill paths.
    #[ts(type = "unknown")]
    pub ui: serde_json::Value,
    /// What it will ask, step by step.
    pub steps: Vec<FormStepView>,
}

/// A step of a form.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FormStepView {
    /// Title.
    pub title: TextView,
    /// Its fields in order, each group before its members.
    pub fields: Vec<FormFieldView>,
}

/// A field, group or list of a form.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FormFieldView {
    /// Its pointer in the UI schema; `-` stands for whatever entry of a list.
    pub place: String,
    /// In how many groups it stands.
    pub level: usize,
    /// Label.
    pub label: TextView,
    /// Help.
    pub hint: Option<TextView>,
}
