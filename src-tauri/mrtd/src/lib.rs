//! The travel document application of a card (ICAO Doc 9303, LDS1): what is printed on it and the
//! photo, read without a terminal by the CAN or the machine-readable lines.
//!
//! [`read`] opens the chip by PACE or BAC, proves that the chip is no copy by chip authentication
//! where it can, reads the files, and checks them against the state's signature (passive
//! authentication) with the CSCA certificates that the person or the packager supplies.
//!
//! Active authentication, PACE over prime fields and PACE with chip authentication mapping are not
//! here: a chip that offers only those is [`MrtdError::NoKnownAccess`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod access;
mod bac;
mod channel;
mod chip_authentication;
mod cipher;
mod curve;
mod details;
mod document;
mod error;
mod files;
mod mrz;
mod mrz_key;
mod pace;
mod passive;
pub mod portrait;
mod public_key;
#[cfg(test)]
mod scripted;
mod security_infos;
mod signature;

use kabinet_stb::apdu::{Command, Response};
use kabinet_token::PlainCard;

pub use access::AccessKey;
pub use details::{DocumentDetails, PersonalDetails};
pub use document::{Document, read};
pub use error::MrtdError;
pub use mrz::Mrz;
pub use mrz_key::{MrzKey, MrzMistake};
pub use passive::{Authenticity, CountrySigners, check_files};

/// What takes whole commands: the chip itself or the chip behind a channel.
pub trait Chip {
    /// Sends a command.
    ///
    /// # Errors
    ///
    /// Of the card, and of the channel.
    fn send(&mut self, command: &Command) -> Result<Response, MrtdError>;

    /// Whether extended lengths have worked.
    fn takes_extended(&self) -> bool;
}

impl Chip for PlainCard {
    fn send(&mut self, command: &Command) -> Result<Response, MrtdError> {
        Ok(Self::send(self, command)?)
    }

    fn takes_extended(&self) -> bool {
        Self::takes_extended(self)
    }
}
