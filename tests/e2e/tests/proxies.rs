//! Who stands at the other end. A proxy on the command line: what is kept of it, and what a person
//! hears when it wants another password (the portal's name exists nowhere: nothing but the proxy could
//! reach it). The certificate with which a portal shows who it is.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use e2e::{Cli, PATIENCE, World};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

const REFUSAL: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";

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
            let _ = stream.write_all(REFUSAL.as_bytes());
            let _ = sender.send(head);
        }
    });
    (port, seen)
}

fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/proxy");
    folder.join(name)
}

/// The same over TLS, as `localhost`. Tells the lines, or nothing where it was not believed to be that.
fn proxy_over_tls() -> (u16, Receiver<Vec<String>>) {
    let certificate = std::fs::read(fixture("certificate.der")).unwrap();
    let key = std::fs::read(fixture("key.der")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.into()],
            PrivatePkcs8KeyDer::from(key).into(),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, seen) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            let mut head = Vec::new();
            let mut octet = [0];
            while !head.ends_with(b"\r\n\r\n")
                && stream.read(&mut octet).is_ok_and(|count| count == 1)
            {
                head.push(octet[0]);
            }
            let _ = stream.write_all(REFUSAL.as_bytes());
            let head = String::from_utf8(head).unwrap();
            let _ = sender.send(head.lines().map(str::to_owned).collect());
        }
    });
    (port, seen)
}

/// What `doctor` says of a portal that only a proxy could reach, where these roots are trusted.
fn doctor_trusting(cli: &Cli, roots: &Path, password: &Path) -> Value {
    let output = Command::new(e2e::program::path("kabinet-cli").unwrap())
        .args(["--json", "--portal", "https://portal.invalid", "--profile"])
        .arg(&cli.profile)
        .arg("--secrets")
        .arg(password)
        .arg("doctor")
        .env("SSL_CERT_FILE", roots)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    portal_check(&serde_json::from_slice(&output.stdout).unwrap())
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

/// The name and the password of the user go to the proxy that the certificate names, and to nobody else.
#[test]
fn a_proxy_over_tls_hears_nothing_before_it_has_shown_who_it_is() {
    let world = World::start().unwrap();
    let mut cli = world.cli("holder", None).unwrap();
    cli.secrets = json!({"proxy_password": "close sesame"});
    let password = world.dir().join("password.json");
    std::fs::write(&password, cli.secrets.to_string()).unwrap();
    let (port, seen) = proxy_over_tls();
    let set = |host: &str| {
        let address = format!("{host}:{port}");
        let words = ["proxy", "set", &address, "--kind", "https", "--user", "ann"];
        assert_eq!(cli.ok(&words).unwrap()["kind"], "https");
    };
    set("localhost");
    let problem = doctor_trusting(&cli, &fixture("root.pem"), &password);
    assert_eq!(problem["code"], "proxy_refused", "{problem}");
    let head = seen.recv().unwrap();
    assert!(
        head[0].starts_with("CONNECT portal.invalid:443 "),
        "{head:?}"
    );
    let sent = head
        .iter()
        .any(|line| line.ends_with("Basic YW5uOmNsb3NlIHNlc2FtZQ=="));
    assert!(sent, "{head:?}");

    // A root that nobody knows, and a name that is not the proxy's.
    let none = world.dir().join("none.pem");
    std::fs::write(&none, "").unwrap();
    let problem = doctor_trusting(&cli, &none, &password);
    assert_ne!(problem["code"], "proxy_refused", "{problem}");
    assert_ne!(problem, Value::Null);
    set("127.0.0.1");
    let problem = doctor_trusting(&cli, &fixture("root.pem"), &password);
    assert_ne!(problem["code"], "proxy_refused", "{problem}");
    assert_ne!(problem, Value::Null);
    assert!(seen.try_iter().all(|head| head.is_empty()));
}

/// Serves a script as long as it is held, and tells who asked for it.
fn script(text: String) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, seen) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let reader = BufReader::new(stream.try_clone().unwrap());
            let lines = reader.lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-ns-proxy-autoconfig\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
                text.len()
            );
            if sender.send(head[0].clone()).is_err() {
                break;
            }
        }
    });
    (format!("http://{address}/proxy.pac"), seen)
}

