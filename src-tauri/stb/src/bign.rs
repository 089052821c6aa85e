//! Keys and signatures bign (STB 34.101.45) at the levels 128, 192 and 256.
//!
//! Octets are the standard's: numbers little-endian, a public key as `x || y`, a signature as
//! `S0 || S1`.

mod curve192;
mod curve256;
mod genk;
mod group;

use bignp256::BignP256;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use self::{curve192::Curve192, curve256::Curve256};
use crate::{Random, Secret, hash::belt_hash, tlv};

/// Runs a function of [`group`] on the curve of a level.
macro_rules! on_curve {
    ($level:expr, $function:ident($($argument:expr),*)) => {
        match $level {
            Level::L128 => group::$function::<BignP256>($($argument),*),
            Level::L192 => group::$function::<Curve192>($($argument),*),
            Level::L256 => group::$function::<Curve256>($($argument),*),
        }
    };
}

/// Strength level `l` of STB 34.101.45, with the standard curve of that level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// l = 128, curve bign-curve256v1.
    L128,
    /// l = 192, curve bign-curve384v1.
    L192,
    /// l = 256, curve bign-curve512v1.
    L256,
}

impl Level {
    /// The level as a number of bits: 128, 192 or 256.
    #[must_use]
    pub const fn bits(self) -> usize {
        match self {
            Self::L128 => 128,
            Self::L192 => 192,
            Self::L256 => 256,
        }
    }

    /// Octets of a private key and of a hash value to sign: l/4.
    #[must_use]
    pub const fn key_len(self) -> usize {
        self.bits() / 4
    }

    /// Octets of a public key: l/2.
    #[must_use]
    pub const fn public_key_len(self) -> usize {
        self.bits() / 2
    }

    /// Octets of a signature: 3l/8.
    #[must_use]
    pub const fn signature_len(self) -> usize {
        self.bits() * 3 / 8
    }

    /// The level whose public keys have `octets` octets.
    #[must_use]
    pub const fn of_public_key_len(octets: usize) -> Option<Self> {
        match octets {
            64 => Some(Self::L128),
            96 => Some(Self::L192),
            128 => Some(Self::L256),
            _ => None,
        }
    }

    /// `(c - 1) / 4` where the field's prime is `2^2l - c`.
    const fn root_offset(self) -> u64 {
        match self {
            Self::L128 => 47,
            Self::L192 => 79,
            Self::L256 => 142,
        }
    }
}

/// Why a key or a signature is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BignError {
    /// The octets are no private key of this level.
    #[error("not a private key of this level")]
    PrivateKey,
    /// The octets are no public key of this level: wrong length or no point of the curve.
    #[error("not a public key of this level")]
    PublicKey,
    /// The signature does not belong to this hash value, OID and key.
    #[error("the signature does not verify")]
    Signature,
    /// The key token does not open with this key and header.
    #[error("the key token does not open")]
    KeyToken,
}

/// A private key; wiped when dropped.
pub struct PrivateKey {
    level: Level,
    d: Zeroizing<Vec<u8>>,
}

impl PrivateKey {
    /// Reads l/4 octets, a little-endian number of 1..q-1.
    ///
    /// # Errors
    /// [`BignError::PrivateKey`] when the octets are anything else.
    pub fn from_bytes(level: Level, octets: &[u8]) -> Result<Self, BignError> {
        if on_curve!(level, is_private_key(octets)) {
            let d = Zeroizing::new(octets.to_vec());
            Ok(Self { level, d })
        } else {
            Err(BignError::PrivateKey)
        }
    }

    /// A new key (STB 34.101.45, clause 6.2.2).
    pub fn generate(level: Level, random: &mut (impl Random + ?Sized)) -> Self {
        let mut d = Zeroizing::new(vec![0; level.key_len()]);
        loop {
            random.fill(&mut d);
            if on_curve!(level, is_private_key(&d)) {
                return Self { level, d };
            }
        }
    }

