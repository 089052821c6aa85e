//! Basic access control of the chip (Doc 9303-11, clause 4.3).

use kabinet_stb::random::Random;
use sha1::{Digest, Sha1};

use super::channel::Channel;
use super::cipher::Cipher;

/// The chip's answer to a proof and the channel; nothing for a wrong proof.
pub(super) fn answer(
    mrz_information: &[u8],
    challenge: [u8; 8],
    proof: &[u8],
    random: &mut dyn Random,
) -> Option<(Vec<u8>, Channel)> {
    let cipher = Cipher::TripleDes;
    let seed = &Sha1::digest(mrz_information)[..16];
    let (encryption, mac) = (cipher.derive(seed, 1), cipher.derive(seed, 2));
    let (sealed, checksum) = proof.split_at_checked(32)?;
    if cipher.mac(&mac, sealed) != checksum {
        return None;
    }
    let opened = cipher.decrypt(&encryption, &[0; 8], sealed);
    let (their_random, rest) = opened.split_at(8);
    let (our_random, their_material) = rest.split_at(8);
    if our_random != challenge {
        return None;
    }
    let mut material = [0; 16];
    random.fill(&mut material);
    let told = [our_random, their_random, &material].concat();
    let sealed = cipher.encrypt(&encryption, &[0; 8], &told);
    let answer = [&sealed[..], &cipher.mac(&mac, &sealed)].concat();
    let seed: Vec<u8> = material
        .iter()
        .zip(their_material)
        .map(|(a, b)| a ^ b)
        .collect();
    let halves = [&our_random[4..], &their_random[4..]].concat();
    let counter = halves
        .iter()
        .fold(0, |sum, octet| sum << 8 | u128::from(*octet));
    Some((answer, Channel::counting_from(cipher, &seed, counter)))
}
