//! Statuses for what a client should never do, and for what a card cannot.

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::{oid, tlv};

use crate::host::{ALL, Host, OK, PIN, card_with_state, command, hello};

#[test]
fn lengths_that_do_not_fit_are_refused() {
    let mut host = Host::new();
    assert_eq!(host.bpace(&hello(3, ALL, Some(0)), PIN), OK);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    let key = tlv::encode(0x84, &[1]);
    let pair = tlv::encode(0xB6, &tlv::encode(0x84, &[2]));
    let prepare = [key.clone(), tlv::encode(0x80, &[0x90])].concat();
    let plain = |ins, p1, p2| Command::new(0, ins, p1, p2);
    for wrong in [
        // Le where nothing comes back.
        plain(0xA4, 0, 0).with_ne(256),
        plain(0x20, 0, 3).with_data(PIN).with_ne(256),
        plain(0x20, 0, 3).with_ne(256),
        plain(0x44, 0x21, 0).with_data(key.clone()).with_ne(1),
        plain(0x22, 0x41, 0xB6)
            .with_data(prepare.clone())
            .with_ne(1),
        plain(0xE6, 0x21, 0).with_data(pair.clone()).with_ne(1),
        // None where something does.
        plain(0x46, 0x80, 0).with_data(pair),
        // Data where there are none, none where there are some, too few or too many.
        plain(0x20, 0xFF, 3).with_data(PIN),
        plain(0x44, 0x21, 0),
        plain(0x20, 0, 3).with_data("12345"),
        plain(0x24, 0, 3).with_data("12345612345"),
    ] {
        let header = wrong.header();
        assert_eq!(host.send(&wrong).status, Status(0x6700), "{header:02X?}");
    }
    for octets in [31, 33] {
        assert_eq!(host.status([0, 0x22, 0x41, 0xB6], &prepare), OK);
        let sign = command([0, 0x2A, 0x9E, 0x9A], &vec![7; octets]).with_ne(256);
        assert_eq!(host.send(&sign).status, Status(0x6700));
    }
    // None of it cost an attempt.
    assert_eq!(host.card.pin_attempts(), 3);
}

#[test]
fn a_memory_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut host = Host::with(card_with_state(&folder.path().join("card")));
    host.open_with_pin();
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    folder.close().unwrap();
    let key = tlv::encode(0x84, &[1]);
    let off = host.status([0, 0x04, 0x21, 0], &key);
    assert_eq!(off, Status(0x6581));
    // What was asked for is in force as long as the power is on: an attempt must not be forgotten.
    let prepare = [key, tlv::encode(0x80, &[0x90])].concat();
    let prepared = host.status([0, 0x22, 0x41, 0xB6], &prepare);
    assert_eq!(prepared, Status(0x6283));
}
