//! DPoP proofs with ES256, RFC 9449.

use kabinet_stb::{Secret, random};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::b64;

/// The private key that a session's tokens are bound to.
pub(crate) struct DpopKey(SigningKey);

impl DpopKey {
    /// A new key.
    pub(crate) fn generate() -> Self {
        loop {
            let scalar = Zeroizing::new(random::bytes::<32>());
            // Zero and numbers above the order are refused; the chance is below 2^-32.
            if let Ok(key) = SigningKey::from_slice(scalar.as_slice()) {
                return Self(key);
            }
        }
    }

    /// The key with this scalar: 32 octets, big-endian. `None` when it is no scalar of P-256.
    pub(crate) fn from_bytes(scalar: &[u8]) -> Option<Self> {
        // The library pads shorter ones; a stored key has its full length.
        let scalar = Some(scalar).filter(|scalar| scalar.len() == 32)?;
        SigningKey::from_slice(scalar).ok().map(Self)
    }

    /// The scalar: 32 octets, big-endian.
    pub(crate) fn to_secret(&self) -> Secret {
        Secret::new(self.0.to_bytes().to_vec())
    }

    /// A proof for one request; `token` when an access token goes along (`ath`), `nonce` when the
    /// server asked for one (section 8). `now` is in seconds since 1970.
    pub(crate) fn proof(
        &self,
        method: &str,
        url: &Url,
        token: Option<&[u8]>,
        nonce: Option<&str>,
        now: i64,
    ) -> String {
        let mut target = url.clone();
        target.set_query(None);
        target.set_fragment(None);
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()});
        let mut payload = json!({
            "jti": b64::encode(&random::bytes::<16>()),
            "htm": method,
            "htu": target.as_str(),
            "iat": now,
        });
        if let Some(token) = token {
            payload["ath"] = b64::encode(&Sha256::digest(token)).into();
        }
        if let Some(nonce) = nonce {
            payload["nonce"] = nonce.into();
        }
        let signed = format!(
            "{}.{}",
            b64::encode(header.to_string().as_bytes()),
            b64::encode(payload.to_string().as_bytes())
        );
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", b64::encode(&signature.to_bytes()))
    }

    fn jwk(&self) -> Value {
        let point = self.0.verifying_key().to_sec1_point(false);
        // An uncompressed point of P-256 is 04, x, y: 65 octets.
        let (x, y) = point
            .as_bytes()
            .get(1..)
            .unwrap_or_default()
            .split_at_checked(32)
            .unwrap_or_default();
        json!({"kty": "EC", "crv": "P-256", "x": b64::encode(x), "y": b64::encode(y)})
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{VerifyingKey, signature::Verifier};

    use super::*;

    /// RFC 7638 section 3.2: SHA-256 over the required members in lexicographic order.
    fn thumbprint(jwk: &Value, members: &[&str]) -> String {
        let mut text = String::from("{");
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&format!("\"{member}\":{}", jwk[member]));
        }
        text.push('}');
        b64::encode(&Sha256::digest(text.as_bytes()))
    }

    #[test]
    fn rfc_7638_and_rfc_9449_thumbprints() {
        let rsa = json!({"kty": "RSA", "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw", "e": "AQAB"});
        assert_eq!(
            thumbprint(&rsa, &["e", "kty", "n"]),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        // The key of RFC 9449's examples, whose thumbprint is in its section 6.1.
        let ec = json!({"kty": "EC", "crv": "P-256", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"});
        assert_eq!(
            thumbprint(&ec, &["crv", "kty", "x", "y"]),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
        );
    }

    #[test]
    fn the_public_key_of_rfc_7515_appendix_a_3() {
        let key = DpopKey::from_bytes(
            &b64::decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI").unwrap(),
        )
        .unwrap();
        assert_eq!(
            key.jwk(),
            json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})
        );
    }

    #[test]
    fn a_proof_names_method_target_token_and_nonce() {
        let key = DpopKey::generate();
        let url = Url::parse("https://portal.example/jmap?x=1").unwrap();
        // Access token and ath of RFC 9449 section 7.1.
        let token = b"Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let proof = key.proof("POST", &url, Some(token), Some("n1"), 1_700_000_000);
        let parts: Vec<&str> = proof.split('.').collect();
        assert_eq!(parts.len(), 3);
        let payload: Value = serde_json::from_slice(&b64::decode(parts[1]).unwrap()).unwrap();
        assert_eq!(payload["htu"], "https://portal.example/jmap");
        assert_eq!(payload["htm"], "POST");
        assert_eq!(payload["iat"], 1_700_000_000);
        assert_eq!(
            payload["ath"],
            "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
        );
        assert_eq!(payload["nonce"], "n1");
        let header: Value = serde_json::from_slice(&b64::decode(parts[0]).unwrap()).unwrap();
        assert_eq!(header["typ"], "dpop+jwt");
        assert!(header["jwk"].get("d").is_none());
        let mut point = vec![4];
        point.extend(b64::decode(header["jwk"]["x"].as_str().unwrap()).unwrap());
        point.extend(b64::decode(header["jwk"]["y"].as_str().unwrap()).unwrap());
        let signature = Signature::from_slice(&b64::decode(parts[2]).unwrap()).unwrap();
        let signed = format!("{}.{}", parts[0], parts[1]);
        VerifyingKey::from_sec1_bytes(&point)
            .unwrap()
            .verify(signed.as_bytes(), &signature)
            .unwrap();
        assert_ne!(
            proof,
            key.proof("POST", &url, Some(token), Some("n1"), 1_700_000_000)
        );
    }

    #[test]
    fn a_stored_key_is_the_same_key() {
        let key = DpopKey::generate();
        let again = DpopKey::from_bytes(key.to_secret().expose()).unwrap();
        assert_eq!(key.jwk(), again.jwk());
        assert!(DpopKey::from_bytes(&[0; 32]).is_none());
        assert!(DpopKey::from_bytes(&[1; 31]).is_none());
    }
}
