//! Holds what really goes over the wire against the description. What does not fit is noted in a file
//! of the sandbox's folder, where the tests look for it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use serde_json::Value;

use super::{Endpoint, FORM, JSON, endpoint, mistakes};
use crate::portal::Portal;
use crate::reply::Reply;

/// Lets a request pass, and compares it and its answer.
pub async fn watch(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Reply {
    let Some(endpoint) = endpoint(request.method().as_str(), request.uri().path()) else {
        return next.run(request).await;
    };
    let (request, sent) = match endpoint.sent {
        Some((JSON | FORM, _)) => {
            let (head, body) = request.into_parts();
            let octets = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let whole = Request::from_parts(head, Body::from(octets.clone()));
            (whole, Some(octets))
        }
        _ => (request, None),
    };
    let (head, body) = next.run(request).await.into_parts();
    let kind = head.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.contains("json") {
        return Reply::from_parts(head, body);
    }
    let answer = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let found = compare(endpoint, sent.as_ref(), head.status.as_u16(), &answer);
    if !found.is_empty() {
        note(&portal, endpoint, &found);
    }
    Reply::from_parts(head, Body::from(answer))
}

fn compare(endpoint: &Endpoint, sent: Option<&Bytes>, status: u16, answer: &Bytes) -> Vec<String> {
    // The sandbox broke, which is another matter.
    if status >= 500 {
        return Vec::new();
    }
    let answered = endpoint.answers.iter().find(|(one, _)| *one == status);
    let Some((_, name)) = answered else {
        return vec![format!("status {status} is not described")];
    };
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
        return vec!["the answer is not JSON".to_owned()];
    };
    let mut found = name.map_or_else(Vec::new, |name| mistakes(name, &answer));
    // What was refused may have been anything.
    let taken = status < 300 || status == 403;
    if let (Some((kind, name)), Some(sent), true) =
        (endpoint.sent, sent, taken && !refuses(&answer))
    {
        let sent = if kind == FORM {
            let pairs = form_urlencoded::parse(sent).into_owned();
            Some(
                pairs
                    .map(|(name, value)| (name, Value::from(value)))
                    .collect(),
            )
        } else {
            serde_json::from_slice::<Value>(sent).ok()
        };
        found
            .extend(sent.map_or_else(|| vec!["not JSON".to_owned()], |sent| mistakes(name, &sent)));
    }
    found
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

fn note(portal: &Portal, endpoint: &Endpoint, found: &[String]) {
    let line = format!("{} {}: {found:?}\n", endpoint.method, endpoint.path);
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&portal.mistakes);
    if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
        eprintln!("sandbox-portal: {error}: {line}");
    }
}
