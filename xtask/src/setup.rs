//! Installing what the build and the tests need from the system, saying so.

use std::path::PathBuf;
use std::process::Command;

use crate::run::{Outcome, cargo, command, has, output, root, run, target};

/// How much has to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// To build and run the product on the command line.
    CommandLine,
    /// Also to build and test the window.
    Everything,
}

/// Debian and Ubuntu packages for the command line.
const PACKAGES: &[&str] = &[
    "build-essential",
    "libpcsclite-dev",
    "libssl-dev",
    "pcscd",
    "pkg-config",
    "poppler-utils",
    "vsmartcard-vpcd",
];

/// Debian and Ubuntu packages for the window and its tests.
const WINDOW_PACKAGES: &[&str] = &[
    "at-spi2-core",
    "dbus",
    "fonts-noto-core",
    "gdb",
    "gnome-keyring",
    "gpg-agent",
    "gpgconf",
    "gsettings-desktop-schemas",
    "iproute2",
    "libglib2.0-bin",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "scdaemon",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
];

/// Debian and Ubuntu packages for making and trying packages.
const PACKAGE_TOOLS: &[&str] = &[
    "appstream",
    "desktop-file-utils",
    "rpm",
    "x11-utils",
    "xdg-utils",
];

/// The oldest Node.js that the window's build runs on (that of Vite 8).
const NODE: (u32, u32) = (20, 19);

/// Version of tauri-driver that belongs to the Tauri of Cargo.toml.
const TAURI_DRIVER: &str = "2.1.0";

/// Installs what is missing and puts it on the path of the programs that we start.
pub(crate) fn setup(need: Need) -> Outcome {
    match std::env::consts::OS {
        "linux" => linux_packages(need)?,
        "macos" => named_tools(
            &["cc", "openssl"],
            "Xcode command line tools: xcode-select --install",
        ),
        _ => named_tools(
            &["link"],
            "Visual Studio Build Tools with C++ and the WebView2 runtime",
        ),
    }
    if need == Need::Everything {
        node()?;
        if std::env::consts::OS == "linux" {
            tauri_driver()?;
        }
        window_packages()?;
    }
    Ok(())
}

/// Folder of tools that belong to this checkout alone.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

fn named_tools(programs: &[&str], remedy: &str) {
    for program in programs {
        if !has(program) {
            eprintln!("xtask: `{program}` was not found; if the build asks for it: {remedy}");
        }
    }
}

fn linux_packages(need: Need) -> Outcome {
    let mut wanted = PACKAGES.to_vec();
    if need == Need::Everything {
        wanted.extend(WINDOW_PACKAGES);
    }
    if !has("dpkg-query") {
        eprintln!(
            "xtask: this system has no dpkg; install the counterparts of: {}",
            wanted.join(" ")
        );
        return Ok(());
    }
    install(&wanted)
}

/// What makes and tries packages, where the system has dpkg.
pub(crate) fn package_tools() -> Outcome {
    if has("dpkg-query") {
        install(PACKAGE_TOOLS)
    } else {
        Ok(())
    }
}

fn install(wanted: &[&str]) -> Outcome {
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|package| !installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!(
        "xtask: installing with apt-get what is missing: {}",
        missing.join(" ")
    );
    run(&mut apt(&["update", "-q"]))?;
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(missing);
    run(&mut apt(&arguments))
}

fn installed(package: &str) -> bool {
    output("dpkg-query", &["-W", "-f", "${Status}", package])
        .is_some_and(|status| status == "install ok installed")
}

fn apt(arguments: &[&str]) -> Command {
    let is_root = output("id", &["-u"]).is_some_and(|id| id == "0");
    let mut apt = if is_root {
        command("apt-get", arguments)
    } else {
        let mut words = vec!["apt-get"];
        words.extend(arguments);
        command("sudo", &words)
    };
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

/// Debian 12 has an older Node.js than the window's build needs: its npm then fetches a newer one
/// into the target folder.
fn node() -> Outcome {
    let bin = tools().join("node_modules/node/bin");
    if bin.is_dir() {
        prepend_path(bin.clone());
    }
    if node_is_new_enough() && has("npm") {
        return Ok(());
    }
    if !has("npm") && has("dpkg-query") {
        install(&["nodejs", "npm"])?;
    }
    if !has("npm") {
        return Err(format!(
            "Node.js {}.{} or newer with npm is needed",
            NODE.0, NODE.1
        ));
    }
    if !node_is_new_enough() {
        eprintln!("xtask: Node.js is too old; npm puts a newer one into the target folder");
        std::fs::create_dir_all(tools()).map_err(|error| error.to_string())?;
        let mut npm = command("npm", &["install", "--no-audit", "--no-fund", "node@22"]);
        run(npm.arg("--prefix").arg(tools()))?;
        prepend_path(bin);
    }
    if node_is_new_enough() {
        Ok(())
    } else {
        Err(format!("Node.js {}.{} or newer is needed", NODE.0, NODE.1))
    }
}

fn node_is_new_enough() -> bool {
    let Some(version) = output("node", &["--version"]) else {
        return false;
    };
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .filter_map(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) => (major, minor) >= NODE,
        _ => false,
    }
}

fn tauri_driver() -> Outcome {
    let bin = tools().join("bin");
    if !bin.join("tauri-driver").is_file() {
        eprintln!("xtask: installing tauri-driver {TAURI_DRIVER} into the target folder");
        let mut install = command(
            &cargo(),
            &[
                "install",
                "tauri-driver",
                "--locked",
                "--version",
                TAURI_DRIVER,
            ],
        );
        install.arg("--root").arg(tools());
        run(install.env("CARGO_TARGET_DIR", target().join("tools-build")))?;
    }
    prepend_path(bin);
    Ok(())
}

/// Packages of the window; again only when the lock file changed.
fn window_packages() -> Outcome {
    let ui = root().join("ui");
    let stamp = ui.join("node_modules/.package-lock.json");
    let fresh = match (modified(&stamp), modified(&ui.join("package-lock.json"))) {
        (Some(stamp), Some(lock)) => stamp >= lock,
        _ => false,
    };
    if fresh {
        return Ok(());
    }
    run(npm(&["ci", "--no-audit", "--no-fund"]).current_dir(ui))
}

/// npm, under the name that it has on this system.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    command(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments)
}

fn modified(path: &std::path::Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

/// Puts a folder before the others, for this process and so for all that it starts.
#[allow(unsafe_code)]
fn prepend_path(dir: PathBuf) {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs = vec![dir];
    dirs.extend(std::env::split_paths(&old));
    if let Ok(joined) = std::env::join_paths(dirs) {
        // SAFETY: xtask has one thread here; nothing reads the environment at the same time.
        unsafe { std::env::set_var("PATH", joined) };
    }
}
