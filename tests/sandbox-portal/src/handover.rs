//! Pages of the portal that hand over to the client (docs/portal-profile.md, Hand-over): what a
//! browser shows, the requests that are good for one time, and the way back into the same browser.

use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::json;

use crate::clock;
use crate::cms;
use crate::jwt::{s256, unb64, unguessable};
use crate::portal::{CLIENT_ID, Portal, lock};
use crate::reply::{Reply, oauth_error, octets, reply};
use crate::signin::Form;

/// Path of the page, and of the requests below it.
pub const PATH: &str = "/hand-over";
/// Where the browser gets on.
pub const RETURN_PATH: &str = "/hand-over/return";

/// How long a request is good, seconds.
const PATIENCE: i64 = 300;
/// Cookie by which the browser is known again that has the page open.
pub(crate) const COOKIE: &str = "hand-over";

/// What a person is asked to sign.
const TEXT: &str = "Прашу перадаць мае звесткі з паліклінікі № 12 у паліклініку № 3.\nЗгода дзейнічае да 31.12.2027.";

/// What a page asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    SignIn,
    Signature,
}

/// A request of a page.
pub struct HandOver {
    kind: Kind,
    /// Hash of the cookie of the browser that has the page open.
    browser: String,
    expires: i64,
    stage: Stage,
}

enum Stage {
    /// Nobody has taken it.
    Fresh,
    /// A client has it, which proves itself by this key and this token.
    Taken { thumbprint: String, token: String },
    /// A sign-in for it is under way.
    Proving,
    /// The client has done what was asked; the browser gets on with the code of this hash.
    Done { code: String, who: String },
    /// The browser has got on.
    Over,
}

/// The page, with its two buttons.
#[must_use]
pub fn page() -> Reply {
    html(
        200,
        "<h1>Sandbox portal</h1>\
         <form method=post><button name=kind value=sign-in>Sign in with Kabinet</button></form>\
         <form method=post><button name=kind value=signature>Sign with Kabinet</button></form>",
    )
}

