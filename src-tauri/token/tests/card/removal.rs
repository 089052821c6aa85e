//! The card is pulled at every command of a dialogue, and a peer that is no card.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use kabinet_stb::hash::belt_hash;
use kabinet_token::{CancelToken, Card, CardError, Hello, Password, ReaderAddress, SignHash};

use crate::world::{PIN, World, secret};

fn dialogue(world: &World) -> Result<u64, CardError> {
    let mut session = world.open(Password::Pin, PIN)?;
    session.read_certificate(1)?;
    session.sign(0x01, SignHash::Belt, &belt_hash(b"text"))?;
    Ok(session.apdu_count())
}

#[test]
fn pulled_card_is_known_as_such_at_every_command() {
    for extended in [true, false] {
        let world = World::new(extended);
        let length = dialogue(&world).unwrap();
        assert!(length >= 8);
        for command in 1..=length {
            world.slot.eject_at(command);
            assert_eq!(
                dialogue(&world),
                Err(CardError::Removed),
                "command {command}"
            );
            assert!(!world.slot.is_inserted());
            world.slot.insert();
        }
        assert_eq!(dialogue(&world), Ok(length));
        assert_eq!(world.attempts(), 3);
    }
}

/// Answers each command with octets that a generator makes, until the other side is gone.
fn nonsense(seed: u32) -> ReaderAddress {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = ReaderAddress::Tcp(listener.local_addr().unwrap().to_string());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let mut length = [0; 2];
        while stream.read_exact(&mut length).is_ok() {
            let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
            if stream.read_exact(&mut message).is_err() {
                return;
            }
            let mut answer: Vec<u8> = match message.as_slice() {
                [4] => vec![0x3B, 0x00],
                [_] => continue,
                _ => (0..next() % 80).map(|_| next()).collect(),
            };
            // Most answers succeed, so that what stands in them is looked at.
            if message.len() > 1 && next() % 4 != 0 {
                let tag = 0x80 | (next() % 4);
                let body = [&[tag, answer.len() as u8], answer.as_slice()].concat();
                let head = [0x7C, body.len() as u8];
                answer = [&head[..], &body, &[0x90, 0x00]].concat();
            }
            let head = (answer.len() as u16).to_be_bytes();
            if stream.write_all(&[&head[..], &answer].concat()).is_err() {
                return;
            }
        }
    });
    address
}

#[test]
fn nonsense_is_an_error_and_nothing_worse() {
    for seed in 0..200 {
        let mut card = Card::connect(&nonsense(seed), CancelToken::new()).unwrap();
        let _ = card.pin_state();
        let opened = card.open(Password::Pin, &secret(PIN), &Hello::default());
        assert!(opened.is_err(), "seed {seed}");
    }
}
