//! The card as a reader sees it: power, octets in, octets out.
//!
//! Here is what ISO/IEC 7816-4 does around a command: short and extended lengths, and answers
//! that have to be fetched in pieces from a card that knows only short ones.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use kabinet_stb::apdu::{Command, Response, Status};

use crate::card_file::CardFile;
use crate::icao;
use crate::machine::Machine;
use crate::memory::{MemoryError, Store};
use crate::passwords::PinState;
use crate::status;

/// Most octets in an answer with a short Le.
const SHORT_ANSWER: usize = 256;
/// Commands that are remembered.
const LOGGED: usize = 4096;
/// A wrong CAN or PUK keeps a card busy so long at least (clause 6.3).
const PENALTY: Duration = Duration::from_secs(1);

/// A software BTOK card.
pub struct Card {
    machine: Machine,
    icao: Option<icao::Chip>,
    powered: bool,
    /// What is left of an answer that is fetched in pieces, and its status.
    pending: Option<(VecDeque<u8>, Status)>,
    apdus: u64,
    extended: u64,
    power_losses: u64,
    log: VecDeque<([u8; 3], Status)>,
}

/// Why a card could not be made.
#[derive(Debug)]
pub enum CardError {
    /// The text is not a card file.
    File(serde_json::Error),
    /// The card's memory could not be made.
    Memory(MemoryError),
}

