//! What services answer: revocation lists, OCSP responses, time stamps. Whatever they are, nobody is
//! revoked and nothing is stamped by octets that were made up; the kept genuine ones tell of others.

use std::convert::Infallible;
use std::io::Cursor;

use kabinet_pki::ocsp::OcspResponse;
use kabinet_pki::{
    Evidence, RevocationList, RevocationStatus, Time, TrustAnchors, Validation, Verdict,
    add_time_stamps, verify,
};

const ROOT: &[u8] =
    include_bytes!("../../../src-tauri/pki/tests/fixtures/bee2evp/level-128/root.cer");
const SIGNATURE: &[u8] =
    include_bytes!("../../../src-tauri/pki/tests/fixtures/bee2evp/level-128/attached.p7s");

fn anchors() -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add(ROOT).unwrap();
    anchors
}

/// When the genuine files, the time stamp too, were fresh.
fn at() -> Time {
    Time::new(2026, 11, 27, 9, 25, 0).unwrap()
}

/// The signer, whom nobody revoked, stays so.
fn assert_not_revoked(evidence: &Evidence) {
    let anchors = anchors();
    let validation = Validation {
        evidence,
        ..Validation::new(&anchors, at())
    };
    let report = verify(Cursor::new(SIGNATURE), None, &validation).unwrap();
    assert_eq!(report.verdict, Verdict::Valid);
    let chain = &report.signers[0].chain;
    let is_revoked = |status| matches!(status, RevocationStatus::Revoked { .. });
    assert!(!chain.iter().any(|member| is_revoked(member.status)));
}

pub(crate) fn revocation_list(octets: &[u8]) {
    let Ok(list) = RevocationList::from_der(octets) else {
        return;
    };
    assert!(list.der() == octets);
    let mut evidence = Evidence::new();
    evidence.add_revocation_list(octets).unwrap();
    assert_not_revoked(&evidence);
}

pub(crate) fn ocsp_response(octets: &[u8]) {
    let Ok(response) = OcspResponse::from_der(octets) else {
        return;
    };
    assert!(response.der() == octets);
    let mut evidence = Evidence::new();
    evidence.add_ocsp_response(octets).unwrap();
    assert_not_revoked(&evidence);
}

/// A TimeStampResp. Only the one that is kept as a fixture is over this signature.
pub(crate) fn time_stamp(octets: &[u8]) {
    const GENUINE: &[u8] =
        include_bytes!("../../../src-tauri/pki/tests/fixtures/bee2evp/level-128/signature.tsr");
    let anchors = anchors();
    let mut raised = Vec::new();
    let validation = Validation::new(&anchors, at());
    let outcome = add_time_stamps(Cursor::new(SIGNATURE), &mut raised, &validation, |_| {
        Ok::<_, Infallible>(octets.to_vec())
    });
    if outcome.is_ok() {
        // What is around the signature value may be written in more than one way.
        let token = &GENUINE[GENUINE.len() - 48..];
        assert!(octets.windows(token.len()).any(|part| part == token));
    } else {
        assert!(raised.is_empty());
    }
}
