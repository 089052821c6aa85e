//! Properties of forms: whatever schema and data come, every function answers, and what one of them
//! says another keeps.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;

use jiff::civil::Date;
use kabinet_records::form::{self, Context, Format};
use kabinet_records::{Attachment, Form};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Names that the members of schemas, data and UI schemas share, so that they meet.
const NAMES: [&str; 8] = ["a", "b", "c/d", "e~f", "0", "-", "", "street"];

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned)
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "today",
            "2026-02-28",
            "12.50",
            "+375295550123",
            "мр 1234567"
        ])
        .prop_map(Value::from),
    ]
}

fn data() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(name(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Schemas of the documented vocabulary and much that is none.
fn schema() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!(false)),
        Just(json!(true)),
        prop::sample::select(Format::ALL.to_vec())
            .prop_map(|format| json!({"type": "string", "format": format.name()})),
        Just(json!({"format": "date", "formatMaximum": "today", "formatMinimum": "today-P9Y"})),
        Just(json!({"format": "money", "formatMinimum": "0.01"})),
        Just(json!({"format": "attachment", "maxSize": 5, "accept": ["image/png"]})),
        Just(json!({"$ref": "#/$defs/a"})),
        leaf().prop_map(|value| json!({"const": value, "maxSize": value, "accept": value})),
    ];
    let inner = text.prop_recursive(4, 40, 5, |inner| {
        let members = || btree_map(name(), inner.clone(), 0..4);
        prop_oneof![
            (members(), vec(name(), 0..3)).prop_map(
                |(members, required)| json!({"properties": members, "required": required})
            ),
            (members(), inner.clone(), inner.clone(), name())
                .prop_map(|(members, then, other, name)| json!({"properties": members,
                    "if": {"required": [name]}, "then": then, "else": other})),
            inner
                .clone()
                .prop_map(|items| json!({"type": "array", "items": items, "minItems": 1})),
            vec(inner.clone(), 1..4).prop_map(|all| json!({"allOf": all})),
        ]
    });
    (inner, data()).prop_map(|(mut schema, other)| {
        if let Some(members) = schema.as_object_mut() {
            members.insert("$defs".into(), json!({"a": {"type": "string"}, "b": other}));
        }
        schema
    })
}

fn files() -> Vec<Attachment> {
    vec![Attachment {
        name: "x".into(),
        media_type: "image/png".into(),
        size: 9,
        hash: "a".repeat(64),
    }]
}

/// Pointers to every value that is no group and no list with something in it.
fn leaves(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(member, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(entries) if !entries.is_empty() => {
            for (index, entry) in entries.iter().enumerate() {
                leaves(entry, &format!("{path}/{index}"), found);
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_schema_gets_an_answer(schema in schema(), data in data()) {
        let files = files();
        let context = Context { today: Date::constant(2026, 2, 28), attachments: &files };
        let problems = form::validate(&schema, &data, &context);
        let answered = form::answered(&schema, &data, &context);
        let asked = form::asked(&schema, &data, &context);
        let tidied = form::tidied(&schema, &data, &context);
        if problems.is_ok() {
            // A schema that the validator takes is taken by all.
            let answered = answered.unwrap();
            // What is left out once has nothing more to leave out.
            prop_assert_eq!(&form::answered(&schema, &answered, &context).unwrap(), &answered);
            let asked = asked.unwrap();
            for path in asked.keys() {
                // Whatever is asked for is named, and so is its place.
                let form = Form { schema: schema.clone(), ui: json!({}) };
                let (_, label) = form::label(&form, &data, path);
                prop_assert!(!label.en.is_empty());
            }
            let tidied = tidied.unwrap();
            prop_assert_eq!(&form::tidied(&schema, &tidied, &context).unwrap(), &tidied);
        }
    }

    #[test]
    fn each_value_has_one_line(ui in data(), data in data()) {
        let form = Form { schema: json!({}), ui: json!({"steps": [{"fields": NAMES.map(|name| format!("/{name}"))}],
            "labels": ui, "order": ui, "widgets": ui}) };
        let lines = form::lines(&form, &data, &files());
        let paths: Vec<String> = lines.into_iter().map(|line| line.path).collect();
        let mut wanted = BTreeSet::new();
        leaves(&data, "", &mut wanted);
        if data == json!({}) {
            wanted.clear();
        }
        let seen: BTreeSet<String> = paths.iter().cloned().collect();
        prop_assert_eq!(seen.len(), paths.len());
        prop_assert_eq!(seen, wanted);
    }

    #[test]
    fn tidying_makes_a_value_or_leaves_it(text in "[ \\-+().0-9a-zA-Zа-яА-ЯіІ]{0,20}") {
        for format in Format::ALL {
            let tidy = format.tidied(&text);
            prop_assert_eq!(format.tidied(&tidy), tidy.clone());
            prop_assert!(tidy == text || format.holds(&tidy));
        }
    }

    /// The check digit sees each digit that is wrong.
    #[test]
    fn one_wrong_digit_is_seen(number in "[1-6][0-9]{6}[ABCHKEM][0-9]{3}PB", at in 0usize..7, step in 1u8..10) {
        let right = (0..10)
            .map(|digit| format!("{number}{digit}"))
            .filter(|number| Format::PersonalNumber.holds(number))
            .collect::<Vec<_>>();
        prop_assert_eq!(right.len(), 1);
        let mut octets = right[0].clone().into_bytes();
        octets[at] = b'0' + (octets[at] - b'0' + step) % 10;
        prop_assert!(!Format::PersonalNumber.holds(std::str::from_utf8(&octets).unwrap()));
    }

    /// Amounts keep every kopeck.
    #[test]
    fn amounts_read_back(roubles in 0u64..1_000_000_000_000, kopecks in 0u64..100) {
        let kept = format!("{roubles}.{kopecks:02}");
        prop_assert!(Format::Money.holds(&kept));
        prop_assert_eq!(Format::Money.tidied(&kept.replace('.', ",")), kept.clone());
        let readable = form::readable_money(&kept).unwrap();
        prop_assert!(readable.en.starts_with(&kept));
    }
}
