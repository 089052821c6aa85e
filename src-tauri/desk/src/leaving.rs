//! Closing the store in the middle of something: what waits for the network is left where it waits,
//! and what a card signs comes into the outbox first.

use std::time::Duration;

use tokio::sync::{MutexGuard, RwLockWriteGuard, watch};

use crate::problem::Code;
use crate::storing::Area;
use crate::{Desk, Outcome, lock};

/// How long a session that is being renewed may take to come into the store. Without it the person
/// would have to sign in again; with a portal that says nothing the store would stay open.
const RENEWAL: Duration = Duration::from_secs(5);

/// How many want the store to be closed.
pub(crate) struct Leaving(watch::Sender<usize>);

impl Default for Leaving {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

/// One who wants it.
struct Wish<'a>(&'a Leaving);

impl<'a> Wish<'a> {
    fn of(leaving: &'a Leaving) -> Self {
        leaving.0.send_modify(|wishes| *wishes += 1);
        Self(leaving)
    }
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|wishes| *wishes -= 1);
    }
}

/// Nothing is under way, and nothing begins before this goes.
pub(crate) struct Left<'a> {
    _wish: Wish<'a>,
    _alone: MutexGuard<'a, ()>,
    _signing: RwLockWriteGuard<'a, ()>,
}

impl Desk {
    /// Does something that waits for the network, unless somebody wants to close the store: then it is
    /// dropped where it waits. For what is signed that is as if the power had gone there. Each step is
    /// one transaction of the store, it is noted before the portal is asked to register, and what was
    /// asked and not heard is asked again under the same identifier. The simulation plays both.
    ///
    /// # Errors
    /// `cancelled` when it was left; those of what is done.
    pub(crate) async fn unless_left<T>(&self, act: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        let mut leaving = self.leaving.0.subscribe();
        tokio::select! {
            biased;
            _ = leaving.wait_for(|wishes| *wishes > 0) => Err(Code::Cancelled.into()),
            done = act => done,
        }
    }

    /// Leaves what waits for the network, and waits for what a card is signing and for a session that
    /// is being renewed. The session leaves the memory.
    pub(crate) async fn leave(&self) -> Left<'_> {
        let left = Left {
            _wish: Wish::of(&self.leaving),
            _alone: self.passing.lock().await,
            _signing: self.signing.write().await,
        };
        let online = lock(&self.online).take();
        if let Some(area) = online
            && tokio::time::timeout(RENEWAL, area.close()).await.is_err()
        {
            tracing::info!("the store closes while the session is being renewed");
        }
        left
    }

    /// Closes the store, and ends a sign-in that is under way, whatever it is closed for. As long as the
    /// answer is held, nobody opens one.
    pub(crate) fn close(&self) -> std::sync::MutexGuard<'_, Option<Area>> {
        self.lockings
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        // What was begun of a file is known by its number in this store alone.
        lock(&self.receiving).take();
        self.fetching.stop();
        // Who asks for the area in between would get that of this store.
        let mut online = lock(&self.online);
        let mut area = lock(&self.area);
        *online = None;
        *area = None;
        area
    }
}
