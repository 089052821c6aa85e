//! PACE with generic or integrated mapping over elliptic curves (Doc 9303-11, clause 4.4).

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::{Random, tlv};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::access::AccessKey;
use crate::channel::Channel;
use crate::cipher::{Cipher, MAC, Use};
use crate::security_infos::{Mapping, PaceInfo};
use crate::{Chip, MrtdError};

/// Dynamic authentication data.
const DYNAMIC: u32 = 0x7C;
/// Public key template of a token.
const PUBLIC_KEY: u32 = 0x7F49;
/// Bit of CLA: more of this follows.
const CHAINING: u8 = 0x10;

/// Proves the password to the chip and the chip to us; gives the channel.
pub(crate) fn prove(
    chip: &mut dyn Chip,
    info: &PaceInfo,
    key: &AccessKey,
    random: &mut dyn Random,
) -> Result<Channel, MrtdError> {
    let (cipher, curve) = (info.cipher, info.curve);
    let refused = MrtdError::ChipRefused;
    let set = [
        tlv::encode(0x80, &info.protocol),
        tlv::encode(0x83, &[key.pace_reference()]),
        tlv::encode(0x84, &[info.parameters]),
    ];
    let set = Command::new(0, 0x22, 0xC1, 0xA4).with_data(set.concat());
    let status = chip.send(&set)?.status;
    // 63CX warns how many tries are left; a CAN has no limit here.
    if status != Status::OK && status.tries_left().is_none() {
        return Err(MrtdError::Status(status));
    }

    let sealed = step(chip, CHAINING, None, 0x80)?;
    let password = cipher.derive(&key.pace_password(), Use::Password);
    let nonce = cipher.decrypt(&password, &vec![0; cipher.block()], &sealed)?;

    let generator = match info.mapping {
        Mapping::Generic => {
            let private = curve.generate(random);
            let public = curve.public(&private).ok_or(refused)?;
            let theirs = step(chip, CHAINING, Some((0x81, &public)), 0x82)?;
            if theirs == public {
                return Err(refused);
            }
            let shared = curve.multiply(&private, &theirs).ok_or(refused)?;
            curve.map_generic(&nonce, &shared)
        }
        Mapping::Integrated => {
            let mut own = vec![0; cipher.key()];
            random.fill(&mut own);
            step(chip, CHAINING, Some((0x81, &own)), 0x82)?;
            let octets = pseudorandom(cipher, &nonce, &own, curve.bits())?;
            curve.map_integrated(&octets)
        }
    };
    let generator = generator.ok_or(refused)?;

    let private = curve.generate(random);
    let public = curve.multiply(&private, &generator).ok_or(refused)?;
    let theirs = step(chip, CHAINING, Some((0x83, &public)), 0x84)?;
    if theirs == *public {
        return Err(refused);
    }
    let shared = curve.multiply(&private, &theirs).ok_or(refused)?;
    let channel = Channel::new(cipher, curve.x(&shared).ok_or(refused)?);

    let token = token(cipher, channel.mac_key(), &info.protocol, &theirs)?;
    let answer = match step(chip, 0, Some((0x85, &token)), 0x86) {
        Err(MrtdError::Status(status)) if is_wrong_key(status) => {
            return Err(MrtdError::AccessKeyWrong);
        }
        answer => answer?,
    };
    let expected = self::token(cipher, channel.mac_key(), &info.protocol, &public)?;
    if bool::from(expected[..].ct_eq(&answer)) {
        Ok(channel)
    } else {
        Err(refused)
    }
}

/// Chips say in several ways that the password was another one (clause 4.4.4.2, and practice).
pub(crate) fn is_wrong_key(status: Status) -> bool {
    matches!(
        status.0,
        0x6300 | 0x63C0..=0x63CF | 0x6982 | 0x6985 | 0x6A80
    )
}

/// One GENERAL AUTHENTICATE: an object goes and the object with the tag `wanted` comes back; empty
/// where the chip leaves it out.
pub(crate) fn step(
    chip: &mut dyn Chip,
    cla: u8,
    object: Option<(u32, &[u8])>,
    wanted: u32,
) -> Result<Vec<u8>, MrtdError> {
    let inside = object
        .map(|(tag, value)| tlv::encode(tag, value))
        .unwrap_or_default();
    let command = Command::new(cla, 0x86, 0, 0)
        .with_data(tlv::encode(DYNAMIC, &inside))
        .with_ne(256);
    let answer = chip.send(&command)?;
    if answer.status != Status::OK {
        return Err(MrtdError::Status(answer.status));
    }
    let objects = tlv::children(tlv::read_only(DYNAMIC, &answer.data)?)?;
    let found = objects.iter().find(|object| object.tag == wanted);
    Ok(found
        .map(|object| object.value.to_vec())
        .unwrap_or_default())
}

/// The authentication token over the other side's public key (clause 4.4.3.4).
fn token(
    cipher: Cipher,
    key: &[u8],
    protocol: &[u8],
    public: &[u8],
) -> Result<[u8; MAC], MrtdError> {
    let objects = [tlv::encode(0x06, protocol), tlv::encode(0x86, public)].concat();
    cipher.mac(key, &tlv::encode(PUBLIC_KEY, &objects))
}

