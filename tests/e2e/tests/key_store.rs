//! The store's key in the system's key store: GNOME's, unlocked as a sign-in to the desktop does, on
//! a session bus of its own. No passphrase is ever asked for, and forgetting takes the key away.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::process::Command;

use e2e::World;
use serde_json::{Value, json};

const CALLS: &str = r#"set -eu
printf 'the password of the desktop' | gnome-keyring-daemon --unlock --components=secrets > /dev/null
call() {
    name=$1; shift
    "$program" --json --secrets "$secrets" --profile "$profile" --reader "$reader" "$@" \
        > "$results/$name.json" || true
}
# What the key store itself has of this program, found by the attribute under which it is put there.
ours() {
    gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
        --method org.freedesktop.Secret.Service.SearchItems "{'service': 'by.kabinet.desktop'}" \
        > "$results/$1"
}
ours items-first
call login login
call whoami whoami
find "$profile/persons" -name store.key > "$results/keys"
call doctor doctor
ours items-kept
# A key store that is not there keeps the store shut, and says so.
DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent "$program" --json --profile "$profile" whoami > "$results/elsewhere.json" || true
call forget forget --yes
ours items-forgotten
call after whoami
call again login
ours items-again
"#;

/// The items that the key store answered with, locked ones among them.
fn items(answer: &str) -> Vec<&str> {
    let parts = answer.split('\'');
    parts.filter(|part| part.starts_with('/')).collect()
}

#[test]
fn the_system_keeps_the_key() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (home, results) = (world.dir().join("home"), world.dir().join("results"));
    std::fs::create_dir(&home).unwrap();
    std::fs::create_dir(&results).unwrap();
    let secrets = world.dir().join("secrets.json");
    std::fs::write(&secrets, json!({"pin": "123456"}).to_string()).unwrap();
    let status = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", CALLS])
        .env("HOME", &home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", &home)
        .env("program", e2e::program::path("kabinet-cli").unwrap())
        .env("secrets", &secrets)
        .env("profile", world.profile("holder").unwrap())
        .env("reader", &card.reader)
        .env("results", &results)
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    let answer = |name: &str| -> Value {
        let text = std::fs::read_to_string(results.join(format!("{name}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    assert_eq!(answer("login")["session"], true, "{}", answer("login"));
    assert_eq!(answer("whoami")["nationality"], "BLR");
    // Nothing under a passphrase.
    assert_eq!(std::fs::read_to_string(results.join("keys")).unwrap(), "");
    let checks = answer("doctor")["checks"].clone();
    let store = checks
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == "store");
    assert_eq!(store.unwrap()["detail"], "open");
    assert_eq!(
        answer("elsewhere")["error"]["code"],
        "no_key_store",
        "{}",
        answer("elsewhere")
    );
    assert_eq!(answer("forget"), json!({"done": true}));
    assert_eq!(answer("after")["error"]["code"], "no_store");
    // The key itself comes and goes, and not only what the program says of it.
    let text = |name: &str| std::fs::read_to_string(results.join(name)).unwrap();
    for (name, count) in [
        ("items-first", 0),
        ("items-kept", 1),
        ("items-forgotten", 0),
        ("items-again", 1),
    ] {
        let said = text(name);
        assert_eq!(items(&said).len(), count, "{name}: {said}");
    }
    assert_eq!(answer("again")["session"], true, "{}", answer("again"));
}
