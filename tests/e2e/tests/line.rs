//! The whole line on the command line: card, sign-in, form, signature, portal, store; with the
//! network and without, for each kind of holder.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use e2e::{Applicant, Cli, PATIENCE, Pcscd, VirtualCard, World};
use serde_json::{Value, json};

/// Signs in, applies, verifies what was sent, and reads everything without the network.
fn whole_line(mut world: World, card: &VirtualCard) -> Value {
    let applicant = Applicant::signed_in(&world, card, "holder").unwrap();
    let cli = &applicant.cli;
    let person = cli.ok(&["whoami"]).unwrap();
    assert_eq!(person["session"], true);
    let id = applicant.draft().unwrap();
    let sent = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(sent["state"], "registered", "{sent}");
    let number = sent["application"]["registration_number"].clone();
    assert!(number.as_str().is_some_and(|number| !number.is_empty()));
    assert_eq!(card.pin_attempts().unwrap(), 3);

    let at_portal = world.sandbox.applications().unwrap();
    assert_eq!(at_portal.len(), 1);
    assert_eq!(at_portal[0]["id"], id.as_str());
    assert_eq!(at_portal[0]["registrationNumber"], number);

    let saved = world.dir().join("application.p7m");
    let saved = saved.to_str().unwrap();
    cli.ok(&["applications", "save", &id, "-o", saved]).unwrap();
    let report = cli.ok(&["verify", saved]).unwrap();
    assert_eq!(report["verdict"], "valid", "{report}");

    world.sandbox.disconnect();
    let listed = cli.ok(&["applications"]).unwrap();
    assert_eq!(listed[0]["registration_number"], number);
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    assert_eq!(shown["history"][0]["status"], "registered");
    let empty = &applicant.empty_draft;
    assert_eq!(cli.ok(&["draft", "list"]).unwrap()[0]["id"], empty.as_str());
    assert_eq!(
        cli.ok(&["catalog", "search", ""]).unwrap()[0]["id"],
        applicant.procedure.as_str()
    );
    let form = cli.ok(&["catalog", "show", &applicant.procedure]).unwrap();
    assert!(form["schema"]["properties"].is_object());
    assert_eq!(cli.ok(&["outbox"]).unwrap(), json!([]));
    let offline = cli.ok(&["whoami"]).unwrap();
    assert_eq!(offline["name"], person["name"]);
    cli.fails(&["sync"], "offline").unwrap();
    person
}

#[test]
fn a_citizen_with_the_card_in_a_reader_of_the_daemon() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let person = whole_line(world, &card);
    assert_eq!(person["nationality"], "BLR");
    assert_eq!(person["name"]["be"], "ЯНКОЎСКАЯ АЛЕНА СЯРГЕЕЎНА");
    assert_eq!(person["birth_date"], "1987-05-21");
}

#[test]
fn a_foreign_resident_without_a_patronymic() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("foreigner").unwrap();
    let person = whole_line(world, &card);
    assert_eq!(person["nationality"], "DEU");
    assert_eq!(person["name"]["latin"], "MUELLER HANS-PETER");
}

#[test]
fn a_stateless_person_of_whom_only_the_year_of_birth_is_known() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("stateless").unwrap();
    let person = whole_line(world, &card);
    assert_eq!(person["nationality"], "XXX");
    assert_eq!(person["birth_date"], "1962");
}

/// Signed without a network, it waits, survives a restart of everything, and goes once.
#[test]
fn without_the_network_it_waits_and_goes_once() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    world.sandbox.disconnect();
    // Forms are filled in without the network too.
    let id = applicant.draft().unwrap();
    let waits = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(waits["state"], "waiting", "{waits}");
    assert_eq!(waits["problem"]["code"], "offline");
    let outbox = cli.ok(&["outbox"]).unwrap();
    assert_eq!(outbox[0]["id"], id.as_str());
    assert_eq!(outbox[0]["state"], "waiting");
    cli.fails(&["draft", "show", &id], "draft_not_found")
        .unwrap();
    cli.fails(&["outbox", "retry"], "offline").unwrap();

    world.sandbox.connect().unwrap();
    let sync = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sync["sent"][0]["id"], id.as_str(), "{sync}");
    assert_eq!(sync["waiting"], 0);
    assert_eq!(cli.ok(&["outbox"]).unwrap(), json!([]));
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
    assert_eq!(cli.ok(&["applications"]).unwrap()[0]["id"], id.as_str());
    cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
}

