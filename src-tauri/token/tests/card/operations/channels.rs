//! Passwords, terminals and their channels.

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::{oid, tlv};
use kabinet_token::{
    Application, Authentication, CardError, Hello, Password, PasswordState, SignHash,
};

use crate::visit::{OK, REQUEST_HASH, Visit, auxiliary};
use crate::world::{CAN, PIN, PUK, WRONG, World, hello, secret};

const NO: Status = Status(0x6200);

#[test]
fn initialise_bpace() {
    let world = World::new(true);
    let state = || world.connect().unwrap().pin_state().unwrap();
    let usable = |attempts_left| PasswordState::Usable { attempts_left };
    assert_eq!(state(), usable(3));
    world.open(Password::Pin, WRONG).err().unwrap();
    assert_eq!(state(), usable(2));
    world.open(Password::Pin, WRONG).err().unwrap();
    assert_eq!(state(), PasswordState::Suspended);
    // Inside a channel the answer is the same.
    let mut session = world.open(Password::Can, CAN).unwrap();
    assert_eq!(session.pin_state(), Ok(usable(1)));
    drop(session);
    world.open(Password::Pin, WRONG).err().unwrap();
    assert_eq!(state(), PasswordState::Blocked);
    world
        .open(Password::Puk, PUK)
        .unwrap()
        .unblock_pin(None)
        .unwrap();
    world
        .open(Password::Pin, PIN)
        .unwrap()
        .deactivate_pin()
        .unwrap();
    assert_eq!(state(), PasswordState::Deactivated);
}

#[test]
fn bpace() {
    let world = World::new(true);
    // From IS, with each password.
    for (password, digits) in [
        (Password::Can, CAN),
        (Password::Pin, PIN),
        (Password::Puk, PUK),
    ] {
        let session = world.open(password, digits).unwrap();
        assert_eq!(session.password(), password);
    }
    // From PS, inside the channel that is replaced.
    let mut session = world.open(Password::Can, CAN).unwrap();
    let none = Hello::default();
    session
        .prove(Password::Pin, &secret(PIN), &hello(None))
        .unwrap();
    session.sign(1, SignHash::Belt, &[7; 32]).unwrap();
    let wrong = session.prove(Password::Pin, &secret(WRONG), &none);
    assert_eq!(wrong, Err(CardError::PinWrong { attempts_left: 2 }));
    // The session of before goes on.
    assert!(session.read_certificate(1).unwrap().is_some());
    let wrong = session.prove(Password::Can, &secret(WRONG), &none);
    assert_eq!(wrong, Err(CardError::CanWrong));
    session.prove(Password::Pin, &secret(PIN), &none).unwrap();
    // Without the words of before there are no rights.
    assert_eq!(session.read_certificate(1), Err(CardError::NotAllowed));
    drop(session);
    // From AS:CP, which ends the terminal's channel.
    let session = world.open(Password::Pin, PIN).unwrap();
    let mut visit = Visit::trusted(&world, session);
    visit.select(oid::AID_ESIGN);
    let (turn, _) = visit.hand_over();
    let proved = turn.prove(Password::Pin, &secret(PIN), &hello(None));
    let mut session = proved.map_err(|_| ()).unwrap();
    session.sign(1, SignHash::Belt, &[7; 32]).unwrap();
    // And a terminal can be let in again.
    session
        .prove(Password::Pin, &secret(PIN), &hello(None))
        .unwrap();
    Visit::trusted(&world, session).select(oid::AID_EID);
}

#[test]
fn initialise_bauth() {
    let world = World::new(true);
    let chain = [world.trusted_certificate.clone()];
    for authentication in [Authentication::Mutual, Authentication::OneSided] {
        let session = world.open(Password::Pin, PIN).unwrap();
        let start = session.begin_terminal_with(authentication, &REQUEST_HASH, &[], &chain);
        assert!(!start.unwrap().m1.is_empty());
        // Not with anything in between, of which the card is not even asked.
        let mut session = world.open(Password::Pin, PIN).unwrap();
        session.select_application(Application::Eid).unwrap();
        world.heads();
        let late = session.begin_terminal_with(authentication, &REQUEST_HASH, &[], &chain);
        assert_eq!(late.err(), Some(CardError::NotAllowed));
        assert!(world.heads().is_empty());
        // Parameters of attributes that are none.
        let session = world.open(Password::Pin, PIN).unwrap();
        let broken = tlv::encode(0x67, &[0x73, 0]);
        let refused = session.begin_terminal_with(authentication, &REQUEST_HASH, &broken, &chain);
        assert_eq!(refused.err(), Some(CardError::TerminalRefused));
    }
}

