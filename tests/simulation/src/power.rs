//! A power supply, and how long it lasts.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// The power supply: how many transactions of a store it lasts for.
pub(crate) struct Power {
    /// Negative for ever.
    left: AtomicI64,
    out: AtomicBool,
}

impl Default for Power {
    /// One that lasts.
    fn default() -> Self {
        Self {
            left: AtomicI64::new(-1),
            out: AtomicBool::new(false),
        }
    }
}

impl Power {
    /// Asked before each transaction is kept: whether it is.
    pub(crate) fn lasts(&self) -> bool {
        match self.left.load(Ordering::Relaxed) {
            0 => self.out.store(true, Ordering::Relaxed),
            left if left > 0 => self.left.store(left - 1, Ordering::Relaxed),
            _ => {}
        }
        !self.is_out()
    }

    /// It goes after so many more transactions.
    pub(crate) fn last(&self, transactions: u32) {
        self.left.store(transactions.into(), Ordering::Relaxed);
    }

    /// How many transactions it lasts for, if it does not last.
    pub(crate) fn left(&self) -> Option<u32> {
        u32::try_from(self.left.load(Ordering::Relaxed)).ok()
    }

    /// Whether it has gone.
    pub(crate) fn is_out(&self) -> bool {
        self.out.load(Ordering::Relaxed)
    }

    /// It is back, and lasts.
    pub(crate) fn restore(&self) {
        self.left.store(-1, Ordering::Relaxed);
        self.out.store(false, Ordering::Relaxed);
    }
}
