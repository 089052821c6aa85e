//! Known answers of the mechanisms below the protocols.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/vectors.rs"]
mod common;

use common::{Prepared, level, octets, vectors};
use kabinet_stb::{
    Secret,
    access::{EidRights, EsignRights},
    bake,
    belt::{Mode, StreamCipher},
    bign::{PrivateKey, PublicKey},
    hash::{bash384, bash512, belt_hash},
    keyrep::belt_keyrep,
    oid,
};
use serde_json::Value;

#[test]
fn belt_keyrep_answers() {
    for v in vectors("belt-keyrep") {
        let i = &v["inputs"];
        let bits = usize::try_from(i["m_bits"].as_u64().unwrap()).unwrap();
        let d: [u8; 12] = octets(&i["D"]).try_into().unwrap();
        let header: [u8; 16] = octets(&i["I"]).try_into().unwrap();
        let y = belt_keyrep(&octets(&i["X"]), &d, &header, bits / 8);
        assert_eq!(*y, octets(&v["outputs"]["Y"]), "{}", v["id"]);
    }
}

#[test]
fn bake_kdf_answers() {
    for v in vectors("bake-kdf") {
        let i = &v["inputs"];
        let y = bake::kdf(&octets(&i["X"]), &octets(&i["S"]), i["C"].as_u64().unwrap());
        assert_eq!(y[..], octets(&v["outputs"]["Y"]), "{}", v["id"]);
    }
}

#[test]
fn bake_swu_answers() {
    for v in vectors("bake-swu") {
        let i = &v["inputs"];
        let w = bake::swu(level(&i["l"]), &octets(&i["X"]));
        assert_eq!(*w, octets(&v["outputs"]["W"]), "{}", v["id"]);
    }
}

#[test]
fn bign_answers() {
    for v in vectors("bign") {
        let i = &v["inputs"];
        let level = level(&i["l"]);
        let id = v["id"].as_str().unwrap();
        if i["d"].is_null() {
            let key = PublicKey::from_bytes(level, &octets(&i["Q"])).unwrap();
            let verdict = key.verify_hash(
                &oid_value(i["hash_oid"].as_str().unwrap()),
                &octets(&i["hash"]),
                &octets(&i["signature"]),
            );
            assert_eq!(
                verdict.is_ok(),
                v["outputs"]["valid"].as_bool().unwrap(),
                "{id}"
            );
            continue;
        }
        let key = PrivateKey::from_bytes(level, &octets(&i["d"])).unwrap();
        assert_eq!(
            key.public_key().to_bytes(),
            octets(&v["outputs"]["Q"]),
            "{id}"
        );
        let message = octets(&i["message"]);
        let hash = match i["hash_alg"].as_str().unwrap() {
            "belt-hash" => belt_hash(&message).to_vec(),
            "bash384" => bash384(&message).to_vec(),
            "bash512" => bash512(&message).to_vec(),
            other => panic!("{other}"),
        };
        assert_eq!(hash, octets(&v["outputs"]["hash"]), "{id}");
        let oid = octets(&i["hash_oid_der"])[2..].to_vec();
        let expected = octets(&v["outputs"]["signature"]);
        if i["k"].is_null() {
            let t = octets(&i["t"]);
            assert_eq!(key.sign_hash_with(&oid, &hash, &t), expected, "{id}");
            if t.is_empty() {
                assert_eq!(key.sign_hash(&oid, &hash), expected, "{id}");
            }
        }
        key.public_key()
            .verify_hash(&oid, &hash, &expected)
            .unwrap();
    }
}

#[test]
fn key_token_answers() {
    for v in vectors("bign-keytransport") {
        let i = &v["inputs"];
        let id = v["id"].as_str().unwrap();
        let level = level(&i["l"]);
        let key = PrivateKey::from_bytes(level, &octets(&i["d"])).unwrap();
        let header: [u8; 16] = octets(&i["I"]).try_into().unwrap();
        if i["Y"].is_string() {
            assert!(
                key.open_key_token(&header, &octets(&i["Y"])).is_err(),
                "{id}"
            );
            continue;
        }
        let public = PublicKey::from_bytes(level, &octets(&i["Q"])).unwrap();
        assert_eq!(key.public_key(), public, "{id}");
        let secret = Secret::new(octets(&i["X"]));
        let mut random = Prepared::new([octets(&i["k"])]);
        let token = public
            .seal_key_token(&secret, &header, &mut random)
            .unwrap();
        assert_eq!(token, octets(&v["outputs"]["Y"]), "{id}");
        let opened = key.open_key_token(&header, &token).unwrap();
        assert_eq!(opened.expose(), secret.expose(), "{id}");
        let mut other = header;
        other[0] ^= 1;
        assert!(key.open_key_token(&other, &token).is_err(), "{id}");
    }
}

/// Of all modes and lengths of keys, whole and octet by octet.
#[test]
fn belt_stream_answers() {
    for v in vectors("belt-stream") {
        let i = &v["inputs"];
        let mode = match i["mode"].as_str().unwrap() {
            "cfb" => Mode::Cfb,
            _ => Mode::Ctr,
        };
        encrypts(mode, &i["K"], &i["S"], &i["X"], &v["outputs"]["Y"]);
    }
}

