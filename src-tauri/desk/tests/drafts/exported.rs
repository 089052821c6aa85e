//! What is not finished is in the file of everything, too; what is not here keeps nothing out of it.

use std::io::Read as _;

use jiff::Timestamp;
use kabinet_cache::Person;
use kabinet_desk::Secret;
use kabinet_records::{Attachment, Holder};
use serde_json::Value;
use uuid::Uuid;

use crate::computer::{Computer, draft};

#[test]
fn letters_that_are_being_written_and_drafts_whose_files_have_not_come() {
    let about = Uuid::from_u128(7);
    let computer = Computer::new(|store| {
        let person = Person {
            portal: "https://portal.example/".into(),
            subject: "opaque".into(),
            holder: Holder::default(),
        };
        let session = Secret::new(b"session".to_vec());
        store.sign_in(&person, &session).unwrap();
        let mut draft = draft(1, "2.2", Timestamp::now());
        draft.attachments = vec![Attachment {
            name: "elsewhere.pdf".into(),
            media_type: "application/pdf".into(),
            size: 5,
            hash: "0".repeat(64),
        }];
        store.add_draft(&draft).unwrap();
        store.keep_letter_text(about, "Дасылаю").unwrap();
    });
    let desk = computer.desk();
    let loss = desk.loss().unwrap();
    assert_eq!((loss.drafts, loss.letters), (1, 1));

    let folder = tempfile::tempdir().unwrap();
    let exported = desk.export(folder.path()).unwrap();
    assert_eq!(exported.drafts, 1);
    let file = std::fs::File::open(exported.path).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        let mut file = archive.by_name(name).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    };
    let letter: Value =
        serde_json::from_str(&text(&format!("letters/{about}/letter.json"))).unwrap();
    assert_eq!(letter["text"], "Дасылаю");
    let page = text("index.html");
    for named in ["elsewhere.pdf", "Дасылаю"] {
        assert!(page.contains(named), "{named}");
    }
}
