//! How long to wait before a request is repeated.

use std::time::Duration;

use kabinet_stb::random;

/// Longest `Retry-After` that is honoured in full; a wrong header must not stop the client for good.
const LONGEST_ASKED: u64 = 24 * 60 * 60;

/// Exponential backoff with full jitter: uniform between zero and `first * 2^tries`, at most
/// `ceiling`; a wait that the portal asked for comes on top, so that nobody comes back too early
/// nor all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Upper bound of the wait after the first failure.
    pub first: Duration,
    /// Upper bound of any wait that the portal did not ask for.
    pub ceiling: Duration,
}

impl Default for Backoff {
    /// From two seconds to fifteen minutes.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(2),
            ceiling: Duration::from_secs(15 * 60),
        }
    }
}

impl Backoff {
    /// The wait after `tries` failures (0 for the first one) and the `Retry-After` seconds, if any.
    #[must_use]
    pub fn delay(&self, tries: u32, retry_after: Option<u64>) -> Duration {
        self.delay_with(tries, retry_after, u64::from_be_bytes(random::bytes::<8>()))
    }

    /// [`Backoff::delay`] with the random number given: 0 is the shortest wait, `u64::MAX` the longest.
    #[must_use]
    pub fn delay_with(&self, tries: u32, retry_after: Option<u64>, random: u64) -> Duration {
        let ceiling = millis(self.ceiling);
        let bound = 1_u64
            .checked_shl(tries)
            .map_or(ceiling, |factor| millis(self.first).saturating_mul(factor))
            .min(ceiling);
        let asked = retry_after.unwrap_or(0).min(LONGEST_ASKED);
        Duration::from_secs(asked) + spread(Duration::from_millis(bound), random)
    }
}

/// A moment of that span, in whole milliseconds: 0 is its beginning, `u64::MAX` its end.
#[must_use]
pub fn spread(span: Duration, random: u64) -> Duration {
    let span = millis(span);
    // Multiply-shift maps the number onto 0..=span evenly enough for a wait.
    let scaled = (u128::from(random) * (u128::from(span) + 1)) >> 64;
    Duration::from_millis(u64::try_from(scaled).unwrap_or(span))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bounds_double_up_to_the_ceiling() {
        let backoff = Backoff {
            first: Duration::from_secs(1),
            ceiling: Duration::from_secs(10),
        };
        let longest: Vec<u128> = (0..6)
            .map(|tries| backoff.delay_with(tries, None, u64::MAX).as_millis())
            .collect();
        assert_eq!(longest, [1000, 2000, 4000, 8000, 10000, 10000]);
        assert_eq!(backoff.delay_with(3, None, 0), Duration::ZERO);
        assert_eq!(backoff.delay_with(3, None, u64::MAX / 2).as_millis(), 4000);
    }

    proptest! {
        #[test]
        fn never_earlier_than_asked_never_later_than_the_bound(
            first in 0_u64..1 << 40, ceiling in 0_u64..1 << 40, tries: u32, asked: Option<u64>, random: u64,
        ) {
            let backoff = Backoff { first: Duration::from_millis(first), ceiling: Duration::from_millis(ceiling) };
            let delay = backoff.delay_with(tries, asked, random);
            let floor = Duration::from_secs(asked.unwrap_or(0).min(LONGEST_ASKED));
            prop_assert!(delay >= floor);
            prop_assert!(delay <= floor + Duration::from_millis(ceiling));
            prop_assert!(delay <= backoff.delay_with(tries.saturating_add(1), asked, random));
        }

        #[test]
        fn the_jitter_is_spread(tries in 4_u32..64) {
            let backoff = Backoff::default();
            let mut seen: Vec<_> = (0..32).map(|_| backoff.delay(tries, None)).collect();
            seen.sort();
            seen.dedup();
            prop_assert!(seen.len() > 16);
        }
    }
}
