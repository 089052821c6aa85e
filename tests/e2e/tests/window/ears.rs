//! The ears of somebody who hears the screen instead of seeing it: what the window tells assistive
//! technology on the accessibility bus (AT-SPI 2, interfaces `org.a11y.atspi` of at-spi2-core), as a
//! screen reader asks and listens there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use zbus::blocking::{Connection, MessageIterator, connection};
use zbus::message::Type;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Structure, Value};
use zbus::{MatchRule, Message};

const PATIENCE: Duration = Duration::from_secs(40);
const REGISTRY: &str = "org.a11y.atspi.Registry";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// The program that owns the accessibility bus, where Debian and Ubuntu have it.
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";
/// The state `ATSPI_STATE_INVALID_ENTRY`.
const INVALID_ENTRY: usize = 36;
/// What a person does something with (WAI-ARIA 1.2 roles).
const CONTROLS: [&str; 14] = [
    "button",
    "checkbox",
    "combobox",
    "dialog",
    "heading",
    "img",
    "link",
    "listbox",
    "option",
    "progressbar",
    "radio",
    "searchbox",
    "tab",
    "textbox",
];

/// An object: the connection that has it, and its path there.
type Place = (String, OwnedObjectPath);

/// Something that a screen reader says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    /// As the engine computed it (WAI-ARIA).
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// Whether it says that what was typed in it is wrong.
    pub(crate) invalid: bool,
}

#[derive(Default)]
struct Heard {
    /// What came into live regions.
    sentences: Vec<String>,
    /// What got the focus, by role and name.
    focus: Vec<(String, String)>,
}

/// A screen reader.
pub(crate) struct Ears {
    bus: Connection,
    heard: Arc<Mutex<Heard>>,
}

/// Lets the session's bus in that folder start the accessibility bus when somebody asks for it.
pub(crate) fn provide(home: &Path) {
    let services = home.join("services");
    std::fs::create_dir_all(&services).unwrap();
    let service = format!("[D-BUS Service]\nName=org.a11y.Bus\nExec={LAUNCHER}\n");
    std::fs::write(services.join("org.a11y.Bus.service"), service).unwrap();
}

impl Ears {
    /// Listens from now on, in the session of that bus.
    pub(crate) fn open(session: &str) -> Self {
        let session = connection::Builder::address(session)
            .unwrap()
            .build()
            .unwrap();
        let (owner, path) = ("org.a11y.Bus", "/org/a11y/bus");
        // As every screen reader does: applications need not tell anything otherwise.
        let enabled = ("org.a11y.Status", "IsEnabled", Value::from(true));
        session
            .call_method(Some(owner), path, Some(PROPERTIES), "Set", &enabled)
            .unwrap();
        let address = session
            .call_method(Some(owner), path, Some(owner), "GetAddress", &())
            .unwrap();
        let address: String = address.body().deserialize().unwrap();
        let connect = || {
            let builder = connection::Builder::address(address.as_str()).unwrap();
            builder.build().unwrap()
        };
        let (bus, listening) = (connect(), connect());
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface("org.a11y.atspi.Event.Object")
            .unwrap()
            .build();
        let events = MessageIterator::for_match_rule(rule, &listening, Some(10_000)).unwrap();
        for event in ["object:children-changed", "object:state-changed"] {
            let wish = (event, Vec::<&str>::new(), "");
            let path = "/org/a11y/atspi/registry";
            listening
                .call_method(Some(REGISTRY), path, Some(REGISTRY), "RegisterEvent", &wish)
                .unwrap();
        }
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (asking, noting) = (connect(), Arc::clone(&heard));
        std::thread::spawn(move || {
            for event in events.flatten() {
                // What was told of may be gone by now.
                let _ = note(&asking, &event, &noting);
            }
        });
        Self { bus, heard }
    }

    /// Everything on the page whose title that is, in its order.
    pub(crate) fn page(&self, title: &str) -> Vec<Thing> {
        let mut found = Vec::new();
        let root = path("/org/a11y/atspi/accessible/root");
        self.walk(&(REGISTRY.to_owned(), root), title, false, &mut found);
        found
    }

    /// Waits until the page has that, by role and the beginning of its name; gives it.
    pub(crate) async fn finds(&self, title: &str, role: &str, name: &str) -> Thing {
        self.finds_that(title, role, name, |_| true).await
    }

