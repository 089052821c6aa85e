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

use e2e::PATIENCE;

/// How long a web view may take to answer: one that is ending never does, and the next would wait for it.
const ANSWERS: Duration = Duration::from_secs(20);
/// Least times that a page is looked at: where much runs beside, one look may take longer than patience.
const LOOKS: usize = 3;
const EVENTS: &str = "org.a11y.atspi.Event.Object";
/// What is put among the events to know that all before it are noted.
const MARK: &str = "Mark";
const REGISTRY: &str = "org.a11y.atspi.Registry";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// The program that owns the accessibility bus, where Debian and Ubuntu have it.
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";
/// The state `ATSPI_STATE_FOCUSED`.
const FOCUSED: usize = 12;
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
    /// Whether it has the focus.
    focused: bool,
}

#[derive(Debug, Default)]
struct Heard {
    /// What came into live regions.
    sentences: Vec<String>,
    /// What got the focus, by role and name.
    focus: Vec<(String, String)>,
    /// What could not be asked about an event, which may be what a test waits for.
    dropped: Vec<String>,
    /// How often it was forgotten.
    forgotten: usize,
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
            builder.method_timeout(ANSWERS).build().unwrap()
        };
        let (bus, listening) = (connect(), connect());
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(EVENTS)
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
                if let Err(error) = note(&asking, &event, &noting) {
                    // What was told of may be gone by now.
                    let dropped = format!("{:?}: {error}", event.header().member());
                    noting.lock().unwrap().dropped.push(dropped);
                }
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
        for look in 1.. {
            let page = self.page(title);
            let mut all = page.iter();
            let fits =
                |thing: &&Thing| thing.role == role && thing.name.starts_with(name) && holds(thing);
            if let Some(thing) = all.find(fits) {
                return thing.clone();
            }
            assert!(
                look < LOOKS || Instant::now() < deadline,
                "no {role} `{name}` on `{title}`: {page:#?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        unreachable!()
    }

    /// Waits until the page is there as a whole and everything on it that can be used or is a mark on the
    /// way has a name, twice in a row: of a page that is just being drawn some is not named yet.
    pub(crate) async fn finds_names(&self, title: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut named = 0;
        for look in 1.. {
            let page = self.page(title);
            let without = nameless(&page);
            let is_named = page.len() > 5 && without.is_empty();
            named = if is_named { named + 1 } else { 0 };
            if named == 2 {
                return;
            }
            assert!(
                is_named || look < LOOKS || Instant::now() < deadline,
                "{title}, of {} things: {without:#?}",
                page.len()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Forgets what was heard so far, also what was said and is not noted yet.
    pub(crate) async fn forget(&self) {
        let before = self.heard.lock().unwrap().forgotten;
        let nobody = None::<&str>;
        self.bus
            .emit_signal(nobody, "/", EVENTS, MARK, &())
            .unwrap();
        let deadline = Instant::now() + PATIENCE;
        while self.heard.lock().unwrap().forgotten == before {
            assert!(Instant::now() < deadline, "what is said is not noted");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until something with these words was said in a live region.
    pub(crate) async fn hears(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            {
                let heard = self.heard.lock().unwrap();
                if heard.sentences.iter().any(|one| one.contains(words)) {
                    return;
                }
                assert!(
                    Instant::now() < deadline,
                    "`{words}` was not said, but: {heard:#?}"
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the focus came to something with that role and the beginning of that name, or is there
    /// on the page with that title: a new web view may have given it before it is on the bus.
    pub(crate) async fn follows(&self, title: &str, role: &str, name: &str) {
        let deadline = Instant::now() + PATIENCE;
        for look in 1.. {
            let focus = self.heard.lock().unwrap().focus.clone();
            let fits = |(one, called): &(String, String)| one == role && called.starts_with(name);
            let has =
                |thing: &Thing| thing.focused && thing.role == role && thing.name.starts_with(name);
            if focus.iter().any(fits) || self.page(title).iter().any(has) {
                return;
            }
            assert!(
                look < LOOKS || Instant::now() < deadline,
                "the focus did not come to {role} `{name}`, but: {:#?}",
                self.heard.lock().unwrap()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn walk(&self, place: &Place, title: &str, inside: bool, found: &mut Vec<Thing>) {
        let Ok(attributes) = attributes(&self.bus, place) else {
            return;
        };
        // What goes while it is asked is not on the page any more.
        let Ok(name) = property(&self.bus, place, "Name") else {
            return;
        };
        let is_document = is_of_web(&attributes) && !attributes.contains_key("tag");
        let is_page = is_document && name == title;
        // That of another window may be long.
        if is_document && !inside && !is_page && !name.is_empty() {
            return;
        }
        if inside && let Some(role) = attributes.get("computed-role") {
            let states = states(&self.bus, place).unwrap_or_default();
            found.push(Thing {
                role: role.clone(),
                name,
                description: property(&self.bus, place, "Description").unwrap_or_default(),
                invalid: has(&states, INVALID_ENTRY),
                focused: has(&states, FOCUSED),
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
    if header.member().is_some_and(|member| member == MARK) {
        let mut heard = heard.lock().unwrap();
        let forgotten = heard.forgotten + 1;
        *heard = Heard {
            forgotten,
            ..Heard::default()
        };
        return Ok(());
    }
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

/// A set of bits in words of 32.
fn states(bus: &Connection, place: &Place) -> zbus::Result<Vec<u32>> {
    ask(bus, place, ACCESSIBLE, "GetState", &())
}

fn has(states: &[u32], state: usize) -> bool {
    let word = states.get(state / 32).copied().unwrap_or_default();
    word >> (state % 32) & 1 == 1
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
