//! The protocol BPACE of STB 34.101.66 (clause 7.4) as STB 34.101.79 uses it: level 128, the card
//! is side A, the client side B, and both sides confirm the key.
//!
//! The client speaks first: M1 = `Y_B`, M2 = `Y_A || V_A`, M3 = `V_B || T_B`, M4 = `T_A`.
//! The types make a step possible only in its turn: each consumes the state before it.

use belt_block::{
    BeltBlock,
    cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    Random, Secret, bake,
    bign::{self, Level, PrivateKey},
    hash::belt_hash,
    sm::ChannelKey,
};

/// BTOK runs BPACE on the curve of this level.
const LEVEL: Level = Level::L128;
/// Octets of a nonce: l/8.
const NONCE: usize = LEVEL.bits() / 8;
/// Octets of a point: l/2.
const POINT: usize = LEVEL.public_key_len();
/// Octets of a confirmation tag.
const TAG: usize = 8;

/// Length of M1.
pub const M1_LEN: usize = NONCE;
/// Length of M2.
pub const M2_LEN: usize = NONCE + POINT;
/// Length of M3.
pub const M3_LEN: usize = POINT + TAG;
/// Length of M4.
pub const M4_LEN: usize = TAG;

/// Why BPACE ended without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BpaceError {
    /// The other side's tag does not match: it has another password, or is not honest.
    #[error("the other side did not confirm the key")]
    WrongPassword,
    /// A message has a wrong length or a point that is not on the curve.
    #[error("malformed BPACE message")]
    Malformed,
}

/// The client (side B) after M1.
pub struct Client {
    password_key: Zeroizing<[u8; 32]>,
    hello: Vec<u8>,
    nonce: Zeroizing<[u8; NONCE]>,
}

impl Client {
    /// Starts the protocol: `hello_a` is the card's hello (empty in BTOK), `hello_b` the whole
    /// data field of the initialising command. Gives M1.
    pub fn start(
        password: &Secret,
        hello_a: &[u8],
        hello_b: &[u8],
        random: &mut dyn Random,
    ) -> (Self, Vec<u8>) {
        let password_key = Zeroizing::new(belt_hash(password.expose()));
        let mut nonce = Zeroizing::new([0; NONCE]);
        random.fill(&mut *nonce);
        let m1 = encrypt(&password_key, &nonce).to_vec();
        let hello = [hello_a, hello_b].concat();
        (
            Self {
                password_key,
                hello,
                nonce,
            },
            m1,
        )
    }

    /// Takes M2 and gives M3.
    ///
    /// # Errors
    /// [`BpaceError::Malformed`] when M2 has a wrong length or no point of the curve.
    pub fn receive_m2(
        self,
        m2: &[u8],
        random: &mut dyn Random,
    ) -> Result<(ClientConfirming, Vec<u8>), BpaceError> {
        let (y_a, v_a) = m2
            .split_first_chunk::<NONCE>()
            .ok_or(BpaceError::Malformed)?;
        if v_a.len() != POINT || !bign::is_point(LEVEL, v_a) {
            return Err(BpaceError::Malformed);
        }
        let nonce_a = decrypt(&self.password_key, y_a);
        let base = base_point(&nonce_a, &self.nonce);
        let u = PrivateKey::generate(LEVEL, random);
        let shared = u.multiply(v_a).ok_or(BpaceError::Malformed)?;
        let v_b = u.multiply(&base).ok_or(BpaceError::Malformed)?;
        let keys = Keys::derive(&shared, v_a, &v_b, &self.hello);
        let mut m3 = v_b.to_vec();
        m3.extend_from_slice(&keys.tag_b());
        Ok((ClientConfirming { keys }, m3))
    }
}

/// The client after M3.
pub struct ClientConfirming {
    keys: Keys,
}

impl ClientConfirming {
    /// Takes M4, the card's confirmation, and gives the key of the client's channel.
    ///
    /// # Errors
    /// [`BpaceError::WrongPassword`] when the card's tag does not match.
    pub fn receive_m4(self, m4: &[u8]) -> Result<ChannelKey, BpaceError> {
        self.keys.check(&TAG_A, m4)?;
        Ok(self.keys.into_channel())
    }
}

/// The card (side A) before M1.
pub struct Token {
    password_key: Zeroizing<[u8; 32]>,
    hello: Vec<u8>,
}

impl Token {
    /// The card with the password that the client named, see [`Client::start`].
    #[must_use]
    pub fn new(password: &Secret, hello_a: &[u8], hello_b: &[u8]) -> Self {
        let password_key = Zeroizing::new(belt_hash(password.expose()));
        Self {
            password_key,
            hello: [hello_a, hello_b].concat(),
        }
    }

