//! Files that are not in DER, outside and at every depth.

use kabinet_stb::tlv::{self, encode};

use super::{Case, PASSED, ROOT, World, format, not_read};
use crate::{
    authority::{Identity, Spec, sign_certificate},
    message::{CONTENT, DATA, Message, SIGNED_DATA, attribute, wrap_signed_data},
    services::{List, sequence},
};

const INDEFINITE: &str = "a length is indefinite";
const BOOLEAN: &str = "a BOOLEAN is neither 00 nor FF";

pub fn cases() -> Vec<Case> {
    let world = World::new();
    let mut cases = outside(&world);
    cases.extend(inside(&world));
    cases.extend(truths(&world));
    cases.extend(orders(&world));
    cases.extend(trailing(&world));
    cases
}

/// Real tools write certificates and lists as they come, so these two sets may be in any order.
fn orders(world: &World) -> Vec<Case> {
    let list = List::of(&world.root).sign();
    let later = List {
        this_update: "261123000001Z",
        ..List::of(&world.root)
    };
    let mut certificates = vec![
        world.person.certificate.clone(),
        world.root.certificate.clone(),
    ];
    let mut revocations = vec![list, later.sign()];
    certificates.sort();
    revocations.sort();
    let mut with = |name| {
        certificates.reverse();
        revocations.reverse();
        let mut message = world.message();
        message.certificates.clone_from(&certificates);
        message.revocations.clone_from(&revocations);
        let signature = message.sign(&world.person.key);
        world.case(name, PASSED, signature).strictly()
    };
    vec![
        with("certificates and lists from the last to the first"),
        with("certificates and lists in order"),
    ]
}

fn outside(world: &World) -> Vec<Case> {
    let good = world.signed();
    let body = &good[4..];
    let more = "there is more in the file than the signature";
    [
        ("honest", PASSED, good.clone()),
        ("empty", format("the file is cut off"), Vec::new()),
        (
            "half of a file",
            format("the file is cut off"),
            good[..good.len() / 2].to_vec(),
        ),
        ("trailing octet", format(more), [&good[..], &[0]].concat()),
        ("twice the same", format(more), good.repeat(2)),
        (
            "indefinite length outside",
            not_read(INDEFINITE),
            indefinite(&good),
        ),
        (
            "length with a leading zero",
            not_read("a length is not in its shortest form"),
            [&[0x30, 0x83, 0, good[2], good[3]], body].concat(),
        ),
        (
            "length beyond the end",
            format("a length is too great"),
            [0x30, 0x88].into_iter().chain([0xFF; 8]).collect(),
        ),
        (
            "text",
            format("a field is missing or another"),
            b"-----BEGIN CMS-----".to_vec(),
        ),
    ]
    .map(|(name, expected, signature)| world.case(name, expected, signature))
    .into()
}

/// The object with its end marked instead of its length.
fn indefinite(object: &[u8]) -> Vec<u8> {
    let (found, _) = tlv::read(object).unwrap();
    [&[object[0], 0x80], found.value, &[0, 0]].concat()
}

/// The fields of what the person honestly signs: version, hash functions, content, certificates,
/// signers.
fn fields(world: &World) -> [Vec<u8>; 5] {
    let message = world.message();
    let content = encode(0xA0, &encode(0x04, CONTENT));
    [
        vec![2, 1, 1],
        encode(0x31, &message.listed_digest),
        sequence(&[&encode(0x06, DATA), &content]),
        encode(0xA0, &world.person.certificate),
        encode(0x31, &message.signer_info(&world.person.key)),
    ]
}

