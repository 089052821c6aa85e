//! Files and changes of drafts as the store keeps them.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use kabinet_cache::{History, Incoming, Store, StoreError};
use kabinet_records::{
    Applicant, Application, Attachment, Draft, Letter, LetterKind, Manifest, ProcedureReference,
    Status,
};
use kabinet_stb::Secret;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

const MARK: &[u8] = b"SECRETMARK-OF-A-FILE";

struct Place {
    _folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> (Self, Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = Store::create(&path, &key()).unwrap();
        let place = Self {
            _folder: folder,
            path,
        };
        (place, store)
    }

    fn open(&self) -> Store {
        Store::open(&self.path, &key()).unwrap()
    }
}

fn key() -> Secret {
    Secret::new(vec![1; 32])
}

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn draft(number: u128) -> Draft {
    Draft {
        id: Uuid::from_u128(number),
        procedure_id: "2.6".into(),
        procedure_version: 3,
        data: json!({}),
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: now(),
    }
}

/// Octets that repeat nowhere soon.
fn octets(length: usize, seed: u8) -> Vec<u8> {
    let mut octets: Vec<u8> = (0..length as u32)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed)
        .collect();
    let mark = MARK.len().min(length);
    octets[..mark].copy_from_slice(&MARK[..mark]);
    octets
}

fn take_in(store: &mut Store, octets: &[u8], step: usize) -> Incoming {
    let mut incoming = store.begin_attachment().unwrap();
    for part in octets.chunks(step) {
        store.append_attachment(&mut incoming, part).unwrap();
    }
    incoming
}

/// Attaches and gives the hash.
fn attach(store: &mut Store, draft: u128, octets: &[u8], step: usize) -> String {
    let incoming = take_in(store, octets, step);
    let file = Attachment {
        name: "a.pdf".into(),
        media_type: "application/pdf".into(),
        size: incoming.size(),
        hash: incoming.hash(),
    };
    let hash = file.hash.clone();
    store
        .attach(&incoming, Uuid::from_u128(draft), |draft| {
            draft.attachments.push(file);
        })
        .unwrap();
    hash
}

fn remove(store: &mut Store, draft: u128, hash: &str) {
    let edit = |draft: &mut Draft| draft.attachments.retain(|file| file.hash != hash);
    store.edit_draft(Uuid::from_u128(draft), edit).unwrap();
}

fn whole(store: &Store, hash: &str) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let part = store.read_attachment(hash, whole.len() as u64).unwrap();
        if part.is_empty() {
            return whole;
        }
        assert!(part.len() <= 256 * 1024);
        whole.extend(part);
    }
}

