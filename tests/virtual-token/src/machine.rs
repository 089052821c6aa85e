//! The card's states and channels (chapter 11) and which command goes where (clause 12).
//!
//! Commands come here whole and plain or protected; splitting them for short lengths is the
//! business of [`crate::Card`].

use std::time::Duration;

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::random::{Random, SystemRandom};
use kabinet_stb::sm::{SmError, TokenChannel};

use crate::attributes::Parameters;
use crate::bauth::{Prepared, Running};
use crate::bpace::{Confirming, Hello};
use crate::card_file::CardFile;
use crate::memory::Store;
use crate::passwords::PasswordKind;
use crate::rights::Rights;
use crate::status;

/// Most octets that a chain of commands may bring.
const CHAIN_LIMIT: usize = 0xFFFF;
/// Bit of CLA: more of this command follows.
const CLA_CHAIN: u8 = 0x10;
/// Bit of CLA: protected.
const CLA_PROTECTED: u8 = 0x04;

/// What a command gives: the data of its answer, or a status other than 9000.
pub(crate) type Outcome = Result<Vec<u8>, Status>;

/// An answer without data.
pub(crate) const DONE: Outcome = Ok(Vec::new());

/// The card with power on.
pub(crate) struct Machine {
    pub(crate) file: CardFile,
    pub(crate) store: Store,
    pub(crate) random: Box<dyn Random + Send>,
    /// How long a wrong CAN or PUK keeps the card busy.
    pub(crate) penalty: Duration,
    /// The channel between client and card; the card is in IS without it.
    pub(crate) client: Option<ClientSide>,
    /// The channel between terminal and card; the card is in AS with it.
    pub(crate) terminal: Option<TerminalSide>,
    /// Which of the two is active.
    pub(crate) active: Side,
    pub(crate) selected: Selected,
    /// What the previous command began. Every command takes it, so nothing may come between.
    pub(crate) step: Step,
    pub(crate) confirmation: Confirmation,
    /// Change of channels that the running command asks for once its answer is protected.
    pub(crate) turn: Option<Turn>,
    chain: Option<Chain>,
}

/// A side that has a channel with the card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Client,
    Terminal,
}

/// State that BPACE leaves behind.
pub(crate) struct ClientSide {
    pub(crate) channel: TokenChannel,
    pub(crate) password: PasswordKind,
    /// CertHAT objects of the hello, in their order: part of the terminal's hello.
    pub(crate) templates: Vec<u8>,
    /// What they allow, not narrowed yet.
    pub(crate) rights: Rights,
}

/// State that BAUTH leaves behind.
pub(crate) struct TerminalSide {
    pub(crate) channel: TokenChannel,
    pub(crate) mutual: bool,
    /// Rights of the client, the terminal and every authority, laid over each other.
    pub(crate) rights: Rights,
    pub(crate) parameters: Parameters,
}

/// The selected file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Selected {
    MasterFile,
    /// eID and, when selected, one of its elementary files.
    Eid(Option<u16>),
    /// eSign and, when selected, one of its elementary files.
    Esign(Option<u16>),
}

/// What the previous command began.
pub(crate) enum Step {
    Nothing,
    /// MSE:Set AT for BPACE was answered.
    BpaceReady(Hello),
    /// M2 was sent.
    BpaceConfirming(Confirming),
    /// BPACE has just ended well.
    BpaceDone,
    /// MSE:Set AT for BAUTH was answered; certificates may have followed.
    BauthReady(Prepared),
    /// M1 of BAUTH was sent.
    BauthRunning(Running),
    /// A signature with this key may follow.
    SignReady(u8),
    /// A key token for this key may follow.
    DecipherReady(u8),
}

/// A change of channels.
pub(crate) enum Turn {
    ToInitial,
    ToPassword(ClientSide),
    ToTerminal(TerminalSide),
    Switch(Side),
}

/// The flag of a confirmed PIN.
#[derive(Clone, Copy, Default)]
pub(crate) struct Confirmation {
    set: bool,
    /// Signatures for one confirmation; 0 is without limit.
    limit: u8,
    left: u8,
}

impl Confirmation {
    /// A new agreement, not confirmed yet.
    pub(crate) fn of_limit(limit: u8) -> Self {
        Self {
            set: false,
            limit,
            left: 0,
        }
    }

    /// The PIN was right.
    pub(crate) fn set(&mut self) {
        self.set = true;
        self.left = self.limit;
    }

    pub(crate) fn reset(&mut self) {
        self.set = false;
    }

    pub(crate) fn is_set(self) -> bool {
        self.set
    }

    /// Signatures that it still allows, 0 without limit; `None` while it is not set.
    pub(crate) fn allows(self) -> Option<u8> {
        self.set.then_some(self.left)
    }

