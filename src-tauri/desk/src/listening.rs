//! When the next pass is due: when the portal says that something changed, when something that waits
//! has its time, and now and then where the portal says nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kabinet_portal::{Backoff, Changed, EventSource, PersonalArea, PortalError, spread};

use crate::{Desk, Outcome};

/// How often it is looked whether something is due, and how often at most. Costs one question to the
/// store.
const TICK: (Duration, Duration) = (Duration::from_secs(5), Duration::from_millis(250));
/// How long no news are believed while the portal pushes, and while it does not.
const REFRESH: (Duration, Duration) = (Duration::from_secs(60 * 60), Duration::from_secs(5 * 60));

/// Over how long clients come that all heard at once of a change of the catalogue.
pub const CATALOGUE_SPREAD: Duration = Duration::from_secs(60);

/// Waits for the portal on behalf of one desk.
pub struct PortalWatch {
    stream: Option<(Arc<PersonalArea>, EventSource)>,
    backoff: Backoff,
    /// How often the stream could not be opened in a row, and when it is tried again.
    losses: u32,
    connect_at: Instant,
    /// How many passes failed in a row, and when the next may be made.
    failures: u32,
    last: Instant,
    not_before: Instant,
    /// When a change of the catalogue is looked at.
    catalogue_at: Option<Instant>,
}

impl Desk {
    /// Waits for the portal from now on; opens nothing yet.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn watch_portal(&self) -> Outcome<PortalWatch> {
        self.with_store(|_| Ok(()))?;
        Ok(PortalWatch::new())
    }
}

impl PortalWatch {
    /// Waits for whoever opens the store and signs in.
    #[must_use]
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            stream: None,
            backoff: Backoff::default(),
            losses: 0,
            connect_at: now,
            failures: 0,
            last: now,
            not_before: now,
            catalogue_at: None,
        }
    }

    /// A pass was made.
    pub fn passed(&mut self) {
        self.failures = 0;
        self.catalogue_at = None;
        self.last = Instant::now();
        self.not_before = self.last;
    }

    /// A pass failed.
    pub fn failed(&mut self) {
        self.catalogue_at = None;
        self.last = Instant::now();
        self.not_before = self.last + self.backoff.delay(self.failures, None);
        self.failures = self.failures.saturating_add(1);
    }

    /// Returns when a pass is due.
    pub async fn next(&mut self, desk: &Desk) {
        loop {
            // What a stream that stands tells meanwhile is read afterwards.
            if let Some(wait) = desk.asked_to_wait() {
                tokio::time::sleep(wait.clamp(TICK.1, TICK.0)).await;
                continue;
            }
            let wait = desk.next_pass();
            // Without a session there is nobody to listen for, and a new session is another area.
            let area = wait.and_then(|_| desk.personal_area().ok());
            let current = |(of, _): &(Arc<PersonalArea>, EventSource)| {
                area.as_ref().is_some_and(|area| Arc::ptr_eq(area, of))
            };
            if self.stream.as_ref().is_some_and(|stream| !current(stream)) {
                self.stream = None;
            }
            if let Some(wait) = wait
                && self.is_due(wait)
            {
                return;
            }
            let tick = self.tick(wait);
            match (&mut self.stream, area) {
                (Some((_, stream)), _) => {
                    tokio::select! {
                        change = stream.next() => match change {
                            Ok(Changed::Account) => return,
                            Ok(Changed::Catalogue) => self.catalogue_changed(desk),
                            Err(error) => {
                                tracing::info!("the portal's events ended: {error}");
                                self.lost();
                            }
                        },
                        () = tokio::time::sleep(tick) => {}
                    }
                }
                (None, Some(area)) if Instant::now() >= self.connect_at => {
                    match area.listen().await {
                        Ok(stream) => {
                            self.stream = Some((area, stream));
                            self.losses = 0;
                            // What changed before the stream stood, nobody will tell.
                            return;
                        }
                        // The pass tells whoever watches.
                        Err(PortalError::SessionExpired) => {
                            self.lost();
                            return;
                        }
                        Err(error) => {
                            tracing::info!("the portal's events cannot be had: {error}");
                            if let Some(seconds) = error.retry_after() {
                                desk.heed(seconds);
                            }
                            self.lost();
                        }
                    }
                }
                _ => tokio::time::sleep(tick).await,
            }
        }
    }

    /// How long to sleep before it is looked again. What is due and may not go yet is no reason to
    /// look more often.
    fn tick(&self, wait: Option<Duration>) -> Duration {
        let (most, least) = TICK;
        let tick = match wait {
            Some(wait) if !wait.is_zero() => wait.clamp(least, most),
            _ => most,
        };
        // To the moment: else all that heard the same would be woken by the same ticks.
        let catalogue = self
            .catalogue_at
            .map(|at| at.saturating_duration_since(Instant::now()));
        catalogue.map_or(tick, |wait| wait.min(tick))
    }

    /// Everybody hears of a procedure that is published, at once; nobody is in a hurry to read it.
    fn catalogue_changed(&mut self, desk: &Desk) {
        let wait = spread(CATALOGUE_SPREAD, desk.surroundings.number());
        // What is published meanwhile comes with the same pass.
        self.catalogue_at.get_or_insert(Instant::now() + wait);
    }

    fn is_due(&self, wait: Duration) -> bool {
        let now = Instant::now();
        let refresh = if self.stream.is_some() {
            REFRESH.0
        } else {
            REFRESH.1
        };
        let retry = self.failures > 0 && now >= self.not_before;
        (wait.is_zero() && now >= self.not_before)
            || retry
            || self.catalogue_at.is_some_and(|at| now >= at)
            || now.duration_since(self.last) > refresh
    }

    /// All clients of a portal that was restarted must not come back at once.
    fn lost(&mut self) {
        self.stream = None;
        self.connect_at = Instant::now() + self.backoff.delay(self.losses, None);
        self.losses = self.losses.saturating_add(1);
    }
}

