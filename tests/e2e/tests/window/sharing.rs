//! A draft goes on at another computer, and what both wrote meanwhile is shown, not lost.

use std::time::Duration;

use e2e::{Pcscd, World};

use crate::driver::{Screen, Window};
use crate::{PASSPHRASE, PIN, fill_in, shots, sign_in};

async fn share(window: &Window) {
    window.click("nav-settings").await;
    window.click("share-drafts").await;
    let kept = "__TAURI_INTERNALS__.invoke('draft_sharing').then(arguments[0], arguments[0])";
    while window.client.execute_async(kept, Vec::new()).await.unwrap() != "on" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.click("nav-affairs").await;
}

/// One pass with the portal, and its end.
async fn synchronise(window: &Window) {
    let pass = "const done = arguments[0];
        __TAURI_INTERNALS__.invoke('sync').then(() => done(true), (problem) => done(problem.code))";
    let passed = window.client.execute_async(pass, Vec::new()).await.unwrap();
    assert_eq!(passed, true);
}

/// Chooses another purpose in the open draft.
async fn choose(window: &Window, purpose: &str) {
    window.click("step-1").await;
    let field = window.find("field-/purpose").await;
    field.select_by_value(purpose).await.unwrap();
    window.css("[data-testid='saved'][data-saved='true']").await;
    window.click("nav-affairs").await;
}

#[tokio::test]
async fn two_computers_write_one_draft() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let first = world.profile("first").unwrap();
    let second = world.profile("second").unwrap();

    let mut window = screen.open(&first).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    share(&window).await;
    let id = fill_in(&mut window).await;
    let draft = format!("draft-{id}");
    window.click("nav-affairs").await;
    synchronise(&window).await;

    // Without a network, the first computer goes on by itself.
    world.sandbox.disconnect();
    window.click(&draft).await;
    choose(&window, "court").await;
    window.close().await;
    world.sandbox.connect().unwrap();

    let mut window = screen.open(&second).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    share(&window).await;
    window.click(&draft).await;
    choose(&window, "other").await;
    synchronise(&window).await;
    window.close().await;

    let mut window = screen.open(&first).await;
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    synchronise(&window).await;
    window.click(&draft).await;
    window.find("conflict-/purpose").await;
    window.shoot("44-conflict").await;
    window.click("take-/purpose-1").await;
    window.gone("conflicts").await;
    window.click("step-1").await;
    let field = window.find("field-/purpose").await;
    let chosen = field.prop("value").await.unwrap();
    assert_eq!(chosen.as_deref(), Some("court"));
    window.close().await;
}
