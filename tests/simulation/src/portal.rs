//! The sandbox portal in this process.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use kabinet_cache::{Person, Store};
use kabinet_portal::Answer;
use kabinet_records::{DraftDocument, Holder, Manifest};
use kabinet_stb::Secret;
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_token::CardError;
use reqwest::Request;
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::jwt::{TicketKey, b64, s256, thumbprint, unb64};
use sandbox_portal::portal::Portal as Sandbox;
use sandbox_portal::store::Token;
use sandbox_portal::{clock, oids, serve};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Where it is said to be.
const ADDRESS: &str = "https://portal.example";
/// Seconds that a session's access token lives, as at the sandbox itself.
const ACCESS: i64 = 600;

/// A portal, and the person's key for signatures.
pub(crate) struct Portal {
    sandbox: Arc<Sandbox>,
    router: Router,
    runtime: Runtime,
    signer: Key,
    serial_number: String,
    persons: Cell<u64>,
    /// The key that all sessions are bound to: its octets, its thumbprint.
    session_key: (Vec<u8>, String),
    _folder: tempfile::TempDir,
}

/// The key of a card, without the card.
#[derive(Clone)]
pub(crate) struct Key {
    key: Arc<PrivateKey>,
    certificate: Vec<u8>,
}

impl kabinet_pki::Signer for Key {
    type Error = CardError;

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, CardError> {
        Ok(self.key.sign_hash(oids::BELT_HASH, hash))
    }
}

/// Something that is registered.
pub(crate) struct Registered {
    pub(crate) id: Uuid,
    /// What was signed.
    pub(crate) manifest: Manifest,
    /// The object, as it must be on every computer.
    pub(crate) object: Value,
}

