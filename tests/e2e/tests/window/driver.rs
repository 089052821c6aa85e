//! Drives the real window: WebKitGTK under Xvfb, through tauri-driver and WebKitWebDriver.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use e2e::PATIENCE;
use fantoccini::elements::Element;
use fantoccini::wd::{TimeoutConfiguration, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long a script may run before the driver ends it, which is longer than what it waits for.
const SCRIPT: Duration = Duration::from_secs(120);

/// How long it may take until what failed without the portal is tried again: up to a minute after each of
/// the last tries.
pub(crate) const TRIED_AGAIN: Duration = Duration::from_secs(150);

/// A session bus that starts no services by itself but those that a test provides.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <servicedir>SERVICES</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A screen that nobody sees, and the driver on it.
pub(crate) struct Screen {
    _xvfb: Group,
    driver: Group,
    port: u16,
    shots: PathBuf,
}

/// A process with its children; all end with this value.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

impl Screen {
    /// Starts both; what they print goes to `log` in `home`, screenshots go to `shots`.
    pub(crate) fn start(home: &Path, shots: &Path) -> Self {
        Self::start_with(home, shots, &[])
    }

    /// The same with more in the environment of the programs.
    pub(crate) fn start_with(home: &Path, shots: &Path, environment: &[(&str, &str)]) -> Self {
        Self::begin(home, shots, environment, "exec \"$@\"")
    }

    /// The same where the system keeps the keys of stores: with GNOME's key store, unlocked as a
    /// sign-in to the desktop does.
    pub(crate) fn start_with_key_store(home: &Path, shots: &Path) -> Self {
        let unlocked = "printf 'the password of the desktop' \
            | gnome-keyring-daemon --unlock --components=secrets > /dev/null && exec \"$@\"";
        Self::begin(home, shots, &[], unlocked)
    }

    fn begin(home: &Path, shots: &Path, environment: &[(&str, &str)], session: &str) -> Self {
        std::fs::create_dir_all(shots).unwrap();
        let mut xvfb = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1400x1000x24",
                "-nolisten",
                "tcp",
                // A session does not begin anew between two starts of a program, either.
                "-noreset",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("Xvfb");
        let mut display = String::new();
        BufReader::new(xvfb.stdout.take().unwrap())
            .read_line(&mut display)
            .unwrap();
        let (port, native) = (free_port(), free_port());
        let bus = home.join("bus.conf");
        let services = home.join("services");
        let config = BUS.replace("SERVICES", &services.to_string_lossy());
        std::fs::write(&bus, config).unwrap();
        let bus = bus.to_string_lossy().into_owned();
        let log = std::fs::File::create(home.join("log")).unwrap();
        let driver = Command::new("dbus-run-session")
            .args([
                // A bus that starts no services: there is no key store on it by itself.
                "--config-file",
                &bus,
                "--",
                "sh",
                "-c",
                session,
                "sh",
                "tauri-driver",
                "--port",
                &port.to_string(),
                "--native-port",
                &native.to_string(),
            ])
            .env("PATH", path_with_tools(home))
            .env("DISPLAY", format!(":{}", display.trim()))
            .env("GDK_BACKEND", "x11")
            // What programs of a session share is not shared with those of another one.
            .env("XDG_RUNTIME_DIR", home)
            .envs(environment.iter().copied())
            .env("HOME", home)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("dbus-run-session with tauri-driver");
        Self {
            _xvfb: Group(xvfb),
            driver: Group(driver),
            port,
            shots: shots.to_path_buf(),
        }
    }

    /// The processes of the app: its own and those of its web views.
    pub(crate) fn processes(&self) -> Vec<(u32, String)> {
        let all = e2e::memory::family(self.driver.0.id());
        let named = all.into_iter().map(|id| (id, e2e::memory::name(id)));
        named
            .filter(|(_, name)| name == "kabinet" || name.starts_with("WebKit"))
            .filter(|(_, name)| name != "WebKitWebDriver")
            .collect()
    }

    /// The app's own process, while it runs.
    pub(crate) fn app(&self) -> u32 {
        let processes = self.processes();
        let app = processes.iter().find(|(_, name)| name == "kabinet");
        app.expect("the app does not run").0
    }

    /// Kills the app, as a crash ends it. What it held is free then; it loses its name before.
    pub(crate) async fn kill(&self) {
        let app = self.app();
        let killed = Command::new("kill")
            .args(["-KILL", &app.to_string()])
            .status();
        assert!(killed.unwrap().success());
        let deadline = Instant::now() + PATIENCE;
        while !has_ended(app) {
            assert!(Instant::now() < deadline, "it cannot be killed");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A variable of the app's environment, while it runs.
    pub(crate) fn variable(&self, name: &str) -> String {
        let all = self.environment();
        let found = all.iter().find(|(one, _)| one == name);
        found.map(|(_, value)| value.clone()).unwrap()
    }

    fn environment(&self) -> Vec<(String, String)> {
        let all = std::fs::read(format!("/proc/{}/environ", self.app())).unwrap();
        let all = String::from_utf8_lossy(&all);
        let lines = all.split('\0').filter_map(|line| line.split_once('='));
        lines
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Starts the program once more beside the one that runs, as the system does for a link or a
    /// file; it hands over and ends.
    pub(crate) fn start_again(&self, words: &[&str]) {
        let started = Command::new(e2e::program::path("kabinet").unwrap())
            .args(words)
            .env_clear()
            .envs(self.environment())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(started.success(), "{started}");
    }

    /// Starts the app with a profile.
    pub(crate) async fn open(&self, profile: &Path) -> Window {
        self.open_with(&["--profile", &profile.to_string_lossy()])
            .await
    }

    /// Starts the app with these words; without `--profile` its profile is in the person's own folder.
    pub(crate) async fn open_with(&self, words: &[&str]) -> Window {
        let app = e2e::program::path("kabinet").unwrap();
        self.launch("wry", &app, words).await
    }

    /// Starts a program with a web view, by the name that it says to have.
    pub(crate) async fn launch(&self, name: &str, program: &Path, arguments: &[&str]) -> Window {
        let wishes = json!({
            "browserName": name,
            "tauri:options": {"application": program, "args": arguments},
        });
        let Value::Object(wishes) = wishes else {
            unreachable!()
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let url = format!("http://127.0.0.1:{}", self.port);
            let tried = ClientBuilder::new(HttpConnector::new())
                .capabilities(wishes.clone())
                .connect(&url)
                .await;
            match tried {
                Ok(client) => {
                    let timeouts = TimeoutConfiguration::new(Some(SCRIPT), None, None);
                    client.update_timeouts(timeouts).await.unwrap();
                    let main = client.window().await.unwrap();
                    return Window {
                        client,
                        main,
                        shots: self.shots.clone(),
                    };
                }
                Err(error) if Instant::now() > deadline => {
                    panic!("the window does not open: {error}")
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

/// Whether all threads of it have ended, whoever still has to notice it: the last one frees what it held,
/// and may be later than the one that the process is called by.
pub(crate) fn has_ended(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // State and number of threads: fields 3 and 20 of proc_pid_stat(5).
    let fields = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' '));
    fields.is_none_or(|fields| {
        let fields: Vec<&str> = fields.collect();
        fields[0] == "Z" && fields[17].parse::<u32>().is_ok_and(|threads| threads <= 1)
    })
}

/// The app's windows.
pub(crate) struct Window {
    pub(crate) client: Client,
    main: WindowHandle,
    shots: PathBuf,
}

impl Window {
    /// The element with that `data-testid`, as soon as it is there.
    pub(crate) async fn find(&self, id: &str) -> Element {
        self.css(&format!("[data-testid='{id}']")).await
    }

    /// The element that a selector names, as soon as it is there.
    pub(crate) async fn css(&self, selector: &str) -> Element {
        self.css_within(selector, PATIENCE).await
    }

    /// The same with another patience.
    pub(crate) async fn css_within(&self, selector: &str, patience: Duration) -> Element {
        match self
            .client
            .wait()
            .at_most(patience)
            .for_element(Locator::Css(selector))
            .await
        {
            Ok(element) => element,
            Err(error) => panic!("{selector}: {error}\n{}", self.words().await),
        }
    }

    /// Whether such an element is there now.
    pub(crate) async fn has(&self, id: &str) -> bool {
        let selector = format!("[data-testid='{id}']");
        !self
            .client
            .find_all(Locator::Css(&selector))
            .await
            .unwrap()
            .is_empty()
    }

    /// Waits until no such element is there any more.
    pub(crate) async fn gone(&self, id: &str) {
        self.gone_within(id, PATIENCE).await;
    }

    /// The same with another patience.
    pub(crate) async fn gone_within(&self, id: &str, patience: Duration) {
        let deadline = Instant::now() + patience;
        while self.has(id).await {
            assert!(
                Instant::now() < deadline,
                "{id} stays\n{}",
                self.words().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks it as soon as it is there, can be clicked and stands still.
    pub(crate) async fn click(&self, id: &str) {
        self.click_css(&format!("[data-testid='{id}']")).await;
    }

    /// The same with the element that a selector names.
    pub(crate) async fn click_css(&self, selector: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let element = self.css(selector).await;
            if element.is_enabled().await.unwrap_or(false) && self.click_it(&element).await {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{selector} cannot be clicked\n{}",
                self.words().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks the element; whether the click met it. What stands above it may have grown since the driver
    /// looked where it is, or it could not be clicked any more, and a person whose click met nothing clicks
    /// again.
    async fn click_it(&self, element: &Element) -> bool {
        let aim = "const [element, done] = arguments;
            window.met = null;
            addEventListener('click', (event) => { window.met = event.composedPath().includes(element); },
                { capture: true, once: true });
            const place = () => { const box = element.getBoundingClientRect(); return box.left + ' ' + box.top; };
            let before = place();
            const look = () => {
                const now = place();
                if (now === before) return done();
                before = now;
                setTimeout(look, 60);
            };
            setTimeout(look, 60);";
        let aimed = self
            .client
            .execute_async(aim, vec![serde_json::to_value(element).unwrap()])
            .await;
        if aimed.is_err() || element.click().await.is_err() {
            return false;
        }
        // The page may hear of it a moment later.
        let met = "const [done] = arguments;
            const end = Date.now() + 1000;
            const look = () => (window.met !== null || Date.now() > end ? done(window.met) : setTimeout(look, 20));
            look();";
        let met = self.client.execute_async(met, Vec::new()).await;
        // A window that the click closed cannot say that it was met.
        let missed = met.is_ok_and(|met| met != true);
        if missed {
            eprintln!("a click missed what moved away from under it or could not be clicked");
        }
        !missed
    }

    /// Comes to it with the pointer and stays there: what goes by itself waits for that long.
    pub(crate) async fn point_at(&self, id: &str) {
        let element = self.find(id).await;
        let enter = "arguments[0].dispatchEvent(new PointerEvent('pointerenter'))";
        let element = serde_json::to_value(element).unwrap();
        self.client.execute(enter, vec![element]).await.unwrap();
    }

    /// Types into it.
    pub(crate) async fn write(&self, id: &str, text: &str) {
        self.find(id).await.send_keys(text).await.unwrap();
    }

    /// Text of an element.
    pub(crate) async fn text(&self, id: &str) -> String {
        self.find(id).await.text().await.unwrap()
    }

    /// All words that the window shows, for a failed assertion.
    pub(crate) async fn words(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        let words = self
            .client
            .execute(script, Vec::new())
            .await
            .unwrap_or_default();
        words.as_str().unwrap_or_default().to_owned()
    }

    /// Looks at a prompt of each kind the first time that any test meets it.
    async fn is_accessible_once(&self, kind: &str) {
        static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        if SEEN.lock().unwrap().insert(kind.to_owned()) {
            self.is_accessible(kind).await;
        }
    }

    /// Turns to the trusted prompt of that kind, as soon as it is open.
    pub(crate) async fn prompt(&self, kind: &str) {
        self.prompt_unseen(kind).await;
        self.is_accessible_once(kind).await;
    }

    /// The same without a look at it, which takes its time.
    pub(crate) async fn prompt_unseen(&self, kind: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let windows = self.client.windows().await.unwrap();
            if let Some(prompt) = windows.into_iter().find(|window| *window != self.main)
                && self.client.switch_to_window(prompt).await.is_ok()
            {
                let selector = format!("[data-testid='prompt'][data-kind='{kind}']");
                let wait = self.client.wait().at_most(Duration::from_secs(2));
                if wait.for_element(Locator::Css(&selector)).await.is_ok() {
                    return;
                }
            }
            let _ = self.client.switch_to_window(self.main.clone()).await;
            assert!(
                Instant::now() < deadline,
                "no prompt `{kind}`\n{}",
                self.words().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Confirms the prompt, and turns back to the main window when it has closed.
    pub(crate) async fn confirm(&self) {
        self.click_the_last("prompt-submit").await;
    }

    /// Cancels the prompt, and turns back to the main window when it has closed.
    pub(crate) async fn cancel(&self) {
        self.click_the_last("prompt-cancel").await;
    }

    /// Clicks what closes the window, which may be gone before the driver can say that it clicked.
    async fn click_the_last(&self, id: &str) {
        self.find(id).await;
        let prompt = self.client.window().await.unwrap();
        let button = format!("[data-testid='{id}']");
        self.leave(&prompt, async || {
            if let Ok(button) = self.client.find(Locator::Css(&button)).await {
                let _ = button.click().await;
            }
        })
        .await;
    }

    /// Does what closes the prompt, until it has closed, and turns back to the main window: an act may meet
    /// a window that is just being laid out, and a person does it again then.
    pub(crate) async fn leave(&self, prompt: &WindowHandle, act: impl AsyncFn()) {
        let deadline = Instant::now() + PATIENCE;
        let mut next = Instant::now();
        let mut acts = 0;
        while self.client.windows().await.unwrap().contains(prompt) {
            assert!(
                Instant::now() < deadline,
                "the prompt stays open\n{}",
                self.words().await
            );
            if Instant::now() >= next {
                if acts > 0 {
                    eprintln!("the prompt is answered once more: {}", self.words().await);
                }
                act().await;
                acts += 1;
                next = Instant::now() + Duration::from_secs(5);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.to_main().await;
    }

    /// Waits until the prompt has closed, and turns back to the main window.
    pub(crate) async fn closed(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.client.windows().await.unwrap() != [self.main.clone()] {
            assert!(Instant::now() < deadline, "a prompt stays open");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.to_main().await;
    }

    /// Turns to the main window, whatever else is open.
    pub(crate) async fn to_main(&self) {
        self.client
            .switch_to_window(self.main.clone())
            .await
            .unwrap();
    }

    /// Looks for what would keep people from using the page: rules of WCAG 2.2 A and AA, by axe-core.
    pub(crate) async fn is_accessible(&self, name: &str) {
        self.painted().await;
        // A colour on its way from one to another is not what people see.
        let changing =
            "return document.getAnimations().some((one) => one instanceof CSSTransition)";
        self.comes_true(changing, json!(false)).await;
        let axe = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).unwrap();
        let known = self.client.execute("return !!window.axe", Vec::new()).await;
        if known.unwrap() != true {
            self.client.execute(&axe, Vec::new()).await.unwrap();
        }
        let run = "const done = arguments[0];
            const only = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            axe.run(document, { runOnly: only, resultTypes: ['violations'] }).then(
                (found) => done(found.violations.map((rule) =>
                    rule.id + ': ' + rule.nodes.map((node) => node.html).join(' '))),
                (error) => done([String(error)]));";
        let violations = self.client.execute_async(run, Vec::new()).await.unwrap();
        assert_eq!(violations, json!([]), "{name} keeps people out");
    }

    /// Keeps what the window looks like, which must be for everybody: in light and dark, and in the
    /// three languages where the window can be asked for them. The trusted prompt has the language
    /// that it was opened in.
    pub(crate) async fn shoot(&mut self, name: &str) {
        let shown = self.client.window().await.unwrap();
        let lang = "return document.documentElement.lang";
        let lang = self.client.execute(lang, Vec::new()).await.unwrap();
        let own = lang.as_str().unwrap().to_owned();
        let others = ["be", "ru", "en"].into_iter().filter(|one| *one != own);
        let languages: Vec<&str> = others.chain([own.as_str()]).collect();
        for theme in ["dark", "light"] {
            self.to_main().await;
            let dress = "const [theme, done] = arguments;
                __TAURI_INTERNALS__.invoke('set_appearance', { view: { theme, size: 100 } }).then(done, done)";
            let dressed = self.client.execute_async(dress, vec![json!(theme)]).await;
            assert_eq!(dressed.unwrap(), Value::Null);
            self.client.switch_to_window(shown.clone()).await.unwrap();
            let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
            self.comes_true(dark, json!(theme == "dark")).await;
            for language in &languages {
                self.to_main().await;
                let speak = "const list = document.querySelector(\"[data-testid='language']\");
                    list.value = arguments[0];
                    list.dispatchEvent(new Event('change', { bubbles: true }));";
                let spoken = self.client.execute(speak, vec![json!(language)]).await;
                spoken.unwrap();
                if shown != self.main {
                    self.client.switch_to_window(shown.clone()).await.unwrap();
                    self.hears(language).await;
                }
                let picture = format!("{name}-{language}-{theme}");
                self.stays_in_place(&picture).await;
                if *language == own {
                    self.is_accessible(&picture).await;
                }
                self.picture(&picture).await;
            }
        }
    }

    /// Pages scroll in their frame; the window around them never does.
    async fn stays_in_place(&self, name: &str) {
        let beyond = "const all = document.scrollingElement;
            all.scrollTop = 9;
            const moved = all.scrollTop;
            all.scrollTop = 0;
            return [moved, all.scrollHeight - all.clientHeight]";
        let beyond = self.client.execute(beyond, Vec::new()).await.unwrap();
        assert_eq!(beyond, json!([0, 0]), "the window of {name} scrolls");
    }

    /// The prompt speaks the language that was chosen beside it, as soon as somebody turns to it again.
    async fn hears(&self, language: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let turned = "dispatchEvent(new Event('focus')); return document.documentElement.lang";
            let spoken = self.client.execute(turned, Vec::new()).await.unwrap();
            if spoken == language {
                return;
            }
            assert!(Instant::now() < deadline, "the prompt speaks {spoken}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Keeps what is shown now.
    pub(crate) async fn picture(&self, name: &str) {
        self.painted().await;
        let octets = self.client.screenshot().await.unwrap();
        assert!(octets.len() > 5_000, "an empty picture of {name}");
        std::fs::write(self.shots.join(format!("{name}.png")), octets).unwrap();
    }

    /// Two frames later everything that was asked for is painted.
    async fn painted(&self) {
        let painted = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))";
        let painted = self.client.execute_async(painted, Vec::new()).await;
        painted.unwrap();
    }

    /// Waits until a script gives that value.
    pub(crate) async fn comes_true(&self, script: &str, wanted: Value) {
        let deadline = Instant::now() + PATIENCE;
        while self.client.execute(script, Vec::new()).await.unwrap() != wanted {
            assert!(Instant::now() < deadline, "{script} is not {wanted}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// When the main window's page first painted something (W3C Paint Timing).
    pub(crate) async fn first_paint(&self) -> SystemTime {
        self.noted("first-contentful-paint").await
    }

    /// When the main window's page noted something of that name (W3C Performance Timeline), as soon as
    /// it has.
    pub(crate) async fn noted(&self, name: &str) -> SystemTime {
        let there = format!("return performance.getEntriesByName('{name}').length > 0");
        self.comes_true(&there, json!(true)).await;
        let script = "const noted = performance.getEntriesByName(arguments[0])[0];\
                      return performance.timeOrigin + noted.startTime";
        let at = self.client.execute(script, vec![json!(name)]).await;
        let at = at.unwrap();
        let milliseconds = at.as_f64().expect("a time in milliseconds");
        SystemTime::UNIX_EPOCH + Duration::from_secs_f64(milliseconds / 1000.0)
    }

    /// Closes the app.
    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// The driver is installed beside the programs under test. What a test puts into `bin` in the person's
/// folder stands for a program of the system.
fn path_with_tools(home: &Path) -> String {
    let programs = e2e::program::path("kabinet").unwrap();
    let target = programs.parent().and_then(Path::parent).unwrap();
    format!(
        "{}:{}:{}",
        home.join("bin").display(),
        target.join("tools/bin").display(),
        std::env::var("PATH").unwrap_or_default()
    )
}

/// Writes a program that stands for one of the system.
pub(crate) fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
