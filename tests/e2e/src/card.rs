//! The virtual card as a program of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{Program, path};
use crate::{Outcome, PATIENCE};

const GRAIN: Duration = Duration::from_millis(100);

/// A virtual card, in its reader until this value goes or it is pulled.
pub struct VirtualCard {
    _program: Program,
    control: String,
    /// The reader's name for `--reader`.
    pub reader: String,
}

impl VirtualCard {
    /// Puts the card into a virtual reader of the real PC/SC daemon.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn in_vpcd(card: &Path, state: &Path, slot: usize) -> Outcome<Self> {
        let card = Self::put_in_vpcd(card, state, slot)?;
        card.wait_until_seen()?;
        Ok(card)
    }

    /// As [`Self::in_vpcd`], but whatever the daemon sees in it.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn put_in_vpcd(card: &Path, state: &Path, slot: usize) -> Outcome<Self> {
        let place = crate::pcscd::VPCD.get(slot).ok_or("no such slot")?;
        let reader = crate::pcscd::READERS.get(slot).ok_or("no such slot")?;
        // A daemon that did not see the last card go takes the next one for it.
        let deadline = Instant::now() + PATIENCE;
        while presence(reader)? != "absent" && Instant::now() < deadline {
            std::thread::sleep(GRAIN);
        }
        Self::start(card, state, "--vpcd", place, (*reader).to_owned())
    }

    /// Lets the card answer over TCP, as a remote card does.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn over_tcp(card: &Path, state: &Path) -> Outcome<Self> {
        let place = free_address()?;
        Self::start(card, state, "--listen", &place, format!("tcp:{place}"))
    }

    fn start(card: &Path, state: &Path, how: &str, place: &str, reader: String) -> Outcome<Self> {
        let control = free_address()?;
        let (program, _) = Program::start_ready(
            Command::new(path("virtual-token")?)
                .arg("--card")
                .arg(card)
                .arg("--state")
                .arg(state)
                .args([how, place, "--control", &control]),
        )?;
        Ok(Self {
            _program: program,
            control,
            reader,
        })
    }

    /// Pulls the card out.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn eject(&self) -> Outcome {
        self.tell(&json!({"do": "eject"})).map(|_| ())
    }

    /// Puts it back.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn insert(&self) -> Outcome {
        self.tell(&json!({"do": "insert"}))?;
        self.wait_until_seen()
    }

    /// Waits until the daemon sees the card: it looks at its virtual readers now and then.
    ///
    /// # Errors
    /// When it is not seen.
    pub fn wait_until_seen(&self) -> Outcome {
        if self.reader.starts_with("tcp:") {
            return Ok(());
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = presence(&self.reader)?;
            if seen == "id_card" {
                return self.reset_counters();
            }
            if Instant::now() > deadline {
                return Err(format!("no card is seen in {}: {seen}", self.reader));
            }
            if seen == "mute" {
                // The daemon failed to power it and tries no more; people put the card in again.
                self.eject()?;
                while presence(&self.reader)? != "absent" && Instant::now() < deadline {
                    std::thread::sleep(GRAIN);
                }
                self.tell(&json!({"do": "insert"}))?;
            }
            std::thread::sleep(GRAIN);
        }
    }

    /// Pulls it instead of answering the n-th command from now, counted from 1.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn eject_at(&self, apdu: u64) -> Outcome {
        self.tell(&json!({"do": "eject_at", "apdu": apdu}))
            .map(|_| ())
    }

    /// Answers the n-th command from now, counted from 1, so much later.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn delay_at(&self, apdu: u64, milliseconds: u64) -> Outcome {
        let fault = json!({"kind": "delay", "milliseconds": milliseconds});
        self.tell(&json!({"do": "fault_at", "apdu": apdu, "fault": fault}))
            .map(|_| ())
    }

    /// Replaces the answer to the n-th command from now, counted from 1, by this status.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn status_at(&self, apdu: u64, status: &str) -> Outcome {
        let fault = json!({"kind": "status", "status": status});
        self.tell(&json!({"do": "fault_at", "apdu": apdu, "fault": fault}))
            .map(|_| ())
    }

    /// Takes the power of the card away for a moment before the n-th command from now, counted from
    /// 1.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn reset_at(&self, apdu: u64) -> Outcome {
        let fault = json!({"kind": "reset"});
        self.tell(&json!({"do": "fault_at", "apdu": apdu, "fault": fault}))
            .map(|_| ())
    }

    /// Counters and state of the card.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn status(&self) -> Outcome<Value> {
        self.tell(&json!({"do": "status"}))
    }

    /// Forgets the counted commands.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn reset_counters(&self) -> Outcome {
        self.tell(&json!({"do": "reset_counters"})).map(|_| ())
    }

    /// Wrong tries of the PIN that are left, as the card itself counts them.
    ///
    /// # Errors
    /// When the card's program does not answer.
    pub fn pin_attempts(&self) -> Outcome<u64> {
        self.status()?["pin_attempts"]
            .as_u64()
            .ok_or_else(|| "the card told no attempts".to_owned())
    }

    fn tell(&self, what: &Value) -> Outcome<Value> {
        let fail = |error: std::io::Error| format!("control of the card: {error}");
        let mut stream = TcpStream::connect(&self.control).map_err(fail)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(fail)?;
        writeln!(stream, "{what}").map_err(fail)?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).map_err(fail)?;
        serde_json::from_str(&line).map_err(|error| format!("`{line}`: {error}"))
    }
}

/// What `kabinet-cli` sees in a reader of the daemon.
fn presence(reader: &str) -> Outcome<String> {
    let profile = tempfile::tempdir().map_err(|error| error.to_string())?;
    let output = Command::new(path("kabinet-cli")?)
        .arg("--profile")
        .arg(profile.path())
        .args(["--json", "readers"])
        .output()
        .map_err(|error| error.to_string())?;
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let readers = seen["readers"].as_array();
    let found = readers.and_then(|all| all.iter().find(|one| one["name"] == reader));
    let card = found.and_then(|one| one["card"].as_str());
    Ok(card.unwrap_or("no reader").to_owned())
}

/// An address on the loopback interface that nobody used a moment ago.
fn free_address() -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener
        .local_addr()
        .map(|address| address.to_string())
        .map_err(|error| error.to_string())
}
