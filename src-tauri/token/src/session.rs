//! The state PS of clause 11: a secure channel between client and card.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::oid;
use kabinet_stb::sm::ClientChannel;
use zeroize::Zeroize as _;

use crate::CardError;
use crate::lengths::Lengths;
use crate::link::{CHAINING, Link, Repeat};

/// Longest data of a protected command in the short form, octets (reading 10 of the digest of
/// STB 34.101.79: 241 of ciphertext, its tag, length and padding indicator, Le and MAC make 255).
pub(crate) const PROTECTED_SHORT_DATA: usize = 241;
/// Longest answer that a protected command of the short form can carry, octets.
pub(crate) const PROTECTED_SHORT_ANSWER: u32 = 242;

/// What is selected on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    MasterFile,
    Esign,
    /// An elementary file of eSign.
    File(u16),
}

/// A card whose password was proved (state PS). Dropping it closes the channel by a reset.
pub struct Session {
    pub(crate) link: Link,
    channel: ClientChannel,
    access: Vec<u8>,
    pub(crate) selected: Selected,
    /// Whether nothing was sent since BPACE: BAUTH must come immediately after it.
    pub(crate) fresh: bool,
    closed: bool,
}

impl Session {
    pub(crate) fn new(link: Link, channel: ClientChannel, access: Vec<u8>) -> Self {
        Self {
            link,
            channel,
            access,
            selected: Selected::MasterFile,
            fresh: true,
            closed: false,
        }
    }

    /// The CertHAT objects that went to the card at BPACE, one after the other, DER as sent. The
    /// identity service needs them for the terminal's hello of BAUTH.
    pub fn access(&self) -> &[u8] {
        &self.access
    }

    /// Command APDUs that have gone to the card so far, from the connection on.
    pub fn apdu_count(&self) -> u64 {
        self.link.apdus()
    }

    /// Selects the eSign application unless it is.
    pub(crate) fn select_esign(&mut self) -> Result<(), CardError> {
        if self.selected != Selected::MasterFile {
            return Ok(());
        }
        let command = Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(oid::AID_ESIGN.to_vec());
        let status = self.send(command)?.status;
        match status.0 {
            0x9000 => {
                self.selected = Selected::Esign;
                Ok(())
            }
            0x6982 => Err(CardError::NotAllowed),
            _ => Err(CardError::Status(status)),
        }
    }

    /// Sends a command whose data fit, and accepts any status that came protected.
    pub(crate) fn send(&mut self, command: Command) -> Result<Response, CardError> {
        self.exchange(command, Repeat::Allowed)
    }

    /// As [`Self::send`], but never a second time, whatever the card asks for.
    pub(crate) fn send_once(&mut self, command: Command) -> Result<Response, CardError> {
        self.exchange(command, Repeat::Never)
    }

    /// Sends a command with data of any length: in one extended APDU where the card takes it,
    /// else as a chain, each link protected by itself (its CLA is under the MAC).
    pub(crate) fn send_long(&mut self, command: Command) -> Result<Response, CardError> {
        if command.data.len() <= PROTECTED_SHORT_DATA {
            return self.send(command);
        }
        if self.link.lengths() == Lengths::Extended {
            let response = self.send(command.clone())?;
            if response.status.0 != 0x6700 {
                return Ok(response);
            }
            self.link.set_lengths(Lengths::Short);
        }
        let mut parts = command.data.chunks(PROTECTED_SHORT_DATA).peekable();
        loop {
            let data = parts.next().unwrap_or_default().to_vec();
            let last = parts.peek().is_none();
            let response = self.send(Command {
                cla: if last {
                    command.cla
                } else {
                    command.cla | CHAINING
                },
                ne: if last { command.ne } else { None },
                data,
                ..command.clone()
            })?;
            if last || response.status != Status::OK {
                return Ok(response);
            }
        }
    }

    fn exchange(&mut self, mut command: Command, repeat: Repeat) -> Result<Response, CardError> {
        if self.closed {
            return Err(CardError::ChannelClosed);
        }
        self.fresh = false;
        let protected = self.channel.protect(&command);
        command.data.zeroize();
        let octets = protected
            .ok()
            .and_then(|protected| protected.encode().ok())
            .ok_or(CardError::Protocol("a command that cannot be protected"))?;
        // From here on the counters agree only if an answer comes and is right.
        self.closed = true;
        let answer = self.link.transmit(&octets, repeat)?;
        let answer = Response::parse(&answer)
            .map_err(|_| CardError::Protocol("an answer without a status"))?;
        if answer.data.is_empty() {
            let long = octets.get(4) == Some(&0) || command.ne.is_some_and(|ne| ne > 256);
            if answer.status.0 == 0x6700 && long {
                Lengths::remember_refusal(self.link.atr());
            }
            return Err(unprotected(answer.status));
        }
        let response = self
            .channel
            .unprotect(&answer)
            .map_err(|_| CardError::Protocol("an answer that is not of our channel"))?;
        self.closed = false;
        Ok(response)
    }
}

/// What an answer without protection means. The card has closed the channel, or it never saw the
/// command and the counters differ now: either way the card must be opened again.
fn unprotected(status: Status) -> CardError {
    match status.0 {
        0x9000 => CardError::Protocol("an answer without protection"),
        _ => CardError::ChannelClosed,
    }
}
