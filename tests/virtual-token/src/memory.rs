//! What the card keeps without power: counters, passwords, files and keys.
//!
//! The card file is what the issuer wrote and never changes; changes live in a second file, the
//! state, which is on the disk before the card answers. A card without a state file forgets
//! everything with the process.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::card_file::{CardFile, FileId, Hex, SecretHex};
use crate::passwords::Counters;

/// Everything of a card that commands can change.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Name of the card that the state belongs to.
    card: String,
    /// The password automaton.
    pub counters: Counters,
    /// The PIN now, six digits.
    pub pin: Zeroizing<String>,
    /// Estimate of today, `YYMMDD` with one digit an octet (clause 6.2): the card has no clock.
    pub today: [u8; 6],
    /// Files of eID.
    pub eid: BTreeMap<FileId, Hex>,
    /// Files of eSign.
    pub esign: BTreeMap<FileId, Hex>,
    /// Keys of eSign by reference; a destroyed key stays as a mark.
    pub keys: BTreeMap<u8, Key>,
}

/// A key of eSign.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The private key, little-endian; none once it is destroyed.
    pub private_key: Option<SecretHex>,
    /// Whether it was deactivated.
    pub deactivated: bool,
}

/// Why a card could not be put together.
#[derive(Debug)]
pub enum MemoryError {
    /// The state file could not be read or written.
    Io(io::Error),
    /// The state file is damaged.
    Damaged(serde_json::Error),
    /// The state belongs to another card.
    OtherCard,
    /// A key of the card file has a reference of more or less than one octet.
    KeyReference,
}

impl std::fmt::Display for MemoryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "state file: {error}"),
            Self::Damaged(error) => write!(f, "state file is damaged: {error}"),
            Self::OtherCard => f.write_str("the state file belongs to another card"),
            Self::KeyReference => f.write_str("a key reference is one octet"),
        }
    }
}

impl std::error::Error for MemoryError {}

impl Memory {
    /// The memory of a card as it was issued.
    ///
    /// # Errors
    ///
    /// [`MemoryError::KeyReference`].
    pub fn of_new_card(file: &CardFile) -> Result<Self, MemoryError> {
        let mut esign = BTreeMap::from([
            (FileId(0x5101), file.esign.name.clone()),
            // Files of the first keys exist from the start, possibly empty (annex B).
            (FileId(0x5201), Hex::default()),
            (FileId(0x5211), Hex::default()),
            (FileId(0x5301), Hex::default()),
            (FileId(0x5311), Hex::default()),
        ]);
        let mut keys = BTreeMap::new();
        for key in &file.esign.keys {
            let &[reference] = key.reference.0.as_slice() else {
                return Err(MemoryError::KeyReference);
            };
            esign.insert(
                FileId(0x5200 | u16::from(reference)),
                key.certificate.clone(),
            );
            let private_key = Some(SecretHex(Zeroizing::new(key.private_key.0.to_vec())));
            let deactivated = false;
            keys.insert(
                reference,
                Key {
                    private_key,
                    deactivated,
                },
            );
        }
        Ok(Self {
            card: file.name.clone(),
            counters: Counters::default(),
            pin: file.passwords.pin.clone(),
            today: issue_date(file),
            eid: file.eid.clone(),
            esign,
            keys,
        })
    }
}

/// Date of issue from DG15 as `YYMMDD`; the beginning of the century when DG15 does not say.
fn issue_date(file: &CardFile) -> [u8; 6] {
    let mut date = [0, 0, 0, 1, 0, 1];
    let text = file.eid.get(&FileId(0x010F)).map(|file| file.0.as_slice());
    if let Some([_, _, _, _, digits @ ..]) = text
        && digits.len() == 6
        && digits.iter().all(u8::is_ascii_digit)
    {
        for (to, from) in date.iter_mut().zip(digits) {
            *to = from - b'0';
        }
    }
    date
}

/// The memory and the file behind it.
pub struct Store {
    memory: Memory,
    path: Option<PathBuf>,
}

impl Store {
    /// Opens the state at `path`, which is made with the first change when it is not there yet.
    ///
    /// # Errors
    ///
    /// See [`MemoryError`].
    pub fn open(file: &CardFile, path: Option<&Path>) -> Result<Self, MemoryError> {
        let memory = match path.map(fs::read) {
            Some(Ok(text)) => {
                let text = Zeroizing::new(text);
                let memory: Memory = serde_json::from_slice(&text).map_err(MemoryError::Damaged)?;
                if memory.card != file.name {
                    return Err(MemoryError::OtherCard);
                }
                memory
            }
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                return Err(MemoryError::Io(error));
            }
            _ => Memory::of_new_card(file)?,
        };
        let path = path.map(Path::to_owned);
        Ok(Self { memory, path })
    }

    /// What the card remembers.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Changes the memory and returns once the change would survive a loss of power.
    ///
    /// # Errors
    ///
    /// When the disk refuses. The change is then in force for this process, as a card that cannot
    /// write a counter must not forget the attempt.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Memory) -> T) -> io::Result<T> {
        let result = change(&mut self.memory);
        if let Some(path) = &self.path {
            save(&self.memory, path)?;
        }
        Ok(result)
    }
}

/// Writes beside the old state and then swaps, so that a cut leaves one of the two whole.
fn save(memory: &Memory, path: &Path) -> io::Result<()> {
    let text = Zeroizing::new(serde_json::to_vec(memory)?);
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(&text)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
    sync_folder(path)
}

/// Without this the swap itself may be lost. Windows has no such call and needs none.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
