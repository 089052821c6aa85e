//! Command and response APDUs over a transport: lengths, command chaining, GET RESPONSE and the
//! right Le (ISO/IEC 7816-3 and 7816-4), so that above there are only whole commands.

use std::time::{Duration, Instant};

use kabinet_stb::apdu::{Command, Response, Status};

use crate::lengths::{self, Lengths, ShortOnly};
use crate::sleep::Moment;
use crate::transport::{self, Transport};
use crate::{CancelToken, CardError, ReaderAddress};

/// Longest command data in the short form, octets.
pub(crate) const SHORT_DATA: usize = 255;
/// Bit of CLA: more of this command follows.
pub(crate) const CHAINING: u8 = 0x10;
/// More than a card may make us collect for one answer: the longest RDF and something.
const LONGEST_ANSWER: usize = 65_536 + 256;

const WRONG_LENGTH: u16 = 0x6700;

/// Whether a command may go out a second time when the card asks for another Le (6CXX).
///
/// The status says that the command was not carried out. Where the cost of a card that is wrong
/// about that would be an attempt at a password, we do not rely on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It may.
    Allowed,
    /// It never goes out twice.
    Never,
}

/// A card that takes whole commands.
pub(crate) struct Link {
    transport: Box<dyn Transport>,
    cancel: CancelToken,
    /// What a refusal of extended lengths is remembered by.
    pair: ShortOnly,
    lengths: Lengths,
    begun: Moment,
    apdus: u64,
}

impl Link {
    pub(crate) fn connect(address: &ReaderAddress, cancel: CancelToken) -> Result<Self, CardError> {
        cancel.check()?;
        let transport = transport::connect(address, &cancel)?;
        Ok(Self::new(transport, address, cancel))
    }

    pub(crate) fn new(
        transport: Box<dyn Transport>,
        address: &ReaderAddress,
        cancel: CancelToken,
    ) -> Self {
        let pair = ShortOnly::of(address, transport.atr());
        Self {
            lengths: Lengths::of(&pair, transport.carries_extended()),
            transport,
            cancel,
            pair,
            begun: Moment::now(),
            apdus: 0,
        }
    }

    pub(crate) fn atr(&self) -> &[u8] {
        self.transport.atr()
    }

    pub(crate) fn lengths(&self) -> Lengths {
        self.lengths
    }

    /// An extended command was refused: short ones from now on, in later dialogues too.
    pub(crate) fn long_refused(&mut self) {
        self.lengths = Lengths::Short;
        lengths::remember(&self.pair);
    }

    /// Whether the reader still carries a short command, here a selection of the master file. If it
    /// does, the length was what it failed at, not the reader or the card.
    pub(crate) fn carries_short(&mut self) -> bool {
        self.exchange(&[0x00, 0xA4, 0x00, 0x00]).is_ok()
    }

    /// How many command APDUs have gone over the wire, with those for GET RESPONSE and chaining.
    pub(crate) fn apdus(&self) -> u64 {
        self.apdus
    }

    pub(crate) fn reset_on_drop(&mut self) {
        self.transport.reset_on_drop();
    }

    /// Sends one plain command, in the form that the card takes.
    ///
    /// A refusal of the extended form is remembered, and the command goes again in short ones.
    pub(crate) fn send(
        &mut self,
        command: &Command,
        repeat: Repeat,
    ) -> Result<Response, CardError> {
        let long = command.data.len() > SHORT_DATA || command.ne.is_some_and(|ne| ne > 256);
        if !long {
            return self.send_encoded(command, repeat);
        }
        if self.lengths == Lengths::Short {
            return self.send_chain(command, repeat);
        }
        match self.send_encoded(command, repeat) {
            Ok(response) if response.status.0 == WRONG_LENGTH => {}
            // The reader may have failed at the length. Then the short form goes through.
            Err(CardError::ReaderFailed(_)) if repeat == Repeat::Allowed => {}
            other => {
                if other.is_ok() {
                    self.lengths = Lengths::Extended;
                }
                return other;
            }
        }
        self.lengths = Lengths::Short;
        let response = self.send_chain(command, repeat)?;
        if response.status.0 != WRONG_LENGTH {
            self.long_refused();
        }
        Ok(response)
    }

