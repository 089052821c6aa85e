//! Which fields a form asks for now: conditions show and hide them (docs/forms.md). The same walk
//! gives the data without what is hidden, and the data as their formats want them written.

use std::collections::{BTreeMap, HashMap};

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::bounds::{self, Work};
use super::{Context, Format, SchemaError, compile, entries, pointer_part, unescaped};

/// Most fields that are asked for at once.
const MOST_FIELDS: usize = 10_000;
/// Hiding one field may hide another, whose condition rests on it; so many times, then it ends.
const MOST_ROUNDS: usize = 8;

/// The fields that are asked for now: JSON Pointer to whether a value is required. Groups and lists
/// are among them, and so is each entry of a list.
///
/// # Errors
/// [`SchemaError`].
pub fn asked(
    schema: &Value,
    data: &Value,
    context: &Context<'_>,
) -> Result<BTreeMap<String, bool>, SchemaError> {
    Ok(walk(schema, &answered(schema, data, context)?, context)?.asked)
}

/// The data without what a condition hides, and without groups and lists that are empty: what was
/// typed in them stays in a draft, but belongs to no application.
///
/// # Errors
/// [`SchemaError`].
pub fn answered(schema: &Value, data: &Value, context: &Context<'_>) -> Result<Value, SchemaError> {
    let mut data = data.clone();
    prune(&mut data);
    for _ in 0..MOST_ROUNDS {
        let mut hidden = walk(schema, &data, context)?.hidden;
        hidden.retain(|path| take(&mut data, path));
        if hidden.is_empty() {
            break;
        }
        prune(&mut data);
    }
    Ok(data)
}

/// The data with each text as its format wants it written.
///
/// # Errors
/// [`SchemaError`].
pub fn tidied(schema: &Value, data: &Value, context: &Context<'_>) -> Result<Value, SchemaError> {
    let formats = walk(schema, data, context)?.formats;
    let mut data = data.clone();
    for (path, format) in formats {
        if let Some(Value::String(text)) = data.pointer_mut(&path) {
            *text = format.tidied(text);
        }
    }
    Ok(data)
}

fn walk(schema: &Value, data: &Value, context: &Context<'_>) -> Result<Found, SchemaError> {
    if bounds::check_work(schema, data)? != Work::Bearable {
        // Nothing is hidden then, and the validator says what is the matter.
        return Ok(Found::default());
    }
    let mut walk = Walk {
        root: schema,
        context,
        conditions: HashMap::new(),
        found: Found::default(),
    };
    walk.visit(vec![schema], Some(data), String::new())?;
    Ok(walk.found)
}

#[derive(Default)]
struct Found {
    asked: BTreeMap<String, bool>,
    hidden: Vec<String>,
    formats: Vec<(String, Format)>,
}

struct Walk<'a> {
    root: &'a Value,
    context: &'a Context<'a>,
    /// Compiled conditions, by where they stand in memory.
    conditions: HashMap<*const Value, Validator>,
    found: Found,
}

impl<'a> Walk<'a> {
    fn visit(
        &mut self,
        schemas: Vec<&'a Value>,
        value: Option<&Value>,
        path: String,
    ) -> Result<(), SchemaError> {
        let here = self.applicable(schemas, value)?;
        if self.found.asked.len() > MOST_FIELDS {
            return Err(SchemaError::TooLarge);
        }
        if value.is_none_or(Value::is_object) {
            self.members(&here, value, &path)?;
        }
        if let Some(Value::Array(list)) = value {
            let items: Vec<&Value> = here.iter().filter_map(|one| one.get("items")).collect();
            for (index, value) in list.iter().enumerate() {
                let path = format!("{path}/{index}");
                self.found.asked.insert(path.clone(), true);
                self.visit(items.clone(), Some(value), path)?;
            }
        }
        let format = here.iter().find_map(|one| one.get("format")?.as_str());
        if let Some(format) = format.and_then(Format::named) {
            self.found.formats.push((path, format));
        }
        Ok(())
    }

    fn members(
        &mut self,
        here: &[&'a Value],
        value: Option<&Value>,
        path: &str,
    ) -> Result<(), SchemaError> {
        let mut members: BTreeMap<&str, Vec<&'a Value>> = BTreeMap::new();
        for one in here {
            for (name, schema) in one
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                members.entry(name).or_default().push(schema);
            }
        }
        let required = required(here, value);
        for (name, schemas) in members {
            let path = format!("{path}/{}", pointer_part(name));
            if schemas.iter().any(|one| **one == Value::Bool(false)) {
                self.found.hidden.push(path);
                continue;
            }
            let wanted = required.contains(&name);
            self.found.asked.insert(path.clone(), wanted);
            self.visit(schemas, value.and_then(|value| value.get(name)), path)?;
        }
        Ok(())
    }

