//! A first start without a portal: its address is entered in the settings and confirmed in the
//! trusted prompt, since whoever changes it leads the person elsewhere.

use e2e::{Pcscd, World};
use serde_json::Value;

use crate::driver::Screen;
use crate::{PASSPHRASE, PIN, shots, sign_in};

#[tokio::test]
async fn the_portal_is_chosen_in_the_settings() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let profile = world.profile("window").unwrap();
    let settings = profile.join("settings.json");
    std::fs::write(&settings, r#"{"language": "en"}"#).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    window.find("no-portal").await;
    window
        .css("[data-testid='reader-state'][data-state='no-card']")
        .await;
    window.shoot("41-no-portal-no-card").await;
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    window.click("nav-settings").await;
    window
        .write("portal-address", "http://portal.example/")
        .await;
    window.click("choose-portal").await;
    window.find("problem-insecure_address").await;
    window.find("portal-address").await.clear().await.unwrap();
    window.write("portal-address", &world.sandbox.url).await;
    window.click("choose-portal").await;
    window.prompt("portal").await;
    assert!(
        window
            .text("prompt-address")
            .await
            .starts_with(&world.sandbox.url)
    );
    window.shoot("42-prompt-portal").await;
    // Whoever is not sure says no, and nothing has changed.
    window.cancel().await;
    let kept = |name: &str| -> Value {
        serde_json::from_slice::<Value>(&std::fs::read(&settings).unwrap()).unwrap()[name].clone()
    };
    assert_eq!(kept("portal"), Value::Null);
    window.click("choose-portal").await;
    window.prompt("portal").await;
    window.confirm().await;
    window.click("nav-home").await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    assert_eq!(kept("language"), "en");
    assert!(
        kept("portal")
            .as_str()
            .unwrap()
            .starts_with(&world.sandbox.url)
    );
    window.close().await;
}
