//! An application on paper: printed by one copy, checked from a picture by another. The pages are
//! read and drawn by poppler.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::{Applicant, Cli, World, world};
use kabinet_stb::hash::belt_hash;
use serde_json::{Value, json};

fn poppler(program: &str, words: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {words:?}: {said}");
    output.stdout
}

/// The words of the pages, in the order of reading.
fn words(pdf: &Path) -> String {
    let text = poppler("pdftotext", &[pdf.to_str().unwrap(), "-"]);
    let text = String::from_utf8(text).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Pictures of the pages, as a scanner would make them.
fn scanned(pdf: &Path, kind: &[&str]) -> Vec<PathBuf> {
    let folder = pdf.with_extension(kind.join(""));
    std::fs::create_dir(&folder).unwrap();
    let (pdf, stem) = (pdf.to_str().unwrap(), folder.join("page"));
    let stem = stem.to_str().unwrap();
    poppler("pdftoppm", &[kind, &["-gray", pdf, stem]].concat());
    let mut pages: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|page| page.unwrap().path())
        .collect();
    pages.sort();
    pages
}

/// The pages on which there are codes.
fn with_codes<'a>(cli: &Cli, pages: &'a [PathBuf]) -> Vec<&'a str> {
    let pages = pages.iter().map(|page| page.to_str().unwrap());
    pages
        .filter(|page| {
            let answer = cli.call(&["paper", "verify", page]).unwrap();
            answer.json["error"]["code"] != "paper_code_unknown"
        })
        .collect()
}

fn verifying<'a>(pages: &[&'a str]) -> Vec<&'a str> {
    [&["paper", "verify"], pages].concat()
}

fn print(applicant: &Applicant, id: &str, language: &str, to: &Path) -> PathBuf {
    let to = to.join(format!("{language}.pdf"));
    let out = to.to_str().unwrap();
    let done = applicant
        .cli
        .ok(&["--lang", language, "paper", id, "--out", out]);
    assert_eq!(done.unwrap()["written"], out);
    to
}

#[test]
fn another_copy_checks_what_one_has_printed() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let id = applicant.draft().unwrap();
    applicant
        .cli
        .fails(&["paper", &id, "--out", "x.pdf"], "application_not_found")
        .unwrap();
    let sent = applicant.cli.ok(&["apply", &id]).unwrap();
    let number = sent["application"]["registration_number"].as_str().unwrap();

    // Without a network, in each language, with everything on it that a person would look for.
    world.sandbox.disconnect();
    for (language, verdict) in [
        ("be", "Подпіс сапраўдны"),
        ("ru", "Подпись действительна"),
        ("en", "The signature is valid"),
    ] {
        let pdf = print(&applicant, &id, language, world.dir());
        let words = words(&pdf);
        let title = sent["application"]["title"][language].as_str().unwrap();
        for expected in [title, number, &id, verdict, "Sandbox Root CA"] {
            assert!(words.contains(expected), "{language}, {expected}: {words}");
        }
        // Read from top to bottom, as a screen reader does: the head, the answers, the signature.
        let places = [title, number, &id, "Мінск", "Sandbox Root CA", verdict]
            .map(|expected| words.find(expected));
        assert!(
            places.is_sorted() && places[0].is_some(),
            "{language} {places:?}: {words}"
        );
        for typed in applicant.typed().unwrap().as_object().unwrap().values() {
            if let Some(typed) = typed.as_str().filter(|typed| typed.contains(' ')) {
                assert!(words.contains(typed), "{typed}: {words}");
            }
        }
        assert!(
            !words.contains("paper-") && !words.contains("[U+"),
            "{words}"
        );
        let about = poppler("pdfinfo", &[pdf.to_str().unwrap()]);
        let about = String::from_utf8(about).unwrap();
        let tagged = about.lines().find(|line| line.starts_with("Tagged:"));
        assert!(tagged.unwrap().ends_with("yes"), "{about}");
    }

    // Another copy, in which nobody has signed in.
    let other = world.cli("other", None).unwrap();
    let pdf = world.dir().join("be.pdf");
    for kind in [&["-r", "200", "-png"][..], &["-r", "150", "-jpeg"]] {
        let pages = scanned(&pdf, kind);
        let with_codes = with_codes(&other, &pages);
        let verify = verifying(&with_codes);
        let paper = other.ok(&verify).unwrap();
        assert_eq!(paper["report"]["verdict"], "valid", "{paper}");
        let application = &paper["application"];
        assert_eq!(application["id"], id.as_str());
        assert_eq!(application["procedure_id"], applicant.procedure.as_str());
        let fields = application["fields"].to_string();
        assert!(fields.contains("Мінск"), "{fields}");
        assert!(paper["hash"].as_str().unwrap().len() == 64);
        // Nothing is believed without a trust anchor.
        let nothing = world.dir().join("nothing");
        std::fs::create_dir_all(&nothing).unwrap();
        let verify = [&verify[..], &["--trust", nothing.to_str().unwrap()]].concat();
        let answer = other.call(&verify).unwrap();
        assert_eq!(
            (answer.code, &answer.json["report"]["verdict"]),
            (2, &"cannot_tell".into())
        );
    }
    // The applicant's own copy knows what the fields are called.
    let pages = scanned(&pdf, &["-r", "300", "-png"]);
    let with_codes = with_codes(&other, &pages);
    let paper = applicant.cli.ok(&verifying(&with_codes)).unwrap();
    let label = &paper["application"]["fields"][0]["label"]["en"];
    assert!(!label.as_str().unwrap().starts_with('/'), "{label}");
    for (given, code) in [
        ("KABINET:AEAACAA", "paper_code_unknown"),
        ("https://example.by", "paper_code_unknown"),
        ("KABINET:AIAACAAAAAAA", "paper_code_newer"),
    ] {
        other.fails(&["paper", "verify", given], code).unwrap();
    }
}

