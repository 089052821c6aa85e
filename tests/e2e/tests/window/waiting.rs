//! Signed without a network: it waits, and leaves by itself once the portal is back.

use e2e::{Pcscd, World};

use crate::driver::Screen;
use crate::{PASSPHRASE, PIN, fill_in, shots, sign_in};

#[tokio::test]
async fn it_leaves_by_itself() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    let id = fill_in(&mut window).await;
    world.sandbox.disconnect();
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    window.find(&format!("outbox-item-{id}")).await;
    window.find("offline").await;
    window.shoot("31-signed-offline").await;

    // Nobody touches anything.
    world.sandbox.connect().unwrap();
    window.find(&format!("application-{id}")).await;
    window.gone("offline").await;
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
    window.close().await;
}
