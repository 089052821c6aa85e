//! A terminal that is played here: what it says to the card goes through the client's relay.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::{bauth, oid, tlv};
use kabinet_token::{Authentication, CardError, ClientTurn, HandOver, Relay, Session};

use crate::world::World;

pub(crate) const REQUEST_HASH: [u8; 32] = [0xA5; 32];
pub(crate) const OK: Status = Status(0x9000);
/// Bit of CLA: more of this command follows.
const CHAINING: u8 = 0x10;
/// What goes into one short protected command, octets.
const SHORT_DATA: usize = 241;

/// A terminal that the card let in.
pub(crate) struct Visit {
    pub(crate) relay: Relay,
    pub(crate) channel: ClientChannel,
}

/// The terminal's view of its hello: data of the initialisation, then the client's rights.
pub(crate) fn hello(authentication: Authentication, auxiliary: &[u8], access: &[u8]) -> Vec<u8> {
    let protocol = match authentication {
        Authentication::Mutual => oid::BAUTH,
        Authentication::OneSided => oid::BAUTH1,
    };
    let protocol = tlv::encode(0x80, protocol);
    let request = tlv::encode(0x85, &REQUEST_HASH);
    [&protocol, &request, auxiliary, access].concat()
}

/// The parameters of all attributes, of which the holder has every one on that day.
pub(crate) fn auxiliary(valid_on: &str) -> Vec<u8> {
    let parameter = |id: &[u8], tag, value: &[u8]| {
        let inside = [tlv::encode(0x06, id), tlv::encode(tag, value)].concat();
        tlv::encode(0x73, &inside)
    };
    let parameters = [
        parameter(oid::DOCUMENT_VALIDITY, 0x83, valid_on.as_bytes()),
        parameter(oid::AGE_VERIFICATION, 0x88, b"20080701"),
        parameter(oid::PLACE_VERIFICATION, 0x92, b"ZIPBY-220045"),
    ];
    tlv::encode(0x67, &parameters.concat())
}

impl Visit {
    /// Lets the terminal of `certificate` in by BAUTH.
    pub(crate) fn of(
        world: &World,
        session: Session,
        authentication: Authentication,
        auxiliary: &[u8],
        certificate: &[u8],
    ) -> Result<Self, CardError> {
        let chain = [certificate.to_vec()];
        let start =
            session.begin_terminal_with(authentication, &REQUEST_HASH, auxiliary, &chain)?;
        let mutual = authentication == Authentication::Mutual;
        let hello = hello(authentication, auxiliary, start.access());
        let terminal = bauth::Terminal::new(&world.terminal, &hello, mutual);
        let answered = terminal.receive_m1(&start.m1, &mut SystemRandom).unwrap();
        let (confirming, m2, key) = answered;
        let (relay, m3) = start.finish_terminal(&m2)?;
        if mutual {
            let confirmed = confirming.receive_m3(&m3, |_| Some(world.card_key.clone()));
            confirmed.unwrap();
        }
        let channel = ClientChannel::new(&key);
        Ok(Self { relay, channel })
    }

    /// Lets in the terminal that may do everything.
    pub(crate) fn trusted(world: &World, session: Session) -> Self {
        let certificate = &world.trusted_certificate;
        let mutual = Authentication::Mutual;
        Self::of(world, session, mutual, &auxiliary("20261123"), certificate).unwrap()
    }

    /// Sends one command of the terminal, as a chain where it is long.
    pub(crate) fn ask(&mut self, command: Command) -> Response {
        let mut parts = command.data.chunks(SHORT_DATA).peekable();
        loop {
            let data = parts.next().unwrap_or_default().to_vec();
            let more = parts.peek().is_some();
            let link = Command {
                cla: if more {
                    command.cla | CHAINING
                } else {
                    command.cla
                },
                ne: if more { None } else { command.ne },
                data,
                ..command.clone()
            };
            let octets = self.channel.protect(&link).unwrap().encode().unwrap();
            let answer = Response::parse(&self.relay.transmit(&octets).unwrap()).unwrap();
            let answer = self.channel.unprotect(&answer).unwrap();
            if !more || answer.status != OK {
                return answer;
            }
        }
    }

    pub(crate) fn status(&mut self, head: [u8; 4], data: &[u8]) -> Status {
        let [cla, ins, p1, p2] = head;
        self.ask(Command::new(cla, ins, p1, p2).with_data(data.to_vec()))
            .status
    }

    pub(crate) fn select(&mut self, application: &[u8]) {
        assert_eq!(self.status([0, 0xA4, 4, 0x0C], application), OK);
    }

    pub(crate) fn select_file(&mut self, fid: u16) -> Status {
        self.status([0, 0xA4, 2, 0x0C], &fid.to_be_bytes())
    }

    pub(crate) fn read(&mut self) -> Vec<u8> {
        let answer = self.ask(Command::new(0, 0xB0, 0, 0).with_ne(242));
        assert_eq!(answer.status, OK);
        answer.data
    }

    /// Gives the turn to the client. Something must be selected for that.
    pub(crate) fn hand_over(mut self) -> (ClientTurn, ClientChannel) {
        let data = tlv::encode(0xE1, &tlv::encode(0x81, &[0]));
        let switch = Command::new(0, 0x22, 0x01, 0xA4).with_data(data);
        let octets = self.channel.protect(&switch).unwrap().encode().unwrap();
        let Ok(HandOver::Done { turn, response }) = self.relay.hand_over(&octets) else {
            panic!("the card does not hand over");
        };
        let answer = Response::parse(&response).unwrap();
        assert_eq!(self.channel.unprotect(&answer).unwrap().status, OK);
        (turn, self.channel)
    }
}
