//! Whole dialogues with a card that answers anything at all.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{LazyLock, Mutex};
use std::thread;

use kabinet_mrtd::{AccessKey, Chip, CountrySigners, MrtdError, MrzKey, read};
use kabinet_stb::apdu::{Command, Response};
use kabinet_stb::{Secret, tlv};
use kabinet_token::{CancelToken, Card, Hello, Password, ReaderAddress};

/// Answers in their order.
type Script = VecDeque<Vec<u8>>;

/// Answers, each with its length in one octet before it.
fn answers(mut octets: &[u8]) -> Script {
    let mut answers = VecDeque::new();
    while let Some((length, rest)) = octets.split_first() {
        let (answer, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        answers.push_back(answer.to_vec());
        octets = rest;
    }
    answers
}

/// One listener for all dialogues: each takes its answers from the queue.
static CARD: LazyLock<(ReaderAddress, Mutex<Sender<Script>>)> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = ReaderAddress::Tcp(listener.local_addr().unwrap().to_string());
    let (sender, scripts) = mpsc::channel();
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let Ok(script) = scripts.recv() else { return };
            // It ends when either side has had enough.
            let _ = converse(stream, script);
        }
    });
    (address, Mutex::new(sender))
});

fn converse(mut stream: TcpStream, mut script: Script) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut length = [0; 2];
    loop {
        stream.read_exact(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message)?;
        // Power and reset are not answered.
        if matches!(message.as_slice(), [0..=2]) {
            continue;
        }
        let Some(answer) = script.pop_front() else {
            return Ok(());
        };
        stream.write_all(&(answer.len() as u16).to_be_bytes())?;
        stream.write_all(&answer)?;
    }
}

/// The answer to reset, then one answer for each command.
pub(crate) fn card(octets: &[u8]) {
    let (address, scripts) = &*CARD;
    scripts.lock().unwrap().send(answers(octets)).unwrap();
    let Ok(mut card) = Card::connect(address, CancelToken::new()) else {
        return;
    };
    let _ = card.pin_state();
    let secret = Secret::new(b"123456".to_vec());
    assert!(
        card.open(Password::Pin, &secret, &Hello::default())
            .is_err()
    );
}

/// A chip that takes its answers from the fuzzer and wraps nothing.
struct Hostile(Script);

impl Chip for Hostile {
    fn send(&mut self, _: &Command) -> Result<Response, MrtdError> {
        let answer = self.0.pop_front().ok_or(MrtdError::Channel)?;
        Response::parse(&answer).map_err(|_| MrtdError::Channel)
    }

    fn takes_extended(&self) -> bool {
        false
    }
}

/// A travel document without a way into it: PACE and BAC must not end well.
pub(crate) fn travel_chip(octets: &[u8]) {
    let can = AccessKey::Can(Secret::new(b"123456".to_vec()));
    let lines = AccessKey::Mrz(MrzKey::new("590082394", "870521", "350314").unwrap());
    let signers = CountrySigners::default();
    for key in [can, lines] {
        assert!(read(&mut Hostile(answers(octets)), &key, &signers).is_err());
    }
    // The offer alone, since few make up the length before it.
    let mut offer = tlv::encode(0x31, octets.get(..200).unwrap_or(octets));
    offer.extend([0x90, 0x00]);
    let can = AccessKey::Can(Secret::new(b"123456".to_vec()));
    assert!(read(&mut Hostile(VecDeque::from([offer])), &can, &signers).is_err());
}
