//! Structures of DER in files too long for memory: lengths and small parts are read, long values only
//! located; and the tags and lengths around such values are written.

use std::io::{self, Read, Seek, SeekFrom};

use crate::strict::{Fault, unread};

/// Octets that one part beside the content may have. Revocation lists may be that long.
pub(crate) const MAX_PART: u64 = 8 * 1024 * 1024;

/// A range of octets in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) length: u64,
}

impl Span {
    pub(crate) const fn end(self) -> u64 {
        self.start.saturating_add(self.length)
    }
}

/// Why a structure in a file is not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The file cannot be read.
    Io(io::Error),
    /// The octets are not the structure in DER.
    Format(Fault),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> Self {
        Self::Format(fault)
    }
}

/// Refuses a structure in which something follows an object that should be the last.
pub(crate) fn filled(end: u64, length: u64) -> Result<(), Fault> {
    (end == length)
        .then_some(())
        .ok_or("there is more than the type has")
}

/// Opens an object whose value begins with `octets` and has `rest` octets more.
pub(crate) fn before(octets: &[u8], tag: u32, rest: u64) -> Vec<u8> {
    [&header(tag, octets.len() as u64 + rest), octets].concat()
}

/// Tag and length of an object with a tag of one octet.
pub(crate) fn header(tag: u32, length: u64) -> Vec<u8> {
    let [.., tag] = tag.to_be_bytes();
    let digits = length.to_be_bytes();
    let skipped = length.leading_zeros() as usize / 8;
    let digits = digits.get(skipped..).unwrap_or_default();
    match (length, digits) {
        (0..=0x7F, _) => vec![tag, length as u8],
        _ => [&[tag, 0x80 | digits.len() as u8], digits].concat(),
    }
}

/// Goes over the objects in a range of the file.
pub(crate) struct Walker<'f, F> {
    file: &'f mut F,
    pub(crate) next: u64,
    pub(crate) end: u64,
}

impl<'f, F: Read + Seek> Walker<'f, F> {
    /// Over the whole file.
    pub(crate) fn new(file: &'f mut F) -> Result<Self, ReadError> {
        let end = file.seek(SeekFrom::End(0))?;
        Ok(Self { file, next: 0, end })
    }

    /// The tag of the next object; none at the end.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        if self.next >= self.end {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(self.next))?;
        let mut tag = [0];
        self.file.read_exact(&mut tag)?;
        Ok(Some(tag[0]))
    }

    /// Steps over the next object and gives the range of its value.
    pub(crate) fn span(&mut self, tag: u32) -> Result<Span, ReadError> {
        // A tag, the length of the length, and up to eight octets of length.
        let mut head = [0; 10];
        let available = self.end.saturating_sub(self.next).min(head.len() as u64);
        // At most ten.
        let head = &mut head[..available as usize];
        self.file.seek(SeekFrom::Start(self.next))?;
        self.file.read_exact(head)?;
        let (&found, rest) = head.split_first().ok_or("the file is cut off")?;
        if u32::from(found) != tag {
            return Err("a field is missing or another".into());
        }
        let (length, octets) = read_length(rest)?;
        let start = self.next + 1 + octets;
        let end = start.checked_add(length).ok_or("a length is too great")?;
        if end > self.end {
            return Err("the file is cut off".into());
        }
        self.next = end;
        Ok(Span { start, length })
    }

    /// Steps over the next object and into it.
    pub(crate) fn enter(&mut self, tag: u32) -> Result<Walker<'_, F>, ReadError> {
        let span = self.span(tag)?;
        Ok(Walker {
            file: &mut *self.file,
            next: span.start,
            end: span.end(),
        })
    }

    /// Steps over the next object and reads its value.
    pub(crate) fn octets(&mut self, tag: u32) -> Result<Vec<u8>, ReadError> {
        let span = self.span(tag)?;
        if span.length > MAX_PART {
            return Err(unread::TOO_LONG.into());
        }
        self.file.seek(SeekFrom::Start(span.start))?;
        let mut octets = Vec::new();
        (&mut *self.file)
            .take(span.length)
            .read_to_end(&mut octets)?;
        if octets.len() as u64 == span.length {
            Ok(octets)
        } else {
            Err("the file is cut off".into())
        }
    }
}

/// Reads a length in its shortest form; gives it with the number of its octets.
fn read_length(octets: &[u8]) -> Result<(u64, u64), Fault> {
    const CUT: Fault = "the file is cut off";
    let (&first, rest) = octets.split_first().ok_or(CUT)?;
    match first {
        0..=0x7F => Ok((u64::from(first), 1)),
        0x80 => Err(unread::INDEFINITE),
        0x81..=0x88 => {
            let digits = rest.get(..usize::from(first & 0x0F)).ok_or(CUT)?;
            let length = digits
                .iter()
                .fold(0_u64, |length, digit| length << 8 | u64::from(*digit));
            if length < 0x80 || digits.first() == Some(&0) {
                return Err(unread::LOOSE_LENGTH);
            }
            Ok((length, 1 + digits.len() as u64))
        }
        _ => Err("a length is too great"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn lengths_on_both_sides_of_four_gibioctets() {
        for (length, octets) in [
            (0xFF_FFFF, &[0x83, 0xFF, 0xFF, 0xFF][..]),
            (0x100_0000, &[0x84, 1, 0, 0, 0]),
            (0xFFFF_FFFF, &[0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
            (0x1_0000_0000, &[0x85, 1, 0, 0, 0, 0]),
            (0x1_0000_0001, &[0x85, 1, 0, 0, 0, 1]),
            (0xFF_FFFF_FFFF, &[0x85, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            (u64::MAX, &[0x88, 255, 255, 255, 255, 255, 255, 255, 255]),
        ] {
            assert_eq!(header(0x04, length), [&[0x04], octets].concat());
            let read = read_length(octets).unwrap();
            assert_eq!(read, (length, octets.len() as u64));
        }
        for loose in [
            &[0x85, 0, 0xFF, 0xFF, 0xFF, 0xFF][..],
            &[0x86, 0, 1, 0, 0, 0, 0],
        ] {
            let fault = read_length(loose).unwrap_err();
            assert_eq!(fault, "a length is not in its shortest form");
        }
        assert_eq!(
            read_length(&[0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap_err(),
            "a length is too great"
        );
    }

    #[test]
    fn what_stands_around_a_long_value() {
        // Octets before a value of 4 GiB count, too.
        assert_eq!(
            before(&[0xAA; 3], 0x30, 0xFFFF_FFFD),
            [0x30, 0x85, 1, 0, 0, 0, 0, 0xAA, 0xAA, 0xAA]
        );
        assert_eq!(
            before(&[0xAA; 2], 0x30, 0xFFFF_FFFD),
            [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0xAA, 0xAA]
        );
    }

    #[test]
    fn a_long_value_that_is_not_there() {
        let mut file = Cursor::new([0x04, 0x85, 1, 0, 0, 0, 0, 0xAA]);
        let span = Walker::new(&mut file).unwrap().span(0x04);
        assert!(matches!(
            span,
            Err(ReadError::Format("the file is cut off"))
        ));
    }
}
