//! The infrastructure of three levels that OpenSSL with the engine bee2evp made, and signatures of
//! foreign keys by OpenSSL alone.

use std::{convert::Infallible, io::Cursor, path::PathBuf};

use kabinet_pki::{
    Evidence, Ignorance,
    Reason::{self, SigConstraintsFailure, TryLater},
    Report, RevocationChecking, RevocationReason, RevocationStatus, SignatureLevel, StatusSource,
    Time, TrustAnchors, TspError, TspFailure, Validation,
    Verdict::{CannotTell, Invalid, Valid},
    add_time_stamps, add_validation_data,
    certificate::Certificate,
    content, ocsp, verify,
};

use super::bee2evp::accepted;

pub const LEVELS: [&str; 3] = ["128", "192", "256"];

pub fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

pub fn of_level(level: &str, name: &str) -> Vec<u8> {
    fixture(&format!("bee2evp/level-{level}/{name}"))
}

fn anchors(level: &str) -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add(&of_level(level, "root.cer")).unwrap();
    anchors
}

/// A quarter of an hour after the files were made.
fn soon() -> Time {
    Time::new(2026, 11, 27, 9, 36, 0).unwrap()
}

/// Just after `signature.tsr` of every level.
fn stamped_just_now() -> Time {
    Time::new(2026, 11, 27, 9, 25, 0).unwrap()
}

/// Lists and responses by their names.
fn evidence(level: &str, names: &[&str]) -> Evidence {
    let mut evidence = Evidence::new();
    for name in names {
        let octets = of_level(level, name);
        match name.rsplit('.').next() {
            Some("crl") => evidence.add_revocation_list(&octets).unwrap(),
            Some("ocsp-response") => evidence.add_ocsp_response(&octets).unwrap(),
            _ => evidence.add_certificate(&octets).unwrap(),
        }
    }
    evidence
}

fn check(level: &str, signature: &[u8], evidence: &Evidence, at: Time) -> Report {
    let anchors = anchors(level);
    let validation = Validation {
        evidence,
        revocation: RevocationChecking::Required,
        ..Validation::new(&anchors, at)
    };
    verify(Cursor::new(signature), None, &validation).unwrap()
}

#[test]
fn signatures_with_a_status_of_every_kind() {
    for level in LEVELS {
        let signature = of_level(level, "attached.p7s");
        assert_eq!(content(&signature).unwrap(), fixture("signed.txt"));
        for names in [
            ["root.crl", "ca.crl"],
            ["root.crl", "adam-good.ocsp-response"],
        ] {
            let report = check(level, &signature, &evidence(level, &names), soon());
            assert_eq!(report.verdict, Valid, "{level}: {report:#?}");
            assert_eq!(report.signers[0].level, Some(SignatureLevel::B));
        }
        // One who answers by key without a certificate is found among other certificates.
        let names = ["root.crl", "adam-good-by-key.ocsp-response", "ocsp.cer"];
        let report = check(level, &signature, &evidence(level, &names), soon());
        assert_eq!(report.verdict, Valid, "{level}: {report:#?}");
        let RevocationStatus::NotRevoked { source, .. } = report.signers[0].chain[0].status else {
            panic!("{report:#?}");
        };
        assert_eq!(source, StatusSource::Ocsp);
    }
}

#[test]
fn a_status_that_is_not_known() {
    for names in [
        &["root.crl"][..],
        &["ca.crl"],
        &["root.crl", "adam-good-by-key.ocsp-response"],
        &["root.crl", "tadeusz-good.ocsp-response"],
    ] {
        let evidence = evidence("128", names);
        let report = check("128", &of_level("128", "attached.p7s"), &evidence, soon());
        assert_eq!(report.verdict, CannotTell(TryLater), "{names:?}");
        let statuses: Vec<_> = report.signers[0]
            .chain
            .iter()
            .map(|one| one.status)
            .collect();
        let unknown = RevocationStatus::Unknown(Ignorance::NoInformation);
        assert!(statuses.contains(&unknown), "{statuses:?}");
        assert_eq!(statuses.last(), Some(&RevocationStatus::Trusted));
    }
    // Good words that have grown old.
    let evidence = evidence("128", &["root.crl", "ca.crl", "adam-good.ocsp-response"]);
    let later = Time::new(2028, 6, 1, 0, 0, 0).unwrap();
    let report = check("128", &of_level("128", "attached.p7s"), &evidence, later);
    assert_eq!(report.verdict, CannotTell(TryLater));
    let unknown = RevocationStatus::Unknown(Ignorance::OutOfDate);
    assert_eq!(report.signers[0].chain[0].status, unknown);
}

