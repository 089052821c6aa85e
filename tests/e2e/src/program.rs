//! Programs of the workspace, started and stopped.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use crate::{Outcome, PATIENCE};

/// Where the programs of the workspace were built: the folder of the running one.
///
/// # Errors
/// When the running program does not know its own place.
pub fn path(name: &str) -> Outcome<PathBuf> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut dir = me.parent().map(PathBuf::from).unwrap_or_default();
    if dir.ends_with("deps") {
        dir.pop();
    }
    let path = dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!(
            "{} is not built: run `cargo xtask test` or `cargo xtask demo`",
            path.display()
        ))
    }
}

/// Sends a process a signal, by its name without SIG.
///
/// # Errors
/// When the signal cannot be sent.
pub fn signal(process: u32, name: &str) -> Outcome {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    match sent {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("kill -s {name} {process} ended with {status}")),
        Err(error) => Err(format!("kill: {error}")),
    }
}

/// A program that is ended when this value goes.
pub struct Program {
    child: Child,
}

impl Program {
    /// Starts a program and waits for its first line on standard output, which says that it is ready.
    ///
    /// # Errors
    /// When it does not start, ends, or says nothing for half a minute.
    pub fn start_ready(command: &mut Command) -> Outcome<(Self, serde_json::Value)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let stdout = child.stdout.take();
        let program = Self { child };
        let Some(stdout) = stdout else {
            return Err(format!("{name} has no standard output"));
        };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            let _ = sender.send(lines.next());
            // Read on, so that the program never stands still before a full pipe.
            for _ in lines {}
        });
        match receiver.recv_timeout(PATIENCE) {
            Ok(Some(Ok(line))) => serde_json::from_str(&line)
                .map(|ready| (program, ready))
                .map_err(|error| format!("{name} said `{line}`: {error}")),
            _ => Err(format!("{name} did not get ready")),
        }
    }

    /// Starts a program that says nothing.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(Stdio::null())
            .spawn()
            .map(|child| Self { child })
            .map_err(|error| format!("{name}: {error}"))
    }

    /// Its process number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, by its name without SIG.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn signal(&self, name: &str) -> Outcome {
        signal(self.id(), name)
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it at once, as a power cut would, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
