//! Passwords: right, wrong, suspended, blocked, switched off.

use kabinet_token::{
    CancelToken, Card, CardError, CardPresence, Hello, Password, PasswordState, is_id_card, readers,
};

use crate::world::{CAN, PIN, PUK, WRONG, World, secret};

const FULL: PasswordState = PasswordState::Usable { attempts_left: 3 };

#[test]
fn pin_opens_in_three_commands() {
    let world = World::new(true);
    let session = world.open(Password::Pin, PIN).unwrap();
    assert_eq!(session.apdu_count(), 3);
    assert_eq!(world.heads(), ["22C1A4", "860000", "860000"]);
    assert!(!session.access().is_empty());
}

#[test]
fn every_password_opens() {
    let world = World::new(true);
    for (password, digits) in [
        (Password::Can, CAN),
        (Password::Puk, PUK),
        (Password::Pin, PIN),
    ] {
        assert!(world.open(password, digits).is_ok());
    }
    let mut by_can = world.open(Password::Can, CAN).unwrap();
    assert_eq!(by_can.read_certificate(1), Err(CardError::NotAllowed));
}

#[test]
fn state_of_the_pin_costs_nothing() {
    let world = World::new(true);
    let mut card = world.connect().unwrap();
    for _ in 0..5 {
        assert_eq!(card.pin_state(), Ok(FULL));
    }
    assert_eq!(is_id_card(&mut card), Ok(true));
    let session = card.open(Password::Pin, &secret(PIN), &Hello::default());
    assert!(session.is_ok());
    assert_eq!(world.attempts(), 3);
}

#[test]
fn wrong_pin_goes_once_and_tells_what_is_left() {
    let world = World::new(true);
    let refused = world.open(Password::Pin, WRONG).err();
    assert_eq!(refused, Some(CardError::PinWrong { attempts_left: 2 }));
    assert_eq!(world.heads(), ["22C1A4", "860000", "860000"]);
    assert_eq!(world.attempts(), 2);
    let left = world.connect().unwrap().pin_state();
    assert_eq!(left, Ok(PasswordState::Usable { attempts_left: 2 }));
    assert!(world.open(Password::Pin, PIN).is_ok());
    assert_eq!(world.attempts(), 3);
}

#[test]
fn suspended_pin_waits_for_the_can_and_blocked_for_the_puk() {
    let world = World::new(true);
    world.open(Password::Pin, WRONG).err().unwrap();
    let refused = world.open(Password::Pin, WRONG).err();
    assert_eq!(refused, Some(CardError::PinWrong { attempts_left: 1 }));
    assert_eq!(
        world.connect().unwrap().pin_state(),
        Ok(PasswordState::Suspended)
    );
    world.heads();
    assert_eq!(
        world.open(Password::Pin, PIN).err(),
        Some(CardError::Suspended)
    );
    assert_eq!(
        world.heads(),
        ["22C1A4"],
        "a suspended PIN must not be tried"
    );

    world.open(Password::Can, CAN).unwrap();
    let resumed = world.connect().unwrap().pin_state();
    assert_eq!(resumed, Ok(PasswordState::Usable { attempts_left: 1 }));
    let refused = world.open(Password::Pin, WRONG).err();
    assert_eq!(refused, Some(CardError::PinWrong { attempts_left: 0 }));

    assert_eq!(
        world.connect().unwrap().pin_state(),
        Ok(PasswordState::Blocked)
    );
    world.heads();
    assert_eq!(
        world.open(Password::Pin, PIN).err(),
        Some(CardError::Blocked)
    );
    assert_eq!(world.heads(), ["22C1A4"], "a blocked PIN must not be tried");
    world
        .open(Password::Puk, PUK)
        .unwrap()
        .unblock_pin(None)
        .unwrap();
    assert!(world.open(Password::Pin, PIN).is_ok());
}

#[test]
fn unblocking_can_set_a_new_pin() {
    let world = World::new(true);
    let mut session = world.open(Password::Puk, PUK).unwrap();
    session.unblock_pin(Some(&secret("222222"))).unwrap();
    drop(session);
    let refused = world.open(Password::Pin, PIN).err();
    assert_eq!(refused, Some(CardError::PinWrong { attempts_left: 2 }));
    assert!(world.open(Password::Pin, "222222").is_ok());
}

#[test]
fn other_passwords_have_no_attempts_to_lose() {
    let world = World::new(true);
    assert_eq!(
        world.open(Password::Can, WRONG).err(),
        Some(CardError::CanWrong)
    );
    let refused = world.open(Password::Puk, "9999999999").err();
    assert_eq!(refused, Some(CardError::PukWrong { attempts_left: 9 }));
    assert_eq!(world.attempts(), 3);
}

#[test]
fn pin_is_changed_inside_a_session() {
    let world = World::new(true);
    let mut session = world.open(Password::Pin, PIN).unwrap();
    session.change_pin(&secret(PIN), &secret("333333")).unwrap();
    drop(session);
    assert!(world.open(Password::Pin, "333333").is_ok());
}

#[test]
fn deactivated_pin_waits_for_the_puk() {
    let world = World::new(true);
    let session = world.open(Password::Pin, PIN).unwrap();
    session.deactivate_pin().unwrap();
    assert_eq!(
        world.connect().unwrap().pin_state(),
        Ok(PasswordState::Deactivated)
    );
    assert_eq!(
        world.open(Password::Pin, PIN).err(),
        Some(CardError::Deactivated)
    );
    world
        .open(Password::Puk, PUK)
        .unwrap()
        .activate_pin()
        .unwrap();
    assert!(world.open(Password::Pin, PIN).is_ok());
}

#[test]
fn one_dialogue_at_a_time() {
    let world = World::new(true);
    let held = world.open(Password::Pin, PIN).unwrap();
    assert_eq!(world.connect().err(), Some(CardError::Sharing));
    let states = readers::list(std::slice::from_ref(&world.address)).unwrap();
    let ours = states.iter().find(|state| state.address == world.address);
    assert!(matches!(
        ours.unwrap().presence,
        CardPresence::Present { .. }
    ));
    drop(held);
    assert!(world.connect().is_ok());
}

#[test]
fn cancelled_dialogue_stops_before_the_next_command() {
    let world = World::new(true);
    let cancel = CancelToken::new();
    let mut card = Card::connect(&world.address, cancel.clone()).unwrap();
    card.pin_state().unwrap();
    cancel.cancel();
    world.heads();
    let opened = card.open(Password::Pin, &secret(PIN), &Hello::default());
    assert_eq!(opened.err(), Some(CardError::Cancelled));
    assert!(world.heads().is_empty());
    assert_eq!(
        Card::connect(&world.address, cancel).err(),
        Some(CardError::Cancelled)
    );
}

#[test]
fn nobody_there() {
    let world = World::new(true);
    world.slot.eject();
    assert_eq!(world.connect().err(), Some(CardError::Removed));
    let states = readers::list(std::slice::from_ref(&world.address)).unwrap();
    let ours = states.iter().find(|state| state.address == world.address);
    assert_eq!(ours.unwrap().presence, CardPresence::Absent);
    let nowhere = "tcp:127.0.0.1:1".parse().unwrap();
    let refused = Card::connect(&nowhere, CancelToken::new()).err();
    assert_eq!(refused, Some(CardError::ReaderGone));
}
