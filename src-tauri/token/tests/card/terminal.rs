//! BAUTH with a terminal that is played here, and commands of its own channel.

use kabinet_stb::random::SystemRandom;
use kabinet_stb::{bauth, oid};
use kabinet_token::{Authentication, CardError, Password};

use crate::visit::{OK, REQUEST_HASH, Visit, hello};
use crate::world::{CAN, PIN, World};

fn let_in(world: &World) -> Result<Visit, CardError> {
    let session = world.open(Password::Pin, PIN)?;
    let certificate = &world.terminal_certificate;
    Visit::of(world, session, Authentication::Mutual, &[], certificate)
}

#[test]
fn terminal_reads_a_group_through_us() {
    for extended in [true, false] {
        let world = World::new(extended);
        let mut visit = let_in(&world).unwrap();
        assert_eq!(visit.relay.apdu_count() as usize, world.heads().len());
        visit.select(oid::AID_EID);
        assert_eq!(visit.select_file(0x0104), OK);
        assert_eq!(visit.read()[..2], [0x44, 0x0B]);
    }
}

#[test]
fn certificates_go_in_as_few_commands_as_the_card_takes() {
    let world = World::new(true);
    // Else the short card would take it in one, too.
    assert!(world.terminal_certificate.len() > 241 + 4);
    let_in(&world).unwrap();
    let opening = ["22C1A4", "860000", "860000"];
    let long = ["22F1A4", "2A00BE", "860000", "860000"];
    assert_eq!(world.heads(), [&opening[..], &long].concat());
    let world = World::new(false);
    let_in(&world).unwrap();
    let short = ["22F1A4", "2A00BE", "2A00BE", "860000", "860000"];
    assert_eq!(world.heads(), [&opening[..], &short].concat());
}

#[test]
fn terminal_of_another_authority_is_refused() {
    let world = World::new(true);
    let stranger = World::new(true);
    let session = world.open(Password::Pin, PIN).unwrap();
    let chain = [stranger.terminal_certificate.clone()];
    let refused = session.begin_terminal(&REQUEST_HASH, &[], &chain).err();
    assert_eq!(refused, Some(CardError::TerminalRefused));
    let session = world.open(Password::Pin, PIN).unwrap();
    let refused = session
        .begin_terminal(&REQUEST_HASH, &[], &[vec![0x30, 0]])
        .err();
    assert_eq!(refused, Some(CardError::TerminalRefused));
    let session = world.open(Password::Pin, PIN).unwrap();
    let refused = session.begin_terminal(&REQUEST_HASH, &[], &[]).err();
    assert_eq!(refused, Some(CardError::TerminalRefused));
}

#[test]
fn terminal_without_its_key_is_refused() {
    let world = World::new(true);
    let session = world.open(Password::Pin, PIN).unwrap();
    let chain = [world.terminal_certificate.clone()];
    let start = session.begin_terminal(&REQUEST_HASH, &[], &chain).unwrap();
    // The right length, but proves nothing: another terminal's answer to the same M1.
    let other = World::new(true);
    let hello = hello(Authentication::Mutual, &[], start.access());
    let terminal = bauth::Terminal::new(&other.terminal, &hello, true);
    let refused = match terminal.receive_m1(&start.m1, &mut SystemRandom) {
        Ok((_, m2, _)) => start.finish_terminal(&m2).err(),
        Err(_) => start.finish_terminal(&[0; 40]).err(),
    };
    assert_eq!(refused, Some(CardError::TerminalRefused));
}

#[test]
fn terminal_is_let_in_only_right_after_the_password() {
    let world = World::new(true);
    let mut session = world.open(Password::Pin, PIN).unwrap();
    session.read_name().unwrap();
    let chain = [world.terminal_certificate.clone()];
    let refused = session.begin_terminal(&REQUEST_HASH, &[], &chain).err();
    assert_eq!(refused, Some(CardError::NotAllowed));
}

#[test]
fn can_needs_a_terminal_with_that_right() {
    let world = World::new(true);
    let session = world.open(Password::Can, CAN).unwrap();
    let chain = [world.terminal_certificate.clone()];
    let refused = session.begin_terminal(&REQUEST_HASH, &[], &chain).err();
    assert_eq!(refused, Some(CardError::TerminalRefused));
}
