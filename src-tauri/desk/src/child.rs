//! Processes that are asked something and ended: what they say is waited for a while, and however they
//! end, nothing of them stays.

use std::io::{ErrorKind, Read as _, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Why nothing came of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// There is no such program, or none that may be run.
    NotThere,
    /// It cannot be started, takes too long, or says something else.
    Failed,
}

/// What a process answers to the octets on its standard input: at most `longest` octets, in at most
/// that time.
pub(crate) fn answer(
    command: &mut Command,
    input: &[u8],
    longest: u64,
    patience: Duration,
) -> Result<Vec<u8>, Silence> {
    let input = input.to_vec();
    converse(command, patience, move |mut stdin, stdout| {
        // A process that ended early reads no more; its answer tells.
        let _ = stdin.write_all(&input);
        drop(stdin);
        let mut octets = Vec::new();
        stdout.take(longest).read_to_end(&mut octets).ok()?;
        Some(octets)
    })
}

/// What comes of a talk with a process, in at most that time. The talk goes on apart from who waits for
/// it: when the time is over, the process is ended, so that its streams end too.
pub(crate) fn converse<T: Send + 'static>(
    command: &mut Command,
    patience: Duration,
    talk: impl FnOnce(ChildStdin, ChildStdout) -> Option<T> + Send + 'static,
) -> Result<T, Silence> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| match error.kind() {
            // The second is also said when a folder that is searched may not be looked into.
            ErrorKind::NotFound | ErrorKind::PermissionDenied => Silence::NotThere,
            _ => Silence::Failed,
        })?;
    let result = child
        .stdin
        .take()
        .zip(child.stdout.take())
        .and_then(|(stdin, stdout)| {
            let (sender, result) = mpsc::channel();
            let worker = move || {
                let _ = sender.send(talk(stdin, stdout));
            };
            thread::Builder::new().spawn(worker).ok()?;
            result.recv_timeout(patience).ok()?
        });
    let _ = child.kill();
    let _ = child.wait();
    result.ok_or(Silence::Failed)
}
