//! Encryption belt-cfb and belt-ctr (STB 34.101.31) of octets that come in pieces. Neither notices
//! changed octets: both turn any ciphertext into some plaintext.

use belt_block::BeltBlock;
use belt_ctr::BeltCtr;
use cfb_mode::{BufDecryptor, BufEncryptor, cipher::KeyIvInit};
use zeroize::Zeroizing;

use crate::keyrep;

/// Octets of the initial value (synchro) of both modes.
pub const IV_LEN: usize = 16;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// belt-cfb: each block depends on those before.
    Cfb,
    /// belt-ctr: a key stream.
    Ctr,
}

/// Encryption or decryption in progress; its state is wiped when dropped.
pub struct StreamCipher(State);

enum State {
    CfbEncryption(Box<BufEncryptor<BeltBlock>>),
    CfbDecryption(Box<BufDecryptor<BeltBlock>>),
    Ctr(Box<BeltCtr>),
}

impl StreamCipher {
    /// Starts to encrypt with a key of 16, 24 or 32 octets; none for a key of another length.
    ///
    /// The same key and `iv` must never serve for other octets again.
    #[must_use]
    pub fn encryptor(mode: Mode, key: &[u8], iv: &[u8; IV_LEN]) -> Option<Self> {
        let key = full_key(key)?;
        let (key, iv) = ((&*key).into(), iv.into());
        Some(Self(match mode {
            Mode::Cfb => State::CfbEncryption(Box::new(BufEncryptor::new(key, iv))),
            Mode::Ctr => State::Ctr(Box::new(BeltCtr::new(key, iv))),
        }))
    }

    /// Starts to decrypt; otherwise as [`StreamCipher::encryptor`].
    #[must_use]
    pub fn decryptor(mode: Mode, key: &[u8], iv: &[u8; IV_LEN]) -> Option<Self> {
        let key = full_key(key)?;
        let (key, iv) = ((&*key).into(), iv.into());
        Some(Self(match mode {
            Mode::Cfb => State::CfbDecryption(Box::new(BufDecryptor::new(key, iv))),
            Mode::Ctr => State::Ctr(Box::new(BeltCtr::new(key, iv))),
        }))
    }

    /// Turns the next octets over in place.
    ///
    /// # Errors
    /// [`Exhausted`] when belt-ctr has no key stream left: after 2^128 - 1 blocks, or as many as the
    /// machine can count at once.
    pub fn apply(&mut self, octets: &mut [u8]) -> Result<(), Exhausted> {
        use belt_ctr::cipher::StreamCipher as _;
        match &mut self.0 {
            State::CfbEncryption(cipher) => cipher.encrypt(octets),
            State::CfbDecryption(cipher) => cipher.decrypt(octets),
            State::Ctr(cipher) => cipher.try_apply_keystream(octets).map_err(|_| Exhausted)?,
        }
        Ok(())
    }
}

/// No key stream is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key stream is left")]
pub struct Exhausted;

/// belt-keyexpand in octets.
fn full_key(key: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    if !matches!(key.len(), 16 | 24 | 32) {
        return None;
    }
    let words = keyrep::expand(key);
    let mut full = Zeroizing::new([0; 32]);
    let (chunks, _) = full.as_chunks_mut::<4>();
    for (chunk, word) in chunks.iter_mut().zip(words.iter()) {
        *chunk = word.to_le_bytes();
    }
    Some(full)
}
