//! The token and revocation endpoints: RFC 6749, RFC 7009, with DPoP.

use kabinet_stb::Secret;
use reqwest::{Method, Url};
use serde::Deserialize as DeriveDeserialize;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use zeroize::Zeroizing;

use crate::CLIENT_ID;
use crate::client::{Call, Client, Content};
use crate::dpop::DpopKey;
use crate::error::PortalError;
use crate::http::Reply;

/// Most octets of a token answer: the ticket may hold a portrait.
const LIMIT: usize = 4 * 1024 * 1024;
/// Most octets of a token.
const TOKEN_LIMIT: usize = 8 * 1024;
/// Content type of the endpoints' requests.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// What the token endpoint gave.
pub(crate) struct Tokens {
    pub(crate) access: Secret,
    pub(crate) refresh: Secret,
    /// Seconds since 1970 by this computer's clock.
    pub(crate) expires_at: i64,
    /// The ID token, not verified yet.
    pub(crate) id_token: Option<Zeroizing<String>>,
}

/// Fourth round trip of a sign-in: the code for tokens.
pub(crate) async fn exchange(
    client: &Client,
    key: &DpopKey,
    code: &Secret,
    verifier: &str,
) -> Result<Tokens, PortalError> {
    let body = form(&[
        ("grant_type", b"authorization_code"),
        ("code", code.expose()),
        ("code_verifier", verifier.as_bytes()),
        ("client_id", CLIENT_ID.as_bytes()),
    ]);
    token_request(client, key, &body).await
}

/// New tokens for a refresh token, which is used up by it.
pub(crate) async fn refresh(
    client: &Client,
    key: &DpopKey,
    refresh: &Secret,
) -> Result<Tokens, PortalError> {
    let body = form(&[
        ("grant_type", b"refresh_token"),
        ("refresh_token", refresh.expose()),
        ("client_id", CLIENT_ID.as_bytes()),
    ]);
    token_request(client, key, &body).await
}

/// Which sessions end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// This one.
    Here,
    /// All of the holder's, this one among them.
    Everywhere,
}

/// Ends the session at the portal (RFC 7009): the refresh token and all that came of it; or, as the
/// profile adds, all sessions of the holder.
pub(crate) async fn revoke(
    client: &Client,
    key: &DpopKey,
    refresh: &Secret,
    ending: Ending,
) -> Result<(), PortalError> {
    let mut fields: Vec<(&str, &[u8])> = vec![
        ("token", refresh.expose()),
        ("token_type_hint", b"refresh_token"),
        ("client_id", CLIENT_ID.as_bytes()),
    ];
    if ending == Ending::Everywhere {
        fields.push(("all", b"true"));
    }
    let body = form(&fields);
    let url = &client.metadata().await?.revocation;
    let reply = post_form(client, url, key, &body, LIMIT).await?;
    if !reply.status.is_success() {
        return Err(oauth_error(&reply));
    }
    // A server passes over what it does not know (RFC 6749 section 3.1): only one that says so did it.
    if ending == Ending::Everywhere && !ended_all(&reply) {
        return Err(PortalError::refused("all_not_supported"));
    }
    Ok(())
}

fn ended_all(reply: &Reply) -> bool {
    #[derive(DeriveDeserialize)]
    struct Answer {
        all: bool,
    }
    reply
        .json::<Answer>("revocation")
        .is_ok_and(|answer| answer.all)
}

/// Posts a form with a proof.
pub(crate) async fn post_form(
    client: &Client,
    url: &Url,
    key: &DpopKey,
    body: &[u8],
    limit: usize,
) -> Result<Reply, PortalError> {
    let call = Call {
        method: Method::POST,
        url,
        body: Some((FORM, Content::Octets(body))),
        key: Some(key),
        access: None,
        limit,
        upload: false,
    };
    client.send(&call).await
}

/// The form's octets. Room is made ahead, for growing would leave unwiped copies of the secrets.
pub(crate) fn form(fields: &[(&str, &[u8])]) -> Zeroizing<Vec<u8>> {
    let room = fields
        .iter()
        .map(|(name, value)| name.len() + 3 * value.len() + 2)
        .sum();
    let mut body = Zeroizing::new(Vec::with_capacity(room));
    for (name, value) in fields {
        if !body.is_empty() {
            body.push(b'&');
        }
        body.extend_from_slice(name.as_bytes());
        body.push(b'=');
        for part in form_urlencoded::byte_serialize(value) {
            body.extend_from_slice(part.as_bytes());
        }
    }
    body
}

/// The error of an answer of one of the OAuth endpoints.
pub(crate) fn oauth_error(reply: &Reply) -> PortalError {
    #[derive(DeriveDeserialize)]
    struct Body {
        error: String,
    }
    match reply.status.as_u16() {
        // RFC 6749 section 5.2: 400, or 401 for `invalid_client`.
        400..=403 => reply.json::<Body>("error").map_or_else(
            |_| reply.error(),
            |body| PortalError::from_code(&body.error),
        ),
        _ => reply.error(),
    }
}

async fn token_request(client: &Client, key: &DpopKey, body: &[u8]) -> Result<Tokens, PortalError> {
    #[derive(DeriveDeserialize)]
    struct Answer {
        access_token: Token,
        token_type: String,
        expires_in: u32,
        refresh_token: Token,
        id_token: Option<String>,
    }
    let url = &client.metadata().await?.token;
    let reply = post_form(client, url, key, body, LIMIT).await?;
    if !reply.status.is_success() {
        return Err(oauth_error(&reply));
    }
    let answer: Answer = reply.json("token answer")?;
    // A bearer token would work without the key: RFC 9449 section 5 has the client refuse it.
    if !answer.token_type.eq_ignore_ascii_case("DPoP") {
        return Err(PortalError::Garbage("token type"));
    }
    Ok(Tokens {
        access: answer.access_token.0,
        refresh: answer.refresh_token.0,
        expires_at: client.now().saturating_add(i64::from(answer.expires_in)),
        id_token: answer.id_token.map(Zeroizing::new),
    })
}

/// A token in JSON: visible ASCII (RFC 6749 appendix A), so that it fits a header, and bounded.
pub(crate) struct Token(pub(crate) Secret);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TokenVisitor;
        impl Visitor<'_> for TokenVisitor {
            type Value = Token;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a token")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Token, E> {
                let sane = !text.is_empty()
                    && text.len() <= TOKEN_LIMIT
                    && text.bytes().all(|octet| octet.is_ascii_graphic());
                // The error must not repeat the text.
                if sane {
                    Ok(Token(Secret::new(text.as_bytes().to_vec())))
                } else {
                    Err(E::custom("not a token"))
                }
            }
        }
        deserializer.deserialize_str(TokenVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded() {
        assert_eq!(
            &*form(&[("a", b"x y&z"), ("b", b"+~")]),
            b"a=x+y%26z&b=%2B%7E"
        );
    }

    #[test]
    fn a_token_that_would_break_a_header_is_refused() {
        assert_eq!(
            serde_json::from_str::<Token>("\"abc.~\"")
                .ok()
                .unwrap()
                .0
                .expose(),
            b"abc.~"
        );
        for bad in ["\"\"", "\"a b\"", "\"a\\r\\nX: y\"", "1", "null"] {
            assert!(serde_json::from_str::<Token>(bad).is_err(), "{bad}");
        }
        assert!(
            serde_json::from_str::<Token>(&format!("\"{}\"", "a".repeat(TOKEN_LIMIT + 1))).is_err()
        );
    }
}
