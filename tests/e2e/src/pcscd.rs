//! The PC/SC daemon: the system's own, or one that we start when none runs.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::Program;
use crate::{Outcome, PATIENCE};

/// Where Debian's daemon listens.
const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// Where the first two virtual readers of vsmartcard-vpcd wait for a card.
pub const VPCD: [&str; 2] = ["127.0.0.1:35963", "127.0.0.1:35964"];

/// Names that the daemon gives to those readers.
pub const READERS: [&str; 2] = ["Virtual PCD 00 00", "Virtual PCD 00 01"];

/// The daemon, running until this value goes if it is ours.
pub struct Pcscd {
    ours: Option<Program>,
}

impl Pcscd {
    /// Kills the daemon, as an update of the system or a crash would.
    ///
    /// # Errors
    /// When it is not ours to kill.
    pub fn kill(mut self) -> Outcome {
        match &mut self.ours {
            Some(program) => program.kill(),
            None => return Err("another PC/SC daemon runs: stop it for this test".to_owned()),
        }
        Ok(())
    }

    /// Stops the daemon where it is, as the sleep of a computer does, or lets it go on.
    ///
    /// # Errors
    /// When it is not ours to stop.
    pub fn pause(&self, paused: bool) -> Outcome {
        let program = self.ours.as_ref();
        let program = program.ok_or("another PC/SC daemon runs: stop it for this test")?;
        program.signal(if paused { "STOP" } else { "CONT" })
    }

    /// Uses the daemon that runs, or starts one in the foreground.
    ///
    /// # Errors
    /// When none runs and none can be started.
    pub fn start() -> Outcome<Self> {
        if answers() {
            return Ok(Self { ours: None });
        }
        let mut command = Command::new("pcscd");
        command
            .args(["--foreground", "--error"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let ours = Program::start(&mut command).map_err(|error| {
            format!("the PC/SC daemon does not run and could not be started ({error})")
        })?;
        let deadline = Instant::now() + PATIENCE;
        while !answers() {
            if Instant::now() > deadline {
                return Err("the PC/SC daemon was started but does not answer".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Self { ours: Some(ours) })
    }
}

/// Whether somebody listens on the daemon's socket and the first virtual reader waits.
fn answers() -> bool {
    #[cfg(unix)]
    let socket = std::os::unix::net::UnixStream::connect(Path::new(SOCKET)).is_ok();
    #[cfg(not(unix))]
    let socket = Path::new(SOCKET).exists();
    socket && vpcd_waits()
}

/// A connection to the reader would be taken for a card, so the port is only tried for being taken.
fn vpcd_waits() -> bool {
    std::net::TcpListener::bind(VPCD[0]).is_err()
}
