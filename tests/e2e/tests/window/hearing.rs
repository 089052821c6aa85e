//! The way from the first start to a form as somebody hears it who does not see the screen: names and roles of what is on
//! each page, where the focus goes, and what is said without being asked for, all through the real
//! accessibility bus.

use e2e::{Pcscd, World};

use crate::driver::Screen;
use crate::ears::{Ears, nameless, provide};
use crate::hands::Hands;
use crate::{PASSPHRASE, PIN, PROCEDURE, shots};

const PROMPT: &str = "Kabinet: confirm";

/// The title of the window's page with that heading.
fn titled(heading: &str) -> String {
    format!("{heading} – Kabinet")
}

/// Everything that can be used or is a mark on the way has a name.
fn has_names(ears: &Ears, title: &str) {
    let page = ears.page(title);
    assert!(page.len() > 5, "{title}: {page:?}");
    let without = nameless(&page);
    assert!(without.is_empty(), "{title}: {without:?}");
}

#[tokio::test]
async fn from_the_start_to_the_form_by_ear() {
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
    has_names(&ears, &welcome);
    // What has no name is noticed.
    let script = "for (const name of ['aria-label', 'title'])
        document.querySelector('[data-testid=page-help]').removeAttribute(name);";
    window.client.execute(script, Vec::new()).await.unwrap();
    ears.finds(&welcome, "link", "").await;
    let page = ears.page(&welcome);
    assert_eq!(nameless(&page).len(), 1, "{page:?}");

    hands.enter("go-sign-in").await;
    let sign_in = titled("Sign in with the ID card");
    ears.follows("heading", "Sign in with the ID card").await;
    ears.finds(&sign_in, "button", "Sign in with the card")
        .await;
    has_names(&ears, &sign_in);
    hands.enter("sign-in").await;

    window.prompt("passphrase").await;
    ears.follows("textbox", "Passphrase").await;
    ears.finds(PROMPT, "heading", "Choose a passphrase").await;
    ears.finds(PROMPT, "textbox", "Once more").await;
    has_names(&ears, PROMPT);
    hands.answer("passphrase", PASSPHRASE, true).await;
    window.prompt("sign_in").await;
    let pin = ears.finds(PROMPT, "textbox", "PIN, six digits").await;
    assert!(pin.description.starts_with("Digits only"), "{pin:?}");
    ears.finds(PROMPT, "checkbox", "E-mail").await;
    ears.finds(PROMPT, "group", "The card will share").await;
    has_names(&ears, PROMPT);
    // A letter among the digits is told at once.
    hands.press("ф").await;
    ears.hears("Digits only").await;
    hands.answer("sign_in", PIN, false).await;
    window.find("new-application").await;
    ears.hears("You are signed in: Yankouskaya Alena").await;
    ears.follows("heading", "Hello, ").await;

    hands.control('f').await;
    ears.follows("heading", "Catalogue").await;
    window.find(&format!("service-{PROCEDURE}")).await;
    hands.write("search", PROCEDURE).await;
    ears.hears("found").await;
    let catalogue = titled("Catalogue");
    ears.finds(&catalogue, "searchbox", "Search: a word or a number")
        .await;
    has_names(&ears, &catalogue);
    let title = "Certificate of the place of work and the position held";
    hands.enter(&format!("service-{PROCEDURE}")).await;
    // The heading had the focus before it was known what the page is about.
    ears.hears(title).await;
    hands.enter("begin").await;
    window.find("step-0").await;
    window.close().await;
}
