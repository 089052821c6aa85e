//! Journeys J3 and J11 by the keyboard alone: a blocked PIN is unblocked; the certificate is renewed,
//! saved, asked for and installed by file, and revoked.

use std::path::PathBuf;

use e2e::{Pcscd, World};
use fantoccini::key::Key;
use serde_json::json;

use super::at_home;
use crate::driver::Screen;
use crate::hands::Hands;
use crate::{PIN, shots};

const PUK: &str = "0123456789";
const NEW_PIN: &str = "271828";

#[tokio::test]
async fn a_pin_is_unblocked_and_switched_on_by_keyboard() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let mut elsewhere = world.cli("elsewhere", Some(&card)).unwrap();
    block(&mut elsewhere);
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    let hands = Hands(&window);
    hands.control('4').await;
    window.find("pin-blocked").await;
    hands.enter("unblock-pin-new").await;
    hands.answer("unblock_pin", PUK, false).await;
    hands.answer("new_pin", NEW_PIN, true).await;
    window.find("pin-usable").await;
    hands.kept("unblock-pin-new").await;
    hands.enter("change-pin").await;
    hands.answer("change_pin", NEW_PIN, false).await;
    hands.answer("new_pin", PIN, true).await;
    window.find("pin-done").await;
    hands.is_on("change-pin").await;

    // Blocked once more, and the PIN stays as it is.
    block(&mut elsewhere);
    hands.control('1').await;
    window.find("go-sign-in").await;
    hands.control('4').await;
    hands.enter("unblock-pin").await;
    hands.answer("unblock_pin", PUK, false).await;
    window.find("pin-usable").await;
    hands.kept("unblock-pin").await;

    elsewhere.secrets["pin"] = json!(PIN);
    elsewhere.ok(&["pin", "disable"]).unwrap();
    hands.control('1').await;
    window.find("go-sign-in").await;
    hands.control('4').await;
    hands.enter("enable-pin").await;
    hands.answer("enable_pin", PUK, false).await;
    window.find("pin-usable").await;
    hands.kept("enable-pin").await;
    window.close().await;
}

/// Uses every attempt up.
fn block(cli: &mut e2e::Cli) {
    cli.secrets["pin"] = json!("999999");
    cli.secrets["can"] = json!("654321");
    for code in ["pin_wrong", "pin_wrong"] {
        cli.fails(&["card", "read"], code).unwrap();
    }
    cli.ok(&["pin", "resume"]).unwrap();
    cli.fails(&["card", "read"], "pin_blocked").unwrap();
}

#[tokio::test]
async fn a_certificate_is_renewed_and_revoked_by_keyboard() {
    let (place, window) = at_home().await;
    let hands = Hands(&window);
    hands.control('4').await;
    hands.enter("to-certificate").await;
    window.find("certificate-unread").await;
    hands.kept("to-certificate").await;
    hands.enter("look-at-card").await;
    hands.answer("read_card", PIN, false).await;
    window.find("certificate-long").await;
    hands.kept("look-at-card").await;
    hands.tick("new-key").await;
    hands.enter("enrol").await;
    hands.refuse("enrol").await;
    hands.is_on("enrol").await;
    hands.press(&Key::Enter).await;
    hands.answer("enrol", PIN, false).await;
    window.find("enrolled-issued").await;
    hands.kept("enrol").await;

    hands.enter("save-certificate").await;
    hands.answer("take_certificate", PIN, false).await;
    window.find("done-certificate-saved").await;
    hands.kept("save-certificate").await;
    let saved = PathBuf::from(window.text("saved-path").await);
    hands.to("by-office").await;
    hands.press(" ").await;
    window.find("request-certificate").await;
    hands.enter("request-certificate").await;
    hands.answer("request_certificate", PIN, false).await;
    window.find("done-request-saved").await;
    hands.kept("request-certificate").await;
    hands.to("choose-certificate").await;
    hands.choose_file(&saved).await;
    hands.answer("install_certificate", PIN, false).await;
    window.find("done-certificate-installed").await;
    hands.kept("choose-certificate").await;

    hands.enter("revocation-password").await;
    hands
        .answer("revocation_password", "зялёная гара", true)
        .await;
    hands.answer("set_revocation_password", PIN, false).await;
    window.find("revocation-password-set").await;
    hands.kept("revocation-password").await;
    hands.choose("revoke-reason", "superseded").await;
    hands.enter("revoke").await;
    hands.refuse("revoke").await;
    hands.is_on("revoke").await;
    hands.press(&Key::Enter).await;
    hands.answer("revoke", PIN, false).await;
    window.find("revoked").await;
    hands.kept("revoke").await;
    assert_eq!(place.card.pin_attempts().unwrap(), 3);
    window.close().await;
}
