//! Known answers and failures of CV certificates.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/vectors.rs"]
mod common;

use common::{file, level, list, octets};
use kabinet_stb::{
    access::{EidRights, EsignRights},
    bign::PrivateKey,
    cvc::{self, Certificate, Contents, CvcError},
};
use proptest::prelude::*;
use serde_json::Value;

fn valid() -> Vec<Value> {
    list(&file("cvc")["vectors"]["valid"])
}

/// The certificate that the other vectors call by this name.
fn named(name: &Value) -> Certificate {
    let id = format!("cvc-{}", name.as_str().unwrap());
    let all = valid();
    let vector = all.iter().find(|v| v["id"] == id.as_str()).unwrap();
    Certificate::parse(&octets(&vector["outputs"]["cert"])).unwrap()
}

fn eid(word: &Value) -> EidRights {
    EidRights::from_octets(octets(word).try_into().unwrap())
}

fn esign(word: &Value) -> EsignRights {
    EsignRights::from_octets(octets(word).try_into().unwrap())
}

#[test]
fn certificates_are_read_and_issued() {
    for v in valid() {
        let (i, id) = (&v["inputs"], v["id"].as_str().unwrap());
        let der = octets(&v["outputs"]["cert"]);
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.authority(), i["authority"], "{id}");
        assert_eq!(certificate.holder(), i["holder"], "{id}");
        assert_eq!(
            certificate.public_key().to_bytes(),
            octets(&v["outputs"]["pubkey"]),
            "{id}"
        );
        assert_eq!(certificate.public_key().level(), level(&i["level"]), "{id}");
        assert_eq!(
            certificate.eid().unwrap_or_default(),
            eid(&i["eid"]),
            "{id}"
        );
        assert_eq!(
            certificate.esign().unwrap_or_default(),
            esign(&i["esign"]),
            "{id}"
        );
        assert_eq!(certificate.as_der(), der, "{id}");
        certificate
            .verify_issued_by(&named(&i["issuer_cert"]))
            .unwrap();
        let key = PrivateKey::from_bytes(level(&i["level"]), &octets(&i["privkey"])).unwrap();
        let issuer_octets = octets(&i["issuer_privkey"]);
        let issuer_level = named(&i["issuer_cert"]).public_key().level();
        let issuer = PrivateKey::from_bytes(issuer_level, &issuer_octets).unwrap();
        let contents = Contents {
            authority: certificate.authority(),
            holder: certificate.holder(),
            public_key: &key.public_key(),
            from: cvc::date(i["from"].as_str().unwrap()).unwrap(),
            until: cvc::date(i["until"].as_str().unwrap()).unwrap(),
            eid: certificate.eid(),
            esign: certificate.esign(),
        };
        assert_eq!(cvc::issue(&contents, &issuer).unwrap(), der, "{id}");
    }
}

#[test]
fn paths_are_checked() {
    for v in list(&file("cvc")["vectors"]["paths"]) {
        let path: Vec<_> = v["path"].as_array().unwrap().iter().map(named).collect();
        let date = cvc::date(v["date"].as_str().unwrap()).unwrap();
        let rights = cvc::verify_path(&path[1..], &path[0], &date);
        assert_eq!(rights.is_ok(), v["valid"].as_bool().unwrap(), "{v}");
        if let Ok(rights) = rights {
            assert_eq!(rights, (eid(&v["eid"]), esign(&v["esign"])), "{v}");
        }
    }
    let root = named(&"root".into());
    let empty = cvc::verify_path(&[], &root, &[2, 5, 0, 7, 0, 2]);
    assert_eq!(empty, Err(CvcError::EmptyPath));
}

#[test]
fn defects_are_found() {
    for v in list(&file("cvc")["vectors"]["invalid"]) {
        let i = &v["inputs"];
        let issuer = named(&i["issuer_cert"]);
        let date = cvc::date(i["date"].as_str().unwrap()).unwrap();
        let verdict = Certificate::parse(&octets(&i["cert"]))
            .and_then(|certificate| cvc::verify_path(&[certificate], &issuer, &date));
        assert_eq!(
            verdict.is_ok(),
            v["outputs"]["standard"] == "valid",
            "{}",
            i["defect"]
        );
    }
}

#[test]
fn every_damaged_octet_is_found() {
    let (root, sub) = (named(&"root".into()), named(&"sub".into()));
    for position in 0..sub.as_der().len() {
        let mut der = sub.as_der().to_vec();
        der[position] ^= 0x10;
        let verdict = Certificate::parse(&der).and_then(|c| c.verify_issued_by(&root));
        assert!(verdict.is_err(), "octet {position}");
    }
    for length in 0..sub.as_der().len() {
        assert!(
            Certificate::parse(&sub.as_der()[..length]).is_err(),
            "length {length}"
        );
    }
}

#[test]
fn parts_make_up_the_certificate() {
    let certificate = named(&"term".into());
    let parts = certificate.body_and_signature();
    assert!(parts.starts_with(certificate.body()));
    assert!(parts.ends_with(certificate.signature()));
    assert!(certificate.as_der().ends_with(parts));
    assert_eq!(certificate.signature().len(), 48);
}

#[test]
fn dates_are_calendar_dates() {
    for good in ["240229", "000229", "991231", "250101"] {
        assert!(cvc::date(good).is_ok(), "{good}");
    }
    for bad in [
        "250229", "251301", "250001", "250100", "250431", "25010", "2501011", "2501a1",
    ] {
        assert_eq!(cvc::date(bad), Err(CvcError::Date), "{bad}");
    }
}

#[test]
fn nothing_is_issued_that_nobody_would_take() {
    let key = PrivateKey::generate(
        kabinet_stb::bign::Level::L128,
        &mut kabinet_stb::SystemRandom,
    );
    let strong = PrivateKey::generate(
        kabinet_stb::bign::Level::L256,
        &mut kabinet_stb::SystemRandom,
    );
    let (public, strong_public) = (key.public_key(), strong.public_key());
    let good = || Contents {
        authority: "BYCA1000",
        holder: "000123456789",
        public_key: &public,
        from: [2, 5, 0, 1, 0, 1],
        until: [2, 6, 0, 1, 0, 1],
        eid: None,
        esign: None,
    };
    let refused = |contents: Contents<'_>| cvc::issue(&contents, &key).err();
    assert_eq!(refused(good()), None);
    assert_eq!(
        refused(Contents {
            holder: "1234567",
            ..good()
        }),
        Some(CvcError::Name)
    );
    assert_eq!(
        refused(Contents {
            authority: "000123456789",
            ..good()
        }),
        Some(CvcError::Name)
    );
    assert_eq!(
        refused(Contents {
            until: [2, 4, 0, 1, 0, 1],
            ..good()
        }),
        Some(CvcError::Date)
    );
    let stronger = Contents {
        public_key: &strong_public,
        ..good()
    };
    assert_eq!(refused(stronger), Some(CvcError::WeakIssuer));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_octets_do_no_harm(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Certificate::parse(&octets).is_err());
    }

    #[test]
    fn hostile_changes_do_no_harm(changes in proptest::collection::vec((0usize..245, any::<u8>()), 1..6)) {
        let original = named(&"term".into());
        let mut der = original.as_der().to_vec();
        for (position, octet) in changes {
            der[position] = octet;
        }
        let changed = der != original.as_der();
        let verdict = Certificate::parse(&der).and_then(|c| c.verify_issued_by(&named(&"sub".into())));
        prop_assert_eq!(verdict.is_err(), changed);
    }
}
