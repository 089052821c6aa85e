//! The authority publishes a new version of a form while somebody fills it in, and while what they
//! signed waits to be sent.

#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Applicant, Cli, VirtualCard, World};
use serde_json::{Value, json};

const PROCEDURE: &str = "2.2";

/// A world in which somebody has signed in.
fn signed_in() -> (World, VirtualCard, Applicant) {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    (world, card, applicant)
}

fn write(world: &World, name: &str, data: &Value) -> String {
    let path = world.dir().join(name);
    std::fs::write(&path, data.to_string()).unwrap();
    path.to_string_lossy().into_owned()
}

/// A complete draft, its identifier and what was typed.
fn filled(world: &World, cli: &Cli) -> (String, Value) {
    let empty = cli.ok(&["draft", "new", PROCEDURE]).unwrap();
    let path = world.dir().join("typed.json");
    e2e::world::fill(&empty, &path).unwrap();
    let mut data: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    data["employer"] = json!("ААТ «Прыклад»");
    data["position"] = json!("настаўніца");
    data["copies"] = json!(4);
    let id = empty["summary"]["id"].as_str().unwrap().to_owned();
    let draft = cli
        .ok(&[
            "draft",
            "edit",
            &id,
            "--data",
            &write(world, "typed.json", &data),
        ])
        .unwrap();
    assert_eq!(draft["summary"]["complete"], true, "{}", draft["problems"]);
    (id, data)
}

/// The employer's field has another name, the position is asked for no more, fewer copies are made, and
/// a tax number is needed.
fn publish(world: &World, cli: &Cli) -> Value {
    let form = cli.ok(&["catalog", "show", PROCEDURE]).unwrap();
    let mut steps = form["ui"]["steps"].clone();
    for step in steps.as_array_mut().unwrap() {
        let fields = step["fields"].as_array_mut().unwrap();
        if fields.contains(&json!("/employer")) {
            fields.retain(|field| field != "/position" && field != "/employer");
            fields.extend([json!("/organisation"), json!("/taxNumber")]);
        }
    }
    let mut required = form["schema"]["required"].clone();
    let names = required.as_array_mut().unwrap();
    names.retain(|name| name != "employer" && name != "position");
    names.extend([json!("organisation"), json!("taxNumber")]);
    let label = |text: &str| json!({"be": text, "ru": text, "en": text});
    world
        .sandbox
        .publish(
            PROCEDURE,
            &json!({"form": {
                "schema": {"required": required, "properties": {
                    "employer": null, "position": null, "copies": {"maximum": 2},
                    "organisation": {"type": "string", "minLength": 3},
                    "taxNumber": {"type": "string", "pattern": "^[0-9]{9}$", "examples": ["191234567"]}}},
                "ui": {"steps": steps, "renamed": {"/employer": "/organisation"},
                    "labels": {"/employer": null, "/position": null, "/organisation": label("Organisation"), "/taxNumber": label("Tax number")}}}}),
        )
        .unwrap()
}

fn aside(draft: &Value) -> Vec<(&str, &str)> {
    let list = draft["carried"]["aside"].as_array().unwrap().iter();
    let mut list: Vec<_> = list
        .map(|aside| {
            (
                aside["path"].as_str().unwrap(),
                aside["reason"].as_str().unwrap(),
            )
        })
        .collect();
    list.sort_unstable();
    list
}

/// What the person then does: looks, fills in what is new, says that they have seen the rest, signs.
fn finish(world: &World, cli: &Cli, id: &str, next: &Value) {
    cli.fails(&["apply", id], "draft_carried").unwrap();
    let mut data = cli.ok(&["draft", "show", id]).unwrap()["data"].clone();
    data["taxNumber"] = json!("191234567");
    data["copies"] = json!(2);
    let path = write(world, "anew.json", &data);
    let draft = cli.ok(&["draft", "edit", id, "--data", &path]).unwrap();
    assert_eq!(draft["summary"]["complete"], true, "{}", draft["problems"]);
    // Saving does not take the notice away, only the person does.
    assert_eq!(aside(&draft).len(), 2);
    assert_eq!(draft["carried"]["required"], json!([]));
    let draft = cli.ok(&["draft", "dismiss", id]).unwrap();
    assert_eq!(draft["carried"], Value::Null);
    let sent = cli.ok(&["apply", id]).unwrap();
    assert_eq!(sent["state"], "registered", "{sent}");
    let at_portal = world.sandbox.applications().unwrap();
    assert_eq!(at_portal.len(), 1);
    assert_eq!(at_portal[0]["id"], id);
    assert_eq!(at_portal[0]["procedureVersion"], next["version"]);
}

