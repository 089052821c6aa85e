//! A person at a real portal: the desk over a real store and the real network, with a key for
//! signatures that is in no card.

use std::path::Path;

use jiff::Timestamp;
use kabinet_desk::view::SyncView;
use kabinet_desk::{Desk, Outcome, Profile, Secret};
use serde_json::json;

use crate::computer::{PASSPHRASE, Template};
use crate::portal::{Key, Portal};

/// Who fills in forms, signs and sends.
pub struct Applicant {
    /// The program.
    pub desk: Desk,
    signer: Key,
}

impl Applicant {
    /// The only person at the portal whose files are in `portal`, and which will answer at `address`
    /// but does not run yet; signed in on a profile in `folder`.
    #[must_use]
    pub fn enrol(portal: &Path, address: &str, folder: &Path) -> Self {
        let portal = Portal::open(portal, address);
        let subject = portal.begin(false, None);
        let template = Template::new(&portal);
        let mut store = template.store_of(&portal, &subject, folder);
        portal.sign_in(&mut store, &subject, 1, Timestamp::now().as_second());
        drop(store);
        let desk = Desk::open(Profile::open(folder).unwrap()).unwrap();
        desk.unlock(Some(&Secret::new(PASSPHRASE.to_vec())))
            .unwrap();
        Self {
            desk,
            signer: portal.signer(),
        }
    }

    /// Fills in a form and signs it; gives the application's identifier.
    ///
    /// # Errors
    /// Those of the desk.
    pub fn file(&mut self, number: usize) -> Outcome<String> {
        let draft = self.desk.new_draft("2.2")?;
        let data = json!({
            "givenName": "Alena", "familyName": "Jankoŭskaja", "personalNumber": "4210587A001PB5",
            "residence": format!("Minsk, {number}"), "employer": format!("Employer {number}"),
            "purpose": "bank", "copies": 1, "delivery": "paper", "confirmed": true,
        });
        let id = draft.summary.id;
        self.desk.edit_draft(&id, &draft.data, &data)?;
        Ok(self.desk.apply_with(&id, &mut self.signer)?.id)
    }

    /// One pass.
    ///
    /// # Errors
    /// Those of the desk.
    pub async fn pass(&self) -> Outcome<SyncView> {
        self.desk.send_now().await
    }
}
