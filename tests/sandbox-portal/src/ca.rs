//! A certification authority (STB 34.101.78, chapter 9): takes messages, answers through its agent or
//! with a certificate that is encrypted for whoever asked.
//!
//! What it issued, what waits and the passwords for revocation are in `DATA/ca.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kabinet_stb::bign::Level;
use kabinet_stb::hash::belt_hash;
use kabinet_stb::tlv;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::authority::Authorities;
use crate::der::{self, sequence, tlv as write};
use crate::portal::{Portal, lock};
use crate::request::Request;
use crate::revocation::Revocation;
use crate::x509::{self, Certificate, exactly, take};
use crate::{Problem, clock, cms, envelope, files, oids};

/// Where its revocation list is.
pub const LIST_PATH: &str = "/ca.crl";
/// Where its certificate is.
pub const CERTIFICATE_PATH: &str = "/ca.cer";

/// Numbers of content types below [`oids::BPKI_CONTENT`].
pub(crate) const ENROLL1: u8 = 1;
pub(crate) const ENROLL2: u8 = 2;
const REENROLL: u8 = 3;
const SPAWN: u8 = 4;
const SET_PASSWORD: u8 = 5;
const REVOKE: u8 = 6;
const RESPONSE: u8 = 7;

/// Bits of PKIFailureInfo.
const BAD_REQUEST: u8 = 2;
const BAD_FORMAT: u8 = 5;

/// Seconds of validity of a certificate: three, four or five years, the most for a natural person by
/// the level of the key (STB 34.101.78, clause 8.3).
const fn longest(level: Level) -> i64 {
    let years = match level {
        Level::L128 => 3,
        Level::L192 => 4,
        Level::L256 => 5,
    };
    years * 365 * 24 * 60 * 60
}

/// What it does with the next requests.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Issues at once.
    #[default]
    Prompt,
    /// Lets them wait until somebody releases them.
    Slow,
    /// Refuses.
    Strict,
}

/// One request that was taken.
#[derive(Clone, Serialize, Deserialize)]
struct Taken {
    /// Hex of the certificate request.
    request: String,
    /// Hex of whose key the answer is encrypted for: a certificate.
    sender: String,
    /// Hex of the certificate, once it is there.
    certificate: Option<String>,
    refused: bool,
}

/// State of the authority.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Books {
    mood: Mood,
    /// Seconds of validity instead of the usual.
    validity: Option<i64>,
    /// Hex of a subject instead of the one that was asked for, by mistake.
    subject: Option<String>,
    /// Zero bits of work that it wants before it looks at a message.
    work: u8,
    /// By the identifier of the request, hex.
    requests: BTreeMap<String, Taken>,
    /// Belt-hash of the passwords for revocation by serial number, both hex.
    passwords: BTreeMap<String, String>,
}

/// The authority's state.
pub struct Ca {
    file: PathBuf,
    books: Books,
}

/// An answer: HTTP status and a message.
pub type Answer = (u16, Vec<u8>);

impl Ca {
    /// Reads the file below `data`.
    ///
    /// # Errors
    /// When the file cannot be read or is none.
    pub fn open(data: &Path) -> Result<Self, Problem> {
        let file = data.join("ca.json");
        let books = match std::fs::read(&file) {
            Ok(octets) => serde_json::from_slice(&octets)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Books::default(),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { file, books })
    }

    /// The certificates that were issued, DER.
    #[must_use]
    pub fn issued(&self) -> Vec<Vec<u8>> {
        let taken = self.books.requests.values();
        let texts = taken.filter_map(|taken| taken.certificate.as_ref());
        texts.filter_map(|text| hex::decode(text).ok()).collect()
    }

    /// Zero bits of work that it wants.
    #[must_use]
    pub fn work(&self) -> u8 {
        self.books.work
    }

    fn keep(&self) -> Result<(), Problem> {
        files::write(&self.file, &serde_json::to_vec_pretty(&self.books)?)?;
        Ok(())
    }
}

/// What an official changes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuthorityOrder")]
pub struct Order {
    /// What it does with the next requests.
    mood: Option<Mood>,
    /// Zero bits of work that it wants before it looks at a message (STB 34.101.78, clause 10.5).
    work: Option<u8>,
    /// Seconds of validity of the next certificates.
    validity: Option<i64>,
    /// Subject of the next certificates, whatever was asked for: a Name in DER, hex.
    subject: Option<String>,
    /// Issues what waits.
    #[serde(default)]
    release: bool,
    /// Refuses what waits.
    #[serde(default)]
    refuse: bool,
}

