//! Keys of the levels 192 and 256: certified by way of the card (Enroll2), signed and decrypted with,
//! revoked.

use e2e::{Cli, World};
use serde_json::{Value, json};

use crate::{ISSUER, heads};

/// The key of a level as `cert status` lists it, and its certificate.
fn key(cli: &Cli, level: u16) -> (Value, Value) {
    let status = cli.ok(&["cert", "status"]).unwrap();
    let find = |list: &str, field: &str, value: &Value| {
        let mut found = status[list].as_array().unwrap().iter();
        let found = found.find(|one| &one[field] == value);
        found.cloned().unwrap_or_default()
    };
    let key = find("keys", "level", &level.into());
    let certificate = find("certificates", "key", &key["key"]);
    (key, certificate)
}

/// What a signature by the key of that level says of itself.
fn signed_by(cli: &Cli, world: &World, level: &str) -> Value {
    let file = world.dir().join(format!("level {level}.txt"));
    std::fs::write(&file, "text").unwrap();
    let file = file.to_str().unwrap();
    let signed = cli.ok(&["sign", file, "--key-level", level]).unwrap();
    let signature = signed["files"][0]["path"].as_str().unwrap();
    let report = cli.ok(&["verify", signature]).unwrap();
    assert_eq!(report["verdict"], "valid", "{report}");
    report["signers"][0].clone()
}

