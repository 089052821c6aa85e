//! Verification of JSON Web Tokens with ES256, RFC 7515 and RFC 7518 section 3.4.

use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::b64;

/// The portal's public keys, RFC 7517. Keys that are not for ES256 are passed over.
#[derive(Deserialize)]
pub(crate) struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JwtError {
    /// Not three parts of base64url with a JSON header for ES256.
    Malformed,
    /// No key of the set has the token's `kid`: the set may be old.
    UnknownKey,
    /// The signature is not right.
    Signature,
}

/// The payload's octets after the signature has been verified.
pub(crate) fn verify(token: &str, jwks: &Jwks) -> Result<Zeroizing<Vec<u8>>, JwtError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwtError::Malformed)?;
    let header = b64::decode(header).ok_or(JwtError::Malformed)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| JwtError::Malformed)?;
    // The algorithm is the profile's, never the token's choice (RFC 8725 section 3.1).
    if header.alg != "ES256" || header.crit.is_some() {
        return Err(JwtError::Malformed);
    }
    let payload = Zeroizing::new(b64::decode(payload).ok_or(JwtError::Malformed)?);
    let signature = b64::decode(signature).ok_or(JwtError::Malformed)?;
    let signature = Signature::from_slice(&signature).map_err(|_| JwtError::Malformed)?;
    let mut known = false;
    for key in jwks
        .keys
        .iter()
        .filter(|key| key.fits(header.kid.as_deref()))
        .filter_map(Jwk::key)
    {
        known = true;
        if key.verify(signed.as_bytes(), &signature).is_ok() {
            return Ok(payload);
        }
    }
    Err(if known {
        JwtError::Signature
    } else {
        JwtError::UnknownKey
    })
}

impl Jwk {
    fn fits(&self, kid: Option<&str>) -> bool {
        self.kty == "EC"
            && self.crv == "P-256"
            && self
                .purpose
                .as_deref()
                .is_none_or(|purpose| purpose == "sig")
            && kid.is_none_or(|kid| self.kid.as_deref() == Some(kid))
    }

    fn key(&self) -> Option<VerifyingKey> {
        let (x, y) = (b64::decode(&self.x)?, b64::decode(&self.y)?);
        if x.len() != 32 || y.len() != 32 {
            return None;
        }
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        VerifyingKey::from_sec1_bytes(&point).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// RFC 7515 appendix A.3.
    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn jwks() -> Jwks {
        serde_json::from_value(json!({"keys": [
            {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
            {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
        ]}))
        .unwrap()
    }

    #[test]
    fn rfc_7515_appendix_a_3() {
        let payload = verify(TOKEN, &jwks()).unwrap();
        assert_eq!(
            &*payload,
            b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
        );
    }

    #[test]
    fn a_changed_token_is_refused() {
        let (signed, signature) = TOKEN.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        let other = b64::encode(b"{\"iss\":\"eve\"}");
        assert_eq!(
            verify(&format!("{header}.{other}.{signature}"), &jwks()).unwrap_err(),
            JwtError::Signature
        );
        for alg in ["none", "HS256", "ES384"] {
            let header = b64::encode(json!({"alg": alg}).to_string().as_bytes());
            assert_eq!(
                verify(&format!("{header}.{payload}.{signature}"), &jwks()).unwrap_err(),
                JwtError::Malformed
            );
        }
        assert_eq!(
            verify(&format!("{header}.{payload}."), &jwks()).unwrap_err(),
            JwtError::Malformed
        );
        let named = b64::encode(b"{\"alg\":\"ES256\",\"kid\":\"x\"}");
        assert_eq!(
            verify(&format!("{named}.{payload}.{signature}"), &jwks()).unwrap_err(),
            JwtError::UnknownKey
        );
    }

    proptest! {
        #[test]
        fn no_bit_may_flip(at in 0..TOKEN.len(), with in "[A-Za-z0-9_.-]") {
            let mut token = TOKEN.to_owned();
            token.replace_range(at..=at, &with);
            // The last character of a part has bits that decode to nothing but must be zero.
            prop_assert_eq!(token == TOKEN, verify(&token, &jwks()).is_ok());
        }

        #[test]
        fn any_text_is_survived(text in ".{0,300}", part in "[A-Za-z0-9_-]{0,80}") {
            prop_assert!(verify(&text, &jwks()).is_err());
            let token = [part.as_str(); 3].join(".");
            prop_assert!(verify(&token, &jwks()).is_err());
        }
    }
}
