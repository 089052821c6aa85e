//! The authorization challenge endpoint: eight steps of a sign-in in three posts
//! (docs/portal-profile.md, STB 34.101.79 chapter 10).

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderMap;
use kabinet_stb::tlv;
use serde_json::{Value, json};

use crate::clock;
use crate::handover;
use crate::jwt::{b64, s256, unguessable};
use crate::portal::{CLIENT_ID, Portal, lock};
use crate::reply::{Reply, broken, oauth_error, reply};
use crate::terminal::{Dialogue, Heard, allowed, octets};

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
    dialogue: Dialogue,
    expires: i64,
    /// The page that it is for, when it is not for the client itself.
    page: Option<String>,
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
    let (dialogue, answer) = Dialogue::begin(portal, &request, now);
    let session = unguessable();
    let answer = goes_on(&session, answer);
    let mut sign_ins = lock(&portal.sign_ins);
    sign_ins.retain(|_, sign_in| sign_in.expires >= now);
    sign_ins.insert(
        session,
        SignIn {
            thumbprint,
            code_challenge: code_challenge.to_owned(),
            nonce: form.get("nonce").cloned(),
            dialogue,
            expires: now + PATIENCE,
            page,
        },
    );
    Ok(answer)
}

/// The answer after which the client has more to do.
fn goes_on(session: &str, mut fields: Value) -> Reply {
    fields["error"] = "insufficient_authorization".into();
    fields["auth_session"] = session.into();
    reply(403, &fields)
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
    if sign_in.dialogue.is_asked() {
        meet(portal, form, session, sign_in)
    } else {
        read(portal, form, session, sign_in)
    }
}

/// M1 from the card: M2 and the first batch back.
fn meet(portal: &Portal, form: &Form, session: &str, mut sign_in: SignIn) -> Result<Reply, Reply> {
    let access = octets(form, "btok_access")?;
    let m1 = octets(form, "btok_m1")?;
    let allowed = allowed(&access)?;
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
    let groups = claims.iter().map(|(group, _)| *group);
    let wanted = groups.filter(|group| allowed(*group)).collect();
    let answer = sign_in.dialogue.meet(portal, &access, &m1, wanted)?;
    lock(&portal.sign_ins).insert(session.to_owned(), sign_in);
    Ok(goes_on(session, answer))
}

/// M3 and the answers of a batch: a code back, or another batch.
fn read(portal: &Portal, form: &Form, session: &str, mut sign_in: SignIn) -> Result<Reply, Reply> {
    match sign_in.dialogue.hear(portal, form)? {
        Heard::More(answer) => {
            lock(&portal.sign_ins).insert(session.to_owned(), sign_in);
            Ok(goes_on(session, answer))
        }
        Heard::All(files, absent) => finish(portal, &sign_in, &files, &absent),
    }
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
            "request_hash": b64(sign_in.dialogue.hash()),
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
