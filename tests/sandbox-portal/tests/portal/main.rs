//! The sandbox as a client meets it, with virtual cards and no code of the product but primitives.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod application;
mod attachments;
mod card;
mod client;
mod described;
mod levers;

use card::Holder;
use client::{Client, serve};
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::jwt::unb64;
use serde_json::json;

const TWELVE: [u8; 12] = [1, 4, 5, 6, 7, 8, 9, 10, 11, 17, 21, 22];
const REQUIRED: [u8; 8] = [1, 4, 5, 6, 7, 8, 10, 11];

struct World {
    folder: tempfile::TempDir,
    client: Client,
}

impl World {
    fn new(terminal: TerminalKind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        sandbox_portal::personalise(folder.path()).unwrap();
        let url = serve(folder.path(), terminal);
        Self {
            client: Client::new(&url),
            folder,
        }
    }

    /// What went over the wire otherwise than it is described, since the last question.
    fn mistakes(&self) -> String {
        let file = self.folder.path().join("mistakes.txt");
        let mistakes = std::fs::read_to_string(&file).unwrap_or_default();
        let _ = std::fs::remove_file(file);
        mistakes
    }

    fn card_file(&self, name: &str) -> String {
        let file = self
            .folder
            .path()
            .join("cards")
            .join(format!("{name}.json"));
        std::fs::read_to_string(file).unwrap()
    }

    fn holder(&self, name: &str) -> Holder {
        Holder::new(&self.card_file(name))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.mistakes(), "");
        }
    }
}

#[test]
fn a_citizen_signs_in_with_twelve_groups_in_four_posts() {
    let mut world = World::new(TerminalKind::Valid);
    let mut holder = world.holder("citizen");
    let tokens = holder.sign_in(&mut world.client, &TWELVE);
    assert_eq!(world.client.posts, 4);
    let card: serde_json::Value = serde_json::from_str(&world.card_file("citizen")).unwrap();
    let groups = tokens.claims["groups"].as_object().unwrap();
    assert_eq!(groups.len(), 12);
    for (number, file) in groups {
        let number: u8 = number.parse().unwrap();
        let stored = card["eid"][format!("01{number:02X}")].as_str().unwrap();
        let read = unb64(file.as_str().unwrap()).unwrap();
        assert_eq!(hex::encode_upper(read), stored, "DG{number}");
    }
    assert_eq!(tokens.claims["nonce"], "the nonce");
    assert_eq!(tokens.claims["document_valid"], true);
    assert_eq!(tokens.claims["absent"], json!([]));
}

#[test]
fn a_long_group_takes_another_batch_and_a_missing_one_is_named() {
    let mut world = World::new(TerminalKind::Valid);
    let mut holder = world.holder("foreigner");
    let tokens = holder.sign_in(&mut world.client, &TWELVE);
    assert_eq!(world.client.posts, 5);
    assert_eq!(tokens.claims["absent"], json!([22]));
    let residence = tokens.claims["groups"]["17"].as_str().unwrap();
    assert!(unb64(residence).unwrap().len() > 242);
}

#[test]
fn what_the_holder_withholds_is_not_read() {
    let mut world = World::new(TerminalKind::Valid);
    let mut holder = world.holder("stateless");
    let tokens = holder.sign_in(&mut world.client, &REQUIRED);
    assert_eq!(tokens.claims["groups"].as_object().unwrap().len(), 8);

    let mut holder = world.holder("stateless");
    let (session, m1) = holder.begin(&mut world.client, &[1, 4]);
    let (word, m1) = m1.unwrap();
    let answer = holder.go_on(&mut world.client, &session, &word, &m1);
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"], "required_claim_missing");
}

#[test]
fn cards_refuse_an_expired_and_a_foreign_terminal() {
    for terminal in [TerminalKind::Expired, TerminalKind::Foreign] {
        let mut world = World::new(terminal);
        let mut holder = world.holder("citizen");
        let (_, m1) = holder.begin(&mut world.client, &REQUIRED);
        assert!(m1.is_err(), "{terminal:?}");
    }
}

#[test]
fn a_false_m1_ends_the_session() {
    let mut world = World::new(TerminalKind::Valid);
    let mut holder = world.holder("citizen");
    let (session, m1) = holder.begin(&mut world.client, &REQUIRED);
    let (word, mut m1) = m1.unwrap();
    *m1.last_mut().unwrap() ^= 1;
    let answer = holder.go_on(&mut world.client, &session, &word, &m1);
    assert_eq!(answer.json()["error"], "terminal_refused");
    *m1.last_mut().unwrap() ^= 1;
    let answer = holder.go_on(&mut world.client, &session, &word, &m1);
    assert_eq!(answer.json()["error"], "session_expired");
}

#[test]
fn a_proof_is_good_once() {
    let mut world = World::new(TerminalKind::Valid);
    let proof = world.client.proof("POST", "/oauth/token", None);
    let fields = [("grant_type", "refresh_token"), ("client_id", "kabinet")];
    let client = &mut world.client;
    let first = client.post_form_with("/oauth/token", &fields, &proof);
    assert_eq!(first.json()["error"], "invalid_grant");
    let second = client.post_form_with("/oauth/token", &fields, &proof);
    assert_eq!(second.json()["error"], "invalid_dpop_proof");
    let elsewhere = client.proof("POST", "/oauth/challenge", None);
    let third = client.post_form_with("/oauth/token", &fields, &elsewhere);
    assert_eq!(third.json()["error"], "invalid_dpop_proof");
}

