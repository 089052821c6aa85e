//! Giving a dialogue up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::CardError;

/// A wish to stop, shared between whoever waits and the dialogue with the card.
///
/// It is looked at before each command and never interrupts one: a command that the card has is
/// always answered, so the card is left in a state that both sides know.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that nobody has used yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the dialogue to stop before its next command. Cannot be taken back.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`Self::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn check(&self) -> Result<(), CardError> {
        if self.is_cancelled() {
            Err(CardError::Cancelled)
        } else {
            Ok(())
        }
    }
}