/// A port where nobody listens.
fn dead() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What `doctor` says of that portal.
fn doctor(cli: &Cli, portal: &str) -> Value {
    portal_check(&cli.call(&["--portal", portal, "doctor"]).unwrap().json)
}

#[test]
fn a_script_names_the_proxy() {
    let world = World::start().unwrap();
    let cli = world.cli("holder", None).unwrap();
    for wrong in [
        "proxy.pac",
        "ftp://127.0.0.1/proxy.pac",
        "http://a@127.0.0.1/",
    ] {
        cli.fails(&["proxy", "automatic", wrong], "proxy_script_address")
            .unwrap();
    }
    let (port, seen) = proxy();
    let dead = dead();
    let text = format!(
        "function FindProxyForURL(url, host) {{
            if (url === 'https://portal.invalid/' && dnsDomainIs(host, '.invalid') && !isResolvable(host))
                return 'PROXY 127.0.0.1:{dead}; PROXY 127.0.0.1:{port}';
            return 'DIRECT';
        }}"
    );
    let (address, asked) = script(text.clone());
    let set = cli.ok(&["proxy", "automatic", &address]).unwrap();
    assert_eq!(
        (&set["mode"], &set["script"]),
        (&json!("automatic"), &json!(address))
    );
    assert_eq!(cli.ok(&["proxy", "show"]).unwrap(), set);
    let through = || {
        let problem = doctor(&cli, "https://portal.invalid");
        assert_eq!(problem["code"], "proxy_refused", "{problem}");
        let head = seen.recv().unwrap();
        assert!(
            head[0].starts_with("CONNECT portal.invalid:443 "),
            "{head:?}"
        );
        let user = |line: &String| line.to_ascii_lowercase().starts_with("proxy-authorization");
        assert!(!head.iter().any(user), "{head:?}");
    };
    through();
    assert_eq!(asked.recv().unwrap(), "GET /proxy.pac HTTP/1.1");

    // The same out of a file.
    let file = world.dir().join("proxy.pac");
    std::fs::write(&file, text).unwrap();
    let address = format!("file://{}", file.display());
    cli.ok(&["proxy", "automatic", &address]).unwrap();
    through();
    assert!(asked.try_recv().is_err());
    // A portal of this computer is reached without it.
    std::fs::remove_file(&file).unwrap();
    cli.ok(&["portal"]).unwrap();
}

