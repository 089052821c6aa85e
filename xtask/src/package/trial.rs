//! Installs the packages into empty roots, looks at what the system sees of them, starts the program on
//! a screen that nobody sees, and removes them: what the person has stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Outcome, output, run};

/// How long a window may take to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// The desktop entry, by the name that the bundler gives it.
const ENTRY: &str = "Kabinet.desktop";
/// What a click on opens the program.
const OPENED: [&str; 3] = [
    "x-scheme-handler/kabinet",
    "application/pkcs7-mime",
    "application/pkcs7-signature",
];

/// Both packages of this system.
pub(super) fn try_out(made: &Path) -> Outcome {
    let place = made.join("trial");
    let _ = fs::remove_dir_all(&place);
    let person = place.join("home");
    let data = person.join(".local/share/kabinet");
    make(&data)?;
    let kept = data.join("settings.json");
    write(&kept, "{\"language\": \"be\"}")?;

    let deb = one_in(&made.join("deb"), "deb")?;
    let root = place.join("deb");
    dpkg(&root, &["--install", &deb.to_string_lossy()])?;
    look(&root)?;
    start(&root, &place, &person)?;
    dpkg(&root, &["--remove", "kabinet"])?;
    is_gone(&root)?;
    // Nothing of it is the package's.
    let settings = fs::read_to_string(&kept).map_err(|error| error.to_string())?;
    if !settings.contains("\"be\"") {
        return Err(format!("the settings were changed: {settings}"));
    }

    let rpm = one_in(&made.join("rpm"), "rpm")?;
    let root = place.join("rpm");
    let listed = output("rpm", &["-qlp", &rpm.to_string_lossy()]).unwrap_or_default();
    for file in ["/usr/bin/kabinet", "/usr/bin/kabinet-cli"] {
        if !listed.lines().any(|line| line == file) {
            return Err(format!("the RPM has no {file}:\n{listed}"));
        }
    }
    let words = ["--install", "--nodeps", "--ignoreos"];
    rpm_in(&root, &[&words[..], &[&*rpm.to_string_lossy()]].concat())?;
    look(&root)?;
    rpm_in(&root, &["--erase", "kabinet"])?;
    is_gone(&root)?;
    if !kept.exists() {
        return Err("the person's data are gone".to_owned());
    }
    Ok(())
}

/// dpkg over a root of its own. What the package needs is not in there: only its own files are tried.
fn dpkg(root: &Path, words: &[&str]) -> Outcome {
    let database = root.join("var/lib/dpkg");
    make(&database.join("updates"))?;
    make(&database.join("info"))?;
    for file in ["status", "available"] {
        if !database.join(file).exists() {
            write(&database.join(file), "")?;
        }
    }
    let mut dpkg = as_root("dpkg");
    dpkg.arg(format!("--root={}", root.display()));
    run(dpkg
        .args(["--force-depends", "--force-not-root", "--log=/dev/null"])
        .args(words))
}

fn rpm_in(root: &Path, words: &[&str]) -> Outcome {
    make(root)?;
    let mut rpm = as_root("rpm");
    rpm.arg("--root").arg(root);
    run(rpm.arg("--noscripts").args(words))
}

/// Without being root, in a name space where we are.
fn as_root(program: &str) -> Command {
    if output("id", &["-u"]).as_deref() == Some("0") {
        return Command::new(program);
    }
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--", program]);
    command
}

