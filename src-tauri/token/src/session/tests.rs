//! Sessions with a card that is played here, for what a virtual card never does.

use super::*;
use crate::transport::scripted::Answering;
use crate::{CancelToken, SignHash};
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

fn with_octets(atr: &[u8], answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> Session {
    let link = Link::new(Box::new(Answering::new(atr, answer)), CancelToken::new());
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
    assert_eq!(session.read_file(0x5201), Err(CardError::ChannelClosed));
    assert_eq!(Lengths::of(&atr, true), Lengths::Short);
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
