//! Whether the system's own settings name a script: those of GNOME, which other desktops on Linux keep
//! too, and those of macOS.

use std::process::Command;
use std::time::Duration;

use crate::child;

/// How long the system's program may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most octets of what it says.
const LONGEST: u64 = 16 << 10;
/// Who sets these says more than the desktop does.
const VARIABLES: [&str; 6] = [
    "https_proxy",
    "HTTPS_PROXY",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
];

/// The script's address.
pub(super) fn by_system() -> Option<String> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if VARIABLES.iter().any(is_set) {
        None
    } else if cfg!(target_os = "linux") {
        let get =
            |key| said(Command::new("gsettings").args(["get", "org.gnome.system.proxy", key]));
        by_gnome(&get("mode")?, &get("autoconfig-url")?)
    } else if cfg!(target_os = "macos") {
        by_macos(&said(Command::new("/usr/sbin/scutil").arg("--proxy"))?)
    } else {
        None
    }
}

fn said(command: &mut Command) -> Option<String> {
    String::from_utf8(child::answer(command, &[], LONGEST, PATIENCE)?).ok()
}

/// Values as GVariant writes them.
fn by_gnome(mode: &str, address: &str) -> Option<String> {
    let address = address.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    (mode.trim() == "'auto'" && !address.is_empty()).then(|| address.to_owned())
}

/// A dictionary, a line for each of its entries.
fn by_macos(said: &str) -> Option<String> {
    let entry = |name: &str| {
        let mut entries = said
            .lines()
            .filter_map(|line| line.trim().split_once(" : "));
        entries.find_map(|(key, value)| (key == name).then_some(value))
    };
    (entry("ProxyAutoConfigEnable")? == "1")
        .then(|| entry("ProxyAutoConfigURLString").map(str::to_owned))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_desktops_say() {
        let address = "http://wpad.example/proxy.pac";
        let quoted = format!("'{address}'\n");
        assert_eq!(by_gnome("'auto'\n", &quoted).as_deref(), Some(address));
        for (mode, url) in [
            ("'none'\n", quoted.as_str()),
            ("'manual'\n", &quoted),
            // Discovery of a script by itself (WPAD) is nothing that is named.
            ("'auto'\n", "''\n"),
            ("'auto'\n", ""),
            ("", ""),
        ] {
            assert_eq!(by_gnome(mode, url), None, "{mode} {url}");
        }

        let on = "<dictionary> {\n  ExceptionsList : <array> {\n    0 : *.local\n  }\n  \
                  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://wpad.example/proxy.pac\n}\n";
        assert_eq!(by_macos(on).as_deref(), Some(address));
        assert_eq!(by_macos(&on.replace("Enable : 1", "Enable : 0")), None);
        assert_eq!(by_macos("<dictionary> {\n}\n"), None);
    }
}
