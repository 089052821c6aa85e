//! A card that has proved its password, and says anything at all inside the channel. What guards the
//! channel stands before all that is behind it, so the card here knows the keys.

use kabinet_mrtd::{AccessKey, Authenticity, Chip, CountrySigners, MrtdError, MrzKey, read};
use kabinet_stb::access::EsignRights;
use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::bpace::{Token, TokenConfirming};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::TokenChannel;
use kabinet_stb::{Secret, tlv};
use kabinet_token::{CardError, CertificateFile, HandOver, Hello, Password, Session, SignHash};
use virtual_token::card_file::{CardFile, FileId, Hex, SecretHex};
use virtual_token::icao::{IcaoFile, Named};

use crate::card::{Script, answers, connect};

const PIN: &[u8] = b"123456";
/// One that says nothing of lengths, and one that announces extended ones.
const ATRS: [&[u8]; 2] = [
    &[0x3B, 0x84, 0x80, 0x01, 0x80, 0x72, 0, 0],
    &[0x3B, 0x85, 0x01, 0x80, 0x73, 0xC8, 0x01, 0x40, 0],
];
const GET_ATR: &[u8] = &[4];

/// How far BPACE has come.
enum Step {
    Closed,
    /// The client's hello.
    Initialised(Vec<u8>),
    Confirming(Box<TokenConfirming>),
    Open(TokenChannel),
}

/// A card that knows the PIN.
struct Opened {
    atr: &'static [u8],
    step: Step,
    /// What it says in the channel: data and status.
    script: Script,
}

impl Opened {
    fn answer(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        if message == GET_ATR {
            return Some(self.atr.to_vec());
        }
        let command = Command::parse(message).ok()?;
        let data = || {
            let inside = tlv::read_only(0x7C, &command.data).ok()?;
            Some(tlv::read(inside).ok()?.0.value)
        };
        let (answer, step) = match std::mem::replace(&mut self.step, Step::Closed) {
            Step::Closed => (Vec::new(), Step::Initialised(command.data)),
            Step::Initialised(hello) => {
                let token = Token::new(&Secret::new(PIN.to_vec()), &[], &hello);
                let (token, m2) = token.receive_m1(data()?, &mut SystemRandom).ok()?;
                let m2 = tlv::encode(0x7C, &tlv::encode(0x81, &m2));
                (m2, Step::Confirming(Box::new(token)))
            }
            Step::Confirming(token) => {
                let (m4, key) = token.receive_m3(data()?).ok()?;
                let m4 = tlv::encode(0x7C, &tlv::encode(0x83, &m4));
                (m4, Step::Open(TokenChannel::new(&key)))
            }
            Step::Open(mut channel) => {
                channel.unprotect(&command).ok()?;
                let response = Response::parse(&self.script.pop_front()?).ok()?;
                let answer = channel.protect(&response).encode();
                self.step = Step::Open(channel);
                return Some(answer);
            }
        };
        self.step = step;
        Some(Response::new(answer, Status::OK).encode())
    }
}

/// A letter for what is done, small with extended lengths; then the card's answers in the channel,
/// each with its length in one octet before it.
pub(crate) fn opened_card(octets: &[u8]) {
    let [what, octets @ ..] = octets else {
        return;
    };
    let mut opened = Opened {
        atr: ATRS[usize::from(what >> 5 & 1)],
        step: Step::Closed,
        script: answers(octets),
    };
    // A busy computer may be too slow for a reader.
    let Ok(card) = connect(move |message| opened.answer(message)) else {
        return;
    };
    let hello = Hello {
        esign: Some(EsignRights::BASE_MODE),
        ..Hello::default()
    };
    let pin = Secret::new(PIN.to_vec());
    let session = card.open(Password::Pin, &pin, &hello).unwrap();
    let _ = use_session(*what, session);
}

