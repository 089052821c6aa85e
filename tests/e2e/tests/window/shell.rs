//! What is around the pages: commands and keys, the state of card and portal, the help with its look at
//! this computer, undoing, and the languages of a problem. By the keyboard alone.

use std::fs;
use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use fantoccini::key::Key;

use crate::driver::{Screen, Window};
use crate::keyboard::{press, tab_to};
use crate::{PASSPHRASE, PROCEDURE, shots, signed_in};

/// Control and a letter of the Latin layout, whose places the shortcuts go by.
async fn control(window: &Window, letter: char) {
    let keys = format!(
        "{}{letter}{}",
        char::from(Key::Control),
        char::from(Key::Null)
    );
    press(window, &keys).await;
}

#[tokio::test]
async fn everything_around_the_pages_by_keyboard() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    window.find("tour").await;

    // Commands by their name, and the focus back where it was. A sign alone opens nothing that would be
    // in their way.
    press(&window, "?").await;
    control(&window, 'k').await;
    window.css("[data-testid='palette-words']:focus").await;
    press(&window, "my card").await;
    window.find("command-go-card").await;
    window.gone("command-go-home").await;
    window.shoot("20-commands").await;
    press(&window, &Key::Enter).await;
    window.gone("palette").await;
    window.find("read-card").await;

    control(&window, '/').await;
    window.find("keys").await;
    window.shoot("21-keys").await;
    press(&window, &Key::Escape).await;
    window.gone("keys").await;

    tab_to(&window, "portal-state").await;
    press(&window, &Key::Enter).await;
    window.find("status-card").await;
    window.shoot("22-status").await;
    press(&window, &Key::Escape).await;
    window.gone("status").await;
    // Closed, it gives the focus back.
    tab_to(&window, "portal-state").await;

    press(&window, &Key::F1).await;
    window.find("topic-pin").await;
    window
        .css("[data-testid='check-verdict'][data-usable='true']")
        .await;
    window
        .css("[data-testid='check-portal'][data-fine='true']")
        .await;
    window.shoot("23-help").await;
    tab_to(&window, "save-report").await;
    press(&window, &Key::Enter).await;
    let path = window.text("report-path").await;
    let report = fs::read_to_string(path).unwrap();
    assert!(report.starts_with("Kabinet "), "{report}");
    tab_to(&window, "log").await;
    press(&window, &Key::Enter).await;
    window
        .css("[data-testid='log-lines'], [data-testid='log-empty']")
        .await;
    window.shoot("24-log").await;

    // A problem is told in the language that the window is turned to, not in that of its moment.
    world.sandbox.disconnect();
    window
        .client
        .execute("location.hash = '#/sign-in'", Vec::new())
        .await
        .unwrap();
    window.click("sign-in").await;
    let told = window.text("problem-offline").await;
    control(&window, 'k').await;
    window.css("[data-testid='palette-words']:focus").await;
    press(&window, "Русский").await;
    window.gone("command-go-home").await;
    press(&window, &Key::Enter).await;
    window.css("html[lang='ru']").await;
    let now = window.text("problem-offline").await;
    assert_ne!(told, now);
    assert!(told.is_ascii() && !now.is_ascii(), "{told} {now}");
    window.close().await;
}

#[tokio::test]
async fn a_deleted_draft_comes_back_unless_its_time_is_over() {
    let (_place, window) = signed_in().await;
    // The catalogue comes a moment after the sign-in.
    window.click("nav-services").await;
    window.click(&format!("service-{PROCEDURE}")).await;
    window.click("begin").await;
    window.find("step-0").await;
    window.click("delete-draft").await;
    window.point_at("undo-bar").await;
    let rows = "return document.querySelectorAll('main [data-testid^=\"draft-\"]').length";
    assert_eq!(window.client.execute(rows, Vec::new()).await.unwrap(), 0);
    window.click("undo-last").await;
    window.gone("undo-bar").await;
    window.click_css("main [data-testid^='draft-']").await;

    // Deleted again and locked: what is being deleted is deleted before.
    window.click("delete-draft").await;
    window.find("undo-bar").await;
    control(&window, 'l').await;
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.find("nothing-to-do").await;
    let deadline = Instant::now() + PATIENCE;
    let kept = "return localStorage.length";
    while window.client.execute(kept, Vec::new()).await.unwrap() != 0 {
        assert!(Instant::now() < deadline, "it is still noted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.close().await;
}
