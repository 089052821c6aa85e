//! Following an application on the command line: requests, signed replies, decisions with their
//! documents, withdrawal, and what a pass costs.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

use e2e::{Applicant, VirtualCard, World};
use kabinet_stb::hash::belt_hash;
use serde_json::{Value, json};

/// Somebody whose application is registered; its identifier.
fn applied(world: &World, card: &VirtualCard) -> (Applicant, String) {
    let applicant = Applicant::signed_in(world, card, "holder").unwrap();
    let id = applicant.draft().unwrap();
    let sent = applicant.cli.ok(&["apply", &id]).unwrap();
    assert_eq!(sent["state"], "registered", "{sent}");
    (applicant, id)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_request_is_answered_and_the_decision_is_genuine() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (applicant, id) = applied(&world, &card);
    let cli = &applicant.cli;
    world.sandbox.operate(&id, &["accept"]).unwrap();
    let asked = ["request", "--wanted", "Копія пашпарта", "--days", "3"];
    world.sandbox.operate(&id, &asked).unwrap();
    let sync = cli.ok(&["sync"]).unwrap();
    assert_eq!(
        (&sync["messages"], &sync["applications"]),
        (&json!(1), &json!(1))
    );
    let due = cli.ok(&["due"]).unwrap();
    assert_eq!(due[0]["application_id"], id.as_str());
    assert_eq!(due[0]["overdue"], false);
    let message = text(&due[0]["message_id"]);
    cli.fails(
        &["messages", "reply", &message, "--text", " "],
        "letter_empty",
    )
    .unwrap();
    cli.fails(
        &["messages", "reply", &id, "--text", "а"],
        "message_not_found",
    )
    .unwrap();

    // Signed without the network, it waits, and counts as answered.
    world.sandbox.disconnect();
    let waits = cli
        .ok(&["messages", "reply", &message, "--text", "Дасылаю."])
        .unwrap();
    assert_eq!(waits["state"], "waiting", "{waits}");
    assert_eq!(waits["item"]["kind"], "reply");
    assert_eq!(cli.ok(&["due"]).unwrap(), json!([]));
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    assert_eq!(shown["messages"][1]["waiting"], true, "{shown}");
    assert_eq!(shown["messages"][0]["request"]["answered"], true);
    world.sandbox.connect().unwrap();
    // The answer of the portal is lost; the reply is there once all the same.
    let fault = json!({"match": "/jmap/api", "kind": "drop_after"});
    world.sandbox.fault(&fault).unwrap();
    cli.fails(&["outbox", "retry"], "offline").unwrap();
    let reply = text(&waits["item"]["id"]);
    cli.fails(&["outbox", "cancel", &reply], "may_have_left")
        .unwrap();
    let sync = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sync["letters"], json!([reply]));
    let at_portal = world.sandbox.messages().unwrap();
    assert_eq!(at_portal.len(), 2);
    assert_eq!(at_portal[1]["text"], "Дасылаю.");
    assert_eq!(at_portal[1]["inReplyTo"], message.as_str());

    world
        .sandbox
        .operate(&id, &["approve", "--text", "Выдаць даведку."])
        .unwrap();
    cli.ok(&["sync"]).unwrap();
    world.sandbox.disconnect();
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    assert_eq!(shown["status"], "approved");
    let document = &shown["documents"][0];
    assert_eq!(document["trust"], "genuine", "{document}");
    assert_eq!(document["signer"], "Sandbox authority");
    let out = world.dir().join("saved");
    std::fs::create_dir(&out).unwrap();
    let folder = out.to_str().unwrap();
    let saved = cli
        .ok(&[
            "documents",
            "save",
            document["id"].as_str().unwrap(),
            "-o",
            folder,
        ])
        .unwrap();
    let path = text(&saved["written"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Выдаць даведку.\n");
    let report = cli.ok(&["verify", &format!("{path}.p7m")]).unwrap();
    assert_eq!(report["verdict"], "valid", "{report}");
    assert!(Path::new(&path).starts_with(&out));
    // Nothing is added to what is decided.
    cli.fails(
        &["messages", "reply", &message, "--text", "Яшчэ"],
        "application_closed",
    )
    .unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[test]
fn a_document_is_believed_only_with_a_signature() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (applicant, id) = applied(&world, &card);
    let cli = &applicant.cli;
    let mut expected = Vec::new();
    for (signature, trust) in [
        ("changed", "not_genuine"),
        ("stranger", "cannot_tell"),
        ("good", "genuine"),
    ] {
        for beside in [false, true] {
            let mut act = vec!["refuse", "--text", "Адмовіць", "--signature", signature];
            if beside {
                act.push("--detached");
            }
            world.sandbox.operate(&id, &act).unwrap();
            expected.push(trust);
        }
    }
    let sync = cli.ok(&["sync"]).unwrap();
    assert_eq!(sync["documents"], 6);
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    let documents = shown["documents"].as_array().unwrap();
    let mut told: Vec<&str> = documents
        .iter()
        .map(|document| document["trust"].as_str().unwrap())
        .collect();
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected, "{documents:?}");
    for document in documents {
        // Whoever signed what is not genuine, their name lends it nothing.
        let named = document["signer"].is_string();
        assert_eq!(named, document["trust"] == "genuine");
    }
    // One was issued by mistake: it goes here too.
    let gone = text(&documents[0]["id"]);
    world.sandbox.withdraw_document(&gone).unwrap();
    cli.ok(&["sync"]).unwrap();
    assert_eq!(cli.ok(&["documents"]).unwrap().as_array().unwrap().len(), 5);
    cli.fails(&["documents", "save", &gone], "document_not_found")
        .unwrap();
}

