//! The PIN: its flag of confirmation, its value, its state.

use kabinet_stb::apdu::Status;
use kabinet_stb::oid;
use kabinet_token::{
    Application, CardError, Confirmation, Hello, Password, PasswordState, Session, SignHash,
};

use crate::visit::{OK, Visit};
use crate::world::{CAN, PIN, PUK, WRONG, World, hello, secret};

const NEW: &str = "222222";
const FULL: PasswordState = PasswordState::Usable { attempts_left: 3 };

fn state(world: &World) -> PasswordState {
    world.connect().unwrap().pin_state().unwrap()
}

fn opens(world: &World, pin: &str) -> bool {
    world.open(Password::Pin, pin).is_ok()
}

fn by(world: &World, password: Password, digits: &str) -> Session {
    world.open(password, digits).unwrap()
}

/// A blocked PIN.
fn blocked() -> World {
    let world = World::new(true);
    for _ in 0..2 {
        world.open(Password::Pin, WRONG).err().unwrap();
    }
    drop(by(&world, Password::Can, CAN));
    world.open(Password::Pin, WRONG).err().unwrap();
    assert_eq!(state(&world), PasswordState::Blocked);
    world
}

#[test]
fn activate_pin() {
    let world = World::new(true);
    by(&world, Password::Pin, PIN).deactivate_pin().unwrap();
    let mut session = by(&world, Password::Puk, PUK);
    session.activate_pin().unwrap();
    // Of one that is on already the standard wants 9000.
    session.activate_pin().unwrap();
    drop(session);
    assert!(opens(&world, PIN));
    // Only the PUK may, and only where it was asked for.
    world.heads();
    let mut session = by(&world, Password::Pin, PIN);
    world.heads();
    assert_eq!(session.activate_pin(), Err(CardError::NotAllowed));
    assert!(world.heads().is_empty());
    drop(session);

    by(&world, Password::Pin, PIN).deactivate_pin().unwrap();
    for application in [oid::AID_ESIGN, oid::AID_EID] {
        let mut visit = Visit::trusted(&world, by(&world, Password::Puk, PUK));
        visit.select(application);
        assert_eq!(visit.status([0, 0x44, 0x10, 3], &[]), OK);
    }
    assert_eq!(state(&world), FULL);
}

#[test]
fn deactivate_pin() {
    let world = World::new(true);
    for (password, digits) in [(Password::Pin, PIN), (Password::Puk, PUK)] {
        by(&world, password, digits).deactivate_pin().unwrap();
        assert_eq!(state(&world), PasswordState::Deactivated);
        let refused = world.open(Password::Pin, PIN).err();
        assert_eq!(refused, Some(CardError::Deactivated));
        by(&world, Password::Puk, PUK).activate_pin().unwrap();
    }
    let refused = by(&world, Password::Can, CAN).deactivate_pin();
    assert_eq!(refused, Err(CardError::NotAllowed));
    assert_eq!(state(&world), FULL);

    let mut visit = Visit::trusted(&world, by(&world, Password::Pin, PIN));
    visit.select(oid::AID_ESIGN);
    assert_eq!(visit.status([0, 0x04, 0x10, 3], &[]), OK);
    // The card is in the state IS: nothing of the dialogue is left.
    assert!(!visit.relay.is_open());
    assert!(visit.relay.into_session().is_err());
    assert_eq!(state(&world), PasswordState::Deactivated);
}

#[test]
fn change_pin() {
    let world = World::new(true);
    let mut session = by(&world, Password::Pin, PIN);
    let wrong = session.change_pin(&secret(WRONG), &secret(NEW));
    assert_eq!(wrong, Err(CardError::PinWrong { attempts_left: 2 }));
    session.change_pin(&secret(PIN), &secret(NEW)).unwrap();
    assert_eq!(session.confirmation(), Confirmation::Absent);
    assert_eq!(session.known_pin_state(), Some(FULL));
    // What is no PIN is not sent.
    world.heads();
    let short = session.change_pin(&secret(NEW), &secret("12345"));
    assert!(matches!(short, Err(CardError::Protocol(_))));
    assert!(world.heads().is_empty());
    drop(session);
    assert_eq!(state(&world), FULL);
    assert!(opens(&world, NEW));

    for (application, aid, old, new) in [
        (Application::Esign, oid::AID_ESIGN, NEW, PIN),
        (Application::Eid, oid::AID_EID, PIN, NEW),
    ] {
        let mut visit = Visit::trusted(&world, by(&world, Password::Pin, old));
        visit.select(aid);
        let (mut turn, _) = visit.hand_over();
        let changed = turn.change_pin(application, &secret(old), &secret(new));
        changed.unwrap();
        drop(turn);
        assert!(opens(&world, new));
    }
}

