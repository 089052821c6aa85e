//! Basic access control, for chips without PACE (Doc 9303-11, clause 4.3).

use kabinet_stb::Random;
use kabinet_stb::apdu::{Command, Status};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::channel::Channel;
use crate::cipher::{Cipher, MAC, Use};
use crate::mrz_key::MrzKey;
use crate::pace::is_wrong_key;
use crate::{Chip, MrtdError};

/// Octets of a random number and of key material.
const RANDOM: usize = 8;
const MATERIAL: usize = 16;

/// Proves the printed lines to the chip and the chip to us; gives the channel. The application is
/// selected already.
pub(crate) fn prove(
    chip: &mut dyn Chip,
    key: &MrzKey,
    random: &mut dyn Random,
) -> Result<Channel, MrtdError> {
    let cipher = Cipher::TripleDes;
    let iv = [0; 8];
    let seed = Zeroizing::new(Sha1::digest(key.information()).to_vec());
    let seed = seed.get(..MATERIAL).unwrap_or_default();
    let encryption = cipher.derive(seed, Use::Encryption);
    let mac = cipher.derive(seed, Use::Mac);

    let challenge = chip.send(&Command::new(0, 0x84, 0, 0).with_ne(8))?;
    if challenge.status != Status::OK {
        return Err(MrtdError::Status(challenge.status));
    }
    let theirs: [u8; RANDOM] = challenge
        .data
        .try_into()
        .map_err(|_| MrtdError::Malformed("a challenge"))?;
    let mut ours = [0; RANDOM];
    random.fill(&mut ours);
    let mut material = Zeroizing::new([0; MATERIAL]);
    random.fill(&mut *material);

    let told = Zeroizing::new([&ours[..], &theirs, &*material].concat());
    let sealed = cipher.encrypt(&encryption, &iv, &told)?;
    let proof = [&sealed[..], &cipher.mac(&mac, &sealed)?].concat();
    let authenticate = Command::new(0, 0x82, 0, 0).with_data(proof).with_ne(40);
    let answer = chip.send(&authenticate)?;
    match answer.status {
        Status::OK => {}
        status if is_wrong_key(status) => return Err(MrtdError::AccessKeyWrong),
        status => return Err(MrtdError::Status(status)),
    }
    let (sealed, checksum) = answer
        .data
        .split_last_chunk::<MAC>()
        .filter(|(sealed, _)| sealed.len() == 2 * RANDOM + MATERIAL)
        .ok_or(MrtdError::Malformed("the chip's proof"))?;
    if !bool::from(cipher.mac(&mac, sealed)?[..].ct_eq(checksum)) {
        return Err(MrtdError::ChipRefused);
    }
    let opened = cipher.decrypt(&encryption, &iv, sealed)?;
    let (randoms, their_material) = opened.split_at(2 * RANDOM);
    if randoms != [theirs, ours].concat() {
        return Err(MrtdError::ChipRefused);
    }
    let shared: Vec<u8> = material
        .iter()
        .zip(their_material)
        .map(|(a, b)| a ^ b)
        .collect();
    let shared = Zeroizing::new(shared);
    let half = |random: &[u8; RANDOM]| random[RANDOM / 2..].to_vec();
    let counter = [half(&theirs), half(&ours)].concat();
    Ok(Channel::with_counter(cipher, &shared, counter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Given, Scripted};

    const PROOF: &str = "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2\
        5F1448EEA8AD90A728";
    const ANSWER: &str = "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F\
        2F2D235D074D74499000";

    fn dialogue(answer: &str) -> Result<Channel, MrtdError> {
        let mut chip = Scripted::new(&[("0084000008", "4608F919887022129000"), (PROOF, answer)]);
        let mut random = Given::new(&["781723860C06C226", "0B795240CB7049B01C19B33E32804F0B"]);
        let key = MrzKey::new("L898902C", "690806", "940623").unwrap();
        prove(&mut chip, &key, &mut random)
    }

    /// Doc 9303-11, appendix D.3 and D.4.
    #[test]
    fn as_in_the_worked_example() {
        let mut channel = dialogue(ANSWER).unwrap();
        let select = Command::new(0, 0xA4, 2, 0x0C).with_data(vec![0x01, 0x1E]);
        let protected = channel.protect(&select).unwrap().encode().unwrap();
        let expected = "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800";
        assert_eq!(hex::encode_upper(protected), expected);
    }

    #[test]
    fn other_lines_are_told_from_another_chip() {
        assert_eq!(dialogue("6300").err(), Some(MrtdError::AccessKeyWrong));
        assert_eq!(dialogue("6982").err(), Some(MrtdError::AccessKeyWrong));
        let changed = ANSWER.replacen("46", "47", 1);
        assert_eq!(dialogue(&changed).err(), Some(MrtdError::ChipRefused));
        assert!(matches!(
            dialogue("46B99000").err(),
            Some(MrtdError::Malformed(_))
        ));
        assert!(matches!(dialogue("6F00").err(), Some(MrtdError::Status(_))));
    }
}
