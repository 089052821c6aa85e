//! A small catalogue.

use kabinet_cache::{Changes, Store};
use kabinet_records::{Form, Procedure, Text};
use serde_json::{Value, json};

/// Procedure 2.2 in that version, with a form of these fields.
pub(crate) fn procedure(version: u32, properties: Value, ui: Value) -> Procedure {
    Procedure {
        id: "2.2".into(),
        version,
        title: Text::default(),
        description: Text::default(),
        authority: Text::default(),
        cost: Text::default(),
        term: Text::default(),
        validity: None,
        evidence: Vec::new(),
        legal_basis: Text::default(),
        keywords: Vec::new(),
        form: Form {
            schema: json!({"type": "object", "properties": properties}),
            ui,
        },
    }
}

/// Puts procedures into the catalogue.
pub(crate) fn offer(store: &mut Store, procedures: &[Procedure]) {
    let changes = Changes {
        complete: false,
        changed: procedures,
        removed: &[],
        state: Some("1"),
    };
    store.change_procedures(&changes).unwrap();
}
