//! Journey J14: a page of the portal in a browser asks for the card, by a link that starts the program
//! a second time. The browser is played with its cookie.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::sandbox::Page;
use e2e::{PATIENCE, Pcscd, World};
use serde_json::{Value, json};

use crate::driver::{Screen, executable};
use crate::hands::Hands;
use crate::{PIN, shots};

/// The profile in the person's own folder: only there is a second start the same program.
pub(crate) fn own_profile(world: &World) -> PathBuf {
    let profile = world.profile("window").unwrap();
    let home = world.dir().join(".local/share");
    std::fs::create_dir_all(&home).unwrap();
    std::os::unix::fs::symlink(&profile, home.join("kabinet")).unwrap();
    profile
}

/// What the browser was asked to open, once it was.
async fn opened(file: &Path) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match std::fs::read_to_string(file) {
            Ok(address) if address.ends_with('\n') => {
                std::fs::remove_file(file).unwrap();
                return address.trim().to_owned();
            }
            _ => assert!(Instant::now() < deadline, "no browser was opened"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Requests that pages of the sandbox have made or answered.
fn asked(world: &World) -> u64 {
    let requests = world.sandbox.requests().unwrap();
    let counts = requests.as_object().unwrap().iter();
    counts
        .filter(|(path, _)| path.starts_with("/hand-over/") || *path == "/oauth/challenge")
        .map(|(_, count)| count.as_u64().unwrap())
        .sum()
}

#[tokio::test]
async fn a_page_hands_over_and_hostile_links_do_nothing() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = own_profile(&world);
    let browser = world.dir().join("opened");
    executable(
        &world.dir().join("bin/xdg-open"),
        &format!("#!/bin/sh\necho \"$1\" > '{}'\n", browser.display()),
    );
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open_with(&[]).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;

    // Of each kind one after the other, so that each is seen to be answered.
    let elsewhere = "kabinet:hand-over?request_uri=https%3A%2F%2Fevil.example%2Fhand-over%2F1";
    let huge = format!("{elsewhere}{}", "a".repeat(100_000));
    let same_host = format!(
        "kabinet:hand-over?request_uri={}%40evil.example%2Fa",
        world.sandbox.url.replace(':', "%3A").replace('/', "%2F")
    );
    for link in [
        "kabinet:forget",
        &huge,
        &same_host,
        "kabinet:hand-over?request_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
    ] {
        screen.start_again(&[link]);
        window.find("problem-link_unknown").await;
        screen.start_again(&[elsewhere]);
        window.find("problem-link_elsewhere").await;
    }
    window.shoot("70-link-elsewhere").await;
    assert_eq!(window.client.windows().await.unwrap().len(), 1);
    assert_eq!(asked(&world), 0);

    // A page asks for a sign-in. Nothing is asked of the portal before the person goes on.
    let page = Page::ask(&world.sandbox, "sign-in").unwrap();
    screen.start_again(&[&page.link]);
    window.find("hand-over").await;
    window.shoot("71-hand-over").await;
    assert_eq!(asked(&world), 0);
    window.click("hand-over").await;
    window.prompt("sign_in").await;
    let words = window.words().await;
    // In the language that the core was told last, among those of the picture.
    let purposes = [
        "on the page in the browser",
        "на странице в браузере",
        "на старонцы ў браўзеры",
    ];
    let is_told = purposes.iter().any(|purpose| words.contains(purpose));
    assert!(is_told, "{words}");
    // A link that comes meanwhile does not take the focus from whoever types the PIN.
    let focused = "return document.hasFocus()";
    screen.start_again(&["kabinet:forget"]);
    window.to_main().await;
    window.find("problem-link_unknown").await;
    window.comes_true(focused, json!(false)).await;
    window.prompt("sign_in").await;
    window.comes_true(focused, json!(true)).await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("handed-over").await;
    window.shoot("72-handed-over").await;
    let address = opened(&browser).await;
    assert!(address.starts_with(&world.sandbox.url), "{address}");
    // A stranger who sent the link has another browser.
    let stranger = Page::ask(&world.sandbox, "sign-in").unwrap();
    assert!(stranger.get(&address).is_err());
    let shown = page.get(&address).unwrap();
    assert!(shown.contains("Signed in as "), "{shown}");
    assert!(page.get(&address).is_err(), "the code is good for one time");
    // The page is signed in, and this computer keeps nothing of the person.
    assert!(!profile.join("persons").exists());

    // The same link once more; one that has run out.
    screen.start_again(&[&page.link]);
    window.find("hand-over-no").await;
    window.click("hand-over").await;
    window.find("problem-link_used").await;
    let past = json!({"match": "/hand-over", "kind": "clock_skew", "seconds": -3600, "times": 1});
    world.sandbox.fault(&past).unwrap();
    let late = Page::ask(&world.sandbox, "sign-in").unwrap();
    screen.start_again(&[&late.link]);
    window.gone("problem-link_used").await;
    window.click("hand-over").await;
    window.find("problem-link_expired").await;

    // A page asks for a signature: what is signed is shown whole, and it is what the portal gets.
    let page = Page::ask(&world.sandbox, "signature").unwrap();
    screen.start_again(&[&page.link]);
    window.gone("problem-link_expired").await;
    // By the keyboard alone.
    let hands = Hands(&window);
    hands.enter("hand-over").await;
    window.prompt("sign_text").await;
    assert!(window.text("prompt-text").await.contains("паліклініку № 3"));
    window.shoot("73-prompt-sign-text").await;
    let hands = Hands(&window);
    hands.answer("sign_text", PIN, false).await;
    window.find("handed-over").await;
    hands.kept("hand-over").await;
    let address = opened(&browser).await;
    assert!(page.get(&address).unwrap().contains("Signed"));
    assert_eq!(card.pin_attempts().unwrap(), 3);
    let settings: Value =
        serde_json::from_slice(&std::fs::read(profile.join("settings.json")).unwrap()).unwrap();
    assert_eq!(settings["portal"], world.sandbox.url.as_str());
    window.close().await;
}
