//! The catalogue and the sandbox's checks against the product's own types.
#![allow(clippy::unwrap_used, missing_docs)]

use kabinet_records::form::{self, Context};
use kabinet_records::{Holder, Manifest, Procedure};
use sandbox_portal::manifest::canonical;
use sandbox_portal::{groups, holder, procedures};
use serde_json::{Value, json};

/// The day on which the examples of the forms were written: some of them rest on it.
const CONTEXT: Context<'static> = Context {
    today: jiff::civil::Date::constant(2026, 11, 27),
    attachments: &[],
};

/// What a person might fill in; nothing for a file.
fn sample(field: &Value) -> Option<Value> {
    if field["format"] == "attachment" {
        return None;
    }
    let first = |name: &str| field[name].as_array()?.first().cloned();
    let given = first("examples").or_else(|| first("enum"));
    if let Some(value) = given.or_else(|| field.get("const").cloned()) {
        return Some(value);
    }
    if let Some(members) = field["properties"].as_object() {
        let filled = members
            .iter()
            .filter_map(|(name, field)| Some((name.clone(), sample(field)?)));
        return Some(Value::Object(filled.collect()));
    }
    if let Some(items) = field.get("items") {
        let least = field["minItems"].as_u64().unwrap_or(0).max(1);
        return (0..least).map(|_| sample(items)).collect();
    }
    match field["type"].as_str() {
        Some("integer" | "number") => Some(field["minimum"].clone()),
        Some("string") => Some(json!("г. Мінск, вул. Якуба Коласа, д. 12")),
        other => panic!("no value for {other:?}: {field}"),
    }
}

fn all() -> Vec<Procedure> {
    let all = procedures::all().unwrap();
    all.iter()
        .map(|one| serde_json::from_value(one.clone()).unwrap())
        .collect()
}

fn filled(procedure: &Procedure) -> Value {
    sample(&procedure.form.schema).unwrap()
}

fn check(procedure: &Procedure, data: &Value, what: &str) -> Value {
    let schema = &procedure.form.schema;
    let answers = form::answered(schema, data, &CONTEXT).unwrap();
    let problems = form::validate(schema, &answers, &CONTEXT).unwrap();
    assert!(problems.is_empty(), "{} {what}: {problems:?}", procedure.id);
    answers
}

#[test]
fn filled_in_forms_are_valid_and_emptied_ones_are_not() {
    for procedure in all() {
        let answers = check(&procedure, &filled(&procedure), "as it is");
        let schema = &procedure.form.schema;
        let tidy = form::tidied(schema, &answers, &CONTEXT).unwrap();
        assert_eq!(tidy, answers, "{}", procedure.id);
        assert!(
            !form::validate(schema, &json!({}), &CONTEXT)
                .unwrap()
                .is_empty()
        );
    }
}

/// Whatever is chosen, the form can be completed, and without any file.
#[test]
fn every_choice_leads_to_the_end() {
    for procedure in all() {
        let data = filled(&procedure);
        let fields = procedure.form.schema["properties"].as_object().unwrap();
        for (name, field) in fields {
            let choices = match (field["enum"].as_array(), field["type"].as_str()) {
                (Some(choices), _) => choices.clone(),
                (None, Some("boolean")) if field.get("const").is_none() => {
                    vec![json!(false), Value::Null]
                }
                _ => continue,
            };
            for choice in choices {
                let mut data = data.clone();
                let members = data.as_object_mut().unwrap();
                match &choice {
                    Value::Null => members.remove(name),
                    choice => members.insert(name.clone(), choice.clone()),
                };
                check(&procedure, &data, &format!("{name}={choice}"));
            }
        }
    }
}

#[test]
fn all_that_is_asked_has_its_step_and_its_words() {
    for procedure in all() {
        let form = &procedure.form;
        let data = filled(&procedure);
        let steps = form::outline(form);
        assert!(steps.len() > 1, "{}", procedure.id);
        for path in form::asked(&form.schema, &data, &CONTEXT)
            .unwrap()
            .into_keys()
        {
            let place = form::place(&data, &path);
            let (_, label) = form::label(form, &data, &path);
            for text in [&label.be, &label.ru, &label.en] {
                assert!(!text.is_empty() && !text.starts_with('/'), "{path}: {text}");
            }
            let entry = place.ends_with("/-");
            let named = steps.iter().flat_map(|step| &step.fields);
            let shown = named.into_iter().any(|field| field.place == place);
            assert!(shown || entry, "{} {place}", procedure.id);
        }
    }
}

