//! Search as a person meets it: what they type, in which form and language, and what comes first.
#![allow(clippy::unwrap_used, missing_docs)]

mod catalogue;
mod shipped;

use std::collections::BTreeMap;

use jiff::Timestamp;
use kabinet_cache::{Changes, Findable, Found, Spoken, Store};
use kabinet_records::{
    Application, Direction, Draft, Event, Message, Procedure, Status, Text, Words,
};
use kabinet_stb::Secret;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("store.db"), &key()).unwrap();
    offer(&mut store, &catalogue::procedures());
    (folder, store)
}

fn key() -> Secret {
    Secret::new(vec![7; 32])
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

fn ids(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.id.as_str()).collect()
}

/// What is typed, and what must come first: any order among several, and nothing else before them.
const KNOWN_ANSWERS: &[(&str, &[&str])] = &[
    // Passports, in the forms of both languages, in English, and in a spelling between the two.
    ("пашпарт", &["11.1", "11.2"]),
    ("пашпарта", &["11.1", "11.2"]),
    ("пашпарту", &["11.1", "11.2"]),
    ("пашпарце", &["11.1", "11.2"]),
    ("пашпартоў", &["11.1", "11.2"]),
    ("паспорт", &["11.1", "11.2"]),
    ("паспорта", &["11.1", "11.2"]),
    ("паспортами", &["11.1", "11.2"]),
    ("паспарта", &["11.1", "11.2"]),
    ("паспарт", &["11.1", "11.2"]),
    ("ПАСПОРТ", &["11.1", "11.2"]),
    ("passports", &["11.1", "11.2"]),
    ("абмен пашпарта", &["11.2"]),
    ("обменять паспорт", &["11.2"]),
    ("замена паспорта", &["11.2"]),
    ("страціў пашпарт", &["11.2"]),
    ("lost passport", &["11.2"]),
    // Certificates.
    ("даведка", &["1.3.1", "2.2", "2.4"]),
    ("даведкі", &["1.3.1", "2.2", "2.4"]),
    ("даведку", &["1.3.1", "2.2", "2.4"]),
    ("даведцы", &["1.3.1", "2.2", "2.4"]),
    ("даведак", &["1.3.1", "2.2", "2.4"]),
    ("даведкамі", &["1.3.1", "2.2", "2.4"]),
    ("справка", &["1.3.1", "2.2", "2.4"]),
    ("справку", &["1.3.1", "2.2", "2.4"]),
    ("справок", &["1.3.1", "2.2", "2.4"]),
    ("справками", &["1.3.1", "2.2", "2.4"]),
    ("certificates", &["1.3.1", "2.2", "2.4"]),
    ("даведка аб рабоце", &["2.2"]),
    ("справка с работы", &["2.2"]),
    ("справка о зарплате", &["2.4"]),
    ("заработнай платы", &["2.4"]),
    ("даход", &["2.4"]),
    // The family, written with any apostrophe or none.
    ("сям'я", &["1.3.1"]),
    ("сям’і", &["1.3.1"]),
    ("сямья", &["1.3.1"]),
    ("семьи", &["1.3.1"]),
    ("состав семьи", &["1.3.1"]),
    ("склад сям'і", &["1.3.1"]),
    ("family members", &["1.3.1"]),
    // Children.
    ("дзіця", &["2.6", "2.9"]),
    ("дзіцяці", &["2.6", "2.9"]),
    ("дзяцей", &["2.6", "2.9"]),
    ("ребёнок", &["2.6", "2.9"]),
    ("ребенка", &["2.6", "2.9"]),
    ("дети", &["2.6", "2.9"]),
    ("children birth", &["2.6"]),
    ("дапамога", &["2.6", "2.9", "2.35"]),
    ("дапамозе", &["2.6", "2.9", "2.35"]),
    ("пособия", &["2.6", "2.9", "2.35"]),
    ("как получить пособие на ребенка", &["2.6", "2.9"]),
    ("дапамога на пахаванне", &["2.35"]),
    ("догляд дзіцяці", &["2.9"]),
    ("уход за ребёнком", &["2.9"]),
    ("нараджэнне", &["5.4", "2.6"]),
    ("рождения", &["5.4", "2.6"]),
    ("birth", &["5.4", "2.6"]),
    // й and у, і and и, ё and е.
    ("ўлік", &["1.1.5"]),
    ("улік", &["1.1.5"]),
    ("учёт", &["1.1.5"]),
    ("жыллё", &["1.1.5"]),
    ("жылле", &["1.1.5"]),
    ("квартиры", &["1.1.5"]),
    ("шлюб", &["5.1"]),
    ("шлюбе", &["5.1"]),
    ("брак", &["5.1"]),
    ("рэгістрацыі шлюбу", &["5.1"]),
    ("регистраций браков", &["5.1"]),
    ("married", &[]),
    ("marriages", &["5.1"]),
    ("вадзіцельскія правы", &["15.15"]),
    ("водительские права", &["15.15"]),
    // A Belarusian і in Russian words, as with the Belarusian layout of the keyboard.
    ("жіліщных", &["1.1.5"]),
    ("регістрація по месту жітельства", &["13.1"]),
    ("водітельского удостоверенія", &["15.15"]),
    ("справкі о размере заработной платы", &["2.4"]),
    ("аўтамабіля", &["15.15"]),
    ("driver licences", &["15.15"]),
    ("прапісцы", &["13.1"]),
    ("регистрация по месту жительства", &["13.1"]),
    // Beginnings, while one is typing.
    ("паш", &["11.1", "11.2"]),
    ("дапам", &["2.6", "2.9", "2.35"]),
    ("даведка аб зар", &["2.4"]),
    ("pass", &["11.1", "11.2"]),
    ("водит", &["15.15"]),
    // Numbers.
    ("2.2", &["2.2"]),
    ("2.3", &["2.35"]),
    ("п. 2.35", &["2.35"]),
    ("1.1.5", &["1.1.5"]),
    ("11", &["11.1", "11.2"]),
    // One slip of the finger.
    ("пашпрт", &["11.1", "11.2"]),
    ("паспорд", &["11.1", "11.2"]),
    ("дапамгоа", &["2.6", "2.9", "2.35"]),
    ("спрвка", &["1.3.1", "2.2", "2.4"]),
    ("certificte", &["1.3.1", "2.2", "2.4"]),
    ("рэгистрация шлюба", &["5.1"]),
    // A Latin letter among Cyrillic ones.
    ("cправка о зарплате", &["2.4"]),
    // Nothing of the kind.
    ("космос", &[]),
    ("", &[]),
];

