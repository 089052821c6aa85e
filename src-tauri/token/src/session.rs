//! The state PS of clause 11: a secure channel between client and card.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::sm::{ChannelKey, ClientChannel};
use kabinet_stb::{Secret, oid};
use zeroize::Zeroize as _;

use crate::belief::{Belief, Confirmation};
use crate::bpace::{self, is_about_password, may_try, password_state};
use crate::lengths::Lengths;
use crate::link::{CHAINING, Link, Repeat, is_extended};
use crate::{CardError, Hello, Password, PasswordState};

/// Longest data of a protected command in the short form, octets (reading 10 of the digest of
/// STB 34.101.79: 241 of ciphertext, its tag, length and padding indicator, Le and MAC make 255).
pub(crate) const PROTECTED_SHORT_DATA: usize = 241;
/// Longest answer that a protected command of the short form can carry, octets.
pub(crate) const PROTECTED_SHORT_ANSWER: u32 = 242;

/// What is selected on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    /// Somebody else may have selected something.
    Unknown,
    MasterFile,
    Eid,
    Esign,
    /// An elementary file of eSign.
    File(u16),
}

/// An application of the card (clause 6 and annex B).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Application {
    /// Identification: the data groups, which only a terminal reads.
    Eid,
    /// Signatures: keys, certificates, `Name`.
    Esign,
}

/// A card whose password was proved (state PS). Dropping it closes the channel by a reset.
///
/// What the card would have to refuse in its present state is refused here and never sent:
/// [`CardError::NotAllowed`] for another password or a right that was not asked for,
/// [`CardError::PinNotConfirmed`], [`CardError::ChannelClosed`].
pub struct Session {
    pub(crate) link: Link,
    channel: ClientChannel,
    access: Vec<u8>,
    pub(crate) selected: Selected,
    /// Whether nothing was sent since BPACE: BAUTH must come immediately after it.
    pub(crate) fresh: bool,
    closed: bool,
    pub(crate) belief: Belief,
}

