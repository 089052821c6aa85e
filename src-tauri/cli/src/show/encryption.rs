//! Encrypted and decrypted files, and how far the work has come.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use kabinet_desk::view::{DecryptedView, EncryptedView};

use super::Show;

/// No percents were shown yet.
const NONE: u64 = u64::MAX;

impl Show {
    pub(crate) fn encrypted(&self, view: &EncryptedView) {
        self.either(view, || {
            self.pair("written", &view.path);
            for recipient in &view.recipients {
                self.pair(
                    "encrypted-for",
                    &format!("{} ({})", recipient.name, recipient.issuer),
                );
                if let Some(note) = &recipient.note {
                    self.line(&format!("  {note}"));
                }
            }
            if let Some(note) = &view.note {
                self.line(note);
            }
            self.asked(&view.asked);
        });
    }

    pub(crate) fn decrypted(&self, view: &DecryptedView) {
        self.either(view, || {
            self.pair("written", &view.path);
            self.line(&view.note);
        });
    }

    /// Percents on a terminal, nothing elsewhere.
    pub(crate) fn progress(&self) -> Percents {
        Percents {
            is_shown: !self.json && std::io::stderr().is_terminal(),
            last: AtomicU64::new(NONE),
        }
    }
}

/// How far the work has come, for a person at a terminal only.
pub(crate) struct Percents {
    is_shown: bool,
    last: AtomicU64,
}

impl Percents {
    pub(crate) fn tell(&self, done: u64, all: u64) {
        let percent = (u128::from(done) * 100)
            .checked_div(u128::from(all))
            .unwrap_or(100) as u64;
        if self.is_shown && self.last.swap(percent, Ordering::Relaxed) != percent {
            eprint!("\r{percent} % ");
            let _ = std::io::stderr().flush();
        }
    }

    /// Leaves the line.
    pub(crate) fn end(&self) {
        if self.is_shown && self.last.load(Ordering::Relaxed) != NONE {
            eprintln!();
        }
    }
}
