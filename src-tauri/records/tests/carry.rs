//! Carrying a draft to another version of its form: known answers, and that no value is ever lost.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use kabinet_records::{AsideReason, Carried, Draft, Form, Procedure, Text, carry};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

fn carried(
    draft: &Draft,
    from: Option<&Form>,
    to: &Procedure,
) -> Result<(Draft, Carried), kabinet_records::form::SchemaError> {
    carry(draft, from, to, date(2026, 11, 27))
}

fn draft(data: Value) -> Draft {
    Draft {
        id: Uuid::from_u128(1),
        procedure_id: "2.2".into(),
        procedure_version: 1,
        data,
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: Timestamp::UNIX_EPOCH,
    }
}

fn procedure(version: u32, schema: Value, ui: Value) -> Procedure {
    Procedure {
        id: "2.2".into(),
        version,
        title: Text::default(),
        description: Text::default(),
        authority: Text::default(),
        cost: Text::default(),
        term: Text::default(),
        evidence: Vec::new(),
        validity: None,
        legal_basis: Text::default(),
        keywords: Vec::new(),
        form: Form { schema, ui },
    }
}

fn first_form() -> Form {
    Form {
        schema: json!({"type": "object", "additionalProperties": false,
            "required": ["name", "employer"],
            "properties": {
                "name": {"type": "string"}, "employer": {"type": "string"}, "phone": {"type": "string", "minLength": 7},
                "copies": {"type": "integer"}, "purpose": {"enum": ["bank", "court"]}, "fax": {"type": "string"},
                "home": {"type": "object", "properties": {"city": {"type": "string"}, "street": {"type": "string"}}},
                "children": {"type": "array", "items": {"type": "object", "properties": {
                    "name": {"type": "string"}, "age": {"type": "integer"}}}}}}),
        ui: json!({"labels": {"/fax": {"be": "Факс", "ru": "Факс", "en": "Fax"}},
            "enumLabels": {"/purpose": {"court": {"be": "Суд", "ru": "Суд", "en": "Court"}}}}),
    }
}

fn second() -> Procedure {
    let schema = json!({"type": "object", "additionalProperties": false,
        "required": ["name", "organisation", "email"],
        "properties": {
            "name": {"type": "string"}, "organisation": {"type": "string"}, "email": {"type": "string"},
            "phone": {"type": "string", "minLength": 7},
            "copies": {"type": "integer", "maximum": 3}, "purpose": {"enum": ["bank", "embassy"]},
            "address": {"type": "object", "properties": {"town": {"type": "string"}}},
            "home": {"type": "object", "properties": {"street": {"type": "string"}}},
            "children": {"type": "array", "items": {"type": "object", "additionalProperties": false,
                "properties": {"fullName": {"type": "string"}}}}}});
    let ui = json!({"renamed": {"/employer": "/organisation", "/home/city": "/address/town",
        "/children/*/name": "/children/*/fullName"}});
    procedure(2, schema, ui)
}

fn aside(carried: &Carried) -> Vec<(&str, Value, AsideReason)> {
    carried
        .aside
        .iter()
        .map(|aside| (aside.path.as_str(), aside.value.clone(), aside.reason))
        .collect()
}

