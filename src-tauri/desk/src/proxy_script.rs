//! Scripts for the automatic configuration of proxies (PAC): programs of strangers that say, for a host,
//! through which proxy it is reached. They run in a process of their own ([`crate::enclosure`]), as
//! pictures are decoded in one ([`crate::photo`]): it is this same program, started with [`ARGUMENT`]. Names
//! are looked up for it here, a few for each question, since on Linux it has no network.

mod enclosed;
mod named;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs as _, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use kabinet_portal::{Automatic, Destination, Options, PortalError, Proxy, ProxyScript, Said, web};

use crate::{Desk, child, lock};

pub(crate) use enclosed::run_enclosed;

/// The first argument of a start for this.
pub const ARGUMENT: &str = "__proxy-script";

/// Most octets of a script.
pub const LONGEST_SCRIPT: usize = 1 << 20;
/// Most octets of a line between the processes.
const LONGEST_LINE: u64 = 4 << 10;
/// How long an answer is waited for: the script's own time and that for its names, and what the process
/// needs besides. Answers of browsers take milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a name is looked for; and for one answer, how long all are together, and how many.
const NAME_PATIENCE: Duration = Duration::from_secs(2);
const NAMES_PATIENCE: Duration = Duration::from_secs(4);
const NAMES: u32 = 64;
/// What the process gets of the environment, which may hold what is for other programs alone: the time
/// zone, and what a package or Windows needs to start it.
const ENVIRONMENT: [&str; 4] = ["TZ", "TZDIR", "LD_LIBRARY_PATH", "SystemRoot"];
/// How long a script is used before it is fetched anew.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// How long one that is old is used when there was no network to fetch it anew.
const OLD: Duration = Duration::from_secs(60);
/// Longest time to a connection to who has the script, and of its way here.
const CONNECT: Duration = Duration::from_secs(5);
const FETCH: Duration = Duration::from_secs(10);

/// What a script is asked.
pub struct Question {
    /// The address, with nothing behind host and port.
    pub url: String,
    /// The host of it.
    pub host: String,
    /// This computer's address.
    pub ours: String,
    /// The script.
    pub script: Vec<u8>,
}

/// What a script answers in that process; nothing when it fails, takes too long, asks for too many names
/// or answers with something else than a text. Names are looked up by `resolve`, in at most the time that
/// it is told; when the time for all is over, the script hears that there are no more.
pub fn evaluate(
    command: &mut Command,
    question: Question,
    resolve: impl Fn(&str, Duration) -> Option<Ipv4Addr> + Send + 'static,
    patience: Duration,
) -> Option<String> {
    child::converse(command, patience, move |mut stdin, stdout| {
        let Question {
            url,
            host,
            ours,
            script,
        } = question;
        let head = format!("{url}\n{host}\n{ours}\n{}\n", script.len());
        stdin.write_all(head.as_bytes()).ok()?;
        stdin.write_all(&script).ok()?;
        let mut output = BufReader::new(stdout);
        let mut left = NAMES_PATIENCE;
        for _ in 0..=NAMES {
            let mut line = String::new();
            let mut limited = output.by_ref().take(LONGEST_LINE);
            limited.read_line(&mut line).ok()?;
            let line = line.strip_suffix('\n')?;
            if let Some(answer) = line.strip_prefix("= ") {
                return Some(answer.to_owned());
            }
            let name = line.strip_prefix("? ").filter(|name| is_name(name))?;
            let began = Instant::now();
            let found = (!left.is_zero()).then(|| resolve(name, left)).flatten();
            left = left.saturating_sub(began.elapsed());
            let found = found.map(|address| address.to_string()).unwrap_or_default();
            stdin.write_all(format!("{found}\n").as_bytes()).ok()?;
        }
        None
    })
    .ok()
}

/// What may be looked up; both processes see to it.
fn is_name(text: &str) -> bool {
    (1..=253).contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_graphic())
}

/// Which script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The one at that address.
    Named(String),
    /// The one that the system's settings name, if they do.
    System,
}

/// The script that is used, with what it said, as long as the program runs.
pub(crate) type InUse = Option<(Source, Arc<Automatic>)>;

