//! Ends of a command from outside: Ctrl-C, and the time that it was given.
//!
//! Both are safe at any point. The card carries out the command that it has, and the service resets
//! it when our connection goes; the store and the outbox are changed in transactions. What is left
//! to look after is the terminal, which does not show what is typed while a secret is asked for.

use std::thread;
use std::time::Duration;

use kabinet_desk::view::Language;
use kabinet_desk::{Code, Outcome, Problem};

use crate::show;

/// Exit code of a program that Ctrl-C ended, as shells give it.
const INTERRUPTED: i32 = 130;

/// What happens when the time is over.
pub(crate) struct Limit {
    pub(crate) time: Duration,
    /// The command has no end of its own, so this is none of its failures.
    pub(crate) endless: bool,
    pub(crate) json: bool,
    pub(crate) language: Language,
}

/// Looks after both from now on.
///
/// # Errors
/// `internal` when the system does not let us.
pub(crate) fn watch(limit: Option<Limit>) -> Outcome {
    let internal = |error: std::io::Error| Problem::new(Code::Internal).because(error);
    look_after_ctrl_c().map_err(internal)?;
    if let Some(limit) = limit {
        let wait = move || {
            thread::sleep(limit.time);
            end(over(&limit));
        };
        thread::Builder::new()
            .name("time".to_owned())
            .spawn(wait)
            .map_err(internal)?;
    }
    Ok(())
}

/// Says that the time is over; the exit code.
fn over(limit: &Limit) -> i32 {
    if limit.endless {
        return 0;
    }
    // An answer that is on its way out already stays the only one.
    if !show::is_answered() {
        show::failure(&Problem::new(Code::TimedOut), limit.language, limit.json);
    }
    1
}

/// Ends the program as Ctrl-C does.
pub(crate) fn interrupted() -> ! {
    end(INTERRUPTED)
}

fn end(code: i32) -> ! {
    terminal::show_typing();
    std::process::exit(code)
}

#[cfg(unix)]
fn look_after_ctrl_c() -> std::io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGINT])?;
    thread::Builder::new()
        .name("ctrl-c".to_owned())
        .spawn(move || signals.forever().next().map(|_| interrupted()))
        .map(|_| ())
}

/// The system ends the program, and consoles show again what is typed.
#[cfg(not(unix))]
fn look_after_ctrl_c() -> std::io::Result<()> {
    Ok(())
}

mod terminal {
    /// A prompt for a secret has switched that off.
    #[cfg(unix)]
    pub(super) fn show_typing() {
        use std::io::IsTerminal as _;
        if std::io::stdin().is_terminal() {
            let _ = std::process::Command::new("stty")
                .args(["echo", "icanon", "isig"])
                .status();
        }
    }

    #[cfg(not(unix))]
    pub(super) fn show_typing() {}
}