#[test]
fn keys_of_the_higher_levels_are_certified_and_sign() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("levels", Some(&card)).unwrap();
    let (_, first) = key(&cli, 128);
    let file = world.dir().join("text.txt");
    std::fs::write(&file, "text").unwrap();
    let early = ["sign", file.to_str().unwrap(), "--key-level", "192"];
    cli.fails(&early, "no_certificate").unwrap();
    cli.fails(&[early[0], early[1], early[2], "100"], "usage")
        .unwrap();

    for (level, years, hash, digits) in [(192, 4, "bash384", 96), (256, 5, "bash512", 128)] {
        let text = level.to_string();
        let came = cli
            .ok(&["cert", "enrol", "--level", &text, "--yes"])
            .unwrap();
        assert_eq!(came["state"], "issued", "{came}");
        let (state, certificate) = key(&cli, level);
        assert_eq!(state["awaits_certificate"], false, "{state}");
        assert_eq!(certificate["issuer"], ISSUER, "{certificate}");
        assert_eq!(certificate["subject"], first["subject"]);
        assert_eq!(
            certificate["serial_number"],
            came["certificate"]["serial_number"]
        );
        let days = certificate["days_left"].as_i64().unwrap();
        assert_eq!((days + 1) / 365, years, "{days}");
        let signer = signed_by(&cli, &world, &text);
        assert_eq!(signer["content"]["hash_algorithm"], hash, "{signer}");
        let digest = signer["content"]["digest"].as_str().unwrap();
        assert_eq!(digest.len(), digits);
        // The certificate that signed is the one of this key.
        assert_eq!(
            signer["chain"][0]["serial_number"],
            certificate["serial_number"]
        );
    }
    // The key that every card has is as it was, and signs unless another one is named.
    assert_eq!(key(&cli, 128).1, first);
    let signer = signed_by(&cli, &world, "128");
    assert_eq!(signer["chain"][0]["serial_number"], first["serial_number"]);
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// A file is opened by a key for which it was encrypted, and by no other of the same card.
#[test]
fn keys_of_the_higher_levels_open_files() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("secrets", Some(&card)).unwrap();
    let path = |name: &str| world.dir().join(name).to_str().unwrap().to_owned();
    let (file, nothing) = (path("text.txt"), path("nothing"));
    let text = "Таямніца № 1\n".repeat(10_000);
    std::fs::write(&file, &text).unwrap();
    let sealed = |name: &str| path(&format!("{name}.p7m"));
    let encrypt = |name: &str, levels: &[&str]| {
        let certificates = levels.iter().map(|level| path(&format!("{level}.cer")));
        let (output, certificates) = (sealed(name), certificates.collect::<Vec<_>>());
        let mut words = vec!["encrypt", &file, "-o", &output, "--to"];
        words.extend(certificates.iter().map(String::as_str));
        cli.ok(&words).unwrap()["algorithm"].clone()
    };
    let opens = |name: &str, level: &str| {
        let output = path(&format!("{name} by {level}.txt"));
        cli.ok(&[
            "decrypt",
            &sealed(name),
            "--key-level",
            level,
            "-o",
            &output,
        ])
        .unwrap();
        assert_eq!(std::fs::read_to_string(&output).unwrap(), text);
    };
    let refused = |name: &str, level: &str, code: &str| {
        let file = sealed(name);
        let words = ["decrypt", &file, "--key-level", level, "-o", &nothing];
        let error = cli.fails(&words, code).unwrap();
        assert!(!std::path::Path::new(&nothing).exists());
        error
    };

    for level in ["128", "192", "256"] {
        let certificate = path(&format!("{level}.cer"));
        let save = ["cert", "save", "--level", level, "-o", &certificate];
        if level != "128" {
            cli.fails(&save, "no_certificate").unwrap();
            refused("128", level, "no_certificate");
            cli.ok(&["cert", "enrol", "--level", level, "--yes"])
                .unwrap();
        }
        cli.ok(&save).unwrap();
        assert_eq!(encrypt(level, &[level]), format!("belt-cfb{level}"));
        opens(level, level);
    }
    // Each of several recipients opens it; the weakest says how long the key of the content is.
    assert_eq!(encrypt("both", &["256", "192"]), "belt-cfb192");
    opens("both", "192");
    opens("both", "256");

    for (name, level, code) in [
        ("128", "192", "encrypted_for_others"),
        ("192", "256", "encrypted_for_others"),
        ("256", "192", "content_key_too_long"),
        ("both", "128", "content_key_too_long"),
        ("128", "100", "usage"),
    ] {
        let error = refused(name, level, code);
        let remedy = error["remedy"].as_str().unwrap();
        let names_length = remedy.contains(&format!("belt-cfb{level}"));
        assert_eq!(names_length, code == "content_key_too_long", "{error}");
    }
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn a_key_of_a_higher_level_waits_is_renewed_and_revoked() {
    let world = World::with_services().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("waiting", Some(&card)).unwrap();
    world.sandbox.authority(&json!({"mood": "slow"})).unwrap();
    let enrol = ["cert", "enrol", "--level", "256", "--yes"];
    let asked = cli.ok(&enrol).unwrap();
    assert_eq!(asked["state"], "waiting", "{asked}");
    assert_eq!(key(&cli, 256).0["awaits_certificate"], true);
    world.sandbox.authority(&json!({"release": true})).unwrap();
    assert_eq!(cli.ok(&enrol).unwrap()["state"], "issued");
    let (_, old) = key(&cli, 256);
    signed_by(&cli, &world, "256");

    world.sandbox.authority(&json!({"mood": "prompt"})).unwrap();
    let renewed = cli
        .ok(&["cert", "renew", "--level", "256", "--yes"])
        .unwrap();
    assert_eq!(renewed["state"], "issued", "{renewed}");
    let (_, new) = key(&cli, 256);
    assert_ne!(new["serial_number"], old["serial_number"]);
    let signer = signed_by(&cli, &world, "256");
    assert_eq!(signer["chain"][0]["serial_number"], new["serial_number"]);

    // Revoked is the certificate of the key that was named, by its key.
    let revoke = ["cert", "revoke", "--level", "256", "--yes"];
    cli.ok(&revoke).unwrap();
    cli.fails(&revoke, "enrolment_rejected").unwrap();
    let signature = world.dir().join("level 256.txt (2).p7s");
    let report = cli.call(&["verify", signature.to_str().unwrap()]).unwrap();
    assert_eq!(report.json["reason"], "REVOKED_NO_POE", "{}", report.json);
    signed_by(&cli, &world, "128");
}

/// These places have no file before the first key, so that a key whose public key was lost on the way
/// from the card looks like somebody else's.
#[test]
fn the_first_key_of_a_level_that_was_lost_is_made_anew() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("lost", Some(&card)).unwrap();
    card.reset_counters().unwrap();
    cli.ok(&["cert", "enrol", "--level", "192", "--yes"])
        .unwrap();
    let makes = heads(&card).iter().position(|head| head == "468000");
    card.reset_counters().unwrap();
    card.eject_at(makes.unwrap() as u64 + 1).unwrap();
    let enrol = ["cert", "enrol", "--level", "256", "--yes"];
    cli.fails(&enrol, "card_removed").unwrap();
    card.insert().unwrap();
    assert_eq!(key(&cli, 256).0["state"], "active");
    cli.fails(&enrol, "key_unknown").unwrap();
    let came = cli.ok(&[&enrol[..], &["--new-key"]].concat()).unwrap();
    assert_eq!(came["state"], "issued", "{came}");
    signed_by(&cli, &world, "256");
}
