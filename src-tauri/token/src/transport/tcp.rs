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
    stream: TcpStream,
    atr: Vec<u8>,
}

impl TcpTransport {
    /// Connects and powers the card.
    pub(crate) fn connect(host: &str) -> Result<Self, CardError> {
        Self::connect_within(host, CONNECT_TIME, ATR_TIME)
    }

    pub(crate) fn connect_within(
        host: &str,
        connect_time: Duration,
        atr_time: Duration,
    ) -> Result<Self, CardError> {
        let stream = open(host, connect_time).map_err(|_| CardError::ReaderGone)?;
        let mut transport = Self {
            stream,
            atr: Vec::new(),
        };
        transport
            .prepare(atr_time)
            .map_err(|error| match meaning(&error) {
                CardError::Timeout => CardError::Sharing,
                other => other,
            })?;
        if transport.atr.is_empty() {
            return Err(CardError::Removed);
        }
        Ok(transport)
    }

    fn prepare(&mut self, atr_time: Duration) -> io::Result<()> {
        // A command is one small message and the peer answers at once: waiting to fill a packet
        // would cost a delayed acknowledgement for each.
        self.stream.set_nodelay(true)?;
        self.stream.set_write_timeout(Some(COMMAND_TIME))?;
        self.stream.set_read_timeout(Some(atr_time))?;
        self.send(&[POWER_ON])?;
        self.send(&[GET_ATR])?;
        self.atr = self.receive()?;
        self.stream.set_read_timeout(Some(COMMAND_TIME))
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let length = u16::try_from(message.len())
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut frame = Vec::with_capacity(message.len() + 2);
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(message);
        self.stream.write_all(&frame)
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut message)?;
        Ok(message)
    }
}

impl Transport for TcpTransport {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let sent = self.send(command);
        let answer = sent.and_then(|()| self.receive());
        answer.map_err(|error| meaning(&error))
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
        let _ = self.send(&[POWER_OFF]);
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
