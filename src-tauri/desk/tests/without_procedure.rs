//! Drafts whose procedure the catalogue does not have, as after a repair and before the next pass.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use kabinet_cache::{Changes, Store, protection};
use kabinet_desk::{Code, Desk, Profile, Secret};
use kabinet_records::{Draft, Form, Procedure, Text};
use serde_json::json;
use uuid::Uuid;

const NAME: &str = "0123456789abcdef0123456789abcdef";

fn passphrase() -> Secret {
    Secret::new(b"correct horse battery staple".to_vec())
}

fn procedure(id: &str) -> Procedure {
    Procedure {
        id: id.into(),
        version: 1,
        title: Text {
            be: "Даведка".into(),
            ru: "Справка".into(),
            en: "Certificate".into(),
        },
        description: Text::default(),
        authority: Text::default(),
        cost: Text::default(),
        term: Text::default(),
        validity: None,
        evidence: Vec::new(),
        legal_basis: Text::default(),
        keywords: Vec::new(),
        form: Form {
            schema: json!({"type": "object", "properties": {"employer": {"type": "string"}}}),
            ui: json!({}),
        },
    }
}

fn offer(store: &mut Store, procedures: &[Procedure]) {
    let changes = Changes {
        complete: true,
        changed: procedures,
        removed: &[],
        state: Some("1"),
    };
    store.change_procedures(&changes).unwrap();
}

fn draft(number: u128, procedure: &str) -> Draft {
    Draft {
        id: Uuid::from_u128(number),
        procedure_id: procedure.into(),
        procedure_version: 1,
        data: json!({"employer": format!("Employer {number}")}),
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: Timestamp::from_second(1_800_000_000 + number as i64).unwrap(),
    }
}

fn desk(folder: &Path) -> Desk {
    let desk = Desk::open(Profile::open(folder).unwrap()).unwrap();
    desk.unlock(Some(&passphrase())).unwrap();
    desk
}

#[test]
fn a_draft_without_its_procedure_is_listed_and_opens_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::open(folder.path()).unwrap();
    let path = profile.person_dir(NAME).unwrap().join("store.db");
    let key = protection::new_key(&path, Some(&passphrase())).unwrap();
    let mut store = Store::create(&path, &key).unwrap();
    offer(&mut store, &[procedure("2.2")]);
    store.add_draft(&draft(1, "2.2")).unwrap();
    store.add_draft(&draft(2, "9.9")).unwrap();
    drop(store);
    profile.keep_current_person(NAME).unwrap();

    let without = desk(folder.path());
    let list = without.drafts().unwrap();
    let seen: Vec<_> = list
        .iter()
        .map(|one| {
            (
                one.procedure_id.as_str(),
                one.title.en.as_str(),
                one.complete,
            )
        })
        .collect();
    assert_eq!(seen, [("9.9", "9.9", false), ("2.2", "Certificate", true)]);
    let missing = without.draft(&list[0].id).unwrap_err();
    assert_eq!(missing.code, Code::ProcedureNotFound);
    drop(without);

    let mut store = Store::open(&path, &key).unwrap();
    offer(&mut store, &[procedure("2.2"), procedure("9.9")]);
    drop(store);
    let with = desk(folder.path());
    let again = with.draft(&list[0].id).unwrap();
    assert_eq!(again.data, json!({"employer": "Employer 2"}));
    assert_eq!(with.drafts().unwrap()[0].title.en, "Certificate");
}
