//! A portal that misbehaves on demand, and what the person meets then.

#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use e2e::{Applicant, PATIENCE, World};
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

/// The answer to a refresh is lost on its way: the next pass goes on with the session.
#[test]
fn a_lost_answer_to_a_refresh_costs_no_sign_in() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    for (lost, code) in [("drop_after", "offline"), ("truncate", "portal_garbage")] {
        for (path, kind) in [("/jmap/api", "expired_token"), ("/oauth/token", lost)] {
            let fault = json!({"match": path, "kind": kind});
            world.sandbox.fault(&fault).unwrap();
        }
        cli.fails(&["sync"], code).unwrap();
        cli.ok(&["sync"]).unwrap();
    }
    assert_eq!(cli.ok(&["whoami"]).unwrap()["session"], true);
}

/// Who watches leaves a portal alone for as long as it asked, with its passes and with the event source,
/// even when something changes there meanwhile; and then goes on by itself.
#[test]
fn a_portal_that_asks_to_be_left_alone_is() {
    const ASKED: Duration = Duration::from_secs(6);
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let id = applicant.draft().unwrap();
    applicant.cli.ok(&["apply", &id]).unwrap();
    let count = |path: &str| {
        let requests = world.sandbox.requests().unwrap();
        requests[path].as_u64().unwrap_or(0)
    };
    let so_far = |path: &str| (Instant::now(), count(path));
    // Between which moments there came to be more than there were then.
    let wait_for = |path: &str, (mut asked_after, more_than): (Instant, u64)| {
        let end = Instant::now() + PATIENCE;
        loop {
            let before = Instant::now();
            if count(path) > more_than {
                return (asked_after, Instant::now());
            }
            asked_after = before;
            assert!(Instant::now() < end, "no request to {path}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let busy = |path: &str, kind: &str| {
        let fault = json!({"match": path, "kind": kind, "retry_after": ASKED.as_secs()});
        world.sandbox.fault(&fault).unwrap();
    };

    // The event source refuses, and nothing else is asked for either.
    busy("/jmap/events", "status_503");
    let before = so_far("/jmap/events");
    let mut watching = applicant.cli.start(&["sync", "--watch"]).unwrap();
    let (refused, _) = wait_for("/jmap/events", before);
    let passes = so_far("/jmap/api");
    let (_, opened) = wait_for("/jmap/events", (refused, before.1 + 1));
    assert!(opened - refused >= ASKED, "{:?}", opened - refused);
    wait_for("/jmap/api", passes);

    // A pass is refused; what the stream tells meanwhile has to wait.
    busy("/jmap/api", "status_429");
    let passes = so_far("/jmap/api");
    world.sandbox.operate(&id, &["accept"]).unwrap();
    let (refused, _) = wait_for("/jmap/api", passes);
    let asked = ["request", "--wanted", "Copy"];
    world.sandbox.operate(&id, &asked).unwrap();
    let (_, again) = wait_for("/jmap/api", (refused, passes.1 + 1));
    assert!(again - refused >= ASKED, "{:?}", again - refused);
    watching.kill().unwrap();
    watching.wait().unwrap();
    // It was ended in the middle of that pass.
    applicant.cli.ok(&["sync"]).unwrap();
    let view = applicant.cli.ok(&["applications", "show", &id]).unwrap();
    assert_eq!(view["status"], "documentsRequested", "{view}");
}
