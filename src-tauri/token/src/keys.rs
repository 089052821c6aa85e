//! Making and ending the keys of the eSign application (clauses 12.2.1, 12.2.9, 12.2.10, 12.2.27).

use kabinet_stb::access::EsignRights;
use kabinet_stb::apdu::Command;
use kabinet_stb::bign::{Level, PublicKey};
use kabinet_stb::tlv;

use crate::{CardError, Password, Session};

/// The level of the key `key` of base mode (table of clause 12.2.9).
///
/// # Errors
///
/// [`CardError::NotAllowed`] for the keys of terminal mode, which serve a terminal only;
/// [`CardError::Protocol`] for what refers to no key.
pub(crate) fn level_of(key: u8) -> Result<Level, CardError> {
    match key {
        0x01 => Ok(Level::L128),
        0x02 => Ok(Level::L192),
        0x03 => Ok(Level::L256),
        0x11..=0x13 => Err(CardError::NotAllowed),
        _ => Err(CardError::Protocol("not a reference of a key")),
    }
}

/// What a key can be used for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It signs and opens key tokens.
    Active,
    /// It is switched off and can be switched on.
    Deactivated,
    /// It was destroyed.
    Destroyed,
    /// It was never made, or the card has no key of this level.
    Absent,
}

impl Session {
    /// Asks what state the key `key` (01..03) is in. Right bit 15 of eSign; no confirmation is
    /// needed and no signature is used up: the question is the initialisation of the opening of a
    /// key token (clause 12.2.14), which nothing follows.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] without PIN or right.
    pub fn key_state(&mut self, key: u8) -> Result<KeyState, CardError> {
        match self.prepare_decipher(key) {
            Ok(()) => Ok(KeyState::Active),
            Err(CardError::KeyDeactivated) => Ok(KeyState::Deactivated),
            Err(CardError::KeyDestroyed) => Ok(KeyState::Destroyed),
            Err(CardError::KeyAbsent | CardError::DataRefused) => Ok(KeyState::Absent),
            Err(error) => Err(error),
        }
    }

    /// Makes the key pair `key` (01..03) on the card and gives the public key, l/2 octets for
    /// level l in the order of bign. The PIN must be confirmed, and is not any more afterwards;
    /// right bit 13 of eSign. Cards need to know level 128 only.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyExists`], [`CardError::PinNotConfirmed`], [`CardError::NotAllowed`];
    /// [`CardError::Protocol`] also when what came is no public key.
    pub fn generate_key(&mut self, key: u8) -> Result<Vec<u8>, CardError> {
        let level = self.may_make_key(key)?;
        self.select_esign()?;
        let command = Command::new(0x00, 0x46, 0x80, 0x00)
            .with_data(tlv::encode(0xB6, &tlv::encode(0x84, &[key])))
            .with_ne(256);
        self.belief.drop_confirmation();
        let response = self.send_once(command)?;
        match response.status.0 {
            0x9000 => match PublicKey::from_bytes(level, &response.data) {
                Ok(_) => Ok(response.data),
                Err(_) => Err(CardError::Protocol("a public key that is none")),
            },
            0x6984 => Err(CardError::KeyExists),
            0x6982 => Err(CardError::PinNotConfirmed),
            _ => Err(CardError::from(response.status)),
        }
    }

    /// Destroys the key `key`; one that is not there is no error. The PIN must be confirmed, and
    /// is not any more afterwards; right bit 13 of eSign.
    ///
    /// # Errors
    ///
    /// [`CardError::PinNotConfirmed`], [`CardError::NotAllowed`].
    pub fn terminate_key(&mut self, key: u8) -> Result<(), CardError> {
        self.may_make_key(key)?;
        self.select_esign()?;
        self.belief.drop_confirmation();
        let template = tlv::encode(0xB6, &tlv::encode(0x84, &[key]));
        self.change_key(0xE6, template, CardError::PinNotConfirmed)
    }

    /// Switches the key `key` on; right bit 10 of eSign. One that is on is no error.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyAbsent`], [`CardError::KeyDestroyed`], [`CardError::NotAllowed`].
    pub fn activate_key(&mut self, key: u8) -> Result<(), CardError> {
        self.switch_key(0x44, key)
    }

    /// Switches the key `key` off; right bit 10 of eSign. One that is off is no error.
    ///
    /// # Errors
    ///
    /// As [`Self::activate_key`].
    pub fn deactivate_key(&mut self, key: u8) -> Result<(), CardError> {
        self.switch_key(0x04, key)
    }

    fn may_make_key(&self, key: u8) -> Result<Level, CardError> {
        let level = level_of(key)?;
        let belief = self.known()?;
        belief.require_base(&[Password::Pin], EsignRights::MANAGE_KEYS_BASE)?;
        belief.require_confirmed()?;
        Ok(level)
    }

    fn switch_key(&mut self, ins: u8, key: u8) -> Result<(), CardError> {
        level_of(key)?;
        self.known()?
            .require_base(&[Password::Pin], EsignRights::SWITCH_KEYS)?;
        self.select_esign()?;
        self.change_key(ins, tlv::encode(0x84, &[key]), CardError::NotAllowed)
    }

    fn change_key(&mut self, ins: u8, data: Vec<u8>, refusal: CardError) -> Result<(), CardError> {
        let status = self
            .send(Command::new(0x00, ins, 0x21, 0x00).with_data(data))?
            .status;
        match status.0 {
            0x9000 => Ok(()),
            0x6982 => Err(refusal),
            0x6984 => Err(CardError::KeyDestroyed),
            0x6A88 => Err(CardError::KeyAbsent),
            _ => Err(CardError::from(status)),
        }
    }
}
