//! The other side of the card: a client, and a terminal behind it, made of the library's parts.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::{ChannelKey, ClientChannel};
use kabinet_stb::{Secret, bauth, bpace, oid, tlv};
use serde_json::{Value, json};
use virtual_token::{Card, CardFile};

pub const PIN: &str = "123456";
pub const CAN: &str = "654321";
pub const PUK: &str = "0123456789";
pub const OK: Status = Status(0x9000);
pub const REFUSED: Status = Status(0x6982);
/// Everything that a client may hand on.
pub const ALL: (u64, u16) = (0x3F_3FFF_FF33, 0xF7C0);

/// A client with a card in its reader.
pub struct Host {
    pub card: Card,
    pub client: Option<ClientChannel>,
    pub terminal: Option<ClientChannel>,
    /// Longest plain data in one command; longer ones go as a chain.
    pub longest: usize,
}

impl Host {
    pub fn new() -> Self {
        Self::with(Card::from_json(&card_file().to_string()).unwrap())
    }

    pub fn with(mut card: Card) -> Self {
        card.set_penalty(std::time::Duration::ZERO);
        Self {
            card,
            client: None,
            terminal: None,
            longest: 65_000,
        }
    }

    /// Sends a command as it is.
    pub fn plain(&mut self, command: &Command) -> Response {
        let octets = command.encode().unwrap();
        let mut answer = Response::parse(&self.card.process(&octets)).unwrap();
        let mut data = Vec::new();
        while answer.status.0 >> 8 == 0x61 {
            data.append(&mut answer.data);
            let le = answer.status.0 as u8;
            answer = Response::parse(&self.card.process(&[0, 0xC0, 0, 0, le])).unwrap();
        }
        data.append(&mut answer.data);
        answer.data = data;
        answer
    }

    /// Sends a command in the terminal's channel, or the client's, or plain.
    pub fn send(&mut self, command: &Command) -> Response {
        if command.data.len() <= self.longest {
            return self.send_one(command);
        }
        let mut pieces = command.data.chunks(self.longest).peekable();
        while let Some(piece) = pieces.next() {
            let mut link = command.clone();
            link.data = piece.to_vec();
            if pieces.peek().is_none() {
                return self.send_one(&link);
            }
            link.cla |= 0x10;
            link.ne = None;
            let answer = self.send_one(&link);
            if answer.status != OK {
                return answer;
            }
        }
        unreachable!("the last piece was answered")
    }

    fn send_one(&mut self, command: &Command) -> Response {
        let channel = match (&self.terminal, &self.client) {
            (Some(_), _) => &mut self.terminal,
            _ => &mut self.client,
        };
        let Some(mut channel) = channel.take() else {
            return self.plain(command);
        };
        let protected = channel.protect(command).unwrap();
        let answer = self.plain(&protected);
        if answer.data.is_empty() {
            // Unprotected: the channel is gone.
            return answer;
        }
        let answer = channel.unprotect(&answer).unwrap();
        if self.terminal_was_taken(command) {
            self.terminal = Some(channel);
        } else {
            self.client = Some(channel);
        }
        answer
    }

    /// `send_one` took the terminal's channel exactly when the client's is still in its place.
    fn terminal_was_taken(&self, _: &Command) -> bool {
        self.client.is_some()
    }

    pub fn status(&mut self, head: [u8; 4], data: &[u8]) -> Status {
        self.send(&command(head, data)).status
    }

    /// MSE:Set AT for BPACE.
    pub fn announce(&mut self, hello: &[u8]) -> Status {
        self.status([0, 0x22, 0xC1, 0xA4], hello)
    }

    /// BPACE whole; the last status.
    pub fn bpace(&mut self, hello: &[u8], password: &str) -> Status {
        let announced = self.announce(hello);
        if announced != OK && announced.0 & 0xFFF0 != 0x63C0 {
            return announced;
        }
        let secret = Secret::new(password.as_bytes().to_vec());
        let (client, m1) = bpace::Client::start(&secret, &[], hello, &mut SystemRandom);
        let answer = self.send(&authenticate(0x80, &m1));
        assert_eq!(answer.status, OK);
        let m2 = message(&answer.data, 0x81);
        let (client, m3) = client.receive_m2(&m2, &mut SystemRandom).unwrap();
        let answer = self.send(&authenticate(0x82, &m3));
        if answer.status == OK {
            let key = client.receive_m4(&message(&answer.data, 0x83)).unwrap();
            self.client = Some(ClientChannel::new(&key));
            self.terminal = None;
        }
        answer.status
    }

