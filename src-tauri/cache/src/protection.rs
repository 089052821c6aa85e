//! How the store's key is kept: in the system's key store, or wrapped under a passphrase
//! (Argon2id, RFC 9106; belt-kwp, STB 34.101.31) in a file beside the store.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use belt_kwp::{BeltKwp, KeyInit as _};
use kabinet_stb::{Secret, random};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::StoreError;

/// Name under which keys stand in the system's key store.
const SERVICE: &str = "by.kabinet.desktop";
/// How long a person may take to unlock the system's key store.
const PATIENCE: Duration = Duration::from_secs(60);
/// Length of the store's key.
const KEY: usize = 32;
/// Header of belt-kwp: none.
const HEADER: [u8; 16] = [0; 16];
/// Memory that Argon2id may be told to use, in KiB: a file from elsewhere cannot take all.
const MOST_MEMORY: u32 = 1024 * 1024;

/// Where the key of the store at a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// In the system's key store.
    KeyStore,
    /// Under a passphrase.
    Passphrase,
}

/// The file beside the store.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    /// `argon2id`.
    kdf: String,
    /// KiB.
    memory: u32,
    passes: u32,
    lanes: u32,
    /// Hex.
    salt: String,
    /// belt-kwp of the key, hex.
    key: String,
}

/// Whether the system has a key store that can be used.
#[must_use]
pub fn has_key_store() -> bool {
    probe()
}

/// How the key of the store is kept; `None` when nothing is known of it.
#[must_use]
pub fn protection(store: &Path) -> Option<Protection> {
    if key_file(store).exists() {
        Some(Protection::Passphrase)
    } else {
        store.exists().then_some(Protection::KeyStore)
    }
}

/// Makes a key for a new store and keeps it: under the passphrase where there is one, else in the
/// system's key store.
///
/// # Errors
/// [`StoreError::Exists`] when there is a store, whose key would be lost;
/// [`StoreError::NoKeyStore`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
pub fn new_key(store: &Path, passphrase: Option<&Secret>) -> Result<Secret, StoreError> {
    if store.try_exists()? {
        return Err(StoreError::Exists);
    }
    let key = Zeroizing::new(random::bytes::<KEY>());
    match passphrase {
        Some(passphrase) => wrap(store, &key, passphrase)?,
        None => {
            let entry =
                keyring::Entry::new(SERVICE, &name(store)).map_err(|_| StoreError::NoKeyStore)?;
            entry
                .set_secret(&*key)
                .map_err(|_| StoreError::NoKeyStore)?;
        }
    }
    Ok(Secret::new(key.to_vec()))
}

/// The key of a store.
///
/// # Errors
/// [`StoreError::WrongKey`] for a wrong passphrase, or for none where one is needed;
/// [`StoreError::NoKeyStore`]; [`StoreError::Damaged`] when what keeps the key is damaged.
pub fn key(store: &Path, passphrase: Option<&Secret>) -> Result<Secret, StoreError> {
    let file = key_file(store);
    if file.exists() {
        let passphrase = passphrase.ok_or(StoreError::WrongKey)?;
        return unwrap(&fs::read(file)?, passphrase);
    }
    let entry = keyring::Entry::new(SERVICE, &name(store)).map_err(|_| StoreError::NoKeyStore)?;
    let octets = Zeroizing::new(entry.get_secret().map_err(|_| StoreError::NoKeyStore)?);
    if octets.len() == KEY {
        Ok(Secret::from(octets))
    } else {
        Err(StoreError::Damaged)
    }
}

/// Keeps a password in the system's key store; whether that has one.
#[must_use]
pub fn keep_password(name: &str, password: &Secret) -> bool {
    let entry = keyring::Entry::new(SERVICE, name);
    entry.is_ok_and(|entry| entry.set_secret(password.expose()).is_ok())
}

/// A password that was kept there.
#[must_use]
pub fn password(name: &str) -> Option<Secret> {
    let entry = keyring::Entry::new(SERVICE, name).ok()?;
    Some(Secret::from(Zeroizing::new(entry.get_secret().ok()?)))
}

/// Removes a password; one that is not there is gone already.
pub fn forget_password(name: &str) {
    if let Ok(entry) = keyring::Entry::new(SERVICE, name) {
        let _ = entry.delete_credential();
    }
}

