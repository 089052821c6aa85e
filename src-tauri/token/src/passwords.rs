//! Care for the PIN inside a session: its flag of confirmation (clauses 12.2.19, 12.2.22, 12.2.25)
//! and its value (clauses 12.2.2, 12.2.11, 12.2.12, 12.2.23).

use kabinet_stb::Secret;
use kabinet_stb::access::EsignRights;
use kabinet_stb::apdu::{Command, Response, Status};

use crate::session::Application;
use crate::{CardError, Password, Session};

impl Session {
    /// Proves the PIN again inside a session that was opened with it, which allows the next
    /// signatures. Sent once; a suspended or blocked PIN is not sent.
    ///
    /// # Errors
    ///
    /// [`CardError::PinWrong`] (the session goes on), [`CardError::Suspended`],
    /// [`CardError::Blocked`], [`CardError::Deactivated`], [`CardError::NotAllowed`].
    pub fn verify_pin(&mut self, pin: &Secret) -> Result<(), CardError> {
        self.known()?.require(&[Password::Pin])?;
        well_formed(&[pin])?;
        self.known()?.require_usable_pin()?;
        let outcome = self.with_pins(Application::Esign, [0x20, 0x00, 0x03], &[pin]);
        if outcome.is_ok() {
            self.belief.pin_was_right();
        }
        outcome
    }

    /// Asks the card whether the PIN is confirmed, that is whether the next signature needs none.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] in a session that was not opened with the PIN.
    pub fn ask_confirmation(&mut self) -> Result<bool, CardError> {
        let status = self.about_flag(0x00)?.status;
        let is_up = match status.0 {
            0x9000 => true,
            0x6982 => false,
            _ => return Err(CardError::from(status)),
        };
        self.belief.confirmation_was_told(is_up);
        Ok(is_up)
    }

    /// Takes the confirmation of the PIN back: no signature until it is proved again. A PIN that
    /// is not confirmed is no error.
    ///
    /// # Errors
    ///
    /// As [`Self::ask_confirmation`].
    pub fn reset_confirmation(&mut self) -> Result<(), CardError> {
        let status = self.about_flag(0xFF)?.status;
        match status.0 {
            0x9000 => {
                self.belief.drop_confirmation();
                Ok(())
            }
            0x6982 => Err(CardError::NotAllowed),
            _ => Err(CardError::from(status)),
        }
    }

    /// Changes the PIN. The session must have been opened with it; right bit 7 of eSign. The PIN
    /// is not confirmed afterwards.
    ///
    /// # Errors
    ///
    /// As [`Self::verify_pin`]; a wrong old PIN uses up an attempt.
    pub fn change_pin(&mut self, old: &Secret, new: &Secret) -> Result<(), CardError> {
        self.known()?
            .require_base(&[Password::Pin], EsignRights::CHANGE_PIN)?;
        self.change_pin_in(Application::Esign, old, new)
    }

    /// Unblocks the PIN in a session that was opened with the PUK, with a new PIN or the old one;
    /// right bit 8 of eSign.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`]; [`CardError::Deactivated`] for a PIN that must be switched on
    /// first, [`CardError::Blocked`] for one that is blocked for ever.
    pub fn unblock_pin(&mut self, new: Option<&Secret>) -> Result<(), CardError> {
        self.known()?
            .require_base(&[Password::Puk], EsignRights::UNBLOCK_PIN)?;
        self.unblock_pin_in(Application::Esign, new)
    }

    /// Switches the PIN on in a session that was opened with the PUK; right bit 6 of eSign. Its
    /// attempts are as they were.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`].
    pub fn activate_pin(&mut self) -> Result<(), CardError> {
        self.known()?
            .require_base(&[Password::Puk], EsignRights::SWITCH_PIN)?;
        self.with_pins(Application::Esign, [0x44, 0x10, 0x03], &[])?;
        // How many attempts it has now, only the card knows.
        self.belief.set_pin(None);
        Ok(())
    }

    /// Switches the PIN off; right bit 6 of eSign. The card leaves the session by this.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`].
    pub fn deactivate_pin(mut self) -> Result<(), CardError> {
        self.known()?
            .require_base(&[Password::Pin, Password::Puk], EsignRights::SWITCH_PIN)?;
        self.with_pins(Application::Esign, [0x04, 0x10, 0x03], &[])
    }

    pub(crate) fn change_pin_in(
        &mut self,
        application: Application,
        old: &Secret,
        new: &Secret,
    ) -> Result<(), CardError> {
        well_formed(&[old, new])?;
        self.known()?.require_usable_pin()?;
        let outcome = self.with_pins(application, [0x24, 0x00, 0x03], &[old, new]);
        if outcome.is_ok() {
            self.belief.pin_is_full();
        }
        self.belief.drop_confirmation();
        outcome
    }

    pub(crate) fn unblock_pin_in(
        &mut self,
        application: Application,
        new: Option<&Secret>,
    ) -> Result<(), CardError> {
        let outcome = match new {
            Some(new) => {
                well_formed(&[new])?;
                self.with_pins(application, [0x2C, 0x02, 0x00], &[new])
            }
            None => self.with_pins(application, [0x2C, 0x03, 0x00], &[]),
        };
        if outcome.is_ok() {
            self.belief.pin_is_full();
        }
        outcome
    }

    /// VERIFY without data: P1 00 asks for the flag, FF resets it.
    fn about_flag(&mut self, p1: u8) -> Result<Response, CardError> {
        self.known()?.require(&[Password::Pin])?;
        self.select_esign()?;
        self.send(Command::new(0x00, 0x20, p1, 0x03))
    }

    fn with_pins(
        &mut self,
        application: Application,
        [ins, p1, p2]: [u8; 3],
        pins: &[&Secret],
    ) -> Result<(), CardError> {
        self.select_application(application)?;
        // Room ahead, so that growing leaves no copy of a PIN behind.
        let mut data = Vec::with_capacity(pins.iter().map(|pin| pin.expose().len()).sum());
        for pin in pins {
            data.extend_from_slice(pin.expose());
        }
        let mut command = Command::new(0x00, ins, p1, p2);
        command.data = data;
        let outcome = meaning(self.send_once(command)?.status);
        if let Err(CardError::PinWrong { attempts_left }) = outcome {
            self.belief.pin_was_wrong(attempts_left);
        }
        outcome
    }
}

/// Refuses what is not of a PIN's form, so that a slip of the finger costs no attempt.
fn well_formed(pins: &[&Secret]) -> Result<(), CardError> {
    let formed = |pin: &&Secret| Password::Pin.is_well_formed(pin.expose());
    if pins.iter().all(formed) {
        Ok(())
    } else {
        Err(CardError::Protocol("not of the password's form"))
    }
}

fn meaning(status: Status) -> Result<(), CardError> {
    match status.0 {
        0x9000 => Ok(()),
        counted @ 0x63C0..=0x63CF => Err(CardError::PinWrong {
            attempts_left: (counted & 0x0F) as u8,
        }),
        0x6982 => Err(CardError::NotAllowed),
        0x6983 => Err(CardError::Blocked),
        0x6984 => Err(CardError::Deactivated),
        0x6985 => Err(CardError::Suspended),
        _ => Err(CardError::from(status)),
    }
}
