//! The catalogue: procedures of Decree No. 200 of 26 April 2010 (folder `procedures`).

use std::sync::{LazyLock, OnceLock};

use kabinet_stb::hash::belt_hash;
use serde_json::Value;

/// Name of the catalogue that the program brings: another program's may have other procedures.
#[must_use]
pub fn edition() -> &'static str {
    static EDITION: LazyLock<String> = LazyLock::new(|| {
        let texts: String = FILES.iter().map(|(text, _)| *text).collect();
        hex::encode(&belt_hash(texts.as_bytes())[..4])
    });
    &EDITION
}

/// Each procedure's file with the days that the authority has.
const FILES: [(&str, i64); 17] = [
    (include_str!("../procedures/1.1.5.json"), 30),
    (include_str!("../procedures/1.1.17.json"), 15),
    (include_str!("../procedures/1.3.1.json"), 1),
    (include_str!("../procedures/1.3.4.json"), 1),
    (include_str!("../procedures/2.1.json"), 5),
    (include_str!("../procedures/2.2.json"), 5),
    (include_str!("../procedures/2.3.json"), 5),
    (include_str!("../procedures/2.4.json"), 5),
    (include_str!("../procedures/2.5.json"), 10),
    (include_str!("../procedures/2.6.json"), 10),
    (include_str!("../procedures/2.7.json"), 10),
    (include_str!("../procedures/2.8.json"), 10),
    (include_str!("../procedures/2.9.json"), 10),
    (include_str!("../procedures/2.33.1.json"), 30),
    (include_str!("../procedures/2.35.json"), 30),
    (include_str!("../procedures/6.1.1.json"), 15),
    (include_str!("../procedures/6.6.json"), 1),
];

/// The procedures that the program brings; [`crate::publishing`] has later versions.
///
/// # Errors
/// When a file is not JSON.
pub fn all() -> serde_json::Result<&'static [Value]> {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all);
    }
    let texts = FILES.iter().map(|(text, _)| *text);
    let all = texts.map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(ALL.get_or_init(|| all))
}

/// Days until the deadline of an application for the procedure of this identifier.
#[must_use]
pub fn days(id: &str) -> i64 {
    let all = all().unwrap_or_default().iter();
    let found = all.zip(FILES).find(|(procedure, _)| procedure["id"] == id);
    found.map_or(30, |(_, (_, days))| days)
}

#[cfg(test)]
mod tests {
    use kabinet_records::form;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_has_a_step_and_three_labels() {
        for procedure in all().unwrap() {
            let (schema, ui) = (&procedure["form"]["schema"], &procedure["form"]["ui"]);
            let found = form::validate(schema, &json!({}), &form::Context::EMPTY);
            assert!(found.is_ok_and(|found| !found.is_empty()));
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
