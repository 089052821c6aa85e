//! The event source (RFC 8620 section 7.3): the portal says that something changed, so that nobody
//! has to ask.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Response, Url};
use serde_json::Value;

use crate::area::PersonalArea;
use crate::error::PortalError;

/// How often the portal shows that the stream stands, in seconds.
const PING: u64 = 60;
/// How long silence is believed.
const SILENCE: Duration = Duration::from_secs(2 * PING + 15);
/// Most octets of one event.
const LONGEST_EVENT: usize = 64 * 1024;

/// The type of what all accounts share: the catalogue (docs/portal-profile.md).
const CATALOGUE: &str = "Procedure";

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Changed {
    /// The catalogue alone, for everybody who listens.
    Catalogue,
    /// Something of this account.
    Account,
}

/// A stream of state changes that stands.
pub struct EventSource {
    response: Response,
    account: String,
    parser: Parser,
    waiting: Option<Changed>,
}

impl PersonalArea {
    /// Opens the event source. It stays open as long as both sides want.
    ///
    /// # Errors
    /// Any of the network's; `Server(404)` and the like where the portal has none.
    pub async fn listen(&self) -> Result<EventSource, PortalError> {
        let area = self.area().await?;
        let url = address(self.client().base(), &area.events)?;
        let response = self.open(Method::GET, &url).await?;
        let kind = response.headers().get(reqwest::header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            return Err(PortalError::Garbage("event source"));
        }
        Ok(EventSource {
            response,
            account: area.account.clone(),
            parser: Parser::default(),
            waiting: None,
        })
    }
}

impl EventSource {
    /// Waits until something changes that the account sees. May be dropped at any time and called again.
    ///
    /// # Errors
    /// Whatever ended the stream; it is of no use then.
    pub async fn next(&mut self) -> Result<Changed, PortalError> {
        loop {
            if let Some(changed) = self.waiting.take() {
                return Ok(changed);
            }
            let chunk = tokio::time::timeout(SILENCE, self.response.chunk())
                .await
                .map_err(|_| PortalError::Timeout)?;
            let Ok(Some(octets)) = chunk else {
                return Err(PortalError::Offline);
            };
            for event in self.parser.take(&octets)? {
                self.waiting = self.waiting.max(event.changes(&self.account));
            }
        }
    }
}

/// The address with its variables filled in.
fn address(base: &Url, template: &str) -> Result<Url, PortalError> {
    let filled = template
        .replace("{types}", "*")
        .replace("{closeafter}", "no")
        .replace("{ping}", &PING.to_string());
    crate::address::parse_endpoint(base, &filled)
}

/// Reads server-sent events (HTML Living Standard, 9.2.6) out of pieces of any length.
#[derive(Default)]
struct Parser {
    line: Vec<u8>,
    event: Event,
    /// Whether the last sign was a carriage return, with which a line feed makes one end of line.
    returned: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Event {
    name: String,
    data: String,
}

impl Parser {
    /// The events that end in this piece.
    fn take(&mut self, octets: &[u8]) -> Result<Vec<Event>, PortalError> {
        let mut events = Vec::new();
        for &octet in octets {
            let second = std::mem::replace(&mut self.returned, octet == b'\r') && octet == b'\n';
            match octet {
                _ if second => {}
                b'\n' | b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    if line.is_empty() {
                        let event = std::mem::take(&mut self.event);
                        if !event.data.is_empty() {
                            events.push(event);
                        }
                    } else {
                        self.event.field(&String::from_utf8_lossy(&line));
                    }
                }
                octet => self.line.push(octet),
            }
            if self.line.len() + self.event.data.len() > LONGEST_EVENT {
                return Err(PortalError::Garbage("event too long"));
            }
        }
        Ok(events)
    }
}

impl Event {
    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push_str(value),
            _ => {}
        }
    }

    /// What it says that changed of that account (section 7.1).
    fn changes(&self, account: &str) -> Option<Changed> {
        if self.name != "state" {
            return None;
        }
        let change: Value = serde_json::from_str(&self.data).ok()?;
        if change["@type"] != "StateChange" {
            return None;
        }
        let types = change["changed"].get(account)?;
        let catalogue = types
            .as_object()
            .is_some_and(|types| !types.is_empty() && types.keys().all(|one| one == CATALOGUE));
        Some(if catalogue {
            Changed::Catalogue
        } else {
            Changed::Account
        })
    }
}

impl PersonalArea {
    /// As `send`, but the answer's body is left to be read.
    async fn open(&self, method: Method, url: &Url) -> Result<Response, PortalError> {
        let inner = self.inner();
        let mut session = inner.current().await?;
        let mut renewed = false;
        if session.expires_at <= self.client().now() {
            session = Arc::clone(inner).renew(session).await?;
            renewed = true;
        }
        loop {
            let opened = self
                .client()
                .open(method.clone(), url, &session.key, &session.access)
                .await?;
            let refused = match opened {
                Ok(response) => return Ok(response),
                Err(reply) => reply,
            };
            if refused.status.as_u16() != 401 {
                return Err(refused.error());
            }
            if renewed || !refused.challenge.contains("invalid_token") {
                return Err(PortalError::Unauthorised);
            }
            session = Arc::clone(inner).renew(session).await?;
            renewed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = ": hello\n\nevent: ping\ndata: {\"interval\":60}\n\n\
        event: state\r\ndata: {\"@type\":\"StateChange\",\r\ndata: \"changed\":{\"a1\":{\"Message\":\"7\"}}}\r\n\r\n\
        event: state\ndata: {\"@type\":\"StateChange\",\"changed\":{\"a2\":{}}}\n\ndata: x\n";

    fn events(pieces: &[&[u8]]) -> Vec<Event> {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for piece in pieces {
            events.extend(parser.take(piece).unwrap());
        }
        events
    }

    #[test]
    fn only_changes_of_the_account_count() {
        let seen = events(&[STREAM.as_bytes()]);
        let changes: Vec<Option<Changed>> = seen.iter().map(|event| event.changes("a1")).collect();
        assert_eq!(changes, [None, Some(Changed::Account), None]);
    }

    #[test]
    fn the_catalogue_alone_is_told_from_what_is_the_persons() {
        let changed = |types: &str| {
            let data = format!("{{\"@type\":\"StateChange\",\"changed\":{{\"a1\":{types}}}}}");
            let name = "state".to_owned();
            Event { name, data }.changes("a1")
        };
        let catalogue = "{\"Procedure\":\"7\"}";
        assert_eq!(changed(catalogue), Some(Changed::Catalogue));
        for types in [
            "{\"Procedure\":\"7\",\"Message\":\"2\"}",
            "{\"Draft\":\"1\"}",
            "{}",
            "7",
        ] {
            assert_eq!(changed(types), Some(Changed::Account), "{types}");
        }
        // Whatever came while nobody read, what is the person's counts.
        assert_eq!(
            Some(Changed::Catalogue).max(changed("{}")),
            Some(Changed::Account)
        );
        let nothing: Option<Changed> = None;
        assert_eq!(nothing.max(changed(catalogue)), Some(Changed::Catalogue));
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut parser = Parser::default();
        assert!(parser.take(b"data: ").is_ok());
        assert!(parser.take(&vec![b'x'; LONGEST_EVENT + 1]).is_err());
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(at in 0_usize..STREAM.len(), octets: Vec<u8>) {
            let whole = events(&[STREAM.as_bytes()]);
            let (one, other) = STREAM.as_bytes().split_at(at);
            prop_assert_eq!(events(&[one, other]), whole);
            let _ = Parser::default().take(&octets);
        }
    }
}
