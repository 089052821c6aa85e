//! Whether the computer slept since a moment.
//!
//! A card may keep its power, and with it a proved PIN, while the computer sleeps, and whoever wakes
//! the computer may be somebody else. So a dialogue does not outlast a sleep.

use std::time::{Duration, Instant, SystemTime};

/// A clock that was set right by less, or a process that was late between two readings, is no sleep.
const TOLERANCE: Duration = Duration::from_secs(20);

/// A moment on two clocks. `Instant` stands still while Linux and macOS sleep, the time of day does
/// not. On Windows both go on; there the service resets the cards, which the next command meets.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    awake: Instant,
    of_day: SystemTime,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self {
            awake: Instant::now(),
            of_day: SystemTime::now(),
        }
    }

    /// The same moment, as it would be seen after a sleep of an hour.
    #[cfg(test)]
    pub(crate) fn before_a_sleep(self) -> Self {
        Self {
            of_day: self.of_day - Duration::from_secs(3600),
            ..self
        }
    }

    /// Whether more time of day has passed between the two than the computer was awake.
    pub(crate) fn slept_until(self, later: Self) -> bool {
        let awake = later.awake.saturating_duration_since(self.awake);
        later
            .of_day
            .duration_since(self.of_day)
            .is_ok_and(|passed| passed > awake + TOLERANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later(from: Moment, awake: u64, of_day: i64) -> Moment {
        let step = Duration::from_secs(of_day.unsigned_abs());
        Moment {
            awake: from.awake + Duration::from_secs(awake),
            of_day: if of_day < 0 {
                from.of_day - step
            } else {
                from.of_day + step
            },
        }
    }

    #[test]
    fn a_sleep_is_time_that_passed_without_us() {
        let start = Moment::now();
        assert!(!start.slept_until(later(start, 0, 0)));
        assert!(!start.slept_until(later(start, 600, 600)));
        // The clock was set right, forwards and backwards.
        assert!(!start.slept_until(later(start, 1, 3)));
        assert!(!start.slept_until(later(start, 1, -3600)));
        assert!(start.slept_until(later(start, 2, 62)));
    }
}
