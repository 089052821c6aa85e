//! The trusted prompt: a window of its own, made only here, with a capability of its own.
//!
//! What it shows is composed by the desk from the octets that will be signed or shared. The main
//! window can neither open nor fill nor read it; it only learns how the act ended.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kabinet_desk::view::{Language, PromptView};
use kabinet_desk::{Code, Desk, Outcome, Secret};
use serde::Serialize;
use tauri::ipc::{InvokeBody, Request};
use tauri::{
    AppHandle, LogicalSize, Manager as _, State, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::locking::Touched;
use crate::sealed::SealingKey;
use crate::{appearance, main_window};

/// Label of the window, which its capability names.
const LABEL: &str = "prompt";
/// Its width with text of the usual size, in logical pixels.
const WIDTH: f64 = 520.0;
/// Its least height, in logical pixels.
const LEAST: f64 = 480.0;
/// Its height where little is said: the heading, two sentences, a secret with its note, and a warning.
const LITTLE: u32 = 560;
/// The greatest height that is of use: what is longer is read in parts.
const MOST: u32 = 960;
/// What the system needs of the screen for the frame of a window, in logical pixels.
const FRAME: f64 = 80.0;
/// Header with the numbers of the data groups that the person shares, separated by commas.
const GROUPS: &str = "kabinet-groups";

/// The prompt that is open, if one is.
#[derive(Default)]
pub(crate) struct Prompts(Mutex<Option<Open>>);

struct Open {
    view: PromptView,
    /// It closes when the person has not touched it for so long.
    patience: Duration,
    /// When it was touched last.
    touched: Instant,
    key: SealingKey,
    answer: oneshot::Sender<Answer>,
}

/// What the person entered.
pub(crate) struct Answer {
    /// PIN, CAN, PUK or passphrase.
    pub(crate) secret: Secret,
    /// The data groups that are shared, where the prompt asked.
    pub(crate) groups: Vec<u8>,
}

/// What the prompt's page shows.
#[derive(Clone, Serialize)]
pub(crate) struct PromptPage {
    language: Language,
    /// Whether all this is the sandbox of a demonstration.
    demo: bool,
    /// By what the person knows that it is this window.
    sign: Option<u32>,
    prompt: PromptView,
    /// Seconds without a touch after which it closes.
    patience: u64,
    /// The core's public key for the secret; see [`crate::sealed`].
    key: Vec<u8>,
}

impl Prompts {
    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the prompt and waits for the person.
///
/// # Errors
/// `cancelled` when they close it, or when one is open already; `prompt_timed_out` when they leave it.
pub(crate) async fn ask(app: &AppHandle, view: PromptView) -> Outcome<Answer> {
    let (answer, answered) = oneshot::channel();
    let height = height(&view);
    {
        let prompts = app.state::<Prompts>();
        let mut open = prompts.open();
        if open.is_some() {
            return Err(Code::Cancelled.into());
        }
        *open = Some(Open {
            view,
            patience: app.state::<Arc<Desk>>().prompt_patience(),
            touched: Instant::now(),
            key: SealingKey::generate(),
            answer,
        });
    }
    let window = match make_window(app, height) {
        Ok(window) => window,
        Err(error) => {
            app.state::<Prompts>().open().take();
            return Err(kabinet_desk::Problem::new(Code::Internal).because(error));
        }
    };
    let (closed, closing) = oneshot::channel::<()>();
    let handle = app.clone();
    let closed = Mutex::new(Some(closed));
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Destroyed) {
            // Whoever waits learns it by the sender's end.
            handle.state::<Prompts>().open().take();
            closed.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    });
    let answer = tokio::select! {
        answer = answered => answer.map_err(|_| Code::Cancelled.into()),
        () = left_alone(app) => {
            app.state::<Prompts>().open().take();
            Err(Code::PromptTimedOut.into())
        }
    };
    let _ = window.destroy();
    // The next prompt has the same label, and this window's end must not be taken for its end.
    let _ = closing.await;
    answer
}

/// Ends when the person has not touched the prompt for as long as it may stand: whoever comes by must
/// not find it open, nor the act that it asks about.
async fn left_alone(app: &AppHandle) {
    loop {
        let until = {
            let prompts = app.state::<Prompts>();
            let open = prompts.open();
            open.as_ref().map(|open| open.touched + open.patience)
        };
        let Some(until) = until else {
            // It is being closed; that ends the wait.
            return std::future::pending().await;
        };
        if Instant::now() >= until {
            return;
        }
        tokio::time::sleep_until(until).await;
    }
}

/// How high the window is for what it shows, in logical pixels with text of the usual size. It has its
/// height before it is seen: one that grew under the pointer would put other things there.
fn height(view: &PromptView) -> u32 {
    let rows = |count: usize, height: u32| {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        count.saturating_mul(height)
    };
    let words = |text: &str| {
        let lines: usize = text.lines().map(|line| 1 + line.chars().count() / 50).sum();
        rows(lines, 24)
    };
    let wanted = match view {
        PromptView::Sign { .. } => MOST,
        PromptView::SignIn { consent, .. } => rows(consent.claims.len(), 24).saturating_add(640),
        PromptView::SignReply { letter, .. } | PromptView::SignWithdrawal { letter, .. } => {
            words(&letter.text)
                .saturating_add(rows(letter.attachments.len(), 80))
                .saturating_add(720)
        }
        PromptView::SignText { text, .. } => words(text).saturating_add(560),
        PromptView::SignFiles { files, .. } => rows(files.files.len(), 80).saturating_add(480),
        PromptView::Enrol { .. }
        | PromptView::Decrypt { .. }
        | PromptView::InstallCertificate { .. }
        | PromptView::Forget { .. } => 720,
        _ => LITTLE,
    };
    wanted.min(MOST)
}