#[test]
fn what_is_signed_reads_well() {
    for procedure in all() {
        let answers = check(&procedure, &filled(&procedure), "as it is");
        let listed = form::lines(&procedure.form, &answers, &[]);
        assert_eq!(listed.len(), leaves(&answers), "{}", procedure.id);
        for line in listed {
            assert!(!line.label.en.starts_with('/'), "{line:?}");
            let nested = line.path.matches('/').count() > 1;
            assert_eq!(line.group.is_some(), nested, "{line:?}");
        }
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(leaves).sum(),
        Value::Array(entries) => entries.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// The sandbox takes nothing that a condition hides.
#[test]
fn what_is_hidden_is_refused_when_it_is_sent() {
    let procedure = all().into_iter().find(|one| one.id == "2.6").unwrap();
    let mut data = check(&procedure, &filled(&procedure), "as it is");
    data["payment"] = json!("post");
    let problems = form::validate(&procedure.form.schema, &data, &CONTEXT).unwrap();
    assert_eq!(problems[0].path, "/account", "{problems:?}");
}

/// Whoever gives an account names the bank that keeps it.
#[test]
fn an_account_asks_for_its_bank() {
    let procedure = all().into_iter().find(|one| one.id == "2.35").unwrap();
    let schema = &procedure.form.schema;
    let problems = |data: &Value| -> Vec<String> {
        let problems = form::validate(schema, data, &CONTEXT).unwrap();
        let told = |one: form::FieldProblem| format!("{} {}", one.path, one.keyword);
        problems.into_iter().map(told).collect()
    };
    let is_required = |data: &Value, path: &str| -> Option<bool> {
        let asked = form::asked(schema, data, &CONTEXT).unwrap();
        asked.get(path).copied()
    };
    let whole = check(&procedure, &filled(&procedure), "as it is");
    assert_eq!(whole["payment"], "bank");
    let without = |names: &[&str]| {
        let mut data = whole.clone();
        let members = data.as_object_mut().unwrap();
        for name in names {
            members.remove(*name).unwrap();
        }
        data
    };
    let account_alone = without(&["bank"]);
    assert_eq!(problems(&account_alone), ["/bank required"]);
    assert_eq!(is_required(&account_alone, "/bank"), Some(true));
    // Before there is an account, only the account is missing.
    let neither = without(&["account", "bank"]);
    assert_eq!(problems(&neither), ["/account required"]);
    assert_eq!(is_required(&neither, "/bank"), Some(false));
    assert_eq!(problems(&without(&["account"])), ["/account required"]);
    // By post neither is asked for, and what was typed is no part of the application.
    let mut by_post = whole.clone();
    by_post["payment"] = json!("post");
    assert_eq!(is_required(&by_post, "/bank"), None);
    let answers = check(&procedure, &by_post, "by post");
    assert_eq!(
        (&answers["account"], &answers["bank"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn prefill_paths_lead_to_values_of_the_card() {
    let citizen = &holder::Holder::all().unwrap()[0];
    let known = Holder::from_groups(&groups::encode(citizen)).unwrap();
    for procedure in procedures::all().unwrap() {
        for (field, path) in procedure["form"]["ui"]["prefill"].as_object().unwrap() {
            let path = path.as_str().unwrap();
            let value = known.resolve(path).is_some_and(|value| !value.is_empty());
            assert!(value || known.resolve_address(path).is_some(), "{field}");
        }
    }
}

#[test]
fn both_sides_agree_on_the_manifest() {
    let value = json!({
        "type": "kabinet-application",
        "version": 1,
        "application": "01932f5e-0000-7000-8000-000000000001",
        "procedure": { "id": "1.1.5", "version": 2 },
        "applicant": { "name": { "be": "АЛЕНА" }, "personalNumber": "4210587A001PB5" },
        "data": { "area": 43.6, "familySize": 3, "ground": "young\u{2028}\u{7}", "x": 1e-7 },
        "attachments": [],
        "created": "2026-11-23T16:00:00Z",
    });
    let octets = canonical(&value);
    let theirs = Manifest::parse_canonical(octets.as_bytes()).unwrap();
    assert_eq!(theirs.to_canonical().unwrap(), octets.as_bytes());
    let ours = sandbox_portal::manifest::Manifest::parse(octets.as_bytes()).unwrap();
    assert_eq!(ours.application, theirs.application);
    assert_eq!(ours.personal_number, theirs.applicant.personal_number);
}
