//! How the key is kept, and how a person is forgotten.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use kabinet_cache::{Protection, Store, StoreError, forget, protection};
use kabinet_stb::Secret;

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn key_file(store: &Path) -> PathBuf {
    store.with_extension("key")
}

fn refused(store: &Path, passphrase: Option<&Secret>) -> StoreError {
    protection::key(store, passphrase).err().unwrap()
}

#[test]
fn a_passphrase_opens_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    assert_eq!(protection::protection(&path), None);
    let passphrase = secret("верны конь, батарэйка");
    let key = protection::new_key(&path, Some(&passphrase)).unwrap();
    drop(Store::create(&path, &key).unwrap());
    assert_eq!(protection::protection(&path), Some(Protection::Passphrase));

    let again = protection::key(&path, Some(&passphrase)).unwrap();
    assert!(again.expose() == key.expose());
    Store::open(&path, &again).unwrap();
    assert!(matches!(
        refused(&path, Some(&secret("верны конь, батарэйкі"))),
        StoreError::WrongKey
    ));
    assert!(matches!(refused(&path, None), StoreError::WrongKey));

    // A new key would make the store unreadable.
    let over = protection::new_key(&path, Some(&passphrase));
    assert!(matches!(over, Err(StoreError::Exists)));
    assert!(protection::key(&path, Some(&passphrase)).is_ok());

    // Neither the key nor the passphrase is in the file.
    let file = fs::read(key_file(&path)).unwrap();
    let hex: String = key
        .expose()
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    for plain in [hex.as_bytes(), key.expose(), passphrase.expose()] {
        assert!(!file.windows(plain.len()).any(|part| part == plain));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(key_file(&path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn a_key_file_from_elsewhere_is_judged_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let passphrase = secret("passphrase");
    protection::new_key(&path, Some(&passphrase)).unwrap();
    let good: serde_json::Value =
        serde_json::from_slice(&fs::read(key_file(&path)).unwrap()).unwrap();
    let with = |name: &str, value: serde_json::Value| {
        let mut file = good.clone();
        file[name] = value;
        fs::write(key_file(&path), file.to_string()).unwrap();
        refused(&path, Some(&passphrase))
    };
    for (name, value) in [
        ("memory", serde_json::Value::from(u32::MAX)),
        ("memory", 1.into()),
        ("passes", 0.into()),
        ("passes", 1_000_000.into()),
        ("lanes", 0.into()),
        ("lanes", u32::MAX.into()),
        ("kdf", "scrypt".into()),
        ("salt", "00".into()),
        ("salt", "zz".repeat(16).into()),
        ("key", "".into()),
        ("more", true.into()),
    ] {
        let error = with(name, value.clone());
        assert!(
            matches!(error, StoreError::Damaged),
            "{name} {value}: {error}"
        );
    }
    // One changed octet of the wrapped key cannot be told from a wrong passphrase.
    let mut wrapped = good["key"].as_str().unwrap().to_owned();
    let last = if wrapped.ends_with('0') { "1" } else { "0" };
    wrapped.replace_range(wrapped.len() - 1.., last);
    assert!(matches!(with("key", wrapped.into()), StoreError::WrongKey));
    for broken in [&b""[..], b"{}", b"\xFF", b"[[[["] {
        fs::write(key_file(&path), broken).unwrap();
        assert!(matches!(
            refused(&path, Some(&passphrase)),
            StoreError::Damaged
        ));
    }
}

#[test]
fn a_forgotten_person_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let key = protection::new_key(&path, Some(&secret("passphrase"))).unwrap();
    drop(Store::create(&path, &key).unwrap());
    // What a power cut may have left.
    fs::write(folder.path().join("store.db-wal"), b"").unwrap();
    fs::write(folder.path().join("store.key.new"), b"").unwrap();
    let other = folder.path().join("other.db");
    fs::write(&other, b"another person's").unwrap();
    forget(&path).unwrap();
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["other.db"]);
    assert_eq!(protection::protection(&path), None);
    // Again, and where never anything was.
    forget(&path).unwrap();
    forget(&folder.path().join("none").join("store.db")).unwrap();
}

/// With a key store the key goes in and out of it; without one the error says so, and nothing else
/// happens.
#[test]
fn the_key_store_keeps_a_key_or_is_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    match protection::new_key(&path, None) {
        Ok(key) => {
            drop(Store::create(&path, &key).unwrap());
            assert_eq!(protection::protection(&path), Some(Protection::KeyStore));
            let again = protection::key(&path, None).unwrap();
            assert!(again.expose() == key.expose());
            forget(&path).unwrap();
            assert!(matches!(refused(&path, None), StoreError::NoKeyStore));
        }
        Err(error) => {
            assert!(matches!(error, StoreError::NoKeyStore), "{error}");
            assert!(!protection::has_key_store());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
