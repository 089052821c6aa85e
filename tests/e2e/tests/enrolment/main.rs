//! Certificates for keys on the card, on the command line: through the registration authority, at
//! once and after waiting; with the card pulled out wherever it changes something; revoked.

#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(unix)]
mod killed;
mod levels;
mod office;
mod refused;

use e2e::{Cli, Pcscd, VirtualCard, World};
use serde_json::{Value, json};

const ISSUER: &str = "Sandbox Issuing CA";
/// Heads of the commands after which a card is another: destroying and making a key, signing,
/// writing.
const CHANGES: [&str; 3] = ["E62100", "468000", "2A9E9A"];
const WRITES: &str = "D6";

fn certificate(cli: &Cli) -> Value {
    let status = cli.ok(&["cert", "status"]).unwrap();
    status["certificates"][0].clone()
}

fn waits(cli: &Cli) -> bool {
    let status = cli.ok(&["cert", "status"]).unwrap();
    status["keys"][0]["awaits_certificate"].as_bool().unwrap()
}

/// Signs a file, which verifies by the profile's trust anchors.
fn signs(cli: &Cli, world: &World) {
    let file = world.dir().join("text.txt");
    std::fs::write(&file, "text").unwrap();
    let file = file.to_str().unwrap();
    cli.ok(&["sign", file, "--attached"]).unwrap();
    let report = cli.ok(&["verify", &format!("{file}.p7m")]).unwrap();
    assert_eq!(report["verdict"], "valid", "{report}");
}

#[test]
fn a_certificate_is_renewed_for_the_same_key_and_for_a_new_one() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("enrolment", Some(&card)).unwrap();
    let old = certificate(&cli);
    assert_ne!(old["issuer"], ISSUER);

    let renewed = cli.ok(&["cert", "renew", "--yes"]).unwrap();
    assert_eq!(renewed["state"], "issued", "{renewed}");
    let new = certificate(&cli);
    assert_eq!(new["issuer"], ISSUER);
    assert_eq!(new["subject"], old["subject"]);
    let days = new["days_left"].as_i64().unwrap();
    assert!((1090..1096).contains(&days), "{days}");
    signs(&cli, &world);

    // Another key; the authority takes its time.
    world.sandbox.authority(&json!({"mood": "slow"})).unwrap();
    let asked = cli.ok(&["cert", "enrol", "--new-key", "--yes"]).unwrap();
    assert_eq!(asked["state"], "waiting", "{asked}");
    assert!(waits(&cli));
    assert_eq!(
        cli.ok(&["cert", "enrol", "--yes"]).unwrap()["state"],
        "waiting"
    );
    cli.fails(&["sign", "Cargo.toml"], "no_certificate")
        .unwrap();
    world.sandbox.authority(&json!({"release": true})).unwrap();
    let came = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
    assert!(!waits(&cli));
    assert_ne!(certificate(&cli)["serial_number"], new["serial_number"]);
    signs(&cli, &world);
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn refusals_leave_the_key_and_the_next_try_goes_on() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("refused", Some(&card)).unwrap();
    world.sandbox.authority(&json!({"mood": "strict"})).unwrap();
    let enrol = ["cert", "enrol", "--new-key", "--yes"];
    cli.fails(&enrol, "enrolment_rejected").unwrap();
    assert!(waits(&cli));
    // The network breaks off on the way; the same key asks again.
    world.sandbox.authority(&json!({"mood": "prompt"})).unwrap();
    let lost = json!({"match": "/ra/enrol", "kind": "drop_after"});
    world.sandbox.fault(&lost).unwrap();
    cli.fails(&["cert", "enrol", "--yes"], "offline").unwrap();
    let came = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
    signs(&cli, &world);

    // Whoever is no resident goes to the office.
    let other = world.card_over_tcp("foreigner").unwrap();
    let cli = world.cli("foreigner", Some(&other)).unwrap();
    cli.fails(&["cert", "renew", "--yes"], "portal_refused")
        .unwrap();
    assert_ne!(certificate(&cli)["issuer"], ISSUER);
}

