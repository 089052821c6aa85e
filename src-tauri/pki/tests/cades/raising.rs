//! Signatures that get more later: other signers, time stamps, validation data.

use std::{convert::Infallible, io::Cursor};

use kabinet_pki::{
    Evidence, Ignorance, RaiseError, Reason, Report, RevocationChecking, RevocationStatus,
    SignError, SignatureLevel, Time, TrustAnchors, TspError, Validation, Verdict, add_signature,
    add_time_stamps, add_validation_data, content, sign_attached, sign_detached, verify,
};
use kabinet_stb::bign::Level;

use super::{
    authority::{Identity, Spec, algorithm, now},
    message::{CONTENT, Message},
    negative::World,
    services::{
        List, Response, answer, as_choice, granted, responder_spec, sequence, signature_stamps,
        stamp, stamper_spec,
    },
};

fn add(signature: &[u8], content: Option<&[u8]>, signer: &mut Identity) -> Vec<u8> {
    try_to_add(signature, content, signer).unwrap()
}

fn try_to_add(
    signature: &[u8],
    mut content: Option<&[u8]>,
    signer: &mut Identity,
) -> Result<Vec<u8>, SignError<Infallible>> {
    let content = content
        .as_mut()
        .map(|content| content as &mut dyn std::io::Read);
    let mut output = Vec::new();
    add_signature(Cursor::new(signature), content, &mut output, signer, now())?;
    Ok(output)
}

fn check(signature: &[u8], mut content: Option<&[u8]>, validation: &Validation<'_>) -> Report {
    let content = content
        .as_mut()
        .map(|content| content as &mut dyn std::io::Read);
    verify(Cursor::new(signature), content, validation).unwrap()
}

/// Raises to B-T by the world's stamper.
fn stamped(
    world: &World,
    signature: &[u8],
    anchors: &TrustAnchors,
) -> Result<(Vec<u8>, usize), RaiseError<Infallible>> {
    let mut asked = 0;
    let mut output = Vec::new();
    let validation = Validation::new(anchors, now());
    add_time_stamps(
        Cursor::new(signature),
        &mut output,
        &validation,
        |request| {
            asked += 1;
            Ok(granted(&answer(
                &world.stamper,
                &world.root,
                request,
                "20261123115900Z",
            )))
        },
    )?;
    Ok((output, asked))
}

fn holds(outer: &[u8], inner: &[u8]) -> bool {
    outer.windows(inner.len()).any(|octets| octets == inner)
}

#[test]
fn several_sign_one_after_another() {
    for is_attached in [true, false] {
        let mut world = World::new();
        let anchors = world.root.anchors();
        let beside = (!is_attached).then_some(CONTENT);
        let mut signature = match is_attached {
            true => sign_attached(CONTENT, &mut world.person, now()).unwrap(),
            false => sign_detached(CONTENT, &mut world.person, now()).unwrap(),
        };
        for name in ["Second signer", "Third one", "Fourth"] {
            let mut signer = world.root.issue(&Spec::person(name));
            let more = add(&signature, beside, &mut signer);
            assert!(more.len() > signature.len());
            signature = more;
        }
        let report = check(&signature, beside, &Validation::new(&anchors, now()));
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        assert_eq!(report.signers.len(), 4);
        assert!(holds(&signature, &world.person.certificate));
        if is_attached {
            assert_eq!(content(&signature).unwrap(), CONTENT);
        }
    }
}

#[test]
fn one_of_another_level_joins() {
    let mut world = World::new();
    let strong = Identity::root(&Spec {
        level: Level::L256,
        ..Spec::authority("Strong Root")
    });
    let mut signer = strong.issue(&Spec {
        level: Level::L192,
        ..Spec::person("Strong")
    });
    let signature = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let both = add(&signature, None, &mut signer);
    let mut anchors = world.root.anchors();
    anchors.add(&strong.certificate).unwrap();
    let report = check(&both, None, &Validation::new(&anchors, now()));
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
}

