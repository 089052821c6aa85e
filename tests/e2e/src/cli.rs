//! `kabinet-cli`, called as a person or a script would.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::Outcome;
use crate::program::path;

/// Secrets of the virtual cards. They are test data and protect nothing.
#[must_use]
pub fn secrets() -> Value {
    json!({"pin": "123456", "can": "654321", "puk": "0123456789", "passphrase": "correct horse battery staple"})
}

/// Six digits from the system's random generator.
///
/// # Panics
/// Without a random generator.
#[must_use]
pub fn random_pin() -> String {
    let mut octets = [0; 8];
    getrandom::fill(&mut octets).unwrap_or_else(|error| panic!("{error}"));
    format!("{:06}", u64::from_ne_bytes(octets) % 1_000_000)
}

/// A caller of `kabinet-cli` with one profile and one reader.
pub struct Cli {
    /// Folder of the profile.
    pub profile: PathBuf,
    /// The reader, where a command needs the card.
    pub reader: String,
    /// What goes to standard input as `--secrets -`.
    pub secrets: Value,
}

/// What a call gave.
pub struct Answer {
    /// Exit code.
    pub code: i32,
    /// The JSON document of standard output.
    pub json: Value,
    /// Standard error.
    pub log: String,
}

impl Cli {
    /// Calls and waits; the answer whether it succeeded or not.
    ///
    /// # Errors
    /// When the program cannot be started or prints no JSON.
    pub fn call(&self, words: &[&str]) -> Outcome<Answer> {
        let child = self.start(words)?;
        let output = child
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        answer(words, &output)
    }

    /// Calls, and expects success.
    ///
    /// # Errors
    /// When the call fails.
    pub fn ok(&self, words: &[&str]) -> Outcome<Value> {
        let answer = self.call(words)?;
        if answer.code == 0 {
            Ok(answer.json)
        } else {
            Err(format!(
                "kabinet-cli {}: exit {} {} {}",
                words.join(" "),
                answer.code,
                answer.json,
                answer.log
            ))
        }
    }

    /// Calls, and expects the error of that code; gives the whole error object.
    ///
    /// # Errors
    /// When the call succeeds or fails otherwise.
    pub fn fails(&self, words: &[&str], code: &str) -> Outcome<Value> {
        let answer = self.call(words)?;
        let error = &answer.json["error"];
        if answer.code != 0 && error["code"] == code {
            Ok(error.clone())
        } else {
            Err(format!(
                "kabinet-cli {}: expected {code}, got exit {} {} {}",
                words.join(" "),
                answer.code,
                answer.json,
                answer.log
            ))
        }
    }

    /// Calls as somebody who reads it would, without JSON; what it says on standard output.
    ///
    /// # Errors
    /// When the program cannot be started or does not succeed.
    pub fn said(&self, words: &[&str]) -> Outcome<String> {
        let mut command = Command::new(path("kabinet-cli")?);
        command.arg("--profile").arg(&self.profile).args(words);
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Starts a call and leaves it running; the secrets are already handed over.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(&self, words: &[&str]) -> Outcome<Child> {
        let mut command = Command::new(path("kabinet-cli")?);
        command
            .args(["--json", "--secrets", "-", "--profile"])
            .arg(&self.profile)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !self.reader.is_empty() {
            command.args(["--reader", &self.reader]);
        }
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that needs no secret may have ended already: that is no error.
            let _ = stdin.write_all(self.secrets.to_string().as_bytes());
        }
        Ok(child)
    }
}

fn answer(words: &[&str], output: &Output) -> Outcome<Answer> {
    let text = String::from_utf8_lossy(&output.stdout);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let json = serde_json::from_str(&text).map_err(|error| {
        format!(
            "kabinet-cli {} printed `{text}` ({error}); {log}",
            words.join(" ")
        )
    })?;
    Ok(Answer {
        code: output.status.code().unwrap_or(-1),
        json,
        log,
    })
}
