//! The state AS of clause 11: carrying what a terminal says to the card (chapter 10), and the
//! client's turn in between (clauses 12.2.18 and 12.3.4).

use kabinet_stb::Secret;
use kabinet_stb::access::{EidRights, EsignRights};
use kabinet_stb::apdu::{Command, Response};
use kabinet_stb::tlv;

use crate::belief::{Confirmation, TerminalRight};
use crate::link::{CHAINING, Repeat};
use crate::session::{Application, Selected};
use crate::{CardError, Hello, Password, Session};

/// Bit of CLA: the command is protected.
const PROTECTED: u8 = 0x04;
/// INS, P1 and P2 of the context switch.
const CONTEXT_SWITCH: (u8, u8, u8) = (0x22, 0x01, 0xA4);

/// The state AS:AT, with the terminal's channel active: commands pass, and only the terminal can
/// read the answers. Checks of attributes (clause 12.2.20) and all that is done with eID and with
/// the keys of terminal mode go this way.
pub struct Relay {
    /// The client's channel, kept until it is its turn.
    session: Session,
    open: bool,
}

/// What came of a terminal's wish to let the client speak.
pub enum HandOver {
    /// The client's channel is active.
    Done {
        /// What the client can do now.
        turn: ClientTurn,
        /// The card's answer, for the terminal.
        response: Vec<u8>,
    },
    /// The card refused; the terminal goes on.
    Refused {
        /// The terminal's channel as before.
        relay: Relay,
        /// The card's answer, for the terminal.
        response: Vec<u8>,
    },
}

/// The state AS:CP, with the client's channel active while a terminal waits: care for the PIN.
///
/// A right is the terminal's, too: the card lays the words of client, terminal and authorities over
/// each other.
pub struct ClientTurn {
    session: Session,
}

impl Relay {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            open: true,
        }
    }

    /// Carries one protected command APDU of the terminal to the card and gives the response APDU,
    /// status included. What is in either we cannot read and do not change.
    ///
    /// # Errors
    ///
    /// [`CardError::Protocol`] for octets that are no protected command, which would close the
    /// channel, and for a context switch, which needs [`Self::hand_over`];
    /// [`CardError::ChannelClosed`] once the card answered without protection. An error status of
    /// the card is no error here.
    pub fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let parsed = protected(command)?;
        if head(&parsed) == CONTEXT_SWITCH {
            return Err(CardError::Protocol("a context switch that nobody expects"));
        }
        self.carry(command, &parsed)
    }

    /// Carries the terminal's context switch (clause 12.2.18) to the card, after which it is the
    /// client's turn, for example to confirm the PIN for the next signature of the terminal.
    ///
    /// To which side the terminal switches cannot be seen. If it is not the client's, the client's
    /// next command ends the dialogue.
    ///
    /// # Errors
    ///
    /// [`CardError::Protocol`] for any other command; whatever ends a dialogue. A refusal of the
    /// card is none of them.
    pub fn hand_over(mut self, command: &[u8]) -> Result<HandOver, CardError> {
        let parsed = protected(command)?;
        if head(&parsed) != CONTEXT_SWITCH {
            return Err(CardError::Protocol("not a context switch"));
        }
        let response = self.carry(command, &parsed)?;
        if !response.ends_with(&[0x90, 0x00]) {
            return Ok(HandOver::Refused {
                relay: self,
                response,
            });
        }
        self.session.selected = Selected::MasterFile;
        let turn = ClientTurn {
            session: self.session,
        };
        Ok(HandOver::Done { turn, response })
    }

    /// The password that was proved before the terminal came.
    pub fn password(&self) -> Password {
        self.session.password()
    }

    /// Whether the terminal's channel is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// What the confirmed PIN still allows, by our count of the terminal's signatures.
    pub fn confirmation(&self) -> Confirmation {
        self.session.confirmation()
    }

    /// Command APDUs that have gone to the card so far, from the connection on.
    pub fn apdu_count(&self) -> u64 {
        self.session.apdu_count()
    }

    /// The session of before, the state PS, where the card falls back to when the terminal's
    /// channel breaks (clause 11). While that channel is open there is no way back but a new
    /// password, for which the card must be opened again.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] while the terminal's channel is open, [`CardError::ChannelClosed`]
    /// when the client's is closed, too.
    pub fn into_session(mut self) -> Result<Session, CardError> {
        if self.open {
            return Err(CardError::NotAllowed);
        }
        self.session.require_open()?;
        self.session.belief.set_terminal(None);
        Ok(self.session)
    }

    fn carry(&mut self, octets: &[u8], command: &Command) -> Result<Vec<u8>, CardError> {
        if !self.open {
            return Err(CardError::ChannelClosed);
        }
        // From here on an answer is needed to know the card's state.
        self.open = false;
        let answer = self.session.link.transmit(octets, Repeat::Allowed)?;
        let parsed = Response::parse(&answer)
            .map_err(|_| CardError::Protocol("an answer without a status"))?;
        if parsed.data.is_empty() {
            self.session.selected = Selected::Unknown;
            // Only these say that it was the terminal's channel that closed.
            if !matches!(parsed.status.0, 0x6987 | 0x6988) {
                self.session.close();
            }
        } else {
            self.open = true;
            if command.cla & CHAINING == 0 {
                self.follow(head(command), parsed.status.0);
            }
        }
        Ok(answer)
    }

    /// What the terminal's commands do to the PIN and its flag can be seen from outside.
    fn follow(&mut self, command: (u8, u8, u8), status: u16) {
        let belief = &mut self.session.belief;
        match (command, status) {
            (_, 0x6982) => {}
            ((0x2A, 0x9E, 0x9A), _) => belief.signature_was_tried(),
            ((0x46 | 0xE6, ..), _) | ((0x20, 0xFF, 0x03), 0x9000) => belief.drop_confirmation(),
            ((0x44, 0x10, 0x03), 0x9000) => belief.set_pin(None),
            // The card goes to the state IS.
            ((0x04, 0x10, 0x03), 0x9000) => {
                self.open = false;
                self.session.close();
            }
            _ => {}
        }
    }
}

