//! Journey J12 in the window: several persons on one computer.

use e2e::{Pcscd, World};

use crate::driver::{Screen, Window};
use crate::{PIN, shots};

/// Signs in where the system keeps the keys; gives who it is.
async fn sign_in(window: &mut Window) -> String {
    window.find("sign-in").await;
    window.click("sign-in").await;
    window.prompt("sign_in").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("new-application").await;
    window.text("who").await
}

/// Reads the card that is in the reader.
async fn read_card(window: &mut Window) {
    window.click("nav-card").await;
    window.click("read-card").await;
    window.prompt("read_card").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("certificate").await;
}

#[tokio::test]
async fn the_card_of_another_person_offers_their_store() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start_with_key_store(world.dir(), &shots());
    let mut window = screen.open(&world.profile("family").unwrap()).await;
    window.click("go-sign-in").await;
    let mine = sign_in(&mut window).await;
    read_card(&mut window).await;
    assert!(!window.has("other-person").await);

    drop(card);
    let card = world.card_in_vpcd("foreigner", 0).unwrap();
    let to_sign_in = "location.hash = '#/sign-in'";
    window.client.execute(to_sign_in, Vec::new()).await.unwrap();
    let theirs = sign_in(&mut window).await;
    assert_ne!(mine, theirs);

    drop(card);
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    read_card(&mut window).await;
    let offered = window.text("other-person").await;
    assert!(offered.contains(&mine), "{offered}");
    // It is an offer: whose store is open stays so.
    assert_eq!(window.text("who").await, theirs);
    window.shoot("40-other-person").await;
    window.click("switch-person").await;
    window.find("new-application").await;
    assert_eq!(window.text("who").await, mine);
    read_card(&mut window).await;
    assert!(!window.has("other-person").await);
}
