//! A person's area closes by hand, with the card, with the screen; nothing of it stays to be seen, and
//! only the trusted prompt opens it again. A damaged store is repaired from the window.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use e2e::PATIENCE;
use serde_json::json;

use crate::driver::Window;
use crate::{PASSPHRASE, PIN, fill_in, signed_in};

/// The key by its code in WebDriver (clause 17.4.2): it writes nothing.
const SHIFT: &str = "\u{E008}";

/// The bus that the window of that profile listens at: of its own environment.
pub(crate) fn session_bus(profile: &Path) -> String {
    let profile = profile.to_str().unwrap();
    let entries = std::fs::read_dir("/proc").unwrap();
    for entry in entries.flatten() {
        let words = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        let mut words = words.split('\0');
        let is_app = words.next().is_some_and(|word| word.ends_with("/kabinet"));
        if is_app && words.any(|word| word == profile) {
            let environment = std::fs::read(entry.path().join("environ")).unwrap();
            let environment = String::from_utf8_lossy(&environment).into_owned();
            let bus = environment
                .split('\0')
                .find_map(|line| line.strip_prefix("DBUS_SESSION_BUS_ADDRESS="));
            return bus.unwrap().to_owned();
        }
    }
    panic!("the window does not run");
}

/// What desktops send when the screen is locked.
fn screen_locked(bus: &str, locked: bool) {
    let sent = Command::new("dbus-send")
        .arg(format!("--bus={bus}"))
        .args(["--type=signal", "/org/freedesktop/ScreenSaver"])
        .arg("org.freedesktop.ScreenSaver.ActiveChanged")
        .arg(format!("boolean:{locked}"))
        .status()
        .unwrap();
    assert!(sent.success());
}

async fn open_again(window: &mut Window) {
    window.find("unlock").await;
    let words = window.words().await;
    assert!(!words.contains("YANKOUSKAYA"), "{words}");
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.find("new-application").await;
}

/// Nobody waits for the portal to say something: not the person who goes, nor whoever comes by.
#[tokio::test]
async fn the_area_closes_at_once_while_the_portal_says_nothing() {
    let (place, mut window) = signed_in().await;
    let sandbox = &place.world.sandbox;
    let id = fill_in(&mut window).await;
    let hang = json!({"match": "/jmap/api", "kind": "hang", "times": 1, "milliseconds": 60_000});
    let requests = || sandbox.requests().unwrap()["/jmap/api"].as_u64().unwrap();
    let before = requests();
    sandbox.fault(&hang).unwrap();
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    let deadline = Instant::now() + PATIENCE;
    while requests() == before {
        assert!(Instant::now() < deadline, "it was never sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    window.click("nav-settings").await;
    window.find("lock-now").await;
    let begun = Instant::now();
    window.click("lock-now").await;
    window.find("unlock").await;
    let took = begun.elapsed();
    println!("closed after {took:?}");
    // The portal says nothing for a minute.
    assert!(took < Duration::from_secs(30), "{took:?}");
    window.shoot("47-locked-while-sending").await;
    sandbox.behave().unwrap();
    open_again(&mut window).await;
    window.click("nav-affairs").await;
    window.find(&format!("application-{id}")).await;
    let registered = sandbox.applications().unwrap();
    assert_eq!(registered.len(), 1);
    assert_eq!(registered[0]["id"], id.as_str());
    window.close().await;
}

/// What the trusted prompt shows is the person's too.
#[tokio::test]
async fn a_prompt_that_stands_open_closes_with_the_area() {
    let (place, mut window) = signed_in().await;
    window.click("nav-settings").await;
    window.click("lock-with-card").await;
    window.css("[data-testid='lock-with-card']:checked").await;
    window.click("forget").await;
    window.prompt("forget").await;
    place.card.eject().unwrap();
    window.closed().await;
    open_again(&mut window).await;
    window.close().await;
}

#[tokio::test]
async fn the_area_closes_when_nobody_has_touched_it_for_a_minute() {
    let (_place, mut window) = signed_in().await;
    window.click("nav-settings").await;
    let after = window.find("lock-after").await;
    after.select_by_value("1").await.unwrap();
    let chosen = "return document.querySelector(\"[data-testid='lock-after']\").value";
    window.comes_true(chosen, json!("1")).await;
    window.click("nav-home").await;
    window.find("new-application").await;
    tokio::time::sleep(Duration::from_secs(45)).await;
    // Somebody is there.
    let body = window.css("body").await;
    let begun = Instant::now();
    body.send_keys(SHIFT).await.unwrap();
    let touched = Instant::now();
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert!(window.has("new-application").await, "it closed too early");
    window.find("unlock").await;
    let (most, least) = (begun.elapsed(), touched.elapsed());
    println!("closed {least:?} after the last touch");
    assert!(most.as_secs() >= 60, "{most:?}");
    assert!(least.as_secs() < 90, "{least:?}");
    open_again(&mut window).await;
    window.close().await;
}

#[tokio::test]
async fn the_area_closes_by_hand_with_the_card_and_with_the_screen() {
    let (place, mut window) = signed_in().await;
    let profile = &place.profile;

    window.click("nav-settings").await;
    window.find("lock-after").await;
    window.shoot("43-settings").await;
    window.click("check-store").await;
    window.find("store-whole").await;
    window.click("lock-now").await;
    window.find("unlock").await;
    window.shoot("44-locked").await;
    open_again(&mut window).await;

    // A locked screen changes nothing unless the person wants it.
    let bus = session_bus(profile);
    screen_locked(&bus, true);
    // The program may hear of it a moment later, and must not take it for a screen that is locked then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    window.click("nav-settings").await;
    window.click("lock-with-screen").await;
    window.click("lock-with-card").await;
    window.css("[data-testid='lock-with-card']:checked").await;
    screen_locked(&bus, false);
    window.find("lock-with-card").await;
    screen_locked(&bus, true);
    open_again(&mut window).await;

    place.card.eject().unwrap();
    open_again(&mut window).await;
    window.close().await;

    // The store is hit while nobody looks; the window says so and mends it.
    let persons = std::fs::read_dir(profile.join("persons")).unwrap();
    let store = persons
        .map(|entry| entry.unwrap().path().join("store.db"))
        .find(|path| path.exists())
        .unwrap();
    let mut octets = std::fs::read(&store).unwrap();
    for octet in octets.iter_mut().take(4096) {
        *octet ^= 0x55;
    }
    std::fs::write(&store, octets).unwrap();
    let mut window = place.screen.open(profile).await;
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.find("problem-store_damaged").await;
    window.shoot("45-damaged").await;
    window.click("repair-store").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.find("repaired").await;
    // Not even the session is lost.
    window.find("new-application").await;
    window.shoot("46-repaired").await;
    let damaged = store.with_extension("damaged1");
    assert!(damaged.exists());
    let told = window.text("damaged-path").await;
    let [told, damaged] =
        [Path::new(&told), damaged.as_path()].map(|path| path.canonicalize().unwrap());
    assert_eq!(told, damaged);
    window.close().await;
}
