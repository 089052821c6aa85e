//! A long form in the window: lists, conditions, addresses, amounts, what comes from the card and
//! from an earlier draft, mistakes with a way to each field, and the application in the end.

use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use fantoccini::key::Key;
use serde_json::Value;

use crate::driver::{Screen, Window};
use crate::{PASSPHRASE, PIN, shots, sign_in};

const PROCEDURE: &str = "2.33.1";

/// Writes into a field what a person would, in place of what is there, and leaves it.
async fn write(window: &Window, path: &str, text: &str) {
    let element = window.find(&format!("field-{path}")).await;
    let mark_all = format!("{}a{}", char::from(Key::Control), char::from(Key::Null));
    element.send_keys(&mark_all).await.unwrap();
    element.send_keys(&Key::Delete).await.unwrap();
    if !text.is_empty() {
        element.send_keys(text).await.unwrap();
    }
    element.send_keys(&Key::Tab).await.unwrap();
}

async fn choose(window: &Window, path: &str, value: &str) {
    let element = window.find(&format!("field-{path}")).await;
    element.select_by_value(value).await.unwrap();
}

async fn value(window: &Window, path: &str) -> String {
    let element = window.find(&format!("field-{path}")).await;
    element.prop("value").await.unwrap().unwrap_or_default()
}

/// Waits until a field has that value.
async fn has_value(window: &Window, path: &str, wanted: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let now = value(window, path).await;
        if now == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{path} is {now}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the focus is on that element.
async fn has_focus(window: &Window, wanted: &str) {
    let script = "return document.activeElement?.dataset?.testid ?? ''";
    let deadline = Instant::now() + PATIENCE;
    loop {
        let at = window.client.execute(script, Vec::new()).await.unwrap();
        if at == wanted {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the focus is on {at}, not on {wanted}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn begin(window: &mut Window, procedure: &str) {
    window.click("nav-services").await;
    window.click(&format!("service-{procedure}")).await;
    window.click("begin").await;
    window.find("step-0").await;
}

#[tokio::test]
async fn a_long_form_from_the_first_field_to_the_registration_number() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&world.profile("window").unwrap()).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    sign_in(&mut window, PIN, PASSPHRASE).await;

    // An earlier draft tells where the person is paid.
    begin(&mut window, "2.8").await;
    window.click("step-2").await;
    window.click("field-/payment=bank").await;
    write(&window, "/account", "BY13NBRB3600900000002Z00AB00").await;
    window.css("[data-testid='saved'][data-saved='true']").await;

    begin(&mut window, PROCEDURE).await;
    // The applicant: the card knows all of it, the address in its parts, the number as it is kept.
    assert_eq!(value(&window, "/residence/postalCode").await, "220013");
    assert_eq!(value(&window, "/residence/house").await, "12");
    assert_eq!(value(&window, "/phone").await, "+375 29 555-01-23");
    assert!(window.text("source-/residence/flat").await.contains("card"));
    window.click("clear-/residence/flat").await;
    window.gone("source-/residence/flat").await;
    has_value(&window, "/residence/flat", "").await;
    write(&window, "/residence/flat", "34").await;
    write(&window, "/phone", "80 29 555-01-24").await;
    has_value(&window, "/phone", "+375 29 555-01-24").await;
    window.shoot("20-form-address").await;
    window.click("next").await;

    // A condition shows a field, and hides it again.
    window.find("field-/kind=monthly").await;
    assert!(!window.has("field-/hardship").await);
    window.click("field-/kind=single").await;
    window.find("field-/hardship").await;
    window.click("field-/kind=monthly").await;
    window.gone("field-/hardship").await;
    window.click("field-/kind=single").await;
    // To go on without it is answered by the way to it.
    window.find("field-/hardship").await;
    window.click("next").await;
    window.find("mistakes").await;
    window.shoot("21-form-mistakes").await;
    window.click("fix-/hardship").await;
    has_focus(&window, "field-/hardship").await;
    write(&window, "/hardship", "Пажар у доме").await;
    window.click("next").await;

    // The family: the first entry is the applicant, from the card.
    let member = |index: usize, name: &str| format!("/members/{index}/{name}");
    assert_eq!(value(&window, &member(0, "givenName")).await, "АЛЕНА");
    choose(&window, &member(0, "occupation"), "work").await;
    write(&window, &member(0, "employer"), "ААТ «Прыклад»").await;
    write(&window, &member(0, "income"), "4 300,5").await;
    has_value(&window, &member(0, "income"), "4300.50").await;
    for (index, given) in [(1, "Максім"), (2, "Агата")] {
        window.click("add-/members").await;
        window
            .find(&format!("field-{}", member(index, "familyName")))
            .await;
        has_focus(&window, &format!("field-{}", member(index, "familyName"))).await;
        write(&window, &member(index, "familyName"), "Янкоўскія").await;
        write(&window, &member(index, "givenName"), given).await;
        write(&window, &member(index, "birthDate"), "2020-06-14").await;
        choose(&window, &member(index, "occupation"), "child").await;
    }
    // Cyrillic letters that look like Latin ones, and a number whose check digit is wrong.
    write(&window, &member(1, "personalNumber"), "3140620а012рв3").await;
    has_value(&window, &member(1, "personalNumber"), "3140620A012PB3").await;
    window
        .find(&format!("folded-{}", member(1, "personalNumber")))
        .await;
    write(&window, &member(2, "personalNumber"), "3140620A012PB4").await;
    window
        .find(&format!("problem-{}", member(2, "personalNumber")))
        .await;
    write(&window, &member(2, "personalNumber"), "").await;
    window
        .gone(&format!("problem-{}", member(2, "personalNumber")))
        .await;
    // The order is changed by the keyboard, and the focus stays with the entry.
    let down = window.find("down-/members/1").await;
    down.send_keys(&Key::Enter).await.unwrap();
    has_value(&window, &member(1, "givenName"), "Агата").await;
    has_focus(&window, "up-/members/2").await;
    window.click("add-/members").await;
    window.find("entry-/members/3").await;
    window.click("remove-/members/3").await;
    window.gone("entry-/members/3").await;
    has_focus(&window, "add-/members").await;
    window.click("field-/otherIncome").await;
    window.click("add-/incomes").await;
    write(&window, "/incomes/0/source", "Арэнда").await;
    write(&window, "/incomes/0/amount", "600").await;
    has_value(&window, "/incomes/0/amount", "600.00").await;
    window.shoot("22-form-lists").await;
    window.click("next").await;

    window.click("add-/dwellings").await;
    write(&window, "/dwellings/0/address/locality", "г. Нясвіж").await;
    write(&window, "/dwellings/0/address/house", "7").await;
    write(&window, "/dwellings/0/area", "54,2").await;
    window.click("next").await;

    // What the earlier draft knew.
    assert!(window.text("source-/account").await.contains("draft"));
    window.click("field-/confirmed").await;
    window.shoot("23-form-earlier").await;
    window.click("next").await;
    window.find("sign-and-send").await;
    assert_eq!(window.text("review-/members/2/givenName").await, "Максім");
    assert_eq!(window.text("review-/incomes/0/amount").await, "600.00 BYN");
    window.shoot("24-form-review").await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    let shown = window.text("prompt-fields").await;
    for wanted in ["Family member, 3", "Максім", "4300.50 BYN", "г. Нясвіж"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    window.shoot("25-form-prompt").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    window.find("registration-number").await;
    let applications = world.sandbox.applications().unwrap();
    assert_eq!(applications[0]["procedureId"], Value::from(PROCEDURE));
    window.close().await;
}
