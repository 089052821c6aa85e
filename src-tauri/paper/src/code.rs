//! The texts of the codes (`docs/paper.md`): a CMS signature, compressed and divided.
//!
//! ```text
//! text     "KABINET:" and the part in base32 (RFC 4648, clause 6, without padding)
//! part     version 01 | number from 0 | count | first four octets of belt-hash(whole) | octets
//! whole    the octets of all parts in order: the signature in the zlib format (RFC 1950)
//! ```

use std::io::{Read as _, Write as _};

use base32ct::{Base32UpperUnpadded, Encoding as _};
use flate2::Compression;
use flate2::bufread::ZlibDecoder;
use flate2::write::ZlibEncoder;
use kabinet_stb::hash::belt_hash;
use thiserror::Error;

/// What every text begins with. The signs of text and prefix are those of the alphanumeric mode of
/// ISO/IEC 18004, which needs 5.5 bits a sign.
const PREFIX: &str = "KABINET:";
/// Version of the format.
const VERSION: u8 = 1;
/// Version, number, count, name of the set.
const HEAD: usize = 7;
/// Most octets of a part, without its head: 820 signs fit a symbol of version 19 at level M, whose 93
/// modules a side are read well at 78 mm from a scan of 150 dots an inch. Larger symbols are not.
const PART: usize = 500;
/// Most parts: three pages.
const MOST: usize = 16;
/// Longest signature that is packed or unpacked, in octets.
const LONGEST: usize = 256 * 1024;
/// Longest text that is looked at; no symbol holds more.
const LONGEST_TEXT: usize = 8 * 1024;

/// Why texts give no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodeError {
    /// A text is no such code.
    #[error("not a code of this program")]
    Unknown,
    /// A code of a version that is not known here.
    #[error("a code of version {0}")]
    Newer(u8),
    /// The codes are not of one paper.
    #[error("codes of different papers")]
    Mixed,
    /// Some codes are not there.
    #[error("{found} of {count} codes")]
    Missing {
        /// How many are there.
        found: usize,
        /// How many there must be.
        count: usize,
    },
    /// All codes are there, but what they hold is damaged.
    #[error("the codes are damaged")]
    Damaged,
}

