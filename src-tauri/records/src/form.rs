//! Forms: what is valid, and how it reads. The schema comes from outside and is hostile until its
//! bounds are checked.

use jsonschema::error::ValidationErrorKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Text;

mod bounds;

/// Most problems that are reported.
const MOST_PROBLEMS: usize = 200;
/// Most octets of one compiled regular expression.
const SIZE_LIMIT: usize = 1 << 20;

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// JSON Pointer to the value; of a missing one, to where it should be.
    pub path: String,
    /// Keyword of JSON Schema that failed, such as `required` or `minLength`.
    pub keyword: String,
    /// The keyword's value where a sentence needs it, such as the 3 of `minLength`.
    pub limit: Option<String>,
}

/// Why a schema is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Larger or deeper than forms are, with more or longer patterns, or referring to itself.
    #[error("the form's schema is too large")]
    TooLarge,
    /// It points outside itself, or is of another dialect than 2020-12.
    #[error("the form's schema refers to another document")]
    Foreign,
    /// Not a JSON Schema.
    #[error("the form's schema is not valid")]
    Invalid,
}

/// Checks `data` against `schema` (JSON Schema 2020-12).
///
/// # Errors
/// [`SchemaError`] when the schema itself is of no use.
pub fn validate(schema: &Value, data: &Value) -> Result<Vec<FieldProblem>, SchemaError> {
    bounds::check(schema)?;
    let validator = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_pattern_options(jsonschema::PatternOptions::regex().size_limit(SIZE_LIMIT))
        .build(schema)
        .map_err(|_| SchemaError::Invalid)?;
    let mut problems = Vec::new();
    for error in validator.iter_errors(data).take(MOST_PROBLEMS) {
        let mut path = error.instance_path().to_string();
        let mut limit = None;
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                path = format!(
                    "{path}/{}",
                    pointer_part(property.as_str().unwrap_or_default())
                );
            }
            ValidationErrorKind::MinLength { limit: number }
            | ValidationErrorKind::MaxLength { limit: number } => {
                limit = Some(number.to_string());
            }
            ValidationErrorKind::Minimum { limit: number }
            | ValidationErrorKind::Maximum { limit: number } => {
                limit = Some(number.to_string());
            }
            _ => {}
        }
        let problem = FieldProblem {
            path,
            keyword: error.kind().keyword().to_owned(),
            limit,
        };
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    Ok(problems)
}

/// One line of a form as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// JSON Pointer to the value.
    pub path: String,
    /// Label.
    pub label: Text,
    /// The value; a choice by its label.
    pub value: Text,
}

/// The values of a form in the order of its steps. A value that no step names follows with its
/// pointer as label: nothing that is signed stays unseen.
#[must_use]
pub fn lines(ui: &Value, data: &Value) -> Vec<Line> {
    let mut paths: Vec<String> = Vec::new();
    for step in array(&ui["steps"]) {
        for path in array(&step["fields"]).iter().filter_map(Value::as_str) {
            if data.pointer(path).is_some() && !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
        }
    }
    let mut rest = Vec::new();
    leaves(data, String::new(), &mut rest);
    for leaf in rest {
        if !paths
            .iter()
            .any(|path| leaf == *path || leaf.starts_with(&format!("{path}/")))
        {
            paths.push(leaf);
        }
    }
    paths
        .into_iter()
        .filter_map(|path| {
            let value = data.pointer(&path)?;
            let label =
                serde_json::from_value(ui["labels"][&path].clone()).unwrap_or_else(|_| same(&path));
            Some(Line {
                label,
                value: readable(ui, &path, value),
                path,
            })
        })
        .collect()
}

/// A value as people read it: a choice by its label.
pub(crate) fn readable(ui: &Value, path: &str, value: &Value) -> Text {
    match value {
        Value::String(text) => {
            serde_json::from_value(ui["enumLabels"][path][text.as_str()].clone())
                .unwrap_or_else(|_| same(text))
        }
        Value::Bool(true) => Text {
            be: "так".into(),
            ru: "да".into(),
            en: "yes".into(),
        },
        Value::Bool(false) => Text {
            be: "не".into(),
            ru: "нет".into(),
            en: "no".into(),
        },
        Value::Null => same(""),
        other => same(&other.to_string()),
    }
}

