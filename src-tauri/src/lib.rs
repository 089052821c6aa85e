//! The shell: windows, commands and events. Thin: it parses, calls the desk and answers.

mod appearance;
mod background;
mod commands;
mod locking;
mod notices;
mod paper;
mod prompt;
mod proxy;
mod retention;
mod sealed;

use std::path::PathBuf;
use std::sync::Arc;

use kabinet_desk::{Desk, Outcome, Profile};
use tauri::{AppHandle, Emitter as _, Manager as _, RunEvent, WebviewUrl, WebviewWindowBuilder};

/// Opens the main window and runs until it is closed. `--profile DIR` names another folder for
/// settings and stores than the platform's.
pub fn run() {
    let named = named_profile();
    let desk = match open(named.clone()) {
        Ok(desk) => Arc::new(desk),
        Err(problem) => {
            eprintln!(
                "{}",
                problem
                    .view(kabinet_desk::view::Language::default())
                    .message
            );
            std::process::exit(1);
        }
    };
    let mut builder = tauri::Builder::default();
    // A second start of the same profile shows the window that is there. Another profile is another
    // installation; its store has a lock of its own.
    if named.is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| {
            if let Some(main) = app.get_webview_window("main") {
                let _ = main.unminimize();
                let _ = main.set_focus();
            }
        }));
    }
    #[cfg(target_os = "linux")]
    let builder = builder.manage(notices::session::Shown::default());
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(tauri_plugin_notification::init());
    let built = builder
        .manage(Arc::clone(&desk))
        .manage(prompt::Prompts::default())
        .manage(locking::Touched::default())
        .manage(paper::Prints::default())
        .invoke_handler(tauri::generate_handler![
            commands::settings,
            commands::set_language,
            commands::set_appearance,
            commands::set_portal,
            commands::readers,
            commands::card_status,
            commands::read_card,
            commands::read_document,
            commands::change_pin,
            commands::resume_pin,
            commands::unblock_pin,
            commands::enable_pin,
            commands::store_state,
            commands::unlock_store,
            commands::lock_store,
            commands::lock_settings,
            commands::set_lock_settings,
            commands::touched,
            commands::check_store,
            commands::repair_store,
            commands::persons,
            commands::switch_person,
            commands::start_sign_in,
            commands::person,
            commands::additional_data,
            commands::logout,
            commands::forget,
            commands::catalog,
            commands::search,
            commands::dismiss_carried,
            commands::procedure,
            commands::new_draft,
            commands::drafts,
            commands::draft,
            commands::save_draft,
            commands::undo_draft,
            commands::redo_draft,
            commands::begin_attachment,
            commands::append_attachment,
            commands::finish_attachment,
            commands::remove_attachment,
            commands::settle_draft,
            commands::draft_parting_read,
            commands::draft_sharing,
            commands::begin_reply_attachment,
            commands::finish_reply_attachment,
            commands::reply_attachments,
            commands::remove_reply_attachment,
            commands::sent_application,
            commands::save_sent_file,
            commands::share_drafts,
            commands::delete_draft,
            commands::apply,
            commands::outbox,
            commands::cancel_outbox,
            commands::pause_outbox,
            commands::resume_outbox,
            commands::sync,
            commands::applications,
            commands::application,
            commands::messages,
            commands::documents,
            commands::due,
            commands::save_document,
            notices::notice_settings,
            notices::set_notice_settings,
            paper::save_paper,
            paper::print_paper,
            paper::export,
            proxy::proxy,
            proxy::set_proxy,
            retention::retention,
            retention::retention_plan,
            retention::set_retention,
            commands::reply,
            commands::withdraw,
            prompt::prompt_view,
            prompt::prompt_submit,
            prompt::prompt_cancel,
        ])
        .setup(move |app| {
            let title = kabinet_desk::text(desk.language(), "main-window-title");
            WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .title(title)
                .inner_size(1080.0, 760.0)
                .min_inner_size(560.0, 480.0)
                // A file that is dropped goes to the page as octets, like one that is chosen; the
                // shell's own way would give the page paths.
                .disable_drag_drop_handler()
                .build()?;
            appearance::apply(app.handle(), desk.settings_view().appearance);
            watch_readers(app.handle().clone(), &desk)?;
            background::start(app.handle().clone(), Arc::clone(&desk));
            locking::start(app.handle().clone(), Arc::clone(&desk));
            background::show_uploads(app.handle().clone(), &desk);
            notices::start(app.handle().clone(), Arc::clone(&desk));
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => app.run(|app, event| {
            // What is managed is not dropped at the end.
            if matches!(event, RunEvent::Exit) {
                app.state::<paper::Prints>().clear();
            }
        }),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

fn open(named: Option<PathBuf>) -> Outcome<Desk> {
    Desk::open(Profile::open(&named.unwrap_or_else(Profile::default_dir))?)
}

fn named_profile() -> Option<PathBuf> {
    let mut arguments = std::env::args_os().skip_while(|argument| argument != "--profile");
    arguments.nth(1).map(PathBuf::from)
}

/// Tells the window of every change in the readers for as long as the program runs.
fn watch_readers(app: AppHandle, desk: &Arc<Desk>) -> Outcome {
    let watch = desk.watch_readers()?;
    let desk = Arc::clone(desk);
    std::thread::spawn(move || {
        let mut before = None;
        while let Ok(readers) = watch.next() {
            if let Some(before) = before.replace(readers.clone()) {
                locking::readers_changed(&app, &desk, &before, &readers);
            }
            if app.emit_to("main", "readers-changed", readers).is_err() {
                return;
            }
        }
    });
    Ok(())
}
