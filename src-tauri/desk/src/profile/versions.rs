//! The versions of `settings.json`. An older file is brought to the newest version step by step when it
//! is read, and is written so at the next change. A newer one is left alone: what a newer program set
//! must not be lost because an older one was started.

use serde_json::{Map, Value};

use super::Settings;
use crate::Outcome;
use crate::problem::{Code, Problem};

/// The version that this program writes.
pub(super) const NEWEST: usize = STEPS.len() + 1;

/// From each version to the next; the first leads from 1 to 2.
const STEPS: &[fn(&mut Map<String, Value>)] = &[
    // Files of before versions were counted. What they hold means the same.
    |_| {},
];

/// Reads settings of any known version.
///
/// # Errors
/// `settings_unreadable` when they are damaged, `settings_too_new`.
pub(super) fn read(octets: &[u8]) -> Outcome<Settings> {
    let damaged = |error| Problem::new(Code::SettingsUnreadable).because(error);
    let mut members: Map<String, Value> = serde_json::from_slice(octets).map_err(damaged)?;
    let version = match members.get("version") {
        None => 1,
        Some(version) => version
            .as_u64()
            .and_then(|version| usize::try_from(version).ok())
            .filter(|version| *version > 0)
            .ok_or(Code::SettingsUnreadable)?,
    };
    if version > NEWEST {
        return Err(Code::SettingsTooNew.into());
    }
    for step in STEPS.iter().skip(version - 1) {
        step(&mut members);
    }
    serde_json::from_value(Value::Object(members)).map_err(damaged)
}

/// The settings as they are written.
///
/// # Errors
/// `internal`, which cannot be.
pub(super) fn written(settings: &Settings) -> Outcome<Vec<u8>> {
    let internal = |error| Problem::new(Code::Internal).because(error);
    let mut value = serde_json::to_value(settings).map_err(internal)?;
    if let Value::Object(members) = &mut value {
        members.insert("version".to_owned(), NEWEST.into());
    }
    serde_json::to_vec_pretty(&value).map_err(internal)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn a_file_of_before_versions_is_read_and_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("settings.json");
        std::fs::write(&file, r#"{"portal": "https://p.example", "silent": true}"#).unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        let settings = profile.settings().unwrap();
        assert_eq!(settings.portal.as_deref(), Some("https://p.example"));
        assert!(settings.silent);
        profile.change_settings(|_| ()).unwrap();
        let kept: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(kept["version"], 2);
        assert_eq!(profile.settings().unwrap(), settings);
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("settings.json");
        let newer = r#"{"version": 3, "portal": ["https://p.example"]}"#;
        std::fs::write(&file, newer).unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        assert_eq!(profile.settings().unwrap_err().code, Code::SettingsTooNew);
        let kept = profile.change_settings(|_| ());
        assert_eq!(kept.unwrap_err().code, Code::SettingsTooNew);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), newer);
    }

    #[test]
    fn what_is_no_version_is_said() {
        for damaged in [
            r#"{"version": 0}"#,
            r#"{"version": -1}"#,
            r#"{"version": "2"}"#,
            r#"{"version": 1.5}"#,
            "[]",
            "{",
        ] {
            let problem = read(damaged.as_bytes()).unwrap_err();
            assert_eq!(problem.code, Code::SettingsUnreadable, "{damaged}");
        }
        assert_eq!(read(b"{}").unwrap(), Settings::default());
    }
}
