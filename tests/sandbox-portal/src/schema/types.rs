//! The types of what the portal speaks, as JSON Schema 2020-12. A member that is not named here is
//! never sent: the traffic of the tests is held against it.

mod enrolment;

use serde_json::{Map, Value, json};

use super::of;
use crate::applications::STATUSES;
use crate::objects::KINDS;

/// An object with these members and no others; those whose names end in `?` may be absent.
pub(super) fn object(members: &[(&str, Value)]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in members {
        let plain = name.trim_end_matches('?');
        properties.insert(plain.to_owned(), schema.clone());
        if plain == *name {
            required.push(plain);
        }
    }
    json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn or_null(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn map(values: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": values })
}

fn one_of(values: &[&str]) -> Value {
    json!({ "enum": values })
}

/// An object as the levers show it: with the account that it is of.
fn with_account(object: &Value) -> Value {
    let mut object = object.clone();
    object["properties"]["account"] = json!({ "type": "string" });
    if let Some(required) = object["required"].as_array_mut() {
        required.push("account".into());
    }
    object
}

/// All types by name.
pub(super) fn all() -> Map<String, Value> {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    let octets = of("Octets");
    let time = json!({ "type": "string", "format": "date-time" });
    let language = || {
        [
            ("be", text.clone()),
            ("ru", text.clone()),
            ("en", text.clone()),
        ]
    };
    let (id, blob) = (of("Id"), of("BlobId"));
    let mut types: Map<String, Value> = [
        ("Id", json!({ "type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" })),
        ("BlobId", json!({ "type": "string", "pattern": "^G[0-9a-f]{64}$",
            "description": "G and belt-hash of the content" })),
        ("Octets", json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]*$",
            "description": "base64url without padding" })),
        ("Text", object(&language())),
        ("Words", json!({ "anyOf": [text, of("Text")] })),
        ("Empty", object(&[])),
        ("Revoked", object(&[("all?", json!({ "const": true }))])),
        ("Problem", object(&[
            ("type", text.clone()), ("status", number.clone()), ("detail", text.clone()),
        ])),
        ("OAuthError", object(&[("error", text.clone()), ("error_description?", text.clone())])),
        ("Discovery", object(&[
            ("issuer", text.clone()), ("authorization_challenge_endpoint", text.clone()),
            ("token_endpoint", text.clone()), ("revocation_endpoint", text.clone()),
            ("jwks_uri", text.clone()), ("response_types_supported", list(&text)),
            ("grant_types_supported", list(&text)), ("subject_types_supported", list(&text)),
            ("scopes_supported", list(&text)), ("code_challenge_methods_supported", list(&text)),
            ("token_endpoint_auth_methods_supported", list(&text)),
            ("dpop_signing_alg_values_supported", list(&text)),
            ("id_token_signing_alg_values_supported", list(&text)),
        ])),
        ("KeySet", object(&[("keys", list(&object(&[
            ("kty", one_of(&["EC"])), ("crv", one_of(&["P-256"])), ("x", octets.clone()),
            ("y", octets.clone()), ("kid", text.clone()), ("alg", one_of(&["ES256"])),
            ("use", one_of(&["sig"])),
        ])))])),
        ("ChallengeForm", object(&[
            ("client_id?", text.clone()), ("response_type?", text.clone()), ("scope?", text.clone()),
            ("code_challenge?", octets.clone()), ("code_challenge_method?", one_of(&["S256"])),
            ("nonce?", text.clone()), ("auth_session?", text.clone()),
            ("btok_access?", octets.clone()), ("btok_m1?", octets.clone()),
            ("btok_m3?", octets.clone()), ("btok_responses?", text.clone()),
            ("hand_over?", text.clone()),
        ])),
        ("PageForm", object(&[("kind", one_of(&["sign-in", "signature"]))])),
        ("HandOverForm", object(&[
            ("client_id?", text.clone()), ("hand_over?", text.clone()),
            ("signature?", octets.clone()),
        ])),
        ("HandOver", object(&[
            ("hand_over?", text.clone()), ("redirect_uri?", text.clone()),
            ("type?", one_of(&["sign-in", "signature"])), ("title?", of("Text")),
            ("text?", text.clone()), ("code?", text.clone()),
        ])),
        ("Challenge", object(&[
            ("error", one_of(&["insufficient_authorization"])), ("auth_session", text.clone()),
            ("btok_request?", octets.clone()), ("btok_terminal_certificates?", list(&octets)),
            ("btok_auxiliary_data?", octets.clone()), ("btok_m2?", octets.clone()),
            ("btok_commands?", list(&octets)),
        ])),
        ("AuthorizationCode", object(&[("authorization_code", text.clone())])),
        ("TokenForm", object(&[
            ("client_id", text.clone()),
            ("grant_type", one_of(&["authorization_code", "refresh_token"])),
            ("code?", text.clone()), ("code_verifier?", text.clone()),
            ("refresh_token?", text.clone()),
        ])),
        ("Tokens", object(&[
            ("access_token", text.clone()), ("token_type", one_of(&["DPoP"])),
            ("expires_in", number.clone()), ("refresh_token", text.clone()),
            ("scope", text.clone()), ("id_token?", text.clone()),
        ])),
        ("RevokeForm", object(&[
            ("client_id", text.clone()), ("token", text.clone()), ("token_type_hint?", text.clone()),
            ("all?", one_of(&["true"])),
        ])),
        ("Session", object(&[
            ("capabilities", json!({ "type": "object",
                "required": ["urn:ietf:params:jmap:core", "urn:kabinet:jmap:area"],
                "properties": { "urn:kabinet:jmap:area": of("Area") },
                "additionalProperties": { "type": "object" } })),
            ("accounts", map(&object(&[
                ("name", text.clone()), ("isPersonal", json!({ "type": "boolean" })),
                ("isReadOnly", json!({ "type": "boolean" })),
                ("accountCapabilities", map(&json!({ "type": "object" }))),
            ]))),
            ("primaryAccounts", map(&text)), ("username", text.clone()), ("apiUrl", text.clone()),
            ("uploadUrl", text.clone()), ("downloadUrl", text.clone()),
            ("eventSourceUrl", text.clone()), ("state", text.clone()),
        ])),
        ("Area", object(&[("timeStampingUrl?", json!({ "type": "string", "format": "uri",
            "description": "The time-stamping authority whose stamps are wanted on applications and letters" }))])),
        ("Upload", object(&[
            ("accountId", text.clone()), ("blobId", blob.clone()), ("type", text.clone()),
            ("size", number.clone()),
        ])),
        ("SetError", json!({ "type": "object", "required": ["type"],
            "properties": { "type": text, "description": text, "existingId": text, "blobId": text,
                "version": number, "maxSize": number,
                "problems": list(&json!({ "type": "object", "required": ["path", "keyword"] })) } })),
        ("MethodError", object(&[("type", text.clone()), ("description?", text.clone())])),
        ("Procedure", json!({
            "type": "object",
            "required": ["id", "version", "title", "description", "authority", "cost", "term",
                "evidence", "legalBasis", "keywords", "form"],
            "properties": {
                "id": { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)*$" },
                "version": { "type": "integer", "minimum": 1 },
                "title": of("Text"), "description": of("Text"), "authority": of("Text"),
                "cost": of("Text"), "term": of("Text"), "validity": or_null(&of("Text")),
                "legalBasis": of("Text"),
                "evidence": list(&of("Text")), "keywords": list(&text),
                "form": object(&[("schema", json!({ "type": "object" })), ("ui", json!({ "type": "object" })), ("changes?", json!(true))]),
            },
        })),
        ("Application", object(&[
            ("id", id.clone()), ("signatureBlobId", blob.clone()),
            ("attachmentBlobIds", list(&blob)), ("procedureId", text.clone()),
            ("procedureVersion", number.clone()), ("registrationNumber", text.clone()),
            ("status", of("Status")), ("submittedAt", time.clone()),
            ("history", list(&object(&[
                ("at", time.clone()), ("status", of("Status")), ("note", or_null(&of("Text"))),
            ]))),
            ("deadline", time.clone()),
        ])),
        ("Status", one_of(&STATUSES)),
        ("Move", object(&[("status", of("Status")), ("note?", or_null(&of("Text")))])),
        ("Message", object(&[
            ("id", id.clone()), ("applicationId", id.clone()),
            ("direction", one_of(&["toApplicant", "fromApplicant"])), ("author", of("Words")),
            ("sentAt", time.clone()), ("subject", or_null(&of("Words"))), ("text", of("Words")),
            ("request", or_null(&object(&[
                ("kind", one_of(&["documents"])), ("wanted", list(&of("Words"))),
                ("deadline", or_null(&time)),
            ]))),
            ("inReplyTo", or_null(&id)), ("signatureBlobId", or_null(&blob)),
            ("attachmentBlobIds?", list(&blob)),
        ])),
        ("Document", object(&[
            ("id", id.clone()), ("applicationId", id.clone()), ("title", of("Words")),
            ("mediaType", text.clone()), ("size", number.clone()), ("blobId", blob.clone()),
            ("issuedAt", time.clone()),
            ("signature", json!({ "anyOf": [
                object(&[("kind", one_of(&["attached"]))]),
                object(&[("kind", one_of(&["detached"])), ("blobId", blob)]),
            ] })),
        ])),
        ("Version", object(&[
            ("value?", json!(true)), ("stamp", of("Stamp")), ("source?", text.clone()),
        ])),
        ("Stamp", json!({ "type": "string", "pattern": "^[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{16}$" })),
        ("Seen", map(&json!({ "type": "string", "pattern": "^[0-9a-f]{12}-[0-9a-f]{4}$" }))),
        ("Draft", object(&[
            ("id", id.clone()), ("procedureId", text.clone()), ("procedureVersion", number.clone()),
            ("fields", map(&list(&of("Version")))), ("files", map(&list(&of("Version")))),
            ("seen", of("Seen")),
            ("end?", object(&[("how", one_of(&["deleted", "registered"])), ("seen", of("Seen"))])),
        ])),
        ("Signed", object(&[
            ("id", id.clone()), ("signatureBlobId", of("BlobId")),
            ("attachmentBlobIds?", list(&of("BlobId"))),
        ])),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect();
    types.extend(enrolment::all());
    for (all, kind) in [("Applications", "Application"), ("Messages", "Message")] {
        let of_somebody = types.get(kind).map(with_account).unwrap_or_default();
        types.insert(all.to_owned(), list(&of_somebody));
    }
    for kind in KINDS.into_iter().chain(["Procedure"]) {
        reading(kind, &mut types);
    }
    for (kind, wish) in [
        ("Application", "Signed"),
        ("Message", "Signed"),
        ("Draft", "Draft"),
    ] {
        setting(kind, wish, &mut types);
    }
    blobs(&mut types);
    types
}

