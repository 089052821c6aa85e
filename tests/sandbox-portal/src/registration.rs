//! A registration authority (`docs/enrolment.md`): the terminal of Enroll2, an operator of Enroll1,
//! and the way to the certification authority's answers.

use std::collections::BTreeMap;

use kabinet_stb::hash::belt_hash;
use kabinet_stb::{random, tlv};
use serde_json::{Value, json};

use crate::der::{self, sequence};
use crate::jwt::{b64, unguessable};
use crate::portal::{Portal, lock};
use crate::reply::{Reply, broken, oauth_error, reply};
use crate::request::Request;
use crate::signin::Form;
use crate::terminal::{Dialogue, Heard, allowed, octets};
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
    dialogue: Dialogue,
    expires: i64,
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
    let (dialogue, answer) = Dialogue::begin(portal, &question, now);
    let session = unguessable();
    let answer = goes_on(&session, answer);
    let mut enrolments = lock(&portal.enrolments);
    enrolments.retain(|_, one| one.expires >= now);
    enrolments.insert(
        session,
        Enrolment {
            request,
            dialogue,
            expires: now + PATIENCE,
        },
    );
    Ok(answer)
}

/// The answer after which the client has more to do.
fn goes_on(session: &str, mut fields: Value) -> Reply {
    fields["session"] = session.into();
    reply(200, &fields)
}

fn go_on(
    portal: &Portal,
    form: &Form,
    session: &str,
    mut enrolment: Enrolment,
) -> Result<Reply, Reply> {
    if enrolment.dialogue.is_asked() {
        return meet(portal, form, session, enrolment);
    }
    match enrolment.dialogue.hear(portal, form)? {
        Heard::More(answer) => {
            lock(&portal.enrolments).insert(session.to_owned(), enrolment);
            Ok(goes_on(session, answer))
        }
        Heard::All(files, _) => {
            check_holder(&enrolment.request, &files)?;
            submit(portal, &enrolment.request).map_err(|error| broken(&error))
        }
    }
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
    let allowed = allowed(&access)?;
    if !GROUPS.into_iter().all(&allowed) {
        return Err(oauth_error(
            "required_claim_missing",
            "not allowed by the holder",
        ));
    }
    let answer = enrolment
        .dialogue
        .meet(portal, &access, &m1, GROUPS.to_vec())?;
    lock(&portal.enrolments).insert(session.to_owned(), enrolment);
    Ok(goes_on(session, answer))
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
    hand_in(portal, "ra", ca::ENROLL2, request)
}

/// Sends a request for which `who` vouches, and remembers it for who asks again.
fn hand_in(portal: &Portal, who: &'static str, kind: u8, request: &[u8]) -> Result<Reply, Problem> {
    let message = vouch(portal, who, kind, request)?;
    let id = belt_hash(&message);
    lock(&portal.known).insert(belt_hash(request), (id, who));
    let answer = ca::take_message(portal, &message)?;
    outcome(portal, who, &id, &answer)
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
    let by_message = || known.values().find(|(id, _)| *id == asked);
    let Some((id, who)) = known.get(&asked).or_else(by_message).copied() else {
        return reply(200, &json!({ "status": "unknown" }));
    };
    let nonce: [u8; 8] = random::bytes();
    let question = sequence(&[&der::tlv(0x04, &id), &der::tlv(0x04, &nonce)]);
    ca::retrieve(portal, &question)
        .and_then(|answer| outcome(portal, who, &id, &answer))
        .unwrap_or_else(|error| broken(&error))
}

/// Enroll1: an operator has seen the person, the papers and the card, and vouches for the request (hex
/// of its DER). Gives what the certification authority says.
pub fn operator(portal: &Portal, request: &[u8]) -> Reply {
    hand_in(portal, "ra-operator", ca::ENROLL1, request).unwrap_or_else(|error| broken(&error))
}