#[test]
fn verify_certificate() {
    let world = World::new(true);
    let begin = |certificate: Vec<u8>| {
        let session = world.open(Password::Pin, PIN).unwrap();
        let begun = session.begin_terminal(&REQUEST_HASH, &[], &[certificate]);
        begun.err()
    };
    assert_eq!(begin(world.trusted_certificate.clone()), None);
    let mut damaged = world.trusted_certificate.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(begin(damaged), Some(CardError::TerminalRefused));
    let stranger = world.stranger_certificate();
    assert_eq!(begin(stranger), Some(CardError::TerminalRefused));
}

#[test]
fn bauth() {
    let world = World::new(true);
    for authentication in [Authentication::Mutual, Authentication::OneSided] {
        for (password, digits) in [
            (Password::Pin, PIN),
            (Password::Can, CAN),
            (Password::Puk, PUK),
        ] {
            let session = world.open(password, digits).unwrap();
            let certificate = &world.trusted_certificate;
            let let_in = Visit::of(&world, session, authentication, &[], certificate);
            let_in.unwrap().select(oid::AID_EID);
        }
        let session = world.open(Password::Pin, PIN).unwrap();
        let chain = [world.trusted_certificate.clone()];
        let start = session
            .begin_terminal_with(authentication, &REQUEST_HASH, &[], &chain)
            .unwrap();
        let refused = start.finish_terminal(&[0; 24]).err();
        assert_eq!(refused, Some(CardError::TerminalRefused));
    }
}

#[test]
fn switch_context() {
    let world = World::new(true);
    let session = world.open(Password::Pin, PIN).unwrap();
    let mut visit = Visit::trusted(&world, session);
    visit.select(oid::AID_EID);
    let (turn, channel) = visit.hand_over();
    let relay = turn.give_back().unwrap();
    let mut visit = Visit { relay, channel };
    // The master file is selected after a switch.
    assert_eq!(visit.select_file(0x0104), Status(0x6982));
    visit.select(oid::AID_EID);
    assert_eq!(visit.select_file(0x0104), OK);
    // Nothing passes that would switch behind the client's back.
    let data = tlv::encode(0xE1, &tlv::encode(0x81, &[0]));
    let switch = Command::new(0, 0x22, 0x01, 0xA4).with_data(data);
    let octets = visit.channel.protect(&switch).unwrap().encode().unwrap();
    let refused = visit.relay.transmit(&octets);
    assert!(matches!(refused, Err(CardError::Protocol(_))));
}

#[test]
fn verify_attribute() {
    let world = World::new(true);
    let attributes = [
        oid::DOCUMENT_VALIDITY,
        oid::AGE_VERIFICATION,
        oid::PLACE_VERIFICATION,
    ];
    let ask = |password, digits, valid_on: &str| {
        let session = world.open(password, digits).unwrap();
        let one_sided = Authentication::OneSided;
        let certificate = &world.trusted_certificate;
        let auxiliary = auxiliary(valid_on);
        let let_in = Visit::of(&world, session, one_sided, &auxiliary, certificate);
        let mut visit = let_in.unwrap();
        visit.select(oid::AID_EID);
        attributes.map(|id| visit.status([0x80, 0x20, 0x80, 0], &tlv::encode(0x06, id)))
    };
    assert_eq!(ask(Password::Pin, PIN, "20261123"), [OK, OK, OK]);
    assert_eq!(ask(Password::Can, CAN, "20261123"), [OK, OK, OK]);
    assert_eq!(ask(Password::Pin, PIN, "20340101"), [NO, OK, OK]);
}
