//! Encrypted content that is broken or made to deceive, each with its exact verdict. Nothing is
//! written before a verdict.

use std::io::Cursor;

use kabinet_pki::{SoftwareKey, decrypt_stream};
use kabinet_stb::{Secret, SystemRandom, belt::Mode, belt::StreamCipher, tlv::encode};

use super::authority::{Identity, Spec, algorithm, name, world};

const ENVELOPED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 3];
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
const BIGN_KEYTRANSPORT: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x2D, 0x29];
const BELT_CTR128: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x1F, 41];
const BELT_CBC128: &[u8] = &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x1F, 21];
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];

const CONTENT: &[u8] = b"For your eyes only";
const KEY: [u8; 16] = [7; 16];
const IV: [u8; 16] = [9; 16];

const OPENS: &str = "opens";
const KEY_TOKEN: &str = "the content key does not open";
const NOT_A_RECIPIENT: &str = "the key is not a recipient's";

/// A verdict on the form.
macro_rules! form {
    ($fault:literal) => {
        concat!("not encrypted content: ", $fault)
    };
}

/// The parts of an EnvelopedData, each as it is encoded.
#[derive(Clone)]
struct Parts {
    outer_type: Vec<u8>,
    version: Vec<u8>,
    originator: Vec<u8>,
    recipients: Vec<u8>,
    content_type: Vec<u8>,
    algorithm: Vec<u8>,
    content: Vec<u8>,
    unprotected: Vec<u8>,
}

impl Parts {
    fn encode(&self) -> Vec<u8> {
        let info = [&self.content_type[..], &self.algorithm, &self.content].concat();
        let fields = [
            &self.version[..],
            &self.originator,
            &self.recipients,
            &encode(0x30, &info),
            &self.unprotected,
        ];
        let explicit = encode(0xA0, &encode(0x30, &fields.concat()));
        encode(0x30, &[&self.outer_type[..], &explicit].concat())
    }
}

fn oid(value: &[u8]) -> Vec<u8> {
    encode(0x06, value)
}

fn octets(value: &[u8]) -> Vec<u8> {
    encode(0x04, value)
}

fn number(value: u8) -> Vec<u8> {
    encode(0x02, &[value])
}

fn token(person: &Identity, key: &[u8]) -> Vec<u8> {
    let key = Secret::new(key.to_vec());
    let public = person.key.public_key();
    public
        .seal_key_token(&key, &[0; 16], &mut SystemRandom)
        .unwrap()
}

/// IssuerAndSerialNumber of the person that [`world`] has.
fn by_name() -> Vec<u8> {
    let serial = [0x1F, "ADAM MITSKEVICH".len() as u8];
    encode(0x30, &[name("Test Root"), encode(0x02, &serial)].concat())
}

fn recipient(version: u8, identifier: &[u8], algorithm: &[u8], token: &[u8]) -> Vec<u8> {
    let fields = [
        number(version),
        identifier.into(),
        algorithm.into(),
        octets(token),
    ];
    encode(0x30, &fields.concat())
}

fn honest(token: &[u8]) -> Parts {
    let mut content = CONTENT.to_vec();
    let mut cipher = StreamCipher::encryptor(Mode::Ctr, &KEY, &IV).unwrap();
    cipher.apply(&mut content).unwrap();
    let recipient = recipient(0, &by_name(), &algorithm(BIGN_KEYTRANSPORT), token);
    Parts {
        outer_type: oid(ENVELOPED_DATA),
        version: number(0),
        originator: Vec::new(),
        recipients: encode(0x31, &recipient),
        content_type: oid(DATA),
        algorithm: encode(0x30, &[oid(BELT_CTR128), octets(&IV)].concat()),
        content: encode(0x80, &content),
        unprotected: Vec::new(),
    }
}

type Case = (&'static str, &'static str, Vec<u8>);

