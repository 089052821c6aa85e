//! Something goes wrong at every command of a dialogue. Each time the client says what happened,
//! the right PIN costs no attempt, nothing is believed that did not come from the card, and the
//! next dialogue works.

use kabinet_stb::hash::belt_hash;
use kabinet_token::{CardError, Password, PasswordState, SignHash};
use virtual_token::Fault;
use virtual_token::fault::StatusWord;

use crate::visit::Visit;
use crate::world::{CAN, PIN, World, secret};

/// A dialogue; how many commands it took.
type Dialogue = fn(&World) -> Result<u64, CardError>;

fn signature(world: &World) -> Result<u64, CardError> {
    let mut session = world.open(Password::Pin, PIN)?;
    session.read_certificate(1)?;
    let hash = belt_hash(b"text");
    let signature = session.sign(1, SignHash::Belt, &hash)?;
    let name = kabinet_stb::oid::BELT_HASH;
    world.sign_key.verify_hash(name, &hash, &signature).unwrap();
    Ok(session.apdu_count())
}

/// To another PIN and back.
fn change_of_pin(world: &World) -> Result<u64, CardError> {
    let (old, new) = (secret(PIN), secret("222222"));
    let mut session = world.open(Password::Pin, PIN)?;
    session.change_pin(&old, &new)?;
    session.change_pin(&new, &old)?;
    Ok(session.apdu_count())
}

fn terminal(world: &World) -> Result<u64, CardError> {
    let session = world.open(Password::Can, CAN)?;
    let mutual = kabinet_token::Authentication::Mutual;
    let visit = Visit::of(world, session, mutual, &[], &world.trusted_certificate)?;
    Ok(visit.relay.apdu_count())
}

const DIALOGUES: [Dialogue; 2] = [signature, terminal];

fn faults() -> Vec<Fault> {
    let status = |status| Fault::Status {
        status: StatusWord(status),
    };
    vec![
        Fault::Remove,
        Fault::Reset,
        Fault::Corrupt,
        Fault::Truncate { octets: 1 },
        Fault::Truncate { octets: 2 },
        Fault::Truncate { octets: usize::MAX },
        status(0x6400),
        status(0x6581),
        status(0x6E00),
        status(0x9000),
    ]
}

#[test]
fn whatever_goes_wrong_is_said_and_passes() {
    for dialogue in DIALOGUES {
        let world = World::new(true);
        let length = dialogue(&world).unwrap();
        assert!(length >= 7);
        for fault in faults() {
            for command in 1..=length {
                world.slot.fault_at(command, fault);
                let place = format!("{fault:?} at {command}");
                let outcome = dialogue(&world);
                match fault {
                    Fault::Remove => assert_eq!(outcome, Err(CardError::Removed), "{place}"),
                    // The card is asked for its state in the clear, and may be asked again.
                    _ if command == 1 => {}
                    // The MAC shows every change; before there is one, the card's proof does.
                    _ => assert!(outcome.is_err(), "{place}: {outcome:?}"),
                }
                world.slot.insert();
                assert_eq!(dialogue(&world), Ok(length), "after {place}");
                assert_eq!(world.attempts(), 3, "after {place}");
            }
        }
    }
}

#[test]
fn a_slow_card_is_waited_for() {
    let world = World::new(true);
    let length = signature(&world).unwrap();
    for command in 1..=length {
        let slow = Fault::Delay { milliseconds: 300 };
        world.slot.fault_at(command, slow);
        assert_eq!(signature(&world), Ok(length));
    }
}

/// Lies about a password that come in the clear cost no attempt at the card itself, and the client
/// does not go on with the PIN.
#[test]
fn a_lie_about_attempts_costs_none() {
    let world = World::new(true);
    for (status, error) in [
        (0x63C1, CardError::PinWrong { attempts_left: 1 }),
        (0x6983, CardError::Blocked),
        (0x6985, CardError::Suspended),
    ] {
        let status = StatusWord(status);
        world.slot.fault_at(3, Fault::Status { status });
        assert_eq!(signature(&world), Err(error));
        assert_eq!(world.attempts(), 3);
    }
    let state = world.connect().unwrap().pin_state();
    assert_eq!(state, Ok(PasswordState::Usable { attempts_left: 3 }));
}

/// The PIN may have been changed when the answer does not come; then one of the two is right, and
/// neither was tried more than once.
#[test]
fn a_change_that_nobody_confirmed_left_one_of_two_pins() {
    let world = World::new(true);
    let length = change_of_pin(&world).unwrap();
    for fault in [Fault::Remove, Fault::Reset, Fault::Corrupt] {
        for command in 1..=length {
            world.slot.fault_at(command, fault);
            let place = format!("{fault:?} at {command}");
            let outcome = change_of_pin(&world);
            assert!(outcome.is_err() || command == 1, "{place}");
            world.slot.insert();
            assert_eq!(world.attempts(), 3, "{place}");
            if world.open(Password::Pin, PIN).is_err() {
                let mut session = world.open(Password::Pin, "222222").unwrap();
                session.change_pin(&secret("222222"), &secret(PIN)).unwrap();
            }
            assert_eq!(change_of_pin(&world), Ok(length), "after {place}");
        }
    }
}
