//! BAUTH with a terminal that is played here, and commands of its own channel.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::{bauth, oid, tlv};
use kabinet_token::{CardError, Password, Relay};

use crate::world::{CAN, PIN, World};

const REQUEST_HASH: [u8; 32] = [0xA5; 32];

/// The terminal's view of the hello: data of the initialisation, then the client's rights.
fn hello(access: &[u8]) -> Vec<u8> {
    let protocol = tlv::encode(0x80, oid::BAUTH);
    let request = tlv::encode(0x85, &REQUEST_HASH);
    [&protocol, &request, access].concat()
}

fn let_in(world: &World) -> Result<(Relay, ClientChannel), CardError> {
    let session = world.open(Password::Pin, PIN)?;
    let chain = [world.terminal_certificate.clone()];
    let start = session.begin_terminal(&REQUEST_HASH, &[], &chain)?;
    let terminal = bauth::Terminal::new(&world.terminal, &hello(start.access()), true);
    let answered = terminal.receive_m1(&start.m1, &mut SystemRandom).unwrap();
    let (confirming, m2, key) = answered;
    let (relay, m3) = start.finish_terminal(&m2)?;
    confirming
        .receive_m3(&m3, |_| Some(world.card_key.clone()))
        .unwrap();
    Ok((relay, ClientChannel::new(&key)))
}

fn ask(relay: &mut Relay, channel: &mut ClientChannel, command: Command) -> Response {
    let octets = channel.protect(&command).unwrap().encode().unwrap();
    let answer = Response::parse(&relay.transmit(&octets).unwrap()).unwrap();
    channel.unprotect(&answer).unwrap()
}

#[test]
fn terminal_reads_a_group_through_us() {
    for extended in [true, false] {
        let world = World::new(extended);
        let (mut relay, mut channel) = let_in(&world).unwrap();
        assert_eq!(relay.apdu_count() as usize, world.heads().len());
        let select = Command::new(0, 0xA4, 0x04, 0x0C).with_data(oid::AID_EID.to_vec());
        assert_eq!(ask(&mut relay, &mut channel, select).status, Status::OK);
        let select = Command::new(0, 0xA4, 0x02, 0x0C).with_data(vec![0x01, 0x04]);
        assert_eq!(ask(&mut relay, &mut channel, select).status, Status::OK);
        let read = Command::new(0, 0xB0, 0, 0).with_ne(242);
        let answer = ask(&mut relay, &mut channel, read);
        assert_eq!(answer.status, Status::OK);
        assert_eq!(answer.data[..2], [0x44, 0x0B]);
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
    let terminal = bauth::Terminal::new(&other.terminal, &hello(start.access()), true);
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
