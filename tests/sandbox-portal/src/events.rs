//! The event source (RFC 8620 section 7.3): state changes as they happen.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use http_body::Frame;
use serde_json::{Map, Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use crate::jmap::EVENTS_PATH;
use crate::objects::KINDS;
use crate::portal::{EVERYBODY, Portal};
use crate::publishing;
use crate::reply::{Reply, problem};

/// Shortest and longest interval of pings, in seconds.
const PING: (u64, u64) = (1, 300);
/// Type of what the catalogue consists of.
const CATALOGUE: &str = "Procedure";

/// Answers with a stream that ends with the connection, or after the first change.
pub fn stream(portal: &Arc<Portal>, headers: &HeaderMap, query: &str) -> Reply {
    let person = match portal.person(headers, "GET", EVENTS_PATH) {
        Ok(person) => person,
        Err(refusal) => return refusal,
    };
    let wishes: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let wish = |name: &str| wishes.get(name).map(String::as_str).unwrap_or_default();
    let Ok(ping) = wish("ping").parse::<u64>() else {
        return problem(400, "about:blank", "ping is a number of seconds");
    };
    let kinds: Vec<&'static str> = KINDS
        .into_iter()
        .chain([CATALOGUE])
        .filter(|kind| wish("types") == "*" || wish("types").split(',').any(|one| one == *kind))
        .collect();
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(send(
        Arc::clone(portal),
        person.subject,
        kinds,
        (ping > 0).then(|| Duration::from_secs(ping.clamp(PING.0, PING.1))),
        wish("closeafter") == "state",
        sender,
    ));
    let mut reply = Reply::new(Body::new(Events(receiver)));
    let headers = reply.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// Sends until nobody reads any more.
async fn send(
    portal: Arc<Portal>,
    account: String,
    kinds: Vec<&'static str>,
    ping: Option<Duration>,
    once: bool,
    sender: mpsc::Sender<Bytes>,
) {
    let mut changes = portal.listen();
    let Some(mut told) = states(&portal, &account, &kinds) else {
        return;
    };
    // Says that the stream stands, also through intermediaries that hold back empty answers.
    if sender.send(": listening\n\n".into()).await.is_err() {
        return;
    }
    loop {
        let pause = async {
            match ping {
                Some(ping) => tokio::time::sleep(ping).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = changes.recv() => match changed {
                Ok(whose) if whose != account && whose != EVERYBODY => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            () = pause => {
                let interval = ping.map_or(0, |ping| ping.as_secs());
                let event = format!("event: ping\ndata: {{\"interval\":{interval}}}\n\n");
                if sender.send(event.into()).await.is_err() {
                    return;
                }
                continue;
            }
            () = sender.closed() => return,
        }
        if !matches!(portal.store().is_signed_in(&account), Ok(true)) {
            return;
        }
        let Some(now) = states(&portal, &account, &kinds) else {
            return;
        };
        let moved: Map<String, Value> = now
            .iter()
            .filter(|(kind, state)| told.get(*kind) != Some(state))
            .map(|(kind, state)| ((*kind).to_owned(), json!(state)))
            .collect();
        told = now;
        if moved.is_empty() {
            continue;
        }
        let change = json!({ "@type": "StateChange", "changed": { &account: moved } });
        let event = format!("event: state\ndata: {change}\n\n");
        if sender.send(event.into()).await.is_err() || once {
            return;
        }
    }
}

fn states(
    portal: &Portal,
    account: &str,
    kinds: &[&'static str],
) -> Option<BTreeMap<&'static str, String>> {
    let store = portal.store();
    kinds
        .iter()
        .map(|kind| {
            let state = match *kind {
                CATALOGUE => publishing::state(&store).ok()?,
                kind => store.state(kind, account).ok()?.to_string(),
            };
            Some((*kind, state))
        })
        .collect()
}

/// The body: what is sent, as it comes.
struct Events(mpsc::Receiver<Bytes>);

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.0
            .poll_recv(context)
            .map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}
