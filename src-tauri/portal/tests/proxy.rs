//! A proxy in the way: the tunnel that is asked for, with the right, a wrong and no password. The
//! portal's name exists nowhere, so nothing but the proxy could reach it.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use kabinet_portal::web::Web;
use kabinet_portal::{
    Automatic, Client, Clock, Destination, ManualProxy, Options, PortalError, Proxy, ProxyScript,
    Said,
};
use kabinet_stb::Secret;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// `ann:open sesame` (RFC 7617, clause 2).
const RIGHT: &str = "Basic YW5uOm9wZW4gc2VzYW1l";

/// What was asked of a proxy, and the first octets that went through a tunnel.
type Seen = (String, Vec<u8>);

/// A proxy that serves so, one connection after the other.
fn proxy(serve: fn(TcpStream) -> Seen) -> (u16, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, seen) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = sender.send(serve(stream.unwrap()));
        }
    });
    (port, seen)
}

/// Lets one user through by HTTP (RFC 9110, clause 9.3.6).
fn over_http(stream: TcpStream) -> Seen {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut asked = String::new();
    let mut allowed = false;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap_or(("", ""));
        allowed |= name.eq_ignore_ascii_case("proxy-authorization") && value.trim() == RIGHT;
        if asked.is_empty() {
            asked = line.trim().to_owned();
        }
    }
    let mut stream = stream;
    if !allowed {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(refusal.as_bytes());
        return (asked, Vec::new());
    }
    let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
    (asked, first_octets(&mut reader))
}

/// Lets one user through by SOCKS 5 (RFC 1928, RFC 1929).
fn over_socks(mut stream: TcpStream) -> Seen {
    let [version, count] = octets(&mut stream);
    assert_eq!(version, 5);
    let mut methods = vec![0; usize::from(count)];
    stream.read_exact(&mut methods).unwrap();
    // User and password are method 2; nothing else will do.
    if !methods.contains(&2) {
        let _ = stream.write_all(&[5, 0xFF]);
        return ("no password".to_owned(), Vec::new());
    }
    stream.write_all(&[5, 2]).unwrap();
    let [1] = octets(&mut stream) else {
        panic!("RFC 1929, clause 2");
    };
    let (user, password) = (text(&mut stream), text(&mut stream));
    if (user.as_str(), password.as_str()) != ("ann", "open sesame") {
        let _ = stream.write_all(&[1, 1]);
        return (format!("{user} {password}"), Vec::new());
    }
    stream.write_all(&[1, 0]).unwrap();
    // CONNECT to a name: the proxy is to look it up.
    assert_eq!(octets(&mut stream), [5, 1, 0, 3]);
    let name = text(&mut stream);
    let port = u16::from_be_bytes(octets(&mut stream));
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    (format!("{name}:{port}"), first_octets(&mut stream))
}

fn octets<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut octets = [0; N];
    stream.read_exact(&mut octets).unwrap();
    octets
}

