//! A program that is stopped in the middle: a wire to the card that stands still before one answer,
//! and the end by SIGKILL.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::{Cli, Outcome, PATIENCE, VirtualCard};

/// A wire to the card that stands still before one answer: the card has carried the command out,
/// and the computer does not know. Going, it lets the answer through.
pub struct Hold {
    /// Name of the reader behind this wire.
    pub reader: String,
    held: Receiver<()>,
    _release: Sender<()>,
}

impl Hold {
    /// Stands still before the answer to the n-th command, counted from 1, whose INS, P1 and P2 begin
    /// with these hex digits: secure messaging leaves them open.
    ///
    /// # Errors
    /// When there is no address to listen at.
    pub fn before(card: &VirtualCard, head: &str, n: usize) -> Outcome<Self> {
        let card = card.reader.trim_start_matches("tcp:").to_owned();
        let head = head.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (say, held) = channel();
        let (release, released) = channel::<()>();
        let left = Arc::new(Mutex::new((n, released)));
        thread::spawn(move || {
            for reader in listener.incoming() {
                let (Ok(reader), Ok(card)) = (reader, TcpStream::connect(&card)) else {
                    return;
                };
                let (say, left, head) = (say.clone(), Arc::clone(&left), head.clone());
                thread::spawn(move || {
                    let wait = |command: &[u8]| {
                        let ours = command.get(1..4).map(hex);
                        let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                        if ours.is_some_and(|ours| ours.starts_with(&head)) && left.0 > 0 {
                            left.0 -= 1;
                            if left.0 == 0 {
                                // Nobody sends back: it ends when the other side goes.
                                let _ = say.send(());
                                let _ = left.1.recv();
                            }
                        }
                    };
                    // Either end closes when it is done.
                    let _ = carry(reader, card, wait);
                });
            }
        });
        Ok(Self {
            reader: format!("tcp:{address}"),
            held,
            _release: release,
        })
    }

    /// Starts a call that reaches the card over this wire, and waits until it stands still.
    ///
    /// # Errors
    /// When the call does not start or the command never comes.
    pub fn reached_by(&self, cli: &Cli, words: &[&str]) -> Outcome<Child> {
        let cli = Cli {
            profile: cli.profile.clone(),
            reader: self.reader.clone(),
            secrets: cli.secrets.clone(),
        };
        let mut child = cli.start(words)?;
        match self.wait() {
            Ok(()) => Ok(child),
            Err(error) => {
                let _ = child.kill();
                Err(format!("{error}: {}", words.join(" ")))
            }
        }
    }

    /// Waits until it stands still.
    ///
    /// # Errors
    /// When the command never comes.
    pub fn wait(&self) -> Outcome {
        let held = self.held.recv_timeout(PATIENCE);
        held.map_err(|_| "the command never came".to_owned())
    }
}

/// Kills a process that still runs.
///
/// # Errors
/// When it had ended by itself.
#[cfg(unix)]
pub fn kill(mut child: Child) -> Outcome {
    use std::os::unix::process::ExitStatusExt as _;
    const SIGKILL: i32 = 9;
    child.kill().map_err(|error| error.to_string())?;
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.signal() == Some(SIGKILL) {
        Ok(())
    } else {
        Err(format!("it had ended by itself: {status}"))
    }
}

/// Carries messages (two octets of length, big-endian) between reader and card; orders of one octet
/// have no answer, except the one for the answer to reset.
fn carry(mut reader: TcpStream, mut card: TcpStream, wait: impl Fn(&[u8])) -> io::Result<()> {
    const TELL_ATR: [u8; 1] = [4];
    reader.set_nodelay(true)?;
    card.set_nodelay(true)?;
    loop {
        let command = message(&mut reader)?;
        write(&mut card, &command)?;
        if command.len() > 1 || command == TELL_ATR {
            let answer = message(&mut card)?;
            wait(&command);
            write(&mut reader, &answer)?;
        }
    }
}

fn message(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    from.read_exact(&mut length)?;
    let mut octets = vec![0; usize::from(u16::from_be_bytes(length))];
    from.read_exact(&mut octets)?;
    Ok(octets)
}

fn write(to: &mut TcpStream, octets: &[u8]) -> io::Result<()> {
    let length = u16::try_from(octets.len()).map_err(io::Error::other)?;
    to.write_all(&[&length.to_be_bytes(), octets].concat())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}
