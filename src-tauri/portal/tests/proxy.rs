//! A proxy in the way: the tunnel that is asked for, with the right, a wrong and no password. The
//! portal's name exists nowhere, so nothing but the proxy could reach it.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use kabinet_portal::{Client, ManualProxy, Options, PortalError, Proxy};
use kabinet_stb::Secret;

/// `ann:open sesame` (RFC 7617, clause 2).
const RIGHT: &str = "Basic YW5uOm9wZW4gc2VzYW1l";

/// A proxy that lets one user through (RFC 9110, clause 9.3.6): what was asked of it, and the first
/// octets that went through a tunnel.
fn proxy() -> (u16, Receiver<(String, Vec<u8>)>) {
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

fn serve(stream: TcpStream) -> (String, Vec<u8>) {
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
    let mut first = vec![0; 512];
    let length = reader.read(&mut first).unwrap_or(0);
    first.truncate(length);
    (asked, first)
}

async fn through(port: u16, user: Option<&str>, password: Option<&str>) -> PortalError {
    let proxy = ManualProxy {
        address: format!("http://127.0.0.1:{port}"),
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
    let (port, seen) = proxy();
    // The tunnel stands; what goes through it is TLS for the portal, which nobody answers.
    let error = through(port, Some("ann"), Some("open sesame")).await;
    assert_eq!(error, PortalError::Offline);
    let (asked, first) = seen.recv().unwrap();
    assert!(asked.starts_with("CONNECT portal.invalid:443 "), "{asked}");
    assert_eq!(first.first(), Some(&0x16), "no TLS handshake");
    let name = b"portal.invalid";
    assert!(first.windows(name.len()).any(|window| window == name));

    for (user, password) in [
        (Some("ann"), Some("close sesame")),
        (Some("ann"), None),
        (None, None),
    ] {
        let error = through(port, user, password).await;
        assert_eq!(error, PortalError::ProxyRefused, "{user:?} {password:?}");
        let (asked, first) = seen.recv().unwrap();
        assert!(asked.starts_with("CONNECT ") && first.is_empty());
    }
}
