//! What was signed, and whose certificate ends before it leaves. The signatures are those of the
//! reference library; the portal is a small one behind the desk's wire.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use kabinet_cache::{Person, Store};
use kabinet_desk::view::{OutboxReasonKindView as Kind, OutboxStateView};
use kabinet_desk::{Code, Secret, Surroundings};
use kabinet_pki::{Time, TrustAnchors, Validation};
use kabinet_portal::{Answer, Exchange, PortalError, Wire};
use kabinet_records::{Applicant, Holder, Manifest, ProcedureReference};
use kabinet_stb::hash::belt_hash;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Request, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::catalogue::{offer, procedure};
use crate::computer::{Computer, draft};
use crate::hand::Hand;

const PORTAL: &str = "https://portal.example/";

/// What the portal has, and what it heard.
#[derive(Default)]
struct Area {
    /// Whether nobody reaches it.
    is_away: bool,
    /// Names of what was uploaded, in its order.
    uploads: Vec<String>,
    applications: BTreeMap<String, Value>,
}

#[derive(Clone, Default)]
struct Portal(Arc<Mutex<Area>>);

impl Portal {
    fn uploads(&self) -> Vec<String> {
        self.0.lock().unwrap().uploads.clone()
    }
}

impl Wire for Portal {
    fn exchange(&self, request: Request, _: usize) -> Exchange<'_> {
        let mut area = self.0.lock().unwrap();
        let body = request.body().and_then(|body| body.as_bytes());
        let body = body.unwrap_or_default();
        let said = match request.url().path() {
            _ if area.is_away => None,
            "/up/a1/" => {
                let name = blob(body);
                area.uploads.push(name.clone());
                let size = body.len();
                let uploaded = json!({"accountId": "a1", "blobId": name, "type": "application/cms", "size": size});
                Some((StatusCode::CREATED, uploaded))
            }
            "/jmap" => Some((StatusCode::OK, area.answers(body))),
            other => panic!("{other} was asked"),
        };
        Box::pin(async {
            let (status, body) = said.ok_or(PortalError::Offline)?;
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Ok(Answer {
                status,
                headers,
                body: Zeroizing::new(body.to_string().into_bytes()),
            })
        })
    }
}

impl Area {
    fn answers(&mut self, body: &[u8]) -> Value {
        let request: Value = serde_json::from_slice(body).unwrap();
        let calls = request["methodCalls"].as_array().unwrap();
        let answers: Vec<Value> = calls
            .iter()
            .map(|call| json!([call[0], self.method(&call[0], &call[1]), call[2]]))
            .collect();
        json!({"methodResponses": answers, "sessionState": "0"})
    }

    fn method(&mut self, name: &Value, arguments: &Value) -> Value {
        let (kind, method) = name.as_str().unwrap().split_once('/').unwrap();
        let ids: Vec<&String> = match kind {
            "Application" => self.applications.keys().collect(),
            _ => Vec::new(),
        };
        match method {
            "get" => {
                let list: Vec<&Value> = ids.iter().map(|id| &self.applications[*id]).collect();
                json!({"accountId": "a1", "state": "1", "list": list, "notFound": []})
            }
            "query" => {
                let rest = if arguments["anchor"].is_null() {
                    &ids[..]
                } else {
                    &[]
                };
                json!({"accountId": "a1", "queryState": "1", "position": 0, "ids": rest})
            }
            "set" => {
                let create = arguments["create"].as_object().unwrap();
                let (id, wish) = create.iter().next().unwrap();
                let uploaded = wish["signatureBlobId"].as_str().unwrap();
                assert!(self.uploads.iter().any(|known| known == uploaded));
                self.applications.insert(
                    id.clone(),
                    json!({"id": id, "procedureId": "2.2", "procedureVersion": 1,
                        "registrationNumber": "2026/1", "status": "registered",
                        "submittedAt": "2026-01-01T10:00:00Z", "signatureBlobId": uploaded}),
                );
                json!({"accountId": "a1", "created": {id: {"id": id}}, "notCreated": null})
            }
            other => panic!("{other} was called"),
        }
    }
}

fn blob(octets: &[u8]) -> String {
    let digits = belt_hash(octets).map(|octet| format!("{octet:02x}"));
    format!("G{}", digits.concat())
}

/// A signature that the reference library made.
fn signature(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pki/tests/fixtures/bee2evp");
    std::fs::read(folder.join(file)).unwrap()
}

/// When its signer's certificate ends, in milliseconds since 1970.
fn end_of(cms: &[u8]) -> i64 {
    let nobody = TrustAnchors::default();
    let at = Time::new(2026, 1, 1, 0, 0, 0).unwrap();
    let report = kabinet_pki::verify(Cursor::new(cms), None, &Validation::new(&nobody, at));
    let certificate = report.unwrap().signers.remove(0).certificate.unwrap();
    i64::try_from(certificate.not_after.unix_duration().as_millis()).unwrap()
}

