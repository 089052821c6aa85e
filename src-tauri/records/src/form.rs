//! Forms: what is valid, what is asked, and how it reads. The schema comes from outside and is
//! hostile until its bounds are checked.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Attachment;

pub mod address;
mod asked;
mod bounds;
mod formats;
mod keywords;
mod lines;
mod outline;

pub use asked::{answered, asked, tidied};
pub use formats::Format;
pub(crate) use lines::readable;
pub use lines::{Line, label, lines, place, readable_date, readable_money, readable_size};
pub use outline::{Field, Step, outline};

/// Most problems that are reported.
const MOST_PROBLEMS: usize = 200;
/// Most octets of one compiled regular expression.
const SIZE_LIMIT: usize = 64 * 1024;

/// What a form is checked against besides its schema.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The day on which it is checked, in Belarus.
    pub today: Date,
    /// The files that belong to the application.
    pub attachments: &'a [Attachment],
}

impl Context<'_> {
    /// Without files, on the first day of the Unix epoch: for what asks neither.
    pub const EMPTY: Context<'static> = Context {
        today: Date::constant(1970, 1, 1),
        attachments: &[],
    };
}

/// The day that a moment belongs to in Belarus, which keeps UTC+3 the whole year.
#[must_use]
pub fn day_in_belarus(moment: Timestamp) -> Date {
    jiff::tz::offset(3).to_datetime(moment).date()
}

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// JSON Pointer to the value; of a missing one, to where it should be.
    pub path: String,
    /// Keyword that failed, such as `required` or `minLength`; `size` when there are more values than
    /// can be checked, `textSize` when there is more text.
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

/// Checks `data` against `schema` (JSON Schema 2020-12 with the formats and keywords of
/// docs/forms.md).
///
/// # Errors
/// [`SchemaError`] when the schema itself is of no use.
pub fn validate(
    schema: &Value,
    data: &Value,
    context: &Context<'_>,
) -> Result<Vec<FieldProblem>, SchemaError> {
    let beyond = match bounds::check_work(schema, data)? {
        bounds::Work::Bearable => None,
        bounds::Work::TooManyValues => Some("size"),
        bounds::Work::TooMuchText => Some("textSize"),
    };
    if let Some(keyword) = beyond {
        return Ok(vec![FieldProblem {
            path: String::new(),
            keyword: keyword.to_owned(),
            limit: None,
        }]);
    }
    let validator = compile(schema, context)?;
    let mut problems = Vec::new();
    for error in validator.iter_errors(data).take(MOST_PROBLEMS) {
        let problem = problem(&error);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    Ok(problems)
}

/// Compiles a schema that has passed its bounds.
fn compile(schema: &Value, context: &Context<'_>) -> Result<Validator, SchemaError> {
    let mut options = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_pattern_options(jsonschema::PatternOptions::regex().size_limit(SIZE_LIMIT));
    let files: Arc<[Attachment]> = context.attachments.into();
    for format in Format::ALL {
        match format {
            // The validator has one of its own.
            Format::Email => {}
            Format::Attachment => {
                let files = Arc::clone(&files);
                options = options.with_format(format.name(), move |text: &str| {
                    format.holds(text) && files.iter().any(|file| file.hash == text)
                });
            }
            _ => {
                options = options.with_format(format.name(), move |text: &str| format.holds(text));
            }
        }
    }
    let today = context.today;
    let (sizes, types, accepted) = (Arc::clone(&files), Arc::clone(&files), files);
    options
        .with_keyword("formatMinimum", move |parent, value, _| {
            keywords::limit(keywords::End::Least, today, parent, value)
        })
        .with_keyword("formatMaximum", move |parent, value, _| {
            keywords::limit(keywords::End::Greatest, today, parent, value)
        })
        .with_keyword("maxSize", move |_, value, _| {
            keywords::max_size(&sizes, value)
        })
        .with_keyword("contentMediaType", move |_, value, _| {
            keywords::media_types(&types, value)
        })
        .with_keyword("accept", move |_, value, _| {
            keywords::media_types(&accepted, value)
        })
        .build(schema)
        .map_err(|_| SchemaError::Invalid)
}

fn problem(error: &ValidationError<'_>) -> FieldProblem {
    use ValidationErrorKind as Kind;
    let mut path = error.instance_path().to_string();
    let limit = match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            path = format!("{path}/{}", pointer_part(name));
            None
        }
        Kind::MinLength { limit }
        | Kind::MaxLength { limit }
        | Kind::MinItems { limit }
        | Kind::MaxItems { limit }
        | Kind::MinProperties { limit }
        | Kind::MaxProperties { limit } => Some(limit.to_string()),
        Kind::Minimum { limit }
        | Kind::Maximum { limit }
        | Kind::ExclusiveMinimum { limit }
        | Kind::ExclusiveMaximum { limit } => Some(limit.to_string()),
        Kind::MultipleOf { multiple_of } => Some(multiple_of.to_string()),
        Kind::Format { format } => Some(format.clone()),
        Kind::Type {
            kind: TypeKind::Single(kind),
        } => Some(kind.to_string()),
        // The keywords of ours answer with their limit.
        Kind::Custom { message, .. } => Some(message.clone()),
        _ => None,
    };
    FieldProblem {
        path,
        keyword: error.kind().keyword().to_owned(),
        limit,
    }
}

