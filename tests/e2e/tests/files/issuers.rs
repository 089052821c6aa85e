//! A signature without its issuer's certificate: that is fetched from where the signer's certificate
//! says, helps to find the way up, and is trusted by nobody for that.

use std::path::PathBuf;

use e2e::{Cli, VirtualCard, World};
use serde_json::{Value, json};

use crate::{asked, file, verdict, world};

const PLACE: &str = "/ca.cer";

/// Somebody who trusts the roots, and not the issuing authority by itself.
fn reader(world: &World, name: &str, without: &[&str]) -> Cli {
    let cli = world.cli(name, None).unwrap();
    for anchor in [&["sandbox-ca-issuing.cer"], without].concat() {
        std::fs::remove_file(cli.profile.join("trust").join(anchor)).unwrap();
    }
    cli
}

/// A file that was signed with a certificate of the issuing authority.
fn signed(world: &World, card: &VirtualCard) -> String {
    let cli = world.cli("signer", Some(card)).unwrap();
    cli.ok(&["cert", "renew", "--yes"]).unwrap();
    let name = file(world, "contract.txt");
    cli.ok(&["sign", "--attached", &name]).unwrap();
    format!("{name}.p7m")
}

fn fetched(world: &World) -> u64 {
    let counts = world.sandbox.requests().unwrap();
    counts[PLACE].as_u64().unwrap_or_default()
}

/// What the profile keeps of authorities.
fn kept(cli: &Cli) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(cli.profile.join("issuers"));
    let entries = folder.into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn no_chain(cli: &Cli, words: &[&str]) -> Value {
    let (code, report) = verdict(cli, words);
    assert_eq!(code, 2, "{report}");
    assert_eq!(report["reason"], "NO_CERTIFICATE_CHAIN_FOUND", "{report}");
    report
}

#[test]
fn an_issuer_that_was_not_sent_along_is_fetched_and_kept() {
    let (mut world, card) = world();
    let signature = signed(&world, &card);
    let cli = reader(&world, "reader", &[]);
    let report = no_chain(&cli, &["--offline", &signature]);
    assert_eq!((&report["asked"], fetched(&world)), (&json!([]), 0));

    // Lists are kept without a store, what responders say is not.
    let out = json!({"match": "/ocsp", "kind": "status_500", "times": 100});
    world.sandbox.fault(&out).unwrap();
    let (code, report) = verdict(&cli, &[&signature]);
    assert_eq!(code, 0, "{report}");
    assert_eq!((asked(&report, "issuer"), fetched(&world)), (1, 1));
    let chain = &report["signers"][0]["chain"];
    assert_eq!(chain[1]["name"], "Sandbox Issuing CA", "{report}");
    assert_eq!(chain[2]["name"], "Sandbox Root CA 2", "{report}");
    assert_eq!(kept(&cli).len(), 1);
    let (code, report) = verdict(&cli, &[&signature]);
    assert_eq!((code, asked(&report, "issuer")), (0, 0), "{report}");

    world.sandbox.disconnect();
    let (code, report) = verdict(&cli, &[&signature]);
    assert_eq!((code, &report["asked"]), (0, &json!([])), "{report}");
}

#[test]
fn what_was_fetched_is_not_trusted_for_that() {
    let (world, card) = world();
    let signature = signed(&world, &card);
    // No way leads from it to an anchor.
    let stranger = reader(&world, "stranger", &["sandbox-ca-root.cer"]);
    let report = no_chain(&stranger, &[&signature]);
    assert_eq!(asked(&report, "issuer"), 1, "{report}");
    assert_eq!(kept(&stranger), Vec::<PathBuf>::new());

    let cli = reader(&world, "reader", &[]);
    for kind in ["garbage", "truncate", "status_500", "drop_before"] {
        let fault = json!({"match": PLACE, "kind": kind, "times": 1});
        world.sandbox.fault(&fault).unwrap();
        no_chain(&cli, &[&signature]);
        assert_eq!(kept(&cli), Vec::<PathBuf>::new(), "{kind}");
    }

    // A file must not reach what only this computer sees, unless the person set that service.
    let before = fetched(&world);
    let elsewhere = reader(&world, "elsewhere", &[]);
    let settings = json!({"portal": "https://portal.example/", "language": "en"});
    std::fs::write(
        elsewhere.profile.join("settings.json"),
        settings.to_string(),
    )
    .unwrap();
    let report = no_chain(&elsewhere, &[&signature]);
    assert_eq!((&report["asked"], fetched(&world)), (&json!([]), before));
}

#[test]
fn an_issuer_of_a_recipient_is_fetched_too() {
    let (world, card) = world();
    let signature = signed(&world, &card);
    let account = world.sandbox.account().unwrap();
    let to = world.dir().join("recipient.cer");
    let der = account["issued"][0]["der"].as_str().unwrap();
    std::fs::write(&to, hex::decode(der).unwrap()).unwrap();
    let cli = reader(&world, "reader", &[]);
    let made = cli
        .ok(&["encrypt", &signature, "--to", to.to_str().unwrap()])
        .unwrap();
    assert_eq!(made["recipients"][0]["verdict"], "valid", "{made}");
    assert_eq!((asked(&made, "issuer"), asked(&made, "status")), (1, 1));
}
