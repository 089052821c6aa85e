//! The icon in the tray, as a desktop shows it (StatusNotifierItem, com.canonical.dbusmenu): it says how
//! things stand in the person's language, keeps the program when its window is closed, brings the
//! window back and ends the program. The window stands where it stood.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::{PATIENCE, Pcscd, World};
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedValue, Value};

use crate::display::Display;
use crate::driver::{Screen, has_ended};
use crate::shots;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const MENU: &str = "com.canonical.dbusmenu";

/// The part of a desktop that keeps the list of icons.
struct Desktop(Arc<Mutex<Vec<String>>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Desktop {
    fn register_status_notifier_item(&self, service: String) {
        self.0.lock().unwrap().push(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

/// The entries of the menu: number, label, whether it can be chosen.
type Entries = Vec<(i32, String, bool)>;
/// A layout as the menu gives it: number, properties, children.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

struct Icon {
    bus: Connection,
    name: String,
}

impl Icon {
    fn menu(&self) -> Proxy<'_> {
        Proxy::new(&self.bus, self.name.as_str(), "/MenuBar", MENU).unwrap()
    }

    fn entries(&self) -> Entries {
        let layout: (u32, Layout) = self
            .menu()
            .call("GetLayout", &(0_i32, -1_i32, Vec::<String>::new()))
            .unwrap();
        let children = layout.1.2.into_iter();
        children
            .filter_map(|child| {
                let (number, facts, _) = Layout::try_from(child).unwrap();
                let label = String::try_from(facts.get("label")?.try_clone().unwrap()).unwrap();
                let enabled = facts.get("enabled");
                let enabled = enabled.is_none_or(|value| **value != Value::Bool(false));
                Some((number, label, enabled))
            })
            .collect()
    }

    fn choose(&self, label: &str) {
        let entries = self.entries();
        let (number, ..) = entries.iter().find(|(_, one, _)| one == label).unwrap();
        let event = (*number, "clicked", Value::from(0_i32), 0_u32);
        // A program that ends may be gone before it has answered; what came of it is looked at.
        let _ = self.menu().call::<_, _, ()>("Event", &event);
    }
}

/// Waits until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// A desktop with a tray, which starts later than the program; the icon that comes.
async fn tray(screen: &Screen) -> Icon {
    let bus = screen.variable("DBUS_SESSION_BUS_ADDRESS");
    apart(move || {
        let registered = Arc::new(Mutex::new(Vec::new()));
        let desktop = Desktop(Arc::clone(&registered));
        let bus = connection::Builder::address(bus.as_str())
            .unwrap()
            .serve_at("/StatusNotifierWatcher", desktop)
            .unwrap()
            .name(WATCHER)
            .unwrap()
            .build()
            .unwrap();
        until("no icon came", || !registered.lock().unwrap().is_empty());
        let name = registered.lock().unwrap()[0].clone();
        Icon { bus, name }
    })
    .await
}

/// Runs what waits beside the tasks.
async fn apart<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(act).await.unwrap()
}

#[tokio::test]
async fn the_tray_keeps_the_program_and_the_window_its_place() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let profile = world.profile("window").unwrap();
    let window = screen.open(&profile).await;
    window.find("reader-state").await;
    let display = screen.variable("DISPLAY");
    let icon = tray(&screen).await;
    window.click("nav-settings").await;
    window.css("[data-testid='goes-on']:checked").await;

    let icon = apart(move || {
        let wanted = [
            ("Your papers are closed", false),
            ("Open Kabinet", true),
            ("Quit", true),
        ];
        until("the tray says something else", || {
            let entries = icon.entries();
            let said = entries.iter();
            said.map(|(_, label, enabled)| (label.as_str(), *enabled))
                .eq(wanted)
        });
        let mut display = Display::open(&display);
        let main = display.window();
        assert!(display.is_shown(main));
        display.resize(main, 900, 700);
        until("the window keeps its size", || {
            display.size(main) == (900, 700)
        });
        display.close(main);
        until("the window stays", || !display.is_shown(main));
        // The program goes on, and comes back.
        icon.choose("Open Kabinet");
        until("the window does not come back", || display.is_shown(main));
        icon
    })
    .await;

    // Another language, at once.
    window.click("language-ru").await;
    let process = screen.app();
    apart(move || {
        until("the tray speaks no Russian", || {
            icon.entries()
                .iter()
                .any(|(_, label, _)| label == "Завершить")
        });
        icon.choose("Завершить");
        until("the program does not end", || has_ended(process));
    })
    .await;
    drop((window, screen));

    // How large it was is kept with the profile. Unless the person wants it, it ends with its window.
    let screen = Screen::start(world.dir(), &shots());
    let mut window = screen.open(&profile).await;
    window.find("reader-state").await;
    let icon = tray(&screen).await;
    window.click("nav-settings").await;
    window.click("goes-on").await;
    window.css("[data-testid='goes-on']:not(:checked)").await;
    window.shoot("74-running").await;
    let display = screen.variable("DISPLAY");
    let process = screen.app();
    apart(move || {
        let mut display = Display::open(&display);
        let main = display.window();
        assert_eq!(display.size(main), (900, 700));
        display.close(main);
        until("the program does not end with its window", || {
            has_ended(process)
        });
        drop(icon);
    })
    .await;
}
