//! Properties of bign keys, signatures and key tokens at every level.
#![allow(clippy::unwrap_used, missing_docs)]

use kabinet_stb::{
    Random, Secret, SystemRandom, bake,
    bign::{BignError, Level, PrivateKey, PublicKey},
    oid, random,
};
use proptest::prelude::*;

const LEVELS: [Level; 3] = [Level::L128, Level::L192, Level::L256];

/// The order of the group of each level, little-endian.
fn order(level: Level) -> Vec<u8> {
    hex::decode(match level {
        Level::L128 => "07663D2699BF5A7EFC4DFB0DD68E5CD9FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        Level::L192 => {
            "B7A70CF33FDCB73D0AFFA4A6E7DA4680BB7BAF7303C4CC6CFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        }
        Level::L256 => {
            "F18E060D49ADFFDC32DF5695E5CA1B36F413212EB0EB6BF24E0098012C09C0B2FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        }
    })
    .unwrap()
}

#[test]
fn private_keys_are_numbers_below_the_order() {
    for level in LEVELS {
        let q = order(level);
        let mut last = q.clone();
        last[0] -= 1;
        assert!(PrivateKey::from_bytes(level, &last).is_ok());
        let zero = vec![0; level.key_len()];
        let most = vec![0xFF; level.key_len()];
        for bad in [
            &q[..],
            &zero,
            &most,
            &last[1..],
            &[&last[..], &[0]].concat(),
            &[],
        ] {
            let result = PrivateKey::from_bytes(level, bad).err();
            assert_eq!(result, Some(BignError::PrivateKey));
        }
    }
}

#[test]
fn generation_passes_over_numbers_out_of_range() {
    struct Pieces(Vec<Vec<u8>>);
    impl Random for Pieces {
        fn fill(&mut self, octets: &mut [u8]) {
            octets.copy_from_slice(&self.0.pop().unwrap());
        }
    }
    for level in LEVELS {
        let zero = vec![0; level.key_len()];
        let good = vec![0x5A; level.key_len()];
        let mut random = Pieces(vec![good.clone(), zero, order(level)]);
        let key = PrivateKey::generate(level, &mut random);
        assert_eq!(key.to_secret().expose(), good);
    }
}

#[test]
fn public_keys_are_points_of_the_curve() {
    for level in LEVELS {
        let good = PrivateKey::generate(level, &mut SystemRandom)
            .public_key()
            .to_bytes();
        assert!(PublicKey::from_bytes(level, &good).is_ok());
        let mut off = good.clone();
        off[0] ^= 1;
        let zero = vec![0; good.len()];
        let most = vec![0xFF; good.len()];
        for bad in [
            &off[..],
            &zero,
            &most,
            &good[1..],
            &[&good[..], &[0]].concat(),
            &[],
        ] {
            assert_eq!(PublicKey::from_bytes(level, bad), Err(BignError::PublicKey));
        }
        for other in LEVELS.into_iter().filter(|other| *other != level) {
            assert!(PublicKey::from_bytes(other, &good).is_err());
        }
    }
}

#[test]
fn signatures_belong_to_key_hash_and_oid() {
    for level in LEVELS {
        let key = PrivateKey::generate(level, &mut SystemRandom);
        let public = key.public_key();
        let mut hash = vec![0; level.key_len()];
        random::fill(&mut hash);
        let signature = key.sign_hash(oid::BELT_HASH, &hash);
        assert_eq!(signature.len(), level.signature_len());
        assert_eq!(signature, key.sign_hash(oid::BELT_HASH, &hash));
        public
            .verify_hash(oid::BELT_HASH, &hash, &signature)
            .unwrap();
        let refused = |oid, hash: &[u8], signature: &[u8]| {
            assert_eq!(
                public.verify_hash(oid, hash, signature),
                Err(BignError::Signature)
            );
        };
        refused(oid::BASH384, &hash, &signature);
        refused(oid::BELT_HASH, &hash[1..], &signature);
        refused(oid::BELT_HASH, &hash, &signature[1..]);
        refused(oid::BELT_HASH, &hash, &[&signature[..], &[0]].concat());
        refused(oid::BELT_HASH, &hash, &[]);
        for position in 0..signature.len() {
            let mut damaged = signature.clone();
            damaged[position] ^= 0x80;
            refused(oid::BELT_HASH, &hash, &damaged);
        }
        let other = PrivateKey::generate(level, &mut SystemRandom).public_key();
        assert!(
            other
                .verify_hash(oid::BELT_HASH, &hash, &signature)
                .is_err()
        );
        assert!(key.sign_hash(oid::BELT_HASH, &hash[1..]).is_empty());
    }
}

/// A number of q or more is not taken modulo q.
#[test]
fn the_number_of_a_signature_is_below_the_order() {
    for level in LEVELS {
        let key = PrivateKey::generate(level, &mut SystemRandom);
        let hash = vec![1; level.key_len()];
        let mut signature = key.sign_hash(oid::BELT_HASH, &hash);
        let s0 = level.bits() / 8;
        signature.truncate(s0);
        signature.extend(order(level));
        let verdict = key
            .public_key()
            .verify_hash(oid::BELT_HASH, &hash, &signature);
        assert_eq!(verdict, Err(BignError::Signature));
    }
}

#[test]
fn swu_gives_points_of_the_curve() {
    for level in LEVELS {
        for _ in 0..16 {
            let mut x = vec![0; level.key_len()];
            random::fill(&mut x);
            let w = bake::swu(level, &x);
            assert!(PublicKey::from_bytes(level, &w).is_ok());
            assert_eq!(*w, *bake::swu(level, &x));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn key_tokens_open_for_their_key_only(
        key in proptest::collection::vec(any::<u8>(), 16..64),
        header in any::<[u8; 16]>(),
        position in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let own = PrivateKey::generate(Level::L128, &mut SystemRandom);
        let other = PrivateKey::generate(Level::L128, &mut SystemRandom);
        let secret = Secret::new(key);
        let token = own.public_key().seal_key_token(&secret, &header, &mut SystemRandom).unwrap();
        prop_assert_eq!(token.len(), secret.expose().len() + 48);
        let opened = own.open_key_token(&header, &token).unwrap();
        prop_assert_eq!(opened.expose(), secret.expose());
        prop_assert!(other.open_key_token(&header, &token).is_err());
        let mut damaged = token.clone();
        let position = position.index(damaged.len());
        damaged[position] ^= 1 << bit;
        prop_assert!(own.open_key_token(&header, &damaged).is_err());
    }

    #[test]
    fn hostile_key_tokens_do_no_harm(token in proptest::collection::vec(any::<u8>(), 0..120)) {
        let own = PrivateKey::generate(Level::L128, &mut SystemRandom);
        prop_assert!(own.open_key_token(&[0; 16], &token).is_err());
    }
}

#[test]
fn a_short_key_makes_no_token() {
    let public = PrivateKey::generate(Level::L128, &mut SystemRandom).public_key();
    let result = public.seal_key_token(&Secret::new(vec![1; 15]), &[0; 16], &mut SystemRandom);
    assert_eq!(result, Err(BignError::KeyToken));
}