#[test]
fn a_file_of_others_keeps_its_octets() {
    for level in ["128", "192", "256"] {
        let World {
            root, mut person, ..
        } = World::new();
        let theirs = super::peers::of_level(level, "two-signers.p7s");
        let both = add(&theirs, None, &mut person);
        for name in ["adam.cer", "tadeusz.cer", "ca.cer"] {
            assert!(holds(&both, &super::peers::of_level(level, name)), "{name}");
        }
        let mut anchors = root.anchors();
        anchors
            .add(&super::peers::of_level(level, "root.cer"))
            .unwrap();
        let at = Time::new(2026, 11, 27, 12, 0, 0).unwrap();
        let report = check(&both, None, &Validation::new(&anchors, at));
        assert_eq!(report.verdict, Verdict::Valid, "{level}: {report:#?}");
        assert_eq!(report.signers.len(), 3);
        // The parts of the signers are there octet by octet.
        let infos = |file: &[u8]| {
            let (outer, _) = kabinet_stb::tlv::read(file).unwrap();
            let fields = kabinet_stb::tlv::children(outer.value).unwrap();
            let (data, _) = kabinet_stb::tlv::read(fields[1].value).unwrap();
            let fields = kabinet_stb::tlv::children(data.value).unwrap();
            let members = kabinet_stb::tlv::children(fields.last().unwrap().value).unwrap();
            let members = members.iter().map(|one| one.raw.to_vec());
            members.collect::<Vec<_>>()
        };
        assert!(
            infos(&theirs)
                .iter()
                .all(|info| infos(&both).contains(info))
        );
    }
}

/// Where nothing tells what the others signed, content beside it could be any.
#[test]
fn nobody_signs_beside_what_cannot_be_compared() {
    const MD5: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 5];
    let world = World::new();
    let mut other = world.root.issue(&Spec::person("Other"));
    let mut message = world.message();
    message.digest_algorithm = algorithm(MD5);
    message.listed_digest = algorithm(MD5);
    let attached = message.sign(&world.person.key);
    try_to_add(&attached, None, &mut other).unwrap();
    message.content = None;
    let detached = message.sign(&world.person.key);
    let refused = try_to_add(&detached, Some(CONTENT), &mut other);
    assert!(matches!(refused, Err(SignError::Unread(_))));
}

#[test]
fn nobody_signs_another_content_unawares() {
    let mut world = World::new();
    let mut other = world.root.issue(&Spec::person("Other"));
    let detached = sign_detached(CONTENT, &mut world.person, now()).unwrap();
    let refusal = |content| {
        try_to_add(
            &detached,
            content,
            &mut world.root.issue(&Spec::person("Other")),
        )
        .err()
    };
    assert!(matches!(refusal(None), Some(SignError::Detached)));
    let another = refusal(Some(b"Another content."));
    assert!(matches!(another, Some(SignError::OtherContent)));
    let attached = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let another = try_to_add(&attached, Some(b"Another content."), &mut other);
    assert!(matches!(another, Err(SignError::OtherContent)));
    let nothing = try_to_add(b"nothing", None, &mut other);
    assert!(matches!(nothing, Err(SignError::Format(_))));
    let message = Message::of(&world.person, "Test Root");
    let mut infos = Vec::new();
    for number in 0..16 {
        let mut message = Message::of(&world.person, "Test Root");
        message.attributes()[2] = super::message::signing_time(&format!("2611231200{number:02}Z"));
        infos.push(message.signer_info(&world.person.key));
    }
    infos.sort();
    let many = try_to_add(&message.wrap(&infos.concat()), None, &mut other);
    assert!(matches!(many, Err(SignError::TooManySigners)));
}

