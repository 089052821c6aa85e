//! Revocation, and what tells of it without the right to.

use kabinet_stb::tlv::encode;

use super::{Case, Expected, PASSED, REVOKED_NO_POE, ROOT, TRY_LATER, World, because, verdict};
use crate::{
    authority::{Identity, Spec},
    message::Message,
    services::{List, Response, extension, responder_spec, sequence, signature_stamps, stamp},
};

const LATER: &str = "INDETERMINATE/TRY_LATER";
const KEY_COMPROMISE: u8 = 1;
const HOLD: u8 = 6;
const SUBJECT: &str = "ADAM MITSKEVICH";
const DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1D, 0x1C];
const DELTA: &[u8] = &[0x55, 0x1D, 0x1B];
const UNKNOWN: &[u8] = &[0x2A, 3, 4];

pub fn cases() -> Vec<Case> {
    let world = World::new();
    let mut cases = lists(&world);
    cases.extend(impostors(&world));
    cases.extend(responses(&world));
    cases.extend(revoked_responders(&world));
    cases.extend(authorities(&world));
    cases.extend(proven(&world));
    cases
}

fn case(world: &World, name: &'static str, expected: Expected) -> Case {
    world.case(name, expected, world.signed())
}

fn lists(world: &World) -> Vec<Case> {
    let list = || List::of(&world.root);
    let revoked = || list().revoking(SUBJECT, "261101000000Z", KEY_COMPROMISE);
    let later = || list().revoking(SUBJECT, "261123180000Z", KEY_COMPROMISE);
    let held = List {
        this_update: "261122000000Z",
        ..list().revoking(SUBJECT, "261101000000Z", HOLD)
    };
    let earlier = List {
        this_update: "261101000000Z",
        next_update: Some("261231000000Z"),
        ..list()
    };
    let case = |name, expected| case(world, name, expected);
    vec![
        case("nothing is known", PASSED),
        case("nothing is known, strictly", TRY_LATER).strictly(),
        case("list without the certificate", PASSED)
            .strictly()
            .list(&list().sign()),
        case("revoked by a list", REVOKED_NO_POE).list(&revoked().sign()),
        case("revoked later than the check", PASSED)
            .strictly()
            .list(&later().sign()),
        case("revoked, and not in an older list", REVOKED_NO_POE)
            .list(&earlier.sign())
            .list(&revoked().sign()),
        case("revoked since earlier, by a newer list", REVOKED_NO_POE)
            .list(&revoked().sign())
            .list(
                &List {
                    this_update: "261122000000Z",
                    ..later()
                }
                .sign(),
            ),
        case("suspended", because(LATER, "a certificate is suspended")).list(&held.sign()),
        case("suspended and taken back", PASSED)
            .strictly()
            .list(&held.sign())
            .list(&list().sign()),
        case("list that has grown old", TRY_LATER)
            .strictly()
            .list(&list().sign())
            .at(2026, 12, 1),
        case("list without a next one", TRY_LATER).strictly().list(
            &List {
                next_update: None,
                ..list()
            }
            .sign(),
        ),
        case("list after the certificate's end", TRY_LATER)
            .strictly()
            .list(
                &List {
                    this_update: "350101000000Z",
                    next_update: Some("360101000000Z"),
                    ..list()
                }
                .sign(),
            ),
    ]
}

/// Lists that do not count, so that nothing is known.
fn impostors(world: &World) -> Vec<Case> {
    let list = || List::of(&world.root).revoking(SUBJECT, "261101000000Z", KEY_COMPROMISE);
    let other = Identity {
        name: ROOT,
        key: Identity::root(&Spec::authority("Impostor")).key,
        certificate: Vec::new(),
    };
    let mut flipped = list().sign();
    *flipped.last_mut().unwrap() ^= 1;
    let flag = |tag| sequence(&[&encode(tag, &[0xFF])]);
    let silent = |name, der: &[u8]| case(world, name, TRY_LATER).strictly().list(der);
    let mut cases = vec![
        silent(
            "list by another key",
            &List {
                issuer: &other,
                ..list()
            }
            .sign(),
        ),
        silent("changed list", &flipped),
        silent(
            "list of another authority",
            &List {
                issuer: &Identity::root(&Spec::authority("Other Root")),
                ..list()
            }
            .sign(),
        ),
        silent(
            "partial list",
            &list().with(extension(DELTA, true, &[2, 1, 6])).sign(),
        ),
        silent(
            "list of authorities only",
            &list()
                .with(extension(DISTRIBUTION_POINT, true, &flag(0x82)))
                .sign(),
        ),
        silent(
            "indirect list",
            &list()
                .with(extension(DISTRIBUTION_POINT, true, &flag(0x84)))
                .sign(),
        ),
        silent(
            "list with an unknown critical extension",
            &list().with(extension(UNKNOWN, true, &[5, 0])).sign(),
        ),
        case(world, "list of users only", REVOKED_NO_POE).list(
            &list()
                .with(extension(DISTRIBUTION_POINT, true, &flag(0x81)))
                .sign(),
        ),
    ];
    // The key usage of the authority forbids lists.
    let root = Identity::root(&Spec {
        key_usage: Some(0x04),
        ..Spec::authority(ROOT)
    });
    let person = root.issue(&Spec::person(SUBJECT));
    let signature = Message::of(&person, ROOT).sign(&person.key);
    let list = List::of(&root).sign();
    let forbidden = Case::new(
        "list by a key that is not for lists",
        TRY_LATER,
        signature,
        &root,
    );
    cases.push(forbidden.strictly().list(&list));
    cases
}

