//! The way from the first start to the registration number as somebody hears it who does not see the
//! screen: names and roles of what is on each page, where the focus goes, and what is said without being
//! asked for, all through the real accessibility bus.

use e2e::{Pcscd, World};
use fantoccini::key::Key;

use crate::driver::Screen;
use crate::ears::{Ears, Thing, nameless, provide};
use crate::hands::Hands;
use crate::{PASSPHRASE, PIN, PROCEDURE, shots};

const PROMPT: &str = "Kabinet: confirm";

/// The title of the window's page with that heading.
fn titled(heading: &str) -> String {
    format!("{heading} – Kabinet")
}

#[tokio::test]
async fn from_the_start_to_the_registration_number_by_ear() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    provide(world.dir());
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    let ears = Ears::open(&screen.variable("DBUS_SESSION_BUS_ADDRESS"));
    let hands = Hands(&window);
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;

    let welcome = titled("Welcome to Kabinet");
    let heading = |text: &str| ("heading", text.to_owned());
    for (role, name) in [
        heading("Welcome to Kabinet"),
        ("link", "Sign in with the card".to_owned()),
        ("link", "Help on this page".to_owned()),
        ("button", "ID card".to_owned()),
        ("button", "Language".to_owned()),
        ("navigation", "Sections".to_owned()),
    ] {
        ears.finds(&welcome, role, &name).await;
    }
    ears.finds_names(&welcome).await;
    // What has no name is noticed.
    let script = "for (const name of ['aria-label', 'title'])
        document.querySelector('[data-testid=page-help]').removeAttribute(name);";
    window.client.execute(script, Vec::new()).await.unwrap();
    ears.finds_that(&welcome, "link", "", |link| link.name.is_empty())
        .await;
    let page = ears.page(&welcome);
    assert_eq!(nameless(&page).len(), 1, "{page:?}");

    hands.enter("go-sign-in").await;
    let sign_in = titled("Sign in with the ID card");
    ears.follows(&sign_in, "heading", "Sign in with the ID card")
        .await;
    ears.finds(&sign_in, "button", "Sign in with the card")
        .await;
    ears.finds_names(&sign_in).await;
    hands.enter("sign-in").await;

    window.prompt("passphrase").await;
    ears.follows(PROMPT, "textbox", "Passphrase").await;
    ears.finds(PROMPT, "heading", "Choose a passphrase").await;
    ears.finds(PROMPT, "textbox", "Once more").await;
    ears.finds_names(PROMPT).await;
    hands.answer("passphrase", PASSPHRASE, true).await;
    window.prompt("sign_in").await;
    let pin = ears.finds(PROMPT, "textbox", "PIN, six digits").await;
    assert!(pin.description.starts_with("Digits only"), "{pin:?}");
    ears.finds(PROMPT, "checkbox", "E-mail").await;
    ears.finds(PROMPT, "group", "The card will share").await;
    ears.finds_names(PROMPT).await;
    // A letter among the digits is told at once.
    ears.forget().await;
    hands.press("ф").await;
    ears.hears("Digits only").await;
    // And again with the next one.
    ears.forget().await;
    hands.press("ю").await;
    ears.hears("Digits only").await;
    hands.answer("sign_in", PIN, false).await;
    window.find("new-application").await;
    ears.hears("You are signed in: Yankouskaya Alena").await;
    ears.follows(&titled("Hello, Alena"), "heading", "Hello, ")
        .await;

    hands.control('f').await;
    let catalogue = titled("Catalogue");
    ears.follows(&catalogue, "heading", "Catalogue").await;
    window.find(&format!("service-{PROCEDURE}")).await;
    ears.forget().await;
    hands.write("search", PROCEDURE).await;
    ears.hears("1 procedure found").await;
    ears.finds(&catalogue, "searchbox", "Search: a word or a number")
        .await;
    ears.finds_names(&catalogue).await;
    let title = "Certificate of the place of work and the position held";
    hands.enter(&format!("service-{PROCEDURE}")).await;
    // The heading had the focus before it was known what the page is about.
    ears.hears(title).await;
    hands.enter("begin").await;
    window.find("step-0").await;
    let page = titled(title);
    fill_in(&ears, hands, &page).await;
    sign(&ears, hands, &page).await;
    window.close().await;
}

/// The form: fields with their help and their mistakes, in steps.
async fn fill_in(ears: &Ears, hands: Hands<'_>, page: &str) {
    let window = hands.0;
    ears.finds(page, "button", "1. Applicant").await;
    ears.finds(page, "textbox", "Family name").await;
    ears.finds_names(page).await;
    // What is wrong is told with the field, and where the focus goes when one wants to go on.
    hands.write("field-/phone", "12").await;
    hands.press(&Key::Tab).await;
    let wrong = window.text("problem-/phone").await;
    let is_told = |phone: &Thing| phone.invalid && phone.description.contains(&wrong);
    ears.finds_that(page, "textbox", "Phone number", is_told)
        .await;
    hands.enter("next").await;
    ears.follows(page, "group", "Fix this before you go on")
        .await;
    hands.enter("fix-/phone").await;
    hands.write("field-/phone", "+375-29-555-01-23").await;
    hands.press(&Key::Tab).await;
    let is_right = |phone: &Thing| !phone.invalid && !phone.description.contains(&wrong);
    ears.finds_that(page, "textbox", "Phone number", is_right)
        .await;
    ears.forget().await;
    hands.enter("next").await;
    ears.follows(page, "heading", "Certificate").await;

    let has_help = |field: &Thing| field.description.contains("as in the employment contract");
    ears.finds_that(page, "textbox", "Organisation", has_help)
        .await;
    for (role, name) in [
        // WebKit calls a list of choices that.
        ("button", "What the certificate is for"),
        ("group", "How to receive it"),
        ("radio", "Electronic document"),
        ("checkbox", "I confirm that the information is true"),
        ("group", "Files"),
    ] {
        ears.finds(page, role, name).await;
    }
    ears.finds_names(page).await;
    hands.write("field-/employer", "ААТ «Прыклад»").await;
    hands.choose("field-/purpose", "bank").await;
    hands.write("field-/copies", "1").await;
    hands.tick("field-/delivery=electronic").await;
    hands.tick("field-/confirmed").await;
    hands.enter("next").await;
    ears.follows(page, "heading", "Review").await;
}

/// The review, the prompt that says what is signed, and the number.
async fn sign(ears: &Ears, hands: Hands<'_>, page: &str) {
    let window = hands.0;
    for name in ["Change: Applicant", "Change: Certificate", "Sign and send"] {
        ears.finds(page, "button", name).await;
    }
    ears.finds_names(page).await;
    ears.forget().await;
    hands.enter("sign-and-send").await;
    window.prompt("sign").await;
    // It is called by what it is about before the secret is asked for.
    ears.finds(PROMPT, "form", "You are signing an application")
        .await;
    ears.follows(PROMPT, "textbox", "PIN, six digits").await;
    ears.finds(PROMPT, "button", "Sign").await;
    ears.finds_names(PROMPT).await;
    hands.answer("sign", PIN, false).await;
    let number = window.text("registration-number").await;
    ears.hears(&format!("Registered under number {number}"))
        .await;
    ears.follows(page, "heading", "Certificate of the place")
        .await;
    ears.finds_names(page).await;
}
