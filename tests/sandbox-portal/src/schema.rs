//! What the portal speaks, written down for machines: OpenAPI 3.1, made of the table of endpoints
//! ([`crate::routes`]) with their types as JSON Schema. `docs/portal.openapi.json` is made of it, and
//! every exchange with the sandbox is held against it.

mod traffic;
mod types;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::StatusCode;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::handover;
use crate::routes::{self, Answer, Body, Parameter, Route, Who};
pub use traffic::watch;

/// Where types stand in the description.
pub(crate) const PLACE: &str = "/components/schemas";

/// A reference to a type by name.
pub(crate) fn of(name: &str) -> Value {
    json!({ "$ref": format!("#{PLACE}/{name}") })
}

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

/// All types by name: those of [`types`](self), of the method calls, and of the table of endpoints.
static TYPES: LazyLock<Map<String, Value>> = LazyLock::new(|| {
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
    for (name, schema) in bodies().flat_map(|body| &body.types) {
        all.insert(name.clone(), schema.clone());
    }
    all
});

/// All that is sent and answered.
fn bodies() -> impl Iterator<Item = &'static Body> {
    routes::all().iter().flat_map(|route| {
        let answers = route.answers.values().map(|answer| &answer.body);
        route.sent.iter().chain(answers)
    })
}

/// What tells whether a value keeps to a schema; none where the schema is none.
pub(crate) fn validator(schema: &Value) -> Option<Validator> {
    let mut schema = schema.clone();
    schema["components"] = json!({ "schemas": *TYPES });
    jsonschema::draft202012::new(&schema).ok()
}