fn is_there(store: &Store, hash: &str) -> bool {
    match store.attachment_size(hash) {
        Ok(_) => true,
        Err(StoreError::NotFound) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn octets_come_back_whatever_the_steps() {
    let (place, mut store) = Place::new();
    store.add_draft(&draft(1)).unwrap();
    let piece = 256 * 1024;
    for length in [
        1,
        100,
        piece - 1,
        piece,
        piece + 1,
        3 * piece,
        3 * piece + 7,
    ] {
        let octets = octets(length, length as u8);
        for step in [1000, piece, 5 * piece] {
            let hash = attach(&mut store, 1, &octets, step);
            assert_eq!(store.attachment_size(&hash).unwrap(), length as u64);
            assert!(whole(&store, &hash) == octets, "{length} {step}");
            // From within a piece, up to its end.
            let middle = store.read_attachment(&hash, length as u64 / 2).unwrap();
            assert!(octets[length / 2..].starts_with(&middle) && !middle.is_empty());
        }
    }
    drop(store);
    let store = place.open();
    let files = store.draft(Uuid::from_u128(1)).unwrap().attachments;
    assert_eq!(whole(&store, &files[0].hash), octets(1, 1));
    assert!(matches!(
        store.read_attachment("00", 0),
        Err(StoreError::NotFound)
    ));
}

#[test]
fn the_same_octets_are_kept_once_and_not_in_the_clear() {
    let (place, mut store) = Place::new();
    store.add_draft(&draft(1)).unwrap();
    store.add_draft(&draft(2)).unwrap();
    let octets = octets(2_000_000, 0);
    let hash = attach(&mut store, 1, &octets, 300_000);
    drop(store);
    let size = |place: &Place| std::fs::metadata(&place.path).unwrap().len();
    let once = size(&place);
    let mut store = place.open();
    assert_eq!(attach(&mut store, 2, &octets, 70_000), hash);
    drop(store);
    // The pages that the second one had are free again and were used for nothing else.
    let store = place.open();
    drop(store);
    assert!(size(&place) < once + octets.len() as u64 * 11 / 10);
    let file = std::fs::read(&place.path).unwrap();
    assert!(!file.windows(MARK.len()).any(|window| window == MARK));
    let mut store = place.open();
    store.delete_draft(Uuid::from_u128(1)).unwrap();
    assert!(is_there(&store, &hash));
    store.delete_draft(Uuid::from_u128(2)).unwrap();
    assert!(!is_there(&store, &hash));
}

#[test]
fn a_file_lives_as_long_as_something_names_it() {
    let (_place, mut store) = Place::new();
    store.add_draft(&draft(1)).unwrap();
    let kept = attach(&mut store, 1, &octets(1000, 1), 1000);
    let removed = attach(&mut store, 1, &octets(1000, 2), 1000);
    remove(&mut store, 1, &removed);
    // It can come back as long as the draft is one.
    assert!(is_there(&store, &removed));
    let id = Uuid::from_u128(1);
    let again = store.undo_draft(id, now()).unwrap();
    assert_eq!(again.attachments.len(), 2);
    let again = store.redo_draft(id, now()).unwrap();
    assert_eq!(again.attachments.len(), 1);

    let procedure = ProcedureReference {
        id: "2.6".into(),
        version: 3,
    };
    let mut manifest = Manifest::new(id, procedure, Applicant::default(), json!({}), now());
    manifest.attachments.clone_from(&again.attachments);
    let manifest = manifest.to_canonical().unwrap();
    store
        .sign_into_outbox(id, &manifest, b"cms", now())
        .unwrap();
    assert!(is_there(&store, &kept) && !is_there(&store, &removed));
    // Taken back, it is a draft with its file.
    store.take_back(&again).unwrap();
    assert!(is_there(&store, &kept));
    store
        .sign_into_outbox(id, &manifest, b"cms", now())
        .unwrap();
    let application = Application {
        id,
        procedure_id: "2.6".into(),
        procedure_version: 3,
        registration_number: "1".into(),
        status: Status::Registered,
        submitted_at: now(),
        history: Vec::new(),
        deadline: None,
        signature_blob_id: None,
    };
    store.registered(&application).unwrap();
    // The person can look at what they sent.
    assert!(is_there(&store, &kept));
}

#[test]
fn files_of_a_letter_stay_with_it() {
    let (_place, mut store) = Place::new();
    let asked = Uuid::from_u128(7);
    let put = |store: &mut Store, seed| {
        let incoming = take_in(store, &octets(100, seed), 100);
        let file = Attachment {
            name: "a.pdf".into(),
            media_type: "application/pdf".into(),
            size: 100,
            hash: incoming.hash(),
        };
        store.attach_to_letter(&incoming, asked, file).unwrap()
    };
    put(&mut store, 1);
    let files = put(&mut store, 2);
    // The same again is there once.
    assert_eq!(put(&mut store, 2), files);
    let left = store
        .remove_from_letter(asked, Some(&files[0].hash))
        .unwrap();
    assert_eq!(left, files[1..]);
    assert!(!is_there(&store, &files[0].hash) && is_there(&store, &left[0].hash));
    let mut letter = Letter::new(
        LetterKind::Reply,
        Uuid::from_u128(8),
        Uuid::from_u128(9),
        Applicant::default(),
        String::new(),
        now(),
    );
    letter.in_reply_to = Some(asked);
    letter.attachments.clone_from(&left);
    let octets = letter.to_canonical().unwrap();
    store
        .letter_into_outbox(&letter, &octets, b"cms", now())
        .unwrap();
    assert!(store.letter_files(asked).unwrap().is_empty());
    assert!(is_there(&store, &left[0].hash));
    // Taken back, it is written again with its files, and with what was put to the answer meanwhile.
    put(&mut store, 3);
    store.take_back_letter(letter.message).unwrap();
    let files = store.letter_files(asked).unwrap();
    assert_eq!(files.len(), 2);
    assert!(files.contains(&left[0]) && is_there(&store, &left[0].hash));
    let gone = store.take_back_letter(letter.message);
    assert!(matches!(gone, Err(StoreError::NotFound)));
    store.remove_from_letter(asked, None).unwrap();
    assert!(store.letter_files(asked).unwrap().is_empty());
    assert!(!is_there(&store, &left[0].hash));
}

#[test]
fn an_unfinished_file_leaves_nothing() {
    let (place, mut store) = Place::new();
    store.add_draft(&draft(1)).unwrap();
    let incoming = take_in(&mut store, &octets(1_000_000, 1), 300_000);
    // Everything else goes on meanwhile, and it is not swept away.
    let other = attach(&mut store, 1, &octets(10, 2), 10);
    store.add_draft(&draft(2)).unwrap();
    store.delete_draft(Uuid::from_u128(2)).unwrap();
    drop(store);
    let mut store = place.open();
    assert!(is_there(&store, &other));
    let late = store.attach(&incoming, Uuid::from_u128(1), |_| panic!("attached"));
    assert!(matches!(late, Err(StoreError::NotFound)));
    // Of an abandoned one neither.
    let mut incoming = take_in(&mut store, &octets(1_000_000, 3), 300_000);
    let (id, hash) = (Uuid::from_u128(3), incoming.hash());
    let gone = store.attach(&incoming, id, |_| panic!("attached"));
    assert!(matches!(gone, Err(StoreError::NotFound)));
    assert!(!is_there(&store, &hash));
    store.append_attachment(&mut incoming, &[1]).unwrap();
    store.abandon_attachment(incoming).unwrap();
    assert!(!is_there(&store, &hash));
}

#[test]
fn a_full_disk_leaves_the_draft_as_it_was() {
    let (_place, mut store) = Place::new();
    store.add_draft(&draft(1)).unwrap();
    store.limit_pages(200).unwrap();
    let mut incoming = store.begin_attachment().unwrap();
    let full = (0..20).find_map(|_| {
        store
            .append_attachment(&mut incoming, &octets(300_000, 1))
            .err()
    });
    assert!(matches!(full, Some(StoreError::DiskFull)), "{full:?}");
    store.abandon_attachment(incoming).unwrap();
    let id = Uuid::from_u128(1);
    assert_eq!(store.draft(id).unwrap(), draft(1));
    let edit = |draft: &mut Draft| draft.data = json!({"a": 1});
    store.edit_draft(id, edit).unwrap();
}

#[test]
fn changes_are_undone_after_a_restart() {
    let (place, mut store) = Place::new();
    let id = Uuid::from_u128(1);
    store.add_draft(&draft(1)).unwrap();
    let history = |undo, redo| History { undo, redo };
    assert_eq!(store.draft_history(id).unwrap(), history(false, false));
    // Without a change it stays as it is.
    assert_eq!(store.undo_draft(id, now()).unwrap(), draft(1));
    for number in 1..=3 {
        let edit = |draft: &mut Draft| draft.data = json!({"a": number});
        store.edit_draft(id, edit).unwrap();
    }
    drop(store);
    let mut store = place.open();
    let at = |store: &Store| store.draft(id).unwrap().data["a"].clone();
    store.undo_draft(id, now()).unwrap();
    store.undo_draft(id, now()).unwrap();
    assert_eq!(at(&store), 1);
    assert_eq!(store.draft_history(id).unwrap(), history(true, true));
    drop(store);
    let mut store = place.open();
    store.redo_draft(id, now()).unwrap();
    assert_eq!(at(&store), 2);
    // Who goes another way cannot redo the old one.
    let edit = |draft: &mut Draft| draft.data = json!({"a": 7});
    store.edit_draft(id, edit).unwrap();
    assert_eq!(store.draft_history(id).unwrap(), history(true, false));
    store.redo_draft(id, now()).unwrap();
    assert_eq!(at(&store), 7);
    store.undo_draft(id, now()).unwrap();
    assert_eq!(at(&store), 2);
    store.undo_draft(id, now()).unwrap();
    store.undo_draft(id, now()).unwrap();
    store.undo_draft(id, now()).unwrap();
    assert_eq!(store.draft(id).unwrap(), draft(1));
    assert_eq!(store.draft_history(id).unwrap(), history(false, true));
}

#[test]
fn the_history_is_bounded_and_lets_files_go() {
    let (_place, mut store) = Place::new();
    let id = Uuid::from_u128(1);
    store.add_draft(&draft(1)).unwrap();
    let hash = attach(&mut store, 1, &octets(1000, 1), 1000);
    remove(&mut store, 1, &hash);
    let edit = |number: i32| move |draft: &mut Draft| draft.data = json!({"a": number});
    for number in 0..98 {
        store.edit_draft(id, edit(number)).unwrap();
    }
    assert!(is_there(&store, &hash));
    for number in 98..100 {
        store.edit_draft(id, edit(number)).unwrap();
    }
    assert!(!is_there(&store, &hash));
    let mut undone = 0;
    while store.draft_history(id).unwrap().undo {
        store.undo_draft(id, now()).unwrap();
        undone += 1;
    }
    assert_eq!(undone, 100);
    assert_eq!(store.draft(id).unwrap().data, json!({}));
}

#[test]
fn what_is_typed_without_a_pause_is_one_change() {
    let (_place, mut store) = Place::new();
    let id = Uuid::from_u128(1);
    store.add_draft(&draft(1)).unwrap();
    let mut second = 1_790_000_000;
    for (wait, text) in [(9, "М"), (1, "Мі"), (1, "Мін"), (5, "Мінск")] {
        second += wait;
        let edit = |draft: &mut Draft| {
            draft.data = json!({"a": text});
            draft.changed_at = Timestamp::from_second(second).unwrap();
        };
        store.edit_draft(id, edit).unwrap();
    }
    let mut undo = || store.undo_draft(id, now()).unwrap().data;
    assert_eq!(undo(), json!({"a": "Мін"}));
    assert_eq!(undo(), json!({}));
}

#[test]
fn what_waits_is_held_back_and_let_go() {
    let (_place, mut store) = Place::new();
    let id = Uuid::from_u128(1);
    store.add_draft(&draft(1)).unwrap();
    store.sign_into_outbox(id, b"{}", b"cms", now()).unwrap();
    assert!(store.outbox_due().unwrap().is_some());
    store.postpone_outbox(now()).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(now()));
    store.postpone_outbox(Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(now()));
    let item = store.outbox_item(id).unwrap();
    store.pause_outbox(id, true).unwrap();
    assert_eq!(store.outbox_due().unwrap(), None);
    assert!(store.outbox_item(id).unwrap().paused);
    // What is held back must not leave at the last moment.
    assert!(matches!(
        store.outbox_offered(&item),
        Err(StoreError::NotFound)
    ));
    store.pause_outbox(id, false).unwrap();
    assert_eq!(store.outbox_due().unwrap(), Some(Timestamp::UNIX_EPOCH));
    store.outbox_offered(&item).unwrap();
    assert!(store.outbox_item(id).unwrap().offered);
    // The portal has said that it is not there.
    let declined = |store: &Store| store.outbox_not_registered(&item, "portal_full", now());
    declined(&store).unwrap();
    let waits = store.outbox_item(id).unwrap();
    assert!(!waits.offered && !waits.refused);
    assert_eq!(waits.problem.as_deref(), Some("portal_full"));
    assert_eq!(store.outbox_due().unwrap(), Some(now()));
    store.take_back(&draft(1)).unwrap();
    // Signed anew, the old signature must not leave in its place.
    store.sign_into_outbox(id, b"{}", b"new", now()).unwrap();
    assert!(store.outbox_offered(&item).is_err());
    // Nor does what is said of the old one tell anything of the new one.
    let anew = store.outbox_item(id).unwrap();
    store.outbox_offered(&anew).unwrap();
    declined(&store).unwrap();
    assert!(store.outbox_item(id).unwrap().offered);
    store.take_back(&draft(1)).unwrap();
    for act in [store.outbox_offered(&item), store.pause_outbox(id, true)] {
        assert!(matches!(act, Err(StoreError::NotFound)));
    }
}

/// A file of 50 MiB goes in and out through memory for one piece.
#[cfg(target_os = "linux")]
#[test]
fn a_large_file_needs_little_memory() {
    /// Most memory that the process has had, in KiB.
    fn peak() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let words = line.unwrap().split_whitespace();
        words.filter_map(|word| word.parse().ok()).next().unwrap()
    }
    let (_place, mut store) = Place::new();
    store.add_draft(&draft(1)).unwrap();
    let part = octets(1024 * 1024, 9);
    let before = peak();
    let mut incoming = store.begin_attachment().unwrap();
    for _ in 0..50 {
        store.append_attachment(&mut incoming, &part).unwrap();
    }
    let hash = incoming.hash();
    store
        .attach(&incoming, Uuid::from_u128(1), |draft| {
            draft.attachments.push(Attachment {
                name: "a.pdf".into(),
                media_type: "application/pdf".into(),
                size: 50 << 20,
                hash: hash.clone(),
            });
        })
        .unwrap();
    let mut at = 0;
    while at < 50 << 20 {
        at += store.read_attachment(&hash, at).unwrap().len() as u64;
    }
    let grown = peak().saturating_sub(before);
    // Other tests of this program run at the same time and have some megabytes of their own.
    assert!(grown < 30 * 1024, "{grown} KiB more than before");
}
