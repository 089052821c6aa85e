//! A person is forgotten from the window: the trusted prompt says what would be lost, and then no
//! file of theirs is left.

use e2e::{Pcscd, World};

use crate::driver::Screen;
use crate::{PASSPHRASE, PIN, shots, sign_in};

#[tokio::test]
async fn a_person_is_forgotten() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    window.click("nav-settings").await;
    window.click("forget").await;
    window.prompt("forget").await;
    window.find("prompt-loss").await;
    window.shoot("40-prompt-forget").await;
    window.confirm().await;
    window.click("nav-home").await;
    window.find("go-sign-in").await;
    window.shoot("41-forgotten").await;
    let left: Vec<_> = std::fs::read_dir(profile.join("persons"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
    window.close().await;
}
