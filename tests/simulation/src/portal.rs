//! The sandbox portal in this process.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use kabinet_cache::{Person, Store};
use kabinet_portal::{Answer, PortalError};
use kabinet_records::{Holder, Manifest};
use kabinet_stb::Secret;
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_token::CardError;
use reqwest::Request;
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::jmap::SESSION_PATH;
use sandbox_portal::jwt::{TicketKey, b64, s256, thumbprint, unb64};
use sandbox_portal::portal::Portal as Sandbox;
use sandbox_portal::store::Token;
use sandbox_portal::{clock, oids, serve};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::mistake::Mistake;
use crate::network::Told;
use crate::power::Power;

mod authority;
mod web;

pub(crate) use authority::Delivered;
pub(crate) use web::Kept;

/// The only person's account, as long as those that the sandbox gives.
const SUBJECT: &str = "s0000000000000001";
/// Most objects of a page at a portal that is short of breath.
const SHORT_PAGE: u64 = 2;
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
    mistake: Cell<Option<Mistake>>,
    power: Arc<Power>,
    /// How many transactions are left until the power goes, if it does.
    cut: Cell<Option<u32>>,
    /// Whether the power has gone since somebody asked.
    has_stopped: Cell<bool>,
    /// Whether its pages are short, so that few objects are many parts.
    short: Cell<bool>,
    /// Applications and letters that are registered once more than they should be.
    again: RefCell<Vec<Uuid>>,
    /// The key that all sessions are bound to: its octets, its thumbprint.
    session_key: (Vec<u8>, String),
    /// Its address, ending in a slash.
    pub(crate) address: String,
    _folder: Option<tempfile::TempDir>,
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
        let portal = Self::open(folder.path(), ADDRESS);
        Self {
            _folder: Some(folder),
            ..portal
        }
    }

    /// The portal whose files are in that folder and that is said to be at that address.
    pub(crate) fn open(folder: &Path, address: &str) -> Self {
        let sandbox = Sandbox::open(folder, address.to_owned(), TerminalKind::Valid).unwrap();
        let sandbox = Arc::new(sandbox);
        let power = Arc::new(Power::default());
        let supply = Arc::clone(&power);
        sandbox.store().powered_by(move || supply.lasts()).unwrap();
        let card = std::fs::read(folder.join("cards/citizen.json")).unwrap();
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
            mistake: Cell::default(),
            power,
            cut: Cell::default(),
            has_stopped: Cell::default(),
            short: Cell::default(),
            again: RefCell::default(),
            session_key: (session_key, print),
            address: format!("{}/", address.trim_end_matches('/')),
            _folder: None,
        }
    }

    /// What went over the wire otherwise than `docs/portal.openapi.json` says.
    pub(crate) fn mistakes(&self) -> Option<String> {
        std::fs::read_to_string(&self.sandbox.mistakes).ok()
    }

    /// State of its catalogue.
    pub(crate) fn catalogue(&self) -> String {
        sandbox_portal::publishing::state(&self.sandbox.store()).unwrap()
    }

    /// The person's key.
    pub(crate) fn signer(&self) -> Key {
        self.signer.clone()
    }

    /// Everything is new: nobody is known but one person, whose account this is. What earlier
    /// schedules left would make this one another than it is when it is played alone.
    pub(crate) fn begin(&self, short: bool, mistake: Option<Mistake>) -> String {
        self.mistake.set(mistake);
        self.short.set(short);
        self.again.take();
        self.steady();
        let store = self.sandbox.store();
        store.forget_everybody().unwrap();
        store
            .sign_in("PNOBY-1", &self.serial_number, SUBJECT)
            .unwrap();
        SUBJECT.to_owned()
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
                used: 0,
            };
            let hash = s256(&text(kind));
            self.sandbox.store().add_token(kind, &hash, &token).unwrap();
        }
        let session = json!({
            "version": 1,
            "portal": self.address,
            "access": text("access"),
            "refresh": text("refresh"),
            "expires_at": now + ACCESS,
            "key": b64(key),
            "area": null,
        });
        let person = Person {
            portal: self.address.clone(),
            subject: subject.to_owned(),
            holder: Holder::default(),
        };
        let session = Secret::new(session.to_string().into_bytes());
        store.sign_in(&person, &session).unwrap();
    }

    /// The power goes after so many more transactions of what the person wants of it. What an
    /// authority does is not disturbed.
    pub(crate) fn let_power_last(&self, transactions: u32) {
        self.cut.set(Some(transactions));
    }

    /// The power lasts.
    pub(crate) fn steady(&self) {
        self.cut.take();
        self.has_stopped.take();
    }

    /// Whether it stopped since that was asked last.
    pub(crate) fn has_stopped(&self) -> bool {
        self.has_stopped.take()
    }

    /// Does that as long as the power lasts; nothing where it has gone in the middle. Then the power is
    /// back: what the portal is to know of the person is in its file alone.
    fn while_power_lasts<T>(&self, act: impl FnOnce() -> T) -> Option<T> {
        let Some(transactions) = self.cut.take() else {
            return Some(act());
        };
        self.power.last(transactions);
        let noted = self.mistakes();
        let done = act();
        let (is_out, left) = (self.power.is_out(), self.power.left());
        self.power.restore();
        if is_out {
            self.has_stopped.set(true);
            // What was never answered is no answer that nobody described.
            if noted.is_none() {
                let _ = std::fs::remove_file(&self.sandbox.mistakes);
            }
            return None;
        }
        self.cut.set(left);
        Some(done)
    }

    /// What it answers at that time (seconds).
    pub(crate) fn answer(&self, request: &Request, now: i64) -> Told {
        clock::pretend(Some(now));
        let body = request.body().and_then(|body| body.as_bytes());
        let body = body.unwrap_or_default();
        let mistake = self.mistake.get();
        let body = mistake
            .and_then(|mistake| mistake.on_the_way_there(body))
            .unwrap_or_else(|| body.to_vec());
        let url = request.url();
        let query = url
            .query()
            .map_or(String::new(), |query| format!("?{query}"));
        let mut inner = axum::http::Request::builder()
            .method(request.method())
            .uri(format!("{}{query}", url.path()))
            .body(Body::from(body))
            .unwrap();
        *inner.headers_mut() = request.headers().clone();
        let serve = async {
            let reply = self.router.clone().oneshot(inner).await;
            let (head, body) = match reply {
                Ok(reply) => reply.into_parts(),
                Err(never) => match never {},
            };
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let again = |id: &str| self.again.borrow_mut().push(id.parse().unwrap());
            let heard = mistake.and_then(|mistake| mistake.on_the_way_back(&body, again));
            let heard = heard.or_else(|| {
                let session = self.short.get() && url.path() == SESSION_PATH;
                session.then(|| with_short_pages(&body))?
            });
            Answer {
                status: head.status,
                headers: head.headers,
                body: Zeroizing::new(heard.unwrap_or_else(|| body.to_vec())),
            }
        };
        self.while_power_lasts(|| self.runtime.block_on(serve))
            .ok_or(PortalError::Offline)
    }

    /// All that is registered of the person.
    pub(crate) fn registered(&self, subject: &str) -> Vec<Registered> {
        let store = self.sandbox.store();
        let list = store.objects("Application", Some(subject)).unwrap();
        let again = self.again.borrow();
        let times = |id: &str| 1 + again.iter().filter(|one| one.to_string() == id).count();
        list.iter()
            .flat_map(|one| std::iter::repeat_n(one, times(&one.id)))
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

    /// It forgets what changed until now, as after a restore from its own backup.
    pub(crate) fn forget_changes(&self, subject: &str) {
        let store = self.sandbox.store();
        for kind in sandbox_portal::objects::KINDS {
            store.forget_changes(kind, subject).unwrap();
        }
    }
}

/// The session object of a portal with short pages.
fn with_short_pages(body: &[u8]) -> Option<Vec<u8>> {
    let mut session: Value = serde_json::from_slice(body).ok()?;
    let core = session.pointer_mut("/capabilities/urn:ietf:params:jmap:core")?;
    core["maxObjectsInGet"] = json!(SHORT_PAGE);
    serde_json::to_vec(&session).ok()
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
