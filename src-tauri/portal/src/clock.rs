//! The time.

use std::sync::Arc;

use jiff::Timestamp;

/// What tells the time: the system's clock, or one that was given.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<dyn Fn() -> Timestamp + Send + Sync>>);

impl Clock {
    /// A clock that shows what the function gives.
    pub fn showing(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.as_ref().map_or_else(Timestamp::now, |now| now())
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().as_second()
    }
}
