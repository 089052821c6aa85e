//! A person with a hundred thousand applications: any part of the list is there at once, the page stays
//! small, the arrow keys go through it. `cargo xtask bench` measures in an optimised build whether it
//! scrolls without dropping frames, and whether whatever is clicked answers before one would notice.

use std::path::Path;
use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use fantoccini::key::Key;
use jiff::Timestamp;
use kabinet_cache::{Changes, Kind, Store, protection};
use kabinet_records::{Application, Status};
use kabinet_stb::Secret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::driver::{Screen, Window};
use crate::hands::Hands;
use crate::{PASSPHRASE, shots, sign_in_unseen};

const MANY: usize = 100_000;
/// Milliseconds within which an act is answered, on a computer that shows sixty frames a second when
/// nothing happens; as much longer on one that has less to give.
const ANSWER: f64 = 100.0;
const FRAME: f64 = 1000.0 / 60.0;
/// Whether this run measures: nothing else has the computer then.
pub(crate) fn measures() -> bool {
    std::env::var_os("KABINET_MEASURE").is_some()
}

/// Each act is timed so often, and the best counts: the others are slow for what else the computer does.
const ROUNDS: usize = 3;
/// Elements that the page may have, whatever the list has.
const ELEMENTS: u64 = 1200;

/// Scrolls by `speed` pixels a frame for so many milliseconds.
const SCROLL: &str = "const [speed, span, done] = arguments;
    const main = document.getElementById('main');
    const frames = [];
    let [began, before, most, blank, way] = [0, 0, 0, 0, 1];
    const frame = (now) => {
        if (began === 0) began = now; else frames.push(now - before);
        before = now;
        if (frames.length % 10 === 5) {
            most = Math.max(most, document.querySelectorAll('*').length);
            const middle = innerHeight / 2;
            const spans = (row) => row.getBoundingClientRect().top <= middle && row.getBoundingClientRect().bottom >= middle;
            if (![...document.querySelectorAll('[aria-posinset]')].some(spans)) blank += 1;
        }
        if (now - began > span) done({ frames, most, blank, at: main.scrollTop });
        else {
            if (main.scrollTop + main.clientHeight >= main.scrollHeight - 1) way = -1;
            if (main.scrollTop <= 0) way = 1;
            main.scrollTop += way * speed;
            requestAnimationFrame(frame);
        }
    };
    requestAnimationFrame(frame);";

/// Notes when the next click or key was answered: the element is there and has been painted.
const LISTEN: &str = "const [selector] = arguments;
    window.answer = null;
    const heard = (event) => {
        for (const kind of ['click', 'keydown']) removeEventListener(kind, heard, true);
        const began = event.timeStamp;
        const look = () => {
            if (!document.querySelector(selector)) return requestAnimationFrame(look);
            // After this frame was painted.
            requestAnimationFrame(() => setTimeout(() => { window.answer = performance.now() - began; }));
        };
        setTimeout(look);
    };
    for (const kind of ['click', 'keydown']) addEventListener(kind, heard, true);";