/// The first time that a list or a response gives, as OpenSSL shows it, that is not over.
#[test]
fn when_there_will_be_news() {
    let at = |minute, second| Time::new(2027, 11, 27, 9, minute, second).unwrap();
    let names = [
        "ca.crl",
        "adam-good.ocsp-response",
        "tadeusz-revoked.ocsp-response",
    ];
    let all = evidence("128", &names);
    assert_eq!(all.next_update(soon()), Some(at(20, 53)));
    assert_eq!(all.next_update(at(20, 53)), Some(at(21, 3)));
    assert_eq!(all.next_update(at(21, 3)), Some(at(21, 4)));
    assert_eq!(all.next_update(at(21, 4)), None);
    assert_eq!(evidence("128", &["ca.cer"]).next_update(soon()), None);
}

#[test]
fn a_revoked_signer() {
    for level in LEVELS {
        let signature = of_level(level, "two-signers.p7s");
        let good = evidence(level, &["root.crl", "ca-nobody-revoked.crl"]);
        let report = check(level, &signature, &good, soon());
        assert_eq!(report.verdict, Valid, "{level}: {report:#?}");
        assert_eq!(report.signers.len(), 2);
        for name in ["ca.crl", "tadeusz-revoked.ocsp-response"] {
            // The older good words do not help.
            let names = [
                "root.crl",
                "ca-nobody-revoked.crl",
                "tadeusz-good.ocsp-response",
                name,
            ];
            let report = check(level, &signature, &evidence(level, &names), soon());
            assert_eq!(report.verdict, CannotTell(Reason::RevokedNoPoe), "{name}");
            let of = |subject: &str| {
                let mut signers = report.signers.iter();
                signers
                    .find(|one| one.certificate.as_ref().unwrap().subject == subject)
                    .unwrap()
            };
            assert_eq!(of("ADAM MITSKEVICH").verdict, Valid);
            let RevocationStatus::Revoked { reason, .. } =
                of("TADEUSZ KASTSIUSHKA").chain[0].status
            else {
                panic!("{report:#?}");
            };
            assert_eq!(reason, RevocationReason::KeyCompromise);
        }
    }
}

#[test]
fn what_others_call_a_signature() {
    for level in LEVELS {
        let evidence = evidence(level, &["root.crl", "ca.crl"]);
        let report = check(
            level,
            &of_level(level, "without-cades.p7s"),
            &evidence,
            soon(),
        );
        assert_eq!(report.verdict, CannotTell(SigConstraintsFailure));
        assert_eq!(report.signers[0].level, None);
        let enveloped = of_level(level, "enveloped-cfb.p7m");
        let report = check(level, &enveloped, &evidence, soon());
        assert_eq!(report.verdict, Invalid(Reason::FormatFailure));
    }
}

#[test]
fn detached() {
    for level in LEVELS {
        let signature = of_level(level, "detached.p7s");
        let octets = fixture("signed.txt");
        let anchors = anchors(level);
        let validation = Validation::new(&anchors, soon());
        for (mut octets, verdict) in [
            (&octets[..], Valid),
            (&octets[1..], Invalid(Reason::HashFailure)),
        ] {
            let report = verify(Cursor::new(&signature), Some(&mut octets), &validation).unwrap();
            assert_eq!(report.verdict, verdict, "{level}: {report:#?}");
        }
    }
}

#[test]
fn our_requests_are_theirs() {
    for level in LEVELS {
        let certificate = |name| Certificate::from_der(&of_level(level, name)).unwrap();
        let request = ocsp::request(&certificate("adam.cer"), &certificate("ca.cer"));
        assert_eq!(request, of_level(level, "adam.ocsp-request"));
        // That of a time stamp is compared on its way.
        stamped(level, of_level(level, "signature.tsr")).unwrap();
    }
}

/// Raises attached.p7s to B-T with what an authority answered.
fn stamped(level: &str, response: Vec<u8>) -> Result<Vec<u8>, kabinet_pki::RaiseError<Infallible>> {
    stamped_at(level, response, stamped_just_now())
}

fn stamped_at(
    level: &str,
    response: Vec<u8>,
    at: Time,
) -> Result<Vec<u8>, kabinet_pki::RaiseError<Infallible>> {
    let anchors = anchors(level);
    let validation = Validation::new(&anchors, at);
    let signature = of_level(level, "attached.p7s");
    let mut raised = Vec::new();
    add_time_stamps(
        Cursor::new(signature),
        &mut raised,
        &validation,
        |request| {
            assert_eq!(request, of_level(level, "signature.tsq"));
            Ok(response.clone())
        },
    )?;
    Ok(raised)
}

