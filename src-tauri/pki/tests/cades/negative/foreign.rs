//! Keys and algorithms of elsewhere, certified by an authority of here.

use kabinet_stb::tlv::encode;
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, KeyPair as _,
    },
};
use sha2::{Digest as _, Sha256, Sha384};

use super::{CRYPTO, Case, Expected, PASSED, ROOT, World, because};
use crate::{
    authority::{Identity, Spec, algorithm, with_field},
    message::{CONTENT, Message, pkcs9},
    services::sequence,
};

const UNFIT: Expected = because(
    "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
    "the algorithms do not belong to the signer's key",
);

const SHA1: &[u8] = &[0x2B, 0x0E, 3, 2, 0x1A];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
const EC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const P384: &[u8] = &[0x2B, 0x81, 4, 0, 0x22];
const P521: &[u8] = &[0x2B, 0x81, 4, 0, 0x23];
const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const RSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 0x0C];
const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8];
const RSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 0x0A];

pub fn cases() -> Vec<Case> {
    let world = World::new();
    let mut cases = curves(&world);
    cases.extend(rsa(&world));
    cases
}

/// The person with a certificate of another key.
fn holder(world: &World, key_info: &[u8]) -> Identity {
    const KEY_INFO: usize = 6;
    let person = world.root.issue(&Spec::person("Foreign Key"));
    let certificate = with_field(
        &person.certificate,
        KEY_INFO,
        |_| key_info.to_vec(),
        &world.root.key,
    );
    Identity {
        certificate,
        ..person
    }
}

/// A file of the holder over a content hashed so, with what `sign` gives for the signed octets.
fn file(
    holder: &Identity,
    hash: &[u8],
    signature_algorithm: &[u8],
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let mut message = Message::of(holder, ROOT);
    let digest = match hash {
        SHA384 => Sha384::digest(CONTENT).to_vec(),
        _ => Sha256::digest(CONTENT).to_vec(),
    };
    message.listed_digest = algorithm(hash);
    message.attributes()[1] = pkcs9(&[4], &encode(0x04, &digest));
    message.attributes().sort();
    let attributes = message.attributes().concat();
    let info = sequence(&[
        &[2, 1, 1],
        &message.identifier,
        &algorithm(hash),
        &encode(0xA0, &attributes),
        signature_algorithm,
        &encode(0x04, &sign(&encode(0x31, &attributes))),
    ]);
    message.wrap(&info)
}

fn bits(octets: &[u8]) -> Vec<u8> {
    encode(0x03, &[&[0], octets].concat())
}

fn curves(world: &World) -> Vec<Case> {
    let random = SystemRandom::new();
    let pair = |algorithm: &'static EcdsaSigningAlgorithm| {
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap()
    };
    let key_info = |curve: &[u8], point: &[u8]| {
        let algorithm = sequence(&[&encode(0x06, EC_KEY), &encode(0x06, curve)]);
        sequence(&[&algorithm, &bits(point)])
    };
    let own = pair(&ECDSA_P256_SHA256_ASN1_SIGNING);
    let longer = pair(&ECDSA_P384_SHA384_ASN1_SIGNING);
    let sign = |octets: &[u8]| own.sign(&random, octets).unwrap().as_ref().to_vec();
    let named = sequence(&[&encode(0x06, ECDSA_SHA256)]);
    let of = |name, expected, key_info: &[u8], hash| {
        let holder = holder(world, key_info);
        world.case(name, expected, file(&holder, hash, &named, sign))
    };
    let p256 = key_info(P256, own.public_key().as_ref());
    vec![
        of("P-256", PASSED, &p256, SHA256),
        of("P-256 over two hash functions", UNFIT, &p256, SHA384),
        of(
            "P-256, the certificate of P-384",
            CRYPTO,
            &key_info(P384, longer.public_key().as_ref()),
            SHA256,
        ),
        of(
            "P-256, the certificate of P-521",
            UNFIT,
            &key_info(P521, &[4; 133]),
            SHA256,
        ),
        of(
            "P-256, the certificate of bign",
            UNFIT,
            &bign_key_info(world),
            SHA256,
        ),
    ]
}

/// SubjectPublicKeyInfo of the person's own key.
fn bign_key_info(world: &World) -> Vec<u8> {
    let curve = [0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 3, 1];
    let algorithm = sequence(&[
        &encode(0x06, kabinet_stb::oid::BIGN_PUBKEY),
        &encode(0x06, &curve),
    ]);
    sequence(&[&algorithm, &bits(&world.person.key.public_key().to_bytes())])
}

/// Signatures that no key made: where the algorithm is taken they are broken, else nothing is said of
/// them.
fn rsa(world: &World) -> Vec<Case> {
    let of = |name, expected, octets: usize, hash, signature_algorithm: &[u8]| {
        let modulus = [&[0][..], &vec![0xC5; octets]].concat();
        let key = sequence(&[&encode(0x02, &modulus), &[2, 3, 1, 0, 1]]);
        let holder = holder(world, &sequence(&[&algorithm(RSA), &bits(&key)]));
        let signature = file(&holder, hash, signature_algorithm, |_| vec![0x5C; octets]);
        world.case(name, expected, signature)
    };
    let pss = |mask: &[u8], salt: u8| {
        let parameters = sequence(&[
            &encode(0xA0, &algorithm(SHA256)),
            &encode(0xA1, &sequence(&[&encode(0x06, MGF1), &algorithm(mask)])),
            &encode(0xA2, &[2, 1, salt]),
        ]);
        sequence(&[&encode(0x06, RSA_PSS), &parameters])
    };
    let plain = algorithm(RSA);
    vec![
        of("RSA of 2048 bits", CRYPTO, 256, SHA256, &plain),
        of("RSA of 2040 bits", UNFIT, 255, SHA256, &plain),
        of("RSA of 1024 bits", UNFIT, 128, SHA256, &plain),
        of(
            "RSA over two hash functions",
            UNFIT,
            256,
            SHA256,
            &algorithm(RSA_SHA384),
        ),
        of("RSA-PSS", CRYPTO, 256, SHA256, &pss(SHA256, 32)),
        of(
            "RSA-PSS over two hash functions",
            UNFIT,
            256,
            SHA384,
            &pss(SHA256, 32),
        ),
        of(
            "RSA-PSS with a shorter salt",
            UNFIT,
            256,
            SHA256,
            &pss(SHA256, 20),
        ),
        of("RSA-PSS with no salt", UNFIT, 256, SHA256, &pss(SHA256, 0)),
        of(
            "RSA-PSS with another mask",
            UNFIT,
            256,
            SHA256,
            &pss(SHA384, 32),
        ),
        of(
            "RSA-PSS with a weak mask",
            UNFIT,
            256,
            SHA256,
            &pss(SHA1, 32),
        ),
        of(
            "RSA-PSS without parameters",
            UNFIT,
            256,
            SHA256,
            &sequence(&[&encode(0x06, RSA_PSS)]),
        ),
    ]
}