impl Desk {
    /// The ways that this script names; those that it has named before, while it is the same.
    pub(crate) fn automatic(&self, source: Source) -> Arc<Automatic> {
        let mut in_use = lock(&self.proxy_script);
        if let Some((of, automatic)) = in_use.as_ref()
            && *of == source
        {
            return Arc::clone(automatic);
        }
        let options = Options {
            connect_timeout: CONNECT,
            timeout: FETCH,
            proxy: Proxy::None,
            ..Options::default()
        };
        let (clock, wire) = (
            self.surroundings.clock.clone(),
            self.surroundings.wire.clone(),
        );
        let script = Script {
            source: source.clone(),
            web: web::Web::over(options, clock, wire),
            kept: tokio::sync::Mutex::default(),
        };
        let automatic = Arc::new(Automatic::new(Box::new(script)));
        *in_use = Some((source, Arc::clone(&automatic)));
        automatic
    }
}

struct Script {
    source: Source,
    /// Goes through no proxy.
    web: web::Web,
    kept: tokio::sync::Mutex<Option<Kept>>,
}

/// A script in memory.
struct Kept {
    address: String,
    until: Instant,
    octets: Arc<[u8]>,
}

impl ProxyScript for Script {
    fn ask(&self, destination: Destination) -> Said<'_> {
        Box::pin(async move {
            let Some(address) = self.address().await? else {
                return Ok(None);
            };
            let script = self.octets(&address).await?;
            let said = apart(move || evaluate_here(destination, &script)).await?;
            let failed = PortalError::ProxyScript("it fails or takes too long");
            said.map(Some).ok_or(failed)
        })
    }
}

impl Script {
    async fn address(&self) -> Result<Option<String>, PortalError> {
        match &self.source {
            Source::Named(address) => Ok(Some(address.clone())),
            Source::System => apart(named::by_system).await?,
        }
    }

    async fn octets(&self, address: &str) -> Result<Arc<[u8]>, PortalError> {
        let mut kept = self.kept.lock().await;
        let now = Instant::now();
        let mut ours = kept.as_mut().filter(|kept| kept.address == address);
        if let Some(kept) = &ours
            && now < kept.until
        {
            return Ok(Arc::clone(&kept.octets));
        }
        let octets: Arc<[u8]> = match (fetch(&self.web, address).await, &mut ours) {
            (Ok(octets), _) => octets.into(),
            (Err(PortalError::Offline), Some(kept)) => {
                kept.until = Instant::now() + OLD;
                return Ok(Arc::clone(&kept.octets));
            }
            (Err(error), _) => return Err(error),
        };
        *kept = Some(Kept {
            address: address.to_owned(),
            until: Instant::now() + FRESH,
            octets: Arc::clone(&octets),
        });
        Ok(octets)
    }
}

/// The script at that address; `Offline` where nobody was there.
async fn fetch(web: &web::Web, address: &str) -> Result<Vec<u8>, PortalError> {
    const NOT_FETCHED: PortalError = PortalError::ProxyScript("it cannot be fetched");
    if let Some(path) = web::local_file(address) {
        return apart(move || read(&path)).await?.ok_or(NOT_FETCHED);
    }
    let fetched = web.get(address, LONGEST_SCRIPT).await;
    fetched.map_err(|error| {
        tracing::info!("no proxy script came: {error}");
        match error {
            PortalError::Offline | PortalError::Timeout => PortalError::Offline,
            _ => NOT_FETCHED,
        }
    })
}

/// Runs what waits apart from the tasks that wait for the network.
async fn apart<T: Send + 'static>(
    act: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PortalError> {
    let done = tokio::task::spawn_blocking(act).await;
    done.map_err(|_| PortalError::ProxyScript("it cannot be run"))
}

/// A file that is no device and not too long.
fn read(path: &Path) -> Option<Vec<u8>> {
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut octets = Vec::new();
    let more = LONGEST_SCRIPT as u64 + 1;
    let file = File::open(path).ok()?;
    file.take(more).read_to_end(&mut octets).ok()?;
    (octets.len() <= LONGEST_SCRIPT).then_some(octets)
}

fn evaluate_here(destination: Destination, script: &[u8]) -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let question = Question {
        url: destination.url,
        host: destination.host,
        ours: own_address().to_string(),
        script: script.to_vec(),
    };
    let mut command = Command::new(program);
    let command = in_bare_environment(command.arg(ARGUMENT));
    evaluate(command, question, resolve, PATIENCE)
}

