//! What was asked for and did not come is asked for again later and later, not in every pass, also where
//! that cannot be written down.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use kabinet_portal::Backoff;

use crate::{heeding, lock};

/// How often each was asked for in vain, by its name, and when it may be asked for again; until the program ends.
#[derive(Default)]
pub(crate) struct InVain(Mutex<BTreeMap<String, (u32, Timestamp)>>);

impl InVain {
    /// Whether it may be asked for.
    pub(crate) fn is_due(&self, what: &str, now: Timestamp) -> bool {
        let noted = lock(&self.0).get(what).copied();
        noted.is_none_or(|(_, again)| {
            // A clock that was put back makes nobody wait for days.
            again <= now || again.duration_since(now) > heeding::LONGEST
        })
    }

    /// It did not come.
    pub(crate) fn note(&self, what: &str, now: Timestamp, chance: u64) {
        let mut noted = lock(&self.0);
        let tries = noted
            .get(what)
            .map_or(0, |(tries, _)| tries.saturating_add(1));
        let wait = Backoff::default().delay_with(tries, None, chance);
        let again = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        noted.insert(what.to_owned(), (tries, again));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_and_a_clock_that_was_put_back_ends_them() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let (in_vain, id) = (InVain::default(), "one");
        assert!(in_vain.is_due(id, at(0)));
        in_vain.note(id, at(0), u64::MAX);
        assert!(!in_vain.is_due(id, at(1)) && in_vain.is_due(id, at(2)));
        assert!(in_vain.is_due("other", at(1)));
        for _ in 0..20 {
            in_vain.note(id, at(2), u64::MAX);
        }
        assert!(!in_vain.is_due(id, at(890)) && in_vain.is_due(id, at(2 + 15 * 60)));
        assert!(in_vain.is_due(id, at(-30 * 3600)));
    }
}
