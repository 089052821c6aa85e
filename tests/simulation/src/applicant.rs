//! A person at a real portal: the desk over a real store and the real network, with a key for
//! signatures that is in no card.

use std::path::Path;

use jiff::Timestamp;
use kabinet_desk::view::{StoreView, SyncView};
use kabinet_desk::{Desk, Outcome, Profile, Secret};
use serde_json::json;

use crate::computer::{PASSPHRASE, Template};
use crate::portal::{Key, Portal};

/// Account of somebody else.
const NEIGHBOUR: &str = "s0000000000000002";

/// Opens every store of an applicant.
#[must_use]
pub fn passphrase() -> Secret {
    Secret::new(PASSPHRASE.to_vec())
}

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
        desk.unlock(Some(&passphrase())).unwrap();
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
        let id = self.fill_in(number)?;
        Ok(self.desk.apply_with(&id, &mut self.signer)?.id)
    }

    /// Fills in a form; gives the draft's identifier.
    ///
    /// # Errors
    /// Those of the desk.
    pub fn fill_in(&self, number: usize) -> Outcome<String> {
        let draft = self.desk.new_draft("2.2")?;
        let data = json!({
            "givenName": "Alena", "familyName": "Jankoŭskaja", "personalNumber": "4210587A001PB5",
            "residence": format!("Minsk, {number}"), "employer": format!("Employer {number}"),
            "purpose": "bank", "copies": 1, "delivery": "paper", "confirmed": true,
        });
        let id = draft.summary.id;
        self.desk.edit_draft(&id, &draft.data, &data)?;
        Ok(id)
    }

    /// Another person who has a store in `folder`: whoever enrols there afterwards is the present one.
    pub fn neighbour(portal: &Path, address: &str, folder: &Path) {
        let portal = Portal::open(portal, address);
        let template = Template::new(&portal);
        let mut store = template.store_of(&portal, NEIGHBOUR, folder);
        portal.sign_in(&mut store, NEIGHBOUR, 1, Timestamp::now().as_second());
    }

    /// As [`Self::file`], with a file that goes ahead of the application.
    ///
    /// # Errors
    /// Those of the desk.
    pub fn file_with(&mut self, size: usize) -> Outcome<String> {
        let id = self.fill_in(1)?;
        let mut content = b"%PDF-1.7 ".to_vec();
        content.resize(size, 0);
        self.desk
            .attach(&id, "1.pdf", content.len() as u64, &content[..])?;
        Ok(self.desk.apply_with(&id, &mut self.signer)?.id)
    }

    /// The person asks to be let in again.
    ///
    /// # Errors
    /// Those of the desk.
    pub fn let_in(&self) -> Outcome<StoreView> {
        self.desk.let_in();
        self.desk.unlock(Some(&passphrase()))
    }

    /// One pass.
    ///
    /// # Errors
    /// Those of the desk.
    pub async fn pass(&self) -> Outcome<SyncView> {
        self.desk.send_now().await
    }
}