#[test]
fn values_stay_move_or_are_set_aside() {
    let mut before = draft(json!({
        "name": "Алена", "employer": "ААТ", "phone": "123", "copies": 5, "purpose": "court", "fax": "7",
        "home": {"city": "Мінск", "street": "Якуба Коласа"},
        "children": [{"name": "Ян", "age": 7}, {"name": "Ева"}],
    }));
    before.prefilled = BTreeMap::from([
        ("/name".to_owned(), "card.givenName.be".to_owned()),
        ("/employer".to_owned(), "x".to_owned()),
        ("/fax".to_owned(), "y".to_owned()),
    ]);
    let (after, carried) = self::carried(&before, Some(&first_form()), &second()).unwrap();
    assert_eq!((after.id, after.procedure_version), (before.id, 2));
    // The phone was not finished in the earlier form either: it stays to be finished.
    assert_eq!(
        after.data,
        json!({"name": "Алена", "organisation": "ААТ", "phone": "123", "address": {"town": "Мінск"},
            "home": {"street": "Якуба Коласа"}, "children": [{"fullName": "Ян"}, {"fullName": "Ева"}]})
    );
    let mut set_aside = aside(&carried);
    set_aside.sort_by_key(|(path, ..)| *path);
    assert_eq!(
        set_aside,
        [
            ("/children/0/age", json!(7), AsideReason::Gone),
            ("/copies", json!(5), AsideReason::Unfit),
            ("/fax", json!("7"), AsideReason::Gone),
            ("/purpose", json!("court"), AsideReason::Unfit),
        ]
    );
    assert_eq!(carried.required, ["/email"]);
    let renamed: Vec<_> = carried
        .renamed
        .iter()
        .map(|renamed| renamed.to.as_str())
        .collect();
    for path in [
        "/organisation",
        "/address/town",
        "/children/0/fullName",
        "/children/1/fullName",
    ] {
        assert!(renamed.contains(&path), "{path}: {renamed:?}");
    }
    assert_eq!(renamed.len(), 4);
    // Labels and choices as the earlier form had them.
    let shown = |path: &str| {
        carried
            .aside
            .iter()
            .find(|aside| aside.path == path)
            .unwrap()
            .clone()
    };
    assert_eq!(shown("/fax").label.en, "Fax");
    assert_eq!(shown("/purpose").shown.en, "Court");
    assert_eq!(
        after.prefilled,
        BTreeMap::from([
            ("/name".to_owned(), "card.givenName.be".to_owned()),
            ("/organisation".to_owned(), "x".to_owned())
        ])
    );
}

#[test]
fn without_the_earlier_form_nothing_is_lost_either() {
    let before = draft(json!({"fax": "7", "phone": "123"}));
    let (after, carried) = self::carried(&before, None, &second()).unwrap();
    assert_eq!(after.data, json!({}));
    assert_eq!(carried.aside.len(), 2);
    assert_eq!(carried.required, ["/name", "/organisation", "/email"]);
    assert_eq!(carried.aside[0].label.en, carried.aside[0].path);
}

#[test]
fn a_field_that_another_has_become_gives_way() {
    let schema = json!({"properties": {"a": {}, "b": {}}});
    let to = procedure(2, schema, json!({"renamed": {"/a": "/b"}}));
    let (after, carried) = self::carried(&draft(json!({"a": 1, "b": 2})), None, &to).unwrap();
    assert_eq!(after.data, json!({"b": 1}));
    assert_eq!(aside(&carried), [("/b", json!(2), AsideReason::Replaced)]);
    // Two fields that exchange their names.
    let swapped = procedure(
        2,
        to.form.schema,
        json!({"renamed": {"/a": "/b", "/b": "/a"}}),
    );
    let (after, carried) = self::carried(&draft(json!({"a": 1, "b": 2})), None, &swapped).unwrap();
    assert_eq!(
        (after.data, carried.aside.len()),
        (json!({"a": 2, "b": 1}), 0)
    );
}

#[test]
fn what_was_set_aside_before_stays() {
    let (after, first) = carried(
        &draft(json!({"fax": "7", "employer": "ААТ"})),
        Some(&first_form()),
        &second(),
    )
    .unwrap();
    let third = procedure(3, json!({"properties": {"name": {}}}), json!({}));
    let (_, second) = carried(&after, Some(&second().form), &third).unwrap();
    let mut signed = first;
    signed.was_signed = true;
    let carried = second.after(signed);
    assert_eq!(
        (carried.from_version, carried.to_version, carried.was_signed),
        (1, 3, true)
    );
    let paths: Vec<_> = carried
        .aside
        .iter()
        .map(|aside| aside.path.as_str())
        .collect();
    assert_eq!(paths, ["/fax", "/organisation"]);
}

#[test]
fn a_form_of_no_use_is_an_error_and_not_a_loss() {
    let bad = procedure(2, json!({"$ref": "https://example.org"}), json!({}));
    assert!(carried(&draft(json!({"a": 1})), None, &bad).is_err());
}

