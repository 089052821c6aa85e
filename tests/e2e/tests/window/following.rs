//! An official asks, the person answers in the window and gets the decision; the portal pushes, and
//! nobody presses a button to see it.

use std::time::{Duration, Instant};

use e2e::PATIENCE;
use serde_json::json;

use crate::attaching::give;
use crate::fields::photo;
use crate::{PIN, fill_in, signed_in};

#[tokio::test]
async fn a_request_is_answered_and_the_decision_is_kept() {
    let (place, mut window) = signed_in().await;
    let (world, card) = (&place.world, &place.card);
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
        .click_css(&format!("[data-testid='due-{urgent}'] a"))
        .await;
    window.click(&format!("reply-{urgent}")).await;
    // U+E007 is the key Enter (WebDriver, 17.4.2).
    window
        .write("letter-text", "Фота дасылаю.\u{E007}Дзякуй!")
        .await;
    give(&window, "фота.jpg", photo(), 20_000, false).await;
    window.find("file-фота.jpg").await;
    window.shoot("52-reply").await;
    // Deleted by mistake, it comes back whole.
    window.click("letter-discard").await;
    window.point_at("undo-bar").await;
    window.gone("letter-text").await;
    window.click("undo-last").await;
    window.find("file-фота.jpg").await;
    let back = "return document.querySelector(\"[data-testid='letter-text']\")?.value";
    let written = json!("Фота дасылаю.\nДзякуй!");
    window.comes_true(back, written).await;
    window.click("letter-send").await;
    window.prompt("sign_reply").await;
    // The prompt shows what is in the octets, with its lines.
    assert_eq!(window.text("prompt-text").await, "Фота дасылаю.\nДзякуй!");
    assert!(window.text("prompt-files").await.contains("фота.jpg"));
    window.shoot("53-prompt-reply").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.css("[data-testid^='message-'].ours").await;
    // It may be shown while it is still on its way.
    let deadline = Instant::now() + PATIENCE;
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
    let files = messages[2]["attachmentBlobIds"].as_array().unwrap();
    assert_eq!(files.len(), 1);
    // What was sent can be saved again, and read again.
    window.click("sent-save-фота.jpg").await;
    let path = window.text("sent-saved-фота.jpg").await;
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 20_000);
    window.click("read-sent").await;
    assert!(window.text("sent").await.contains("Мінск"));

    let decided = ["approve", "--text", "Даведка выдадзена."];
    world.sandbox.operate(&id, &decided).unwrap();
    window
        .css("[data-testid^='document-'][data-trust='genuine']")
        .await;
    window.shoot("54-decided").await;
    window.click_css("[data-testid^='save-']").await;
    let path = window.text("saved-path").await;
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "Даведка выдадзена.\n"
    );
    assert!(std::path::Path::new(&format!("{path}.p7m")).exists());
    window.shoot("55-saved").await;
    assert!(!window.has("withdraw").await);
    assert_eq!(card.pin_attempts().unwrap(), 3);

    window.click("paper-save").await;
    let path = window.text("paper-path").await;
    let saved = std::fs::read(&path).unwrap();
    assert!(saved.starts_with(b"%PDF-1.7"), "{path}");
    window.shoot("58-on-paper").await;
    // The system's viewer gets the pages, and nothing of them stays when the store closes.
    let (viewer, opened) = (world.dir().join("bin/xdg-open"), world.dir().join("opened"));
    std::fs::create_dir(world.dir().join("bin")).unwrap();
    let script = format!(
        "#!/bin/sh\nhead -c 8 \"$1\" > '{0}.part'; echo \"$1\" >> '{0}.part'; mv '{0}.part' '{0}'\n",
        opened.display()
    );
    std::fs::write(&viewer, script).unwrap();
    let allowed = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&viewer, allowed).unwrap();
    window
        .click_css("[data-testid='documents'] [data-testid^='open-']")
        .await;
    let decision = what_was_opened(&opened).await;
    // Its first octets, and the place, which says that it is text.
    let (head, place) = decision.split_at("Даве".len());
    assert!(
        head == "Даве" && place.trim().ends_with(".txt"),
        "{decision}"
    );
    window.click("paper-print").await;
    let opened = what_was_opened(&opened).await;
    let place = opened.strip_prefix("%PDF-1.7").unwrap().trim();
    let place = std::path::Path::new(place);
    assert!(place.is_file(), "{place:?}");
    window.click("nav-settings").await;
    window.click("lock-now").await;
    window.find("unlock").await;
    assert!(!place.exists(), "{place:?} stays");
    window.close().await;
}

/// What the viewer noted, which is taken away.
async fn what_was_opened(note: &std::path::Path) -> String {
    let deadline = Instant::now() + PATIENCE;
    while !note.exists() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let opened = std::fs::read_to_string(note).unwrap();
    std::fs::remove_file(note).unwrap();
    opened
}

#[tokio::test]
async fn an_application_is_withdrawn() {
    let (place, mut window) = signed_in().await;
    let world = &place.world;
    fill_in(&mut window).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("registration-number").await;
    // While it is open, the page says until when it is decided.
    let lines = "return document.querySelectorAll('main .facts > dt').length";
    window.comes_true(lines, json!(4)).await;
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
    window.comes_true(lines, json!(3)).await;
    window.shoot("57-withdrawn").await;
    assert_eq!(
        world.sandbox.applications().unwrap()[0]["status"],
        "withdrawn"
    );
    window.close().await;
}
