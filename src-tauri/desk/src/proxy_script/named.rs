//! Whether the system's own settings name a script: those of GNOME, which other desktops on Linux keep
//! too, and those of macOS.

use std::process::Command;
use std::time::Duration;

use kabinet_portal::PortalError;

use crate::child::{self, Silence};

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

/// That it could not be found out is not that there is none: who went on without it would go past it.
const UNKNOWN: PortalError = PortalError::ProxyScript("the system's settings cannot be read");

/// The script's address.
pub(super) fn by_system() -> Result<Option<String>, PortalError> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if VARIABLES.iter().any(is_set) {
        Ok(None)
    } else if cfg!(target_os = "linux") {
        let get =
            |key| said(Command::new("gsettings").args(["get", "org.gnome.system.proxy", key]));
        match get("mode")? {
            Some(mode) => by_gnome(&mode, &get("autoconfig-url")?.unwrap_or_default()),
            None => Ok(None),
        }
    } else if cfg!(target_os = "macos") {
        let said = said(Command::new("/usr/sbin/scutil").arg("--proxy"))?;
        Ok(said.as_deref().and_then(by_macos))
    } else {
        Ok(None)
    }
}

/// What the system's program says; nothing where there is none, or where it knows no such settings, which
/// it tells on another stream.
fn said(command: &mut Command) -> Result<Option<String>, PortalError> {
    // Libraries of our package are not the system's.
    command.env_remove("LD_LIBRARY_PATH");
    match child::answer(command, &[], LONGEST, PATIENCE) {
        Ok(octets) if octets.is_empty() => Ok(None),
        Ok(octets) => String::from_utf8(octets).map(Some).map_err(|_| UNKNOWN),
        Err(Silence::NotThere) => Ok(None),
        Err(Silence::Failed) => Err(UNKNOWN),
    }
}

fn by_gnome(mode: &str, address: &str) -> Result<Option<String>, PortalError> {
    if unquoted(mode).ok_or(UNKNOWN)? != "auto" {
        return Ok(None);
    }
    let address = unquoted(address).ok_or(UNKNOWN)?;
    Ok((!address.is_empty()).then_some(address))
}

/// A text as GVariant writes it: between apostrophes, or where it has one in it between quotation marks.
/// Nothing for one with signs in it that no address has.
fn unquoted(text: &str) -> Option<String> {
    let text = text.trim();
    let quote = text.chars().next()?;
    if !matches!(quote, '\'' | '"') {
        return None;
    }
    let mut signs = text.strip_prefix(quote)?.strip_suffix(quote)?.chars();
    let mut plain = String::new();
    while let Some(sign) = signs.next() {
        plain.push(match sign {
            '\\' => signs
                .next()
                .filter(|sign| matches!(sign, '\\' | '\'' | '"'))?,
            _ if sign == quote => return None,
            _ => sign,
        });
    }
    Some(plain)
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
        let found = |address: &str| Ok(Some(address.to_owned()));
        assert_eq!(by_gnome("'auto'\n", &quoted), found(address));
        // An apostrophe may be in an address, and a backslash in what is none.
        for (written, read) in [
            (
                r#""http://wpad.example/o'b.pac""#,
                "http://wpad.example/o'b.pac",
            ),
            (r#""a'b\"c\\d""#, r#"a'b"c\d"#),
        ] {
            assert_eq!(by_gnome("'auto'\n", written), found(read));
        }
        for (mode, url) in [
            ("'none'\n", quoted.as_str()),
            ("'manual'\n", &quoted),
            // Discovery of a script by itself (WPAD) is nothing that is named.
            ("'auto'\n", "''\n"),
        ] {
            assert_eq!(by_gnome(mode, url), Ok(None), "{mode} {url}");
        }
        for (mode, url) in [
            ("'auto'\n", ""),
            ("'auto'\n", address),
            ("'auto'\n", "'"),
            ("'auto'\n", "'http://a/\\u0001'"),
            ("'auto'\n", "'http://a/\\'"),
            ("'auto'\n", "'http://a/'b'"),
            ("auto", &quoted),
        ] {
            assert_eq!(by_gnome(mode, url), Err(UNKNOWN), "{mode} {url}");
        }

        let on = "<dictionary> {\n  ExceptionsList : <array> {\n    0 : *.local\n  }\n  \
                  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://wpad.example/proxy.pac\n}\n";
        assert_eq!(by_macos(on).as_deref(), Some(address));
        assert_eq!(by_macos(&on.replace("Enable : 1", "Enable : 0")), None);
        assert_eq!(by_macos("<dictionary> {\n}\n"), None);
    }
    #[test]
    #[cfg(unix)]
    fn what_cannot_be_found_out_is_not_nothing() {
        let shell = |script: &str| said(Command::new("/bin/sh").args(["-c", script]));
        assert_eq!(shell("echo \"'none'\""), Ok(Some("'none'\n".to_owned())));
        assert_eq!(shell("echo 'No such schema' >&2; exit 1"), Ok(None));
        assert_eq!(said(&mut Command::new("no-such-program")), Ok(None));
        assert_eq!(shell("printf '\\377'"), Err(UNKNOWN));
        assert_eq!(shell("exec sleep 20"), Err(UNKNOWN));
    }
}
