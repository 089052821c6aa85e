//! Certificates whose issuers are not at hand: what has to be fetched to find a chain.

use std::io::Cursor;

use kabinet_pki::certificate::Certificate;
use kabinet_pki::{
    Evidence, RevocationChecking, TrustAnchors, Validation, Verdict, check_certificate, survey,
    verify,
};

use super::{
    authority::{Identity, Spec, now},
    message::Message,
};

fn certificate(identity: &Identity) -> Certificate {
    Certificate::from_der(&identity.certificate).unwrap()
}

fn validation<'a>(anchors: &'a TrustAnchors, evidence: &'a Evidence) -> Validation<'a> {
    Validation {
        evidence,
        revocation: RevocationChecking::WhereKnown,
        ..Validation::new(anchors, now())
    }
}

#[test]
fn the_first_whose_issuer_is_missing_is_told_until_a_chain_is_there() {
    let root = Identity::root(&Spec::authority("Root"));
    let upper = root.issue(&Spec::authority("Upper"));
    let lower = upper.issue(&Spec::authority("Lower"));
    let person = lower.issue(&Spec::person("Person"));
    let signature = Message::of(&person, "Lower").sign(&person.key);
    let anchors = root.anchors();
    let mut evidence = Evidence::new();
    for (orphan, issuer) in [(&person, &lower), (&lower, &upper)] {
        let seen = survey(Cursor::new(&signature), &validation(&anchors, &evidence)).unwrap();
        assert_eq!(seen.signers[0].orphans, [certificate(orphan)]);
        assert_eq!(seen.signers[0].chain, []);
        let checked = check_certificate(&certificate(&person), &validation(&anchors, &evidence));
        assert_eq!(checked.orphans, [certificate(orphan)]);
        assert!(evidence.add_new_certificate(&certificate(issuer)));
        assert!(!evidence.add_new_certificate(&certificate(issuer)));
    }
    let report = verify(
        Cursor::new(&signature),
        None,
        &validation(&anchors, &evidence),
    )
    .unwrap();
    assert_eq!(report.verdict, Verdict::Valid);
    assert_eq!(
        (
            report.signers[0].chain.len(),
            &report.signers[0].orphans[..]
        ),
        (4, &[][..])
    );
}

#[test]
fn where_a_way_ends_at_a_root_that_nobody_trusts_nothing_is_missing() {
    let root = Identity::root(&Spec::authority("Root"));
    let strange = Identity::root(&Spec::authority("Strange Root"));
    let person = strange.issue(&Spec::person("Person"));
    let mut evidence = Evidence::new();
    evidence.add_certificate(&strange.certificate).unwrap();
    let anchors = root.anchors();
    let report = check_certificate(&certificate(&person), &validation(&anchors, &evidence));
    assert_ne!(report.verdict, Verdict::Valid);
    assert_eq!(report.orphans, []);
}
