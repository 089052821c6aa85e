//! Several persons on one computer, and stores that break, as `kabinet-cli` meets them.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Command;

use e2e::{Cli, World};
#[cfg(target_os = "linux")]
use serde_json::Value;
use serde_json::json;

const PAGE: usize = 4096;

fn stores(profile: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(profile.join("persons"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("store.db"))
        .filter(|path| path.exists())
        .collect()
}

/// The names are those of the cards; `None` of a store that is locked.
fn names(cli: &Cli) -> Vec<(String, bool)> {
    let persons = cli.ok(&["person", "list"]).unwrap();
    persons
        .as_array()
        .unwrap()
        .iter()
        .map(|person| {
            let id = person["id"].as_str().unwrap().to_owned();
            (id, person["is_current"] == true)
        })
        .collect()
}

#[test]
fn two_persons_share_a_computer_and_nothing_else() {
    let world = World::start().unwrap();
    let first = world.card_over_tcp("citizen").unwrap();
    let second = world.card_over_tcp("foreigner").unwrap();
    let mut cli = world.cli("family", Some(&first)).unwrap();
    cli.ok(&["login"]).unwrap();
    let mine = cli.ok(&["whoami"]).unwrap();
    cli.ok(&["sync"]).unwrap();
    let draft = cli.ok(&["draft", "new", "2.2"]).unwrap();
    let draft = draft["summary"]["id"].as_str().unwrap().to_owned();

    cli.reader.clone_from(&second.reader);
    cli.secrets["passphrase"] = json!("another long passphrase");
    cli.ok(&["login"]).unwrap();
    let theirs = cli.ok(&["whoami"]).unwrap();
    assert_ne!(mine["name"], theirs["name"]);
    assert_eq!(cli.ok(&["draft", "list"]).unwrap(), json!([]));

    // Each passphrase opens its own store.
    let persons = names(&cli);
    assert_eq!(persons.len(), 2);
    let other = |cli: &Cli| {
        let mut others = names(cli).into_iter().filter(|(_, current)| !current);
        others.next().unwrap().0
    };
    let id = other(&cli);
    cli.fails(&["person", "use", &id], "passphrase_wrong")
        .unwrap();
    cli.secrets["passphrase"] = e2e::cli::secrets()["passphrase"].clone();
    cli.ok(&["person", "use", &id]).unwrap();
    assert_eq!(cli.ok(&["whoami"]).unwrap()["name"], mine["name"]);
    assert_eq!(
        cli.ok(&["draft", "show", &draft]).unwrap()["summary"]["id"],
        draft.as_str()
    );
    cli.fails(&["person", "use", "../../etc"], "no_store")
        .unwrap();

    // Whoever is forgotten takes nothing of the other along.
    assert_eq!(stores(&cli.profile).len(), 2);
    cli.ok(&["forget", "--yes"]).unwrap();
    assert_eq!(stores(&cli.profile).len(), 1);
    let id = other(&cli);
    cli.secrets["passphrase"] = json!("another long passphrase");
    cli.ok(&["person", "use", &id]).unwrap();
    assert_eq!(cli.ok(&["whoami"]).unwrap()["name"], theirs["name"]);
}

/// A call where the system keeps the keys of stores: GNOME's key store, unlocked as a sign-in to the
/// desktop does. It keeps them in the folder of `home` from one call to the next.
#[cfg(target_os = "linux")]
fn with_key_store(home: &Path, cli: &Cli, words: &[&str]) -> Value {
    const CALL: &str = "printf 'the password of the desktop' \
        | gnome-keyring-daemon --unlock --components=secrets > /dev/null && \"$@\"";
    let secrets = home.join("secrets.json");
    std::fs::write(&secrets, cli.secrets.to_string()).unwrap();
    let output = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", CALL, "sh"])
        .arg(e2e::program::path("kabinet-cli").unwrap())
        .args(["--json", "--reader", &cli.reader, "--profile"])
        .arg(&cli.profile)
        .arg("--secrets")
        .arg(&secrets)
        .args(words)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&text).unwrap_or_else(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{words:?}: {text}{said}")
    })
}