/// The same in every language.
pub(crate) fn same(text: &str) -> Text {
    Text {
        be: text.to_owned(),
        ru: text.to_owned(),
        en: text.to_owned(),
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Pointers to every value that is no object with members.
fn leaves(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() || path.is_empty() => {
            for (name, member) in members {
                leaves(member, format!("{path}/{}", pointer_part(name)), found);
            }
        }
        _ => found.push(path),
    }
}

/// A member's name as a part of a JSON Pointer (RFC 6901).
pub(crate) fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn problems_name_place_and_keyword() {
        let schema = json!({"type": "object", "required": ["a/b", "n"], "properties": {
            "n": {"type": "string", "minLength": 3}, "d": {"type": "string", "format": "date"},
            "a/b": {"type": "string"}}});
        let problems = validate(&schema, &json!({"n": "x", "d": "2026-02-30"})).unwrap();
        let seen = |path: &str, keyword: &str| {
            problems
                .iter()
                .any(|p| p.path == path && p.keyword == keyword)
        };
        assert!(
            seen("/a~1b", "required") && seen("/n", "minLength") && seen("/d", "format"),
            "{problems:?}"
        );
        assert_eq!(
            validate(&schema, &json!({"n": "xyz", "a/b": ""})),
            Ok(vec![])
        );
    }

    #[test]
    fn conditions_are_followed() {
        let schema = json!({"type": "object", "properties": {"kind": {"enum": ["a", "b"]}},
            "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]}, "then": {"required": ["why"]}});
        assert_eq!(validate(&schema, &json!({"kind": "a"})), Ok(vec![]));
        let problems = validate(&schema, &json!({"kind": "b"})).unwrap();
        assert_eq!(problems.first().map(|p| p.path.as_str()), Some("/why"));
    }

    #[test]
    fn hostile_schemas_are_refused_quickly() {
        let mut deep = json!({});
        for _ in 0..1000 {
            deep = json!({"not": deep});
        }
        assert_eq!(validate(&deep, &json!(1)), Err(SchemaError::TooLarge));
        let long = json!({"pattern": "a".repeat(300)});
        assert_eq!(validate(&long, &json!("")), Err(SchemaError::TooLarge));
        let foreign = json!({"$ref": "https://example.org/schema"});
        assert_eq!(validate(&foreign, &json!(1)), Err(SchemaError::Foreign));
        let itself = json!({"$ref": "#"});
        assert_eq!(validate(&itself, &json!(1)), Err(SchemaError::Foreign));
        assert_eq!(
            validate(&json!({"type": 5}), &json!(1)),
            Err(SchemaError::Invalid)
        );
        let explosive = json!({"type": "string", "pattern": "^(a+)+$"});
        let text = format!("{}!", "a".repeat(50_000));
        assert_eq!(validate(&explosive, &json!(text)).unwrap().len(), 1);
        let huge = json!({"pattern": "(((a{1000}){1000}){1000})"});
        assert_eq!(validate(&huge, &json!("")), Err(SchemaError::Invalid));
    }

    #[test]
    fn nothing_that_is_signed_stays_unseen() {
        let ui = json!({"steps": [{"fields": ["/b", "/c"]}], "labels": {"/b": {"be": "Б", "ru": "Б", "en": "B"}},
            "enumLabels": {"/b": {"x": {"be": "Ікс", "ru": "Икс", "en": "Ex"}}}});
        let lines = lines(
            &ui,
            &json!({"a": {"hidden": 7}, "b": "x", "c": true, "d": {}}),
        );
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (line.label.en.as_str(), line.value.en.as_str()))
            .collect();
        assert_eq!(
            seen,
            [("B", "Ex"), ("/c", "yes"), ("/a/hidden", "7"), ("/d", "{}")]
        );
    }
}
