//! A draft is carried to another version of its form. No value is lost: each stays, moves to the field
//! that its field has become, or is set aside where the person sees it (docs/forms.md).

mod declared;
mod moves;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::form::{self, Context, FieldProblem, SchemaError};
use crate::{Draft, Form, Procedure, Text};
use moves::Moves;

/// What became of a draft's values when its form changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carried {
    /// Version that the values were typed for.
    pub from_version: u32,
    /// Version that they are in now.
    pub to_version: u32,
    /// Whether it was signed for the earlier version and must be signed anew.
    pub was_signed: bool,
    /// Values that stand in another field now.
    pub renamed: Vec<Renamed>,
    /// Values that the new form has no place for.
    pub aside: Vec<Aside>,
    /// JSON Pointers to fields that the new form asks for and the earlier one did not.
    pub required: Vec<String>,
}

/// A value that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    /// JSON Pointer in the earlier form.
    pub from: String,
    /// JSON Pointer in the new form.
    pub to: String,
}

/// A value that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// JSON Pointer in the earlier form.
    pub path: String,
    /// The field's label in the earlier form; the pointer when that form is not known any more.
    pub label: Text,
    /// The value.
    pub value: Value,
    /// The value as people read it.
    pub shown: Text,
    /// Why.
    pub reason: AsideReason,
}

/// Why a value was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AsideReason {
    /// The new form does not have the field.
    Gone,
    /// The new form does not allow the value in it.
    Unfit,
    /// Another value has moved into the field.
    Replaced,
}

impl Carried {
    /// What became of the values since the beginning, when they had been carried before.
    #[must_use]
    pub fn after(mut self, earlier: Self) -> Self {
        self.from_version = earlier.from_version;
        self.was_signed |= earlier.was_signed;
        self.renamed.splice(0..0, earlier.renamed);
        self.aside.splice(0..0, earlier.aside);
        for path in earlier.required {
            if !self.required.contains(&path) {
                self.required.push(path);
            }
        }
        self
    }
}

/// The draft in another version of its form. `from` is the form that it was filled in with, where that
/// is still known: it has the labels of what is set aside, and what was wrong with a value before is
/// no reason to set it aside now. `today` is the day in Belarus, which bounds of dates may name.
///
/// # Errors
/// [`SchemaError`] when the new form itself is of no use.
pub fn carry(
    draft: &Draft,
    from: Option<&Form>,
    to: &Procedure,
    today: Date,
) -> Result<(Draft, Carried), SchemaError> {
    let schema = &to.form.schema;
    let context = Context {
        today,
        attachments: &draft.attachments,
    };
    // Bounds first: what follows walks through the schema.
    form::validate(schema, &Value::Object(Map::new()), &context)?;
    let before = match from {
        Some(form) => form::validate(&form.schema, &draft.data, &context).unwrap_or_default(),
        None => Vec::new(),
    };
    let mut moves = Moves::new(&draft.data, schema, &to.form.ui["renamed"]);
    set_unfit_aside(&mut moves, schema, &before, &context)?;

    let required = newly_required(&moves, schema, from, &before, &context)?;
    let prefilled = draft
        .prefilled
        .iter()
        .filter_map(|(path, source)| {
            let target = moves.target(path)?;
            (draft.data.pointer(path) == moves.data.pointer(&target))
                .then(|| (target, source.clone()))
        })
        .collect();
    let aside = moves
        .aside
        .iter()
        .map(|(path, value, reason)| {
            let form = from.unwrap_or(&to.form);
            let (_, label) = form::label(form, &draft.data, path);
            Aside {
                path: path.clone(),
                label,
                value: value.clone(),
                shown: form::readable(form, &draft.data, path, value, &draft.attachments),
                reason: *reason,
            }
        })
        .collect();
    let carried = Carried {
        from_version: draft.procedure_version,
        to_version: to.version,
        was_signed: false,
        renamed: moves.renamed(),
        aside,
        required,
    };
    let draft = Draft {
        id: draft.id,
        procedure_id: draft.procedure_id.clone(),
        procedure_version: to.version,
        data: moves.data,
        prefilled,
        attachments: draft.attachments.clone(),
        changed_at: draft.changed_at,
    };
    Ok((draft, carried))
}

/// Takes values out that the new form does not allow, until it allows what is left or until what it
/// complains of is not a value's fault.
fn set_unfit_aside(
    moves: &mut Moves<'_>,
    schema: &Value,
    before: &[FieldProblem],
    context: &Context<'_>,
) -> Result<(), SchemaError> {
    /// Taking one value out may show that another does not fit, not often.
    const ROUNDS: usize = 16;
    for _ in 0..ROUNDS {
        let problems = form::validate(schema, &moves.data, context)?;
        let unfit: BTreeSet<String> = problems
            .iter()
            .filter(|problem| is_of_value(problem, &moves.data))
            .filter(|problem| !was_there(problem, moves, before))
            .map(|problem| problem.path.clone())
            .collect();
        if unfit.is_empty() {
            return Ok(());
        }
        // The last first, so that no pointer is moved by what is taken out before.
        for path in unfit.iter().rev() {
            moves.set_aside(path);
        }
    }
    Ok(())
}

/// Whether the problem is one of the value at its place, and not of something that is missing or of a
/// group as a whole.
fn is_of_value(problem: &FieldProblem, data: &Value) -> bool {
    let of_count = matches!(
        problem.keyword.as_str(),
        "required"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
            | "contains"
            | "minContains"
            | "maxContains"
    );
    let value = data.pointer(&problem.path);
    let of_group = problem.path.is_empty()
        || (problem.keyword != "type"
            && value
                .is_some_and(|value| value.as_object().is_some_and(|members| !members.is_empty())));
    value.is_some() && !of_count && !of_group
}

/// Whether the value was wrong in its earlier form too: the person has not finished it.
fn was_there(problem: &FieldProblem, moves: &Moves<'_>, before: &[FieldProblem]) -> bool {
    let origin = moves.origin(&problem.path);
    before
        .iter()
        .any(|earlier| earlier.path == origin && earlier.keyword == problem.keyword)
}

/// What the new form asks for and the draft does not have, unless the earlier form asked for it too.
fn newly_required(
    moves: &Moves<'_>,
    schema: &Value,
    from: Option<&Form>,
    before: &[FieldProblem],
    context: &Context<'_>,
) -> Result<Vec<String>, SchemaError> {
    let asked_before = |path: &str| {
        let origin = moves.origin(path);
        let missing = before
            .iter()
            .any(|earlier| earlier.keyword == "required" && earlier.path == origin);
        // What was typed and set aside is told there.
        missing || moves.aside.iter().any(|(aside, ..)| *aside == origin)
    };
    let mut paths: Vec<String> = form::validate(schema, &moves.data, context)?
        .into_iter()
        .filter(|problem| problem.keyword == "required")
        .map(|problem| problem.path)
        .filter(|path| from.is_none() || !asked_before(path))
        .collect();
    paths.dedup();
    Ok(paths)
}
