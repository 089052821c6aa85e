//! What a portal, a registration authority and a browser say: links, authentication requests, answers
//! over HTTP, what the client kept, drafts of another computer.

use std::sync::{Arc, Mutex};

use kabinet_portal::{
    Answer, AuthenticationRequest, Client, Clock, Exchange, Link, Options, PortalError, Process,
    Registration, Session, Wire, web,
};
use kabinet_records::{DraftDocument, Procedure};
use kabinet_stb::{Secret, hash};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Request, StatusCode};
use zeroize::Zeroizing;

use crate::wire::{PORTAL, RUNTIME, now};

/// A link that opens the program leads to one computer over a way that is safe, or nowhere.
pub(crate) fn link(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    if let Some(link) = Link::parse(text) {
        assert!(text.len() <= 1024 && text.is_ascii());
        let origin = link.origin();
        assert!(link.is_of(&origin), "{origin}");
        assert!(!link.is_of("https://other.portal.example.invalid/"));
        let loopback = ["http://127.", "http://localhost", "http://[::1]"];
        let is_safe = origin.starts_with("https://")
            || loopback.iter().any(|start| origin.starts_with(start));
        assert!(is_safe, "{origin}");
    }
    if web::has_public_name(text) {
        assert!(web::host(text).is_some() && web::is_beside(text, text));
    }
}

/// The question that a card is asked in a portal's name.
pub(crate) fn authentication_request(octets: &[u8]) {
    let issuer = PORTAL.trim_end_matches('/');
    let read = AuthenticationRequest::parse(octets.to_vec(), issuer, now());
    if let Ok(request) = read {
        assert_eq!(request.octets(), octets);
        assert_eq!(request.hash(), hash::belt_hash(octets));
        assert_eq!(request.issuer, issuer);
        assert!(request.issued_at <= request.expires_at);
        let mut groups: Vec<u8> = request.claims.iter().map(|claim| claim.group).collect();
        groups.sort_unstable();
        groups.dedup();
        assert_eq!(groups.len(), request.claims.len());
    }
}

/// The same to each question, after what is in order and what asks for work.
struct Says {
    first: Mutex<Option<&'static [u8]>>,
    nonce: Mutex<Option<Vec<u8>>>,
    status: u16,
    cms: bool,
    body: Vec<u8>,
}

impl Wire for Says {
    fn exchange(&self, _: Request, limit: usize) -> Exchange<'_> {
        Box::pin(async move {
            let mut headers = HeaderMap::new();
            let kind = if self.cms {
                "application/cms"
            } else {
                "application/json"
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            if let Some(first) = self.first.lock().unwrap().take() {
                return Ok(Answer {
                    status: StatusCode::OK,
                    headers,
                    body: Zeroizing::new(first.to_vec()),
                });
            }
            let nonce = self.nonce.lock().unwrap().take();
            let nonce = nonce.and_then(|nonce| HeaderValue::from_bytes(&nonce).ok());
            let status = if nonce.is_some() { 428 } else { self.status };
            if let Some(nonce) = nonce {
                headers.insert("nonce", nonce);
            }
            if self.body.len() > limit {
                return Err(PortalError::Garbage("too long"));
            }
            Ok(Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers,
                body: Zeroizing::new(self.body.clone()),
            })
        })
    }
}

/// A client who hears that.
fn client(says: Says) -> Client {
    let clock = Clock::showing(now);
    Client::over(PORTAL, Options::default(), clock, Some(Arc::new(says))).unwrap()
}

fn only(octets: &[u8]) -> Says {
    Says {
        first: Mutex::default(),
        nonce: Mutex::default(),
        status: 200,
        cms: false,
        body: octets.to_vec(),
    }
}

/// A registration authority in order, for what comes after it has said what it is.
pub(crate) const REGISTRATION: &[u8] =
    br#"{"name":{"be":"a","ru":"b","en":"c"},"authorities":["MAA"],
"enrol":"/e","retrieve":"/r","setpwd":"/s","revoke":"/v"}"#;

/// Which answer, the status, and the body: what a registration authority and a portal are, what became
/// of a request, what a certification authority says and how much work it wants.
pub(crate) fn portal_answers(octets: &[u8]) {
    let [kind, status, octets @ ..] = octets else {
        return;
    };
    let status = [200, 202, 400, 401, 403, 428, 500][usize::from(*status) % 7];
    RUNTIME.block_on(async {
        match kind % 4 {
            0 => {
                let found = Registration::discover(&client(only(octets))).await;
                if let Ok(found) = found {
                    assert!((1..=8).contains(&found.authorities.len()));
                }
            }
            1 => {
                let found = client(only(octets)).prepare().await;
                // Its keys would have to be the same octets as its endpoints.
                assert!(found.is_err() || octets.len() > 2);
            }
            2 => {
                let registration = authority(Says {
                    status,
                    ..only(octets)
                })
                .await;
                let _ = registration.retrieve(&[7; 32]).await;
            }
            _ => {
                let (nonce, body) = octets.split_at(octets.len().min(3));
                if is_hard(nonce) {
                    return;
                }
                let says = Says {
                    nonce: Mutex::new(Some(nonce.to_vec())),
                    status,
                    cms: true,
                    ..only(body)
                };
                let registration = authority(says).await;
                if let Ok(said) = registration.send(Process::Revoke, b"message").await {
                    assert_eq!(said, body);
                    assert!([200, 202, 400, 403].contains(&status));
                }
            }
        }
    });
}

/// A registration authority that has said in order what it is, and then says that.
async fn authority(says: Says) -> Registration {
    let first = Mutex::new(Some(REGISTRATION));
    let client = client(Says { first, ..says });
    Registration::discover(&client).await.unwrap()
}

/// Work that would take longer than a check may.
fn is_hard(nonce: &[u8]) -> bool {
    let text = std::str::from_utf8(nonce).unwrap_or_default();
    text.trim()
        .parse::<u8>()
        .is_ok_and(|level| (7..=22).contains(&level))
}

/// What this program itself kept, or another computer of the person sent: a session, a draft's history,
/// a procedure. What is taken is written again the same.
pub(crate) fn kept(octets: &[u8]) {
    if let Ok(session) = Session::from_secret(&Secret::new(octets.to_vec())) {
        let again = Session::from_secret(&session.to_secret()).unwrap();
        assert!(again.to_secret().expose() == session.to_secret().expose());
    }
    if let Ok(document) = serde_json::from_slice::<DraftDocument>(octets) {
        let written = serde_json::to_vec(&document).unwrap();
        let again: DraftDocument = serde_json::from_slice(&written).unwrap();
        assert!(again == document);
        assert!(document.merge(&document) == document);
        let _ = (document.draft(), document.conflicts(), document.files());
    }
    if let Ok(procedure) = serde_json::from_slice::<Procedure>(octets) {
        let written = serde_json::to_vec(&procedure).unwrap();
        assert!(serde_json::from_slice::<Procedure>(&written).unwrap() == procedure);
    }
}