#[test]
fn unblock_pin() {
    let world = blocked();
    let mut session = by(&world, Password::Puk, PUK);
    session.unblock_pin(None).unwrap();
    drop(session);
    assert_eq!(state(&world), FULL);
    assert!(opens(&world, PIN));
    drop(world);

    let world = blocked();
    let mut session = by(&world, Password::Puk, PUK);
    session.unblock_pin(Some(&secret(NEW))).unwrap();
    drop(session);
    assert!(opens(&world, NEW));
    // Not by the PIN, and not where the right was not asked for.
    let mut by_pin = by(&world, Password::Pin, NEW);
    assert_eq!(by_pin.unblock_pin(None), Err(CardError::NotAllowed));
    drop(by_pin);
    let card = world.connect().unwrap();
    let mut bare = card
        .open(Password::Puk, &secret(PUK), &Hello::default())
        .unwrap();
    assert_eq!(bare.unblock_pin(None), Err(CardError::NotAllowed));
    drop(bare);
    // A PIN that is switched off must be switched on first.
    by(&world, Password::Pin, NEW).deactivate_pin().unwrap();
    let mut off = by(&world, Password::Puk, PUK);
    assert_eq!(off.unblock_pin(None), Err(CardError::Deactivated));
    drop((off, world));

    for (application, aid) in [
        (Application::Esign, oid::AID_ESIGN),
        (Application::Eid, oid::AID_EID),
    ] {
        let world = blocked();
        let mut visit = Visit::trusted(&world, by(&world, Password::Puk, PUK));
        visit.select(aid);
        let (mut turn, _) = visit.hand_over();
        turn.unblock_pin(application, Some(&secret(NEW))).unwrap();
        drop(turn);
        assert!(opens(&world, NEW));
    }
}

#[test]
fn a_pin_that_too_many_puks_blocked_stays_so() {
    let world = blocked();
    for left in (0..10).rev() {
        let refused = world.open(Password::Puk, "9999999999").err();
        assert_eq!(
            refused,
            Some(CardError::PukWrong {
                attempts_left: left
            })
        );
    }
    // The PUK itself is as right as before, but unblocks no more.
    let mut session = by(&world, Password::Puk, PUK);
    assert_eq!(session.unblock_pin(None), Err(CardError::Blocked));
    drop(session);
    assert_eq!(state(&world), PasswordState::Blocked);
}

#[test]
fn verify_pin() {
    let world = World::new(true);
    let mut session = by(&world, Password::Pin, PIN);
    session.sign(1, SignHash::Belt, &[7; 32]).unwrap();
    assert_eq!(session.confirmation(), Confirmation::Absent);
    for attempts_left in [2, 1] {
        let wrong = session.verify_pin(&secret(WRONG));
        assert_eq!(wrong, Err(CardError::PinWrong { attempts_left }));
    }
    // Suspended: not tried, until the CAN is proved, here inside the same dialogue.
    world.heads();
    assert_eq!(session.verify_pin(&secret(PIN)), Err(CardError::Suspended));
    assert!(world.heads().is_empty());
    let resumed = session.prove(Password::Can, &secret(CAN), &hello(None));
    resumed.unwrap();
    session
        .prove(Password::Pin, &secret(PIN), &hello(None))
        .unwrap();
    assert_eq!(session.known_pin_state(), Some(FULL));
    session.verify_pin(&secret(PIN)).unwrap();
    session.sign(1, SignHash::Belt, &[7; 32]).unwrap();
    drop(session);

    let mut visit = Visit::trusted(&world, by(&world, Password::Pin, PIN));
    visit.select(oid::AID_ESIGN);
    // A terminal cannot confirm.
    assert_eq!(
        visit.status([0, 0x20, 0, 3], PIN.as_bytes()),
        Status(0x6982)
    );
    let (mut turn, channel) = visit.hand_over();
    turn.verify_pin(&secret(PIN)).unwrap();
    let relay = turn.give_back().unwrap();
    let mut visit = Visit { relay, channel };
    visit.select(oid::AID_ESIGN);
    assert_eq!(visit.status([0, 0x20, 0, 3], &[]), OK);
}

#[test]
fn check_confirmation() {
    let world = World::new(true);
    let mut session = by(&world, Password::Pin, PIN);
    assert_eq!(session.ask_confirmation(), Ok(true));
    session.sign(1, SignHash::Belt, &[7; 32]).unwrap();
    assert_eq!(session.ask_confirmation(), Ok(false));
    drop(session);
    let mut by_can = by(&world, Password::Can, CAN);
    assert_eq!(by_can.ask_confirmation(), Err(CardError::NotAllowed));
    drop(by_can);

    let mut visit = Visit::trusted(&world, by(&world, Password::Pin, PIN));
    visit.select(oid::AID_ESIGN);
    assert_eq!(visit.status([0, 0x20, 0, 3], &[]), OK);
    let (mut turn, _) = visit.hand_over();
    assert_eq!(turn.ask_confirmation(), Ok(true));
}

#[test]
fn reset_confirmation() {
    let world = World::new(true);
    let mut session = world.open_for(Password::Pin, PIN, Some(0)).unwrap();
    session.reset_confirmation().unwrap();
    // Of a flag that is down already the standard wants 9000.
    session.reset_confirmation().unwrap();
    let refused = session.sign(1, SignHash::Belt, &[7; 32]);
    assert_eq!(refused, Err(CardError::PinNotConfirmed));
    drop(session);

    let mut visit = Visit::trusted(&world, by(&world, Password::Pin, PIN));
    visit.select(oid::AID_ESIGN);
    assert_eq!(visit.status([0, 0x20, 0xFF, 3], &[]), OK);
    assert_eq!(visit.relay.confirmation(), Confirmation::Absent);
    assert_eq!(visit.status([0, 0x20, 0, 3], &[]), Status(0x6982));
    let (mut turn, _) = visit.hand_over();
    turn.verify_pin(&secret(PIN)).unwrap();
    turn.reset_confirmation().unwrap();
    assert_eq!(turn.ask_confirmation(), Ok(false));
}