/// The function R of integrated mapping (clause 4.4.3.3.2, appendix B.1): at least 64 bits more
/// than the prime has.
fn pseudorandom(
    cipher: Cipher,
    nonce: &[u8],
    own: &[u8],
    bits: usize,
) -> Result<Zeroizing<Vec<u8>>, MrtdError> {
    const SHORT: [&[u8]; 2] = [
        &[
            0xA6, 0x68, 0x89, 0x2A, 0x7C, 0x41, 0xE3, 0xCA, 0x73, 0x9F, 0x40, 0xB0, 0x57, 0xD8,
            0x59, 0x04,
        ],
        &[
            0xA4, 0xE1, 0x36, 0xAC, 0x72, 0x5F, 0x73, 0x8B, 0x01, 0xC1, 0xF6, 0x02, 0x17, 0xC1,
            0x88, 0xAD,
        ],
    ];
    const LONG: [&[u8]; 2] = [
        &[
            0xD4, 0x63, 0xD6, 0x52, 0x34, 0x12, 0x4E, 0xF7, 0x89, 0x70, 0x54, 0x98, 0x6D, 0xCA,
            0x0A, 0x17, 0x4E, 0x28, 0xDF, 0x75, 0x8C, 0xBA, 0xA0, 0x3F, 0x24, 0x06, 0x16, 0x41,
            0x4D, 0x5A, 0x16, 0x76,
        ],
        &[
            0x54, 0xBD, 0x72, 0x55, 0xF0, 0xAA, 0xF8, 0x31, 0xBE, 0xC3, 0x42, 0x3F, 0xCF, 0x39,
            0xD6, 0x9B, 0x6C, 0xBF, 0x06, 0x66, 0x77, 0xD0, 0xFA, 0xAE, 0x5A, 0xAD, 0xD9, 0x9D,
            0xF8, 0xE5, 0x35, 0x17,
        ],
    ];
    let [next_key, next_block] = if cipher.key() == 16 { SHORT } else { LONG };
    let iv = vec![0; cipher.block()];
    let mut key = cipher.encrypt(own, &iv, nonce)?;
    let mut octets = Zeroizing::new(Vec::new());
    while octets.len() * 8 < bits + 64 {
        // Of 256 bits a key of 192 takes the first.
        key.truncate(cipher.key());
        octets.extend_from_slice(&cipher.encrypt(&key, &iv, next_block)?);
        key = cipher.encrypt(&key, &iv, next_key)?;
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::Curve;
    use crate::mrz_key::MrzKey;
    use crate::scripted::{Given, Scripted};

    const KEY_T2: [&str; 3] = ["T22000129", "640812", "101031"];
    const PRIVATE: &str = "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595";

    fn info(mapping: Mapping) -> PaceInfo {
        let kind = if mapping == Mapping::Generic {
            "02"
        } else {
            "04"
        };
        PaceInfo {
            protocol: hex::decode(format!("04007F0007020204{kind}02")).unwrap(),
            mapping,
            cipher: Cipher::Aes128,
            curve: Curve::Brainpool256,
            parameters: 13,
        }
    }

    fn key() -> AccessKey {
        let [number, birth, expiry] = KEY_T2;
        AccessKey::Mrz(MrzKey::new(number, birth, expiry).unwrap())
    }

    const GENERIC: [(&str, &str); 5] = [
        ("0022C1A412800A04007F0007020204020283010184010D", "9000"),
        (
            "10860000027C0000",
            "7C12801095A3A016522EE98D01E76CB6B98B42C39000",
        ),
        (
            "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E\
             544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00",
            "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57\
             30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000",
        ),
        (
            "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C\
             3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200",
            "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB\
             7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000",
        ),
        (
            "008600000C7C0A8508C2B0BD78D94BA86600",
            "7C0A86083ABB9674BCE93C089000",
        ),
    ];

    fn generic(script: &[(&str, &str)]) -> Result<Channel, MrtdError> {
        let mapping = "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99";
        let mut random = Given::new(&[mapping, PRIVATE]);
        let mut chip = Scripted::new(script);
        prove(&mut chip, &info(Mapping::Generic), &key(), &mut random)
    }

    /// Doc 9303-11, appendix G.1.
    #[test]
    fn generic_mapping_as_in_the_worked_example() {
        let channel = generic(&GENERIC).unwrap();
        assert_eq!(
            hex::encode_upper(channel.mac_key()),
            "FE251C7858B356B24514B3BD5F4297D1"
        );
    }

    /// Doc 9303-11, appendix H.1.
    #[test]
    fn integrated_mapping_as_in_the_worked_example() {
        let info = info(Mapping::Integrated);
        let octets = pseudorandom(
            Cipher::Aes128,
            &hex::decode("2923BE84E16CD6AE529049F1F1BBE9EB").unwrap(),
            &hex::decode("5DD4CBFC96F5453B130D890A1CDBAE32").unwrap(),
            256,
        );
        let generator = info.curve.map_integrated(&octets.unwrap()).unwrap();
        let x = hex::encode_upper(info.curve.x(&generator).unwrap());
        assert_eq!(
            x,
            "8E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427"
        );
    }

    #[test]
    fn another_password_is_told_from_another_chip() {
        let mut script = GENERIC;
        script[4].1 = "6300";
        assert_eq!(generic(&script).err(), Some(MrtdError::AccessKeyWrong));
        script[4].1 = "7C0A86083ABB9674BCE93C099000";
        assert_eq!(generic(&script).err(), Some(MrtdError::ChipRefused));
        script[4].1 = "7C009000";
        assert_eq!(generic(&script).err(), Some(MrtdError::ChipRefused));
        script[0].1 = "6A80";
        assert_eq!(
            generic(&script).err(),
            Some(MrtdError::Status(Status(0x6A80)))
        );
    }

    #[test]
    fn a_chip_that_sends_our_own_key_back_is_refused() {
        let mut script = GENERIC;
        script[2].1 = "7C438241047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E\
             544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D9000";
        assert_eq!(generic(&script).err(), Some(MrtdError::ChipRefused));
    }
}
