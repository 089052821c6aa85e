//! `kabinet-cli` as a program: how it ends when it is stopped, what a trace holds, and what it tells
//! of itself.

#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use e2e::program::{path, signal};
use e2e::{Cli, PATIENCE, VirtualCard, World};
use serde_json::{Value, json};

/// Exit code after Ctrl-C.
const INTERRUPTED: i32 = 130;

/// A call that was left running, held up so many milliseconds at that command to the card.
fn held_up(cli: &Cli, card: &VirtualCard, apdu: u64, milliseconds: u64, words: &[&str]) -> Child {
    card.reset_counters().unwrap();
    card.delay_at(apdu, milliseconds).unwrap();
    // The card itself tells nothing while it is busy.
    let trace = cli.profile.join(format!("trace-{apdu}"));
    let child = cli
        .start(&[&["--trace", trace.to_str().unwrap()], words].concat())
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    let answered = || std::fs::read_to_string(&trace).map_or(0, |text| text.lines().count());
    while (answered() as u64) < apdu - 1 {
        assert!(Instant::now() < deadline, "it did not come so far");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

#[test]
fn ctrl_c_at_any_point_costs_nothing() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("hasty", Some(&card)).unwrap();
    card.reset_counters().unwrap();
    cli.ok(&["card", "read"]).unwrap();
    let commands = card.status().unwrap()["apdus"].as_u64().unwrap();
    for apdu in [2, commands / 2, commands] {
        let child = held_up(&cli, &card, apdu, 8_000, &["card", "read"]);
        signal(child.id(), "INT").unwrap();
        let stopped = Instant::now();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(INTERRUPTED), "at {apdu}");
        assert!(stopped.elapsed() < Duration::from_secs(6), "at {apdu}");
        assert_eq!(output.stdout, b"", "at {apdu}");
        // The card is busy until it has answered the last command.
        let deadline = Instant::now() + PATIENCE;
        while cli.call(&["card", "status"]).unwrap().code != 0 {
            assert!(Instant::now() < deadline, "the card does not come back");
        }
        cli.ok(&["card", "read"]).unwrap();
        assert_eq!(card.pin_attempts().unwrap(), 3, "at {apdu}");
    }
}

#[test]
fn ctrl_c_at_a_prompt_leaves_a_terminal_that_shows_what_is_typed() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let shell = r#"trap : INT; "$program" --profile "$profile" --reader "$reader" --lang en card read; echo code=$?; stty -a"#;
    let mut terminal = Command::new("script")
        .args([
            "--quiet",
            "--return",
            "--flush",
            "--command",
            shell,
            "/dev/null",
        ])
        .env("SHELL", "/bin/sh")
        .env("program", path("kabinet-cli").unwrap())
        .env("profile", world.profile("hasty").unwrap())
        .env("reader", &card.reader)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut shown = terminal.stdout.take().unwrap();
    let mut text = Vec::new();
    let mut octet = [0];
    while !text.ends_with(b"PIN: ") {
        assert_eq!(shown.read(&mut octet).unwrap(), 1, "no prompt");
        text.extend(octet);
    }
    let mut keys = terminal.stdin.take().unwrap();
    keys.write_all(&[3]).unwrap();
    let mut rest = String::new();
    shown.read_to_string(&mut rest).unwrap();
    terminal.wait().unwrap();
    assert!(rest.contains("code=130"), "{rest}");
    assert!(rest.split_whitespace().any(|word| word == "echo"), "{rest}");
}

#[test]
fn a_command_ends_when_its_time_is_over() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("hasty", Some(&card)).unwrap();
    let child = held_up(&cli, &card, 3, 20_000, &["--timeout", "10", "card", "read"]);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["error"]["code"], "timed_out", "{answer}");
    let deadline = Instant::now() + PATIENCE;
    while cli
        .call(&["--timeout", "60", "card", "status"])
        .unwrap()
        .code
        != 0
    {
        assert!(Instant::now() < deadline, "the card does not come back");
    }
    cli.ok(&["--timeout", "60", "card", "read"]).unwrap();
    let refused = cli.call(&["--timeout", "0", "card", "read"]).unwrap();
    assert_eq!(refused.code, 2);
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// Nothing of a person and no secret is in a trace, whatever is done with the card.
#[test]
fn traces_hold_commands_and_nothing_of_the_person() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let mut cli = world.cli("traced", Some(&card)).unwrap();
    cli.secrets["new_pin"] = "135791".into();
    let file = world.dir().join("trace.txt");
    let trace = file.to_string_lossy().into_owned();
    let mut private = vec!["135791".to_owned()];
    for secret in cli.secrets.as_object().unwrap().values() {
        private.push(secret.as_str().unwrap().to_owned());
    }
    for words in [
        &["login"][..],
        &["card", "read"],
        &["card", "read", "--with", "can"],
        &["pin", "change"],
    ] {
        card.reset_counters().unwrap();
        let answer = cli.ok(&[&["--trace", &trace], words].concat()).unwrap();
        collect(&answer, &mut private);
        let text = std::fs::read_to_string(&file).unwrap();
        let commands = card.status().unwrap()["apdus"].as_u64().unwrap();
        assert_eq!(text.lines().count() as u64, commands, "{words:?}: {text}");
        for value in &private {
            let hidden = [value.clone(), hex::encode(value), hex::encode_upper(value)];
            let found = hidden.iter().find(|form| text.contains(form.as_str()));
            assert_eq!(found, None, "{words:?}: {text}");
        }
        // A header is what is longest in hex, so that no data hide in another form either.
        let longest = text
            .split(|sign: char| !sign.is_ascii_hexdigit())
            .map(str::len)
            .max();
        assert!(longest <= Some(9), "{words:?}: {text}");
    }
    assert!(private.len() > 10, "{private:?}");
}

/// Texts of an answer that are long enough not to stand in a header by chance.
fn collect(answer: &Value, texts: &mut Vec<String>) {
    match answer {
        Value::String(text) if text.len() > 4 => texts.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|one| collect(one, texts)),
        Value::Object(object) => object.values().for_each(|one| collect(one, texts)),
        _ => {}
    }
}

#[test]
fn completions_and_manual_pages_know_the_commands() {
    let dir = tempfile::tempdir().unwrap();
    let cli = Cli {
        profile: dir.path().join("profile"),
        reader: String::new(),
        secrets: json!({}),
    };
    let to = dir.path().join("manual");
    cli.ok(&["manual", to.to_str().unwrap()]).unwrap();
    let read = |name: &str| std::fs::read_to_string(to.join(name)).unwrap();
    assert!(read("kabinet-cli.bash").contains("--timeout"));
    assert!(read("_kabinet-cli").contains("resume"));
    assert!(read("kabinet-cli.fish").contains("doctor"));
    assert!(read("kabinet-cli-pin-resume.1").contains("CAN"));
}
