//! Files in the window: dropped and chosen, refused with a reason, removed and brought back, seen in
//! the trusted prompt, sent with progress, held back and let go. And what is typed is on the disk
//! within a second, and can be undone after a new start.

use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::driver::{Screen, Window};
use crate::fields::{PAGE, photo};
use crate::lists::measures;
use crate::{PASSPHRASE, PIN, fill_in, shots, sign_in, signed_in};

/// Gives the page a file as the web view does when a person drops or chooses one.
/// It begins with `head`, and something follows up to its size.
pub(crate) async fn give(
    window: &Window,
    name: &str,
    head: impl AsRef<[u8]>,
    size: usize,
    dropped: bool,
) {
    let script = "const [name, head, size, dropped] = arguments;
        const octets = new Uint8Array(size);
        for (let at = 0; at < size; at += 1) octets[at] = (at * 31 + (at >> 11) * 7) & 255;
        octets.set(Uint8Array.from(head).slice(0, size));
        const transfer = new DataTransfer();
        transfer.items.add(new File([octets], name));
        const input = document.querySelector('[data-testid=choose-files]');
        if (dropped) {
            const place = document.querySelector('[data-testid=drop]');
            place.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        } else {
            input.files = transfer.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));
        }";
    let arguments = vec![
        json!(name),
        json!(head.as_ref()),
        json!(size),
        json!(dropped),
    ];
    window.client.execute(script, arguments).await.unwrap();
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

