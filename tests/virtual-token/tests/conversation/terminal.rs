//! BAUTH and what a terminal may do after it.

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::{oid, tlv};
use virtual_token::Card;

use crate::host::{
    ALL, CAN, Host, OK, PIN, PUK, REFUSED, card_file, command, esign_key, hello, vector,
};

const PATH: &[&str] = &["cvc-sub", "cvc-term"];
const VERIFY: [u8; 4] = [0x80, 0x20, 0x80, 0];

fn attribute(id: &[u8]) -> Vec<u8> {
    tlv::encode(0x06, id)
}

fn signed_in(rights: (u64, u16), path: &[&str]) -> Host {
    let mut host = Host::new();
    assert_eq!(host.bpace(&hello(3, rights, None), PIN), OK);
    host.bauth(rights, true, path).unwrap();
    host
}

#[test]
fn a_terminal_reads_what_everybody_allows() {
    let mut host = signed_in((0x33FF_FF03 & !(1 << 12), 0), PATH);
    assert_eq!(host.select_file(0x0104), REFUSED);
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.status(VERIFY, &attribute(oid::DOCUMENT_VALIDITY)), OK);
    assert_eq!(host.select_file(0x0104), OK);
    let name = host.read(256).data;
    assert_eq!(
        tlv::read(&name).unwrap().0.value,
        "Алесь/Алесь/Ales".as_bytes()
    );
    // The holder left the family name out.
    assert_eq!(host.select_file(0x0105), REFUSED);
    assert_eq!(host.select_file(0x0106), Status(0x6A82));
    assert_eq!(host.select_file(0x0117), REFUSED);
    assert_eq!(host.select_file(0x0104), OK);
    assert_eq!(host.status([0, 0xD6, 0, 0], &[0]), REFUSED);
}

#[test]
fn a_long_file_comes_in_pieces_and_whole() {
    let mut host = signed_in(ALL, PATH);
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.select_file(0x0105), OK);
    let whole = host.read(65_536).data;
    assert!(whole.len() > 600);
    let mut pieces = Vec::new();
    while pieces.len() < whole.len() {
        let [p1, p2] = (pieces.len() as u16).to_be_bytes();
        let piece = host.send(&Command::new(0, 0xB0, p1, p2).with_ne(242));
        pieces.extend(piece.data);
    }
    assert_eq!(pieces, whole);
}

#[test]
fn a_terminal_writes_where_it_may() {
    let mut host = signed_in(ALL, PATH);
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.select_file(0x0112), OK);
    let file = tlv::encode(0x52, b"ZIPBY-220001");
    assert_eq!(host.status([0, 0xD6, 0, 0], &file), OK);
    assert_eq!(host.read(256).data, file);
    assert_eq!(
        host.status(VERIFY, &attribute(oid::PLACE_VERIFICATION)),
        Status(0x6200)
    );
}

#[test]
fn attributes_are_answered_yes_or_no() {
    let mut host = signed_in(ALL, PATH);
    let validity = attribute(oid::DOCUMENT_VALIDITY);
    assert_eq!(host.status(VERIFY, &validity), REFUSED);
    assert_eq!(host.select(oid::AID_EID), OK);
    for id in [oid::AGE_VERIFICATION, oid::PLACE_VERIFICATION] {
        assert_eq!(host.status(VERIFY, &attribute(id)), OK);
    }
    assert_eq!(
        host.status(VERIFY, &attribute(oid::BELT_HASH)),
        Status(0x6A80)
    );
    let mut file = card_file();
    file["eid"]["0103"] = "43083230323631313232".into();
    let mut host = Host::with(Card::from_json(&file.to_string()).unwrap());
    host.open_with_pin();
    host.bauth(ALL, true, PATH).unwrap();
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.status(VERIFY, &validity), Status(0x6200));
}

#[test]
fn rights_of_attributes_come_from_the_words() {
    let mut host = signed_in((0x33FF_FF00, 0), PATH);
    assert_eq!(host.select(oid::AID_EID), OK);
    for id in [oid::AGE_VERIFICATION, oid::PLACE_VERIFICATION] {
        assert_eq!(host.status(VERIFY, &attribute(id)), REFUSED);
    }
    assert_eq!(host.status(VERIFY, &attribute(oid::DOCUMENT_VALIDITY)), OK);
}

#[test]
fn an_authority_narrows_its_terminals() {
    let mut host = signed_in(ALL, &["cvc-sub_narrow", "cvc-term_narrow"]);
    assert_eq!(host.select(oid::AID_EID), OK);
    // 0000000110: DG1 and access by CAN only.
    assert_eq!(host.select_file(0x0104), REFUSED);
    assert_eq!(host.select_file(0x0101), Status(0x6A82));
}

#[test]
fn paths_that_do_not_hold_are_refused() {
    for path in [
        &["cvc-alien", "cvc-term_alien"][..],
        &["cvc-term"],
        &["cvc-sub", "cvc-term_alien"],
        &["cvc-sub", "cvc-sub"],
    ] {
        let mut host = Host::new();
        host.open_with_pin();
        let refused = host.bauth(ALL, true, path).unwrap_err();
        assert_eq!(refused, Status(0x6A80), "{path:?}");
        // The client's channel lives on.
        assert_eq!(host.select(oid::AID_EID), OK);
    }
    let mut host = Host::new();
    host.open_with_pin();
    assert_eq!(host.bauth(ALL, true, &["cvc-sub"]).unwrap_err(), REFUSED);
    let mut host = Host::new();
    host.open_with_pin();
    assert_eq!(host.bauth(ALL, true, &["cvc-term_direct"]), Ok(()));
}

