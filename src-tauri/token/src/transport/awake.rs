//! Keeping a transaction alive where the service would end it.
//!
//! Windows resets a card after five seconds of a transaction without any operation, which a slow
//! network in the middle of a sign-in can take.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Does something small again and again until dropped.
pub(crate) struct Awake {
    /// Dropped first: that is the sign to stop.
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Awake {
    pub(crate) fn start(period: Duration, act: impl Fn() + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel();
        let repeat = move || {
            while stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                act();
            }
        };
        let thread = thread::Builder::new()
            .name("card-awake".into())
            .spawn(repeat);
        Self {
            stop: Some(stop),
            // Without the thread a dialogue still works, unless it takes long.
            thread: thread.ok(),
        }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It holds the card until it ends. A panic in it is none of ours.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn acts_until_dropped_and_lets_go() {
        let count = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&count);
        let awake = Awake::start(Duration::from_millis(2), move || {
            seen.fetch_add(1, Ordering::SeqCst);
        });
        while count.load(Ordering::SeqCst) < 3 {
            thread::yield_now();
        }
        drop(awake);
        // The closure is gone with the thread, so nothing can act any more.
        assert_eq!(Arc::strong_count(&count), 1);
    }
}
