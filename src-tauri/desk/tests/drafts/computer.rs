//! A person's store, and the desk over it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use kabinet_cache::{Store, protection};
use kabinet_desk::{Desk, Profile, Secret, Surroundings};
use kabinet_records::Draft;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

const NAME: &str = "0123456789abcdef0123456789abcdef";

fn passphrase() -> Secret {
    Secret::new(b"correct horse battery staple".to_vec())
}

/// A draft of the first version of a form.
pub(crate) fn draft(number: u128, procedure: &str, changed_at: Timestamp) -> Draft {
    Draft {
        id: Uuid::from_u128(number),
        procedure_id: procedure.into(),
        procedure_version: 1,
        data: json!({"employer": format!("Employer {number}")}),
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at,
    }
}

/// A profile with a person's store.
pub(crate) struct Computer {
    folder: TempDir,
    path: PathBuf,
    key: Secret,
}

impl Computer {
    /// A store that was prepared so.
    pub(crate) fn new(prepare: impl FnOnce(&mut Store)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::open(folder.path()).unwrap();
        let path = profile.person_dir(NAME).unwrap().join("store.db");
        let key = protection::new_key(&path, Some(&passphrase())).unwrap();
        prepare(&mut Store::create(&path, &key).unwrap());
        profile.keep_current_person(NAME).unwrap();
        Self { folder, path, key }
    }

    /// The store, while no desk has it.
    pub(crate) fn store(&self) -> Store {
        Store::open(&self.path, &self.key).unwrap()
    }

    /// A desk with the store open.
    pub(crate) fn desk(&self) -> Desk {
        self.desk_in(Surroundings::default())
    }

    /// As [`Computer::desk`], in those surroundings.
    pub(crate) fn desk_in(&self, surroundings: Surroundings) -> Desk {
        let profile = Profile::open(self.folder.path()).unwrap();
        let desk = Desk::open_in(surroundings, profile).unwrap();
        desk.unlock(Some(&passphrase())).unwrap();
        desk
    }
}
