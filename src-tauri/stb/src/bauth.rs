//! The protocols BAUTH and BAUTH1 of STB 34.101.79 (clause 8.4): the terminal proves itself to the
//! card, in BAUTH also the card to the terminal.
//!
//! The terminal is side A (T), the card side B (CT); the card speaks first: M1 = `V_CT || Y_CT`,
//! M2 = `T_T [|| R_T]`, M3 = `[Z_CT || T_CT]`. What is in brackets only the mutual protocol has.

use cfb_mode::cipher::KeyIvInit;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    Random, bake,
    bign::{Level, PrivateKey, PublicKey},
    hash::belt_hash,
    sm::ChannelKey,
};

/// Octets of a confirmation tag.
const TAG: usize = 8;
/// Octets of the terminal's nonce, the same at every level.
const TERMINAL_NONCE: usize = 16;

/// Why BAUTH ended without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BauthError {
    /// A message has a wrong length or a point that is not on the curve.
    #[error("malformed BAUTH message")]
    Malformed,
    /// The other side did not prove that it has its private key.
    #[error("the other side did not prove its key")]
    NotAuthentic,
    /// The card's certificate was not accepted.
    #[error("the card's certificate is not accepted")]
    Certificate,
    /// The keys of card and terminal are of different levels.
    #[error("the keys are of different levels")]
    Level,
}

/// Length of M1 at a level.
#[must_use]
pub const fn m1_len(level: Level) -> usize {
    level.public_key_len() + level.bits() / 8 + 16
}

/// Length of M2.
#[must_use]
pub const fn m2_len(mutual: bool) -> usize {
    if mutual { TAG + TERMINAL_NONCE } else { TAG }
}

/// The card after M1.
pub struct Token {
    own: PrivateKey,
    own_certificate: Vec<u8>,
    hello: Vec<u8>,
    mutual: bool,
    u: PrivateKey,
    v: Vec<u8>,
    nonce: Zeroizing<Vec<u8>>,
}

impl Token {
    /// Starts the protocol against the terminal whose certificate chain the card has checked.
    /// `hello_terminal` is the data field of the initialising command followed by the CertHAT
    /// objects of BPACE. Gives M1.
    ///
    /// # Errors
    /// [`BauthError::Level`] when the keys are of different levels.
    pub fn start(
        terminal_public_key: &PublicKey,
        own: &PrivateKey,
        own_certificate: &[u8],
        hello_terminal: &[u8],
        mutual: bool,
        random: &mut dyn Random,
    ) -> Result<(Self, Vec<u8>), BauthError> {
        let level = terminal_public_key.level();
        if level != own.level() {
            return Err(BauthError::Level);
        }
        let mut nonce = Zeroizing::new(vec![0; level.bits() / 8]);
        random.fill(&mut nonce);
        let u = PrivateKey::generate(level, random);
        let v = u.public_key().to_bytes();
        let shared = u
            .multiply(&terminal_public_key.to_bytes())
            .ok_or(BauthError::Malformed)?;
        let wrapped = bake::wrap_key(&nonce, &[0; 16], &shared).ok_or(BauthError::Malformed)?;
        let m1 = [&v[..], &wrapped].concat();
        let token = Self {
            own: own.duplicate(),
            own_certificate: own_certificate.to_vec(),
            hello: hello_terminal.to_vec(),
            mutual,
            u,
            v,
            nonce,
        };
        Ok((token, m1))
    }

    /// Takes M2 and gives M3 (empty when one-sided) with the key of the terminal's channel.
    ///
    /// # Errors
    /// [`BauthError::NotAuthentic`] when the terminal's tag does not match,
    /// [`BauthError::Malformed`] for a wrong length.
    pub fn receive_m2(self, m2: &[u8]) -> Result<(Vec<u8>, ChannelKey), BauthError> {
        if m2.len() != m2_len(self.mutual) {
            return Err(BauthError::Malformed);
        }
        let (tag, terminal_nonce) = m2.split_at(TAG);
        let keys = Keys::derive(&self.nonce, terminal_nonce, &self.hello);
        if !bake::mac_matches(&keys.k1, &[0; 16], tag) {
            return Err(BauthError::NotAuthentic);
        }
        let m3 = if self.mutual {
            self.prove(&keys, terminal_nonce)?
        } else {
            Vec::new()
        };
        Ok((m3, keys.into_channel()))
    }

    /// `Z_CT || T_CT`: the card's proof and certificate for the terminal's eyes only.
    fn prove(&self, keys: &Keys, terminal_nonce: &[u8]) -> Result<Vec<u8>, BauthError> {
        let u = self.u.to_secret();
        let t = challenge(self.own.level(), &self.v, terminal_nonce);
        let s = self
            .own
            .answer(u.expose(), &[], &t)
            .ok_or(BauthError::Malformed)?;
        let mut m3 = s;
        m3.extend_from_slice(&self.own_certificate);
        cfb_mode::Encryptor::<belt_block::BeltBlock>::new((&*keys.k2).into(), (&[0u8; 16]).into())
            .encrypt(&mut m3);
        let tag = bake::mac(&keys.k1, &m3);
        m3.extend_from_slice(&tag);
        Ok(m3)
    }
}