/// A text behind an octet with its length.
fn text(stream: &mut TcpStream) -> String {
    let [length] = octets(stream);
    let mut text = vec![0; usize::from(length)];
    stream.read_exact(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn first_octets(reader: &mut impl Read) -> Vec<u8> {
    let mut first = vec![0; 512];
    let length = reader.read(&mut first).unwrap_or(0);
    first.truncate(length);
    first
}

/// What goes through the tunnel is TLS for the portal (RFC 8446, clause 4.1.2).
fn is_for_the_portal(first: &[u8]) {
    assert_eq!(first.first(), Some(&0x16), "no TLS handshake");
    let name = b"portal.invalid";
    assert!(first.windows(name.len()).any(|window| window == name));
}

async fn through(
    scheme: &str,
    port: u16,
    user: Option<&str>,
    password: Option<&str>,
) -> PortalError {
    let proxy = ManualProxy {
        address: format!("{scheme}://127.0.0.1:{port}"),
        user: user.map(str::to_owned),
        password: password.map(|text| Arc::new(Secret::new(text.as_bytes().to_vec()))),
    };
    let options = Options {
        proxy: Proxy::Manual(proxy),
        ..Options::default()
    };
    let client = Client::new("https://portal.invalid/", options).unwrap();
    client.prepare().await.unwrap_err()
}

#[tokio::test]
async fn the_right_password_opens_the_tunnel_and_any_other_is_said() {
    let (port, seen) = proxy(over_http);
    // The tunnel stands; what goes through it is TLS for the portal, which nobody answers.
    let error = through("http", port, Some("ann"), Some("open sesame")).await;
    assert_eq!(error, PortalError::Offline);
    let (asked, first) = seen.recv().unwrap();
    assert!(asked.starts_with("CONNECT portal.invalid:443 "), "{asked}");
    is_for_the_portal(&first);

    for (user, password) in [
        (Some("ann"), Some("close sesame")),
        (Some("ann"), None),
        (None, None),
    ] {
        let error = through("http", port, user, password).await;
        assert_eq!(error, PortalError::ProxyRefused, "{user:?} {password:?}");
        let (asked, first) = seen.recv().unwrap();
        assert!(asked.starts_with("CONNECT ") && first.is_empty());
    }
}

#[tokio::test]
async fn the_same_by_socks_and_the_proxy_looks_the_name_up() {
    let (port, seen) = proxy(over_socks);
    let error = through("socks5h", port, Some("ann"), Some("open sesame")).await;
    assert_eq!(error, PortalError::Offline);
    let (asked, first) = seen.recv().unwrap();
    assert_eq!(asked, "portal.invalid:443");
    is_for_the_portal(&first);

    for (user, password, asked) in [
        (Some("ann"), Some("close sesame"), "ann close sesame"),
        (Some("bob"), Some("open sesame"), "bob open sesame"),
        (None, None, "no password"),
    ] {
        let error = through("socks5h", port, user, password).await;
        assert_eq!(error, PortalError::ProxyRefused, "{asked}");
        assert_eq!(seen.recv().unwrap(), (asked.to_owned(), Vec::new()));
    }
}

/// Says always the same.
struct Says(Result<Option<String>, PortalError>);

impl ProxyScript for Says {
    fn ask(&self, _: Destination) -> Said<'_> {
        let said = self.0.clone();
        Box::pin(async move { said })
    }
}

fn as_a_script_says(said: Result<Option<String>, PortalError>) -> Options {
    Options {
        proxy: Proxy::Automatic(Arc::new(Automatic::new(Box::new(Says(said))))),
        ..Options::default()
    }
}

/// A port where nobody listens.
fn dead() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Answers itself what was asked of another (RFC 9112, clause 3.2.2), as a cache does.
fn in_place(mut stream: TcpStream) -> Seen {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut asked = String::new();
    reader.read_line(&mut asked).unwrap();
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
        line.clear();
    }
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere";
    let _ = stream.write_all(answer.as_bytes());
    (asked.trim().to_owned(), Vec::new())
}