impl ClientTurn {
    /// What the confirmed PIN still allows, by our count.
    pub fn confirmation(&self) -> Confirmation {
        self.session.confirmation()
    }

    /// Command APDUs that have gone to the card so far, from the connection on.
    pub fn apdu_count(&self) -> u64 {
        self.session.apdu_count()
    }

    /// As [`Session::verify_pin`].
    ///
    /// # Errors
    ///
    /// As [`Session::verify_pin`].
    pub fn verify_pin(&mut self, pin: &Secret) -> Result<(), CardError> {
        self.session.verify_pin(pin)
    }

    /// As [`Session::ask_confirmation`].
    ///
    /// # Errors
    ///
    /// As [`Session::ask_confirmation`].
    pub fn ask_confirmation(&mut self) -> Result<bool, CardError> {
        self.session.ask_confirmation()
    }

    /// As [`Session::reset_confirmation`].
    ///
    /// # Errors
    ///
    /// As [`Session::reset_confirmation`].
    pub fn reset_confirmation(&mut self) -> Result<(), CardError> {
        self.session.reset_confirmation()
    }

    /// As [`Session::change_pin`]; right bit 5 of eID or bit 7 of eSign, by `application`.
    ///
    /// # Errors
    ///
    /// As [`Session::change_pin`].
    pub fn change_pin(
        &mut self,
        application: Application,
        old: &Secret,
        new: &Secret,
    ) -> Result<(), CardError> {
        let right = right_in(application, EsignRights::CHANGE_PIN);
        let belief = self.session.known()?;
        belief.require_with_terminal(Password::Pin, right)?;
        self.session.change_pin_in(application, old, new)
    }

    /// As [`Session::unblock_pin`]; right bit 5 of eID or bit 8 of eSign, by `application`.
    ///
    /// # Errors
    ///
    /// As [`Session::unblock_pin`].
    pub fn unblock_pin(
        &mut self,
        application: Application,
        new: Option<&Secret>,
    ) -> Result<(), CardError> {
        let right = right_in(application, EsignRights::UNBLOCK_PIN);
        let belief = self.session.known()?;
        belief.require_with_terminal(Password::Puk, right)?;
        self.session.unblock_pin_in(application, new)
    }

    /// Gives the turn back to the terminal (clause 12.2.18), with the master file selected.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] when the card does not switch; the dialogue is over then.
    pub fn give_back(mut self) -> Result<Relay, CardError> {
        // The switch needs an application to be selected.
        if self.session.selected == Selected::MasterFile {
            self.session.select_application(Application::Esign)?;
        }
        let data = tlv::encode(0xE1, &tlv::encode(0x81, &[0x01]));
        let (ins, p1, p2) = CONTEXT_SWITCH;
        let switch = Command::new(0x00, ins, p1, p2).with_data(data);
        let status = self.session.send(switch)?.status;
        match status.0 {
            0x9000 => Ok(Relay::new(self.session)),
            0x6982 => Err(CardError::NotAllowed),
            _ => Err(CardError::from(status)),
        }
    }

