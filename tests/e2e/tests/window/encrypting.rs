//! Journey J10 in the window, the part of secrecy: files are encrypted for two people and opened by the
//! card; what is for others is said before any PIN; what the file manager hands over stays where it is; and
//! who stops leaves nothing behind.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use serde_json::{Value, json};

use crate::driver::{Screen, Window};
use crate::handing_over::own_profile;
use crate::{PASSPHRASE, PIN, shots, sign_in};

const CONTRACT: &str = "дамова.txt";
const TEXT: &str = "Дамова, якую чытаюць двое.\n";
/// More than is encrypted before somebody stops it.
const HUGE: u64 = 16 << 30;

/// The certificate on somebody's card, DER.
pub(crate) fn certificate(world: &World, holder: &str) -> Vec<u8> {
    let card = std::fs::read(world.sandbox.card_file(holder)).unwrap();
    let card: Value = serde_json::from_slice(&card).unwrap();
    let der = card["esign"]["keys"][0]["certificate"].as_str().unwrap();
    hex::decode(der).unwrap()
}

/// What `kabinet-cli` encrypts for somebody, at that path.
fn encrypted_for(world: &World, holder: &str, path: &Path) {
    let cli = world.cli("sender", None).unwrap();
    let (file, to) = (world.dir().join("sent"), world.dir().join("to.cer"));
    std::fs::write(&file, TEXT).unwrap();
    std::fs::write(&to, certificate(world, holder)).unwrap();
    let words = [
        "encrypt",
        file.to_str().unwrap(),
        "--to",
        to.to_str().unwrap(),
        "-o",
        path.to_str().unwrap(),
    ];
    cli.ok(&words).unwrap();
}

/// Drops a file with exactly these octets on a place of the page.
pub(crate) async fn drop_on(window: &Window, place: &str, name: &str, octets: &[u8]) {
    let script = "const [place, name, octets] = arguments;
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(octets)], name));
        document.querySelector(`[data-testid='${place}']`).dispatchEvent(
            new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));";
    window.find(place).await;
    let arguments = vec![json!(place), json!(name), json!(octets)];
    window.client.execute(script, arguments).await.unwrap();
}

/// Brings it into view, as somebody who looks for it would.
pub(crate) async fn look_at(window: &Window, id: &str) {
    window.find(id).await;
    let script = "document.querySelector(`[data-testid='${arguments[0]}']`).scrollIntoView({ block: 'center' })";
    window
        .client
        .execute(script, vec![json!(id)])
        .await
        .unwrap();
}

#[tokio::test]
async fn files_are_encrypted_for_two_and_opened_by_the_card() {
    let _service = Pcscd::start().unwrap();
    let world = &World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    // For the temporary files of these programs alone.
    let temporary = tempfile::tempdir().unwrap();
    let environment = [("TMPDIR", temporary.path().to_str().unwrap())];
    let screen = Screen::start_with(world.dir(), &shots(), &environment);
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    window.click("nav-files").await;
    drop_on(&window, "drop", CONTRACT, TEXT.as_bytes()).await;
    window.find(&format!("handed-{CONTRACT}")).await;
    drop_on(&window, "drop", "план.pdf", &vec![7; 3_000_000]).await;
    window.find("handed-план.pdf").await;
    window.click("act-encrypt").await;
    window.find("choose-recipients").await;
    assert!(
        !window
            .find("encrypt-files")
            .await
            .is_enabled()
            .await
            .unwrap()
    );
    look_at(&window, "encrypt-files").await;
    window.shoot("76-encrypt-nobody").await;

    // What is no certificate is named, and nobody is added.
    drop_on(&window, "drop-recipients", "ліст.cer", b"no certificate").await;
    window.find("problem-certificate_unreadable").await;
    assert!(!window.has("recipient").await);

    // Somebody else, by a file among the others; then oneself, from the card.
    let other = certificate(world, "foreigner");
    drop_on(&window, "drop", "foreigner.cer", &other).await;
    window
        .css("[data-testid='recipient'][data-verdict='valid']")
        .await;
    assert!(!window.has("handed-foreigner.cer").await);
    window.find("own-missing").await;
    assert!(window.text("key-length").await.contains("128"));
    // The first click finds that the own certificate is known only to the card.
    window.click("add-own").await;
    window
        .css("[data-testid='own-missing'] [data-testid='guide']")
        .await;
    window.click("add-own").await;
    window.prompt("take_certificate").await;
    window.shoot("77-prompt-take-certificate").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("recipient-own").await;
    window.gone("own-missing").await;
    look_at(&window, "encrypt-files").await;
    window.shoot("78-encrypt-for-two").await;
    window.click("encrypt-files").await;
    window
        .css(&format!(
            "[data-testid='encrypted-{CONTRACT}'][data-problem='none']"
        ))
        .await;
    window
        .css("[data-testid='encrypted-план.pdf'][data-problem='none']")
        .await;
    look_at(&window, "encrypted-план.pdf").await;
    window.shoot("79-encrypted").await;
    let encrypted = std::fs::read(world.dir().join(format!("{CONTRACT}.p7m"))).unwrap();
    assert!(world.dir().join("план.pdf.p7m").exists());
    assert!(
        !encrypted
            .windows(8)
            .any(|part| part == &TEXT.as_bytes()[..8])
    );

    // It came back: that it is for this card is known before the PIN.
    for name in [CONTRACT, "план.pdf"] {
        window.click(&format!("forget-{name}")).await;
        window.gone(&format!("handed-{name}")).await;
    }
    let name = format!("{CONTRACT}.p7m");
    window.click("nav-home").await;
    window.click("nav-files").await;
    drop_on(&window, "drop", &name, &encrypted).await;
    window
        .css(&format!("[data-testid='sealed-{name}'][data-for='ours']"))
        .await;
    look_at(&window, "decrypt-files").await;
    window.shoot("80-decrypt").await;
    window.click("decrypt-files").await;
    window.prompt("decrypt").await;
    assert_eq!(window.text("prompt-file").await, name);
    assert!(!window.has("prompt-others").await);
    window.shoot("81-prompt-decrypt").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window
        .css(&format!(
            "[data-testid='decrypted-{name}'][data-problem='none']"
        ))
        .await;
    look_at(&window, &format!("decrypted-{name}")).await;
    window.shoot("82-decrypted").await;
    let opened = world.dir().join(CONTRACT);
    assert_eq!(std::fs::read_to_string(&opened).unwrap(), TEXT);
    let facts = std::fs::metadata(&opened).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&facts.permissions());
    assert_eq!(mode & 0o777, 0o600);
    let in_the_clear = e2e::world::files_with(temporary.path(), &[TEXT.as_bytes()]).unwrap();
    assert_eq!(in_the_clear, Vec::<PathBuf>::new());

    // What is for somebody else: said at once, and a card that is asked all the same says it too.
    let strange = world.dir().join("strange");
    encrypted_for(world, "foreigner", &strange);
    window.click(&format!("forget-{name}")).await;
    window.gone(&format!("handed-{name}")).await;
    drop_on(
        &window,
        "drop",
        "чужое.p7m",
        &std::fs::read(&strange).unwrap(),
    )
    .await;
    window
        .css("[data-testid='sealed-чужое.p7m'][data-for='others']")
        .await;
    assert_eq!(window.client.windows().await.unwrap().len(), 1);
    look_at(&window, "decrypt-files").await;
    window.shoot("83-decrypt-for-others").await;
    window.click("decrypt-files").await;
    window.prompt("decrypt").await;
    window.find("prompt-others").await;
    window.shoot("84-prompt-decrypt-for-others").await;
    window.cancel().await;
    window.click("decrypt-files").await;
    window.prompt("decrypt").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("problem-encrypted_for_others").await;
    assert!(!world.dir().join("чужое").exists());
    assert_eq!(card.pin_attempts().unwrap(), 3);

    // What is broken is not taken for an encrypted file.
    drop_on(&window, "drop", "нішто.p7m", b"nothing").await;
    window.find("handed-нішто.p7m").await;
    assert!(!window.has("sealed-нішто.p7m").await);
    window.close().await;
}

