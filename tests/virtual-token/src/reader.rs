//! The slot that the card sits in, and the wire to a reader.
//!
//! The wire is that of vsmartcard's virtual reader: each message is two octets of length,
//! big-endian, and so many octets. A message of one octet is for the slot: 0 power off, 1 power
//! on, 2 reset, 4 tell the answer to reset. Any other is a command APDU. Only 4 and commands are
//! answered.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Card, Fault};

/// Between attempts to reach the reader.
const RETRY: Duration = Duration::from_millis(100);
const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const TELL_ATR: u8 = 4;

/// A card that can be pulled and put back.
#[derive(Clone)]
pub struct Slot(Arc<Shared>);

struct Shared {
    inside: Mutex<Inside>,
    changed: Condvar,
}

struct Inside {
    card: Card,
    inserted: bool,
    /// Commands until something goes wrong, and what.
    fault_after: Option<(u64, Fault)>,
    /// Open connections by number, to be cut when the card is pulled.
    connections: Vec<(u64, TcpStream)>,
    next_connection: u64,
    /// The connection whose dialogue with the card is under way.
    owner: Option<u64>,
}

impl Slot {
    /// A slot with the card in it.
    #[must_use]
    pub fn new(card: Card) -> Self {
        let inside = Inside {
            card,
            inserted: true,
            fault_after: None,
            connections: Vec::new(),
            next_connection: 0,
            owner: None,
        };
        Self(Arc::new(Shared {
            inside: Mutex::new(inside),
            changed: Condvar::new(),
        }))
    }

    /// Pulls the card: power and connections are gone at once.
    pub fn eject(&self) {
        self.lock().eject();
        self.0.changed.notify_all();
    }

    /// Puts the card back. A wire that connects by itself does so again.
    pub fn insert(&self) {
        self.lock().inserted = true;
        self.0.changed.notify_all();
    }

    /// Pulls the card instead of answering the `command`-th command from now, counted from 1.
    /// The card still executes it.
    pub fn eject_at(&self, command: u64) {
        self.fault_at(command, Fault::Remove);
    }

    /// Lets something go wrong at the `command`-th command from now, counted from 1.
    pub fn fault_at(&self, command: u64, fault: Fault) {
        self.lock().fault_after = Some((command, fault));
    }

    /// Whether the card is in.
    #[must_use]
    pub fn is_inserted(&self) -> bool {
        self.lock().inserted
    }

    /// Waits until a reader is connected, at most so long. Returns whether one is.
    #[must_use]
    pub fn wait_connected(&self, most: Duration) -> bool {
        let inside = self.lock();
        let waiting = |inside: &mut Inside| inside.connections.is_empty();
        match self.0.changed.wait_timeout_while(inside, most, waiting) {
            Ok((_, timeout)) => !timeout.timed_out(),
            Err(_) => false,
        }
    }

    /// Does something with the card between two commands.
    pub fn with_card<T>(&self, with: impl FnOnce(&mut Card) -> T) -> T {
        with(&mut self.lock().card)
    }

    /// Puts the card into a reader that listens at `address`, again and again, for ever.
    pub fn connect_to(&self, address: &str) -> ! {
        loop {
            self.wait_inserted();
            if let Ok(stream) = TcpStream::connect(address) {
                self.serve(stream);
            }
            std::thread::sleep(RETRY);
        }
    }

    /// Serves readers that connect to `listener`, each in a thread; only one at a time has the
    /// card, from its first power-on or command until it closes, and the others wait. Connections
    /// while the card is out are closed at once.
    ///
    /// # Errors
    ///
    /// When the listener fails.
    pub fn accept_from(&self, listener: &TcpListener) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept()?;
            if self.is_inserted() {
                let slot = self.clone();
                std::thread::spawn(move || slot.serve(stream));
            }
        }
    }

    /// Serves one connection until it ends or the card is pulled.
    fn serve(&self, stream: TcpStream) {
        // An answer must not wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let Some(number) = self.register(&stream) else {
            return;
        };
        // Either end may close at any moment; there is nobody to tell.
        let _ = self.converse(number, stream);
        let mut inside = self.lock();
        inside.connections.retain(|(other, _)| *other != number);
        if inside.owner == Some(number) {
            inside.owner = None;
            inside.card.power_off();
        }
        drop(inside);
        self.0.changed.notify_all();
    }

    fn register(&self, stream: &TcpStream) -> Option<u64> {
        let copy = stream.try_clone().ok()?;
        let mut inside = self.lock();
        if !inside.inserted {
            return None;
        }
        let number = inside.next_connection;
        inside.next_connection += 1;
        inside.connections.push((number, copy));
        drop(inside);
        self.0.changed.notify_all();
        Some(number)
    }

    fn converse(&self, number: u64, mut stream: TcpStream) -> io::Result<()> {
        loop {
            let message = read_message(&mut stream)?;
            let answer = match message.as_slice() {
                [TELL_ATR] => Some(self.lock().card.atr()),
                [] => None,
                _ => {
                    let mut inside = self.own(number)?;
                    match message.as_slice() {
                        [POWER_OFF] => {
                            inside.card.power_off();
                            None
                        }
                        [POWER_ON | RESET] => {
                            inside.card.power_on();
                            None
                        }
                        [_] => None,
                        command => Some(inside.answer(command).ok_or(io::ErrorKind::NotConnected)?),
                    }
                }
            };
            if let Some(answer) = answer {
                write_message(&mut stream, &answer)?;
            }
        }
    }

    /// Waits for the card to be free and takes it.
    fn own(&self, number: u64) -> io::Result<MutexGuard<'_, Inside>> {
        let others = |inside: &mut Inside| {
            inside.inserted && inside.owner.is_some_and(|owner| owner != number)
        };
        let mut inside = self
            .0
            .changed
            .wait_while(self.lock(), others)
            .unwrap_or_else(PoisonError::into_inner);
        // The card may have been pulled and put back meanwhile; this connection was cut then.
        let cut = !inside.connections.iter().any(|(other, _)| *other == number);
        if cut {
            return Err(io::ErrorKind::NotConnected.into());
        }
        inside.owner = Some(number);
        Ok(inside)
    }

    fn wait_inserted(&self) {
        let out = |inside: &mut Inside| !inside.inserted;
        drop(self.0.changed.wait_while(self.lock(), out));
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        // A panic of another thread leaves the card as a loss of power would.
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn eject(&mut self) {
        self.inserted = false;
        self.fault_after = None;
        self.owner = None;
        self.card.power_off();
        for (_, stream) in self.connections.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// None when the card is pulled instead.
    fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let fault = match &mut self.fault_after {
            Some((left, _)) if *left > 1 => {
                *left -= 1;
                None
            }
            due => due.take().map(|(_, fault)| fault),
        };
        let Some(fault) = fault else {
            return Some(self.card.process(command));
        };
        let answer = fault.answer(&mut self.card, command);
        if answer.is_none() {
            self.eject();
        }
        answer
    }
}

/// Reads one message.
///
/// # Errors
///
/// When the stream ends or fails.
pub fn read_message(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message)?;
    Ok(message)
}

/// Writes one message.
///
/// # Errors
///
/// When the stream fails, or the message is too long for its length field.
pub fn write_message(stream: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut octets = length.to_be_bytes().to_vec();
    octets.extend_from_slice(message);
    stream.write_all(&octets)
}