#[test]
fn what_waits_and_what_was_sent_from_elsewhere_can_be_printed() {
    let mut world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let id = applicant.draft().unwrap();
    world.sandbox.disconnect();
    let waits = applicant.cli.ok(&["apply", &id]).unwrap();
    assert_eq!(waits["state"], "waiting", "{waits}");
    let pdf = print(&applicant, &id, "en", world.dir());
    assert!(words(&pdf).contains("not sent yet"));
    world.sandbox.connect().unwrap();
    applicant.cli.ok(&["outbox", "retry"]).unwrap();

    let elsewhere = Applicant::signed_in(&world, &card, "second").unwrap();
    let known = elsewhere.cli.ok(&["applications"]).unwrap();
    assert_eq!(known[0]["id"], Value::from(id.as_str()));
    let number = known[0]["registration_number"].as_str().unwrap();
    let pdf = print(&elsewhere, &id, "en", world.dir());
    assert!(words(&pdf).contains(number));
}

/// Words that hardly compress, of so many characters together.
fn noise(seed: usize, length: usize) -> String {
    const LETTERS: &str = "абвгдежзйклмнопрстуфхцчшыэюяАБВГДЕЖЗКЛМНОПРСТУФХЦЧШЭЮЯ\
        abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let letters: Vec<char> = LETTERS.chars().collect();
    let drawn = (0_u32..).map(|at| belt_hash(format!("{seed} {at}").as_bytes()));
    let octets = drawn.flatten().take(length);
    let text = octets.enumerate().map(|(at, octet)| match at % 10 {
        9 if at + 1 < length => ' ',
        _ => letters[usize::from(octet) % letters.len()],
    });
    text.collect()
}

/// An application of many words, whose codes would be more than a paper has room for.
fn long_application(applicant: &Applicant, folder: &Path) -> String {
    const PROCEDURE: &str = "2.33.1";
    let draft = applicant.cli.ok(&["draft", "new", PROCEDURE]).unwrap();
    let values = folder.join("long.json");
    world::fill(&draft, &values).unwrap();
    let octets = std::fs::read(&values).unwrap();
    let mut data: Value = serde_json::from_slice(&octets).unwrap();
    let member = |at: usize| {
        json!({"familyName": noise(at, 100), "givenName": noise(at + 100, 100),
            "middleName": noise(at + 200, 100), "birthDate": "1987-05-21",
            "occupation": "work", "employer": noise(at + 300, 200), "income": "4300.50"})
    };
    let dwelling = |at: usize| {
        json!({"address": {"region": noise(at + 400, 100), "locality": noise(at + 500, 100),
            "street": noise(at + 600, 150), "house": "12"}, "area": 54.2})
    };
    data["kind"] = json!("single");
    data["hardship"] = json!(noise(700, 1000));
    data["members"] = (0..15).map(member).collect();
    data["dwellings"] = (0..5).map(dwelling).collect();
    std::fs::write(&values, data.to_string()).unwrap();
    let words = [
        "draft",
        "new",
        PROCEDURE,
        "--data",
        values.to_str().unwrap(),
    ];
    let draft = applicant.cli.ok(&words).unwrap();
    assert_eq!(draft["summary"]["complete"], true, "{}", draft["problems"]);
    let id = draft["summary"]["id"].as_str().unwrap().to_owned();
    applicant.cli.ok(&["apply", &id]).unwrap();
    id
}