#[tokio::test]
async fn ways_are_tried_in_order_and_one_that_is_not_there_comes_last() {
    let (first, seen_first) = proxy(in_place);
    let (second, seen_second) = proxy(in_place);
    let dead = dead();
    let said = format!("PROXY 127.0.0.1:{dead}; PROXY 127.0.0.1:{first}; PROXY 127.0.0.1:{second}");
    let options = as_a_script_says(Ok(Some(said)));
    let web = Web::over(options, Clock::default(), None);
    for path in ["a", "b"] {
        let address = format!("http://service.invalid/{path}");
        assert_eq!(web.get(&address, 100).await.unwrap(), b"here");
        let (asked, _) = seen_first.recv().unwrap();
        assert_eq!(asked, format!("GET {address} HTTP/1.1"));
    }
    // Once it is there, the others are asked first all the same.
    let listener = TcpListener::bind(("127.0.0.1", dead)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = "http://service.invalid/c";
    assert_eq!(web.get(address, 100).await.unwrap(), b"here");
    assert!(listener.accept().is_err());
    assert!(seen_second.try_recv().is_err());
}

#[tokio::test]
async fn what_a_script_sends_nowhere_goes_nowhere() {
    // An address of this computer that is not one of the loopback network (RFC 1122, clause 3.2.1.3).
    let (service, seen) = proxy(in_place);
    let address = format!("http://0.0.0.0:{service}/");
    let get = async |said| {
        let web = Web::over(as_a_script_says(said), Clock::default(), None);
        web.get(&address, 100).await
    };
    let dead = dead();
    let only_dead = Ok(Some(format!(
        "PROXY 127.0.0.1:{dead}; SOCKS 127.0.0.1:{dead}"
    )));
    assert_eq!(get(only_dead).await, Err(PortalError::Offline));
    let failed = PortalError::ProxyScript("it fails");
    assert_eq!(get(Err(failed.clone())).await, Err(failed));
    let nonsense = get(Ok(Some("SOCKS4 127.0.0.1:1".to_owned()))).await;
    assert!(matches!(nonsense, Err(PortalError::ProxyScript(_))));
    // One that wants a user is there: nobody goes past it.
    let (refusing, seen_refusing) = proxy(over_http);
    let client = Client::new(
        "https://portal.invalid/",
        as_a_script_says(Ok(Some(format!("PROXY 127.0.0.1:{refusing}; DIRECT")))),
    );
    let error = client.unwrap().prepare().await.unwrap_err();
    assert_eq!(error, PortalError::ProxyRefused);
    seen_refusing.recv().unwrap();
    assert!(seen.try_recv().is_err());

    let past_dead = Ok(Some(format!("PROXY 127.0.0.1:{dead}; DIRECT")));
    assert_eq!(get(past_dead).await.unwrap(), b"here");
    assert_eq!(seen.recv().unwrap().0, "GET / HTTP/1.1");
}

/// Reads what a proxy is asked over HTTP.
fn asked_over_http(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let lines = lines.map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    head.first().cloned().unwrap_or_default()
}

/// Lets nobody to that host.
fn forbidding(mut stream: TcpStream) -> Seen {
    let asked = asked_over_http(&stream);
    let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    (asked, Vec::new())
}

/// Does not get there itself.
fn failing(mut stream: TcpStream) -> Seen {
    let asked = asked_over_http(&stream);
    let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    (asked, Vec::new())
}

/// Not allowed by its rules (RFC 1928, clause 6).
fn forbidding_by_socks(mut stream: TcpStream) -> Seen {
    let [_, count] = octets(&mut stream);
    let mut methods = vec![0; usize::from(count)];
    stream.read_exact(&mut methods).unwrap();
    stream.write_all(&[5, 0]).unwrap();
    let mut request = [0; 10];
    stream.read_exact(&mut request).unwrap();
    let _ = stream.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]);
    ("SOCKS".to_owned(), Vec::new())
}

/// How long who says nothing is waited for.
const HESITATION: Duration = Duration::from_secs(1);

/// Says nothing.
fn hesitating(stream: TcpStream) -> Seen {
    let asked = asked_over_http(&stream);
    std::thread::sleep(HESITATION + Duration::from_millis(500));
    (asked, Vec::new())
}

/// Answers for whoever is asked, with a certificate of its own.
fn listening_in(mut stream: TcpStream) -> Seen {
    let asked = asked_over_http(&stream);
    let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/fixtures/proxy");
    let read = |name| std::fs::read(folder.join(name)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivatePkcs8KeyDer::from(read("key.der"));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![read("certificate.der").into()], key.into())
        .unwrap();
    let connection = ServerConnection::new(Arc::new(config)).unwrap();
    let first = first_octets(&mut StreamOwned::new(connection, stream));
    (asked, first)
}

