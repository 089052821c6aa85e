//! A disk without room, and one on which nothing can be written: what is there is read, what is typed
//! waits in the page and is saved as soon as it can be.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use fantoccini::key::Key;

use crate::driver::{Screen, Window};
use crate::{PASSPHRASE, shots, sign_in_unseen};

const PROCEDURE: &str = "2.33.1";
const FIELD: &str = "field-/phone";

/// A disk in memory with the profile, a file `ballast` and no octet more.
const FULL: &str = "cp -a \"$0/.\" \"$0.kept\"
    room=$(( $(du -sk \"$0\" | cut -f1) + 1024 ))
    mount -t tmpfs -o size=\"$room\"k none \"$0\" && cp -a \"$0.kept/.\" \"$0\"
    dd if=/dev/zero of=\"$0/ballast\" bs=4k 2> /dev/null
    exec \"$@\"";

/// The profile as it is, where nobody can write.
const READ_ONLY: &str =
    "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";

/// A program that starts the app with the profile on another disk, which nobody else sees.
fn on_disk(world: &World, profile: &Path, disk: &str) -> PathBuf {
    let app = e2e::program::path("kabinet").unwrap();
    let (app, place) = (app.display(), profile.display());
    let text = format!(
        "#!/bin/sh\nexec unshare --mount sh -c '{disk}' '{place}' '{app}' --profile '{place}'\n"
    );
    let program = world.dir().join("kabinet-on-another-disk");
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    program
}

async fn unlock(window: &Window) {
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.find("nav-affairs").await;
}

/// A person who signed in and began an application, on a disk like any other; gives its identifier.
async fn begun(screen: &Screen, profile: &Path) -> String {
    let window = screen.open(profile).await;
    sign_in_unseen(&window).await;
    window.click("nav-services").await;
    window.click(&format!("service-{PROCEDURE}")).await;
    window.click("begin").await;
    window.find("step-0").await;
    let address = window.client.current_url().await.unwrap();
    let id = address.fragment().unwrap().rsplit('/').next().unwrap();
    window.close().await;
    id.to_owned()
}

/// The number as it is kept; the window shows it in groups.
async fn phone(window: &Window) -> String {
    let field = window.find(FIELD).await;
    let shown = field.prop("value").await.unwrap().unwrap_or_default();
    shown.replace([' ', '-'], "")
}

/// Opens the draft and writes a number in place of the one that is there.
async fn change(window: &Window, id: &str) {
    window.click("nav-affairs").await;
    window.click(&format!("draft-{id}")).await;
    assert_eq!(phone(window).await, "+375295550123");
    let mark_all = format!("{}a{}", char::from(Key::Control), char::from(Key::Null));
    window.write(FIELD, &mark_all).await;
    window.write(FIELD, "+375295550199").await;
}

#[tokio::test]
async fn what_is_typed_waits_until_the_disk_has_room() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let id = begun(&screen, &profile).await;

    let program = on_disk(&world, &profile, FULL);
    let window = screen.launch("wry", &program, &[]).await;
    unlock(&window).await;
    change(&window, &id).await;
    window.find("problem-disk_full").await;
    window.find("unsaved").await;
    window
        .css("[data-testid='saved'][data-saved='false']")
        .await;
    // No other colours or language can be kept here, either.
    window.is_accessible("95-disk-full").await;
    window.picture("95-disk-full").await;
    // The page can be left and entered again.
    window.click("nav-home").await;
    window.click("nav-affairs").await;
    window.click(&format!("draft-{id}")).await;
    assert_eq!(phone(&window).await, "+375295550199");

    // The disk is in the app's own view of the file system.
    let inside = profile.strip_prefix("/").unwrap();
    let ballast = Path::new("/proc")
        .join(screen.app().to_string())
        .join("root");
    std::fs::remove_file(ballast.join(inside).join("ballast")).unwrap();
    window.css("[data-testid='saved'][data-saved='true']").await;
    window.gone("problem-disk_full").await;
    window.gone("unsaved").await;
    assert_eq!(phone(&window).await, "+375295550199");
    window.close().await;
}

#[tokio::test]
async fn what_cannot_be_written_is_read_until_it_can() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let id = begun(&screen, &profile).await;

    let program = on_disk(&world, &profile, READ_ONLY);
    let window = screen.launch("wry", &program, &[]).await;
    unlock(&window).await;
    window.find("read-only").await;
    change(&window, &id).await;
    window.find("problem-read_only").await;
    // No other colours or language can be kept here, either.
    window.is_accessible("96-disk-read-only").await;
    window.picture("96-disk-read-only").await;

    // Written on, the disk has what is in the page.
    let again = std::process::Command::new("nsenter")
        .args(["--mount", "--target", &screen.app().to_string()])
        .args(["mount", "-o", "remount,bind,rw"])
        .arg(&profile)
        .status();
    assert!(again.unwrap().success());
    let deadline = Instant::now() + PATIENCE;
    while window.has("read-only").await {
        assert!(Instant::now() < deadline, "{}", window.words().await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    window.css("[data-testid='saved'][data-saved='true']").await;
    assert_eq!(phone(&window).await, "+375295550199");
    window.close().await;
}
