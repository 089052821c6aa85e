//! What the desktop tells while nobody looks. What to tell is the desk's to decide; here it is shown.
//!
//! On Linux by the notification service of the session (Desktop Notifications Specification 1.2): a
//! click on a notice brings the window to what it is about. Under Wayland some desktops only mark the
//! window instead, since it is theirs to decide. Windows and macOS show the notice, and a click on it
//! does nothing more than they do by themselves.

use std::sync::Arc;
use std::time::Duration;

use kabinet_desk::Desk;
use kabinet_desk::view::{NoticeView, NoticesView};
use tauri::AppHandle;

use crate::commands::{Answer, Shared, blocking};

/// How often it is looked whether a day has begun on which something is due.
const LOOK: Duration = Duration::from_secs(10 * 60);

#[tauri::command]
pub(crate) fn notice_settings(desk: Shared<'_>) -> NoticesView {
    desk.notice_settings()
}

#[tauri::command]
pub(crate) async fn set_notice_settings(desk: Shared<'_>, view: NoticesView) -> Answer {
    blocking(&desk, move |desk| desk.keep_notice_settings(view)).await
}

/// Runs for as long as the program does.
pub(crate) fn start(app: AppHandle, desk: Arc<Desk>) {
    #[cfg(target_os = "linux")]
    session::listen(app.clone());
    tauri::async_runtime::spawn(async move {
        loop {
            tell(&app, &desk);
            tokio::time::sleep(LOOK).await;
        }
    });
}

/// Shows what is to be told now, without anybody waiting for it.
pub(crate) fn tell(app: &AppHandle, desk: &Arc<Desk>) {
    let (app, desk) = (app.clone(), Arc::clone(desk));
    tauri::async_runtime::spawn_blocking(move || {
        let notices = desk.take_notices().unwrap_or_else(|problem| {
            tracing::info!("nothing is told: {problem}");
            Vec::new()
        });
        for notice in notices {
            if let Err(error) = show(&app, &notice) {
                tracing::info!("the desktop tells nothing: {error}");
            }
        }
    });
}

#[cfg(target_os = "linux")]
fn show(app: &AppHandle, notice: &NoticeView) -> zbus::Result<()> {
    use tauri::Manager as _;
    app.state::<session::Shown>().show(notice)
}

#[cfg(not(target_os = "linux"))]
fn show(app: &AppHandle, notice: &NoticeView) -> tauri_plugin_notification::Result<()> {
    use tauri_plugin_notification::NotificationExt as _;
    app.notification()
        .builder()
        .title(&notice.title)
        .body(&notice.body)
        .show()
}

#[cfg(target_os = "linux")]
pub(crate) mod session {
    use std::collections::HashMap;
    use std::sync::{Mutex, PoisonError};

    use kabinet_desk::view::NoticeView;
    use tauri::{AppHandle, Emitter as _, Manager as _};
    use zbus::MatchRule;
    use zbus::blocking::{Connection, MessageIterator, Proxy};
    use zbus::message::Type;
    use zbus::zvariant::Value;

    const SERVICE: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";
    /// Notices whose clicks are still understood.
    const REMEMBERED: usize = 50;
    /// The action of a click on the notice itself.
    const CLICK: &str = "default";

    /// Where a click on a notice leads.
    #[derive(Clone, Debug, PartialEq, Eq)]
    enum Page {
        Application(String),
        Applications,
        Certificate,
    }

    /// What was shown: the service's number of it, and where it leads.
    #[derive(Default)]
    pub(crate) struct Shown {
        connection: Mutex<Option<Connection>>,
        notices: Mutex<Vec<(u32, Page)>>,
    }

    impl Shown {
        pub(super) fn show(&self, notice: &NoticeView) -> zbus::Result<()> {
            let mut connection = lock(&self.connection);
            let bus = match &*connection {
                Some(bus) => bus.clone(),
                None => connection.insert(Connection::session()?).clone(),
            };
            drop(connection);
            let proxy = Proxy::new(&bus, SERVICE, PATH, SERVICE)?;
            let abilities: Vec<String> = proxy.call("GetCapabilities", &())?;
            let has_markup = abilities.iter().any(|ability| ability == "body-markup");
            let body = if has_markup {
                escaped(&notice.body)
            } else {
                notice.body.clone()
            };
            let hints = HashMap::from([("desktop-entry", Value::from("Kabinet"))]);
            let number: u32 = proxy.call(
                "Notify",
                &(
                    "Kabinet",
                    0_u32,
                    "kabinet",
                    notice.title.as_str(),
                    body.as_str(),
                    vec![CLICK, notice.title.as_str()],
                    hints,
                    -1_i32,
                ),
            )?;
            let mut notices = lock(&self.notices);
            if notices.len() == REMEMBERED {
                notices.remove(0);
            }
            let page = match &notice.application_id {
                _ if notice.certificate => Page::Certificate,
                Some(id) => Page::Application(id.clone()),
                None => Page::Applications,
            };
            notices.push((number, page));
            Ok(())
        }

        /// Where a click on that notice leads; `None` when it is not one of ours.
        fn clicked(&self, number: u32) -> Option<Page> {
            let notices = lock(&self.notices);
            let found = notices.iter().rev().find(|(shown, _)| *shown == number);
            found.map(|(_, page)| page.clone())
        }
    }

    fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Markup is not what a title may bring.
    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    }

    /// Follows clicks. Where there is no bus, there are none.
    pub(super) fn listen(app: AppHandle) {
        let listening = move || -> zbus::Result<()> {
            let rule = MatchRule::builder()
                .msg_type(Type::Signal)
                .interface(SERVICE)?
                .member("ActionInvoked")?
                .build();
            for signal in MessageIterator::for_match_rule(rule, &Connection::session()?, None)? {
                let signal = signal?;
                let Ok((number, action)) = signal.body().deserialize::<(u32, String)>() else {
                    continue;
                };
                let led = app.state::<Shown>().clicked(number);
                if let Some(page) = led.filter(|_| action == CLICK) {
                    open(&app, page);
                }
            }
            Ok(())
        };
        let thread = std::thread::Builder::new().name("notices".into());
        let started = thread.spawn(move || {
            if let Err(error) = listening() {
                tracing::info!("clicks on notices are not noticed: {error}");
            }
        });
        if let Err(error) = started {
            tracing::info!("clicks on notices are not noticed: {error}");
        }
    }

    fn open(app: &AppHandle, page: Page) {
        crate::main_window::show(app);
        let _ = match page {
            Page::Certificate => app.emit_to("main", "open-certificate", ()),
            Page::Application(id) => app.emit_to("main", "open-application", Some(id)),
            Page::Applications => app.emit_to("main", "open-application", None::<String>),
        };
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn titles_bring_no_markup() {
            assert_eq!(escaped("a <b>&</b>"), "a &lt;b&gt;&amp;&lt;/b&gt;");
        }

        #[test]
        fn clicks_lead_to_what_was_shown() {
            let shown = Shown::default();
            lock(&shown.notices).push((7, Page::Application("a".into())));
            lock(&shown.notices).push((8, Page::Certificate));
            assert_eq!(shown.clicked(7), Some(Page::Application("a".into())));
            assert_eq!(shown.clicked(8), Some(Page::Certificate));
            assert_eq!(shown.clicked(9), None);
        }
    }
}
