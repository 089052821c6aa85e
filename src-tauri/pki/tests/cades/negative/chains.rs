//! Certificates and chains that do not hold.

use kabinet_stb::{
    bign::Level,
    tlv::{self, encode},
};

use super::{Case, Expected, NO_CHAIN, OUT_OF_BOUNDS, PASSED, ROOT, World, chain, general};
use crate::{
    authority::{Identity, PERSON_USAGE, Spec, name, with_field},
    message::Message,
    services::{OCSP_SIGNING, TIME_STAMPING, sequence},
};

const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x1E];
const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x24];
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1D, 0x11];

pub fn cases() -> Vec<Case> {
    let mut cases = persons();
    cases.extend(authorities());
    cases.extend(paths());
    cases.extend(name_constraints());
    cases.extend(mailboxes());
    cases.extend(fetched());
    cases
}

/// A case of a person below these authorities, the first of which is the anchor.
fn below(
    name: &'static str,
    expected: Expected,
    authorities: &[&Identity],
    person: &Identity,
) -> Case {
    let issuer = authorities.last().unwrap();
    let mut message = Message::of(person, issuer.name);
    for authority in &authorities[1..] {
        message.certificates.push(authority.certificate.clone());
    }
    Case::new(name, expected, message.sign(&person.key), authorities[0])
}

fn persons() -> Vec<Case> {
    let World { root, .. } = World::new();
    let of = |name, expected, spec: Spec| below(name, expected, &[&root], &root.issue(&spec));
    let purpose = |purpose| Spec {
        purposes: vec![purpose],
        ..Spec::person("Purpose")
    };
    let usage = |usage| Spec {
        key_usage: Some(usage),
        ..Spec::person("Usage")
    };
    let world = World::new();
    let other_root = Identity::root(&Spec::authority("Other Root"));
    let mut with_root = world.message();
    with_root.certificates.push(root.certificate.clone());
    vec![
        of(
            "key for encryption",
            chain("the signer's key is not for documents"),
            usage(0x20),
        ),
        of(
            "key for certificates",
            chain("the signer's key is not for documents"),
            usage(0x06),
        ),
        of(
            "purpose of a responder",
            chain("the signer's key is not for documents"),
            purpose(OCSP_SIGNING),
        ),
        of(
            "purpose of a stamper",
            chain("the signer's key is not for documents"),
            purpose(TIME_STAMPING),
        ),
        of(
            "unknown critical extension",
            chain("the signer's certificate has an unknown critical extension"),
            Spec {
                more: vec![(POLICY_CONSTRAINTS, true, encode(0x30, &[]))],
                ..Spec::person("Critical")
            },
        ),
        of(
            "unknown extension",
            PASSED,
            Spec {
                more: vec![(POLICY_CONSTRAINTS, false, encode(0x30, &[]))],
                ..Spec::person("Harmless")
            },
        ),
        of("after the end", OUT_OF_BOUNDS, Spec::person("Late")).at(2035, 6, 1),
        of("before the beginning", OUT_OF_BOUNDS, Spec::person("Early")).at(2024, 6, 1),
        Case::new("unknown root", NO_CHAIN, world.signed(), &other_root),
        Case::new(
            "unknown root in the signature",
            NO_CHAIN,
            with_root.sign(&world.person.key),
            &other_root,
        ),
    ]
}

fn authorities() -> Vec<Case> {
    let World { root, person, .. } = World::new();
    let through = |name, expected, spec: Spec| {
        let middle = root.issue(&spec);
        let subject = middle.issue(&Spec::person("Below"));
        below(name, expected, &[&root, &middle], &subject)
    };
    let impostor = Identity {
        name: ROOT,
        key: Identity::root(&Spec::authority("Impostor")).key,
        certificate: root.certificate.clone(),
    };
    let old = Identity::root(&Spec {
        not_after: "251231235959Z",
        ..Spec::authority("Old")
    });
    vec![
        through("authority in between", PASSED, Spec::authority("Middle")),
        through(
            "person who certifies",
            chain("an issuer is no authority"),
            Spec {
                authority: None,
                ..Spec::authority("Not a CA")
            },
        ),
        through(
            "authority without the usage",
            chain("an issuer's key is not for certificates"),
            Spec {
                key_usage: Some(PERSON_USAGE),
                ..Spec::authority("No sign")
            },
        ),
        through(
            "authority with an unknown critical extension",
            chain("an authority's certificate has an unknown critical extension"),
            Spec {
                more: vec![(POLICY_CONSTRAINTS, true, encode(0x30, &[]))],
                ..Spec::authority("Critical CA")
            },
        ),
        through(
            "key stronger than its issuer's",
            chain("a key is stronger than its issuer's"),
            Spec {
                level: Level::L256,
                ..Spec::authority("Strong CA")
            },
        ),
        through(
            "authority after its end",
            general("an authority's certificate is not valid at that time"),
            Spec {
                not_after: "251231235959Z",
                ..Spec::authority("Past CA")
            },
        ),
        through(
            "authority before its beginning",
            general("an authority's certificate is not valid at that time"),
            Spec {
                not_before: "270101000000Z",
                ..Spec::authority("Future CA")
            },
        ),
        below(
            "certificate by a person",
            chain("an issuer is no authority"),
            &[&root, &person],
            &person.issue(&Spec::person("Victim")),
        ),
        below(
            "root of the same name",
            general("a certificate is not signed by its issuer"),
            &[&root],
            &impostor.issue(&Spec::person("Deceived")),
        ),
        below(
            "root after its end",
            general("an authority's certificate is not valid at that time"),
            &[&old],
            &old.issue(&Spec::person("Below")),
        ),
    ]
}