/// Before CAN and PIN a card says nothing of its holder. After either it is the card of somebody who
/// has a store here, and their store is offered.
#[cfg(target_os = "linux")]
#[test]
fn the_card_of_another_person_offers_their_store() {
    let world = World::start().unwrap();
    let first = world.card_over_tcp("citizen").unwrap();
    let second = world.card_over_tcp("foreigner").unwrap();
    let home = world.dir().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut cli = world.cli("family", Some(&first)).unwrap();
    cli.secrets.as_object_mut().unwrap().remove("passphrase");
    let call = |cli: &Cli, words: &[&str]| with_key_store(&home, cli, words);
    const BY_CAN: [&str; 4] = ["card", "read", "--with", "can"];

    call(&cli, &["login"]);
    let mine = call(&cli, &["whoami"]);
    let draft = call(&cli, &["sync"]);
    assert_eq!(draft["error"], Value::Null, "{draft}");
    let draft = call(&cli, &["draft", "new", "2.2"]);
    let draft = draft["summary"]["id"].as_str().unwrap().to_owned();
    // One's own card offers nothing, and nobody is known who has no store.
    assert_eq!(call(&cli, &["card", "read"])["other_person"], Value::Null);
    cli.reader.clone_from(&second.reader);
    for words in [&["card", "read"][..], &BY_CAN] {
        assert_eq!(call(&cli, words)["other_person"], Value::Null);
    }

    call(&cli, &["login"]);
    let theirs = call(&cli, &["whoami"]);
    assert_ne!(mine["name"], theirs["name"]);
    assert_eq!(call(&cli, &["draft", "list"]), json!([]));
    assert_eq!(call(&cli, &["card", "read"])["other_person"], Value::Null);
    cli.reader.clone_from(&first.reader);
    for words in [&["card", "read"][..], &BY_CAN] {
        let read = call(&cli, words);
        let other = &read["other_person"];
        assert_eq!(other["name"], mine["name"], "{read}");
        assert_eq!(other["is_current"], false);
        // It is an offer: the store that is open stays open.
        assert_eq!(call(&cli, &["whoami"])["name"], theirs["name"]);
        assert_eq!(call(&cli, &["draft", "list"]), json!([]));
        let id = other["id"].as_str().unwrap().to_owned();
        call(&cli, &["person", "use", &id]);
        assert_eq!(call(&cli, &["whoami"])["name"], mine["name"]);
        let drafts = call(&cli, &["draft", "list"]);
        assert_eq!(drafts[0]["id"], draft.as_str(), "{drafts}");
        assert_eq!(call(&cli, words)["other_person"], Value::Null);

        let persons = call(&cli, &["person", "list"]);
        let persons = persons.as_array().unwrap();
        let back = persons.iter().find(|one| one["is_current"] == false);
        call(
            &cli,
            &["person", "use", back.unwrap()["id"].as_str().unwrap()],
        );
    }
}

#[test]
fn a_damaged_store_is_said_and_repaired() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("caller", Some(&card)).unwrap();
    cli.ok(&["login"]).unwrap();
    cli.ok(&["sync"]).unwrap();
    let mut drafts = Vec::new();
    for _ in 0..4 {
        let draft = cli.ok(&["draft", "new", "2.2"]).unwrap();
        drafts.push(draft["summary"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(cli.ok(&["store", "check"]).unwrap(), json!({"whole": true}));

    // The catalogue fills most of the file: its pages are hit, from the end.
    let [store] = stores(&cli.profile).try_into().unwrap();
    let mut octets = std::fs::read(&store).unwrap();
    let pages = octets.len() / PAGE;
    for page in (pages / 2..pages).step_by(3) {
        octets[page * PAGE + 100] ^= 0x55;
    }
    std::fs::write(&store, &octets).unwrap();
    let checked = cli.call(&["store", "check"]).unwrap();
    assert_eq!((checked.code, checked.json), (1, json!({"whole": false})));

    // A wrong passphrase repairs nothing.
    let mut wrong = world.cli("caller", Some(&card)).unwrap();
    wrong.secrets["passphrase"] = json!("not this one at all");
    wrong
        .fails(&["store", "repair"], "passphrase_wrong")
        .unwrap();
    assert_eq!(std::fs::read(&store).unwrap(), octets);

    let repaired = cli.ok(&["store", "repair"]).unwrap();
    assert_eq!(cli.ok(&["store", "check"]).unwrap(), json!({"whole": true}));
    let aside = store.with_extension("damaged1");
    assert_eq!(aside.exists(), repaired["complete"] == false);
    // The catalogue, without which no draft can be shown, comes back from the portal.
    cli.ok(&["sync"]).unwrap();
    assert!(
        !cli.ok(&["catalog", "search"])
            .unwrap()
            .as_array()
            .unwrap()
            .is_empty()
    );
    // Each draft is there as it was, or the repair has said that something is not; none is invented.
    let listed = cli.ok(&["draft", "list"]).unwrap();
    let kept: BTreeSet<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|draft| draft["id"].as_str().unwrap())
        .collect();
    assert_eq!(kept.len(), listed.as_array().unwrap().len());
    assert_eq!(repaired["drafts"], kept.len(), "{repaired}");
    assert_eq!(repaired["waiting"], 0, "{repaired}");
    assert!(
        kept.len() == drafts.len() || repaired["complete"] == false,
        "{repaired}"
    );
    for id in &kept {
        assert!(drafts.iter().any(|draft| draft == id), "{id}");
        assert_eq!(
            cli.ok(&["draft", "show", id]).unwrap()["summary"]["procedure_id"],
            "2.2"
        );
    }
    // What was saved can be worked with, and the person is still the one who signed in.
    cli.ok(&["draft", "new", "2.2"]).unwrap();
    assert_eq!(cli.ok(&["whoami"]).unwrap()["session"], true);
    cli.ok(&["forget", "--yes"]).unwrap();
    assert!(!aside.exists() && stores(&cli.profile).is_empty());
}
