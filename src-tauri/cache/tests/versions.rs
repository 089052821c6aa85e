//! Stores that earlier versions of the program wrote (`fixtures/version-N.db`) open in this one with
//! everything that was in them. A version that was released adds its file here; none is ever changed.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kabinet_cache::{Kind, Sharing, Store};
use kabinet_records::{Application, Draft, Status};
use kabinet_stb::Secret;
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::json;
use uuid::Uuid;

/// The first version with rows in every table.
const FIRST_FULL: i64 = 3;
/// Tables that a later version makes anew, or empties so that the portal is asked again.
const MADE_ANEW: &[&str] = &[
    "procedure_terms",
    "record_terms",
    "search_entries",
    "search_state",
    "search_words",
    "sync_states",
];

fn fixture(version: i64) -> PathBuf {
    let name = format!("tests/fixtures/version-{version}.db");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn key() -> Secret {
    Secret::new((0..32).collect())
}

/// The version that this program writes.
fn newest() -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store.db"), &key()).unwrap();
    store.version().unwrap()
}

fn id(number: u64) -> Uuid {
    format!("00000000-0000-7000-8000-{number:012}")
        .parse()
        .unwrap()
}

/// A copy of the store of that version.
fn copied(version: i64) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    std::fs::copy(fixture(version), &path).unwrap();
    (folder, path)
}

/// Rows of a table, each by its columns' names.
type Rows = Vec<BTreeMap<String, Value>>;

/// Every row of every ordinary table.
fn tables(path: &Path) -> BTreeMap<String, Rows> {
    let connection = Connection::open(path).unwrap();
    let digits: String = (0..32).map(|octet| format!("{octet:02x}")).collect();
    connection
        .execute_batch(&format!("PRAGMA key = \"x'{digits}'\";"))
        .unwrap();
    // What FTS5 keeps for itself is the shadow of another table.
    let mut statement = connection
        .prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        )
        .unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    names
        .into_iter()
        .map(|name| {
            let mut statement = connection
                .prepare(&format!("SELECT * FROM {name}"))
                .unwrap();
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let rows = statement
                .query_map([], |row| {
                    columns
                        .iter()
                        .enumerate()
                        .map(|(at, column)| Ok((column.clone(), row.get(at)?)))
                        .collect()
                })
                .unwrap();
            let rows = rows.collect::<Result<_, _>>().unwrap();
            (name, rows)
        })
        .collect()
}

/// A step without the file of the version before it fails here.
#[test]
fn every_earlier_version_has_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let kept: BTreeSet<i64> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let version = name.strip_prefix("version-")?.strip_suffix(".db")?;
            Some(version.parse().unwrap())
        })
        .collect();
    assert_eq!(kept, (1..newest()).collect());
    for version in kept {
        let (_folder, path) = copied(version);
        let connection = Connection::open(&path).unwrap();
        let digits: String = (0..32).map(|octet| format!("{octet:02x}")).collect();
        connection
            .execute_batch(&format!("PRAGMA key = \"x'{digits}'\";"))
            .unwrap();
        let inside: i64 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(inside, version);
    }
}

/// Rows that were there are there, with the values that they had.
#[test]
fn no_row_of_an_earlier_version_is_lost() {
    for version in 1..newest() {
        let (_folder, path) = copied(version);
        let before = tables(&path);
        drop(Store::open(&path, &key()).unwrap());
        let after = tables(&path);
        for (name, rows) in before {
            assert!(
                !rows.is_empty() || version < FIRST_FULL,
                "version {version} has nothing in {name}"
            );
            if MADE_ANEW.contains(&name.as_str()) {
                continue;
            }
            for row in rows {
                let kept = after[&name].iter().any(|other| {
                    row.iter()
                        .all(|(column, value)| other.get(column) == Some(value))
                });
                assert!(kept, "version {version}, {name}: {row:?}");
            }
        }
    }
}

#[test]
fn every_earlier_version_opens_with_everything_in_it() {
    for version in 1..newest() {
        let (_folder, path) = copied(version);
        for opening in 1..=2 {
            let mut store = Store::open(&path, &key()).unwrap();
            assert_eq!(store.version().unwrap(), newest());
            assert!(
                store.is_whole().unwrap(),
                "version {version}, opening {opening}"
            );
            let person = store.person().unwrap().unwrap();
            assert_eq!(person.portal, "https://portal.example");
            assert_eq!(person.holder.family_name["be"], "ЯНКОЎСКАЯ");
            assert_eq!(store.session().unwrap().unwrap().expose(), b"token");
            let [draft]: [Draft; 1] = store.drafts().unwrap().try_into().unwrap();
            assert_eq!(draft.id, id(1));
            assert_eq!(draft.data["familyName"], json!("Янкоўская"));
            assert_eq!(draft.prefilled["/familyName"], "card.familyName.be");
            let [item] = store.outbox().unwrap().try_into().unwrap();
            assert_eq!((item.id, item.tries, item.refused), (id(2), 2, false));
            assert_eq!(item.problem.as_deref(), Some("offline"));
            assert_eq!(item.manifest, br#"{"type":"kabinet-application"}"#);
            let [application]: [Application; 1] =
                store.newest_applications(9).unwrap().try_into().unwrap();
            assert_eq!(application.status, Status::Registered);
            assert_eq!(application.id, id(3));
            assert_eq!(store.signed_copy(id(3)).unwrap().unwrap(), [0x30, 1, 1]);
            assert_eq!(store.procedures().unwrap()[0].version, 3);
            // They come anew, with the names of their signatures, which were not kept before.
            if version < 9 {
                assert_eq!(store.sync_state(Kind::Application).unwrap(), None);
            }
            later(&mut store, version, &draft);
        }
    }
}

/// What came with later versions.
fn later(store: &mut Store, version: i64, draft: &Draft) {
    if version >= FIRST_FULL {
        let former = store.former_procedure("2.2", 2).unwrap().unwrap();
        assert_eq!(former.title.be, "Даўняя");
        assert_eq!(store.carried(id(1)).unwrap().unwrap().from_version, 2);
    }
    if version >= 4 {
        assert_eq!(draft.data["copies"], json!(2));
        assert!(store.draft_history(id(1)).unwrap().undo);
        assert_eq!(
            store.read_attachment(&"ab".repeat(32), 0).unwrap(),
            b"content of a file"
        );
    }
    if version >= 5 {
        let message = store.message(id(4)).unwrap();
        assert_eq!(message.application_id, id(3));
        let found = store.search_records("пашпарта", 9).unwrap();
        assert_eq!(found.hits.len(), 1);
        assert_eq!(found.hits[0].id, id(4).to_string());
        assert_eq!(store.documents(id(3)).unwrap().len(), 1);
        let blob = store.document_blob("b1").unwrap();
        assert_eq!(blob.as_deref(), Some(&b"document"[..]));
    }
    if version >= 6 {
        assert_eq!(store.sharing().unwrap(), Sharing::On);
        assert_eq!(store.unsent_documents(9).unwrap().len(), 1);
    }
    if version >= 7 {
        assert!(store.noticed().unwrap().contains_key("messages"));
    }
    if version >= 10 {
        assert_eq!(store.retention().unwrap(), Some(5));
        assert_eq!(store.let_go_count().unwrap(), 1);
    }
    if version >= 11 {
        let answer = store.revocation_answer(&"ab".repeat(32)).unwrap();
        assert_eq!(answer.as_deref(), Some(&[0x30, 3][..]));
        assert_eq!(store.to_raise().unwrap()[0].level, "lt");
    }
}
