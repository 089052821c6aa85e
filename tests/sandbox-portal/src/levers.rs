//! A request to the levers of a portal that runs on this computer.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

/// The body of the answer; an error for any status but success.
pub(crate) fn request(url: &str, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or(ErrorKind::InvalidData)?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status.starts_with('2') {
        Ok(body.to_owned())
    } else {
        Err(Error::other(format!("{status} {body}")))
    }
}
