//! A clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kabinet_desk::Surroundings;
use kabinet_portal::Clock;

/// The clock; its copies show the same time.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicI64>);

impl Hand {
    /// A clock that shows so many milliseconds since 1970.
    pub(crate) fn at(milliseconds: i64) -> Self {
        Self(Arc::new(AtomicI64::new(milliseconds)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }

    pub(crate) fn goes(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// A desk's surroundings with this clock.
    pub(crate) fn surroundings(&self) -> Surroundings {
        let hand = self.clone();
        Surroundings {
            clock: Clock::showing(move || hand.now()),
            ..Surroundings::default()
        }
    }
}