impl Portal {
    /// A new portal.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir_in(memory()).unwrap();
        let sandbox =
            Sandbox::open(folder.path(), ADDRESS.to_owned(), TerminalKind::Valid).unwrap();
        let sandbox = Arc::new(sandbox);
        let card = std::fs::read(folder.path().join("cards/citizen.json")).unwrap();
        let card: Value = serde_json::from_slice(&card).unwrap();
        let octets =
            |name: &str| hex::decode(card["esign"]["keys"][0][name].as_str().unwrap()).unwrap();
        let certificate = octets("certificate");
        let parsed = sandbox_portal::x509::Certificate::parse(&certificate).unwrap();
        let (_, session_key) = TicketKey::generate();
        let keys = TicketKey::from_bytes(&session_key).unwrap().key_set();
        let print = thumbprint(&keys["keys"][0]).unwrap();
        Self {
            router: serve::router(Arc::clone(&sandbox)),
            sandbox,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            signer: Key {
                key: Arc::new(PrivateKey::from_bytes(Level::L128, &octets("private_key")).unwrap()),
                certificate,
            },
            serial_number: parsed.subject_serial().unwrap(),
            persons: Cell::default(),
            session_key: (session_key, print),
            _folder: folder,
        }
    }

    /// State of its catalogue.
    pub(crate) fn catalogue(&self) -> String {
        sandbox_portal::publishing::state(&self.sandbox.store()).unwrap()
    }

    /// The person's key.
    pub(crate) fn signer(&self) -> Key {
        self.signer.clone()
    }

    /// A person whom nobody knew before; gives their account.
    pub(crate) fn new_person(&self) -> String {
        let number = self.persons.get() + 1;
        self.persons.set(number);
        let store = self.sandbox.store();
        // What earlier schedules proved is of no interest any more.
        store.remember_proof("", i64::MAX / 2, 0).unwrap();
        let subject = format!("s{number:016x}");
        store
            .sign_in(&format!("PNOBY-{number}"), &self.serial_number, &subject)
            .unwrap();
        subject
    }

    /// A sign-in at that time (seconds), put into the person's store.
    pub(crate) fn sign_in(&self, store: &mut Store, subject: &str, name: u64, now: i64) {
        let (key, thumbprint) = &self.session_key;
        let text = |kind: &str| format!("{kind}.{subject}.{name:x}");
        for (kind, seconds) in [("access", ACCESS), ("refresh", 30 * 24 * 3600)] {
            let token = Token {
                family: text("family"),
                subject: subject.to_owned(),
                thumbprint: thumbprint.clone(),
                expires: now + seconds,
                used: false,
            };
            let hash = s256(&text(kind));
            self.sandbox.store().add_token(kind, &hash, &token).unwrap();
        }
        let session = json!({
            "version": 1,
            "portal": format!("{ADDRESS}/"),
            "access": text("access"),
            "refresh": text("refresh"),
            "expires_at": now + ACCESS,
            "key": b64(key),
            "area": null,
        });
        let person = Person {
            portal: format!("{ADDRESS}/"),
            subject: subject.to_owned(),
            holder: Holder::default(),
        };
        let session = Secret::new(session.to_string().into_bytes());
        store.sign_in(&person, &session).unwrap();
    }

    /// What it answers at that time (seconds).
    pub(crate) fn answer(&self, request: &Request, now: i64) -> Answer {
        clock::pretend(Some(now));
        let body = request.body().and_then(|body| body.as_bytes());
        let url = request.url();
        let query = url
            .query()
            .map_or(String::new(), |query| format!("?{query}"));
        let mut inner = axum::http::Request::builder()
            .method(request.method())
            .uri(format!("{}{query}", url.path()))
            .body(Body::from(body.unwrap_or_default().to_vec()))
            .unwrap();
        *inner.headers_mut() = request.headers().clone();
        self.runtime.block_on(async {
            let reply = self.router.clone().oneshot(inner).await;
            let (head, body) = match reply {
                Ok(reply) => reply.into_parts(),
                Err(never) => match never {},
            };
            let body = to_bytes(body, usize::MAX).await.unwrap();
            Answer {
                status: head.status,
                headers: head.headers,
                body: Zeroizing::new(body.to_vec()),
            }
        })
    }

    /// All that is registered of the person.
    pub(crate) fn registered(&self, subject: &str) -> Vec<Registered> {
        let store = self.sandbox.store();
        let list = store.objects("Application", Some(subject)).unwrap();
        list.into_iter()
            .map(|application| {
                let signature = store
                    .signature("Application", subject, &application.id)
                    .unwrap();
                let content = kabinet_pki::content(&unb64(&signature).unwrap()).unwrap();
                Registered {
                    id: application.id.parse().unwrap(),
                    manifest: Manifest::parse_canonical(&content).unwrap(),
                    object: serde_json::from_str(&application.body).unwrap(),
                }
            })
            .collect()
    }

    /// An official moves an application along.
    pub(crate) fn move_along(&self, id: Uuid, now: i64) {
        clock::pretend(Some(now));
        let order = json!({"status": "accepted", "note": {"be": "", "ru": "", "en": ""}});
        sandbox_portal::applications::move_along(&self.sandbox, &id.to_string(), &order).unwrap();
    }

    /// It forgets what changed until now, as after a restore from its own backup.
    pub(crate) fn forget_changes(&self, subject: &str) {
        let store = self.sandbox.store();
        for kind in sandbox_portal::objects::KINDS {
            store.forget_changes(kind, subject).unwrap();
        }
    }

    /// The person's drafts that have not ended.
    pub(crate) fn drafts(&self, subject: &str) -> BTreeSet<Uuid> {
        let drafts = self
            .sandbox
            .store()
            .objects("Draft", Some(subject))
            .unwrap();
        drafts
            .iter()
            .map(|draft| serde_json::from_str::<DraftDocument>(&draft.body).unwrap())
            .filter(|document| document.end().is_none())
            .map(|document| document.id)
            .collect()
    }
}

/// A folder in memory where there is one: thousands of stores are made.
pub(crate) fn memory() -> &'static Path {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() {
        shared
    } else {
        Box::leak(std::env::temp_dir().into_boxed_path())
    }
}