/// RFC 8620 sections 5.1, 5.2 and 5.5 for a type.
fn reading(kind: &str, types: &mut Map<String, Value>) {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let ids = list(&text);
    let reference = object(&[
        ("resultOf", text.clone()),
        ("name", text.clone()),
        ("path", text.clone()),
    ]);
    let account = ("accountId", text.clone());
    let mut add = |name: &str, schema| types.insert(format!("{kind}/{name}"), schema);
    add(
        "get",
        object(&[
            account.clone(),
            ("ids?", or_null(&ids)),
            ("#ids?", reference),
            ("properties?", or_null(&ids)),
        ]),
    );
    add(
        "get.answer",
        object(&[
            account.clone(),
            ("state", text.clone()),
            ("list", list(&of(kind))),
            ("notFound", ids.clone()),
        ]),
    );
    add(
        "changes",
        object(&[
            account.clone(),
            ("sinceState", text.clone()),
            ("maxChanges?", or_null(&number)),
        ]),
    );
    add(
        "changes.answer",
        object(&[
            account.clone(),
            ("oldState", text.clone()),
            ("newState", text.clone()),
            ("hasMoreChanges", json!({ "type": "boolean" })),
            ("created", ids.clone()),
            ("updated", ids.clone()),
            ("destroyed", ids.clone()),
        ]),
    );
    add(
        "query",
        object(&[
            account.clone(),
            ("limit?", or_null(&number)),
            ("anchor?", text.clone()),
            ("anchorOffset?", number.clone()),
        ]),
    );
    add(
        "query.answer",
        object(&[
            account,
            ("queryState", text),
            ("canCalculateChanges", json!({ "type": "boolean" })),
            ("position", number.clone()),
            ("ids", ids),
            ("total", number),
        ]),
    );
}

