//! Newer versions, as people meet them: the program as an AppImage, whose publisher is a server here.
//! What is older is passed over, what is not the publisher's is refused, and only what is signed with
//! its number gets into the program's place.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Cursor, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use e2e::{PATIENCE, Pcscd, World};
use minisign::KeyPair;
use serde_json::json;

use crate::driver::{Screen, Window};
use crate::shots;

/// A place for files on the loopback interface.
#[derive(Clone)]
struct Server {
    port: u16,
    files: Arc<Mutex<HashMap<String, Vec<u8>>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let files = Arc::new(Mutex::new(HashMap::<String, Vec<u8>>::new()));
        let served = Arc::clone(&files);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = lines.next().and_then(Result::ok).unwrap_or_default();
                let _ = lines
                    .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
                    .count();
                let path = first.split(' ').nth(1).unwrap_or_default();
                let body = served.lock().unwrap().get(path).cloned();
                let status = if body.is_some() {
                    "200 OK"
                } else {
                    "404 Not Found"
                };
                let body = body.unwrap_or_default();
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(&body);
            }
        });
        Self { port, files }
    }

    fn put(&self, path: &str, octets: &[u8]) {
        self.files
            .lock()
            .unwrap()
            .insert(path.to_owned(), octets.to_vec());
    }

    fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Publishes a version: the manifest signed by `key`, with the package and its signature.
    fn publish(&self, key: &KeyPair, version: &str, package: &[u8], signature: &str) {
        let place = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        let manifest = json!({
            "version": version,
            "pub_date": "2026-11-20T00:00:00Z",
            "texts": {"be": "Хутчэй.", "ru": "Быстрее.", "en": "Faster."},
            "platforms": {place: {"url": self.address("/package"), "signature": signature}},
        });
        let manifest = manifest.to_string();
        self.put("/latest.json", manifest.as_bytes());
        let signature = sign(
            key,
            manifest.as_bytes(),
            "timestamp:1795132800\tfile:latest.json",
        );
        self.put("/latest.json.sig", signature.as_bytes());
        self.put("/package", package);
    }
}

/// A signature as Tauri's command writes it.
fn sign(key: &KeyPair, octets: &[u8], comment: &str) -> String {
    let signed = minisign::sign(None, &key.sk, Cursor::new(octets), Some(comment), None).unwrap();
    Base64::encode_string(signed.into_string().as_bytes())
}

fn sign_package(key: &KeyPair, octets: &[u8], version: &str) -> String {
    sign(
        key,
        octets,
        &format!("timestamp:1795132800\tfile:Kabinet.AppImage\tversion:{version}"),
    )
}

/// The program in the place in which an AppImage has it, told who publishes it.
fn installed(root: &Path, server: &Server, key: &KeyPair) -> PathBuf {
    let (programs, resources) = (root.join("usr/bin"), root.join("usr/lib/Kabinet"));
    std::fs::create_dir_all(&programs).unwrap();
    std::fs::create_dir_all(&resources).unwrap();
    let public = key.pk.to_box().unwrap().into_string();
    let publisher = json!({
        "manifest": server.address("/latest.json"),
        "key": Base64::encode_string(public.as_bytes()),
    });
    std::fs::write(resources.join("updates.json"), publisher.to_string()).unwrap();
    let (program, own) = (
        e2e::program::path("kabinet").unwrap(),
        programs.join("kabinet"),
    );
    if std::fs::hard_link(&program, &own).is_err() {
        std::fs::copy(&program, &own).unwrap();
    }
    own
}

async fn state(window: &Window, state: &str) {
    let panel = format!("[data-testid='updates'][data-state='{state}']");
    window.css(&panel).await;
}

/// The problem that the page of settings shows, by its code.
async fn refused(window: &Window, code: &str) {
    window
        .css(&format!(
            "[data-testid='updates'] [data-testid='problem-{code}']"
        ))
        .await;
}

