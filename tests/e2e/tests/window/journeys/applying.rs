//! Journeys J6 to J9 by the keyboard alone: a form is filled in, read, signed, sent and followed; another
//! application is withdrawn.

use std::path::{Path, PathBuf};

use e2e::{Applicant, Pcscd, World};
use fantoccini::key::Key;
use serde_json::Value;

use super::{FORM, at_home, find, give};
use crate::driver::Screen;
use crate::hands::Hands;
use crate::{PASSPHRASE, PIN, Place, shots};

#[tokio::test]
async fn an_application_from_the_form_to_the_decision_by_keyboard() {
    let (mut place, window) = at_home().await;
    let hands = Hands(&window);
    find(hands).await;
    let photo = photo(place.world.dir());
    fill_in(hands, &photo).await;
    let id = send(hands, &mut place).await;
    follow(hands, &place, &id, &photo).await;
    assert_eq!(place.card.pin_attempts().unwrap(), 3);
    window.close().await;
}

/// A file that is handed in.
fn photo(folder: &Path) -> PathBuf {
    let photo = folder.join("фота.jpg");
    std::fs::write(&photo, crate::fields::photo()).unwrap();
    photo
}

/// J6: every kind of field, groups and lists, and files.
async fn fill_in(hands: Hands<'_>, photo: &Path) {
    let window = hands.0;
    let field = |path: &str| format!("field-{path}");
    hands.fill(&field("/residence/flat"), "34", "34").await;
    hands
        .fill(&field("/phone"), "80 29 555-01-24", "+375 29 555-01-24")
        .await;
    // What the typing did is undone and done again; the focus stays on the button.
    hands.back_to("undo").await;
    hands.press(&Key::Enter).await;
    hands.has(&field("/phone"), "+375 29 555-01-23").await;
    hands.is_on("undo").await;
    hands.to("redo").await;
    hands.press(&Key::Enter).await;
    hands.has(&field("/phone"), "+375 29 555-01-24").await;
    hands.is_on("redo").await;
    hands.enter("next").await;
    window.find("field-/kind=single").await;

    hands
        .pick("field-/kind=monthly", "field-/kind=single")
        .await;
    window.find("field-/hardship").await;
    // Going on without an answer leads to it.
    hands.enter("next").await;
    window.find("mistakes").await;
    hands.kept("next").await;
    hands.enter("fix-/hardship").await;
    hands.is_on("field-/hardship").await;
    hands.write("field-/hardship", "Пажар у доме").await;
    hands.enter("next").await;

    // Lists: added, filled in, moved, taken away.
    window.find("entry-/members/0").await;
    hands.choose(&field("/members/0/occupation"), "work").await;
    hands
        .fill(
            &field("/members/0/employer"),
            "ААТ «Прыклад»",
            "ААТ «Прыклад»",
        )
        .await;
    hands
        .fill(&field("/members/0/income"), "4 300,5", "4300.50")
        .await;
    hands.enter("add-/members").await;
    hands.is_on("field-/members/1/familyName").await;
    hands.write("field-/members/1/familyName", "Янкоўскі").await;
    hands.write("field-/members/1/givenName", "Максім").await;
    hands
        .fill("field-/members/1/birthDate", "14.6.2020", "14 June 2020")
        .await;
    hands.choose("field-/members/1/occupation", "child").await;
    hands.to("up-/members/1").await;
    hands.press(&Key::Enter).await;
    hands.is_on("down-/members/0").await;
    hands.press(&Key::Enter).await;
    hands.is_on("up-/members/1").await;
    hands.enter("add-/members").await;
    hands.is_on("field-/members/2/familyName").await;
    hands.enter("remove-/members/2").await;
    hands.is_on("add-/members").await;
    hands.tick("field-/otherIncome").await;
    hands.enter("add-/incomes").await;
    hands.is_on("field-/incomes/0/source").await;
    hands.press("Арэнда").await;
    hands.fill("field-/incomes/0/amount", "600", "600.00").await;
    hands.enter("next").await;

    window.find("add-/dwellings").await;
    hands.enter("add-/dwellings").await;
    hands
        .write("field-/dwellings/0/address/locality", "г. Нясвіж")
        .await;
    hands.write("field-/dwellings/0/address/house", "7").await;
    hands.fill("field-/dwellings/0/area", "54,2", "54.2").await;
    hands.enter("next").await;

    hands.tick("field-/payment=bank").await;
    window.find("field-/account").await;
    hands
        .fill(
            "field-/account",
            "BY13NBRB3600900000002Z00AB00",
            "BY13NBRB3600900000002Z00AB00",
        )
        .await;
    // In the order of the page: the files, and what is confirmed.
    give(hands, "/documents", photo, "file-фота.jpg").await;
    hands.tick("field-/confirmed").await;
    hands.enter("next").await;
    window.find("sign-and-send").await;
    hands.kept("next").await;
}