fn wrap(store: &Path, key: &[u8; KEY], passphrase: &Secret) -> Result<(), StoreError> {
    let salt: [u8; 16] = random::bytes();
    // The second recommendation of RFC 9106, section 4: 64 MiB, three passes, four lanes.
    let (memory, passes, lanes) = (64 * 1024, 3, 4);
    let wrapping = derive(passphrase, &salt, memory, passes, lanes)?;
    let mut octets = [0; KEY + 16];
    BeltKwp::new((&*wrapping).into())
        .wrap_key(key, &HEADER, &mut octets)
        .map_err(|_| StoreError::Damaged)?;
    let wrapped = Wrapped {
        kdf: "argon2id".to_owned(),
        memory,
        passes,
        lanes,
        salt: to_hex(&salt),
        key: to_hex(&octets),
    };
    write_whole(&key_file(store), &serde_json::to_vec_pretty(&wrapped)?)
}

/// Writes a file so that a power cut leaves all of it or none of it, for the owner's eyes only:
/// whoever has it can try passphrases.
fn write_whole(path: &Path, octets: &[u8]) -> Result<(), StoreError> {
    let beside = beside(path);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(octets)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    // The new name itself is on the disk only when its folder is.
    #[cfg(unix)]
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes the key of the store at `store`, wherever it is kept.
pub(crate) fn forget_key(store: &Path) -> Result<(), StoreError> {
    let kept = protection(store);
    let file = key_file(store);
    remove(&beside(&file))?;
    remove(&file)?;
    if kept == Some(Protection::KeyStore) {
        let entry =
            keyring::Entry::new(SERVICE, &name(store)).map_err(|_| StoreError::NoKeyStore)?;
        match entry.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => {}
            Err(_) => return Err(StoreError::NoKeyStore),
        }
    }
    Ok(())
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn unwrap(file: &[u8], passphrase: &Secret) -> Result<Secret, StoreError> {
    let wrapped: Wrapped = serde_json::from_slice(file)?;
    let (salt, octets) = (from_hex(&wrapped.salt)?, from_hex(&wrapped.key)?);
    let sane = wrapped.kdf == "argon2id"
        && wrapped.memory <= MOST_MEMORY
        && wrapped.passes <= 64
        && salt.len() == 16
        && octets.len() == KEY + 16;
    if !sane {
        return Err(StoreError::Damaged);
    }
    let wrapping = derive(
        passphrase,
        &salt,
        wrapped.memory,
        wrapped.passes,
        wrapped.lanes,
    )?;
    let mut key = Zeroizing::new(vec![0; KEY + 16]);
    let length = BeltKwp::new((&*wrapping).into())
        .unwrap_key(&octets, &HEADER, &mut key)
        .map_err(|_| StoreError::WrongKey)?
        .len();
    key.truncate(length);
    Ok(Secret::from(key))
}

fn derive(
    passphrase: &Secret,
    salt: &[u8],
    memory: u32,
    passes: u32,
    lanes: u32,
) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let parameters =
        Params::new(memory, passes, lanes, Some(32)).map_err(|_| StoreError::Damaged)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.expose(), salt, &mut *key)
        .map_err(|_| StoreError::Damaged)?;
    Ok(key)
}

/// Whether a secret can be put there now. A key store may be there but locked, or have no place for
/// secrets yet; it then asks the person, who may also leave that dialogue alone.
fn probe() -> bool {
    let (sender, answer) = mpsc::channel();
    // A thread of its own: the wait may have to be given up.
    let started = thread::Builder::new()
        .name("key store".to_owned())
        .spawn(move || {
            let try_out = || {
                let entry = keyring::Entry::new(SERVICE, "probe")?;
                entry.set_secret(b"probe")?;
                entry.delete_credential()
            };
            // Nobody may be listening any more.
            let _ = sender.send(try_out().is_ok());
        });
    started.is_ok() && answer.recv_timeout(PATIENCE).unwrap_or(false)
}

fn key_file(store: &Path) -> PathBuf {
    store.with_extension("key")
}

/// Where a key file is written before it gets its name.
fn beside(key_file: &Path) -> PathBuf {
    key_file.with_extension("key.new")
}

/// The store's whole path names its entry, the same for each start.
fn name(store: &Path) -> String {
    std::path::absolute(store)
        .unwrap_or_else(|_| store.to_path_buf())
        .to_string_lossy()
        .into_owned()
}

fn to_hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn from_hex(text: &str) -> Result<Vec<u8>, StoreError> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect();
    let digits = digits.ok_or(StoreError::Damaged)?;
    Ok(digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}