    /// A signature was made or failed.
    pub(crate) fn signed(&mut self) {
        if self.limit > 0 {
            self.left = self.left.saturating_sub(1);
            self.set &= self.left > 0;
        }
    }
}

/// Links of a command that have come so far.
struct Chain {
    head: [u8; 4],
    data: Vec<u8>,
}

impl Machine {
    pub(crate) fn new(file: CardFile, store: Store, penalty: Duration) -> Self {
        Self {
            file,
            store,
            random: Box::new(SystemRandom),
            penalty,
            client: None,
            terminal: None,
            active: Side::Client,
            selected: Selected::MasterFile,
            step: Step::Nothing,
            confirmation: Confirmation::default(),
            turn: None,
            chain: None,
        }
    }

    /// Forgets everything that does not outlive the power.
    pub(crate) fn power_off(&mut self) {
        self.client = None;
        self.terminal = None;
        self.active = Side::Client;
        self.selected = Selected::MasterFile;
        self.step = Step::Nothing;
        self.confirmation = Confirmation::default();
        self.turn = None;
        self.chain = None;
    }

    /// Answers one command.
    pub(crate) fn process(&mut self, command: &Command) -> Response {
        let Some(channel) = self.channel() else {
            if command.cla & CLA_PROTECTED != 0 {
                return response(Err(status::NO_CLASS));
            }
            let outcome = self.link(command);
            self.turn();
            return response(outcome);
        };
        match channel.unprotect(command) {
            Ok(plain) => {
                let outcome = self.link(&plain);
                let answer = response(outcome);
                let answer = match self.channel() {
                    Some(channel) => channel.protect(&answer),
                    None => answer,
                };
                self.turn();
                answer
            }
            Err(error) => {
                self.fall_back();
                response(Err(match error {
                    SmError::Plain | SmError::MissingMac => status::SM_MISSING,
                    _ => status::SM_WRONG,
                }))
            }
        }
    }

    fn channel(&mut self) -> Option<&mut TokenChannel> {
        match self.active {
            Side::Client => self.client.as_mut().map(|side| &mut side.channel),
            Side::Terminal => self.terminal.as_mut().map(|side| &mut side.channel),
        }
    }

    /// Closes the active channel after a violation: a terminal's leaves PS, a client's IS.
    fn fall_back(&mut self) {
        self.step = Step::Nothing;
        self.chain = None;
        match self.active {
            Side::Client => self.power_off(),
            Side::Terminal => {
                self.terminal = None;
                self.active = Side::Client;
                self.selected = Selected::MasterFile;
            }
        }
    }

    /// Changes channels after the answer has left through the old one.
    fn turn(&mut self) {
        match self.turn.take() {
            None => {}
            Some(Turn::ToInitial) => self.power_off(),
            Some(Turn::ToPassword(side)) => {
                self.client = Some(side);
                self.terminal = None;
                self.active = Side::Client;
            }
            Some(Turn::ToTerminal(side)) => {
                self.terminal = Some(side);
                self.active = Side::Terminal;
            }
            Some(Turn::Switch(side)) => {
                self.active = side;
                self.selected = Selected::MasterFile;
            }
        }
    }

    /// Gathers the links of a chain and runs the command once it is whole.
    fn link(&mut self, command: &Command) -> Outcome {
        let head = [
            command.cla & !CLA_CHAIN,
            command.ins,
            command.p1,
            command.p2,
        ];
        let begun = self.chain.take().filter(|chain| chain.head == head);
        let more = command.cla & CLA_CHAIN != 0;
        if begun.is_none() && !more {
            return self.run(command);
        }
        if command.ins == 0x22 {
            return Err(status::NO_CHAINING);
        }
        let mut data = begun.map(|chain| chain.data).unwrap_or_default();
        data.extend_from_slice(&command.data);
        if data.len() > CHAIN_LIMIT {
            return Err(status::WRONG_LENGTH);
        }
        if more {
            self.chain = Some(Chain { head, data });
            return DONE;
        }
        let whole = Command {
            data,
            cla: head[0],
            ..command.clone()
        };
        self.run(&whole)
    }