#[tokio::test]
async fn a_hundred_thousand_applications_scroll_and_answer() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&profile).await;
    sign_in_unseen(&window).await;
    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;
    window.close().await;
    // Two programs in one store are one too many.
    let deadline = Instant::now() + PATIENCE;
    while !screen.processes().is_empty() {
        assert!(Instant::now() < deadline, "the program does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let began = Instant::now();
    fill(&profile);
    println!("made in {:?}", began.elapsed());

    let window = screen.open(&profile).await;
    let hands = Hands(&window);
    window.click("unlock").await;
    hands.answer("passphrase", PASSPHRASE, false).await;
    window.find("new-application").await;
    window.click("nav-affairs").await;
    window.css("[data-testid='applications'] a").await;
    // As high as all rows are, once the first of them have been measured.
    let high = format!(
        "return document.querySelector('[data-testid=applications]').firstElementChild.clientHeight > {}",
        40 * MANY
    );
    window.comes_true(&high, json!(true)).await;

    let frame = scrolls(&window).await;
    reaches(hands).await;
    answers(&window, frame).await;
    window.close().await;
}

/// The window's store gets so many applications more, as if the portal had told of them.
fn fill(profile: &Path) {
    let persons = std::fs::read_dir(profile.join("persons")).unwrap();
    let path = persons
        .map(|entry| entry.unwrap().path().join("store.db"))
        .find(|path| path.exists())
        .unwrap();
    let passphrase = Secret::new(PASSPHRASE.as_bytes().to_vec());
    let key = protection::key(&path, Some(&passphrase)).unwrap();
    let mut store = Store::open(&path, &key).unwrap();
    let state = store.sync_state(Kind::Application).unwrap().unwrap();
    let procedures = store.procedures().unwrap();
    let many: Vec<Application> = (1..=MANY)
        .map(|number| Application {
            id: Uuid::from_u128(number as u128),
            procedure_id: procedures[number % procedures.len()].id.clone(),
            procedure_version: 1,
            registration_number: format!("2020-{number:06}"),
            status: Status::Registered,
            submitted_at: Timestamp::from_second(1_600_000_000 + number as i64 * 600).unwrap(),
            deadline: None,
            signature_blob_id: None,
            history: Vec::new(),
        })
        .collect();
    let changes = Changes {
        complete: false,
        changed: &many,
        removed: &[],
        state: Some(&state),
    };
    store.change_applications(&changes).unwrap();
}

/// How frames came.
struct Frames {
    /// The middle one, in milliseconds.
    usual: f64,
    /// The part of them that came so late that one at least was left out.
    late: f64,
    /// Elements of the page at most.
    most: u64,
    /// How often nothing of the list was in the middle.
    blank: u64,
}

async fn frames(window: &Window, speed: u32) -> Frames {
    let arguments = vec![json!(speed), json!(2000)];
    let told = window
        .client
        .execute_async(SCROLL, arguments)
        .await
        .unwrap();
    let frames = told["frames"].as_array().unwrap();
    let mut frames: Vec<f64> = frames.iter().filter_map(Value::as_f64).collect();
    frames.sort_by(f64::total_cmp);
    let usual = frames[frames.len() / 2];
    let late = frames.iter().filter(|frame| **frame > 1.6 * usual).count();
    let found = Frames {
        usual,
        late: late as f64 / frames.len() as f64,
        most: told["most"].as_u64().unwrap(),
        blank: told["blank"].as_u64().unwrap(),
    };
    println!(
        "{speed} pixels a frame: {} frames of {usual:.1} ms, {:.0} % late, longest {:.0} ms, at most {} elements, {} times blank",
        frames.len(),
        100.0 * found.late,
        frames.last().unwrap(),
        found.most,
        found.blank,
    );
    found
}

/// Frames come as fast while the list moves, slowly and fast, as they do while a short page of words does:
/// that is all that this computer gives beside what else it does. Gives the milliseconds of such a frame.
async fn scrolls(window: &Window) -> f64 {
    let mut words = words(window).await;
    for speed in [40, 400, 20_000] {
        let mut round = 1;
        loop {
            let moving = frames(window, speed).await;
            assert!(moving.most < ELEMENTS, "{} elements", moving.most);
            // Nobody sees rows that pass by at a hundred a frame.
            let seen = speed < 1000;
            assert!(!seen || moving.blank == 0, "nothing is shown in between");
            let smooth = moving.usual < 1.5 * words.usual + 4.0 && moving.late < words.late + 0.15;
            if smooth || !measures() {
                break;
            }
            assert!(
                round < ROUNDS,
                "frames of {:.0} ms, {:.0} % late; of a page of words {:.0} ms, {:.0} %",
                moving.usual,
                100.0 * moving.late,
                words.usual,
                100.0 * words.late,
            );
            round += 1;
            words = self::words(window).await;
        }
    }
    // What comes into view is read, wherever it is.
    let jump = "const main = document.getElementById('main'); main.scrollTop = main.scrollHeight * arguments[0]";
    for part in [0.5, 0.93, 0.1, 1.0] {
        let began = Instant::now();
        window
            .client
            .execute(jump, vec![json!(part)])
            .await
            .unwrap();
        let shown = "const main = document.getElementById('main').getBoundingClientRect();
            const middle = document.elementFromPoint(main.left + main.width / 2, main.top + main.height / 2);
            return middle?.closest('[aria-posinset]')?.querySelector('a') != null";
        window.comes_true(shown, json!(true)).await;
        println!("jumped to {part}: shown after {:?}", began.elapsed());
    }
    window.picture("80-many-end").await;
    words.usual
}

/// How the page of the help moves.
async fn words(window: &Window) -> Frames {
    window.click("nav-help").await;
    window.find("topic-check").await;
    let moving = frames(window, 40).await;
    window.click("nav-affairs").await;
    window.css("[data-testid='applications'] a").await;
    moving
}

/// The list is one stop of the tab key, and the arrows go through it; each row says where it stands.
async fn reaches(hands: Hands<'_>) {
    let window = hands.0;
    let place =
        "return document.activeElement.closest('[aria-posinset]')?.getAttribute('aria-posinset')";
    let top = "document.getElementById('main').scrollTop = 0; document.querySelector('h1').focus()";
    window.client.execute(top, Vec::new()).await.unwrap();
    // Once it has stopped there, the tab key comes to the first row, whichever it came to before.
    let first = "return document.querySelector('[data-testid=applications] a[tabindex=\"0\"]')\
        ?.closest('[aria-posinset]').getAttribute('aria-posinset')";
    window.comes_true(first, json!("1")).await;
    let rows =
        "return document.querySelectorAll('[data-testid=applications] a[tabindex=\"0\"]').length";
    window.comes_true(rows, json!(1)).await;
    for _ in 0..20 {
        hands.press(&Key::Tab).await;
        let at = window.client.execute(place, Vec::new()).await.unwrap();
        if at == "1" {
            break;
        }
    }
    window.comes_true(place, json!("1")).await;
    for (key, at) in [
        (Key::Down, "2"),
        (Key::Down, "3"),
        (Key::Up, "2"),
        (Key::End, "100000"),
        (Key::Up, "99999"),
        (Key::Home, "1"),
    ] {
        hands.press(&key).await;
        window.comes_true(place, json!(at)).await;
        let seen = "const box = document.activeElement.getBoundingClientRect();
            return box.top >= 0 && box.bottom <= innerHeight";
        window.comes_true(seen, json!(true)).await;
    }
    let size =
        "return document.activeElement.closest('[aria-posinset]').getAttribute('aria-setsize')";
    window.comes_true(size, json!("100000")).await;
    // The row that has the focus stays where it is when it is out of sight, and the focus with it.
    let away = "document.getElementById('main').scrollTop = 500000";
    window.client.execute(away, Vec::new()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    window.comes_true(place, json!("1")).await;
    hands.press(&Key::Tab).await;
    let inside = "return document.activeElement.closest('[data-testid=applications]') === null";
    window.comes_true(inside, json!(true)).await;
    window.is_accessible("80-many").await;
}

/// Typical acts, each until what it leads to has been painted.
async fn answers(window: &Window, frame: f64) {
    if !measures() {
        return;
    }
    let most = ANSWER * (frame / FRAME).max(1.0);
    let mut best: Vec<(String, f64)> = Vec::new();
    for _ in 0..ROUNDS {
        for (act, leads_to) in [
            ("nav-home", "[data-testid='new-application']"),
            ("nav-affairs", "[data-testid='applications'] a"),
            ("application", "[data-testid='registration-number']"),
            ("nav-services", "[data-testid^='service-']"),
            ("service", "[data-testid='begin']"),
            ("nav-card", "[data-testid='card-panel']"),
            ("nav-files", "[data-testid='choose-files']"),
            ("nav-settings", "[data-testid='language-be']"),
            ("nav-help", "[data-testid='topic-check']"),
            ("open-palette", "[data-testid='palette-words']"),
            ("2020", "[data-testid^='command-application-']"),
        ] {
            let script = vec![json!(leads_to)];
            window.client.execute(LISTEN, script).await.unwrap();
            match act {
                "application" => click(window, "[data-testid='applications'] a").await,
                "service" => click(window, "[data-testid^='service-']").await,
                "2020" => Hands(window).press("2").await,
                id => window.click(id).await,
            }
            let answered = "return window.answer !== null";
            window.comes_true(answered, json!(true)).await;
            let took = window.client.execute("return window.answer", Vec::new());
            let took = took.await.unwrap().as_f64().unwrap();
            match best.iter_mut().find(|(known, _)| known == act) {
                Some((_, known)) => *known = known.min(took),
                None => best.push((act.to_owned(), took)),
            }
        }
        Hands(window).press(&Key::Escape).await;
        window.gone("palette").await;
    }
    println!("answered, in milliseconds of {most:.0}: {best:.0?}");
    for (act, took) in &best {
        assert!(
            *took < most,
            "{act} is answered after {took:.0} ms of {most:.0}"
        );
    }
}

async fn click(window: &Window, selector: &str) {
    window.click_css(selector).await;
}