#[tokio::test]
async fn what_a_proxy_that_is_there_says_is_not_gone_past() {
    let direct = TcpListener::bind("0.0.0.0:0").unwrap();
    direct.set_nonblocking(true).unwrap();
    let portal = format!("0.0.0.0:{}", direct.local_addr().unwrap().port());
    // How often each is connected to for a request: who is late is looked up once more.
    type Way = (&'static str, fn(TcpStream) -> Seen, usize, Duration);
    let patience = Duration::from_secs(10);
    let ways: [Way; 5] = [
        ("PROXY", forbidding, 1, patience),
        ("PROXY", failing, 1, patience),
        ("SOCKS", forbidding_by_socks, 1, patience),
        ("PROXY", hesitating, 2, HESITATION),
        ("PROXY", listening_in, 1, patience),
    ];
    for (kind, serve, connections, connect_timeout) in ways {
        let (port, seen) = proxy(serve);
        let said = format!("{kind} 127.0.0.1:{port}; DIRECT");
        let options = Options {
            connect_timeout,
            ..as_a_script_says(Ok(Some(said.clone())))
        };
        // Nor is it left aside: it is asked each time.
        for _ in 0..2 {
            let client = Client::new(&format!("https://{portal}/"), options.clone()).unwrap();
            let error = client.prepare().await.unwrap_err();
            assert_eq!(error, PortalError::Offline, "{said}");
            let (asked, octets) = seen.recv_timeout(Duration::from_secs(10)).unwrap();
            let connect = format!("CONNECT {portal} HTTP/1.1");
            assert!(asked == connect || asked == "SOCKS", "{said} {asked}");
            assert!(octets.is_empty(), "{said}");
            for _ in 1..connections {
                seen.recv_timeout(Duration::from_secs(10)).unwrap();
            }
            assert!(direct.accept().is_err(), "{said}");
        }
    }
}

/// Says something else each time, the last first.
struct Turns(Mutex<Vec<String>>);

impl ProxyScript for Turns {
    fn ask(&self, _: Destination) -> Said<'_> {
        let said = self.0.lock().unwrap().pop();
        Box::pin(async move { Ok(said) })
    }
}

#[tokio::test]
async fn where_nobody_was_there_the_script_is_asked_again() {
    let (here, seen) = proxy(in_place);
    let dead = dead();
    let turns = vec![
        format!("PROXY 127.0.0.1:{here}"),
        format!("PROXY 127.0.0.1:{dead}; PROXY nobody.invalid:1"),
    ];
    let automatic = Automatic::new(Box::new(Turns(Mutex::new(turns))));
    let options = Options {
        proxy: Proxy::Automatic(Arc::new(automatic)),
        ..Options::default()
    };
    let web = Web::over(options, Clock::default(), None);
    let address = "http://service.invalid/";
    assert_eq!(web.get(address, 100).await, Err(PortalError::Offline));
    for _ in 0..2 {
        assert_eq!(web.get(address, 100).await.unwrap(), b"here");
        seen.recv().unwrap();
    }
}

#[tokio::test]
async fn finding_and_trying_ways_has_one_end() {
    /// Says where to go after so long.
    struct Slow(Duration);
    impl ProxyScript for Slow {
        fn ask(&self, _: Destination) -> Said<'_> {
            Box::pin(async {
                tokio::time::sleep(self.0).await;
                Ok(Some("DIRECT".to_owned()))
            })
        }
    }
    // It takes connections, and says nothing.
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let address = format!("http://0.0.0.0:{}/", listener.local_addr().unwrap().port());
    let get = async |found_in, timeout| {
        let options = Options {
            timeout,
            proxy: Proxy::Automatic(Arc::new(Automatic::new(Box::new(Slow(found_in))))),
            ..Options::default()
        };
        let begun = Instant::now();
        let web = Web::over(options, Clock::default(), None);
        (web.get(&address, 100).await, begun.elapsed())
    };
    let second = Duration::from_secs(1);
    let (late, took) = get(10 * second, second / 3).await;
    assert!(matches!(late, Err(PortalError::ProxyScript(_))), "{late:?}");
    assert!(took < 8 * second, "{took:?}");
    // What is left when the way is found is less than the whole: both after each other would take longer.
    let (late, took) = get(8 * second, 10 * second).await;
    assert_eq!(late, Err(PortalError::Timeout));
    assert!(took < 16 * second, "{took:?}");
}

#[tokio::test]
async fn this_computer_is_not_asked_through_a_script() {
    let (service, seen) = proxy(in_place);
    let failed = Err(PortalError::ProxyScript("it fails"));
    let web = Web::over(as_a_script_says(failed), Clock::default(), None);
    let address = format!("http://127.0.0.1:{service}/x");
    assert_eq!(web.get(&address, 100).await.unwrap(), b"here");
    assert_eq!(seen.recv().unwrap().0, "GET /x HTTP/1.1");
}
