//! Demonstrating Proof of Possession, the server's side (RFC 9449).

use crate::jwt::{Unverified, s256, thumbprint};
use crate::store::Store;

/// How far the clocks may differ, in seconds, either way.
const WINDOW: i64 = 300;

/// What a proof must be about.
pub struct Expected<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// Its address without query and fragment.
    pub address: &'a str,
    /// The access token that comes with it, if any.
    pub access_token: Option<&'a str>,
}

/// Checks `proof` and remembers it, so that it is good once only. Gives the thumbprint of its key.
///
/// # Errors
/// What is wrong with it.
pub fn check(
    proof: &str,
    expected: &Expected<'_>,
    store: &Store,
    now: i64,
) -> Result<String, &'static str> {
    let token = Unverified::parse(proof).ok_or("not a token")?;
    if token.header["typ"] != "dpop+jwt" {
        return Err("wrong typ");
    }
    let key = &token.header["jwk"];
    if key.get("d").is_some() {
        return Err("a private key");
    }
    if !token.is_signed_by(key) {
        return Err("wrong signature");
    }
    if token.claims["htm"] != expected.method {
        return Err("wrong htm");
    }
    if token.claims["htu"] != expected.address {
        return Err("wrong htu");
    }
    let issued = token.claims["iat"].as_i64().ok_or("no iat")?;
    if (now - issued).abs() > WINDOW {
        return Err("iat too far away");
    }
    if let Some(access_token) = expected.access_token
        && token.claims["ath"] != s256(access_token)
    {
        return Err("wrong ath");
    }
    let thumbprint = thumbprint(key).ok_or("not an EC key")?;
    let id = token.claims["jti"].as_str().ok_or("no jti")?;
    let fresh = store
        .remember_proof(&format!("{thumbprint}.{id}"), now, 2 * WINDOW)
        .map_err(|_| "cannot be remembered")?;
    if fresh {
        Ok(thumbprint)
    } else {
        Err("used before")
    }
}
