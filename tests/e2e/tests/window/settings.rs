//! What the settings do: everything in one file, how long finished applications stay, and the proxy.

use std::path::Path;
use std::time::{Duration, Instant};

use e2e::PATIENCE;
use serde_json::{Value, json};

use crate::driver::Window;
use crate::{PIN, fill_in, signed_in};

/// Waits until the panel says that so many applications are at the portal alone.
async fn away(window: &Window, count: u32) {
    let panel = format!("[data-testid='retention'][data-away='{count}']");
    window.css(&panel).await;
}

/// Whether the core has an application.
async fn has(window: &Window, id: &str) -> bool {
    let ask = "const [id, done] = arguments;
        __TAURI_INTERNALS__.invoke('application', { id }).then(() => done(true), () => done(false))";
    let answer = window.client.execute_async(ask, vec![json!(id)]).await;
    answer.unwrap() == true
}

async fn comes(window: &Window, id: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !has(window, id).await {
        assert!(Instant::now() < deadline, "{id} does not come again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn all_of_it_is_saved_and_what_is_over_leaves_when_the_person_says_so() {
    let (place, mut window) = signed_in().await;
    let id = fill_in(&mut window).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("registration-number").await;
    let order = json!({
        "application": id, "act": "approve", "text": "Выдаць.", "days_ago": 800,
    });
    place.world.sandbox.order(&order).unwrap();
    window.css("[data-testid^='document-'][data-trust]").await;

    // Whoever is not sure says no, and no file is there.
    window.click("nav-settings").await;
    window.click("export").await;
    window.prompt("export").await;
    window.cancel().await;
    assert!(!window.has("export-path").await);
    window.click("export").await;
    window.prompt("export").await;
    window.confirm().await;
    let path = window.text("export-path").await;
    let file = std::fs::File::open(&path).unwrap();
    let archive = zip::ZipArchive::new(file).unwrap();
    assert!(
        archive.file_names().any(|name| name.unwrap().contains(&id)),
        "{path}"
    );

    // The report for the help desk knows of a person, and says nothing of them.
    window.click("nav-help").await;
    window.click("save-report").await;
    let report = std::fs::read_to_string(window.text("report-path").await).unwrap();
    assert!(report.starts_with("Kabinet "), "{report}");
    for trace in ["YANKOUSKAYA", "Yankouskaya", "Янкоўская", "Янковская", &id] {
        assert!(!report.contains(trace), "{trace} in {report}");
    }
    window.click("nav-settings").await;

    // Three years are enough for it, one is not; nothing leaves before it is confirmed.
    window.click("retention-3").await;
    window
        .css("[data-testid='retention'][data-years='3']")
        .await;
    assert!(!window.has("retention-plan").await);
    window.click("retention-1").await;
    window.find("retention-plan").await;
    window.shoot("62-retention").await;
    window.click("retention-cancel").await;
    window.gone("retention-plan").await;
    window.click("retention-1").await;
    window.find("retention-plan").await;
    assert!(has(&window, &id).await);
    window.click("retention-confirm").await;
    away(&window, 1).await;
    assert!(!has(&window, &id).await);
    window.click("nav-affairs").await;
    window.click("sync").await;
    window.gone(&format!("application-{id}")).await;
    window.click("nav-settings").await;
    away(&window, 1).await;
    assert!(!has(&window, &id).await);
    window.click("retention-all").await;
    away(&window, 0).await;
    comes(&window, &id).await;

    proxy(&place.profile, &mut window).await;
    window.close().await;
}

/// The trusted prompt confirms a proxy and takes its password, which no file has.
async fn proxy(profile: &Path, window: &mut Window) {
    let kept = || -> Value {
        let settings = std::fs::read(profile.join("settings.json")).unwrap();
        serde_json::from_slice::<Value>(&settings).unwrap()["proxy"].clone()
    };
    window.click("proxy-manual").await;
    window.write("proxy-host", "proxy/example").await;
    window.write("proxy-port", "3128").await;
    window.write("proxy-user", "ann").await;
    window.click("choose-proxy").await;
    window.find("problem-proxy_address").await;
    window.find("proxy-host").await.clear().await.unwrap();
    window.write("proxy-host", "proxy.invalid").await;
    let kind = window.find("proxy-kind").await;
    kind.select_by_value("socks5").await.unwrap();
    window.click("choose-proxy").await;
    window.prompt("proxy").await;
    assert!(window.words().await.contains("socks5://proxy.invalid:3128"));
    window.shoot("63-prompt-proxy").await;
    window.cancel().await;
    assert_eq!(kept()["mode"], "system");
    window.click("choose-proxy").await;
    window.prompt("proxy").await;
    window.write("prompt-secret", "open sesame").await;
    window.confirm().await;
    let deadline = Instant::now() + PATIENCE;
    while kept()["mode"] != "manual" {
        assert!(
            Instant::now() < deadline,
            "the proxy is not kept: {}",
            kept()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        (&kept()["kind"], &kept()["host"], &kept()["user"]),
        (&json!("socks5"), &json!("proxy.invalid"), &json!("ann"))
    );
    assert!(!kept().to_string().contains("sesame"));

    // A script in its place.
    window.click("proxy-automatic").await;
    window.write("proxy-script", "ftp://wpad.invalid/").await;
    window.click("choose-proxy").await;
    window.find("problem-proxy_script_address").await;
    window.find("proxy-script").await.clear().await.unwrap();
    let script = "http://wpad.invalid/proxy.pac";
    window.write("proxy-script", script).await;
    window.click("choose-proxy").await;
    window.prompt("proxy_script").await;
    assert!(window.words().await.contains(script));
    window.cancel().await;
    assert_eq!(kept()["mode"], "manual");
    window.click("choose-proxy").await;
    window.prompt("proxy_script").await;
    window.confirm().await;
    let deadline = Instant::now() + PATIENCE;
    while kept()["mode"] != "automatic" {
        assert!(
            Instant::now() < deadline,
            "the script is not kept: {}",
            kept()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(kept()["script"], script);
}