    fn send_chain(&mut self, command: &Command, repeat: Repeat) -> Result<Response, CardError> {
        let mut parts = command.data.chunks(SHORT_DATA).peekable();
        loop {
            let data = parts.next().unwrap_or_default().to_vec();
            let last = parts.peek().is_none();
            let part = Command {
                cla: if last {
                    command.cla
                } else {
                    command.cla | CHAINING
                },
                ne: if last {
                    command.ne.map(|ne| ne.min(256))
                } else {
                    None
                },
                data,
                ..command.clone()
            };
            let response = self.send_encoded(&part, repeat)?;
            if last || response.status != Status::OK {
                return Ok(response);
            }
        }
    }

    fn send_encoded(&mut self, command: &Command, repeat: Repeat) -> Result<Response, CardError> {
        let octets = command
            .encode()
            .map_err(|_| CardError::Protocol("a command that has no APDU"))?;
        let answer = self.transmit(&octets, repeat)?;
        Response::parse(&answer).map_err(|_| CardError::Protocol("an answer without a status"))
    }

    /// Sends one command APDU as it is and gives the whole response APDU.
    pub(crate) fn transmit(
        &mut self,
        command: &[u8],
        repeat: Repeat,
    ) -> Result<Vec<u8>, CardError> {
        let mut data = Vec::new();
        let mut answer = self.exchange(command)?;
        let mut status = take_status(&mut answer)?;
        // With data it is a protected answer about the Le inside the channel, which is not ours.
        if status.0 == 0x6C
            && answer.is_empty()
            && repeat == Repeat::Allowed
            && let Some(command) = with_short_le(command, status.1)
        {
            answer = self.exchange(&command)?;
            status = take_status(&mut answer)?;
        }
        data.append(&mut answer);
        while status.0 == 0x61 {
            let class = command.first().copied().unwrap_or_default() & 0x03;
            let mut answer = self.exchange(&[class, 0xC0, 0, 0, status.1])?;
            status = take_status(&mut answer)?;
            if status.0 == 0x61 && answer.is_empty() || data.len() + answer.len() > LONGEST_ANSWER {
                return Err(CardError::Protocol("an answer without end"));
            }
            data.append(&mut answer);
        }
        data.extend_from_slice(&[status.0, status.1]);
        Ok(data)
    }

    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        self.cancel.check()?;
        if self.begun.slept_until(Moment::now()) {
            return Err(CardError::Slept);
        }
        self.apdus += 1;
        let started = Instant::now();
        let answer = self.transport.exchange(command);
        trace(command, answer.as_deref().ok(), started.elapsed());
        answer
    }
}

/// Whether Lc or Le of a command APDU has its extended form.
pub(crate) fn is_extended(command: &[u8]) -> bool {
    command.len() > 5 && command.get(4) == Some(&0)
}

/// Says what went over the wire: headers, statuses and lengths, which are open there. Data never go
/// into a log, be they protected or not.
fn trace(command: &[u8], answer: Option<&[u8]>, took: Duration) {
    let head = command
        .first_chunk::<4>()
        .map(|head| u32::from_be_bytes(*head));
    let status = answer
        .and_then(|octets| octets.last_chunk::<2>())
        .map(|status| u16::from_be_bytes(*status));
    tracing::trace!(
        head = %format_args!("{:08X}", head.unwrap_or_default()),
        sent = command.len(),
        status = %format_args!("{:04X}", status.unwrap_or_default()),
        received = answer.map_or(0, <[u8]>::len),
        took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "apdu"
    );
}

