//! The folder of one installation: settings, trust anchors and the stores of its persons.
//!
//! ```text
//! settings.json      portal, language; nothing personal
//! settings.lock      locked while the settings are changed
//! readers.json       readers and kinds of cards that do not pass long commands; nothing personal
//! trust/*.cer        trust anchors (X.509, DER) of the person, beside those of the package
//! trust/csca/        CSCA certificates of states (DER or PEM), for travel documents, in the same way
//! enrolment/*.json   public keys that wait for their certificates; nothing personal
//! outside.json       folders with what is out of the stores for a while; nothing personal
//! prompt-sign        by what a person knows the trusted prompt; nothing personal
//! revocation/        revocation lists of authorities; nothing personal
//! log.txt            what the program noted, with log.older.txt; nothing personal
//! persons/current    name of the store that was used last
//! persons/<name>/    store.db (SQLCipher), store.key (its key under a passphrase, if so protected)
//! ```

mod versions;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use kabinet_token::ShortOnly;
use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::problem::{Code, Problem};
use crate::proxying::ProxySettings;
use crate::signing_in::hex;
use crate::view::{AppearanceView, Language};

/// What was learnt of readers.
const READERS: &str = "readers.json";
/// Folders with what is out of the stores for a while.
const OUTSIDE: &str = "outside.json";

/// What can be set without being personal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Address of the portal; none is built in.
    pub portal: Option<String>,
    /// Address of the registration authority; the portal's where none is set.
    pub registration: Option<String>,
    /// Language of the interface.
    pub language: Language,
    /// How the windows look.
    pub appearance: AppearanceView,
    /// A remote card, `HOST:PORT`, beside the readers of the system.
    pub remote_reader: Option<String>,
    /// Minutes without a touch after which the store closes; never without.
    pub lock_after_minutes: Option<u32>,
    /// Whether the store closes when the card is taken out.
    pub lock_with_card: bool,
    /// Whether the store closes when the screen is locked.
    pub lock_with_screen: bool,
    /// The proxy.
    pub proxy: ProxySettings,
    /// Address of the time-stamping authority; none is built in.
    pub time_stamping: Option<String>,
    /// Whether the desktop tells nothing.
    pub silent: bool,
    /// Whether the program ends when its window is closed.
    pub ends_with_window: bool,
    /// Seconds without a touch after which the trusted prompt closes, at least 20; five minutes where
    /// nothing is set.
    pub prompt_seconds: Option<u32>,
    /// Whether nobody is asked for newer versions of the program unless the person does.
    pub stays_with_version: bool,
    /// Whether the desktop says more than the procedure's title.
    pub notice_details: bool,
    /// Whether portal and card are those of a demonstration, which the windows always say then.
    pub demo: bool,
}

/// What was learnt of readers.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Readers {
    short_only: Vec<Short>,
}

/// A [`ShortOnly`] as it is kept: the answer to reset in hex.
#[derive(Serialize, Deserialize)]
struct Short {
    reader: String,
    atr: String,
}

/// The folder of one installation.
#[derive(Clone, Debug)]
pub struct Profile {
    dir: PathBuf,
}

impl Profile {
    /// A profile in that folder, which is made when missing.
    ///
    /// # Errors
    /// `read_only` or `disk_full` when it cannot be made.
    pub fn open(dir: &Path) -> Outcome<Self> {
        std::fs::create_dir_all(dir).map_err(|error| file_problem(&error))?;
        Ok(Self {
            dir: dir.to_path_buf(),
        })
    }

