use super::*;

fn answers(responses: Value) -> Answers {
    serde_json::from_value(json!({"methodResponses": responses, "sessionState": "0"})).unwrap()
}

fn area() -> AreaInfo {
    crate::jmap::tests::area()
}

fn asked<T: DeserializeOwned>(collector: &Collector<T>) -> Vec<MethodCall> {
    let mut calls = Vec::new();
    collector.ask(&area(), &mut calls);
    calls
}

fn procedures(since: Option<&str>) -> Collector<String> {
    Collector::new("Procedure", since.map(str::to_owned))
}

#[test]
fn drafts_are_asked_for_beside_the_others_or_not_at_all() {
    let names = |since: &States| -> Vec<String> {
        let calls = Pass::new(since).ask(&area());
        let ids: std::collections::BTreeSet<&str> =
            calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids.len(), calls.len());
        calls.into_iter().map(|call| call.name).collect()
    };
    let of_drafts = |names: &[String]| {
        let ours = names.iter().filter(|name| name.starts_with("Draft/"));
        ours.cloned().collect::<Vec<_>>()
    };
    let mut since = States::default();
    assert!(of_drafts(&names(&since)).is_empty());
    since.with_drafts = true;
    assert_eq!(of_drafts(&names(&since)), ["Draft/query", "Draft/get"]);
    since.drafts = Some("7".into());
    assert_eq!(of_drafts(&names(&since)), ["Draft/get"]);
}

#[test]
fn the_state_alone_is_asked_first() {
    let mut collector = procedures(Some("7"));
    let calls = asked(&collector);
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].arguments["ids"], json!([]));
    let same = json!([["Procedure/get", {"state": "7", "list": [], "notFound": []}, "Prs"]]);
    let part = collector.take(&answers(same)).unwrap();
    assert!(asked(&collector).is_empty());
    assert!(part.is_empty());
}

#[test]
fn changes_and_objects_come_with_back_references() {
    let mut collector = procedures(Some("7"));
    let moved = json!([["Procedure/get", {"state": "9", "list": [], "notFound": []}, "Prs"]]);
    collector.take(&answers(moved)).unwrap();
    let calls = asked(&collector);
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0].arguments["maxChanges"], area().page());
    assert_eq!(
        calls[1].arguments["#ids"],
        json!({"resultOf": "Prc", "name": "Procedure/changes", "path": "/created"})
    );
    assert!(calls[1].arguments.get("ids").is_none());
    let part = |since: &str, state: &str, more: bool, list: Value| {
        answers(json!([
            ["Procedure/changes", {"oldState": since, "newState": state, "hasMoreChanges": more,
                "created": [], "updated": [], "destroyed": ["z"]}, "Prc"],
            ["Procedure/get", {"state": "9", "list": list, "notFound": []}, "Prn"],
            ["Procedure/get", {"state": "9", "list": [], "notFound": []}, "Pru"],
        ]))
    };
    let mut gathered = Gathered::since(Some("7"));
    gathered.add(
        collector
            .take(&part("7", "8", true, json!(["x", 5])))
            .unwrap(),
        String::clone,
    );
    assert_eq!(asked(&collector)[0].arguments["sinceState"], "8");
    assert!(matches!(
        collector.take(&part("8", "8", true, json!([]))),
        Err(PortalError::Garbage("changes without end"))
    ));
    collector.ask = Ask::Changes("8".into());
    gathered.add(
        collector
            .take(&part("8", "9", false, json!(["y"])))
            .unwrap(),
        String::clone,
    );
    assert!(asked(&collector).is_empty());
    let expected = Changes {
        state: "9".into(),
        complete: false,
        changed: vec!["x".into(), "y".into()],
        removed: vec!["z".into()],
        unreadable: 1,
    };
    assert_eq!(gathered.into_changes(), expected);
}

