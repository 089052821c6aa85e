//! What an operator does by command and on the page, without a request by hand.

use std::process::Command;

use clap::ValueEnum as _;
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::faults::Kind;
use serde_json::{Value, json};

use crate::World;
use crate::application::Area;

fn sandbox(words: &[&str]) -> Result<Value, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_sandbox-portal"))
        .args(words)
        .output()
        .unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn misbehaviour_is_asked_for_listed_and_ended_by_command() {
    let world = World::new(TerminalKind::Valid);
    let url = world.client.url.clone();
    let fault = |words: &[&str]| sandbox(&[&["fault", "--url", &url], words].concat());
    assert_eq!(fault(&["list"]), Ok(json!([])));
    let first = ["--match", "/oauth", "--times", "2", "--retry-after", "7"];
    fault(&[&["add", "status_503"], &first[..]].concat()).unwrap();
    fault(&["add", "clock_skew", "--seconds", "-70"]).unwrap();
    fault(&["add", "cannot_calculate_changes", "--type", "Message"]).unwrap();
    assert!(fault(&["add", "status_418"]).is_err());
    let listed = fault(&["list"]).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(listed[0]["kind"], "status_503");
    assert_eq!(
        (
            &listed[0]["match"],
            &listed[0]["times"],
            &listed[1]["seconds"],
            &listed[2]["type"]
        ),
        (&json!("/oauth"), &json!(2), &json!(-70), &json!("Message"))
    );
    let answer = || world.client.raw("GET", "/oauth/jwks", "", &[]).unwrap();
    let refused = answer();
    assert!(refused.status == 503 && refused.head.contains("retry-after: 7"));
    assert_eq!(fault(&["list"]).unwrap()[0]["times"], 1);
    fault(&["clear"]).unwrap();
    assert_eq!(fault(&["list"]), Ok(json!([])));
    assert_eq!(answer().status, 200);
}

#[test]
fn every_misbehaviour_is_on_the_page() {
    let world = World::new(TerminalKind::Valid);
    let page = world.client.raw("GET", "/operator", "", &[]).unwrap().text;
    for kind in Kind::value_variants() {
        let name = kind.to_possible_value().unwrap();
        let option = format!("<option value=\"{}\">", name.get_name());
        assert!(page.contains(&option), "{option}");
        // By the same name in JSON.
        assert_eq!(json!(kind), name.get_name());
    }
    let script = world.client.raw("GET", "/operator/script.js", "", &[]);
    let script = script.unwrap().text;
    for lever in ["/sandbox/faults", "/sandbox/quota", "/sandbox/operate"] {
        assert!(script.contains(lever), "{lever}");
    }
}

#[test]
fn uploads_may_have_an_end() {
    let area = Area::new();
    let url = area.world.client.url.clone();
    sandbox(&["quota", "--url", &url, "100"]).unwrap();
    let first = area.upload(&[1; 60]);
    assert_eq!(area.put(&[2; 60]).status, 507);
    // What is there already takes no more room.
    assert_eq!(area.upload(&[1; 60]), first);
    area.upload(&[3; 40]);
    let sources = json!({"f": {"data": [{"blobId": first}, {"data:asText": "x"}]}});
    let (_, answer) = area.call("Blob/upload", &[("create", sources.clone())]);
    assert_eq!(answer["notCreated"]["f"]["type"], "overQuota");
    sandbox(&["quota", "--url", &url]).unwrap();
    let (_, answer) = area.call("Blob/upload", &[("create", sources)]);
    assert_eq!(answer["created"]["f"]["size"], 61);
    area.upload(&[2; 60]);
}
