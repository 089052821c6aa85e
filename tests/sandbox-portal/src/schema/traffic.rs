//! Holds what really goes over the wire against the description. What does not fit, and what is not
//! described at all, is noted in a file of the sandbox's folder, where the tests look for it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, response};
use axum::middleware::Next;
use http_body::Body as _;
use serde_json::Value;

use crate::portal::Portal;
use crate::reply::Reply;
use crate::routes::{self, Body as Described, Route};

/// What of a request is compared.
struct Sent {
    /// Names of the parameters in the address.
    query: Vec<String>,
    /// Media type without parameters; empty when none is said.
    kind: String,
    /// Whether there is a body.
    body: bool,
    /// The body, where it has a type.
    octets: Bytes,
}

/// Lets a request pass, and compares it and its answer.
pub async fn watch(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Reply {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let Some(route) = routes::find(method, path) else {
        note(&portal, method, path, &["is not described".to_owned()]);
        return next.run(request).await;
    };
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let mut sent = Sent {
        query: form_urlencoded::parse(query)
            .map(|(name, _)| name.into_owned())
            .collect(),
        kind: media_type(request.headers()),
        body: request.body().size_hint().lower() > 0,
        octets: Bytes::new(),
    };
    let typed = |body: &Described| body.schema.is_some();
    let request = if route.sent.as_ref().is_some_and(typed) {
        let (head, body) = request.into_parts();
        sent.octets = to_bytes(body, usize::MAX).await.unwrap_or_default();
        Request::from_parts(head, Body::from(sent.octets.clone()))
    } else {
        request
    };
    let (head, body) = next.run(request).await.into_parts();
    // Octets and streams pass as they come.
    let answer = route.answers.get(&head.status.as_u16());
    if !answer.is_some_and(|answer| typed(&answer.body)) {
        check(&portal, route, &sent, &head, None);
        return Reply::from_parts(head, body);
    }
    let octets = to_bytes(body, usize::MAX).await.unwrap_or_default();
    check(&portal, route, &sent, &head, Some(&octets));
    Reply::from_parts(head, Body::from(octets))
}

fn check(
    portal: &Portal,
    route: &Route,
    sent: &Sent,
    head: &response::Parts,
    answer: Option<&Bytes>,
) {
    let answer = answer.map(|octets| serde_json::from_slice(octets).unwrap_or_default());
    let mut found = answered(route, head, answer.as_ref());
    let status = head.status.as_u16();
    // What was refused may have been anything.
    if head.status.is_success() {
        found.extend(parameters(route, &sent.query));
    }
    let goes_on = status == 403 && answer.is_some();
    if (head.status.is_success() || goes_on) && !answer.as_ref().is_some_and(refuses) {
        found.extend(body(route, sent));
    }
    if !found.is_empty() {
        note(portal, route.method, route.path, &found);
    }
}

/// What is wrong with the answer.
fn answered(route: &Route, head: &response::Parts, value: Option<&Value>) -> Vec<String> {
    let status = head.status.as_u16();
    let Some(answer) = route.answers.get(&status) else {
        return vec![format!("status {status} is not described")];
    };
    let mut found = Vec::new();
    let kind = media_type(&head.headers);
    if kind != answer.body.kind {
        found.push(format!("status {status} comes as {kind:?}"));
    }
    let lacking = answer.headers.iter();
    let lacking = lacking.filter(|name| !head.headers.contains_key(**name));
    found.extend(lacking.map(|name| format!("status {status} comes without {name}")));
    found.extend(
        value
            .into_iter()
            .flat_map(|value| answer.body.mistakes(value)),
    );
    found
}

/// What is wrong with the parameters in the address of a request that was taken.
fn parameters(route: &Route, query: &[String]) -> Vec<String> {
    let ours = || {
        let all = route.parameters.iter();
        all.filter(|parameter| parameter.place == "query")
    };
    let known = |name: &String| ours().any(|ours| ours.name == name.as_str());
    let strange = query.iter().filter(|name| !known(name));
    let strange = strange.map(|name| format!("the parameter {name} is not described"));
    let missing = ours().filter(|ours| ours.required && !query.iter().any(|one| one == ours.name));
    strange
        .chain(missing.map(|ours| format!("the parameter {} is missing", ours.name)))
        .collect()
}

/// What is wrong with the body of a request that was taken.
fn body(route: &Route, sent: &Sent) -> Vec<String> {
    let Some(described) = &route.sent else {
        let body = sent.body.then(|| "a body is not described".to_owned());
        return body.into_iter().collect();
    };
    if described.kind != "*/*" && described.kind != sent.kind {
        return vec![format!("what is sent comes as {:?}", sent.kind)];
    }
    if described.schema.is_none() {
        return Vec::new();
    }
    let value = if described.kind == routes::FORM {
        let pairs = form_urlencoded::parse(&sent.octets).into_owned();
        Some(
            pairs
                .map(|(name, value)| (name, Value::from(value)))
                .collect(),
        )
    } else {
        serde_json::from_slice::<Value>(&sent.octets).ok()
    };
    value.map_or_else(
        || vec!["what is sent is not JSON".to_owned()],
        |value| described.mistakes(&value),
    )
}

fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (kind, _) = kind.split_once(';').unwrap_or((kind, ""));
    kind.trim().to_owned()
}

/// Whether some call was refused, or some part of one.
fn refuses(answer: &Value) -> bool {
    let has = |value: &Value, name: &str| {
        value[name]
            .as_object()
            .is_some_and(|members| !members.is_empty())
    };
    let responses = answer["methodResponses"].as_array();
    responses.into_iter().flatten().any(|response| {
        let refused = ["notCreated", "notUpdated", "notDestroyed"];
        response[0] == "error" || refused.iter().any(|name| has(&response[1], name))
    })
}

fn note(portal: &Portal, method: &str, path: &str, found: &[String]) {
    let line = format!("{method} {path}: {found:?}\n");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&portal.mistakes);
    if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
        eprintln!("sandbox-portal: {error}: {line}");
    }
}