/// What comes of it: the verdict, and that nothing is written where it is not [`OPENS`].
fn verdict(octets: &[u8], person: &Identity) -> String {
    let mut key = SoftwareKey {
        key: &person.key,
        certificate: &person.certificate,
    };
    let mut out = Vec::new();
    match decrypt_stream(Cursor::new(octets), &mut out, &mut key) {
        Ok(_) if out == CONTENT => OPENS.to_owned(),
        Ok(_) => format!("another content: {out:?}"),
        Err(error) => {
            assert!(out.is_empty(), "{error}: {} octets are written", out.len());
            error.to_string()
        }
    }
}

fn check(cases: Vec<Case>, person: &Identity) {
    let mut wrong = Vec::new();
    for (name, expected, octets) in cases {
        let found = verdict(&octets, person);
        if found != expected {
            wrong.push(format!("{name}: {found} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn encodings() {
    let (_, person) = world();
    let honest = honest(&token(&person, &KEY));
    let good = honest.encode();
    // Tag, length of the length, and the length.
    let head = 2 + usize::from(good[1] & 0x7F);
    assert!(good[1] > 0x80);
    let body = &good[head..];
    let padded = [&[0x30, good[1] + 1, 0], &good[2..]].concat();
    let changed = |change: &dyn Fn(&mut Parts)| {
        let mut parts = honest.clone();
        change(&mut parts);
        parts.encode()
    };
    let pieces = encode(0xA0, &octets(CONTENT));
    let nested = (0..3_000).fold(encode(0x05, &[]), |inner, _| encode(0x30, &inner));
    let cases: Vec<Case> = vec![
        ("honest", OPENS, good.clone()),
        ("empty", form!("the file is cut off"), Vec::new()),
        (
            "half of a file",
            form!("the file is cut off"),
            good[..good.len() / 2].to_vec(),
        ),
        (
            "the last octet is missing",
            form!("the file is cut off"),
            good[..good.len() - 1].to_vec(),
        ),
        (
            "trailing octet",
            form!("there is more in the file than the encrypted content"),
            [&good[..], &[0]].concat(),
        ),
        (
            "twice the same",
            form!("there is more in the file than the encrypted content"),
            good.repeat(2),
        ),
        (
            "text",
            form!("a field is missing or another"),
            b"-----BEGIN CMS-----".to_vec(),
        ),
        (
            "indefinite length",
            form!("a length is indefinite"),
            [&[0x30, 0x80], body, &[0, 0]].concat(),
        ),
        (
            "length with a leading zero",
            form!("a length is not in its shortest form"),
            padded,
        ),
        (
            "length beyond the end",
            form!("a length is too great"),
            [0x30, 0x88].into_iter().chain([0xFF; 8]).collect(),
        ),
        (
            "length of nine octets",
            form!("a length is too great"),
            [0x30, 0x89].into_iter().chain([1; 9]).collect(),
        ),
        (
            "content in pieces",
            form!("a field is missing or another"),
            changed(&|parts| parts.content = pieces.clone()),
        ),
        (
            "content as an octet string",
            form!("a field is missing or another"),
            changed(&|parts| parts.content = octets(CONTENT)),
        ),
        (
            "content elsewhere",
            form!("the encrypted content is elsewhere"),
            changed(&|parts| parts.content.clear()),
        ),
        (
            "two contents",
            form!("there is more than the type has"),
            changed(&|parts| parts.content = parts.content.repeat(2)),
        ),
        (
            "version in two octets",
            form!("the version is unknown"),
            changed(&|parts| parts.version = vec![2, 2, 0, 0]),
        ),
        (
            "version 1",
            form!("the version is unknown"),
            changed(&|parts| parts.version = number(1)),
        ),
        (
            "version 2",
            OPENS,
            changed(&|parts| parts.version = number(2)),
        ),
        (
            "version 5",
            form!("the version is unknown"),
            changed(&|parts| parts.version = number(5)),
        ),
        (
            "signed data",
            form!("the content is not enveloped data"),
            changed(&|parts| parts.outer_type = oid(SIGNED_DATA)),
        ),
        (
            "nested in attributes",
            form!("nested too deep"),
            changed(&|parts| parts.unprotected = encode(0xA1, &nested)),
        ),
        (
            "attributes",
            OPENS,
            changed(&|parts| {
                parts.unprotected = encode(
                    0xA1,
                    &encode(0x30, &[oid(DATA), encode(0x31, &number(1))].concat()),
                )
            }),
        ),
        (
            "something after the attributes",
            form!("a field is missing or another"),
            changed(&|parts| parts.unprotected = number(1)),
        ),
        (
            "attributes twice",
            form!("there is more than the type has"),
            changed(&|parts| parts.unprotected = encode(0xA1, &[]).repeat(2)),
        ),
        (
            "originator",
            OPENS,
            changed(&|parts| parts.originator = encode(0xA0, &[])),
        ),
        (
            "originator that is no DER",
            form!("a length is indefinite"),
            changed(&|parts| parts.originator = encode(0xA0, &[0x30, 0x80])),
        ),
        (
            "signed data inside",
            OPENS,
            changed(&|parts| parts.content_type = oid(SIGNED_DATA)),
        ),
        (
            "another type inside",
            form!("the encrypted content is of another type"),
            changed(&|parts| parts.content_type = oid(ENVELOPED_DATA)),
        ),
    ];
    check(cases, &person);
}

#[test]
fn recipients() {
    let (root, person) = world();
    let other = root.issue(&Spec::person("SOMEBODY ELSE"));
    let key = token(&person, &KEY);
    let honest = honest(&key);
    let with = |recipients: Vec<Vec<u8>>| {
        let mut parts = honest.clone();
        parts.recipients = encode(0x31, &recipients.concat());
        parts.encode()
    };
    let transport = algorithm(BIGN_KEYTRANSPORT);
    let to_us = |token: &[u8]| recipient(0, &by_name(), &transport, token);
    let one = |version, identifier: &[u8], algorithm: &[u8]| {
        with(vec![recipient(version, identifier, algorithm, &key)])
    };
    let other_name = {
        let serial = [0x1F, "SOMEBODY ELSE".len() as u8];
        encode(0x30, &[name("Test Root"), encode(0x02, &serial)].concat())
    };
    let mut sorted = [to_us(&key), recipient(0, &other_name, &transport, &key)];
    sorted.sort();
    let mut reversed = sorted.to_vec();
    reversed.reverse();
    let changed = |place: usize| {
        let mut token = key.clone();
        token[place] ^= 1;
        with(vec![to_us(&token)])
    };
    let mut off_the_curve = key.clone();
    off_the_curve[..32].fill(0xFF);
    let extra = [&by_name()[2..], &number(1)].concat();
    let cases: Vec<Case> = vec![
        ("nobody", form!("there is no recipient"), with(Vec::new())),
        (
            "257 recipients",
            form!("a list is too long"),
            with(vec![to_us(&key); 257]),
        ),
        ("256 times the same", OPENS, with(vec![to_us(&key); 256])),
        ("in order", OPENS, with(sorted.to_vec())),
        (
            "out of order",
            form!("a SET is out of order"),
            with(reversed),
        ),
        (
            "only somebody else",
            NOT_A_RECIPIENT,
            one(0, &other_name, &transport),
        ),
        (
            "a shared key only",
            NOT_A_RECIPIENT,
            with(vec![encode(0xA2, &number(4))]),
        ),
        (
            "a password beside us",
            OPENS,
            with(vec![to_us(&key), encode(0xA3, &number(0))]),
        ),
        (
            "an unknown kind",
            form!("a recipient is of no known kind"),
            with(vec![to_us(&key), encode(0xA5, &number(0))]),
        ),
        (
            "version 2 with a name",
            OPENS,
            one(2, &by_name(), &transport),
        ),
        (
            "version 1",
            form!("the version of a recipient's part is unknown"),
            one(1, &by_name(), &transport),
        ),
        (
            "version 0 with a key identifier",
            form!("the version of a recipient's part is unknown"),
            one(0, &encode(0x80, &[1; 20]), &transport),
        ),
        (
            "another key identifier",
            NOT_A_RECIPIENT,
            one(2, &encode(0x80, &[1; 20]), &transport),
        ),
        (
            "three fields in a name",
            form!("there is more than the type has"),
            one(0, &encode(0x30, &extra), &transport),
        ),
        (
            "without parameters",
            OPENS,
            one(0, &by_name(), &encode(0x30, &oid(BIGN_KEYTRANSPORT))),
        ),
        (
            "with other parameters",
            form!("there is more than the type has"),
            one(
                0,
                &by_name(),
                &encode(0x30, &[oid(BIGN_KEYTRANSPORT), number(1)].concat()),
            ),
        ),
        (
            "RSA",
            "the content key was sent by an algorithm that is not known",
            one(0, &by_name(), &algorithm(RSA)),
        ),
        (
            "no algorithm",
            form!("a field is missing or another"),
            one(0, &by_name(), &[]),
        ),
        (
            "token for another",
            KEY_TOKEN,
            with(vec![to_us(&token(&other, &KEY))]),
        ),
        ("token with a changed point", KEY_TOKEN, changed(0)),
        ("token with a changed key", KEY_TOKEN, changed(40)),
        ("token with a changed header", KEY_TOKEN, changed(63)),
        (
            "token off the curve",
            KEY_TOKEN,
            with(vec![to_us(&off_the_curve)]),
        ),
        ("no token", KEY_TOKEN, with(vec![to_us(&[])])),
        ("token cut off", KEY_TOKEN, with(vec![to_us(&key[..63])])),
        (
            "token with an octet more",
            KEY_TOKEN,
            with(vec![to_us(&[&key[..], &[0]].concat())]),
        ),
        (
            "a key of 256 bits for belt-ctr128",
            KEY_TOKEN,
            with(vec![to_us(&token(&person, &[7; 32]))]),
        ),
        (
            "a mebioctet of token",
            KEY_TOKEN,
            with(vec![to_us(&vec![0; 1 << 20])]),
        ),
        (
            "nine mebioctets of recipients",
            form!("a part is too long"),
            with(vec![to_us(&vec![0; 9 << 20])]),
        ),
    ];
    check(cases, &person);
}

#[test]
fn content_encryptions() {
    let (_, person) = world();
    let honest = honest(&token(&person, &KEY));
    let with = |fields: &[Vec<u8>]| {
        let mut parts = honest.clone();
        parts.algorithm = encode(0x30, &fields.concat());
        parts.encode()
    };
    let unknown = "the content is encrypted by an algorithm that is not known";
    let cases: Vec<Case> = vec![
        ("belt-cbc", unknown, with(&[oid(BELT_CBC128), octets(&IV)])),
        (
            "belt-ctr256 with a key of 128 bits",
            KEY_TOKEN,
            with(&[oid(&[&BELT_CTR128[..8], &[43]].concat()), octets(&IV)]),
        ),
        (
            "arc 34",
            unknown,
            with(&[oid(&[&BELT_CTR128[..8], &[34]].concat()), octets(&IV)]),
        ),
        (
            "no initial value",
            form!("a field is missing or another"),
            with(&[oid(BELT_CTR128)]),
        ),
        (
            "NULL",
            form!("a field is missing or another"),
            with(&[oid(BELT_CTR128), encode(0x05, &[])]),
        ),
        (
            "short initial value",
            form!("the initial value of the encryption is not of 16 octets"),
            with(&[oid(BELT_CTR128), octets(&IV[1..])]),
        ),
        (
            "long initial value",
            form!("the initial value of the encryption is not of 16 octets"),
            with(&[oid(BELT_CTR128), octets(&[9; 17])]),
        ),
        (
            "two initial values",
            form!("there is more than the type has"),
            with(&[oid(BELT_CTR128), octets(&IV), octets(&IV)]),
        ),
        (
            "no algorithm",
            form!("a field is missing or another"),
            with(&[]),
        ),
        (
            "malformed identifier",
            form!("an OBJECT IDENTIFIER is malformed"),
            with(&[oid(&[0x80, 1]), octets(&IV)]),
        ),
    ];
    check(cases, &person);
}

/// What no recipient can notice: the content was changed, and opens as something else.
#[test]
fn changed_content_opens_as_other_content() {
    let (_, person) = world();
    let mut octets = honest(&token(&person, &KEY)).encode();
    *octets.last_mut().unwrap() ^= 1;
    let found = verdict(&octets, &person);
    assert!(found.starts_with("another content"), "{found}");
}
