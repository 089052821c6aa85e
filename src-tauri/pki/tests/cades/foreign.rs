//! The infrastructures of another country, which OpenSSL alone made: one for each kind of key that is not
//! of bign (`fixtures/openssl/README.md`).

use std::{convert::Infallible, io::Cursor};

use kabinet_pki::{
    Evidence, Ignorance, RaiseError,
    Reason::{self, TryLater},
    Report, RevocationChecking, RevocationReason, RevocationStatus, SignatureLevel, StatusSource,
    Time, TrustAnchors, Validation,
    Verdict::{CannotTell, Invalid, Valid},
    add_time_stamps, add_validation_data,
    certificate::Certificate,
    content, ocsp, verify,
};

use super::peers::fixture;

const KINDS: [&str; 4] = ["rsa", "rsa-pss", "p256", "p384"];

fn of_kind(kind: &str, name: &str) -> Vec<u8> {
    fixture(&format!("openssl/{kind}/{name}"))
}

fn anchors(kind: &str) -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add(&of_kind(kind, "root.cer")).unwrap();
    anchors
}

/// Minutes after the files were made.
fn soon() -> Time {
    Time::new(2026, 11, 28, 12, 0, 0).unwrap()
}

/// The signer's certificate has ended then, nobody else's.
fn years_later() -> Time {
    Time::new(2028, 6, 1, 0, 0, 0).unwrap()
}

fn add(evidence: &mut Evidence, name: &str, octets: &[u8]) {
    if name.ends_with(".crl") {
        evidence.add_revocation_list(octets).unwrap();
    } else {
        evidence.add_ocsp_response(octets).unwrap();
    }
}

/// A list or a response by its name.
fn evidence(kind: &str, name: &str) -> Evidence {
    let mut evidence = Evidence::new();
    add(&mut evidence, name, &of_kind(kind, name));
    evidence
}

/// What is found where the status of every certificate has to be known.
fn check(kind: &str, signature: &[u8], evidence: &Evidence, at: Time) -> Report {
    let anchors = anchors(kind);
    let validation = Validation {
        evidence,
        revocation: RevocationChecking::Required,
        ..Validation::new(&anchors, at)
    };
    verify(Cursor::new(signature), None, &validation).unwrap()
}

/// What is found where nothing but the signature is at hand.
fn check_alone(kind: &str, signature: &[u8], at: Time) -> Report {
    let anchors = anchors(kind);
    verify(Cursor::new(signature), None, &Validation::new(&anchors, at)).unwrap()
}

fn status_of(report: &Report) -> RevocationStatus {
    report.signers[0].chain[0].status
}

#[test]
fn whoever_may_tell_the_status_is_heard() {
    for kind in KINDS {
        let signature = of_kind(kind, "attached.p7s");
        assert_eq!(content(&signature).unwrap(), fixture("signed.txt"));
        for (name, by) in [
            ("root.crl", StatusSource::RevocationList),
            ("signer-good-by-issuer.ocsp-response", StatusSource::Ocsp),
            // With a nonce, and the certificate inside.
            ("signer-good-by-responder.ocsp-response", StatusSource::Ocsp),
        ] {
            let report = check(kind, &signature, &evidence(kind, name), soon());
            assert_eq!(report.verdict, Valid, "{kind} {name}: {report:#?}");
            let signer = &report.signers[0];
            assert_eq!(signer.level, Some(SignatureLevel::B));
            let subject = &signer.certificate.as_ref().unwrap().subject;
            assert_eq!(subject, "JONAS JONAITIS");
            let hash = if kind == "p384" { "SHA-384" } else { "SHA-256" };
            assert_eq!(signer.content.as_ref().unwrap().hash_algorithm, hash);
            let RevocationStatus::NotRevoked { source, .. } = status_of(&report) else {
                panic!("{kind} {name}: {report:#?}");
            };
            assert_eq!(source, by);
        }
    }
}

#[test]
fn whoever_may_not_tell_it_is_not_heard() {
    for kind in KINDS {
        let signature = of_kind(kind, "attached.p7s");
        let unheard = |evidence: &Evidence, about: &str| {
            let report = check(kind, &signature, evidence, soon());
            assert_eq!(report.verdict, CannotTell(TryLater), "{kind} {about}");
            let nothing = RevocationStatus::Unknown(Ignorance::NoInformation);
            assert_eq!(status_of(&report), nothing, "{kind} {about}");
        };
        unheard(&Evidence::new(), "nobody");
        for name in [
            // The time-stamping authority, which the issuer did not certify for that.
            "signer-good-by-somebody.ocsp-response",
            // It is about another one.
            "revoked-told.ocsp-response",
        ] {
            unheard(&evidence(kind, name), name);
        }
        // These end with their signatures.
        for name in ["root.crl", "signer-good-by-issuer.ocsp-response"] {
            let mut octets = of_kind(kind, name);
            *octets.last_mut().unwrap() ^= 1;
            let mut changed = Evidence::new();
            add(&mut changed, name, &octets);
            unheard(&changed, name);
        }
    }
}

#[test]
fn a_revoked_signer() {
    for kind in KINDS {
        let signature = of_kind(kind, "revoked.p7s");
        for (name, by) in [
            ("root.crl", StatusSource::RevocationList),
            ("revoked-told.ocsp-response", StatusSource::Ocsp),
        ] {
            let report = check(kind, &signature, &evidence(kind, name), soon());
            let expected = CannotTell(Reason::RevokedNoPoe);
            assert_eq!(report.verdict, expected, "{kind} {name}: {report:#?}");
            let RevocationStatus::Revoked { reason, source, .. } = status_of(&report) else {
                panic!("{kind} {name}: {report:#?}");
            };
            assert_eq!((reason, source), (RevocationReason::KeyCompromise, by));
        }
        // Where nothing is known, nothing is said against it.
        assert_eq!(check_alone(kind, &signature, soon()).verdict, Valid);
    }
}

