//! The password automaton through commands.

use std::time::{Duration, Instant};

use kabinet_stb::apdu::Status;
use kabinet_stb::oid;
use virtual_token::Card;
use virtual_token::passwords::PinState;

use crate::host::{ALL, CAN, Host, OK, PIN, PUK, REFUSED, card_file, card_with_state, hello};

const WRONG: &str = "111111";

fn pin() -> Vec<u8> {
    hello(3, ALL, None)
}

fn can() -> Vec<u8> {
    hello(2, ALL, None)
}

fn puk() -> Vec<u8> {
    hello(4, ALL, None)
}

fn block(host: &mut Host) {
    assert_eq!(host.bpace(&pin(), WRONG), Status(0x63C2));
    assert_eq!(host.bpace(&pin(), WRONG), Status(0x63C1));
    assert_eq!(host.bpace(&can(), CAN), OK);
    assert_eq!(host.bpace(&pin(), WRONG), Status(0x63C0));
}

#[test]
fn the_state_of_the_pin_is_told_before_any_secret() {
    let mut host = Host::new();
    assert_eq!(host.announce(&pin()), OK);
    assert_eq!(host.bpace(&pin(), WRONG), Status(0x63C2));
    assert_eq!(host.announce(&pin()), Status(0x63C2));
    assert_eq!(host.announce(&can()), OK);
}

#[test]
fn a_suspended_pin_comes_back_with_the_can_and_its_counter_stays() {
    let mut host = Host::new();
    host.bpace(&pin(), WRONG);
    host.bpace(&pin(), WRONG);
    assert_eq!(host.announce(&pin()), Status(0x6985));
    assert_eq!(host.bpace(&can(), WRONG), Status(0x63C1));
    assert_eq!(host.announce(&pin()), Status(0x6985));
    assert_eq!(host.bpace(&can(), CAN), OK);
    assert_eq!(host.announce(&pin()), Status(0x63C1));
    assert_eq!(host.bpace(&pin(), PIN), OK);
    assert_eq!(host.card.pin_attempts(), 3);
}

#[test]
fn a_blocked_pin_is_unblocked_after_the_puk_by_its_own_command() {
    let mut host = Host::new();
    block(&mut host);
    assert_eq!(host.announce(&pin()), Status(0x6983));
    assert_eq!(host.bpace(&puk(), PUK), OK);
    assert_eq!(host.announce(&pin()), Status(0x6983));
    assert_eq!(host.bpace(&puk(), PUK), OK);
    assert_eq!(host.status([0, 0x2C, 2, 0], b"777777"), REFUSED);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.status([0, 0x2C, 2, 0], b"77777a"), Status(0x6A80));
    assert_eq!(host.status([0, 0x2C, 2, 0], b"777777"), OK);
    host.status([0, 0xA4, 0, 0], &[]);
    assert_eq!(host.bpace(&pin(), "777777"), OK);
    assert_eq!(host.bpace(&pin(), "777777"), OK);
}

#[test]
fn unblocking_needs_its_right() {
    let mut host = Host::new();
    block(&mut host);
    let without = hello(4, (0, 0xF7C0 & !(1 << 8)), None);
    assert_eq!(host.bpace(&without, PUK), OK);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.status([0, 0x2C, 3, 0], &[]), REFUSED);
}

#[test]
fn ten_wrong_puks_block_for_ever() {
    let mut host = Host::new();
    assert_eq!(host.bpace(&puk(), "1111111111"), Status(0x63C9));
    block(&mut host);
    for left in (0..10).rev() {
        assert_eq!(host.bpace(&puk(), "1111111111"), Status(0x63C0 + left));
    }
    assert_eq!(host.bpace(&puk(), PUK), OK);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.status([0, 0x2C, 3, 0], &[]), Status(0x6983));
}

#[test]
fn the_state_outlives_the_power_and_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let mut host = Host::with(card_with_state(&path));
    host.bpace(&pin(), WRONG);
    // A cut: nothing is written on the way out.
    std::mem::forget(host);
    let mut host = Host::with(card_with_state(&path));
    assert_eq!(host.card.pin_attempts(), 2);
    host.bpace(&pin(), WRONG);
    assert_eq!(host.bpace(&can(), CAN), OK);
    host.card.power_off();
    host.client = None;
    assert_eq!(host.announce(&pin()), Status(0x63C1));
    assert_eq!(host.bpace(&pin(), PIN), OK);
    let host = Host::with(card_with_state(&path));
    assert_eq!(host.card.pin_attempts(), 3);
}

#[test]
fn a_malformed_message_costs_no_attempt() {
    let mut host = Host::new();
    assert_eq!(host.announce(&pin()), OK);
    let short = host.send(&crate::host::command([0, 0x86, 0, 0], &[0x7C, 2, 0x80, 0]).with_ne(256));
    assert_eq!(short.status, Status(0x6A80));
    assert_eq!(host.card.pin_attempts(), 3);
    assert_eq!(host.announce(&pin()[1..]), Status(0x6A80));
}

#[test]
fn deactivation_ends_in_the_initial_state_and_the_puk_activates() {
    let mut host = Host::new();
    host.open_with_pin();
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.status([0, 0x04, 0x10, 3], &[]), OK);
    host.client = None;
    assert_eq!(host.announce(&pin()), Status(0x6984));
    assert_eq!(host.card.pin_state(), PinState::Deactivated);
    assert_eq!(host.bpace(&puk(), PUK), OK);
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.status([0, 0x2C, 3, 0], &[]), Status(0x6984));
    assert_eq!(host.status([0, 0x44, 0x10, 3], &[]), OK);
    host.status([0, 0xA4, 0, 0], &[]);
    assert_eq!(host.bpace(&pin(), PIN), OK);
}

#[test]
fn the_pin_is_changed_only_with_the_old_one() {
    let mut host = Host::new();
    host.open_with_pin();
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(
        host.status([0, 0x24, 0, 3], b"111111222222"),
        Status(0x63C2)
    );
    assert_eq!(host.status([0, 0x24, 0, 3], b"123456222222"), OK);
    assert_eq!(host.card.pin_attempts(), 3);
    // The change took the confirmation away.
    assert_eq!(host.status([0, 0x20, 0, 3], &[]), REFUSED);
    assert_eq!(host.status([0, 0x20, 0, 3], b"222222"), OK);
    assert_eq!(host.status([0, 0x20, 0, 3], &[]), OK);
}

#[test]
fn a_wrong_can_takes_its_second() {
    let mut host = Host::new();
    host.card = Card::from_json(&card_file().to_string()).unwrap();
    let begun = Instant::now();
    assert_eq!(host.bpace(&can(), WRONG), Status(0x63C1));
    assert!(begun.elapsed() >= Duration::from_secs(1));
}