/// The texts for a signature; `None` when it does not fit the paper.
#[must_use]
pub fn codes(signature: &[u8]) -> Option<Vec<String>> {
    if signature.len() > LONGEST {
        return None;
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(signature).ok()?;
    let whole = encoder.finish().ok()?;
    let count = whole.len().div_ceil(PART);
    if count > MOST {
        return None;
    }
    let name = name_of(&whole);
    // Even parts make symbols of one size.
    let parts = whole.chunks(whole.len().div_ceil(count).max(1));
    let texts = parts.zip(0_u8..).map(|(octets, number)| {
        let head = [
            &[VERSION, number, u8::try_from(count).unwrap_or(u8::MAX)],
            &name[..],
        ]
        .concat();
        let part = [&head[..], octets].concat();
        format!("{PREFIX}{}", Base32UpperUnpadded::encode_string(&part))
    });
    Some(texts.collect())
}

/// The signature that the texts of one paper hold, in any order, some perhaps twice. Spaces and line
/// ends in a text, as copying brings them, do not matter.
///
/// # Errors
/// [`CodeError`].
pub fn signature<S: AsRef<str>>(texts: &[S]) -> Result<Vec<u8>, CodeError> {
    let parts: Vec<Part> = texts
        .iter()
        .map(|text| Part::read(text.as_ref()))
        .collect::<Result<_, _>>()?;
    let first = parts.first().ok_or(CodeError::Unknown)?;
    let mut placed: Vec<Option<&[u8]>> = vec![None; first.count];
    for part in &parts {
        if (part.count, part.name) != (first.count, first.name) {
            return Err(CodeError::Mixed);
        }
        let place = placed.get_mut(part.number).ok_or(CodeError::Damaged)?;
        if place.is_some_and(|octets| octets != part.octets) {
            return Err(CodeError::Mixed);
        }
        *place = Some(&part.octets);
    }
    let found: Vec<&[u8]> = placed.iter().copied().flatten().collect();
    if found.len() < first.count {
        return Err(CodeError::Missing {
            found: found.len(),
            count: first.count,
        });
    }
    let whole = found.concat();
    if name_of(&whole) != first.name {
        return Err(CodeError::Damaged);
    }
    unpacked(&whole).ok_or(CodeError::Damaged)
}

/// Whether a text looks like one of these codes.
pub(crate) fn is_code(text: &str) -> bool {
    text.starts_with(PREFIX)
}

struct Part {
    number: usize,
    count: usize,
    name: [u8; 4],
    octets: Vec<u8>,
}

impl Part {
    fn read(text: &str) -> Result<Self, CodeError> {
        if text.len() > LONGEST_TEXT {
            return Err(CodeError::Unknown);
        }
        let text: String = text.split_whitespace().collect();
        let digits = text.strip_prefix(PREFIX).ok_or(CodeError::Unknown)?;
        let octets = Base32UpperUnpadded::decode_vec(digits).map_err(|_| CodeError::Unknown)?;
        let (&version, rest) = octets.split_first().ok_or(CodeError::Unknown)?;
        if version != VERSION {
            return Err(CodeError::Newer(version));
        }
        let (head, octets) = rest.split_at_checked(HEAD - 1).ok_or(CodeError::Unknown)?;
        let [number, count, name @ ..] = head else {
            return Err(CodeError::Unknown);
        };
        let (number, count) = (usize::from(*number), usize::from(*count));
        if number >= count || count > MOST {
            return Err(CodeError::Unknown);
        }
        Ok(Self {
            number,
            count,
            name: name.try_into().map_err(|_| CodeError::Unknown)?,
            octets: octets.to_vec(),
        })
    }
}

/// What tells the parts of one paper from those of another.
fn name_of(whole: &[u8]) -> [u8; 4] {
    let [first, second, third, fourth, ..] = belt_hash(whole);
    [first, second, third, fourth]
}

fn unpacked(whole: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = ZlibDecoder::new(whole);
    let mut octets = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    decoder
        .by_ref()
        .take(most + 1)
        .read_to_end(&mut octets)
        .ok()?;
    let is_all = decoder.into_inner().is_empty();
    (is_all && octets.len() <= LONGEST).then_some(octets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Octets that do not compress.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = belt_hash(b"noise");
        let mut octets = Vec::new();
        while octets.len() < length {
            state = belt_hash(&state);
            octets.extend(state);
        }
        octets.truncate(length);
        octets
    }

    #[test]
    fn a_known_text() {
        // zlib of "abc" at its best: 78DA 4B4C4A0600 024D0127.
        let texts = codes(b"abc").unwrap();
        assert_eq!(texts.len(), 1);
        let part = Base32UpperUnpadded::decode_vec(texts[0].strip_prefix("KABINET:").unwrap());
        let part = part.unwrap();
        assert_eq!(&part[..3], [1, 0, 1]);
        assert_eq!(part[3..7], belt_hash(&part[7..])[..4]);
        assert_eq!(&part[7..9], [0x78, 0xDA]);
        assert_eq!(&part[part.len() - 4..], [0x02, 0x4D, 0x01, 0x27]);
        assert_eq!(signature(&texts).unwrap(), b"abc");
    }

    #[test]
    fn parts_come_in_any_order_and_more_than_once() {
        let octets = noise(1400);
        let texts = codes(&octets).unwrap();
        assert_eq!(texts.len(), 3);
        assert!(texts.iter().all(|text| text.len() <= 820), "{texts:?}");
        let mixed = [&texts[2], &texts[0], &texts[2], &texts[1]];
        assert_eq!(signature(&mixed).unwrap(), octets);
        let copied: Vec<_> = texts
            .iter()
            .map(|text| format!(" {}\n{} ", &text[..40], &text[40..]))
            .collect();
        assert_eq!(signature(&copied).unwrap(), octets);
    }

    #[test]
    fn what_is_missing_mixed_or_changed_is_said() {
        let texts = codes(&noise(1400)).unwrap();
        let others = codes(&noise(1401)).unwrap();
        let failure = |texts: &[&str]| signature(texts).unwrap_err();
        assert_eq!(failure(&[]), CodeError::Unknown);
        assert_eq!(failure(&["https://example.by"]), CodeError::Unknown);
        assert_eq!(failure(&["KABINET:A1"]), CodeError::Unknown);
        assert_eq!(
            failure(&[&texts[0], &texts[2]]),
            CodeError::Missing { found: 2, count: 3 }
        );
        assert_eq!(
            failure(&[&texts[0], &texts[1], &others[2]]),
            CodeError::Mixed
        );
        let part = |change: fn(&mut Vec<u8>)| {
            let digits = texts[2].strip_prefix(PREFIX).unwrap();
            let mut part = Base32UpperUnpadded::decode_vec(digits).unwrap();
            change(&mut part);
            format!("{PREFIX}{}", Base32UpperUnpadded::encode_string(&part))
        };
        let changed = part(|part| part[100] ^= 1);
        assert_eq!(
            failure(&[&texts[0], &texts[1], &changed]),
            CodeError::Damaged
        );
        assert_eq!(failure(&[&texts[2], &texts[1], &changed]), CodeError::Mixed);
        assert_eq!(failure(&[&part(|part| part[0] = 2)]), CodeError::Newer(2));
        assert_eq!(failure(&[&part(|part| part[1] = 3)]), CodeError::Unknown);
        assert_eq!(failure(&[&part(|part| part[2] = 200)]), CodeError::Unknown);
    }

    #[test]
    fn much_is_not_packed_and_not_unpacked() {
        assert_eq!(codes(&noise(7900)).unwrap().len(), 16);
        assert_eq!(codes(&noise(8100)), None);
        assert_eq!(codes(&vec![0; LONGEST + 1]), None);
        assert_eq!(
            signature(&codes(&vec![0; LONGEST]).unwrap()).unwrap().len(),
            LONGEST
        );
        // A few octets that would become very many.
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; LONGEST + 1]).unwrap();
        assert_eq!(unpacked(&encoder.finish().unwrap()), None);
    }

    proptest! {
        #[test]
        fn whatever_is_read_does_not_panic(texts in prop::collection::vec("(KABINET:)?[A-Z2-7]{0,40}", 0..4)) {
            let _ = signature(&texts);
        }

        #[test]
        fn what_is_written_is_read_the_same(octets in prop::collection::vec(any::<u8>(), 0..3000)) {
            prop_assert_eq!(signature(&codes(&octets).unwrap()).unwrap(), octets);
        }
    }
}
