//! The authorization challenge endpoint: eight steps of a sign-in in three posts
//! (docs/portal-profile.md, STB 34.101.79 chapter 10).

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderMap;
use kabinet_stb::bauth::{Terminal, TerminalConfirming};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::tlv;
use serde_json::{Value, json};

use crate::clock;
use crate::cv;
use crate::der;
use crate::handover;
use crate::jwt::{b64, s256, unb64, unguessable};
use crate::oids;
use crate::portal::{CLIENT_ID, Portal, lock};
use crate::reader::{Reader, Refusal};
use crate::reply::{Reply, broken, oauth_error, reply};

/// Path of the endpoint.
pub const PATH: &str = "/oauth/challenge";

/// What the portal asks of the card by itself: group, and whether it must be given.
const CLAIMS: [(u8, bool); 12] = [
    (1, true),
    (4, true),
    (5, true),
    (6, true),
    (7, true),
    (8, true),
    (9, false),
    (10, true),
    (11, true),
    (17, false),
    (21, false),
    (22, false),
];

/// The same with what it was told to ask for besides (`/sandbox/claims`).
fn claims(portal: &Portal) -> Vec<(u8, bool)> {
    let more = lock(&portal.more_claims);
    let more = more.iter().map(|group| (*group, false));
    CLAIMS.into_iter().chain(more).collect()
}

/// How long a person may take, in seconds.
const PATIENCE: i64 = 600;

/// Fields of a form.
pub type Form = BTreeMap<String, String>;

/// One sign-in under way.
pub struct SignIn {
    thumbprint: String,
    code_challenge: String,
    nonce: Option<String>,
    /// belt-hash of the authentication request.
    hash: [u8; 32],
    /// What went into the BAUTH initialisation beside the hash.
    auxiliary: Vec<u8>,
    expires: i64,
    /// The page that it is for, when it is not for the client itself.
    page: Option<String>,
    stage: Stage,
}

enum Stage {
    /// The request is with the client.
    Asked,
    /// The terminal has spoken; the first batch is with the card.
    Confirming(TerminalConfirming, Reader),
    /// More batches.
    Reading(Reader),
}

/// One post to the endpoint.
pub fn challenge(portal: &Portal, headers: &HeaderMap, form: &Form) -> Reply {
    let thumbprint = match portal.proof(headers, PATH) {
        Ok(thumbprint) => thumbprint,
        Err(refusal) => return refusal,
    };
    let Some(session) = form.get("auth_session") else {
        return begin(portal, form, thumbprint).unwrap_or_else(|refusal| refusal);
    };
    // Taken out: any error ends the session.
    let Some(sign_in) = lock(&portal.sign_ins).remove(session) else {
        return oauth_error("session_expired", "no such session");
    };
    if sign_in.expires < clock::seconds() {
        return oauth_error("session_expired", "too late");
    }
    if sign_in.thumbprint != thumbprint {
        return oauth_error("invalid_dpop_proof", "another key");
    }
    match go_on(portal, form, session, sign_in) {
        Ok(answer) | Err(answer) => answer,
    }
}

fn begin(portal: &Portal, form: &Form, thumbprint: String) -> Result<Reply, Reply> {
    let field = |name: &str| form.get(name).map(String::as_str);
    if field("client_id") != Some(CLIENT_ID) {
        return Err(oauth_error("invalid_client", "unknown client_id"));
    }
    if field("response_type") != Some("code") {
        return Err(oauth_error("unsupported_response_type", "code only"));
    }
    if !field("scope").is_some_and(|scope| scope.split(' ').any(|one| one == "openid")) {
        return Err(oauth_error("invalid_scope", "openid is needed"));
    }
    let code_challenge = field("code_challenge").unwrap_or_default();
    if field("code_challenge_method") != Some("S256") || code_challenge.len() != 43 {
        return Err(oauth_error("invalid_request", "PKCE with S256 is needed"));
    }
    let page = field("hand_over")
        .map(|token| handover::begin_sign_in(portal, token))
        .transpose()?;
    let now = clock::seconds();
    let request = authentication_request(portal, now, page.is_some())
        .to_string()
        .into_bytes();
    // AuthAuxData: the card checks its validity on this day.
    let parameter = der::tlv(0x83, clock::card_date(now).as_bytes());
    let template = der::nest(0x73, &[&der::oid(oids::DOCUMENT_VALIDITY), &parameter]);
    let auxiliary = der::tlv(0x67, &template);
    let session = unguessable();
    let answer = json!({
        "error": "insufficient_authorization",
        "auth_session": session,
        "btok_request": b64(&request),
        "btok_terminal_certificates":
            portal.terminal_chain.iter().map(|one| b64(one)).collect::<Vec<_>>(),
        "btok_auxiliary_data": b64(&auxiliary),
    });
    let mut sign_ins = lock(&portal.sign_ins);
    sign_ins.retain(|_, sign_in| sign_in.expires >= now);
    sign_ins.insert(
        session,
        SignIn {
            thumbprint,
            code_challenge: code_challenge.to_owned(),
            nonce: form.get("nonce").cloned(),
            hash: belt_hash(&request),
            auxiliary,
            expires: now + PATIENCE,
            page,
            stage: Stage::Asked,
        },
    );
    Ok(reply(403, &answer))
}

