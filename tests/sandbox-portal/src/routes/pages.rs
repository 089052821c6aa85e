//! Pages in a browser that hand over to the client.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};

use super::{FORM, HTML, Route, Shared, Who, fields, get, json, named, plain, post};
use crate::handover;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(
            handover::PATH,
            "A page that hands over to the client",
            async || handover::page(),
        )
        .gives(200, plain(HTML)),
        post(
            handover::PATH,
            "Shows the link to a new request, which is bound to this browser",
            async |State(portal): Shared, body: Bytes| handover::ask(&portal, &fields(&body)),
        )
        .takes(named(FORM, "PageForm"))
        .gives_with(200, &["set-cookie"], plain(HTML))
        .gives(400, plain(HTML)),
        post(
            "/hand-over/{requestId}",
            "Takes a request of a page in the browser, once, or gives it a signature",
            async |State(portal): Shared,
                   Path(id): Path<String>,
                   headers: HeaderMap,
                   body: Bytes| {
                handover::answer(&portal, &headers, &id, &fields(&body))
            },
        )
        .of(Who::Client)
        .takes(named(FORM, "HandOverForm"))
        .gives(200, json("HandOver")),
        get(
            handover::RETURN_PATH,
            "Where the browser gets on, once, with the code that the client got",
            async |State(portal): Shared, uri: Uri, headers: HeaderMap| {
                handover::back(&portal, &headers, uri.query().unwrap_or_default())
            },
        )
        .of(Who::Browser)
        .with("query", "code", true)
        .gives(200, plain(HTML))
        .gives(403, plain(HTML)),
    ]
}
