//! Known answers over the catalogue that the sandbox portal brings, in the three languages.

use std::path::Path;

use kabinet_cache::Store;
use kabinet_records::Procedure;

use crate::{ids, key, offer};

/// The procedures, by their numbers.
fn procedures() -> Vec<Procedure> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sandbox-portal/procedures");
    let mut procedures: Vec<Procedure> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .map(|text| serde_json::from_slice(&text).unwrap())
        .collect();
    procedures.sort_by(|one, other| one.id.cmp(&other.id));
    procedures
}

/// What is typed, and what must come first: any order among several, and nothing else before them.
const KNOWN_ANSWERS: &[(&str, &[&str])] = &[
    // Belarusian.
    ("жыллёвыя ўмовы", &["1.1.5", "1.3.1"]),
    ("даведка аб месцы жыхарства", &["1.3.4"]),
    ("выпіска з працоўнай кніжкі", &["2.1"]),
    ("даведка пра заробак", &["2.4"]),
    ("дапамога на пахаванне", &["2.35"]),
    ("цяжарнасць", &["2.5", "2.8"]),
    ("нараджэнне дзіцяці", &["2.6"]),
    ("двайняты", &["2.7"]),
    ("дзіцячы садок", &["6.6"]),
    ("дублікат дыплома", &["6.1.1"]),
    // Russian.
    ("справка о периоде работы", &["2.3"]),
    ("справка с места работы", &["2.2"]),
    ("пособие на погребение", &["2.35"]),
    ("по беременности и родам", &["2.5"]),
    ("уход за ребенком до 3 лет", &["2.9"]),
    ("адресная помощь", &["2.33.1"]),
    ("очередь на квартиру", &["1.1.5"]),
    ("трудовая книжка", &["2.1"]),
    ("потерял аттестат", &["6.1.1"]),
    ("магазин в жилом доме", &["1.1.17"]),
    // English.
    ("funeral", &["2.35"]),
    ("nursery school", &["6.6"]),
    ("birth of a child", &["2.6"]),
    ("certificate of wages", &["2.4"]),
    ("maternity allowance", &["2.5"]),
    ("twins", &["2.7"]),
    ("residence certificate", &["1.3.4"]),
    // Between the languages, and with slips.
    ("справкі о заработной плате", &["2.4"]),
    ("пасобие на пахаванне", &["2.35"]),
    ("садік", &["6.6"]),
    ("bеременность", &["2.5", "2.8"]),
    ("2.33", &["2.33.1"]),
    ("падводная лодка", &[]),
];

#[test]
fn the_shipped_catalogue_answers_as_people_expect() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("store.db"), &key()).unwrap();
    let procedures = procedures();
    assert!(procedures.len() >= 17);
    offer(&mut store, &procedures);
    let mut wrong = Vec::new();
    for (query, expected) in KNOWN_ANSWERS {
        let found = store.search_procedures(query).unwrap();
        let ids = ids(&found);
        let mut first: Vec<&str> = ids.iter().take(expected.len()).copied().collect();
        let mut wanted = expected.to_vec();
        first.sort_unstable();
        wanted.sort_unstable();
        if first != wanted || (expected.is_empty() && !ids.is_empty()) {
            wrong.push(format!(
                "{query}: expected {expected:?} first, found {ids:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
