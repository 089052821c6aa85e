//! A registration authority (`docs/enrolment.md`): the terminal of Enroll2, an operator of Enroll1,
//! and the way to the certification authority's answers.

use std::collections::BTreeMap;

use kabinet_stb::bauth::{Terminal, TerminalConfirming};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::{random, tlv};
use serde_json::{Value, json};

use crate::der::{self, sequence};
use crate::jwt::{b64, unb64, unguessable};
use crate::portal::{Portal, lock};
use crate::reader::Reader;
use crate::reply::{Reply, broken, oauth_error, reply};
use crate::request::Request;
use crate::signin::{Form, confirm, eid_word, octets, refused, texts};
use crate::x509::{self, Certificate};
use crate::{Problem, ca, clock, cms, envelope, oids};

/// Where it says what it is.
pub const PATH: &str = "/registration";
/// Where enrolments go on.
pub const ENROL_PATH: &str = "/ra/enrol";
/// Where certificates are asked for again.
pub const RETRIEVE_PATH: &str = "/ra/retrieve";

/// Seconds for one enrolment.
const PATIENCE: i64 = 300;

/// Data groups that it has to know: serial number, names, personal number, nationality.
const GROUPS: [u8; 6] = [1, 4, 5, 6, 7, 10];

/// An enrolment under way.
pub struct Enrolment {
    request: Vec<u8>,
    hash: [u8; 32],
    auxiliary: Vec<u8>,
    expires: i64,
    stage: Stage,
}

enum Stage {
    Asked,
    Confirming(TerminalConfirming, Reader),
    Reading(Reader),
}

/// What it is.
///
/// # Errors
/// When a key is missing.
pub fn describe(portal: &Portal) -> Result<Value, Problem> {
    Ok(json!({
        "name": { "be": "Пясочніца рэгістрацыі", "ru": "Песочница регистрации", "en": "Sandbox registration" },
        "authorities": [b64(&portal.authorities.ca_issuing()?), b64(&portal.authorities.ca_root()?)],
        "enrol": ENROL_PATH,
        "retrieve": RETRIEVE_PATH,
        "setpwd": "/setpwd",
        "revoke": "/revoke",
    }))
}

