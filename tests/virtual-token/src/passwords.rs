//! The password automaton: what each right or wrong PIN, CAN and PUK does (clause 6.3).
//!
//! It holds no password itself; the machine compares (or runs BPACE) and tells the outcome.

use serde::{Deserialize, Serialize};

/// Wrong PINs that the card takes before it blocks, counted from a right one.
pub const PIN_ATTEMPTS: u8 = 3;
/// Wrong PUKs in a row, while the PIN is blocked, after which it stays so for ever.
pub const PUK_ATTEMPTS: u8 = 10;

/// A password of the card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PasswordKind {
    /// Card access number.
    Can,
    /// Personal identification number.
    Pin,
    /// PIN unlock key.
    Puk,
}

impl PasswordKind {
    /// The kind that an octet of DO 83 names (table of MSE:Set AT for BPACE).
    #[must_use]
    pub fn from_reference(octet: u8) -> Option<Self> {
        match octet {
            0x02 => Some(Self::Can),
            0x03 => Some(Self::Pin),
            0x04 => Some(Self::Puk),
            _ => None,
        }
    }
}

/// Whether the PIN can be tried now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinState {
    /// It can.
    Usable,
    /// One attempt is left, and it is given back only by a right CAN.
    Suspended,
    /// No attempt is left; the PUK helps.
    Blocked,
    /// Switched off until it is activated after the PUK.
    Deactivated,
}

impl PinState {
    /// The name that the control channel tells.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Suspended => "suspended",
            Self::Blocked => "blocked",
            Self::Deactivated => "deactivated",
        }
    }
}

/// The counters and marks of the automaton; all of them outlive the power.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Counters {
    pin_attempts: u8,
    /// A right CAN came after the PIN was suspended, so the last attempt may be made.
    resumed: bool,
    deactivated: bool,
    /// Wrong PUKs still allowed while the PIN is blocked; 0 is for ever.
    puk_attempts: u8,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            pin_attempts: PIN_ATTEMPTS,
            resumed: false,
            deactivated: false,
            puk_attempts: PUK_ATTEMPTS,
        }
    }
}

impl Counters {
    /// Attempts at the PIN that are left, suspended or not: 0..=3.
    #[must_use]
    pub fn pin_attempts(&self) -> u8 {
        self.pin_attempts
    }

    /// Wrong PUKs that are left before a blocked PIN stays blocked for ever: 0..=10.
    #[must_use]
    pub fn puk_attempts(&self) -> u8 {
        self.puk_attempts
    }

    /// Whether the PIN can be tried now. Deactivation is told before a block, because it is what
    /// has to be undone first: a deactivated PIN cannot be unblocked (clause 6.3).
    #[must_use]
    pub fn pin_state(&self) -> PinState {
        match self.pin_attempts {
            _ if self.deactivated => PinState::Deactivated,
            0 => PinState::Blocked,
            1 if !self.resumed => PinState::Suspended,
            _ => PinState::Usable,
        }
    }

    /// Whether too many wrong PUKs blocked the PIN for ever.
    #[must_use]
    pub fn is_blocked_for_ever(&self) -> bool {
        self.puk_attempts == 0
    }

    /// A right PIN came: the counter is full again.
    pub fn pin_right(&mut self) {
        self.pin_attempts = PIN_ATTEMPTS;
        self.resumed = false;
    }

    /// A wrong PIN came. Returns the attempts left.
    pub fn pin_wrong(&mut self) -> u8 {
        self.pin_attempts = self.pin_attempts.saturating_sub(1);
        self.resumed = false;
        self.pin_attempts
    }

    /// A right CAN came: a suspended PIN may be tried once more.
    pub fn can_right(&mut self) {
        self.resumed = self.pin_attempts == 1;
    }

    /// A right PUK came. It only ends the row of wrong ones; RESET RETRY COUNTER unblocks.
    pub fn puk_right(&mut self) {
        if !self.is_blocked_for_ever() {
            self.puk_attempts = PUK_ATTEMPTS;
        }
    }

    /// A wrong PUK came. Returns the digit X of status 63CX.
    pub fn puk_wrong(&mut self) -> u8 {
        if self.pin_attempts > 0 {
            return PUK_ATTEMPTS - 1;
        }
        self.puk_attempts = self.puk_attempts.saturating_sub(1);
        self.puk_attempts
    }

    /// RESET RETRY COUNTER. Returns false, changing nothing, when the PIN is deactivated or
    /// blocked for ever.
    #[must_use]
    pub fn unblock(&mut self) -> bool {
        let allowed = !self.deactivated && !self.is_blocked_for_ever();
        if allowed {
            self.pin_right();
        }
        allowed
    }

    /// Switches the PIN off or on; neither the counter nor a block changes.
    pub fn set_deactivated(&mut self, deactivated: bool) {
        self.deactivated = deactivated;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_wrong_pins_suspend_and_block() {
        let mut counters = Counters::default();
        assert_eq!(counters.pin_wrong(), 2);
        assert_eq!(counters.pin_state(), PinState::Usable);
        assert_eq!(counters.pin_wrong(), 1);
        assert_eq!(counters.pin_state(), PinState::Suspended);
        counters.can_right();
        assert_eq!(
            (counters.pin_state(), counters.pin_attempts()),
            (PinState::Usable, 1)
        );
        assert_eq!(counters.pin_wrong(), 0);
        assert_eq!(counters.pin_state(), PinState::Blocked);
        counters.can_right();
        counters.puk_right();
        assert_eq!(counters.pin_state(), PinState::Blocked);
        assert!(counters.unblock());
        assert_eq!(
            (counters.pin_state(), counters.pin_attempts()),
            (PinState::Usable, 3)
        );
    }

    #[test]
    fn a_right_can_does_not_outlast_the_attempt_that_it_allowed() {
        let mut counters = Counters::default();
        counters.can_right();
        counters.pin_wrong();
        counters.pin_wrong();
        assert_eq!(counters.pin_state(), PinState::Suspended);
        counters.can_right();
        counters.pin_right();
        counters.pin_wrong();
        counters.pin_wrong();
        assert_eq!(counters.pin_state(), PinState::Suspended);
    }

    #[test]
    fn ten_wrong_puks_in_a_row_block_for_ever_only_while_blocked() {
        let mut counters = Counters::default();
        for _ in 0..20 {
            assert_eq!(counters.puk_wrong(), 9);
        }
        for _ in 0..3 {
            counters.pin_wrong();
        }
        for left in (1..10).rev() {
            assert_eq!(counters.puk_wrong(), left);
        }
        counters.puk_right();
        for left in (0..10).rev() {
            assert_eq!(counters.puk_wrong(), left);
        }
        counters.puk_right();
        assert!(counters.is_blocked_for_ever());
        assert!(!counters.unblock());
        assert_eq!(counters.puk_wrong(), 0);
    }

    #[test]
    fn deactivation_keeps_the_counter_and_forbids_unblocking() {
        let mut counters = Counters::default();
        counters.pin_wrong();
        counters.set_deactivated(true);
        assert_eq!(counters.pin_state(), PinState::Deactivated);
        assert!(!counters.unblock());
        counters.set_deactivated(false);
        assert_eq!(counters.pin_attempts(), 2);
    }
}