#[test]
fn a_signer_whose_certificate_has_ended() {
    for kind in KINDS {
        let report = check_alone(kind, &of_kind(kind, "expired.p7s"), soon());
        let signed_later = CannotTell(Reason::Expired);
        assert_eq!(report.verdict, signed_later, "{kind}: {report:#?}");
        let report = check_alone(kind, &of_kind(kind, "attached.p7s"), years_later());
        let ended_since = CannotTell(Reason::OutOfBoundsNoPoe);
        assert_eq!(report.verdict, ended_since, "{kind}: {report:#?}");
    }
}

#[test]
fn what_was_changed_or_is_of_others() {
    for kind in KINDS {
        let anchors = anchors(kind);
        let validation = Validation::new(&anchors, soon());
        let octets = fixture("signed.txt");
        let detached = of_kind(kind, "detached.p7s");
        for (mut octets, verdict) in [
            (&octets[..], Valid),
            (&octets[1..], Invalid(Reason::HashFailure)),
        ] {
            let report = verify(Cursor::new(&detached), Some(&mut octets), &validation).unwrap();
            assert_eq!(report.verdict, verdict, "{kind}: {report:#?}");
        }
        let mut changed = of_kind(kind, "attached.p7s");
        *changed.last_mut().unwrap() ^= 1;
        let report = check_alone(kind, &changed, soon());
        assert_eq!(report.verdict, Invalid(Reason::SigCryptoFailure), "{kind}");

        // Another root of the same name and kind of key, or of another one, helps nobody.
        for other in KINDS.iter().filter(|other| **other != kind) {
            let report = check_alone(other, &of_kind(kind, "attached.p7s"), soon());
            let nobody = CannotTell(Reason::NoCertificateChainFound);
            assert_eq!(report.verdict, nobody, "{kind} {other}");
        }
    }
}

#[test]
fn our_requests_are_theirs() {
    for kind in KINDS {
        let certificate = |name| Certificate::from_der(&of_kind(kind, name)).unwrap();
        let request = ocsp::request(&certificate("signer.cer"), &certificate("root.cer"));
        assert_eq!(request, of_kind(kind, "signer.ocsp-request"), "{kind}");
    }
}

/// Raises attached.p7s to B-T. OpenSSL does not know belt-hash and refuses it, as authorities outside of
/// the profile do; `response` is what it answered to SHA-256.
fn stamped(kind: &str, response: &[u8]) -> Result<Vec<u8>, RaiseError<Infallible>> {
    let anchors = anchors(kind);
    let just_now = Time::new(2026, 11, 28, 11, 52, 0).unwrap();
    let validation = Validation::new(&anchors, just_now);
    let refused = of_kind(kind, "belt-hash.tsr");
    let mut answers = [("belt-hash.tsq", &refused[..]), ("sha-256.tsq", response)].into_iter();
    let signature = Cursor::new(of_kind(kind, "attached.p7s"));
    let mut raised = Vec::new();
    add_time_stamps(signature, &mut raised, &validation, |request| {
        let (expected, answer) = answers.next().unwrap();
        assert_eq!(request, of_kind(kind, expected), "{kind} {expected}");
        Ok(answer.to_vec())
    })?;
    Ok(raised)
}

#[test]
fn foreign_time_stamps_raise_foreign_signatures() {
    for kind in KINDS {
        let raised = stamped(kind, &of_kind(kind, "sha-256.tsr")).unwrap();
        let report = check_alone(kind, &raised, years_later());
        assert_eq!(report.verdict, Valid, "{kind}: {report:#?}");
        let signer = &report.signers[0];
        assert_eq!(signer.level, Some(SignatureLevel::T));
        let [stamp] = &signer.time_stamps[..] else {
            panic!("{kind}: {report:#?}");
        };
        assert_eq!(stamp.verdict, Valid);
        assert_eq!(stamp.policy.as_deref(), Some("1.3.6.1.4.1.13762.3"));
        assert_eq!(signer.proven_signing_time, stamp.time);
        let authority = &stamp.chain[0].certificate.summary().subject;
        assert_eq!(*authority, format!("Foreign Time Stamps {kind}"));

        // To B-LT by the list, or by the responder, who tells of the signer only, and the list.
        for told in [
            &["root.crl"][..],
            &["signer-good-by-responder.ocsp-response", "root.crl"],
        ] {
            let mut more = Evidence::new();
            for name in told {
                add(&mut more, name, &of_kind(kind, name));
            }
            let anchors = anchors(kind);
            let validation = Validation {
                evidence: &more,
                ..Validation::new(&anchors, soon())
            };
            let mut kept = Vec::new();
            add_validation_data(Cursor::new(&raised), &mut kept, &validation).unwrap();
            let report = check(kind, &kept, &Evidence::new(), years_later());
            assert_eq!(report.verdict, Valid, "{kind} {told:?}: {report:#?}");
            assert_eq!(report.signers[0].level, Some(SignatureLevel::Lt));
        }
    }
}

#[test]
fn a_foreign_time_stamp_that_was_changed_is_not_taken() {
    for kind in KINDS {
        let mut response = of_kind(kind, "sha-256.tsr");
        *response.last_mut().unwrap() ^= 1;
        let Err(RaiseError::TimeStamp { reason, .. }) = stamped(kind, &response) else {
            panic!("{kind}: taken");
        };
        assert_eq!(reason, Reason::SigCryptoFailure, "{kind}");
    }
}
