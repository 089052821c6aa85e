//! Time stamps by clocks and authorities that are not quite as expected.

use std::{cell::RefCell, convert::Infallible, io::Cursor};

use kabinet_pki::{
    RaiseError, Reason, SignError, SignatureLevel, TspError, TspFailure, Validation, Verdict,
    add_signature, add_time_stamps, sign_attached, survey, verify,
};
use kabinet_stb::{oid, tlv::encode};

use super::{
    authority::now,
    message::CONTENT,
    negative::World,
    peers::fixture,
    services::{answer, content_stamp, granted, sequence, stamp},
};

const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

fn names(request: &[u8], oid: &[u8]) -> bool {
    let identifier = encode(0x06, oid);
    let mut places = request.windows(identifier.len());
    places.any(|octets| octets == identifier)
}

/// A TimeStampResp that refuses the hash function.
fn bad_algorithm() -> Vec<u8> {
    sequence(&[&sequence(&[&[2, 1, 2], &[3, 2, 7, 0x80]])])
}

/// Where the content is not looked at, a stamp of it still has its chain: somebody is asked about that.
#[test]
fn a_stamp_of_content_that_is_not_looked_at() {
    let world = World::new();
    let anchors = world.root.anchors();
    let validation = Validation::new(&anchors, now());
    let stamped_over = |over: &[u8]| {
        let mut message = world.message();
        let token = stamp(&world.stamper, &world.root, over, "20261123110000Z");
        message.attributes().push(content_stamp(&token));
        message.sign(&world.person.key)
    };
    let surveyed = survey(Cursor::new(stamped_over(CONTENT)), &validation).unwrap();
    assert_eq!(surveyed.signers[0].time_stamps[0].chain.len(), 2);
    let another = stamped_over(b"Another content.");
    let verified = verify(Cursor::new(&another), None, &validation).unwrap();
    let found = &verified.signers[0].time_stamps[0];
    assert_eq!(found.verdict.reason(), Some(Reason::HashFailure));
}

/// The authority's clock is ahead of this one by minutes at most, and its stamp counts.
#[test]
fn an_authority_whose_clock_is_ahead() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let plain = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let raise = |time: &str| {
        let validation = Validation::new(&anchors, now());
        let mut output = Vec::new();
        add_time_stamps(Cursor::new(&plain), &mut output, &validation, |request| {
            Ok::<_, Infallible>(granted(&answer(&world.stamper, &world.root, request, time)))
        })
        .map(|()| output)
    };
    let raised = raise("20261123120500Z").unwrap();
    let report = verify(
        Cursor::new(&raised),
        None,
        &Validation::new(&anchors, now()),
    );
    let report = report.unwrap();
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let signer = &report.signers[0];
    assert_eq!(signer.level, Some(SignatureLevel::T));
    let proven = signer.proven_signing_time.unwrap().to_string();
    assert_eq!(proven, "2026-11-23T12:05:00Z");
    assert!(matches!(
        raise("20261123120501Z"),
        Err(RaiseError::TimeStamp {
            reason: Reason::TimestampOrderFailure,
            ..
        })
    ));
}

/// An authority of the profile knows belt-hash and not SHA-256, one of elsewhere the other way round.
#[test]
fn a_signer_with_a_foreign_key_is_stamped() {
    let world = World::new();
    let mut anchors = world.root.anchors();
    anchors.add(&fixture("openssl/root-rsa.cer")).unwrap();
    let signature = fixture("openssl/attached-rsa.p7s");
    let validation = Validation::new(&anchors, now());
    let raise = |known: &[&[u8]]| {
        let asked = RefCell::new(Vec::new());
        let outcome = add_time_stamps(
            Cursor::new(&signature),
            Vec::new(),
            &validation,
            |request| {
                asked.borrow_mut().push(request.to_vec());
                let is_known = known.iter().any(|oid| names(request, oid));
                // The stamps of these tests are over belt-hash.
                let response = if is_known && names(request, oid::BELT_HASH) {
                    granted(&answer(
                        &world.stamper,
                        &world.root,
                        request,
                        "20261123115900Z",
                    ))
                } else {
                    bad_algorithm()
                };
                Ok::<_, Infallible>(response)
            },
        );
        (outcome, asked.into_inner())
    };
    let (outcome, asked) = raise(&[oid::BELT_HASH]);
    outcome.unwrap();
    assert_eq!(asked.len(), 1);
    assert!(names(&asked[0], oid::BELT_HASH));
    let (outcome, asked) = raise(&[]);
    let refused = TspError::Refused(Some(TspFailure::BadAlgorithm));
    assert!(matches!(outcome, Err(RaiseError::Response(error)) if error == refused));
    assert_eq!(asked.len(), 2);
    assert!(names(&asked[0], oid::BELT_HASH) && names(&asked[1], SHA256));
}

/// Our own keys are asked for by their hash function alone.
#[test]
fn a_signer_of_the_profile_is_not_asked_for_twice() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let plain = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let mut asked = 0;
    let validation = Validation::new(&anchors, now());
    let outcome = add_time_stamps(Cursor::new(&plain), Vec::new(), &validation, |_| {
        asked += 1;
        Ok::<_, Infallible>(bad_algorithm())
    });
    let refused = TspError::Refused(Some(TspFailure::BadAlgorithm));
    assert!(matches!(outcome, Err(RaiseError::Response(error)) if error == refused));
    assert_eq!(asked, 1);
}

/// What is only not read here is told from what is no signature, also where more is to be added to it.
#[test]
fn nothing_is_added_to_what_is_not_read() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let signature = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let open = [&[0x30, 0x80], &signature[4..], &[0, 0]].concat();
    let cut = &signature[..signature.len() - 1];
    let validation = Validation::new(&anchors, now());
    let mut raise = |octets: &[u8]| {
        let ask = |_: &[u8]| Err::<Vec<u8>, _>("asked");
        let raised = add_time_stamps(Cursor::new(octets), Vec::new(), &validation, ask);
        let added = add_signature(
            Cursor::new(octets),
            None,
            Vec::new(),
            &mut world.person,
            now(),
        );
        (raised.unwrap_err(), added.unwrap_err())
    };
    let unread = raise(&open);
    assert!(
        matches!(unread, (RaiseError::Unread(_), SignError::Unread(_))),
        "{unread:?}"
    );
    let malformed = raise(cut);
    assert!(
        matches!(malformed, (RaiseError::Format(_), SignError::Format(_))),
        "{malformed:?}"
    );
}
