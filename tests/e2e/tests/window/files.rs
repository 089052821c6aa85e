//! Journey J10 in the window: files are dropped, signed without a network, raised as soon as it is back,
//! and checked; a changed file says so. What takes long is watched and stopped.

use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use serde_json::{Value, json};

use crate::attaching::give;
use crate::driver::{Screen, TRIED_AGAIN, Window};
use crate::handing_over::own_profile;
use crate::{PASSPHRASE, PIN, shots, sign_in};

/// Where results go in the tests: the person has no folder of downloads, so it is their own.
const CONTRACT: &str = "дамова.txt";

#[tokio::test]
async fn files_are_signed_offline_raised_and_checked() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::with_services().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;

    window.click("nav-files").await;
    window.find("choose-files").await;
    window.shoot("70-files-empty").await;
    give(&window, CONTRACT, "Contract", 3000, true).await;
    window.find(&format!("handed-{CONTRACT}")).await;
    give(&window, "план.pdf", "%PDF-1.7\n", 6_000_000, false).await;
    window.find("handed-план.pdf").await;
    window.click("level-lt").await;
    window.shoot("71-files-to-sign").await;

    // Without a network: the trusted prompt lists the files, and one PIN signs them both.
    world.sandbox.disconnect();
    window.click("sign-files").await;
    window.prompt("sign_files").await;
    let listed = window.text("prompt-files").await;
    assert!(
        listed.contains(CONTRACT) && listed.contains("PDF"),
        "{listed}"
    );
    window.shoot("72-files-prompt").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    let waits = format!("[data-testid='signed-{CONTRACT}'][data-level='b'][data-waiting='true']");
    window.css(&waits).await;
    window.find("raising").await;
    look_at(&window, "signed-план.pdf").await;
    window.shoot("73-files-wait").await;
    assert_eq!(card.pin_attempts().unwrap(), 3);

    // The network is back: nobody has to do anything.
    world.sandbox.connect().unwrap();
    window.gone_within("raising", TRIED_AGAIN).await;
    let path = world.dir().join(format!("{CONTRACT}.p7s"));
    let signature = std::fs::read(&path).unwrap();

    // The signature with its file, and with another one of that name.
    window.click(&format!("forget-{CONTRACT}")).await;
    window.click("forget-план.pdf").await;
    window.gone("handed-план.pdf").await;
    give(&window, CONTRACT, "Contract", 3000, true).await;
    hand(&window, &format!("{CONTRACT}.p7s"), &signature).await;
    window.click("act-check").await;
    window.click("check-files").await;
    let checked = format!("checked-{CONTRACT}.p7s");
    window
        .css(&format!("[data-testid='{checked}'][data-verdict='valid']"))
        .await;
    window.click(&format!("details-{CONTRACT}.p7s")).await;
    let found = window.text(&checked).await;
    assert!(found.contains("CAdES-B-LT"), "{found}");
    // What was signed: which file, how long it is, and its hash value.
    assert_eq!(window.text("signed-file").await, CONTRACT);
    assert_eq!(window.text("signed-size").await, "3000");
    let digest = kabinet_pki::signed_digest(&signature).unwrap();
    assert_eq!(window.text("signed-digest").await, hex::encode(digest));
    // Its moments are written as everywhere in the window, in the time of this computer.
    let proven = window.css("[data-testid='proven-at']").await;
    let proven = proven.text().await.unwrap();
    assert!(proven.contains(" at "), "{proven}");
    assert!(found.matches(&proven).count() >= 2, "{proven}: {found}");
    assert!(!found.contains("UTC"), "{found}");
    // Its sentences follow the language that the window is turned to.
    speak(&window, "be").await;
    let other = window.text(&checked).await;
    assert!(other.contains("Подпіс"), "{other}");
    assert!(!other.contains("signature"), "{other}");
    speak(&window, "en").await;
    assert_eq!(window.text(&checked).await, found);
    look_at(&window, &checked).await;
    window.shoot("74-files-valid").await;

    window.click(&format!("forget-{CONTRACT}")).await;
    window.gone(&format!("handed-{CONTRACT}")).await;
    give(&window, CONTRACT, "Other contract", 3000, true).await;
    window.find(&format!("handed-{CONTRACT}")).await;
    window.click("check-files").await;
    window
        .css(&format!(
            "[data-testid='{checked}'][data-verdict='invalid']"
        ))
        .await;
    look_at(&window, &checked).await;
    window.shoot("75-files-changed").await;
    window.close().await;
}

