//! Signatures that have too much or too little, or contradict themselves.

use kabinet_stb::{hash::belt_hash, oid, tlv::encode};

use super::{
    CONSTRAINTS, CRYPTO, Case, HASH, NO_CERTIFICATE, NOT_YET_VALID, PASSED, ROOT, WEAK, World,
    because, format, not_read, verdict,
};
use crate::{
    authority::{Spec, algorithm},
    message::{
        CONTENT, DATA, Message, SIGNED_DATA, content_type, message_digest, pkcs9,
        signing_certificate, signing_time,
    },
    services::unknown_attribute,
};

const SHA1: &[u8] = &[0x2B, 0x0E, 3, 2, 0x1A];
const MD5: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 5];

pub fn cases() -> Vec<Case> {
    let world = World::new();
    let mut cases = structures(&world);
    cases.extend(attributes(&world));
    cases.extend(contents(&world));
    cases.extend(signers(&world));
    cases
}

fn structures(world: &World) -> Vec<Case> {
    let key = &world.person.key;
    let with = |change: &dyn Fn(&mut Message)| {
        let mut message = world.message();
        change(&mut message);
        message.sign(key)
    };
    let info = world.message().signer_info(key);
    let mut other_type = world.signed();
    // id-signedData becomes id-envelopedData.
    other_type[SIGNED_DATA.len() + 5] = 3;
    let mut version = world.signed();
    let position = version.windows(3).position(|three| three == [2, 1, 1]);
    version[position.unwrap() + 2] = 2;
    let nested = (0..3_000).fold(encode(0x05, &[]), |inner, _| encode(0x30, &inner));
    let many = |most: u8| -> Vec<u8> {
        let all: Vec<_> = (0..most).map(unknown_attribute).collect();
        encode(0xA1, &all.concat())
    };
    let other = world.root.issue(&Spec::person("Somebody Else"));
    let mut pair = world.message();
    pair.certificates.push(other.certificate.clone());
    let mut infos = [
        info.clone(),
        Message::of(&other, ROOT).signer_info(&other.key),
    ];
    infos.sort();
    infos.reverse();
    [
        (
            "another content type",
            "the content is not signed data",
            other_type,
        ),
        ("version 2", "the version is unknown", version),
        ("nobody signed", "nobody signed", world.message().wrap(&[])),
        (
            "17 signers",
            "a list is too long",
            world.message().wrap(&info.repeat(17)),
        ),
        (
            "signers out of order",
            "a SET is out of order",
            pair.wrap(&infos.concat()),
        ),
        (
            "65 certificates",
            "a list is too long",
            with(&|message| message.certificates = vec![world.root.certificate.clone(); 65]),
        ),
        (
            "65 revocation lists",
            "a list is too long",
            with(&|message| message.revocations = vec![encode(0x30, &[]); 65]),
        ),
        (
            "nested a thousand times",
            "nested too deep",
            with(&|message| message.unsigned = encode(0xA1, &pkcs9(&[16, 2, 99], &nested))),
        ),
        (
            "65 unsigned attributes",
            "a list is too long",
            with(&|message| message.unsigned = many(65)),
        ),
        (
            "65 signed attributes",
            "a list is too long",
            with(&|message| {
                let more = (0..61).map(unknown_attribute);
                message.attributes().extend(more);
            }),
        ),
        (
            "parameters of the hash function",
            "there is more than the type has",
            with(&|message| {
                let octets = [encode(0x06, oid::BELT_HASH), encode(0x04, &[])].concat();
                message.digest_algorithm = encode(0x30, &octets);
            }),
        ),
        (
            "hash function that is not listed",
            "a signer's hash function is not listed",
            with(&|message| message.listed_digest = algorithm(oid::BASH384)),
        ),
        (
            "nine time stamps",
            "a list is too long",
            with(&|message| {
                let tokens: Vec<_> = (0..9).map(|number| encode(0x30, &[2, 1, number])).collect();
                message.unsigned = encode(0xA1, &pkcs9(&[16, 2, 14], &tokens.concat()));
            }),
        ),
    ]
    .map(|(name, detail, signature)| {
        let expected = match detail {
            "a list is too long" | "a SET is out of order" | "nested too deep" => not_read(detail),
            _ => format(detail),
        };
        world.case(name, expected, signature)
    })
    .into()
}