impl std::fmt::Display for CardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => write!(f, "card file: {error}"),
            Self::Memory(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CardError {}

impl Card {
    /// A card from the text of its file, whose changes end with the process.
    ///
    /// # Errors
    ///
    /// See [`CardError`].
    pub fn from_json(text: &str) -> Result<Self, CardError> {
        let file = CardFile::from_json(text).map_err(CardError::File)?;
        Self::new(file, None)
    }

    /// A card whose changes are kept at `state`.
    ///
    /// # Errors
    ///
    /// See [`CardError`].
    pub fn new(file: CardFile, state: Option<&Path>) -> Result<Self, CardError> {
        let store = Store::open(&file, state).map_err(CardError::Memory)?;
        let mut file = file;
        let travel = file.icao.take();
        let icao = travel.map(|travel| icao::Chip::new(travel, &file.passwords.can));
        Ok(Self {
            icao,
            machine: Machine::new(file, store, PENALTY),
            powered: false,
            pending: None,
            apdus: 0,
            extended: 0,
            power_losses: 0,
            log: VecDeque::new(),
        })
    }

    /// Sets how long a wrong CAN or PUK keeps the card busy; a second when not set.
    pub fn set_penalty(&mut self, penalty: Duration) {
        self.machine.penalty = penalty;
    }

    /// The answer to reset; the power need not be on.
    #[must_use]
    pub fn atr(&self) -> Vec<u8> {
        self.machine.file.atr.0.clone()
    }

    /// Switches the power on, or resets the card when it is on: state IS. Returns the answer to
    /// reset.
    pub fn power_on(&mut self) -> Vec<u8> {
        self.power_off();
        self.powered = true;
        self.atr()
    }

    /// Switches the power off: channels and everything else that does not last are gone.
    pub fn power_off(&mut self) {
        self.power_losses += u64::from(self.powered);
        self.powered = false;
        self.pending = None;
        self.machine.power_off();
        if let Some(icao) = &mut self.icao {
            icao.power_off();
        }
    }

    /// Answers one command APDU with one response APDU.
    pub fn process(&mut self, octets: &[u8]) -> Vec<u8> {
        let answer = self.answer(octets);
        self.count(octets, &answer);
        answer
    }

    fn answer(&mut self, octets: &[u8]) -> Vec<u8> {
        if !self.powered {
            self.power_on();
        }
        if let (Some((data, last)), Some(0xC0)) = (&mut self.pending, octets.get(1)) {
            let wanted = octets.get(4).map_or(SHORT_ANSWER, |&le| short_length(le));
            let piece: Vec<u8> = data.drain(..wanted.min(data.len())).collect();
            let status = more_or(data.len(), *last);
            if data.is_empty() {
                self.pending = None;
            }
            return encode(piece, status);
        }
        self.pending = None;
        if !self.machine.file.extended_length && is_extended(octets) {
            return encode(Vec::new(), status::WRONG_LENGTH);
        }
        let Ok(command) = Command::parse(octets) else {
            return encode(Vec::new(), status::WRONG_LENGTH);
        };
        let response = match &mut self.icao {
            Some(icao) if icao.claims(&command) => icao.process(&command),
            _ => self.machine.process(&command),
        };
        let Response { data, status } = response;
        if self.machine.file.extended_length || data.len() <= SHORT_ANSWER {
            return encode(data, status);
        }
        let mut rest = VecDeque::from(data);
        let piece = rest.drain(..SHORT_ANSWER).collect();
        let more = more_or(rest.len(), status);
        self.pending = Some((rest, status));
        encode(piece, more)
    }

    /// Commands answered since the start or since [`Self::reset_counters`].
    #[must_use]
    pub fn apdus(&self) -> u64 {
        self.apdus
    }

    /// How many of them came with extended Lc or Le.
    #[must_use]
    pub fn extended_apdus(&self) -> u64 {
        self.extended
    }

    /// How often the card has lost its power or been reset since it was made.
    #[must_use]
    pub fn power_losses(&self) -> u64 {
        self.power_losses
    }

    /// INS, P1 and P2 of those commands in their order; protection does not hide them. Only the
    /// latest few thousand are kept.
    pub fn heads(&self) -> impl Iterator<Item = [u8; 3]> + '_ {
        self.log.iter().map(|(head, _)| *head)
    }

    /// Their statuses in the same order.
    pub fn statuses(&self) -> impl Iterator<Item = Status> + '_ {
        self.log.iter().map(|(_, status)| *status)
    }

    /// The state of chapter 11: `IS`, `PS`, `AS:AT` with the terminal's channel active or `AS:CP`
    /// with the client's.
    #[must_use]
    pub fn state(&self) -> &'static str {
        self.machine.state()
    }

    /// Signatures that the confirmed PIN still allows, 0 without limit; `None` when the PIN is not
    /// confirmed.
    #[must_use]
    pub fn confirmed_signatures(&self) -> Option<u8> {
        self.machine.confirmation.allows()
    }

    /// Forgets the counted commands; password counters stay.
    pub fn reset_counters(&mut self) {
        self.apdus = 0;
        self.extended = 0;
        self.log.clear();
    }

    /// Attempts at the PIN that are left.
    #[must_use]
    pub fn pin_attempts(&self) -> u8 {
        self.machine.store.memory().counters.pin_attempts()
    }

    /// Whether the PIN can be tried.
    #[must_use]
    pub fn pin_state(&self) -> PinState {
        self.machine.store.memory().counters.pin_state()
    }

    fn count(&mut self, octets: &[u8], answer: &[u8]) {
        self.apdus += 1;
        self.extended += u64::from(is_extended(octets));
        if let (&[_, ins, p1, p2, ..], Some(status)) = (octets, answer.last_chunk()) {
            if self.log.len() == LOGGED {
                self.log.pop_front();
            }
            let status = Status(u16::from_be_bytes(*status));
            self.log.push_back(([ins, p1, p2], status));
        }
    }
}

/// Whether Lc or Le of a command is in extended form.
fn is_extended(octets: &[u8]) -> bool {
    octets.len() > 5 && octets.get(4) == Some(&0)
}

fn short_length(le: u8) -> usize {
    if le == 0 {
        SHORT_ANSWER
    } else {
        usize::from(le)
    }
}

/// 61XX while `left` octets wait, XX being 00 when they are too many to tell; else `last`.
fn more_or(left: usize, last: Status) -> Status {
    match u8::try_from(left) {
        Ok(0) => last,
        Ok(left) => Status(0x6100 | u16::from(left)),
        Err(_) => Status(0x6100),
    }
}

fn encode(mut data: Vec<u8>, status: Status) -> Vec<u8> {
    data.extend_from_slice(&status.0.to_be_bytes());
    data
}
