//! Just enough HTTP for the sandbox's levers on the loopback interface.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::{Outcome, PATIENCE};

/// One request; the body of a 2xx answer.
pub(crate) fn request(method: &str, host: &str, path: &str, body: &str) -> Outcome<String> {
    let kind = "Content-Type: application/json\r\n";
    exchange(method, host, path, kind, body).map(|(_, body)| body)
}

/// The same with lines of the head; head and body of a 2xx answer.
pub(crate) fn exchange(
    method: &str,
    host: &str,
    path: &str,
    lines: &str,
    body: &str,
) -> Outcome<(String, String)> {
    let fail = |error: std::io::Error| format!("{method} {path}: {error}");
    let mut stream = TcpStream::connect(host).map_err(fail)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(fail)?;
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\n{lines}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .map_err(fail)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(fail)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| format!("{method} {path}: no HTTP answer"))?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status.starts_with('2') {
        Ok((head.to_owned(), body.to_owned()))
    } else {
        Err(format!("{method} {path}: {status} {body}"))
    }
}