    /// Proves a password by BPACE, as [`Session::prove`], which ends the terminal's channel: the
    /// state PS again.
    ///
    /// # Errors
    ///
    /// As [`Session::prove`], but the dialogue is over then.
    pub fn prove(
        mut self,
        password: Password,
        secret: &Secret,
        hello: &Hello,
    ) -> Result<Session, CardError> {
        self.session.prove(password, secret, hello)?;
        Ok(self.session)
    }
}

/// The right to care for the PIN, which in eID is one for all.
fn right_in(application: Application, in_esign: EsignRights) -> TerminalRight {
    match application {
        Application::Eid => TerminalRight::Eid(EidRights::MANAGE_PIN),
        Application::Esign => TerminalRight::Esign(in_esign),
    }
}

fn protected(octets: &[u8]) -> Result<Command, CardError> {
    match Command::parse(octets) {
        Ok(command) if command.cla & PROTECTED != 0 => Ok(command),
        _ => Err(CardError::Protocol(
            "the terminal sent no protected command",
        )),
    }
}

fn head(command: &Command) -> (u8, u8, u8) {
    (command.ins, command.p1, command.p2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Link;
    use crate::transport::scripted::Scripted;
    use crate::{CancelToken, ReaderAddress};
    use kabinet_stb::sm::ChannelKey;

    const COMMAND: &str = "0CA4020C0A8E08000102030405060700";
    const ANSWER: &str = "8E0800010203040506079000";

    fn relay(script: &[(&str, &str)]) -> Relay {
        let nowhere = ReaderAddress::Pcsc("Relay".into());
        let script = Box::new(Scripted::new(script));
        let link = Link::new(script, &nowhere, CancelToken::new());
        let key = ChannelKey::new([7; 32]);
        Relay::new(Session::new(link, &key, Password::Pin, &Hello::default()))
    }

    fn octets(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    #[test]
    fn only_protected_commands_pass() {
        let mut relay = relay(&[(COMMAND, ANSWER)]);
        let plain = relay.transmit(&[0x00, 0xA4, 0x00, 0x00]);
        assert!(matches!(plain, Err(CardError::Protocol(_))));
        assert!(relay.transmit(&[0x04]).is_err());
        assert_eq!(relay.transmit(&octets(COMMAND)), Ok(octets(ANSWER)));
    }

    #[test]
    fn a_context_switch_passes_only_where_it_is_expected() {
        let switch = "042201A40A8E08000102030405060700";
        let mut unasked = relay(&[]);
        let refused = unasked.transmit(&octets(switch));
        assert!(matches!(refused, Err(CardError::Protocol(_))));
        let other = unasked.hand_over(&octets(COMMAND));
        assert!(matches!(other.err(), Some(CardError::Protocol(_))));
        let done = relay(&[(switch, ANSWER)]).hand_over(&octets(switch));
        assert!(matches!(done, Ok(HandOver::Done { .. })));
        let refused = relay(&[(switch, "8E0800010203040506076982")]).hand_over(&octets(switch));
        assert!(matches!(refused, Ok(HandOver::Refused { .. })));
    }

    #[test]
    fn nothing_passes_once_the_channel_is_closed() {
        for (status, back) in [("6988", true), ("6987", true), ("6E00", false)] {
            let mut relay = relay(&[(COMMAND, status)]);
            assert_eq!(relay.transmit(&octets(COMMAND)), Ok(octets(status)));
            assert!(!relay.is_open());
            let again = relay.transmit(&octets(COMMAND));
            assert_eq!(again, Err(CardError::ChannelClosed));
            assert_eq!(relay.into_session().is_ok(), back);
        }
    }

    #[test]
    fn what_the_terminal_does_to_the_flag_is_seen() {
        let sign = "042A9E9A0A8E08000102030405060700";
        let mut signing = relay(&[(sign, "8E0800010203040506076982"), (sign, ANSWER)]);
        signing.transmit(&octets(sign)).unwrap();
        assert_eq!(signing.confirmation(), Confirmation::Signatures(1));
        signing.transmit(&octets(sign)).unwrap();
        assert_eq!(signing.confirmation(), Confirmation::Absent);
        let deactivate = "040410030A8E08000102030405060700";
        let mut off = relay(&[(deactivate, ANSWER)]);
        off.transmit(&octets(deactivate)).unwrap();
        assert!(!off.is_open() && off.into_session().is_err());
    }
}