fn paths() -> Vec<Case> {
    let limited = Identity::root(&Spec {
        authority: Some(Some(1)),
        ..Spec::authority("Limited")
    });
    let first = limited.issue(&Spec::authority("First"));
    let second = first.issue(&Spec::authority("Second"));
    let far = second.issue(&Spec::person("Far"));

    let names = ["One", "Two", "Three", "Four", "Five", "Six", "Seven"];
    let mut long = vec![Identity::root(&Spec::authority("Long Root"))];
    for name in names {
        let next = long.last().unwrap().issue(&Spec::authority(name));
        long.push(next);
    }
    let all: Vec<_> = long.iter().collect();
    let leaf = long.last().unwrap().issue(&Spec::person("Leaf"));

    // Two names that certify each other many times over.
    let World { root, .. } = World::new();
    let a = Identity::root(&Spec::authority("Circle A"));
    let b = Identity::root(&Spec::authority("Circle B"));
    let lost = a.issue(&Spec::person("Lost"));
    let mut circle = Message::of(&lost, a.name);
    for serial in 1..=20 {
        for (from, to) in [(&a, b.name), (&b, a.name)] {
            let spec = Spec {
                serial: vec![serial],
                ..Spec::authority(to)
            };
            circle.certificates.push(from.issue(&spec).certificate);
        }
    }
    let circle = circle.sign(&lost.key);
    // The same with a way out.
    let mut found = Message::of(&lost, a.name);
    for (from, to) in [(&b, a.name), (&a, b.name), (&root, b.name)] {
        found
            .certificates
            .push(from.issue(&Spec::authority(to)).certificate);
    }
    vec![
        below(
            "path longer than allowed",
            chain("the chain is longer than an authority allows"),
            &[&limited, &first, &second],
            &far,
        ),
        below("chain of nine", chain("the chain is too long"), &all, &leaf),
        Case::new("cross-signed loop", NO_CHAIN, circle, &root),
        Case::new(
            "cross-signed loop with a way out",
            PASSED,
            found.sign(&lost.key),
            &root,
        ),
    ]
}

/// The extension with these permitted and excluded subtrees.
fn constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> (&'static [u8], bool, Vec<u8>) {
    let list = |tag, names: &[Vec<u8>]| {
        let subtrees: Vec<_> = names.iter().map(|name| encode(0x30, name)).collect();
        match subtrees.is_empty() {
            true => Vec::new(),
            false => encode(tag, &subtrees.concat()),
        }
    };
    let value = sequence(&[&list(0xA0, permitted), &list(0xA1, excluded)]);
    (NAME_CONSTRAINTS, true, value)
}

fn name_constraints() -> Vec<Case> {
    let World { root, .. } = World::new();
    let case = |label, expected, limits, alternative: Option<Vec<u8>>| {
        let middle = root.issue(&Spec {
            more: vec![limits],
            ..Spec::authority("Limited CA")
        });
        let names = alternative.map(|one| (ALTERNATIVE_NAME, false, encode(0x30, &one)));
        let person = middle.issue(&Spec {
            more: names.into_iter().collect(),
            ..Spec::person("Adam")
        });
        below(label, expected, &[&root, &middle], &person)
    };
    let mailbox = |text: &str| encode(0x81, text.as_bytes());
    let host = |text: &str| encode(0x82, text.as_bytes());
    let directory = |common_name| encode(0xA4, &name(common_name));
    let registered = encode(0x88, &[0x2A, 3]);
    let with_minimum = [host("b.by"), encode(0x80, &[1])].concat();
    vec![
        case(
            "name that is permitted",
            PASSED,
            constraints(&[directory("ADAM")], &[]),
            None,
        ),
        case(
            "name that is not permitted",
            chain("a name is not one that an authority may certify"),
            constraints(&[directory("EVA")], &[]),
            None,
        ),
        case(
            "name that is excluded in other letters",
            chain("a name is not one that an authority may certify"),
            constraints(&[], &[directory("adam")]),
            None,
        ),
        case(
            "mailbox that is not permitted",
            chain("a name is not one that an authority may certify"),
            constraints(&[mailbox("a.by")], &[]),
            Some(mailbox("adam@b.by")),
        ),
        case(
            "mailbox that is excluded",
            chain("a name is not one that an authority may certify"),
            constraints(&[], &[mailbox(".b.by")]),
            Some(mailbox("adam@mail.b.by")),
        ),
        case(
            "host that is excluded",
            chain("a name is not one that an authority may certify"),
            constraints(&[], &[host("b.by")]),
            Some(host("a.b.by")),
        ),
        case(
            "constraint on another form",
            PASSED,
            constraints(&[host("b.by")], &[]),
            Some(mailbox("adam@b.by")),
        ),
        case(
            "constraint that is not understood",
            chain("a name is not one that an authority may certify"),
            constraints(&[], std::slice::from_ref(&registered)),
            Some(registered),
        ),
        case(
            "constraint with a minimum",
            NO_CHAIN,
            constraints(&[with_minimum], &[]),
            None,
        ),
    ]
}

