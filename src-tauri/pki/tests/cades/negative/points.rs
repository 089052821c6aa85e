//! Revocation lists that are not of every certificate of their issuer.

use kabinet_stb::tlv::encode;

use super::{Case, PASSED, REVOKED_NO_POE, ROOT, TRY_LATER, World};
use crate::{
    authority::{Spec, name},
    message::Message,
    services::{List, extension, sequence},
};

const KEY_COMPROMISE: u8 = 1;
const SUBJECT: &str = "ADAM MITSKEVICH";
const DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1D, 0x1C];
const DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1D, 0x1F];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1D, 0x1D];

pub fn cases() -> Vec<Case> {
    let world = World::new();
    let mut cases = points(&world);
    cases.extend(partial(&world));
    cases
}

/// Lists of one distribution point, which tell nothing of certificates of another.
fn points(world: &World) -> Vec<Case> {
    const OWN: &[u8] = b"http://lists.by/1.crl";
    const OTHER: &[u8] = b"http://lists.by/2.crl";
    let uri = |text: &[u8]| encode(0x86, text);
    let full = |names: &[u8]| encode(0xA0, &encode(0xA0, names));
    let person = world.root.issue(&Spec {
        more: vec![(
            DISTRIBUTION_POINTS,
            false,
            sequence(&[&sequence(&[&full(&uri(OWN))])]),
        )],
        ..Spec::person(SUBJECT)
    });
    let pointing = Message::of(&person, ROOT).sign(&person.key);
    let of = |list: List<'_>, point: &[u8]| {
        let value = sequence(&[point]);
        list.with(extension(DISTRIBUTION_POINT, true, &value))
            .sign()
    };
    let clean = |point: &[u8]| of(List::of(&world.root), point);
    let revoking = || List::of(&world.root).revoking(SUBJECT, "261101000000Z", KEY_COMPROMISE);
    let issuer = encode(0xA4, &name(ROOT));
    let relative = encode(
        0xA0,
        &encode(
            0xA1,
            &sequence(&[&encode(0x06, &[0x55, 4, 3]), &encode(0x0C, b"1")]),
        ),
    );
    let case = |name, expected, list: &[u8]| {
        world
            .case(name, expected, pointing.clone())
            .strictly()
            .list(list)
    };
    vec![
        case(
            "list of the certificate's point",
            PASSED,
            &clean(&full(&uri(OWN))),
        ),
        case(
            "list of two points",
            PASSED,
            &clean(&full(&[uri(OTHER), uri(OWN)].concat())),
        ),
        case("list of all points", PASSED, &List::of(&world.root).sign()),
        case("list of the issuer's point", PASSED, &clean(&full(&issuer))),
        case(
            "list of another point",
            TRY_LATER,
            &clean(&full(&uri(OTHER))),
        ),
        case(
            "list of another point, revoked by one that fits",
            REVOKED_NO_POE,
            &of(revoking(), &full(&uri(OWN))),
        )
        .list(&of(
            List {
                this_update: "261123000001Z",
                ..List::of(&world.root)
            },
            &full(&uri(OTHER)),
        )),
        case("list of a relative point", TRY_LATER, &clean(&relative)),
        world
            .case(
                "list of a point, for a certificate that names none",
                TRY_LATER,
                world.signed(),
            )
            .strictly()
            .list(&clean(&full(&uri(OWN)))),
    ]
}

/// Lists that are not of everything, and name nobody: they do not say that nothing was revoked.
fn partial(world: &World) -> Vec<Case> {
    let point = |field: Vec<u8>| {
        List::of(&world.root).with(extension(DISTRIBUTION_POINT, true, &sequence(&[&field])))
    };
    let mut indirect = List::of(&world.root);
    let others = encode(0x30, &encode(0xA4, &name("Other Root")));
    indirect.entries.push(sequence(&[
        &[2, 1, 1],
        &encode(0x17, b"261101000000Z"),
        &sequence(&[&extension(CERTIFICATE_ISSUER, true, &others)]),
    ]));
    [
        (
            "clean list of some reasons",
            // onlySomeReasons: keyCompromise.
            point(encode(0x83, &[6, 0x40])),
        ),
        (
            "clean list of attribute certificates",
            point(encode(0x85, &[0xFF])),
        ),
        ("clean list with an entry of another issuer", indirect),
    ]
    .map(|(name, list)| {
        let case = world.case(name, TRY_LATER, world.signed());
        case.strictly().list(&list.sign())
    })
    .into()
}