#[test]
fn a_certificate_may_not_be_older_than_what_the_card_knows_of_today() {
    let mut host = Host::new();
    host.open_with_pin();
    let old = &["cvc-sub", "cvc-term_old"];
    assert_eq!(host.bauth(ALL, true, old), Ok(()));
    let mut file = card_file();
    file["eid"]["010F"] = "4F083230323530313031".into();
    let mut host = Host::with(Card::from_json(&file.to_string()).unwrap());
    host.open_with_pin();
    assert_eq!(host.bauth(ALL, true, old), Err(Status(0x6A80)));
}

#[test]
fn a_damaged_signature_is_refused() {
    let mut host = Host::new();
    host.open_with_pin();
    let mut certificate = vector("cvc-sub");
    *certificate.last_mut().unwrap() ^= 1;
    let inside = tlv::read(&certificate).unwrap().0.value;
    let refused = host.begin_terminal(ALL, true, &[]).unwrap_err();
    assert_eq!(refused, REFUSED);
    assert_eq!(host.bpace(&hello(3, ALL, None), PIN), OK);
    let protocol = tlv::encode(0x80, oid::BAUTH);
    assert_eq!(host.status([0, 0x22, 0xF1, 0xA4], &protocol), OK);
    assert_eq!(host.status([0, 0x2A, 0, 0xBE], inside), Status(0x6A80));
}

#[test]
fn a_terminal_without_its_key_gets_no_channel() {
    let mut host = Host::new();
    host.open_with_pin();
    host.begin_terminal(ALL, true, PATH).unwrap();
    let guess = tlv::encode(0x7C, &tlv::encode(0x81, &[0; 24]));
    let last = command([0, 0x86, 0, 0], &guess).with_ne(256);
    assert_eq!(host.send(&last).status, REFUSED);
    assert_eq!(host.select(oid::AID_EID), OK);
}

#[test]
fn bauth_follows_bpace_at_once() {
    let mut host = Host::new();
    host.open_with_pin();
    assert_eq!(host.status([0, 0xA4, 0, 0], &[]), OK);
    assert_eq!(host.bauth(ALL, true, PATH), Err(REFUSED));
}

#[test]
fn a_can_needs_the_right_of_the_terminal() {
    let mut host = Host::new();
    assert_eq!(host.bpace(&hello(2, ALL, None), CAN), OK);
    let refused = host.bauth(ALL, true, &["cvc-sub", "cvc-term_dg"]);
    assert_eq!(refused, Err(REFUSED));
    assert_eq!(host.bpace(&hello(2, ALL, None), CAN), OK);
    host.bauth(ALL, true, PATH).unwrap();
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.select_file(0x0104), OK);
    assert_eq!(host.select(oid::AID_ESIGN), REFUSED);
    assert_eq!(host.read(256).status, Status(0x9000));
    let mut host = Host::new();
    assert_eq!(host.bpace(&hello(4, ALL, None), PUK), OK);
    host.bauth(ALL, true, PATH).unwrap();
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.select_file(0x0104), REFUSED);
}

#[test]
fn one_sided_authentication_gives_no_files() {
    let mut host = Host::new();
    host.open_with_pin();
    host.bauth(ALL, false, PATH).unwrap();
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.select_file(0x0104), REFUSED);
    assert_eq!(host.status(VERIFY, &attribute(oid::DOCUMENT_VALIDITY)), OK);
}

#[test]
fn the_client_confirms_the_pin_for_a_terminal_that_signs() {
    let mut host = signed_in(ALL, PATH);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    let set = [tlv::encode(0x84, &[0x11]), tlv::encode(0x80, &[0x90])].concat();
    let prepare = [0, 0x22, 0x41, 0xB6];
    let sign = command([0, 0x2A, 0x9E, 0x9A], &[7; 32]).with_ne(256);
    assert_eq!(host.status(prepare, &set), OK);
    let signature = host.send(&sign).data;
    let key = esign_key(0x11).public_key();
    key.verify_hash(oid::BELT_HASH, &[7; 32], &signature)
        .unwrap();
    assert_eq!(host.status(prepare, &set), REFUSED);
    // The terminal cannot confirm; it asks for the other channel.
    assert_eq!(host.status([0, 0x20, 0, 3], PIN.as_bytes()), REFUSED);
    let switch = |to: u8| tlv::encode(0xE1, &tlv::encode(0x81, &[to]));
    assert_eq!(host.status([0, 0x22, 0x01, 0xA4], &switch(0)), OK);
    let terminal = host.terminal.take();
    assert_eq!(host.status(prepare, &set), REFUSED);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.status([0, 0x20, 0, 3], PIN.as_bytes()), OK);
    assert_eq!(host.status(prepare, &set), REFUSED);
    assert_eq!(host.status([0, 0x22, 0x01, 0xA4], &switch(1)), OK);
    host.terminal = terminal;
    assert_eq!(host.status(prepare, &set), REFUSED);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.status(prepare, &set), OK);
    assert_eq!(host.send(&sign).status, OK);
}
