//! The hands of somebody who has a keyboard and no mouse. At each stop they look whether the focus can
//! be seen, and after each act whether it is still somewhere.

use std::path::Path;
use std::time::{Duration, Instant};

use e2e::PATIENCE;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use serde_json::Value;

use crate::driver::Window;

/// How long the focus may be nowhere after an act, until what had it is there again or something stands
/// in for it.
const NOWHERE: Duration = Duration::from_secs(15);
/// How long the page may take to bring into view what has the focus, and how often it is looked at least.
const COMES: (Duration, usize) = (Duration::from_secs(5), 10);
/// Most stops of the tab key on the way to something on a page.
const STOPS: usize = 150;

const LOOK: &str = "const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) {
        return { lost: true, id: '', what: '', outlined: false, stop: false, seen: false };
    }
    const style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    const within = (from, to, most) => Math.min(Math.max((from + to) / 2, 1), most - 2);
    const top = document.elementFromPoint(
        within(Math.max(box.left, 0), Math.min(box.right, innerWidth), innerWidth),
        within(Math.max(box.top, 0), Math.min(box.bottom, innerHeight), innerHeight));
    return {
        lost: false,
        id: at.closest('[data-testid]')?.dataset.testid ?? '',
        what: at.outerHTML.slice(0, 160) + ` at ${box.top}, under ${top?.outerHTML.slice(0, 80)}`,
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        stop: at.tabIndex >= 0,
        seen: box.bottom > 0 && box.top < innerHeight && box.width > 0
            && top !== null && (at.contains(top) || top.contains(at)),
    };";

/// Where the focus is.
struct Focus {
    /// Nowhere: whoever presses the tab key begins anew.
    lost: bool,
    /// `data-testid` of the element, or of the nearest one around it.
    id: String,
    /// The beginning of the element.
    what: String,
    /// Whether something is drawn around it.
    outlined: bool,
    /// Whether the tab key comes to it.
    stop: bool,
    /// Whether it is in view, and nothing over it.
    seen: bool,
}

/// The keyboard before a window.
#[derive(Clone, Copy)]
pub(crate) struct Hands<'a>(pub(crate) &'a Window);

