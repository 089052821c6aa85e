//! Every journey by the keyboard alone: the way to each thing is the tab key, and nothing is ever clicked.

mod applying;
mod card;
mod files;

use std::path::Path;

use e2e::{Pcscd, World};
use fantoccini::key::Key;
use serde_json::json;

use crate::driver::{Screen, Window};
use crate::hands::Hands;
use crate::{PASSPHRASE, PIN, Place, shots};

const CAN: &str = "654321";
const WRONG: &str = "999999";
const OTHER: &str = "another long passphrase";
/// A long form, with lists, groups, conditions and files.
const FORM: &str = "2.33.1";

#[tokio::test]
async fn a_family_computer_from_the_first_look_at_it_by_keyboard() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    // Somebody else of the family uses this computer already.
    let second = world.card_over_tcp("foreigner").unwrap();
    let mut family = world.cli("family", Some(&second)).unwrap();
    family.profile.clone_from(&profile);
    family.secrets["passphrase"] = json!(OTHER);
    family.ok(&["login"]).unwrap();
    // And the PIN was typed wrong elsewhere, twice.
    let mut wrong = world.cli("elsewhere", Some(&card)).unwrap();
    wrong.secrets["pin"] = json!(WRONG);
    for _ in 0..2 {
        wrong.fails(&["card", "read"], "pin_wrong").unwrap();
    }
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&profile).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    let hands = Hands(&window);
    check_and_pin(hands).await;
    sign_in(hands).await;
    find(hands).await;
    settings(hands).await;
    family_computer(hands).await;
    assert_eq!(card.pin_attempts().unwrap(), 3);
    window.close().await;
}

/// J1, J3 and J2: the look at this computer and its report; a suspended PIN is resumed and changed; then
/// the card is read.
async fn check_and_pin(hands: Hands<'_>) {
    let window = hands.0;
    hands.press(&Key::F1).await;
    hands.enter("topic-check").await;
    hands.is_at("help-check").await;
    window.find("check-verdict").await;
    hands.act("check-again", "check-verdict").await;
    hands.act("save-report", "report-path").await;
    hands.is_on("save-report").await;
    // A dialog gives the focus back.
    hands.control('k').await;
    window.css("[data-testid='palette-words']:focus").await;
    hands.press(&Key::Escape).await;
    window.gone("palette").await;
    hands.is_on("save-report").await;

    hands.control('4').await;
    window.find("pin-suspended").await;
    hands.enter("resume-pin").await;
    hands.refuse("resume_pin").await;
    // Whoever said no is where they were.
    hands.is_on("resume-pin").await;
    hands.press(&Key::Enter).await;
    hands.answer("resume_pin", "000000", false).await;
    window.find("problem-can_wrong").await;
    hands.is_on("resume-pin").await;
    hands.press(&Key::Enter).await;
    hands.answer("resume_pin", CAN, false).await;
    window.find("pin-usable").await;
    hands.kept("resume-pin").await;
    // The last try is the right one, and sets the count back.
    for (old, new) in [(PIN, "271828"), ("271828", PIN)] {
        hands.enter("change-pin").await;
        hands.answer("change_pin", old, false).await;
        hands.answer("new_pin", new, true).await;
        window.find("pin-done").await;
        hands.is_on("change-pin").await;
    }

    hands.enter("read-card").await;
    hands.answer("read_card", PIN, false).await;
    window.find("certificate").await;
    hands.kept("read-card").await;
    hands.to("certificate-details").await;
    hands.press(" ").await;
    window
        .css("[data-testid='certificate'] details[open]")
        .await;
    hands.enter("read-document").await;
    hands.answer("read_document", CAN, false).await;
    window.find("travel-document").await;
    hands.kept("read-document").await;
}

/// J4, by the command of that name: another person's area is locked on this computer.
async fn sign_in(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('k').await;
    window.css("[data-testid='palette-words']:focus").await;
    hands.press("sign in").await;
    window.find("command-sign-in").await;
    window.gone("command-go-home").await;
    hands.press(&Key::Enter).await;
    window.find("sign-in").await;
    hands.enter("sign-in").await;
    hands.answer("sign_in", PIN, false).await;
    // Whoever is new here chooses a passphrase of their own.
    hands.answer("passphrase", PASSPHRASE, true).await;
    window.find("new-application").await;
    hands.kept("sign-in").await;
}

/// J5: found by words.
async fn find(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('f').await;
    window.find("search").await;
    hands.write("search", FORM).await;
    window.find(&format!("service-{FORM}")).await;
    hands.enter(&format!("service-{FORM}")).await;
    window.find("begin").await;
    hands.kept("service").await;
    // Back, the words are still there, and the focus is on what was looked at.
    hands.back_to("back").await;
    hands.press(&Key::Enter).await;
    hands.is_on(&format!("service-{FORM}")).await;
    hands.has("search", FORM).await;
    hands.press(&Key::Enter).await;
    window.find("begin").await;
    hands.kept("service").await;
    hands.enter("begin").await;
    window.find("step-0").await;
    hands.kept("begin").await;
}

