//! What stands between this program and the smart card service: each cause is told apart and said
//! with its remedy, by `readers`, by whatever needs a card, and by `doctor`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use e2e::{Cli, apart};
use serde_json::{Value, json};

/// A header of two words and the three words of CMD_VERSION (pcsc-lite, `winscard_msg.h`).
const HELLO: usize = 20;
/// SCARD_E_SERVICE_STOPPED, by which pcsc-lite's daemon refuses a client of another version.
const SERVICE_STOPPED: u32 = 0x8010_001E;

/// Somebody who listens where the daemon of pcsc-lite would.
struct Daemon {
    dir: tempfile::TempDir,
    socket: PathBuf,
}

impl Daemon {
    /// `meet` deals with each client.
    fn that(meet: impl Fn(UnixStream) + Send + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("pcscd.comm");
        let listener = UnixListener::bind(&socket).unwrap();
        thread::spawn(move || {
            for client in listener.incoming() {
                meet(client.unwrap());
            }
        });
        Self { dir, socket }
    }

    fn call(&self, words: &[&str]) -> Value {
        self.call_in(words, &[])
    }

    fn call_in(&self, words: &[&str], variables: &[(&str, &Path)]) -> Value {
        let output = Command::new(e2e::program::path("kabinet-cli").unwrap())
            .args(["--json", "--profile"])
            .arg(self.dir.path())
            .args(words)
            .env("PCSCLITE_CSOCK_NAME", &self.socket)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// `readers`, `card status` and `doctor` all name that cause, in every language.
    fn is_explained_as(&self, code: &str) {
        let mut messages = Vec::new();
        for language in ["be", "ru", "en"] {
            let call = |words: &[&str]| self.call(&[&["--lang", language], words].concat());
            let problem = &call(&["readers"])["problem"];
            assert_eq!(problem["code"], code, "{problem}");
            assert!(problem["remedy"].as_str().unwrap().contains(' '));
            messages.push(problem["message"].to_string());
            assert_eq!(call(&["card", "status"])["error"], *problem);
            let doctor = call(&["doctor"]);
            assert_eq!(check(&doctor, "service")["problem"], *problem, "{doctor}");
            assert_eq!(doctor["usable"], false);
        }
        messages.sort();
        messages.dedup();
        assert_eq!(messages.len(), 3, "{messages:?}");
    }
}

fn check<'a>(doctor: &'a Value, name: &str) -> &'a Value {
    let checks = doctor["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {doctor}"))
}

/// As a Flatpak or Snap that brought another pcsc-lite than the system's.
#[test]
fn a_service_of_another_version() {
    let daemon = Daemon::that(|mut client| {
        let mut hello = [0; HELLO];
        if client.read_exact(&mut hello).is_ok() {
            // A major version that no client of today speaks, and the refusal.
            let words = [5, 0, SERVICE_STOPPED].map(u32::to_ne_bytes);
            let _ = client.write_all(words.as_flattened());
        }
    });
    assert_eq!(daemon.call(&["readers"])["service"], "other_version");
    daemon.is_explained_as("service_version");
}

/// The daemon asks polkit first and hangs up on whom it refuses, with the client's hello unread.
#[test]
fn a_service_that_turns_us_away() {
    let daemon = Daemon::that(|client| {
        thread::sleep(Duration::from_millis(100));
        drop(client);
    });
    daemon.is_explained_as("service_denied");
    let daemon = Daemon::that(drop);
    daemon.is_explained_as("service_denied");
}

#[test]
fn a_package_that_is_shut_off() {
    let mut daemon = Daemon::that(drop);
    daemon.socket = daemon.dir.path().join("nothing");
    let program = e2e::program::path("kabinet-cli").unwrap();
    let inside = [("SNAP", program.parent().unwrap())];
    let problem = daemon.call_in(&["readers"], &inside)["problem"].clone();
    assert_eq!(problem["code"], "service_shut_off", "{problem}");
    let elsewhere = [("SNAP", Path::new("/snap/terminal/1"))];
    let problem = daemon.call_in(&["readers"], &elsewhere)["problem"].clone();
    assert_eq!(problem["code"], "no_service", "{problem}");
}

/// The real daemon from not installed to running and back, and a reader that it does not know. All
/// of it happens on mounts that nobody else sees.
#[test]
fn from_no_service_to_one_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("profile");
    std::fs::create_dir(&profile).unwrap();
    let cli = Cli {
        profile,
        reader: String::new(),
        secrets: json!({}),
    };
    let script = r#"
mount -t tmpfs none /run
call stopped readers
mkdir -p /run/systemd/system
call off readers
mkdir /run/pcscd
# Without virtual readers: they would always be there.
mount -t tmpfs none /etc/reader.conf.d
pcscd --foreground --error & daemon=$!
for try in $(seq 160); do
    if [ -S /run/pcscd/pcscd.comm ]; then break; fi
    sleep 0.25
done
mount -t tmpfs none /sys/bus
call bare readers
device=/sys/bus/usb/devices/1-2
mkdir -p $device $device:1.0
echo 08e6 > $device/idVendor; echo 3437 > $device/idProduct
echo "Some Reader" > $device/product; echo 0100 > $device/bcdDevice
echo 0b > $device:1.0/bInterfaceClass
call unknown readers
call unknown-status card status
call unknown-doctor doctor
chmod 000 /run/pcscd/pcscd.comm
as="setpriv --bounding-set=-all --inh-caps=-all"
call closed readers
as=
chmod 777 /run/pcscd/pcscd.comm
kill -9 $daemon
wait $daemon || true
call dead readers
mount -t tmpfs none /usr/sbin
rm /run/pcscd/pcscd.comm
call missing readers
"#;
    let answers = apart::run(dir.path(), &cli, script, &[]).unwrap();
    for (call, service, code) in [
        ("stopped", "not_running", "no_service"),
        ("off", "not_running", "service_not_activated"),
        ("bare", "running", "no_reader"),
        ("unknown", "running", "reader_unknown"),
        ("closed", "not_running", "service_denied"),
        ("dead", "not_running", "no_service"),
        ("missing", "not_running", "service_not_installed"),
    ] {
        let view = &answers[call].json;
        assert_eq!(view["service"], service, "{call}: {view}");
        assert_eq!(view["problem"]["code"], code, "{call}: {view}");
    }
    let status = &answers["unknown-status"].json;
    assert_eq!(status["error"]["code"], "reader_unknown", "{status}");
    let doctor = &answers["unknown-doctor"].json;
    let reader = check(doctor, "reader");
    assert_eq!(reader["problem"]["code"], "reader_unknown", "{doctor}");
    assert_eq!(reader["detail"], "USB 08e6:3437 Some Reader, firmware 0100");
}
