//! What closes a channel and what the card falls back to.

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::oid;

use crate::host::{ALL, Host, OK, PIN, command, hello, strange_channel};

const MF: Command = Command {
    cla: 0,
    ins: 0xA4,
    p1: 0,
    p2: 0,
    data: Vec::new(),
    ne: None,
};

#[test]
fn a_plain_command_closes_the_clients_channel() {
    let mut host = Host::new();
    host.open_with_pin();
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.plain(&MF).status, Status(0x6987));
    // The card is in IS now: a protected command means nothing to it, a plain one works.
    assert_eq!(host.select(oid::AID_ESIGN), Status(0x6E00));
    host.client = None;
    assert_eq!(host.plain(&MF).status, OK);
    host.open_with_pin();
}

#[test]
fn a_violation_in_the_terminals_channel_leaves_the_clients() {
    let mut host = Host::new();
    host.open_with_pin();
    host.bauth(ALL, true, &["cvc-sub", "cvc-term"]).unwrap();
    assert_eq!(host.plain(&MF).status, Status(0x6987));
    host.terminal = None;
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.select_file(0x5201), OK);
}

#[test]
fn a_wrong_code_closes_with_another_status() {
    let mut host = Host::new();
    host.open_with_pin();
    let mut strange = strange_channel();
    let protected = strange.protect(&MF).unwrap();
    assert_eq!(host.plain(&protected).status, Status(0x6988));
    host.client = None;
    assert_eq!(host.plain(&MF).status, OK);
}

#[test]
fn a_replayed_command_is_a_wrong_one() {
    let mut host = Host::new();
    host.open_with_pin();
    let protected = host.client.as_mut().unwrap().protect(&MF).unwrap();
    assert_eq!(host.plain(&protected).status, OK);
    assert_eq!(host.plain(&protected).status, Status(0x6988));
}

#[test]
fn a_new_password_replaces_the_channel_and_ends_the_terminals() {
    let mut host = Host::new();
    host.open_with_pin();
    host.bauth(ALL, true, &["cvc-sub", "cvc-term"]).unwrap();
    let switch = command([0, 0x22, 0x01, 0xA4], &[0xE1, 3, 0x81, 1, 0]);
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.send(&switch).status, OK);
    host.terminal = None;
    assert_eq!(host.bpace(&hello(3, ALL, None), PIN), OK);
    assert_eq!(host.select(oid::AID_EID), OK);
    let back = command([0, 0x22, 0x01, 0xA4], &[0xE1, 3, 0x81, 1, 1]);
    assert_eq!(host.send(&back).status, Status(0x6982));
}

#[test]
fn reset_ends_everything() {
    let mut host = Host::new();
    host.open_with_pin();
    host.card.power_on();
    assert_eq!(host.select(oid::AID_ESIGN), Status(0x6E00));
}

#[test]
fn unknown_commands_are_told_apart() {
    let mut host = Host::new();
    for (head, status) in [
        ([0, 0xEE, 0, 0], 0x6D00),
        ([0, 0x22, 0, 0], 0x6A86),
        ([0, 0xA4, 1, 1], 0x6A86),
        ([0x80, 0xA4, 0, 0], 0x6E00),
        ([0, 0xB0, 0, 0], 0x6982),
        ([0, 0x86, 0, 0], 0x6982),
    ] {
        assert_eq!(host.status(head, &[]), Status(status), "{head:02X?}");
    }
    assert_eq!(host.send(&MF.clone().with_ne(1)).status, Status(0x6700));
    host.open_with_pin();
    assert_eq!(host.select(&oid::AID_EID[1..]), Status(0x6A82));
}