fn use_session(what: u8, mut session: Session) -> Result<(), CardError> {
    let pin = || Secret::new(PIN.to_vec());
    match what % 16 {
        1 => {
            if let Some(name) = session.read_name()? {
                assert!((2..=0x8000).contains(&name.len()));
            }
        }
        2 => match session.read_certificate_file(1)? {
            Some(CertificateFile::Certificate(der)) => assert_eq!(der[0], 0x30),
            Some(CertificateFile::RequestHash(_)) | None => {}
        },
        3 => {
            if let Some(hash) = session.read_key_hash(1)? {
                assert!([20, 32].contains(&hash.len()));
            }
        }
        4 => drop(session.key_state(1)?),
        5 => assert_eq!(session.generate_key(1)?.len(), 64),
        6 => {
            if let Ok(key) = session.decipher(1, &[0; 16], &[1; 64]) {
                assert_eq!(key.expose().len(), 16);
            }
        }
        7 => assert_eq!(session.sign(1, SignHash::Belt, &[3; 32])?.len(), 48),
        8 => session.verify_pin(&pin())?,
        9 => drop(session.ask_confirmation()?),
        10 => drop(session.pin_state()?),
        11 => session.change_pin(&pin(), &Secret::new(b"654321".to_vec()))?,
        12 => session.prove(Password::Pin, &pin(), &Hello::default())?,
        13 => {
            let certificate = tlv::encode(0x30, &[5; 600]);
            session.write_certificate(1, &certificate, &[4; 32])?;
        }
        _ => terminal(session)?,
    }
    Ok(())
}

/// A terminal comes, says two things, and lets the client speak.
fn terminal(session: Session) -> Result<(), CardError> {
    const COMMAND: &[u8] = &[
        0x0C, 0xA4, 2, 0x0C, 0x0A, 0x8E, 8, 0, 1, 2, 3, 4, 5, 6, 7, 0,
    ];
    const SWITCH: &[u8] = &[
        0x04, 0x22, 1, 0xA4, 0x0A, 0x8E, 8, 0, 1, 2, 3, 4, 5, 6, 7, 0,
    ];
    let certificate = [0x7F, 0x21, 9, 0x7F, 0x4E, 1, 7, 0x5F, 0x37, 2, 8, 9].to_vec();
    let start = session.begin_terminal(&[1; 32], &[], &[certificate])?;
    let (mut relay, _) = start.finish_terminal(&[2; 8])?;
    relay.transmit(COMMAND)?;
    let HandOver::Done { mut turn, .. } = relay.hand_over(SWITCH)? else {
        return Ok(());
    };
    turn.ask_confirmation()?;
    turn.give_back()?.transmit(COMMAND).map(drop)
}

/// A chip of which the printed lines are known.
struct Virtual(virtual_token::Card);

impl Chip for Virtual {
    fn send(&mut self, command: &Command) -> Result<Response, MrtdError> {
        let command = command.encode().map_err(|_| MrtdError::Channel)?;
        Response::parse(&self.0.process(&command)).map_err(|_| MrtdError::Channel)
    }

    fn takes_extended(&self) -> bool {
        true
    }
}

/// Files of a travel document that opens: each with its identifier in one octet and its length in two
/// before it. Without a state's certificate nothing is genuine.
pub(crate) fn opened_chip(octets: &[u8]) {
    const CARD: &str = r#"{"name":"n","atr":"3B80","passwords":{"pin":"123456","can":"222222",
        "puk":"3333333333"},"eid":{},"esign":{},
        "bauth":{"private_key":"00","certificate":"","root":""}}"#;
    const MRZ_INFORMATION: &str =
        include_str!("../../sandbox-portal/holders/citizen/mrz-information");
    const CHIP_KEY: &str = include_str!("../../sandbox-portal/holders/citizen/chip.key");
    let mut card = CardFile::from_json(CARD).unwrap();
    card.icao = Some(IcaoFile {
        mrz_information: MRZ_INFORMATION.trim().to_owned(),
        files: files(octets).into_iter().collect(),
        bac: true,
        chip_key: Some(serde_json::from_value::<SecretHex>(CHIP_KEY.trim().into()).unwrap()),
        chip_curve: Named::BrainpoolP256r1,
    });
    let mut chip = Virtual(virtual_token::Card::new(card, None).unwrap());
    let key = AccessKey::Mrz(MrzKey::new("590082394", "870521", "350314").unwrap());
    if let Ok(document) = read(&mut chip, &key, &CountrySigners::default()) {
        let is_genuine = matches!(document.authenticity, Authenticity::Genuine { .. });
        assert!(!is_genuine);
    }
}

fn files(mut octets: &[u8]) -> Vec<(FileId, Hex)> {
    let mut files = Vec::new();
    while let [id, high, low, rest @ ..] = octets {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (file, rest) = rest.split_at(length.min(rest.len()));
        files.push((FileId(0x0100 | u16::from(*id)), Hex(file.to_vec())));
        octets = rest;
    }
    files
}