/// Mailboxes in the subject, where older certificates have them, below an authority for `a.by`.
fn mailboxes() -> Vec<Case> {
    const EMAIL_ADDRESS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1];
    const IA5_STRING: u32 = 0x16;
    const VISIBLE_STRING: u32 = 0x1A;
    /// Its place in TBSCertificate.
    const SUBJECT: usize = 5;
    const ELSEWHERE: Expected = chain("a name is not one that an authority may certify");
    let World { root, .. } = World::new();
    let mailbox = |text: &str| encode(0x81, text.as_bytes());
    let case = |label, expected, alternative: Option<&str>, own: &[(u32, &str)]| {
        let middle = root.issue(&Spec {
            more: vec![constraints(&[mailbox("a.by")], &[mailbox("b.by")])],
            ..Spec::authority("Limited CA")
        });
        let names = alternative.map(|one| {
            let names = encode(0x30, &mailbox(one));
            (ALTERNATIVE_NAME, false, names)
        });
        let mut person = middle.issue(&Spec {
            more: names.into_iter().collect(),
            ..Spec::person("Adam")
        });
        let add = |subject: &[u8]| {
            let mut parts = tlv::read(subject).unwrap().0.value.to_vec();
            for (tag, text) in own {
                let pair = [encode(0x06, EMAIL_ADDRESS), encode(*tag, text.as_bytes())].concat();
                parts.extend(encode(0x31, &encode(0x30, &pair)));
            }
            encode(0x30, &parts)
        };
        person.certificate = with_field(&person.certificate, SUBJECT, add, &middle.key);
        below(label, expected, &[&root, &middle], &person)
    };
    vec![
        case(
            "mailbox in the subject that is permitted",
            PASSED,
            None,
            &[(IA5_STRING, "adam@a.by")],
        ),
        case(
            "second mailbox in the subject that is not permitted",
            ELSEWHERE,
            None,
            &[(IA5_STRING, "adam@a.by"), (IA5_STRING, "adam@c.by")],
        ),
        case(
            "mailbox in the subject beside one that is permitted",
            ELSEWHERE,
            Some("adam@a.by"),
            &[(IA5_STRING, "adam@c.by")],
        ),
        case(
            "mailbox in the subject in letters that are not read",
            ELSEWHERE,
            None,
            &[(VISIBLE_STRING, "adam@a.by")],
        ),
    ]
}

/// An issuer that is not in the signature but came from elsewhere: that makes nobody trust it.
fn fetched() -> Vec<Case> {
    let World { root, .. } = World::new();
    let other_root = Identity::root(&Spec::authority("Other Root"));
    let case = |name, expected, middle: &Identity, helper: &Identity| {
        let person = middle.issue(&Spec::person("Below"));
        let message = Message::of(&person, middle.name);
        Case::new(name, expected, message.sign(&person.key), &root).certificate(&helper.certificate)
    };
    let middle = root.issue(&Spec::authority("Middle"));
    let of_others = other_root.issue(&Spec::authority("Middle"));
    // Of the same name, with another key.
    let namesake = root.issue(&Spec {
        level: Level::L192,
        ..Spec::authority("Middle")
    });
    let person = root.issue(&Spec::person("No Authority"));
    let old = root.issue(&Spec {
        not_after: "260101235959Z",
        ..Spec::authority("Old")
    });
    vec![
        case("fetched issuer", PASSED, &middle, &middle),
        case(
            "fetched issuer of an unknown root",
            NO_CHAIN,
            &of_others,
            &of_others,
        ),
        case(
            "fetched namesake of the issuer",
            general("a certificate is not signed by its issuer"),
            &middle,
            &namesake,
        ),
        case(
            "fetched issuer that is a person",
            chain("an issuer is no authority"),
            &person,
            &person,
        ),
        case(
            "fetched issuer that has ended",
            general("an authority's certificate is not valid at that time"),
            &old,
            &old,
        ),
        case("fetched stranger", NO_CHAIN, &middle, &other_root),
        case("fetched unknown root", NO_CHAIN, &other_root, &other_root),
    ]
}