/// Files are handed in with a reply; what was sent can be had again, also when it is no longer here.
#[test]
fn a_reply_hands_files_in() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (applicant, id) = applied(&world, &card);
    let cli = &applicant.cli;
    world
        .sandbox
        .operate(&id, &["request", "--wanted", "Фота", "--days", "9"])
        .unwrap();
    cli.ok(&["sync"]).unwrap();
    let asked = text(&world.sandbox.messages().unwrap()[0]["id"]);
    let file = |name: &str, octets: &[u8]| {
        let path = world.dir().join(name);
        std::fs::write(&path, octets).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let octets = [b"%PDF-1.7\n".as_slice(), &[7; 1_500_000]].concat();
    let (scan, program) = (file("скан.pdf", &octets), file("a.pdf", b"MZ\x90\x00"));
    let reply = ["messages", "reply", &asked, "--text", "", "--attach"];
    cli.fails(&[&reply[..], &[&program]].concat(), "attachment_executable")
        .unwrap();
    let sent = cli.ok(&[&reply[..], &[&scan]].concat()).unwrap();
    assert_eq!(sent["state"], "delivered", "{sent}");
    let at_portal = &world.sandbox.messages().unwrap()[1];
    let hash = hex::encode(belt_hash(&octets));
    assert_eq!(at_portal["attachmentBlobIds"], json!([format!("G{hash}")]));
    let letter = text(&at_portal["id"]);
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    let files = &shown["messages"][1]["attachments"];
    assert_eq!(files[0]["name"], "скан.pdf", "{shown}");

    let folder = world.dir().join("again");
    std::fs::create_dir(&folder).unwrap();
    let words = ["applications", "file", &letter, &hash, "--output"];
    let again = [&words[..], &[folder.to_str().unwrap()]].concat();
    cli.ok(&again).unwrap();
    assert_eq!(std::fs::read(folder.join("скан.pdf")).unwrap(), octets);
    cli.ok(&again).unwrap();
    assert_eq!(std::fs::read(folder.join("скан (2).pdf")).unwrap(), octets);
    let words = ["applications", "file", &letter, &"0".repeat(64)];
    cli.fails(&words, "application_not_found").unwrap();
}

/// The application may have left or not; its withdrawal follows it, each once and in this order.
#[test]
fn a_withdrawal_follows_its_application() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let id = applicant.draft().unwrap();
    let fault = json!({"match": "/jmap/api", "kind": "drop_before"});
    world.sandbox.fault(&fault).unwrap();
    assert_eq!(cli.ok(&["apply", &id]).unwrap()["state"], "waiting");
    world.sandbox.disconnect();
    cli.fails(&["outbox", "cancel", &id], "may_have_left")
        .unwrap();
    let waits = cli
        .ok(&["applications", "withdraw", &id, "--text", "Перадумаў"])
        .unwrap();
    assert_eq!(waits["item"]["kind"], "withdrawal", "{waits}");
    // It can be thought over once more.
    let letter = text(&waits["item"]["id"]);
    cli.ok(&["outbox", "cancel", &letter]).unwrap();
    cli.ok(&["applications", "withdraw", &id]).unwrap();
    assert_eq!(cli.ok(&["outbox"]).unwrap().as_array().unwrap().len(), 2);

    world.sandbox.connect().unwrap();
    let sync = cli.ok(&["outbox", "retry"]).unwrap();
    assert_eq!(sync["waiting"], 0, "{sync}");
    let applications = world.sandbox.applications().unwrap();
    assert_eq!(applications.len(), 1);
    assert_eq!(applications[0]["status"], "withdrawn");
    assert_eq!(world.sandbox.messages().unwrap().len(), 1);
    assert_eq!(cli.ok(&["applications"]).unwrap()[0]["status"], "withdrawn");
    cli.fails(&["applications", "withdraw", &id], "application_closed")
        .unwrap();
}