/// One object at a time is in the looser rules, and all others are as they should be.
fn inside(world: &World) -> Vec<Case> {
    let with = |index: usize, field: Vec<u8>| {
        let mut fields = fields(world);
        fields[index] = field;
        wrap_signed_data(&fields.concat())
    };
    let [_, digests, content, certificates, signers] = fields(world);
    let signed_data = sequence(&[&fields(world).concat()]);
    let info = |explicit: &[u8]| sequence(&[&encode(0x06, SIGNED_DATA), explicit]);
    let pieces = encode(0xA0, &encode(0x24, &encode(0x04, CONTENT)));
    let message = world.message();
    let signer = message.signer_info(&world.person.key);
    let signed_attribute = {
        let mut message = world.message();
        let time = &mut message.attributes()[2];
        *time = indefinite(time);
        message.sign(&world.person.key)
    };
    let unsigned_attribute = {
        let mut message = world.message();
        let attribute = attribute(&[0x2A, 3, 1], &[5, 0]);
        message.unsigned = encode(0xA1, &indefinite(&attribute));
        message.sign(&world.person.key)
    };
    [
        (
            "honest in its fields",
            PASSED,
            wrap_signed_data(&fields(world).concat()),
        ),
        (
            "version in two octets",
            format("the version is unknown"),
            with(0, vec![2, 2, 0, 1]),
        ),
        (
            "content in pieces",
            not_read("a string is in pieces"),
            with(2, sequence(&[&encode(0x06, DATA), &pieces])),
        ),
        (
            "indefinite length around the signed data",
            not_read(INDEFINITE),
            info(&indefinite(&encode(0xA0, &signed_data))),
        ),
        (
            "indefinite length of the signed data",
            not_read(INDEFINITE),
            info(&encode(0xA0, &indefinite(&signed_data))),
        ),
        (
            "indefinite length of the hash functions",
            not_read(INDEFINITE),
            with(1, indefinite(&digests)),
        ),
        (
            "indefinite length of a hash function",
            not_read(INDEFINITE),
            with(1, encode(0x31, &indefinite(&message.listed_digest))),
        ),
        (
            "indefinite length around the content",
            not_read(INDEFINITE),
            with(2, indefinite(&content)),
        ),
        (
            "indefinite length of the certificates",
            not_read(INDEFINITE),
            with(3, indefinite(&certificates)),
        ),
        (
            "indefinite length of a certificate",
            not_read(INDEFINITE),
            with(3, encode(0xA0, &indefinite(&world.person.certificate))),
        ),
        (
            "indefinite length of the signers",
            not_read(INDEFINITE),
            with(4, indefinite(&signers)),
        ),
        (
            "indefinite length of a signer",
            not_read(INDEFINITE),
            with(4, encode(0x31, &indefinite(&signer))),
        ),
        (
            "indefinite length of a signed attribute",
            not_read(INDEFINITE),
            signed_attribute,
        ),
        (
            "indefinite length of an unsigned attribute",
            not_read(INDEFINITE),
            unsigned_attribute,
        ),
    ]
    .map(|(name, expected, signature)| world.case(name, expected, signature))
    .into()
}

/// More in a structure than its type has, with lengths that are right.
fn trailing(world: &World) -> Vec<Case> {
    const MORE: &[u8] = &[5, 0];
    let explicit = |octets: &[u8]| encode(0xA0, octets);
    let identifier = encode(0x06, SIGNED_DATA);
    let all = fields(world).concat();
    let signed_data = sequence(&[&all]);
    let with_signer = |change: &dyn Fn(&[u8]) -> Vec<u8>| {
        let [version, digests, content, certificates, _] = fields(world);
        let signer = world.message().signer_info(&world.person.key);
        let signers = encode(0x31, &change(&signer));
        wrap_signed_data(&[version, digests, content, certificates, signers].concat())
    };
    let into = |signer: &[u8]| sequence(&[tlv::read(signer).unwrap().0.value, MORE]);
    [
        (
            "more in ContentInfo",
            sequence(&[&identifier, &explicit(&signed_data), MORE]),
        ),
        (
            "more beside SignedData",
            sequence(&[&identifier, &explicit(&[&signed_data, MORE].concat())]),
        ),
        (
            "more in SignedData",
            wrap_signed_data(&[&all, MORE].concat()),
        ),
        ("more in SignerInfo", with_signer(&into)),
    ]
    .map(|(name, signature)| world.case(name, format("there is more than the type has"), signature))
    .into()
}

/// TRUE as DER writes it, and as the looser rules may; everything is signed as it stands.
fn truths(world: &World) -> Vec<Case> {
    let in_certificate = |truth: u8| {
        let (whole, _) = tlv::read(&world.person.certificate).unwrap();
        let mut tbs = tlv::children(whole.value).unwrap()[0].raw.to_vec();
        let place = tbs.windows(3).position(|three| three == [1, 1, 0xFF]);
        tbs[place.unwrap() + 2] = truth;
        let person = Identity {
            certificate: sign_certificate(&tbs, &world.root.key),
            ..world.root.issue(&Spec::person(world.person.name))
        };
        Message::of(&person, ROOT).sign(&person.key)
    };
    let in_attribute = |truth: u8| {
        let mut message = world.message();
        let more = attribute(&[0x2A, 3, 1], &[1, 1, truth]);
        message.attributes().push(more);
        message.sign(&world.person.key)
    };
    [
        ("TRUE in a certificate", PASSED, in_certificate(0xFF)),
        (
            "TRUE in a certificate as 01",
            format(BOOLEAN),
            in_certificate(1),
        ),
        ("TRUE in an attribute", PASSED, in_attribute(0xFF)),
        (
            "TRUE in an attribute as 01",
            format(BOOLEAN),
            in_attribute(1),
        ),
    ]
    .map(|(name, expected, signature)| world.case(name, expected, signature))
    .into()
}