    /// The platform's folder for this program's data.
    #[must_use]
    pub fn default_dir() -> PathBuf {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let base = if cfg!(windows) {
            variable("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            variable("HOME").map(|home| home.join("Library/Application Support"))
        } else {
            variable("XDG_DATA_HOME")
                .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        };
        base.unwrap_or_else(|| PathBuf::from(".")).join("kabinet")
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Folder of the person's trust anchors.
    #[must_use]
    pub fn trust_dir(&self) -> PathBuf {
        self.dir.join("trust")
    }

    /// Folders of trust anchors: of the package, where there is one, and of the person.
    #[must_use]
    pub fn trust_dirs(&self) -> Vec<PathBuf> {
        let program = std::env::current_exe().ok();
        let packaged = program.as_deref().and_then(packaged_trust);
        packaged.into_iter().chain([self.trust_dir()]).collect()
    }

    /// The settings; defaults where there is no file yet.
    ///
    /// # Errors
    /// `settings_unreadable` when the file is damaged, `settings_too_new` when a newer program wrote it.
    pub fn settings(&self) -> Outcome<Settings> {
        match std::fs::read(self.dir.join("settings.json")) {
            Ok(octets) => versions::read(&octets),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
            Err(error) => Err(Problem::new(Code::SettingsUnreadable).because(error)),
        }
    }

    /// Changes the settings, whole or not at all. Whoever else changes them meanwhile, also another
    /// program, waits, so that no choice is lost. `change` must not ask for the settings itself.
    ///
    /// # Errors
    /// As [`Self::settings`]; `read_only` or `disk_full`.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Outcome {
        static CHANGING: Mutex<()> = Mutex::new(());
        let _here = crate::lock(&CHANGING);
        // Free again when the file is closed.
        let _elsewhere = self.settings_lock()?;
        let mut settings = self.settings()?;
        change(&mut settings);
        replace(
            &self.dir.join("settings.json"),
            &versions::written(&settings)?,
        )
    }

    /// A file that no other program has locked meanwhile; for two seconds it is waited for that, and not
    /// at all on a file system without locks.
    fn settings_lock(&self) -> Outcome<File> {
        let path = self.dir.join("settings.lock");
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|error| file_problem(&error))?;
        for _ in 0..100 {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
                Ok(()) | Err(TryLockError::Error(_)) => break,
            }
        }
        Ok(file)
    }

    /// Readers and kinds of cards that were found not to pass extended lengths together. A file
    /// that cannot be read holds nothing: it is found out again.
    pub(crate) fn short_only(&self) -> Vec<ShortOnly> {
        let octets = std::fs::read(self.dir.join(READERS)).unwrap_or_default();
        let readers: Readers = serde_json::from_slice(&octets).unwrap_or_default();
        let pairs = readers.short_only.into_iter();
        pairs
            .filter_map(|pair| {
                let atr = octets_of(&pair.atr)?;
                let reader = pair.reader;
                Some(ShortOnly { reader, atr })
            })
            .collect()
    }

    /// Keeps them, whole or not at all.
    ///
    /// # Errors
    /// `read_only` or `disk_full`.
    pub(crate) fn keep_short_only(&self, pairs: &[ShortOnly]) -> Outcome {
        let short_only = pairs.iter().map(|pair| Short {
            reader: pair.reader.clone(),
            atr: hex(&pair.atr),
        });
        let readers = Readers {
            short_only: short_only.collect(),
        };
        let text = serde_json::to_vec_pretty(&readers)
            .map_err(|error| Problem::new(Code::Internal).because(error))?;
        replace(&self.dir.join(READERS), &text)
    }

    /// Folders with what is out of the stores for a while; none where the file cannot be read.
    pub(crate) fn outside(&self) -> Vec<PathBuf> {
        let octets = std::fs::read(self.dir.join(OUTSIDE)).unwrap_or_default();
        serde_json::from_slice(&octets).unwrap_or_default()
    }

    /// Keeps which they are, whole or not at all.
    ///
    /// # Errors
    /// `read_only` or `disk_full`; `file_unreadable` for a path that is no text.
    pub(crate) fn keep_outside(&self, folders: &[PathBuf]) -> Outcome {
        let text = serde_json::to_vec_pretty(folders)
            .map_err(|error| Problem::new(Code::FileUnreadable).because(error))?;
        replace(&self.dir.join(OUTSIDE), &text)
    }

    /// Where the revocation list of that name is.
    pub(crate) fn list_path(&self, name: &str) -> PathBuf {
        self.dir.join("revocation").join(format!("{name}.crl"))
    }

    /// Keeps a revocation list, whole or not at all.
    ///
    /// # Errors
    /// `read_only` or `disk_full`.
    pub(crate) fn keep_list(&self, name: &str, octets: &[u8]) -> Outcome {
        replace(&self.list_path(name), octets)
    }

    /// Where the certificate of an issuing authority of that name is.
    pub(crate) fn issuer_path(&self, name: &str) -> PathBuf {
        self.dir.join("issuers").join(format!("{name}.cer"))
    }

    /// Keeps the certificate of an issuing authority, whole or not at all.
    ///
    /// # Errors
    /// `read_only` or `disk_full`.
    pub(crate) fn keep_issuer(&self, name: &str, octets: &[u8]) -> Outcome {
        replace(&self.issuer_path(name), octets)
    }

    /// Name of the person's store that was used last.
    #[must_use]
    pub fn current_person(&self) -> Option<String> {
        let name = std::fs::read_to_string(self.dir.join("persons/current")).ok()?;
        let name = name.trim();
        is_store_name(name).then(|| name.to_owned())
    }

    /// Names of the stores that there are, in no order that means anything.
    #[must_use]
    pub fn persons(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.dir.join("persons")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| is_store_name(name) && self.store_path(name).exists())
            .collect();
        names.sort();
        names
    }

    /// The store of that name.
    #[must_use]
    pub fn store_path(&self, name: &str) -> PathBuf {
        self.dir.join("persons").join(name).join("store.db")
    }

    /// Remembers which store is used.
    ///
    /// # Errors
    /// `read_only` or `disk_full`.
    pub fn keep_current_person(&self, name: &str) -> Outcome {
        replace(&self.dir.join("persons/current"), name.as_bytes())
    }

    /// Removes the person's folder, which holds nothing any more, and what names it.
    ///
    /// # Errors
    /// The file system's.
    pub(crate) fn forget_current_person(&self) -> std::io::Result<()> {
        let Some(name) = self.current_person() else {
            return Ok(());
        };
        let persons = self.dir.join("persons");
        std::fs::remove_file(persons.join("current"))?;
        std::fs::remove_dir(persons.join(name))
    }

    /// Folder of a person's store, made when missing.
    ///
    /// # Errors
    /// `read_only` or `disk_full`.
    pub fn person_dir(&self, name: &str) -> Outcome<PathBuf> {
        let dir = self.dir.join("persons").join(name);
        std::fs::create_dir_all(&dir).map_err(|error| file_problem(&error))?;
        Ok(dir)
    }
}

