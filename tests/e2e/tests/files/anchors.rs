//! Whom to trust: what the package brings, and what the person adds. Neither is there by itself.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{file, world};

/// A program that was installed under a prefix, and a profile without anything.
struct Installed<'a> {
    prefix: &'a Path,
    profile: &'a Path,
}

impl Installed<'_> {
    fn call(&self, words: &[&str]) -> Value {
        let Output { stdout, stderr, .. } = Command::new(self.prefix.join("bin/kabinet-cli"))
            .args(["--json", "--profile"])
            .arg(self.profile)
            .args(words)
            .output()
            .unwrap();
        let said = || String::from_utf8_lossy(&stderr).into_owned();
        serde_json::from_slice(&stdout).unwrap_or_else(|_| panic!("{}", said()))
    }

    fn anchors(&self) -> Value {
        let doctor = self.call(&["doctor"]);
        let mut checks = doctor["checks"].as_array().unwrap().iter();
        let trust = checks.rfind(|check| check["name"] == "trust");
        trust.unwrap()["detail"].clone()
    }
}

#[test]
fn anchors_come_with_the_package_or_from_the_person_and_not_by_themselves() {
    let (world, card) = world();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let signed = file(&world, "a.txt");
    cli.ok(&["sign", "--level", "lt", &signed]).unwrap();
    let signature = format!("{signed}.p7s");

    let (prefix, profile) = (world.dir().join("prefix"), world.dir().join("fresh"));
    let bin = prefix.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let program = e2e::program::path("kabinet-cli").unwrap();
    std::fs::copy(program, bin.join("kabinet-cli")).unwrap();
    let installed = Installed {
        prefix: &prefix,
        profile: &profile,
    };
    let verify = || installed.call(&["verify", "--offline", &signature]);
    assert_eq!(
        verify()["signers"][0]["reason"],
        "NO_CERTIFICATE_CHAIN_FOUND"
    );

    let packaged = prefix.join("share/kabinet/trust");
    let own = profile.join("trust");
    for folder in [&packaged, &own] {
        std::fs::create_dir_all(folder).unwrap();
        for anchor in std::fs::read_dir(world.sandbox.trust()).unwrap() {
            let anchor = anchor.unwrap();
            if anchor.path().is_file() {
                std::fs::copy(anchor.path(), folder.join(anchor.file_name())).unwrap();
            }
        }
        assert_eq!(verify()["verdict"], "valid", "{folder:?}");
        assert_ne!(installed.anchors(), json!(null));
        // Whoever takes the files away withdraws the trust.
        std::fs::remove_dir_all(folder).unwrap();
        assert_ne!(verify()["verdict"], "valid");
    }
}