fn entries(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A member's name as a part of a JSON Pointer (RFC 6901).
pub(crate) fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a part of a JSON Pointer stands for.
fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Value, data: &Value) -> Result<Vec<FieldProblem>, SchemaError> {
        validate(schema, data, &Context::EMPTY)
    }

    #[test]
    fn problems_name_place_and_keyword() {
        let schema = json!({"type": "object", "required": ["a/b", "n"], "properties": {
            "n": {"type": "string", "minLength": 3}, "d": {"type": "string", "format": "date"},
            "a/b": {"type": "string"}}});
        let problems = check(&schema, &json!({"n": "x", "d": "2026-02-30"})).unwrap();
        let seen = |path: &str, keyword: &str, limit: Option<&str>| {
            problems.iter().any(|problem| {
                problem.path == path
                    && problem.keyword == keyword
                    && problem.limit.as_deref() == limit
            })
        };
        assert!(
            seen("/a~1b", "required", None)
                && seen("/n", "minLength", Some("3"))
                && seen("/d", "format", Some("date")),
            "{problems:?}"
        );
        assert_eq!(check(&schema, &json!({"n": "xyz", "a/b": ""})), Ok(vec![]));
    }

    #[test]
    fn each_entry_of_a_list_has_its_own_problems() {
        let schema = json!({"properties": {"children": {"type": "array", "minItems": 2, "maxItems": 3,
            "items": {"type": "object", "required": ["born"],
                "properties": {"born": {"format": "date"}}}}}});
        let problems = check(&schema, &json!({"children": [{"born": "x"}, {}, {}, {}]})).unwrap();
        let seen: Vec<_> = problems
            .iter()
            .map(|problem| (problem.path.as_str(), problem.keyword.as_str()))
            .collect();
        for wanted in [
            ("/children/0/born", "format"),
            ("/children/1/born", "required"),
            ("/children", "maxItems"),
        ] {
            assert!(seen.contains(&wanted), "{seen:?}");
        }
        let few = check(&schema, &json!({"children": []})).unwrap();
        assert_eq!(few[0].limit.as_deref(), Some("2"));
    }

    #[test]
    fn dates_and_amounts_have_limits() {
        let schema = json!({"properties": {
            "born": {"format": "date", "formatMaximum": "today", "formatMinimum": "today-P18Y"},
            "until": {"format": "date", "formatMinimum": "2026-03-01"},
            "sum": {"format": "money", "formatMinimum": "0.01", "formatMaximum": "1000.00"}}});
        let context = Context {
            today: Date::constant(2026, 2, 28),
            attachments: &[],
        };
        let found = |data: Value| -> Vec<String> {
            let problems = validate(&schema, &data, &context).unwrap();
            problems
                .into_iter()
                .map(|problem| format!("{} {}", problem.keyword, problem.limit.unwrap_or_default()))
                .collect()
        };
        let none: [&str; 0] = [];
        assert_eq!(found(json!({"born": "2026-02-28", "sum": "1000.00"})), none);
        assert_eq!(found(json!({"born": "2008-02-28"})), none);
        assert_eq!(
            found(json!({"born": "2026-03-01"})),
            ["formatMaximum today"]
        );
        assert_eq!(
            found(json!({"born": "2008-02-27"})),
            ["formatMinimum 2008-02-28"]
        );
        assert_eq!(
            found(json!({"until": "2026-02-28"})),
            ["formatMinimum 2026-03-01"]
        );
        assert_eq!(found(json!({"sum": "0.00"})), ["formatMinimum 0.01"]);
        assert_eq!(found(json!({"sum": "1000.01"})), ["formatMaximum 1000.00"]);
        // What is no date is told once.
        assert_eq!(found(json!({"born": "x"})), ["format date"]);
        for wrong in [
            "tomorrow",
            "today+1",
            "today+PT5H",
            "today*P1D",
            "2026-02-30",
            "todayP1D",
            "",
        ] {
            let schema = json!({"format": "date", "formatMaximum": wrong});
            assert_eq!(
                check(&schema, &json!("")),
                Err(SchemaError::Invalid),
                "{wrong}"
            );
        }
        let alone = json!({"formatMaximum": "today"});
        assert_eq!(check(&alone, &json!("")), Err(SchemaError::Invalid));
    }

    #[test]
    fn files_are_those_of_the_application() {
        let file = |hash: char, media_type: &str, size: u64| Attachment {
            name: "x".into(),
            media_type: media_type.into(),
            size,
            hash: hash.to_string().repeat(64),
        };
        let files = [file('a', "application/pdf", 10), file('b', "image/png", 11)];
        let context = Context {
            today: Date::constant(2026, 1, 1),
            attachments: &files,
        };
        let schema = json!({"properties": {"proofs": {"type": "array", "items": {"type": "string",
            "format": "attachment", "accept": ["application/pdf", "image/jpeg"], "maxSize": 10}},
            "one": {"format": "attachment", "contentMediaType": "image/png"}}});
        let found = |hash: &str| -> Vec<String> {
            let data = json!({"proofs": [hash]});
            let problems = validate(&schema, &data, &context).unwrap();
            problems
                .into_iter()
                .map(|problem| problem.keyword)
                .collect()
        };
        let none: [&str; 0] = [];
        assert_eq!(found(&"a".repeat(64)), none);
        let mut both = found(&"b".repeat(64));
        both.sort();
        assert_eq!(both, ["accept", "maxSize"]);
        for strange in ["c".repeat(64), "A".repeat(64), String::new()] {
            assert_eq!(found(&strange), ["format"]);
        }
        let one = json!({"one": "a".repeat(64)});
        let problems = validate(&schema, &one, &context).unwrap();
        assert_eq!(problems[0].keyword, "contentMediaType");
        assert_eq!(problems[0].limit.as_deref(), Some("image/png"));
        let wrong = json!({"accept": 5});
        assert_eq!(check(&wrong, &json!("")), Err(SchemaError::Invalid));
    }

    #[test]
    fn the_day_is_that_of_belarus() {
        let day = |moment: &str| day_in_belarus(moment.parse().unwrap()).to_string();
        assert_eq!(day("2026-03-01T20:59:59Z"), "2026-03-01");
        assert_eq!(day("2026-03-01T21:00:00Z"), "2026-03-02");
    }

    #[test]
    fn conditions_are_followed() {
        let schema = json!({"type": "object", "properties": {"kind": {"enum": ["a", "b"]}},
            "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]}, "then": {"required": ["why"]}});
        assert_eq!(check(&schema, &json!({"kind": "a"})), Ok(vec![]));
        let problems = check(&schema, &json!({"kind": "b"})).unwrap();
        assert_eq!(problems.first().map(|p| p.path.as_str()), Some("/why"));
    }

    #[test]
    fn hostile_schemas_are_refused_quickly() {
        let mut deep = json!({});
        for _ in 0..1000 {
            deep = json!({"not": deep});
        }
        assert_eq!(check(&deep, &json!(1)), Err(SchemaError::TooLarge));
        let long = json!({"pattern": "a".repeat(300)});
        assert_eq!(check(&long, &json!("")), Err(SchemaError::TooLarge));
        let foreign = json!({"$ref": "https://example.org/schema"});
        assert_eq!(check(&foreign, &json!(1)), Err(SchemaError::Foreign));
        let itself = json!({"$ref": "#"});
        assert_eq!(check(&itself, &json!(1)), Err(SchemaError::Foreign));
        assert_eq!(
            check(&json!({"type": 5}), &json!(1)),
            Err(SchemaError::Invalid)
        );
        let explosive = json!({"type": "string", "pattern": "^(a+)+$"});
        let text = format!("{}!", "a".repeat(50_000));
        assert_eq!(check(&explosive, &json!(text)).unwrap().len(), 1);
        let huge = json!({"pattern": "(((a{1000}){1000}){1000})"});
        assert_eq!(check(&huge, &json!("")), Err(SchemaError::Invalid));
    }
}
