//! Shared parts of the key agreement protocols (STB 34.101.66): bake-kdf, bake-swu, and the small
//! uses of belt that BPACE and BAUTH have in common.

use belt_kwp::{BeltKwp, KeyInit};
use belt_mac::{BeltMac, Mac};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    bign::{Level, map_to_point},
    hash::belt_hash,
    keyrep::belt_keyrep,
};

/// Key derivation bake-kdf (STB 34.101.66, clause 6.1): the key number `c` out of the secret `x`
/// and the open data `s`.
#[must_use]
pub fn kdf(x: &[u8], s: &[u8], c: u64) -> Zeroizing<[u8; 32]> {
    let joined = Zeroizing::new([x, s].concat());
    derive(&Zeroizing::new(belt_hash(&joined)), c)
}

/// Map of l/4 octets to a point of the level's curve, bake-swu (STB 34.101.66, clause 6.2).
/// The point comes as `x || y`, l/2 octets.
///
/// # Panics
/// When `x` is shorter than 16 octets; the callers pass l/4 octets.
#[must_use]
pub fn swu(level: Level, x: &[u8]) -> Zeroizing<Vec<u8>> {
    let h = wrap_key(x, &[0; 16], &[0; 32]).unwrap_or_else(|| panic!("bake-swu takes l/4 octets"));
    Zeroizing::new(map_to_point(level, &h))
}

/// Key number `c` out of the hash value `y`: belt-keyrep of level 1^96 and header `<c>128`.
pub(crate) fn derive(y: &[u8; 32], c: u64) -> Zeroizing<[u8; 32]> {
    let header = u128::from(c).to_le_bytes();
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(&belt_keyrep(y, &[0xFF; 12], &header, 32));
    key
}

/// belt-mac with its 8 octets.
pub(crate) fn mac(key: &[u8; 32], data: &[u8]) -> [u8; 8] {
    let mut state = <BeltMac as belt_mac::KeyInit>::new(key.into());
    state.update(data);
    let full = state.finalize().into_bytes();
    let mut out = [0; 8];
    out.copy_from_slice(&full[..8]);
    out
}

/// Whether `tag` is belt-mac of `data`, in constant time.
pub(crate) fn mac_matches(key: &[u8; 32], data: &[u8], tag: &[u8]) -> bool {
    mac(key, data).ct_eq(tag).into()
}

/// belt-keywrap under the first 256 bits of `shared`; nothing when `key` is shorter than 16
/// octets or `shared` than 32.
pub(crate) fn wrap_key(key: &[u8], header: &[u8; 16], shared: &[u8]) -> Option<Vec<u8>> {
    let kwp = BeltKwp::new_from_slice(shared.get(..32)?).ok()?;
    let mut out = vec![0; key.len() + 16];
    kwp.wrap_key(key, header, &mut out).ok()?;
    Some(out)
}

/// belt-keyunwrap under the first 256 bits of `shared`.
pub(crate) fn unwrap_key(
    wrapped: &[u8],
    header: &[u8; 16],
    shared: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let kwp = BeltKwp::new_from_slice(shared.get(..32)?).ok()?;
    let mut buffer = Zeroizing::new(wrapped.to_vec());
    kwp.unwrap_key_in_place(&mut buffer, header).ok()?;
    let len = wrapped.len() - 16;
    buffer.truncate(len);
    Some(buffer)
}