/// Does what an official wants.
///
/// # Errors
/// When a key is missing or the file cannot be written.
pub fn order(portal: &Portal, order: &Order) -> Result<(), Problem> {
    let mut ca = lock(&portal.ca);
    let books = &mut ca.books;
    books.mood = order.mood.unwrap_or(books.mood);
    books.work = order.work.unwrap_or(books.work);
    books.validity = order.validity.or(books.validity);
    books.subject = order.subject.clone().or(books.subject.take());
    let manner = books.manner();
    for taken in books.requests.values_mut() {
        if taken.certificate.is_some() || taken.refused {
            continue;
        }
        taken.refused = order.refuse;
        if order.release {
            let request = hex::decode(&taken.request).map_err(|_| Problem::KeyFile)?;
            let request = Request::parse(&request).ok_or(Problem::KeyFile)?;
            taken.certificate = Some(hex::encode(issue(portal, &request, &manner)?));
        }
    }
    lock(&portal.revocations).learn(&ca.issued());
    ca.keep()
}

/// What the authority has done.
#[derive(Serialize, JsonSchema)]
pub struct Account {
    /// The certificates that it issued.
    issued: Vec<Issued>,
    /// How many of them have a password for revocation.
    passwords: usize,
}

/// A certificate that it issued.
#[derive(Serialize, JsonSchema)]
pub struct Issued {
    /// Content octets of its serial number in upper-case hex.
    serial_number: String,
    /// Hex of its DER.
    der: String,
}

/// What it has done.
#[must_use]
pub fn account(portal: &Portal) -> Account {
    let ca = lock(&portal.ca);
    let entry = |der: &Vec<u8>| {
        let serial = Certificate::parse(der)?.serial;
        Some(Issued {
            serial_number: hex::encode_upper(exactly(&serial, 0x02)?.value),
            der: hex::encode(der),
        })
    };
    Account {
        issued: ca.issued().iter().filter_map(entry).collect(),
        passwords: ca.books.passwords.len(),
    }
}

/// Takes a message of a process of which the authority answers later or at once: `/enroll1`,
/// `/enroll2`, `/reenroll`, `/spawn`, `/setpwd`, `/revoke`.
///
/// # Errors
/// When a key is missing or the file cannot be written.
pub fn take_message(portal: &Portal, message: &[u8]) -> Result<Answer, Problem> {
    let id = belt_hash(message);
    let result = judge(portal, &id, message)?;
    let (status, response) = match result {
        Outcome::Certificate(sender, certificate) => {
            let sealed = envelope::seal(&certificate, &sender).ok_or(Problem::KeyFile)?;
            return Ok((200, sealed));
        }
        Outcome::Granted => (200, status_info(0, None)),
        Outcome::Waiting => (202, status_info(3, None)),
        Outcome::Rejected(bit) => (403, status_info(2, Some(bit))),
    };
    Ok((status, respond(portal, &response, &id, None)?))
}

/// Answers BPKIRetrieveReq.
///
/// # Errors
/// When a key is missing.
pub fn retrieve(portal: &Portal, question: &[u8]) -> Result<Answer, Problem> {
    let parts = exactly(question, 0x30).and_then(|whole| tlv::children(whole.value).ok());
    let Some([id, nonce]) = parts.and_then(|parts| take(&parts)) else {
        return Ok((400, Vec::new()));
    };
    let (Ok(id), Ok(nonce)) = (
        <[u8; 32]>::try_from(id.value),
        <[u8; 8]>::try_from(nonce.value),
    ) else {
        return Ok((400, Vec::new()));
    };
    let taken = lock(&portal.ca)
        .books
        .requests
        .get(&hex::encode(id))
        .cloned();
    let (status, info) = match &taken {
        Some(taken) => {
            if let Some(certificate) = &taken.certificate {
                let octets = |text: &str| hex::decode(text).map_err(|_| Problem::KeyFile);
                let sender = Certificate::parse(&octets(&taken.sender)?).ok_or(Problem::KeyFile)?;
                let sealed = envelope::seal(&octets(certificate)?, &sender);
                return Ok((200, sealed.ok_or(Problem::KeyFile)?));
            }
            if taken.refused {
                (403, status_info(2, Some(BAD_REQUEST)))
            } else {
                (202, status_info(3, None))
            }
        }
        None => (403, status_info(2, Some(BAD_REQUEST))),
    };
    Ok((status, respond(portal, &info, &id, Some(nonce))?))
}

