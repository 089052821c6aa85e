//! A proxy on the command line: what is kept of it, and what a person hears when it wants another
//! password. The portal's name exists nowhere: nothing but the proxy could reach it.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use e2e::World;
use serde_json::{Value, json};

/// A proxy that lets nobody through, and tells what it was asked with.
fn proxy() -> (u16, Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, seen) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let reader = BufReader::new(stream.try_clone().unwrap());
            let lines = reader.lines().map_while(Result::ok);
            let head = lines.take_while(|line| !line.is_empty()).collect();
            let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
            let _ = stream.write_all(refusal.as_bytes());
            let _ = sender.send(head);
        }
    });
    (port, seen)
}

fn portal_check(doctor: &Value) -> Value {
    let checks = doctor["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "portal");
    check.unwrap()["problem"].clone()
}

#[test]
fn a_proxy_is_kept_without_its_password_and_its_refusal_is_said() {
    let world = World::start().unwrap();
    let mut cli = world.cli("holder", None).unwrap();
    assert_eq!(cli.ok(&["proxy", "show"]).unwrap()["mode"], "system");
    for wrong in [
        "proxy.example",
        "proxy.example:0",
        "a@b:1",
        "proxy.example:99999",
    ] {
        cli.fails(&["proxy", "set", wrong], "proxy_address")
            .unwrap();
    }
    let (port, seen) = proxy();
    let address = format!("127.0.0.1:{port}");
    cli.secrets = json!({"proxy_password": "close sesame"});
    let set = cli
        .ok(&["proxy", "set", &address, "--user", "ann"])
        .unwrap();
    assert_eq!(
        (&set["host"], &set["user"]),
        (&json!("127.0.0.1"), &json!("ann"))
    );
    let settings = std::fs::read_to_string(cli.profile.join("settings.json")).unwrap();
    assert!(
        settings.contains("127.0.0.1") && !settings.contains("sesame"),
        "{settings}"
    );

    for (language, word) in [("be", "Проксі"), ("ru", "Прокси"), ("en", "proxy")] {
        let portal = [
            "--lang",
            language,
            "--portal",
            "https://portal.invalid",
            "doctor",
        ];
        let doctor = cli.call(&portal).unwrap().json;
        let problem = portal_check(&doctor);
        assert_eq!(problem["code"], "proxy_refused", "{doctor}");
        assert!(
            problem["message"].as_str().unwrap().contains(word),
            "{problem}"
        );
        let head = seen.recv().unwrap();
        assert!(
            head[0].starts_with("CONNECT portal.invalid:443 "),
            "{head:?}"
        );
        // ann:close sesame (RFC 7617, clause 2).
        let sent = head.iter().any(|line| {
            line.to_ascii_lowercase()
                .starts_with("proxy-authorization:")
                && line.ends_with("Basic YW5uOmNsb3NlIHNlc2FtZQ==")
        });
        assert!(sent, "{head:?}");
    }
    // Without it nothing goes there any more.
    cli.ok(&["proxy", "none"]).unwrap();
    let doctor = cli
        .call(&["--portal", "https://portal.invalid", "doctor"])
        .unwrap()
        .json;
    assert_ne!(portal_check(&doctor)["code"], "proxy_refused", "{doctor}");
    assert!(seen.try_recv().is_err());
}
