//! The hash functions and the signature algorithms that go with each level of bign.

use bash_hash::{BashHash384, BashHash512};
use kabinet_stb::{
    bign::{Level, PublicKey},
    hash::{BeltHash, Digest},
    tlv,
};

use crate::{
    oid,
    strict::{Fault, Fields, NULL, OBJECT_IDENTIFIER, SEQUENCE},
};

/// A hash function of the profile: STB 34.101.45 pairs one with each level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashAlgorithm {
    BeltHash,
    Bash384,
    Bash512,
}

impl HashAlgorithm {
    pub(crate) const ALL: [Self; 3] = [Self::BeltHash, Self::Bash384, Self::Bash512];

    /// The hash function that keys of this level sign with.
    pub(crate) const fn of_level(level: Level) -> Self {
        match level {
            Level::L128 => Self::BeltHash,
            Level::L192 => Self::Bash384,
            Level::L256 => Self::Bash512,
        }
    }

    pub(crate) fn from_oid(value: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.oid() == value)
    }

    /// Content octets of the identifier.
    pub(crate) const fn oid(self) -> &'static [u8] {
        match self {
            Self::BeltHash => oid::BELT_HASH,
            Self::Bash384 => oid::BASH384,
            Self::Bash512 => oid::BASH512,
        }
    }

    /// Content octets of the identifier of bign with this hash function.
    pub(crate) const fn signature_oid(self) -> &'static [u8] {
        match self {
            Self::BeltHash => oid::BIGN_WITH_HBELT,
            Self::Bash384 => oid::BIGN_WITH_BASH384,
            Self::Bash512 => oid::BIGN_WITH_BASH512,
        }
    }

    pub(crate) fn digest(self, octets: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(octets);
        hasher.finish()
    }
}

/// A hash value in the making.
pub(crate) enum Hasher {
    BeltHash(Box<BeltHash>),
    Bash384(Box<BashHash384>),
    Bash512(Box<BashHash512>),
}

impl Hasher {
    pub(crate) fn new(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::BeltHash => Self::BeltHash(Box::default()),
            HashAlgorithm::Bash384 => Self::Bash384(Box::default()),
            HashAlgorithm::Bash512 => Self::Bash512(Box::default()),
        }
    }

    pub(crate) fn update(&mut self, octets: &[u8]) {
        match self {
            Self::BeltHash(hasher) => hasher.update(octets),
            Self::Bash384(hasher) => hasher.update(octets),
            Self::Bash512(hasher) => hasher.update(octets),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::BeltHash(hasher) => hasher.finalize().to_vec(),
            Self::Bash384(hasher) => hasher.finalize().to_vec(),
            Self::Bash512(hasher) => hasher.finalize().to_vec(),
        }
    }
}

/// Why a signature over octets is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// The algorithm is not the one that belongs to the key.
    Algorithm,
    /// The signature does not verify.
    Signature,
}

/// Checks a signature over `message`, whose algorithm must be the one of the key's level.
pub(crate) fn check_signature(
    key: &PublicKey,
    algorithm_oid: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let hash = HashAlgorithm::of_level(key.level());
    if algorithm_oid != hash.signature_oid() {
        return Err(SignatureFault::Algorithm);
    }
    key.verify_hash(hash.oid(), &hash.digest(message), signature)
        .map_err(|_| SignatureFault::Signature)
}

/// AlgorithmIdentifier with the NULL that STB 34.101.78, clause 6.6, asks for.
pub(crate) fn identifier(oid_value: &[u8]) -> Vec<u8> {
    let oid = tlv::encode(OBJECT_IDENTIFIER, oid_value);
    tlv::encode(SEQUENCE, &[&oid[..], &[0x05, 0x00]].concat())
}

/// Reads the content of an AlgorithmIdentifier that has no parameters or NULL; gives the
/// identifier's content octets.
pub(crate) fn read_identifier(value: &[u8]) -> Result<&[u8], Fault> {
    let mut fields = Fields::new(value);
    let oid = fields.take(OBJECT_IDENTIFIER)?.value;
    fields.optional(NULL)?;
    fields.end()?;
    Ok(oid)
}