fn in_bare_environment(command: &mut Command) -> &mut Command {
    let set = ENVIRONMENT.map(|name| Some((name, std::env::var_os(name)?)));
    command.env_clear().envs(set.into_iter().flatten())
}

/// The IPv4 address of a name; the format knows no other. The system's own search cannot be stopped, so
/// that it is left to itself after a while.
fn resolve(name: &str, patience: Duration) -> Option<Ipv4Addr> {
    let (sender, found) = mpsc::channel();
    let name = name.to_owned();
    let search = move || {
        let all = (name.as_str(), 0).to_socket_addrs();
        let first = all.ok().and_then(|mut all| {
            all.find_map(|address| match address.ip() {
                IpAddr::V4(address) => Some(address),
                IpAddr::V6(_) => None,
            })
        });
        let _ = sender.send(first);
    };
    thread::Builder::new().spawn(search).ok()?;
    found.recv_timeout(patience.min(NAME_PATIENCE)).ok()?
}

/// The address that this computer has towards the others. The destination is of a net for examples
/// (RFC 5737), and nothing is sent to it.
fn own_address() -> Ipv4Addr {
    let towards_others = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
        match socket.local_addr().ok()?.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        }
    };
    towards_others().unwrap_or(Ipv4Addr::LOCALHOST)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Mutex;

    use kabinet_portal::{Answer, Clock, Exchange, Wire};

    use super::*;

    /// What comes of each fetch, the last first.
    struct Comes(Mutex<Vec<Result<&'static str, PortalError>>>);

    impl Wire for Comes {
        fn exchange(&self, _: reqwest::Request, _: usize) -> Exchange<'_> {
            let next = lock(&self.0).pop().unwrap();
            Box::pin(async move {
                next.map(|text| Answer {
                    status: reqwest::StatusCode::OK,
                    headers: reqwest::header::HeaderMap::new(),
                    body: text.as_bytes().to_vec().into(),
                })
            })
        }
    }

    #[tokio::test]
    async fn an_old_script_does_where_there_is_no_network() {
        let address = "http://wpad.example/proxy.pac";
        let mut comes = vec![
            Err(PortalError::Offline),
            Ok("one"),
            Err(PortalError::Offline),
            Err(PortalError::Timeout),
            Ok("two"),
            Err(PortalError::Server(500)),
            Err(PortalError::Offline),
        ];
        comes.reverse();
        let wire: Arc<dyn Wire> = Arc::new(Comes(Mutex::new(comes)));
        let script = Script {
            source: Source::System,
            web: web::Web::over(Options::default(), Clock::default(), Some(wire)),
            kept: tokio::sync::Mutex::default(),
        };
        let octets = async |address: &str| {
            let octets = script.octets(address).await;
            octets.map(|octets| String::from_utf8(octets.to_vec()).unwrap())
        };
        let age = async || {
            let mut kept = script.kept.lock().await;
            kept.as_mut().unwrap().until = Instant::now();
        };
        // There is none yet.
        assert_eq!(octets(address).await, Err(PortalError::Offline));
        for expected in ["one", "one"] {
            assert_eq!(octets(address).await.unwrap(), expected);
        }
        for expected in ["one", "one", "two"] {
            age().await;
            assert_eq!(octets(address).await.unwrap(), expected);
            // Nor is it looked for at once again.
            assert_eq!(octets(address).await.unwrap(), expected);
        }
        // Who has it says that it is no more.
        age().await;
        let error = octets(address).await.unwrap_err();
        assert!(matches!(error, PortalError::ProxyScript(_)), "{error}");
        // Another address is another script.
        let other = octets("http://other.example/proxy.pac").await;
        assert_eq!(other, Err(PortalError::Offline));
    }

    #[test]
    #[cfg(unix)]
    fn the_process_learns_nothing_of_the_environment() {
        let mut command = Command::new("/usr/bin/env");
        command.env("SECRET", "1");
        let said = child::answer(in_bare_environment(&mut command), &[], 1 << 16, PATIENCE);
        let said = String::from_utf8(said.unwrap()).unwrap();
        for line in said.lines() {
            let (name, _) = line.split_once('=').unwrap();
            assert!(ENVIRONMENT.contains(&name), "{name}");
        }
    }
}
