//! The form changes while the person fills it in: the window says so, and shows what became of it.

use serde_json::json;

use crate::{PROCEDURE, fill_in, signed_in};

#[tokio::test]
async fn the_person_sees_what_became_of_the_values() {
    let (place, mut window) = signed_in().await;
    let world = &place.world;
    let id = fill_in(&mut window).await;
    // The choice for the bank is one no more, and a field is new.
    let patch = json!({"form": {"schema": {"properties": {
        "purpose": {"enum": ["embassy", "court", "other"]}, "room": {"type": "string"}}}}});
    world.sandbox.publish(PROCEDURE, &patch).unwrap();
    window.click("nav-affairs").await;
    window.click("sync").await;
    window.click(&format!("draft-{id}")).await;
    // The draft may be open before the pass is over.
    window
        .css("[data-testid='carried'], [data-testid='outdated']")
        .await;
    if window.has("outdated").await {
        window.click("renew").await;
    }
    assert!(window.text("carried").await.contains('2'));
    assert!(!window.text("aside-/purpose").await.is_empty());
    window.shoot("41-carried").await;
    // What was set aside must be seen before anything is signed.
    window.click("carried-seen").await;
    window.gone("carried").await;

    // While the draft is open, the next version is announced, and taken when the person wants it.
    let patch = json!({"form": {"ui": {"hints": {"/copies": {"be": "Новае", "ru": "Новое", "en": "New"}}}}});
    world.sandbox.publish(PROCEDURE, &patch).unwrap();
    let online = "dispatchEvent(new Event('online'))";
    window.client.execute(online, vec![]).await.unwrap();
    window.find("outdated").await;
    window.shoot("42-outdated").await;
    window.click("renew").await;
    window.find("carried").await;

    window.click("nav-services").await;
    window.write("search", "справкі месцы Мінск").await;
    window.find("found-records").await;
    window.shoot("43-search").await;
    window.close().await;
}