enum Outcome {
    /// The certificate, for the one who sent the request.
    Certificate(Box<Certificate>, Vec<u8>),
    Granted,
    Waiting,
    Rejected(u8),
}

fn judge(portal: &Portal, id: &[u8; 32], message: &[u8]) -> Result<Outcome, Problem> {
    let own = Certificate::parse(&portal.authorities.ca_issuing()?).ok_or(Problem::KeyFile)?;
    let key = portal.authorities.key("ca-issuing")?;
    let Some(signed) = envelope::open(message, &own, key) else {
        return Ok(Outcome::Rejected(BAD_FORMAT));
    };
    let now = clock::seconds();
    let issuers = [&portal.root, &portal.issuing];
    for kind in [ENROLL1, ENROLL2, REENROLL, SPAWN, SET_PASSWORD, REVOKE] {
        let content_type = [oids::BPKI_CONTENT, &[kind]].concat();
        let Ok(signed) = cms::verify_typed(&signed, &content_type, &issuers, now) else {
            continue;
        };
        if lock(&portal.revocations).is_revoked(&signed.signer) {
            return Ok(Outcome::Rejected(BAD_REQUEST));
        }
        return match kind {
            ENROLL1 | ENROLL2 => enrol(portal, id, kind, &signed),
            SET_PASSWORD => set_password(portal, &signed),
            REVOKE => revoke(portal, &signed.content, Some(&signed.signer)),
            // Nobody here has a certificate for which this is allowed: all are on ID cards.
            _ => Ok(Outcome::Rejected(BAD_REQUEST)),
        };
    }
    // Without a signature only revocation, with its password.
    revoke(portal, &signed, None)
}

fn enrol(
    portal: &Portal,
    id: &[u8; 32],
    kind: u8,
    signed: &cms::Signed,
) -> Result<Outcome, Problem> {
    let signer = &signed.signer;
    let is_terminal = signer.lists(oids::EXT_KEY_USAGE, oids::SERVER_TM);
    if !signer.lists(oids::CERTIFICATE_POLICIES, oids::ROLE_RA) || (kind == ENROLL2 && !is_terminal)
    {
        return Ok(Outcome::Rejected(BAD_REQUEST));
    }
    let Some(request) = Request::parse(&signed.content) else {
        return Ok(Outcome::Rejected(BAD_FORMAT));
    };
    // That the key is on the ID card (clause 7.3), a terminal has found out or an operator has seen.
    if request.key.level() > portal.issuing.key.level() {
        return Ok(Outcome::Rejected(BAD_REQUEST));
    }
    let mut ca = lock(&portal.ca);
    let books = &mut ca.books;
    let certificate = match books.mood {
        Mood::Prompt => Some(issue(portal, &request, &books.manner())?),
        Mood::Slow | Mood::Strict => None,
    };
    let refused = books.mood == Mood::Strict;
    let sender = signed.octets.clone();
    books.requests.insert(
        hex::encode(id),
        Taken {
            request: hex::encode(&signed.content),
            sender: hex::encode(&sender),
            certificate: certificate.as_ref().map(hex::encode),
            refused,
        },
    );
    lock(&portal.revocations).learn(&ca.issued());
    ca.keep()?;
    Ok(match certificate {
        Some(certificate) => {
            let sender = Certificate::parse(&sender).ok_or(Problem::KeyFile)?;
            Outcome::Certificate(Box::new(sender), certificate)
        }
        None if refused => Outcome::Rejected(BAD_REQUEST),
        None => Outcome::Waiting,
    })
}

/// How certificates are issued, where that is not as usual.
struct Manner {
    validity: Option<i64>,
    subject: Option<Vec<u8>>,
}

impl Books {
    fn manner(&self) -> Manner {
        let subject = self.subject.as_deref();
        Manner {
            validity: self.validity,
            subject: subject.and_then(|subject| hex::decode(subject).ok()),
        }
    }
}

