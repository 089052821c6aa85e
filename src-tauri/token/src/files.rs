//! Selecting, reading and writing elementary files of the eSign application (clauses 12.2.5,
//! 12.2.17, 12.2.26 and annex B).

use kabinet_stb::access::EsignRights;
use kabinet_stb::apdu::{Command, Status};

use crate::lengths::Lengths;
use crate::session::{PROTECTED_SHORT_ANSWER, PROTECTED_SHORT_DATA, Selected};
use crate::{CardError, Password, Session};

/// Identifier of the file with the X.501 `Name` that is prepared for certificate requests.
pub const FILE_NAME: u16 = 0x5101;

/// Identifier of the file with the certificate of the key `key`, such as 01 (table of annex B).
pub fn certificate_file(key: u8) -> u16 {
    0x5200 | u16::from(key)
}

/// Identifier of the file with the hash of the public key `key`, such as 01 (table of annex B).
pub fn key_hash_file(key: u8) -> u16 {
    0x5300 | u16::from(key)
}

/// The card does not have the file.
const FILE_NOT_FOUND: Status = Status(0x6A82);

/// What is done with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// What a first read asks for when extended lengths work: more than a usual certificate, less than
/// cards with little memory for an answer refuse.
const EXTENDED_FIRST: u32 = 2048;
/// What any further read asks for at most then.
const EXTENDED_REST: u32 = 0x4000;
/// READ BINARY reaches offsets of 15 bits.
const LONGEST_FILE: usize = 0x8000;

impl Session {
    /// The one DER value that is the contents of the eSign file `fid`; `None` when the file does
    /// not exist or is empty. The PIN must have been proved; right bit 13 of eSign for `Name`, else
    /// 15.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] without the right and for files that base mode does not have, [`CardError::Protocol`] for contents that are
    /// not DER or longer than 32767 octets, and whatever ends a dialogue.
    pub fn read_file(&mut self, fid: u16) -> Result<Option<Vec<u8>>, CardError> {
        self.may(fid, Access::Read)?;
        if !self.select_file(fid)? {
            return Ok(None);
        }
        let mut contents = self.read_first()?;
        if contents.iter().all(|octet| matches!(octet, 0x00 | 0xFF)) {
            // Nothing, or memory that was never written.
            return Ok(None);
        }
        let length =
            value_length(&contents).ok_or(CardError::Protocol("a file that is not DER"))?;
        while contents.len() < length {
            let part = self.read_at(contents.len(), length - contents.len())?;
            if part.is_empty() {
                return Err(CardError::Protocol("a file shorter than its DER says"));
            }
            contents.extend_from_slice(&part);
        }
        contents.truncate(length);
        Ok(Some(contents))
    }

    /// Writes `contents`, one DER value, at the start of the eSign file `fid`. Octets of an older
    /// and longer value stay behind it: the length is what the DER says. Right bit 13 of eSign;
    /// `Name` is for a terminal to write.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAllowed`] without the right and for files that base mode does not have,
    /// [`CardError::NotFound`] when the file does not exist.
    pub fn update_file(&mut self, fid: u16, contents: &[u8]) -> Result<(), CardError> {
        self.update_file_from(fid, 0, contents)
    }

    /// As [`Self::update_file`], from an octet of the file on, up to which it has contents.
    pub(crate) fn update_file_from(
        &mut self,
        fid: u16,
        start: usize,
        contents: &[u8],
    ) -> Result<(), CardError> {
        if start + contents.len() > LONGEST_FILE {
            return Err(CardError::Protocol("contents longer than a file"));
        }
        self.may(fid, Access::Write)?;
        if !self.select_file(fid)? {
            return Err(CardError::from(FILE_NOT_FOUND));
        }
        for (index, part) in contents.chunks(PROTECTED_SHORT_DATA).enumerate() {
            let [high, low] = offset_octets(start + index * PROTECTED_SHORT_DATA)?;
            let command = Command::new(0x00, 0xD6, high, low).with_data(part.to_vec());
            let status = self.send(command)?.status;
            match status.0 {
                0x9000 => {}
                0x6982 => return Err(CardError::NotAllowed),
                _ => return Err(CardError::from(status)),
            }
        }
        Ok(())
    }

    /// Refuses what base mode does not grant (table of annex B, column PS).
    fn may(&self, fid: u16, access: Access) -> Result<(), CardError> {
        let right = match (fid, access) {
            (FILE_NAME, Access::Read) => EsignRights::MANAGE_KEYS_BASE,
            (0x5201..=0x5203 | 0x5301..=0x5303, Access::Read) => EsignRights::USE_KEYS_BASE,
            (0x5201..=0x5203 | 0x5301..=0x5303, Access::Write) => EsignRights::MANAGE_KEYS_BASE,
            _ => return Err(CardError::NotAllowed),
        };
        self.known()?.require_base(&[Password::Pin], right)
    }