/// How large a window may be on the screen where the program is, in logical pixels; nothing when no screen
/// is known.
fn room(app: &AppHandle) -> Option<LogicalSize<f64>> {
    let main = app.get_webview_window("main");
    let monitor = main
        .and_then(|main| main.current_monitor().ok().flatten())
        .or_else(|| app.primary_monitor().ok().flatten())?;
    let size = monitor.work_area().size;
    let mut room = size.to_logical::<f64>(monitor.scale_factor());
    room.height -= FRAME;
    Some(room)
}

fn make_window(app: &AppHandle, height: u32) -> tauri::Result<WebviewWindow> {
    let desk = app.state::<Arc<Desk>>();
    let title = kabinet_desk::text(desk.language(), "prompt-window-title");
    let appearance = desk.settings_view().appearance;
    let larger = f64::from(appearance.size) / 100.0;
    let wanted = LogicalSize::new(WIDTH * larger.max(1.0), f64::from(height) * larger);
    let room = room(app).unwrap_or(wanted);
    // What is to be pressed must not stand below the screen's edge.
    let least = LEAST.min(room.height);
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("prompt.html".into()))
        .title(title)
        .inner_size(
            wanted.width.min(room.width),
            wanted.height.min(room.height).max(least),
        )
        .min_inner_size(420.0, least)
        .always_on_top(true)
        // Where the system can keep a window out of pictures and shared screens, it does.
        .content_protected(true)
        .center()
        .on_navigation(main_window::is_ours)
        .focused(true);
    if let Some(main) = app.get_webview_window("main") {
        builder = builder.parent(&main)?;
    }
    let window = builder.build()?;
    // Not every system gives it to a window that opens while another one of ours is at work.
    let _ = window.set_focus();
    appearance::enlarge(&window, appearance);
    Ok(window)
}

/// What the page shows, in the language of the moment.
#[tauri::command]
pub(crate) fn prompt_view(
    prompts: State<'_, Prompts>,
    desk: State<'_, Arc<Desk>>,
) -> Option<PromptPage> {
    prompts.open().as_ref().map(|open| PromptPage {
        language: desk.language(),
        demo: desk.settings_view().demo,
        sign: desk.prompt_sign(),
        prompt: open.view.clone(),
        patience: open.patience.as_secs(),
        key: open.key.public(),
    })
}

/// The person is there.
#[tauri::command]
pub(crate) fn prompt_touched(prompts: State<'_, Prompts>, anywhere: State<'_, Touched>) {
    anywhere.now();
    if let Some(open) = prompts.open().as_mut() {
        open.touched = Instant::now();
    }
}

/// Takes the secret, sealed by the page. Only octets that cannot be opened leave the prompt open.
#[tauri::command]
pub(crate) fn prompt_submit(prompts: State<'_, Prompts>, request: Request<'_>) -> bool {
    let InvokeBody::Raw(message) = request.body() else {
        return false;
    };
    let groups = request
        .headers()
        .get(GROUPS)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .split(',')
        .filter_map(|number| number.parse().ok())
        .collect();
    let Some(open) = prompts.open().take() else {
        return false;
    };
    // A message that cannot be opened ends the prompt as if it were closed: its key is used up.
    match open.key.open(message) {
        Some(secret) => open.answer.send(Answer { secret, groups }).is_ok(),
        None => false,
    }
}

/// Whether a prompt is open, which is then brought before the person.
pub(crate) fn keeps_the_focus(app: &AppHandle) -> bool {
    let Some(prompt) = app.get_webview_window(LABEL) else {
        return false;
    };
    let _ = prompt.unminimize();
    let _ = prompt.set_focus();
    true
}

/// Whoever comes by must not find what the prompt shows either.
pub(crate) fn give_up(app: &AppHandle) {
    app.state::<Prompts>().open().take();
}

/// The person gives up.
#[tauri::command]
pub(crate) fn prompt_cancel(prompts: State<'_, Prompts>) {
    prompts.open().take();
}

#[cfg(test)]
mod tests {
    use kabinet_desk::view::{PinView, TextView};

    use super::*;

    #[test]
    fn the_window_is_as_high_as_what_it_shows_and_never_higher_than_of_use() {
        let text = |text: &str| PromptView::SignText {
            portal: String::new(),
            title: TextView::default(),
            text: text.to_owned(),
            hash: String::new(),
            pin: PinView::Usable { attempts_left: 3 },
        };
        assert_eq!(height(&PromptView::ReadDocument), LITTLE);
        let heights = ["", "One line", &"Many words. ".repeat(20)].map(|one| height(&text(one)));
        assert!(heights.is_sorted_by(|a, b| a < b), "{heights:?}");
        assert_eq!(height(&text(&"A line\n".repeat(10_000))), MOST);
    }
}
