//! Public keys that wait for their certificates: a card tells a public key when it makes it, and never
//! again (STB 34.101.79, clause 12.2.9: P1 P2 is 8000, and no other command gives it; files hold its
//! hash only). `enrolment/<belt-hash of the key>.json`; nothing in it tells whose key it is.
//!
//! A mark, random octets, is left on the card and here before a key is made (`enrolment/<mark>.mark`).
//! It tells afterwards of a key whose public key is nowhere that it was made here and served nobody.

use kabinet_pki::certificate::is_key_hash;
use kabinet_stb::bign::{Level, PublicKey};
use kabinet_stb::hash;
use serde::{Deserialize, Serialize};

use super::card::KeyPlace;
use crate::Outcome;
use crate::problem::{Code, Problem};
use crate::profile::{Profile, octets_of, replace};
use crate::signing_in::hex;

const FOLDER: &str = "enrolment";

/// Octets of a mark, as many as of the hash of a request.
type Mark = [u8; 32];

/// A key that waits.
pub(super) struct Pending {
    pub(super) public_key: PublicKey,
    /// By which its certificate is asked after, where the card has no place for that.
    pub(super) identifier: Option<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct File {
    /// Hex of the key.
    public_key: String,
    /// Hex of the identifier.
    request: Option<String>,
}

/// Keeps a new mark.
pub(super) fn new_mark(profile: &Profile) -> Outcome<Mark> {
    let mark: Mark = kabinet_stb::random::bytes();
    replace(&mark_path(profile, &mark), b"")?;
    Ok(mark)
}

/// Whether that is a mark of this profile.
pub(super) fn is_mark(profile: &Profile, octets: &Mark) -> bool {
    mark_path(profile, octets).exists()
}

/// Forgets a mark. One that stays does no harm.
pub(super) fn forget_mark(profile: &Profile, mark: &Mark) {
    let _ = std::fs::remove_file(mark_path(profile, mark));
}

fn mark_path(profile: &Profile, mark: &Mark) -> std::path::PathBuf {
    profile
        .dir()
        .join(FOLDER)
        .join(format!("{}.mark", hex(mark)))
}

/// Keeps a key, whole or not at all.
pub(super) fn keep(profile: &Profile, key: &PublicKey, identifier: Option<[u8; 32]>) -> Outcome {
    let octets = key.to_bytes();
    let file = File {
        public_key: hex(&octets),
        request: identifier.map(|identifier| hex(&identifier)),
    };
    let text = serde_json::to_vec_pretty(&file)
        .map_err(|error| Problem::new(Code::Internal).because(error))?;
    let folder = profile.dir().join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|error| crate::profile::file_problem(&error))?;
    let name = format!("{}.json", hex(&hash::belt_hash(&octets)));
    replace(&folder.join(name), &text)
}

/// Whether any key waits here.
pub(super) fn is_any(profile: &Profile) -> bool {
    let folder = std::fs::read_dir(profile.dir().join(FOLDER));
    folder.is_ok_and(|entries| {
        let mut names = entries.flatten().map(|entry| entry.file_name());
        names.any(|name| name.to_string_lossy().ends_with(".json"))
    })
}

/// As [`keep`], of a key that is to be asked for later: l/2 octets for the level l.
pub(crate) fn keep_octets(profile: &Profile, level: u16, octets: &[u8]) -> Outcome {
    let place = KeyPlace::of_level(level)?;
    let key = PublicKey::from_bytes(place.level(), octets)
        .map_err(|error| Problem::new(Code::CardProtocol).because(error))?;
    keep(profile, &key, None)
}

/// The key with that hash.
pub(super) fn find(profile: &Profile, level: Level, key_hash: &[u8]) -> Option<Pending> {
    find_where(profile, level, |kept| {
        is_key_hash(&kept.public_key, key_hash)
    })
}

/// The key whose certificate is asked after by that identifier.
pub(super) fn find_request(
    profile: &Profile,
    level: Level,
    identifier: &[u8; 32],
) -> Option<Pending> {
    find_where(profile, level, |kept| {
        kept.identifier.as_ref() == Some(identifier)
    })
}

fn find_where(
    profile: &Profile,
    level: Level,
    is_it: impl Fn(&Pending) -> bool,
) -> Option<Pending> {
    let folder = std::fs::read_dir(profile.dir().join(FOLDER)).ok()?;
    let mut all = folder.flatten().filter_map(|entry| {
        let file: File = serde_json::from_slice(&std::fs::read(entry.path()).ok()?).ok()?;
        let octets = octets_of(&file.public_key)?;
        let public_key = PublicKey::from_bytes(level, &octets).ok()?;
        let identifier = file.request.as_deref().and_then(octets_of);
        let identifier = identifier.and_then(|octets| octets.try_into().ok());
        Some(Pending {
            public_key,
            identifier,
        })
    });
    all.find(is_it)
}

/// Forgets the key with that hash. One that stays does no harm.
pub(super) fn forget(profile: &Profile, level: Level, key_hash: &[u8]) {
    if let Some(kept) = find(profile, level, key_hash) {
        let name = hex(&hash::belt_hash(&kept.public_key.to_bytes()));
        let file = profile.dir().join(FOLDER).join(format!("{name}.json"));
        let _ = std::fs::remove_file(file);
    }
}