/// Whoever is asked without a proxy here is asked over TLS by another name than its certificate has, so
/// that it learns of the connection and nothing else.
#[test]
fn nothing_goes_direct_that_the_script_does_not_send_there() {
    let world = World::start().unwrap();
    let cli = world.cli("holder", None).unwrap();
    let (port, seen) = proxy_over_tls();
    // This computer, by an address that is not of the loopback network.
    let portal = format!("https://0.0.0.0:{port}");
    let dead = dead();
    let answers = |body: &str| {
        let text = format!("function FindProxyForURL(url, host) {{ {body} }}");
        let (address, _asked) = script(text);
        cli.ok(&["proxy", "automatic", &address]).unwrap();
        doctor(&cli, &portal)["code"].clone()
    };
    assert_eq!(
        answers(&format!("return 'PROXY 127.0.0.1:{dead}'")),
        "offline"
    );
    for body in [
        "throw 'no'",
        "for (;;);",
        "return 'SOCKS4 127.0.0.1:1'",
        "return 'x'.repeat(100000)",
        "for (let n = 0; ; n++) dnsResolve('n' + n + '.invalid')",
    ] {
        assert_eq!(answers(body), "proxy_script", "{body}");
    }
    // Where nobody is there to fetch it from, there is no network.
    let away = format!("http://127.0.0.1:{dead}/proxy.pac");
    cli.ok(&["proxy", "automatic", &away]).unwrap();
    assert_eq!(doctor(&cli, &portal)["code"], "offline");
    // The script is gone.
    let gone = format!("file://{}/gone.pac", world.dir().display());
    cli.ok(&["proxy", "automatic", &gone]).unwrap();
    for (language, word) in [("be", "Сцэнарый"), ("ru", "Сценарий"), ("en", "script")]
    {
        let words = ["--lang", language, "--portal", &portal, "doctor"];
        let problem = portal_check(&cli.call(&words).unwrap().json);
        assert_eq!(problem["code"], "proxy_script", "{problem}");
        let message = problem["message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
    }
    assert!(seen.try_recv().is_err());

    let past_dead = format!("return 'PROXY 127.0.0.1:{dead}; DIRECT'");
    assert_ne!(answers(&past_dead), "proxy_script");
    assert_eq!(seen.recv().unwrap(), Vec::<String>::new());
}

/// The desktop's settings are in a file here, as programs in a box of their own have them.
#[test]
#[cfg(target_os = "linux")]
fn the_desktop_s_settings_name_a_script() {
    let world = World::start().unwrap();
    let cli = world.cli("holder", None).unwrap();
    let (port, seen) = proxy();
    let (address, asked) = script(format!(
        "function FindProxyForURL() {{ return 'PROXY 127.0.0.1:{port}'; }}"
    ));
    let folder = world.dir().join("settings/glib-2.0/settings");
    std::fs::create_dir_all(&folder).unwrap();
    let doctor = |mode: &str, environment: &[(&str, &str)]| {
        let text = format!("[system/proxy]\nmode='{mode}'\nautoconfig-url='{address}'\n");
        std::fs::write(folder.join("keyfile"), text).unwrap();
        let output = Command::new(e2e::program::path("kabinet-cli").unwrap())
            .args(["--json", "--portal", "https://portal.invalid", "--profile"])
            .arg(&cli.profile)
            .arg("doctor")
            .env("GSETTINGS_BACKEND", "keyfile")
            .env("XDG_CONFIG_HOME", world.dir().join("settings"))
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        portal_check(&serde_json::from_slice(&output.stdout).unwrap())["code"].clone()
    };
    assert_eq!(doctor("none", &[]), "offline");
    assert!(asked.try_recv().is_err());
    assert_eq!(doctor("auto", &[]), "proxy_refused");
    asked.recv_timeout(PATIENCE).unwrap();
    assert!(seen.recv().unwrap()[0].starts_with("CONNECT portal.invalid:443 "));
    // Whoever started the program said more.
    let dead = format!("http://127.0.0.1:{}", dead());
    assert_eq!(doctor("auto", &[("https_proxy", &dead)]), "offline");
    assert!(asked.try_recv().is_err());
}

/// What the command line says of a portal's certificate, where these roots are trusted.
fn portal_trusting(cli: &Cli, port: u16, roots: &Path) -> Value {
    let output = Command::new(e2e::program::path("kabinet-cli").unwrap())
        .args(["--json", "--portal", &format!("https://localhost:{port}")])
        .arg("--profile")
        .arg(&cli.profile)
        .arg("portal")
        .env("SSL_CERT_FILE", roots)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_portal_s_certificate_is_shown_when_the_system_trusts_it() {
    let world = World::start().unwrap();
    let cli = world.cli("holder", None).unwrap();
    // What answers each request with a refusal shows its certificate before.
    let (port, _seen) = proxy_over_tls();
    let shown = portal_trusting(&cli, port, &fixture("root.pem"));
    let certificate = &shown["certificate"];
    let der = std::fs::read(fixture("certificate.der")).unwrap();
    let summary = kabinet_pki::certificate::summary(&der).unwrap();
    assert_eq!(certificate["subject"], summary.subject.as_str());
    assert_eq!(certificate["issuer"], summary.issuer.as_str());
    let mut digest = Command::new("sha256sum");
    let digest = digest.arg(fixture("certificate.der")).output().unwrap();
    let digest = String::from_utf8(digest.stdout).unwrap();
    let print = certificate["fingerprint"].as_str().unwrap();
    assert_eq!(print.replace(':', "").to_lowercase(), digest[..64]);
    assert_eq!(print.len(), 95);

    let none = world.dir().join("none.pem");
    std::fs::write(&none, "").unwrap();
    let refused = portal_trusting(&cli, port, &none);
    assert!(refused["error"]["code"].is_string(), "{refused}");

    // The sandbox is on this computer, without TLS.
    assert_eq!(cli.ok(&["portal"]).unwrap()["certificate"], Value::Null);
}
