//! A card at the other end of a TCP connection: the vpcd protocol of the vsmartcard project, we
//! in the reader's part.
//!
//! Each message is a length in two octets, big-endian, and that many octets. A message of one octet
//! from the reader is an order, any longer one a command APDU. Orders for power have no answer.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::Transport;
use crate::CardError;

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const GET_ATR: u8 = 4;

/// For a host that is not there.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// A listening card that serves another reader does not answer at all.
const ATR_TIME: Duration = Duration::from_secs(2);
/// The slowest command of a real card, key generation, takes seconds.
const COMMAND_TIME: Duration = Duration::from_secs(30);

pub(crate) struct TcpTransport {
    wire: Wire,
    atr: Vec<u8>,
}

/// Asks a card that listens at `host` for its answer to reset and leaves its power as it is, so
/// that a dialogue that it has with another reader goes on. Empty when it has none.
pub(crate) fn look(host: &str, time: Duration) -> Result<Vec<u8>, CardError> {
    let mut wire = Wire::connect(host, time, time)?;
    wire.ask(&[GET_ATR])
}

impl TcpTransport {
    /// Connects and powers the card.
    pub(crate) fn connect(host: &str) -> Result<Self, CardError> {
        let mut wire = Wire::connect(host, CONNECT_TIME, ATR_TIME)?;
        // The order has no answer: only that to the next tells whether the card is ours.
        wire.send(&[POWER_ON]).map_err(|error| meaning(&error))?;
        let atr = match wire.ask(&[GET_ATR]) {
            Err(CardError::Timeout) => return Err(CardError::Sharing),
            atr => atr?,
        };
        if atr.is_empty() {
            return Err(CardError::Removed);
        }
        let limited = wire.0.set_read_timeout(Some(COMMAND_TIME));
        limited.map_err(|error| meaning(&error))?;
        Ok(Self { wire, atr })
    }
}

impl Transport for TcpTransport {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        // An order, not a command.
        if command.len() < 2 {
            return Err(CardError::Protocol("not a command"));
        }
        self.wire.ask(command)
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn carries_extended(&self) -> bool {
        true
    }

    // The power goes off in any case.
    fn reset_on_drop(&mut self) {}
}

impl Drop for TcpTransport {
    fn drop(&mut self) {
        // The peer may be gone already; then there is nothing to switch off.
        let _ = self.wire.send(&[POWER_OFF]);
    }
}

/// Messages over a stream.
struct Wire(TcpStream);

impl Wire {
    fn connect(host: &str, connect: Duration, answer: Duration) -> Result<Self, CardError> {
        let stream = open(host, connect).map_err(|_| CardError::ReaderGone)?;
        // A command is one small message and the peer answers at once: waiting to fill a packet
        // would cost a delayed acknowledgement for each.
        let prepared = stream
            .set_nodelay(true)
            .and_then(|()| stream.set_write_timeout(Some(COMMAND_TIME)))
            .and_then(|()| stream.set_read_timeout(Some(answer)));
        prepared.map_err(|error| meaning(&error))?;
        Ok(Self(stream))
    }

    fn ask(&mut self, message: &[u8]) -> Result<Vec<u8>, CardError> {
        let sent = self.send(message);
        let answer = sent.and_then(|()| self.receive());
        answer.map_err(|error| meaning(&error))
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let length = u16::try_from(message.len())
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut frame = Vec::with_capacity(message.len() + 2);
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(message);
        self.0.write_all(&frame)
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut message)?;
        Ok(message)
    }
}

fn open(host: &str, time: Duration) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in host.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, time) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn meaning(error: &io::Error) -> CardError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => CardError::Timeout,
        io::ErrorKind::InvalidInput => {
            CardError::Protocol("a command longer than the reader takes")
        }
        // A card that is pulled hangs up.
        _ => CardError::Removed,
    }
}