impl Session {
    pub(crate) fn new(link: Link, key: &ChannelKey, password: Password, hello: &Hello) -> Self {
        Self {
            link,
            channel: ClientChannel::new(key),
            access: hello.access(),
            selected: Selected::MasterFile,
            fresh: true,
            closed: false,
            belief: Belief::new(password, hello, None),
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

    /// Whether the channel is open. Once closed it stays so, and every call says
    /// [`CardError::ChannelClosed`].
    pub fn is_open(&self) -> bool {
        !self.closed
    }

    /// The password that was proved last.
    pub fn password(&self) -> Password {
        self.belief.password()
    }

    /// What is known of the PIN; `None` as long as the card has not had a reason to tell.
    pub fn known_pin_state(&self) -> Option<PasswordState> {
        self.belief.pin()
    }

    /// What the confirmed PIN still allows, by our count. [`Self::ask_confirmation`] asks the card.
    pub fn confirmation(&self) -> Confirmation {
        self.belief.confirmation()
    }

    /// Asks the card what state its PIN is in (clause 12.2.16), as [`crate::Card::pin_state`], but
    /// inside the channel. The master file is selected afterwards.
    ///
    /// # Errors
    ///
    /// Whatever ends a dialogue.
    pub fn pin_state(&mut self) -> Result<PasswordState, CardError> {
        self.select_master_file()?;
        let command = bpace::initialisation(Password::Pin, &Hello::default());
        let state = password_state(self.send(command)?.status)?;
        self.belief.set_pin(Some(state));
        Ok(state)
    }

    /// Proves a password by BPACE inside the channel (clause 12.3.1): the CAN resumes a suspended
    /// PIN so, and another hello brings other rights. The session goes on with a new channel, with
    /// the master file selected, and a terminal can be let in next.
    ///
    /// Of a refusal the session goes on as it was, without a confirmed PIN.
    ///
    /// # Errors
    ///
    /// As [`crate::Card::open`].
    pub fn prove(
        &mut self,
        password: Password,
        secret: &Secret,
        hello: &Hello,
    ) -> Result<(), CardError> {
        if !password.is_well_formed(secret.expose()) {
            return Err(CardError::Protocol("not of the password's form"));
        }
        if password == Password::Pin {
            self.known()?.require_usable_pin()?;
        }
        self.select_master_file()?;
        let status = self.send(bpace::initialisation(password, hello))?.status;
        if !is_about_password(status) {
            return Err(CardError::from(status));
        }
        if password == Password::Pin {
            self.belief.set_pin(Some(password_state(status)?));
        }
        may_try(password, status)?;
        let carry = &mut |command, repeat| self.exchange(command, repeat);
        match bpace::prove(carry, password, secret, hello) {
            Ok(key) => {
                self.channel = ClientChannel::new(&key);
                self.belief = Belief::new(password, hello, self.belief.pin());
                self.access = hello.access();
                self.fresh = true;
                Ok(())
            }
            Err(error) => {
                match error {
                    CardError::PinWrong { attempts_left } => {
                        self.belief.pin_was_wrong(attempts_left);
                    }
                    // The card may have gone over to a channel that we do not share.
                    CardError::Protocol(_) => self.closed = true,
                    _ => self.belief.drop_confirmation(),
                }
                Err(error)
            }
        }
    }

    /// Selects the master file unless it is (clause 12.2.3).
    ///
    /// # Errors
    ///
    /// Whatever ends a dialogue.
    pub fn select_master_file(&mut self) -> Result<(), CardError> {
        if self.selected == Selected::MasterFile {
            return self.require_open();
        }
        let status = self.send(Command::new(0x00, 0xA4, 0x00, 0x00))?.status;
        if status != Status::OK {
            return Err(CardError::from(status));
        }
        self.selected = Selected::MasterFile;
        Ok(())
    }

    /// Selects an application unless it or one of its files is (clause 12.2.4). Operations of the
    /// session do so by themselves.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] for eSign after CAN, [`CardError::NotFound`] when the card does not have
    /// the application.
    pub fn select_application(&mut self, application: Application) -> Result<(), CardError> {
        let selected = match self.selected {
            Selected::Unknown | Selected::MasterFile => None,
            Selected::Eid => Some(Application::Eid),
            Selected::Esign | Selected::File(_) => Some(Application::Esign),
        };
        if selected == Some(application) {
            return self.require_open();
        }
        let (aid, selected) = match application {
            Application::Eid => (oid::AID_EID, Selected::Eid),
            Application::Esign => {
                self.known()?.require(&[Password::Pin, Password::Puk])?;
                (oid::AID_ESIGN, Selected::Esign)
            }
        };
        let command = Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(aid.to_vec());
        let status = self.send(command)?.status;
        match status.0 {
            0x9000 => {
                self.selected = selected;
                Ok(())
            }
            0x6982 => Err(CardError::NotAllowed),
            _ => Err(CardError::from(status)),
        }
    }

    /// The channel is gone, whatever the card would say to that.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    pub(crate) fn select_esign(&mut self) -> Result<(), CardError> {
        self.select_application(Application::Esign)
    }

    /// What is believed of the card, as long as the channel is open.
    pub(crate) fn known(&self) -> Result<&Belief, CardError> {
        self.require_open()?;
        Ok(&self.belief)
    }

    pub(crate) fn require_open(&self) -> Result<(), CardError> {
        if self.closed {
            Err(CardError::ChannelClosed)
        } else {
            Ok(())
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
            self.link.long_refused();
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
        self.require_open()?;
        self.fresh = false;
        let protected = self.channel.protect(&command);
        command.data.zeroize();
        let octets = protected
            .ok()
            .and_then(|protected| protected.encode().ok())
            .ok_or(CardError::Protocol("a command that cannot be protected"))?;
        // The length of the answer is inside, the command around it may be short all the same.
        let long = is_extended(&octets) || command.ne.is_some_and(|ne| ne > 256);
        // From here on the counters agree only if an answer comes and is right.
        self.closed = true;
        let answer = match self.link.transmit(&octets, repeat) {
            Err(CardError::ReaderFailed(_)) if long && self.link.carries_short() => {
                self.link.long_refused();
                return Err(CardError::LongRefused);
            }
            answer => answer?,
        };
        let answer = Response::parse(&answer)
            .map_err(|_| CardError::Protocol("an answer without a status"))?;
        if answer.data.is_empty() {
            if answer.status.0 == 0x6700 && long {
                self.link.long_refused();
                return Err(CardError::LongRefused);
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

#[cfg(test)]
mod tests;