const NAMES: [&str; 5] = ["a", "b", "c", "d/e", "1"];

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned)
}

/// Values in which each leaf is a number of its own.
fn data() -> impl Strategy<Value = Value> {
    let leaf = Just(json!(0));
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            3 => proptest::collection::btree_map(name(), inner.clone(), 0..4).prop_map(|map| Value::Object(Map::from_iter(map))),
            1 => proptest::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    });
    proptest::collection::btree_map(name(), value, 0..5).prop_map(|map| {
        let mut value = Value::Object(Map::from_iter(map));
        number(&mut value, &mut 0);
        value
    })
}

fn number(value: &mut Value, next: &mut u64) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| number(member, next)),
        Value::Array(list) => list.iter_mut().for_each(|member| number(member, next)),
        other => {
            *next += 1;
            // Some leaves are texts, so that types do not fit.
            *other = if next.is_multiple_of(3) {
                json!(format!("text {next}"))
            } else {
                json!(next)
            };
        }
    }
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({})),
        Just(json!({"type": "integer"})),
        Just(json!({"type": "string"})),
        Just(json!({"type": "integer", "maximum": 5})),
        Just(json!({"enum": [1, 2, "text 3"]})),
        Just(json!(false)),
    ];
    let group = |inner: BTreeMap<String, Value>, strict: bool, required: Vec<String>| {
        let mut schema = json!({"type": "object", "properties": inner, "required": required});
        if strict {
            schema["additionalProperties"] = json!(false);
        }
        schema
    };
    let inner = leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            (
                proptest::collection::btree_map(name(), inner.clone(), 0..4),
                any::<bool>(),
                proptest::collection::vec(name(), 0..2)
            )
                .prop_map(move |(members, strict, required)| group(members, strict, required)),
            inner.prop_map(|items| json!({"type": "array", "items": items, "maxItems": 2})),
        ]
    });
    (
        proptest::collection::btree_map(name(), inner, 0..5),
        any::<bool>(),
    )
        .prop_map(move |(members, strict)| group(members, strict, Vec::new()))
}

fn pointer() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(vec!["a", "b", "c", "d~1e", "1", "*", "0"]);
    proptest::collection::vec(part, 1..4).prop_map(|parts| format!("/{}", parts.join("/")))
}

fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        Value::Array(list) => list.iter().for_each(|member| leaves(member, found)),
        other => found.push(other.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Every value that was there is in the new form or aside, once.
    #[test]
    fn no_value_is_lost_or_doubled(
        data in data(),
        from in proptest::option::of(schema()),
        to in schema(),
        renamed in proptest::collection::btree_map(pointer(), pointer(), 0..4),
    ) {
        let from = from.map(|schema| Form { schema, ui: json!({}) });
        let to = procedure(2, to, json!({"renamed": renamed}));
        let (after, carried) = self::carried(&draft(data.clone()), from.as_ref(), &to).unwrap();
        let (mut before, mut now) = (Vec::new(), Vec::new());
        leaves(&data, &mut before);
        leaves(&after.data, &mut now);
        for aside in &carried.aside {
            leaves(&aside.value, &mut now);
        }
        before.sort();
        now.sort();
        prop_assert_eq!(before, now);
    }

    /// In the same form nothing moves, complete or not.
    #[test]
    fn the_same_form_keeps_everything_that_it_has(data in data()) {
        fn described(value: &Value) -> Value {
            match value {
                Value::Object(members) => {
                    let members: Map<String, Value> =
                        members.iter().map(|(name, member)| (name.clone(), described(member))).collect();
                    json!({"properties": members})
                }
                _ => json!({}),
            }
        }
        let to = procedure(2, described(&data), json!({}));
        let (after, carried) = self::carried(&draft(data.clone()), Some(&to.form), &to).unwrap();
        prop_assert!(carried.aside.is_empty() && carried.renamed.is_empty(), "{:?}", carried);
        let (mut before, mut now) = (Vec::new(), Vec::new());
        leaves(&data, &mut before);
        leaves(&after.data, &mut now);
        prop_assert_eq!(before, now);
    }
}
