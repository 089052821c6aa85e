//! Proof Key for Code Exchange, RFC 7636 with S256.

use kabinet_stb::random;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::b64;

/// A new code verifier: 32 random octets, 43 characters (RFC 7636 section 4.1).
pub(crate) fn verifier() -> Zeroizing<String> {
    let octets = Zeroizing::new(random::bytes::<32>());
    Zeroizing::new(b64::encode(octets.as_slice()))
}

/// The S256 challenge of a verifier (section 4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    b64::encode(&Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7636_appendix_b() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn verifiers_differ_and_have_the_length_of_the_standard() {
        let (one, other) = (verifier(), verifier());
        assert_eq!(one.len(), 43);
        assert_ne!(*one, *other);
    }
}
