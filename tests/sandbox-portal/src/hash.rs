//! The hash functions that requests may name.

use kabinet_stb::hash::{bash384, bash512, belt_hash};

use crate::der;
use crate::oids;

/// A hash function: of octets, octets.
type Function = fn(&[u8]) -> Vec<u8>;

/// The function of an AlgorithmIdentifier in DER, with NULL.
pub(crate) fn of(algorithm: &[u8]) -> Option<Function> {
    let functions: [(&[u8], Function); 3] = [
        (oids::BELT_HASH, |octets| belt_hash(octets).to_vec()),
        (oids::BASH384, |octets| bash384(octets).to_vec()),
        (oids::BASH512, |octets| bash512(octets).to_vec()),
    ];
    let mut known = functions.into_iter();
    let (_, function) = known.find(|(oid, _)| der::algorithm(oid) == algorithm)?;
    Some(function)
}
