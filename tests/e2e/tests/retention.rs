//! Finished applications leave this computer after the time that was set, do not come again by
//! themselves, and do when more is kept.

#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Applicant, World};
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["id"].as_str().unwrap()).collect()
}

#[test]
fn what_is_over_leaves_and_comes_again_only_when_asked_for() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let apply = || {
        let draft = applicant.draft().unwrap();
        cli.ok(&["apply", &draft]).unwrap();
        draft
    };
    let (old, fresh, open) = (apply(), apply(), apply());
    let decide = |id: &str, days: u32| {
        let order = json!({
            "application": id, "act": "approve", "text": "Выдаць.", "days_ago": days,
        });
        world.sandbox.order(&order).unwrap();
    };
    decide(&old, 800);
    decide(&fresh, 1);
    cli.ok(&["sync"]).unwrap();
    let here = || {
        let list = cli.ok(&["applications"]).unwrap();
        let mut ids: Vec<String> = ids(&list).into_iter().map(str::to_owned).collect();
        ids.sort_unstable();
        ids
    };
    let sorted = |list: &[&String]| {
        let mut list: Vec<String> = list.iter().map(|&id| id.clone()).collect();
        list.sort_unstable();
        list
    };
    assert_eq!(here(), sorted(&[&old, &fresh, &open]));
    assert_eq!(cli.ok(&["keep"]).unwrap()["years"], Value::Null);

    // First it is only told.
    assert_eq!(
        cli.ok(&["keep", "3", "--dry-run"]).unwrap()["applications"],
        0
    );
    let plan = cli.ok(&["keep", "1", "--dry-run"]).unwrap();
    assert_eq!(ids(&plan["list"]), [&old]);
    assert_eq!(
        (&plan["applications"], &plan["documents"]),
        (&json!(1), &json!(1))
    );
    // Without an answer nothing leaves.
    cli.fails(&["keep", "1"], "cancelled").unwrap();
    assert_eq!(here(), sorted(&[&old, &fresh, &open]));
    let kept = cli.ok(&["keep", "1", "--yes"]).unwrap();
    assert_eq!((&kept["years"], &kept["away"]), (&json!(1), &json!(1)));
    assert_eq!(here(), sorted(&[&fresh, &open]));
    assert_eq!(cli.ok(&["documents"]).unwrap().as_array().unwrap().len(), 1);

    // Neither a pass brings it again, nor all lists from the beginning.
    cli.ok(&["sync"]).unwrap();
    for kind in ["Application", "Message", "Document"] {
        let reset = json!({
            "match": "/jmap/api", "kind": "cannot_calculate_changes", "type": kind, "times": 1,
        });
        world.sandbox.fault(&reset).unwrap();
        decide(&fresh, 1);
        cli.ok(&["sync"]).unwrap();
    }
    world.sandbox.behave().unwrap();
    assert_eq!(here(), sorted(&[&fresh, &open]));
    // Another that is over leaves by itself, with the pass that tells of it.
    decide(&open, 400);
    cli.ok(&["sync"]).unwrap();
    assert_eq!(here(), sorted(&[&fresh]));
    // It all works without a network, but for what only the portal has.
    world.sandbox.disconnect();
    assert_eq!(cli.ok(&["keep", "2"]).unwrap()["away"], 1);
    world.sandbox.connect().unwrap();
    cli.ok(&["sync"]).unwrap();
    assert_eq!(here(), sorted(&[&fresh, &open]));

    assert_eq!(cli.ok(&["keep", "all"]).unwrap()["away"], 0);
    cli.ok(&["sync"]).unwrap();
    assert_eq!(here(), sorted(&[&old, &fresh, &open]));
    let documents = cli.ok(&["documents"]).unwrap();
    let all = documents.as_array().unwrap();
    let of_old = all.iter().find(|one| one["application_id"] == old.as_str());
    // Its octets are here, too.
    let document = of_old.unwrap()["id"].as_str().unwrap();
    let out = world.dir().join("decision.txt");
    let words = ["documents", "save", document, "-o", out.to_str().unwrap()];
    cli.ok(&words).unwrap();
    assert_eq!(std::fs::read_to_string(out).unwrap(), "Выдаць.\n");
    for wrong in ["0", "101", "for ever"] {
        cli.fails(&["keep", wrong], "usage").unwrap();
    }
}
