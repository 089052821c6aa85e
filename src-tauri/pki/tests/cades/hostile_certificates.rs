//! Certificates and chains that must not be taken, each with the exact verdict.

use kabinet_pki::{
    Reason::{
        CertificateChainGeneralFailure, ChainConstraintsFailure, FormatFailure,
        NoCertificateChainFound, NoSigningCertificateFound,
    },
    Verdict::{self, CannotTell, Invalid, Valid},
    certificate,
};
use kabinet_stb::{bign::Level, tlv::encode};

use super::{
    authority::{Identity, PERSON_USAGE, Spec, sign_certificate, world},
    message::{Message, expect},
};

const CHAIN: Verdict = CannotTell(ChainConstraintsFailure);
const GENERAL: Verdict = CannotTell(CertificateChainGeneralFailure);

/// Checks a message of a person below these authorities; the first is the anchor.
#[track_caller]
fn expect_of(authorities: &[&Identity], person: &Identity, verdict: Verdict) {
    let issuer = authorities.last().unwrap();
    let mut message = Message::of(person, issuer.name);
    for authority in &authorities[1..] {
        message.certificates.push(authority.certificate.clone());
    }
    expect(
        &message.sign(&person.key),
        &authorities[0].anchors(),
        verdict,
    );
}

#[test]
fn person_with_wrong_usage() {
    let (root, _) = world();
    for (usage, verdict) in [
        (Some(0x20), CHAIN),
        (Some(0x06), CHAIN),
        (Some(0x80), Valid),
        (Some(0x40), Valid),
        (None, Valid),
    ] {
        let person = root.issue(&Spec {
            key_usage: usage,
            ..Spec::person("Usage")
        });
        expect_of(&[&root], &person, verdict);
    }
}

#[test]
fn person_with_wrong_purpose() {
    let (root, _) = world();
    // OCSPSigning and timeStamping.
    for last in [0x09, 0x08] {
        let purpose: &'static [u8] = match last {
            0x09 => &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09],
            _ => &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08],
        };
        let person = root.issue(&Spec {
            purposes: vec![purpose],
            ..Spec::person("Purpose")
        });
        expect_of(&[&root], &person, CHAIN);
    }
}

#[test]
fn unknown_critical_extensions() {
    let (root, _) = world();
    // Constraints on policies are not understood here, so they must not be passed over.
    let unknown: (&'static [u8], bool, Vec<u8>) = (&[0x55, 0x1D, 0x24], true, encode(0x30, &[]));
    let harmless = (unknown.0, false, unknown.2.clone());
    for (more, verdict) in [(unknown, CHAIN), (harmless, Valid)] {
        let more = vec![more];
        let person = root.issue(&Spec {
            more: more.clone(),
            ..Spec::person("Critical")
        });
        expect_of(&[&root], &person, verdict);
        let middle = root.issue(&Spec {
            more,
            ..Spec::authority("Critical CA")
        });
        let person = middle.issue(&Spec::person("Below"));
        expect_of(&[&root, &middle], &person, verdict);
    }
}

#[test]
fn issuer_that_is_no_authority() {
    let (root, person) = world();
    let victim = person.issue(&Spec::person("Issued by a person"));
    expect_of(&[&root, &person], &victim, CHAIN);
    // The right to sign certificates alone does not make an authority.
    let middle = root.issue(&Spec {
        authority: None,
        ..Spec::authority("Not a CA")
    });
    expect_of(
        &[&root, &middle],
        &middle.issue(&Spec::person("Below")),
        CHAIN,
    );
    // Nor does being an authority without that right.
    let middle = root.issue(&Spec {
        key_usage: Some(PERSON_USAGE),
        ..Spec::authority("No sign")
    });
    expect_of(
        &[&root, &middle],
        &middle.issue(&Spec::person("Below")),
        CHAIN,
    );
}

#[test]
fn path_longer_than_allowed() {
    let root = Identity::root(&Spec {
        authority: Some(Some(1)),
        ..Spec::authority("Limited")
    });
    let first = root.issue(&Spec::authority("First"));
    let second = first.issue(&Spec::authority("Second"));
    expect_of(&[&root, &first], &first.issue(&Spec::person("Near")), Valid);
    expect_of(
        &[&root, &first, &second],
        &second.issue(&Spec::person("Far")),
        CHAIN,
    );
}

#[test]
fn path_without_limit_is_bounded() {
    let names = [
        "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight",
    ];
    let mut chain = vec![Identity::root(&Spec::authority("Long Root"))];
    for name in names {
        let next = chain.last().unwrap().issue(&Spec::authority(name));
        chain.push(next);
    }
    let all: Vec<_> = chain.iter().collect();
    for (authorities, verdict) in [(7, Valid), (8, CHAIN)] {
        let chain = &all[..authorities];
        expect_of(
            chain,
            &chain.last().unwrap().issue(&Spec::person("Leaf")),
            verdict,
        );
    }
}

#[test]
fn unknown_root() {
    let (root, person) = world();
    let other = Identity::root(&Spec::authority("Other Root"));
    let message = Message::of(&person, root.name);
    expect(
        &message.sign(&person.key),
        &other.anchors(),
        CannotTell(NoCertificateChainFound),
    );
    // The root in the signature is not trusted for being there.
    let mut message = Message::of(&person, root.name);
    message.certificates.push(root.certificate);
    expect(
        &message.sign(&person.key),
        &other.anchors(),
        CannotTell(NoCertificateChainFound),
    );
}

#[test]
fn root_of_the_same_name() {
    let (root, _) = world();
    let impostor = Identity {
        name: root.name,
        key: Identity::root(&Spec::authority("Impostor")).key,
        certificate: root.certificate.clone(),
    };
    expect_of(
        &[&root],
        &impostor.issue(&Spec::person("Deceived")),
        GENERAL,
    );
}

#[test]
fn authority_out_of_its_time() {
    let (root, _) = world();
    for spec in [
        Spec {
            not_after: "251231235959Z",
            ..Spec::authority("Past CA")
        },
        Spec {
            not_before: "270101000000Z",
            ..Spec::authority("Future CA")
        },
    ] {
        let middle = root.issue(&spec);
        expect_of(
            &[&root, &middle],
            &middle.issue(&Spec::person("Below")),
            GENERAL,
        );
    }
    let root = Identity::root(&Spec {
        not_after: "251231235959Z",
        ..Spec::authority("Old")
    });
    expect_of(&[&root], &root.issue(&Spec::person("Below")), GENERAL);
}

#[test]
fn stronger_key_than_the_issuers() {
    let (root, _) = world();
    let middle = root.issue(&Spec {
        level: Level::L256,
        ..Spec::authority("Strong CA")
    });
    expect_of(
        &[&root, &middle],
        &middle.issue(&Spec::person("Below")),
        CHAIN,
    );
    let root = Identity::root(&Spec {
        level: Level::L256,
        ..Spec::authority("Strong Root")
    });
    expect_of(&[&root], &root.issue(&Spec::person("Below")), Valid);
}

#[test]
fn authorities_in_a_circle() {
    // Two names that certify each other many times over, and no way to the anchor.
    let (root, _) = world();
    let a = Identity::root(&Spec::authority("Circle A"));
    let b = Identity::root(&Spec::authority("Circle B"));
    let person = a.issue(&Spec::person("Lost"));
    let mut message = Message::of(&person, a.name);
    for serial in 1..=20 {
        let cross = |from: &Identity, to: &'static str| {
            let spec = Spec {
                serial: vec![serial],
                ..Spec::authority(to)
            };
            from.issue(&spec).certificate
        };
        message.certificates.push(cross(&a, b.name));
        message.certificates.push(cross(&b, a.name));
    }
    let report = super::message::check(&message.sign(&person.key), &root.anchors());
    assert!(matches!(report.verdict, CannotTell(_)), "{report:#?}");
}

