//! The catalogue and the sandbox's checks against the product's own types.
#![allow(clippy::unwrap_used, missing_docs)]

use kabinet_records::{Holder, Manifest, Procedure, form};
use sandbox_portal::manifest::canonical;
use sandbox_portal::{groups, holder, procedures};
use serde_json::{Map, Value, json};

/// What a person might fill in.
fn sample(field: &Value) -> Value {
    let first = |name: &str| {
        field[name]
            .as_array()
            .and_then(|list| list.first())
            .cloned()
    };
    if let Some(value) = first("enum").or_else(|| first("examples")) {
        return value;
    }
    match (field["type"].as_str(), field["format"].as_str()) {
        (Some("integer" | "number"), _) => field["minimum"].clone(),
        (Some("boolean"), _) => json!(true),
        (_, Some("date")) => json!("2026-01-15"),
        _ => json!("г. Мінск, вул. Якуба Коласа, д. 12"),
    }
}

#[test]
fn filled_in_forms_are_valid_and_emptied_ones_are_not() {
    for procedure in procedures::all().unwrap() {
        let procedure: Procedure = serde_json::from_value(procedure).unwrap();
        let schema = &procedure.form.schema;
        let fields = schema["properties"].as_object().unwrap();
        let data: Map<String, Value> = fields
            .iter()
            .map(|(name, field)| (name.clone(), sample(field)))
            .collect();
        let problems = form::validate(schema, &Value::Object(data.clone())).unwrap();
        assert!(problems.is_empty(), "{}: {problems:?}", procedure.id);
        let listed = form::lines(&procedure.form.ui, &Value::Object(data));
        assert_eq!(listed.len(), fields.len(), "{}", procedure.id);
        assert!(!form::validate(schema, &json!({})).unwrap().is_empty());
    }
}

#[test]
fn prefill_paths_lead_to_values_of_the_card() {
    let citizen = &holder::Holder::all().unwrap()[0];
    let known = Holder::from_groups(&groups::encode(citizen)).unwrap();
    for procedure in procedures::all().unwrap() {
        for (field, path) in procedure["form"]["ui"]["prefill"].as_object().unwrap() {
            let value = known.resolve(path.as_str().unwrap());
            assert!(value.is_some_and(|value| !value.is_empty()), "{field}");
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