    /// The public key of this private key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let octets = on_curve!(self.level, multiply_base(&self.d));
        // The constructors let only numbers of 1..q-1 in, and those have a product with G.
        PublicKey {
            level: self.level,
            octets: octets.unwrap_or_default(),
        }
    }

    /// The level of the key.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Signs a hash value of l/4 octets with the deterministic ephemeral number of bign-genk,
    /// without additional data (STB 34.101.45, clauses 7.1 and 6.3.3). `hash_oid_value` holds the
    /// content octets of the hash algorithm's OID.
    ///
    /// A hash value of another length gives nothing that verifies.
    #[must_use]
    pub fn sign_hash(&self, hash_oid_value: &[u8], hash: &[u8]) -> Vec<u8> {
        self.sign_hash_with(hash_oid_value, hash, &[])
    }

    /// [`Self::sign_hash`] with the additional data `t` of bign-genk.
    #[must_use]
    pub fn sign_hash_with(&self, hash_oid_value: &[u8], hash: &[u8], t: &[u8]) -> Vec<u8> {
        if hash.len() != self.level.key_len() {
            return Vec::new();
        }
        let oid = tlv::encode(0x06, hash_oid_value);
        let theta = Zeroizing::new(belt_hash(&Zeroizing::new([&oid, &self.d[..], t].concat())));
        let k = on_curve!(self.level, generate_k(hash, &theta));
        self.sign_with_number(&oid, hash, &k).unwrap_or_default()
    }

    /// A copy of the octets of the key.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::new(self.d.to_vec())
    }

    /// Opens a key token (STB 34.101.45, clause 7.4): `token` is `x || Y` with the transported key
    /// of at least 16 octets, `header` its 16 octets.
    ///
    /// # Errors
    /// [`BignError::KeyToken`] when the token is malformed, or was made for another key or header.
    pub fn open_key_token(&self, header: &[u8; 16], token: &[u8]) -> Result<Secret, BignError> {
        let (x, wrapped) = token
            .split_at_checked(self.level.key_len())
            .ok_or(BignError::KeyToken)?;
        let r = on_curve!(self.level, lift(x)).ok_or(BignError::KeyToken)?;
        let shared = self.multiply(&r).ok_or(BignError::KeyToken)?;
        crate::bake::unwrap_key(wrapped, header, &shared)
            .map(|key| Secret::new(key.to_vec()))
            .ok_or(BignError::KeyToken)
    }

    /// A second holder of the same key, for a protocol that outlives the borrow.
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            level: self.level,
            d: self.d.clone(),
        }
    }

    /// `dP`, as `x || y`.
    pub(crate) fn multiply(&self, point: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        on_curve!(self.level, multiply(&self.d, point))
    }

    /// `(k - h - (2^l + t)d) mod q`, where `self` is d.
    pub(crate) fn answer(&self, k: &[u8], h: &[u8], t: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self.level, signer_number(k, h, t, &self.d))
    }

    fn sign_with_number(&self, oid: &[u8], hash: &[u8], k: &[u8]) -> Option<Vec<u8>> {
        let r = on_curve!(self.level, multiply_base(k))?;
        let mut signature = commitment(self.level, oid, &r, hash);
        let s1 = self.answer(k, hash, &signature)?;
        signature.extend_from_slice(&s1);
        Some(signature)
    }
}

/// A public key, checked to be a point of the standard curve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey {
    level: Level,
    octets: Vec<u8>,
}

impl PublicKey {
    /// Reads and checks l/2 octets `x || y` (bign-valpubkey, STB 34.101.45, clause 6.2.3).
    ///
    /// # Errors
    /// [`BignError::PublicKey`] when the length is wrong or the point is not on the curve.
    pub fn from_bytes(level: Level, octets: &[u8]) -> Result<Self, BignError> {
        if octets.len() == level.public_key_len() && on_curve!(level, is_point(octets)) {
            Ok(Self {
                level,
                octets: octets.to_vec(),
            })
        } else {
            Err(BignError::PublicKey)
        }
    }

    /// The octets `x || y`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.octets.clone()
    }

    /// The level of the key.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Checks a signature of a hash value (STB 34.101.45, clause 7.2). `hash_oid_value` holds the
    /// content octets of the hash algorithm's OID.
    ///
    /// # Errors
    /// [`BignError::Signature`] when anything does not match, lengths included.
    pub fn verify_hash(
        &self,
        hash_oid_value: &[u8],
        hash: &[u8],
        signature: &[u8],
    ) -> Result<(), BignError> {
        let level = self.level;
        if hash.len() != level.key_len() || signature.len() != level.signature_len() {
            return Err(BignError::Signature);
        }
        let (s0, s1) = signature.split_at(level.bits() / 8);
        let r = on_curve!(level, verifier_point_vartime(s1, hash, s0, &self.octets))
            .ok_or(BignError::Signature)?;
        let expected = commitment(level, &tlv::encode(0x06, hash_oid_value), &r, hash);
        if bool::from(expected.ct_eq(s0)) {
            Ok(())
        } else {
            Err(BignError::Signature)
        }
    }

    /// Makes a key token for this key (STB 34.101.45, clause 7.3): transports `key` of at least 16
    /// octets under `header`; the result is `x || Y`, l/4 + 16 octets longer than the key.
    ///
    /// # Errors
    /// [`BignError::KeyToken`] when the key is shorter than 16 octets.
    pub fn seal_key_token(
        &self,
        key: &Secret,
        header: &[u8; 16],
        random: &mut (impl Random + ?Sized),
    ) -> Result<Vec<u8>, BignError> {
        let ephemeral = PrivateKey::generate(self.level, random);
        let shared = ephemeral
            .multiply(&self.octets)
            .ok_or(BignError::KeyToken)?;
        let wrapped = crate::bake::wrap_key(key.expose(), header, &shared);
        let mut token = ephemeral.public_key().octets;
        token.truncate(self.level.key_len());
        token.extend_from_slice(&wrapped.ok_or(BignError::KeyToken)?);
        Ok(token)
    }

    /// `(s + h)G + (2^l + t)Q`, where `self` is Q.
    pub(crate) fn verifier_point(&self, s: &[u8], h: &[u8], t: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self.level, verifier_point(s, h, t, &self.octets))
    }
}

/// Whether the octets are a point of the level's curve.
pub(crate) fn is_point(level: Level, octets: &[u8]) -> bool {
    on_curve!(level, is_point(octets))
}

/// The map of bake-swu for the octets of a number.
pub(crate) fn map_to_point(level: Level, h: &[u8]) -> Vec<u8> {
    let offset = level.root_offset();
    on_curve!(level, swu(h, offset))
}

/// `S0`: the first l bits of `belt-hash(OID || x of R || H)`.
fn commitment(level: Level, oid: &[u8], r: &[u8], hash: &[u8]) -> Vec<u8> {
    let x = r.get(..level.key_len()).unwrap_or_default();
    let digest = belt_hash(&[oid, x, hash].concat());
    digest[..level.bits() / 8].to_vec()
}
