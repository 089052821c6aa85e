//! The write-ahead journal of a file that SQLite itself cannot open any more
//! (<https://sqlite.org/fileformat2.html>, section 4).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::PAGE;
use crate::StoreError;

/// Octets of the journal's header, and of the one before each page.
const HEADER: usize = 32;
const FRAME: usize = 24;

/// The checksum of section 4.2.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Checksum(u32, u32);

impl Checksum {
    fn add(&mut self, octets: &[u8], big_endian: bool) {
        let words = octets.as_chunks::<8>().0;
        for [a, b, c, d, e, f, g, h] in words.iter().copied() {
            let word = |octets: [u8; 4]| {
                if big_endian {
                    u32::from_be_bytes(octets)
                } else {
                    u32::from_le_bytes(octets)
                }
            };
            self.0 = self.0.wrapping_add(word([a, b, c, d])).wrapping_add(self.1);
            self.1 = self.1.wrapping_add(word([e, f, g, h])).wrapping_add(self.0);
        }
    }
}

/// Puts what was committed into the journal at `path` where it belongs in `file`. What follows the
/// first frame that is not whole was not committed, as for SQLite. No journal is no error.
///
/// # Errors
/// Those of the files.
pub(super) fn apply(path: &Path, file: &mut File) -> Result<(), StoreError> {
    let mut journal = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let Some((pages, count)) = committed(&mut journal)? else {
        return Ok(());
    };
    let mut page = vec![0; PAGE];
    for (number, place) in pages {
        if number == 0 || number > count {
            continue;
        }
        journal.seek(SeekFrom::Start(place))?;
        journal.read_exact(&mut page)?;
        file.seek(SeekFrom::Start(u64::from(number - 1) * PAGE as u64))?;
        file.write_all(&page)?;
    }
    Ok(file.set_len(u64::from(count) * PAGE as u64)?)
}

/// Where in the journal the last committed version of each page stands, and how many pages the
/// database has with them.
type Committed = (BTreeMap<u32, u64>, u32);

/// What the journal holds; `None` when nothing was committed.
fn committed(journal: &mut File) -> Result<Option<Committed>, StoreError> {
    let mut header = [0; HEADER];
    if !fill(journal, &mut header)? {
        return Ok(None);
    }
    let word = |octets: &[u8], index: usize| {
        let four = octets.get(4 * index..4 * index + 4);
        four.and_then(|four| four.try_into().ok())
            .map_or(0, u32::from_be_bytes)
    };
    let big_endian = word(&header, 0) & 1 == 1;
    let mut sum = Checksum(0, 0);
    sum.add(&header[..24], big_endian);
    let known = word(&header, 0) & !1 == 0x377F_0682
        && usize::try_from(word(&header, 2)) == Ok(PAGE)
        && sum == Checksum(word(&header, 6), word(&header, 7));
    if !known {
        return Ok(None);
    }
    let (mut whole, mut open, mut count) = (BTreeMap::new(), Vec::new(), None);
    let mut frame = vec![0; FRAME + PAGE];
    let mut place = HEADER as u64;
    while fill(journal, &mut frame)? {
        let same = word(&frame, 2) == word(&header, 4) && word(&frame, 3) == word(&header, 5);
        sum.add(&frame[..8], big_endian);
        sum.add(&frame[FRAME..], big_endian);
        if !same || sum != Checksum(word(&frame, 4), word(&frame, 5)) {
            break;
        }
        open.push((word(&frame, 0), place + FRAME as u64));
        // The last frame of a transaction says how many pages there are after it.
        if word(&frame, 1) > 0 {
            count = Some(word(&frame, 1));
            whole.extend(open.drain(..));
        }
        place += (FRAME + PAGE) as u64;
    }
    Ok(count.map(|count| (whole, count)))
}

/// Reads so many octets; false when there are fewer.
fn fill(file: &mut File, octets: &mut [u8]) -> Result<bool, StoreError> {
    match file.read_exact(octets) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error.into()),
    }
}
