//! HTTP: connections, routes, and the misbehaviour in front of them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::http::{HeaderMap, Request, Uri};
use axum::routing::{get, post};
use http_body::{Frame, SizeHint};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::Problem;
use crate::faults::{Fault, Kind};
use crate::portal::{Portal, lock};
use crate::reply::{Reply, broken, oauth_error, octets, problem, reply, unauthorized};
use crate::signin::Form;
use crate::{
    applications, ca, clock, events, handover, jmap, oauth, operator, publishing, registration,
    revocation, schema, signin, stamping,
};

/// Serves connections until the task is dropped.
///
/// # Errors
/// Those of the listening socket.
pub async fn serve(portal: Arc<Portal>, listener: TcpListener) -> std::io::Result<Infallible> {
    let router = router(Arc::clone(&portal));
    loop {
        let (stream, _): (_, SocketAddr) = listener.accept().await?;
        // Small answers should not wait for more.
        stream.set_nodelay(true)?;
        let (portal, router) = (Arc::clone(&portal), router.clone());
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                answer(Arc::clone(&portal), router.clone(), request)
            });
            // A connection that breaks off is the client's affair, or a fault that was asked for.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An error makes hyper close the connection without an answer.
async fn answer(
    portal: Arc<Portal>,
    router: Router,
    request: Request<hyper::body::Incoming>,
) -> Result<Reply, std::io::Error> {
    let closed = || Err(std::io::ErrorKind::ConnectionAborted.into());
    let path = request.uri().path().to_owned();
    if path.starts_with("/sandbox/") || path.starts_with("/operator") {
        return Ok(pass(router, request).await);
    }
    *lock(&portal.counts).entry(path.clone()).or_default() += 1;
    let fault = lock(&portal.faults).take(&path);
    let Some(fault) = fault else {
        let sent = http_body::Body::size_hint(request.body()).exact();
        let reply = pass(router, request).await;
        let answered = http_body::Body::size_hint(reply.body()).exact();
        let octets = (sent.unwrap_or(0), answered.unwrap_or(0));
        lock(&portal.octets).insert(path, octets);
        return Ok(reply);
    };
    match fault.kind {
        Kind::Status429 => Ok(status(429, &fault)),
        Kind::Status500 => Ok(status(500, &fault)),
        Kind::Status503 => Ok(status(503, &fault)),
        Kind::ExpiredToken if path.starts_with("/oauth/") => {
            Ok(oauth_error("invalid_grant", "the sandbox was told to"))
        }
        Kind::ExpiredToken => Ok(unauthorized("invalid_token")),
        Kind::ClockSkew => {
            let answer = pass(router, request);
            Ok(clock::SKEW.scope(fault.seconds, answer).await)
        }
        Kind::CannotCalculateChanges | Kind::ChangedBlob | Kind::OverQuota => {
            let mut request = request;
            request.extensions_mut().insert(fault);
            Ok(pass(router, request).await)
        }
        Kind::WrongTicket => Ok(with_wrong_ticket(pass(router, request).await).await),
        Kind::Garbage => Ok(octets(
            200,
            "application/json",
            b"{\"\xFF\xFE<html>".to_vec(),
        )),
        Kind::Truncate => {
            let (head, body) = pass(router, request).await.into_parts();
            let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let half = Body::new(Half::of(&whole));
            Ok(Reply::from_parts(head, half))
        }
        Kind::Hang => {
            tokio::time::sleep(fault.pause()).await;
            closed()
        }
        Kind::DropBefore => closed(),
        Kind::DropAfter => {
            pass(router, request).await;
            closed()
        }
        Kind::Delay => {
            tokio::time::sleep(fault.pause()).await;
            Ok(pass(router, request).await)
        }
    }
}

/// Another subject in the ticket, under the signature that it had.
async fn with_wrong_ticket(answer: Reply) -> Reply {
    let (head, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut tokens) = serde_json::from_slice::<Value>(&body) else {
        return Reply::from_parts(head, Body::from(body));
    };
    if let Some(ticket) = tokens["id_token"].as_str() {
        tokens["id_token"] = json!(crate::jwt::forged(ticket));
    }
    reply(head.status.as_u16(), &tokens)
}

async fn pass(router: Router, request: Request<hyper::body::Incoming>) -> Reply {
    match router.oneshot(request.map(Body::new)).await {
        Ok(reply) => reply,
        Err(never) => match never {},
    }
}

fn status(status: u16, fault: &Fault) -> Reply {
    let mut reply = problem(status, "about:blank", "the sandbox was told to");
    if let Some(seconds) = fault.retry_after {
        reply.headers_mut().insert("retry-after", seconds.into());
    }
    reply
}