fn sign(store: &mut Store, number: u128, cms: &[u8], at: Timestamp) -> String {
    let draft = draft(number, "2.2", at);
    store.add_draft(&draft).unwrap();
    let reference = ProcedureReference {
        id: "2.2".into(),
        version: 1,
    };
    let manifest = Manifest::new(draft.id, reference, Applicant::default(), draft.data, at);
    let octets = manifest.to_canonical().unwrap();
    store.sign_into_outbox(draft.id, &octets, cms, at).unwrap();
    draft.id.to_string()
}

/// Somebody who is signed in at the small portal.
fn sign_in(store: &mut Store) {
    let form = json!({"employer": {"type": "string"}});
    offer(store, &[procedure(1, form, json!({}))]);
    let person = Person {
        portal: PORTAL.into(),
        subject: "subject".into(),
        holder: Holder::default(),
    };
    let area = json!({"account": "a1", "api": "/jmap", "upload": "/up/a1/", "max_upload": 100_000,
        "state": "0", "download": "/down/a1/{blobId}", "events": "/events", "max_get": 500});
    let session = json!({"version": 1, "portal": PORTAL, "access": "access", "refresh": "refresh",
        "expires_at": 100_000_000_000_i64, "key": format!("{}A", "B".repeat(42)), "area": area});
    let session = Secret::new(session.to_string().into_bytes());
    store.sign_in(&person, &session).unwrap();
}

#[tokio::test]
async fn a_signature_whose_certificate_has_ended_is_not_sent() {
    let plain = signature("attached-256.p7s");
    let stamped = signature("level-128/accepted-t.p7s");
    let end = end_of(&plain).max(end_of(&stamped));
    let hand = Hand::at(end_of(&plain).min(end_of(&stamped)) - 60_000);
    let mut ids = Vec::new();
    let computer = Computer::new(|store| {
        sign_in(store);
        ids = (1..)
            .zip([&plain, &stamped])
            .map(|(number, cms)| sign(store, number, cms, hand.now()))
            .collect();
    });
    let portal = Portal::default();
    let desk = computer.desk_in(Surroundings {
        wire: Some(Arc::new(portal.clone())),
        ..hand.surroundings()
    });

    // Signed without a network: everything waits for it.
    portal.0.lock().unwrap().is_away = true;
    assert_eq!(desk.send_now().await.unwrap_err().code, Code::Offline);
    let kinds: Vec<Kind> = desk
        .outbox()
        .unwrap()
        .iter()
        .map(|item| item.reason.kind)
        .collect();
    assert_eq!(kinds, [Kind::Network; 2]);

    // The network comes back when both certificates have ended. What has a time stamp leaves.
    hand.goes(end + 1_000 - hand.now().as_millisecond());
    portal.0.lock().unwrap().is_away = false;
    let pass = desk.send_now().await.unwrap();
    let sent: Vec<&str> = pass.sent.iter().map(|sent| sent.id.as_str()).collect();
    assert_eq!((sent, pass.waiting), (vec![ids[1].as_str()], 1));
    assert_eq!(portal.uploads(), [blob(&stamped)]);
    let items = desk.outbox().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].id, ids[0]);
    assert_eq!(items[0].state, OutboxStateView::Refused);
    assert!(items[0].reason.text.en.contains("cannot be sent"));
    let expired = kabinet_desk::Problem::new(Code::SignatureExpired);
    let sentence = expired.view(desk.language()).message;
    assert_eq!(items[0].last_problem.as_deref(), Some(sentence.as_str()));

    // It is not tried again.
    assert_eq!(desk.send_now().await.unwrap().waiting, 1);
    assert_eq!(portal.uploads().len(), 1);

    // Taken back, it is a draft with all that was filled in, to be signed anew.
    assert!(desk.drafts().unwrap().is_empty());
    let draft = desk.take_back(&ids[0]).unwrap().unwrap();
    assert_eq!(draft.data["employer"], "Employer 1");
    assert_eq!(desk.drafts().unwrap()[0].id, ids[0]);
    assert!(desk.outbox().unwrap().is_empty());
}

/// What the portal may have already is asked for, whatever became of the certificate.
#[tokio::test]
async fn what_was_offered_before_the_end_is_offered_again() {
    let plain = signature("attached-256.p7s");
    let hand = Hand::at(end_of(&plain) + 1_000);
    let computer = Computer::new(|store| {
        sign_in(store);
        let id = sign(store, 1, &plain, hand.now());
        let item = store.outbox_item(id.parse().unwrap()).unwrap();
        store.outbox_offered(&item).unwrap();
    });
    let portal = Portal::default();
    let desk = computer.desk_in(Surroundings {
        wire: Some(Arc::new(portal.clone())),
        ..hand.surroundings()
    });
    let pass = desk.send_now().await.unwrap();
    assert_eq!((pass.sent.len(), pass.waiting), (1, 0));
    assert_eq!(pass.sent[0].id, Uuid::from_u128(1).to_string());
    assert_eq!(portal.uploads(), [blob(&plain)]);
}
