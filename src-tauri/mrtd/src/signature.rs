//! Signatures of states: RSA and ECDSA, as in document security objects and their certificates
//! (Doc 9303-12, clause 4; Doc 9303-10, clause 4.6.2).

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Encode, Sequence};
use ring::signature as rsa;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::public_key;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        Some(match oid.to_string().as_str() {
            "1.3.14.3.2.26" => Self::Sha1,
            "2.16.840.1.101.3.4.2.4" => Self::Sha224,
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            _ => return None,
        })
    }

    pub(crate) fn of(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(octets).to_vec(),
            Self::Sha224 => Sha224::digest(octets).to_vec(),
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha384 => Sha384::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        }
    }
}

#[derive(Sequence)]
struct KeyInfo<'a> {
    algorithm: AnyRef<'a>,
    key: der::asn1::BitStringRef<'a>,
}

/// RSASSA-PSS-params (RFC 4055); the mask and the trailer are what everybody takes.
#[derive(Sequence)]
struct PssParameters<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<HashIdentifier<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AnyRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt: Option<u32>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u32>,
}

#[derive(Sequence)]
struct HashIdentifier<'a> {
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

/// How something was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Pkcs1(Hash),
    Pss(Hash),
    Ecdsa(Hash),
}

/// Whether `signature` over `message` is by the key of a SubjectPublicKeyInfo (DER). `digest` is the
/// hash function that the signature's algorithm may leave to its surroundings. What is not known
/// here is no signature.
pub(crate) fn verifies(
    key_info: &[u8],
    algorithm: &ObjectIdentifier,
    parameters: Option<&[u8]>,
    digest: Option<Hash>,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Some(scheme) = scheme(algorithm, parameters, digest) else {
        return false;
    };
    match scheme {
        Scheme::Ecdsa(hash) => public_key::of(key_info)
            .is_some_and(|(curve, point)| curve.verifies(&point, &hash.of(message), signature)),
        Scheme::Pkcs1(hash) => {
            let algorithm = match hash {
                // Old documents are signed so, and live for ten years.
                Hash::Sha1 => &rsa::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
                Hash::Sha256 => &rsa::RSA_PKCS1_2048_8192_SHA256,
                Hash::Sha384 => &rsa::RSA_PKCS1_2048_8192_SHA384,
                Hash::Sha512 => &rsa::RSA_PKCS1_2048_8192_SHA512,
                Hash::Sha224 => return false,
            };
            verifies_rsa(key_info, algorithm, message, signature)
        }
        Scheme::Pss(hash) => {
            let algorithm = match hash {
                Hash::Sha256 => &rsa::RSA_PSS_2048_8192_SHA256,
                Hash::Sha384 => &rsa::RSA_PSS_2048_8192_SHA384,
                Hash::Sha512 => &rsa::RSA_PSS_2048_8192_SHA512,
                Hash::Sha1 | Hash::Sha224 => return false,
            };
            verifies_rsa(key_info, algorithm, message, signature)
        }
    }
}

fn verifies_rsa(
    key_info: &[u8],
    algorithm: &'static rsa::RsaParameters,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Some(key) = KeyInfo::from_der(key_info)
        .ok()
        .and_then(|info| info.key.as_bytes())
    else {
        return false;
    };
    rsa::UnparsedPublicKey::new(algorithm, key)
        .verify(message, signature)
        .is_ok()
}

fn scheme(
    algorithm: &ObjectIdentifier,
    parameters: Option<&[u8]>,
    digest: Option<Hash>,
) -> Option<Scheme> {
    Some(match algorithm.to_string().as_str() {
        "1.2.840.113549.1.1.1" => Scheme::Pkcs1(digest?),
        "1.2.840.113549.1.1.5" => Scheme::Pkcs1(Hash::Sha1),
        "1.2.840.113549.1.1.11" => Scheme::Pkcs1(Hash::Sha256),
        "1.2.840.113549.1.1.12" => Scheme::Pkcs1(Hash::Sha384),
        "1.2.840.113549.1.1.13" => Scheme::Pkcs1(Hash::Sha512),
        "1.2.840.113549.1.1.10" => {
            let parameters = PssParameters::from_der(parameters?).ok()?;
            let hash = Hash::from_oid(&parameters.hash?.oid)?;
            // ring takes a salt as long as the hash, which is what the standard tells states to use.
            let salt = usize::try_from(parameters.salt?).ok()?;
            (salt == hash.of(&[]).len()).then_some(Scheme::Pss(hash))?
        }
        "1.2.840.10045.2.1" => Scheme::Ecdsa(digest?),
        "1.2.840.10045.4.1" => Scheme::Ecdsa(Hash::Sha1),
        "1.2.840.10045.4.3.1" => Scheme::Ecdsa(Hash::Sha224),
        "1.2.840.10045.4.3.2" => Scheme::Ecdsa(Hash::Sha256),
        "1.2.840.10045.4.3.3" => Scheme::Ecdsa(Hash::Sha384),
        "1.2.840.10045.4.3.4" => Scheme::Ecdsa(Hash::Sha512),
        _ => return None,
    })
}

/// The parameters of an algorithm identifier, in DER.
pub(crate) fn parameters_of(
    algorithm: &x509_cert::spki::AlgorithmIdentifierOwned,
) -> Option<Vec<u8>> {
    algorithm.parameters.as_ref()?.to_der().ok()
}
