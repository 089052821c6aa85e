//! JSON Web Signatures with ES256: ID tokens out, DPoP proofs in (RFC 7515, RFC 7638).

use base64ct::{Base64UrlUnpadded, Encoding as _};
use kabinet_stb::random;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// base64url without padding.
#[must_use]
pub fn b64(octets: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(octets)
}

/// The octets of base64url without padding.
#[must_use]
pub fn unb64(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// base64url of SHA-256: PKCE S256, `ath`, and how tokens are kept.
#[must_use]
pub fn s256(text: &str) -> String {
    b64(&Sha256::digest(text.as_bytes()))
}

/// A new unguessable text of 256 bits.
#[must_use]
pub fn unguessable() -> String {
    b64(&random::bytes::<32>())
}

/// The key that signs ID tokens.
pub struct TicketKey(SigningKey);

impl TicketKey {
    /// From its 32 octets; `None` when they are not a key.
    #[must_use]
    pub fn from_bytes(octets: &[u8]) -> Option<Self> {
        SigningKey::from_slice(octets).ok().map(Self)
    }

    /// A new key and its 32 octets.
    #[must_use]
    pub fn generate() -> (Self, Vec<u8>) {
        loop {
            // All but a vanishing part of the 256-bit numbers are keys.
            let octets = random::bytes::<32>();
            if let Some(key) = Self::from_bytes(&octets) {
                return (key, octets.to_vec());
            }
        }
    }

    /// Key set with the public part (RFC 7517).
    #[must_use]
    pub fn key_set(&self) -> Value {
        let mut key = public_jwk(self.0.verifying_key());
        let id = thumbprint(&key).unwrap_or_default();
        key["kid"] = json!(id);
        key["alg"] = json!("ES256");
        key["use"] = json!("sig");
        json!({ "keys": [key] })
    }

    /// A signed token with these claims.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        let id = thumbprint(&public_jwk(self.0.verifying_key())).unwrap_or_default();
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": id });
        let signed = format!(
            "{}.{}",
            b64(header.to_string().as_bytes()),
            b64(claims.to_string().as_bytes())
        );
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", b64(&signature.to_bytes()))
    }
}

fn public_jwk(key: &VerifyingKey) -> Value {
    let point = key.to_sec1_point(false);
    let half = |octets: Option<&[u8]>| b64(octets.unwrap_or_default());
    json!({
        "kty": "EC",
        "crv": "P-256",
        "x": half(point.x().map(|x| x.as_slice())),
        "y": half(point.y().map(|y| y.as_slice())),
    })
}

/// RFC 7638 thumbprint of an EC key on P-256.
#[must_use]
pub fn thumbprint(key: &Value) -> Option<String> {
    if key["kty"] != "EC" || key["crv"] != "P-256" {
        return None;
    }
    let (x, y) = (key["x"].as_str()?, key["y"].as_str()?);
    Some(s256(&format!(
        r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#
    )))
}

/// The three parts of a token whose signature is not checked yet.
pub struct Unverified {
    /// JOSE header.
    pub header: Value,
    /// Claims.
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Unverified {
    /// Splits a compact token; `None` when it is not one.
    #[must_use]
    pub fn parse(token: &str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |text: &str| -> Option<Value> {
            let value: Value = serde_json::from_slice(&unb64(text)?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed: signed.to_owned(),
            signature: unb64(signature)?,
        })
    }

    /// Whether the holder of `key` (a JWK) signed it with ES256.
    #[must_use]
    pub fn is_signed_by(&self, key: &Value) -> bool {
        self.check(key).is_some()
    }

    fn check(&self, key: &Value) -> Option<()> {
        if self.header["alg"] != "ES256" || key["kty"] != "EC" || key["crv"] != "P-256" {
            return None;
        }
        let mut point = vec![0x04];
        point.extend(unb64(key["x"].as_str()?)?);
        point.extend(unb64(key["y"].as_str()?)?);
        let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
        let signature = Signature::from_slice(&self.signature).ok()?;
        key.verify(self.signed.as_bytes(), &signature).ok()
    }
}

/// The token with another subject, under the signature that it had: what a forger would send.
#[must_use]
pub fn forged(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let claims = parts
        .get(1)
        .and_then(|claims| unb64(claims))
        .and_then(|claims| serde_json::from_slice::<Value>(&claims).ok());
    let (Some(header), Some(mut claims), Some(signature)) = (parts.first(), claims, parts.get(2))
    else {
        return token.to_owned();
    };
    claims["sub"] = json!("somebody-else");
    format!(
        "{header}.{}.{signature}",
        b64(claims.to_string().as_bytes())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pkce_example_of_rfc_7636() {
        assert_eq!(
            s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_changed_token_does_not_verify() {
        let (key, _) = TicketKey::generate();
        let public = key.key_set()["keys"][0].clone();
        let token = key.sign(&json!({ "sub": "x" }));
        assert!(Unverified::parse(&token).unwrap().is_signed_by(&public));
        let (other, _) = TicketKey::generate();
        assert!(
            !Unverified::parse(&other.sign(&json!({})))
                .unwrap()
                .is_signed_by(&public)
        );
        let mut parts: Vec<&str> = token.split('.').collect();
        let claims = b64(br#"{"sub":"y"}"#);
        parts[1] = &claims;
        let changed = Unverified::parse(&parts.join(".")).unwrap();
        assert!(!changed.is_signed_by(&public));
        let forged = Unverified::parse(&forged(&token)).unwrap();
        assert!(!forged.is_signed_by(&public));
        assert_eq!(forged.claims["sub"], "somebody-else");
    }
}
