//! Every journey by the keyboard alone, in one window: the way to each thing is the tab key, and nothing
//! is ever clicked.

use std::path::{Path, PathBuf};

use e2e::{Pcscd, World};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::driver::Screen;
use crate::hands::Hands;
use crate::{PASSPHRASE, PIN, Place, shots};

const CAN: &str = "654321";
const WRONG: &str = "999999";
const OTHER: &str = "another long passphrase";
/// A long form, with lists, groups, conditions and files.
const FORM: &str = "2.33.1";

#[tokio::test]
async fn every_journey_by_keyboard_alone() {
    let service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    // Somebody else of the family uses this computer already.
    let second = world.card_over_tcp("foreigner").unwrap();
    let mut family = world.cli("family", Some(&second)).unwrap();
    family.profile.clone_from(&profile);
    family.secrets["passphrase"] = json!(OTHER);
    family.ok(&["login"]).unwrap();
    // And the PIN was typed wrong elsewhere, twice.
    let mut wrong = world.cli("elsewhere", Some(&card)).unwrap();
    wrong.secrets["pin"] = json!(WRONG);
    for _ in 0..2 {
        wrong.fails(&["card", "read"], "pin_wrong").unwrap();
    }
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&profile).await;
    window
        .css("[data-testid='reader-state'][data-state='ready']")
        .await;
    let mut place = Place {
        screen,
        card,
        world,
        profile,
        _service: service,
    };
    let hands = Hands(&window);
    check_and_pin(hands).await;
    sign_in(hands).await;
    find(hands).await;
    let papers = papers(place.world.dir());
    fill_in(hands, &papers).await;
    let id = send(hands, &mut place).await;
    follow(hands, &place, &id, &papers).await;
    files(hands, &papers).await;
    settings(hands).await;
    family_computer(hands).await;
    assert_eq!(place.card.pin_attempts().unwrap(), 3);
    window.close().await;
}

/// Files that are handed in and signed.
struct Papers {
    photo: PathBuf,
    contract: PathBuf,
}

fn papers(folder: &Path) -> Papers {
    let (photo, contract) = (folder.join("фота.png"), folder.join("дамова.txt"));
    let mut octets = b"\x89PNG\r\n\x1a\n".to_vec();
    octets.resize(9000, 7);
    std::fs::write(&photo, octets).unwrap();
    std::fs::write(&contract, "Дамова аб усім.\n").unwrap();
    Papers { photo, contract }
}

/// J1, J3 and J2: the look at this computer and its report; a suspended PIN is resumed and changed; then
/// the card is read.
async fn check_and_pin(hands: Hands<'_>) {
    let window = hands.0;
    hands.press(&Key::F1).await;
    hands.enter("topic-check").await;
    window.find("check-verdict").await;
    hands.act("check-again", "check-verdict").await;
    hands.act("save-report", "report-path").await;
    // A dialog gives the focus back.
    hands.control('k').await;
    window.css("[data-testid='palette-words']:focus").await;
    hands.press(&Key::Escape).await;
    window.gone("palette").await;
    hands.is_on("save-report").await;

    hands.control('4').await;
    window.find("pin-suspended").await;
    hands.enter("resume-pin").await;
    hands.refuse("resume_pin").await;
    // Whoever said no is where they were.
    hands.is_on("resume-pin").await;
    hands.press(&Key::Enter).await;
    hands.answer("resume_pin", "000000", false).await;
    window.find("problem-can_wrong").await;
    hands.is_on("resume-pin").await;
    hands.press(&Key::Enter).await;
    hands.answer("resume_pin", CAN, false).await;
    window.find("pin-usable").await;
    hands.kept("resume-pin").await;
    // The last try is the right one, and sets the count back.
    for (old, new) in [(PIN, "271828"), ("271828", PIN)] {
        hands.enter("change-pin").await;
        hands.answer("change_pin", old, false).await;
        hands.answer("new_pin", new, true).await;
        window.find("pin-done").await;
        hands.is_on("change-pin").await;
    }

    hands.enter("read-card").await;
    hands.answer("read_card", PIN, false).await;
    window.find("certificate").await;
    hands.kept("read-card").await;
    hands.to("certificate-details").await;
    hands.press(" ").await;
    window
        .css("[data-testid='certificate'] details[open]")
        .await;
    hands.enter("read-document").await;
    hands.answer("read_document", CAN, false).await;
    window.find("travel-document").await;
    hands.kept("read-document").await;
}

