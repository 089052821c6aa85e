//! Stores that earlier versions of the program wrote (`fixtures/version-N.db`) open in this one with
//! everything that was in them. A version that was released adds its file here; none is ever changed.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};

use kabinet_cache::{Kind, Store};
use kabinet_records::{Application, Draft, Status};
use kabinet_stb::Secret;
use serde_json::json;
use uuid::Uuid;

fn fixtures() -> Vec<(i64, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found: Vec<(i64, PathBuf)> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name()?.to_str()?;
            let version = name.strip_prefix("version-")?.strip_suffix(".db")?;
            Some((version.parse().unwrap(), path))
        })
        .collect();
    found.sort();
    found
}

fn id(number: u64) -> Uuid {
    format!("00000000-0000-7000-8000-{number:012}")
        .parse()
        .unwrap()
}

#[test]
fn every_earlier_version_opens_with_everything_in_it() {
    let found = fixtures();
    let versions: Vec<i64> = found.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, (1..=versions.len() as i64).collect::<Vec<_>>());
    for (version, fixture) in found {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        std::fs::copy(fixture, &path).unwrap();
        let key = Secret::new((0..32).collect());
        for opening in 1..=2 {
            let store = Store::open(&path, &key).unwrap();
            assert!(store.version().unwrap() >= version);
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
            assert_eq!(draft.data, json!({"familyName": "Янкоўская"}));
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
            assert_eq!(store.sync_state(Kind::Application).unwrap(), None);
        }
    }
}
