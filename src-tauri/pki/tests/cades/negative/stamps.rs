//! Time stamps that prove something, and those that do not. The signer's certificate has mostly ended
//! at the moment of the check, so that only a valid time stamp makes the signature pass.

use kabinet_stb::tlv::encode;

use super::{
    Case, NOT_YET_VALID, OUT_OF_BOUNDS, PASSED, REVOKED_NO_POE, ROOT, World, because, chain,
    format, verdict,
};
use crate::{
    authority::{Identity, Spec},
    message::Message,
    services::{
        List, TIME_STAMPING, as_choice, content_stamp, extension, signature_stamps, stamp,
        stamp_info, stamp_message, stamper_spec,
    },
};

const ANY_PURPOSE: &[u8] = &[0x55, 0x1D, 0x25, 0];
const PURPOSES: &[u8] = &[0x55, 0x1D, 0x25];
const TIME: &str = "20261123120500Z";

pub fn cases() -> Vec<Case> {
    let world = World::new();
    let mut cases = stampers(&world);
    cases.extend(tokens(&world));
    cases.extend(orders(&world));
    cases
}

/// A signature with these tokens over its value.
fn with_tokens(world: &World, tokens: impl FnOnce(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let mut message = world.message();
    let value = message.signature(&world.person.key);
    message.unsigned = signature_stamps(&tokens(&value));
    message.sign(&world.person.key)
}

/// Checked in June 2035, half a year after the person's certificate ended. The stamper's ends in
/// 2039.
fn late(case: Case) -> Case {
    case.at(2035, 6, 1)
}

fn long(spec: Spec) -> Spec {
    Spec {
        not_after: "391231235959Z",
        ..spec
    }
}

fn stampers(world: &World) -> Vec<Case> {
    let by = |name, expected, spec: Spec| {
        let stamper = world.root.issue(&spec);
        let signature = with_tokens(world, |value| {
            vec![stamp(&stamper, &world.root, value, TIME)]
        });
        late(world.case(name, expected, signature))
    };
    let useless = |name, fault, spec| by(name, OUT_OF_BOUNDS, spec).stamped_badly(fault);
    let other_root = Identity::root(&Spec::authority("Other Root"));
    let stranger = other_root.issue(&long(stamper_spec("Stranger")));
    let foreign = with_tokens(world, |value| {
        vec![stamp(&stranger, &other_root, value, TIME)]
    });
    let stamper = world.root.issue(&long(stamper_spec("Stamper")));
    let signature = with_tokens(world, |value| {
        vec![stamp(&stamper, &world.root, value, TIME)]
    });
    let revoked = List {
        this_update: "350101000000Z",
        next_update: Some("360101000000Z"),
        ..List::of(&world.root)
    }
    .revoking("Stamper", "340101000000Z", 1);
    vec![
        by("stamped while valid", PASSED, long(stamper_spec("Stamper"))),
        late(world.case("not stamped", OUT_OF_BOUNDS, world.signed())),
        useless("stamped by a person", chain("the key is not for time stamps"),
            long(Spec::person("Person")),
        ),
        useless("stamper with more purposes", chain("the key is not for time stamps"),
            long(Spec {
                purposes: vec![TIME_STAMPING, ANY_PURPOSE],
                ..stamper_spec("Stamper")
            }),
        ),
        useless("stamper with a purpose that is not critical", chain("the key is not for time stamps"),
            long(Spec {
                purposes: Vec::new(),
                more: vec![(PURPOSES, false, encode(0x30, &encode(0x06, TIME_STAMPING)))],
                ..stamper_spec("Stamper")
            }),
        ),
        useless("stamper with a key for encryption", chain("the key is not for time stamps"),
            long(Spec {
                key_usage: Some(0x20),
                ..stamper_spec("Stamper")
            }),
        ),
        useless("stamper after its end", because(
 "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
 "the time-stamping authority's certificate is not valid at that time"),
            stamper_spec("Stamper"),
        ),
        late(world.case("stamper of an unknown root", OUT_OF_BOUNDS, foreign))
.stamped_badly(because("INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "no chain leads to a trust anchor")),
        late(world.case("revoked stamper", OUT_OF_BOUNDS, signature)).list(&revoked.sign())
.stamped_badly(because("INDETERMINATE/REVOKED_NO_POE", "the signer's certificate was revoked, and nothing proves that the signature is older")),
    ]
}

fn tokens(world: &World) -> Vec<Case> {
    let stamper = world.root.issue(&long(stamper_spec("Stamper")));
    let of = |name, expected, token: &dyn Fn(&[u8]) -> Vec<u8>| {
        let signature = with_tokens(world, |value| vec![token(value)]);
        late(world.case(name, expected, signature))
    };
    let stamp = |over: &[u8]| stamp(&stamper, &world.root, over, TIME);
    let message = |info: &[u8]| stamp_message(&stamper, &world.root, info);
    let useless = |name, fault, token: &dyn Fn(&[u8]) -> Vec<u8>| {
        of(name, OUT_OF_BOUNDS, token).stamped_badly(fault)
    };
    let critical = |value: &[u8]| {
        let more = encode(0xA1, &extension(&[0x2A, 3], true, &[5, 0]));
        message(&stamp_info(value, TIME, &more)).sign(&stamper.key)
    };
    let with_fraction =
        |value: &[u8]| message(&stamp_info(value, "20261123120500.25Z", &[])).sign(&stamper.key);
    let padded =
        |value: &[u8]| message(&stamp_info(value, "20261123120500.50Z", &[])).sign(&stamper.key);
    let unsigned_reference = |value: &[u8]| {
        let mut message = message(&stamp_info(value, TIME, &[]));
        message.attributes().truncate(3);
        message.sign(&stamper.key)
    };
    let two_signers = |value: &[u8]| {
        let message = message(&stamp_info(value, TIME, &[]));
        let first = message.signer_info(&stamper.key);
        let mut other = Message::of(&stamper, ROOT);
        other.content_type = message.content_type.clone();
        let second = other.signer_info(&stamper.key);
        let mut infos = [first, second];
        infos.sort();
        message.wrap(&infos.concat())
    };
    let changed = |value: &[u8]| {
        let mut token = stamp(value);
        let place = token
            .windows(TIME.len())
            .position(|text| text == TIME.as_bytes());
        token[place.unwrap() + 3] = b'4';
        token
    };
    let flipped = |value: &[u8]| {
        let mut token = stamp(value);
        *token.last_mut().unwrap() ^= 1;
        token
    };
    let garbage = |_: &[u8]| encode(0x30, &[2, 1, 0]);
    let not_a_stamp = |_: &[u8]| world.signed();
    vec![
        of("stamp with a fraction of a second", PASSED, &with_fraction),
        useless(
            "stamp with a padded fraction",
            format("a time is malformed"),
            &padded,
        ),
        useless(
            "stamp over something else",
            because(
                "TOTAL-FAILED/HASH_FAILURE",
                "the time stamp is over something else",
            ),
            &|_| stamp(b"something else"),
        ),
        useless(
            "stamp with a critical extension",
            format("the time stamp has an unknown critical extension"),
            &critical,
        ),
        useless(
            "stamp without a reference",
            because(
                "INDETERMINATE/SIG_CONSTRAINTS_FAILURE",
                "no reference to the certificate is signed",
            ),
            &unsigned_reference,
        ),
        useless(
            "stamp of two signers",
            format("a time stamp has one signer"),
            &two_signers,
        ),
        useless(
            "stamp with a changed time",
            because(
                "TOTAL-FAILED/HASH_FAILURE",
                "the content is not what was signed",
            ),
            &changed,
        ),
        useless(
            "stamp with a changed signature",
            because(
                "TOTAL-FAILED/SIG_CRYPTO_FAILURE",
                "the signature does not verify with the certificate's key",
            ),
            &flipped,
        ),
        useless(
            "stamp that is none",
            format("a field is missing or another"),
            &garbage,
        ),
        useless(
            "stamp that is another signature",
            format("the content is no time stamp"),
            &not_a_stamp,
        ),
    ]
}

fn orders(world: &World) -> Vec<Case> {
    let stamper = world.root.issue(&long(stamper_spec("Stamper")));
    let at = |over: &[u8], time: &str| stamp(&stamper, &world.root, over, time);
    let two = |first: &str, second: &str| {
        with_tokens(world, |value| vec![at(value, first), at(value, second)])
    };
    // A stamp of the content, then perhaps one of the signature.
    let content_then = |content: &str, signature: Option<&str>| {
        let mut message = world.message();
        let token = at(message.content.as_ref().unwrap(), content);
        message.attributes().push(content_stamp(&token));
        let value = message.signature(&world.person.key);
        if let Some(time) = signature {
            message.unsigned = signature_stamps(&[at(&value, time)]);
        }
        message.sign(&world.person.key)
    };
    let revoked = List::of(&world.root).revoking("ADAM MITSKEVICH", "261120120000Z", 1);
    let ours = as_choice(&encode(0x30, &[0x0A, 1, 6]));
    let mut refusing = world.message();
    refusing.revocations = vec![ours];
    let ahead = with_tokens(world, |value| vec![at(value, "20261123120500Z")]);
    let future = with_tokens(world, |value| vec![at(value, "20261123120501Z")]);
    // The person's ends a minute after the check, before the stamp.
    let short = world.root.issue(&Spec {
        not_after: "261123120100Z",
        ..Spec::person("ADAM MITSKEVICH")
    });
    let mut beyond = Message::of(&short, ROOT);
    let value = beyond.signature(&short.key);
    beyond.unsigned = signature_stamps(&[at(&value, "20261123120200Z")]);
    let early = with_tokens(world, |value| vec![at(value, "20240601000000Z")]);
    vec![
        late(world.case(
            "earliest of two counts",
            PASSED,
            two(TIME, "20350101000000Z"),
        )),
        late(world.case(
            "both after the end",
            OUT_OF_BOUNDS,
            two("20350101000000Z", "20350201000000Z"),
        )),
        world.case("stamp by a clock that is ahead", PASSED, ahead),
        world.case(
            "stamp by a clock that is ahead, after the certificate's end",
            OUT_OF_BOUNDS,
            beyond.sign(&short.key),
        ),
        world
            .case("stamp of the future proves nothing", PASSED, future)
            .stamped_badly(because(
                "INDETERMINATE/TIMESTAMP_ORDER_FAILURE",
                "the time stamp is later than the moment of the check",
            )),
        late(world.case("stamped before the stamper", OUT_OF_BOUNDS, early)).stamped_badly(
            because(
                "INDETERMINATE/NOT_YET_VALID",
                "the time stamp is older than its authority's certificate",
            ),
        ),
        world.case(
            "content stamped after its signature",
            verdict("INDETERMINATE/TIMESTAMP_ORDER_FAILURE"),
            content_then("20261122000000Z", Some("20261121000000Z")),
        ),
        world
            .case(
                "content stamped after the revocation",
                verdict("TOTAL-FAILED/REVOKED"),
                content_then("20261121000000Z", None),
            )
            .list(&revoked.sign()),
        world
            .case(
                "content stamped before the revocation",
                REVOKED_NO_POE,
                content_then("20261119000000Z", None),
            )
            .list(&revoked.sign()),
        world.case(
            "response that refuses, in the signature",
            PASSED,
            refusing.sign(&world.person.key),
        ),
        world.case(
            "stamped before the certificate, at its time",
            NOT_YET_VALID,
            {
                let spec = Spec {
                    not_before: "200101000000Z",
                    ..stamper_spec("Old stamper")
                };
                let old = world.root.issue(&spec);
                with_tokens(world, |value| {
                    vec![stamp(&old, &world.root, value, "20240601000000Z")]
                })
            },
        ),
    ]
}