/// What is too long for codes stays out of them: they say whose signature it is, and of what. Given
/// what was signed, they say whether it is that.
#[test]
fn codes_without_the_content_are_checked_with_it() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let applicant = Applicant::signed_in(&world, &card, "holder").unwrap();
    let id = long_application(&applicant, world.dir());
    let short = applicant.draft().unwrap();
    applicant.cli.ok(&["apply", &short]).unwrap();
    let archive = world.dir().join("all.zip");
    let words_of_export = ["export", archive.to_str().unwrap()];
    applicant.cli.ok(&words_of_export).unwrap();
    let out = world.dir().join("out");
    let archive = zip::ZipArchive::new(std::fs::File::open(&archive).unwrap());
    archive.unwrap().extract(&out).unwrap();
    let signature = |id: &str| out.join(format!("applications/{id}/signed.p7m"));
    let content = kabinet_pki::content(&std::fs::read(signature(&id)).unwrap()).unwrap();
    let manifest = world.dir().join("manifest.json");
    std::fs::write(&manifest, &content).unwrap();
    assert!(content.len() > 8_000, "{}", content.len());

    let pdf = print(&applicant, &id, "en", world.dir());
    let printed = words(&pdf);
    assert!(printed.contains("too long for codes"), "{printed}");
    let hash = hex::encode(belt_hash(&content));
    let groups: Vec<&str> = (0..64).step_by(8).map(|at| &hash[at..at + 8]).collect();
    assert!(printed.contains(&groups.join(" ")), "{hash}: {printed}");
    let brief = print(&applicant, &short, "be", world.dir());
    assert!(!words(&brief).contains("занадта доўгая для кодаў"));

    // Another copy, in which nobody has signed in.
    let other = world.cli("other", None).unwrap();
    let pages = scanned(&pdf, &["-r", "200", "-png"]);
    let with_codes = with_codes(&other, &pages);
    assert!(!with_codes.is_empty() && with_codes.len() < pages.len());
    let verified = |more: &[&str]| {
        let answer = other.call(&[&verifying(&with_codes), more].concat());
        let answer = answer.unwrap();
        assert_eq!(answer.json["hash"], hash.as_str(), "{}", answer.json);
        assert_ne!(answer.json["serial_number"], Value::Null);
        (answer.code, answer.json)
    };
    let (code, paper) = verified(&[]);
    assert_eq!(
        (code, &paper["report"]["verdict"]),
        (2, &json!("cannot_tell"))
    );
    assert_eq!(paper["application"], Value::Null);
    // With what was signed, by itself and with the signature around it.
    for given in [&manifest, &signature(&id)] {
        let (code, paper) = verified(&["--content", given.to_str().unwrap()]);
        assert_eq!(
            (code, &paper["report"]["verdict"]),
            (0, &json!("valid")),
            "{paper}"
        );
        assert_eq!(paper["application"]["id"], id.as_str());
        let fields = paper["application"]["fields"].to_string();
        assert!(fields.contains(&noise(14 + 300, 200)), "{fields}");
    }
    // Another application of the same person, and this one with one sign changed.
    let changed = world.dir().join("changed.json");
    let text = String::from_utf8(content).unwrap();
    std::fs::write(&changed, text.replacen("4300.50", "4300.51", 1)).unwrap();
    for given in [&signature(&short), &changed] {
        let (code, paper) = verified(&["--content", given.to_str().unwrap()]);
        assert_eq!(
            (code, &paper["report"]["verdict"]),
            (1, &json!("invalid")),
            "{paper}"
        );
        assert_eq!(paper["application"], Value::Null);
    }
    let gone = world.dir().join("gone.json");
    let words = [
        &verifying(&with_codes)[..],
        &["--content", gone.to_str().unwrap()],
    ]
    .concat();
    other.fails(&words, "file_unreadable").unwrap();
}