/// J7 and J8: read, signed without a network, taken back, signed again and sent.
async fn send(hands: Hands<'_>, place: &mut Place) -> String {
    let window = hands.0;
    // From the review to a step and back.
    hands.enter("change-1").await;
    window.find("field-/hardship").await;
    hands.kept("change-1").await;
    hands.enter("step-5").await;
    window.find("sign-and-send").await;
    place.world.sandbox.disconnect();
    hands.enter("sign-and-send").await;
    hands.refuse("sign").await;
    hands.is_on("sign-and-send").await;
    hands.press(&Key::Enter).await;
    hands.answer("sign", PIN, false).await;
    let waiting = window.css("[data-testid^='outbox-item-']").await;
    let waiting = waiting.attr("data-testid").await.unwrap().unwrap();
    let id = waiting.strip_prefix("outbox-item-").unwrap().to_owned();
    hands.kept("sign-and-send").await;
    window.find("offline").await;
    hands
        .act(&format!("pause-{id}"), &format!("resume-{id}"))
        .await;
    hands
        .act(&format!("resume-{id}"), &format!("pause-{id}"))
        .await;
    hands.enter(&format!("cancel-outbox-{id}")).await;
    window.find("step-0").await;
    hands.kept("cancel-outbox").await;
    place.world.sandbox.connect().unwrap();
    hands.enter("step-5").await;
    window.find("sign-and-send").await;
    hands.enter("sign-and-send").await;
    hands.answer("sign", PIN, false).await;
    // With its files it goes while one may do something else.
    let registered = format!("application-{id}");
    window.find(&registered).await;
    hands.kept("sign-and-send").await;
    hands.enter(&registered).await;
    window.find("registration-number").await;
    hands.kept(&registered).await;
    let applications = place.world.sandbox.applications().unwrap();
    assert_eq!(applications.len(), 1);
    assert_eq!(applications[0]["procedureId"], Value::from(FORM));
    id
}

/// J9: a request comes, is answered with a file; what was sent is read again; the decision is saved.
async fn follow(hands: Hands<'_>, place: &Place, id: &str, photo: &Path) {
    let (window, sandbox) = (hands.0, &place.world.sandbox);
    sandbox
        .operate(id, &["request", "--wanted", "Фота", "--days", "2"])
        .unwrap();
    let request = sandbox.messages().unwrap()[0]["id"].clone();
    let reply = format!("reply-{}", request.as_str().unwrap());
    // The page lists it by itself, and the home page leads to it.
    hands.control('1').await;
    hands
        .enter(&format!("go-due-{}", request.as_str().unwrap()))
        .await;
    window.find(&reply).await;
    // The page says first what is to be done, and begins it.
    hands.enter("answer-now").await;
    hands.is_on("letter-text").await;
    hands.enter("letter-later").await;
    window.gone("letter").await;
    hands.kept("letter-later").await;
    hands.act("read-sent", "sent").await;
    hands.back_to(&reply).await;
    hands.press(&Key::Enter).await;
    hands.is_on("letter-text").await;
    hands.press("Дасылаю фота.").await;
    give(hands, "files", photo, "file-фота.jpg").await;
    hands.enter("letter-send").await;
    hands.answer("sign_reply", PIN, false).await;
    window.css("[data-testid^='message-'].ours").await;
    window.gone("letter").await;
    hands.kept("letter-send").await;

    sandbox
        .operate(id, &["approve", "--text", "Выдаць."])
        .unwrap();
    let document = window
        .css("[data-testid^='document-'][data-trust='genuine']")
        .await;
    let document = document.attr("data-testid").await.unwrap().unwrap();
    let document = document.strip_prefix("document-").unwrap();
    // The decision is before the messages on the page.
    hands.back_to(&format!("save-{document}")).await;
    hands.press(&Key::Enter).await;
    window.find("saved-path").await;
    hands.is_on(&format!("save-{document}")).await;
    hands.act("paper-save", "paper-path").await;
}

/// J9, the other end: what was sent is taken back by a signed letter.
#[tokio::test]
async fn an_application_is_withdrawn_by_keyboard() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let applicant = Applicant::signed_in(&world, &card, "window").unwrap();
    let id = applicant.draft().unwrap();
    applicant.cli.ok(&["apply", &id]).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&applicant.cli.profile).await;
    let hands = Hands(&window);
    hands.enter("unlock").await;
    hands.answer("passphrase", PASSPHRASE, false).await;
    window.find("new-application").await;
    hands.kept("unlock").await;
    hands.control('2').await;
    window.find(&format!("application-{id}")).await;
    hands.to(&format!("application-{id}")).await;
    hands.press(&Key::Enter).await;
    window.find("registration-number").await;

    hands.enter("withdraw").await;
    hands.is_on("letter-text").await;
    hands.enter("letter-later").await;
    hands.is_on("withdraw").await;
    hands.press(&Key::Enter).await;
    hands.is_on("letter-text").await;
    hands.press("Не патрэбна.").await;
    hands.enter("letter-send").await;
    hands.refuse("sign_withdrawal").await;
    hands.is_on("letter-send").await;
    hands.press(&Key::Enter).await;
    hands.answer("sign_withdrawal", PIN, false).await;
    window
        .css("[data-testid='status'][data-status='withdrawn']")
        .await;
    hands.kept("letter-send").await;
    let applications = world.sandbox.applications().unwrap();
    assert_eq!(applications[0]["status"], "withdrawn");
    assert_eq!(card.pin_attempts().unwrap(), 3);
    window.close().await;
}