    fn run(&mut self, command: &Command) -> Outcome {
        let step = std::mem::replace(&mut self.step, Step::Nothing);
        let attribute = (command.ins, command.p1, command.p2) == (0x20, 0x80, 0x00);
        if command.cla != if attribute { 0x80 } else { 0x00 } {
            return Err(status::NO_CLASS);
        }
        match (command.ins, command.p1, command.p2) {
            (0xA4, ..) => self.select(command),
            (0xB0, ..) => self.read_binary(command),
            (0xD6, ..) => self.update_binary(command),
            (0x22, 0xC1, 0xA4) => self.set_bpace(command),
            (0x22, 0xF1, 0xA4) => self.set_bauth(command, step, true),
            (0x22, 0xB1, 0xA4) => self.set_bauth(command, step, false),
            (0x22, 0x01, 0xA4) => self.switch_context(command),
            (0x22, 0x41, 0xB6) => self.set_signature(command),
            (0x22, 0x41, 0xB8) => self.set_decipher(command),
            (0x86, 0, 0) => match step {
                Step::BpaceReady(hello) => self.bpace_first(command, hello),
                Step::BpaceConfirming(confirming) => self.bpace_second(command, confirming),
                Step::BauthReady(prepared) => self.bauth_first(command, prepared),
                Step::BauthRunning(running) => self.bauth_second(command, running),
                _ => Err(status::NOT_ALLOWED),
            },
            (0x2A, 0x00, 0xBE) => self.verify_certificate(command, step),
            (0x2A, 0x9E, 0x9A) => self.compute_signature(command, step),
            (0x2A, 0x80, 0x86) => self.decipher(command, step),
            (0x20, 0x00, 0x03) if command.data.is_empty() => self.check_confirmation(command),
            (0x20, 0x00, 0x03) => self.verify_pin(command),
            (0x20, 0xFF, 0x03) => self.reset_confirmation(command),
            (0x20, 0x80, 0x00) => self.verify_attribute(command),
            (0x24, 0x00, 0x03) => self.change_pin(command),
            (0x2C, 0x02 | 0x03, 0x00) => self.unblock_pin(command),
            (0x44, 0x10, 0x03) => self.switch_pin(command, true),
            (0x04, 0x10, 0x03) => self.switch_pin(command, false),
            (0x44, 0x21, 0x00) => self.switch_key(command, true),
            (0x04, 0x21, 0x00) => self.switch_key(command, false),
            (0x46, 0x80, 0x00) => self.generate_key(command),
            (0xE6, 0x21, 0x00) => self.terminate_key(command),
            (0x86 | 0x22 | 0x2A | 0x20 | 0x24 | 0x2C | 0x44 | 0x04 | 0x46 | 0xE6, ..) => {
                Err(status::WRONG_PARAMETERS)
            }
            _ => Err(status::NO_INSTRUCTION),
        }
    }

    /// The state of chapter 11.
    pub(crate) fn state(&self) -> &'static str {
        match (&self.client, &self.terminal, self.active) {
            (None, ..) => "IS",
            (Some(_), None, _) => "PS",
            (Some(_), Some(_), Side::Terminal) => "AS:AT",
            (Some(_), Some(_), Side::Client) => "AS:CP",
        }
    }

    /// Whether a terminal is authenticated and its channel is the active one.
    pub(crate) fn is_terminal_mode(&self) -> bool {
        self.terminal.is_some() && self.active == Side::Terminal
    }

    /// The password of the last BPACE; none in IS.
    pub(crate) fn password(&self) -> Option<PasswordKind> {
        self.client.as_ref().map(|side| side.password)
    }

    /// Rights in force: a client's own in PS, the laid-over ones in AS whichever channel is active.
    pub(crate) fn rights(&self) -> Rights {
        match (&self.client, &self.terminal) {
            (_, Some(terminal)) => terminal.rights,
            (Some(client), None) => client.rights.base_mode(),
            (None, None) => Rights::default(),
        }
    }

    /// Whether eSign or one of its files is selected.
    pub(crate) fn in_esign(&self) -> bool {
        matches!(self.selected, Selected::Esign(_))
    }

    /// Refuses unless `condition`.
    pub(crate) fn require(condition: bool) -> Result<(), Status> {
        if condition {
            Ok(())
        } else {
            Err(status::NOT_ALLOWED)
        }
    }

    /// Changes the memory, durably.
    pub(crate) fn remember<T>(
        &mut self,
        change: impl FnOnce(&mut crate::memory::Memory) -> T,
    ) -> Result<T, Status> {
        self.store.change(change).map_err(|_| status::MEMORY)
    }
}

/// Refuses Le, or data, where a command has none.
pub(crate) fn lengths(command: &Command, data: bool, answer: bool) -> Result<(), Status> {
    if command.data.is_empty() == data || command.ne.is_some() != answer {
        return Err(status::WRONG_LENGTH);
    }
    Ok(())
}

fn response(outcome: Outcome) -> Response {
    match outcome {
        Ok(data) => Response {
            data,
            status: status::OK,
        },
        Err(status) => Response {
            data: Vec::new(),
            status,
        },
    }
}

#[cfg(test)]
mod tests;
