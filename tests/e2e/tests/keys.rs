//! The card's keys on the command line.

#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Cli, World};
use serde_json::Value;

fn states(cli: &Cli) -> Vec<String> {
    let listed = cli.ok(&["key", "list"]).unwrap();
    let keys = listed["keys"].as_array().unwrap();
    let state = |key: &Value| format!("{}: {}", key["level"], key["state"].as_str().unwrap());
    keys.iter().map(state).collect()
}

/// The code of the problem that `sign` tells with the file.
fn why_unsigned(cli: &Cli, file: &str) -> String {
    let answer = cli.call(&["sign", file]).unwrap();
    assert_eq!(answer.code, 1, "{}", answer.json);
    let code = &answer.json["files"][0]["problem"]["code"];
    code.as_str().unwrap_or_default().to_owned()
}

#[test]
fn keys_are_made_switched_and_destroyed() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("keys", Some(&card)).unwrap();
    assert_eq!(states(&cli), ["128: active", "192: absent", "256: absent"]);

    let made = cli.ok(&["key", "generate", "--level", "256"]).unwrap();
    assert_eq!(made["keys"][0]["state"], "active", "{made}");
    let again = ["key", "generate", "--level", "256"];
    cli.fails(&again, "key_exists").unwrap();
    cli.fails(&["key", "generate", "--level", "100"], "usage")
        .unwrap();
    cli.ok(&["key", "disable", "--level", "256"]).unwrap();
    assert_eq!(
        states(&cli),
        ["128: active", "192: absent", "256: deactivated"]
    );
    cli.ok(&["key", "enable", "--level", "256"]).unwrap();
    cli.fails(&["key", "enable", "--level", "192"], "key_absent")
        .unwrap();

    // A file cannot be signed while the key is off, and can be again.
    let file = world.dir().join("text.txt");
    std::fs::write(&file, "text").unwrap();
    let file = file.to_str().unwrap();
    cli.ok(&["key", "disable"]).unwrap();
    assert_eq!(why_unsigned(&cli, file), "key_deactivated");
    cli.ok(&["key", "enable"]).unwrap();
    cli.ok(&["sign", file]).unwrap();

    // Nobody destroys a key without having said so.
    cli.fails(&["key", "destroy"], "cancelled").unwrap();
    let gone = cli.ok(&["key", "destroy", "--yes"]).unwrap();
    assert_eq!(gone["keys"][0]["state"], "destroyed");
    cli.fails(&["key", "destroy", "--yes"], "key_destroyed")
        .unwrap();
    assert_eq!(why_unsigned(&cli, file), "key_destroyed");
    let listed = ["128: destroyed", "192: absent", "256: active"];
    assert_eq!(states(&cli), listed);
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn certificates_and_holder_are_shown() {
    let world = World::start().unwrap();
    for holder in ["citizen", "foreigner", "stateless"] {
        let card = world.card_over_tcp(holder).unwrap();
        let cli = world.cli(holder, Some(&card)).unwrap();
        let shown = cli.ok(&["cert", "show"]).unwrap();
        let certificate = &shown["certificates"][0];
        assert_eq!(certificate["key"], "01");
        let number = certificate["subject_serial_number"].as_str().unwrap();
        assert!(number.starts_with("IDCBY-"), "{shown}");
        let usage = certificate["key_usage"].as_array().unwrap();
        assert!(!usage.is_empty());
        let read = cli.ok(&["card", "read"]).unwrap();
        assert_eq!(read["holder"], certificate["subject"]);
        assert_eq!(read["certificates"], shown["certificates"]);
        assert_eq!(read["keys"][0]["awaits_certificate"], false);
    }
}

/// The fewest commands: BPACE, the application, the state of each place, one file where there is a
/// key (chosen and read).
#[test]
fn reading_a_card_takes_no_more_commands_than_it_must() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("counted", Some(&card)).unwrap();
    card.reset_counters().unwrap();
    cli.ok(&["card", "read"]).unwrap();
    let heads = card.status().unwrap()["commands"].clone();
    let heads: Vec<String> = serde_json::from_value(heads).unwrap();
    let least = [
        "22C1A4", "860000", "860000", "A4040C", "2241B8", "A4020C", "B00000", "2241B8", "2241B8",
    ];
    assert_eq!(heads, least);
}
