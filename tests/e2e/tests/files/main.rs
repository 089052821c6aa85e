//! Files and what becomes of their signatures: several with one PIN, raised at once or when the network
//! is back, checked with what authorities say now and with what they said before. The services are
//! those of the sandbox, over real HTTP.

#![allow(clippy::unwrap_used, missing_docs)]

mod anchors;
mod issuers;
mod moments;
mod recipients;

use std::path::{Path, PathBuf};

use e2e::{Applicant, Cli, PATIENCE, VirtualCard, World};
use serde_json::{Value, json};

fn world() -> (World, VirtualCard) {
    let world = World::with_services().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    (world, card)
}

/// A file of its own, as text of the command line.
fn file(world: &World, name: &str) -> String {
    let path: PathBuf = world.dir().join(name);
    std::fs::write(&path, format!("Дамова «{name}»\n").repeat(100)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn verdict(cli: &Cli, words: &[&str]) -> (i32, Value) {
    let answer = cli.call(&[&["verify"], words].concat()).unwrap();
    (answer.code, answer.json)
}

/// The signature of an application that was sent is good and has a time stamp.
fn is_stamped(world: &World, cli: &Cli, application: &str) {
    let saved = world.dir().join("application.p7m");
    let saved = saved.to_str().unwrap();
    cli.ok(&["applications", "save", application, "-o", saved])
        .unwrap();
    let (code, report) = verdict(cli, &[saved]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["signers"][0]["level"], "CAdES-B-T");
}

fn asked(report: &Value, what: &str) -> usize {
    let asked = report["asked"].as_array().unwrap().iter();
    asked
        .filter(|one| one["what"] == what && one["answered"] == true)
        .count()
}

/// The certificate on the citizen's card, DER in hex.
fn certificate(world: &World) -> String {
    certificate_of(world, "citizen")
}

/// The same of any holder.
fn certificate_of(world: &World, holder: &str) -> String {
    let card = std::fs::read(world.sandbox.card_file(holder)).unwrap();
    let card: Value = serde_json::from_slice(&card).unwrap();
    card["esign"]["keys"][0]["certificate"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn several_files_with_one_pin_for_years_to_come() {
    let (mut world, card) = world();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let names = ["a.txt", "b.txt", "c.txt"].map(|name| file(&world, name));
    let [a, b, c] = names.each_ref().map(String::as_str);
    let signed = cli.ok(&["sign", "--level", "lt", a, b, c]).unwrap();
    for (view, name) in signed["files"].as_array().unwrap().iter().zip([a, b, c]) {
        assert_eq!(view["level"], "lt", "{signed}");
        assert_eq!(view["path"], format!("{name}.p7s"));
        assert_eq!(view["problem"], Value::Null);
    }
    assert_eq!(card.pin_attempts().unwrap(), 3);
    // What they carry suffices: nobody is asked, and nobody could be.
    world.sandbox.disconnect();
    let beside = |name: &str| format!("{name}.p7s");
    let (code, reports) = verdict(&cli, &[&beside(a), &beside(b), &beside(c)]);
    assert_eq!(code, 0, "{reports}");
    for view in reports.as_array().unwrap() {
        let signer = &view["report"]["signers"][0];
        assert_eq!(signer["level"], "CAdES-B-LT", "{view}");
        assert_eq!(signer["revocation"], "not_revoked");
        assert_eq!(view["report"]["asked"], json!([]));
    }
    // What was signed, which is the same text but for the name.
    let length = std::fs::metadata(b).unwrap().len();
    for (view, name) in reports.as_array().unwrap().iter().zip([a, b, c]) {
        let octets = std::fs::read(name).unwrap();
        let content = &view["report"]["signers"][0]["content"];
        let name = Path::new(name).file_name().unwrap().to_str().unwrap();
        let digest = hex::encode(kabinet_stb::hash::belt_hash(&octets));
        let signed = json!({
            "hash_algorithm": "belt-hash", "digest": digest, "size": length, "name": name,
        });
        assert_eq!(content, &signed, "{view}");
    }
    let signed = reports[1]["report"]["signers"][0]["content"].clone();
    // A changed one is told from the others, in every language.
    std::fs::write(b, "Іншая дамова").unwrap();
    let (code, reports) = verdict(&cli, &[&beside(a), &beside(b)]);
    assert_eq!(code, 1);
    assert_eq!(reports[1]["report"]["reason"], "HASH_FAILURE");
    // It is not what was signed, and what was is still known by its hash value.
    let content = &reports[1]["report"]["signers"][0]["content"];
    assert_eq!(content["digest"], signed["digest"], "{content}");
    assert_eq!(
        (&content["size"], &content["name"]),
        (&Value::Null, &Value::Null)
    );
    let said = cli.said(&["verify", &beside(a)]).unwrap();
    let [name, digest] = ["name", "digest"].map(|field| {
        let content = &reports[0]["report"]["signers"][0]["content"];
        content[field].as_str().unwrap().to_owned()
    });
    assert!(said.contains(&name) && said.contains(&digest), "{said}");
    assert!(said.contains(&length.to_string()), "{said}");
    let sentence = &reports[1]["report"]["sentence"];
    let mut sentences: Vec<&str> = ["be", "ru", "en"]
        .iter()
        .map(|language| sentence[language].as_str().unwrap())
        .collect();
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(sentences.len(), 3, "{sentences:?}");
}

#[test]
fn what_is_there_is_kept_and_others_sign_too() {
    let (world, card) = world();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let name = file(&world, "contract.txt");
    cli.ok(&["sign", &name]).unwrap();
    let first = std::fs::read(format!("{name}.p7s")).unwrap();
    // A second signature of the same file is a second file.
    let again = cli.ok(&["sign", &name]).unwrap();
    let second = again["files"][0]["path"].as_str().unwrap().to_owned();
    assert!(second.ends_with("contract.txt (2).p7s"), "{again}");
    assert_eq!(std::fs::read(format!("{name}.p7s")).unwrap(), first);
    cli.ok(&["verify", &second]).unwrap();
    let taken = format!("{name}.p7s");
    let refused = cli.call(&["sign", &name, "-o", &taken]).unwrap();
    assert_eq!(refused.code, 1);
    let problem = &refused.json["files"][0]["problem"];
    assert_eq!(problem["code"], "file_exists", "{}", refused.json);
    assert_eq!(std::fs::read(&taken).unwrap(), first);

    // Another person adds a signature to the file that was signed elsewhere.
    let other = world.card_over_tcp("foreigner").unwrap();
    let elsewhere = world.cli("other", Some(&other)).unwrap();
    let added = elsewhere
        .ok(&["sign", "--add", "--level", "t", &taken])
        .unwrap();
    let both = added["files"][0]["path"].as_str().unwrap();
    let (code, report) = verdict(&cli, &[both, "--content", &name]);
    assert_eq!(code, 0, "{report}");
    let signers = report["signers"].as_array().unwrap();
    assert_eq!(signers.len(), 2);
    assert!(signers.iter().all(|one| one["level"] == "CAdES-B-T"));
    let stranger = file(&world, "other.txt");
    let refused = elsewhere
        .call(&["sign", "--add", &taken, "--content", &stranger])
        .unwrap();
    let problem = &refused.json["files"][0]["problem"];
    assert_eq!(problem["code"], "signed_file_other", "{}", refused.json);
}

#[test]
fn a_revocation_is_asked_for_kept_and_judged_by_the_time() {
    let (mut world, card) = world();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let (plain, stamped) = (file(&world, "plain.txt"), file(&world, "stamped.txt"));
    cli.ok(&["sign", &plain]).unwrap();
    cli.ok(&["sign", "--level", "t", &stamped]).unwrap();
    let (plain, stamped) = (format!("{plain}.p7s"), format!("{stamped}.p7s"));

    // Nobody may be asked, so it cannot be told.
    let (code, report) = verdict(&cli, &["--offline", &plain]);
    assert_eq!((code, &report["reason"]), (2, &json!("TRY_LATER")));
    assert_eq!(report["asked"], json!([]));
    let (code, report) = verdict(&cli, &[&plain]);
    assert_eq!(code, 0, "{report}");
    assert_eq!((asked(&report, "status"), asked(&report, "list")), (1, 0));

    // The responder is out of order: the list tells the same, and is kept for when there is no network.
    world
        .sandbox
        .fault(&json!({"match": "/ocsp", "kind": "status_500", "times": 100}))
        .unwrap();
    let (code, report) = verdict(&cli, &[&plain]);
    assert_eq!(code, 0, "{report}");
    assert_eq!((asked(&report, "status"), asked(&report, "list")), (0, 1));
    world.sandbox.disconnect();
    let (code, report) = verdict(&cli, &[&plain]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["signers"][0]["revocation"], "not_revoked");

    // Revoked now: what was signed before by proof stays good, what only claims it does not.
    world.sandbox.connect().unwrap();
    let since = seconds() + 1;
    wait_for(|| seconds() > since);
    world.sandbox.revoke(&certificate(&world), since).unwrap();
    let fresh = world.cli("reader", None).unwrap();
    let (code, report) = verdict(&fresh, &[&plain]);
    assert_eq!((code, &report["reason"]), (2, &json!("REVOKED_NO_POE")));
    let (code, report) = verdict(&fresh, &[&stamped]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["signers"][0]["revocation"], "revoked_later");
}

#[test]
fn a_file_signed_offline_is_raised_by_itself() {
    let (mut world, card) = world();
    let cli = world.cli("person", Some(&card)).unwrap();
    cli.ok(&["login"]).unwrap();
    let name = file(&world, "offline.txt");
    let signature = format!("{name}.p7s");
    world.sandbox.disconnect();
    let signed = cli.ok(&["sign", "--level", "lt", &name]).unwrap();
    let view = &signed["files"][0];
    assert_eq!(
        (&view["level"], &view["waiting"]),
        (&json!("b"), &json!(true))
    );
    assert_eq!(view["problem"]["code"], "service_silent");
    assert_eq!(cli.call(&["raise"]).unwrap().code, 1);

    // The authority answers with something else, and then slowly, and the program dies meanwhile: the
    // signature stays as it is, and waits.
    world.sandbox.connect().unwrap();
    let before = std::fs::read(&signature).unwrap();
    let fault =
        |kind: &str| json!({"match": "/tsa", "kind": kind, "times": 1, "milliseconds": 60_000});
    world.sandbox.fault(&fault("garbage")).unwrap();
    let tried = cli.call(&["raise"]).unwrap();
    assert_eq!(tried.json["raised"], 0, "{}", tried.json);
    world.sandbox.fault(&fault("hang")).unwrap();
    let mut dying = cli.start(&["raise"]).unwrap();
    wait_for(|| world.sandbox.requests().unwrap()["/tsa"].as_u64() >= Some(2));
    dying.kill().unwrap();
    dying.wait().unwrap();
    assert_eq!(std::fs::read(&signature).unwrap(), before);
    assert_eq!(
        left(Path::new(&signature)),
        ["offline.txt", "offline.txt.p7s"]
    );

    world.sandbox.behave().unwrap();
    cli.ok(&["sync"]).unwrap();
    let waiting = cli.ok(&["raise"]).unwrap();
    assert_eq!(waiting["waiting"], json!([]));
    let (code, report) = verdict(&cli, &["--offline", &signature]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["signers"][0]["level"], "CAdES-B-LT");
}

#[test]
fn an_application_signed_offline_leaves_with_a_time_stamp() {
    let (mut world, card) = world();
    let applicant = Applicant::signed_in(&world, &card, "applicant").unwrap();
    let (cli, draft) = (&applicant.cli, applicant.draft().unwrap());
    world.sandbox.disconnect();
    cli.ok(&["apply", &draft]).unwrap();
    world.sandbox.connect().unwrap();
    // Whoever does not stamp keeps nobody's application back, and one that waits is stamped.
    let sent = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sent["sent"][0]["id"], draft.as_str(), "{sent}");
    is_stamped(&world, cli, &draft);

    let second = applicant.draft().unwrap();
    world
        .sandbox
        .fault(&json!({"match": "/tsa", "kind": "status_503", "times": 1}))
        .unwrap();
    let sent = cli.ok(&["apply", &second]).unwrap();
    assert_eq!(sent["state"], "registered", "{sent}");
}

/// Where the person has set no authority, the portal's stamps what is sent to the portal, and that only.
#[test]
fn the_portal_names_who_stamps_what_is_sent_to_it() {
    let world = World::with_services().unwrap().without_time_stamping();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "applicant").unwrap();
    let (cli, draft) = (&applicant.cli, applicant.draft().unwrap());
    assert_eq!(cli.ok(&["apply", &draft]).unwrap()["state"], "registered");
    is_stamped(&world, cli, &draft);
    assert_eq!(world.sandbox.requests().unwrap()["/tsa"], 1);

    let plain = file(&world, "plain.txt");
    cli.fails(&["sign", "--level", "t", &plain], "no_time_stamping")
        .unwrap();
    assert_eq!(world.sandbox.requests().unwrap()["/tsa"], 1);
}

fn seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs().try_into().unwrap()
}

/// Files beside one that begin with its name.
fn left(beside: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(beside.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("offline") || name.starts_with(".kabinet-"))
        .collect();
    names.sort();
    names
}

fn wait_for(mut is_true: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !is_true() {
        assert!(
            std::time::Instant::now() < deadline,
            "it does not come true"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
