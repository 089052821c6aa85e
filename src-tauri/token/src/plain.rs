//! A card whose other applications somebody else speaks to.

use kabinet_stb::apdu::{Command, Response};

use crate::CardError;
use crate::lengths::Lengths;
use crate::link::{Link, Repeat};

/// A card for an application outside STB 34.101.79, such as a travel document (ICAO Doc 9303). It
/// carries whole commands and knows nothing of what they mean; the card is reset when it goes.
pub struct PlainCard {
    link: Link,
}

impl PlainCard {
    pub(crate) fn new(mut link: Link) -> Self {
        link.reset_on_drop();
        Self { link }
    }

    /// Sends a command, as a chain where the card or the reader does not take extended lengths.
    ///
    /// # Errors
    ///
    /// What ends a dialogue. A status is no error here.
    pub fn send(&mut self, command: &Command) -> Result<Response, CardError> {
        self.link.send(command, Repeat::Allowed)
    }

    /// Whether the card says that it takes extended lengths, or has taken them.
    pub fn takes_extended(&self) -> bool {
        self.link.lengths() == Lengths::Extended
    }

    /// Command APDUs that have gone to the card so far.
    pub fn apdu_count(&self) -> u64 {
        self.link.apdus()
    }
}