#[test]
fn levels_one_after_another() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let mut second = world.root.issue(&Spec::person("Second signer"));
    let plain = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let level = |signature: &[u8], evidence: &Evidence| {
        let validation = Validation {
            evidence,
            revocation: RevocationChecking::WhereKnown,
            ..Validation::new(&anchors, now())
        };
        let report = check(signature, None, &validation);
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let levels = report.signers.iter().map(|one| one.level.unwrap());
        levels.collect::<Vec<_>>()
    };
    let nothing = Evidence::new();
    assert_eq!(level(&plain, &nothing), [SignatureLevel::B]);

    let (raised, asked) = stamped(&world, &plain, &anchors).unwrap();
    assert_eq!(asked, 1);
    assert_eq!(level(&raised, &nothing), [SignatureLevel::T]);
    // What has a time stamp gets no second one; who signs later gets the first.
    assert_eq!(
        stamped(&world, &raised, &anchors).unwrap(),
        (raised.clone(), 0)
    );
    let both = add(&raised, None, &mut second);
    let mut mixed = level(&both, &nothing);
    mixed.sort();
    assert_eq!(mixed, [SignatureLevel::B, SignatureLevel::T]);
    let (both, asked) = stamped(&world, &both, &anchors).unwrap();
    assert_eq!(asked, 1);
    assert_eq!(level(&both, &nothing), [SignatureLevel::T; 2]);

    let kept = |evidence: &Evidence| {
        let validation = Validation {
            evidence,
            ..Validation::new(&anchors, now())
        };
        let mut output = Vec::new();
        add_validation_data(Cursor::new(&both), &mut output, &validation).map(|()| output)
    };
    let unknown = kept(&nothing);
    assert!(matches!(
        unknown,
        Err(RaiseError::Chain {
            reason: Reason::TryLater,
            ..
        } | RaiseError::TimeStamp {
            reason: Reason::TryLater,
            ..
        })
    ));
    let mut evidence = Evidence::new();
    for subject in [world.person.name, "Second signer", world.stamper.name] {
        let response = Response::good(&world.root, &world.responder, subject).sign();
        evidence.add_ocsp_response(&response).unwrap();
    }
    let by_responses = kept(&evidence).unwrap();
    assert_eq!(level(&by_responses, &nothing), [SignatureLevel::Lt; 2]);
    let mut evidence = Evidence::new();
    evidence
        .add_revocation_list(&List::of(&world.root).sign())
        .unwrap();
    let by_list = kept(&evidence).unwrap();
    assert_eq!(level(&by_list, &nothing), [SignatureLevel::Lt; 2]);
    // One list serves all, and is there once.
    let list = List::of(&world.root).sign();
    let count = by_list
        .windows(list.len())
        .filter(|octets| *octets == list)
        .count();
    assert_eq!(count, 1);
    // With what it carries it needs nobody any more.
    let strictly = Validation {
        revocation: RevocationChecking::Required,
        ..Validation::new(&anchors, now())
    };
    assert_eq!(check(&by_list, None, &strictly).verdict, Verdict::Valid);
    assert_eq!(content(&by_list).unwrap(), CONTENT);
}

/// What a signature carries already counts only with the certificate of whoever answered.
#[test]
fn a_response_that_lacks_its_responder() {
    let world = World::new();
    let anchors = world.root.anchors();
    let by_key = |subject| Response {
        by_key: true,
        is_bare: true,
        ..Response::good(&world.root, &world.responder, subject)
    };
    let mut message = world.message();
    message.revocations = vec![as_choice(&by_key(world.person.name).sign())];
    let plain = message.sign(&world.person.key);
    let (raised, _) = stamped(&world, &plain, &anchors).unwrap();
    let mut evidence = Evidence::new();
    evidence
        .add_ocsp_response(&by_key(world.stamper.name).sign())
        .unwrap();
    let kept = |evidence: &Evidence| {
        let validation = Validation {
            evidence,
            ..Validation::new(&anchors, now())
        };
        let mut output = Vec::new();
        add_validation_data(Cursor::new(&raised), &mut output, &validation).map(|()| output)
    };
    assert!(kept(&evidence).is_err());
    evidence
        .add_certificate(&world.responder.certificate)
        .unwrap();
    let lasting = kept(&evidence).unwrap();
    assert!(holds(&lasting, &world.responder.certificate));
    let level = |signature: &[u8], evidence: &Evidence| {
        let validation = Validation {
            evidence,
            revocation: RevocationChecking::Required,
            ..Validation::new(&anchors, now())
        };
        let report = check(signature, None, &validation);
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        report.signers[0].level.unwrap()
    };
    assert_eq!(level(&lasting, &Evidence::new()), SignatureLevel::Lt);
    // Both answers without who gave them: what is at hand beside a file is not in it.
    let mut bare = world.message();
    let value = bare.signature(&world.person.key);
    let token = stamp(&world.stamper, &world.root, &value, "20261123115900Z");
    bare.unsigned = signature_stamps(&[token]);
    bare.certificates.push(world.stamper.certificate.clone());
    bare.revocations = [world.person.name, world.stamper.name]
        .map(|subject| as_choice(&by_key(subject).sign()))
        .to_vec();
    let bare = bare.sign(&world.person.key);
    assert_eq!(level(&bare, &evidence), SignatureLevel::T);
}

