//! Why the PC/SC service of this computer does not answer, as far as can be found out without any
//! privilege: by knocking at the socket of pcsc-lite. Elsewhere the service is part of the system.

#[cfg(target_os = "linux")]
use std::{
    ffi::OsString,
    io::{self, Read as _, Write as _},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// What a knock at the service's socket found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knock {
    /// There is no socket: the service was never started, and nothing starts it on demand.
    NoSocket,
    /// There is a socket, but nobody is behind it, or nobody who answers.
    Silent,
    /// The socket may not be opened, or the service hangs up without an answer: that is how it
    /// turns away whom polkit refuses.
    Refused,
    /// Somebody answers.
    Answered,
}

/// Where pcsc-lite's daemon listens, unless the environment says otherwise.
#[cfg(target_os = "linux")]
const SOCKET: &str = "/run/pcscd/pcscd.comm";

/// An answer comes at once or never; polkit may ask its rules before.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the end of a service takes at most.
#[cfg(target_os = "linux")]
const PAUSE: Duration = Duration::from_millis(500);

/// Knocks; `None` where the service is no daemon with a socket.
#[cfg(target_os = "linux")]
#[must_use]
pub fn knock() -> Option<Knock> {
    let socket = std::env::var_os("PCSCLITE_CSOCK_NAME").unwrap_or_else(|| OsString::from(SOCKET));
    let socket = Path::new(&socket);
    Some(match knock_at(socket) {
        // One that is just ending hangs up too.
        Knock::Refused => {
            std::thread::sleep(PAUSE);
            knock_at(socket)
        }
        found => found,
    })
}

/// Knocks; `None` where the service is no daemon with a socket.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn knock() -> Option<Knock> {
    None
}

#[cfg(target_os = "linux")]
fn knock_at(socket: &Path) -> Knock {
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound => Knock::NoSocket,
                io::ErrorKind::PermissionDenied => Knock::Refused,
                _ => Knock::Silent,
            };
        }
    };
    match ask_version(&mut stream) {
        Ok(()) => Knock::Answered,
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Knock::Silent,
            _ => Knock::Refused,
        },
    }
}

/// The first message of each client, CMD_VERSION: a header (size of the body, number of the
/// command) and the version that the client speaks with room for the result, all of four octets in
/// the machine's order. Any answer will do.
#[cfg(target_os = "linux")]
fn ask_version(stream: &mut UnixStream) -> io::Result<()> {
    const COMMAND: u32 = 0x11;
    const BODY: u32 = 12;
    const VERSION: [u32; 2] = [4, 4];
    let message = [BODY, COMMAND, VERSION[0], VERSION[1], 0].map(u32::to_ne_bytes);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(message.as_flattened())?;
    stream.read_exact(&mut [0; BODY as usize])
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;

    fn place(name: &str) -> PathBuf {
        let place = std::env::temp_dir().join(format!("kabinet-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&place);
        place
    }

    #[test]
    fn what_a_knock_finds() {
        let socket = place("knock");
        assert_eq!(knock_at(&socket), Knock::NoSocket);
        let listener = UnixListener::bind(&socket).unwrap();
        let (from, to) = (listener.try_clone().unwrap(), socket.clone());
        let daemon = std::thread::spawn(move || {
            // Turned away, once before and once after the question was read.
            drop(from.accept().unwrap());
            let (mut second, _) = from.accept().unwrap();
            second.read_exact(&mut [0; 20]).unwrap();
            drop(second);
            let (mut third, _) = from.accept().unwrap();
            third.read_exact(&mut [0; 20]).unwrap();
            third.write_all(&[0; 12]).unwrap();
        });
        assert_eq!(knock_at(&to), Knock::Refused);
        assert_eq!(knock_at(&to), Knock::Refused);
        assert_eq!(knock_at(&to), Knock::Answered);
        daemon.join().unwrap();
        // It accepts no more, so the kernel alone takes the connection.
        assert_eq!(knock_at(&to), Knock::Silent);
        drop(listener);
        assert_eq!(knock_at(&to), Knock::Silent);
        std::fs::remove_file(socket).unwrap();
    }
}