/// J4, by the command of that name: another person's area is locked on this computer.
async fn sign_in(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('k').await;
    window.css("[data-testid='palette-words']:focus").await;
    hands.press("sign in").await;
    window.find("command-sign-in").await;
    window.gone("command-go-home").await;
    hands.press(&Key::Enter).await;
    window.find("sign-in").await;
    hands.enter("sign-in").await;
    hands.answer("passphrase", PASSPHRASE, false).await;
    hands.answer("sign_in", PIN, false).await;
    window.find("new-application").await;
    hands.kept("sign-in").await;
}

/// J5: found by words.
async fn find(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('f').await;
    window.find("search").await;
    hands.write("search", FORM).await;
    window.find(&format!("service-{FORM}")).await;
    hands.enter(&format!("service-{FORM}")).await;
    window.find("begin").await;
    hands.kept("service").await;
    hands.enter("begin").await;
    window.find("step-0").await;
    hands.kept("begin").await;
}

/// J6: every kind of field, groups and lists, and files.
async fn fill_in(hands: Hands<'_>, papers: &Papers) {
    let window = hands.0;
    let field = |path: &str| format!("field-{path}");
    hands.fill(&field("/residence/flat"), "34", "34").await;
    hands
        .fill(&field("/phone"), "80 29 555-01-24", "+375295550124")
        .await;
    // What the typing did is undone and done again; the focus stays on the button.
    hands.back_to("undo").await;
    hands.press(&Key::Enter).await;
    hands.has(&field("/phone"), "+375295550123").await;
    hands.is_on("undo").await;
    hands.to("redo").await;
    hands.press(&Key::Enter).await;
    hands.has(&field("/phone"), "+375295550124").await;
    hands.is_on("redo").await;
    give(hands, &papers.photo, "file-фота.png").await;
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
    day(hands, "field-/members/1/birthDate", "2020-06-14").await;
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
    hands.tick("field-/confirmed").await;
    hands.enter("next").await;
    window.find("sign-and-send").await;
    hands.kept("next").await;
}

/// A day is typed in its parts, in the order of the system's language.
async fn day(hands: Hands<'_>, id: &str, wanted: &str) {
    hands.to(id).await;
    let (year, month_day) = wanted.split_once('-').unwrap();
    let (month, day) = month_day.split_once('-').unwrap();
    let on = char::from(Key::Right);
    hands.press(&format!("{month}{on}{day}{on}{year}")).await;
    hands.has(id, wanted).await;
}

/// Hands a file over.
async fn give(hands: Hands<'_>, path: &Path, comes: &str) {
    hands.to("choose-files").await;
    hands.choose_file(path).await;
    hands.0.find(comes).await;
    hands.kept("choose-files").await;
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
    window.find("registration-number").await;
    hands.kept("sign-and-send").await;
    let applications = place.world.sandbox.applications().unwrap();
    assert_eq!(applications.len(), 1);
    assert_eq!(applications[0]["procedureId"], Value::from(FORM));
    id
}

