//! The catalogue: procedures of Decree No. 200 of 26 April 2010 (folder `procedures`).

use kabinet_stb::hash::belt_hash;
use serde_json::Value;

/// Name of the catalogue that the program brings: another program's may have other procedures.
#[must_use]
pub fn edition() -> String {
    let texts: String = FILES.iter().map(|(text, _)| *text).collect();
    hex::encode(&belt_hash(texts.as_bytes())[..4])
}

/// Each procedure's file with the days that the authority has.
const FILES: [(&str, i64); 3] = [
    (include_str!("../procedures/1.1.5.json"), 30),
    (include_str!("../procedures/2.2.json"), 5),
    (include_str!("../procedures/2.6.json"), 10),
];

/// The procedures that the program brings; [`crate::publishing`] has later versions.
///
/// # Errors
/// When a file is not JSON.
pub fn all() -> serde_json::Result<Vec<Value>> {
    FILES
        .iter()
        .map(|(text, _)| serde_json::from_str(text))
        .collect()
}

/// Days until the deadline of an application for the procedure of this identifier.
#[must_use]
pub fn days(id: &str) -> i64 {
    let found = FILES.iter().find(|(text, _)| {
        serde_json::from_str::<Value>(text).is_ok_and(|procedure| procedure["id"] == id)
    });
    found.map_or(30, |(_, days)| *days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_step_and_three_labels() {
        for procedure in all().unwrap() {
            let (schema, ui) = (&procedure["form"]["schema"], &procedure["form"]["ui"]);
            assert!(jsonschema::validator_for(schema).is_ok());
            let mut shown: Vec<String> = Vec::new();
            for step in ui["steps"].as_array().unwrap() {
                for field in step["fields"].as_array().unwrap() {
                    shown.push(field.as_str().unwrap().to_owned());
                }
            }
            let mut fields: Vec<String> = schema["properties"]
                .as_object()
                .unwrap()
                .keys()
                .map(|name| format!("/{name}"))
                .collect();
            for field in &fields {
                for language in ["be", "ru", "en"] {
                    let label = ui["labels"][field][language].as_str();
                    assert!(label.is_some_and(|label| !label.is_empty()), "{field}");
                }
            }
            fields.sort();
            shown.sort();
            assert_eq!(fields, shown);
        }
    }
}
