//! A sign-in and a sign-out by the keyboard alone.

use std::time::Instant;

use e2e::{PATIENCE, Pcscd, World};
use fantoccini::key::Key;

use crate::driver::{Screen, Window};
use crate::{PASSPHRASE, PIN, shots};

/// Presses a key, or types, where the focus is.
pub(crate) async fn press(window: &Window, keys: &str) {
    let focused = window.client.active_element().await.unwrap();
    focused.send_keys(keys).await.unwrap();
}

/// Presses a key that closes the window, which may be gone before it has answered.
async fn press_last(window: &Window, key: &str) {
    if let Ok(focused) = window.client.active_element().await {
        let _ = focused.send_keys(key).await;
    }
}

/// Goes on with Tab until the focus is on that element.
pub(crate) async fn tab_to(window: &Window, id: &str) {
    let script = "return document.activeElement?.dataset?.testid ?? ''";
    let deadline = Instant::now() + PATIENCE;
    let mut way = Vec::new();
    loop {
        let at = window.client.execute(script, Vec::new()).await.unwrap();
        let at = at.as_str().unwrap_or_default().to_owned();
        if at == id {
            return;
        }
        way.push(at);
        assert!(
            Instant::now() < deadline && way.len() < 100,
            "the keyboard does not come to {id}: {way:?}"
        );
        press(window, &Key::Tab).await;
    }
}

#[tokio::test]
async fn sign_in_and_out_by_keyboard() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    tab_to(&window, "go-sign-in").await;
    press(&window, &Key::Enter).await;
    window.find("sign-in").await;
    tab_to(&window, "sign-in").await;
    press(&window, &Key::Enter).await;

    // The prompt takes the focus where the secret goes.
    window.prompt("passphrase").await;
    press(&window, PASSPHRASE).await;
    tab_to(&window, "prompt-secret-again").await;
    press(&window, PASSPHRASE).await;
    press_last(&window, &Key::Enter).await;
    window.prompt("sign_in").await;
    tab_to(&window, "claim-email_address").await;
    press(&window, " ").await;
    tab_to(&window, "prompt-secret").await;
    // A letter does not come in among the digits, so no try is lost on it.
    press(&window, "ф").await;
    window
        .css("[data-testid='prompt-digits'][role='alert']")
        .await;
    press(&window, PIN).await;
    press_last(&window, &Key::Enter).await;
    window.closed().await;
    window.find("new-application").await;

    tab_to(&window, "nav-settings").await;
    press(&window, &Key::Enter).await;
    window.find("sign-out").await;
    tab_to(&window, "sign-out").await;
    press(&window, &Key::Enter).await;
    window.gone("sign-out").await;

    // Escape closes a prompt, and nothing happened.
    tab_to(&window, "nav-card").await;
    press(&window, &Key::Enter).await;
    window.find("read-card").await;
    tab_to(&window, "read-card").await;
    press(&window, &Key::Enter).await;
    window.prompt("read_card").await;
    press_last(&window, &Key::Escape).await;
    window.closed().await;
    assert!(!window.has("certificate").await);
    window.close().await;
}
