//! Random octets. Protocols take a [`Random`] so that known answers can be replayed in tests.

/// A source of random octets.
pub trait Random {
    /// Fills `octets`.
    fn fill(&mut self, octets: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, octets: &mut [u8]) {
        fill(octets);
    }
}

/// Fills `octets` from the operating system's generator.
///
/// # Panics
/// When the system has no generator: nothing secret can be done then.
pub fn fill(octets: &mut [u8]) {
    if let Err(error) = getrandom::fill(octets) {
        panic!("the system gives no random numbers: {error}");
    }
}

/// `N` octets from the operating system's generator.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut octets = [0; N];
    fill(&mut octets);
    octets
}