#[test]
fn a_forgotten_state_asks_for_all_in_pages() {
    let mut collector = procedures(Some("7"));
    collector.ask = Ask::Changes("7".into());
    let failed = answers(json!([
        ["error", {"type": "cannotCalculateChanges"}, "Prc"],
        ["error", {"type": "invalidResultReference"}, "Prn"],
        ["error", {"type": "invalidResultReference"}, "Pru"],
    ]));
    assert!(collector.take(&failed).unwrap().is_empty());
    let page = |ids: Value, state: &str, total: Value| {
        answers(json!([
            ["Procedure/query", {"ids": ids, "position": 0, "total": total}, "Prq"],
            ["Procedure/get", {"state": state, "list": ids, "notFound": []}, "Pra"],
        ]))
    };
    assert!(asked(&collector)[0].arguments.get("anchor").is_none());
    let first = collector
        .take(&page(json!(["a", "b"]), "8", Value::Null))
        .unwrap();
    // A page is stored as it comes, without a state: the list may be broken off here.
    assert_eq!(first.changed, ["a", "b"]);
    assert_eq!((first.state, first.all), (None, None));
    let calls = asked(&collector);
    assert_eq!(calls[0].arguments["anchor"], "b");
    assert_eq!(calls[0].arguments["anchorOffset"], 1);
    // The last object went away: from the beginning.
    let gone = answers(json!([["error", {"type": "anchorNotFound"}, "Prq"]]));
    assert!(collector.take(&gone).unwrap().is_empty());
    let again = collector.take(&page(json!(["a"]), "9", json!(2))).unwrap();
    assert_eq!((again.state, again.all), (None, None));
    // Something came while the pages were read.
    let last = collector.take(&page(json!([]), "10", json!(1))).unwrap();
    assert_eq!(asked(&collector)[0].arguments["sinceState"], "9");
    assert_eq!(last.all.unwrap(), ["a"]);
    assert_eq!(last.state.unwrap(), "9");
}

#[test]
fn a_long_list_of_changes_goes_on_with_the_next_pass() {
    let mut collector = procedures(None);
    collector.ask = Ask::Changes("0".into());
    let mut stored = None;
    for number in 1..=MOST_PARTS {
        assert!(!asked(&collector).is_empty());
        let state = number.to_string();
        let part = answers(json!([
            ["Procedure/changes", {"newState": state, "hasMoreChanges": true}, "Prc"],
            ["Procedure/get", {"state": "999", "list": [], "notFound": []}, "Prn"],
            ["Procedure/get", {"state": "999", "list": [], "notFound": []}, "Pru"],
        ]));
        stored = collector.take(&part).unwrap().state;
    }
    assert!(asked(&collector).is_empty());
    assert_eq!(stored, Some(MOST_PARTS.to_string()));
}

/// What went and was made again is there; what was there and went is gone.
#[test]
fn the_later_part_is_right() {
    let part = |changed: &[&str], removed: &[&str]| Part {
        changed: changed.iter().map(|&one| one.to_owned()).collect(),
        removed: removed.iter().map(|&one| one.to_owned()).collect(),
        ..Part::default()
    };
    let mut gathered = Gathered::since(Some("7"));
    for part in [
        part(&["x", "z"], &["y"]),
        part(&["y"], &["x"]),
        part(&["z"], &[]),
    ] {
        gathered.add(part, String::clone);
    }
    let changes = gathered.clone().into_changes();
    assert_eq!(
        (changes.changed, changes.removed),
        (vec!["y".into(), "z".into()], vec!["x".into()])
    );
    // The portal could not go on from there and told all there is: z went meanwhile.
    let all = Part {
        all: Some(vec!["y".into(), "w".into()]),
        ..part(&["w"], &[])
    };
    gathered.add(all, String::clone);
    let changes = gathered.into_changes();
    assert!(changes.complete && changes.removed.is_empty());
    assert_eq!(changes.changed, ["w", "y"]);
}
