//! Journey J3 in the window: a PIN that was typed wrong is suspended, resumed with the CAN, blocked,
//! unblocked with the PUK and a new PIN, and changed.

use std::time::{Duration, Instant};

use e2e::{Cli, PATIENCE, Pcscd, VirtualCard, World};
use serde_json::json;

use crate::driver::{Screen, Window};
use crate::{PIN, shots};

const CAN: &str = "654321";
const PUK: &str = "0123456789";
const WRONG: &str = "999999";

/// Answers the prompt of that kind.
async fn answer(window: &Window, kind: &str, secret: &str) {
    window.prompt(kind).await;
    window.write("prompt-secret", secret).await;
    if kind == "new_pin" {
        window.write("prompt-secret-again", secret).await;
    }
    window.confirm().await;
}

/// Uses up an attempt as a person does, elsewhere.
fn mistake(cli: &Cli, card: &VirtualCard, left: u64) {
    let code = if left == 0 {
        "pin_blocked"
    } else {
        "pin_wrong"
    };
    cli.fails(&["card", "read"], code).unwrap();
    assert_eq!(card.pin_attempts().unwrap(), left);
}

#[tokio::test]
async fn care_for_the_pin() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let mut wrong = world.cli("elsewhere", Some(&card)).unwrap();
    wrong.secrets["pin"] = json!(WRONG);
    mistake(&wrong, &card, 2);
    mistake(&wrong, &card, 1);

    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    window.click("nav-card").await;
    window.find("pin-suspended").await;
    window.shoot("20-pin-suspended").await;
    window.click("resume-pin").await;
    answer(&window, "resume_pin", "000000").await;
    window.find("problem-can_wrong").await;
    window.click("resume-pin").await;
    window.prompt("resume_pin").await;
    window.shoot("21-prompt-can").await;
    answer(&window, "resume_pin", CAN).await;
    let left = window.find("attempts-left").await;
    assert_eq!(left.attr("data-attempts").await.unwrap().unwrap(), "1");
    window.shoot("22-pin-last-attempt").await;

    // The last one, wrong again: now the PUK and a new PIN.
    window.click("read-card").await;
    answer(&window, "read_card", WRONG).await;
    window.find("pin-blocked").await;
    assert_eq!(card.pin_attempts().unwrap(), 0);
    window.shoot("23-pin-blocked").await;
    window.click("unblock-pin-new").await;
    answer(&window, "unblock_pin", PUK).await;
    answer(&window, "new_pin", "271828").await;
    window.find("pin-done").await;
    window.find("pin-usable").await;
    window.shoot("24-pin-unblocked").await;
    assert_eq!(card.pin_attempts().unwrap(), 3);

    window.click("change-pin").await;
    answer(&window, "change_pin", "271828").await;
    window.prompt("new_pin").await;
    window.shoot("25-prompt-new-pin").await;
    answer(&window, "new_pin", PIN).await;
    window.find("pin-done").await;
    window.click("read-card").await;
    answer(&window, "read_card", PIN).await;
    window.find("certificate").await;
    assert_eq!(card.pin_attempts().unwrap(), 3);

    // Photo and printed data need no PIN.
    window.click("read-document").await;
    window.prompt("read_document").await;
    window.shoot("26-prompt-document").await;
    answer(&window, "read_document", "000000").await;
    window.find("problem-can_wrong").await;
    window.click("read-document").await;
    answer(&window, "read_document", CAN).await;
    let document = window.find("travel-document").await;
    let verdict = document.attr("data-verdict").await.unwrap();
    assert_eq!(verdict.unwrap(), "genuine");
    let width = "return document.querySelector('[data-testid=photo]').naturalWidth";
    let deadline = Instant::now() + PATIENCE;
    while window.client.execute(width, Vec::new()).await.unwrap() != json!(240) {
        assert!(Instant::now() < deadline, "the photo is not shown");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.shoot("27-travel-document").await;

    // Switched off elsewhere, switched on here.
    wrong.secrets["pin"] = json!(PIN);
    wrong.ok(&["pin", "disable"]).unwrap();
    window.click("nav-services").await;
    window.click("nav-card").await;
    window.click("enable-pin").await;
    answer(&window, "enable_pin", PUK).await;
    window.find("pin-usable").await;
    window.close().await;
}