fn attributes(world: &World) -> Vec<Case> {
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut message = world.message();
        change(message.attributes());
        message.sign(&world.person.key)
    };
    let mut none = world.message();
    none.attributes = None;
    let mut unsorted = world.message();
    unsorted.attributes().sort();
    unsorted.attributes().reverse();
    unsorted.keep_order = true;
    let mut two = [encode(0x04, &belt_hash(CONTENT)), encode(0x04, &[0; 32])];
    two.sort();
    let certificate = &world.person.certificate;
    let reference = |octets: &[u8], number: u8| {
        let list = encode(0x30, &encode(0x30, &encode(0x30, octets)));
        pkcs9(&[16, 2, number], &list)
    };
    let weak = reference(&encode(0x04, &sha1(certificate)), 12);
    let unknown = reference(
        &[algorithm(MD5), encode(0x04, &belt_hash(certificate))].concat(),
        47,
    );
    let of_sha1 = reference(
        &[algorithm(SHA1), encode(0x04, &sha1(certificate))].concat(),
        47,
    );
    let double = |attribute: Vec<u8>| with(&|list| list.push(attribute.clone()));
    let replace = |index: usize, attribute: Vec<u8>| with(&|list| list[index] = attribute.clone());
    let another_issuer = signing_certificate(certificate, Some(("Other Root", world.person.name)));
    let policy = encode(0x30, &[encode(0x06, DATA), encode(0x30, &[])].concat());
    [
        (
            "no signed attributes",
            format("nothing but the content is signed"),
            none.sign(&world.person.key),
        ),
        (
            "no content type",
            format("no content type is signed"),
            with(&|list| drop(list.remove(0))),
        ),
        (
            "no digest",
            format("no digest is signed"),
            with(&|list| drop(list.remove(1))),
        ),
        (
            "no signing time",
            CONSTRAINTS,
            with(&|list| drop(list.remove(2))),
        ),
        (
            "no reference",
            CONSTRAINTS,
            with(&|list| drop(list.remove(3))),
        ),
        (
            "content type twice",
            format("an attribute is there twice"),
            double(content_type(DATA)),
        ),
        (
            "digest twice",
            format("an attribute is there twice"),
            double(message_digest(b"Another content.")),
        ),
        (
            "signing time twice",
            format("an attribute is there twice"),
            double(signing_time("261123120001Z")),
        ),
        (
            "reference twice",
            format("an attribute is there twice"),
            double(signing_certificate(&world.root.certificate, None)),
        ),
        (
            "two digests in one",
            format("there is more than the type has"),
            replace(1, pkcs9(&[4], &two.concat())),
        ),
        (
            "attributes out of order",
            not_read("a SET is out of order"),
            unsorted.sign(&world.person.key),
        ),
        (
            "content type of something else",
            format("the signed content type is another"),
            replace(0, content_type(SIGNED_DATA)),
        ),
        (
            "digest of something else",
            HASH,
            replace(1, message_digest(b"Another content.")),
        ),
        (
            "empty digest",
            HASH,
            replace(1, pkcs9(&[4], &encode(0x04, &[]))),
        ),
        (
            "time without seconds",
            format("a time is malformed"),
            replace(2, signing_time("2611231200Z")),
        ),
        (
            "time with a zone",
            format("a time is malformed"),
            replace(2, signing_time("261123120000+0300")),
        ),
        (
            "time in another type",
            format("a time is malformed"),
            replace(2, pkcs9(&[5], &encode(0x18, b"20261123120000Z"))),
        ),
        (
            "signed after the certificate's end",
            verdict("INDETERMINATE/EXPIRED"),
            replace(2, signing_time("350101000000Z")),
        ),
        (
            "signed before the certificate's beginning",
            NOT_YET_VALID,
            replace(2, signing_time("241231235959Z")),
        ),
        (
            "reference to another issuer",
            CONSTRAINTS,
            replace(3, another_issuer),
        ),
        (
            "reference to another certificate",
            NO_CERTIFICATE,
            replace(3, signing_certificate(&world.root.certificate, None)),
        ),
        ("reference by SHA-1", WEAK, replace(3, weak)),
        (
            "reference by SHA-1 in the newer attribute",
            WEAK,
            replace(3, of_sha1),
        ),
        ("reference by MD5", WEAK, replace(3, unknown)),
        (
            "signature policy",
            verdict("INDETERMINATE/SIGNATURE_POLICY_NOT_AVAILABLE"),
            double(pkcs9(&[16, 2, 15], &policy)),
        ),
    ]
    .map(|(name, expected, signature)| world.case(name, expected, signature))
    .into()
}

fn sha1(octets: &[u8]) -> Vec<u8> {
    use sha1::Digest as _;
    sha1::Sha1::digest(octets).to_vec()
}

