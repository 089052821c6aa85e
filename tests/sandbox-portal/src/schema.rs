//! What the portal speaks, written down for machines: OpenAPI 3.1 with the types of
//! [`types`](self) as JSON Schema. `docs/portal.openapi.json` is made of it, and every exchange with
//! the sandbox is held against it.

mod traffic;
mod types;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

pub use traffic::watch;
use types::of;

/// An endpoint: what is sent and what is answered.
struct Endpoint {
    method: &'static str,
    path: &'static str,
    what: &'static str,
    /// Media type and name of the type of what is sent.
    sent: Option<(&'static str, &'static str)>,
    /// Status and name of the type of what is answered; a stream or octets have none.
    answers: &'static [(u16, Option<&'static str>)],
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const OCTETS: &str = "application/octet-stream";

const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "GET",
        path: "/.well-known/openid-configuration",
        what: "Where the identity service is (OpenID Connect Discovery)",
        sent: None,
        answers: &[(200, Some("Discovery"))],
    },
    Endpoint {
        method: "GET",
        path: "/oauth/jwks",
        what: "Keys of tickets",
        sent: None,
        answers: &[(200, Some("KeySet"))],
    },
    Endpoint {
        method: "POST",
        path: "/oauth/challenge",
        what: "The dialogue with the card (OAuth 2.0 for First-Party Applications)",
        sent: Some((FORM, "ChallengeForm")),
        answers: &[
            (200, Some("AuthorizationCode")),
            (403, Some("Challenge")),
            (400, Some("OAuthError")),
        ],
    },
    Endpoint {
        method: "POST",
        path: "/oauth/token",
        what: "Tokens for a code or a refresh token",
        sent: Some((FORM, "TokenForm")),
        answers: &[(200, Some("Tokens")), (400, Some("OAuthError"))],
    },
    Endpoint {
        method: "POST",
        path: "/oauth/revoke",
        what: "Ends all tokens of a sign-in (RFC 7009), or of all sign-ins of the person",
        sent: Some((FORM, "RevokeForm")),
        answers: &[(200, Some("Revoked")), (400, Some("OAuthError"))],
    },
    Endpoint {
        method: "POST",
        path: "/hand-over/{requestId}",
        what: "Takes a request of a page in the browser, once, or gives it a signature",
        sent: Some((FORM, "HandOverForm")),
        answers: &[(200, Some("HandOver")), (400, Some("OAuthError"))],
    },
    Endpoint {
        method: "GET",
        path: "/.well-known/jmap",
        what: "The session object (RFC 8620 section 2)",
        sent: None,
        answers: &[(200, Some("Session")), (401, Some("OAuthError"))],
    },
    Endpoint {
        method: "POST",
        path: "/jmap/api",
        what: "Method calls (RFC 8620 section 3)",
        sent: Some((JSON, "Request")),
        answers: &[
            (200, Some("Response")),
            (400, Some("Problem")),
            (401, Some("OAuthError")),
        ],
    },
    Endpoint {
        method: "POST",
        path: "/jmap/upload/{accountId}/",
        what: "Takes a blob (RFC 8620 section 6.1)",
        sent: Some((OCTETS, "")),
        answers: &[
            (201, Some("Upload")),
            (401, Some("OAuthError")),
            (404, Some("Problem")),
            (507, Some("Problem")),
        ],
    },
    Endpoint {
        method: "GET",
        path: "/jmap/download/{accountId}/{blobId}/{name}",
        what: "Gives a blob (RFC 8620 section 6.2)",
        sent: None,
        answers: &[
            (200, None),
            (401, Some("OAuthError")),
            (404, Some("Problem")),
        ],
    },
    Endpoint {
        method: "GET",
        path: "/jmap/events",
        what: "State changes as they happen (RFC 8620 section 7.3)",
        sent: None,
        answers: &[
            (200, None),
            (400, Some("Problem")),
            (401, Some("OAuthError")),
        ],
    },
    Endpoint {
        method: "POST",
        path: "/sandbox/operate",
        what: "Does what an official would; of the sandbox only",
        sent: Some((JSON, "Order")),
        answers: &[(200, Some("Application")), (404, Some("Problem"))],
    },
    Endpoint {
        method: "POST",
        path: "/sandbox/faults",
        what: "Asks for misbehaviour; of the sandbox only",
        sent: Some((JSON, "Fault")),
        answers: &[(200, Some("Empty")), (400, Some("Problem"))],
    },
];

/// Names of the methods that can be called.
fn methods(types: &Map<String, Value>) -> Vec<String> {
    let names = types.keys().filter(|name| name.contains('/'));
    let calls = names.filter(|name| !name.ends_with(".answer"));
    calls.cloned().collect()
}

/// Calls or answers (RFC 8620 sections 3.2 to 3.4): a list of name, arguments and identifier, where
/// the name tells the type of the arguments.
fn invocations(methods: &[String], suffix: &str, others: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = methods
        .iter()
        .map(String::as_str)
        .chain(others.iter().map(|(name, _)| *name))
        .collect();
    let with = |name: &str, arguments: &Value| {
        json!({
            "if": { "prefixItems": [{ "const": name }] },
            "then": { "prefixItems": [true, arguments] },
        })
    };
    let mut rules: Vec<Value> = methods
        .iter()
        .map(|name| with(name, &of(&format!("{name}{suffix}").replace('/', "~1"))))
        .collect();
    rules.extend(others.iter().map(|(name, schema)| with(name, schema)));
    json!({
        "type": "array",
        "items": {
            "type": "array", "minItems": 3, "maxItems": 3,
            "prefixItems": [{ "enum": names }, { "type": "object" }, { "type": "string" }],
            "allOf": rules,
        },
    })
}