/// How a file of the level B-LT stands in June 2035, with nothing but what it carries. The person's
/// certificate has ended then.
fn in_later_years(
    stamper_ends: &'static str,
    responder_ends: &'static str,
    by_list: bool,
) -> Report {
    let root = Identity::root(&Spec::authority("Test Root"));
    let world = World {
        person: root.issue(&Spec::person("ADAM MITSKEVICH")),
        stamper: root.issue(&Spec {
            not_after: stamper_ends,
            ..stamper_spec("Stamper")
        }),
        responder: root.issue(&Spec {
            not_after: responder_ends,
            ..responder_spec("Responder")
        }),
        root,
    };
    let anchors = world.root.anchors();
    let (raised, _) = stamped(&world, &world.signed(), &anchors).unwrap();
    let mut evidence = Evidence::new();
    if by_list {
        let list = List::of(&world.root).sign();
        evidence.add_revocation_list(&list).unwrap();
    } else {
        for subject in [world.person.name, world.stamper.name] {
            let response = Response::good(&world.root, &world.responder, subject).sign();
            evidence.add_ocsp_response(&response).unwrap();
        }
    }
    let validation = Validation {
        evidence: &evidence,
        ..Validation::new(&anchors, now())
    };
    let mut lasting = Vec::new();
    add_validation_data(Cursor::new(&raised), &mut lasting, &validation).unwrap();
    let later = Time::new(2035, 6, 1, 12, 0, 0).unwrap();
    check(&lasting, None, &Validation::new(&anchors, later))
}

#[test]
fn validation_data_lasts_past_the_signers_end() {
    let report = in_later_years("391231235959Z", "391231235959Z", false);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signers[0].level, Some(SignatureLevel::Lt));
    assert!(matches!(
        report.signers[0].chain[0].status,
        RevocationStatus::NotRevoked { .. }
    ));
}

/// What a responder said counts up to the end of its certificate, a list up to that of the issuer's.
#[test]
fn validation_data_lasts_up_to_the_responders_end() {
    let report = in_later_years("391231235959Z", "341231235959Z", false);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signers[0].level, Some(SignatureLevel::T));
    let unknown = RevocationStatus::Unknown(Ignorance::NoInformation);
    assert_eq!(report.signers[0].chain[0].status, unknown);
    let report = in_later_years("391231235959Z", "341231235959Z", true);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signers[0].level, Some(SignatureLevel::Lt));
}

#[test]
fn validation_data_lasts_up_to_the_stampers_end() {
    let report = in_later_years("341231235959Z", "391231235959Z", true);
    let undecided = Verdict::CannotTell(Reason::OutOfBoundsNoPoe);
    assert_eq!(report.verdict, undecided, "{report:#?}");
    assert_eq!(report.signers[0].level, Some(SignatureLevel::B));
}

/// The earliest time stamp is the one that has to last, wherever it stands.
#[test]
fn the_earliest_of_two_time_stamps_lasts() {
    let world = World::new();
    let anchors = world.root.anchors();
    // The token of a longer name comes later in the set.
    let early = world.root.issue(&stamper_spec("Stamper with a long name"));
    let late = world.root.issue(&stamper_spec("Late"));
    let mut message = world.message();
    let value = message.signature(&world.person.key);
    let tokens = [
        stamp(&late, &world.root, &value, "20261123115700Z"),
        stamp(&early, &world.root, &value, "20261123115500Z"),
    ];
    assert!(tokens.is_sorted());
    message.unsigned = signature_stamps(&tokens);
    let raised = message.sign(&world.person.key);
    // In between the signer is revoked.
    let mut evidence = Evidence::new();
    let revoked = Response::good(&world.root, &world.responder, world.person.name);
    let revoked = revoked.revoked("20261123115600Z", 4).sign();
    evidence.add_ocsp_response(&revoked).unwrap();
    for name in [early.name, late.name] {
        let response = Response::good(&world.root, &world.responder, name).sign();
        evidence.add_ocsp_response(&response).unwrap();
    }
    let validation = Validation {
        evidence: &evidence,
        ..Validation::new(&anchors, now())
    };
    let mut lasting = Vec::new();
    add_validation_data(Cursor::new(&raised), &mut lasting, &validation).unwrap();
    let strictly = Validation {
        revocation: RevocationChecking::Required,
        ..Validation::new(&anchors, now())
    };
    let report = check(&lasting, None, &strictly);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.signers[0].level, Some(SignatureLevel::Lt));
}

#[test]
fn validation_data_of_a_chain_that_does_not_hold() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let plain = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let (raised, _) = stamped(&world, &plain, &anchors).unwrap();
    let list = List::of(&world.root).revoking(world.person.name, "261101000000Z", 1);
    let mut evidence = Evidence::new();
    evidence.add_revocation_list(&list.sign()).unwrap();
    let validation = Validation {
        evidence: &evidence,
        ..Validation::new(&anchors, now())
    };
    let mut output = Vec::new();
    let refused = add_validation_data(Cursor::new(&raised), &mut output, &validation);
    assert!(matches!(
        refused,
        Err(RaiseError::Chain {
            reason: Reason::RevokedNoPoe,
            ..
        })
    ));
    assert!(output.is_empty());
}

