//! Journey J12, its quiet half: the store is closed when nobody is there, and opened again by the
//! person alone.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::view::{CardPresenceView, LockView, ReadersView};
use crate::{Desk, Outcome, lock};

/// How long the trusted prompt stands without a touch, where nothing else is set.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

impl Desk {
    /// Closes the store until [`Desk::let_in`]: what is shown of it goes, keys and session leave the
    /// memory. A sign-in that is under way ends without opening it again. A pass that is under way is left
    /// where it is; what a card is signing comes into the outbox first. Whether one was open.
    pub async fn lock_store(&self) -> bool {
        // Before it is looked whether one is open: a sign-in that is under way may be about to open it.
        self.lockings.fetch_add(1, Ordering::SeqCst);
        if lock(&self.area).is_none() {
            return false;
        }
        // From now on nobody is shown anything.
        self.held.store(true, Ordering::SeqCst);
        let _left = self.leave().await;
        let _closed = self.close();
        self.held.store(true, Ordering::SeqCst);
        true
    }

    /// The person asks to be let in again. A store under a passphrase still asks for it.
    pub fn let_in(&self) {
        self.held.store(false, Ordering::SeqCst);
    }

    /// How long the trusted prompt stands without a touch.
    pub fn prompt_patience(&self) -> Duration {
        let set = self.settings().prompt_seconds;
        set.map_or(PATIENCE, |seconds| {
            Duration::from_secs(seconds.max(20).into())
        })
    }

    /// When the store closes by itself.
    pub fn lock_settings(&self) -> LockView {
        let settings = self.settings();
        LockView {
            after_minutes: settings.lock_after_minutes,
            with_card: settings.lock_with_card,
            with_screen: settings.lock_with_screen,
        }
    }

    /// Sets when the store closes by itself, from now on.
    ///
    /// # Errors
    /// `read_only` or `disk_full`; nothing is changed then.
    pub fn keep_lock_settings(&self, view: LockView) -> Outcome {
        self.keep_settings(|settings| {
            settings.lock_after_minutes = view.after_minutes;
            settings.lock_with_card = view.with_card;
            settings.lock_with_screen = view.with_screen;
        })
    }

    /// Whether the store closes for nobody having touched the window so long.
    pub fn locks_after(&self, idle: Duration) -> bool {
        let limit = self.settings().lock_after_minutes;
        limit.is_some_and(|minutes| idle >= Duration::from_secs(60 * u64::from(minutes)))
    }
}

/// Whether an ID card that was in a reader is in it no more.
#[must_use]
pub fn card_left(before: &ReadersView, after: &ReadersView) -> bool {
    let cards = before
        .readers
        .iter()
        .filter(|reader| reader.card == CardPresenceView::IdCard);
    { cards }.any(|reader| {
        let now = after.readers.iter().find(|now| now.name == reader.name);
        // A card that another program uses is still there.
        let stays = [CardPresenceView::IdCard, CardPresenceView::InUse];
        now.is_none_or(|now| !stays.contains(&now.card))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::view::{ReaderView, ServiceView};

    fn seen(cards: &[(&str, CardPresenceView)]) -> ReadersView {
        ReadersView {
            service: ServiceView::Running,
            readers: cards
                .iter()
                .map(|(name, card)| ReaderView {
                    name: (*name).to_owned(),
                    card: *card,
                })
                .collect(),
        }
    }

    #[test]
    fn nobody_there_means_not_touched_for_as_long_as_was_set() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Desk::open(crate::Profile::open(dir.path()).unwrap()).unwrap();
        let desk = open();
        let (short, day) = (Duration::from_secs(59), Duration::from_secs(86_400));
        // Never, unless it is set.
        assert!(!desk.locks_after(day));
        let set = |after_minutes| {
            let view = LockView {
                after_minutes,
                ..desk.lock_settings()
            };
            desk.keep_lock_settings(view).unwrap();
        };
        set(Some(1));
        assert!(!desk.locks_after(short));
        assert!(desk.locks_after(Duration::from_secs(60)));
        set(Some(15));
        assert!(!desk.locks_after(Duration::from_secs(15 * 60 - 1)));
        assert!(desk.locks_after(Duration::from_secs(15 * 60)) && desk.locks_after(day));
        // It is kept.
        assert!(open().locks_after(day) && !open().locks_after(short));
        set(None);
        assert!(!desk.locks_after(day) && !open().locks_after(day));
    }

    #[test]
    fn a_card_leaves_when_it_is_no_more_in_its_reader() {
        use CardPresenceView::{Absent, IdCard, InUse, Other};
        let both = seen(&[("a", IdCard), ("b", Absent)]);
        for (after, left) in [
            (seen(&[("a", IdCard), ("b", IdCard)]), false),
            (seen(&[("a", InUse), ("b", Absent)]), false),
            (seen(&[("a", Absent), ("b", Absent)]), true),
            (seen(&[("a", Other), ("b", Absent)]), true),
            // The reader was pulled with its card.
            (seen(&[("b", Absent)]), true),
            (seen(&[("a", Absent), ("b", IdCard)]), true),
        ] {
            assert_eq!(card_left(&both, &after), left, "{after:?}");
        }
        assert!(!card_left(&seen(&[("a", Other)]), &seen(&[("a", Absent)])));
    }
}