/// The first half of an answer that promised to be whole.
struct Half {
    half: Option<Bytes>,
    flushed: bool,
    promised: u64,
}

impl Half {
    fn of(whole: &Bytes) -> Self {
        Self {
            half: Some(whole.slice(..whole.len() / 2)),
            flushed: false,
            promised: whole.len() as u64,
        }
    }
}

impl http_body::Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !self.flushed {
            // While it waits, hyper sends what it has.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

type Shared = State<Arc<Portal>>;

/// All endpoints, without sockets and misbehaviour.
pub fn router(portal: Arc<Portal>) -> Router {
    Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(async |State(portal): Shared| oauth::discovery(&portal)),
        )
        .route(
            oauth::KEYS_PATH,
            get(async |State(portal): Shared| oauth::keys(&portal)),
        )
        .route(
            signin::PATH,
            post(
                async |State(portal): Shared, headers: HeaderMap, body: Bytes| {
                    signin::challenge(&portal, &headers, &form(&body))
                },
            ),
        )
        .route(
            oauth::TOKEN_PATH,
            post(
                async |State(portal): Shared, headers: HeaderMap, body: Bytes| {
                    oauth::token(&portal, &headers, &form(&body))
                },
            ),
        )
        .route(
            oauth::REVOKE_PATH,
            post(
                async |State(portal): Shared, headers: HeaderMap, body: Bytes| {
                    oauth::revoke(&portal, &headers, &form(&body))
                },
            ),
        )
        .route(
            jmap::SESSION_PATH,
            get(async |State(portal): Shared, headers: HeaderMap| jmap::session(&portal, &headers)),
        )
        .route(
            jmap::API_PATH,
            post(
                async |State(portal): Shared,
                       fault: Option<Extension<Fault>>,
                       headers: HeaderMap,
                       body: Bytes| {
                    let fault = fault.map(|Extension(fault)| fault);
                    jmap::api(&portal, &headers, &body, fault.as_ref())
                },
            ),
        )
        .route(
            "/jmap/download/{account}/{blob}/{name}",
            get(
                async |State(portal): Shared,
                       Path((_, blob, _)): Path<(String, String, String)>,
                       uri: Uri,
                       headers: HeaderMap| {
                    jmap::download(&portal, &headers, uri.path(), &blob)
                },
            ),
        )
        .route(
            jmap::EVENTS_PATH,
            get(
                async |State(portal): Shared, uri: Uri, headers: HeaderMap| {
                    events::stream(&portal, &headers, uri.query().unwrap_or_default())
                },
            ),
        )
        .route(
            revocation::OCSP_PATH,
            post(async |State(portal): Shared, body: Bytes| {
                let answer = lock(&portal.revocations).answer(&body, &portal.authorities);
                answered("application/ocsp-response", answer)
            }),
        )
        .route(
            revocation::LIST_PATH,
            get(async |State(portal): Shared| {
                let list = lock(&portal.revocations).list(&portal.authorities, &revocation::ROOT);
                answered("application/pkix-crl", list)
            }),
        )
        .route(
            ca::LIST_PATH,
            get(async |State(portal): Shared| {
                let list =
                    lock(&portal.revocations).list(&portal.authorities, &revocation::ISSUING);
                answered("application/pkix-crl", list)
            }),
        )
        .route(
            ca::CERTIFICATE_PATH,
            get(async |State(portal): Shared| {
                answered("application/pkix-cert", portal.authorities.ca_issuing())
            }),
        )
        .route("/enroll1", post(to_authority))
        .route("/enroll2", post(to_authority))
        .route("/reenroll", post(to_authority))
        .route("/spawn", post(to_authority))
        .route("/setpwd", post(to_authority))
        .route("/revoke", post(to_authority))
        .route("/retrieve", post(to_authority))
        .route(
            registration::PATH,
            get(async |State(portal): Shared| {
                registration::describe(&portal)
                    .map_or_else(|error| broken(&error), |value| reply(200, &value))
            }),
        )
        .route(
            registration::ENROL_PATH,
            post(async |State(portal): Shared, body: Bytes| {
                registration::enrol(&portal, &form(&body))
            }),
        )
        .route(
            registration::RETRIEVE_PATH,
            post(async |State(portal): Shared, body: Bytes| {
                registration::retrieve(&portal, &form(&body))
            }),
        )
        .route(
            "/sandbox/registration",
            post(async |State(portal): Shared, body: Bytes| {
                registration::operator(&portal, &hex::decode(&body).unwrap_or_default())
            }),
        )
        .route(
            "/sandbox/authority",
            post(order).get(async |State(portal): Shared| reply(200, &ca::account(&portal))),
        )
        .route(
            stamping::PATH,
            post(async |State(portal): Shared, body: Bytes| {
                let answer = stamping::answer(&body, &portal.authorities);
                answered("application/timestamp-reply", answer)
            }),
        )
        .route("/sandbox/revocations", post(revoke))
        .route(
            handover::PATH,
            get(async || handover::page()).post(async |State(portal): Shared, body: Bytes| {
                handover::ask(&portal, &form(&body))
            }),
        )
        .route(
            handover::RETURN_PATH,
            get(
                async |State(portal): Shared, uri: Uri, headers: HeaderMap| {
                    handover::back(&portal, &headers, uri.query().unwrap_or_default())
                },
            ),
        )
        .route(
            "/hand-over/{id}",
            post(
                async |State(portal): Shared,
                       Path(id): Path<String>,
                       headers: HeaderMap,
                       body: Bytes| {
                    handover::answer(&portal, &headers, &id, &form(&body))
                },
            ),
        )
        .route("/operator", get(async || operator::page()))
        .route("/operator/script.js", get(async || operator::script()))
        .route("/sandbox/messages", get(all_messages))
        .route(
            "/sandbox/documents/{id}",
            axum::routing::delete(withdraw_document),
        )
        .route("/sandbox/operate", post(operate))
        .route(
            "/jmap/upload/{account}/",
            post(
                async |State(portal): Shared, uri: Uri, headers: HeaderMap, body: Bytes| {
                    jmap::upload(&portal, &headers, uri.path(), &body)
                },
            ),
        )
        .route(
            "/sandbox/faults",
            post(add_fault).get(faults).delete(clear_faults),
        )
        .route("/sandbox/quota", post(set_quota).get(quota))
        .route("/sandbox/claims", post(ask_for_more))
        .route("/sandbox/requests", get(requests))
        .route("/sandbox/uploads", get(uploads))
        .route("/sandbox/octets", get(last_octets))
        .route("/sandbox/applications", get(all_applications))
        .route("/sandbox/procedures/{id}", post(publish).delete(withdraw))
        .route("/sandbox/applications/{id}", post(move_along))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&portal),
            schema::watch,
        ))
        .layer(DefaultBodyLimit::max(jmap::LARGEST_UPLOAD))
        .with_state(portal)
}

