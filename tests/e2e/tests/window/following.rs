//! An official asks, the person answers in the window and gets the decision; the portal pushes, and
//! nobody presses a button to see it.

use std::time::{Duration, Instant};

use e2e::{Pcscd, World};

use crate::driver::Screen;
use crate::{PASSPHRASE, PIN, fill_in, shots, sign_in};

#[tokio::test]
async fn a_request_is_answered_and_the_decision_is_kept() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    let id = fill_in(&mut window).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("registration-number").await;

    let asked = [
        "request",
        "--wanted",
        "Копія пашпарта",
        "--wanted",
        "Даведка з месца працы",
    ];
    world.sandbox.operate(&id, &asked).unwrap();
    let request = world.sandbox.messages().unwrap()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // Ten days are not soon.
    window.find(&format!("message-{request}")).await;
    let urgent = ["request", "--wanted", "Фота", "--days", "2"];
    world.sandbox.operate(&id, &urgent).unwrap();
    let urgent = world.sandbox.messages().unwrap()[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    window.click("nav-home").await;
    window.find(&format!("due-{urgent}")).await;
    assert!(!window.has(&format!("due-{request}")).await);
    window.shoot("51-due").await;
    window
        .css(&format!("[data-testid='due-{urgent}'] a"))
        .await
        .click()
        .await
        .unwrap();
    window.click(&format!("reply-{urgent}")).await;
    // U+E007 is the key Enter (WebDriver, 17.4.2).
    window
        .write("letter-text", "Фота дасылаю.\u{E007}Дзякуй!")
        .await;
    window.shoot("52-reply").await;
    window.click("letter-send").await;
    window.prompt("sign_reply").await;
    // The prompt shows what is in the octets, with its lines.
    assert_eq!(window.text("prompt-text").await, "Фота дасылаю.\nДзякуй!");
    window.shoot("53-prompt-reply").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.css("[data-testid^='message-'].ours").await;
    // It may be shown while it is still on its way.
    let deadline = Instant::now() + Duration::from_secs(20);
    let messages = loop {
        let messages = world.sandbox.messages().unwrap();
        if messages.len() == 3 || Instant::now() > deadline {
            break messages;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[2]["text"], "Фота дасылаю.\nДзякуй!");
    assert_eq!(messages[2]["inReplyTo"], urgent.as_str());

    let decided = ["approve", "--text", "Даведка выдадзена."];
    world.sandbox.operate(&id, &decided).unwrap();
    window
        .css("[data-testid^='document-'][data-trust='genuine']")
        .await;
    window.shoot("54-decided").await;
    window
        .css("[data-testid^='save-']")
        .await
        .click()
        .await
        .unwrap();
    let path = window.text("saved-path").await;
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "Даведка выдадзена.\n"
    );
    assert!(std::path::Path::new(&format!("{path}.p7m")).exists());
    window.shoot("55-saved").await;
    assert!(!window.has("withdraw").await);
    assert_eq!(card.pin_attempts().unwrap(), 3);
    window.close().await;
}

#[tokio::test]
async fn an_application_is_withdrawn() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    fill_in(&mut window).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("registration-number").await;
    window.click("withdraw").await;
    window.find("letter-text").await;
    window.click("letter-send").await;
    window.prompt("sign_withdrawal").await;
    window.shoot("56-prompt-withdrawal").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window
        .css("[data-testid='status'][data-status='withdrawn']")
        .await;
    window.shoot("57-withdrawn").await;
    assert_eq!(
        world.sandbox.applications().unwrap()[0]["status"],
        "withdrawn"
    );
    window.close().await;
}