/// One step of an enrolment.
pub fn enrol(portal: &Portal, form: &Form) -> Reply {
    let answer = match form.get("session") {
        None => begin(portal, form),
        Some(session) => {
            let found = lock(&portal.enrolments).remove(session);
            match found.filter(|one| one.expires >= clock::seconds()) {
                Some(enrolment) => go_on(portal, form, session, enrolment),
                None => Err(oauth_error("session_expired", "begin again")),
            }
        }
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn begin(portal: &Portal, form: &Form) -> Result<Reply, Reply> {
    let request = octets(form, "request")?;
    Request::parse(&request)
        .ok_or_else(|| oauth_error("request_invalid", "not a certificate request"))?;
    let now = clock::seconds();
    let claims: Vec<Value> = GROUPS
        .iter()
        .map(|group| json!({ "group": group, "required": *group != 6 }))
        .collect();
    // The card proves itself over this text, so over the certificate request.
    let nonce = format!("{}.{}", b64(&belt_hash(&request)), unguessable());
    let question = json!({
        "type": "authentication-request",
        "issuer": portal.issuer,
        "relying_party": {
            "be": "Пясочніца рэгістрацыі",
            "ru": "Песочница регистрации",
            "en": "Sandbox registration",
        },
        "purpose": {
            "be": "Выпуск сертыфіката для ключа на вашай картцы",
            "ru": "Выпуск сертификата для ключа на вашей карте",
            "en": "A certificate for the key on your card",
        },
        "claims": claims,
        "nonce": nonce,
        "issued_at": clock::rfc3339(now),
        "expires_at": clock::rfc3339(now + PATIENCE),
    })
    .to_string()
    .into_bytes();
    let parameter = der::tlv(0x83, clock::card_date(now).as_bytes());
    let template = der::nest(0x73, &[&der::oid(oids::DOCUMENT_VALIDITY), &parameter]);
    let auxiliary = der::tlv(0x67, &template);
    let session = unguessable();
    let answer = json!({
        "session": session,
        "btok_request": b64(&question),
        "btok_terminal_certificates":
            portal.terminal_chain.iter().map(|one| b64(one)).collect::<Vec<_>>(),
        "btok_auxiliary_data": b64(&auxiliary),
    });
    let mut enrolments = lock(&portal.enrolments);
    enrolments.retain(|_, one| one.expires >= now);
    enrolments.insert(
        session,
        Enrolment {
            request,
            hash: belt_hash(&question),
            auxiliary,
            expires: now + PATIENCE,
            stage: Stage::Asked,
        },
    );
    Ok(reply(200, &answer))
}

fn go_on(
    portal: &Portal,
    form: &Form,
    session: &str,
    mut enrolment: Enrolment,
) -> Result<Reply, Reply> {
    let mut reader = match std::mem::replace(&mut enrolment.stage, Stage::Asked) {
        Stage::Asked => return meet(portal, form, session, enrolment),
        Stage::Reading(reader) => reader,
        Stage::Confirming(confirming, reader) => {
            confirm(portal, confirming, &octets(form, "btok_m3")?)?;
            reader
        }
    };
    let answers: Option<Vec<Vec<u8>>> = form
        .get("btok_responses")
        .and_then(|text| serde_json::from_str::<Vec<String>>(text).ok())
        .and_then(|list| list.iter().map(|text| unb64(text)).collect());
    let answers =
        answers.ok_or_else(|| oauth_error("invalid_request", "btok_responses is not a list"))?;
    let commands = reader.take(&answers).map_err(refused)?;
    if commands.is_empty() {
        let (files, _) = reader.finish();
        check_holder(&enrolment.request, &files)?;
        return submit(portal, &enrolment.request).map_err(|error| broken(&error));
    }
    enrolment.stage = Stage::Reading(reader);
    lock(&portal.enrolments).insert(session.to_owned(), enrolment);
    let answer = json!({ "session": session, "btok_commands": texts(&commands) });
    Ok(reply(200, &answer))
}

/// M1 from the card: M2 and the first batch back.
fn meet(
    portal: &Portal,
    form: &Form,
    session: &str,
    mut enrolment: Enrolment,
) -> Result<Reply, Reply> {
    let access = octets(form, "btok_access")?;
    let m1 = octets(form, "btok_m1")?;
    let word = eid_word(&access)
        .ok_or_else(|| oauth_error("invalid_request", "btok_access is not a list of CertHAT"))?;
    let allowed = |group: &u8| word >> (u32::from(*group) + 7) & 1 == 1;
    let wanted: Vec<u8> = GROUPS.into_iter().filter(allowed).collect();
    if wanted.len() < GROUPS.len() {
        return Err(oauth_error(
            "required_claim_missing",
            "not allowed by the holder",
        ));
    }
    let mut hello = der::tlv(0x80, oids::BAUTH);
    hello.extend(der::tlv(0x85, &enrolment.hash));
    hello.extend(&enrolment.auxiliary);
    hello.extend(access);
    let key = portal
        .authorities
        .key("terminal")
        .map_err(|error| broken(&error))?;
    let (confirming, m2, channel_key) = Terminal::new(key, &hello, true)
        .receive_m1(&m1, &mut SystemRandom)
        .map_err(|_| oauth_error("terminal_refused", "M1 does not check out"))?;
    let mut reader = Reader::new(ClientChannel::new(&channel_key), wanted);
    let commands = reader.first_batch().map_err(refused)?;
    enrolment.stage = Stage::Confirming(confirming, reader);
    lock(&portal.enrolments).insert(session.to_owned(), enrolment);
    Ok(reply(
        200,
        &json!({
            "session": session,
            "btok_m2": b64(&m2),
            "btok_commands": texts(&commands),
        }),
    ))
}

/// Whether the request names whom the card belongs to; only residents are enrolled so (clause 9.2).
fn check_holder(request: &[u8], files: &BTreeMap<u8, Vec<u8>>) -> Result<(), Reply> {
    let text = |group: u8| {
        let (file, _) = tlv::read(files.get(&group)?).ok()?;
        String::from_utf8(file.value.to_vec()).ok()
    };
    let triple = |group: u8| -> Option<[String; 3]> {
        let text = text(group)?;
        let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
        parts.try_into().ok()
    };
    let expected = || {
        let (given, family) = (triple(4)?, triple(5)?);
        let middle = triple(6);
        let both = |index: usize| match &middle {
            Some(middle) if !middle[index].is_empty() => {
                format!("{} {}", given[index], middle[index])
            }
            _ => given[index].clone(),
        };
        let name = x509::person_name([
            &format!("{} {}", given[2], family[2]),
            &format!("{}/{}", family[0], family[1]),
            &format!("{}/{}", both(0), both(1)),
            &text(1)?,
            "BY",
        ]);
        Some((name, text(10)?))
    };
    let (name, nationality) =
        expected().ok_or_else(|| oauth_error("card_invalid", "the groups do not read"))?;
    if nationality != "BLR" {
        return Err(oauth_error(
            "not_resident",
            "only residents are enrolled by card",
        ));
    }
    let request = Request::parse(request).filter(|request| request.subject == name);
    request
        .map(|_| ())
        .ok_or_else(|| oauth_error("request_invalid", "the request names somebody else"))
}

/// Vouches for a request and sends it to the certification authority.
fn submit(portal: &Portal, request: &[u8]) -> Result<Reply, Problem> {
    let message = vouch(portal, "ra", ca::ENROLL2, request)?;
    let id = belt_hash(&message);
    lock(&portal.known).insert(belt_hash(request), id);
    let answer = ca::take_message(portal, &message)?;
    outcome(portal, "ra", &id, &answer)
}

/// The request signed by the registration authority or its operator, encrypted for the
/// certification authority.
fn vouch(portal: &Portal, who: &str, kind: u8, request: &[u8]) -> Result<Vec<u8>, Problem> {
    let signed = cms::sign_typed(
        &[oids::BPKI_CONTENT, &[kind]].concat(),
        request,
        (true, true),
        &portal.authorities.enrolment_certificate(who)?,
        portal.authorities.key(who)?,
        &clock::utc_time(clock::seconds()),
    )
    .ok_or(Problem::KeyFile)?;
    envelope::seal(&signed, &portal.issuing).ok_or(Problem::KeyFile)
}

/// What the certification authority's answer means for the client.
fn outcome(
    portal: &Portal,
    who: &str,
    id: &[u8; 32],
    (status, message): &ca::Answer,
) -> Result<Reply, Problem> {
    let own = portal.authorities.enrolment_certificate(who)?;
    let own = Certificate::parse(&own).ok_or(Problem::KeyFile)?;
    let certificate = envelope::open(message, &own, portal.authorities.key(who)?);
    Ok(match certificate {
        Some(certificate) => reply(
            200,
            &json!({ "status": "granted", "certificate": b64(&certificate), "request_id": b64(id) }),
        ),
        None if *status == 202 => {
            reply(202, &json!({ "status": "waiting", "request_id": b64(id) }))
        }
        None => reply(
            200,
            &json!({ "status": "rejection", "request_id": b64(id) }),
        ),
    })
}

/// Asks the certification authority again, by the identifier of its request or by belt-hash of the
/// certificate request.
pub fn retrieve(portal: &Portal, form: &Form) -> Reply {
    let asked = octets(form, "request_id").and_then(|id| {
        <[u8; 32]>::try_from(id).map_err(|_| oauth_error("invalid_request", "32 octets"))
    });
    let asked = match asked {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let known = lock(&portal.known).clone();
    let id = known.get(&asked).copied();
    let id = id.or_else(|| known.values().any(|id| *id == asked).then_some(asked));
    let Some(id) = id else {
        return reply(200, &json!({ "status": "unknown" }));
    };
    let nonce: [u8; 8] = random::bytes();
    let question = sequence(&[&der::tlv(0x04, &id), &der::tlv(0x04, &nonce)]);
    ca::retrieve(portal, &question)
        .and_then(|answer| outcome(portal, "ra", &id, &answer))
        .unwrap_or_else(|error| broken(&error))
}

/// Enroll1: an operator has seen the person and the papers, and vouches for the request (hex of its
/// DER). Gives what the certification authority says.
pub fn operator(portal: &Portal, request: &[u8]) -> Reply {
    let done = vouch(portal, "ra-operator", 1, request).and_then(|message| {
        let answer = ca::take_message(portal, &message)?;
        outcome(portal, "ra-operator", &belt_hash(&message), &answer)
    });
    done.unwrap_or_else(|error| broken(&error))
}