/// The whole, as OpenAPI 3.1.
#[must_use]
pub fn document() -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in routes::all() {
        let method = route.method.to_ascii_lowercase();
        let methods = paths.entry(route.path).or_default();
        methods.insert(method, operation(route));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Portal profile of Kabinet, as the sandbox portal speaks it",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Made of tests/sandbox-portal/src/routes.rs by `sandbox-portal describe`. The words are in portal-profile.md and enrolment.md. What has the tag `levers` is of the sandbox only.",
        },
        "paths": paths,
        "components": {
            "schemas": *TYPES,
            "responses": {
                "Busy": {
                    "description": "It has enough to do (RFC 6585, section 4; RFC 9110, section 15.6.4)",
                    "headers": { "retry-after": { "schema": { "type": "integer", "minimum": 0 },
                        "description": "Seconds (RFC 9110, section 10.2.3)" } },
                    "content": { "application/problem+json": { "schema": of("Problem") } },
                },
            },
            "securitySchemes": {
                "proof": { "type": "apiKey", "in": "header", "name": "DPoP",
                    "description": "Proof of the client's key (RFC 9449, section 4)" },
                "token": { "type": "http", "scheme": "DPoP",
                    "description": "Access token that is bound to this key (RFC 9449, section 7.1)" },
                "browser": { "type": "apiKey", "in": "cookie", "name": handover::COOKIE,
                    "description": "The browser in which the page was opened" },
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let security = match route.who {
        Who::Anybody => json!([]),
        Who::Client => json!([{ "proof": [] }]),
        Who::Person => json!([{ "proof": [], "token": [] }]),
        Who::Browser => json!([{ "browser": [] }]),
    };
    let answers = route.answers.values();
    let mut responses: Map<String, Value> = answers
        .map(|answer| (answer.status.to_string(), response(answer)))
        .collect();
    if !routes::is_of_the_sandbox(route.path) {
        let busy = json!({ "$ref": "#/components/responses/Busy" });
        responses.extend(["429", "503"].map(|status| (status.to_owned(), busy.clone())));
    }
    let mut operation = json!({
        "summary": route.what,
        "tags": [route.part],
        "security": security,
        "responses": responses,
    });
    if !route.parameters.is_empty() {
        let parameter = |one: &Parameter| {
            json!({ "name": one.name, "in": one.place, "required": one.required,
                "schema": { "type": "string" } })
        };
        operation["parameters"] = route.parameters.iter().map(parameter).collect();
    }
    if let Some(sent) = &route.sent {
        operation["requestBody"] = json!({ "required": true, "content": content(sent) });
    }
    operation
}

fn response(answer: &Answer) -> Value {
    let status = StatusCode::from_u16(answer.status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    let mut response = json!({
        "description": reason.unwrap_or_default(),
        "content": content(&answer.body),
    });
    if !answer.headers.is_empty() {
        let header = |name: &&str| {
            let header = json!({ "required": true, "schema": { "type": "string" } });
            ((*name).to_owned(), header)
        };
        response["headers"] = answer.headers.iter().map(header).collect();
    }
    response
}

fn content(body: &Body) -> Value {
    let schema = body.schema.as_ref();
    json!({ body.kind: schema.map_or_else(|| json!({}), |schema| json!({ "schema": schema })) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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

    /// Names of the types that a value refers to.
    fn named(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                let prefix = format!("#{PLACE}/");
                let name = members.get("$ref").and_then(Value::as_str);
                let name = name.and_then(|name| name.strip_prefix(&prefix));
                names.extend(name.map(|name| name.replace("~1", "/")));
                members.values().for_each(|member| named(member, names));
            }
            Value::Array(list) => list.iter().for_each(|one| named(one, names)),
            _ => {}
        }
    }

    #[test]
    fn every_type_that_is_named_is_there_and_every_other_is_not() {
        let mut names = BTreeSet::new();
        named(&document(), &mut names);
        let there: BTreeSet<String> = TYPES.keys().cloned().collect();
        assert_eq!(names, there);
        for name in there {
            assert!(validator(&of(&name.replace('/', "~1"))).is_some(), "{name}");
        }
        for schema in bodies().filter_map(|body| body.schema.as_ref()) {
            assert!(validator(schema).is_some(), "{schema}");
        }
    }

    #[test]
    fn no_name_has_two_meanings() {
        let (ours, mut theirs) = (types::all(), Map::new());
        for (name, schema) in bodies().flat_map(|body| &body.types) {
            assert!(!ours.contains_key(name), "{name}");
            let before = theirs.insert(name.clone(), schema.clone());
            assert!(before.is_none_or(|before| before == *schema), "{name}");
        }
    }

    #[test]
    fn what_is_not_described_is_a_mistake() {
        let mistakes = |name: &str, value: Value| {
            let validator = validator(&of(name)).unwrap();
            validator.iter_errors(&value).count()
        };
        assert_eq!(mistakes("Empty", json!({})), 0);
        assert_eq!(mistakes("Empty", json!({"more": 1})), 1);
        let call = |arguments: Value| {
            let call = json!(["Draft/get", arguments, "0"]);
            mistakes("Request", json!({"using": [], "methodCalls": [call]}))
        };
        assert_eq!(call(json!({"accountId": "a", "ids": []})), 0);
        assert_ne!(call(json!({"accountId": "a", "id": []})), 0);
        let answer = |name: &str, arguments: Value| {
            let answer = json!([name, arguments, "0"]);
            let whole = json!({"methodResponses": [answer], "sessionState": "1"});
            mistakes("Response", whole)
        };
        assert_eq!(answer("error", json!({"type": "serverFail"})), 0);
        assert_ne!(answer("Draft/get", json!({"type": "serverFail"})), 0);
        assert_ne!(answer("Other/get", json!({})), 0);
        assert_eq!(mistakes("Fault", json!({"kind": "hang", "times": 2})), 0);
        assert_ne!(mistakes("Fault", json!({"kind": "hung"})), 0);
        assert_ne!(mistakes("Fault", json!({"kind": "hang", "more": 1})), 0);
        let order = |act: &str| mistakes("Order", json!({"application": "a", "act": act}));
        assert_eq!((order("accept"), order("accepts") > 0), (0, true));
    }
}
