//! Making and ending the keys of the eSign application (clause 12.2).

use kabinet_stb::apdu::Command;
use kabinet_stb::tlv;

use crate::{CardError, Session};

impl Session {
    /// Makes the key pair `key` (01..03) on the card and gives the public key, l/2 octets for
    /// level l in the order of bign. The PIN must be confirmed, and is not any more afterwards.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyExists`], [`CardError::PinNotConfirmed`].
    pub fn generate_key(&mut self, key: u8) -> Result<Vec<u8>, CardError> {
        self.select_esign()?;
        let command = Command::new(0x00, 0x46, 0x80, 0x00)
            .with_data(tlv::encode(0xB6, &tlv::encode(0x84, &[key])))
            .with_ne(256);
        let response = self.send_once(command)?;
        match response.status.0 {
            0x9000 => Ok(response.data),
            0x6984 => Err(CardError::KeyExists),
            0x6982 => Err(CardError::PinNotConfirmed),
            _ => Err(CardError::Status(response.status)),
        }
    }

    /// Destroys the key `key`; one that is not there is no error. The PIN must be confirmed, and
    /// is not any more afterwards.
    ///
    /// # Errors
    ///
    /// [`CardError::PinNotConfirmed`].
    pub fn terminate_key(&mut self, key: u8) -> Result<(), CardError> {
        let template = tlv::encode(0xB6, &tlv::encode(0x84, &[key]));
        self.change_key(0xE6, template)
    }

    /// Switches the key `key` on.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyAbsent`], [`CardError::PinNotConfirmed`] also without the right.
    pub fn activate_key(&mut self, key: u8) -> Result<(), CardError> {
        self.change_key(0x44, tlv::encode(0x84, &[key]))
    }

    /// Switches the key `key` off.
    ///
    /// # Errors
    ///
    /// As [`Self::activate_key`].
    pub fn deactivate_key(&mut self, key: u8) -> Result<(), CardError> {
        self.change_key(0x04, tlv::encode(0x84, &[key]))
    }

    fn change_key(&mut self, ins: u8, data: Vec<u8>) -> Result<(), CardError> {
        self.select_esign()?;
        let status = self
            .send(Command::new(0x00, ins, 0x21, 0x00).with_data(data))?
            .status;
        match status.0 {
            0x9000 => Ok(()),
            0x6982 => Err(CardError::PinNotConfirmed),
            0x6984 => Err(CardError::KeyDestroyed),
            0x6A88 => Err(CardError::KeyAbsent),
            _ => Err(CardError::Status(status)),
        }
    }
}
