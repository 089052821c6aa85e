//! Writing into a file that others made: one more signature, time stamps, what tells that nobody was
//! revoked. What is written can be read, and holds what was there.

use std::convert::Infallible;
use std::io::Cursor;

use kabinet_pki::{
    Evidence, Signer, Time, TrustAnchors, Validation, add_signature, add_time_stamps,
    add_validation_data, content, is_signature, survey,
};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::oid;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(
            "../../../src-tauri/pki/tests/fixtures/bee2evp/",
            $name
        ))
    };
}

/// Whose key the fixtures' signer has.
struct Key;

impl Signer for Key {
    type Error = Infallible;

    fn certificate(&self) -> &[u8] {
        fixture!("signer-256.cer")
    }

    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, Infallible> {
        const KEY: [u8; 32] = [
            0x05, 0x79, 0xF0, 0x1F, 0x08, 0x72, 0xAA, 0xED, 0x9D, 0x80, 0xD6, 0x8C, 0x16, 0x18,
            0x85, 0x71, 0xD0, 0x1C, 0xA3, 0xEB, 0x96, 0xE6, 0xA5, 0x83, 0x45, 0xBA, 0xC2, 0x62,
            0xCA, 0xB8, 0x17, 0xEF,
        ];
        let key = PrivateKey::from_bytes(Level::L128, &KEY).unwrap();
        Ok(key.sign_hash(oid::BELT_HASH, hash))
    }
}

pub(crate) fn raising(octets: &[u8]) {
    let at = Time::new(2026, 11, 27, 9, 40, 0).unwrap();
    let mut anchors = TrustAnchors::default();
    anchors.add(fixture!("level-128/root.cer")).unwrap();
    let mut evidence = Evidence::new();
    for response in [
        &fixture!("level-128/adam-good.ocsp-response")[..],
        fixture!("level-128/tsa-good.ocsp-response"),
    ] {
        evidence.add_ocsp_response(response).unwrap();
    }
    evidence
        .add_revocation_list(fixture!("level-128/root.crl"))
        .unwrap();
    let validation = Validation {
        evidence: &evidence,
        ..Validation::new(&anchors, at)
    };
    let signers = |file: &[u8]| {
        survey(Cursor::new(file), &validation)
            .unwrap()
            .signers
            .len()
    };
    let is_whole = |written: &[u8], more: usize| {
        assert!(is_signature(Cursor::new(written)));
        assert_eq!(content(written), content(octets));
        assert!((0..=more).contains(&(signers(written) - signers(octets))));
    };

    let mut signed = Vec::new();
    if add_signature(Cursor::new(octets), None, &mut signed, &mut Key, at).is_ok() {
        is_whole(&signed, 1);
    }
    let mut stamped = Vec::new();
    let stamps = |_: &[u8]| Ok::<_, Infallible>(fixture!("level-128/signature.tsr").to_vec());
    if add_time_stamps(Cursor::new(octets), &mut stamped, &validation, stamps).is_ok() {
        is_whole(&stamped, 0);
    }
    let mut lasting = Vec::new();
    if add_validation_data(Cursor::new(octets), &mut lasting, &validation).is_ok() {
        is_whole(&lasting, 0);
    }
}
