//! Journey J10 by the keyboard alone: files are signed and checked, encrypted and opened.

use std::path::PathBuf;

use fantoccini::key::Key;

use super::{at_home, give};
use crate::PIN;
use crate::encrypting::certificate;
use crate::hands::Hands;

const TEXT: &str = "Дамова аб усім.\n";

#[tokio::test]
async fn files_are_signed_and_checked_by_keyboard() {
    let (place, window) = at_home().await;
    let contract = place.world.dir().join("дамова.txt");
    std::fs::write(&contract, TEXT).unwrap();
    let hands = Hands(&window);
    hands.control('5').await;
    window.find("choose-files").await;
    give(hands, "files", &contract, "handed-дамова.txt").await;
    hands.pick("detached", "attached").await;
    hands.pick("attached", "detached").await;
    hands.enter("sign-files").await;
    hands.answer("sign_files", PIN, false).await;
    window.find("signed-дамова.txt").await;
    hands.kept("sign-files").await;
    let path = PathBuf::from(window.text("signed-path").await);
    hands.back_to("forget-дамова.txt").await;
    hands.press(&Key::Enter).await;
    window.gone("handed-дамова.txt").await;
    hands.kept("forget").await;
    give(hands, "files", &contract, "handed-дамова.txt").await;
    give(hands, "files", &path, "handed-дамова.txt.p7s").await;
    hands.pick("act-sign", "act-check").await;
    hands.enter("check-files").await;
    window
        .css("[data-testid='checked-дамова.txt.p7s'][data-verdict='valid']")
        .await;
    hands.kept("check-files").await;
    hands.enter("details-дамова.txt.p7s").await;
    window
        .css("[data-testid='checked-дамова.txt.p7s'] details[open]")
        .await;
    assert_eq!(place.card.pin_attempts().unwrap(), 3);
    window.close().await;
}

#[tokio::test]
async fn files_are_encrypted_and_opened_by_keyboard() {
    let (place, window) = at_home().await;
    let folder = place.world.dir();
    let contract = folder.join("дамова.txt");
    std::fs::write(&contract, TEXT).unwrap();
    let other = folder.join("foreigner.cer");
    std::fs::write(&other, certificate(&place.world, "foreigner")).unwrap();
    let hands = Hands(&window);
    hands.control('5').await;
    window.find("choose-files").await;
    give(hands, "files", &contract, "handed-дамова.txt").await;
    hands.pick("act-sign", "act-encrypt").await;
    window.find("choose-recipients").await;
    give(hands, "recipients", &other, "recipient").await;
    // Somebody by mistake: taken off, and put there again.
    hands.back_to("forget-foreigner.cer").await;
    hands.press(&Key::Enter).await;
    window.gone("recipient").await;
    hands.is_on("choose-recipients").await;
    give(hands, "recipients", &other, "recipient").await;
    // The first press finds that the own certificate is known only to the card.
    hands.act("add-own", "add-own").await;
    window
        .css("[data-testid='own-missing'] [data-testid='guide']")
        .await;
    hands.enter("add-own").await;
    hands.answer("take_certificate", PIN, false).await;
    window.find("recipient-own").await;
    hands.kept("add-own").await;
    hands.enter("encrypt-files").await;
    window
        .css("[data-testid='encrypted-дамова.txt'][data-problem='none']")
        .await;
    hands.kept("encrypt-files").await;
    let encrypted = folder.join("дамова.txt.p7m");
    assert!(encrypted.exists());
    std::fs::remove_file(&contract).unwrap();

    // It came back; the page is begun anew.
    hands.control('1').await;
    window.find("new-application").await;
    hands.control('5').await;
    window.gone("handed-дамова.txt").await;
    give(hands, "files", &encrypted, "sealed-дамова.txt.p7m").await;
    hands.enter("decrypt-files").await;
    hands.refuse("decrypt").await;
    hands.is_on("decrypt-files").await;
    hands.press(&Key::Enter).await;
    hands.answer("decrypt", PIN, false).await;
    window
        .css("[data-testid='decrypted-дамова.txt.p7m'][data-problem='none']")
        .await;
    hands.kept("decrypt-files").await;
    assert_eq!(std::fs::read_to_string(&contract).unwrap(), TEXT);
    assert_eq!(place.card.pin_attempts().unwrap(), 3);
    window.close().await;
}
