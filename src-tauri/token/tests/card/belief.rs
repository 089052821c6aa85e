//! Random dialogues: what the client believes of the card is what the card knows of itself, and
//! the client never sends a command that the card's state forbids.

use kabinet_stb::apdu::Status;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::{oid, tlv};
use kabinet_token::{
    Application, CardError, ClientTurn, Confirmation, Password, PasswordState, Session, SignHash,
};
use proptest::prelude::*;

use crate::visit::Visit;
use crate::world::{CAN, PIN, PUK, WRONG, World, hello, secret};

const OTHER: &str = "222222";

/// One thing that somebody does. What does not fit the present place is left out.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open(Password, u8),
    OpenWrong(Password),
    Leave,
    // The state PS.
    Prove(Password, u8),
    ProveWrong(Password),
    VerifyPin,
    VerifyWrong,
    AskConfirmation,
    ResetConfirmation,
    PinState,
    ChangePin,
    ChangeWrong,
    UnblockPin,
    ActivatePin,
    DeactivatePin,
    Sign(u8),
    Decipher(u8),
    Generate(u8),
    Terminate(u8),
    ActivateKey(u8),
    DeactivateKey(u8),
    ReadName,
    ReadCertificate(u8),
    WriteRequest(u8),
    Select(Application),
    LetIn,
    // The state AS:AT.
    TerminalSigns,
    TerminalReads,
    TerminalMakesKey,
    HandOver,
    // The state AS:CP.
    GiveBack,
}

fn step() -> impl Strategy<Value = Step> {
    let password = prop_oneof![
        3 => Just(Password::Pin),
        1 => Just(Password::Can),
        1 => Just(Password::Puk),
    ];
    let key = 1..=3_u8;
    let count = 0..=2_u8;
    prop_oneof![
        4 => (password.clone(), count.clone()).prop_map(|(p, n)| Step::Open(p, n)),
        1 => password.clone().prop_map(Step::OpenWrong),
        1 => Just(Step::Leave),
        2 => (password.clone(), count).prop_map(|(p, n)| Step::Prove(p, n)),
        1 => password.prop_map(Step::ProveWrong),
        2 => Just(Step::VerifyPin),
        1 => Just(Step::VerifyWrong),
        1 => Just(Step::AskConfirmation),
        1 => Just(Step::ResetConfirmation),
        1 => Just(Step::PinState),
        1 => Just(Step::ChangePin),
        1 => Just(Step::ChangeWrong),
        1 => Just(Step::UnblockPin),
        1 => Just(Step::ActivatePin),
        1 => Just(Step::DeactivatePin),
        3 => key.clone().prop_map(Step::Sign),
        1 => key.clone().prop_map(Step::Decipher),
        1 => key.clone().prop_map(Step::Generate),
        1 => key.clone().prop_map(Step::Terminate),
        1 => key.clone().prop_map(Step::ActivateKey),
        1 => key.clone().prop_map(Step::DeactivateKey),
        1 => Just(Step::ReadName),
        1 => key.clone().prop_map(Step::ReadCertificate),
        1 => key.prop_map(Step::WriteRequest),
        1 => Just(Step::Select(Application::Eid)),
        1 => Just(Step::Select(Application::Esign)),
        2 => Just(Step::LetIn),
        2 => Just(Step::TerminalSigns),
        1 => Just(Step::TerminalReads),
        1 => Just(Step::TerminalMakesKey),
        2 => Just(Step::HandOver),
        2 => Just(Step::GiveBack),
    ]
}

/// Where the dialogue is.
enum Place {
    Out,
    Session(Session),
    Visit(Visit),
    Turn(ClientTurn, ClientChannel),
}

/// The one who plays, and knows the PIN as it is now.
struct Player {
    world: World,
    pin: &'static str,
    place: Place,
}