#[tokio::test]
async fn only_what_the_publisher_signed_gets_into_the_place_of_the_program() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let profile = world.profile("window").unwrap();
    let (publisher, stranger) = (
        KeyPair::generate_unencrypted_keypair().unwrap(),
        KeyPair::generate_unencrypted_keypair().unwrap(),
    );
    let server = Server::start();
    let root = world.dir().join(".mount_Kabinet");
    let program = installed(&root, &server, &publisher);
    let image = world.dir().join("Kabinet.AppImage");
    std::fs::write(&image, b"the version that runs").unwrap();
    std::fs::set_permissions(&image, std::fs::Permissions::from_mode(0o755)).unwrap();
    let image_name = image.to_string_lossy().into_owned();
    let screen = Screen::start_with(world.dir(), &shots(), &[("APPIMAGE", &image_name)]);
    let words = ["--profile", &profile.to_string_lossy()];
    let mut window = screen.launch("wry", &program, &words).await;
    let whole = || std::fs::read(&image).unwrap() == b"the version that runs";
    // A program that can be started, as an AppImage is.
    let package = std::fs::read("/bin/echo").unwrap();

    window.click("nav-settings").await;
    state(&window, "unknown").await;
    window.click("look-for-updates").await;
    refused(&window, "update_silent").await;

    // An older version is nothing new.
    server.publish(
        &publisher,
        "0.0.9",
        &package,
        &sign_package(&publisher, &package, "0.0.9"),
    );
    window.click("look-for-updates").await;
    state(&window, "newest").await;

    // Somebody else's manifest.
    server.publish(
        &stranger,
        "9.0.0",
        &package,
        &sign_package(&stranger, &package, "9.0.0"),
    );
    window.click("look-for-updates").await;
    refused(&window, "update_forged").await;
    state(&window, "newest").await;

    // The old package behind a new number.
    server.publish(
        &publisher,
        "9.0.0",
        &package,
        &sign_package(&publisher, &package, "0.0.9"),
    );
    window.click("look-for-updates").await;
    state(&window, "found").await;
    window.click("install-update").await;
    refused(&window, "update_forged").await;
    assert!(whole());

    // The package is another than was signed.
    let mut other = package.clone();
    *other.last_mut().unwrap() ^= 1;
    server.publish(
        &publisher,
        "9.0.0",
        &other,
        &sign_package(&publisher, &package, "9.0.0"),
    );
    window.click("look-for-updates").await;
    window
        .css("[data-testid='updates']:not(:has([role='alert']))")
        .await;
    window.click("install-update").await;
    refused(&window, "update_forged").await;
    window.shoot("78-update-refused").await;
    assert!(whole());

    // Signed, but no program.
    let text = b"no program".to_vec();
    server.publish(
        &publisher,
        "9.0.0",
        &text,
        &sign_package(&publisher, &text, "9.0.0"),
    );
    window.click("look-for-updates").await;
    window
        .css("[data-testid='updates']:not(:has([role='alert']))")
        .await;
    window.click("install-update").await;
    refused(&window, "update_unusable").await;
    assert!(whole());

    server.publish(
        &publisher,
        "9.0.0",
        &package,
        &sign_package(&publisher, &package, "9.0.0"),
    );
    window.click("look-for-updates").await;
    state(&window, "found").await;
    assert_eq!(window.text("update-notes").await, "Faster.");
    window.is_accessible("a newer version").await;
    window.shoot("79-update-found").await;
    window.click("install-update").await;
    state(&window, "installed").await;
    window.shoot("80-update-installed").await;
    assert_eq!(std::fs::read(&image).unwrap(), package);
    assert_eq!(
        image.metadata().unwrap().permissions().mode() & 0o777,
        0o755
    );

    // Started again it is the new one: what runs ends. The window may be gone before the driver can say
    // that it clicked.
    let _ = window.find("restart").await.click().await;
    let deadline = Instant::now() + PATIENCE;
    while !screen.processes().is_empty() {
        assert!(Instant::now() < deadline, "the old version goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