/// What the desktop sees.
fn look(root: &Path) -> Outcome {
    let applications = root.join("usr/share/applications");
    run(Command::new("desktop-file-validate").arg(applications.join(ENTRY)))?;
    run(Command::new("appstreamcli")
        .args(["validate", "--no-net"])
        .arg(root.join("usr/share/metainfo/by.kabinet.desktop.metainfo.xml")))?;
    run(Command::new("update-desktop-database").arg(&applications))?;
    for kind in OPENED {
        let answer = Command::new("xdg-mime")
            .args(["query", "default", kind])
            .env("XDG_DATA_DIRS", root.join("usr/share"))
            .env("XDG_DATA_HOME", root.join("none"))
            .env("XDG_CONFIG_HOME", root.join("none"))
            .env("XDG_CONFIG_DIRS", root.join("none"))
            .env_remove("XDG_CURRENT_DESKTOP")
            .output()
            .map_err(|error| format!("xdg-mime: {error}"))?;
        let answer = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        if answer != ENTRY {
            return Err(format!("{kind} is opened with '{answer}'"));
        }
    }
    if let Some(anchor) = anchor_in(&root.join("usr/share/kabinet/trust"))? {
        return Err(format!("a trust anchor is shipped: {}", anchor.display()));
    }
    let icons = root.join("usr/share/icons/hicolor/128x128/apps/kabinet.png");
    if !icons.is_file() {
        return Err(format!("there is no {}", icons.display()));
    }
    run(Command::new(root.join("usr/bin/kabinet-cli"))
        .arg("--version")
        .stdout(Stdio::null()))
}

/// A file in the folder of trust anchors, or below it. Whom a copy trusts is for packager and person to
/// say; what is built here trusts nobody (docs/trust.md).
fn anchor_in(folder: &Path) -> Outcome<Option<PathBuf>> {
    if !folder.exists() {
        return Ok(None);
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let found = if path.is_dir() {
            anchor_in(&path)?
        } else {
            Some(path)
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Ends with this value, with all that it started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// Starts the installed program as the desktop does, and a second time with a link: the second hands
/// over to the first and ends.
fn start(root: &Path, place: &Path, person: &Path) -> Outcome {
    use std::os::unix::process::CommandExt as _;
    let program = root.join("usr/bin/kabinet");
    let script = place.join("session.sh");
    // The first start goes on; the second ends by itself. Both are on one bus.
    let text = format!(
        "'{0}' & until xwininfo -root -tree | grep -q '(\"kabinet\"'; do sleep 0.2; done\n\
         '{0}' kabinet:unknown && touch '{1}/handed-over'\nwait\n",
        program.display(),
        place.display()
    );
    write(&script, &text)?;
    let log = fs::File::create(place.join("log")).map_err(|error| error.to_string())?;
    let session = Command::new("xvfb-run")
        .args(["--auto-servernum", "dbus-run-session", "--", "sh"])
        .arg(&script)
        .env("HOME", person)
        .env("GDK_BACKEND", "x11")
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("WAYLAND_DISPLAY")
        .stdout(Stdio::null())
        .stderr(log)
        .process_group(0)
        .spawn()
        .map_err(|error| format!("xvfb-run: {error}"))?;
    let _session = Running(session);
    let deadline = Instant::now() + PATIENCE;
    while !place.join("handed-over").exists() {
        if Instant::now() > deadline {
            let log = fs::read_to_string(place.join("log")).unwrap_or_default();
            return Err(format!("the installed program shows no window:\n{log}"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn is_gone(root: &Path) -> Outcome {
    for file in ["usr/bin/kabinet", "usr/bin/kabinet-cli"] {
        if root.join(file).exists() {
            return Err(format!("{file} stays"));
        }
    }
    let entry = root.join("usr/share/applications").join(ENTRY);
    if entry.exists() {
        return Err(format!("{} stays", entry.display()));
    }
    Ok(())
}

fn one_in(folder: &Path, ending: &str) -> Outcome<PathBuf> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|one| one == ending))
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => Ok(path),
        _ => Err(format!("not one .{ending} in {}", folder.display())),
    }
}

fn make(folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_found_wherever_it_is_shipped() -> Outcome {
        let folder = std::env::temp_dir().join(format!("kabinet-trial-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        assert_eq!(anchor_in(&folder)?, None);
        let states = folder.join("csca");
        make(&states)?;
        assert_eq!(anchor_in(&folder)?, None);
        write(&states.join("by.cer"), "")?;
        assert_eq!(anchor_in(&folder)?, Some(states.join("by.cer")));
        let _ = fs::remove_dir_all(&folder);
        Ok(())
    }
}