fn responses(world: &World) -> Vec<Case> {
    let good = || Response::good(&world.root, &world.responder, SUBJECT);
    let by = |responder| Response {
        responder,
        ..good()
    };
    let silent = |name, response: Response<'_>| {
        case(world, name, TRY_LATER)
            .strictly()
            .response(&response.sign())
    };
    let late = Response {
        this_update: "20261120000000Z",
        next_update: Some("20261121000000Z"),
        ..good()
    };
    let endless = || Response {
        this_update: "20261123060000Z",
        next_update: None,
        ..good()
    };
    let plain = world.root.issue(&Spec::person("Plain responder"));
    let stranger_root = Identity::root(&Spec::authority("Other Root"));
    let stranger = stranger_root.issue(&responder_spec("Stranger"));
    let old = world.root.issue(&Spec {
        not_after: "261122000000Z",
        ..responder_spec("Old responder")
    });
    let mut flipped = good().sign();
    *flipped.last_mut().unwrap() ^= 1;
    let passing = |name, response: Response<'_>| {
        case(world, name, PASSED)
            .strictly()
            .response(&response.sign())
    };
    vec![
        passing("good by a responder", good()),
        passing("good by the issuer", by(&world.root)),
        passing(
            "good by a key",
            Response {
                by_key: true,
                ..good()
            },
        ),
        case(world, "revoked by a response", REVOKED_NO_POE)
            .response(&good().revoked("20261101000000Z", KEY_COMPROMISE).sign()),
        case(
            world,
            "response without a next one, after a list that is good",
            PASSED,
        )
        .strictly()
        .response(&endless().sign())
        .list(&List::of(&world.root).sign()),
        case(
            world,
            "response without a next one, after a hold and a list that is good",
            TRY_LATER,
        )
        .strictly()
        .response(&endless().sign())
        .list(
            &List {
                this_update: "261122000000Z",
                next_update: Some("261231000000Z"),
                ..List::of(&world.root)
            }
            .sign(),
        )
        .list(
            &List::of(&world.root)
                .revoking(SUBJECT, "261101000000Z", HOLD)
                .sign(),
        ),
        case(
            world,
            "never issued",
            because(LATER, "a certificate was never issued"),
        )
        .response(&good().revoked("19700101000000Z", HOLD).sign()),
        case(
            world,
            "never issued, and not in a newer list",
            because(LATER, "a certificate was never issued"),
        )
        .response(&good().revoked("19700101000000Z", HOLD).sign())
        .list(
            &List {
                this_update: "261123000001Z",
                ..List::of(&world.root)
            }
            .sign(),
        ),
        case(world, "old good and new revoked", REVOKED_NO_POE)
            .response(&good().sign())
            .list(
                &List::of(&world.root)
                    .revoking(SUBJECT, "261101000000Z", 4)
                    .sign(),
            ),
        silent("response that has grown old", late),
        silent(
            "response without a next one",
            Response {
                next_update: None,
                ..good()
            },
        ),
        silent("response by a person", by(&plain)),
        silent("response by another authority's responder", by(&stranger)),
        silent("response by a responder after its end", by(&old)),
        silent(
            "responder who does not know",
            Response {
                status: encode(0x82, &[]),
                ..good()
            },
        ),
        silent(
            "response on another certificate",
            Response {
                subject: "Adam",
                ..good()
            },
        ),
        silent(
            "response on another issuer's key",
            Response {
                issuer_key: vec![1; 64],
                ..good()
            },
        ),
        silent(
            "response with an unknown critical extension",
            Response {
                extensions: vec![extension(UNKNOWN, true, &[5, 0])],
                ..good()
            },
        ),
        case(world, "changed response", TRY_LATER)
            .strictly()
            .response(&flipped),
    ]
}