#[test]
fn a_draft_goes_over_to_the_new_form_with_a_list_of_what_changed() {
    let (world, _card, applicant) = signed_in();
    let cli = &applicant.cli;
    let (id, typed) = filled(&world, cli);
    let next = publish(&world, cli);
    let sync = cli.ok(&["sync"]).unwrap();
    assert_eq!(sync["procedures"], 1, "{sync}");
    // Who is still typing goes on in the form that they see.
    let path = write(&world, "typed.json", &typed);
    let draft = cli.ok(&["draft", "edit", &id, "--data", &path]).unwrap();
    assert_eq!(
        (&draft["outdated"], &draft["carried"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(draft["summary"]["complete"], true, "{}", draft["problems"]);
    assert_eq!(draft["data"], typed);
    cli.fails(&["apply", &id], "procedure_changed").unwrap();

    let draft = cli.ok(&["draft", "show", &id]).unwrap();
    assert_eq!(draft["outdated"], false);
    assert_eq!(draft["form"]["procedure"]["version"], next["version"]);
    assert_eq!(draft["data"]["organisation"], typed["employer"]);
    assert_eq!(draft["data"]["familyName"], typed["familyName"]);
    assert_eq!(aside(&draft), [("/copies", "unfit"), ("/position", "gone")]);
    let position = draft["carried"]["aside"]
        .as_array()
        .unwrap()
        .iter()
        .find(|aside| aside["path"] == "/position")
        .unwrap();
    assert_eq!(position["value"]["be"], "настаўніца");
    // Its label is that of the form that the catalogue does not have any more.
    assert_eq!(position["label"]["en"], "Position");
    assert_eq!(draft["carried"]["required"][0]["path"], "/taxNumber");
    assert_eq!(draft["carried"]["renamed"][0]["path"], "/organisation");
    assert_eq!(draft["carried"]["was_signed"], false);
    assert_eq!(cli.ok(&["draft", "list"]).unwrap()[0]["carried"], true);
    finish(&world, cli, &id, &next);
}

#[test]
fn what_was_signed_for_the_old_form_becomes_a_draft_of_the_new_one() {
    let (mut world, _card, applicant) = signed_in();
    let cli = &applicant.cli;
    let (id, typed) = filled(&world, cli);
    cli.ok(&["logout"]).unwrap();
    world.sandbox.disconnect();
    let waits = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(waits["state"], "waiting", "{waits}");

    world.sandbox.connect().unwrap();
    let next = publish(&world, cli);
    cli.ok(&["login"]).unwrap();
    let sync = cli.ok(&["sync"]).unwrap();
    assert_eq!(sync["returned"], json!([id]), "{sync}");
    assert_eq!((&sync["waiting"], &sync["sent"]), (&json!(0), &json!([])));
    assert_eq!(world.sandbox.applications().unwrap(), Vec::<Value>::new());
    assert_eq!(cli.ok(&["outbox"]).unwrap(), json!([]));

    let draft = cli.ok(&["draft", "show", &id]).unwrap();
    assert_eq!(draft["carried"]["was_signed"], true);
    assert_eq!(draft["data"]["organisation"], typed["employer"]);
    assert_eq!(aside(&draft), [("/copies", "unfit"), ("/position", "gone")]);
    finish(&world, cli, &id, &next);
}

/// The search finds what there is, by any form of its words, without the network.
#[test]
fn everything_is_found_offline() {
    let (mut world, _card, applicant) = signed_in();
    let cli = &applicant.cli;
    let (id, _) = filled(&world, cli);
    world.sandbox.disconnect();
    let first = |query: &str| cli.ok(&["catalog", "search", query]).unwrap()[0]["id"].clone();
    assert_eq!(first(PROCEDURE), PROCEDURE);
    let found = cli.ok(&["search", "настаўніцы"]).unwrap();
    assert_eq!(found["records"][0]["id"], id.as_str(), "{found}");
    let extract = found["records"][0]["extract"].as_array().unwrap();
    assert!(
        extract
            .iter()
            .any(|part| part["found"] == true && part["text"] == "настаўніца"),
        "{extract:?}"
    );
    let found = cli
        .ok(&["search", "справку", "с", "места", "работы"])
        .unwrap();
    assert!(
        found["procedures"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == PROCEDURE),
        "{found}"
    );
    assert!(
        found["records"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == id.as_str()),
        "{found}"
    );
    let title = found["procedures"][0]["marked_title"]["ru"]
        .as_array()
        .unwrap();
    assert!(title.iter().any(|part| part["found"] == true), "{title:?}");
    assert_eq!(
        cli.ok(&["search", "космас"]).unwrap()["unknown"],
        json!(["космас"])
    );
}