fn take_status(answer: &mut Vec<u8>) -> Result<(u8, u8), CardError> {
    let short = CardError::Protocol("an answer without a status");
    match (answer.pop(), answer.pop()) {
        (Some(second), Some(first)) => Ok((first, second)),
        _ => Err(short),
    }
}

/// The same command with another Le, where it has a short one.
fn with_short_le(command: &[u8], le: u8) -> Option<Vec<u8>> {
    let has_le = match command.get(4..)? {
        [_] => true,
        [0, ..] => false,
        [lc, rest @ ..] => rest.len() == usize::from(*lc) + 1,
        [] => false,
    };
    let mut again = command.to_vec();
    *again.last_mut()? = le;
    has_le.then_some(again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::{Answering, Scripted};

    fn link(script: &[(&str, &str)]) -> Link {
        let nowhere = ReaderAddress::Pcsc("Link".into());
        let script = Box::new(Scripted::new(script));
        Link::new(script, &nowhere, CancelToken::new())
    }

    /// A link whose reader fails to carry what is longer than a short command, in a reader of that
    /// name with a card that takes everything.
    fn short_reader(name: &str, works: bool) -> Link {
        let answer = move |command: &[u8]| match is_extended(command) {
            true => Err(CardError::ReaderFailed(pcsc::Error::NotTransacted)),
            false if works => Ok(vec![0x90, 0x00]),
            false => Err(CardError::ReaderFailed(pcsc::Error::CommError)),
        };
        let transport = Answering::new(&[0x3B, 0x00], answer);
        let address = ReaderAddress::Pcsc(name.into());
        Link::new(Box::new(transport), &address, CancelToken::new())
    }

    #[test]
    fn reader_that_fails_at_the_length_is_remembered() {
        let long = || Command::new(0, 0x2A, 0, 0xBE).with_data(vec![1; 300]);
        let mut first = short_reader("Short 00 00", true);
        assert_eq!(send(&mut first, long()).unwrap().status, Status::OK);
        assert_eq!(first.apdus(), 3);
        let mut second = short_reader("Short 00 00", true);
        assert_eq!(send(&mut second, long()).unwrap().status, Status::OK);
        assert_eq!(second.apdus(), 2);
    }

    #[test]
    fn reader_that_fails_at_anything_is_not_remembered() {
        let long = || Command::new(0, 0x2A, 0, 0xBE).with_data(vec![1; 300]);
        let mut link = short_reader("Broken 00 00", false);
        let failed = CardError::ReaderFailed(pcsc::Error::CommError);
        assert_eq!(send(&mut link, long()), Err(failed));
        assert_eq!(
            short_reader("Broken 00 00", false).lengths(),
            Lengths::Unknown
        );
        assert!(!link.carries_short());
    }

    #[test]
    fn reader_that_failed_never_gets_a_password_twice() {
        let mut link = short_reader("Once 00 00", true);
        let long = Command::new(0, 0x86, 0, 0).with_data(vec![1; 300]);
        let failed = CardError::ReaderFailed(pcsc::Error::NotTransacted);
        assert_eq!(link.send(&long, Repeat::Never), Err(failed));
        assert_eq!(link.apdus(), 1);
    }

    #[test]
    fn dialogue_does_not_outlast_a_sleep() {
        let mut link = link(&[("00A40000", "9000")]);
        send(&mut link, Command::new(0, 0xA4, 0, 0)).unwrap();
        link.begun = link.begun.before_a_sleep();
        let refused = send(&mut link, Command::new(0, 0xA4, 0, 0));
        assert_eq!(refused.err(), Some(CardError::Slept));
        assert_eq!(link.apdus(), 1);
    }

    fn send(link: &mut Link, command: Command) -> Result<Response, CardError> {
        link.send(&command, Repeat::Allowed)
    }

    #[test]
    fn answer_is_collected_by_get_response() {
        let mut link = link(&[
            ("00B0000000", "AABB6102"),
            ("00C0000002", "CC6101"),
            ("00C0000001", "DD9000"),
        ]);
        let response = send(&mut link, Command::new(0, 0xB0, 0, 0).with_ne(256)).unwrap();
        assert_eq!(response.data, [0xAA, 0xBB, 0xCC, 0xDD]);
        assert_eq!(response.status, Status::OK);
        assert_eq!(link.apdus(), 3);
    }

    #[test]
    fn answer_without_end_is_refused() {
        let mut link = link(&[("00B0000000", "6110"), ("00C0000010", "6110")]);
        let refused = send(&mut link, Command::new(0, 0xB0, 0, 0).with_ne(256));
        assert!(matches!(refused, Err(CardError::Protocol(_))));
    }

    #[test]
    fn right_le_is_taken_once() {
        let mut link = link(&[("00B0000000", "6C03"), ("00B0000003", "0102039000")]);
        let response = send(&mut link, Command::new(0, 0xB0, 0, 0).with_ne(256)).unwrap();
        assert_eq!(response.data, [1, 2, 3]);
        let mut link = self::link(&[("00B0000000", "6C03"), ("00B0000003", "6C04")]);
        let response = send(&mut link, Command::new(0, 0xB0, 0, 0).with_ne(256)).unwrap();
        assert_eq!(response.status.0, 0x6C04);
    }

    #[test]
    fn what_may_not_repeat_does_not() {
        let mut link = link(&[("0086000002010200", "6C10")]);
        let command = Command::new(0, 0x86, 0, 0)
            .with_data(vec![1, 2])
            .with_ne(256);
        let response = link.send(&command, Repeat::Never).unwrap();
        assert_eq!(response.status.0, 0x6C10);
    }

    #[test]
    fn long_command_falls_back_to_a_chain_and_stays_there() {
        let data: Vec<u8> = (0..=299).map(|n| (n % 251) as u8).collect();
        let hex = |octets: &[u8]| hex::encode_upper(octets);
        let extended = format!("002A00BE00012C{}", hex(&data));
        let first = format!("102A00BEFF{}", hex(&data[..255]));
        let second = format!("002A00BE2D{}", hex(&data[255..]));
        let mut link = self::link(&[
            (&extended, "6700"),
            (&first, "9000"),
            (&second, "9000"),
            (&first, "9000"),
            (&second, "9000"),
        ]);
        let command = Command::new(0, 0x2A, 0, 0xBE).with_data(data);
        assert_eq!(send(&mut link, command.clone()).unwrap().status, Status::OK);
        assert_eq!(send(&mut link, command).unwrap().status, Status::OK);
        assert_eq!(link.lengths(), Lengths::Short);
        assert_eq!(link.apdus(), 5);
    }

    #[test]
    fn chain_stops_at_the_first_error() {
        let data = vec![7; 300];
        let first = format!("102A00BEFF{}", "07".repeat(255));
        let mut link = link(&[(&first, "6884")]);
        link.lengths = Lengths::Short;
        let response = send(&mut link, Command::new(0, 0x2A, 0, 0xBE).with_data(data)).unwrap();
        assert_eq!(response.status.0, 0x6884);
    }

    #[test]
    fn cancelled_link_sends_nothing_more() {
        let cancel = CancelToken::new();
        let script = Scripted::new(&[("00A40000", "9000")]);
        let nowhere = ReaderAddress::Pcsc("Link".into());
        let mut link = Link::new(Box::new(script), &nowhere, cancel.clone());
        send(&mut link, Command::new(0, 0xA4, 0, 0)).unwrap();
        cancel.cancel();
        let refused = send(&mut link, Command::new(0, 0xA4, 0, 0));
        assert_eq!(refused.err(), Some(CardError::Cancelled));
        assert_eq!(link.apdus(), 1);
    }

    #[test]
    fn answer_of_one_octet_is_no_answer() {
        let mut link = link(&[("00A40000", "90")]);
        let refused = send(&mut link, Command::new(0, 0xA4, 0, 0));
        assert!(matches!(refused, Err(CardError::Protocol(_))));
    }
}
