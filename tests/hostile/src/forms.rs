//! Forms and what is signed of them: schemas of a stranger, drafts carried from one to another,
//! manifests and letters.

use jiff::civil::Date;
use kabinet_records::form::{Context, answered, asked, lines, outline, tidied, validate};
use kabinet_records::{Attachment, Draft, Form, Letter, Manifest, Procedure, carry};
use serde_json::Value;
use uuid::Uuid;

use crate::wire::now;

/// In JSON, one a line: schema and user interface of a form, data, and the same two of a newer form.
pub(crate) fn forms(octets: &[u8]) {
    let mut read = octets
        .split(|octet| *octet == b'\n')
        .map(|line| serde_json::from_slice(line).unwrap_or_default());
    let mut next = || -> Value { read.next().unwrap_or_default() };
    let (schema, ui, data) = (next(), next(), next());
    let form = Form { schema, ui };
    let newer = Form {
        schema: next(),
        ui: next(),
    };
    let files = [Attachment {
        name: "a.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: 1 << 20,
        hash: "a".repeat(64),
    }];
    let context = Context {
        today: Date::constant(2026, 11, 27),
        attachments: &files,
    };
    // What may be asked is shown of any form; what is signed is read from any data.
    let _ = outline(&form);
    every_value_is_read(&form, &data, &files);
    if let Ok(problems) = validate(&form.schema, &data, &context) {
        assert!(problems.len() <= 200);
        if let Ok(answered) = answered(&form.schema, &data, &context) {
            // Nothing is made up.
            let typed = leaves(&data);
            assert!(leaves(&answered).iter().all(|leaf| typed.contains(leaf)));
        }
        let _ = asked(&form.schema, &data, &context);
        let _ = tidied(&form.schema, &data, &context);
    }
    if data.is_object() {
        carried(data, &form, newer);
    }
}

/// Each value has its line in what people read before they sign.
fn every_value_is_read(form: &Form, data: &Value, files: &[Attachment]) {
    let read = lines(form, data, files);
    let mut paths = Vec::new();
    pointers(data, String::new(), &mut paths);
    for path in paths {
        assert!(read.iter().any(|line| line.path == path), "{path}");
    }
}

fn pointers(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(member, format!("{path}/{name}"), paths);
            }
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                pointers(entry, format!("{path}/{index}"), paths);
            }
        }
        _ => paths.push(path),
    }
}

/// The values that are no groups and no lists, in an order of their own.
fn leaves(value: &Value) -> Vec<String> {
    let mut leaves = match value {
        Value::Object(members) => members.values().flat_map(leaves).collect(),
        Value::Array(entries) => entries.iter().flat_map(leaves).collect(),
        leaf => vec![leaf.to_string()],
    };
    leaves.sort_unstable();
    leaves
}

/// A draft in a newer form: no value is lost, and none comes from nowhere.
fn carried(data: Value, form: &Form, newer: Form) {
    let draft = Draft {
        id: Uuid::max(),
        procedure_id: "2.2".to_owned(),
        procedure_version: 1,
        data,
        prefilled: [].into(),
        attachments: Vec::new(),
        changed_at: now(),
    };
    let procedure = procedure(newer);
    let today = Date::constant(2026, 11, 27);
    for from in [Some(form), None] {
        if let Ok((moved, carried)) = carry(&draft, from, &procedure, today) {
            let mut kept = leaves(&moved.data);
            kept.extend(carried.aside.iter().flat_map(|aside| leaves(&aside.value)));
            kept.sort_unstable();
            assert_eq!(kept, leaves(&draft.data));
        }
    }
}

fn procedure(form: Form) -> Procedure {
    let text = serde_json::json!({"be": "a", "ru": "a", "en": "a"});
    let mut procedure =
        serde_json::json!({"id": "2.2", "version": 2, "evidence": [], "form": form});
    for name in [
        "title",
        "description",
        "authority",
        "cost",
        "term",
        "legalBasis",
    ] {
        procedure[name] = text.clone();
    }
    serde_json::from_value(procedure).unwrap()
}

/// What is signed: other octets than the canonical ones are nothing.
pub(crate) fn manifest(octets: &[u8]) {
    if let Ok(manifest) = Manifest::parse_canonical(octets) {
        assert_eq!(manifest.to_canonical().unwrap(), octets);
    }
    if let Ok(letter) = Letter::parse_canonical(octets) {
        assert_eq!(letter.to_canonical().unwrap(), octets);
        let _ = letter.is_sendable();
    }
}
