//! Journey J13, its end: a person is forgotten on this computer.

use kabinet_cache::{StoreError, forget};

use crate::enrolling::pending;
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::LossView;
use crate::{Desk, Outcome, lock};

impl Desk {
    /// What would be lost for good: what is nowhere but here.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn loss(&self) -> Outcome<LossView> {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let person = self.profile.current_person().ok_or(Code::NoStore)?;
        let requests = pending::of_person(&self.profile, &person);
        self.with_store(|store| {
            Ok(LossView {
                drafts: count(store.drafts()?.len()),
                waiting: count(store.outbox()?.len()),
                letters: count(store.begun_letters()?.len()),
                requests: count(requests),
            })
        })
    }

    /// Whose area it is, by the name of their store; what was asked of one person is not done to another.
    pub fn whose(&self) -> Option<String> {
        self.profile.current_person()
    }

    /// Signs that person out, and removes the store with its key and everything that belongs to it: what is out of it
    /// for a while, and keys that wait for certificates. What the portal has stays there. A store that
    /// cannot be opened is removed too.
    ///
    /// # Errors
    /// `no_store`, also when it is somebody else's area by now; `second_instance` while another copy has it open; `no_key_store` when the files
    /// are gone but the system did not let the key go; what keeps files from being removed.
    pub async fn forget(&self, whose: &str) -> Outcome {
        let _left = self.leave().await;
        if self.profile.current_person().as_deref() != Some(whose) {
            return Err(Code::NoStore.into());
        }
        let path = self.settled_store().ok_or(Code::NoStore)?;
        // A session that cannot be ended at the portal now runs out there.
        if let Err(problem) = self.logout().await {
            tracing::info!("not signed out before forgetting: {problem}");
        }
        // Nobody opens the store again before it is gone.
        let _closed = self.close();
        let _looked = lock(&self.looking);
        let key = match forget(&path) {
            Err(StoreError::NoKeyStore) => Err(Problem::from(Code::NoKeyStore)),
            done => Ok(done?),
        };
        self.clear_outside();
        if let Some(person) = self.profile.current_person() {
            pending::forget_person(&self.profile, &person)?;
        }
        // Nothing personal is in it; that somebody was here is.
        self.clear_log()?;
        self.profile
            .forget_current_person()
            .map_err(|error| file_problem(&error))?;
        key
    }
}
