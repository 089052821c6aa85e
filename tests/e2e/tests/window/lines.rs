//! A card whose chip takes no CAN, by the lines that are printed on it; and what a portal asked for
//! beside the groups that have names: optional data and the picture of the handwritten signature.

use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use serde_json::json;

use crate::driver::{Screen, Window};
use crate::{PASSPHRASE, PIN, shots, sign_in};

/// As they are typed: the driver takes a line end for no key, and this for Enter.
const LINES: &str = "idblr59008239404210587a001pb5<\u{E007}8705219f3503144";

async fn is_ready(window: &Window) -> bool {
    let submit = window.find("prompt-submit").await;
    submit.is_enabled().await.unwrap()
}

/// Waits until the prompt says what is wrong with the lines: the driver is done typing before the
/// page is.
async fn mistake_of(window: &Window, expected: impl Fn(&str) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = window.text("prompt-mistake").await;
        if expected(&text) {
            return;
        }
        assert!(Instant::now() < deadline, "the prompt says: {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until a picture is there in its full width.
async fn width_of(window: &Window, id: &str, expected: u32) {
    window.find(id).await;
    let width = format!("return document.querySelector('[data-testid={id}]').naturalWidth");
    let deadline = Instant::now() + PATIENCE;
    while window.client.execute(&width, Vec::new()).await.unwrap() != json!(expected) {
        assert!(Instant::now() < deadline, "{id} is not shown");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_card_without_can_and_what_else_it_tells() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.old_chip_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    window.click("nav-card").await;
    window.find("pin-usable").await;

    window.click("read-document").await;
    window.prompt("read_document").await;
    window.write("prompt-secret", "654321").await;
    window.confirm().await;
    window.find("problem-document_needs_mrz").await;
    window.shoot("30-needs-lines").await;

    window.click("read-document-lines").await;
    window.prompt("read_document_lines").await;
    assert!(!is_ready(&window).await);
    window
        .write("prompt-secret", &LINES.replace("8705219", "8705129"))
        .await;
    mistake_of(&window, |text| text.contains("birth")).await;
    assert!(!is_ready(&window).await);
    window.shoot("31-prompt-lines-mistyped").await;
    window.find("prompt-secret").await.clear().await.unwrap();
    window.write("prompt-secret", LINES).await;
    mistake_of(&window, str::is_empty).await;
    window.shoot("32-prompt-lines").await;
    window.confirm().await;
    let document = window.find("travel-document").await;
    let verdict = document.attr("data-verdict").await.unwrap();
    assert_eq!(verdict.unwrap(), "genuine");
    width_of(&window, "photo", 240).await;
    window.shoot("33-document-by-lines").await;
    assert_eq!(card.pin_attempts().unwrap(), 3);

    world.sandbox.ask_for(&[12, 14]).unwrap();
    window.click("nav-home").await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    window.click("nav-settings").await;
    width_of(&window, "written-signature", 320).await;
    assert!(window.text("card-data").await.contains("Rh+"));
    window.shoot("34-card-data").await;
    window.close().await;
}
