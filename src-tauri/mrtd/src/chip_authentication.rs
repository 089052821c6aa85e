//! Chip authentication: that the chip holds the private key to DG14, which a copy does not
//! (Doc 9303-11, clause 6.2).

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::{Random, tlv};

use crate::channel::Channel;
use crate::cipher::Cipher;
use crate::pace::step;
use crate::security_infos::ChipKey;
use crate::{Chip, MrtdError};

/// Sends a key of ours and gives the channel that only the right chip can go on with. `chip` is
/// the one under the channel so far; the first answer under the new one is the proof.
pub(crate) fn begin(
    chip: &mut dyn Chip,
    key: &ChipKey,
    random: &mut dyn Random,
) -> Result<Channel, MrtdError> {
    let refused = MrtdError::ChipRefused;
    let private = key.curve.generate(random);
    let public = key.curve.public(&private).ok_or(refused)?;
    let id = key
        .key_id
        .as_ref()
        .map(|id| tlv::encode(0x84, id))
        .unwrap_or_default();
    if key.cipher == Cipher::TripleDes {
        let data = [tlv::encode(0x91, &public), id].concat();
        expect_ok(chip, &Command::new(0, 0x22, 0x41, 0xA6).with_data(data))?;
    } else {
        let data = [tlv::encode(0x80, &key.protocol), id].concat();
        expect_ok(chip, &Command::new(0, 0x22, 0x41, 0xA4).with_data(data))?;
        step(chip, 0, Some((0x80, &public)), 0x7C)?;
    }
    let shared = key.curve.multiply(&private, &key.point).ok_or(refused)?;
    let secret = key.curve.x(&shared).ok_or(refused)?;
    Ok(Channel::new(key.cipher, secret))
}

fn expect_ok(chip: &mut dyn Chip, command: &Command) -> Result<(), MrtdError> {
    match chip.send(command)?.status {
        Status::OK => Ok(()),
        status => Err(MrtdError::Status(status)),
    }
}
