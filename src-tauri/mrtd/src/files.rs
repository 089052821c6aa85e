//! Reading the chip's files (Doc 9303-10, clause 3; Doc 9303-11).

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::tlv;

use crate::channel::{Channel, OVERHEAD};
use crate::{Chip, MrtdError};

/// The LDS1 application.
pub(crate) const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

/// A file by its short identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct File {
    short_id: u8,
    /// Tag of what is inside.
    pub(crate) tag: u32,
}

/// In the master file; before any access.
pub(crate) const CARD_ACCESS: File = File {
    short_id: 0x1C,
    tag: 0x31,
};
pub(crate) const SOD: File = File {
    short_id: 0x1D,
    tag: 0x77,
};
pub(crate) const DG1: File = File {
    short_id: 0x01,
    tag: 0x61,
};
pub(crate) const DG2: File = File {
    short_id: 0x02,
    tag: 0x75,
};
pub(crate) const DG11: File = File {
    short_id: 0x0B,
    tag: 0x6B,
};
pub(crate) const DG12: File = File {
    short_id: 0x0C,
    tag: 0x6C,
};
pub(crate) const DG14: File = File {
    short_id: 0x0E,
    tag: 0x6E,
};

/// First read: enough for the length of every file, and for all of many.
const FIRST: usize = 32;
/// An answer of 256 octets with room for protection.
const SHORT: usize = 256 - OVERHEAD;
/// Where chips with extended lengths are comfortable.
const LONG: usize = 2048;
/// More than any file has: a photo of a megabyte.
const LONGEST: usize = 1 << 20;
/// Offsets from here on do not fit into P1 and P2.
const FAR: usize = 0x8000;

/// The chip with a channel around what goes to it.
pub(crate) struct Protected<'a> {
    pub(crate) chip: &'a mut dyn Chip,
    pub(crate) channel: Channel,
}

impl Chip for Protected<'_> {
    fn send(&mut self, command: &Command) -> Result<Response, MrtdError> {
        let protected = self.channel.protect(command)?;
        let response = self.chip.send(&protected)?;
        if response.data.is_empty() {
            // Without protection nobody knows who says so, and the channel is over.
            return Err(MrtdError::Channel);
        }
        self.channel.unprotect(&response)
    }

    fn takes_extended(&self) -> bool {
        self.chip.takes_extended()
    }
}

/// Selects the application; `false` when the chip has none.
pub(crate) fn select_application(chip: &mut dyn Chip) -> Result<bool, MrtdError> {
    let select = Command::new(0, 0xA4, 4, 0x0C).with_data(APPLICATION.to_vec());
    match chip.send(&select)?.status {
        Status::OK => Ok(true),
        // A card that has it gives it to everybody; one that has not says so in several ways.
        Status(0x6982 | 0x6985 | 0x6A82 | 0x6A86 | 0x6A87 | 0x6D00 | 0x6E00 | 0x6999) => Ok(false),
        status => Err(MrtdError::Status(status)),
    }
}

/// Reads a file to the end of its one data object; `None` when the chip does not have it or does
/// not give it.
pub(crate) fn read(chip: &mut dyn Chip, file: File) -> Result<Option<Vec<u8>>, MrtdError> {
    let p1 = 0x80 | file.short_id;
    let answer = chip.send(&Command::new(0, 0xB0, p1, 0).with_ne(FIRST as u32))?;
    let mut octets = match answer.status {
        // The end of the file came before so many octets.
        Status::OK | Status(0x6282) => answer.data,
        Status(0x6A82 | 0x6A88 | 0x6982 | 0x6985 | 0x6D00) => return Ok(None),
        status => return Err(MrtdError::Status(status)),
    };
    let length = tlv::whole_length(&octets)?;
    if length > LONGEST {
        return Err(MrtdError::Malformed("a file without end"));
    }
    while octets.len() < length {
        let most = if chip.takes_extended() { LONG } else { SHORT };
        let wanted = most.min(length - octets.len());
        let more = read_at(chip, octets.len(), wanted)?;
        if more.is_empty() {
            return Err(MrtdError::Malformed("a file that ends too early"));
        }
        octets.extend_from_slice(&more);
    }
    octets.truncate(length);
    tlv::read_only(file.tag, &octets)?;
    Ok(Some(octets))
}

fn read_at(chip: &mut dyn Chip, offset: usize, wanted: usize) -> Result<Vec<u8>, MrtdError> {
    let [.., p1, p2] = offset.to_be_bytes();
    let far = offset >= FAR;
    let command = if far {
        // The offset and the answer are data objects then (ISO/IEC 7816-4, odd INS).
        let octets = offset.to_be_bytes();
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        let object = tlv::encode(0x54, octets.get(zeros..).unwrap_or_default());
        Command::new(0, 0xB1, 0, 0)
            .with_data(object)
            .with_ne(wanted as u32 + 4)
    } else {
        Command::new(0, 0xB0, p1, p2).with_ne(wanted as u32)
    };
    let answer = chip.send(&command)?;
    match answer.status {
        Status::OK | Status(0x6282) if far => Ok(tlv::read_only(0x53, &answer.data)?.to_vec()),
        Status::OK | Status(0x6282) => Ok(answer.data),
        status => Err(MrtdError::Status(status)),
    }
}
