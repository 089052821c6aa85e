//! Journey J11 in the window: the certificate is seen, renewed through the sandbox's registration
//! authority, and goes on after the card was pulled or the authority took its time; it goes by file, is
//! saved for others, and revoked.

use serde_json::json;

use crate::driver::Window;
use crate::encrypting::{drop_on, look_at};
use crate::{PIN, signed_in};

const ISSUER: &str = "Sandbox Issuing CA";
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Goes through the trusted prompt of that kind.
async fn agree(window: &Window, kind: &str) {
    window.prompt(kind).await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
}

/// Renews, or goes on.
async fn enrol(window: &Window) {
    window.click("enrol").await;
    agree(window, "enrol").await;
}

#[tokio::test]
async fn a_certificate_is_renewed_and_goes_on_wherever_it_stopped() {
    let (mut place, mut window) = signed_in().await;
    window.click("nav-card").await;
    // What the card says moves what is under it.
    window.find("pin-usable").await;
    window.click("to-certificate").await;
    window.find("certificate-unread").await;
    window.shoot("87-certificate-unread").await;
    window.click("look-at-card").await;
    agree(&window, "read_card").await;
    window.find("certificate-long").await;
    assert!(!window.text("certificate-long").await.contains(ISSUER));

    // From the authority, and for three weeks only.
    place
        .world
        .sandbox
        .authority(&json!({"validity": 21 * DAY}))
        .unwrap();
    place.card.reset_counters().unwrap();
    window.click("enrol").await;
    window.prompt("enrol").await;
    assert!(window.words().await.contains(ISSUER));
    assert!(!window.has("prompt-new-key").await);
    window.shoot("88-prompt-enrol").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("enrolled-issued").await;
    window.find("certificate-soon").await;
    window
        .css("[data-testid='enrol-step-installed'][data-how='done']")
        .await;
    look_at(&window, "enrolled-issued").await;
    window.shoot("89-enrolled").await;
    let commands = place.card.status().unwrap()["commands"].clone();
    let heads: Vec<String> = serde_json::from_value(commands).unwrap();
    let last_write = heads
        .iter()
        .rposition(|head| head.starts_with("D6"))
        .unwrap();

    // Home leads there in time.
    window.click("nav-home").await;
    window
        .click_css("[data-testid^='certificate-'] a[href='#/card/certificate']")
        .await;
    window.find("certificate-soon").await;

    // The card is pulled while the certificate is being written: the answer to the last command is lost.
    place.card.reset_counters().unwrap();
    place.card.eject_at(last_write as u64 + 1).unwrap();
    enrol(&window).await;
    window.find("problem-card_removed").await;
    window
        .css("[data-testid='enrol-step-installed'][data-how='stopped']")
        .await;
    window.find("enrol-begun").await;
    look_at(&window, "enrol-steps").await;
    window.shoot("90-enrol-stopped").await;
    place.card.insert().unwrap();
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    enrol(&window).await;
    window.find("enrolled-issued").await;
    window.gone("enrol-begun").await;

    // Another key, and an authority that takes its time; the page is left and found again.
    place
        .world
        .sandbox
        .authority(&json!({"mood": "slow"}))
        .unwrap();
    window.click("new-key").await;
    window.click("enrol").await;
    window.prompt("enrol").await;
    window.find("prompt-new-key").await;
    window.shoot("91-prompt-enrol-new-key").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("enrolled-waiting").await;
    window
        .css("[data-testid='enrol-step-issued'][data-how='waiting']")
        .await;
    look_at(&window, "enrolled-waiting").await;
    window.shoot("92-enrol-waits").await;
    window.click("nav-home").await;
    window.click("nav-card").await;
    window.click("to-certificate").await;
    window.find("enrol-begun").await;

    // Without a network nothing is lost either.
    place.world.sandbox.disconnect();
    window.click("enrol").await;
    window.find("problem-offline").await;
    look_at(&window, "problem-offline").await;
    window.shoot("93-enrol-offline").await;
    place.world.sandbox.connect().unwrap();
    place
        .world
        .sandbox
        .authority(&json!({"release": true, "mood": "prompt"}))
        .unwrap();
    enrol(&window).await;
    window.find("enrolled-issued").await;
    assert_eq!(place.card.pin_attempts().unwrap(), 3);
    window.close().await;
}

