//! Carrying octets to a card and back.

#[cfg(any(windows, test))]
pub(crate) mod awake;
pub(crate) mod pcsc;
#[cfg(test)]
pub(crate) mod scripted;
pub(crate) mod tcp;

use crate::{CancelToken, CardError, ReaderAddress};

/// A card that is powered and ours alone until this is dropped.
pub(crate) trait Transport: Send {
    /// Sends one command APDU and gives the response APDU, at least two octets.
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError>;

    /// The answer to reset.
    fn atr(&self) -> &[u8];

    /// Whether the reader (not the card) carries extended lengths.
    fn carries_extended(&self) -> bool;

    /// Says that the card holds a state that nobody may inherit: it is reset when this is dropped.
    fn reset_on_drop(&mut self);
}

pub(crate) fn connect(
    address: &ReaderAddress,
    cancel: &CancelToken,
) -> Result<Box<dyn Transport>, CardError> {
    Ok(match address {
        ReaderAddress::Pcsc(name) => Box::new(self::pcsc::PcscTransport::connect(name, cancel)?),
        ReaderAddress::Tcp(host) => Box::new(tcp::TcpTransport::connect(host)?),
    })
}
