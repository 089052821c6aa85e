//! Everything of a person in one file: it is complete, every signature in it is good, and nothing of
//! anybody else stands in it.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use e2e::{Applicant, World, world};
use serde_json::Value;

fn unzipped(file: &Path, to: &Path) {
    let file = std::fs::File::open(file).unwrap();
    zip::ZipArchive::new(file).unwrap().extract(to).unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A scan that is a PNG and nothing more.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU";

#[test]
fn all_of_one_person_comes_out_and_its_signatures_are_good() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    // Somebody else uses the same computer.
    let other = world.card_over_tcp("foreigner").unwrap();
    let mut theirs = world.cli("unused", Some(&other)).unwrap();
    theirs.profile.clone_from(&cli.profile);
    theirs.ok(&["login"]).unwrap();
    theirs.ok(&["sync"]).unwrap();
    let stranger = theirs.ok(&["draft", "new", &applicant.procedure]).unwrap();
    let stranger = stranger["summary"]["id"].as_str().unwrap().to_owned();
    let persons = cli.ok(&["person", "list"]).unwrap();
    let ours = persons
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["is_current"] == false);
    cli.ok(&["person", "use", ours.unwrap()["id"].as_str().unwrap()])
        .unwrap();

    // An application that was decided, a letter, one that waits, and a draft with a file.
    let decided = applicant.draft().unwrap();
    cli.ok(&["apply", &decided]).unwrap();
    let asked = ["request", "--wanted", "Копія", "--days", "3"];
    world.sandbox.operate(&decided, &asked).unwrap();
    cli.ok(&["sync"]).unwrap();
    let message = cli.ok(&["due"]).unwrap()[0]["message_id"]
        .as_str()
        .unwrap()
        .to_owned();
    cli.ok(&["messages", "reply", &message, "--text", "Дасылаю."])
        .unwrap();
    world
        .sandbox
        .operate(&decided, &["approve", "--text", "Выдаць."])
        .unwrap();
    let act = ["refuse", "--text", "Іншае", "--detached"];
    world.sandbox.operate(&decided, &act).unwrap();
    cli.ok(&["sync"]).unwrap();
    world.sandbox.disconnect();
    let waiting = applicant.draft().unwrap();
    cli.ok(&["apply", &waiting]).unwrap();
    let draft = applicant.empty_draft.clone();
    let scan = world.dir().join("скан.png");
    std::fs::write(&scan, PICTURE).unwrap();
    cli.ok(&["draft", "edit", &draft, "--attach", scan.to_str().unwrap()])
        .unwrap();

    let file = world.dir().join("all.zip");
    let done = cli
        .ok(&["--lang", "be", "export", file.to_str().unwrap()])
        .unwrap();
    assert_eq!(done["path"], file.to_str().unwrap());
    for (what, count) in [
        ("drafts", 1),
        ("waiting", 1),
        ("applications", 1),
        ("documents", 2),
    ] {
        assert_eq!(done[what], count, "{what}: {done}");
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(!world.dir().join("all.zip.part").exists());

    let out = world.dir().join("out");
    unzipped(&file, &out);
    let found = files(&out);
    let names: BTreeSet<String> = found
        .iter()
        .map(|path| {
            path.strip_prefix(&out)
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    for expected in [
        "index.html".to_owned(),
        "export.json".to_owned(),
        "export.schema.json".to_owned(),
        format!("drafts/{draft}/draft.json"),
        format!("drafts/{draft}/files/1 скан.png"),
        format!("waiting/{waiting}/item.json"),
        format!("waiting/{waiting}/signed.p7m"),
        format!("applications/{decided}/application.json"),
        format!("applications/{decided}/signed.p7m"),
        format!("applications/{decided}/application.pdf"),
        format!("applications/{decided}/messages.json"),
        format!("applications/{decided}/documents.json"),
        format!("applications/{decided}/index.html"),
    ] {
        assert!(names.contains(&expected), "{expected}: {names:#?}");
    }
    let attached = out.join(format!("drafts/{draft}/files/1 скан.png"));
    assert_eq!(std::fs::read(attached).unwrap(), PICTURE);

    // Every signature is checked with our own program: what we signed and what authorities did.
    let mut signatures = 0;
    for path in &found {
        let name = path.to_str().unwrap();
        let verdict = if name.ends_with(".p7m") {
            cli.ok(&["verify", name])
        } else if let Some(content) = name.strip_suffix(".p7s") {
            cli.ok(&["verify", name, "--content", content])
        } else {
            continue;
        };
        assert_eq!(verdict.unwrap()["verdict"], "valid", "{name}");
        signatures += 1;
    }
    // Two applications, a reply, two documents.
    assert_eq!(signatures, 5, "{names:#?}");

    // What the schema says is what there is.
    let schema = json(&out.join("export.schema.json"));
    for path in found
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
    {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name == "export.schema.json" {
            continue;
        }
        let schema =
            serde_json::json!({"$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"]});
        let validator = jsonschema::validator_for(&schema).unwrap();
        let value = json(path);
        let problems: Vec<_> = validator
            .iter_errors(&value)
            .map(|problem| problem.to_string())
            .collect();
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }

    // Nothing of the other person, and no secret.
    let nowhere = [
        stranger.as_bytes(),
        b"access_token",
        b"refresh_token",
        b"correct horse",
    ];
    let found: Vec<PathBuf> = world::files_with(&out, &nowhere).unwrap();
    assert!(found.is_empty(), "{found:?}");
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(
        page.contains("lang=\"be\"") && page.contains("Чарнавікі"),
        "{page}"
    );

    // No half file where it cannot be written.
    let nowhere = world.dir().join("no-such-folder/all.zip");
    cli.fails(&["export", nowhere.to_str().unwrap()], "file_unreadable")
        .unwrap();
}

/// A disk that becomes full in the middle: that is said, and half a file is none.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_no_file_is_left() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let cli = &applicant.cli;
    // What cannot be made smaller (multipliers of Numerical Recipes), beyond the room of the disk.
    let mut octets = b"%PDF-1.7\n".to_vec();
    let mut state = 1_u32;
    octets.extend((0..6_000_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }));
    let scan = world.dir().join("scan.pdf");
    std::fs::write(&scan, &octets).unwrap();
    let draft = applicant.empty_draft.as_str();
    cli.ok(&["draft", "edit", draft, "--attach", scan.to_str().unwrap()])
        .unwrap();
    let (disk, room) = (world.dir().join("disk"), world.dir().join("room"));
    for folder in [&disk, &room] {
        std::fs::create_dir(folder).unwrap();
    }
    let script = r#"
mount -t tmpfs -o size=4m none "$place"
call full export "$place/all.zip"
test -z "$(ls -A "$place")"
call again export "$room/all.zip"
"#;
    let variables = [("place", disk.as_path()), ("room", room.as_path())];
    let answers = e2e::apart::run(world.dir(), cli, script, &variables).unwrap();
    assert_eq!(answers["full"].json["error"]["code"], "disk_full");
    assert_eq!(answers["again"].code, 0, "{}", answers["again"].json);
    let out = world.dir().join("out");
    unzipped(&room.join("all.zip"), &out);
    let attached = out.join(format!("drafts/{draft}/files/1 scan.pdf"));
    assert_eq!(std::fs::read(attached).unwrap(), octets);
}
