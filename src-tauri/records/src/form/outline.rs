//! What a form will ask, before anything is filled in.

use serde_json::Value;

use super::lines::{label_at, order, schema_at};
use super::{entries, pointer_part};
use crate::{Form, Text};

/// Most fields that are listed.
const MOST_FIELDS: usize = 1000;
/// Most levels of groups.
const DEEPEST: usize = 8;

/// A step of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Title.
    pub title: Text,
    /// Its fields in order, each group before its members.
    pub fields: Vec<Field>,
}

/// A field, group or list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its pointer in the UI schema.
    pub place: String,
    /// In how many groups it stands.
    pub level: usize,
    /// Label.
    pub label: Text,
    /// Help.
    pub hint: Option<Text>,
}

/// The steps of a form with all that they may ask, conditions or not.
#[must_use]
pub fn outline(form: &Form) -> Vec<Step> {
    let mut count = 0;
    entries(&form.ui["steps"])
        .iter()
        .map(|step| {
            let mut fields = Vec::new();
            for place in entries(&step["fields"]).iter().filter_map(Value::as_str) {
                add(form, place, 0, &mut fields, &mut count);
            }
            Step {
                title: text(&step["title"]).unwrap_or_default(),
                fields,
            }
        })
        .collect()
}

fn add(form: &Form, place: &str, level: usize, fields: &mut Vec<Field>, count: &mut usize) {
    *count += 1;
    if *count > MOST_FIELDS || level > DEEPEST {
        return;
    }
    fields.push(Field {
        place: place.to_owned(),
        level,
        label: label_at(form, place),
        hint: text(&form.ui["hints"][place]),
    });
    let Some(mut schema) = schema_at(&form.schema, place) else {
        return;
    };
    let mut place = place.to_owned();
    if schema.get("items").is_some() {
        place.push_str("/-");
        match schema_at(&form.schema, &place) {
            Some(items) => schema = items,
            None => return,
        }
    }
    let known = schema.get("properties").and_then(Value::as_object);
    let first = order(form, &place);
    let rest = known.into_iter().flat_map(|members| members.keys());
    let rest = rest.filter(|name| !first.contains(name));
    for name in first.iter().chain(rest) {
        if known.is_some_and(|members| members.contains_key(name)) {
            let place = format!("{place}/{}", pointer_part(name));
            add(form, &place, level + 1, fields, count);
        }
    }
}

fn text(value: &Value) -> Option<Text> {
    serde_json::from_value(value.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_and_lists_are_listed_with_their_members() {
        let text = |en: &str| json!({"be": en, "ru": en, "en": en});
        let form = Form {
            schema: json!({"properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/kid"}},
                "home": {"type": "object", "properties": {"house": {}, "street": {}}}},
                "$defs": {"kid": {"properties": {"a": {}, "b": {}}}}}),
            ui: json!({"steps": [{"title": text("One"), "fields": ["/kids", "/home", "/none"]}],
                "labels": {"/kids": text("Kids"), "/kids/-/b": text("B")},
                "order": {"/kids/-": ["b"]}, "widgets": {"/home": "address"},
                "hints": {"/kids": text("All")}}),
        };
        let steps = outline(&form);
        let seen: Vec<_> = steps[0]
            .fields
            .iter()
            .map(|field| format!("{}{}", "-".repeat(field.level), field.label.en))
            .collect();
        assert_eq!(
            seen,
            [
                "Kids",
                "-B",
                "-/kids/-/a",
                "/home",
                "-Street",
                "-House",
                "/none"
            ]
        );
        assert_eq!(steps[0].title.en, "One");
        assert_eq!(steps[0].fields[0].hint.as_ref().unwrap().en, "All");
    }
}
