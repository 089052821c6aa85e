//! The identity service: who signs in, and what they get for it.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;

use super::{FORM, Route, Shared, Who, fields, get, json, named, post};
use crate::{oauth, signin};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(
            "/.well-known/openid-configuration",
            "Where the identity service is (OpenID Connect Discovery 1.0, section 4; RFC 8414)",
            async |State(portal): Shared| oauth::discovery(&portal),
        )
        .gives(200, json("Discovery")),
        get(
            oauth::KEYS_PATH,
            "Keys of tickets (RFC 7517, section 5)",
            async |State(portal): Shared| oauth::keys(&portal),
        )
        .gives(200, json("KeySet")),
        post(
            signin::PATH,
            "The dialogue with the card (draft-ietf-oauth-first-party-apps; STB 34.101.79, chapter 10)",
            async |State(portal): Shared, headers: HeaderMap, body: Bytes| {
                signin::challenge(&portal, &headers, &fields(&body))
            },
        )
        .of(Who::Client)
        .takes(named(FORM, "ChallengeForm"))
        .gives(200, json("AuthorizationCode"))
        .gives(403, json("Challenge")),
        post(
            oauth::TOKEN_PATH,
            "Tokens for a code or a refresh token (RFC 6749, sections 4.1.3 and 6)",
            async |State(portal): Shared, headers: HeaderMap, body: Bytes| {
                oauth::token(&portal, &headers, &fields(&body))
            },
        )
        .of(Who::Client)
        .takes(named(FORM, "TokenForm"))
        .gives(200, json("Tokens")),
        post(
            oauth::REVOKE_PATH,
            "Ends all tokens of a sign-in (RFC 7009), or of all sign-ins of the person",
            async |State(portal): Shared, headers: HeaderMap, body: Bytes| {
                oauth::revoke(&portal, &headers, &fields(&body))
            },
        )
        .of(Who::Client)
        .takes(named(FORM, "RevokeForm"))
        .gives(200, json("Revoked")),
    ]
}