#[tokio::test]
async fn a_certificate_goes_by_file_is_saved_for_others_and_revoked() {
    let (place, mut window) = signed_in().await;
    let (world, card) = (&place.world, &place.card);
    window.click("nav-card").await;
    window.click("to-certificate").await;

    // For others: nothing of it is a secret, and it is not overwritten.
    window.click("save-certificate").await;
    agree(&window, "take_certificate").await;
    window.find("done-certificate-saved").await;
    let saved = window.text("saved-path").await;
    assert!(saved.ends_with(".cer"), "{saved}");
    let octets = std::fs::read(&saved).unwrap();
    let cli = world.cli("sender", None).unwrap();
    let file = world.dir().join("letter");
    std::fs::write(&file, "Ліст").unwrap();
    cli.ok(&["encrypt", file.to_str().unwrap(), "--to", &saved])
        .unwrap();
    look_at(&window, "save-certificate").await;
    window.shoot("94-certificate-saved").await;

    // By way of an office: a request goes there in a file, and a certificate comes back in one. Here it is
    // the one that the card has, since this authority certifies keys on ID cards only through its terminal.
    window.click("by-office").await;
    window.click("request-certificate").await;
    agree(&window, "request_certificate").await;
    window.find("done-request-saved").await;
    let request = window.text("saved-path").await;
    assert!(request.ends_with("certificate-request.p10"), "{request}");
    assert_eq!(std::fs::read(&request).unwrap()[0], 0x30);
    drop_on(&window, "drop-certificate", "old.cer", b"no certificate").await;
    window.find("problem-file_not_certificate").await;
    drop_on(&window, "drop-certificate", "mine.cer", &octets).await;
    window.prompt("install_certificate").await;
    assert!(window.words().await.contains("Sandbox Root CA"));
    window.shoot("95-prompt-install").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("done-certificate-installed").await;
    look_at(&window, "by-office").await;
    window.shoot("96-certificate-by-file").await;
    // A stranger's is not written.
    let root = std::fs::read(world.sandbox.trust().join("sandbox-root.cer")).unwrap();
    drop_on(&window, "drop-certificate", "root.cer", &root).await;
    agree(&window, "install_certificate").await;
    window.find("problem-certificate_other_key").await;

    // What was asked for goes on through the authority.
    enrol(&window).await;
    window.find("enrolled-issued").await;

    // A password for the day on which the card is lost, chosen twice and then signed by the card.
    window.click("revocation-password").await;
    window.prompt("revocation_password").await;
    window.write("prompt-secret", "зялёная гара").await;
    window.write("prompt-secret-again", "зялёная гара").await;
    window.shoot("97-prompt-revocation-password").await;
    window.confirm().await;
    agree(&window, "set_revocation_password").await;
    window.find("revocation-password-set").await;

    // It ends once, and a person who does not mean it cancels.
    window.click("revoke").await;
    window.prompt("revoke").await;
    window.shoot("98-prompt-revoke").await;
    window.cancel().await;
    assert!(!window.has("revoked").await);
    window.click("revoke").await;
    agree(&window, "revoke").await;
    window.find("revoked").await;
    // It is not offered again, and what went wrong before is not told any more.
    assert!(!window.has("revoke").await && !window.has("revoke-reason").await);
    assert!(!window.has("problem-certificate_other_key").await);
    look_at(&window, "revoked").await;
    window.shoot("99-revoked").await;
    // Whoever comes back may ask once more, and the authority says no.
    window.click("nav-card").await;
    window.click("to-certificate").await;
    window.click("revoke").await;
    agree(&window, "revoke").await;
    window.find("problem-enrolment_rejected").await;
    assert_eq!(card.pin_attempts().unwrap(), 3);
    window.close().await;
}
