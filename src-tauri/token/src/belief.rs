//! What the client knows of the card's state without asking (clauses 6.3, 7.3 and 11): with it, a
//! command that the card would have to refuse is refused here and never sent.

use kabinet_stb::access::{EidRights, EsignRights};
use kabinet_stb::cvc;

use crate::{CardError, Hello, Password, PasswordState};

/// The PIN's attempts when none is used up (clause 6.3).
pub(crate) const PIN_ATTEMPTS: u8 = 3;

/// The flag of a confirmed PIN and what it still allows (clauses 12.2.8 and 12.2.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The flag is down: the PIN must be proved before a signature, and before a key is made or
    /// destroyed.
    Absent,
    /// The flag is up for so many more signatures, at least 1.
    Signatures(u8),
    /// The flag is up for signatures without limit (N = 0).
    Unlimited,
}

/// Words of rights in both applications (clause 7.3).
#[derive(Clone, Copy)]
pub(crate) struct Words {
    eid: EidRights,
    esign: EsignRights,
}

impl Words {
    /// The words of a terminal's path, laid over each other. The root's is on the card and not
    /// known, so that more may be forbidden than is known here.
    pub(crate) fn of_path(certificates: &[Vec<u8>]) -> Self {
        let all = Self {
            eid: EidRights(u64::MAX),
            esign: EsignRights(u16::MAX),
        };
        certificates.iter().fold(all, |words, certificate| {
            match cvc::Certificate::parse(certificate) {
                Ok(certificate) => words.and(Self {
                    eid: certificate.eid().unwrap_or_default(),
                    esign: certificate.esign().unwrap_or_default(),
                }),
                // What cannot be read here was for the card to judge.
                Err(_) => words,
            }
        })
    }

    fn and(self, other: Self) -> Self {
        Self {
            eid: self.eid.and(other.eid),
            esign: self.esign.and(other.esign),
        }
    }
}

/// A right that a client uses in the state AS, in the application that has it.
#[derive(Clone, Copy)]
pub(crate) enum TerminalRight {
    Eid(EidRights),
    Esign(EsignRights),
}

/// The state of the card as it follows from what was said and answered.
pub(crate) struct Belief {
    password: Password,
    /// What the client itself asked for.
    own: Words,
    /// What a terminal's path grants, in the state AS.
    terminal: Option<Words>,
    pin: Option<PasswordState>,
    /// N of clause 12.2.16.
    limit: u8,
    confirmation: Confirmation,
}

impl Belief {
    /// After BPACE with `password`; `before` is what was known of the PIN until then.
    pub(crate) fn new(password: Password, hello: &Hello, before: Option<PasswordState>) -> Self {
        let mut belief = Self {
            password,
            own: Words {
                eid: hello.eid.unwrap_or_default(),
                esign: hello.esign.unwrap_or_default(),
            },
            terminal: None,
            pin: before,
            limit: hello.signatures_per_confirmation.unwrap_or(1),
            confirmation: Confirmation::Absent,
        };
        match (password, before) {
            (Password::Pin, _) => belief.pin_was_right(),
            (Password::Can, Some(PasswordState::Suspended)) => {
                belief.pin = Some(PasswordState::Usable { attempts_left: 1 });
            }
            (Password::Can | Password::Puk, _) => {}
        }
        belief
    }

    pub(crate) fn password(&self) -> Password {
        self.password
    }

    pub(crate) fn pin(&self) -> Option<PasswordState> {
        self.pin
    }

    pub(crate) fn set_pin(&mut self, state: Option<PasswordState>) {
        self.pin = state;
    }

    pub(crate) fn confirmation(&self) -> Confirmation {
        self.confirmation
    }

    /// Refuses what only a session of one of these passwords may ask.
    pub(crate) fn require(&self, passwords: &[Password]) -> Result<(), CardError> {
        if passwords.contains(&self.password) {
            Ok(())
        } else {
            Err(CardError::NotAllowed)
        }
    }

    /// Refuses what the state PS does not grant: the card leaves of the client's own word only
    /// base mode and the care for passwords (clause 7.3).
    pub(crate) fn require_base(
        &self,
        passwords: &[Password],
        right: EsignRights,
    ) -> Result<(), CardError> {
        self.require(passwords)?;
        granted(self.own.esign.and(EsignRights::BASE_MODE).grants(right))
    }

    /// Refuses what the words of client and terminal, laid over each other, do not grant: in eID
    /// one word, in eSign the other. Without a terminal there is none of it.
    pub(crate) fn require_with_terminal(
        &self,
        password: Password,
        right: TerminalRight,
    ) -> Result<(), CardError> {
        self.require(&[password])?;
        let words = self.terminal.ok_or(CardError::NotAllowed)?.and(self.own);
        granted(match right {
            TerminalRight::Eid(right) => words.eid.grants(right),
            TerminalRight::Esign(right) => words.esign.grants(right),
        })
    }

    /// A terminal was let in, or is gone.
    pub(crate) fn set_terminal(&mut self, words: Option<Words>) {
        self.terminal = words;
    }

    pub(crate) fn require_confirmed(&self) -> Result<(), CardError> {
        if self.confirmation == Confirmation::Absent {
            Err(CardError::PinNotConfirmed)
        } else {
            Ok(())
        }
    }

    /// Refuses a try at a PIN that cannot be tried.
    pub(crate) fn require_usable_pin(&self) -> Result<(), CardError> {
        match self.pin {
            None | Some(PasswordState::Usable { .. }) => Ok(()),
            Some(PasswordState::Suspended) => Err(CardError::Suspended),
            Some(PasswordState::Blocked) => Err(CardError::Blocked),
            Some(PasswordState::Deactivated) => Err(CardError::Deactivated),
        }
    }

