//! Reading a whole travel document.

use std::collections::BTreeMap;

use kabinet_stb::SystemRandom;
use kabinet_stb::tlv;

use crate::channel::Channel;
use crate::files::{self, File, Protected};
use crate::passive::SecurityObject;
use crate::security_infos::{chip_key, pace_infos};
use crate::{
    AccessKey, Authenticity, Chip, CountrySigners, DocumentDetails, MrtdError, Mrz,
    PersonalDetails, bac, chip_authentication, pace, portrait,
};

/// What a travel document says, and how far it can be believed.
pub struct Document {
    /// What is printed for machines (DG1).
    pub mrz: Mrz,
    /// The photo (DG2) as the chip keeps it, JPEG or JPEG 2000; [`portrait::decode`] makes
    /// pixels of it. Nothing when the document has none that can be read.
    pub portrait: Option<Vec<u8>>,
    /// Additional personal details (DG11).
    pub personal: Option<PersonalDetails>,
    /// Additional document details (DG12).
    pub document: Option<DocumentDetails>,
    /// Whether the files are as a state signed them.
    pub authenticity: Authenticity,
    /// Whether the chip proved that it is not a copy; nothing when it has no key for that.
    pub chip_is_original: Option<bool>,
}

/// Data groups by number that are read besides DG1.
const OPTIONAL: [(u8, File); 3] = [(2, files::DG2), (11, files::DG11), (12, files::DG12)];

/// Opens the chip with what is printed on the document and reads it.
///
/// The CAN costs nothing when it is wrong; a chip may answer slower after that.
///
/// # Errors
///
/// [`MrtdError::NoApplication`] for a card without travel document, [`MrtdError::NeedsMrz`] when the
/// chip does not take a CAN, [`MrtdError::AccessKeyWrong`].
pub fn read(
    chip: &mut dyn Chip,
    key: &AccessKey,
    anchors: &CountrySigners,
) -> Result<Document, MrtdError> {
    let channel = open(chip, key)?;
    let mut inside = Protected { chip, channel };
    let mut read = |file| files::read(&mut inside, file);

    let sod = read(files::SOD)?.ok_or(MrtdError::FileMissing)?;
    let object = SecurityObject::parse(&sod)?;
    let mut groups = BTreeMap::new();
    let mut chip_is_original = None;
    if object.has(14)
        && let Some(file) = read(files::DG14)?
    {
        let key = chip_key(tlv::read_only(files::DG14.tag, &file)?)?;
        groups.insert(14, file);
        if let Some(key) = key {
            inside.channel = chip_authentication::begin(&mut inside, &key, &mut SystemRandom)?;
            chip_is_original = Some(true);
        }
    }
    let first = match files::read(&mut inside, files::DG1) {
        // The first command under the new keys: a copy has others and cannot go on.
        Err(MrtdError::Channel) if chip_is_original.is_some() => {
            return Err(MrtdError::ChipRefused);
        }
        first => first?.ok_or(MrtdError::FileMissing)?,
    };
    groups.insert(1, first);
    for (number, file) in OPTIONAL {
        if object.has(number)
            && let Some(file) = files::read(&mut inside, file)?
        {
            groups.insert(number, file);
        }
    }
    assemble(&object, &groups, anchors, chip_is_original)
}

/// Opens a channel: by PACE where the chip has it, else by BAC; the application is selected.
fn open(chip: &mut dyn Chip, key: &AccessKey) -> Result<Channel, MrtdError> {
    let offered = match files::read(chip, files::CARD_ACCESS) {
        Ok(Some(file)) => pace_infos(&file)?,
        Ok(None) => Vec::new(),
        // A chip may know no such file in words of its own.
        Err(MrtdError::Status(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    if let Some(info) = offered.first() {
        let channel = pace::prove(chip, info, key, &mut SystemRandom)?;
        let mut inside = Protected { chip, channel };
        if !files::select_application(&mut inside)? {
            return Err(MrtdError::NoApplication);
        }
        return Ok(inside.channel);
    }
    if !files::select_application(chip)? {
        return Err(MrtdError::NoApplication);
    }
    match key {
        AccessKey::Mrz(key) => bac::prove(chip, key, &mut SystemRandom),
        AccessKey::Can(_) => Err(MrtdError::NeedsMrz),
    }
}

fn assemble(
    object: &SecurityObject,
    groups: &BTreeMap<u8, Vec<u8>>,
    anchors: &CountrySigners,
    chip_is_original: Option<bool>,
) -> Result<Document, MrtdError> {
    let first = groups.get(&1).ok_or(MrtdError::FileMissing)?;
    let lines = tlv::read_only(0x5F1F, tlv::read_only(files::DG1.tag, first)?)?;
    // What is optional and cannot be understood is left out, not a reason to show nothing.
    let optional = |number: u8| groups.get(&number);
    Ok(Document {
        mrz: Mrz::parse(lines)?,
        portrait: optional(2)
            .and_then(|file| portrait::encoded(file).ok())
            .map(<[u8]>::to_vec),
        personal: optional(11).and_then(|file| PersonalDetails::parse(file).ok()),
        document: optional(12).and_then(|file| DocumentDetails::parse(file).ok()),
        authenticity: object.verify(groups, anchors),
        chip_is_original,
    })
}
