//! Disks that are full and disks that cannot be written: a sentence, and all that was there stays and
//! is read. The disks are real ones, mounted where nobody else sees them.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use e2e::cli::Answer;
use e2e::{Applicant, Cli, World};

/// A disk that is full and one that cannot be written: a sentence, and all that was there stays.
#[test]
fn a_full_disk_and_one_that_cannot_be_written() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let id = applicant.draft().unwrap();
    let typed = applicant.typed().unwrap();
    let answers = on_a_small_disk(
        &world,
        &applicant.cli,
        &format!(
            r#"
call full-before draft show {id}
dd if=/dev/zero of="$disk/filling" bs=4096 2>/dev/null || true
for language in be ru en; do
    call full-new-$language --lang $language draft new {procedure} --data "$values"
    call full-apply-$language --lang $language apply {id}
done
call full-show draft show {id}
rm "$disk/filling"
call free-show draft show {id}
mount -o remount,ro "$disk"
for language in be ru en; do
    call read-only-new-$language --lang $language draft new {procedure} --data "$values"
done
mount -o remount,rw "$disk"
call back-show draft show {id}
call free-apply apply {id}
"#,
            procedure = applicant.procedure,
        ),
        &applicant.values,
    );
    for language in ["be", "ru", "en"] {
        for (call, code) in [
            (format!("full-new-{language}"), "disk_full"),
            (format!("full-apply-{language}"), "disk_full"),
            (format!("read-only-new-{language}"), "read_only"),
        ] {
            let error = &answers[&call].json["error"];
            assert_eq!(error["code"], code, "{call}: {error}");
            assert!(error["remedy"].as_str().unwrap().ends_with('.'), "{error}");
        }
    }
    for call in ["full-before", "full-show", "free-show", "back-show"] {
        assert_eq!(
            answers[call].json["data"], typed,
            "{call}: {}",
            answers[call].json
        );
    }
    assert_eq!(
        answers["free-apply"].json["state"], "registered",
        "{}",
        answers["free-apply"].json
    );
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
}

