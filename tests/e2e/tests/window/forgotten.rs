//! A person is forgotten from the window: the trusted prompt says what would be lost, and then no
//! file of theirs is left.

use crate::signed_in;

#[tokio::test]
async fn a_person_is_forgotten() {
    let (place, mut window) = signed_in().await;
    window.click("nav-settings").await;
    window.click("forget").await;
    window.prompt("forget").await;
    window.find("prompt-loss").await;
    window.shoot("40-prompt-forget").await;
    window.confirm().await;
    window.click("nav-home").await;
    window.find("go-sign-in").await;
    window.shoot("41-forgotten").await;
    let left: Vec<_> = std::fs::read_dir(place.profile.join("persons"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
    window.close().await;
}
