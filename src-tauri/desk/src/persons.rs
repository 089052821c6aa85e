//! Journey J12: several persons on one computer, each with a store of their own.

use kabinet_cache::{Protection, protection};
use kabinet_records::Holder;
use kabinet_stb::Secret;

use crate::problem::Code;
use crate::storing;
use crate::view::{PersonChoiceView, StoreView};
use crate::{Desk, Outcome, lock};

/// What a card has told of whose it is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Told<'a> {
    /// Number of the card, as in DG1 and in the subject of its certificate.
    pub(crate) serial_number: Option<&'a str>,
    /// Number of the person, as in DG7 and in the travel document.
    pub(crate) personal_number: Option<&'a str>,
}

impl Told<'_> {
    fn is_of(&self, holder: &Holder) -> bool {
        let same = |told: Option<&str>, kept: &Option<String>| {
            told.is_some_and(|told| !told.is_empty() && kept.as_deref() == Some(told))
        };
        same(self.serial_number, &holder.serial_number)
            || same(self.personal_number, &holder.personal_number)
    }
}

impl Desk {
    /// The person whose card has told this, when they have a store here and it is not the one in use.
    /// Before CAN or PIN a card tells nothing by which it could be known again, and a store under a
    /// passphrase does not tell whose it is: its person is not found.
    pub(crate) fn other_person(&self, told: Told<'_>) -> Option<PersonChoiceView> {
        let current = self.profile.current_person();
        let others = self.profile.persons().into_iter();
        let mut others = others.filter(|id| current.as_deref() != Some(id.as_str()));
        others.find_map(|id| {
            let holder = self.holder_in(&id, false)?;
            told.is_of(&holder).then(|| PersonChoiceView {
                name: Some(holder.display_name()),
                is_current: false,
                id,
            })
        })
    }

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
                    name: self
                        .holder_in(&id, is_current)
                        .map(|holder| holder.display_name()),
                    is_current,
                    id,
                }
            })
            .collect()
    }

    fn holder_in(&self, id: &str, is_current: bool) -> Option<Holder> {
        let is_open = lock(&self.area).is_some();
        if is_current && is_open {
            let person = self.with_store(|store| Ok(store.person()?)).ok()??;
            return Some(person.holder);
        }
        // Whoever opens or forgets a store waits meanwhile, and finds it open to nobody.
        let _looking = lock(&self.looking);
        let path = self.profile.store_path(id);
        if protection::protection(&path) != Some(Protection::KeyStore) {
            return None;
        }
        let person = storing::open(&path, None).ok()?.store.person().ok()??;
        Some(person.holder)
    }

    /// Closes the store that is open and opens that of another person. When it cannot be opened
    /// without a passphrase it is the current one all the same, locked.
    ///
    /// # Errors
    /// `no_store` when there is nobody of that name; `passphrase_wrong`, `store_damaged`,
    /// `second_instance`, `no_key_store`.
    pub async fn switch_person(&self, id: &str, passphrase: Option<&Secret>) -> Outcome<StoreView> {
        if !self.profile.persons().iter().any(|known| known == id) {
            return Err(Code::NoStore.into());
        }
        let _left = self.leave().await;
        let opened = {
            // Nobody opens the store of the one who goes in between.
            let mut area = self.close();
            self.profile.keep_current_person(id)?;
            self.let_in();
            self.open_into(&mut area, passphrase)
        };
        match opened {
            Err(problem) if problem.code != Code::StoreLocked => Err(problem),
            _ => Ok(self.store_state()),
        }
    }
}