/// On a disk that cannot be written, and in a folder in which the person may not write, everything is
/// there to be read, and what would have to be kept is refused.
#[test]
fn what_cannot_be_written_is_read() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let sent = applicant.draft().unwrap();
    assert_eq!(cli.ok(&["apply", &sent]).unwrap()["state"], "registered");
    world
        .sandbox
        .operate(&sent, &["approve", "--text", "So be it"])
        .unwrap();
    let waits = applicant.draft().unwrap();
    let fault = serde_json::json!({"match": "/jmap/upload", "kind": "status_500", "times": 1});
    world.sandbox.fault(&fault).unwrap();
    cli.ok(&["apply", &waits]).unwrap();
    cli.ok(&["outbox", "pause", &waits]).unwrap();
    cli.ok(&["sync"]).unwrap();
    let draft = applicant.draft().unwrap();
    let calls = |before: &str| {
        format!(
            r#"
call {before}whoami whoami
call {before}drafts draft list
call {before}draft draft show {draft}
call {before}applications applications
call {before}application applications show {sent}
call {before}documents documents
call {before}outbox outbox
call {before}services catalog search ""
call {before}found search жыхарства
"#
        )
    };
    let reading = calls("was-");
    let after = calls("read-only-");
    let bound = calls("bound-");
    let answers = on_a_small_disk(
        &world,
        cli,
        &format!(
            r#"
{reading}
mount -o remount,ro "$disk"
{after}
call no-new draft new {procedure} --data "$values"
call no-edit draft edit {draft} --data "$values"
call no-apply apply {draft}
call no-resume outbox resume {waits}
call no-sync sync
call no-login login
mount -o remount,rw "$disk"
chmod -R a-w "$disk"
as="setpriv --bounding-set=-all --inh-caps=-all"
{bound}
call no-bound draft new {procedure} --data "$values"
as=
chmod -R u+w "$disk"
call back draft edit {draft} --data "$values"
call back-apply apply {draft}
"#,
            procedure = applicant.procedure,
        ),
        &applicant.values,
    );
    for call in [
        "whoami",
        "drafts",
        "draft",
        "applications",
        "application",
        "documents",
        "outbox",
        "services",
        "found",
    ] {
        let was = &answers[&format!("was-{call}")];
        assert_eq!(was.code, 0, "{call}: {}", was.json);
        for how in ["read-only", "bound"] {
            let is = &answers[&format!("{how}-{call}")];
            assert_eq!(is.json, was.json, "{how} {call}: {}", is.log);
            // It is told beside the answer.
            let told = "Nothing can be saved";
            assert!(is.log.contains(told), "{how} {call}: {}", is.log);
            assert!(!was.log.contains(told), "{}", was.log);
        }
    }
    assert_eq!(answers["read-only-outbox"].json[0]["id"], waits.as_str());
    assert_eq!(
        answers["read-only-documents"]
            .json
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for call in ["new", "edit", "apply", "resume", "sync", "login", "bound"] {
        let answer = &answers[&format!("no-{call}")];
        assert_eq!(
            answer.json["error"]["code"], "read_only",
            "{call}: {}",
            answer.json
        );
    }
    assert_eq!(answers["back"].code, 0, "{}", answers["back"].json);
    assert_eq!(answers["back-apply"].json["state"], "registered");
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// A draft whose form has changed is read as it was filled in, and carried to the new form later.
#[test]
fn a_draft_of_an_older_form_is_read() {
    let (world, card) = World::with_card().unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let draft = applicant.draft().unwrap();
    let newer = serde_json::json!({"title": {"en": "Newer"}});
    world.sandbox.publish(&applicant.procedure, &newer).unwrap();
    cli.ok(&["sync"]).unwrap();
    let answers = on_a_small_disk(
        &world,
        cli,
        &format!(
            r#"
mount -o remount,ro "$disk"
call bound draft show {draft}
mount -o remount,rw "$disk"
call free draft show {draft}
"#
        ),
        &applicant.values,
    );
    for (call, outdated) in [("bound", true), ("free", false)] {
        let shown = &answers[call].json;
        assert_eq!(shown["data"], applicant.typed().unwrap(), "{call}: {shown}");
        assert_eq!(shown["outdated"], outdated, "{call}: {shown}");
    }
}

/// Files that wait for their time stamps wait until it can be noted that they have them.
#[test]
fn nothing_is_raised_that_could_not_be_noted() {
    let mut world = World::with_services().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    let name = world.dir().join("offline.txt");
    fs::write(&name, "Text").unwrap();
    world.sandbox.disconnect();
    let signed = cli.ok(&["sign", "--level", "t", name.to_str().unwrap()]);
    assert_eq!(signed.unwrap()["files"][0]["waiting"], true);
    world.sandbox.connect().unwrap();
    let signature = world.dir().join("offline.txt.p7s");
    let before = fs::read(&signature).unwrap();
    let calls = "
mount -o remount,ro \"$disk\"
call bound raise
";
    let answers = on_a_small_disk(&world, cli, calls, &applicant.values);
    let bound = &answers["bound"].json;
    assert_eq!(bound["raised"], 0, "{bound}");
    assert_eq!(bound["waiting"].as_array().unwrap().len(), 1, "{bound}");
    assert_eq!(fs::read(&signature).unwrap(), before);
    assert_eq!(cli.ok(&["raise"]).unwrap()["raised"], 1);
    assert_ne!(fs::read(&signature).unwrap(), before);
}

/// Runs calls of `kabinet-cli` with the profile copied to a disk of four megabytes of its own.
fn on_a_small_disk(
    world: &World,
    cli: &Cli,
    calls: &str,
    values: &Path,
) -> BTreeMap<String, Answer> {
    let disk = world.dir().join("disk");
    fs::create_dir(&disk).unwrap();
    let script = format!(
        r#"
mount -t tmpfs -o size=4m none "$disk"
cp -a "$profile/." "$disk/"
{calls}"#
    );
    let variables = [("disk", disk.as_path()), ("values", values)];
    e2e::apart::run(world.dir(), cli, &script, &variables).unwrap()
}
