//! Enroll1: the request goes by file to a registration office, whose operator vouches for it; the
//! certificate is picked up by Retrieve. And what the person may need when the card is lost: the
//! password for revocation.

use e2e::{Cli, World};
use serde_json::json;

use crate::{ISSUER, certificate, signs, waits};

/// Whoever is no resident cannot be enrolled by way of the card, and goes to the office.
fn foreigner(world: &World, card: &e2e::VirtualCard) -> Cli {
    world.cli("foreigner", Some(card)).unwrap()
}

fn request(cli: &Cli, world: &World, more: &[&str]) -> Vec<u8> {
    let file = world.dir().join("request.p10");
    let output = ["cert", "request", "-o", file.to_str().unwrap()];
    cli.ok(&[&output, more].concat()).unwrap();
    std::fs::read(file).unwrap()
}

#[test]
fn a_request_at_the_office_waits_and_is_approved() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("foreigner").unwrap();
    let cli = foreigner(&world, &card);
    request(&cli, &world, &["--new-key"]);
    // Nobody has handed it in yet, and there is no other way.
    cli.fails(&["cert", "enrol", "--yes"], "portal_refused")
        .unwrap();
    assert!(waits(&cli));

    let asked = request(&cli, &world, &[]);
    world.sandbox.authority(&json!({"mood": "slow"})).unwrap();
    let said = world.sandbox.at_the_office(&asked).unwrap();
    assert_eq!(said["status"], "waiting", "{said}");
    for _ in 0..2 {
        let asked = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
        assert_eq!(asked["state"], "waiting", "{asked}");
        assert!(waits(&cli));
    }
    world.sandbox.authority(&json!({"release": true})).unwrap();
    let came = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
    assert_eq!(certificate(&cli)["issuer"], ISSUER);
    assert!(!waits(&cli));
    // The terminal was never met.
    let requests = world.sandbox.requests().unwrap();
    assert!(requests["/ra/retrieve"].as_u64() >= Some(3), "{requests}");
    signs(&cli, &world);
}

#[test]
fn a_request_that_the_office_refused_can_be_handed_in_anew() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("foreigner").unwrap();
    let cli = foreigner(&world, &card);
    let asked = request(&cli, &world, &["--new-key"]);
    world.sandbox.authority(&json!({"mood": "slow"})).unwrap();
    world.sandbox.at_the_office(&asked).unwrap();
    world.sandbox.authority(&json!({"refuse": true})).unwrap();
    cli.fails(&["cert", "enrol", "--yes"], "portal_refused")
        .unwrap();
    assert!(waits(&cli));

    let asked = request(&cli, &world, &["--info", "erip981210"]);
    world.sandbox.authority(&json!({"mood": "prompt"})).unwrap();
    let said = world.sandbox.at_the_office(&asked).unwrap();
    assert_eq!(said["status"], "granted", "{said}");
    let came = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
    signs(&cli, &world);
    // What is no request is not taken.
    let said = world.sandbox.at_the_office(b"0").unwrap();
    assert_eq!(said["status"], "rejection", "{said}");
}

#[test]
fn a_lost_card_is_revoked_by_the_password() {
    let world = World::with_services().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let mut cli = world.cli("lost", Some(&card)).unwrap();
    cli.ok(&["cert", "renew", "--yes"]).unwrap();
    signs(&cli, &world);
    let account = world.sandbox.account().unwrap();
    let der = hex::decode(account["issued"][0]["der"].as_str().unwrap()).unwrap();
    let file = world.dir().join("mine.cer");
    std::fs::write(&file, der).unwrap();
    let revoke = ["cert", "revoke", "--yes", "--lost", file.to_str().unwrap()];

    let mut with = |password: &str, words: &[&str], code: Option<&str>| {
        cli.secrets["revocation_password"] = password.into();
        match code {
            None => drop(cli.ok(words).unwrap()),
            Some(code) => drop(cli.fails(words, code).unwrap()),
        }
    };
    let set = ["cert", "password"];
    // None is set; the authority wants eight signs; the profile at most 255 octets.
    with("паліндром 2026", &revoke, Some("enrolment_rejected"));
    with("сем", &set, Some("enrolment_rejected"));
    with(&"a".repeat(256), &set, Some("usage"));
    with("", &set, Some("usage"));
    assert_eq!(world.sandbox.account().unwrap()["passwords"], 0);
    with("паліндром 2026", &set, None);
    assert_eq!(world.sandbox.account().unwrap()["passwords"], 1);
    // Another one takes its place.
    with("казка пра рэпку", &set, None);
    with("паліндром 2026", &revoke, Some("enrolment_rejected"));
    assert_eq!(card.pin_attempts().unwrap(), 3);
    card.eject().unwrap();
    with("казка пра рэпку", &revoke, None);
    with("казка пра рэпку", &revoke, Some("enrolment_rejected"));

    let signed = world.dir().join("text.txt.p7m");
    let report = cli.call(&["verify", signed.to_str().unwrap()]).unwrap();
    assert_eq!(report.json["reason"], "REVOKED_NO_POE", "{}", report.json);
}
