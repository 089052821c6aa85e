//! A portal that asks to be left alone for a while (`Retry-After`) is: by passes that nobody asked for,
//! by the event source, and by what is signed meanwhile. Only the person may try earlier.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kabinet_portal::Backoff;

use crate::problem::{Code, Problem};
use crate::{Desk, Outcome, lock};

/// Longest time that a portal is left alone or a thing waits for its next try, jitter included: what the clock says beyond that it says
/// because it was put back.
pub(crate) const LONGEST: SignedDuration = SignedDuration::from_hours(25);

/// Until when portals asked to be left alone, by their address; until the program ends.
#[derive(Default)]
pub(crate) struct Waits(Mutex<BTreeMap<String, Timestamp>>);

impl Waits {
    /// The portal asks to be left alone for so many seconds; gives until when it is. Whoever heard the
    /// same waits up to one and a half times as long: nobody comes back too early, nor all at once.
    fn note(&self, portal: String, now: Timestamp, seconds: u64, chance: u64) -> Timestamp {
        let backoff = Backoff::default();
        let tries = seconds.checked_ilog2().unwrap_or(0).saturating_sub(2);
        let at = |chance| {
            let wait = backoff.delay_with(tries, Some(seconds), chance);
            now.saturating_add(wait).unwrap_or(Timestamp::MAX)
        };
        let mut waits = lock(&self.0);
        // What one pass hears several times is one wait.
        let noted = waits.get(&portal).copied();
        let until = noted
            .filter(|noted| (at(0)..=at(u64::MAX)).contains(noted))
            .unwrap_or_else(|| at(chance));
        waits.insert(portal, until);
        until
    }

    /// Until when it is to be left alone; nothing when it is not.
    fn until(&self, portal: &str, now: Timestamp) -> Option<Timestamp> {
        let until = *lock(&self.0).get(portal)?;
        (now < until && until.duration_since(now) <= LONGEST).then_some(until)
    }
}

impl Desk {
    /// How long the person's portal is to be left alone, because it asked for that.
    pub(crate) fn asked_to_wait(&self) -> Option<Duration> {
        let now = self.now();
        let until = self.waits.until(&self.portal_of_person()?, now)?;
        Duration::try_from(until.duration_since(now)).ok()
    }

    /// Fails as long as the person's portal is to be left alone. What is signed meanwhile waits with
    /// everything else.
    pub(crate) fn leave_alone(&self) -> Outcome {
        let Some(wait) = self.asked_to_wait() else {
            return Ok(());
        };
        let until = self.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        self.with_store(|store| Ok(store.postpone_outbox(until)?))?;
        let seconds = wait.as_secs().saturating_add(1);
        Err(Problem::new(Code::PortalServer)
            .asked_to_wait(seconds)
            .because("the portal asked to be left alone"))
    }

    /// The person's portal asks to be left alone for so many seconds; gives until when it is.
    pub(crate) fn heed(&self, seconds: u64) -> Timestamp {
        let (now, chance) = (self.now(), self.surroundings.number());
        let portal = self.portal_of_person().unwrap_or_default();
        self.waits.note(portal, now, seconds, chance)
    }

    fn portal_of_person(&self) -> Option<String> {
        let person = self.with_store(|store| Ok(store.person()?));
        Some(person.ok()??.portal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "https://portal.example/";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap_or(Timestamp::MAX)
    }

    #[test]
    fn a_portal_is_left_alone_for_as_long_as_it_asked_and_a_little_longer() {
        for (chance, longest) in [(0, 600), (u64::MAX, 900)] {
            let waits = Waits::default();
            let until = waits.note(HERE.to_owned(), at(0), 600, chance);
            assert!(at(600) <= until && until <= at(longest), "{until}");
            assert_eq!(waits.until(HERE, at(0)), Some(until));
            assert_eq!(waits.until(HERE, at(599)), Some(until));
            assert_eq!(waits.until(HERE, until), None);
            // Others asked for nothing.
            assert_eq!(waits.until("https://other.example/", at(0)), None);
        }
    }

    #[test]
    fn what_is_heard_again_at_once_is_the_same_wait_and_what_is_heard_later_another() {
        let waits = Waits::default();
        let first = waits.note(HERE.to_owned(), at(0), 600, u64::MAX / 2);
        assert_eq!(waits.note(HERE.to_owned(), at(0), 600, 0), first);
        assert_eq!(waits.note(HERE.to_owned(), at(5), 600, 0), first);
        let later = waits.note(HERE.to_owned(), at(1000), 10, 0);
        assert_eq!(later, at(1010));
        // Shorter than what was asked before: the newest word counts.
        waits.note(HERE.to_owned(), at(2000), 600, 0);
        assert_eq!(waits.note(HERE.to_owned(), at(2001), 4, 0), at(2005));
    }

    #[test]
    fn a_clock_that_was_put_back_makes_nobody_wait_for_days() {
        let waits = Waits::default();
        waits.note(HERE.to_owned(), at(0), 600, 0);
        assert_eq!(waits.until(HERE, at(-10 * 24 * 3600)), None);
    }
}
