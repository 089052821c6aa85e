//! What a signature carries for later, whole and with something missing, changed or grown old.

use kabinet_pki::SignatureLevel;

use super::{Case, Expected, PASSED, TRY_LATER, World};
use crate::services::{List, Response, as_choice, signature_stamps, stamp};

/// The day of the lists, between this_update and next_update.
const STAMPED: &str = "20261123110000Z";
const OLD: (&str, Option<&str>) = ("261121000000Z", Some("261122000000Z"));

pub fn cases() -> Vec<Case> {
    let world = World::new();
    let good = || List::of(&world.root);
    let old = List {
        this_update: OLD.0,
        next_update: OLD.1,
        ..good()
    };
    let revoked = good().revoking(world.person.name, "261123113000Z", 1);
    let mut changed = good().sign();
    *changed.last_mut().unwrap() ^= 1;
    // The person's status by a response, the stamper's by another; neither has the responder inside.
    let bare = |subject| {
        let response = Response {
            is_bare: true,
            ..Response::good(&world.root, &world.responder, subject)
        };
        as_choice(&response.sign())
    };
    let responses = || vec![bare(world.person.name), bare(world.stamper.name)];
    let case = |name, expected: Expected, level, revocations, responder: bool| {
        let mut message = world.message();
        message.revocations = revocations;
        if responder {
            message
                .certificates
                .push(world.responder.certificate.clone());
        }
        let value = message.signature(&world.person.key);
        let token = stamp(&world.stamper, &world.root, &value, STAMPED);
        message.unsigned = signature_stamps(&[token]);
        let signature = message.sign(&world.person.key);
        world.case(name, expected, signature).reaching(level)
    };
    let lt = SignatureLevel::Lt;
    let t = SignatureLevel::T;
    let of_list =
        |name, expected, level, list: Vec<u8>| case(name, expected, level, vec![list], false);
    vec![
        of_list("B-LT by a list", PASSED, lt, good().sign()).strictly(),
        of_list(
            "B-LT by a list that has grown old since",
            PASSED,
            lt,
            good().sign(),
        )
        .at(2030, 6, 1),
        of_list("B-LT, revoked after the stamp", PASSED, lt, revoked.sign()).strictly(),
        of_list(
            "B-LT by a list that was too old for the stamp",
            PASSED,
            t,
            old.sign(),
        ),
        of_list("B-LT with a changed list", PASSED, t, changed.clone()),
        of_list(
            "B-LT with a changed list, strictly",
            TRY_LATER,
            SignatureLevel::B,
            changed,
        )
        .strictly(),
        case("B-LT without its list", PASSED, t, Vec::new(), false),
        case("B-LT by responses", PASSED, lt, responses(), true).strictly(),
        case(
            "B-LT by responses without their responder",
            PASSED,
            t,
            responses(),
            false,
        ),
        case(
            "B-LT without the stamper's response",
            PASSED,
            t,
            vec![bare(world.person.name)],
            true,
        ),
    ]
}