fn form(body: &[u8]) -> Form {
    form_urlencoded::parse(body).into_owned().collect()
}

fn answered(kind: &'static str, answer: Result<Vec<u8>, Problem>) -> Reply {
    match answer {
        Ok(body) => octets(200, kind, body),
        Err(error) => broken(&error),
    }
}

/// A message of a subject to the certification authority, with as much work as it wants.
async fn to_authority(State(portal): Shared, uri: Uri, headers: HeaderMap, body: Bytes) -> Reply {
    const CMS: &str = "application/cms";
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("content-type") != Some(CMS) {
        return problem(415, "about:blank", "application/cms is wanted");
    }
    let level = lock(&portal.ca).work();
    let node = format!("{}{}", portal.issuer, uri.path());
    if let Some(status) = ca::refuse_work(level, header("date"), header("nonce"), &node, &body) {
        let mut refusal = problem(status, "about:blank", "more work is wanted");
        if status == 428 {
            refusal
                .headers_mut()
                .insert("nonce", u16::from(level).into());
        }
        return refusal;
    }
    let answer = match uri.path() {
        "/retrieve" => ca::retrieve(&portal, &body),
        _ => ca::take_message(&portal, &body),
    };
    match answer {
        Ok((status, message)) => octets(status, CMS, message),
        Err(error) => broken(&error),
    }
}

/// What an official of the certification authority decides.
async fn order(State(portal): Shared, body: Bytes) -> Reply {
    match serde_json::from_slice(&body) {
        Ok(order) => match ca::order(&portal, &order) {
            Ok(()) => reply(200, &json!({})),
            Err(error) => broken(&error),
        },
        Err(error) => problem(400, "about:blank", &error.to_string()),
    }
}

/// Revokes a certificate (hex of its DER), or takes that back.
#[derive(serde::Deserialize)]
struct Revoke {
    certificate: String,
    /// None takes a revocation back.
    revocation: Option<revocation::Revocation>,
}

async fn revoke(State(portal): Shared, body: Bytes) -> Reply {
    let order: Revoke = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => return problem(400, "about:blank", &error.to_string()),
    };
    let Ok(certificate) = hex::decode(&order.certificate) else {
        return problem(400, "about:blank", "not hex");
    };
    match lock(&portal.revocations).set(&certificate, order.revocation) {
        Ok(()) => reply(200, &json!({})),
        Err(error) => broken(&error),
    }
}

