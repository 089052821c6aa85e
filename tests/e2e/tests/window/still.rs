//! Nothing moves on its own: not when the network goes or comes back, on no page; and a page that waits
//! for the catalogue shows it as soon as it is here.

use std::time::Duration;

use e2e::{Pcscd, World};
use serde_json::json;

use crate::driver::{Screen, Window};
use crate::hands::Hands;
use crate::{PROCEDURE, shots, sign_in_unseen};

/// From now on notes what stands elsewhere than a frame before though nobody did anything. WebKit has no
/// `layout-shift` of the Layout Instability API, so this compares positions as that does.
const WATCH: &str = "window.moved = [];
    const places = () => {
        const found = new Map();
        for (const one of document.querySelectorAll('main h1, main h2, main p, main a, main button, main input, aside a, aside button')) {
            const box = one.getBoundingClientRect();
            if (box.width > 1 && box.bottom > 0 && box.top < innerHeight) found.set(one, [box.left, box.top]);
        }
        return found;
    };
    let before = places();
    window.watching = true;
    const frame = () => {
        if (!window.watching) return;
        const now = places();
        for (const [one, [left, top]] of now) {
            const was = before.get(one);
            if (was && Math.abs(was[0] - left) + Math.abs(was[1] - top) > 1) {
                window.moved.push(`${one.dataset.testid ?? one.textContent.trim().slice(0, 40)} by ${left - was[0]}, ${top - was[1]}`);
            }
        }
        before = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);";

/// Waits until a page that was just opened has stood still for 600 ms.
const SETTLE: &str = "const [done] = arguments;
    const places = () => [...document.querySelectorAll('main *')].map((one) => {
        const box = one.getBoundingClientRect();
        return [box.left, box.top].join();
    }).join(' ');
    let [before, since, end] = ['', Date.now(), Date.now() + 30000];
    const look = () => {
        const now = places();
        if (now !== before) [before, since] = [now, Date.now()];
        if (Date.now() - since >= 600 || Date.now() > end) done();
        else setTimeout(look, 60);
    };
    look();";

async fn run(window: &Window, script: &str) -> serde_json::Value {
    window.client.execute(script, Vec::new()).await.unwrap()
}

#[tokio::test]
async fn nothing_moves_when_the_network_goes_and_a_page_waits_for_the_catalogue() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    // The catalogue takes its time; who is on a procedure's page before it came waits for it there.
    let slow =
        json!({"match": "/jmap/api", "kind": "delay", "times": 1000, "milliseconds": 10_000});
    world.sandbox.fault(&slow).unwrap();
    sign_in_unseen(&window).await;
    run(
        &window,
        &format!("location.hash = '#/services/{PROCEDURE}'"),
    )
    .await;
    window.find("problem-procedure_not_found").await;
    world.sandbox.behave().unwrap();
    window.find("begin").await;
    assert!(!window.has("problem-procedure_not_found").await);
    // A new version of the procedure is shown without a new visit. Its news takes up to a minute where
    // nobody asks.
    let cost = json!({"cost": {"be": "сем рублёў", "ru": "семь рублей", "en": "seven roubles"}});
    world.sandbox.publish(PROCEDURE, &cost).unwrap();
    run(&window, "dispatchEvent(new Event('online'))").await;
    window
        .comes_true(
            "return document.body.innerText.includes('seven roubles')",
            json!(true),
        )
        .await;

    window
        .css("[data-testid='portal-state'][data-state='online']")
        .await;
    for (page, there) in [
        ("#/", "new-application"),
        ("#/applications", "no-applications"),
        ("#/services", "search"),
        ("#/services/2.2", "begin"),
        ("#/card", "card-panel"),
        ("#/files", "choose-files"),
        ("#/settings", "lock-after"),
        ("#/help", "check-verdict"),
    ] {
        run(&window, &format!("location.hash = '{page}'")).await;
        window.find(there).await;
        let settled = window.client.execute_async(SETTLE, Vec::new()).await;
        settled.unwrap();
        if page == "#/settings" {
            run(&window, "document.getElementById('main').scrollTop = 700").await;
        }
        run(&window, WATCH).await;
        run(&window, "dispatchEvent(new Event('offline'))").await;
        window.find("offline").await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        if page == "#/" {
            window.picture("81-offline").await;
        }
        // A pass begins, which finds the portal.
        run(&window, "dispatchEvent(new Event('online'))").await;
        window.gone("offline").await;
        window
            .css("[data-testid='portal-state'][data-state='online']")
            .await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        let moved = run(&window, "window.watching = false; return window.moved").await;
        assert_eq!(moved, json!([]), "{page}");
    }
    // What the card says does not push away what is below.
    run(&window, "location.hash = '#/'").await;
    window.find("new-application").await;
    let opened = format!("location.hash = '#/card'; {WATCH}");
    run(&window, &opened).await;
    window.find("read-card").await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    let moved = run(&window, "window.watching = false; return window.moved").await;
    assert_eq!(moved, json!([]));
    // Nor do the panels of the settings push each other away.
    let opened = format!("location.hash = '#/settings'; {WATCH}");
    run(&window, &opened).await;
    window
        .comes_true(
            "return !!document.querySelector('[data-testid=forget]')?.offsetParent",
            json!(true),
        )
        .await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    let moved = run(&window, "window.watching = false; return window.moved").await;
    assert_eq!(moved, json!([]));
    // It would have been noticed.
    run(&window, WATCH).await;
    let push = "document.querySelector('h1').before(document.createElement('hr'))";
    run(&window, push).await;
    window
        .comes_true("return window.moved.length > 0", json!(true))
        .await;
    window.close().await;
}

/// What comes in before it does not push the focus out of sight; whoever scrolled away from it is left
/// where they are.
#[tokio::test]
async fn the_focus_stays_in_view() {
    let world = World::start().unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let window = screen.open(&world.profile("window").unwrap()).await;
    let hands = Hands(&window);
    window.click("nav-settings").await;
    hands.to("portal-address").await;
    let seen = "const box = document.activeElement.getBoundingClientRect();
        const frame = document.getElementById('main').getBoundingClientRect();
        return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1";
    window.comes_true(seen, json!(true)).await;
    let grow = "const one = document.createElement('div'); one.style.height = '2000px';
        document.querySelector('h1').before(one)";
    // The page hears a frame later that the browser scrolled for the tab key.
    tokio::time::sleep(Duration::from_millis(500)).await;
    run(&window, grow).await;
    window.comes_true(seen, json!(true)).await;
    run(&window, "document.getElementById('main').scrollTop = 0").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    run(&window, grow).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(run(&window, seen).await, json!(false));
    window.close().await;
}