/// All types by name, those of the method calls too.
fn components() -> Map<String, Value> {
    let mut all = types::all();
    let methods = methods(&all);
    let echo = ("Core/echo", json!({ "type": "object" }));
    let text = json!({ "type": "string" });
    let request = types::object(&[
        ("using", json!({ "type": "array", "items": text })),
        (
            "methodCalls",
            invocations(&methods, "", std::slice::from_ref(&echo)),
        ),
    ]);
    let error = ("error", of("MethodError"));
    let response = types::object(&[
        (
            "methodResponses",
            invocations(&methods, ".answer", &[echo, error]),
        ),
        ("sessionState", text),
    ]);
    all.insert("Request".to_owned(), request);
    all.insert("Response".to_owned(), response);
    all
}

/// The whole, as OpenAPI 3.1.
#[must_use]
pub fn document() -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        let mut operation = json!({ "summary": endpoint.what });
        let names = endpoint.path.split('/').filter_map(|part| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        });
        let names: Vec<Value> = names.collect();
        if !names.is_empty() {
            operation["parameters"] = json!(names);
        }
        if let Some((kind, name)) = endpoint.sent {
            let schema = if name.is_empty() {
                json!({})
            } else {
                json!({ "schema": of(name) })
            };
            operation["requestBody"] = json!({ "required": true, "content": { kind: schema } });
        }
        for (status, name) in endpoint.answers {
            let answer = match name {
                Some(name) => {
                    let kind = if *name == "Problem" {
                        "application/problem+json"
                    } else {
                        JSON
                    };
                    json!({ "description": name, "content": { kind: { "schema": of(name) } } })
                }
                None => json!({ "description": "octets" }),
            };
            operation["responses"][status.to_string()] = answer;
        }
        let method = endpoint.method.to_ascii_lowercase();
        paths
            .entry(endpoint.path)
            .or_default()
            .insert(method, operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Portal profile of Kabinet, as the sandbox portal speaks it",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Made of tests/sandbox-portal/src/schema.rs by `sandbox-portal describe`. The words are in portal-profile.md.",
        },
        "paths": paths,
        "components": { "schemas": components() },
    })
}

static VALIDATORS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let types = components();
    let names = ENDPOINTS.iter().flat_map(|endpoint| {
        let sent = endpoint.sent.map(|(_, name)| name);
        let answers = endpoint.answers.iter().filter_map(|(_, name)| *name);
        sent.into_iter()
            .chain(answers)
            .filter(|name| !name.is_empty())
    });
    let build = |name: &str| {
        let mut schema = of(name);
        schema["components"] = json!({ "schemas": types });
        // A mistake in the tables above is found by the first test that comes here.
        jsonschema::draft202012::new(&schema).ok()
    };
    names
        .filter_map(|name| Some((name.to_owned(), build(name)?)))
        .collect()
});

/// What is wrong with a value of that type.
fn mistakes(name: &str, value: &Value) -> Vec<String> {
    let Some(validator) = VALIDATORS.get(name) else {
        return vec![format!("{name} is no type")];
    };
    let errors = validator.iter_errors(value).take(5);
    errors
        .map(|error| format!("{name}{}: {error}", error.instance_path()))
        .collect()
}

/// The endpoint of a request.
fn endpoint(method: &str, path: &str) -> Option<&'static Endpoint> {
    let fits = |template: &str| {
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (template.split('/').collect(), path.split('/').collect());
        ours.len() == theirs.len()
            && ours
                .iter()
                .zip(theirs)
                .all(|(ours, theirs)| ours.starts_with('{') || *ours == theirs)
    };
    ENDPOINTS
        .iter()
        .find(|one| one.method == method && fits(one.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_fresh() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/portal.openapi.json"
        );
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        let fresh = format!("{:#}\n", document());
        assert!(
            kept == fresh,
            "docs/portal.openapi.json is old: cargo run -p sandbox-portal -- describe > docs/portal.openapi.json"
        );
    }

    #[test]
    fn every_type_that_is_named_is_there() {
        for name in components().keys() {
            let mut schema = of(&name.replace('/', "~1"));
            schema["components"] = json!({ "schemas": components() });
            assert!(jsonschema::draft202012::new(&schema).is_ok(), "{name}");
        }
        for endpoint in ENDPOINTS {
            let names = endpoint.answers.iter().filter_map(|(_, name)| *name);
            let sent = endpoint.sent.map(|(_, name)| name);
            for name in names.chain(sent).filter(|name| !name.is_empty()) {
                assert!(VALIDATORS.contains_key(name), "{name}");
            }
        }
    }

    #[test]
    fn what_is_not_described_is_a_mistake() {
        assert!(mistakes("Empty", &json!({})).is_empty());
        assert_eq!(mistakes("Empty", &json!({"more": 1})).len(), 1);
        let call = |arguments: Value| {
            let call = json!(["Draft/get", arguments, "0"]);
            mistakes("Request", &json!({"using": [], "methodCalls": [call]}))
        };
        assert!(call(json!({"accountId": "a", "ids": []})).is_empty());
        assert!(!call(json!({"accountId": "a", "id": []})).is_empty());
        let answer = |name: &str, arguments: Value| {
            let answer = json!([name, arguments, "0"]);
            mistakes(
                "Response",
                &json!({"methodResponses": [answer], "sessionState": "1"}),
            )
        };
        assert!(answer("error", json!({"type": "serverFail"})).is_empty());
        assert!(!answer("Draft/get", json!({"type": "serverFail"})).is_empty());
        assert!(!answer("Other/get", json!({})).is_empty());
        assert_eq!(
            endpoint("POST", "/jmap/upload/x/").map(|one| one.path),
            Some("/jmap/upload/{accountId}/")
        );
        assert!(endpoint("GET", "/jmap/upload/x/").is_none());
    }
}
