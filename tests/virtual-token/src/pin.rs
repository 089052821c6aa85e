//! Confirming, changing, unblocking and switching the PIN.

use kabinet_stb::apdu::{Command, Status};
use zeroize::Zeroizing;

use crate::machine::{DONE, Machine, Outcome, Selected, Side, Turn, lengths};
use crate::passwords::{PasswordKind, PinState};
use crate::rights::EsignRight;
use crate::status;

/// Digits of a PIN.
const PIN_LENGTH: usize = 6;

impl Machine {
    /// VERIFY with a PIN: sets the flag.
    pub(crate) fn verify_pin(&mut self, command: &Command) -> Outcome {
        self.client_speaks_in_esign()?;
        lengths(command, true, false)?;
        self.compare_pin(&command.data)?;
        self.confirmation.set();
        DONE
    }

    /// VERIFY without data: whether the flag is set.
    pub(crate) fn check_confirmation(&mut self, command: &Command) -> Outcome {
        self.pin_and_esign()?;
        lengths(command, false, false)?;
        Self::require(self.confirmation.is_set())?;
        DONE
    }

    /// VERIFY that resets the flag.
    pub(crate) fn reset_confirmation(&mut self, command: &Command) -> Outcome {
        self.pin_and_esign()?;
        lengths(command, false, false)?;
        self.confirmation.reset();
        DONE
    }

    /// CHANGE REFERENCE DATA.
    pub(crate) fn change_pin(&mut self, command: &Command) -> Outcome {
        self.managed_by_client(PasswordKind::Pin, EsignRight::ChangePin)?;
        lengths(command, true, false)?;
        let Some((old, new)) = command.data.split_at_checked(PIN_LENGTH) else {
            return Err(status::WRONG_LENGTH);
        };
        let new = pin(new)?;
        self.compare_pin(old)?;
        self.confirmation.reset();
        self.remember(|memory| memory.pin = new)?;
        DONE
    }

    /// RESET RETRY COUNTER, with a new PIN or the old one.
    pub(crate) fn unblock_pin(&mut self, command: &Command) -> Outcome {
        self.managed_by_client(PasswordKind::Puk, EsignRight::UnblockPin)?;
        lengths(command, command.p1 == 0x02, false)?;
        let new = match command.p1 {
            0x02 => Some(pin(&command.data)?),
            _ => None,
        };
        let counters = &self.store.memory().counters;
        if counters.pin_state() == PinState::Deactivated {
            return Err(status::DEACTIVATED);
        }
        if counters.is_blocked_for_ever() {
            return Err(status::BLOCKED);
        }
        let unblocked = self.remember(|memory| {
            let unblocked = memory.counters.unblock();
            if let Some(new) = new.filter(|_| unblocked) {
                memory.pin = new;
            }
            unblocked
        })?;
        Self::require(unblocked)?;
        DONE
    }

    /// ACTIVATE and DEACTIVATE of the PIN. Deactivation ends in IS.
    pub(crate) fn switch_pin(&mut self, command: &Command, on: bool) -> Outcome {
        let password = self.password();
        let known =
            password == Some(PasswordKind::Puk) || (!on && password == Some(PasswordKind::Pin));
        let in_mode = self.terminal.is_none() || self.is_terminal_mode();
        Self::require(known && in_mode && self.may_manage_pin(EsignRight::SwitchPin))?;
        lengths(command, false, false)?;
        self.remember(|memory| memory.counters.set_deactivated(!on))?;
        if !on {
            self.turn = Some(Turn::ToInitial);
        }
        DONE
    }

    /// Compares a PIN and counts it.
    fn compare_pin(&mut self, given: &[u8]) -> Result<(), Status> {
        if given.len() != PIN_LENGTH {
            return Err(status::WRONG_LENGTH);
        }
        match self.store.memory().counters.pin_state() {
            PinState::Usable => {}
            PinState::Suspended => return Err(status::SUSPENDED),
            PinState::Blocked => return Err(status::BLOCKED),
            PinState::Deactivated => return Err(status::DEACTIVATED),
        }
        if given == self.store.memory().pin.as_bytes() {
            return self.remember(|memory| memory.counters.pin_right());
        }
        self.confirmation.reset();
        let left = self.remember(|memory| memory.counters.pin_wrong())?;
        Err(status::attempts(left))
    }

    /// PS or AS:CP: the client's channel speaks.
    fn client_speaks(&self) -> Result<(), Status> {
        Self::require(self.client.is_some() && self.active == Side::Client)
    }

    fn client_speaks_in_esign(&self) -> Result<(), Status> {
        self.client_speaks()?;
        self.pin_and_esign()
    }

    fn pin_and_esign(&self) -> Result<(), Status> {
        Self::require(self.password() == Some(PasswordKind::Pin) && self.in_esign())
    }

    fn managed_by_client(&self, password: PasswordKind, right: EsignRight) -> Result<(), Status> {
        self.client_speaks()?;
        Self::require(self.password() == Some(password) && self.may_manage_pin(right))
    }

    /// The right comes from the word of the selected application; eID has one only in AS.
    fn may_manage_pin(&self, right: EsignRight) -> bool {
        match self.selected {
            Selected::MasterFile => false,
            Selected::Eid(_) => self.terminal.is_some() && self.rights().manages_pin(),
            Selected::Esign(_) => self.rights().esign(right, false),
        }
    }
}

/// A new PIN: six digits.
fn pin(octets: &[u8]) -> Result<Zeroizing<String>, Status> {
    if octets.len() != PIN_LENGTH {
        return Err(status::WRONG_LENGTH);
    }
    if !octets.iter().all(u8::is_ascii_digit) {
        return Err(status::WRONG_DATA);
    }
    let text = octets.iter().copied().map(char::from).collect();
    Ok(Zeroizing::new(text))
}