#[test]
fn validation_data_needs_a_time_stamp() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let plain = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let mut evidence = Evidence::new();
    evidence
        .add_revocation_list(&List::of(&world.root).sign())
        .unwrap();
    let validation = Validation {
        evidence: &evidence,
        ..Validation::new(&anchors, now())
    };
    let mut output = Vec::new();
    let refused = add_validation_data(Cursor::new(&plain), &mut output, &validation);
    assert!(matches!(refused, Err(RaiseError::NoTimeStamp)));
    assert!(output.is_empty());
}

/// Requests have no nonce, so only its time tells an answer from an older one.
#[test]
fn a_time_stamp_of_minutes_ago() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let plain = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let raise = |time: &str| {
        let validation = Validation::new(&anchors, now());
        add_time_stamps(Cursor::new(&plain), Vec::new(), &validation, |request| {
            Ok::<_, Infallible>(granted(&answer(&world.stamper, &world.root, request, time)))
        })
    };
    raise("20261123115500Z").unwrap();
    assert!(matches!(
        raise("20261123115459Z"),
        Err(RaiseError::Response(TspError::NotFresh))
    ));
}

#[test]
fn the_policy_of_a_time_stamp_is_told() {
    let world = World::new();
    let mut message = world.message();
    let value = message.signature(&world.person.key);
    let honest = super::services::stamp_info(&value, "20261123115900Z", &[]);
    let place = honest.windows(3).position(|three| three == [0x4E, 2, 0x1F]);
    let mut other = honest.clone();
    other[place.unwrap() + 2] = 0x7F;
    let stamps = [honest, other].map(|info| {
        super::services::stamp_message(&world.stamper, &world.root, &info).sign(&world.stamper.key)
    });
    message.unsigned = signature_stamps(&stamps);
    let signature = message.sign(&world.person.key);
    let anchors = world.root.anchors();
    let report = check(&signature, None, &Validation::new(&anchors, now()));
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let stamps = report.signers[0].time_stamps.iter();
    let policies: Vec<_> = stamps.map(|one| one.policy.as_deref().unwrap()).collect();
    let expected = [
        "1.2.112.0.2.0.34.101.78.2.31",
        "1.2.112.0.2.0.34.101.78.2.127",
    ];
    assert_eq!(policies, expected);
}

#[test]
fn time_stamps_that_are_not_taken() {
    let mut world = World::new();
    let anchors = world.root.anchors();
    let plain = sign_attached(CONTENT, &mut world.person, now()).unwrap();
    let raise = |response: Vec<u8>| {
        let validation = Validation::new(&anchors, now());
        let mut output = Vec::new();
        let outcome = add_time_stamps(Cursor::new(&plain), &mut output, &validation, |_| {
            Ok::<_, Infallible>(response.clone())
        });
        assert!(output.is_empty());
        outcome.unwrap_err()
    };
    let other = stamp(&world.stamper, &world.root, b"else", "20261123115900Z");
    assert!(matches!(
        raise(granted(&other)),
        RaiseError::Response(TspError::OtherImprint)
    ));
    let waiting = sequence(&[&sequence(&[&[2, 1, 3]])]);
    assert!(matches!(
        raise(waiting),
        RaiseError::Response(TspError::Waiting)
    ));
    let contradiction = sequence(&[&sequence(&[&[2, 1, 2]]), &other]);
    for octets in [contradiction, Vec::new(), vec![0x30, 0x80], granted(&[])] {
        assert!(matches!(
            raise(octets),
            RaiseError::Response(TspError::Format(_))
        ));
    }
    // One whose authority nobody vouches for.
    let stranger_root = Identity::root(&Spec::authority("Other Root"));
    world.stamper = stranger_root.issue(&stamper_spec("Stamper"));
    world.root = stranger_root;
    assert!(matches!(
        stamped(&world, &plain, &anchors),
        Err(RaiseError::TimeStamp {
            reason: Reason::NoCertificateChainFound,
            ..
        })
    ));
    // And no answer at all.
    let validation = Validation::new(&anchors, now());
    let silent = add_time_stamps(Cursor::new(&plain), Vec::new(), &validation, |_| {
        Err("silence")
    });
    assert!(matches!(silent, Err(RaiseError::Authority("silence"))));
}
