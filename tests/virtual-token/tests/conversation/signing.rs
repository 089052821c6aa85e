//! Keys of eSign in base mode.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::bign::{Level, PublicKey};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::random::SystemRandom;
use kabinet_stb::{Secret, oid, tlv};

use crate::host::{ALL, Host, OK, PIN, REFUSED, command, esign_key, hello};

fn set(reference: u8) -> Vec<u8> {
    [tlv::encode(0x84, &[reference]), tlv::encode(0x80, &[0x90])].concat()
}

fn sign(host: &mut Host, reference: u8, hash: &[u8]) -> Response {
    let prepared = host.status([0, 0x22, 0x41, 0xB6], &set(reference));
    if prepared != OK {
        return Response::new(Vec::new(), prepared);
    }
    host.send(&command([0, 0x2A, 0x9E, 0x9A], hash).with_ne(256))
}

fn ready(signatures: Option<u8>) -> Host {
    let mut host = Host::new();
    assert_eq!(host.bpace(&hello(3, ALL, signatures), PIN), OK);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    host
}

#[test]
fn signs_what_verifies() {
    let mut host = ready(None);
    let hash = belt_hash(b"application");
    let signature = sign(&mut host, 0x01, &hash);
    assert_eq!(signature.status, OK);
    let key = esign_key(0x01).public_key();
    key.verify_hash(oid::BELT_HASH, &hash, &signature.data)
        .unwrap();
    let other = belt_hash(b"another application");
    assert!(
        key.verify_hash(oid::BELT_HASH, &other, &signature.data)
            .is_err()
    );
}

#[test]
fn a_confirmation_lasts_for_the_agreed_signatures() {
    let hash = [7; 32];
    let mut host = ready(None);
    assert_eq!(sign(&mut host, 0x01, &hash).status, OK);
    assert_eq!(sign(&mut host, 0x01, &hash).status, REFUSED);
    assert_eq!(host.status([0, 0x20, 0, 3], PIN.as_bytes()), OK);
    assert_eq!(sign(&mut host, 0x01, &hash).status, OK);
    let mut host = ready(Some(2));
    assert_eq!(sign(&mut host, 0x01, &hash).status, OK);
    // A failed one counts.
    assert_eq!(sign(&mut host, 0x01, &hash[1..]).status, Status(0x6700));
    assert_eq!(sign(&mut host, 0x01, &hash).status, REFUSED);
    let mut host = ready(Some(0));
    for _ in 0..4 {
        assert_eq!(sign(&mut host, 0x01, &hash).status, OK);
    }
    assert_eq!(host.status([0, 0x20, 0xFF, 3], &[]), OK);
    assert_eq!(sign(&mut host, 0x01, &hash).status, REFUSED);
}

#[test]
fn nothing_may_come_between_preparing_and_signing() {
    let mut host = ready(Some(0));
    assert_eq!(host.status([0, 0x22, 0x41, 0xB6], &set(1)), OK);
    assert_eq!(host.status([0, 0x20, 0, 3], &[]), OK);
    let late = host.send(&command([0, 0x2A, 0x9E, 0x9A], &[7; 32]).with_ne(256));
    assert_eq!(late.status, REFUSED);
}

#[test]
fn a_key_serves_in_its_mode_only() {
    let mut host = ready(Some(0));
    assert_eq!(sign(&mut host, 0x11, &[7; 32]).status, REFUSED);
    assert_eq!(sign(&mut host, 0x02, &[7; 32]).status, Status(0x6A80));
    assert_eq!(
        host.status([0, 0x22, 0x41, 0xB6], &set(0x21)),
        Status(0x6A80)
    );
}