/// RFC 8620 section 5.3 for a type.
fn setting(kind: &str, wish: &str, types: &mut Map<String, Value>) {
    let text = json!({ "type": "string" });
    let ids = list(&text);
    types.insert(
        format!("{kind}/set"),
        object(&[
            ("accountId", text.clone()),
            ("ifInState?", text.clone()),
            ("create?", map(&of(wish))),
            ("update?", map(&json!({ "type": "object" }))),
            ("destroy?", ids.clone()),
        ]),
    );
    let errors = map(&of("SetError"));
    types.insert(
        format!("{kind}/set.answer"),
        object(&[
            ("accountId", text.clone()),
            ("oldState", text.clone()),
            ("newState", text),
            ("created", map(&json!({ "type": "object" }))),
            ("notCreated", errors.clone()),
            ("updated?", map(&json!({ "type": ["object", "null"] }))),
            ("notUpdated", errors.clone()),
            ("destroyed?", ids),
            ("notDestroyed", errors),
        ]),
    );
}

/// RFC 9404.
fn blobs(types: &mut Map<String, Value>) {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    types.insert(
        "Blob/get".to_owned(),
        object(&[
            ("accountId", text.clone()),
            ("ids", list(&text)),
            ("properties?", list(&one_of(&["size", "data:asBase64"]))),
            ("offset?", number.clone()),
            ("length?", number.clone()),
        ]),
    );
    types.insert(
        "Blob/get.answer".to_owned(),
        object(&[
            ("accountId", text.clone()),
            (
                "list",
                list(&object(&[
                    ("id", of("BlobId")),
                    ("size", number.clone()),
                    ("data:asBase64?", text.clone()),
                    ("isTruncated?", json!({ "type": "boolean" })),
                ])),
            ),
            ("notFound", list(&text)),
        ]),
    );
    let source = json!({ "anyOf": [
        object(&[("data:asText", text.clone())]),
        object(&[("blobId", text.clone()), ("offset?", number.clone()), ("length?", number.clone())]),
    ] });
    types.insert(
        "Blob/upload".to_owned(),
        object(&[
            ("accountId", text.clone()),
            (
                "create",
                map(&object(&[("data", list(&source)), ("type?", text.clone())])),
            ),
        ]),
    );
    types.insert(
        "Blob/upload.answer".to_owned(),
        object(&[
            ("accountId", text.clone()),
            (
                "created",
                map(&object(&[
                    ("id", of("BlobId")),
                    ("type", text),
                    ("size", number),
                ])),
            ),
            ("notCreated", map(&of("SetError"))),
        ]),
    );
}
