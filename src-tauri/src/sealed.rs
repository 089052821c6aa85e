//! How a secret comes from the trusted prompt's page into the core.
//!
//! What crosses the bridge between page and core lies in buffers of the web view that nobody wipes.
//! So the page never puts the secret there: it agrees on a key with the core (ECDH on P-256, a fresh
//! key for each prompt, HKDF-SHA-256 of RFC 5869) and sends the secret encrypted by that key. The
//! core wipes its side when the prompt is gone, and what the buffers held is of no use to anyone.

use kabinet_desk::Secret;
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{PublicKey, SecretKey};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Length of an uncompressed point of P-256 (SEC 1, clause 2.3.3), in octets.
const POINT: usize = 65;
/// Longest secret, in octets: a passphrase.
const LONGEST: usize = 1024;
/// `info` of HKDF; the page uses the same.
const INFO: &[u8] = b"kabinet trusted prompt";

/// The core's key of one prompt. Opens one message.
pub(crate) struct SealingKey(SecretKey);

impl SealingKey {
    /// A fresh key.
    pub(crate) fn generate() -> Self {
        loop {
            // All but about 2^-32 of the strings are keys.
            let octets = Zeroizing::new(kabinet_desk::random_octets());
            if let Ok(key) = SecretKey::from_slice(&*octets) {
                return Self(key);
            }
        }
    }

    /// The public key, an uncompressed point.
    pub(crate) fn public(&self) -> Vec<u8> {
        self.0.public_key().to_sec1_point(false).as_bytes().to_vec()
    }

    /// Opens `message`: the page's public key (an uncompressed point), then the encrypted secret.
    /// `None` when it is malformed.
    pub(crate) fn open(self, message: &[u8]) -> Option<Secret> {
        let (point, sealed) = message.split_at_checked(POINT)?;
        if sealed.len() > LONGEST {
            return None;
        }
        let page = PublicKey::from_sec1_bytes(point).ok()?;
        let shared = diffie_hellman(self.0.to_nonzero_scalar(), page.as_affine());
        let mut octets = Zeroizing::new(vec![0; sealed.len()]);
        shared
            .extract::<Sha256>(None)
            .expand(INFO, &mut octets)
            .ok()?;
        for (octet, sealed) in octets.iter_mut().zip(sealed) {
            *octet ^= sealed;
        }
        Some(Secret::from(octets))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What the page does, in Rust.
    fn seal(core: &[u8], secret: &[u8]) -> Vec<u8> {
        let key = SealingKey::generate();
        let core = PublicKey::from_sec1_bytes(core).unwrap();
        let shared = diffie_hellman(key.0.to_nonzero_scalar(), core.as_affine());
        let mut stream = vec![0; secret.len()];
        shared
            .extract::<Sha256>(None)
            .expand(INFO, &mut stream)
            .unwrap();
        let sealed = stream.iter().zip(secret).map(|(a, b)| a ^ b);
        key.public().into_iter().chain(sealed).collect()
    }

    #[test]
    fn what_the_page_seals_the_core_opens() {
        let key = SealingKey::generate();
        let message = seal(&key.public(), b"314159");
        assert!(!message.windows(6).any(|window| window == b"314159"));
        assert!(key.open(&message).unwrap().expose() == b"314159");
    }

    #[test]
    fn what_is_malformed_is_refused() {
        assert!(SealingKey::generate().open(&[]).is_none());
        assert!(SealingKey::generate().open(&[4; 70]).is_none());
        let key = SealingKey::generate();
        let message = seal(&key.public(), &[7; LONGEST + 1]);
        assert!(key.open(&message).is_none());
    }
}
