//! The main job in the real window: from the start to the registration number, and then without a
//! network. Each step leaves a picture in target/e2e/.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod attaching;
mod certificate;
mod disks;
mod display;
mod driver;
mod ears;
mod encrypting;
mod fields;
mod files;
mod following;
mod forgotten;
mod form;
mod gallery;
mod handing_over;
mod hands;
mod hearing;
mod journeys;
mod keyboard;
mod killed;
mod lines;
mod lists;
mod locking;
mod measures;
mod notices;
mod persons;
mod pin;
mod portal;
mod secrecy;
mod session;
mod settings;
mod sharing;
mod shell;
mod still;
mod tray;
mod trust;
mod updates;
mod versions;
mod waiting;

use std::path::{Path, PathBuf};

use driver::{Screen, Window};
use e2e::{Pcscd, VirtualCard, World};
use serde_json::Value;

const PIN: &str = "123456";
const PASSPHRASE: &str = "correct horse battery staple";
const PROCEDURE: &str = "2.2";

fn shots() -> PathBuf {
    let program = e2e::program::path("kabinet").unwrap();
    program.parent().and_then(Path::parent).unwrap().join("e2e")
}

#[tokio::test]
async fn from_start_to_registration_number_and_offline() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());

    let mut window = screen.open(&profile).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    window.shoot("01-start").await;

    sign_in(&mut window, PIN, PASSPHRASE).await;
    assert!(window.text("who").await.contains("Yankouskaya"));
    window.shoot("05-signed-in").await;

    window.click("nav-card").await;
    window.find("pin-usable").await;
    window.click("read-card").await;
    window.prompt("read_card").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("certificate").await;
    window.shoot("06-card").await;

    let id = fill_in(&mut window).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    assert!(window.text("prompt-fields").await.contains("Мінск"));
    window.shoot("10-prompt-sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    let number = window.text("registration-number").await;
    window.shoot("11-registered").await;

    let applications = world.sandbox.applications().unwrap();
    assert_eq!(applications.len(), 1);
    assert_eq!(applications[0]["registrationNumber"], number.as_str());
    assert_eq!(applications[0]["id"], id.as_str());
    assert_eq!(card.pin_attempts().unwrap(), 3);

    // The network is pulled: everything is still there, also after a new start.
    world.sandbox.disconnect();
    window.click("nav-affairs").await;
    window.click("sync").await;
    window.find("offline").await;
    window.find(&format!("application-{id}")).await;
    window.shoot("12-offline").await;
    window.close().await;

    let mut window = screen.open(&profile).await;
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    window.find("sync").await;
    window
        .click_css(&format!("[data-testid='application-{id}'] a"))
        .await;
    assert_eq!(window.text("registration-number").await, number);
    window.shoot("13-offline-after-restart").await;
    window.click("nav-services").await;
    window.find(&format!("service-{PROCEDURE}")).await;
    window.shoot("14-catalogue-offline").await;
    window.close().await;
}

/// What a window needs around it, in the order in which it is taken apart.
struct Place {
    screen: Screen,
    card: VirtualCard,
    world: World,
    profile: PathBuf,
    _service: Pcscd,
}

/// A window in which the citizen has signed in.
async fn signed_in() -> (Place, Window) {
    let service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    let place = Place {
        screen,
        card,
        world,
        profile,
        _service: service,
    };
    (place, window)
}

async fn sign_in(window: &mut Window, pin: &str, passphrase: &str) {
    window.click("go-sign-in").await;
    window.find("sign-in").await;
    window.shoot("02-sign-in").await;
    window.click("sign-in").await;
    // This session has no key store, so the person chooses a passphrase first.
    window.prompt("passphrase").await;
    window.write("prompt-secret", passphrase).await;
    window.write("prompt-secret-again", passphrase).await;
    window.shoot("03-prompt-passphrase").await;
    window.confirm().await;
    window.prompt("sign_in").await;
    window.click("claim-email_address").await;
    window.shoot("04-prompt-consent").await;
    window.write("prompt-secret", pin).await;
    window.confirm().await;
    window.find("new-application").await;
}

/// The same without pictures on the way, by somebody who shares everything.
async fn sign_in_unseen(window: &Window) {
    window.click("go-sign-in").await;
    window.click("sign-in").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.write("prompt-secret-again", PASSPHRASE).await;
    window.confirm().await;
    window.prompt("sign_in").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("new-application").await;
}

/// Finds the procedure, fills its form in and comes to the review; gives the draft's identifier.
async fn fill_in(window: &mut Window) -> String {
    window.click("nav-services").await;
    window.write("search", "даведка").await;
    window.find(&format!("service-{PROCEDURE}")).await;
    window.shoot("07-catalogue").await;
    window.click(&format!("service-{PROCEDURE}")).await;
    window.find("begin").await;
    window.shoot("07-procedure").await;
    window.click("begin").await;
    window.find("step-0").await;
    let form = procedure();
    let steps = form["form"]["ui"]["steps"].as_array().unwrap();
    for (number, step) in steps.iter().enumerate() {
        for path in step["fields"].as_array().unwrap() {
            let path = path.as_str().unwrap();
            let field = &form["form"]["schema"]["properties"][path.trim_start_matches('/')];
            fill_field(window, path, field).await;
        }
        window.shoot(&format!("08-form-{number}")).await;
        window.click("next").await;
    }
    window.find("sign-and-send").await;
    window.css("[data-testid='saved'][data-saved='true']").await;
    window.shoot("09-review").await;
    let address = window.client.current_url().await.unwrap();
    address
        .fragment()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

async fn fill_field(window: &Window, path: &str, field: &Value) {
    let sample = e2e::world::sample(field).unwrap();
    let text = sample
        .as_str()
        .map_or_else(|| sample.to_string(), str::to_owned);
    let radio = format!("field-{path}={text}");
    if field.get("enum").is_some() && window.has(&radio).await {
        return window.click(&radio).await;
    }
    let element = window.find(&format!("field-{path}")).await;
    match element.tag_name().await.unwrap().as_str() {
        "select" => element.select_by_value(&text).await.unwrap(),
        _ if element.attr("type").await.unwrap().as_deref() == Some("checkbox") => {
            window.click(&format!("field-{path}")).await;
        }
        _ if element
            .prop("value")
            .await
            .unwrap()
            .unwrap_or_default()
            .is_empty() =>
        {
            element.send_keys(&text).await.unwrap();
        }
        // It came from the card.
        _ => {
            window.find(&format!("source-{path}")).await;
        }
    }
}

fn procedure() -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox-portal/procedures");
    let text = std::fs::read_to_string(folder.join(format!("{PROCEDURE}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}
