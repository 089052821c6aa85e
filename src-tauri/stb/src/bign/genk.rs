//! Generation of the ephemeral number of a signature, bign-genk (STB 34.101.45, clause 6.3.3).

use belt_block::belt_block_raw;
use zeroize::Zeroizing;

/// The first number of the chain from `hash` under the key `theta` that `accept` takes.
///
/// `hash` has l/4 octets: 32, 48 or 64.
pub(super) fn generate(
    hash: &[u8],
    theta: &[u8; 32],
    accept: impl Fn(&[u8]) -> bool,
) -> Zeroizing<Vec<u8>> {
    let key = words::<8, 32>(theta);
    let mut r = Zeroizing::new(hash.to_vec());
    let blocks = hash.len() / 16;
    let mut i: u128 = 0;
    loop {
        for _ in 0..2 * blocks {
            i += 1;
            step(&mut r, &key, i);
        }
        if accept(&r) {
            return r;
        }
    }
}

/// One round: `s` is the sum of all blocks but the last, the blocks move left by one, `s` becomes
/// the last and the one before takes the ciphertext of `s` and the number of the round.
fn step(r: &mut [u8], key: &[u32; 8], i: u128) {
    let (blocks, _) = r.as_chunks_mut::<16>();
    let Some((last, others)) = blocks.split_last_mut() else {
        return;
    };
    let s = others
        .iter()
        .fold(0, |s, block| s ^ u128::from_le_bytes(*block));
    let sealed = octets(belt_block_raw(words::<4, 16>(&s.to_le_bytes()), key));
    let mixed = u128::from_le_bytes(*last) ^ u128::from_le_bytes(sealed) ^ i;
    *last = s.to_le_bytes();
    others.rotate_left(1);
    if let Some(before) = others.last_mut() {
        *before = mixed.to_le_bytes();
    }
}

fn words<const N: usize, const M: usize>(octets: &[u8; M]) -> [u32; N] {
    let mut out = [0; N];
    let (chunks, _) = octets.as_chunks::<4>();
    for (word, chunk) in out.iter_mut().zip(chunks) {
        *word = u32::from_le_bytes(*chunk);
    }
    out
}

fn octets(words: [u32; 4]) -> [u8; 16] {
    let mut out = [0; 16];
    let (chunks, _) = out.as_chunks_mut::<4>();
    for (chunk, word) in chunks.iter_mut().zip(words) {
        *chunk = word.to_le_bytes();
    }
    out
}
