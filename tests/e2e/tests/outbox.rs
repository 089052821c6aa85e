//! What waits tells why, by the programs as they are; and a portal without room loses nothing.

#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Applicant, World};
use serde_json::{Value, json};

const MEBI: usize = 1024 * 1024;

fn reason(cli: &e2e::Cli, id: &str) -> Value {
    let outbox = cli.ok(&["outbox"]).unwrap();
    let items = outbox.as_array().unwrap().clone();
    let item = items.into_iter().find(|item| item["id"] == id).unwrap();
    let text = item["reason"]["text"].clone();
    for language in ["be", "ru", "en"] {
        let sentence = text[language].as_str().unwrap();
        assert!(sentence.ends_with('.'), "{language}: {sentence}");
    }
    item
}

/// Signed while the portal cannot be had, while it asks to be left alone, while it is broken, while nobody
/// is signed in, held back: each time another reason, and in the end everything arrives once.
#[test]
fn each_reason_is_told_apart() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let kind = |id: &str| reason(cli, id)["reason"]["kind"].clone();
    let fault = |kind: &str, more: Value| {
        let mut fault = json!({"match": "/jmap", "kind": kind, "times": 1});
        for (name, value) in more.as_object().unwrap() {
            fault[name] = value.clone();
        }
        fault
    };

    world.sandbox.disconnect();
    let first = applicant.draft().unwrap();
    cli.ok(&["apply", &first]).unwrap();
    assert_eq!(kind(&first), "network");
    assert!(reason(cli, &first)["next_try_at"].is_string());
    world.sandbox.connect().unwrap();

    let garbage = fault("garbage", json!({}));
    world.sandbox.fault(&garbage).unwrap();
    cli.fails(&["outbox", "retry"], "portal_garbage").unwrap();
    assert_eq!(kind(&first), "retry");

    let busy = fault("status_503", json!({"retry_after": 1200}));
    world.sandbox.fault(&busy).unwrap();
    cli.fails(&["outbox", "retry"], "portal_server").unwrap();
    let item = reason(cli, &first);
    assert_eq!(item["reason"]["kind"], "portal_pause", "{item}");
    let next: jiff::Timestamp = item["next_try_at"].as_str().unwrap().parse().unwrap();
    let wait = next.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((1100..=1800).contains(&wait), "{wait}");

    cli.ok(&["outbox", "pause", &first]).unwrap();
    assert_eq!(kind(&first), "person");
    cli.ok(&["outbox", "resume", &first]).unwrap();
    assert_eq!(kind(&first), "retry");
    cli.ok(&["logout"]).unwrap();
    assert_eq!(kind(&first), "sign_in");

    // A letter on it waits behind it.
    cli.ok(&["login"]).unwrap();
    let sent = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sent["sent"][0]["id"], first.as_str(), "{sent}");
    world.sandbox.disconnect();
    let message = cli
        .ok(&["applications", "withdraw", &first, "--yes"])
        .unwrap();
    let withdrawal = message["item"]["id"].as_str().unwrap();
    assert_eq!(kind(withdrawal), "network");
    world.sandbox.connect().unwrap();
    cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(cli.ok(&["outbox"]).unwrap(), json!([]));
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
}

/// The portal finds mistakes that the form here does not know of: they are named by their fields.
#[test]
fn what_the_portal_finds_wrong_is_named() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    world.sandbox.disconnect();
    let id = applicant.draft().unwrap();
    cli.ok(&["apply", &id]).unwrap();
    world.sandbox.connect().unwrap();
    // Its schema is another under the same version, which no client can know.
    let form = cli.ok(&["catalog", "show", &applicant.procedure]).unwrap();
    let properties = form["schema"]["properties"].as_object().unwrap();
    let field = properties
        .iter()
        .find(|(_, field)| {
            let free = field.get("format").is_none() && field.get("enum").is_none();
            field["type"] == "string" && free
        })
        .map(|(name, _)| name.clone())
        .unwrap();
    let stricter = json!({
        "version": form["procedure"]["version"],
        "form": {"schema": {"properties": {&field: {"maxLength": 0}}}},
    });
    world
        .sandbox
        .publish(&applicant.procedure, &stricter)
        .unwrap();
    cli.ok(&["outbox", "retry"]).unwrap();
    let item = reason(cli, &id);
    assert_eq!(item["reason"]["kind"], "refused", "{item}");
    let pointer = format!("/{field}");
    assert_eq!(
        item["reason"]["fields"][0]["path"],
        pointer.as_str(),
        "{item}"
    );
    let label = item["reason"]["fields"][0]["label"]["en"].as_str().unwrap();
    assert_ne!(label, pointer);
}

/// No room at the portal: it is told, everything is kept, other things go, and with room it arrives once.
#[test]
fn a_portal_without_room_loses_nothing() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let large = applicant.draft().unwrap();
    let mut octets = b"%PDF-1.7\n".to_vec();
    octets.extend((0..2 * MEBI).map(|at| u8::try_from(at % 251).unwrap()));
    let file = world.dir().join("scan.pdf");
    std::fs::write(&file, &octets).unwrap();
    cli.ok(&["draft", "edit", &large, "--attach", file.to_str().unwrap()])
        .unwrap();
    let small = applicant.draft().unwrap();

    // For the first piece and the signature, and not for the second piece.
    world.sandbox.quota(Some(3 * MEBI as u64 / 2)).unwrap();
    let waits = cli.ok(&["apply", &large]).unwrap();
    assert_eq!(waits["state"], "waiting", "{waits}");
    let item = reason(cli, &large);
    assert_eq!(item["state"], "waiting", "{item}");
    assert_eq!(item["reason"]["kind"], "retry", "{item}");
    let text = item["reason"]["text"]["en"].as_str().unwrap();
    assert!(text.contains("no more room"), "{text}");
    assert!(item["reason"]["remedy"]["en"].is_string());
    assert_eq!(item["attachments"][0]["name"], "scan.pdf");
    // What needs less room goes.
    let sent = cli.ok(&["apply", &small]).unwrap();
    assert_eq!(sent["state"], "registered", "{sent}");
    // Taken back it is a draft with its file, as it was.
    cli.ok(&["outbox", "cancel", &large]).unwrap();
    let draft = cli.ok(&["draft", "show", &large]).unwrap();
    assert_eq!(draft["attachments"][0]["name"], "scan.pdf", "{draft}");
    assert_eq!(draft["data"], applicant.typed().unwrap());
    cli.ok(&["apply", &large]).unwrap();
    assert_eq!(reason(cli, &large)["reason"]["kind"], "retry");

    // No room to register it, which the portal says when it has all files: it is not there either.
    world.sandbox.quota(None).unwrap();
    let full = || {
        let fault =
            json!({"match": "/jmap/api", "kind": "over_quota", "type": "Application", "times": 20});
        world.sandbox.fault(&fault).unwrap();
    };
    full();
    cli.ok(&["outbox", "retry"]).unwrap();
    let item = reason(cli, &large);
    assert_eq!(item["reason"]["kind"], "retry", "{item}");
    assert_eq!(item["can_take_back"], true, "{item}");
    cli.ok(&["outbox", "cancel", &large]).unwrap();
    world.sandbox.behave().unwrap();
    full();
    cli.ok(&["apply", &large]).unwrap();
    assert_eq!(reason(cli, &large)["can_take_back"], true);
    world.sandbox.behave().unwrap();
    let sync = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sync["sent"][0]["id"], large.as_str(), "{sync}");
    assert_eq!(world.sandbox.applications().unwrap().len(), 2);
    assert_eq!(card.pin_attempts().unwrap(), 3);
}
