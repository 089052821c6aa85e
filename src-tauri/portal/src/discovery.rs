//! Where the portal's endpoints are: OpenID Connect Discovery 1.0, RFC 8414.

use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;

use crate::address;
use crate::client::{Call, Client};
use crate::error::PortalError;
use crate::jwt::Jwks;

/// Most octets of a discovery document or a key set.
const LIMIT: usize = 256 * 1024;
/// What they are in an error.
const DOCUMENT: &str = "discovery document";

/// The part of the discovery document that the profile uses.
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) challenge: Url,
    pub(crate) token: Url,
    pub(crate) revocation: Url,
    pub(crate) jwks_uri: Url,
}

/// `GET /.well-known/openid-configuration`.
pub(crate) async fn fetch(client: &Client) -> Result<Metadata, PortalError> {
    let url = address::parse_endpoint(client.base(), ".well-known/openid-configuration")?;
    let document: Document = get(client, &url, LIMIT, DOCUMENT).await?;
    document.check(client.base())
}

/// The portal's public keys.
pub(crate) async fn fetch_jwks(client: &Client, url: &Url) -> Result<Jwks, PortalError> {
    get(client, url, LIMIT, DOCUMENT).await
}

/// What anybody may read, of at most `limit` octets; `what` names it in an error.
pub(crate) async fn get<T: serde::de::DeserializeOwned>(
    client: &Client,
    url: &Url,
    limit: usize,
    what: &'static str,
) -> Result<T, PortalError> {
    let call = Call {
        method: Method::GET,
        url,
        body: None,
        key: None,
        access: None,
        limit,
        upload: false,
    };
    let reply = client.send(&call).await?;
    if reply.status != StatusCode::OK {
        return Err(reply.error());
    }
    reply.json(what)
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_challenge_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    dpop_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
}

impl Document {
    fn check(self, base: &Url) -> Result<Metadata, PortalError> {
        // RFC 8414 section 3.3: the issuer is the address that was asked, or it is another portal.
        if self.issuer.trim_end_matches('/') != base.as_str().trim_end_matches('/') {
            return Err(PortalError::Garbage("issuer"));
        }
        let offered = |names: &[String]| names.iter().any(|name| name == "ES256");
        if !offered(&self.dpop_signing_alg_values_supported)
            || !offered(&self.id_token_signing_alg_values_supported)
        {
            return Err(PortalError::Garbage("no ES256"));
        }
        Ok(Metadata {
            challenge: address::parse_endpoint(base, &self.authorization_challenge_endpoint)?,
            token: address::parse_endpoint(base, &self.token_endpoint)?,
            revocation: address::parse_endpoint(base, &self.revocation_endpoint)?,
            jwks_uri: address::parse_endpoint(base, &self.jwks_uri)?,
            issuer: self.issuer,
        })
    }
}