impl Default for PortalWatch {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::{Profile, Surroundings};

    #[test]
    fn who_hears_of_a_new_procedure_does_not_come_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let number = Arc::new(AtomicU64::new(0));
        let chance = Arc::clone(&number);
        let surroundings = Surroundings {
            chance: Some(Arc::new(move || chance.load(Ordering::Relaxed))),
            ..Surroundings::default()
        };
        let desk = Desk::open_in(surroundings, Profile::open(dir.path()).unwrap()).unwrap();
        let never = Duration::MAX;
        for (chance, seconds) in [(u64::MAX, 60), (u64::MAX / 2, 30), (u64::MAX / 60, 1)] {
            number.store(chance, Ordering::Relaxed);
            let mut watch = PortalWatch::new();
            let before = Instant::now();
            watch.catalogue_changed(&desk);
            assert!(!watch.is_due(never));
            let at = watch.catalogue_at.unwrap();
            let (most, least) = (at - before, at.duration_since(Instant::now()));
            assert!(least <= Duration::from_secs(seconds), "{least:?}");
            assert!(most + Duration::from_millis(999) >= Duration::from_secs(seconds));
            assert!(watch.tick(Some(never)) <= most.max(TICK.0));
            // A second publication does not put it off, and the pass that came ends it.
            number.store(u64::MAX, Ordering::Relaxed);
            watch.catalogue_changed(&desk);
            assert_eq!(watch.catalogue_at, Some(at));
            watch.passed();
            assert_eq!(watch.catalogue_at, None);
        }
        number.store(0, Ordering::Relaxed);
        let mut watch = PortalWatch::new();
        watch.catalogue_changed(&desk);
        assert!(watch.is_due(never));
        assert_eq!(watch.tick(Some(never)), Duration::ZERO);
    }
}