    /// The same, of which more holds.
    pub(crate) async fn finds_that(
        &self,
        title: &str,
        role: &str,
        name: &str,
        holds: impl Fn(&Thing) -> bool,
    ) -> Thing {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let page = self.page(title);
            let mut all = page.iter();
            let fits =
                |thing: &&Thing| thing.role == role && thing.name.starts_with(name) && holds(thing);
            if let Some(thing) = all.find(fits) {
                return thing.clone();
            }
            assert!(
                Instant::now() < deadline,
                "no {role} `{name}` on `{title}`: {page:#?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Forgets what was heard so far.
    pub(crate) fn forget(&self) {
        *self.heard.lock().unwrap() = Heard::default();
    }

    /// Waits until something with these words was said in a live region.
    pub(crate) async fn hears(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let heard = self.heard.lock().unwrap().sentences.clone();
            if heard.iter().any(|sentence| sentence.contains(words)) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "`{words}` was not said, but: {heard:#?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the focus came to something with that role and the beginning of that name.
    pub(crate) async fn follows(&self, role: &str, name: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let focus = self.heard.lock().unwrap().focus.clone();
            let fits = |(one, called): &(String, String)| one == role && called.starts_with(name);
            if focus.iter().any(fits) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the focus did not come to {role} `{name}`, but: {focus:#?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn walk(&self, place: &Place, title: &str, inside: bool, found: &mut Vec<Thing>) {
        let Ok(attributes) = attributes(&self.bus, place) else {
            return;
        };
        let name = property(&self.bus, place, "Name").unwrap_or_default();
        let is_page = is_of_web(&attributes) && !attributes.contains_key("tag") && name == title;
        if inside && let Some(role) = attributes.get("computed-role") {
            found.push(Thing {
                role: role.clone(),
                name,
                description: property(&self.bus, place, "Description").unwrap_or_default(),
                invalid: is_invalid(&self.bus, place).unwrap_or_default(),
            });
        }
        for child in children(&self.bus, place).unwrap_or_default() {
            self.walk(&child, title, inside || is_page, found);
        }
    }
}

/// Those that a screen reader cannot call by a name.
pub(crate) fn nameless(page: &[Thing]) -> Vec<&Thing> {
    let controls = page
        .iter()
        .filter(|thing| CONTROLS.contains(&thing.role.as_str()));
    controls
        .filter(|thing| thing.name.trim().is_empty())
        .collect()
}

fn is_of_web(attributes: &HashMap<String, String>) -> bool {
    attributes
        .get("toolkit")
        .is_some_and(|one| one == "WebKitGTK")
}

/// Keeps what an event says to somebody who hears.
fn note(bus: &Connection, event: &Message, heard: &Mutex<Heard>) -> zbus::Result<()> {
    let header = event.header();
    let (Some(sender), Some(path), Some(member)) =
        (header.sender(), header.path(), header.member())
    else {
        return Ok(());
    };
    let body = event.body();
    let body: Structure<'_> = body.deserialize()?;
    let [Value::Str(detail), Value::I32(on), _, value, ..] = body.fields() else {
        return Ok(());
    };
    match (member.as_str(), detail.as_str()) {
        ("StateChanged", "focused") if *on == 1 => {
            let place = (sender.to_string(), path.to_owned().into());
            let role = attributes(bus, &place)?.remove("computed-role");
            let name = property(bus, &place, "Name")?;
            let focus = (role.unwrap_or_default(), name);
            heard.lock().unwrap().focus.push(focus);
        }
        ("ChildrenChanged", "add") => {
            let Some(child) = place_in(value) else {
                return Ok(());
            };
            let live = attributes(bus, &child)?.remove("container-live");
            if live.is_some_and(|live| live != "off") {
                let words = words(bus, &child)?;
                heard.lock().unwrap().sentences.push(words);
            }
        }
        _ => {}
    }
    Ok(())
}

fn place_in(value: &Value<'_>) -> Option<Place> {
    match value {
        Value::Value(inner) => place_in(inner),
        Value::Structure(both) => match both.fields() {
            [Value::Str(owner), Value::ObjectPath(path)] => {
                Some((owner.to_string(), path.to_owned().into()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// What stands in an object and those in it.
fn words(bus: &Connection, place: &Place) -> zbus::Result<String> {
    let mut all = match ask::<String>(
        bus,
        place,
        "org.a11y.atspi.Text",
        "GetText",
        &(0_i32, -1_i32),
    ) {
        Ok(text) => text.replace('\u{fffc}', " "),
        Err(_) => property(bus, place, "Name")?,
    };
    for child in children(bus, place)? {
        all.push(' ');
        all.push_str(&words(bus, &child)?);
    }
    Ok(all)
}

fn attributes(bus: &Connection, place: &Place) -> zbus::Result<HashMap<String, String>> {
    ask(bus, place, ACCESSIBLE, "GetAttributes", &())
}

fn is_invalid(bus: &Connection, place: &Place) -> zbus::Result<bool> {
    let states: Vec<u32> = ask(bus, place, ACCESSIBLE, "GetState", &())?;
    let word = states.get(INVALID_ENTRY / 32).copied().unwrap_or_default();
    Ok(word >> (INVALID_ENTRY % 32) & 1 == 1)
}

fn children(bus: &Connection, place: &Place) -> zbus::Result<Vec<Place>> {
    let children: Vec<Place> = ask(bus, place, ACCESSIBLE, "GetChildren", &())?;
    if !children.is_empty() {
        return Ok(children);
    }
    // The widget that holds the page counts it among its children and does not list it.
    let count: OwnedValue = ask(bus, place, PROPERTIES, "Get", &(ACCESSIBLE, "ChildCount"))?;
    let one = |index: i32| ask(bus, place, ACCESSIBLE, "GetChildAtIndex", &index);
    (0..i32::try_from(count)?).map(one).collect()
}

fn property(bus: &Connection, place: &Place, name: &str) -> zbus::Result<String> {
    let value: OwnedValue = ask(bus, place, PROPERTIES, "Get", &(ACCESSIBLE, name))?;
    Ok(String::try_from(value)?)
}

fn ask<T>(
    bus: &Connection,
    (owner, path): &Place,
    interface: &str,
    method: &str,
    body: &(impl serde::Serialize + DynamicType),
) -> zbus::Result<T>
where
    T: serde::de::DeserializeOwned + zbus::zvariant::Type,
{
    bus.call_method(Some(owner.as_str()), path, Some(interface), method, body)?
        .body()
        .deserialize()
}

fn path(path: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(path).unwrap()
}
