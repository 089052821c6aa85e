//! Files by the use cases, in a store of their own.

#[path = "../../tests/common/catalogue.rs"]
mod catalogue;

use jiff::Timestamp;
use kabinet_cache::Person;
use kabinet_records::{Holder, Manifest};
use kabinet_stb::Secret;
use serde_json::json;

use super::*;
use crate::{Passphrases, Profile};

const PDF: &[u8] = b"%PDF-1.7\n";

/// The desk of somebody who has signed in, with a catalogue of one procedure.
fn desk() -> (tempfile::TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
    let person = Person {
        portal: "https://portal.example/".into(),
        subject: "opaque".into(),
        holder: Holder::default(),
    };
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
    let passphrase = secret("correct horse battery staple");
    desk.keep_sign_in(
        &person,
        &secret("session"),
        Passphrases::either(&passphrase),
        0,
    )
    .unwrap();
    offer(&desk, 1);
    (dir, desk)
}

fn offer(desk: &Desk, version: u32) {
    let procedure = catalogue::procedure(version, json!({}), json!({}));
    desk.with_store(|store| {
        catalogue::offer(store, &[procedure]);
        Ok(())
    })
    .unwrap();
}

fn code<T>(outcome: Outcome<T>) -> Option<Code> {
    outcome.err().map(|problem| problem.code)
}

#[test]
fn a_file_is_handed_over_in_pieces() {
    let (_dir, desk) = desk();
    let id = desk.new_draft("2.2").unwrap().summary.id;
    let handle = desk.begin_attachment(&id, "a/скан.pdf", 12).unwrap();
    desk.append_attachment(&handle, PDF).unwrap();
    desk.append_attachment(&handle, b"abc").unwrap();
    let draft = desk.finish_attachment(&handle).unwrap();
    let file = &draft.attachments[0];
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str(), file.size),
        ("скан.pdf", "application/pdf", 12)
    );
    // The handle is used up.
    assert_eq!(code(desk.finish_attachment(&handle)), Some(Code::Cancelled));
    assert_eq!(
        code(desk.append_attachment(&handle, b"x")),
        Some(Code::Cancelled)
    );
    // The same content again is there once.
    let again = desk.attach(&id, "b.pdf", 12, &b"%PDF-1.7\nabc"[..]);
    assert_eq!(again.unwrap().attachments, draft.attachments);

    // Named by a field, it leaves the field when it is removed, and both come back.
    let hash = file.hash.clone();
    desk.save_draft(&id, &json!({"scan": hash, "other": "words"}))
        .unwrap();
    let without = desk.remove_attachment(&id, &hash).unwrap();
    assert_eq!(without.data, json!({"other": "words"}));
    assert!(without.attachments.is_empty() && without.can_undo);
    let back = desk.undo_draft(&id).unwrap();
    assert_eq!(back.data, json!({"scan": hash, "other": "words"}));
    assert_eq!(back.attachments, draft.attachments);
    assert!(back.can_redo);
    // With the last file of a list the list goes.
    desk.save_draft(&id, &json!({"scans": [hash], "other": "words"}))
        .unwrap();
    let without = desk.remove_attachment(&id, &hash).unwrap();
    assert_eq!(without.data, json!({"other": "words"}));
    desk.undo_draft(&id).unwrap();
    desk.check_attachments(&desk.stored_draft(&id).unwrap().attachments)
        .unwrap();
}

#[test]
fn what_is_refused_leaves_nothing() {
    let (_dir, desk) = desk();
    let id = desk.new_draft("2.2").unwrap().summary.id;
    let attach =
        |name: &str, octets: &[u8]| code(desk.attach(&id, name, octets.len() as u64, octets));
    assert_eq!(
        attach("a.pdf", b"MZ\x90\0"),
        Some(Code::AttachmentExecutable)
    );
    assert_eq!(attach("a.png", PDF), Some(Code::AttachmentMismatch));
    assert_eq!(attach("a.pdf", b""), Some(Code::AttachmentEmpty));
    assert_eq!(
        code(desk.begin_attachment(&id, "a.pdf", attachment::LARGEST + 1)),
        Some(Code::AttachmentTooLarge)
    );
    // Who announces little and hands over much.
    let handle = desk.begin_attachment(&id, "a.pdf", 1).unwrap();
    desk.append_attachment(&handle, PDF).unwrap();
    let much = vec![0; 17 * 1024 * 1024];
    let refused = (0..4).find_map(|_| code(desk.append_attachment(&handle, &much)));
    assert_eq!(refused, Some(Code::AttachmentTooLarge));
    assert_eq!(code(desk.finish_attachment(&handle)), Some(Code::Cancelled));
    // A new file takes the place of one that was left.
    let left = desk.begin_attachment(&id, "a.pdf", 9).unwrap();
    desk.append_attachment(&left, PDF).unwrap();
    let handle = desk.begin_attachment(&id, "b.pdf", 9).unwrap();
    assert_eq!(
        code(desk.append_attachment(&left, PDF)),
        Some(Code::Cancelled)
    );
    desk.append_attachment(&handle, PDF).unwrap();
    // The draft went meanwhile.
    desk.delete_draft(&id).unwrap();
    assert_eq!(
        code(desk.finish_attachment(&handle)),
        Some(Code::DraftNotFound)
    );
}

