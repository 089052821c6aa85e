//! A portal that misbehaves on demand, and what the person meets then.

#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Applicant, World};
use serde_json::json;

#[test]
fn a_forged_ticket_and_a_wrong_clock_end_the_sign_in() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("holder", Some(&card)).unwrap();
    let skew = |seconds: i64| json!({"match": "/oauth", "kind": "clock_skew", "seconds": seconds, "times": 9});
    for (fault, code) in [
        (
            json!({"match": "/oauth/token", "kind": "wrong_ticket"}),
            "portal_garbage",
        ),
        // The proofs of the client are of another time than the portal's.
        (skew(7200), "portal_refused"),
    ] {
        world.sandbox.fault(&fault).unwrap();
        cli.fails(&["login"], code).unwrap();
        cli.fails(&["whoami"], "no_store").unwrap();
        world.sandbox.behave().unwrap();
    }
    // Clocks are never quite the same.
    world.sandbox.fault(&skew(-120)).unwrap();
    cli.ok(&["login"]).unwrap();
    world.sandbox.behave().unwrap();
    // Nothing was spent on it.
    cli.ok(&["login"]).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn an_expired_token_is_renewed_and_a_busy_portal_is_left_alone() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let expired = json!({"match": "/jmap/api", "kind": "expired_token"});
    world.sandbox.fault(&expired).unwrap();
    let before = world.sandbox.requests().unwrap();
    cli.ok(&["sync"]).unwrap();
    let after = world.sandbox.requests().unwrap();
    let refreshes = |requests: &serde_json::Value| requests["/oauth/token"].as_u64().unwrap();
    assert_eq!(refreshes(&after), refreshes(&before) + 1);

    let busy = json!({"match": "/jmap/upload", "kind": "status_429", "retry_after": 600});
    world.sandbox.fault(&busy).unwrap();
    let id = applicant.draft().unwrap();
    let waits = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(waits["state"], "waiting", "{waits}");
    assert_eq!(waits["problem"]["code"], "portal_server");
    assert!(waits["item"]["next_try_at"].is_string());
    // Not before its time: a pass sends nothing.
    assert_eq!(cli.ok(&["sync"]).unwrap()["waiting"], 1);
    assert!(world.sandbox.applications().unwrap().is_empty());
    cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
}
