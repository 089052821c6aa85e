//! Key transformation belt-keyrep (STB 34.101.31, clause 8.2).

use belt_block::belt_block_raw;
use zeroize::{Zeroize, Zeroizing};

/// Derives a key of `m_octets` octets from the key `x`.
///
/// * `x`: the key, 16, 24 or 32 octets;
/// * `d`: its level;
/// * `i`: the header of the new key;
/// * `m_octets`: 16, 24 or 32, not more than the length of `x`.
///
/// Source: STB 34.101.31, algorithm belt-keyrep.
///
/// # Panics
/// When a length is none of those. Lengths are the caller's constants, never read from outside.
#[must_use]
pub fn belt_keyrep(x: &[u8], d: &[u8; 12], i: &[u8; 16], m_octets: usize) -> Zeroizing<Vec<u8>> {
    let r = length_word(x.len(), m_octets);
    let mut block = Zeroizing::new([0u8; 32]);
    block[..4].copy_from_slice(&r);
    block[4..16].copy_from_slice(d);
    block[16..].copy_from_slice(i);
    let key = expand(x);
    let new = compress(&words(&block), &key);
    let mut out = Zeroizing::new(Vec::with_capacity(32));
    for word in new.iter() {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out[m_octets..].zeroize();
    out.truncate(m_octets);
    out
}

/// The word r that ties the result to both lengths.
fn length_word(n: usize, m: usize) -> [u8; 4] {
    match (n, m) {
        (16, 16) => [0xB1, 0x94, 0xBA, 0xC8],
        (24, 16) => [0x5B, 0xE3, 0xD6, 0x12],
        (24, 24) => [0x5C, 0xB0, 0xC0, 0xFF],
        (32, 16) => [0xE1, 0x2B, 0xDC, 0x1A],
        (32, 24) => [0xC1, 0xAB, 0x76, 0x38],
        (32, 32) => [0xF3, 0x3C, 0x65, 0x7B],
        _ => panic!("belt-keyrep has no key of {m} octets out of {n}"),
    }
}

/// Key expansion belt-keyexpand (STB 34.101.31, clause 8.1): every key as eight words.
pub(crate) fn expand(x: &[u8]) -> Zeroizing<[u32; 8]> {
    let mut full = Zeroizing::new([0u8; 32]);
    full[..x.len()].copy_from_slice(x);
    let mut key = words(&full);
    match x.len() {
        16 => key.copy_within(..4, 4),
        24 => {
            key[6] = key[0] ^ key[1] ^ key[2];
            key[7] = key[3] ^ key[4] ^ key[5];
        }
        _ => {}
    }
    key
}

/// Second output of belt-compress (STB 34.101.31, clause 6.3.2) for `u1 || u2` and `u3 || u4`.
fn compress(left: &[u32; 8], right: &[u32; 8]) -> Zeroizing<[u32; 8]> {
    let (u1, u2) = halves(left);
    let (u3, u4) = halves(right);
    let mixed = xor(&u3, &u4);
    let s = xor(&belt_block_raw(*mixed, left), &mixed);
    let theta1 = join(&s, &u4);
    let theta2 = join(&xor(&s, &[u32::MAX; 4]), &u3);
    let first = xor(&belt_block_raw(*u1, &theta1), &u1);
    let second = xor(&belt_block_raw(*u2, &theta2), &u2);
    join(&first, &second)
}

fn words(octets: &[u8; 32]) -> Zeroizing<[u32; 8]> {
    let mut out = Zeroizing::new([0u32; 8]);
    let (chunks, _) = octets.as_chunks::<4>();
    for (word, chunk) in out.iter_mut().zip(chunks) {
        *word = u32::from_le_bytes(*chunk);
    }
    out
}

fn halves(u: &[u32; 8]) -> (Zeroizing<[u32; 4]>, Zeroizing<[u32; 4]>) {
    let mut first = Zeroizing::new([0u32; 4]);
    let mut second = Zeroizing::new([0u32; 4]);
    first.copy_from_slice(&u[..4]);
    second.copy_from_slice(&u[4..]);
    (first, second)
}

fn join(first: &[u32; 4], second: &[u32; 4]) -> Zeroizing<[u32; 8]> {
    let mut out = Zeroizing::new([0u32; 8]);
    out[..4].copy_from_slice(first);
    out[4..].copy_from_slice(second);
    out
}

fn xor(a: &[u32; 4], b: &[u32; 4]) -> Zeroizing<[u32; 4]> {
    Zeroizing::new([a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]])
}