fn authentication_request(portal: &Portal, now: i64, for_page: bool) -> Value {
    let claims: Vec<Value> = claims(portal)
        .iter()
        .map(|(group, required)| json!({ "group": group, "required": required }))
        .collect();
    json!({
        "type": "authentication-request",
        "issuer": portal.issuer,
        "relying_party": {
            "be": "Пясочніца партала",
            "ru": "Песочница портала",
            "en": "Sandbox portal",
        },
        "purpose": if for_page {
            json!({
                "be": "Уваход на старонцы ў браўзеры",
                "ru": "Вход на странице в браузере",
                "en": "Sign-in on the page in the browser",
            })
        } else {
            json!({
                "be": "Уваход у асабісты кабінет",
                "ru": "Вход в личный кабинет",
                "en": "Sign-in to the personal area",
            })
        },
        "claims": claims,
        "nonce": unguessable(),
        "issued_at": clock::rfc3339(now),
        "expires_at": clock::rfc3339(now + PATIENCE),
    })
}

fn go_on(portal: &Portal, form: &Form, session: &str, sign_in: SignIn) -> Result<Reply, Reply> {
    let SignIn { stage, .. } = &sign_in;
    match stage {
        Stage::Asked => meet(portal, form, session, sign_in),
        Stage::Confirming(..) | Stage::Reading(_) => read(portal, form, session, sign_in),
    }
}

/// M1 from the card: M2 and the first batch back.
fn meet(portal: &Portal, form: &Form, session: &str, mut sign_in: SignIn) -> Result<Reply, Reply> {
    let access = octets(form, "btok_access")?;
    let m1 = octets(form, "btok_m1")?;
    let word = eid_word(&access)
        .ok_or_else(|| oauth_error("invalid_request", "btok_access is not a list of CertHAT"))?;
    let allowed = |group: u8| word >> (u32::from(group) + 7) & 1 == 1;
    let claims = claims(portal);
    if claims
        .iter()
        .any(|(group, required)| *required && !allowed(*group))
    {
        return Err(oauth_error(
            "required_claim_missing",
            "not allowed by the holder",
        ));
    }
    let wanted = claims
        .iter()
        .map(|(group, _)| *group)
        .filter(|group| allowed(*group))
        .collect();
    let mut hello = der::tlv(0x80, oids::BAUTH);
    hello.extend(der::tlv(0x85, &sign_in.hash));
    hello.extend(&sign_in.auxiliary);
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
    sign_in.stage = Stage::Confirming(confirming, reader);
    lock(&portal.sign_ins).insert(session.to_owned(), sign_in);
    Ok(reply(
        403,
        &json!({
            "error": "insufficient_authorization",
            "auth_session": session,
            "btok_m2": b64(&m2),
            "btok_commands": texts(&commands),
        }),
    ))
}

/// M3 and the answers of a batch: a code back, or another batch.
fn read(portal: &Portal, form: &Form, session: &str, mut sign_in: SignIn) -> Result<Reply, Reply> {
    let mut reader = match std::mem::replace(&mut sign_in.stage, Stage::Asked) {
        Stage::Asked => return Err(oauth_error("invalid_request", "out of order")),
        Stage::Reading(reader) => reader,
        Stage::Confirming(confirming, reader) => {
            confirm(portal, confirming, &octets(form, "btok_m3")?)?;
            reader
        }
    };
    let answers: Vec<String> = form
        .get("btok_responses")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| oauth_error("invalid_request", "btok_responses is not a list"))?;
    let answers: Option<Vec<Vec<u8>>> = answers.iter().map(|text| unb64(text)).collect();
    let answers =
        answers.ok_or_else(|| oauth_error("invalid_request", "btok_responses is not base64url"))?;
    let commands = reader.take(&answers).map_err(refused)?;
    if !commands.is_empty() {
        sign_in.stage = Stage::Reading(reader);
        lock(&portal.sign_ins).insert(session.to_owned(), sign_in);
        return Ok(reply(
            403,
            &json!({
                "error": "insufficient_authorization",
                "auth_session": session,
                "btok_commands": texts(&commands),
            }),
        ));
    }
    let (files, absent) = reader.finish();
    finish(portal, &sign_in, &files, &absent)
}

