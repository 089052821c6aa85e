//! Care for the PIN inside a session (clauses 12.3.3 and 12.3.4).

use kabinet_stb::Secret;
use kabinet_stb::apdu::{Command, Status};

use crate::{CardError, Password, Session};

impl Session {
    /// Proves the PIN again inside a session that was opened with it, which allows the next
    /// signatures. Sent once.
    ///
    /// # Errors
    ///
    /// [`CardError::PinWrong`] (the session goes on), [`CardError::Deactivated`],
    /// [`CardError::NotAllowed`].
    pub fn verify_pin(&mut self, pin: &Secret) -> Result<(), CardError> {
        self.with_pin(0x20, 0x00, 0x03, &[pin])
    }

    /// Changes the PIN. The session must have been opened with it; right bit 7 of eSign.
    ///
    /// # Errors
    ///
    /// As [`Self::verify_pin`]; a wrong old PIN uses up an attempt.
    pub fn change_pin(&mut self, old: &Secret, new: &Secret) -> Result<(), CardError> {
        self.with_pin(0x24, 0x00, 0x03, &[old, new])
    }

    /// Unblocks the PIN in a session that was opened with the PUK, with a new PIN or the old one;
    /// right bit 8 of eSign.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`].
    pub fn unblock_pin(&mut self, new: Option<&Secret>) -> Result<(), CardError> {
        match new {
            Some(new) => self.with_pin(0x2C, 0x02, 0x00, &[new]),
            None => self.with_pin(0x2C, 0x03, 0x00, &[]),
        }
    }

    /// Switches the PIN on in a session that was opened with the PUK; right bit 6 of eSign.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`].
    pub fn activate_pin(&mut self) -> Result<(), CardError> {
        self.with_pin(0x44, 0x10, 0x03, &[])
    }

    /// Switches the PIN off; right bit 6 of eSign. The card leaves the session by this.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`].
    pub fn deactivate_pin(mut self) -> Result<(), CardError> {
        self.with_pin(0x04, 0x10, 0x03, &[])
    }

    fn with_pin(&mut self, ins: u8, p1: u8, p2: u8, pins: &[&Secret]) -> Result<(), CardError> {
        if !pins
            .iter()
            .all(|pin| Password::Pin.is_well_formed(pin.expose()))
        {
            return Err(CardError::Protocol("not of the password's form"));
        }
        self.select_esign()?;
        // Room ahead, so that growing leaves no copy of a PIN behind.
        let mut data = Vec::with_capacity(pins.iter().map(|pin| pin.expose().len()).sum());
        for pin in pins {
            data.extend_from_slice(pin.expose());
        }
        let mut command = Command::new(0x00, ins, p1, p2);
        command.data = data;
        meaning(self.send_once(command)?.status)
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
        _ => Err(CardError::Status(status)),
    }
}