/// J9: a request comes, is answered with a file; what was sent is read again; the decision is saved.
async fn follow(hands: Hands<'_>, place: &Place, id: &str, papers: &Papers) {
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
    hands.act("read-sent", "sent").await;
    hands.enter(&reply).await;
    hands.is_on("letter-text").await;
    hands.enter("letter-cancel").await;
    window.gone("letter").await;
    hands.kept("letter-cancel").await;
    hands.back_to(&reply).await;
    hands.press(&Key::Enter).await;
    hands.is_on("letter-text").await;
    hands.press("Дасылаю фота.").await;
    give(hands, &papers.photo, "file-фота.png").await;
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

/// J10: a file is signed and the signature checked.
async fn files(hands: Hands<'_>, papers: &Papers) {
    let window = hands.0;
    hands.control('5').await;
    window.find("choose-files").await;
    give(hands, &papers.contract, "handed-дамова.txt").await;
    hands.pick("detached", "attached").await;
    hands.pick("attached", "detached").await;
    hands.enter("sign-files").await;
    hands.answer("sign_files", PIN, false).await;
    window.find("signed-дамова.txt").await;
    hands.kept("sign-files").await;
    let path = PathBuf::from(window.text("signed-path").await);
    hands.back_to("forget-дамова.txt").await;
    hands.press(&Key::Enter).await;
    window.gone("handed-дамова.txt").await;
    hands.kept("forget").await;
    give(hands, &papers.contract, "handed-дамова.txt").await;
    give(hands, &path, "handed-дамова.txt.p7s").await;
    hands.pick("act-sign", "act-check").await;
    hands.enter("check-files").await;
    window
        .css("[data-testid='checked-дамова.txt.p7s'][data-verdict='valid']")
        .await;
    hands.kept("check-files").await;
    hands.enter("details-дамова.txt.p7s").await;
    window
        .css("[data-testid='checked-дамова.txt.p7s'] details[open]")
        .await;
}

/// J13: each kind of setting.
async fn settings(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('6').await;
    window.find("lock-after").await;
    hands.pick("language-en", "language-be").await;
    window.css("html[lang='be']").await;
    hands.pick("language-be", "language-en").await;
    window.css("html[lang='en']").await;
    hands.pick("theme-system", "theme-dark").await;
    hands.pick("theme-dark", "theme-light").await;
    hands.choose("text-size", "125").await;
    hands.choose("text-size", "100").await;
    hands
        .write("portal-address", "https://portal.invalid")
        .await;
    hands.enter("choose-portal").await;
    hands.refuse("portal").await;
    hands.is_on("choose-portal").await;
    hands.pick("proxy-system", "proxy-manual").await;
    hands.write("proxy-host", "proxy.invalid").await;
    hands.write("proxy-port", "3128").await;
    hands.enter("choose-proxy").await;
    hands.refuse("proxy").await;
    hands.is_on("choose-proxy").await;
    hands.choose("lock-after", "15").await;
    hands.tick("lock-with-card").await;
    hands.act("check-store", "store-whole").await;
    hands.pick("retention-all", "retention-5").await;
    window
        .css("[data-testid='retention'][data-years='5']")
        .await;
    hands.enter("export").await;
    hands.refuse("export").await;
    hands.is_on("export").await;
}

/// J12: locked, opened again, over to another person, who is forgotten.
async fn family_computer(hands: Hands<'_>) {
    let window = hands.0;
    hands.control('l').await;
    window.find("unlock").await;
    hands.kept("lock").await;
    hands.enter("unlock").await;
    hands.answer("passphrase", PASSPHRASE, false).await;
    window.find("new-application").await;
    hands.kept("unlock").await;
    hands.control('6').await;
    let other = window.css("[data-testid^='use-']").await;
    let other = other.attr("data-testid").await.unwrap().unwrap();
    hands.enter(&other).await;
    hands.answer("passphrase", OTHER, false).await;
    window.find("new-application").await;
    hands.kept("use").await;
    hands.control('6').await;
    hands.enter("forget").await;
    hands.refuse("forget").await;
    hands.is_on("forget").await;
    hands.press(&Key::Enter).await;
    hands.answer("forget", "", false).await;
    window.gone("who").await;
    hands.kept("forget").await;
}

/// What the hands find is right only if they notice what is wrong.
#[tokio::test]
async fn the_hands_notice_what_is_wrong() {
    let world = World::start().unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    let hands = Hands(&window);
    for (wrong, sign) in [
        ("at.style.outline = 'none'", "cannot be seen"),
        ("at.style.outline = '1px dotted'", "cannot be seen"),
        (
            "at.style.position = 'fixed'; at.style.top = '-500px'",
            "out of sight",
        ),
    ] {
        let script = format!(
            "const at = document.querySelector('[data-testid=nav-card]'); at.removeAttribute('style'); {wrong}"
        );
        window.client.execute(&script, Vec::new()).await.unwrap();
        let said = hands.way("nav-card", true).await.unwrap_err();
        assert!(said.contains(sign), "{wrong}: {said}");
    }
    window.close().await;
}