impl Hands<'_> {
    async fn focus(self) -> Focus {
        let found = self.0.client.execute(LOOK, Vec::new()).await.unwrap();
        let is = |name: &str| found[name] == true;
        let text = |name: &str| Value::as_str(&found[name]).unwrap_or_default().to_owned();
        Focus {
            lost: is("lost"),
            id: text("id"),
            what: text("what"),
            outlined: is("outlined"),
            stop: is("stop"),
            seen: is("seen"),
        }
    }

    /// Presses keys one after the other.
    pub(crate) async fn press(self, keys: &str) {
        self.try_press(&[], keys).await.unwrap();
    }

    /// Control and a letter or a digit.
    pub(crate) async fn control(self, sign: char) {
        let held = [char::from(Key::Control)];
        self.try_press(&held, &sign.to_string()).await.unwrap();
    }

    /// Shift and the tab key.
    async fn shift_tab(self) {
        let held = [char::from(Key::Shift)];
        self.try_press(&held, &Key::Tab).await.unwrap();
    }

    async fn try_press(self, held: &[char], keys: &str) -> Result<(), CmdError> {
        let mut acts = KeyActions::new("keyboard".to_owned());
        for &value in held {
            acts = acts.then(KeyAction::Down { value });
        }
        for value in keys.chars() {
            acts = acts.then(KeyAction::Down { value });
            acts = acts.then(KeyAction::Up { value });
        }
        for &value in held {
            acts = acts.then(KeyAction::Up { value });
        }
        self.0.client.perform_actions(acts).await
    }

    /// Chooses a file in the field where the focus is: what the system's dialog does is the system's.
    pub(crate) async fn choose_file(self, path: &Path) {
        let field = self.0.client.active_element().await.unwrap();
        field.send_keys(&path.to_string_lossy()).await.unwrap();
    }

    /// Goes on with the tab key to that element, which has to come.
    pub(crate) async fn to(self, id: &str) {
        self.way(id, true).await.unwrap();
    }

    /// The same backwards.
    pub(crate) async fn back_to(self, id: &str) {
        self.way(id, false).await.unwrap();
    }

    /// Goes on with the tab key to that element; what is wrong on the way.
    pub(crate) async fn way(self, id: &str, forward: bool) -> Result<(), String> {
        self.0.find(id).await;
        let mut way = Vec::new();
        loop {
            let mut at = self.focus().await;
            // The page comes after the focus.
            let deadline = Instant::now() + COMES.0;
            let mut looks = 1;
            while at.stop
                && !(at.outlined && at.seen)
                && (looks < COMES.1 || Instant::now() < deadline)
            {
                looks += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
                at = self.focus().await;
            }
            if at.stop {
                if !at.outlined {
                    return Err(format!("the focus cannot be seen on {}", at.what));
                }
                if !at.seen {
                    return Err(format!("the focus is out of sight on {}", at.what));
                }
            }
            if at.id == id {
                return Ok(());
            }
            way.push(if at.id.is_empty() { at.what } else { at.id });
            if way.len() > STOPS {
                return Err(format!("the keyboard does not come to {id}: {way:?}"));
            }
            if forward {
                self.press(&Key::Tab).await;
            } else {
                self.shift_tab().await;
            }
        }
    }

    /// Goes to something and presses the enter key on it.
    pub(crate) async fn enter(self, id: &str) {
        self.to(id).await;
        self.press(&Key::Enter).await;
    }

    /// Goes to something, presses the enter key on it, and what follows comes; the focus is not lost.
    pub(crate) async fn act(self, id: &str, follows: &str) {
        self.enter(id).await;
        self.0.find(follows).await;
        self.kept(id).await;
    }

    /// Ticks or chooses with the space key, and the focus stays.
    pub(crate) async fn tick(self, id: &str) {
        self.to(id).await;
        self.press(" ").await;
        self.0.css(&format!("[data-testid='{id}']:checked")).await;
        self.kept(id).await;
    }

    /// Writes into a field in place of what is there.
    pub(crate) async fn write(self, id: &str, text: &str) {
        self.to(id).await;
        self.control('a').await;
        self.press(&Key::Delete).await;
        self.press(text).await;
    }

    /// Writes into a field in place of what is there, leaves it, and it has that value then.
    pub(crate) async fn fill(self, id: &str, text: &str, kept: &str) {
        self.write(id, text).await;
        self.press(&Key::Tab).await;
        self.has(id, kept).await;
    }

    /// Waits until a field has that value.
    pub(crate) async fn has(self, id: &str, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let field = self.0.find(id).await;
            let value = field.prop("value").await.unwrap().unwrap_or_default();
            if value == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "{id} is {value}, not {wanted}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Chooses in a list by the arrow keys.
    pub(crate) async fn choose(self, id: &str, value: &str) {
        self.to(id).await;
        let field = self.0.find(id).await;
        self.press(&Key::Home).await;
        for _ in 0..30 {
            if field.prop("value").await.unwrap().as_deref() == Some(value) {
                return self.kept(id).await;
            }
            self.press(&Key::Down).await;
        }
        panic!("the arrows do not come to {value} in {id}");
    }

    /// Goes by the arrow keys from the choice where the focus comes in to another one.
    pub(crate) async fn pick(self, from: &str, id: &str) {
        self.to(from).await;
        for _ in 0..12 {
            if self.focus().await.id == id {
                self.0.css(&format!("[data-testid='{id}']:checked")).await;
                return;
            }
            self.press(&Key::Down).await;
            self.kept(from).await;
        }
        panic!("the arrows do not come from {from} to {id}");
    }

    /// Waits until the focus is on that element.
    pub(crate) async fn is_on(self, id: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let at = self.focus().await;
            if at.id == id {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the focus is on `{}`, not on {id}",
                at.what
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until the focus is on the heading of that id.
    pub(crate) async fn is_at(self, heading: &str) {
        let at = "return document.activeElement?.id ?? ''";
        self.0.comes_true(at, Value::from(heading)).await;
    }

    /// The focus is somewhere, or will be in a moment.
    pub(crate) async fn kept(self, after: &str) {
        let deadline = Instant::now() + NOWHERE;
        while self.focus().await.lost {
            assert!(
                Instant::now() < deadline,
                "after {after} the focus is lost\n{}",
                self.0.words().await
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Answers the prompt of that kind with a secret and the enter key; `twice` where it is a new one.
    /// The page behind still has its focus then.
    pub(crate) async fn answer(self, kind: &str, secret: &str, twice: bool) {
        self.0.prompt(kind).await;
        if !secret.is_empty() {
            self.to("prompt-secret").await;
            self.press(secret).await;
        }
        if twice {
            self.to("prompt-secret-again").await;
            self.press(secret).await;
        }
        if secret.is_empty() {
            self.to("prompt-submit").await;
        }
        let prompt = self.0.client.window().await.unwrap();
        self.0
            .leave(&prompt, async || self.press_last(&Key::Enter).await)
            .await;
    }

    /// Says no to the prompt of that kind with the escape key.
    pub(crate) async fn refuse(self, kind: &str) {
        self.0.prompt(kind).await;
        self.press_last(&Key::Escape).await;
        self.0.closed().await;
        self.kept(kind).await;
    }

    /// Presses a key that closes the window, which may be gone before it has answered.
    async fn press_last(self, key: &str) {
        let _ = self.try_press(&[], key).await;
    }
}
