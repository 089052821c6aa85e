//! The running portal: what all its endpoints share.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;

use crate::Problem;
use crate::authority::{Authorities, TerminalKind};
use crate::ca::Ca;
use crate::clock;
use crate::dpop::{self, Expected};
use crate::faults::Faults;
use crate::handover::HandOver;
use crate::holder::Holder;
use crate::jwt::{TicketKey, s256};
use crate::registration::Enrolment;
use crate::reply::{Reply, broken, oauth_error, unauthorized};
use crate::revocation::Revocations;
use crate::signin::SignIn;
use crate::store::{Person, Store};
use crate::x509::Certificate;

/// The only client.
pub const CLIENT_ID: &str = "kabinet";

/// In place of an account: all of them.
pub const EVERYBODY: &str = "";

/// Identifier of a request at the certification authority, and who vouched for it.
type Vouched = ([u8; 32], &'static str);

/// Everything that the endpoints need.
pub struct Portal {
    /// Its address, without a slash at the end.
    pub issuer: String,
    /// Keys of the authorities and of the terminal.
    pub authorities: Authorities,
    /// What the identity service shows to cards.
    pub terminal_chain: Vec<Vec<u8>>,
    /// Root of the signers' certificates.
    pub root: Certificate,
    /// The authority that enrols.
    pub issuing: Certificate,
    /// Its state.
    pub ca: Mutex<Ca>,
    /// Enrolments under way at the registration authority.
    pub enrolments: Mutex<HashMap<String, Enrolment>>,
    /// What it sent to the certification authority: identifiers, and who vouched, by belt-hash of the
    /// request.
    pub known: Mutex<BTreeMap<[u8; 32], Vouched>>,
    /// Which certificates of that root were revoked.
    pub revocations: Mutex<Revocations>,
    /// Signs ID tokens.
    pub ticket_key: TicketKey,
    /// Deliberate misbehaviour.
    pub faults: Mutex<Faults>,
    /// Octets that the uploads of a person may have together; none without an end.
    pub quota: Mutex<Option<u64>>,
    /// Groups that it asks of cards besides what it needs.
    pub more_claims: Mutex<Vec<u8>>,
    /// Requests by path.
    pub counts: Mutex<BTreeMap<String, u64>>,
    /// Complete uploads by blob.
    pub uploads: Mutex<BTreeMap<String, u64>>,
    /// Octets of body of the last request and answer, by path.
    pub octets: Mutex<BTreeMap<String, (u64, u64)>>,
    /// Sign-ins under way. A restart ends them, as the terminal's channel ends with it.
    pub sign_ins: Mutex<HashMap<String, SignIn>>,
    /// Requests of pages in browsers.
    pub hand_overs: Mutex<HashMap<String, HandOver>>,
    /// Where it is noted when traffic is not as it is described.
    pub mistakes: PathBuf,
    store: Mutex<Store>,
    /// Whose area has changed, for whoever listens to the event source.
    changed: tokio::sync::broadcast::Sender<String>,
}

impl Portal {
    /// Opens the sandbox below `data` that answers at `issuer`.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn open(data: &Path, issuer: String, terminal: TerminalKind) -> Result<Self, Problem> {
        crate::personalise(data)?;
        let authorities = Authorities::open(data)?;
        let store = Store::open(&data.join("portal.sqlite"))?;
        let key = store.setting("ticket-key", || TicketKey::generate().1)?;
        let ca = Ca::open(data)?;
        let mut all = issued(&authorities)?;
        all.extend(ca.issued());
        Ok(Self {
            issuer,
            issuing: Certificate::parse(&authorities.ca_issuing()?).ok_or(Problem::KeyFile)?,
            ca: Mutex::new(ca),
            enrolments: Mutex::default(),
            known: Mutex::default(),
            terminal_chain: authorities.terminal_chain(terminal)?,
            root: Certificate::parse(&authorities.x509_root()?).ok_or(Problem::KeyFile)?,
            revocations: Mutex::new(Revocations::open(data, &all)?),
            ticket_key: TicketKey::from_bytes(&key).ok_or(Problem::KeyFile)?,
            authorities,
            faults: Mutex::default(),
            quota: Mutex::default(),
            more_claims: Mutex::default(),
            counts: Mutex::default(),
            uploads: Mutex::default(),
            octets: Mutex::default(),
            sign_ins: Mutex::default(),
            hand_overs: Mutex::default(),
            mistakes: data.join("mistakes.txt"),
            store: Mutex::new(store),
            changed: tokio::sync::broadcast::Sender::new(256),
        })
    }

    /// The file, for the time of one step.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }

    /// Whether the person has no room for a blob of so many octets.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn is_full(&self, account: &str, id: &str, octets: usize) -> rusqlite::Result<bool> {
        let Some(quota) = *lock(&self.quota) else {
            return Ok(false);
        };
        let store = self.store();
        // What is there already takes no more room.
        if store.blob_size(account, id)?.is_some() {
            return Ok(false);
        }
        Ok(store.blob_octets(account)?.saturating_add(octets as u64) > quota)
    }

    /// Tells those who listen that something of the account has changed.
    pub fn tell(&self, account: &str) {
        // Mostly nobody listens.
        let _ = self.changed.send(account.to_owned());
    }

    /// Tells everybody who listens that the catalogue has changed.
    pub fn tell_all(&self) {
        self.tell(EVERYBODY);
    }

    /// The accounts whose area changes from now on; [`EVERYBODY`] for all of them.
    pub fn listen(&self) -> tokio::sync::broadcast::Receiver<String> {
        self.changed.subscribe()
    }

    /// Checks the DPoP proof of a request to the authorization side. Gives the key's thumbprint.
    ///
    /// # Errors
    /// The refusal to send.
    pub fn proof(&self, headers: &HeaderMap, path: &str) -> Result<String, Reply> {
        self.check_proof(headers, "POST", path, None)
            .map_err(|reason| oauth_error("invalid_dpop_proof", reason))
    }

    /// Whose request to the personal area this is.
    ///
    /// # Errors
    /// The refusal to send.
    pub fn person(&self, headers: &HeaderMap, method: &str, path: &str) -> Result<Person, Reply> {
        let token = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("DPoP "))
            .ok_or_else(|| unauthorized("invalid_token"))?;
        let thumbprint = self
            .check_proof(headers, method, path, Some(token))
            .map_err(|_| unauthorized("invalid_dpop_proof"))?;
        let (store, hash) = (self.store(), s256(token));
        let found = store
            .token("access", &hash)
            .map_err(|error| broken(&error))?
            .filter(|found| found.expires > clock::seconds() && found.thumbprint == thumbprint)
            .ok_or_else(|| unauthorized("invalid_token"))?;
        store.shown(&hash).map_err(|error| broken(&error))?;
        store
            .person(&found.subject)
            .map_err(|error| broken(&error))?
            .ok_or_else(|| unauthorized("invalid_token"))
    }

    fn check_proof(
        &self,
        headers: &HeaderMap,
        method: &str,
        path: &str,
        access_token: Option<&str>,
    ) -> Result<String, &'static str> {
        let mut proofs = headers.get_all("dpop").iter();
        let (Some(proof), None) = (proofs.next(), proofs.next()) else {
            return Err("exactly one proof is needed");
        };
        let proof = proof.to_str().map_err(|_| "not a token")?;
        let expected = Expected {
            method,
            address: &format!("{}{path}", self.issuer),
            access_token,
        };
        dpop::check(proof, &expected, &self.store(), clock::seconds())
    }
}

/// The certificates of institutions and cards, DER.
fn issued(authorities: &Authorities) -> Result<Vec<Vec<u8>>, Problem> {
    let mut all = vec![
        authorities.document_certificate(true)?,
        authorities.responder_certificate()?,
        authorities.stamper_certificate()?,
        authorities.ca_issuing()?,
        authorities.enrolment_certificate("ca-agent")?,
        authorities.enrolment_certificate("ra")?,
        authorities.enrolment_certificate("ra-operator")?,
    ];
    for holder in Holder::all()? {
        all.push(crate::personalise::certificate(authorities, &holder)?);
    }
    Ok(all)
}

/// A lock; after a panic elsewhere the value is still the sandbox's best knowledge.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