/// A button was pressed: a new request, bound to this browser.
pub fn ask(portal: &Portal, form: &Form) -> Reply {
    let kind = match form.get("kind").map(String::as_str) {
        Some("sign-in") => Kind::SignIn,
        Some("signature") => Kind::Signature,
        _ => return html(400, "<h1>What shall be done?</h1>"),
    };
    let (id, cookie) = (unguessable(), unguessable());
    let now = clock::seconds();
    let mut all = lock(&portal.hand_overs);
    all.retain(|_, one| one.expires >= now);
    all.insert(
        id.clone(),
        HandOver {
            kind,
            browser: s256(&cookie),
            expires: now + PATIENCE,
            stage: Stage::Fresh,
        },
    );
    let request = format!("{}{PATH}/{id}", portal.issuer);
    let request: String = form_urlencoded::byte_serialize(request.as_bytes()).collect();
    let mut page = html(
        200,
        &format!("<p><a href=\"kabinet:hand-over?request_uri={request}\">Go on in Kabinet</a></p>"),
    );
    let cookie = format!("{COOKIE}={cookie}; Path={PATH}; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        page.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    page
}

/// A client takes a request, or gives a signature.
pub fn answer(portal: &Portal, headers: &HeaderMap, id: &str, form: &Form) -> Reply {
    let thumbprint = match portal.proof(headers, &format!("{PATH}/{id}")) {
        Ok(thumbprint) => thumbprint,
        Err(refusal) => return refusal,
    };
    let now = clock::seconds();
    let mut all = lock(&portal.hand_overs);
    let Some(one) = all.get_mut(id) else {
        return oauth_error("invalid_request_uri", "no such request");
    };
    if one.expires < now {
        return oauth_error("request_expired", "too late");
    }
    if let Some(signature) = form.get("signature") {
        return sign(portal, one, &thumbprint, form, signature);
    }
    if form.get("client_id").map(String::as_str) != Some(CLIENT_ID) {
        return oauth_error("invalid_client", "unknown client_id");
    }
    if !matches!(one.stage, Stage::Fresh) {
        return oauth_error("request_used", "it is good for one time");
    }
    let token = unguessable();
    let mut request = json!({
        "hand_over": token,
        "redirect_uri": format!("{}{RETURN_PATH}", portal.issuer),
    });
    match one.kind {
        Kind::SignIn => request["type"] = json!("sign-in"),
        Kind::Signature => {
            request["type"] = json!("signature");
            request["text"] = json!(TEXT);
            request["title"] = json!({
                "be": "Згода на перадачу звестак",
                "ru": "Согласие на передачу сведений",
                "en": "Consent to the transfer of data",
            });
        }
    }
    one.stage = Stage::Taken { thumbprint, token };
    reply(200, &request)
}

fn sign(
    portal: &Portal,
    one: &mut HandOver,
    thumbprint: &str,
    form: &Form,
    signature: &str,
) -> Reply {
    let taken = matches!(
        &one.stage,
        Stage::Taken { thumbprint: known, token }
            if known == thumbprint && form.get("hand_over") == Some(token)
    );
    if !taken || one.kind != Kind::Signature {
        return oauth_error("request_used", "it is with nobody, or with somebody else");
    }
    let (issuers, now) = ([&portal.root, &portal.issuing], clock::seconds());
    let signed = unb64(signature)
        .ok_or("not base64url")
        .and_then(|signature| cms::verify(&signature, &issuers, now));
    match signed {
        Ok(signed) if signed.content == TEXT.as_bytes() => {
            reply(200, &json!({ "code": done(one, "a signer") }))
        }
        Ok(_) => oauth_error("invalid_signature", "another text was signed"),
        Err(reason) => oauth_error("invalid_signature", reason),
    }
}

/// Whether a sign-in may begin for a page: by the token that its taker got, once.
///
/// # Errors
/// The refusal to send.
pub fn begin_sign_in(portal: &Portal, token: &str) -> Result<String, Reply> {
    let mut all = lock(&portal.hand_overs);
    let found = all.iter_mut().find(|(_, one)| {
        one.kind == Kind::SignIn
            && matches!(&one.stage, Stage::Taken { token: known, .. } if known == token)
    });
    let (id, one) = found.ok_or_else(|| oauth_error("request_used", "no such request"))?;
    if one.expires < clock::seconds() {
        return Err(oauth_error("request_expired", "too late"));
    }
    one.stage = Stage::Proving;
    Ok(id.clone())
}

/// The card has proved its holder for a page: the code for the browser.
#[must_use]
pub fn signed_in(portal: &Portal, id: &str, subject: &str) -> Option<String> {
    let mut all = lock(&portal.hand_overs);
    let one = all.get_mut(id)?;
    let goes_on = matches!(one.stage, Stage::Proving) && one.expires >= clock::seconds();
    goes_on.then(|| done(one, subject))
}

fn done(one: &mut HandOver, who: &str) -> String {
    let code = unguessable();
    one.stage = Stage::Done {
        code: s256(&code),
        who: who.to_owned(),
    };
    code
}

/// The browser gets on. Only the one in which the page is open has the cookie: whoever was led here by
/// somebody else's link has not.
pub fn back(portal: &Portal, headers: &HeaderMap, query: &str) -> Reply {
    let code = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "code")
        .map(|(_, code)| s256(&code))
        .unwrap_or_default();
    let cookies = headers.get(header::COOKIE);
    let cookies = cookies.and_then(|cookies| cookies.to_str().ok());
    let browser = cookies
        .unwrap_or_default()
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix(COOKIE)?.strip_prefix('='))
        .map(s256)
        .unwrap_or_default();
    let mut all = lock(&portal.hand_overs);
    let found = all.values_mut().find(|one| {
        matches!(&one.stage, Stage::Done { code: known, .. } if *known == code)
            && one.browser == browser
            && one.expires >= clock::seconds()
    });
    let Some(one) = found else {
        return html(403, "<h1>Not from here</h1>");
    };
    let Stage::Done { who, .. } = std::mem::replace(&mut one.stage, Stage::Over) else {
        return html(403, "<h1>Not from here</h1>");
    };
    match one.kind {
        // The name is of our own making: nothing in it has to be escaped.
        Kind::SignIn => html(200, &format!("<h1>Signed in as {who}</h1>")),
        Kind::Signature => html(200, "<h1>Signed</h1>"),
    }
}

fn html(status: u16, body: &str) -> Reply {
    let page = format!("<!DOCTYPE html><meta charset=utf-8><title>Sandbox</title>{body}");
    let mut reply = octets(status, "text/html; charset=utf-8", page.into_bytes());
    reply.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; form-action 'self'"),
    );
    reply
}
