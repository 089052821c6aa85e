//! Discovery, tokens and their revocation (OpenID Connect Discovery, RFC 6749, RFC 7009, RFC 9449).

use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::clock;
use crate::jwt::{s256, unguessable};
use crate::portal::{CLIENT_ID, Portal};
use crate::reply::{Reply, broken, oauth_error, reply};
use crate::signin::{self, Form};
use crate::store::Token;

/// Path of the token endpoint.
pub const TOKEN_PATH: &str = "/oauth/token";
/// Path of the revocation endpoint.
pub const REVOKE_PATH: &str = "/oauth/revoke";
/// Path of the key set.
pub const KEYS_PATH: &str = "/oauth/jwks";

/// Life of an access token, seconds.
const ACCESS_SECONDS: i64 = 600;
/// Life of a refresh token, seconds.
const REFRESH_SECONDS: i64 = 30 * 24 * 3600;
/// How long a refresh whose answer was lost may be repeated, seconds.
const REPEAT_SECONDS: i64 = 60;

/// The discovery document.
pub fn discovery(portal: &Portal) -> Reply {
    let at = |path: &str| format!("{}{path}", portal.issuer);
    reply(
        200,
        &json!({
            "issuer": portal.issuer,
            "authorization_challenge_endpoint": at(signin::PATH),
            "token_endpoint": at(TOKEN_PATH),
            "revocation_endpoint": at(REVOKE_PATH),
            "jwks_uri": at(KEYS_PATH),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["pairwise"],
            "scopes_supported": ["openid", "offline_access"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "dpop_signing_alg_values_supported": ["ES256"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }),
    )
}

/// The key set.
pub fn keys(portal: &Portal) -> Reply {
    reply(200, &portal.ticket_key.key_set())
}

/// The token endpoint.
pub fn token(portal: &Portal, headers: &HeaderMap, form: &Form) -> Reply {
    let thumbprint = match portal.proof(headers, TOKEN_PATH) {
        Ok(thumbprint) => thumbprint,
        Err(refusal) => return refusal,
    };
    if form.get("client_id").map(String::as_str) != Some(CLIENT_ID) {
        return oauth_error("invalid_client", "unknown client_id");
    }
    let result = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => by_code(portal, form, &thumbprint),
        Some("refresh_token") => by_refresh(portal, form, &thumbprint),
        _ => Err(oauth_error("unsupported_grant_type", "")),
    };
    match result {
        Ok(answer) | Err(answer) => answer,
    }
}

/// Ends all tokens of a sign-in, and with `all` those of all sign-ins of the person. An unknown token is
/// no error (RFC 7009 section 2.2), but it speaks for nobody.
pub fn revoke(portal: &Portal, headers: &HeaderMap, form: &Form) -> Reply {
    let thumbprint = match portal.proof(headers, REVOKE_PATH) {
        Ok(thumbprint) => thumbprint,
        Err(refusal) => return refusal,
    };
    let token = match token_of(portal, form) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    if form.get("all").map(String::as_str) == Some("true") {
        let theirs = token.filter(|token| token.thumbprint == thumbprint);
        return match theirs {
            Some(token) => revoke_all(portal, &token.subject),
            None => oauth_error("invalid_grant", "no token of this key"),
        };
    }
    if let Some(token) = token
        && let Err(error) = portal.store().revoke(&token.family)
    {
        return broken(&error);
    }
    reply(200, &json!({}))
}

fn token_of(portal: &Portal, form: &Form) -> Result<Option<Token>, Reply> {
    let hash = s256(form.get("token").map(String::as_str).unwrap_or_default());
    let store = portal.store();
    for kind in ["refresh", "access"] {
        let found = store.token(kind, &hash).map_err(|error| broken(&error))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn revoke_all(portal: &Portal, subject: &str) -> Reply {
    if let Err(error) = portal.store().revoke_subject(subject) {
        return broken(&error);
    }
    // Those who listen find out at once.
    portal.tell(subject);
    reply(200, &json!({ "all": true }))
}

fn by_code(portal: &Portal, form: &Form, thumbprint: &str) -> Result<Reply, Reply> {
    let now = clock::seconds();
    let code = form.get("code").map(String::as_str).unwrap_or_default();
    let body = portal
        .store()
        .take_code(&s256(code), now)
        .map_err(|error| broken(&error))?
        .ok_or_else(|| oauth_error("invalid_grant", "no such code"))?;
    let body: Value = serde_json::from_str(&body).map_err(|error| broken(&error))?;
    let verifier = form.get("code_verifier").map(String::as_str);
    if body["thumbprint"] != thumbprint {
        return Err(oauth_error("invalid_grant", "another key"));
    }
    if body["code_challenge"] != s256(verifier.unwrap_or_default()) {
        return Err(oauth_error("invalid_grant", "wrong code_verifier"));
    }
    let subject = body["subject"].as_str().unwrap_or_default();
    let mut claims = body["claims"].clone();
    claims["iss"] = json!(portal.issuer);
    claims["aud"] = json!(CLIENT_ID);
    claims["sub"] = json!(subject);
    claims["iat"] = json!(now);
    claims["exp"] = json!(now + ACCESS_SECONDS);
    let ticket = portal.ticket_key.sign(&claims);
    let (mut answer, _) = tokens(portal, subject, thumbprint, &unguessable(), now)?;
    answer["id_token"] = json!(ticket);
    Ok(reply(200, &answer))
}

fn by_refresh(portal: &Portal, form: &Form, thumbprint: &str) -> Result<Reply, Reply> {
    let now = clock::seconds();
    let text = form.get("refresh_token").map(String::as_str);
    let hash = s256(text.unwrap_or_default());
    let token = {
        let store = portal.store();
        let token = store
            .token("refresh", &hash)
            .map_err(|error| broken(&error))?
            .filter(|token| token.expires > now)
            .ok_or_else(|| oauth_error("invalid_grant", "no such token"))?;
        if token.thumbprint != thumbprint {
            return Err(oauth_error("invalid_grant", "another key"));
        }
        if token.used == 0 {
            let noted = store
                .use_token(&hash, now)
                .and_then(|()| store.shown(&hash));
            noted.map_err(|error| broken(&error))?;
        } else {
            let unheard = store.is_unheard(&hash).map_err(|error| broken(&error))?;
            if !unheard || now > token.used + REPEAT_SECONDS {
                // Somebody has a copy: nobody goes on with this family.
                store
                    .revoke(&token.family)
                    .map_err(|error| broken(&error))?;
                return Err(oauth_error("invalid_grant", "used before"));
            }
        }
        token
    };
    let (answer, pair) = tokens(portal, &token.subject, thumbprint, &token.family, now)?;
    let pair = pair.each_ref().map(String::as_str);
    portal
        .store()
        .given_for(&hash, pair)
        .map_err(|error| broken(&error))?;
    Ok(reply(200, &answer))
}

/// New tokens, and the hashes of both.
fn tokens(
    portal: &Portal,
    subject: &str,
    thumbprint: &str,
    family: &str,
    now: i64,
) -> Result<(Value, [String; 2]), Reply> {
    let (access, refresh) = (unguessable(), unguessable());
    let hashes = [s256(&access), s256(&refresh)];
    let store = portal.store();
    for (kind, hash, seconds) in [
        ("access", &hashes[0], ACCESS_SECONDS),
        ("refresh", &hashes[1], REFRESH_SECONDS),
    ] {
        let token = Token {
            family: family.to_owned(),
            subject: subject.to_owned(),
            thumbprint: thumbprint.to_owned(),
            expires: now + seconds,
            used: 0,
        };
        store
            .add_token(kind, hash, &token)
            .map_err(|error| broken(&error))?;
    }
    let answer = json!({
        "access_token": access,
        "token_type": "DPoP",
        "expires_in": ACCESS_SECONDS,
        "refresh_token": refresh,
        "scope": "openid offline_access",
    });
    Ok((answer, hashes))
}
