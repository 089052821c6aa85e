//! Signed without a network: it waits, and leaves by itself once the portal is back.

use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::driver::{Screen, TRIED_AGAIN, Window};
use crate::keyboard::press;
use crate::{PASSPHRASE, PIN, PROCEDURE, fill_in, procedure, shots, sign_in, signed_in};

#[tokio::test]
async fn it_leaves_by_itself() {
    let _service = Pcscd::start().unwrap();
    let mut world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    sign_in(&mut window, PIN, PASSPHRASE).await;
    let id = fill_in(&mut window).await;
    world.sandbox.disconnect();
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    window.find(&format!("outbox-item-{id}")).await;
    window.find("offline").await;
    window.shoot("31-signed-offline").await;

    // Nobody touches anything. Whoever failed a few times may wait a minute before they try again.
    world.sandbox.connect().unwrap();
    let registered = format!("[data-testid='application-{id}']");
    window.css_within(&registered, TRIED_AGAIN).await;
    window.gone("offline").await;
    assert_eq!(world.sandbox.applications().unwrap().len(), 1);
    window.close().await;
}

/// The portal asked to be left alone: neither a new start nor a network that comes back nor something
/// newly signed disturbs it, only the person.
#[tokio::test]
async fn it_waits_for_as_long_as_the_portal_asked() {
    let (place, window) = signed_in().await;
    let sandbox = &place.world.sandbox;
    // The catalogue has come.
    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;
    let first = filled(&window).await;
    let busy = json!({"match": "/jmap/upload", "kind": "status_503", "retry_after": 600});
    sandbox.fault(&busy).unwrap();
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    window.find(&format!("outbox-item-{first}")).await;
    let second = filled(&window).await;
    let asked = || sandbox.requests().unwrap();
    let before = settled(asked).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.click("nav-affairs").await;
    window.find(&format!("outbox-item-{second}")).await;
    window
        .client
        .execute("dispatchEvent(new Event('online'))", Vec::new())
        .await
        .unwrap();
    window
        .css("[data-testid='portal-state'][data-state='failed']")
        .await;
    window.picture("32-left-alone").await;
    assert_eq!(asked(), before);
    window.close().await;

    // Another start asks what is new and lets what waits go on waiting.
    let window = place.screen.open(&place.profile).await;
    window.click("unlock").await;
    window.prompt("passphrase").await;
    window.write("prompt-secret", PASSPHRASE).await;
    window.confirm().await;
    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;
    let uploads = |requests: &Value| {
        let paths = requests.as_object().unwrap().iter();
        let uploads = paths.filter(|(path, _)| path.starts_with("/jmap/upload/"));
        uploads
            .map(|(_, count)| count.as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!(uploads(&asked()), uploads(&before));
    assert!(sandbox.applications().unwrap().is_empty());
    press(&window, &Key::F5).await;
    window.click("nav-affairs").await;
    for id in [first, second] {
        window.find(&format!("application-{id}")).await;
    }
    window.close().await;
}

/// What was asked of the portal, as soon as two seconds long nothing more is.
async fn settled(asked: impl Fn() -> Value) -> Value {
    let deadline = Instant::now() + PATIENCE;
    let mut before = asked();
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = asked();
        if now == before {
            return now;
        }
        assert!(Instant::now() < deadline, "{before} {now}");
        before = now;
    }
}

/// A draft in which everything is filled in, opened at its review; its id.
async fn filled(window: &Window) -> String {
    let properties = &procedure()["form"]["schema"]["properties"];
    let samples = properties.as_object().unwrap().iter();
    let data: Value = samples
        .map(|(name, field)| (name.clone(), e2e::world::sample(field).unwrap()))
        .collect();
    let fill = "const [procedure_id, data, done] = arguments;
        const { invoke } = __TAURI_INTERNALS__;
        invoke('new_draft', { procedureId: procedure_id })
            .then(({ summary: { id }, data: before }) => invoke('save_draft', { id, before, data: { ...data, ...before } }).then(() => done(id)))
            .catch((thrown) => done(JSON.stringify(thrown)))";
    let id = window
        .client
        .execute_async(fill, vec![json!(PROCEDURE), data])
        .await;
    let id = id.unwrap().as_str().unwrap().to_owned();
    let open = format!("location.hash = '#/drafts/{id}'");
    window.client.execute(&open, Vec::new()).await.unwrap();
    window.find("step-0").await;
    for _ in procedure()["form"]["ui"]["steps"].as_array().unwrap() {
        window.click("next").await;
    }
    window.find("sign-and-send").await;
    id
}