/// A reply that could not leave at once is not overtaken by the withdrawal that was signed after it,
/// which would close the application for it.
#[test]
fn letters_leave_in_the_order_in_which_they_were_signed() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (applicant, id) = applied(&world, &card);
    let cli = &applicant.cli;
    world
        .sandbox
        .operate(&id, &["answer", "--text", "Добры дзень"])
        .unwrap();
    cli.ok(&["sync"]).unwrap();
    let asked = text(&world.sandbox.messages().unwrap()[0]["id"]);
    // At every try, because nobody knows how soon the next one is.
    let fault = json!({"match": "/jmap/upload/", "kind": "status_500", "times": 50});
    world.sandbox.fault(&fault).unwrap();
    let reply = cli
        .ok(&["messages", "reply", &asked, "--text", "Вітаю"])
        .unwrap();
    assert_eq!(reply["state"], "waiting", "{reply}");
    // The reply waits, and so does what is behind it.
    let withdrawal = cli.ok(&["applications", "withdraw", &id]).unwrap();
    assert_eq!(withdrawal["state"], "waiting", "{withdrawal}");
    assert_ne!(
        world.sandbox.applications().unwrap()[0]["status"],
        "withdrawn"
    );
    world.sandbox.behave().unwrap();
    let sync = cli.ok(&["outbox", "retry"]).unwrap();
    let letters = json!([reply["item"]["id"], withdrawal["item"]["id"]]);
    assert_eq!((&sync["letters"], &sync["waiting"]), (&letters, &json!(0)));
    assert_eq!(
        world.sandbox.applications().unwrap()[0]["status"],
        "withdrawn"
    );
}

#[test]
fn what_a_revoked_certificate_signs_is_refused_with_the_reason() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let id = applicant.draft().unwrap();
    let file = std::fs::read(world.sandbox.card_file("citizen")).unwrap();
    let holder: Value = serde_json::from_slice(&file).unwrap();
    let certificate = text(&holder["esign"]["keys"][0]["certificate"]);
    world.sandbox.revoke(&certificate, 0).unwrap();
    cli.ok(&["apply", &id]).unwrap();
    let item = &cli.ok(&["outbox"]).unwrap()[0];
    assert_eq!(item["state"], "refused", "{item}");
    let problem = text(&item["last_problem"]);
    assert!(problem.contains("was revoked"), "{problem}");
    assert_eq!(world.sandbox.applications().unwrap(), Vec::<Value>::new());
    // Nothing is lost: it is a draft again.
    cli.ok(&["outbox", "cancel", &id]).unwrap();
    assert_eq!(cli.ok(&["draft", "list"]).unwrap()[0]["id"], id.as_str());
}

/// Who tells of the authority's certificates says nothing: they are asked when a document comes, and
/// then left alone for a while.
#[test]
fn who_is_silent_is_not_asked_at_every_pass() {
    let world = World::with_services().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (applicant, id) = applied(&world, &card);
    let cli = &applicant.cli;
    let asked = || {
        let requests = world.sandbox.requests().unwrap();
        ["/ocsp", "/crl"].map(|path| {
            let counts = requests.as_object().unwrap().iter();
            let ours = counts.filter(|(name, _)| name.starts_with(path));
            ours.filter_map(|(_, count)| count.as_u64()).sum::<u64>()
        })
    };
    for path in ["/ocsp", "/crl"] {
        let fault = json!({"match": path, "kind": "drop_before", "times": 1000});
        world.sandbox.fault(&fault).unwrap();
    }
    for _ in 0..3 {
        let act = ["refuse", "--text", "Адмовіць"];
        world.sandbox.operate(&id, &act).unwrap();
    }
    let before = asked();
    cli.ok(&["sync"]).unwrap();
    let after = asked();
    assert_ne!(after, before, "nobody was asked");
    for _ in 0..3 {
        cli.ok(&["sync"]).unwrap();
    }
    assert_eq!(asked(), after);
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    assert_eq!(shown["documents"][0]["trust"], "cannot_tell", "{shown}");
    // What the person asks about themselves is asked at once.
    let out = world.dir().join("saved");
    std::fs::create_dir(&out).unwrap();
    let document = text(&shown["documents"][0]["id"]);
    let save = ["documents", "save", &document, "-o", out.to_str().unwrap()];
    let saved = cli.ok(&save).unwrap();
    world.sandbox.behave().unwrap();
    let signature = format!("{}.p7m", text(&saved["written"]));
    let report = cli.ok(&["verify", &signature]).unwrap();
    assert_eq!(report["verdict"], "valid", "{report}");
    // What was learnt there is known of the documents by the same authority, too.
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    assert_eq!(shown["documents"][1]["trust"], "genuine", "{shown}");
}