#[test]
fn known_queries_find_known_procedures_first() {
    let (_folder, mut store) = store();
    assert!(KNOWN_ANSWERS.len() >= 60);
    let mut wrong = Vec::new();
    for (query, expected) in KNOWN_ANSWERS {
        let found = store.search_procedures(query).unwrap();
        let ids = ids(&found);
        let mut first: Vec<&str> = ids.iter().take(expected.len()).copied().collect();
        let mut expected = expected.to_vec();
        first.sort_unstable();
        expected.sort_unstable();
        let nothing = expected.is_empty() && !ids.is_empty();
        if first != expected || nothing {
            wrong.push(format!(
                "{query}: expected {expected:?} first, found {ids:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_best_comes_first() {
    let (_folder, mut store) = store();
    let mut first = |query: &str| ids(&store.search_procedures(query).unwrap())[0].to_owned();
    // The title before the description, a whole word before a beginning, the number before all.
    assert_eq!(first("рождение"), "5.4");
    assert_eq!(first("рэгістрацыя нараджэння"), "5.4");
    assert_eq!(first("2.2 2.6 даведка"), "2.2");
    assert_eq!(first("11"), "11.1");
}

#[test]
fn words_are_marked_in_the_form_that_the_text_has() {
    let (_folder, mut store) = store();
    let found = store.search_procedures("даведку пра працу").unwrap();
    assert_eq!(found.unknown, ["пра"]);
    let title = "Выдача даведкі аб месцы работы";
    let marked: Vec<String> = found
        .marker
        .mark(Spoken::Be, title)
        .into_iter()
        .filter(|segment| segment.found)
        .map(|segment| segment.text)
        .collect();
    assert_eq!(marked, ["даведкі"]);
    let whole: String = found
        .marker
        .mark(Spoken::Be, title)
        .into_iter()
        .map(|segment| segment.text)
        .collect();
    assert_eq!(whole, title);
}

/// One letter for і and и, whichever of them is typed and whichever stands in the text.
#[test]
fn either_i_finds_and_marks_the_other() {
    let (_folder, mut store) = store();
    let mut marked = |query: &str, spoken: Spoken, title: &str| -> Vec<String> {
        let found = store.search_procedures(query).unwrap();
        assert_eq!(ids(&found), ["15.15"], "{query}");
        assert!(found.unknown.is_empty(), "{query}: {:?}", found.unknown);
        let segments = found.marker.mark(spoken, title).into_iter();
        let marked = segments.filter(|segment| segment.found);
        marked.map(|segment| segment.text).collect()
    };
    let russian = "Выдача водительского удостоверения";
    assert_eq!(
        marked("водітельского", Spoken::Ru, russian),
        ["водительского"]
    );
    assert_eq!(
        marked("водительского", Spoken::Ru, russian),
        ["водительского"]
    );
    let belarusian = "Выдача пасведчання на права кіравання транспартным сродкам";
    assert_eq!(marked("кировання", Spoken::Be, belarusian), ["кіравання"]);
    assert_eq!(marked("кіравання", Spoken::Be, belarusian), ["кіравання"]);
}

fn application(number: u128, procedure: &str, note: &str) -> Application {
    let at = Timestamp::from_second(1_790_000_000 + i64::try_from(number).unwrap()).unwrap();
    Application {
        id: Uuid::from_u128(number),
        procedure_id: procedure.into(),
        procedure_version: 1,
        registration_number: format!("2026-{number:06}"),
        status: Status::Registered,
        submitted_at: at,
        history: vec![Event {
            at,
            status: Status::Registered,
            note: Some(Text {
                be: note.into(),
                ru: String::new(),
                en: String::new(),
            }),
        }],
        deadline: None,
        signature_blob_id: None,
    }
}

fn draft(number: u128, procedure: &str, words: &str) -> Draft {
    Draft {
        id: Uuid::from_u128(number),
        procedure_id: procedure.into(),
        procedure_version: 1,
        data: json!({"employer": {"name": words}, "copies": 2, "list": ["адзін"]}),
        prefilled: BTreeMap::new(),
        attachments: Vec::new(),
        changed_at: Timestamp::from_second(1_790_000_000).unwrap(),
    }
}

fn records(store: &mut Store, query: &str) -> Vec<(Findable, u128)> {
    let found = store.search_records(query, 10).unwrap();
    let id = |id: &str| id.parse::<Uuid>().unwrap().as_u128();
    found
        .hits
        .iter()
        .map(|hit| (hit.kind, id(&hit.id)))
        .collect()
}

#[test]
fn records_are_found_by_their_words_and_by_those_of_their_procedure() {
    let (_folder, mut store) = store();
    let applications = [
        application(1, "11.1", "Прыйдзіце з фотаздымкам"),
        application(2, "2.2", "Гатова"),
    ];
    let changes = Changes {
        complete: true,
        changed: &applications,
        removed: &[],
        state: Some("1"),
    };
    store.change_applications(&changes).unwrap();
    store
        .add_draft(&draft(3, "2.2", "ААТ «Першая крыніца»"))
        .unwrap();
    let (passport, work, filled) = (
        (Findable::Application, 1),
        (Findable::Application, 2),
        (Findable::Draft, 3),
    );
    assert_eq!(records(&mut store, "паспорта"), [passport]);
    assert_eq!(records(&mut store, "фотаздымак"), [passport]);
    assert_eq!(records(&mut store, "пашпарт фотаздымкі"), [passport]);
    // What changed last comes first.
    assert_eq!(records(&mut store, "даведка"), [filled, work]);
    assert_eq!(records(&mut store, "даведка крыніцы"), [filled]);
    assert_eq!(records(&mut store, "2026-000002"), [work]);
    assert_eq!(records(&mut store, "2.2"), [filled, work]);
    assert_eq!(records(&mut store, "крын"), [filled]);
    assert_eq!(records(&mut store, "крыниця"), [filled]);
    assert_eq!(records(&mut store, "пашпарт крыніца"), []);
    let found = store.search_records("даведка касмічная", 10).unwrap();
    assert_eq!(found.unknown, ["касмічная"]);
    assert_eq!(found.hits.len(), 2);
}

#[test]
fn what_changes_is_found_by_its_new_words_only() {
    let (_folder, mut store) = store();
    store.add_draft(&draft(3, "2.2", "старое")).unwrap();
    store.change_draft(&draft(3, "2.2", "новае")).unwrap();
    assert_eq!(records(&mut store, "старое"), []);
    assert_eq!(records(&mut store, "новага"), [(Findable::Draft, 3)]);
    store
        .sign_into_outbox(Uuid::from_u128(3), b"no manifest", b"cms", Timestamp::now())
        .unwrap();
    assert_eq!(records(&mut store, "новага"), []);

    // A procedure that left the catalogue is offered no more.
    let left: Vec<Procedure> = catalogue::procedures()
        .into_iter()
        .filter(|one| one.id != "11.1")
        .collect();
    offer(&mut store, &left);
    assert_eq!(ids(&store.search_procedures("пашпарт").unwrap()), ["11.2"]);
}

fn message(number: u128, text: &str) -> Message {
    Message {
        id: Uuid::from_u128(number),
        application_id: Uuid::from_u128(1),
        direction: Direction::ToApplicant,
        author: Words::One("Выканкам".into()),
        sent_at: Timestamp::from_second(1_790_000_000).unwrap(),
        subject: None,
        text: Words::One(text.into()),
        request: None,
        in_reply_to: None,
        signature_blob_id: None,
    }
}

fn bring(store: &mut Store, messages: &[Message], removed: &[String]) {
    let changes = Changes {
        complete: false,
        changed: messages,
        removed,
        state: Some("1"),
    };
    store.change_messages(&changes).unwrap();
}

/// What a pass brings goes into the index after it, in parts. Whatever is done in between, every
/// search finds it, and finds it in its order.
#[test]
fn what_is_due_is_found_wherever_the_power_goes() {
    let (folder, mut store) = store();
    bring(&mut store, &[message(9, "даўняе слова крыніца")], &[]);
    while store.index_due(1).unwrap() > 0 {}
    let brought: Vec<Message> = (10..35).map(|at| message(at, "новае слова")).collect();
    let found = |ids: &[u128]| -> Vec<(Findable, u128)> {
        ids.iter().map(|&id| (Findable::Message, id)).collect()
    };
    // After so many steps the power goes: the files stay as they are then.
    for steps in 0..=7 {
        let path = folder.path().join(format!("{steps}.db"));
        for end in ["", "-wal"] {
            let from = format!("{}{end}", store.path().display());
            std::fs::copy(from, format!("{}{end}", path.display())).unwrap();
        }
        let mut copy = Store::open(&path, &key()).unwrap();
        bring(&mut copy, &brought, &[]);
        for _ in 0..steps {
            copy.index_due(5).unwrap();
        }
        assert_eq!(copy.due().unwrap(), 25_usize.saturating_sub(5 * steps));
        let after = folder.path().join(format!("{steps}-after.db"));
        for end in ["", "-wal"] {
            let from = format!("{}{end}", path.display());
            std::fs::copy(from, format!("{}{end}", after.display())).unwrap();
        }
        drop(copy);
        let mut store = Store::open(&after, &key()).unwrap();
        let all: Vec<u128> = (9..35).rev().collect();
        assert_eq!(records(&mut store, "слова"), found(&all[..10]));
        let hits = store.search_records("слова", 100).unwrap().hits;
        assert_eq!(hits.len(), all.len());
        assert_eq!(records(&mut store, "крыніцы"), found(&[9]));
        assert_eq!(store.due().unwrap(), 0);
        assert!(store.is_whole().unwrap());
    }
}

#[test]
fn what_changes_while_something_is_due_is_found_before_it() {
    let (_folder, mut store) = store();
    store.add_draft(&draft(3, "2.2", "слова")).unwrap();
    let others: Vec<Message> = (100..150).map(|at| message(at, "рэшта")).collect();
    bring(&mut store, &others, &[]);
    let number = |at: u128| Uuid::from_u128(at).to_string();
    bring(
        &mut store,
        &[message(9, "слова"), message(10, "слова")],
        &[],
    );
    bring(&mut store, &[message(11, "слова")], &[number(10)]);
    store
        .change_draft(&draft(3, "2.2", "слова нанова"))
        .unwrap();
    bring(&mut store, &[message(9, "іншае")], &[]);
    assert!(store.due().unwrap() > 50);
    let (drafted, other) = ((Findable::Draft, 3), (Findable::Message, 11));
    assert_eq!(records(&mut store, "слова"), [drafted, other]);
    assert_eq!(records(&mut store, "іншае"), [(Findable::Message, 9)]);
}

/// On a full disk nothing goes into the index any more; what is in it is found.
#[test]
fn a_full_disk_keeps_no_search_from_finding() {
    let (_folder, mut store) = store();
    bring(&mut store, &[message(9, "слова")], &[]);
    assert_eq!(records(&mut store, "слова").len(), 1);
    let many: Vec<Message> = (10..400)
        .map(|at| message(at, &format!("слова {at}а{at}")))
        .collect();
    bring(&mut store, &many, &[]);
    store.limit_pages(1).unwrap();
    assert_eq!(records(&mut store, "слова"), [(Findable::Message, 9)]);
    store.limit_pages(u32::MAX).unwrap();
    assert_eq!(records(&mut store, "слова").len(), 10);
}

/// More terms than are listed begin with these letters: the index itself has the beginning, and no
/// record is left out.
#[test]
fn two_and_three_letters_find_every_word_that_begins_so() {
    let (_folder, mut store) = store();
    let many: Vec<Message> = (1_000..1_400)
        .map(|at| {
            message(
                at,
                &format!(
                    "вулкан{}",
                    "а".repeat((at - 1_000) as usize % 90 + 1) + &at.to_string()
                ),
            )
        })
        .collect();
    bring(&mut store, &many, &[]);
    bring(
        &mut store,
        &[message(9, "Вулачка-завулачка"), message(8, "завуліца")],
        &[],
    );
    for beginning in ["ву", "вул", "слова ву"] {
        let found = store.search_records(beginning, 1_000).unwrap();
        assert_eq!(found.hits.len(), 401, "{beginning}");
        assert_eq!(found.hits[0].id, Uuid::from_u128(9).to_string());
        let marked = found.marker.mark(Spoken::Any, "Вулачка, завуліца");
        let marked: Vec<&str> = marked
            .iter()
            .filter(|segment| segment.found)
            .map(|segment| segment.text.as_str())
            .collect();
        assert_eq!(marked, ["Вулачка"]);
    }
}

/// What an earlier version of the program left has no index, and gets one.
#[test]
fn an_index_of_another_version_is_made_anew() {
    let (folder, store) = store();
    store.add_draft(&draft(3, "2.2", "крыніца")).unwrap();
    let path = store.path().to_path_buf();
    drop(store);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!("PRAGMA key = \"x'{}'\";", "07".repeat(32)))
        .unwrap();
    connection
        .execute_batch("UPDATE search_state SET analysis = 0; DELETE FROM record_terms; DELETE FROM search_words;")
        .unwrap();
    drop(connection);
    let mut store = Store::open(&path, &key()).unwrap();
    assert_eq!(records(&mut store, "крыніцы"), [(Findable::Draft, 3)]);
    assert_eq!(ids(&store.search_procedures("шлюб").unwrap()), ["5.1"]);
    drop(folder);
}

#[test]
fn no_query_is_an_error() {
    let (_folder, mut store) = store();
    for query in [
        "\"",
        "AND OR NOT",
        "NEAR(a b)",
        "title: x*",
        "((",
        "§2.2",
        "a\0b",
        "'; DROP TABLE drafts; --",
        "^-/.",
        "𝔘𝔫𝔦",
        "2.2.",
        "--",
    ] {
        store.search_procedures(query).unwrap();
        store.search_records(query, 10).unwrap();
    }
    let long = "пашпарт ".repeat(1000);
    assert!(!store.search_procedures(&long).unwrap().hits.is_empty());
}
