//! The app is killed (SIGKILL) while an application leaves. After a new start it waits in the outbox,
//! and arrives by itself, once. `crashes.rs` does the same at more points on the command line.

use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use serde_json::json;

use crate::driver::{Screen, TRIED_AGAIN};
use crate::{PASSPHRASE, PIN, fill_in, shots, sign_in};

#[tokio::test]
async fn killed_while_an_application_leaves() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();

    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    let id = fill_in(&mut window).await;
    let hang = json!({"match": "/jmap/api", "kind": "hang", "times": 1, "milliseconds": 60_000});
    world.sandbox.fault(&hang).unwrap();
    let requests = || {
        world.sandbox.requests().unwrap()["/jmap/api"]
            .as_u64()
            .unwrap_or(0)
    };
    let before = requests();
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    let deadline = Instant::now() + PATIENCE;
    while requests() == before {
        assert!(Instant::now() < deadline, "it was never sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    screen.kill().await;
    drop((window, screen));
    assert!(world.sandbox.applications().unwrap().is_empty());
    world.sandbox.disconnect();

    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    window.find(&format!("outbox-item-{id}")).await;
    window.shoot("30-waits-after-kill").await;
    world.sandbox.connect().unwrap();
    let registered = format!("[data-testid='application-{id}']");
    window.css_within(&registered, TRIED_AGAIN).await;
    let applications = world.sandbox.applications().unwrap();
    assert_eq!(applications.len(), 1);
    assert_eq!(applications[0]["id"], id.as_str());
    assert_eq!(card.pin_attempts().unwrap(), 3);
    window.close().await;
}
