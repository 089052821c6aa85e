//! Closing the store when nobody is there: after some time without a touch, with the card, with the
//! screen.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kabinet_desk::Desk;
use kabinet_desk::view::ReadersView;
use tauri::{AppHandle, Emitter as _, Manager as _};

use crate::commands::stale;
use crate::paper::clear_outside;
use crate::prompt;

/// How often it is looked whether the time is up.
const LOOK: Duration = Duration::from_secs(5);

/// When somebody last touched the window.
pub(crate) struct Touched(Mutex<Instant>);

impl Default for Touched {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

impl Touched {
    pub(crate) fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn ago(&self) -> Duration {
        let touched = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        touched.elapsed()
    }
}

/// Held while the store closes.
#[derive(Default)]
pub(crate) struct Closing(tokio::sync::Mutex<()>);

/// Waits until a store that is closing is closed: whoever asks to be let in before would see the prompt
/// close with it.
pub(crate) async fn closed(app: &AppHandle) {
    let closing = app.state::<Closing>();
    drop(closing.0.lock().await);
}

/// Runs for as long as the program does.
pub(crate) fn start(app: AppHandle, desk: Arc<Desk>) {
    let idle = (app.clone(), Arc::clone(&desk));
    tauri::async_runtime::spawn(async move {
        let (app, desk) = idle;
        loop {
            tokio::time::sleep(LOOK).await;
            // A closed one is left alone: closing it again would end a sign-in that somebody is at.
            let is_open = desk.store_state().state == "open";
            if is_open && desk.locks_after(app.state::<Touched>().ago()) {
                lock(&app, &desk).await;
            }
        }
    });
    #[cfg(target_os = "linux")]
    screen::watch(move || {
        if desk.lock_settings().with_screen {
            let (app, desk) = (app.clone(), Arc::clone(&desk));
            tauri::async_runtime::spawn(async move { lock(&app, &desk).await });
        }
    });
}

/// The readers changed: a card that was taken out may close the store.
pub(crate) fn readers_changed(
    app: &AppHandle,
    desk: &Arc<Desk>,
    before: &ReadersView,
    after: &ReadersView,
) {
    if desk.lock_settings().with_card && kabinet_desk::card_left(before, after) {
        let (app, desk) = (app.clone(), Arc::clone(desk));
        tauri::async_runtime::spawn(async move { lock(&app, &desk).await });
    }
}

pub(crate) async fn lock(app: &AppHandle, desk: &Desk) {
    // What is shown goes at once, whatever the store still has to wait for.
    let _ = app.emit_to("main", "closing", ());
    let closing = app.state::<Closing>();
    let _closing = closing.0.lock().await;
    desk.lock_store().await;
    // Also where nothing was open: somebody may have been about to sign in.
    prompt::give_up(app);
    clear_outside(app, desk);
    stale(app, &["store"]);
}

/// Whether the lock of the screen can be noticed on this system.
pub(crate) const NOTICES_SCREEN: bool = cfg!(target_os = "linux");

/// The screen's lock as desktops on Linux tell of it: by a signal of the session's screen saver, and
/// by logind.
#[cfg(target_os = "linux")]
mod screen {
    use std::sync::Arc;

    use zbus::blocking::{Connection, MessageIterator};
    use zbus::message::Type;
    use zbus::{MatchRule, Message};

    /// Calls when the screen was locked. Where there is no bus, it never does.
    pub(super) fn watch(locked: impl Fn() + Send + Sync + 'static) {
        let locked = Arc::new(locked);
        for saver in ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"] {
            let locked = Arc::clone(&locked);
            listen(Connection::session, saver, "ActiveChanged", move |signal| {
                if signal.body().deserialize::<bool>() == Ok(true) {
                    locked();
                }
            });
        }
        // Of all sessions: a person's other session being locked closes too early, never too late.
        listen(
            Connection::system,
            "org.freedesktop.login1.Session",
            "Lock",
            move |_| locked(),
        );
    }

    fn listen(
        connect: fn() -> zbus::Result<Connection>,
        interface: &'static str,
        member: &'static str,
        heard: impl Fn(&Message) + Send + 'static,
    ) {
        let listening = move || -> zbus::Result<()> {
            let rule = MatchRule::builder()
                .msg_type(Type::Signal)
                .interface(interface)?
                .member(member)?
                .build();
            for signal in MessageIterator::for_match_rule(rule, &connect()?, None)? {
                heard(&signal?);
            }
            Ok(())
        };
        let thread = std::thread::Builder::new().name("screen-lock".into());
        let started = thread.spawn(move || {
            if let Err(error) = listening() {
                tracing::info!("the lock of the screen is not noticed: {error}");
            }
        });
        if let Err(error) = started {
            tracing::info!("the lock of the screen is not noticed: {error}");
        }
    }
}
