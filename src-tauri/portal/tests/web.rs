//! Files from the web: bounded, told of as they come, and refused with the status that the server gives.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use kabinet_portal::web::Web;
use kabinet_portal::{Clock, Options, PortalError};

/// Answers one request with that; gives the address.
fn serve(status: &str, body: &[u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/file", listener.local_addr().unwrap());
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let answer = [head.as_bytes(), body].concat();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let _ = stream.write_all(&answer);
    });
    address
}

fn web() -> Web {
    Web::over(Options::default(), Clock::default(), None)
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_not_beyond_its_bound() {
    let body = vec![7; 300_000];
    let mut told = Vec::new();
    let url = serve("200 OK", &body);
    let fetched = web()
        .fetch(&url, body.len(), |here, all| told.push((here, all)))
        .await;
    assert_eq!(fetched.unwrap(), body);
    assert_eq!(told.last(), Some(&(body.len(), Some(300_000))));
    assert!(told.is_sorted());

    let url = serve("200 OK", &body);
    let refused = web().fetch(&url, body.len() - 1, |_, _| ()).await;
    assert!(matches!(refused, Err(PortalError::Garbage(_))));
}

#[tokio::test]
async fn a_refusal_is_told_by_its_status_whatever_page_comes_with_it() {
    for body in [&b""[..], b"<p>Not here</p>", &[b' '; 100_000]] {
        let url = serve("404 Not Found", body);
        let refused = web().fetch(&url, 10, |_, _| ()).await;
        assert!(
            matches!(refused, Err(PortalError::Server(404))),
            "{refused:?}"
        );
    }
}