#[test]
fn keys_are_switched_destroyed_and_made() {
    let mut host = ready(Some(0));
    let key = tlv::encode(0x84, &[1]);
    let template = tlv::encode(0xB6, &key);
    assert_eq!(host.status([0, 0x04, 0x21, 0], &key), OK);
    assert_eq!(sign(&mut host, 1, &[7; 32]).status, Status(0x6283));
    assert_eq!(host.status([0, 0x44, 0x21, 0], &key), OK);
    assert_eq!(sign(&mut host, 1, &[7; 32]).status, OK);
    let generate = command([0, 0x46, 0x80, 0], &template).with_ne(256);
    assert_eq!(host.send(&generate).status, Status(0x6984));
    // That dropped the confirmation.
    assert_eq!(host.status([0, 0xE6, 0x21, 0], &template), REFUSED);
    let confirm = [0, 0x20, 0, 3];
    assert_eq!(host.status(confirm, PIN.as_bytes()), OK);
    assert_eq!(host.status([0, 0xE6, 0x21, 0], &template), OK);
    assert_eq!(host.status(confirm, PIN.as_bytes()), OK);
    assert_eq!(sign(&mut host, 1, &[7; 32]).status, Status(0x6984));
    let made = host.send(&generate);
    let public_key = PublicKey::from_bytes(Level::L128, &made.data).unwrap();
    assert_eq!(host.status(confirm, PIN.as_bytes()), OK);
    let signature = sign(&mut host, 1, &[7; 32]).data;
    public_key
        .verify_hash(oid::BELT_HASH, &[7; 32], &signature)
        .unwrap();
    assert_eq!(host.select_file(0x5301), OK);
    let print = host.read(256).data;
    assert_eq!(print, tlv::encode(0x04, &belt_hash(&made.data)));
}

#[test]
fn opens_a_key_token() {
    let mut host = ready(None);
    let header = [3; 16];
    let sent = [9; 16];
    let token = esign_key(0x01)
        .public_key()
        .seal_key_token(&Secret::new(sent.to_vec()), &header, &mut SystemRandom)
        .unwrap();
    let data = [header.to_vec(), token].concat();
    let decipher = command([0, 0x2A, 0x80, 0x86], &data).with_ne(256);
    assert_eq!(host.send(&decipher).status, REFUSED);
    let key = tlv::encode(0x84, &[1]);
    assert_eq!(host.status([0, 0x22, 0x41, 0xB8], &key), OK);
    assert_eq!(host.send(&decipher).data, sent);
    assert_eq!(host.status([0, 0x22, 0x41, 0xB8], &key), OK);
    let other = command([0, 0x2A, 0x80, 0x86], &data[1..]).with_ne(256);
    assert_eq!(host.send(&other).status, Status(0x6A80));
}

#[test]
fn reads_and_writes_what_base_mode_may() {
    let mut host = ready(None);
    assert_eq!(host.select_file(0x5101), OK);
    assert_eq!(host.read(256).data, [0x30, 0]);
    assert_eq!(host.status([0, 0xD6, 0, 0], &[1]), REFUSED);
    assert_eq!(host.select_file(0x5211), REFUSED);
    assert_eq!(host.select_file(0x5203), Status(0x6A82));
    assert_eq!(host.select_file(0x5201), OK);
    let tail = Command::new(0, 0xB0, 0x01, 0x8E).with_ne(242);
    assert_eq!(host.send(&tail).data, [1, 0]);
    assert_eq!(host.status([0, 0xD6, 0x01, 0x8E], &[5, 6, 7]), OK);
    assert_eq!(host.send(&tail).data, [5, 6, 7]);
    let beyond = Command::new(0, 0xB0, 0x7F, 0xFF).with_ne(1);
    assert_eq!(host.send(&beyond).status, Status(0x6A86));
}

#[test]
fn without_a_word_there_is_no_right() {
    let mut host = Host::new();
    assert_eq!(host.bpace(&hello(3, (0, 0), None), PIN), OK);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(sign(&mut host, 1, &[7; 32]).status, REFUSED);
    assert_eq!(host.select_file(0x5201), REFUSED);
}
