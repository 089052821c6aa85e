//! HTTP: connections, and the misbehaviour in front of the endpoints.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::Request;
use http_body::{Frame, SizeHint};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::faults::{Fault, Kind};
use crate::portal::{Portal, lock};
use crate::reply::{Reply, oauth_error, octets, problem, reply, unauthorized};
use crate::{clock, jmap, routes, schema};

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
    if routes::is_of_the_sandbox(&path) {
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

/// All endpoints, without sockets and misbehaviour.
pub fn router(portal: Arc<Portal>) -> Router {
    routes::all()
        .iter()
        .fold(Router::new(), |router, route| {
            router.route(route.path, route.serve.clone())
        })
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&portal),
            schema::watch,
        ))
        .layer(DefaultBodyLimit::max(jmap::LARGEST_UPLOAD))
        .with_state(portal)
}
