//! Octets that must not be seen.

use zeroize::Zeroizing;

/// A secret octet string: a PIN, CAN, PUK, key or token.
///
/// It is wiped when dropped, cannot be printed and cannot be cloned; whoever needs the octets asks
/// for them by name with [`Secret::expose`].
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the octets over; no copy is made.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The octets. Copies must go into zeroizing memory.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<Zeroizing<Vec<u8>>> for Secret {
    fn from(octets: Zeroizing<Vec<u8>>) -> Self {
        Self(octets)
    }
}
