//! Sessions with a card that is played here, for what a virtual card never does.

use super::*;
use crate::transport::scripted::Answering;
use crate::{CancelToken, ReaderAddress, SignHash};
use kabinet_stb::access::EsignRights;
use kabinet_stb::sm::TokenChannel;

/// Announces extended lengths.
const ATR: [u8; 8] = [0x3B, 0x84, 0x80, 0x01, 0x80, 0x72, 0, 0];

fn extended_atr(mark: u8) -> Vec<u8> {
    // The last octet only tells the cards of these tests apart.
    vec![0x3B, 0x85, 0x01, 0x80, 0x73, 0xC8, 0x01, 0x40, mark]
}

/// A session with a card whose plain answers `card` gives.
fn session(
    atr: &[u8],
    mut card: impl FnMut(Command) -> (Vec<u8>, u16) + Send + 'static,
) -> Session {
    let mut channel = TokenChannel::new(&ChannelKey::new([7; 32]));
    with_octets(atr, move |octets| {
        let command = Command::parse(octets).unwrap();
        let (data, status) = card(channel.unprotect(&command).unwrap());
        let status = Status(status);
        channel.protect(&Response { data, status }).encode()
    })
}

fn with_octets(atr: &[u8], mut answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> Session {
    in_reader("Session", atr, move |octets| Ok(answer(octets)))
}

fn in_reader(
    name: &str,
    atr: &[u8],
    answer: impl FnMut(&[u8]) -> Result<Vec<u8>, CardError> + Send + 'static,
) -> Session {
    let transport = Answering::new(atr, answer);
    let address = ReaderAddress::Pcsc(name.into());
    let link = Link::new(Box::new(transport), &address, CancelToken::new());
    let hello = Hello {
        esign: Some(EsignRights::BASE_MODE),
        ..Hello::default()
    };
    Session::new(link, &ChannelKey::new([7; 32]), Password::Pin, &hello)
}

/// Reads from `file` what READ BINARY asks for; refuses more than `most`.
fn reads(file: Vec<u8>, most: u32) -> impl FnMut(Command) -> (Vec<u8>, u16) + Send {
    move |command| {
        if command.ins != 0xB0 {
            return (Vec::new(), 0x9000);
        }
        let offset = usize::from(u16::from_be_bytes([command.p1, command.p2]));
        match command.ne {
            Some(ne) if ne <= most => {
                let part = file.iter().skip(offset).take(ne as usize);
                (part.copied().collect(), 0x9000)
            }
            _ => (Vec::new(), 0x6700),
        }
    }
}

fn file() -> Vec<u8> {
    [&[0x30, 0x82, 0x02, 0x00][..], &[5; 512]].concat()
}

#[test]
fn refused_long_read_goes_on_in_short_ones() {
    let mut session = session(&extended_atr(1), reads(file(), 242));
    assert_eq!(session.read_file(0x5201), Ok(Some(file())));
    // Application, file, the refused read, three short ones.
    assert_eq!(session.apdu_count(), 6);
    assert_eq!(session.link.lengths(), Lengths::Short);
}

#[test]
fn silent_card_is_read_in_short_ones() {
    let mut session = session(&ATR, reads(file(), 242));
    assert_eq!(session.read_file(0x5201), Ok(Some(file())));
    assert_eq!(session.apdu_count(), 5);
}

#[test]
fn right_le_is_taken_inside_the_channel() {
    let mut session = session(&ATR, |command| match (command.ins, command.ne) {
        (0xB0, Some(4)) => (vec![0x30, 2, 1, 1], 0x9000),
        (0xB0, _) => (Vec::new(), 0x6C04),
        _ => (Vec::new(), 0x9000),
    });
    assert_eq!(session.read_file(0x5101), Ok(Some(vec![0x30, 2, 1, 1])));
}

#[test]
fn files_that_lie_about_their_length_are_refused() {
    for bad in [
        &[0x30, 0x7F, 1][..],
        &[0x30, 0x83, 0xFF, 0xFF, 0xFF, 1],
        &[0x30, 0x80, 1],
    ] {
        let mut session = session(&ATR, reads(bad.to_vec(), 256));
        let refused = session.read_file(0x5201);
        assert!(matches!(refused, Err(CardError::Protocol(_))));
    }
    let mut session = session(&ATR, reads(vec![0xFF; 40], 256));
    assert_eq!(session.read_file(0x5201), Ok(None));
}

#[test]
fn closed_channel_sends_nothing_more() {
    for status in [[0x69, 0x87], [0x69, 0x88], [0x6E, 0x00]] {
        let mut session = with_octets(&ATR, move |_| status.to_vec());
        assert_eq!(session.read_name(), Err(CardError::ChannelClosed));
        assert_eq!(session.read_name(), Err(CardError::ChannelClosed));
        assert_eq!(session.apdu_count(), 1);
    }
    let mut session = with_octets(&ATR, |_| vec![0x90, 0x00]);
    assert!(matches!(session.read_name(), Err(CardError::Protocol(_))));
}

#[test]
fn forged_answer_ends_the_session() {
    let mut channel = TokenChannel::new(&ChannelKey::new([7; 32]));
    let mut session = with_octets(&ATR, move |octets| {
        channel.unprotect(&Command::parse(octets).unwrap()).unwrap();
        let status = Status::OK;
        let mut answer = channel
            .protect(&Response {
                data: vec![],
                status,
            })
            .encode();
        // Success instead of another status, the MAC as it was.
        answer[3] ^= 1;
        answer
    });
    let refused = session.read_name();
    assert!(matches!(refused, Err(CardError::Protocol(_))));
    assert_eq!(session.read_name(), Err(CardError::ChannelClosed));
    assert_eq!(session.apdu_count(), 1);
}

#[test]
fn channel_lost_by_a_long_command_is_remembered() {
    let atr = extended_atr(2);
    let mut channel = TokenChannel::new(&ChannelKey::new([7; 32]));
    let mut session = with_octets(&atr, move |octets| {
        let command = channel.unprotect(&Command::parse(octets).unwrap()).unwrap();
        if command.ne.is_some_and(|ne| ne > 256) {
            return vec![0x67, 0x00];
        }
        let (data, status) = (Vec::new(), Status::OK);
        channel.protect(&Response { data, status }).encode()
    });
    assert_eq!(session.read_file(0x5201), Err(CardError::LongRefused));
    assert_eq!(session.read_name(), Err(CardError::ChannelClosed));
    let again = with_octets(&atr, |_| unreachable!());
    assert_eq!(again.link.lengths(), Lengths::Short);
}

/// A reader that drops what is too long for it, and says no more than that it failed; afterwards it
/// works, or not.
fn reader_that_drops_long_ones(name: &str, atr: &[u8], works: bool) -> Session {
    let failed = CardError::ReaderFailed(pcsc::Error::NotTransacted);
    let mut channel = TokenChannel::new(&ChannelKey::new([7; 32]));
    in_reader(name, atr, move |octets| {
        if octets == [0x00, 0xA4, 0x00, 0x00] {
            return if works {
                Ok(vec![0x90, 0x00])
            } else {
                Err(failed)
            };
        }
        let command = channel.unprotect(&Command::parse(octets).unwrap()).unwrap();
        if command.ne.is_some_and(|ne| ne > 256) {
            return Err(failed);
        }
        let (data, status) = (Vec::new(), Status::OK);
        Ok(channel.protect(&Response { data, status }).encode())
    })
}

#[test]
fn channel_lost_by_a_reader_that_drops_long_commands_is_remembered() {
    let lengths = |name, atr: &[u8]| in_reader(name, atr, |_| unreachable!()).link.lengths();
    let atr = extended_atr(3);
    let mut session = reader_that_drops_long_ones("Short", &atr, true);
    assert_eq!(session.read_file(0x5201), Err(CardError::LongRefused));
    assert_eq!(lengths("Short", &atr), Lengths::Short);
    assert_eq!(lengths("Long", &atr), Lengths::Extended);

    // A reader that then carries nothing at all has another fault.
    let atr = extended_atr(4);
    let mut session = reader_that_drops_long_ones("Short", &atr, false);
    let failed = CardError::ReaderFailed(pcsc::Error::NotTransacted);
    assert_eq!(session.read_file(0x5201), Err(failed));
    assert_eq!(lengths("Short", &atr), Lengths::Extended);
}

#[test]
fn signature_of_another_length_is_refused() {
    let mut session = session(&ATR, |command| match command.ins {
        0x2A => (vec![1; 47], 0x9000),
        _ => (Vec::new(), 0x9000),
    });
    let refused = session.sign(1, SignHash::Belt, &[0; 32]);
    assert!(matches!(refused, Err(CardError::Protocol(_))));
}

#[test]
fn long_data_go_as_a_chain_of_protected_commands() {
    let mut lengths = Vec::new();
    let mut session = session(&ATR, move |command| {
        lengths.push((command.cla, command.data.len()));
        let expected = [(0x10, 241), (0x10, 241), (0x00, 18)];
        assert!(expected.starts_with(&lengths));
        (Vec::new(), 0x9000)
    });
    let command = Command::new(0, 0x2A, 0, 0xBE).with_data(vec![3; 500]);
    assert_eq!(session.send_long(command).unwrap().status, Status::OK);
    assert_eq!(session.apdu_count(), 3);
}

/// An operation, and INS of its last command.
type Operation = (u8, fn(&mut Session) -> Result<(), CardError>);

/// Of each operation that ends with a command of its own.
fn operations() -> Vec<Operation> {
    vec![
        (0xA4, |session| session.select_application(Application::Eid)),
        (0xA4, |session| session.read_name().map(drop)),
        (0xB0, |session| session.read_certificate(1).map(drop)),
        (0xD6, |session| session.write_request_hash(1, &[0; 32])),
        (0x46, |session| session.generate_key(1).map(drop)),
        (0xE6, |session| session.terminate_key(1)),
        (0x44, |session| session.activate_key(1)),
        (0x04, |session| session.deactivate_key(1)),
        (0x22, |session| {
            session.sign(1, SignHash::Belt, &[0; 32]).map(drop)
        }),
        (0x2A, |session| {
            session.sign(1, SignHash::Belt, &[0; 32]).map(drop)
        }),
        (0x20, |session| {
            session.verify_pin(&Secret::new(b"123456".to_vec()))
        }),
        (0x24, |session| {
            let pin = Secret::new(b"123456".to_vec());
            session.change_pin(&pin, &pin)
        }),
    ]
}

/// A card that answers one instruction with a status and all others with success.
fn answering(instruction: u8, status: u16) -> Session {
    session(&ATR, move |command| {
        let status = if command.ins == instruction {
            status
        } else {
            0x9000
        };
        (Vec::new(), status)
    })
}

#[test]
fn general_statuses_have_their_meaning() {
    for (status, error) in [
        (0x6400, CardError::CardFailed),
        (0x6581, CardError::CardFailed),
        (0x6884, CardError::NotSupported(Status(0x6884))),
        (0x6700, CardError::NotSupported(Status(0x6700))),
        (0x6A80, CardError::DataRefused),
        (0x6A86, CardError::NotSupported(Status(0x6A86))),
        (0x6D00, CardError::NotSupported(Status(0x6D00))),
        (0x6E00, CardError::NotSupported(Status(0x6E00))),
        // The standard does not have it.
        (0x6F00, CardError::Status(Status(0x6F00))),
    ] {
        for (instruction, operation) in operations() {
            let mut session = answering(instruction, status);
            let outcome = operation(&mut session);
            assert_eq!(outcome, Err(error), "{instruction:02X} {status:04X}");
            // It came protected, so the channel is as it was.
            assert!(session.is_open());
        }
    }
}

#[test]
fn statuses_of_an_operation_have_its_meaning() {
    let not_allowed = CardError::NotAllowed;
    for (instruction, status, error) in [
        (0xA4, 0x6982, not_allowed),
        (0xB0, 0x6982, not_allowed),
        (0xD6, 0x6982, not_allowed),
        (0x44, 0x6982, not_allowed),
        (0x04, 0x6982, not_allowed),
        (0x20, 0x6982, not_allowed),
        (0x24, 0x6982, not_allowed),
        (0x46, 0x6982, CardError::PinNotConfirmed),
        (0xE6, 0x6982, CardError::PinNotConfirmed),
        (0x22, 0x6982, CardError::PinNotConfirmed),
        (0x2A, 0x6982, CardError::PinNotConfirmed),
        (0x20, 0x63C2, CardError::PinWrong { attempts_left: 2 }),
        (0x24, 0x63C1, CardError::PinWrong { attempts_left: 1 }),
        (0x20, 0x6983, CardError::Blocked),
        (0x24, 0x6984, CardError::Deactivated),
        (0x20, 0x6985, CardError::Suspended),
        (0x46, 0x6984, CardError::KeyExists),
        (0x44, 0x6984, CardError::KeyDestroyed),
        (0x22, 0x6984, CardError::KeyDestroyed),
        (0x22, 0x6283, CardError::KeyDeactivated),
        (0x22, 0x6A88, CardError::KeyAbsent),
        (0x04, 0x6A88, CardError::KeyAbsent),
    ] {
        let mut told = Vec::new();
        for (of, operation) in operations() {
            if of == instruction {
                told.push(operation(&mut answering(instruction, status)));
            }
        }
        assert!(!told.is_empty());
        let all = told.iter().all(|outcome| *outcome == Err(error));
        assert!(all, "{instruction:02X} {status:04X}: {told:?}");
    }
}