    pub fn open_with_pin(&mut self) {
        assert_eq!(self.bpace(&hello(3, ALL, None), PIN), OK);
    }

    pub fn select(&mut self, application: &[u8]) -> Status {
        self.status([0, 0xA4, 4, 0x0C], application)
    }

    pub fn select_file(&mut self, id: u16) -> Status {
        self.status([0, 0xA4, 2, 0x0C], &id.to_be_bytes())
    }

    pub fn read(&mut self, most: u32) -> Response {
        self.send(&Command::new(0, 0xB0, 0, 0).with_ne(most))
    }

    /// Set AT for BAUTH, up to M1; the status of whatever refused, or the terminal's hello and M1.
    pub fn begin_terminal(
        &mut self,
        rights: (u64, u16),
        mutual: bool,
        path: &[&str],
    ) -> Result<(Vec<u8>, Vec<u8>), Status> {
        let cdf = bauth_cdf(mutual);
        let p1 = if mutual { 0xF1 } else { 0xB1 };
        expect(self.status([0, 0x22, p1, 0xA4], &cdf))?;
        for name in path {
            let certificate = vector(name);
            let inside = tlv::read(&certificate).unwrap().0.value.to_vec();
            expect(self.status([0, 0x2A, 0, 0xBE], &inside))?;
        }
        let answer = self.send(&Command::new(0, 0x86, 0, 0).with_ne(256));
        expect(answer.status)?;
        let hello = [cdf, templates(rights)].concat();
        Ok((hello, message(&answer.data, 0x80)))
    }

    /// BAUTH whole with the terminal of vector `terminal`, the last of `path`.
    pub fn bauth(&mut self, rights: (u64, u16), mutual: bool, path: &[&str]) -> Result<(), Status> {
        let (hello, m1) = self.begin_terminal(rights, mutual, path)?;
        let own = private_key(path.last().unwrap());
        let terminal = bauth::Terminal::new(&own, &hello, mutual);
        let (terminal, m2, key) = terminal.receive_m1(&m1, &mut SystemRandom).unwrap();
        let mut last = authenticate(0x81, &m2);
        if !mutual {
            last.ne = None;
        }
        let answer = self.send(&last);
        expect(answer.status)?;
        if mutual {
            let m3 = message(&answer.data, 0x82);
            let card = terminal.receive_m3(&m3, |certificate| {
                assert!(certificate == vector("cvc-card"));
                let certificate = virtual_token::cv::Certificate::parse(certificate)?;
                Some(certificate.public_key().clone())
            });
            card.unwrap();
        }
        self.terminal = Some(ClientChannel::new(&key));
        Ok(())
    }
}

pub fn command(head: [u8; 4], data: &[u8]) -> Command {
    let [cla, ins, p1, p2] = head;
    Command::new(cla, ins, p1, p2).with_data(data.to_vec())
}

fn expect(status: Status) -> Result<(), Status> {
    if status == OK { Ok(()) } else { Err(status) }
}

fn authenticate(tag: u32, message: &[u8]) -> Command {
    let data = tlv::encode(0x7C, &tlv::encode(tag, message));
    command([0, 0x86, 0, 0], &data).with_ne(256)
}

fn message(data: &[u8], tag: u32) -> Vec<u8> {
    let outer = tlv::read(data).unwrap().0;
    assert_eq!(outer.tag, 0x7C);
    let inner = tlv::read(outer.value).unwrap().0;
    assert_eq!(inner.tag, tag);
    inner.value.to_vec()
}

/// The CDF for a password, the words of both applications and N.
pub fn hello(password: u8, rights: (u64, u16), signatures: Option<u8>) -> Vec<u8> {
    let mut cdf = [
        tlv::encode(0x80, oid::BPACE),
        tlv::encode(0x83, &[password]),
        templates(rights),
    ]
    .concat();
    if let Some(count) = signatures {
        cdf.extend(tlv::encode(0x53, &[count]));
    }
    cdf
}

