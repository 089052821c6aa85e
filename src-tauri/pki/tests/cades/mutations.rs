//! Files of the other implementation with one octet changed, or cut off: nothing that they say counts
//! any more.

use std::{convert::Infallible, io::Cursor};

use kabinet_pki::{
    Evidence, RevocationList, RevocationStatus, Time, TrustAnchors, Validation, Verdict,
    add_time_stamps, content, ocsp::OcspResponse, verify,
};

use super::peers::of_level;

fn anchors() -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add(&of_level("128", "root.cer")).unwrap();
    anchors
}

fn at() -> Time {
    Time::new(2026, 11, 27, 9, 25, 0).unwrap()
}

/// Each octet changed in its first and in its last bit.
fn mutations(octets: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..octets.len()).flat_map(move |index| {
        [0x01, 0x80].map(|mask| {
            let mut changed = octets.to_vec();
            changed[index] ^= mask;
            (index, changed)
        })
    })
}

/// Whether somebody was revoked by the evidence.
fn revokes(signature: &[u8], evidence: &Evidence) -> bool {
    let anchors = anchors();
    let validation = Validation {
        evidence,
        ..Validation::new(&anchors, at())
    };
    let report = verify(Cursor::new(signature), None, &validation).unwrap();
    let mut members = report.signers.iter().flat_map(|signer| &signer.chain);
    members.any(|member| matches!(member.status, RevocationStatus::Revoked { .. }))
}

#[test]
fn lists() {
    let signature = of_level("128", "two-signers.p7s");
    let list = of_level("128", "ca.crl");
    let mut evidence = Evidence::new();
    evidence.add_revocation_list(&list).unwrap();
    assert!(revokes(&signature, &evidence));
    for (index, changed) in mutations(&list) {
        let mut evidence = Evidence::new();
        if evidence.add_revocation_list(&changed).is_ok() {
            assert!(!revokes(&signature, &evidence), "octet {index}");
        }
    }
    for length in 0..list.len() {
        assert!(RevocationList::from_der(&list[..length]).is_err());
    }
    assert!(RevocationList::from_der(&[&list[..], &[0]].concat()).is_err());
}

#[test]
fn responses() {
    let signature = of_level("128", "two-signers.p7s");
    let response = of_level("128", "tadeusz-revoked.ocsp-response");
    let mut evidence = Evidence::new();
    evidence.add_ocsp_response(&response).unwrap();
    assert!(revokes(&signature, &evidence));
    for (index, changed) in mutations(&response) {
        let mut evidence = Evidence::new();
        if evidence.add_ocsp_response(&changed).is_ok() {
            assert!(!revokes(&signature, &evidence), "octet {index}");
        }
    }
    for length in 0..response.len() {
        assert!(OcspResponse::from_der(&response[..length]).is_err());
    }
    assert!(OcspResponse::from_der(&[&response[..], &[0]].concat()).is_err());
}

#[test]
fn time_stamps() {
    let signature = of_level("128", "attached.p7s");
    let response = of_level("128", "signature.tsr");
    let anchors = anchors();
    let validation = Validation::new(&anchors, at());
    let is_taken = |octets: &[u8]| {
        let answer = |_: &[u8]| Ok::<_, Infallible>(octets.to_vec());
        add_time_stamps(Cursor::new(&signature), Vec::new(), &validation, answer).is_ok()
    };
    assert!(is_taken(&response));
    // PKIStatus is not signed: granted with modifications is granted.
    let status = response.windows(3).position(|three| three == [2, 1, 0]);
    let status = status.unwrap() + 2;
    for (index, changed) in mutations(&response).filter(|(index, _)| *index != status) {
        assert!(!is_taken(&changed), "octet {index}");
    }
    for length in 0..response.len() {
        assert!(!is_taken(&response[..length]));
    }
}

#[test]
fn a_signature_that_lasts() {
    let signature = of_level("128", "accepted-lt.p7s");
    let anchors = anchors();
    let validation = Validation::new(&anchors, at());
    let check = |octets: &[u8]| verify(Cursor::new(octets), None, &validation).unwrap();
    let honest = check(&signature);
    assert_eq!(honest.verdict, Verdict::Valid);
    let told = &honest.signers[0];
    // Some octets only: each change is a whole check.
    for (index, changed) in mutations(&signature).step_by(11) {
        let report = check(&changed);
        if report.verdict != Verdict::Valid {
            continue;
        }
        // What lies beside the signed octets may break without harm; but nobody else signed, nothing
        // else, at no other time.
        let signer = &report.signers[0];
        assert_eq!(signer.certificate, told.certificate, "octet {index}");
        assert_eq!(content(&changed), content(&signature), "octet {index}");
        let proven = signer.proven_signing_time;
        let is_same = proven.is_none() || proven == told.proven_signing_time;
        assert!(is_same, "octet {index}");
        assert!(signer.level <= told.level, "octet {index}");
    }
}
