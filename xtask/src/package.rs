//! `package`: the installable files of this system, and what they do when they are installed.

mod manifest;
mod trial;

use std::path::{Path, PathBuf};

pub(crate) use manifest::manifest;

use crate::checks::window_build;
use crate::run::{Outcome, cargo, command, root, run, target};
use crate::setup::{Need, npm, package_tools, setup, tools};

/// Version of Tauri's command that belongs to the Tauri of Cargo.toml.
const TAURI_CLI: &str = "2.12.5";

/// Builds program, command line and packages; with `--test` installs, starts and removes them.
/// `--debug` takes the build of the tests instead of the long one that is shipped.
pub(crate) fn package(words: &[String]) -> Outcome {
    let has = |word: &str| words.iter().any(|one| one == word);
    setup(Need::Everything)?;
    package_tools()?;
    let cli = tauri_cli()?;
    window_build()?;
    let profile = if has("--debug") { "debug" } else { "release" };
    let mut build = command(&cargo(), &["build", "--workspace", "--bins", "--features"]);
    build.arg(crate::tests::FEATURES);
    if profile == "release" {
        build.arg("--release");
    } else {
        // As the tests are built, so that nothing is built twice.
        build.arg("--tests");
    }
    run(&mut build)?;
    let kinds = if has("--test") {
        "deb,rpm"
    } else {
        match std::env::consts::OS {
            "linux" => "deb,rpm,appimage",
            "macos" => "app,dmg",
            _ => "msi,nsis",
        }
    };
    let mut bundle = command("node", &[]);
    bundle.arg(cli).args(["bundle", "--bundles", kinds]);
    if profile == "debug" {
        bundle.arg("--debug");
    }
    bundle.args(["--config", &with_command_line(profile)]);
    for extra in config_of_release() {
        bundle.arg("--config").arg(extra);
    }
    run(&mut bundle)?;
    let made = target().join(profile).join("bundle");
    eprintln!("xtask: the packages are in {}", made.display());
    if has("--test") {
        trial::try_out(&made)?;
        eprintln!("xtask: the packages are as they should be");
    }
    Ok(())
}

/// Part of the configuration: the command line goes into the packages of Linux, from where the
/// profile puts it.
fn with_command_line(profile: &str) -> String {
    let program = target().join(profile).join("kabinet-cli");
    let files = format!("\"/usr/bin/kabinet-cli\": {:?}", program.to_string_lossy());
    format!(
        "{{\"bundle\": {{\"linux\": {{\"deb\": {{\"files\": {{{files}}}}}, \"rpm\": {{\"files\": {{{files}}}}}, \"appimage\": {{\"files\": {{{files}}}}}}}}}}}"
    )
}

/// Whoever publishes names files with what is theirs: certificates, and the time stamps of signatures.
fn config_of_release() -> Vec<PathBuf> {
    let named = std::env::var_os("KABINET_RELEASE_CONFIG");
    named.map(PathBuf::from).into_iter().collect()
}

/// Tauri's command, in the folder of this checkout's own tools.
fn tauri_cli() -> Outcome<PathBuf> {
    let folder = tools().join("tauri-cli");
    let script = folder.join("node_modules/@tauri-apps/cli/tauri.js");
    let known = version(&folder.join("node_modules/@tauri-apps/cli/package.json"));
    if known.as_deref() != Some(TAURI_CLI) {
        eprintln!("xtask: installing @tauri-apps/cli {TAURI_CLI} into the target folder");
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let wanted = format!("@tauri-apps/cli@{TAURI_CLI}");
        let prefix = folder.to_string_lossy().into_owned();
        run(npm(&["install", "--no-save", "--prefix", &prefix, &wanted]).current_dir(root()))?;
    }
    Ok(script)
}

fn version(package: &Path) -> Option<String> {
    let text = std::fs::read_to_string(package).ok()?;
    let (_, rest) = text.split_once("\"version\": \"")?;
    rest.split('"').next().map(str::to_owned)
}
