//! Known answers of the mechanisms below the protocols.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/vectors.rs"]
mod common;

use common::{Prepared, level, octets, vectors};
use kabinet_stb::{
    Secret,
    access::{EidRights, EsignRights},
    bake,
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
