//! Fields that help, by the keyboard alone: a long list that is searched, days that are typed or picked,
//! a telephone number that falls into groups, and files that are seen before they are sent.

use fantoccini::key::Key;
use serde_json::json;

use crate::driver::Window;
use crate::form::begin;
use crate::hands::Hands;
use crate::signed_in;

/// A page of 99 by 99 points with a black square in the middle.
pub(crate) const PAGE: &[u8] = b"%PDF-1.7
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R>> endobj
4 0 obj <</Length 16>>
stream
33 33 33 33 re f
endstream endobj
trailer <</Root 1 0 R>>
%%EOF";

/// The photo of somebody who does not exist, as JPEG.
pub(crate) fn photo() -> Vec<u8> {
    let file = include_bytes!("../../../sandbox-portal/holders/foreigner/dg2");
    let start = file
        .windows(3)
        .position(|octets| octets == [0xFF, 0xD8, 0xFF]);
    file[start.unwrap()..].to_vec()
}

/// Gives the page a file as the web view does when a person chooses one.
async fn give(window: &Window, name: &str, octets: &[u8]) {
    let script = "const [name, octets] = arguments;
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(octets)], name));
        const input = document.querySelector('[data-testid=\"choose-/documents\"]');
        input.files = transfer.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));";
    let arguments = vec![json!(name), json!(octets)];
    // It takes the next one when the one before has answered the question.
    window
        .css("[data-testid='choose-/documents']:enabled")
        .await;
    window.client.execute(script, arguments).await.unwrap();
    window.find(&format!("file-{name}")).await;
}

#[tokio::test]
async fn fields_help_whoever_fills_them_in_by_keyboard() {
    let (_place, mut window) = signed_in().await;
    begin(&mut window, "2.35").await;
    {
        let hands = Hands(&window);
        hands.has("field-/phone", "+375 29 555-01-23").await;
        hands
            .fill("field-/phone", "+375295550124", "+375 29 555-01-24")
            .await;
    }
    // Files are handed in where they are asked for, and answer the question at once.
    Hands(&window).enter("step-3").await;
    window.find("drop-/documents").await;
    see_files(&mut window).await;
    assert!(!window.has("attachments").await);
    let hands = Hands(&window);
    hands.enter("step-1").await;
    window.find("field-/deceased/familyName").await;
    hands.write("field-/deceased/familyName", "Янкоўскі").await;
    hands.write("field-/deceased/givenName", "Максім").await;

    // Typed in the way of another language, and shown in that of the window.
    hands
        .fill(
            "field-/deceased/birthDate",
            "11 лютага 1940",
            "11 February 1940",
        )
        .await;
    // What is no day is told, and stays as it was typed.
    hands
        .fill("field-/deceased/deathDate", "31.2.2026", "31.2.2026")
        .await;
    window.find("problem-/deceased/deathDate").await;
    hands
        .fill("field-/deceased/deathDate", "14.1.2026", "14 January 2026")
        .await;
    window.gone("problem-/deceased/deathDate").await;
    // Picked: the next day, a week on, a month on.
    hands.enter("field-/deceased/deathDate-pick").await;
    hands.is_on("day-2026-01-14").await;
    window.is_accessible("fields-calendar").await;
    window.picture("fields-calendar").await;
    hands.press(&Key::Right).await;
    hands.press(&Key::Down).await;
    hands.is_on("day-2026-01-22").await;
    hands.press(&Key::PageDown).await;
    hands.is_on("day-2026-02-22").await;
    hands.press(&Key::Enter).await;
    hands
        .has("field-/deceased/deathDate", "22 February 2026")
        .await;
    window.gone("field-/deceased/deathDate-calendar").await;
    hands.is_on("field-/deceased/deathDate-pick").await;
    // Closed without a choice, nothing has changed.
    hands.press(&Key::Enter).await;
    hands.is_on("day-2026-02-22").await;
    hands.press(&Key::Escape).await;
    window.gone("field-/deceased/deathDate-calendar").await;
    hands
        .has("field-/deceased/deathDate", "22 February 2026")
        .await;

    find_country(&window).await;
    let hands = Hands(&window);
    hands.enter("step-4").await;
    window.find("review-files").await;
    let shown = [
        ("review-/phone", "+375295550124"),
        ("review-/deceased/birthDate", "11 February 1940"),
        ("review-/deceased/deathDate", "22 February 2026"),
        ("review-/country", "United Kingdom"),
    ];
    for (id, wanted) in shown {
        assert_eq!(window.text(id).await, wanted, "{id}");
    }
    window.find("preview-page.pdf").await;
    for (index, name) in ["photo.jpg", "page.pdf", "broken.pdf"].iter().enumerate() {
        let shown = window.text(&format!("review-/documents/{index}")).await;
        assert!(shown.contains(name), "{shown}");
    }
    window.close().await;
}

async fn find_country(window: &Window) {
    let hands = Hands(window);
    hands
        .pick("field-/registered=BY", "field-/registered=other")
        .await;
    hands.to("field-/country").await;
    hands.press("united").await;
    let first = "const at = document.activeElement.getAttribute('aria-activedescendant');
        return document.getElementById(at)?.textContent.trim() ?? ''";
    window
        .comes_true(first, json!("United Arab Emirates"))
        .await;
    window.is_accessible("fields-choices").await;
    window.picture("fields-choices").await;
    hands.press(&Key::Down).await;
    window.comes_true(first, json!("United Kingdom")).await;
    hands.press(&Key::Enter).await;
    hands.has("field-/country", "United Kingdom").await;
    window.gone("field-/country-list").await;
    // What is not in the list is taken back.
    hands
        .fill("field-/country", "Atlantis", "United Kingdom")
        .await;
    // What is written out in full is chosen; emptied, it is missing.
    hands.fill("field-/country", "poland", "Poland").await;
    hands.fill("field-/country", "", "").await;
    hands
        .fill("field-/country", "united kingdom", "United Kingdom")
        .await;
}

async fn see_files(window: &mut Window) {
    give(window, "photo.jpg", &photo()).await;
    give(window, "page.pdf", PAGE).await;
    give(window, "broken.pdf", b"%PDF-1.7\nnothing").await;
    window.find("preview-none-broken.pdf").await;
    assert!(!window.has("preview-broken.pdf").await);
    for (name, width, height) in [("photo.jpg", 240, 320), ("page.pdf", 1200, 1200)] {
        let large = format!("preview-large-{name}");
        let hands = Hands(window);
        hands.enter(&format!("preview-{name}")).await;
        window.find(&large).await;
        // The picture is there, and not only its frame.
        let size = format!(
            "const picture = document.querySelector(`[data-testid='{large}']`);
            return [picture.naturalWidth, picture.naturalHeight]"
        );
        window.comes_true(&size, json!([width, height])).await;
        window.is_accessible("fields-previews").await;
        window.picture(&format!("fields-preview-{name}")).await;
        hands.is_on(&format!("preview-{name}")).await;
        hands.press(&Key::Enter).await;
        window.gone(&large).await;
    }
}
