//! The program itself, over TCP.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use virtual_token::reader::{read_message, write_message};

use crate::host::{ALL, card_file, hello};

struct Running {
    child: Child,
    control: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(folder: &Path, how: &str, place: &str) -> Self {
        let card = folder.join("card.json");
        std::fs::write(&card, card_file().to_string()).unwrap();
        let control = free_address();
        let mut child = Command::new(env!("CARGO_BIN_EXE_virtual-token"))
            .arg("--card")
            .arg(&card)
            .arg("--state")
            .arg(folder.join("state.json"))
            .args([how, place, "--control", &control])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let running = Self { child, control };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), r#"{"ready":true}"#);
        running
    }

    fn tell(&self, order: Value) -> Value {
        let mut stream = TcpStream::connect(&self.control).unwrap();
        writeln!(stream, "{order}").unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn connect(place: &str) -> TcpStream {
    let stream = TcpStream::connect(place).unwrap();
    let most = Some(Duration::from_secs(10));
    stream.set_read_timeout(most).unwrap();
    stream
}

fn exchange(stream: &mut TcpStream, message: &[u8]) -> std::io::Result<Vec<u8>> {
    write_message(stream, message)?;
    read_message(stream)
}

const MF: &[u8] = &[0, 0xA4, 0, 0];

fn atr() -> Vec<u8> {
    virtual_token::card_file::answer_to_reset(true).0
}

#[test]
fn answers_a_reader_that_connects() {
    let folder = tempfile::tempdir().unwrap();
    let place = free_address();
    let card = Running::start(folder.path(), "--listen", &place);
    let mut reader = connect(&place);
    assert_eq!(exchange(&mut reader, &[4]).unwrap(), atr());
    write_message(&mut reader, &[1]).unwrap();
    assert_eq!(exchange(&mut reader, MF).unwrap(), [0x90, 0]);
    let cdf = hello(3, ALL, None);
    let set = [&[0, 0x22, 0xC1, 0xA4, cdf.len() as u8][..], &cdf].concat();
    assert_eq!(exchange(&mut reader, &set).unwrap(), [0x90, 0]);
    let status = card.tell(json!({"do": "status"}));
    let expected = json!({
        "apdus": 2, "pin_attempts": 3, "pin_state": "usable", "inserted": true,
        "commands": ["A40000", "22C1A4"], "extended": 0, "power_losses": 0,
    });
    assert_eq!(status, expected);
    card.tell(json!({"do": "reset_counters"}));
    assert_eq!(card.tell(json!({"do": "status"}))["apdus"], 0);
    assert!(card.tell(json!({"do": "dance"}))["error"].is_string());
}

#[test]
fn is_pulled_and_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = free_address();
    let card = Running::start(folder.path(), "--listen", &place);
    let mut reader = connect(&place);
    card.tell(json!({"do": "eject_at", "apdu": 2}));
    assert_eq!(exchange(&mut reader, MF).unwrap(), [0x90, 0]);
    assert!(exchange(&mut reader, MF).is_err());
    let status = card.tell(json!({"do": "status"}));
    assert_eq!(
        (&status["inserted"], &status["apdus"]),
        (&json!(false), &json!(2))
    );
    assert!(exchange(&mut connect(&place), &[4]).is_err());
    card.tell(json!({"do": "insert"}));
    assert_eq!(exchange(&mut connect(&place), &[4]).unwrap(), atr());
    let mut reader = connect(&place);
    assert_eq!(exchange(&mut reader, MF).unwrap(), [0x90, 0]);
    card.tell(json!({"do": "eject"}));
    assert!(exchange(&mut reader, MF).is_err());
}

#[test]
fn a_second_reader_waits_for_the_first_but_may_ask_for_the_atr() {
    let folder = tempfile::tempdir().unwrap();
    let place = free_address();
    let _card = Running::start(folder.path(), "--listen", &place);
    let mut first = connect(&place);
    assert_eq!(exchange(&mut first, MF).unwrap(), [0x90, 0]);
    let mut second = connect(&place);
    assert_eq!(exchange(&mut second, &[4]).unwrap(), atr());
    let short = Some(Duration::from_millis(200));
    second.set_read_timeout(short).unwrap();
    write_message(&mut second, MF).unwrap();
    assert!(read_message(&mut second).is_err());
    drop(first);
    let long = Some(Duration::from_secs(10));
    second.set_read_timeout(long).unwrap();
    assert_eq!(read_message(&mut second).unwrap(), [0x90, 0]);
}

#[test]
fn connects_to_a_reader_and_again_after_it_was_pulled() {
    let folder = tempfile::tempdir().unwrap();
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = reader.local_addr().unwrap().to_string();
    let card = Running::start(folder.path(), "--vpcd", &place);
    let (mut stream, _) = reader.accept().unwrap();
    assert_eq!(exchange(&mut stream, &[4]).unwrap(), atr());
    card.tell(json!({"do": "eject"}));
    assert!(exchange(&mut stream, &[4]).is_err());
    let inserted = card.tell(json!({"do": "insert"}));
    assert_eq!(inserted, json!({"ok": true}));
    let (mut stream, _) = reader.accept().unwrap();
    assert_eq!(exchange(&mut stream, &[4]).unwrap(), atr());
    write_message(&mut stream, &[2]).unwrap();
    assert_eq!(exchange(&mut stream, MF).unwrap(), [0x90, 0]);
}