pub(crate) fn confirm(
    portal: &Portal,
    confirming: TerminalConfirming,
    m3: &[u8],
) -> Result<(), Reply> {
    let authority = portal
        .authorities
        .key("cv-subordinate")
        .map_err(|error| broken(&error))?
        .public_key();
    let today = clock::card_date(clock::seconds()).split_off(2);
    confirming
        .receive_m3(m3, |certificate| {
            cv::check_card(certificate, &authority, &today)
        })
        .map(|_| ())
        .map_err(|_| oauth_error("card_invalid", "the card's proof does not check out"))
}

fn finish(
    portal: &Portal,
    sign_in: &SignIn,
    files: &BTreeMap<u8, Vec<u8>>,
    absent: &BTreeSet<u8>,
) -> Result<Reply, Reply> {
    if claims(portal)
        .iter()
        .any(|(group, required)| *required && absent.contains(group))
    {
        return Err(oauth_error("required_claim_missing", "not on the card"));
    }
    let text = |group: u8| {
        let (file, _) = tlv::read(files.get(&group)?).ok()?;
        String::from_utf8(file.value.to_vec()).ok()
    };
    let (Some(serial), Some(number)) = (text(1), text(7)) else {
        return Err(oauth_error("card_invalid", "groups 1 and 7 do not read"));
    };
    let now = clock::seconds();
    let code = unguessable();
    let groups: serde_json::Map<String, Value> = files
        .iter()
        .filter(|(group, _)| !absent.contains(group))
        .map(|(group, file)| (group.to_string(), json!(b64(file))))
        .collect();
    let store = portal.store();
    let person = store
        // The account's name stands in every call and answer: 128 bits are enough, and short.
        .sign_in(&number, &serial, &b64(&kabinet_stb::random::bytes::<16>()))
        .map_err(|error| broken(&error))?;
    if let Some(page) = &sign_in.page {
        // The page is signed in, and nobody gets tokens for it.
        drop(store);
        let code = handover::signed_in(portal, page, &person.subject)
            .ok_or_else(|| oauth_error("request_expired", "too late"))?;
        return Ok(reply(200, &json!({ "authorization_code": code })));
    }
    let body = json!({
        "subject": person.subject,
        "thumbprint": sign_in.thumbprint,
        "code_challenge": sign_in.code_challenge,
        "claims": {
            "nonce": sign_in.nonce,
            "auth_time": now,
            "amr": ["sc", "pin"],
            "request_hash": b64(&sign_in.hash),
            "document_valid": true,
            "groups": groups,
            "absent": absent,
        },
    });
    store
        .add_code(&s256(&code), &body.to_string(), now + 120)
        .map_err(|error| broken(&error))?;
    Ok(reply(200, &json!({ "authorization_code": code })))
}

pub(crate) fn refused(refusal: Refusal) -> Reply {
    match refusal {
        Refusal::Card => oauth_error("card_invalid", "unexpected answers of the card"),
        Refusal::Expired => oauth_error("document_expired", "the card is no longer valid"),
    }
}

/// The eID word in a list of CertHAT; zero when the list has none.
pub(crate) fn eid_word(access: &[u8]) -> Option<u64> {
    let mut word = 0;
    for template in tlv::children(access).ok()? {
        let parts = tlv::children(template.value).ok()?;
        let [id, value] = parts.as_slice() else {
            return None;
        };
        if template.tag != 0x7F4C {
            return None;
        }
        if id.value == oids::EID_ACCESS {
            if value.value.len() != 5 {
                return None;
            }
            word = value
                .value
                .iter()
                .fold(0, |word, octet| word << 8 | u64::from(*octet));
        }
    }
    Some(word)
}

pub(crate) fn octets(form: &Form, name: &str) -> Result<Vec<u8>, Reply> {
    form.get(name).and_then(|text| unb64(text)).ok_or_else(|| {
        oauth_error(
            "invalid_request",
            &format!("{name} is missing or not base64url"),
        )
    })
}

pub(crate) fn texts(commands: &[Vec<u8>]) -> Vec<String> {
    commands.iter().map(|command| b64(command)).collect()
}
