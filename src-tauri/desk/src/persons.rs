//! Journey J12: several persons on one computer, each with a store of their own.

use kabinet_cache::{Protection, protection};
use kabinet_stb::Secret;

use crate::problem::Code;
use crate::storing;
use crate::view::{PersonChoiceView, StoreView};
use crate::{Desk, Outcome, lock};

impl Desk {
    /// The persons who have a store here. Whose it is stands inside, so the name is told only of a
    /// store that opens without a passphrase.
    pub fn persons(&self) -> Vec<PersonChoiceView> {
        let current = self.profile.current_person();
        let names = self.profile.persons();
        names
            .into_iter()
            .map(|id| {
                let is_current = current.as_deref() == Some(id.as_str());
                PersonChoiceView {
                    name: self.name_in(&id, is_current),
                    is_current,
                    id,
                }
            })
            .collect()
    }

    fn name_in(
        &self,
        id: &str,
        is_current: bool,
    ) -> Option<std::collections::BTreeMap<String, String>> {
        let is_open = lock(&self.area).is_some();
        if is_current && is_open {
            let person = self.with_store(|store| Ok(store.person()?)).ok()??;
            return Some(person.holder.display_name());
        }
        let path = self.profile.store_path(id);
        if protection::protection(&path) != Some(Protection::KeyStore) {
            return None;
        }
        let person = storing::open(&path, None).ok()?.store.person().ok()??;
        Some(person.holder.display_name())
    }

    /// Closes the store that is open and opens that of another person. When it cannot be opened
    /// without a passphrase it is the current one all the same, locked.
    ///
    /// # Errors
    /// `no_store` when there is nobody of that name; `passphrase_wrong`, `store_damaged`,
    /// `second_instance`, `no_key_store`.
    pub async fn switch_person(&self, id: &str, passphrase: Option<&Secret>) -> Outcome<StoreView> {
        let _alone = self.passing.lock().await;
        if !self.profile.persons().iter().any(|known| known == id) {
            return Err(Code::NoStore.into());
        }
        *lock(&self.online) = None;
        *lock(&self.area) = None;
        self.profile.keep_current_person(id)?;
        self.let_in();
        match self.unlock(passphrase) {
            Err(problem) if problem.code == Code::StoreLocked => Ok(self.store_state()),
            other => other,
        }
    }
}
