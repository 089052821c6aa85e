//! A damaged store: found out, and mended out of what can still be read.

use kabinet_cache::{Protection, protection, repair};
use kabinet_stb::Secret;

use crate::problem::Code;
use crate::view::RepairView;
use crate::{Desk, Outcome, lock};

impl Desk {
    /// Whether the open store is whole. Reads all of it, which takes a while when it is large.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn store_is_whole(&self) -> Outcome<bool> {
        self.with_store(|store| Ok(store.is_whole()?))
    }

    /// Whether a repair needs the passphrase.
    pub fn repair_needs_passphrase(&self) -> bool {
        self.current_store()
            .is_some_and(|path| protection::protection(&path) == Some(Protection::Passphrase))
    }

    /// Closes the store, saves what can be read of it into a new file and opens that. The portal is
    /// asked for everything at the next pass.
    ///
    /// # Errors
    /// `no_store`; `store_locked` without a needed passphrase; `passphrase_wrong`, `no_key_store`,
    /// `second_instance`, `disk_full`, `read_only`: the damaged file is then as it was.
    pub async fn repair_store(&self, passphrase: Option<&Secret>) -> Outcome<RepairView> {
        let _left = self.leave().await;
        let path = self.settled_store().ok_or(Code::NoStore)?;
        if passphrase.is_none() && self.repair_needs_passphrase() {
            return Err(Code::StoreLocked.into());
        }
        let repaired = {
            let mut area = self.close();
            let repaired = {
                let _looked = lock(&self.looking);
                repair(&path, &protection::key(&path, passphrase)?)?
            };
            self.open_into(&mut area, passphrase)?;
            repaired
        };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(RepairView {
            drafts: count(repaired.drafts),
            waiting: count(repaired.waiting),
            complete: repaired.complete,
            aside: repaired.aside.map(|path| path.display().to_string()),
        })
    }
}
