//! A portal that is a function: what it answers to each request, or nothing.

use std::collections::VecDeque;
use std::sync::{LazyLock, Mutex};

use jiff::Timestamp;
use kabinet_portal::{Answer, Client, Clock, Exchange, Options, PortalError, Wire};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Request, StatusCode};
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

pub(crate) const PORTAL: &str = "https://portal.example/";

pub(crate) static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().unwrap());

pub(crate) fn now() -> Timestamp {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

/// Where the endpoints of a portal in order are.
const ENDPOINTS: &[u8] = br#"{"issuer":"https://portal.example",
"authorization_challenge_endpoint":"/challenge","token_endpoint":"/token",
"revocation_endpoint":"/revoke","jwks_uri":"/keys","dpop_signing_alg_values_supported":["ES256"],
"id_token_signing_alg_values_supported":["ES256"]}"#;

/// A status and a body.
pub(crate) type Said = (u16, Vec<u8>);

/// A portal by what it says. Where its endpoints are it says by itself.
pub(crate) struct Says<F>(pub(crate) F);

impl<F: Fn(&Request) -> Option<Said> + Send + Sync> Wire for Says<F> {
    fn exchange(&self, request: Request, limit: usize) -> Exchange<'_> {
        Box::pin(async move {
            let said = match request.url().path() {
                "/.well-known/openid-configuration" => Some((200, ENDPOINTS.to_vec())),
                _ => (self.0)(&request),
            };
            let (status, body) = said.ok_or(PortalError::Offline)?;
            if body.len() > limit {
                return Err(PortalError::Garbage("too long"));
            }
            Ok(Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers: headers(status, &body),
                body: Zeroizing::new(body),
            })
        })
    }
}

/// A refusal says in its headers what its body begins with.
fn headers(status: u16, body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let text = HeaderValue::from_bytes(body.get(..64).unwrap_or(body));
    if let (400.., Ok(text)) = (status, text) {
        for name in ["dpop-nonce", "www-authenticate", "retry-after"] {
            headers.insert(HeaderName::from_static(name), text.clone());
        }
    }
    headers
}

/// A client of that portal.
pub(crate) fn client(says: impl Fn(&Request) -> Option<Said> + Send + Sync + 'static) -> Client {
    let wire = std::sync::Arc::new(Says(says));
    Client::over(PORTAL, Options::default(), Clock::showing(now), Some(wire)).unwrap()
}

/// Answers, one a line: a digit that stands for the status, then the body. After the last one there
/// is no network any more.
pub(crate) struct Lines(Mutex<VecDeque<Said>>);

impl Lines {
    pub(crate) fn of(octets: &[u8]) -> Self {
        const STATUSES: [u16; 8] = [200, 201, 400, 401, 403, 404, 429, 503];
        let line = |line: &[u8]| {
            let (digit, body) = line.split_first()?;
            Some((STATUSES[usize::from(digit % 8)], body.to_vec()))
        };
        let lines = octets.split(|octet| *octet == b'\n');
        Self(Mutex::new(lines.filter_map(line).collect()))
    }

    pub(crate) fn next(&self) -> Option<Said> {
        self.0.lock().unwrap().pop_front()
    }
}
