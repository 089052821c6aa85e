//! Newer versions of the program: looked for once a day where the person does not mind, fetched and put
//! in the program's place when the person says so. What is not signed by the publisher is never used.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use kabinet_desk::view::{UpdateStateView, UpdatesView};
use kabinet_desk::{Code, Desk, Outcome, Problem, Publisher, Release};
use tauri::utils::config::BundleType;
use tauri::utils::platform;
use tauri::{AppHandle, Emitter as _, Manager as _, State};
use tauri_plugin_updater::{Error, Update, Updater, UpdaterExt as _};

use crate::commands::{Answer, Shared, blocking, said};

/// When the publisher is asked first after the start, and how often then.
const FIRST: Duration = Duration::from_secs(60);
const OFTEN: Duration = Duration::from_secs(24 * 60 * 60);
/// How often it is told at most how much of a package is here.
const SHOW: Duration = Duration::from_millis(200);

/// What is known of newer versions while the program runs.
#[derive(Default)]
pub(crate) struct Updates {
    publisher: OnceLock<Option<Publisher>>,
    known: Mutex<Known>,
}

struct Known {
    state: UpdateStateView,
    release: Option<Release>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            state: UpdateStateView::Unknown,
            release: None,
        }
    }
}

impl Updates {
    /// Who publishes; nobody where the build names none.
    fn publisher(&self, app: &AppHandle) -> Option<&Publisher> {
        let read = || {
            let octets = std::fs::read(resources(app)?.join("updates.json")).ok()?;
            let publisher = Publisher::read(&octets);
            publisher
                .inspect_err(|problem| tracing::warn!("nobody is asked for versions: {problem}"))
                .ok()
        };
        self.publisher.get_or_init(read).as_ref()
    }

