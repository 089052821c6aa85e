//! Hash functions and signature algorithms: those of the profile, one pair for each level of bign,
//! and those of foreign documents.

use bash_hash::{BashHash384, BashHash512};
use kabinet_stb::{
    bign::Level,
    hash::{BeltHash, Digest},
    tlv,
};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::{
    oid,
    strict::{self, Fault, Fields, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE},
};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HashAlgorithm {
    BeltHash,
    Bash384,
    Bash512,
    Sha256,
    Sha384,
    Sha512,
    /// Names keys and certificates only; nothing is signed over it.
    Sha1,
}

impl HashAlgorithm {
    const ALL: [Self; 7] = [
        Self::BeltHash,
        Self::Bash384,
        Self::Bash512,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha1,
    ];

    /// The hash function that keys of this level sign with (STB 34.101.45 pairs one with each).
    pub(crate) const fn of_level(level: Level) -> Self {
        match level {
            Level::L128 => Self::BeltHash,
            Level::L192 => Self::Bash384,
            Level::L256 => Self::Bash512,
        }
    }

    /// The hash function of this identifier, if it is good enough to sign over.
    pub(crate) fn from_oid(value: &[u8]) -> Option<Self> {
        Self::of_identifier(value).filter(|hash| *hash != Self::Sha1)
    }

    /// The hash function of this identifier, for what only names a key or a certificate.
    pub(crate) fn of_identifier(value: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.oid() == value)
    }

    /// Content octets of the identifier.
    pub(crate) const fn oid(self) -> &'static [u8] {
        match self {
            Self::BeltHash => oid::BELT_HASH,
            Self::Bash384 => oid::BASH384,
            Self::Bash512 => oid::BASH512,
            Self::Sha1 => oid::SHA1,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    /// The name in its standard.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BeltHash => "belt-hash",
            Self::Bash384 => "bash384",
            Self::Bash512 => "bash512",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha1 => "SHA-1",
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
    Sha1(Box<Sha1>),
    Sha256(Box<Sha256>),
    Sha384(Box<Sha384>),
    Sha512(Box<Sha512>),
}

/// Runs the same expression on whichever hash function it is.
macro_rules! on_hasher {
    ($hasher:expr, $state:ident => $run:expr) => {
        match $hasher {
            Hasher::BeltHash($state) => $run,
            Hasher::Bash384($state) => $run,
            Hasher::Bash512($state) => $run,
            Hasher::Sha1($state) => $run,
            Hasher::Sha256($state) => $run,
            Hasher::Sha384($state) => $run,
            Hasher::Sha512($state) => $run,
        }
    };
}

impl Hasher {
    pub(crate) fn new(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::BeltHash => Self::BeltHash(Box::default()),
            HashAlgorithm::Bash384 => Self::Bash384(Box::default()),
            HashAlgorithm::Bash512 => Self::Bash512(Box::default()),
            HashAlgorithm::Sha1 => Self::Sha1(Box::default()),
            HashAlgorithm::Sha256 => Self::Sha256(Box::default()),
            HashAlgorithm::Sha384 => Self::Sha384(Box::default()),
            HashAlgorithm::Sha512 => Self::Sha512(Box::default()),
        }
    }

    pub(crate) fn update(&mut self, octets: &[u8]) {
        on_hasher!(self, state => state.update(octets));
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        on_hasher!(self, state => state.finalize().to_vec())
    }
}

/// How something is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    /// bign with the hash function of the key's level.
    Bign(HashAlgorithm),
    /// RSASSA-PKCS1-v1_5; the hash function may be left to the surroundings.
    RsaPkcs1(Option<HashAlgorithm>),
    /// RSASSA-PSS with a salt as long as the hash value.
    RsaPss(HashAlgorithm),
    Ecdsa(HashAlgorithm),
    /// One that is not taken.
    Other,
}

impl SignatureAlgorithm {
    /// Content octets of the identifier of bign with this hash function.
    pub(crate) const fn bign_oid(hash: HashAlgorithm) -> &'static [u8] {
        match hash {
            HashAlgorithm::Bash384 => oid::BIGN_WITH_BASH384,
            HashAlgorithm::Bash512 => oid::BIGN_WITH_BASH512,
            _ => oid::BIGN_WITH_HBELT,
        }
    }

    /// Reads the content of an AlgorithmIdentifier that passed [`strict::check`].
    pub(crate) fn read(value: &[u8]) -> Result<Self, Fault> {
        use HashAlgorithm::{Bash384, Bash512, BeltHash, Sha256, Sha384, Sha512};
        let mut fields = Fields::new(value);
        let identifier = fields.take(OBJECT_IDENTIFIER)?.value;
        let parameters = fields.next()?;
        fields.end()?;
        if identifier == oid::RSA_PSS {
            let hash = parameters.and_then(|parameters| read_pss(parameters.raw).ok());
            return Ok(hash.map_or(Self::Other, Self::RsaPss));
        }
        if parameters.is_some_and(|parameters| parameters.tag != NULL) {
            return Ok(Self::Other);
        }
        Ok(match identifier {
            oid::BIGN_WITH_HBELT => Self::Bign(BeltHash),
            oid::BIGN_WITH_BASH384 => Self::Bign(Bash384),
            oid::BIGN_WITH_BASH512 => Self::Bign(Bash512),
            oid::RSA => Self::RsaPkcs1(None),
            oid::RSA_SHA256 => Self::RsaPkcs1(Some(Sha256)),
            oid::RSA_SHA384 => Self::RsaPkcs1(Some(Sha384)),
            oid::RSA_SHA512 => Self::RsaPkcs1(Some(Sha512)),
            oid::ECDSA_SHA256 => Self::Ecdsa(Sha256),
            oid::ECDSA_SHA384 => Self::Ecdsa(Sha384),
            _ => Self::Other,
        })
    }

    /// The hash function that it names.
    pub(crate) const fn hash(self) -> Option<HashAlgorithm> {
        match self {
            Self::Bign(hash) | Self::RsaPss(hash) | Self::Ecdsa(hash) => Some(hash),
            Self::RsaPkcs1(hash) => hash,
            Self::Other => None,
        }
    }

    /// The algorithm with the hash function of its surroundings where it names none.
    pub(crate) fn over(self, hash: HashAlgorithm) -> Self {
        match self {
            Self::RsaPkcs1(None) => Self::RsaPkcs1(Some(hash)),
            other => other,
        }
    }
}

/// RSASSA-PSS-params (RFC 4055) with the mask generation of everybody, over the same hash function.
fn read_pss(parameters: &[u8]) -> Result<HashAlgorithm, Fault> {
    const UNUSUAL: Fault = "the parameters of RSASSA-PSS are unusual";
    let mut fields = Fields::new(strict::only(SEQUENCE, parameters)?);
    let hash_identifier = fields.take(0xA0)?.value;
    let mut mask = Fields::new(strict::only(SEQUENCE, fields.take(0xA1)?.value)?);
    let salt = strict::only(INTEGER, fields.take(0xA2)?.value)?;
    fields.end()?;
    let hash = read_identifier(strict::only(SEQUENCE, hash_identifier)?)?;
    let hash = HashAlgorithm::from_oid(hash).ok_or(UNUSUAL)?;
    let is_mgf1 = mask.take(OBJECT_IDENTIFIER)?.value == oid::MGF1;
    let mask_hash = mask.take(SEQUENCE)?.raw;
    mask.end()?;
    let salt_length = hash.digest(&[]).len();
    if is_mgf1 && mask_hash == hash_identifier && salt == [salt_length as u8] {
        Ok(hash)
    } else {
        Err(UNUSUAL)
    }
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
