//! Public keys that wait for their certificates: a card tells a public key when it makes it, and never
//! again (STB 34.101.79, clause 12.2.9: P1 P2 is 8000, and no other command gives it; files hold its
//! hash only). `enrolment/<belt-hash of the key>.json`; whose it is it tells only by the name
//! of the store that was used then, in which no person's name is.
//!
//! A mark, random octets, is left on the card and here before a key is made (`enrolment/<mark>.mark`).
//! It tells afterwards of a key whose public key is nowhere that it was made here and served nobody.

use std::path::{Path, PathBuf};

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
    /// Name of the store of the person who used this profile then, if somebody had one.
    #[serde(default)]
    person: Option<String>,
}

/// Keeps a new mark.
pub(super) fn new_mark(profile: &Profile) -> Outcome<Mark> {
    let mark: Mark = kabinet_stb::random::bytes();
    let person = profile.current_person().unwrap_or_default();
    replace(&mark_path(profile, &mark), person.as_bytes())?;
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

fn mark_path(profile: &Profile, mark: &Mark) -> PathBuf {
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
        person: profile.current_person(),
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

/// How many keys wait here that go with that person.
pub(crate) fn of_person(profile: &Profile, person: &str) -> usize {
    let files = files_of(profile, person).into_iter();
    files.filter(|file| has_ending(file, "json")).count()
}

/// Forgets the keys and the marks of a person. Where nobody else has a store, those of whoever it was
/// go too.
///
/// # Errors
/// `read_only`.
pub(crate) fn forget_person(profile: &Profile, person: &str) -> Outcome {
    for file in files_of(profile, person) {
        std::fs::remove_file(file).map_err(|error| crate::profile::file_problem(&error))?;
    }
    Ok(())
}

fn files_of(profile: &Profile, person: &str) -> Vec<PathBuf> {
    let is_alone = profile.persons().iter().all(|name| name == person);
    let Ok(entries) = std::fs::read_dir(profile.dir().join(FOLDER)) else {
        return Vec::new();
    };
    let files = entries.flatten().map(|entry| entry.path());
    files
        .filter(|file| is_alone || owner(file).as_deref() == Some(person))
        .collect()
}

/// Whose key or mark it is, as far as that was known.
fn owner(file: &Path) -> Option<String> {
    let octets = std::fs::read(file).ok()?;
    if has_ending(file, "json") {
        serde_json::from_slice::<File>(&octets).ok()?.person
    } else {
        String::from_utf8(octets).ok()
    }
}

fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|found| found == ending)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Somebody has a store here and uses the profile.
    fn use_profile(profile: &Profile, name: &str) {
        let dir = profile.person_dir(name).unwrap();
        std::fs::write(dir.join("store.db"), b"").unwrap();
        profile.keep_current_person(name).unwrap();
    }

    #[test]
    fn a_person_takes_their_keys_along_and_nobody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        let key = |seed: u8| {
            let private =
                kabinet_stb::bign::PrivateKey::from_bytes(Level::L128, &[seed; 32]).unwrap();
            private.public_key()
        };
        let is_there = |seed: u8| {
            let hash = hash::belt_hash(&key(seed).to_bytes());
            find(&profile, Level::L128, &hash).is_some()
        };
        let (ann, bob) = ("a".repeat(32), "b".repeat(32));
        // Nobody has signed in yet.
        keep(&profile, &key(1), None).unwrap();
        use_profile(&profile, &ann);
        keep(&profile, &key(2), None).unwrap();
        let anns = new_mark(&profile).unwrap();
        use_profile(&profile, &bob);
        keep(&profile, &key(3), Some([7; 32])).unwrap();
        let bobs = new_mark(&profile).unwrap();

        assert_eq!(of_person(&profile, &ann), 1);
        forget_person(&profile, &ann).unwrap();
        assert_eq!([1, 2, 3].map(is_there), [true, false, true]);
        assert!(!is_mark(&profile, &anns) && is_mark(&profile, &bobs));
        std::fs::remove_file(profile.store_path(&ann)).unwrap();
        // The last one takes everything along.
        assert_eq!(of_person(&profile, &bob), 2);
        std::fs::remove_file(profile.store_path(&bob)).unwrap();
        forget_person(&profile, &bob).unwrap();
        assert!(!is_any(&profile) && !is_mark(&profile, &bobs));
        let left = std::fs::read_dir(dir.path().join(FOLDER)).unwrap();
        assert_eq!(left.count(), 0);
    }
}
