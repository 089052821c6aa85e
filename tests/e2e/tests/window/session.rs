//! The portal ends the session while the person fills in a form: the window says so at once, nothing
//! typed is lost, and after a new sign-in everything goes on.

use e2e::Applicant;
use fantoccini::key::Key;
use serde_json::json;

use crate::keyboard::press;
use crate::{PIN, PROCEDURE, signed_in};

#[tokio::test]
async fn its_end_is_shown_in_the_middle_of_a_form() {
    let (place, mut window) = signed_in().await;
    let sandbox = &place.world.sandbox;
    // Something was sent from another computer of the same person.
    let card = place.world.card_over_tcp("citizen").unwrap();
    let other = Applicant::signed_in(&place.world, &card, "other").unwrap();
    let sent = other.draft().unwrap();
    other.cli.ok(&["apply", &sent]).unwrap();
    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;

    window.click("nav-services").await;
    window.click(&format!("service-{PROCEDURE}")).await;
    window.click("begin").await;
    window
        .write("field-/residence", "Мінск, вул. Лесвічная")
        .await;
    for path in ["/jmap", "/oauth/token"] {
        let ended = json!({"match": path, "kind": "expired_token", "times": 1000});
        sandbox.fault(&ended).unwrap();
    }
    // The portal pushes, and the pass of its own that follows finds the session ended.
    sandbox.operate(&sent, &["accept"]).unwrap();
    window
        .css("[data-testid='portal-state'][data-state='session']")
        .await;
    window.write("field-/residence", ", 7").await;
    window.css("[data-testid='saved'][data-saved='true']").await;
    window.shoot("61-session-over").await;

    // Nobody goes on asking with a token that is dead.
    let asked = sandbox.requests().unwrap()["/oauth/token"].clone();
    press(&window, &Key::F5).await;
    window.click("nav-home").await;
    // Said once, with what to do about it.
    window.find("session-over").await;
    assert!(!window.has("problem-session_expired").await);
    window.shoot("62-session-over-home").await;
    assert_eq!(sandbox.requests().unwrap()["/oauth/token"], asked);

    sandbox.behave().unwrap();
    window.click("go-sign-in").await;
    window.click("sign-in").await;
    window.prompt("sign_in").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("new-application").await;
    window.gone("session-over").await;
    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;
    window.click_css("main [data-testid^='draft-']").await;
    // What was there before came from the card.
    let field = window.find("field-/residence").await;
    let value = field.prop("value").await.unwrap().unwrap();
    assert!(value.ends_with("Мінск, вул. Лесвічная, 7"), "{value}");
    // What happened meanwhile has come.
    window.click("nav-affairs").await;
    window.find("sync").await;
    window
        .click_css(&format!("[data-testid='application-{sent}'] a"))
        .await;
    window
        .css("[data-testid='status'][data-status='accepted']")
        .await;
    window.close().await;
}

/// One computer signs out on all of them: the other shows it without anybody touching it, and the other
/// way round.
#[tokio::test]
async fn it_ends_on_all_computers_at_once() {
    let (place, mut window) = signed_in().await;
    let card = place.world.card_over_tcp("citizen").unwrap();
    let other = place.world.cli("other", Some(&card)).unwrap();
    other.ok(&["login"]).unwrap();
    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;
    other.ok(&["logout", "--everywhere"]).unwrap();
    window
        .css("[data-testid='portal-state'][data-state='session']")
        .await;

    other.ok(&["login"]).unwrap();
    window.click("go-sign-in").await;
    window.click("sign-in").await;
    window.prompt("sign_in").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;
    window.click("nav-settings").await;
    window.find("sign-out-everywhere").await;
    window.shoot("63-sign-out-everywhere").await;
    window.click("sign-out-everywhere").await;
    window.gone("sign-out-everywhere").await;
    window
        .css("[data-testid='portal-state'][data-state='session']")
        .await;
    other.fails(&["sync"], "session_expired").unwrap();
    window.close().await;
}