/// Replaces octets of a certificate's signed part and has it signed anew.
fn reissued(root: &Identity, person: &Identity, old: &[u8], new: &[u8]) -> Vec<u8> {
    let tbs = kabinet_stb::tlv::read(&person.certificate[4..])
        .unwrap()
        .0
        .raw;
    let position = tbs
        .windows(old.len())
        .position(|octets| octets == old)
        .unwrap();
    let mut tbs = tbs.to_vec();
    tbs[position..position + old.len()].copy_from_slice(new);
    sign_certificate(&tbs, &root.key)
}

#[test]
fn malformed_certificates_are_none() {
    let (root, person) = world();
    let key = person.key.public_key().to_bytes();
    let mut off_curve = key.clone();
    off_curve[0] ^= 1;
    let missing = CannotTell(NoSigningCertificateFound);
    let cases: [(&[u8], &[u8], Verdict); 5] = [
        // A point off the curve.
        (&key, &off_curve, missing),
        // A default value written out: critical FALSE.
        (
            &[0x01, 0x01, 0xFF, 0x04, 0x04],
            &[0x01, 0x01, 0x00, 0x04, 0x04],
            missing,
        ),
        // A BOOLEAN that is neither, so that the whole file is not DER.
        (
            &[0x01, 0x01, 0xFF, 0x04, 0x04],
            &[0x01, 0x01, 0x01, 0x04, 0x04],
            Invalid(FormatFailure),
        ),
        // The same extension twice.
        (
            &[0x06, 0x03, 0x55, 0x1D, 0x13],
            &[0x06, 0x03, 0x55, 0x1D, 0x0F],
            missing,
        ),
        // A negative serial number.
        (&[0x02, 0x02, 0x1F], &[0x02, 0x02, 0x9F], missing),
    ];
    for (old, new, verdict) in cases {
        let der = reissued(&root, &person, old, new);
        assert!(certificate::summary(&der).is_err(), "{}", hex::encode(new));
        let bad = Identity {
            name: person.name,
            key: clone(&person),
            certificate: der,
        };
        let message = Message::of(&bad, root.name);
        expect(&message.sign(&bad.key), &root.anchors(), verdict);
    }
}

fn clone(person: &Identity) -> kabinet_stb::bign::PrivateKey {
    let secret = person.key.to_secret();
    kabinet_stb::bign::PrivateKey::from_bytes(person.key.level(), secret.expose()).unwrap()
}

#[test]
fn octets_that_are_no_certificate() {
    let (_, person) = world();
    let good = &person.certificate;
    for length in 0..good.len() {
        assert!(certificate::summary(&good[..length]).is_err());
    }
    assert!(certificate::summary(&[&good[..], &[0]].concat()).is_err());
    assert!(certificate::summary(&vec![0x30; 100_000]).is_err());
}

#[test]
fn names_cannot_deceive() {
    let (root, _) = world();
    let person = root.issue(&Spec::person("ADAM\u{202E}HCIVEKSTIM\n"));
    let summary = certificate::summary(&person.certificate).unwrap();
    assert_eq!(summary.subject, "ADAMHCIVEKSTIM");
}