/// J13: each kind of setting.
async fn settings(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('6').await;
    window.find("lock-after").await;
    // To a part by its link.
    hands.enter("settings-general").await;
    hands.is_at("settings-general").await;
    hands.pick("language-en", "language-be").await;
    window.css("html[lang='be']").await;
    hands.pick("language-be", "language-en").await;
    window.css("html[lang='en']").await;
    hands.pick("theme-system", "theme-dark").await;
    hands.pick("theme-dark", "theme-light").await;
    hands.choose("text-size", "125").await;
    hands.choose("text-size", "100").await;
    hands.choose("lock-after", "15").await;
    hands.tick("lock-with-card").await;
    hands
        .write("portal-address", "https://portal.invalid")
        .await;
    hands.enter("choose-portal").await;
    hands.refuse("portal").await;
    hands.is_on("choose-portal").await;
    hands.pick("proxy-system", "proxy-manual").await;
    hands.write("proxy-host", "proxy.invalid").await;
    hands.write("proxy-port", "3128").await;
    hands.enter("choose-proxy").await;
    hands.refuse("proxy").await;
    hands.is_on("choose-proxy").await;
    hands.act("check-store", "store-whole").await;
    hands.pick("retention-all", "retention-5").await;
    window
        .css("[data-testid='retention'][data-years='5']")
        .await;
    hands.enter("export").await;
    hands.refuse("export").await;
    hands.is_on("export").await;
    // To a card by its name, from wherever one is.
    hands.control('k').await;
    window.css("[data-testid='palette-words']:focus").await;
    hands.press("how long to keep").await;
    window.find("command-settings-retention").await;
    window.gone("command-go-home").await;
    hands.press(&Key::Enter).await;
    hands.is_at("settings-retention").await;
}

/// J12: locked, opened again, over to another person, who is forgotten.
async fn family_computer(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('l').await;
    window.find("unlock").await;
    hands.kept("lock").await;
    hands.enter("unlock").await;
    hands.answer("passphrase", PASSPHRASE, false).await;
    window.find("new-application").await;
    hands.kept("unlock").await;
    hands.control('6').await;
    let other = window.css("[data-testid^='use-']").await;
    let other = other.attr("data-testid").await.unwrap().unwrap();
    hands.enter(&other).await;
    hands.answer("passphrase", OTHER, false).await;
    window.find("new-application").await;
    hands.kept("use").await;
    hands.control('6').await;
    hands.enter("forget").await;
    hands.refuse("forget").await;
    hands.is_on("forget").await;
    hands.press(&Key::Enter).await;
    hands.answer("forget", "", false).await;
    window.gone("who").await;
    hands.kept("forget").await;
}

/// A window in which the citizen has signed in by keyboard.
async fn at_home() -> (Place, Window) {
    let service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&profile).await;
    let hands = Hands(&window);
    hands.enter("go-sign-in").await;
    hands.enter("sign-in").await;
    hands.answer("passphrase", PASSPHRASE, true).await;
    hands.answer("sign_in", PIN, false).await;
    window.find("new-application").await;
    hands.kept("sign-in").await;
    let place = Place {
        screen,
        card,
        world,
        profile,
        _service: service,
    };
    (place, window)
}

/// Hands a file over at the place of that name.
async fn give(hands: Hands<'_>, place: &str, path: &Path, comes: &str) {
    let field = format!("choose-{place}");
    hands.to(&field).await;
    hands.choose_file(path).await;
    hands.0.find(comes).await;
    hands.kept(&field).await;
}

/// What the hands find is right only if they notice what is wrong.
#[tokio::test]
async fn the_hands_notice_what_is_wrong() {
    let world = World::start().unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    let hands = Hands(&window);
    window.find("nav-card").await;
    for (wrong, sign) in [
        ("at.style.outline = 'none'", "cannot be seen"),
        ("at.style.outline = '1px dotted'", "cannot be seen"),
        (
            "at.style.position = 'fixed'; at.style.top = '-500px'",
            "out of sight",
        ),
    ] {
        let script = format!(
            "const at = document.querySelector('[data-testid=nav-card]'); at.removeAttribute('style'); {wrong}"
        );
        window.client.execute(&script, Vec::new()).await.unwrap();
        let said = hands.way("nav-card", true).await.unwrap_err();
        assert!(said.contains(sign), "{wrong}: {said}");
    }
    window.close().await;
}
