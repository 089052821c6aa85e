//! The desktop tells what happens while nobody looks: through the session's own notification service,
//! for which this stands (Desktop Notifications Specification 1.2).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use zbus::blocking::{Connection, connection};
use zbus::zvariant::OwnedValue;

use crate::driver::Screen;
use crate::locking::session_bus;
use crate::{PASSPHRASE, PIN, fill_in, shots, sign_in};

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// The bodies of what was shown, and their actions.
type Shown = Arc<Mutex<Vec<(String, Vec<String>)>>>;

struct Desktop(Shown);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".into(), "body".into(), "body-markup".into()]
    }

    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        _app_name: String,
        _replaces: u32,
        _icon: String,
        _summary: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap();
        shown.push((body, actions));
        u32::try_from(shown.len()).unwrap()
    }
}

fn desktop(bus: &str) -> (Connection, Shown) {
    let shown = Shown::default();
    let connection = connection::Builder::address(bus)
        .unwrap()
        .serve_at(PATH, Desktop(Arc::clone(&shown)))
        .unwrap()
        .name(SERVICE)
        .unwrap()
        .build()
        .unwrap();
    (connection, shown)
}

/// Waits for so many notices; gives the last.
async fn told(shown: &Shown, count: usize) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let all = shown.lock().unwrap().clone();
        if all.len() >= count {
            assert_eq!(all.len(), count, "{all:?}");
            let (body, actions) = all.last().unwrap().clone();
            assert_eq!(actions[0], "default");
            return body;
        }
        assert!(Instant::now() < deadline, "{all:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_desktop_tells_once_and_a_click_leads_there() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let _card = world.card_in_vpcd("citizen", 0).unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let profile = world.profile("window").unwrap();
    let mut window = screen.open(&profile).await;
    let bus = session_bus(&profile);
    let (connection, shown) = tokio::task::spawn_blocking(move || desktop(&bus))
        .await
        .unwrap();
    sign_in(&mut window, PIN, PASSPHRASE).await;
    let id = fill_in(&mut window).await;
    window.click("sign-and-send").await;
    window.prompt("sign").await;
    window.write("prompt-secret", PIN).await;
    window.confirm().await;
    let number = window.text("registration-number").await;
    window.click("nav-home").await;

    let asked = ["request", "--wanted", "Фота", "--days", "2"];
    world.sandbox.operate(&id, &asked).unwrap();
    let title = crate::procedure()["title"]["en"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        told(&shown, 1).await,
        format!("Reply by the day after tomorrow: {title}")
    );
    // A click leads to the application.
    let click = move |number: u32| {
        connection
            .emit_signal(
                None::<&str>,
                PATH,
                SERVICE,
                "ActionInvoked",
                &(number, "default"),
            )
            .unwrap();
        connection
    };
    let connection = tokio::task::spawn_blocking(move || click(1)).await.unwrap();
    assert_eq!(window.text("registration-number").await, number);

    // Told nothing for a while, nobody hears of that while later.
    window.click("nav-settings").await;
    window.click("notices-on").await;
    window.gone("notices-details").await;
    let asked = ["request", "--wanted", "Копія", "--days", "30"];
    world.sandbox.operate(&id, &asked).unwrap();
    let second = world.sandbox.messages().unwrap()[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    window.click("nav-affairs").await;
    window.find("sync").await;
    window
        .click_css(&format!("[data-testid='application-{id}'] a"))
        .await;
    window.find(&format!("message-{second}")).await;
    // A pass that has brought it may not have come to its notices yet; one that begins now comes after it.
    window.click("nav-affairs").await;
    window.click("sync").await;
    window.css("[data-testid='sync']:enabled").await;
    window.click("nav-settings").await;
    window.click("notices-on").await;
    window.click("notices-details").await;
    window.css("[data-testid='notices-details']:checked").await;
    window.shoot("59-notices").await;
    window.click("nav-affairs").await;
    window.click("sync").await;
    world
        .sandbox
        .operate(&id, &["approve", "--text", "Выдаць."])
        .unwrap();
    assert_eq!(
        told(&shown, 2).await,
        format!("There is a decision: {title}\n{number} · approved")
    );
    drop(connection);
    window.close().await;
}