impl Player {
    fn digits(&self, password: Password) -> &'static str {
        match password {
            Password::Can => CAN,
            Password::Pin => self.pin,
            Password::Puk => PUK,
        }
    }

    fn wrong(password: Password) -> &'static str {
        match password {
            Password::Puk => "9999999999",
            Password::Can | Password::Pin => WRONG,
        }
    }

    fn other(&self) -> &'static str {
        if self.pin == PIN { OTHER } else { PIN }
    }

    fn play(&mut self, step: Step) {
        self.place = match (std::mem::replace(&mut self.place, Place::Out), step) {
            (place, Step::Open(password, count)) => {
                drop(place);
                let digits = self.digits(password);
                self.open(password, digits, count)
            }
            (place, Step::OpenWrong(password)) => {
                drop(place);
                self.open(password, Self::wrong(password), 1)
            }
            (_, Step::Leave) => Place::Out,
            (Place::Session(session), step) => self.in_session(session, step),
            (Place::Visit(visit), step) => self.in_visit(visit, step),
            (Place::Turn(turn, channel), step) => self.in_turn(turn, channel, step),
            (Place::Out, _) => Place::Out,
        };
    }

    fn open(&self, password: Password, digits: &str, count: u8) -> Place {
        match self.world.open_for(password, digits, Some(count)) {
            Ok(session) => Place::Session(session),
            Err(_) => Place::Out,
        }
    }

    fn in_session(&mut self, mut session: Session, step: Step) -> Place {
        let pin = secret(self.pin);
        // Whether it succeeds is another test's business.
        match step {
            Step::Prove(password, count) => {
                let digits = secret(self.digits(password));
                let _ = session.prove(password, &digits, &hello(Some(count)));
            }
            Step::ProveWrong(password) => {
                let digits = secret(Self::wrong(password));
                let _ = session.prove(password, &digits, &hello(None));
            }
            Step::VerifyPin => drop(session.verify_pin(&pin)),
            Step::VerifyWrong => drop(session.verify_pin(&secret(WRONG))),
            Step::AskConfirmation => drop(session.ask_confirmation()),
            Step::ResetConfirmation => drop(session.reset_confirmation()),
            Step::PinState => drop(session.pin_state()),
            Step::ChangePin => {
                let new = self.other();
                if session.change_pin(&pin, &secret(new)).is_ok() {
                    self.pin = new;
                }
            }
            Step::ChangeWrong => drop(session.change_pin(&secret(WRONG), &pin)),
            Step::UnblockPin => {
                let new = self.other();
                if session.unblock_pin(Some(&secret(new))).is_ok() {
                    self.pin = new;
                }
            }
            Step::ActivatePin => drop(session.activate_pin()),
            Step::DeactivatePin => {
                // The card leaves the state PS only if it is asked at all.
                return match session.password() {
                    Password::Can => Place::Session(session),
                    Password::Pin | Password::Puk => {
                        session.deactivate_pin().unwrap();
                        Place::Out
                    }
                };
            }
            Step::Sign(key) => {
                let hash = SignHash::of_key(key).unwrap();
                let value = vec![7; [32, 48, 64][usize::from(key) - 1]];
                let _ = session.sign(key, hash, &value);
            }
            Step::Decipher(key) => {
                let token = vec![1; [64, 80, 96][usize::from(key) - 1]];
                let _ = session.decipher(key, &[0; 16], &token);
            }
            Step::Generate(key) => drop(session.generate_key(key)),
            Step::Terminate(key) => drop(session.terminate_key(key)),
            Step::ActivateKey(key) => drop(session.activate_key(key)),
            Step::DeactivateKey(key) => drop(session.deactivate_key(key)),
            Step::ReadName => drop(session.read_name()),
            Step::ReadCertificate(key) => drop(session.read_certificate(key)),
            Step::WriteRequest(key) => drop(session.write_request_hash(key, &[3; 32])),
            Step::Select(application) => drop(session.select_application(application)),
            Step::LetIn => {
                let mutual = kabinet_token::Authentication::Mutual;
                let certificate = self.world.trusted_certificate.clone();
                return match Visit::of(&self.world, session, mutual, &[], &certificate) {
                    Ok(visit) => Place::Visit(visit),
                    // Not right after BPACE.
                    Err(error) => {
                        assert_eq!(error, CardError::NotAllowed);
                        Place::Out
                    }
                };
            }
            _ => {}
        }
        Place::Session(session)
    }

    /// The terminal does what it has the right to; with another password than the PIN, nothing.
    fn in_visit(&mut self, mut visit: Visit, step: Step) -> Place {
        let by_pin = visit.relay.password() == Password::Pin;
        match step {
            Step::TerminalSigns if by_pin && visit.relay.confirmation() != Confirmation::Absent => {
                visit.select(oid::AID_ESIGN);
                let template = [tlv::encode(0x84, &[0x11]), tlv::encode(0x80, &[0x90])];
                visit.status([0, 0x22, 0x41, 0xB6], &template.concat());
                let compute = kabinet_stb::apdu::Command::new(0, 0x2A, 0x9E, 0x9A);
                visit.ask(compute.with_data(vec![7; 32]).with_ne(48));
            }
            Step::TerminalMakesKey
                if by_pin && visit.relay.confirmation() != Confirmation::Absent =>
            {
                visit.select(oid::AID_ESIGN);
                let template = tlv::encode(0xB6, &tlv::encode(0x84, &[0x12]));
                let make = kabinet_stb::apdu::Command::new(0, 0x46, 0x80, 0);
                visit.ask(make.with_data(template).with_ne(96));
            }
            Step::TerminalReads if visit.relay.password() != Password::Puk => {
                visit.select(oid::AID_EID);
                visit.select_file(0x0104);
                visit.read();
            }
            // After the CAN there is nothing for the client to do in between.
            Step::HandOver if visit.relay.password() != Password::Can => {
                visit.select(oid::AID_EID);
                let (turn, channel) = visit.hand_over();
                return Place::Turn(turn, channel);
            }
            _ => {}
        }
        Place::Visit(visit)
    }

    fn in_turn(&mut self, mut turn: ClientTurn, channel: ClientChannel, step: Step) -> Place {
        let pin = secret(self.pin);
        match step {
            Step::VerifyPin => drop(turn.verify_pin(&pin)),
            Step::VerifyWrong => drop(turn.verify_pin(&secret(WRONG))),
            Step::AskConfirmation => drop(turn.ask_confirmation()),
            Step::ResetConfirmation => drop(turn.reset_confirmation()),
            Step::ChangePin => {
                let new = self.other();
                let changed = turn.change_pin(Application::Eid, &pin, &secret(new));
                if changed.is_ok() {
                    self.pin = new;
                }
            }
            Step::UnblockPin => drop(turn.unblock_pin(Application::Esign, None)),
            Step::Prove(password, count) => {
                let digits = secret(self.digits(password));
                return match turn.prove(password, &digits, &hello(Some(count))) {
                    Ok(session) => Place::Session(session),
                    Err(_) => Place::Out,
                };
            }
            Step::GiveBack => {
                let relay = turn.give_back().map_err(|_| ()).unwrap();
                return Place::Visit(Visit { relay, channel });
            }
            _ => {}
        }
        Place::Turn(turn, channel)
    }

    /// Compares what both sides know.
    fn compare(&self) {
        let known = match &self.place {
            Place::Out => return,
            Place::Session(session) => {
                let state = if session.is_open() { "PS" } else { "IS" };
                (state, session.confirmation(), session.known_pin_state())
            }
            Place::Visit(visit) => ("AS:AT", visit.relay.confirmation(), None),
            Place::Turn(turn, _) => ("AS:CP", turn.confirmation(), None),
        };
        let (state, confirmation, pin) = known;
        self.world.slot.with_card(|card| {
            assert_eq!(card.state(), state);
            let own = match card.confirmed_signatures() {
                None => Confirmation::Absent,
                Some(0) => Confirmation::Unlimited,
                Some(left) => Confirmation::Signatures(left),
            };
            assert_eq!(confirmation, own);
            let (attempts_left, name) = (card.pin_attempts(), card.pin_state().name());
            match pin {
                None => {}
                Some(PasswordState::Usable {
                    attempts_left: believed,
                }) => {
                    assert_eq!((believed, "usable"), (attempts_left, name));
                }
                Some(PasswordState::Suspended) => assert_eq!(name, "suspended"),
                Some(PasswordState::Blocked) => assert_eq!(name, "blocked"),
                Some(PasswordState::Deactivated) => assert_eq!(name, "deactivated"),
            }
        });
    }

    /// Statuses that say the command was not for this state, or broke the channel.
    fn assert_nothing_was_forbidden(&self, step: Step) {
        let heads = self.world.slot.with_card(|card| {
            let heads = card.heads().map(hex::encode_upper);
            let log: Vec<_> = heads.zip(card.statuses()).collect();
            card.reset_counters();
            log
        });
        for (head, status) in heads {
            // To ask for the flag is to ask whether 6982 comes.
            let asked = (head.as_str(), status) == ("200003", Status(0x6982));
            let forbidden = matches!(
                status.0,
                0x6700 | 0x6884 | 0x6982 | 0x6987 | 0x6988 | 0x6A86 | 0x6D00 | 0x6E00
            );
            assert!(
                !forbidden || matches!(step, Step::AskConfirmation) && asked,
                "{head} answered {:04X}",
                status.0
            );
        }
    }
}

/// Found by the random dialogues below: a PIN that was seen switched off and is switched on.
#[test]
fn a_pin_that_was_switched_on_is_not_believed_off() {
    let world = World::new(false);
    let mut player = Player {
        world,
        pin: PIN,
        place: Place::Out,
    };
    for step in [
        Step::Open(Password::Pin, 0),
        Step::DeactivatePin,
        Step::Open(Password::Puk, 0),
        Step::PinState,
        Step::ActivatePin,
    ] {
        player.play(step);
        player.assert_nothing_was_forbidden(step);
        player.compare();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn client_and_card_agree(steps in prop::collection::vec(step(), 1..40), extended: bool) {
        let world = World::new(extended);
        let mut player = Player { world, pin: PIN, place: Place::Out };
        for step in steps {
            player.play(step);
            player.assert_nothing_was_forbidden(step);
            player.compare();
        }
    }
}
