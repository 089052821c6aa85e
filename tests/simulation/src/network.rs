//! The wires between computers and portal.

use std::future::Future as _;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use axum::body::{Body, to_bytes};
use kabinet_portal::{Answer, Exchange, PortalError, Wire};
use reqwest::Request;
use serde_json::Value;
use tokio::sync::oneshot;

/// What a computer is told of its request.
pub(crate) type Told = Result<Answer, PortalError>;

/// A request that the computer waits for.
pub(crate) struct Waiting {
    /// The request.
    pub(crate) request: Request,
    /// What comes of it already, if the request has arrived: an answer, or nothing where the portal
    /// stopped in the middle.
    pub(crate) answer: Option<Told>,
    tell: oneshot::Sender<Told>,
}

impl Waiting {
    /// The computer hears that.
    pub(crate) fn tell(self, told: Told) {
        // A computer that is off hears nothing.
        let _ = self.tell.send(told);
    }
}

/// What a request asks for: its path, the methods that it calls, and the length of its body.
pub(crate) fn asks(request: &Request) -> String {
    let mut said = request.url().path().to_owned();
    for call in calls(request) {
        said.push(' ');
        said.push_str(call[0].as_str().unwrap_or_default());
    }
    let body = request.body().and_then(|body| body.as_bytes());
    format!("{said} ({})", body.unwrap_or_default().len())
}

/// Identifiers of the applications that a request would have registered.
pub(crate) fn registers(request: &Request) -> Vec<String> {
    let calls = calls(request);
    let sets = calls.iter().filter(|call| call[0] == "Application/set");
    let wishes = sets.filter_map(|call| call[1]["create"].as_object());
    wishes.flat_map(|wishes| wishes.keys().cloned()).collect()
}

/// The method calls of a request of JMAP; none of another one.
fn calls(request: &Request) -> Vec<Value> {
    let body = request.body().and_then(|body| body.as_bytes());
    let read = body.and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let mut read = read.unwrap_or_default();
    match read["methodCalls"].take() {
        Value::Array(calls) => calls,
        _ => Vec::new(),
    }
}

/// The wire of one computer: its requests wait here until the schedule decides what becomes of them.
#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<Option<Waiting>>>);

impl Line {
    /// What waits now.
    pub(crate) fn take(&self) -> Option<Waiting> {
        self.0.lock().unwrap().take()
    }

    /// It waits on.
    pub(crate) fn put_back(&self, waiting: Waiting) {
        *self.0.lock().unwrap() = Some(waiting);
    }

    /// Whether something waits.
    pub(crate) fn is_busy(&self) -> bool {
        self.0.lock().unwrap().is_some()
    }
}

impl Wire for Line {
    fn exchange(&self, request: Request, _: usize) -> Exchange<'_> {
        let (tell, told) = oneshot::channel();
        // A body that cannot be read is never sent.
        let Some(request) = whole(request) else {
            return Box::pin(std::future::ready(Err(PortalError::Offline)));
        };
        self.put_back(Waiting {
            request,
            answer: None,
            tell,
        });
        Box::pin(async move {
            match told.await {
                Ok(told) => told,
                // Nobody will ever answer.
                Err(_) => std::future::pending().await,
            }
        })
    }
}

/// The request with its body as a whole: one that is read while it is sent could not come twice. None
/// where it cannot be read, such as a file that was given up meanwhile.
fn whole(mut request: Request) -> Option<Request> {
    let Some(body) = request.body_mut().take() else {
        return Some(request);
    };
    let octets = std::pin::pin!(to_bytes(Body::new(body), usize::MAX));
    // It is read from the store and waits for nothing.
    match octets.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(octets)) => *request.body_mut() = Some(octets.into()),
        Poll::Ready(Err(_)) => return None,
        Poll::Pending => panic!("a body that waits"),
    }
    Some(request)
}