fn templates((eid, esign): (u64, u16)) -> Vec<u8> {
    let template = |id: &[u8], word: &[u8]| {
        let inside = [tlv::encode(0x06, id), tlv::encode(0x04, word)].concat();
        tlv::encode(0x7F4C, &inside)
    };
    let eid = template(oid::EID_ACCESS, &eid.to_be_bytes()[3..]);
    [eid, template(oid::ESIGN_ACCESS, &esign.to_be_bytes())].concat()
}

fn bauth_cdf(mutual: bool) -> Vec<u8> {
    let parameter = |id: &[u8], tag, value: &[u8]| {
        let inside = [tlv::encode(0x06, id), tlv::encode(tag, value)].concat();
        tlv::encode(0x73, &inside)
    };
    let parameters = [
        parameter(oid::DOCUMENT_VALIDITY, 0x83, VALID_ON.as_bytes()),
        parameter(oid::AGE_VERIFICATION, 0x88, b"20080701"),
        parameter(oid::PLACE_VERIFICATION, 0x92, b"ZIPBY-220045"),
    ];
    [
        tlv::encode(0x80, if mutual { oid::BAUTH } else { oid::BAUTH1 }),
        tlv::encode(0x85, &[0x5A; 32]),
        tlv::encode(0x67, &parameters.concat()),
    ]
    .concat()
}

/// The day on which the terminal asks the card to be valid.
const VALID_ON: &str = "20261123";

fn valid(name: &str) -> Value {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/cvc.json")).unwrap();
    let list = vectors["vectors"]["valid"].as_array().unwrap();
    list.iter().find(|row| row["id"] == name).unwrap().clone()
}

/// A certificate of the vectors.
pub fn vector(name: &str) -> Vec<u8> {
    hex::decode(valid(name)["outputs"]["cert"].as_str().unwrap()).unwrap()
}

fn private_key(name: &str) -> PrivateKey {
    let text = valid(name)["inputs"]["privkey"]
        .as_str()
        .unwrap()
        .to_owned();
    PrivateKey::from_bytes(Level::L128, &hex::decode(text).unwrap()).unwrap()
}

/// The eSign keys of the sample card, base and terminal mode.
pub fn esign_key(reference: u8) -> PrivateKey {
    private_key(if reference == 0x01 {
        "cvc-sub_narrow"
    } else {
        "cvc-term_narrow"
    })
}

/// A card issued by the root of the vectors.
pub fn card_file() -> Value {
    let string = |tag, text: &str| hex::encode_upper(tlv::encode(tag, text.as_bytes()));
    let key = |reference: u8, name: &str, certificate: &str| {
        json!({
            "reference": hex::encode([reference]),
            "private_key": valid(name)["inputs"]["privkey"],
            "certificate": certificate,
        })
    };
    json!({
        "name": "sample",
        "atr": virtual_token::card_file::answer_to_reset(true),
        "passwords": {"pin": PIN, "can": CAN, "puk": PUK},
        "eid": {
            "0103": string(0x43, "20330321"),
            "0104": string(0x44, "Алесь/Алесь/Ales"),
            "0105": string(0x45, &"Доўгае прозвішча ".repeat(20)),
            "0108": string(0x48, "1990    "),
            "010F": string(0x4F, "20230322"),
            "0111": "510A8208D09CD196D0BDD181D0BA",
            "0112": string(0x52, "ZIPBY-220045"),
        },
        "esign": {
            "name": "3000",
            "keys": [
                key(0x01, "cvc-sub_narrow", &"30820100".repeat(100)),
                key(0x11, "cvc-term_narrow", "3003020100"),
            ],
        },
        "bauth": {
            "private_key": valid("cvc-card")["inputs"]["privkey"],
            "certificate": hex::encode(vector("cvc-card")),
            "root": hex::encode(vector("cvc-root")),
        },
    })
}

/// A card whose state is at `path`.
pub fn card_with_state(path: &std::path::Path) -> Card {
    let file = CardFile::from_json(&card_file().to_string()).unwrap();
    Card::new(file, Some(path)).unwrap()
}

/// A key of zeros, to make a channel that the card does not know.
pub fn strange_channel() -> ClientChannel {
    ClientChannel::new(&ChannelKey::new([0; 32]))
}
