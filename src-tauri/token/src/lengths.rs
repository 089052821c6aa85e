//! Whether extended Lc and Le work, and what was learnt about that.

use std::sync::{Mutex, PoisonError};

use crate::atr;

/// More cards than a computer meets between two starts; the oldest is forgotten.
const REMEMBERED: usize = 32;

/// Answers to reset of cards that announce extended lengths and refused them in the middle of a
/// channel, where there is no second try: the next dialogue has to know.
static REFUSED: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Whether extended Lc and Le work with this card in this reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lengths {
    /// The card does not say. A plain command may try; inside a channel a refusal may cost the
    /// channel, so short ones are used.
    Unknown,
    /// The card says so, or it has worked.
    Extended,
    /// Only short ones.
    Short,
}

impl Lengths {
    /// What can be known before the first command.
    pub(crate) fn of(atr: &[u8], reader_carries_extended: bool) -> Self {
        let refused = REFUSED.lock().unwrap_or_else(PoisonError::into_inner);
        match atr::extended_lengths(atr) {
            _ if !reader_carries_extended => Self::Short,
            _ if refused.iter().any(|known| known == atr) => Self::Short,
            Some(true) => Self::Extended,
            Some(false) => Self::Short,
            None => Self::Unknown,
        }
    }

    /// Remembers until the program ends that cards with this answer to reset take only short ones.
    pub(crate) fn remember_refusal(atr: &[u8]) {
        let mut refused = REFUSED.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.iter().any(|known| known == atr) {
            return;
        }
        if refused.len() >= REMEMBERED {
            refused.remove(0);
        }
        refused.push(atr.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNOUNCES: [u8; 9] = [0x3B, 0x85, 0x01, 0x80, 0x73, 0xC8, 0x01, 0x40, 0x07];

    #[test]
    fn refusal_is_remembered() {
        assert_eq!(Lengths::of(&ANNOUNCES, true), Lengths::Extended);
        assert_eq!(Lengths::of(&ANNOUNCES, false), Lengths::Short);
        Lengths::remember_refusal(&ANNOUNCES);
        assert_eq!(Lengths::of(&ANNOUNCES, true), Lengths::Short);
        assert_eq!(Lengths::of(&[0x3B, 0x00], true), Lengths::Unknown);
    }
}
