//! An administrative procedure of the public catalogue: a public service of CPSV-AP, as
//! `docs/catalogue.md` maps it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Text;

/// A procedure and its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Procedure {
    /// Official number, such as `2.35`.
    pub id: String,
    /// Version of the form, from 1.
    pub version: u32,
    /// Title.
    pub title: Text,
    /// What it is about.
    pub description: Text,
    /// Authority that decides.
    pub authority: Text,
    /// Cost for the applicant.
    pub cost: Text,
    /// Time limit.
    pub term: Text,
    /// What is needed.
    pub evidence: Vec<Text>,
    /// How long the document or decision that it leads to is valid.
    #[serde(default)]
    pub validity: Option<Text>,
    /// Legal basis.
    pub legal_basis: Text,
    /// Everyday words by which it is found.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The form.
    pub form: Form,
}

/// A form: what is valid, and how it is asked (`docs/forms.md`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// JSON Schema 2020-12 of the data.
    pub schema: Value,
    /// Steps, labels, hints, widgets and prefill paths.
    pub ui: Value,
}
