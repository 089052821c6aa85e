//! An application on paper: printed by one copy, checked from a picture by another. The pages are
//! read and drawn by poppler.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::{Applicant, Cli, World};
use serde_json::Value;

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
