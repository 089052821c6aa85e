//! Where secrets come from: the file or standard input named by `--secrets`, or the terminal.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use kabinet_desk::{Code, DocumentKey, Outcome, Problem, Secret};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::ending;

/// A kind of secret.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Pin,
    Can,
    Puk,
    NewPin,
    Passphrase,
    ProxyPassword,
    RevocationPassword,
}

/// Secrets that were handed over, and the terminal for the rest.
#[derive(Default)]
pub(crate) struct Secrets {
    given: RefCell<Given>,
}

#[derive(Default, Deserialize)]
struct Given {
    pin: Option<Zeroizing<String>>,
    can: Option<Zeroizing<String>>,
    puk: Option<Zeroizing<String>>,
    new_pin: Option<Zeroizing<String>>,
    passphrase: Option<Zeroizing<String>>,
    proxy_password: Option<Zeroizing<String>>,
    revocation_password: Option<Zeroizing<String>>,
    mrz: Option<Mrz>,
}

/// What is printed for machines: the lines, or the values in them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Mrz {
    Lines(Zeroizing<String>),
    Values {
        number: Zeroizing<String>,
        date_of_birth: Zeroizing<String>,
        date_of_expiry: Zeroizing<String>,
    },
}

impl Secrets {
    /// Reads the file, or standard input for `-`.
    pub(crate) fn from_argument(file: Option<&Path>) -> Outcome<Self> {
        let Some(file) = file else {
            return Ok(Self::default());
        };
        // Room enough that the buffer never moves and leaves a copy behind.
        let mut text = Zeroizing::new(Vec::with_capacity(LONGEST));
        let unreadable = |error: std::io::Error| Problem::new(Code::FileUnreadable).because(error);
        let longest = LONGEST as u64;
        let file = if file == Path::new("-") {
            // Not through `Stdin`, whose buffer would keep a copy for as long as the program runs.
            unbuffered_stdin().map_err(unreadable)?
        } else {
            std::fs::File::open(file).map_err(unreadable)?
        };
        file.take(longest)
            .read_to_end(&mut text)
            .map_err(unreadable)?;
        let given = serde_json::from_slice(&text).map_err(|_| {
            // The parser's own words could quote the secret.
            Problem::new(Code::Usage).with("reason", "--secrets: not a JSON object of secrets")
        })?;
        Ok(Self {
            given: RefCell::new(given),
        })
    }

    /// A secret that was handed over, if it was. It is given out once and not kept.
    pub(crate) fn given(&self, kind: Kind) -> Option<Secret> {
        let mut given = self.given.borrow_mut();
        let text = match kind {
            Kind::Pin => &mut given.pin,
            Kind::Can => &mut given.can,
            Kind::Puk => &mut given.puk,
            Kind::NewPin => &mut given.new_pin,
            Kind::Passphrase => &mut given.passphrase,
            Kind::ProxyPassword => &mut given.proxy_password,
            Kind::RevocationPassword => &mut given.revocation_password,
        };
        text.take().map(|text| secret(&text))
    }

    /// What is printed for machines, if it was handed over; given out once.
    pub(crate) fn printed_lines(&self) -> Option<DocumentKey> {
        let mrz = self.given.borrow_mut().mrz.take();
        mrz.map(|mrz| match mrz {
            Mrz::Lines(lines) => DocumentKey::Lines(secret(&lines)),
            Mrz::Values {
                number,
                date_of_birth,
                date_of_expiry,
            } => DocumentKey::Values {
                number: secret(&number),
                date_of_birth: secret(&date_of_birth),
                date_of_expiry: secret(&date_of_expiry),
            },
        })
    }

    /// A secret, asked for on the terminal when it was not handed over.
    pub(crate) fn ask(&self, kind: Kind, prompt: &str) -> Outcome<Secret> {
        self.given(kind).map_or_else(|| typed(prompt), Ok)
    }
}

fn secret(text: &Zeroizing<String>) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

/// Asks for a secret on the terminal, without an echo.
pub(crate) fn typed(prompt: &str) -> Outcome<Secret> {
    if !std::io::stdin().is_terminal() {
        return Err(Code::NoTerminal.into());
    }
    let text = rpassword::prompt_password(format!("{prompt}: "))
        .map(Zeroizing::new)
        .map_err(|error| match error.kind() {
            // The prompt takes Ctrl-C as a character.
            std::io::ErrorKind::Interrupted => ending::interrupted(),
            _ => Problem::new(Code::NoTerminal).because(error),
        })?;
    Ok(secret(&text))
}

#[cfg(unix)]
fn unbuffered_stdin() -> std::io::Result<std::fs::File> {
    use std::os::fd::AsFd as _;
    std::io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map(Into::into)
}

#[cfg(windows)]
fn unbuffered_stdin() -> std::io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle as _;
    std::io::stdin()
        .as_handle()
        .try_clone_to_owned()
        .map(Into::into)
}

/// More than any set of secrets needs, in octets.
const LONGEST: usize = 16 * 1024;
