//! Types of the registration authority (`docs/enrolment.md`).

use serde_json::{Map, Value, json};

use super::{list, object, of, one_of};

pub(super) fn all() -> Map<String, Value> {
    let text = json!({ "type": "string" });
    let octets = of("Octets");
    let step = object(&[
        ("session", text.clone()),
        ("btok_request?", octets.clone()),
        ("btok_terminal_certificates?", list(&octets)),
        ("btok_auxiliary_data?", octets.clone()),
        ("btok_m2?", octets.clone()),
        ("btok_commands?", list(&octets)),
    ]);
    let granted = object(&[
        ("status", one_of(&["granted"])),
        ("certificate", octets.clone()),
        ("request_id", octets.clone()),
    ]);
    let not_yet = object(&[
        ("status", one_of(&["waiting", "rejection"])),
        ("request_id", octets.clone()),
    ]);
    let unknown = object(&[("status", one_of(&["unknown"]))]);
    let types = [
        (
            "Registration",
            object(&[
                ("name", of("Text")),
                ("authorities", list(&octets)),
                ("enrol", text.clone()),
                ("retrieve", text.clone()),
                ("setpwd", text.clone()),
                ("revoke", text.clone()),
            ]),
        ),
        (
            "EnrolForm",
            object(&[
                ("request?", octets.clone()),
                ("session?", text.clone()),
                ("btok_access?", octets.clone()),
                ("btok_m1?", octets.clone()),
                ("btok_m3?", octets.clone()),
                ("btok_responses?", text),
            ]),
        ),
        ("EnrolStep", json!({ "anyOf": [step, of("Enrolled")] })),
        ("Enrolled", json!({ "anyOf": [granted, not_yet, unknown] })),
        ("RetrieveForm", object(&[("request_id", octets)])),
    ];
    types
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}