    /// Takes M1 and gives M2.
    ///
    /// # Errors
    /// [`BpaceError::Malformed`] when M1 has a wrong length.
    pub fn receive_m1(
        self,
        m1: &[u8],
        random: &mut dyn Random,
    ) -> Result<(TokenConfirming, Vec<u8>), BpaceError> {
        let y_b: &[u8; NONCE] = m1.try_into().map_err(|_| BpaceError::Malformed)?;
        let nonce_b = decrypt(&self.password_key, y_b);
        let mut nonce_a = Zeroizing::new([0; NONCE]);
        random.fill(&mut *nonce_a);
        let base = base_point(&nonce_a, &nonce_b);
        let u = PrivateKey::generate(LEVEL, random);
        let v_a = u.multiply(&base).ok_or(BpaceError::Malformed)?.to_vec();
        let mut m2 = encrypt(&self.password_key, &nonce_a).to_vec();
        m2.extend_from_slice(&v_a);
        Ok((
            TokenConfirming {
                u,
                v_a,
                hello: self.hello,
            },
            m2,
        ))
    }
}

/// The card after M2.
pub struct TokenConfirming {
    u: PrivateKey,
    v_a: Vec<u8>,
    hello: Vec<u8>,
}

impl TokenConfirming {
    /// Takes M3 and gives M4 with the key of the client's channel.
    ///
    /// # Errors
    /// [`BpaceError::WrongPassword`] when the client's tag does not match,
    /// [`BpaceError::Malformed`] for a wrong length or a point off the curve.
    pub fn receive_m3(self, m3: &[u8]) -> Result<(Vec<u8>, ChannelKey), BpaceError> {
        let (v_b, tag) = m3.split_at_checked(POINT).ok_or(BpaceError::Malformed)?;
        if tag.len() != TAG || !bign::is_point(LEVEL, v_b) {
            return Err(BpaceError::Malformed);
        }
        let shared = self.u.multiply(v_b).ok_or(BpaceError::Malformed)?;
        let keys = Keys::derive(&shared, &self.v_a, v_b, &self.hello);
        keys.check(&TAG_B, tag)?;
        Ok((bake::mac(&keys.k1, &TAG_A).to_vec(), keys.into_channel()))
    }
}

/// What the card's tag authenticates.
const TAG_A: [u8; 16] = [0; 16];
/// What the client's tag authenticates.
const TAG_B: [u8; 16] = [0xFF; 16];

struct Keys {
    k0: Zeroizing<[u8; 32]>,
    k1: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn derive(shared: &[u8], v_a: &[u8], v_b: &[u8], hello: &[u8]) -> Self {
        let mut data = Zeroizing::new(Vec::with_capacity(3 * LEVEL.key_len() + hello.len()));
        for point in [shared, v_a, v_b] {
            data.extend_from_slice(point.get(..LEVEL.key_len()).unwrap_or_default());
        }
        data.extend_from_slice(hello);
        let y = Zeroizing::new(belt_hash(&data));
        Self {
            k0: bake::derive(&y, 0),
            k1: bake::derive(&y, 1),
        }
    }

    fn tag_b(&self) -> [u8; TAG] {
        bake::mac(&self.k1, &TAG_B)
    }

    fn check(&self, data: &[u8; 16], tag: &[u8]) -> Result<(), BpaceError> {
        if bake::mac_matches(&self.k1, data, tag) {
            Ok(())
        } else {
            Err(BpaceError::WrongPassword)
        }
    }

    fn into_channel(self) -> ChannelKey {
        ChannelKey::new(*self.k0)
    }
}

/// W: the point that both nonces make.
fn base_point(nonce_a: &[u8; NONCE], nonce_b: &[u8; NONCE]) -> Zeroizing<Vec<u8>> {
    let joined = Zeroizing::new([&nonce_a[..], &nonce_b[..]].concat());
    bake::swu(LEVEL, &joined)
}

/// belt-ecb of one block: the nonce of level 128.
fn encrypt(key: &[u8; 32], block: &[u8; NONCE]) -> [u8; NONCE] {
    let mut block = Array::from(*block);
    BeltBlock::new(key.into()).encrypt_block(&mut block);
    block.into()
}

fn decrypt(key: &[u8; 32], block: &[u8; NONCE]) -> Zeroizing<[u8; NONCE]> {
    let mut block = Array::from(*block);
    BeltBlock::new(key.into()).decrypt_block(&mut block);
    Zeroizing::new(block.into())
}
