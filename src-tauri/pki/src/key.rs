//! Public keys of certificates: bign of the profile, RSA and ECDSA of foreign documents.

use kabinet_stb::{
    bign::{Level, PublicKey},
    tlv,
};
use ring::signature as foreign;

use crate::{
    algorithm::{HashAlgorithm, SignatureAlgorithm},
    oid,
    strict::{self, BIT_STRING, Fault, Fields, INTEGER, OBJECT_IDENTIFIER, SEQUENCE},
};

/// Octets of the modulus of an RSA key: 2048 to 8192 bits.
const RSA_MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;

/// A public key of a kind that is taken.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    Bign(PublicKey),
    /// RSAPublicKey in DER.
    Rsa(Vec<u8>),
    /// A point of P-256, `04 || x || y`.
    P256(Vec<u8>),
    /// A point of P-384.
    P384(Vec<u8>),
}

/// Why a signature over octets is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// The algorithm is not one that belongs to the key.
    Algorithm,
    /// The signature does not verify.
    Signature,
}

impl Key {
    /// Reads the content of SubjectPublicKeyInfo that passed [`strict::check`]. Another algorithm,
    /// a curve that is not named or an RSA key that is too short gives no key; a point off a curve
    /// of bign is a fault.
    pub(crate) fn read(value: &[u8]) -> Result<Option<Self>, Fault> {
        let mut fields = Fields::new(value);
        let algorithm = fields.take(SEQUENCE)?.value;
        let octets = octets_of_bits(fields.take(BIT_STRING)?.value)?;
        fields.end()?;
        let mut algorithm = Fields::new(algorithm);
        match algorithm.take(OBJECT_IDENTIFIER)?.value {
            oid::BIGN_PUBKEY => read_bign(&mut algorithm, octets),
            oid::RSA => Ok(is_fit_rsa(octets)?.then(|| Self::Rsa(octets.to_vec()))),
            oid::EC_PUBLIC_KEY => {
                let curve = algorithm.optional(OBJECT_IDENTIFIER)?;
                Ok(match curve.map(|curve| curve.value) {
                    Some(oid::P256) => Some(Self::P256(octets.to_vec())),
                    Some(oid::P384) => Some(Self::P384(octets.to_vec())),
                    _ => None,
                })
            }
            _ => Ok(None),
        }
    }

    /// SubjectPublicKeyInfo in DER for a key of bign on the curve of its level.
    pub(crate) fn write_bign(key: &PublicKey) -> Vec<u8> {
        let curve = match key.level() {
            Level::L128 => oid::BIGN_CURVE256,
            Level::L192 => oid::BIGN_CURVE384,
            Level::L256 => oid::BIGN_CURVE512,
        };
        let algorithm = [oid::BIGN_PUBKEY, curve]
            .map(|identifier| tlv::encode(OBJECT_IDENTIFIER, identifier))
            .concat();
        let bits = tlv::encode(BIT_STRING, &[&[0], &key.to_bytes()[..]].concat());
        tlv::encode(
            SEQUENCE,
            &[tlv::encode(SEQUENCE, &algorithm), bits].concat(),
        )
    }

    /// The key, when it is of bign.
    pub(crate) const fn bign(&self) -> Option<&PublicKey> {
        match self {
            Self::Bign(key) => Some(key),
            _ => None,
        }
    }

    /// Checks a signature over `message`.
    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureFault> {
        if let (Self::Bign(key), SignatureAlgorithm::Bign(hash)) = (self, algorithm) {
            if hash != HashAlgorithm::of_level(key.level()) {
                return Err(SignatureFault::Algorithm);
            }
            return key
                .verify_hash(hash.oid(), &hash.digest(message), signature)
                .map_err(|_| SignatureFault::Signature);
        }
        let (algorithm, octets) = self.foreign(algorithm).ok_or(SignatureFault::Algorithm)?;
        foreign::UnparsedPublicKey::new(algorithm, octets)
            .verify(message, signature)
            .map_err(|_| SignatureFault::Signature)
    }

    /// What checks signatures of this foreign key by this algorithm.
    fn foreign(
        &self,
        algorithm: SignatureAlgorithm,
    ) -> Option<(&'static dyn foreign::VerificationAlgorithm, &[u8])> {
        use HashAlgorithm::{Sha256, Sha384, Sha512};
        use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
        Some(match (self, algorithm) {
            (Self::Rsa(key), RsaPkcs1(Some(Sha256))) => (&foreign::RSA_PKCS1_2048_8192_SHA256, key),
            (Self::Rsa(key), RsaPkcs1(Some(Sha384))) => (&foreign::RSA_PKCS1_2048_8192_SHA384, key),
            (Self::Rsa(key), RsaPkcs1(Some(Sha512))) => (&foreign::RSA_PKCS1_2048_8192_SHA512, key),
            (Self::Rsa(key), RsaPss(Sha256)) => (&foreign::RSA_PSS_2048_8192_SHA256, key),
            (Self::Rsa(key), RsaPss(Sha384)) => (&foreign::RSA_PSS_2048_8192_SHA384, key),
            (Self::Rsa(key), RsaPss(Sha512)) => (&foreign::RSA_PSS_2048_8192_SHA512, key),
            (Self::P256(key), Ecdsa(Sha256)) => (&foreign::ECDSA_P256_SHA256_ASN1, key),
            (Self::P256(key), Ecdsa(Sha384)) => (&foreign::ECDSA_P256_SHA384_ASN1, key),
            (Self::P384(key), Ecdsa(Sha256)) => (&foreign::ECDSA_P384_SHA256_ASN1, key),
            (Self::P384(key), Ecdsa(Sha384)) => (&foreign::ECDSA_P384_SHA384_ASN1, key),
            _ => return None,
        })
    }
}

fn read_bign(parameters: &mut Fields<'_>, octets: &[u8]) -> Result<Option<Key>, Fault> {
    let curve = parameters.optional(OBJECT_IDENTIFIER)?;
    let level = match curve.map(|curve| curve.value) {
        Some(oid::BIGN_CURVE256) => Level::L128,
        Some(oid::BIGN_CURVE384) => Level::L192,
        Some(oid::BIGN_CURVE512) => Level::L256,
        _ => return Ok(None),
    };
    if parameters.next()?.is_some() {
        return Err("there is more than the type has");
    }
    PublicKey::from_bytes(level, octets)
        .map(|key| Some(Key::Bign(key)))
        .map_err(|_| "the public key is no point of its curve")
}

fn is_fit_rsa(octets: &[u8]) -> Result<bool, Fault> {
    strict::check(octets)?;
    let mut fields = Fields::new(strict::only(SEQUENCE, octets)?);
    let modulus = fields.take(INTEGER)?.value;
    fields.take(INTEGER)?;
    fields.end()?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    Ok(RSA_MODULUS.contains(&modulus.len()))
}

/// The octets of a BIT STRING that has no unused bits.
pub(crate) fn octets_of_bits(value: &[u8]) -> Result<&[u8], Fault> {
    match value.split_first() {
        Some((0, octets)) => Ok(octets),
        _ => Err("a BIT STRING is not of whole octets"),
    }
}