/// More than is read before somebody stops it.
const HUGE: u64 = 16 << 30;

/// What takes long says how far it is, and ends when the person says so: signing and checking, as
/// encrypting does (`encrypting.rs`).
#[tokio::test]
async fn signing_and_checking_say_how_far_they_are_and_stop() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    own_profile(&world);
    let folder = world.dir().join("Дакументы");
    std::fs::create_dir(&folder).unwrap();
    let huge = folder.join("вялікі.bin");
    let signature = folder.join("вялікі.bin.p7s");
    std::fs::File::create(&huge).unwrap().set_len(HUGE).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open_with(&[]).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    screen.start_again(&[huge.to_str().unwrap()]);
    window.find("handed-вялікі.bin").await;
    window.click("sign-files").await;
    window.prompt("sign_files").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    moves(&window).await;
    look_at(&window, "working").await;
    window.picture("76-signing").await;
    window.click("stop-files").await;
    window
        .css("[data-testid='signed-вялікі.bin'][data-level='none']")
        .await;
    window.gone("working").await;
    assert!(!signature.exists());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(card.pin_attempts().unwrap(), 3);

    // A signature that somebody sent with it; of what it is over, only the end would tell.
    let other = world.card_over_tcp("foreigner").unwrap();
    let cli = world.cli("sender", Some(&other)).unwrap();
    let text = world.dir().join("text");
    std::fs::write(&text, "text").unwrap();
    let words = [
        "sign",
        text.to_str().unwrap(),
        "-o",
        signature.to_str().unwrap(),
    ];
    cli.ok(&words).unwrap();
    screen.start_again(&[signature.to_str().unwrap()]);
    window.find("handed-вялікі.bin.p7s").await;
    window.click("act-check").await;
    window.click("check-files").await;
    moves(&window).await;
    window.click("stop-files").await;
    window.gone("working").await;
    assert!(!window.has("checked-вялікі.bin.p7s").await);
    window.close().await;
}

/// Waits until the bar has moved twice, and is not at its end.
async fn moves(window: &Window) {
    let script = "const bar = document.querySelector(`[data-testid='working'] progress`);
        return bar && [String(bar.value), String(bar.max)];";
    let deadline = Instant::now() + PATIENCE;
    let mut seen: Vec<u64> = Vec::new();
    while seen.len() < 3 {
        assert!(
            Instant::now() < deadline,
            "{seen:?}: {}",
            window.words().await
        );
        let bar: Value = window.client.execute(script, Vec::new()).await.unwrap();
        let octets = |at: usize| bar[at].as_str()?.parse::<u64>().ok();
        if let (Some(value), Some(most)) = (octets(0), octets(1)) {
            assert!(most == HUGE && value < most, "{bar}");
            if value > seen.last().copied().unwrap_or_default() {
                seen.push(value);
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Gives the page a file with exactly these octets.
async fn hand(window: &Window, name: &str, octets: &[u8]) {
    let script = "const [name, octets] = arguments;
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(octets)], name));
        document.querySelector('[data-testid=drop]').dispatchEvent(
            new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));";
    let deadline = Instant::now() + PATIENCE;
    while !window.has(&format!("handed-{name}")).await {
        assert!(Instant::now() < deadline, "{name} is not taken in");
        // A page that is taking another file in takes no second one.
        if !window.has("taking").await {
            let arguments = vec![json!(name), json!(octets)];
            window.client.execute(script, arguments).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Turns the window to another language.
async fn speak(window: &Window, language: &str) {
    let list = window.find("language").await;
    list.select_by_value(language).await.unwrap();
    window.css(&format!("html[lang='{language}']")).await;
}

/// Brings it into view, as somebody who looks for it would.
async fn look_at(window: &Window, id: &str) {
    window.find(id).await;
    let script = "document.querySelector(`[data-testid='${arguments[0]}']`).scrollIntoView({ block: 'center' })";
    window
        .client
        .execute(script, vec![json!(id)])
        .await
        .unwrap();
}