#[tokio::test]
async fn what_the_file_manager_hands_over_stays_where_it_is() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    own_profile(&world);
    let folder = world.dir().join("Дакументы");
    std::fs::create_dir(&folder).unwrap();
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<_> = entries
            .map(|one| one.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let letter = folder.join("ліст.txt.p7m");
    encrypted_for(&world, "citizen", &letter);
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open_with(&[]).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    screen.start_again(&[letter.to_str().unwrap()]);
    // Nobody has signed in, so that nothing is known of the card.
    window
        .css("[data-testid='sealed-ліст.txt.p7m'][data-for='unknown']")
        .await;
    look_at(&window, "decrypt-files").await;
    window.shoot("85-decrypt-unknown").await;
    window.click("decrypt-files").await;
    window.prompt("decrypt").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window
        .css("[data-testid='decrypted-ліст.txt.p7m'][data-problem='none']")
        .await;
    assert_eq!(names(&folder), ["ліст.txt", "ліст.txt.p7m"]);
    let opened = std::fs::read_to_string(folder.join("ліст.txt")).unwrap();
    assert_eq!(opened, TEXT);
    // Once more, and both are there.
    window.click("decrypt-files").await;
    window.prompt("decrypt").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    let deadline = Instant::now() + PATIENCE;
    while !folder.join("ліст (2).txt").exists() {
        assert!(Instant::now() < deadline, "{}", window.words().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(card.pin_attempts().unwrap(), 3);

    // A file that nobody would hand over piece by piece; it is stopped in the middle.
    let huge = folder.join("вялікі.bin");
    std::fs::File::create(&huge).unwrap().set_len(HUGE).unwrap();
    window.click("forget-ліст.txt.p7m").await;
    window.gone("handed-ліст.txt.p7m").await;
    assert!(letter.exists());
    screen.start_again(&[huge.to_str().unwrap()]);
    window.find("handed-вялікі.bin").await;
    window.click("act-encrypt").await;
    let other = certificate(&world, "foreigner");
    drop_on(&window, "drop-recipients", "foreigner.cer", &other).await;
    window.find("recipient").await;
    window.click("encrypt-files").await;
    window.css("[data-testid='working'] progress").await;
    look_at(&window, "working").await;
    window.picture("86-encrypting").await;
    window.click("stop-files").await;
    window
        .css("[data-testid='encrypted-вялікі.bin'][data-problem='cancelled']")
        .await;
    let left = ["вялікі.bin", "ліст (2).txt", "ліст.txt", "ліст.txt.p7m"];
    assert_eq!(names(&folder), left);
    window.close().await;
}