#[tokio::test]
async fn files_go_with_an_application() {
    let (place, mut window) = signed_in().await;
    let world = &place.world;
    let id = fill_in(&mut window).await;
    // Files have their place once, where everything else is filled in.
    let form = crate::procedure();
    let steps = form["form"]["ui"]["steps"].as_array().unwrap().len();
    window.click("step-0").await;
    window.find("next").await;
    assert!(!window.has("attachments").await);
    let last = format!("step-{}", steps - 1);
    window.click(&last).await;
    window.find("attachments").await;

    give(&window, "скан.pdf", PAGE, 5_000_000, true).await;
    window.find("file-скан.pdf").await;
    give(&window, "фота.jpg", photo(), 20_000, false).await;
    window.find("file-фота.jpg").await;
    look_at(&window, "attachments").await;
    window.shoot("40-files").await;
    for (name, head, problem) in [
        (
            "program.pdf",
            b"MZ\x90".as_slice(),
            "problem-attachment_executable",
        ),
        (
            "not.pdf",
            b"\x89PNG\r\n\x1a\n".as_slice(),
            "problem-attachment_mismatch",
        ),
        ("words.txt", b"words".as_slice(), "problem-attachment_kind"),
    ] {
        give(&window, name, head, 100, true).await;
        window.find(problem).await;
        assert!(!window.has(&format!("file-{name}")).await);
    }
    look_at(&window, "attachments").await;
    window.shoot("41-file-refused").await;

    // Removed, brought back, removed again.
    window.click("remove-фота.jpg").await;
    window.gone("file-фота.jpg").await;
    window.click("undo").await;
    window.find("file-фота.jpg").await;
    window.click("redo").await;
    window.gone("file-фота.jpg").await;

    window.click(&format!("step-{steps}")).await;
    assert!(window.text("review-files").await.contains("скан.pdf"));
    look_at(&window, "review-files").await;
    window.shoot("42-review-files").await;
    // The portal is slow enough to watch.
    let slow =
        json!({"match": "/jmap/upload/", "kind": "delay", "times": 100, "milliseconds": 8000});
    world.sandbox.fault(&slow).unwrap();
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    let files = window.text("prompt-files").await;
    assert!(
        files.contains("скан.pdf") && files.contains("PDF"),
        "{files}"
    );
    assert!(!files.contains("фота"), "{files}");
    look_at(&window, "prompt-files").await;
    window.shoot("43-prompt-files").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find(&format!("upload-{id}")).await;
    let deadline = Instant::now() + Duration::from_secs(90);
    while !window
        .text(&format!("upload-facts-{id}"))
        .await
        .contains('·')
    {
        assert!(Instant::now() < deadline, "no speed is shown");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    window.shoot("44-uploading").await;
    window.click(&format!("pause-{id}")).await;
    window.find(&format!("resume-{id}")).await;
    window.shoot("45-held-back").await;
    assert!(world.sandbox.applications().unwrap().is_empty());
    world.sandbox.behave().unwrap();
    window.click(&format!("resume-{id}")).await;
    window.find(&format!("application-{id}")).await;
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
    window.close().await;
}

#[tokio::test]
async fn what_is_typed_is_on_the_disk_within_a_second() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    window.click("nav-services").await;
    window.click("service-2.2").await;
    window.click("begin").await;
    let (path, step) = text_field();
    window.click(&format!("step-{step}")).await;
    let field = format!("field-{path}");
    window.find(&field).await.clear().await.unwrap();

    // Somebody types without ever pausing; each letter with the moment at which the page had it.
    let mut typed: Vec<(Instant, String)> = Vec::new();
    let started = Instant::now();
    let mut text = String::new();
    while started.elapsed() < Duration::from_secs(10) {
        let letter = char::from(b'a' + (typed.len() % 26) as u8);
        text.push(letter);
        window.write(&field, &letter.to_string()).await;
        typed.push((Instant::now(), text.clone()));
    }
    let killed = Instant::now();
    screen.kill().await;
    drop((window, screen));

    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&profile).await;
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    window.find("sync").await;
    window.click_css("a[data-testid^='draft-']").await;
    window.click(&format!("step-{step}")).await;
    let kept = window
        .find(&field)
        .await
        .prop("value")
        .await
        .unwrap()
        .unwrap();
    // What is measured is measured alone; other programs beside it may keep this one waiting.
    let soon = Duration::from_secs(if measures() { 1 } else { 5 });
    let older = typed
        .iter()
        .rev()
        .find(|(at, _)| killed.duration_since(*at) >= soon);
    let (_, older) = older.unwrap();
    println!(
        "{} letters typed, {} kept, {} older than {soon:?}",
        text.len(),
        kept.len(),
        older.len()
    );
    assert!(text.starts_with(&kept), "{kept} of {text}");
    assert!(kept.len() >= older.len(), "{kept} is less than {older}");

    // What was typed before the kill can be undone now, with the keys, and redone.
    let page = window.css("body").await;
    page.click().await.unwrap();
    window
        .client
        .execute("document.activeElement.blur()", Vec::new())
        .await
        .unwrap();
    page.send_keys(&(Key::Control + "z")).await.unwrap();
    let value = async || {
        window
            .find(&field)
            .await
            .prop("value")
            .await
            .unwrap()
            .unwrap_or_default()
    };
    let deadline = Instant::now() + PATIENCE;
    while value().await == kept {
        assert!(Instant::now() < deadline, "nothing was undone");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.click("redo").await;
    while value().await != kept {
        assert!(Instant::now() < deadline, "nothing was redone");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.close().await;
}

/// The first field for words that nothing fills in, and its step.
fn text_field() -> (String, usize) {
    let form = crate::procedure();
    let ui = &form["form"]["ui"];
    let steps = ui["steps"].as_array().unwrap().iter().enumerate();
    let fields = steps.flat_map(|(step, one)| {
        let fields = one["fields"].as_array().unwrap().iter();
        fields.map(move |path| (path.as_str().unwrap().to_owned(), step))
    });
    let words = |path: &str| -> bool {
        let schema: &Value = &form["form"]["schema"]["properties"][path.trim_start_matches('/')];
        schema["type"] == "string"
            && ["enum", "format", "pattern"]
                .iter()
                .all(|name| schema.get(name).is_none())
            && ui["prefill"].get(path).is_none()
            && schema["maxLength"].as_u64().is_none_or(|most| most > 200)
    };
    let mut found = fields.filter(|(path, _)| words(path));
    found.next().expect("a field for words")
}