/// What never left can be taken back: it is a draft again, with everything that was typed.
#[test]
fn what_has_not_left_can_be_taken_back() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    cli.ok(&["logout"]).unwrap();
    world.sandbox.disconnect();
    let id = applicant.draft().unwrap();
    // Signed out, nothing is even tried.
    let waits = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(waits["problem"]["code"], "session_expired", "{waits}");
    cli.ok(&["outbox", "cancel", &id]).unwrap();
    assert_eq!(cli.ok(&["outbox"]).unwrap(), json!([]));
    let draft = cli.ok(&["draft", "show", &id]).unwrap();
    assert_eq!(draft["data"], applicant.typed().unwrap());

    // Signed in again, it goes.
    world.sandbox.connect().unwrap();
    cli.ok(&["login"]).unwrap();
    let sent = cli.ok(&["apply", &id]).unwrap();
    assert_eq!(sent["state"], "registered", "{sent}");
}

/// Files: signed attached and detached, changed, and judged without the anchor.
#[test]
fn files_are_signed_and_judged() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let file = world.dir().join("contract.txt");
    std::fs::write(&file, "Дамова № 1\n".repeat(1000)).unwrap();
    let file = file.to_str().unwrap();
    let (inside, beside) = (format!("{file}.p7m"), format!("{file}.p7s"));
    cli.ok(&["sign", "--attached", file]).unwrap();
    cli.ok(&["sign", file]).unwrap();

    let exit = |words: &[&str]| {
        let answer = cli.call(words).unwrap();
        (
            answer.code,
            answer.json["verdict"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    let valid = (0, "valid".to_owned());
    assert_eq!(exit(&["verify", &inside]), valid);
    assert_eq!(exit(&["verify", &beside, "--content", file]), valid);
    let nowhere = world.dir().join("empty");
    std::fs::create_dir(&nowhere).unwrap();
    let untrusted = exit(&["verify", &inside, "--trust", nowhere.to_str().unwrap()]);
    assert_eq!(untrusted, (2, "cannot_tell".to_owned()));

    let changed = world.dir().join("changed.txt");
    std::fs::write(&changed, "Дамова № 2\n".repeat(1000)).unwrap();
    let invalid = exit(&["verify", &beside, "--content", changed.to_str().unwrap()]);
    assert_eq!(invalid, (1, "invalid".to_owned()));
    cli.fails(&["verify", file], "file_not_signature").unwrap();
    cli.fails(&["sign", "/nonexistent"], "file_unreadable")
        .unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// A file is encrypted for the card's certificate and opened by the card in a reader of the daemon;
/// signed first, it also tells whose it is.
#[test]
fn files_are_encrypted_and_opened_by_the_card() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let cli = world.cli("reader", Some(&card)).unwrap();
    let path = |name: &str| world.dir().join(name).to_str().unwrap().to_owned();
    let text = "Дамова № 1\n".repeat(20_000);
    let file = path("contract.txt");
    std::fs::write(&file, &text).unwrap();
    let of = |holder: &str| {
        let card = std::fs::read(world.sandbox.card_file(holder)).unwrap();
        let card: Value = serde_json::from_slice(&card).unwrap();
        let der = card["esign"]["keys"][0]["certificate"].as_str().unwrap();
        let certificate = path(&format!("{holder}.cer"));
        std::fs::write(&certificate, hex::decode(der).unwrap()).unwrap();
        certificate
    };
    let (given, others) = (of("citizen"), of("foreigner"));
    // What the card gives out for others is its certificate, and nothing is overwritten.
    let ours = path("saved.cer");
    let save = ["cert", "save", "-o", &ours];
    assert_eq!(cli.ok(&save).unwrap()["written"], ours.as_str());
    let octets = |path: &str| std::fs::read(path).unwrap();
    assert_eq!(octets(&ours), octets(&given));
    cli.fails(&save, "file_exists").unwrap();

    let encrypted = format!("{file}.p7m");
    let made = cli.ok(&["encrypt", &file, "--to", &ours, &others]).unwrap();
    assert_eq!(made["path"], encrypted.as_str());
    assert_eq!(made["algorithm"], "belt-cfb128");
    assert_eq!(made["recipients"][0]["verdict"], "valid", "{made}");
    // Nothing is overwritten, in either way.
    cli.fails(&["encrypt", &file, "--to", &ours], "file_exists")
        .unwrap();
    cli.fails(&["decrypt", &encrypted], "file_exists").unwrap();

    let opened = path("opened.txt");
    let done = cli.ok(&["decrypt", &encrypted, "-o", &opened]).unwrap();
    assert_eq!(done["is_signed"], false);
    assert_eq!(std::fs::read_to_string(&opened).unwrap(), text);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&opened).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    // What is not for the card, or damaged, leaves nothing.
    let (strange, nothing) = (path("strange.p7m"), path("nothing"));
    cli.ok(&["encrypt", &file, "--to", &others, "-o", &strange])
        .unwrap();
    let refuse = |octets: &[u8], code: &str| {
        std::fs::write(&strange, octets).unwrap();
        cli.fails(&["decrypt", &strange, "-o", &nothing], code)
            .unwrap();
        assert!(!Path::new(&nothing).exists());
    };
    refuse(&std::fs::read(&strange).unwrap(), "encrypted_for_others");
    let good = std::fs::read(&encrypted).unwrap();
    refuse(&good[..good.len() - 1], "file_not_encrypted");
    refuse(text.as_bytes(), "file_not_encrypted");

    // Signed first, the content tells whose it is.
    cli.ok(&["sign", "--attached", &opened]).unwrap();
    let signed = format!("{opened}.p7m");
    let sealed = path("sealed.p7m");
    cli.ok(&["encrypt", &signed, "--to", &ours, "-o", &sealed])
        .unwrap();
    let unsealed = path("unsealed.p7m");
    let done = cli.ok(&["decrypt", &sealed, "-o", &unsealed]).unwrap();
    assert_eq!(done["is_signed"], true);
    assert_eq!(cli.ok(&["verify", &unsealed]).unwrap()["verdict"], "valid");
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// The views of one event after the other, as `readers --watch` prints them.
fn watched(profile: &Path) -> (std::process::Child, Receiver<Value>) {
    let mut child = Command::new(e2e::program::path("kabinet-cli").unwrap())
        .args(["--json", "--profile"])
        .arg(profile)
        .args(["readers", "--watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, events) = channel();
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let _ = sender.send(serde_json::from_str(&line).unwrap());
        }
    });
    (child, events)
}

#[test]
fn readers_are_watched_as_cards_come_and_go() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let (mut child, events) = watched(&world.profile("watcher").unwrap());
    let until = |wanted: &str| {
        loop {
            let view = events.recv_timeout(PATIENCE).unwrap();
            let readers = view["readers"].as_array().unwrap();
            let ours = readers
                .iter()
                .find(|reader| reader["name"] == card.reader.as_str());
            if ours.is_some_and(|reader| reader["card"] == wanted) {
                break;
            }
        }
    };
    until("id_card");
    card.eject().unwrap();
    until("absent");
    card.insert().unwrap();
    until("id_card");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A script sees from the exit code and the JSON document that its words made no sense.
#[test]
fn wrong_words_are_said_in_json_too() {
    let world = World::start().unwrap();
    let cli = world.cli("script", None).unwrap();
    for words in [
        &["applay"][..],
        &["apply"],
        &["draft", "new", "1", "--data", "/nonexistent"],
    ] {
        let answer = cli.call(words).unwrap();
        assert_ne!(answer.code, 0, "{words:?}");
        assert!(
            answer.json["error"]["message"].is_string(),
            "{words:?} {}",
            answer.json
        );
    }
    cli.fails(&["whoami"], "no_store").unwrap();
}

/// The report for the help desk: what is fine and what is missing, without anything personal.
#[test]
fn the_doctor_says_what_is_missing() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::start().unwrap();
    let of = |view: &Value, name: &str| {
        let checks = view["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).cloned()
    };
    let problem = |view: &Value, name: &str| {
        of(view, name).unwrap()["problem"]["code"]
            .as_str()
            .map(str::to_owned)
    };
    // Nothing in the readers.
    let alone = world.cli("alone", None).unwrap();
    let answer = alone.call(&["doctor"]).unwrap();
    assert_eq!((answer.code, &answer.json["usable"]), (1, &json!(false)));
    assert_eq!(problem(&answer.json, "service"), None);
    assert_eq!(problem(&answer.json, "card").as_deref(), Some("no_card"));
    assert!(of(&answer.json, "pin").is_none());

    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let answer = applicant.cli.call(&["doctor"]).unwrap();
    assert_eq!((answer.code, &answer.json["usable"]), (0, &json!(true)));
    for name in [
        "service", "reader", "card", "pin", "trust", "store", "portal",
    ] {
        assert_eq!(problem(&answer.json, name), None, "{}", answer.json);
    }
    for personal in ["YANKOUSKAYA", "4210587", "590082394654"] {
        assert!(!answer.json.to_string().contains(personal), "{personal}");
    }
    world.sandbox.disconnect();
    std::fs::remove_dir_all(applicant.cli.profile.join("trust")).unwrap();
    let view = applicant.cli.ok(&["doctor"]).unwrap();
    assert_eq!(problem(&view, "portal").as_deref(), Some("offline"));
    assert_eq!(problem(&view, "trust").as_deref(), Some("no_trust_anchors"));
}

/// Forgetting removes the store, its key and every file beside; the portal keeps what it has, and a
/// sign-in brings it back.
#[test]
fn a_person_is_forgotten() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let id = applicant.draft().unwrap();
    cli.ok(&["apply", &id]).unwrap();
    cli.fails(&["forget"], "cancelled").unwrap();
    cli.ok(&["whoami"]).unwrap();
    cli.ok(&["forget", "--yes"]).unwrap();
    cli.fails(&["whoami"], "no_store").unwrap();
    cli.fails(&["forget", "--yes"], "no_store").unwrap();
    let left: Vec<_> = std::fs::read_dir(cli.profile.join("persons"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // The portal has ended the session too.
    cli.ok(&["login"]).unwrap();
    cli.ok(&["sync"]).unwrap();
    assert_eq!(cli.ok(&["applications"]).unwrap()[0]["id"], id.as_str());
    assert_eq!(cli.ok(&["draft", "list"]).unwrap(), json!([]));

    // Also with a passphrase that nobody knows any more.
    let mut lost = Cli {
        profile: cli.profile.clone(),
        reader: String::new(),
        secrets: json!({"passphrase": "forgotten long ago"}),
    };
    lost.fails(&["whoami"], "passphrase_wrong").unwrap();
    lost.secrets = json!({"passphrase": "forgotten long ago"});
    lost.ok(&["forget", "--yes"]).unwrap();
    lost.fails(&["whoami"], "no_store").unwrap();
}

/// The trace for a help desk: every command, no data.
#[test]
fn commands_to_the_card_are_traced_without_data() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("traced", Some(&card)).unwrap();
    let file = world.dir().join("trace.txt");
    card.reset_counters().unwrap();
    cli.ok(&["--trace", file.to_str().unwrap(), "login"])
        .unwrap();
    let trace = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    let heads: Vec<String> =
        serde_json::from_value(card.status().unwrap()["commands"].clone()).unwrap();
    assert_eq!(lines.len(), heads.len(), "{trace}");
    for (line, head) in lines.iter().zip(&heads) {
        assert!(line.contains(&format!("{head} sent=")), "{head}: {line}");
        // Nothing longer than a header is written in hex.
        let longest = line
            .split(|sign: char| !sign.is_ascii_hexdigit())
            .map(str::len)
            .max();
        assert!(longest <= Some(9), "{line}");
    }
    cli.fails(
        &["--trace", "/nonexistent/trace", "whoami"],
        "file_unreadable",
    )
    .unwrap();
}
