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
use kabinet_token::{CancelToken, Card, CardError, Hello, Password, ReaderAddress};

/// Answers in their order.
pub(crate) type Script = VecDeque<Vec<u8>>;

/// Answers, each with its length in one octet before it.
pub(crate) fn answers(mut octets: &[u8]) -> Script {
    let mut answers = VecDeque::new();
    while let Some((length, rest)) = octets.split_first() {
        let (answer, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        answers.push_back(answer.to_vec());
        octets = rest;
    }
    answers
}

/// What a card answers to a message, or that it is gone.
type Answering = Box<dyn FnMut(&[u8]) -> Option<Vec<u8>> + Send>;

/// One listener for all dialogues: each takes the card that is next in the queue.
static CARD: LazyLock<(ReaderAddress, Mutex<Sender<Answering>>)> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = ReaderAddress::Tcp(listener.local_addr().unwrap().to_string());
    let (sender, cards) = mpsc::channel();
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let Ok(card) = cards.recv() else { return };
            // It ends when either side has had enough.
            let _ = converse(stream, card);
        }
    });
    (address, Mutex::new(sender))
});

/// Takes a card that answers so.
pub(crate) fn connect(
    answers: impl FnMut(&[u8]) -> Option<Vec<u8>> + Send + 'static,
) -> Result<Card, CardError> {
    let (address, cards) = &*CARD;
    cards.lock().unwrap().send(Box::new(answers)).unwrap();
    Card::connect(address, CancelToken::new())
}

fn converse(mut stream: TcpStream, mut card: Answering) -> std::io::Result<()> {
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
        let Some(answer) = card(&message) else {
            return Ok(());
        };
        stream.write_all(&(answer.len() as u16).to_be_bytes())?;
        stream.write_all(&answer)?;
    }
}

/// The answer to reset, then one answer for each command.
pub(crate) fn card(octets: &[u8]) {
    let mut script = answers(octets);
    let Ok(mut card) = connect(move |_| script.pop_front()) else {
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