fn refresh(client: &mut Client, token: &str) -> serde_json::Value {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "kabinet"),
        ("refresh_token", token),
    ];
    client.post_form("/oauth/token", &fields).json()
}

const SESSION: &str = "/.well-known/jmap";

#[test]
fn refresh_tokens_rotate_and_a_used_one_ends_the_family() {
    let mut world = World::new(TerminalKind::Valid);
    let mut holder = world.holder("citizen");
    let tokens = holder.sign_in(&mut world.client, &REQUIRED);
    let mut thief = Client::new(&world.client.url);
    assert_eq!(
        refresh(&mut thief, &tokens.refresh)["error"],
        "invalid_grant"
    );
    let next = refresh(&mut world.client, &tokens.refresh);
    let access = next["access_token"].as_str().unwrap();
    assert_eq!(world.client.area("GET", SESSION, access, &[]).status, 200);
    let again = refresh(&mut world.client, &tokens.refresh);
    assert_eq!(again["error"], "invalid_grant");
    let refused = world.client.area("GET", SESSION, access, &[]);
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .head
            .contains("www-authenticate: dpop error=\"invalid_token\"")
    );
    let newest = next["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&mut world.client, newest)["error"], "invalid_grant");
}

/// A refresh whose answer nobody heard may be repeated for a minute, by who has the key, until
/// something of it is shown; what was given meanwhile and not shown is good for nothing then.
#[test]
fn a_refresh_whose_answer_was_lost_is_repeated() {
    let mut world = World::new(TerminalKind::Valid);
    let mut holder = world.holder("citizen");
    let tokens = holder.sign_in(&mut world.client, &REQUIRED);
    let text = |answer: &serde_json::Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let lost = refresh(&mut world.client, &tokens.refresh);
    let mut thief = Client::new(&world.client.url);
    assert_eq!(
        refresh(&mut thief, &tokens.refresh)["error"],
        "invalid_grant"
    );
    let heard = refresh(&mut world.client, &tokens.refresh);
    let access = text(&heard, "access_token");
    assert_eq!(world.client.area("GET", SESSION, &access, &[]).status, 200);
    let dead = text(&lost, "access_token");
    assert_eq!(world.client.area("GET", SESSION, &dead, &[]).status, 401);
    let dead = text(&lost, "refresh_token");
    assert_eq!(refresh(&mut world.client, &dead)["error"], "invalid_grant");

    // A refresh by what was given shows it, too.
    let second = refresh(&mut world.client, &text(&heard, "refresh_token"));
    let third = refresh(&mut world.client, &text(&second, "refresh_token"));
    assert!(third["access_token"].is_string(), "{third}");
    let late = refresh(&mut world.client, &text(&heard, "refresh_token"));
    assert_eq!(late["error"], "invalid_grant");
    let gone = text(&third, "access_token");
    assert_eq!(world.client.area("GET", SESSION, &gone, &[]).status, 401);

    // Later than a minute it is a copy that somebody shows.
    let tokens = world
        .holder("citizen")
        .sign_in(&mut world.client, &REQUIRED);
    let first = refresh(&mut world.client, &tokens.refresh);
    let skew = r#"{"match":"/oauth/token","kind":"clock_skew","seconds":70}"#;
    let order = world
        .client
        .raw("POST", "/sandbox/faults", "", skew.as_bytes());
    assert_eq!(order.unwrap().status, 200);
    let late = refresh(&mut world.client, &tokens.refresh);
    assert_eq!(late["error"], "invalid_grant");
    let first = text(&first, "access_token");
    assert_eq!(world.client.area("GET", SESSION, &first, &[]).status, 401);
}

#[test]
fn misbehaves_on_demand() {
    let world = World::new(TerminalKind::Valid);
    let client = &world.client;
    let order = |fault: serde_json::Value| {
        let body = fault.to_string();
        let answer = client.raw("POST", "/sandbox/faults", "", body.as_bytes());
        assert_eq!(answer.unwrap().status, 200);
    };
    let keys = || client.raw("GET", "/oauth/jwks", "", &[]);
    order(json!({ "match": "/oauth", "kind": "status_503", "retry_after": 7 }));
    let answer = keys().unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("retry-after: 7"));
    let whole = keys().unwrap();
    assert_eq!(whole.status, 200);
    for kind in ["drop_before", "drop_after"] {
        order(json!({ "match": "/oauth", "kind": kind }));
        assert!(keys().is_none(), "{kind}");
    }
    order(json!({ "match": "/oauth", "kind": "hang", "milliseconds": 50 }));
    assert!(keys().is_none());
    order(json!({ "match": "/oauth", "kind": "truncate" }));
    assert_eq!(keys().unwrap().text.len(), whole.text.len() / 2);
    order(json!({ "match": "/oauth", "kind": "garbage", "times": 100 }));
    assert!(serde_json::from_str::<serde_json::Value>(&keys().unwrap().text).is_err());
    client.raw("DELETE", "/sandbox/faults", "", &[]).unwrap();
    assert_eq!(keys().unwrap().text, whole.text);
    let counts = client
        .raw("GET", "/sandbox/requests", "", &[])
        .unwrap()
        .json();
    assert_eq!(counts, json!({ "/oauth/jwks": 8 }));
}