    fn view(&self, app: &AppHandle, desk: &Desk) -> UpdatesView {
        UpdatesView {
            version: app.package_info().version.to_string(),
            publisher: self.publisher(app).map(Publisher::host),
            looks: desk.looks_for_updates(),
            state: self.known().state.clone(),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Folder of what was installed with the program. Tauri would also take one that the environment names.
fn resources(app: &AppHandle) -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return app.path().resource_dir().ok();
    }
    let program = std::env::current_exe().ok()?;
    let name = &app.package_info().name;
    Some(program.parent()?.parent()?.join("lib").join(name))
}

/// Asks the publisher now and then, for as long as the program runs.
pub(crate) fn start(app: AppHandle, desk: Arc<Desk>) {
    tauri::async_runtime::spawn(async move {
        let mut wait = FIRST;
        loop {
            tokio::time::sleep(wait).await;
            wait = OFTEN;
            if !desk.looks_for_updates() || app.state::<Updates>().publisher(&app).is_none() {
                continue;
            }
            if let Err(problem) = look(&app, &desk).await {
                tracing::info!(code = problem.code.name(), "no newer version is known of");
            }
        }
    });
}

/// Asks the publisher, unless a version is on its way or in its place already.
async fn look(app: &AppHandle, desk: &Desk) -> Outcome {
    let updates = app.state::<Updates>();
    let publisher = updates.publisher(app).ok_or(Code::UpdateUnusable)?;
    let release = desk.newest_release(publisher).await?;
    let found = |installs| UpdateStateView::Found {
        release: release.view.clone(),
        installs,
    };
    let state = match newer(app, publisher, &release)? {
        Newer::No => UpdateStateView::Newest {
            asked: release.asked.clone(),
        },
        Newer::ByOthers => found(false),
        Newer::Installs(_) => found(true),
    };
    {
        let mut known = updates.known();
        if matches!(
            known.state,
            UpdateStateView::Coming { .. } | UpdateStateView::Installed { .. }
        ) {
            return Ok(());
        }
        *known = Known {
            state,
            release: Some(release),
        };
    }
    tell(app, desk);
    Ok(())
}

/// Whether the release is newer; and the means to put it in its place, where there are any.
///
/// # Errors
/// `update_unusable`.
fn newer(app: &AppHandle, publisher: &Publisher, release: &Release) -> Outcome<Newer> {
    match updater(app, publisher)?.restore_update(release.manifest.clone()) {
        Ok(None) => Ok(Newer::No),
        Ok(Some(update)) if is_own_place(app) => Ok(Newer::Installs(Box::new(update))),
        Ok(Some(_)) | Err(Error::TargetNotFound(_) | Error::TargetsNotFound(_)) => {
            Ok(Newer::ByOthers)
        }
        Err(error) => Err(Problem::new(Code::UpdateUnusable).because(error)),
    }
}

/// What a release is to this program.
enum Newer {
    /// It is not newer.
    No,
    /// It is, and who installed the program must bring it.
    ByOthers,
    /// It is, and can be put in the program's place.
    Installs(Box<Update>),
}

fn updater(app: &AppHandle, publisher: &Publisher) -> Outcome<Updater> {
    let unusable = |error: Error| Problem::new(Code::UpdateUnusable).because(error);
    let manifest = publisher.manifest.parse();
    let manifest = manifest.map_err(|error| Problem::new(Code::UpdateUnusable).because(error))?;
    app.updater_builder()
        .pubkey(publisher.key.clone())
        .endpoints(vec![manifest])
        .and_then(tauri_plugin_updater::UpdaterBuilder::build)
        .map_err(unusable)
}

/// Whether the program may put another in its place. Packages of a distribution are its own business:
/// it knows what depends on them, and who may change them.
fn is_own_place(app: &AppHandle) -> bool {
    match platform::bundle_type() {
        Some(BundleType::Deb | BundleType::Rpm) => false,
        Some(_) => true,
        None => is_app_image(app),
    }
}

#[cfg(target_os = "linux")]
fn is_app_image(app: &AppHandle) -> bool {
    app.env().appimage.is_some()
}

#[cfg(not(target_os = "linux"))]
fn is_app_image(_app: &AppHandle) -> bool {
    false
}

fn tell(app: &AppHandle, desk: &Desk) {
    let _ = app.emit_to("main", "updates", app.state::<Updates>().view(app, desk));
}

#[tauri::command]
pub(crate) fn updates(
    app: AppHandle,
    desk: Shared<'_>,
    updates: State<'_, Updates>,
) -> UpdatesView {
    updates.view(&app, &desk)
}

#[tauri::command]
pub(crate) async fn set_updates(
    app: AppHandle,
    desk: Shared<'_>,
    looks: bool,
) -> Answer<UpdatesView> {
    blocking(&desk, move |desk| desk.keep_looks_for_updates(looks)).await?;
    Ok(app.state::<Updates>().view(&app, &desk))
}

#[tauri::command]
pub(crate) async fn look_for_updates(app: AppHandle, desk: Shared<'_>) -> Answer<UpdatesView> {
    let looked = look(&app, &desk).await;
    said(&desk, looked)?;
    Ok(app.state::<Updates>().view(&app, &desk))
}

/// Fetches what was found and puts it in the program's place; it runs when the program is started again.
#[tauri::command]
pub(crate) async fn install_update(app: AppHandle, desk: Shared<'_>) -> Answer<UpdatesView> {
    let installed = install(&app, &desk).await;
    tell(&app, &desk);
    said(&desk, installed)?;
    Ok(app.state::<Updates>().view(&app, &desk))
}

/// Ends the program and starts the one that is in its place now.
#[tauri::command]
pub(crate) fn restart(app: AppHandle) {
    app.request_restart();
}

async fn install(app: &AppHandle, desk: &Arc<Desk>) -> Outcome {
    let updates = app.state::<Updates>();
    let publisher = updates.publisher(app).ok_or(Code::UpdateUnusable)?;
    let release = {
        let mut known = updates.known();
        let (UpdateStateView::Found { release: view, .. }, Some(release)) =
            (known.state.clone(), known.release.clone())
        else {
            return Ok(());
        };
        known.state = UpdateStateView::Coming {
            release: view,
            here: 0,
            all: None,
        };
        release
    };
    tell(app, desk);
    let installed = fetch_and_install(app, desk, publisher, &release).await;
    let release = release.view;
    updates.known().state = match installed {
        Ok(()) => UpdateStateView::Installed { release },
        Err(_) => UpdateStateView::Found {
            release,
            installs: true,
        },
    };
    installed
}

async fn fetch_and_install(
    app: &AppHandle,
    desk: &Arc<Desk>,
    publisher: &Publisher,
    release: &Release,
) -> Outcome {
    let Newer::Installs(update) = newer(app, publisher, release)? else {
        return Err(Code::UpdateUnusable.into());
    };
    let mut shown = Instant::now();
    let package = desk
        .fetch_package(update.download_url.as_str(), |octets, whole| {
            if shown.elapsed() < SHOW {
                return;
            }
            shown = Instant::now();
            let here = u64::try_from(octets).unwrap_or(u64::MAX);
            app.state::<Updates>().known().state = UpdateStateView::Coming {
                release: release.view.clone(),
                here,
                all: whole,
            };
            tell(app, desk);
        })
        .await?;
    let host = publisher.host();
    let installing = tauri::async_runtime::spawn_blocking(move || update.install(package));
    match installing.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(refusal(error, host)),
        Err(error) => Err(Problem::new(Code::Internal).because(error)),
    }
}

fn refusal(error: Error, host: String) -> Problem {
    let code = match error {
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::SignedVersionMismatch { .. }
        | Error::MissingSignedVersion => Code::UpdateForged,
        Error::InvalidUpdaterFormat | Error::BinaryNotFoundInArchive => Code::UpdateUnusable,
        _ => Code::UpdateNotInstalled,
    };
    Problem::new(code).with("name", host).because(error)
}