/// The terminal before M1.
pub struct Terminal {
    own: PrivateKey,
    hello: Vec<u8>,
    mutual: bool,
}

impl Terminal {
    /// The terminal with its private key; see [`Token::start`] for the hello.
    #[must_use]
    pub fn new(own: &PrivateKey, hello_terminal: &[u8], mutual: bool) -> Self {
        Self {
            own: own.duplicate(),
            hello: hello_terminal.to_vec(),
            mutual,
        }
    }

    /// Takes M1 and gives M2 with the key of the terminal's channel.
    ///
    /// # Errors
    /// [`BauthError::NotAuthentic`] when the card's nonce does not open,
    /// [`BauthError::Malformed`] for a wrong length or a point off the curve.
    pub fn receive_m1(
        self,
        m1: &[u8],
        random: &mut dyn Random,
    ) -> Result<(TerminalConfirming, Vec<u8>, ChannelKey), BauthError> {
        let level = self.own.level();
        if m1.len() != m1_len(level) {
            return Err(BauthError::Malformed);
        }
        let (v, wrapped) = m1.split_at(level.public_key_len());
        let shared = self.own.multiply(v).ok_or(BauthError::Malformed)?;
        let nonce = bake::unwrap_key(wrapped, &[0; 16], &shared).ok_or(BauthError::NotAuthentic)?;
        let mut terminal_nonce = vec![0; if self.mutual { TERMINAL_NONCE } else { 0 }];
        random.fill(&mut terminal_nonce);
        let keys = Keys::derive(&nonce, &terminal_nonce, &self.hello);
        let mut m2 = bake::mac(&keys.k1, &[0; 16]).to_vec();
        m2.extend_from_slice(&terminal_nonce);
        let channel = ChannelKey::new(*keys.k0);
        let confirming = TerminalConfirming {
            level,
            mutual: self.mutual,
            v: v.to_vec(),
            terminal_nonce,
            keys,
        };
        Ok((confirming, m2, channel))
    }
}

/// The terminal after M2.
pub struct TerminalConfirming {
    level: Level,
    mutual: bool,
    v: Vec<u8>,
    terminal_nonce: Vec<u8>,
    keys: Keys,
}

impl TerminalConfirming {
    /// Takes M3 and gives the card's certificate, empty when one-sided. `check` validates the
    /// certificate and gives its public key, or nothing when it is not to be trusted; it is not
    /// called in the one-sided protocol.
    ///
    /// # Errors
    /// [`BauthError::Certificate`] when `check` refuses, [`BauthError::NotAuthentic`] when the tag
    /// or the card's proof does not match, [`BauthError::Malformed`] for a wrong length.
    pub fn receive_m3(
        self,
        m3: &[u8],
        check: impl FnOnce(&[u8]) -> Option<PublicKey>,
    ) -> Result<Vec<u8>, BauthError> {
        if !self.mutual {
            return if m3.is_empty() {
                Ok(Vec::new())
            } else {
                Err(BauthError::Malformed)
            };
        }
        let (sealed, tag) = m3.split_last_chunk::<TAG>().ok_or(BauthError::Malformed)?;
        if !bake::mac_matches(&self.keys.k1, sealed, tag) {
            return Err(BauthError::NotAuthentic);
        }
        let mut plain = sealed.to_vec();
        cfb_mode::Decryptor::<belt_block::BeltBlock>::new(
            (&*self.keys.k2).into(),
            (&[0u8; 16]).into(),
        )
        .decrypt(&mut plain);
        let (s, certificate) = plain
            .split_at_checked(self.level.key_len())
            .ok_or(BauthError::Malformed)?;
        let key = check(certificate).ok_or(BauthError::Certificate)?;
        if key.level() != self.level {
            return Err(BauthError::Level);
        }
        let t = challenge(self.level, &self.v, &self.terminal_nonce);
        match key.verifier_point(s, &[], &t) {
            Some(v) if v == self.v => Ok(certificate.to_vec()),
            _ => Err(BauthError::NotAuthentic),
        }
    }
}

struct Keys {
    k0: Zeroizing<[u8; 32]>,
    k1: Zeroizing<[u8; 32]>,
    k2: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn derive(nonce: &[u8], terminal_nonce: &[u8], hello: &[u8]) -> Self {
        let data = Zeroizing::new([nonce, terminal_nonce, hello].concat());
        let y = Zeroizing::new(belt_hash(&data));
        Self {
            k0: bake::derive(&y, 0),
            k1: bake::derive(&y, 1),
            k2: bake::derive(&y, 2),
        }
    }

    fn into_channel(self) -> ChannelKey {
        ChannelKey::new(*self.k0)
    }
}

/// `t`: the first l bits of `belt-hash(x of V_CT || R_T)`.
fn challenge(level: Level, v: &[u8], terminal_nonce: &[u8]) -> Vec<u8> {
    let x = v.get(..level.key_len()).unwrap_or_default();
    belt_hash(&[x, terminal_nonce].concat())[..level.bits() / 8].to_vec()
}