/// A response that says "revoked" beside a list that names the responder alone: only an answer that
/// counts keeps the signature from passing.
fn revoked_responders(world: &World) -> Vec<Case> {
    const CESSATION: u8 = 5;
    const NOCHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 5];
    let excepted = world.root.issue(&Spec {
        more: vec![(NOCHECK, false, encode(0x05, &[]))],
        ..responder_spec("Excepted")
    });
    let with = |name, expected, responder: &Identity, at, reason| {
        let response = Response::good(&world.root, responder, SUBJECT);
        let list = List::of(&world.root).revoking(responder.name, at, reason);
        case(world, name, expected)
            .response(&response.revoked("20261101000000Z", CESSATION).sign())
            .list(&list.sign())
    };
    let responder = &world.responder;
    let own_answer = |answer: Response<'_>| {
        let response = Response::good(&world.root, responder, SUBJECT);
        case(world, "responder revoked by a response", PASSED)
            .response(&response.revoked("20261101000000Z", CESSATION).sign())
            .response(&answer.revoked("20261101000000Z", CESSATION).sign())
    };
    let of_responder = |by| Response::good(&world.root, by, "Responder");
    vec![
        with(
            "responder's key in other hands later",
            PASSED,
            responder,
            "261123180000Z",
            KEY_COMPROMISE,
        ),
        with(
            "responder that had ceased",
            PASSED,
            responder,
            "261122000000Z",
            CESSATION,
        ),
        with(
            "responder that ceased later",
            REVOKED_NO_POE,
            responder,
            "261123180000Z",
            CESSATION,
        ),
        with(
            "responder that is not to be checked",
            REVOKED_NO_POE,
            &excepted,
            "261122000000Z",
            KEY_COMPROMISE,
        ),
        own_answer(of_responder(&world.root)),
        Case {
            name: "responder that revokes itself",
            expected: REVOKED_NO_POE,
            ..own_answer(of_responder(responder))
        },
    ]
}

fn authorities(world: &World) -> Vec<Case> {
    let middle = world.root.issue(&Spec::authority("Middle"));
    let person = middle.issue(&Spec::person("Below"));
    let mut message = Message::of(&person, "Middle");
    message.certificates.push(middle.certificate.clone());
    let signature = message.sign(&person.key);
    let of = |name, expected| Case::new(name, expected, signature.clone(), &world.root);
    let of_root = List::of(&world.root);
    let of_middle = List::of(&middle);
    // The same authority certified a second time, under another number.
    let again = world.root.issue(&Spec {
        serial: vec![0x55],
        ..Spec::authority("Middle")
    });
    let mut twice = Message::of(&person, "Middle");
    let both = [middle.certificate.clone(), again.certificate];
    twice.certificates.extend(both);
    let revoked = List::of(&world.root).revoking("Middle", "261101000000Z", KEY_COMPROMISE);
    let mut cases = vec![
        of("all statuses are known", PASSED)
            .strictly()
            .list(&of_root.sign())
            .list(&of_middle.sign()),
        of("status of the authority is not known", TRY_LATER)
            .strictly()
            .list(&of_middle.sign()),
        of("status of the person is not known", TRY_LATER)
            .strictly()
            .list(&of_root.sign()),
        of(
            "revoked authority",
            verdict("INDETERMINATE/REVOKED_CA_NO_POE"),
        )
        .list(&revoked.sign()),
        Case::new(
            "revoked authority with another certificate",
            PASSED,
            twice.sign(&person.key),
            &world.root,
        )
        .list(&revoked.sign()),
    ];
    // So many lists that not all can be looked at.
    let mut many = world.message();
    let filler = List::of(&Identity {
        name: ROOT,
        key: Identity::root(&Spec::authority("Impostor")).key,
        certificate: Vec::new(),
    })
    .with(extension(UNKNOWN, false, &encode(0x04, &vec![0; 120_000])))
    .sign();
    many.revocations = vec![filler; 60];
    let mut circles = Vec::new();
    for number in 0..60 {
        let spec = Spec {
            serial: vec![1, number],
            ..Spec::authority(ROOT)
        };
        circles.push(Identity::root(&spec).certificate);
    }
    many.certificates.extend(circles);
    cases.push(world.case("lists that make work", PASSED, many.sign(&world.person.key)));
    cases
}

/// Revocation and what a time stamp proves.
fn proven(world: &World) -> Vec<Case> {
    let stamped_at = |time: &str| {
        let mut message = world.message();
        let value = message.signature(&world.person.key);
        let token = stamp(&world.stamper, &world.root, &value, time);
        message.unsigned = signature_stamps(&[token]);
        message.sign(&world.person.key)
    };
    let revoked = List::of(&world.root)
        .revoking(SUBJECT, "261120120000Z", KEY_COMPROMISE)
        .sign();
    let of = |name, expected, time| {
        world
            .case(name, expected, stamped_at(time))
            .list(&revoked)
            .strictly()
    };
    vec![
        of("revoked after the time stamp", PASSED, "20261120115959Z"),
        of(
            "revoked at the time stamp",
            REVOKED_NO_POE,
            "20261120120000Z",
        ),
        of(
            "revoked before the time stamp",
            REVOKED_NO_POE,
            "20261121000000Z",
        ),
    ]
}