    /// The schemas that a value at this place must satisfy: those given, what they refer to, and the
    /// branches of their conditions that hold for it. A value that is not there yet is an empty group.
    fn applicable(
        &mut self,
        mut open: Vec<&'a Value>,
        value: Option<&Value>,
    ) -> Result<Vec<&'a Value>, SchemaError> {
        let nothing = Value::Object(Map::new());
        let value = value.unwrap_or(&nothing);
        let mut here = Vec::new();
        while let Some(schema) = open.pop() {
            if here.len() > MOST_FIELDS {
                return Err(SchemaError::TooLarge);
            }
            let Some(members) = schema.as_object() else {
                continue;
            };
            here.push(schema);
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                let part = target.strip_prefix('#').unwrap_or(target);
                open.push(self.root.pointer(part).ok_or(SchemaError::Invalid)?);
            }
            open.extend(
                members
                    .get("allOf")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten(),
            );
            if let Some(condition) = members.get("if") {
                let branch = if self.holds(condition, value)? {
                    "then"
                } else {
                    "else"
                };
                open.extend(members.get(branch));
            }
            if let Some(dependent) = members.get("dependentSchemas").and_then(Value::as_object) {
                open.extend(
                    dependent
                        .iter()
                        .filter(|(name, _)| value.get(name.as_str()).is_some())
                        .map(|(_, schema)| schema),
                );
            }
        }
        Ok(here)
    }

    fn holds(&mut self, condition: &'a Value, value: &Value) -> Result<bool, SchemaError> {
        let place = std::ptr::from_ref(condition);
        let known = match self.conditions.entry(place) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(free) => {
                let mut whole = condition.clone();
                // It stands alone now, and may still refer to the definitions.
                if let (Some(members), Some(definitions)) =
                    (whole.as_object_mut(), self.root.get("$defs"))
                {
                    members.insert("$defs".to_owned(), definitions.clone());
                }
                free.insert(compile(&whole, self.context)?)
            }
        };
        Ok(known.is_valid(value))
    }
}

fn required<'a>(here: &[&'a Value], value: Option<&Value>) -> Vec<&'a str> {
    let mut names = Vec::new();
    for one in here {
        let always = one.get("required").into_iter();
        let dependent = one.get("dependentRequired").and_then(Value::as_object);
        let dependent = dependent
            .into_iter()
            .flatten()
            .filter(|(name, _)| value.is_some_and(|value| value.get(name.as_str()).is_some()))
            .map(|(_, names)| names);
        names.extend(
            always
                .chain(dependent)
                .flat_map(entries)
                .filter_map(Value::as_str),
        );
    }
    names
}

/// Takes a member out; whether it was there.
fn take(data: &mut Value, path: &str) -> bool {
    let Some((parent, name)) = path.rsplit_once('/') else {
        return false;
    };
    let name = unescaped(name);
    data.pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .is_some_and(|members| members.remove(&name).is_some())
}

/// Takes members out that are empty groups or lists. Entries of a list stay: they were added.
fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(prune);
            members.retain(|_, member| match member {
                Value::Object(members) => !members.is_empty(),
                Value::Array(entries) => !entries.is_empty(),
                _ => true,
            });
        }
        Value::Array(entries) => entries.iter_mut().for_each(prune),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        let child = json!({"type": "object", "required": ["name"], "additionalProperties": false,
            "properties": {"name": {"type": "string"}, "abroad": {"type": "boolean"},
                "country": {"type": "string"}, "phone": {"type": "string", "format": "phone"}},
            "if": {"properties": {"abroad": {"const": true}}, "required": ["abroad"]},
            "then": {"required": ["country"]}, "else": {"properties": {"country": false}}});
        json!({"type": "object", "properties": {
                "kind": {"enum": ["a", "b"]}, "why": {"type": "string"}, "how": {"type": "string"},
                "account": {"type": "string"}, "bank": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/child"}},
                "home": {"type": "object", "properties": {"street": {"type": "string"}}}},
            "required": ["kind"], "dependentRequired": {"account": ["bank"]},
            "allOf": [
                {"if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
                 "then": {"required": ["why"]}, "else": {"properties": {"why": false}}},
                {"if": {"required": ["why"]}, "else": {"properties": {"how": false}}}],
            "additionalProperties": false, "$defs": {"child": child}})
    }

    #[test]
    fn conditions_show_hide_and_require() {
        let ask = |data: Value| asked(&schema(), &data, &Context::EMPTY).unwrap();
        let first = ask(json!({}));
        assert_eq!(first.get("/kind"), Some(&true));
        assert!(!first.contains_key("/why") && first.contains_key("/home/street"));
        let second = ask(json!({"kind": "b", "account": "x",
            "children": [{"abroad": true}, {"country": "PL"}]}));
        assert_eq!(second.get("/why"), Some(&true));
        assert_eq!(second.get("/bank"), Some(&true));
        assert_eq!(second.get("/children/0/country"), Some(&true));
        assert_eq!(second.get("/children/0/name"), Some(&true));
        assert!(second.contains_key("/children/1") && !second.contains_key("/children/1/country"));
    }

    #[test]
    fn what_is_hidden_is_no_part_of_the_application() {
        let typed = json!({"kind": "a", "why": "x", "how": "y", "home": {}, "children":
            [{"name": "n", "country": "PL"}, {}]});
        let kept = answered(&schema(), &typed, &Context::EMPTY).unwrap();
        // `how` rests on `why`, which rests on `kind`.
        assert_eq!(kept, json!({"kind": "a", "children": [{"name": "n"}, {}]}));
        let problems = super::super::validate(&schema(), &kept, &Context::EMPTY).unwrap();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].path, "/children/1/name");
        // With what was hidden, the validator refuses it: nobody sends it unseen.
        assert!(
            super::super::validate(&schema(), &typed, &Context::EMPTY)
                .unwrap()
                .len()
                > 1
        );
        let again = json!({"kind": "b", "why": "x", "how": "y"});
        assert_eq!(answered(&schema(), &again, &Context::EMPTY).unwrap(), again);
    }

    #[test]
    fn formats_are_tidied_in_lists_too() {
        let typed =
            json!({"children": [{"phone": "80 29 555 01 23"}, {"phone": "?"}], "why": "80 29"});
        let tidy = tidied(&schema(), &typed, &Context::EMPTY).unwrap();
        assert_eq!(tidy["children"][0]["phone"], "+375295550123");
        assert_eq!(tidy["children"][1]["phone"], "?");
        assert_eq!(tidy["why"], "80 29");
    }
}