#[test]
fn their_time_stamps_raise_a_signature() {
    for level in LEVELS {
        let raised = stamped(level, of_level(level, "signature.tsr")).unwrap();
        accepted(&format!("level-{level}/accepted-t.p7s"), &raised);
        let nothing = Evidence::new();
        let anchors = anchors(level);
        let validation = Validation::new(&anchors, soon());
        let report = verify(Cursor::new(&raised), None, &validation).unwrap();
        assert_eq!(report.verdict, Valid, "{level}: {report:#?}");
        let signer = &report.signers[0];
        assert_eq!(signer.level, Some(SignatureLevel::T));
        assert_eq!(signer.proven_signing_time, signer.time_stamps[0].time);
        assert!(signer.proven_signing_time.is_some());
        // bpki-role-tsa.
        let policy = signer.time_stamps[0].policy.as_deref();
        assert_eq!(policy, Some("1.2.112.0.2.0.34.101.78.2.31"));

        // Then to B-LT with lists and responses of theirs.
        let names = [
            "root.crl",
            "adam-good.ocsp-response",
            "tsa-good.ocsp-response",
        ];
        let more = evidence(level, &names);
        let validation = Validation {
            evidence: &more,
            ..validation
        };
        let mut kept = Vec::new();
        add_validation_data(Cursor::new(&raised), &mut kept, &validation).unwrap();
        accepted(&format!("level-{level}/accepted-lt.p7s"), &kept);
        let report = check(level, &kept, &nothing, soon());
        assert_eq!(report.verdict, Valid, "{level}: {report:#?}");
        assert_eq!(report.signers[0].level, Some(SignatureLevel::Lt));
        // Years later it says as much, with nothing but what it carries; whether the time-stamping
        // authority was revoked meanwhile it cannot say.
        let later = Time::new(2031, 11, 1, 0, 0, 0).unwrap();
        let report = verify(Cursor::new(&kept), None, &Validation::new(&anchors, later)).unwrap();
        assert_eq!(report.verdict, Valid, "{level}: {report:#?}");
        let signer = &report.signers[0];
        assert_eq!(signer.level, Some(SignatureLevel::Lt));
        let status = signer.time_stamps[0].chain[0].status;
        assert_eq!(status, RevocationStatus::Unknown(Ignorance::OutOfDate));
        let report = check(level, &kept, &nothing, later);
        assert_eq!(report.verdict, CannotTell(TryLater));
    }
}

/// Whoever answers without a certificate inside has to go with the answer, or nobody could tell later
/// who answered.
#[test]
fn who_answers_by_key_goes_along() {
    for level in LEVELS {
        let raised = stamped(level, of_level(level, "signature.tsr")).unwrap();
        let names = [
            "root.crl",
            "adam-good-by-key.ocsp-response",
            "ocsp.cer",
            "tsa-good.ocsp-response",
        ];
        let more = evidence(level, &names);
        let anchors = anchors(level);
        let validation = Validation {
            evidence: &more,
            ..Validation::new(&anchors, soon())
        };
        let mut kept = Vec::new();
        add_validation_data(Cursor::new(&raised), &mut kept, &validation).unwrap();
        let report = check(level, &kept, &Evidence::new(), soon());
        assert_eq!(report.verdict, Valid, "{level}: {report:#?}");
        assert_eq!(report.signers[0].level, Some(SignatureLevel::Lt));
    }
}

#[test]
fn time_stamps_that_are_of_no_use() {
    let other = stamped("128", of_level("128", "content.tsr"));
    assert!(matches!(
        other,
        Err(kabinet_pki::RaiseError::Response(TspError::OtherImprint))
    ));
    let refused = stamped("128", of_level("128", "rejected.tsr"));
    let Err(kabinet_pki::RaiseError::Response(error)) = refused else {
        panic!("taken");
    };
    assert_eq!(error, TspError::Refused(Some(TspFailure::BadAlgorithm)));
    // One of the same request, a quarter of an hour old.
    let old = stamped_at("128", of_level("128", "signature.tsr"), soon());
    assert!(matches!(
        old,
        Err(kabinet_pki::RaiseError::Response(TspError::NotFresh))
    ));
    // Of an authority that no anchor knows.
    let foreign = stamped("128", of_level("192", "signature.tsr"));
    assert!(foreign.is_err());
}

#[test]
fn foreign_signatures() {
    let at = Time::new(2027, 1, 1, 0, 0, 0).unwrap();
    for name in ["rsa", "rsa-pss", "p256", "p384"] {
        let mut anchors = TrustAnchors::default();
        let root = fixture(&format!("openssl/root-{name}.cer"));
        anchors.add(&root).unwrap();
        let validation = Validation::new(&anchors, at);
        let mut signature = fixture(&format!("openssl/attached-{name}.p7s"));
        let report = verify(Cursor::new(&signature), None, &validation).unwrap();
        assert_eq!(report.verdict, Valid, "{name}: {report:#?}");
        let last = signature.len() - 1;
        signature[last] ^= 1;
        let report = verify(Cursor::new(&signature), None, &validation).unwrap();
        assert_eq!(report.verdict, Invalid(Reason::SigCryptoFailure), "{name}");
        let nobody = TrustAnchors::default();
        let validation = Validation::new(&nobody, at);
        let signature = fixture(&format!("openssl/attached-{name}.p7s"));
        let report = verify(Cursor::new(&signature), None, &validation).unwrap();
        let missing = CannotTell(Reason::NoCertificateChainFound);
        assert_eq!(report.verdict, missing, "{name}");
    }
}
