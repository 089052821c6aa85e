//! Answers in the forms of the protocols.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::{Value, json};

/// An answer of the sandbox.
pub type Reply = Response<Body>;

/// JSON with a status.
#[must_use]
pub fn reply(status: u16, body: &Value) -> Reply {
    octets(status, "application/json", body.to_string().into_bytes())
}

/// Octets of a media type with a status.
#[must_use]
pub fn octets(status: u16, kind: &'static str, body: Vec<u8>) -> Reply {
    let mut reply = Response::new(Body::from(body));
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    reply
}

/// An OAuth error (RFC 6749 section 5.2).
#[must_use]
pub fn oauth_error(error: &str, description: &str) -> Reply {
    reply(
        400,
        &json!({ "error": error, "error_description": description }),
    )
}

/// A refused access token (RFC 9449 section 7.1).
#[must_use]
pub fn unauthorized(error: &str) -> Reply {
    let mut reply = reply(401, &json!({ "error": error }));
    let challenge = format!("DPoP error=\"{error}\", algs=\"ES256\"");
    if let Ok(value) = challenge.parse() {
        reply.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    reply
}

/// A problem document (RFC 7807).
#[must_use]
pub fn problem(status: u16, kind: &str, detail: &str) -> Reply {
    let body = json!({ "type": kind, "status": status, "detail": detail });
    octets(
        status,
        "application/problem+json",
        body.to_string().into_bytes(),
    )
}

/// Something broke inside: the disk, most likely.
#[must_use]
pub fn broken(error: &dyn std::fmt::Display) -> Reply {
    problem(500, "about:blank", &error.to_string())
}
