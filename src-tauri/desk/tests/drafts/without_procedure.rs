//! Drafts whose procedure the catalogue does not have, as after a repair and before the next pass.

use jiff::Timestamp;
use kabinet_desk::Code;
use kabinet_records::{Procedure, Text};
use serde_json::json;

use crate::catalogue::{offer, procedure};
use crate::computer::{Computer, draft};

fn certificate(id: &str) -> Procedure {
    Procedure {
        id: id.into(),
        title: Text {
            be: "Даведка".into(),
            ru: "Справка".into(),
            en: "Certificate".into(),
        },
        ..procedure(1, json!({"employer": {"type": "string"}}), json!({}))
    }
}

#[test]
fn a_draft_without_its_procedure_is_listed_and_opens_when_it_is_back() {
    let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
    let computer = Computer::new(|store| {
        offer(store, &[certificate("2.2")]);
        store.add_draft(&draft(1, "2.2", at(1))).unwrap();
        store.add_draft(&draft(2, "9.9", at(2))).unwrap();
    });

    let without = computer.desk();
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

    offer(&mut computer.store(), &[certificate("9.9")]);
    let with = computer.desk();
    let again = with.draft(&list[0].id).unwrap();
    assert_eq!(again.data, json!({"employer": "Employer 2"}));
    assert_eq!(with.drafts().unwrap()[0].title.en, "Certificate");
}