async fn add_fault(State(portal): Shared, body: Bytes) -> Reply {
    match serde_json::from_slice(&body) {
        Ok(fault) => {
            lock(&portal.faults).add(fault);
            reply(200, &json!({}))
        }
        Err(error) => problem(400, "about:blank", &error.to_string()),
    }
}

async fn faults(State(portal): Shared) -> Reply {
    let faults = lock(&portal.faults);
    reply(200, &json!(faults.left().collect::<Vec<_>>()))
}

/// Octets that the uploads of a person may have together; null for no end.
#[derive(serde::Deserialize)]
struct Quota {
    octets: Option<u64>,
}

async fn set_quota(State(portal): Shared, body: Bytes) -> Reply {
    match serde_json::from_slice::<Quota>(&body) {
        Ok(quota) => {
            *lock(&portal.quota) = quota.octets;
            reply(200, &json!({}))
        }
        Err(error) => problem(400, "about:blank", &error.to_string()),
    }
}

async fn quota(State(portal): Shared) -> Reply {
    reply(200, &json!({ "octets": *lock(&portal.quota) }))
}

async fn clear_faults(State(portal): Shared) -> Reply {
    lock(&portal.faults).clear();
    reply(200, &json!({}))
}

async fn ask_for_more(State(portal): Shared, body: Bytes) -> Reply {
    match serde_json::from_slice(&body) {
        Ok(groups) => {
            *lock(&portal.more_claims) = groups;
            reply(200, &json!({}))
        }
        Err(error) => problem(400, "about:blank", &error.to_string()),
    }
}

async fn requests(State(portal): Shared) -> Reply {
    reply(200, &json!(*lock(&portal.counts)))
}

async fn uploads(State(portal): Shared) -> Reply {
    reply(200, &json!(*lock(&portal.uploads)))
}

async fn last_octets(State(portal): Shared) -> Reply {
    reply(200, &json!(*lock(&portal.octets)))
}

async fn all_applications(State(portal): Shared) -> Reply {
    all(&portal, applications::KIND)
}

async fn all_messages(State(portal): Shared) -> Reply {
    all(&portal, crate::letters::KIND)
}

/// All objects of a type, of all persons.
fn all(portal: &Portal, kind: &str) -> Reply {
    let list = match portal.store().objects(kind, None) {
        Ok(list) => list,
        Err(error) => return broken(&error),
    };
    let objects: Vec<Value> = list
        .iter()
        .filter_map(|found| {
            let mut object: Value = serde_json::from_str(&found.body).ok()?;
            object["account"] = json!(found.account);
            Some(object)
        })
        .collect();
    reply(200, &json!(objects))
}

async fn operate(State(portal): Shared, body: Bytes) -> Reply {
    let order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => return problem(400, "about:blank", &error.to_string()),
    };
    match operator::operate(&portal, &order) {
        Ok(Some(object)) => reply(200, &object),
        Ok(None) => problem(404, "about:blank", "no such application"),
        Err(error) => broken(&error),
    }
}

async fn withdraw_document(State(portal): Shared, Path(id): Path<String>) -> Reply {
    match operator::withdraw_document(&portal, &id) {
        Ok(true) => reply(200, &json!({})),
        Ok(false) => problem(404, "about:blank", "no such document"),
        Err(error) => broken(&error),
    }
}

async fn move_along(State(portal): Shared, Path(id): Path<String>, body: Bytes) -> Reply {
    const STATUSES: [&str; 6] = [
        "registered",
        "accepted",
        "documentsRequested",
        "approved",
        "refused",
        "withdrawn",
    ];
    let order: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !order["status"]
        .as_str()
        .is_some_and(|status| STATUSES.contains(&status))
    {
        return problem(400, "about:blank", "no such status");
    }
    match applications::move_along(&portal, &id, &order) {
        Ok(Some(object)) => reply(200, &object),
        Ok(None) => problem(404, "about:blank", "no such application"),
        Err(error) => broken(&error),
    }
}

async fn publish(State(portal): Shared, Path(id): Path<String>, body: Bytes) -> Reply {
    let Ok(patch @ Value::Object(_)) = serde_json::from_slice::<Value>(&body) else {
        return problem(400, "about:blank", "a merge patch (RFC 7396) is an object");
    };
    match publishing::publish(&portal, &id, &patch) {
        Ok(Some(procedure)) => reply(200, &procedure),
        Ok(None) => problem(404, "about:blank", "no such procedure"),
        Err(error) => broken(&error),
    }
}

async fn withdraw(State(portal): Shared, Path(id): Path<String>) -> Reply {
    match publishing::withdraw(&portal, &id) {
        Ok(true) => reply(200, &json!({})),
        Ok(false) => problem(404, "about:blank", "no such procedure"),
        Err(error) => broken(&error),
    }
}