/// Where a package puts trust anchors beside its programs: whoever can write there can replace the
/// programs, too.
fn packaged_trust(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    Some(if cfg!(windows) {
        folder.join("trust")
    } else if cfg!(target_os = "macos") {
        folder.parent()?.join("Resources/trust")
    } else {
        folder.parent()?.join("share/kabinet/trust")
    })
}

/// The name of a person's store tells nothing of the person: half of the belt-hash of portal and
/// subject, in hex.
#[must_use]
pub fn store_name(issuer: &str, subject: &str) -> String {
    let hash = kabinet_stb::hash::belt_hash(format!("{issuer}\n{subject}").as_bytes());
    hash.iter()
        .take(16)
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

/// The octets of hex digits.
pub(crate) fn octets_of(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<_>>()
        .filter(|_| text.len().is_multiple_of(2))
}

fn is_store_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|octet| octet.is_ascii_hexdigit())
}

/// Writes beside and renames, so that a power cut leaves the old or the new file.
pub(crate) fn replace(path: &Path, octets: &[u8]) -> Outcome {
    // All of this program write beside under one name.
    static WRITING: Mutex<()> = Mutex::new(());
    let write = || -> std::io::Result<()> {
        let _writing = crate::lock(&WRITING);
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let beside = path.with_extension("new");
        let mut file = std::fs::File::create(&beside)?;
        std::io::Write::write_all(&mut file, octets)?;
        file.sync_all()?;
        std::fs::rename(beside, path)
    };
    write().map_err(|error| file_problem(&error))
}

/// The case that an error of the file system is for the person.
pub(crate) fn file_problem(error: &std::io::Error) -> Problem {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Code::DiskFull,
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Code::ReadOnly
        }
        _ => Code::FileUnreadable,
    };
    Problem::new(code).because(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_and_a_damaged_file_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        assert_eq!(profile.settings().unwrap(), Settings::default());
        let settings = Settings {
            portal: Some("https://p.example".into()),
            language: Language::Ru,
            ..Settings::default()
        };
        let kept = profile.change_settings(|kept| kept.clone_from(&settings));
        kept.unwrap();
        assert_eq!(profile.settings().unwrap(), settings);
        std::fs::write(dir.path().join("settings.json"), b"{").unwrap();
        assert_eq!(
            profile.settings().unwrap_err().code,
            Code::SettingsUnreadable
        );
    }

    #[test]
    fn choices_made_at_once_are_all_kept() {
        let dir = tempfile::tempdir().unwrap();
        // As two programs have it, each with threads.
        let profiles = [(); 2].map(|()| Profile::open(dir.path()).unwrap());
        std::thread::scope(|scope| {
            for minutes in 1..=50 {
                for profile in &profiles {
                    scope.spawn(move || {
                        let changed = profile.change_settings(|settings| {
                            let counted = settings.lock_after_minutes.unwrap_or_default();
                            settings.lock_after_minutes = Some(counted + 1);
                            settings.silent |= minutes == 7;
                        });
                        changed.unwrap();
                    });
                }
            }
        });
        let settings = profiles[0].settings().unwrap();
        assert_eq!(settings.lock_after_minutes, Some(100));
        assert!(settings.silent);
    }

    #[test]
    fn what_was_learnt_of_readers_is_kept_and_a_damaged_file_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        assert_eq!(profile.short_only(), []);
        let pairs = [ShortOnly {
            reader: "Maker One".into(),
            atr: vec![0x3B, 0x0F, 0xFF],
        }];
        profile.keep_short_only(&pairs).unwrap();
        assert_eq!(profile.short_only(), pairs);
        for damaged in [
            "{",
            r#"{"short_only":[{"reader":"A","atr":"3B0"}]}"#,
            r#"{"short_only":[{"reader":"A","atr":"жж"}]}"#,
        ] {
            std::fs::write(dir.path().join(READERS), damaged).unwrap();
            assert_eq!(profile.short_only(), []);
        }
    }

    #[test]
    fn a_name_from_elsewhere_is_no_path() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        profile.keep_current_person("../../etc").unwrap();
        assert_eq!(profile.current_person(), None);
    }
}