/// The authority issues for whom it was asked, and may say more of them (STB 34.101.78, clauses 9.2.7
/// and 7.3.1).
#[test]
fn a_certificate_for_somebody_else_is_not_written() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("name", Some(&card)).unwrap();
    let old = certificate(&cli);
    let file = std::fs::read(world.sandbox.card_file("citizen")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let name = hex::decode(file["esign"]["name"].as_str().unwrap()).unwrap();
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    assert!(text(&name).contains("ALENA") && text(&name).contains("IDCBY-590082394654"));
    let with = |from: &str, to: &str| {
        let place = name
            .windows(from.len())
            .position(|part| part == from.as_bytes());
        let mut changed = name.clone();
        changed[place.unwrap()..][..to.len()].copy_from_slice(to.as_bytes());
        hex::encode(changed)
    };
    for (from, to, said) in [
        ("ALENA", "OLENA", "OLENA YANKOUSKAYA"),
        ("IDCBY-5", "IDCBY-6", "ALENA YANKOUSKAYA"),
    ] {
        // The profile of before would ask for the wrong one again.
        let cli = world.cli(from, Some(&card)).unwrap();
        world
            .sandbox
            .authority(&json!({"subject": with(from, to)}))
            .unwrap();
        let error = cli
            .fails(&["cert", "renew", "--yes"], "certificate_other_name")
            .unwrap();
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
        assert_eq!(certificate(&cli), old);
    }
    // Nor from a file.
    let issued = world.sandbox.account().unwrap();
    let der = hex::decode(issued["issued"][0]["der"].as_str().unwrap()).unwrap();
    let path = world.dir().join("other.cer");
    std::fs::write(&path, der).unwrap();
    let install = ["cert", "install", path.to_str().unwrap()];
    cli.fails(&install, "certificate_other_name").unwrap();
    assert_eq!(certificate(&cli), old);

    // A locality more, which requests do not have.
    let locality = [
        &[
            0x31, 0x10, 0x30, 0x0E, 0x06, 0x03, 0x55, 0x04, 0x07, 0x0C, 0x07,
        ][..],
        b"Brest-1",
    ];
    let (own, _) = kabinet_stb::tlv::read(&name).unwrap();
    let more = kabinet_stb::tlv::encode(0x30, &[own.value, &locality.concat()].concat());
    world
        .sandbox
        .authority(&json!({"subject": hex::encode(more)}))
        .unwrap();
    let came = cli.ok(&["cert", "enrol", "--new-key", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
    assert_eq!(certificate(&cli)["subject"], old["subject"]);
    signs(&cli, &world);
}

#[test]
fn a_request_goes_by_file_and_another_certificate_is_not_written() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("by-file", Some(&card)).unwrap();
    let request = world.dir().join("request.p10");
    let request = request.to_str().unwrap();
    let words = [
        "cert",
        "request",
        "--new-key",
        "--info",
        "erip981210",
        "-o",
        request,
    ];
    cli.ok(&words).unwrap();
    assert!(waits(&cli));
    let der = std::fs::read(request).unwrap();
    assert!(der.windows(16).any(|part| part == b"/INFO:erip981210"));
    let other = world.sandbox.trust().join("sandbox-root.cer");
    let install = ["cert", "install", other.to_str().unwrap()];
    cli.fails(&install, "certificate_other_key").unwrap();
    cli.fails(&["cert", "install", request], "file_not_certificate")
        .unwrap();
    assert!(waits(&cli));
    // The same key goes on by way of the card.
    let came = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
}

#[test]
fn a_certificate_is_revoked_once() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("revoked", Some(&card)).unwrap();
    cli.ok(&["cert", "renew", "--yes"]).unwrap();
    cli.fails(&["cert", "revoke"], "cancelled").unwrap();
    // The authority wants work first.
    world.sandbox.authority(&json!({"work": 6})).unwrap();
    let revoke = ["cert", "revoke", "--reason", "superseded", "--yes"];
    cli.ok(&revoke).unwrap();
    cli.fails(&revoke, "enrolment_rejected").unwrap();
}

fn heads(card: &VirtualCard) -> Vec<String> {
    let status = card.status().unwrap();
    serde_json::from_value(status["commands"].clone()).unwrap()
}

/// The virtual card carries out the command at which it is pulled, and only the answer is lost.
#[test]
fn a_card_that_is_pulled_loses_nothing() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("pulled", Some(&card)).unwrap();
    let anew = ["cert", "enrol", "--new-key", "--yes"];
    card.reset_counters().unwrap();
    cli.ok(&anew).unwrap();
    let commands = heads(&card);
    let changes: Vec<u64> = (1..)
        .zip(&commands)
        .filter(|(_, head)| CHANGES.contains(&head.as_str()) || head.starts_with(WRITES))
        .map(|(at, _)| at)
        .collect();
    assert!(changes.len() >= 8, "{commands:?}");
    for at in changes {
        let head = &commands[usize::try_from(at).unwrap() - 1];
        card.reset_counters().unwrap();
        card.eject_at(at).unwrap();
        cli.fails(&anew, "card_removed").unwrap();
        card.insert().unwrap();
        // Also after the one answer that a card gives but once: that key is nobody's, and another one
        // is made.
        let went_on = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
        assert_eq!(went_on["state"], "issued", "{at} {head}");
        assert!(!waits(&cli), "{at} {head}");
    }
    signs(&cli, &world);
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn a_certificate_comes_through_the_smart_card_service() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("service", Some(&card)).unwrap();
    let renewed = cli.ok(&["cert", "renew", "--yes"]).unwrap();
    assert_eq!(renewed["certificate"]["issuer"], ISSUER, "{renewed}");
    signs(&cli, &world);
}

/// A key that was made by itself is certified later.
#[test]
fn a_key_made_before_gets_its_certificate() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("made-before", Some(&card)).unwrap();
    cli.ok(&["key", "destroy", "--yes"]).unwrap();
    cli.ok(&["key", "generate"]).unwrap();
    let came = cli.ok(&["cert", "enrol", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
    signs(&cli, &world);
}

/// A key that somebody else made on the card is never destroyed by itself.
#[test]
fn a_key_of_somebody_else_stays() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let elsewhere = world.cli("elsewhere", Some(&card)).unwrap();
    elsewhere.ok(&["key", "destroy", "--yes"]).unwrap();
    elsewhere.ok(&["key", "generate"]).unwrap();
    let cli = world.cli("here", Some(&card)).unwrap();
    cli.fails(&["cert", "enrol", "--yes"], "key_unknown")
        .unwrap();
    let came = elsewhere.ok(&["cert", "enrol", "--yes"]).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
}
