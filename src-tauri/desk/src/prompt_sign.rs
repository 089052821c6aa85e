//! The sign by which a person knows the trusted prompt: drawn by chance once for each profile, shown by
//! the prompt alone, and told to no other window. A page that was taken over can draw everything else
//! that the prompt shows, but not this.

use kabinet_stb::random;

use crate::Desk;
use crate::profile::{Profile, octets_of, replace};
use crate::signing_in::hex;

impl Desk {
    /// The sign of this profile: 32 bits by chance, from which the prompt draws a pattern and a number.
    /// None where none can be kept, for one that changes tells nothing.
    #[must_use]
    pub fn prompt_sign(&self) -> Option<u32> {
        sign(&self.profile)
    }
}

fn sign(profile: &Profile) -> Option<u32> {
    let path = profile.dir().join("prompt-sign");
    let kept = || {
        let octets = octets_of(std::fs::read_to_string(&path).ok()?.trim())?;
        Some(u32::from_be_bytes(octets.try_into().ok()?))
    };
    kept().or_else(|| {
        let made: [u8; 4] = random::bytes();
        replace(&path, hex(&made).as_bytes()).ok()?;
        Some(u32::from_be_bytes(made))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_and_is_another_for_another_profile() {
        let folder = tempfile::tempdir().unwrap();
        let profile = |name: &str| Profile::open(&folder.path().join(name)).unwrap();
        let first = sign(&profile("a")).unwrap();
        assert_eq!(sign(&profile("a")), Some(first));
        // Of 32 bits three are the same once in 2^64 runs.
        let others = ["b", "c"].map(|name| sign(&profile(name)).unwrap());
        assert_ne!(others, [first; 2]);
        // What is no sign is replaced, once.
        std::fs::write(folder.path().join("a/prompt-sign"), "no sign").unwrap();
        let second = sign(&profile("a")).unwrap();
        assert_eq!(sign(&profile("a")), Some(second));
    }

    #[test]
    fn there_is_none_where_none_can_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::open(folder.path()).unwrap();
        // A folder in its place: whatever the rights are, nobody can write there.
        std::fs::create_dir(folder.path().join("prompt-sign")).unwrap();
        assert_eq!(sign(&profile), None);
    }
}
