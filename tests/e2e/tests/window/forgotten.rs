//! A person is forgotten from the window: the trusted prompt says what would be lost, and then no
//! file of theirs is left.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};

use crate::driver::Screen;
use crate::{PASSPHRASE, PIN, fill_in, shots, sign_in, signed_in};

/// Everything below a folder.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(everything(&entry.path()));
        }
        found.push(entry.path());
    }
    found
}

/// The program dies while pages lie in a folder for the viewer and a file of the person lies before the
/// window. Who is forgotten afterwards, by another program of ours, has nothing left anywhere.
#[tokio::test]
async fn what_a_crash_left_goes_with_the_person() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let place = |name: &str| {
        let place = world.dir().join(name);
        std::fs::create_dir(&place).unwrap();
        place
    };
    let (bin, run, tmp) = (place("bin"), place("run"), place("tmp"));
    let viewer = bin.join("xdg-open");
    std::fs::write(&viewer, "#!/bin/sh\n").unwrap();
    let allowed = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&viewer, allowed).unwrap();
    let environment = [
        ("XDG_RUNTIME_DIR", run.to_str().unwrap()),
        ("TMPDIR", tmp.to_str().unwrap()),
    ];
    let screen = Screen::start_with(world.dir(), &shots(), &environment);
    let mut window = screen.open(&profile).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    fill_in(&mut window).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    let number = window.text("registration-number").await;
    window.click("paper-print").await;
    let pages = |folder: &Path| -> Vec<PathBuf> {
        let files = everything(folder).into_iter();
        files
            .filter(|file| {
                let octets = std::fs::read(file).unwrap_or_default();
                octets.starts_with(b"%PDF-1.7")
            })
            .collect()
    };
    let deadline = Instant::now() + PATIENCE;
    while pages(&run).is_empty() {
        assert!(Instant::now() < deadline, "nothing was printed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    screen.kill().await;
    drop((window, screen));
    assert!(!pages(&run).is_empty(), "the crash took it along");

    let mut cli = world.cli("window", Some(&card)).unwrap();
    cli.profile.clone_from(&profile);
    cli.ok(&["forget", "--yes"]).unwrap();
    for folder in [&run, &tmp] {
        assert_eq!(pages(folder), [] as [PathBuf; 0]);
        let ours = everything(folder).into_iter().filter(|file| {
            let name = file.file_name().unwrap().to_string_lossy();
            name.starts_with("kabinet-")
        });
        assert_eq!(ours.collect::<Vec<_>>(), [] as [PathBuf; 0]);
    }
    // The portal keeps its own, and tests their secrets; all else is what programs left.
    let portals = world.dir().join("portal");
    for file in everything(world.dir()) {
        if file.starts_with(&portals) {
            continue;
        }
        let octets = std::fs::read(&file).unwrap_or_default();
        for trace in ["YANKOUSKAYA", "Янкоўская", number.as_str()] {
            let found = octets
                .windows(trace.len())
                .any(|octets| octets == trace.as_bytes());
            assert!(!found, "{trace} is in {}", file.display());
        }
    }
    let left = std::fs::read_dir(profile.join("persons")).unwrap();
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn a_person_is_forgotten() {
    let (place, mut window) = signed_in().await;
    window.click("nav-settings").await;
    window.click("forget").await;
    window.prompt("forget").await;
    window.find("prompt-loss").await;
    window.shoot("40-prompt-forget").await;
    window.confirm().await;
    window.click("nav-home").await;
    window.find("go-sign-in").await;
    window.shoot("41-forgotten").await;
    let left: Vec<_> = std::fs::read_dir(place.profile.join("persons"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
    window.close().await;
}