fn contents(world: &World) -> Vec<Case> {
    let mut changed = world.message();
    changed.content = Some(b"What was Signed.".to_vec());
    let changed = changed.sign(&world.person.key);
    let mut detached = world.message();
    detached.content = None;
    let detached = detached.sign(&world.person.key);
    let case = |name, expected, signature: &[u8]| world.case(name, expected, signature.to_vec());
    vec![
        case("changed content", HASH, &changed),
        case("detached", PASSED, &detached).beside(CONTENT),
        case("detached, another content", HASH, &detached).beside(b"Another content."),
        case("detached, empty content", HASH, &detached).beside(b""),
        case(
            "detached, no content",
            verdict("INDETERMINATE/SIGNED_DATA_NOT_FOUND"),
            &detached,
        ),
        case("attached, another content beside", HASH, &world.signed()).beside(b"Another."),
        case("attached, the changed content beside", HASH, &changed).beside(CONTENT),
    ]
}

fn signers(world: &World) -> Vec<Case> {
    let other = world.root.issue(&Spec::person("Somebody Else"));
    let theirs = Message::of(&other, ROOT);
    // The number follows the length of the name.
    let namesake = world.root.issue(&Spec::person("EVAN MITSKEVICH"));
    let key = &world.person.key;
    let with = |change: &dyn Fn(&mut Message)| {
        let mut message = world.message();
        change(&mut message);
        message.sign(key)
    };
    let mut flipped = world.signed();
    *flipped.last_mut().unwrap() ^= 1;
    let mut both = world.message();
    both.certificates.push(other.certificate.clone());
    let pair = |their_key| {
        let mut infos = [both.signer_info(key), theirs.signer_info(their_key)];
        infos.sort();
        both.wrap(&infos.concat())
    };
    [
        ("two signers", PASSED, pair(&other.key)),
        ("one of two with another's key", CRYPTO, pair(key)),
        (
            "signed with another key",
            CRYPTO,
            world.message().sign(&other.key),
        ),
        ("changed signature value", CRYPTO, flipped),
        (
            "another certificate of that number",
            PASSED,
            with(&|message| message.certificates.insert(0, namesake.certificate.clone())),
        ),
        (
            "no reference, and another certificate of that number",
            because(
                "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND",
                "several certificates may be the signer's",
            ),
            with(&|message| {
                message.attributes().truncate(3);
                message.certificates.insert(0, namesake.certificate.clone());
            }),
        ),
        (
            "no reference, and the certificate twice",
            CONSTRAINTS,
            with(&|message| {
                message.attributes().truncate(3);
                message.certificates.push(world.person.certificate.clone());
            }),
        ),
        (
            "no certificate",
            NO_CERTIFICATE,
            with(&|message| message.certificates.clear()),
        ),
        (
            "swapped signer",
            NO_CERTIFICATE,
            with(&|message| {
                message.identifier = theirs.identifier.clone();
                message.certificates = theirs.certificates.clone();
            }),
        ),
        (
            "swapped signer beside the right one",
            NO_CERTIFICATE,
            with(&|message| {
                message.identifier = theirs.identifier.clone();
                message.certificates.push(other.certificate.clone());
            }),
        ),
        // What is not signed proves nothing and harms nothing.
        (
            "countersignature",
            PASSED,
            with(&|message| {
                let value = message.signature(key);
                let mut counter = Message::of(&other, ROOT);
                counter.attributes().remove(0);
                counter.attributes()[0] = message_digest(&value);
                let counter = counter.signer_info(&other.key);
                message.unsigned = encode(0xA1, &pkcs9(&[6], &counter));
            }),
        ),
        (
            "countersignature that is none",
            PASSED,
            with(&|message| message.unsigned = encode(0xA1, &pkcs9(&[6], &[5, 0]))),
        ),
        (
            "hash function that is too weak",
            WEAK,
            with(&|message| {
                message.digest_algorithm = algorithm(SHA1);
                message.listed_digest = algorithm(SHA1);
            }),
        ),
        (
            "algorithm of another key",
            WEAK,
            with(&|message| {
                message.signature_algorithm =
                    algorithm(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 0x0B]);
            }),
        ),
        (
            "algorithm of a stronger key",
            WEAK,
            with(&|message| {
                message.signature_algorithm =
                    algorithm(&[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 0x0F]);
            }),
        ),
    ]
    .map(|(name, expected, signature)| world.case(name, expected, signature))
    .into()
}