/// STB 34.101.31, tables A.13 to A.16.
#[test]
fn belt_stream_answers_of_the_standard() {
    let answer = |mode, key: &str, iv: &str, plain: &str, sealed: &str| {
        let [key, iv, plain, sealed] =
            [key, iv, plain, sealed].map(|text| text.replace(' ', "").into());
        encrypts(mode, &key, &iv, &plain, &sealed);
    };
    let key = "E9DEE72C8F0C0FA62DDB49F46F739647 06075316ED247A3739CBA38303A98BF6";
    let other_key = "92BD9B1CE5D141015445FBC95E4D0EF2 682080AA227D642F2687F93490405511";
    let iv = "BE32971343FC9A48A02A885F194B09A1";
    let other_iv = "7ECDA4D01544AF8CA58450BF66D2E88A";
    let plain = "B194BAC80A08F53B366D008E584A5DE4 8504FA9D1BB6C7AC252E72C202FDCE0D 5BE3D61217B96181FE6786AD716B890B";
    let sealed = "E12BDC1AE28257EC703FCCF095EE8DF1 C1AB76389FE678CAF7C6F860D5BB9C4F F33C657B637C306ADD4EA7799EB23D31";
    answer(
        Mode::Cfb,
        key,
        iv,
        plain,
        "C31E490A90EFA374626CC99E4B7B8540 A6E48685464A5A06849C9CA769A1B0AE 55C2CC5939303EC832DD2FE16C8E5A1B",
    );
    answer(
        Mode::Cfb,
        other_key,
        other_iv,
        "FA9D107A86F375EE65CD1DB881224BD0 16AFF814938ED39B3361ABB0BF0851B6 52244EB06842DD4C94AA4500774E40BB",
        sealed,
    );
    answer(
        Mode::Ctr,
        key,
        iv,
        plain,
        "52C9AF96FF50F64435FC43DEF56BD797 D5B5B1FF79FB41257AB9CDF6E63E81F8 F00341473EAE409833622DE05213773A",
    );
    answer(
        Mode::Ctr,
        other_key,
        other_iv,
        "DF181ED008A20F43DCBBB93650DAD34B 389CDEE5826D40E2D4BD80F49A93F5D2 12F6333166456F169043CC5F",
        &sealed[..90],
    );
}

fn encrypts(mode: Mode, key: &Value, iv: &Value, plain: &Value, sealed: &Value) {
    let (key, iv) = (octets(key), octets(iv).try_into().unwrap());
    let (plain, sealed) = (octets(plain), octets(sealed));
    for piece in [1, 5, 16, 1000] {
        let apply = |mut cipher: StreamCipher, octets: &[u8]| {
            let mut octets = octets.to_vec();
            for part in octets.chunks_mut(piece) {
                cipher.apply(part).unwrap();
            }
            hex::encode(octets)
        };
        let cipher = StreamCipher::encryptor(mode, &key, &iv).unwrap();
        assert_eq!(apply(cipher, &plain), hex::encode(&sealed));
        let cipher = StreamCipher::decryptor(mode, &key, &iv).unwrap();
        assert_eq!(apply(cipher, &sealed), hex::encode(&plain));
    }
}

#[test]
fn keys_of_other_lengths_are_none() {
    for length in [0, 15, 17, 31, 33, 64] {
        let key = vec![0; length];
        assert!(StreamCipher::encryptor(Mode::Cfb, &key, &[0; 16]).is_none());
        assert!(StreamCipher::decryptor(Mode::Ctr, &key, &[0; 16]).is_none());
    }
}

/// Content octets of a dotted OID, arc by arc.
fn oid_value(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u32> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut out = vec![u8::try_from(arcs[0] * 40 + arcs[1]).unwrap()];
    for arc in &arcs[2..] {
        let mut groups = vec![u8::try_from(arc & 0x7F).unwrap()];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(u8::try_from(rest & 0x7F).unwrap() | 0x80);
            rest >>= 7;
        }
        out.extend(groups.iter().rev());
    }
    out
}

#[test]
fn oid_answers() {
    let (words, oids): (Vec<Value>, Vec<Value>) = vectors("oids")
        .into_iter()
        .partition(|v| v["inputs"]["oid"].is_null());
    assert!(!words.is_empty() && !oids.is_empty());
    for v in words {
        let word = octets(&v["inputs"]["word"]);
        let der = match *word {
            [a, b] => EsignRights::from_octets([a, b]).to_der(),
            [a, b, c, d, e] => EidRights::from_octets([a, b, c, d, e]).to_der(),
            _ => panic!("{}", v["id"]),
        };
        assert_eq!(der, octets(&v["outputs"]["der"]), "{}", v["id"]);
    }
    let known = [
        ("oid-bake-bpace", oid::BPACE),
        ("oid-btok-bauth", oid::BAUTH),
        ("oid-btok-bauth1", oid::BAUTH1),
        ("oid-id-DocumentValidity", oid::DOCUMENT_VALIDITY),
        ("oid-id-AgeVerification", oid::AGE_VERIFICATION),
        ("oid-id-PlaceVerification", oid::PLACE_VERIFICATION),
        ("oid-id-eIdAccess", oid::EID_ACCESS),
        ("oid-id-eSignAccess", oid::ESIGN_ACCESS),
        ("oid-id-SignAuthExt", oid::ESIGN_AUTH_EXTENSION),
        ("oid-id-eID", oid::EID),
        ("oid-id-eSign", oid::ESIGN),
        ("oid-bign-pubkey", oid::BIGN_PUBKEY),
        ("oid-belt-hash", oid::BELT_HASH),
        ("oid-bash384", oid::BASH384),
        ("oid-bash512", oid::BASH512),
    ];
    for v in oids {
        let constant = known.iter().find(|(id, _)| v["id"] == *id).unwrap().1;
        assert_eq!(constant, octets(&v["outputs"]["value"]), "{}", v["id"]);
        let value = oid_value(v["inputs"]["oid"].as_str().unwrap());
        assert_eq!(value, octets(&v["outputs"]["value"]), "{}", v["id"]);
    }
}
