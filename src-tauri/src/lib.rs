//! The shell: windows, commands and events. Thin: it parses, calls the desk and answers.

mod appearance;
mod background;
mod commands;
mod encryption;
mod files;
mod locking;
mod main_window;
mod notices;
mod opened;
mod paper;
mod prompt;
mod proxy;
mod retention;
mod sealed;
mod session_start;
mod tray;
mod updates;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kabinet_desk::{Desk, Logbook, Outcome, Profile};
use tauri::{AppHandle, Emitter as _, Manager as _, RunEvent};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// Opens the main window and runs until it is closed. `--profile DIR` names another folder for
/// settings and stores than the platform's; `--unasked` shows no window where there is a tray; other
/// words are files and links that the window shows.
pub fn run() {
    let named = named_profile();
    let folder = named.clone().unwrap_or_else(Profile::default_dir);
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    log_into(&folder);
    let desk = match open(&folder) {
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
        let desk = Arc::clone(&desk);
        builder = builder.plugin(tauri_plugin_single_instance::init(
            move |app, words, folder| {
                let words = words.get(1..).unwrap_or_default();
                if !opened::is_unasked(words) {
                    main_window::show(app);
                }
                opened::take(app, &desk, words, Path::new(&folder));
            },
        ));
    }
    let builder = builder.plugin(main_window::memory(&folder));
    #[cfg(target_os = "linux")]
    let builder = builder.manage(notices::session::Shown::default());
    #[cfg(not(target_os = "linux"))]
    let builder = builder
        .plugin(tauri_plugin_notification::init())
        .plugin(session_start::plugin());
    let built = builder
        .plugin(tauri_plugin_updater::Builder::new().build())
        .manage(updates::Updates::default())
        .manage(Arc::clone(&desk))
        .manage(prompt::Prompts::default())
        .manage(opened::Opened::default())
        .manage(tray::Tray::default())
        .manage(locking::Touched::default())
        .manage(locking::Closing::default())
        .manage(paper::Prints::default())
        .manage(files::Handed::default())
        .invoke_handler(tauri::generate_handler![
            commands::settings::settings,
            commands::settings::doctor,
            commands::settings::save_report,
            commands::settings::log,
            commands::settings::clear_log,
            commands::settings::set_language,
            commands::settings::set_appearance,
            commands::settings::set_portal,
            commands::settings::portal,
            commands::card::readers,
            commands::card::card_status,
            commands::card::read_card,
            commands::card::read_document,
            commands::card::change_pin,
            commands::card::resume_pin,
            commands::card::unblock_pin,
            commands::card::enable_pin,
            commands::certificates::known_certificates,
            commands::certificates::enrol,
            commands::certificates::request_certificate,
            commands::certificates::install_certificate,
            commands::certificates::revoke_certificate,
            commands::certificates::set_revocation_password,
            commands::certificates::save_certificate,
            commands::store::store_state,
            commands::store::unlock_store,
            commands::store::lock_store,
            commands::settings::lock_settings,
            commands::settings::set_lock_settings,
            commands::store::touched,
            commands::store::check_store,
            commands::store::repair_store,
            commands::store::persons,
            commands::store::switch_person,
            commands::signing_in::start_sign_in,
            commands::signing_in::person,
            commands::signing_in::additional_data,
            commands::signing_in::logout,
            commands::signing_in::logout_everywhere,
            commands::signing_in::forget,
            commands::catalogue::catalog,
            commands::catalogue::search,
            commands::drafts::dismiss_carried,
            commands::catalogue::procedure,
            commands::drafts::new_draft,
            commands::drafts::drafts,
            commands::drafts::draft,
            commands::drafts::save_draft,
            commands::drafts::undo_draft,
            commands::drafts::redo_draft,
            commands::attachments::begin_attachment,
            commands::attachments::append_attachment,
            commands::attachments::finish_attachment,
            commands::attachments::remove_attachment,
            commands::drafts::settle_draft,
            commands::drafts::draft_parting_read,
            commands::drafts::draft_sharing,
            commands::attachments::begin_reply_attachment,
            commands::attachments::finish_reply_attachment,
            commands::attachments::remove_reply_attachment,
            commands::following::sent_application,
            commands::following::save_sent_file,
            commands::following::preview_document,
            commands::attachments::preview_file,
            commands::drafts::share_drafts,
            commands::drafts::delete_draft,
            commands::sending::apply,
            commands::sending::outbox,
            commands::sending::cancel_outbox,
            commands::sending::pause_outbox,
            commands::sending::resume_outbox,
            commands::sending::sync,
            commands::sending::send_now,
            commands::following::applications,
            commands::following::application,
            commands::following::messages,
            commands::following::documents,
            commands::following::due,
            commands::following::save_document,
            notices::notice_settings,
            notices::set_notice_settings,
            paper::save_paper,
            paper::print_paper,
            paper::open_document,
            paper::export,
            commands::running::running,
            commands::running::set_running,
            commands::handing_over::hand_over,
            opened::opened,
            opened::take_opened,
            files::begin_file,
            files::append_file,
            files::drop_files,
            files::sign_files,
            files::verify_files,
            files::stop_files,
            encryption::recipient,
            encryption::own_recipient,
            encryption::encrypt_files,
            encryption::look_at_encrypted,
            encryption::decrypt_files,
            files::files_to_raise,
            files::raise_files,
            files::time_stamping,
            files::set_time_stamping,
            proxy::proxy,
            proxy::set_proxy,
            retention::retention,
            retention::retention_plan,
            retention::set_retention,
            updates::updates,
            updates::set_updates,
            updates::look_for_updates,
            updates::install_update,
            updates::restart,
            commands::following::begun_letter,
            commands::following::keep_letter_text,
            commands::following::reply,
            commands::following::withdraw,
            prompt::prompt_view,
            prompt::prompt_touched,
            prompt::prompt_submit,
            prompt::prompt_cancel,
        ])
        .setup(move |app| {
            // Whoever was there before did not come to it.
            desk.clear_outside();
            let unasked = opened::is_unasked(&words);
            // On Linux it asks the session's bus, for which no window waits.
            let at_once = unasked || cfg!(not(target_os = "linux"));
            if at_once {
                tray::start(app.handle(), &desk);
            }
            main_window::open(app, &desk, unasked)?;
            if !at_once {
                let (app, desk) = (app.handle().clone(), Arc::clone(&desk));
                tauri::async_runtime::spawn_blocking(move || tray::start(&app, &desk));
            }
            let folder = std::env::current_dir().unwrap_or_default();
            opened::take(app.handle(), &desk, &words, &folder);
            appearance::apply(app.handle(), desk.settings_view().appearance);
            watch_readers(app.handle().clone(), Arc::clone(&desk));
            background::start(app.handle().clone(), Arc::clone(&desk));
            locking::start(app.handle().clone(), Arc::clone(&desk));
            background::raise_files(app.handle().clone(), Arc::clone(&desk));
            background::tell_session_end(app.handle().clone(), Arc::clone(&desk));
            background::show_uploads(app.handle().clone(), &desk);
            notices::start(app.handle().clone(), Arc::clone(&desk));
            updates::start(app.handle().clone(), Arc::clone(&desk));
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => app.run(move |app, event| match event {
            // What is managed is not dropped at the end.
            RunEvent::Exit => {
                paper::clear_outside(app, &app.state::<Arc<Desk>>());
            }
            #[cfg(target_os = "macos")]
            RunEvent::Opened { urls } => {
                let words: Vec<String> = urls.iter().map(ToString::to_string).collect();
                main_window::show(app);
                opened::take(app, &app.state::<Arc<Desk>>(), &words, Path::new("/"));
            }
            #[cfg(target_os = "macos")]
            RunEvent::Reopen { .. } => main_window::show(app),
            _ => {}
        }),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

fn open(folder: &Path) -> Outcome<Desk> {
    Desk::open(Profile::open(folder)?)
}

/// Notes what happens in the profile's folder, for whoever helps.
fn log_into(folder: &Path) {
    let book = Logbook::open(folder);
    let noting = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_timer(Moment)
        .with_writer(move || book.clone())
        .try_init();
    if let Err(error) = noting {
        eprintln!("nothing is noted: {error}");
    }
}

/// The moment that a line of the log begins with.
struct Moment;

impl FormatTime for Moment {
    fn format_time(&self, line: &mut Writer<'_>) -> std::fmt::Result {
        line.write_str(&Logbook::moment())
    }
}

fn named_profile() -> Option<PathBuf> {
    let mut arguments = std::env::args_os().skip_while(|argument| argument != "--profile");
    arguments.nth(1).map(PathBuf::from)
}

/// Tells the window of every change in the readers for as long as the program runs. The service may
/// take its time to start: the window is painted meanwhile.
fn watch_readers(app: AppHandle, desk: Arc<Desk>) {
    std::thread::spawn(move || {
        let watch = match desk.watch_readers() {
            Ok(watch) => watch,
            Err(problem) => {
                tracing::warn!("readers are not watched: {problem}");
                return;
            }
        };
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
}