#[test]
fn at_most_twenty_files() {
    let (_dir, desk) = desk();
    let id = desk.new_draft("2.2").unwrap().summary.id;
    for number in 0..20 {
        let octets = format!("%PDF-1.7 {number}");
        let size = octets.len() as u64;
        desk.attach(&id, "a.pdf", size, octets.as_bytes()).unwrap();
    }
    assert_eq!(
        code(desk.attach(&id, "a.pdf", 9, PDF)),
        Some(Code::AttachmentsTooMany)
    );
}

#[test]
fn what_was_offered_cannot_be_taken_back() {
    let (_dir, desk) = desk();
    let id = desk.new_draft("2.2").unwrap().summary.id.parse().unwrap();
    let file = "../pki/tests/fixtures/bee2evp/attached-256.p7s";
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let cms = std::fs::read(folder.join(file)).unwrap();
    let manifest = Manifest::new(
        id,
        kabinet_records::ProcedureReference {
            id: "2.2".into(),
            version: 1,
        },
        kabinet_records::Applicant::default(),
        json!({}),
        Timestamp::now(),
    );
    let octets = manifest.to_canonical().unwrap();
    let item = |offered: bool| {
        desk.with_store(|store| {
            if offered {
                store.outbox_offered(&store.outbox_item(id)?)?;
            }
            Ok(store.outbox_item(id)?)
        })
        .unwrap()
    };
    desk.with_store(|store| Ok(store.sign_into_outbox(id, &octets, &cms, Timestamp::now())?))
        .unwrap();
    // Whether it is registered already is for the portal to say.
    assert!(!item(false).offered && item(true).offered);
    let cancelled = desk.cancel_outbox(&id.to_string());
    assert_eq!(code(cancelled), Some(Code::MayHaveLeft));
}

#[test]
fn a_removed_file_leaves_the_fields_that_name_it() {
    let mut value = json!({
        "one": "h", "several": ["h", "i"], "group": {"file": "h", "text": "hh"}, "count": 1,
    });
    let members = value.as_object_mut().unwrap();
    members.retain(|_, one| forget(one, "h"));
    let left = json!({"several": ["i"], "group": {"text": "hh"}, "count": 1});
    assert_eq!(value, left);
}

/// What another computer put to a draft is checked again before it is signed.
#[test]
fn what_was_not_looked_at_here_is_not_signed() {
    let (_dir, desk) = desk();
    let id = desk.new_draft("2.2").unwrap().summary.id;
    let draft = desk
        .attach(&id, "a.pdf", 12, &b"%PDF-1.7\nabc"[..])
        .unwrap();
    let mut files = desk.stored_draft(&draft.summary.id).unwrap().attachments;
    assert_eq!(code(desk.check_attachments(&files)), None);
    files[0].media_type = "image/png".into();
    assert_eq!(
        code(desk.check_attachments(&files)),
        Some(Code::AttachmentMismatch)
    );
    files[0].media_type = "application/pdf".into();
    files[0].name = "a\u{202E}fdp.pdf".into();
    assert_eq!(
        code(desk.check_attachments(&files)),
        Some(Code::AttachmentMismatch)
    );
    files[0].name = "a.pdf".into();
    files[0].size = 13;
    assert_eq!(
        code(desk.check_attachments(&files)),
        Some(Code::AttachmentGone)
    );
    files[0].size = 12;
    let many = vec![files[0].clone(); attachment::MOST + 1];
    assert_eq!(
        code(desk.check_attachments(&many)),
        Some(Code::AttachmentsTooMany)
    );
}