/// One request, and few octets of body each way, whatever the person has.
#[test]
fn an_idle_pass_is_one_small_request() {
    let world = World::with_services().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (applicant, id) = applied(&world, &card);
    let cli = &applicant.cli;
    for _ in 0..3 {
        let act = ["refuse", "--text", "Адмовіць"];
        world.sandbox.operate(&id, &act).unwrap();
    }
    // Also where drafts travel.
    cli.ok(&["draft", "share", "on"]).unwrap();
    applicant.draft().unwrap();
    cli.ok(&["sync"]).unwrap();
    // More than one page of messages, before anything of them is here.
    for number in 0..620 {
        let order = json!({"application": id, "act": "answer", "text": format!("№ {number}")});
        world.sandbox.order(&order).unwrap();
    }
    let sync = cli.ok(&["sync"]).unwrap();
    assert_eq!(sync["messages"], 620, "{sync}");
    let shown = cli.ok(&["applications", "show", &id]).unwrap();
    assert_eq!(shown["documents"][2]["trust"], "genuine", "{shown}");
    let requests = || world.sandbox.requests().unwrap();
    let before = requests();
    let idle = cli.ok(&["sync"]).unwrap();
    assert_eq!(idle["messages"], 0);
    let after = requests();
    let total = |requests: &Value| -> u64 {
        let counts = requests.as_object().unwrap().values();
        counts.filter_map(Value::as_u64).sum()
    };
    assert_eq!(total(&after) - total(&before), 1, "{before} {after}");
    let (sent, answered) = world.sandbox.octets("/jmap/api").unwrap();
    println!("an idle pass: {sent} octets of body there, {answered} back");
    assert!((1..=600).contains(&sent) && (1..=600).contains(&answered));

    // The portal has forgotten how the messages changed: they come again in pages, and the others
    // stay as they are.
    world
        .sandbox
        .order(&json!({"application": id, "act": "answer", "text": "апошняе"}))
        .unwrap();
    let fault = json!({"match": "/jmap/api", "kind": "cannot_calculate_changes", "type": "Message", "times": 2});
    world.sandbox.fault(&fault).unwrap();
    let reset = cli.ok(&["sync"]).unwrap();
    assert_eq!(reset["messages"], 621, "{reset}");
    assert_eq!(
        (&reset["applications"], &reset["procedures"]),
        (&json!(0), &json!(0))
    );
}

/// Nobody asks, and it is here.
#[test]
fn the_portal_says_that_something_changed() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let (applicant, id) = applied(&world, &card);
    let mut watching = applicant.cli.start(&["sync", "--watch"]).unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let mut until = |wanted: &dyn Fn(&Value) -> bool| {
        let begun = Instant::now();
        for line in lines.by_ref() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if wanted(&line) {
                return begun.elapsed();
            }
        }
        panic!("the program ended");
    };
    // The first pass, and the one after the stream stands.
    until(&|line| line["messages"] == 0);
    until(&|line| line["messages"] == 0);
    world
        .sandbox
        .operate(&id, &["answer", "--text", "Добры дзень"])
        .unwrap();
    let took = until(&|line| line["messages"] == 1);
    println!("a message was here after {took:.2?}");
    // Without the stream it would come minutes later.
    assert!(took < Duration::from_secs(30), "{took:?}");

    // The portal is restarted: the stream is opened again, and nothing between is missed.
    world.sandbox.disconnect();
    world.sandbox.connect().unwrap();
    world
        .sandbox
        .operate(&id, &["answer", "--text", "Яшчэ адно"])
        .unwrap();
    until(&|line| line["messages"] == 1);
    let _ = watching.kill();
    let _ = watching.wait();
}
