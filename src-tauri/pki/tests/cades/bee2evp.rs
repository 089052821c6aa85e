//! Files of another implementation: OpenSSL with the engine bee2evp (1.2.4), and a signature of
//! ours that it accepted.

use std::{
    convert::Infallible,
    io::{Cursor, Read},
    path::PathBuf,
};

use kabinet_pki::{
    Reason, Signer, Time, TrustAnchors, Validation, Verdict, add_signature, certificate, content,
    sign_attached, verify,
};
use kabinet_stb::{
    bign::{Level, PrivateKey},
    oid,
};

/// The private key of signer-256.cer, made for these files only.
const SIGNER_KEY: &str = "0579F01F0872AAED9D80D68C16188571D01CA3EB96E6A58345BAC262CAB817EF";

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bee2evp");
    std::fs::read(folder.join(name)).unwrap()
}

fn anchors(level: &str) -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add(&file(&format!("root-{level}.cer"))).unwrap();
    anchors
}

fn at() -> Time {
    Time::new(2027, 1, 1, 0, 0, 0).unwrap()
}

#[test]
fn its_signatures_are_valid() {
    for level in ["256", "384", "512"] {
        let signature = file(&format!("attached-{level}.p7s"));
        let report = verify(
            Cursor::new(&signature),
            None,
            &Validation::new(&anchors(level), at()),
        )
        .unwrap();
        assert_eq!(report.verdict, Verdict::Valid, "{level}: {report:#?}");
        assert_eq!(content(&signature).unwrap(), file("content.txt"));
        let signer = report.signers[0].certificate.clone().unwrap();
        assert_eq!(signer.subject, "ADAM MITSKEVICH");
        assert_eq!(
            signer.subject_serial_number.as_deref(),
            Some("IDCBY-590082394654")
        );
    }
}

#[test]
fn its_detached_signature_is_valid() {
    let signature = file("detached-256.p7s");
    let octets = file("content.txt");
    for (octets, verdict) in [
        (&octets[..], Verdict::Valid),
        (&octets[1..], Verdict::Invalid(Reason::HashFailure)),
    ] {
        let mut octets = octets;
        let report = verify(
            Cursor::new(&signature),
            Some(&mut octets),
            &Validation::new(&anchors("256"), at()),
        )
        .unwrap();
        assert_eq!(report.verdict, verdict, "{report:#?}");
    }
}

/// The hash values as `openssl asn1parse` prints them.
#[test]
fn what_it_signed_is_told() {
    let octets = file("content.txt");
    let told = |name: &str, level: &str, content: Option<&[u8]>| {
        let (mut reader, anchors) = (content.map(Cursor::new), anchors(level));
        let reader = reader.as_mut().map(|reader| reader as &mut dyn Read);
        let validation = Validation::new(&anchors, at());
        let report = verify(Cursor::new(file(name)), reader, &validation).unwrap();
        let signed = report.signers[0].content.clone().unwrap();
        (
            signed.hash_algorithm,
            hex::encode(signed.message_digest),
            signed.length,
        )
    };
    let belt = "445ef7e6291687c7926f2dcb4e9a82d26f9f6db0edef15fb5aff75f6b5a8b2d6".to_owned();
    for (level, algorithm, digest) in [
        ("256", "belt-hash", belt.clone()),
        (
            "384",
            "bash384",
            "dff460355a21a4e7e120bd45502424c4b211fa7025102f7ea5781fc3e5020551\
             44372e003f6b0042273e8d1fffab38d7"
                .to_owned(),
        ),
        (
            "512",
            "bash512",
            "e80e3eea4281d43f9c3a2a180fdefc7e4e1ceceb58b7ee75a31d18aa0cd15b3e\
             5210daedbe054985feacf7fe427cab2ba82362de8a98518a01c52e2a1f0ffd45"
                .to_owned(),
        ),
    ] {
        let signed = told(&format!("attached-{level}.p7s"), level, None);
        assert_eq!(signed, (algorithm, digest, Some(30)));
    }
    // A signature alone tells it too; of another content only what would have to be there.
    let name = "detached-256.p7s";
    for (content, length) in [
        (Some(&octets[..]), Some(30)),
        (Some(&octets[1..]), None),
        (None, None),
    ] {
        let signed = told(name, "256", content);
        assert_eq!(signed, ("belt-hash", belt.clone(), length));
    }
    // Of a signature that was changed nothing is told.
    let mut changed = file(name);
    *changed.last_mut().unwrap() ^= 1;
    let anchors = anchors("256");
    let report = verify(Cursor::new(changed), None, &Validation::new(&anchors, at())).unwrap();
    let signer = &report.signers[0];
    assert_eq!(signer.verdict, Verdict::Invalid(Reason::SigCryptoFailure));
    assert_eq!(signer.content, None);
}

#[test]
fn its_certificate_is_read() {
    let summary = certificate::summary(&file("signer-256.cer")).unwrap();
    assert_eq!(summary.serial_number, "1F6B00000001");
    assert_eq!(summary.issuer, "Peer Test Root");
    assert_eq!(summary.level, Some(Level::L128));
}

struct Key(Vec<u8>);

impl Signer for Key {
    type Error = Infallible;

    fn certificate(&self) -> &[u8] {
        &self.0
    }

    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, Infallible> {
        let key = PrivateKey::from_bytes(Level::L128, &hex::decode(SIGNER_KEY).unwrap()).unwrap();
        Ok(key.sign_hash(oid::BELT_HASH, hash))
    }
}

/// Signing is deterministic, so these are the octets that `openssl cms -verify` took.
#[test]
fn ours_is_what_it_accepted() {
    let mut signer = Key(file("signer-256.cer"));
    let time = Time::new(2026, 11, 24, 9, 0, 0).unwrap();
    let ours = sign_attached(&file("content.txt"), &mut signer, time).unwrap();
    assert_eq!(hex::encode(&ours), hex::encode(file("accepted-256.p7s")));
}

/// Ours beside one of theirs, as `openssl cms -verify` took it.
#[test]
fn ours_beside_theirs_is_what_it_accepted() {
    let mut signer = Key(file("signer-256.cer"));
    let time = Time::new(2026, 11, 27, 9, 40, 0).unwrap();
    let mut joined = Vec::new();
    let theirs = Cursor::new(file("level-128/attached.p7s"));
    add_signature(theirs, None, &mut joined, &mut signer, time).unwrap();
    accepted("accepted-joined.p7s", &joined);
}

/// Compares with the file that was accepted.
pub fn accepted(name: &str, ours: &[u8]) {
    assert_eq!(hex::encode(ours), hex::encode(file(name)));
}