    /// Whether the file is there and selected now.
    fn select_file(&mut self, fid: u16) -> Result<bool, CardError> {
        if self.selected == Selected::File(fid) {
            return Ok(true);
        }
        self.select_esign()?;
        let command = Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(fid.to_be_bytes().to_vec());
        let status = self.send(command)?.status;
        match status.0 {
            0x9000 => {
                self.selected = Selected::File(fid);
                Ok(true)
            }
            _ if status == FILE_NOT_FOUND => Ok(false),
            0x6982 => Err(CardError::NotAllowed),
            _ => Err(CardError::from(status)),
        }
    }

    /// The start of the selected file, by which its length is learnt.
    fn read_first(&mut self) -> Result<Vec<u8>, CardError> {
        let count = match self.link.lengths() {
            Lengths::Extended => EXTENDED_FIRST,
            Lengths::Unknown | Lengths::Short => PROTECTED_SHORT_ANSWER,
        };
        self.read_at_most(0, count)
    }

    fn read_at(&mut self, offset: usize, left: usize) -> Result<Vec<u8>, CardError> {
        let most = match self.link.lengths() {
            Lengths::Extended => EXTENDED_REST,
            Lengths::Unknown | Lengths::Short => PROTECTED_SHORT_ANSWER,
        };
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        self.read_at_most(offset, left.min(most))
    }

    fn read_at_most(&mut self, offset: usize, count: u32) -> Result<Vec<u8>, CardError> {
        let [high, low] = offset_octets(offset)?;
        let read = |count| Command::new(0x00, 0xB0, high, low).with_ne(count);
        let mut response = self.send(read(count))?;
        if response.status.0 == 0x6700 && count > PROTECTED_SHORT_ANSWER {
            self.link.long_refused();
            response = self.send(read(PROTECTED_SHORT_ANSWER))?;
        } else if let 0x6C01..=0x6CFF = response.status.0 {
            response = self.send(read(u32::from(response.status.0 & 0xFF)))?;
        }
        match response.status.0 {
            // 6282: the end of the file came first.
            0x9000 | 0x6282 => Ok(response.data),
            // Offset at the end, and a file without any contents.
            0x6B00 if offset == 0 => Ok(Vec::new()),
            0x6982 => Err(CardError::NotAllowed),
            _ => Err(CardError::from(response.status)),
        }
    }
}

fn offset_octets(offset: usize) -> Result<[u8; 2], CardError> {
    match u16::try_from(offset) {
        Ok(offset) if usize::from(offset) < LONGEST_FILE => Ok(offset.to_be_bytes()),
        _ => Err(CardError::Protocol(
            "a file longer than READ BINARY reaches",
        )),
    }
}

/// Octets of the whole DER value that starts with `start`, tag and length included. `None` when
/// `start` is too short to tell or not DER.
fn value_length(start: &[u8]) -> Option<usize> {
    let mut at = 1;
    if start.first()? & 0x1F == 0x1F {
        // Tags of more octets end with one that has its top bit clear.
        while start.get(at)? & 0x80 != 0 {
            at += 1;
        }
        at += 1;
    }
    let first = usize::from(*start.get(at)?);
    at += 1;
    if first < 0x80 {
        return Some(at + first);
    }
    let octets = start.get(at..at + (first & 0x7F))?;
    // Four would already be far beyond the longest file; none is the indefinite form.
    if octets.is_empty() || octets.len() > 3 {
        return None;
    }
    let length = octets
        .iter()
        .fold(0, |length, octet| length << 8 | usize::from(*octet));
    Some(at + octets.len() + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_what_der_says() {
        assert_eq!(value_length(&[0x30, 0x05]), Some(7));
        assert_eq!(value_length(&[0x30, 0x82, 0x01, 0x02]), Some(262));
        assert_eq!(value_length(&[0x7F, 0x4C, 0x81, 0x80]), Some(132));
        assert_eq!(value_length(&[0x04, 0x00]), Some(2));
    }

    #[test]
    fn hostile_lengths_are_refused() {
        for bad in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x82, 0x01],
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x7F, 0xFF, 0xFF],
        ] {
            assert_eq!(value_length(bad), None);
        }
    }

    #[test]
    fn certificates_have_their_files() {
        assert_eq!(certificate_file(0x01), 0x5201);
        assert_eq!(certificate_file(0x13), 0x5213);
        assert_eq!(key_hash_file(0x02), 0x5302);
        assert!(offset_octets(0x7FFF).is_ok());
        assert!(offset_octets(0x8000).is_err());
    }
}
