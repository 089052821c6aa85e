//! The personal area: JMAP (RFC 8620).

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, Uri};

use super::{JSON, Route, Shared, Who, get, json, named, plain, post, problem};
use crate::faults::Fault;
use crate::{events, jmap};

pub(super) fn routes() -> Vec<Route> {
    let all = vec![
        get(
            jmap::SESSION_PATH,
            "The session object (RFC 8620, section 2)",
            async |State(portal): Shared, headers: HeaderMap| jmap::session(&portal, &headers),
        )
        .gives(200, json("Session")),
        post(
            jmap::API_PATH,
            "Method calls (RFC 8620, section 3)",
            async |State(portal): Shared,
                   fault: Option<Extension<Fault>>,
                   headers: HeaderMap,
                   body: Bytes| {
                let fault = fault.map(|Extension(fault)| fault);
                jmap::api(&portal, &headers, &body, fault.as_ref())
            },
        )
        .takes(named(JSON, "Request"))
        .gives(200, json("Response"))
        .gives(400, problem()),
        post(
            "/jmap/upload/{accountId}/",
            "Takes a blob (RFC 8620, section 6.1)",
            async |State(portal): Shared, uri: Uri, headers: HeaderMap, body: Bytes| {
                jmap::upload(&portal, &headers, uri.path(), &body)
            },
        )
        .takes(plain("*/*"))
        .gives(201, json("Upload"))
        .gives(404, problem())
        .gives(507, problem()),
        get(
            "/jmap/download/{accountId}/{blobId}/{name}",
            "Gives a blob (RFC 8620, section 6.2)",
            async |State(portal): Shared,
                   Path((_, blob, _)): Path<(String, String, String)>,
                   uri: Uri,
                   headers: HeaderMap| {
                jmap::download(&portal, &headers, uri.path(), &blob)
            },
        )
        .with("query", "type", false)
        .gives(200, plain("application/octet-stream"))
        .gives(404, problem()),
        get(
            jmap::EVENTS_PATH,
            "State changes as they happen (RFC 8620, section 7.3)",
            async |State(portal): Shared, uri: Uri, headers: HeaderMap| {
                events::stream(&portal, &headers, uri.query().unwrap_or_default())
            },
        )
        .with("query", "types", true)
        .with("query", "closeafter", true)
        .with("query", "ping", true)
        .gives(200, plain("text/event-stream"))
        .gives(400, problem()),
    ];
    all.into_iter().map(|route| route.of(Who::Person)).collect()
}