    /// The card took the PIN: the flag is up.
    pub(crate) fn pin_was_right(&mut self) {
        self.pin_is_full();
        self.confirmation = match self.limit {
            0 => Confirmation::Unlimited,
            limit => Confirmation::Signatures(limit),
        };
    }

    /// The card compared the PIN and it was another: the flag is down.
    pub(crate) fn pin_was_wrong(&mut self, attempts_left: u8) {
        self.confirmation = Confirmation::Absent;
        self.pin = Some(match attempts_left {
            0 => PasswordState::Blocked,
            1 => PasswordState::Suspended,
            attempts_left => PasswordState::Usable { attempts_left },
        });
    }

    /// The counter of the PIN is at its most.
    pub(crate) fn pin_is_full(&mut self) {
        self.pin = Some(PasswordState::Usable {
            attempts_left: PIN_ATTEMPTS,
        });
    }

    /// The flag is down.
    pub(crate) fn drop_confirmation(&mut self) {
        self.confirmation = Confirmation::Absent;
    }

    /// The card said whether the flag is up. Where it says more than was known, one signature is
    /// what can be relied on.
    pub(crate) fn confirmation_was_told(&mut self, is_up: bool) {
        self.confirmation = match (is_up, self.confirmation) {
            (false, _) => Confirmation::Absent,
            (true, Confirmation::Absent) => Confirmation::Signatures(1),
            (true, known) => known,
        };
    }

    /// The card got a command to sign; the count runs whatever came of it.
    pub(crate) fn signature_was_tried(&mut self) {
        self.confirmation = match self.confirmation {
            Confirmation::Signatures(left) if left > 1 => Confirmation::Signatures(left - 1),
            Confirmation::Signatures(_) | Confirmation::Absent => Confirmation::Absent,
            Confirmation::Unlimited => Confirmation::Unlimited,
        };
    }
}

fn granted(granted: bool) -> Result<(), CardError> {
    if granted {
        Ok(())
    } else {
        Err(CardError::NotAllowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belief(password: Password, signatures: Option<u8>) -> Belief {
        let hello = Hello {
            eid: None,
            esign: Some(EsignRights(0xFFFF)),
            signatures_per_confirmation: signatures,
        };
        Belief::new(password, &hello, None)
    }

    #[test]
    fn signatures_run_out() {
        let mut two = belief(Password::Pin, Some(2));
        assert_eq!(two.confirmation(), Confirmation::Signatures(2));
        two.signature_was_tried();
        assert_eq!(two.confirmation(), Confirmation::Signatures(1));
        two.signature_was_tried();
        assert_eq!(two.require_confirmed(), Err(CardError::PinNotConfirmed));
        two.pin_was_right();
        assert_eq!(two.confirmation(), Confirmation::Signatures(2));
        let mut unlimited = belief(Password::Pin, Some(0));
        unlimited.signature_was_tried();
        assert_eq!(unlimited.confirmation(), Confirmation::Unlimited);
        let one = belief(Password::Pin, None);
        assert_eq!(one.confirmation(), Confirmation::Signatures(1));
        let none = belief(Password::Puk, None);
        assert_eq!(none.confirmation(), Confirmation::Absent);
    }

    #[test]
    fn the_card_knows_better_whether_the_flag_is_up() {
        let mut two = belief(Password::Pin, Some(2));
        two.confirmation_was_told(true);
        assert_eq!(two.confirmation(), Confirmation::Signatures(2));
        two.confirmation_was_told(false);
        assert_eq!(two.confirmation(), Confirmation::Absent);
        two.confirmation_was_told(true);
        assert_eq!(two.confirmation(), Confirmation::Signatures(1));
    }

    #[test]
    fn wrong_pins_suspend_and_block() {
        let mut pin = belief(Password::Pin, None);
        pin.pin_was_wrong(2);
        assert_eq!(pin.require_usable_pin(), Ok(()));
        assert_eq!(pin.confirmation(), Confirmation::Absent);
        pin.pin_was_wrong(1);
        assert_eq!(pin.require_usable_pin(), Err(CardError::Suspended));
        let resumed = Belief::new(Password::Can, &Hello::default(), pin.pin());
        let last = PasswordState::Usable { attempts_left: 1 };
        assert_eq!(resumed.pin(), Some(last));
        pin.pin_was_wrong(0);
        assert_eq!(pin.require_usable_pin(), Err(CardError::Blocked));
    }

    #[test]
    fn base_mode_narrows_what_was_asked_for() {
        let pin = belief(Password::Pin, None);
        let of_pin = [Password::Pin];
        let base = EsignRights::USE_KEYS_BASE;
        assert_eq!(pin.require_base(&of_pin, base), Ok(()));
        let refused = Err(CardError::NotAllowed);
        assert_eq!(pin.require_base(&[Password::Puk], base), refused);
        let terminal = EsignRights::USE_KEYS_TERMINAL;
        assert_eq!(pin.require_base(&of_pin, terminal), refused);
    }

    #[test]
    fn a_terminal_adds_no_right_to_the_clients_own() {
        let mut pin = belief(Password::Pin, None);
        let change = TerminalRight::Esign(EsignRights::CHANGE_PIN);
        let manage = TerminalRight::Eid(EidRights::MANAGE_PIN);
        let refused = Err(CardError::NotAllowed);
        assert_eq!(pin.require_with_terminal(Password::Pin, change), refused);
        pin.set_terminal(Some(Words::of_path(&[])));
        assert_eq!(pin.require_with_terminal(Password::Pin, change), Ok(()));
        assert_eq!(pin.require_with_terminal(Password::Puk, change), refused);
        // The hello had no word for eID.
        assert_eq!(pin.require_with_terminal(Password::Pin, manage), refused);
    }
}