/// Issues a certificate from now on.
fn issue(portal: &Portal, request: &Request, manner: &Manner) -> Result<Vec<u8>, Problem> {
    let now = clock::seconds();
    let seconds = manner.validity;
    let seconds = seconds.unwrap_or_else(|| longest(request.key.level()));
    let foreigner = request
        .extension(oids::CERTIFICATE_POLICIES)
        .is_some_and(|value| value.ends_with(oids::ROLE_FNP));
    let names = request.extension(oids::SUBJECT_ALT_NAME);
    let more = names.map(|value| x509::extension(oids::SUBJECT_ALT_NAME, false, value));
    let issuer = Authorities::issuing_name();
    Ok(x509::issue(
        &x509::Contents {
            subject: manner.subject.as_deref().unwrap_or(&request.subject),
            key: &request.key,
            from: &clock::utc_time(now),
            until: &clock::utc_time(now + seconds),
            role: if foreigner {
                x509::Role::Foreigner
            } else {
                x509::Role::Citizen
            },
            address: Some(&portal.issuer),
            more: &more.unwrap_or_default(),
        },
        &x509::Issuer {
            name: &issuer,
            key: portal.authorities.key("ca-issuing")?,
            services: None,
        },
    ))
}

fn set_password(portal: &Portal, signed: &cms::Signed) -> Result<Outcome, Problem> {
    let text = exactly(&signed.content, 0x0C).map(|text| text.value);
    let Some(password) = text.and_then(|text| text.strip_prefix(b"/RPWD:")) else {
        return Ok(Outcome::Rejected(BAD_FORMAT));
    };
    // Metrics of quality are the authority's own (clause 9.6).
    if password.len() < 8 {
        return Ok(Outcome::Rejected(BAD_REQUEST));
    }
    let serial = hex::encode(&signed.signer.serial);
    let mut ca = lock(&portal.ca);
    let hash = hex::encode(belt_hash(password));
    ca.books.passwords.insert(serial, hash);
    ca.keep()?;
    Ok(Outcome::Granted)
}

/// BPKIRevokeReq, signed or with the password.
fn revoke(
    portal: &Portal,
    request: &[u8],
    signer: Option<&Certificate>,
) -> Result<Outcome, Problem> {
    let fields = exactly(request, 0x30).and_then(|whole| tlv::children(whole.value).ok());
    let Some(fields) = fields.filter(|fields| fields.len() >= 4) else {
        return Ok(Outcome::Rejected(BAD_FORMAT));
    };
    let [issuer, serial, password, reason, ..] = fields.as_slice() else {
        return Ok(Outcome::Rejected(BAD_FORMAT));
    };
    let allowed = match signer {
        Some(signer) => issuer.raw == signer.issuer && serial.raw == signer.serial,
        None => {
            let known = lock(&portal.ca)
                .books
                .passwords
                .get(&hex::encode(serial.raw))
                .cloned();
            let given = hex::encode(belt_hash(password.value));
            !password.value.is_empty() && known == Some(given)
        }
    };
    let mut revocations = lock(&portal.revocations);
    if !allowed || revocations.is_revoked_serial(serial.value) {
        return Ok(Outcome::Rejected(BAD_REQUEST));
    }
    let revocation = Revocation {
        at: clock::seconds(),
        reason: reason.value.first().copied().unwrap_or_default(),
    };
    revocations.revoke(serial.value, revocation)?;
    Ok(Outcome::Granted)
}

/// PKIStatusInfo.
fn status_info(status: u8, failure: Option<u8>) -> Vec<u8> {
    let bits = failure.map(|bit| {
        let unused = 7 - bit % 8;
        let mut octets = vec![0; usize::from(bit / 8) + 1];
        if let Some(last) = octets.last_mut() {
            *last = 1 << unused;
        }
        der::nest(0x03, &[&[unused], &octets])
    });
    sequence(&[&[2, 1, status], &bits.unwrap_or_default()])
}

/// BPKIResp, signed by the agent.
fn respond(
    portal: &Portal,
    info: &[u8],
    id: &[u8; 32],
    nonce: Option<[u8; 8]>,
) -> Result<Vec<u8>, Problem> {
    let nonce = nonce.map(|nonce| write(0x04, &nonce)).unwrap_or_default();
    let response = sequence(&[info, &write(0x04, id), &nonce]);
    cms::sign_typed(
        &[oids::BPKI_CONTENT, &[RESPONSE]].concat(),
        &response,
        (true, true),
        &portal.authorities.enrolment_certificate("ca-agent")?,
        portal.authorities.key("ca-agent")?,
        &clock::utc_time(clock::seconds()),
    )
    .ok_or(Problem::KeyFile)
}
