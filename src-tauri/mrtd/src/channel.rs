//! Secure messaging of the reader (Doc 9303-11, clause 9.8).

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::tlv;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::MrtdError;
use crate::cipher::{Cipher, MAC, Use, pad, unpad};

/// Bits of CLA: secure messaging with an authenticated header.
const PROTECTED: u8 = 0x0C;
/// Data that are padded and encrypted, after an octet that says so.
const CRYPTOGRAM: u32 = 0x87;
/// The same for commands of odd INS, without that octet.
const CRYPTOGRAM_ODD: u32 = 0x85;
const LE: u32 = 0x97;
const STATUS: u32 = 0x99;
const CHECKSUM: u32 = 0x8E;
/// Octets that protection adds to an answer at most: the objects' heads, padding, status, MAC.
pub(crate) const OVERHEAD: usize = 40;

/// The reader's end of the channel.
pub(crate) struct Channel {
    cipher: Cipher,
    encryption: Zeroizing<Vec<u8>>,
    mac: Zeroizing<Vec<u8>>,
    /// Send sequence counter, big-endian, one block.
    counter: Vec<u8>,
}

impl Channel {
    /// The channel over a shared secret; the counter begins at zero, as after PACE and chip
    /// authentication.
    pub(crate) fn new(cipher: Cipher, secret: &[u8]) -> Self {
        Self::with_counter(cipher, secret, vec![0; cipher.block()])
    }

    /// The channel after BAC, where random octets of both sides are the counter's beginning.
    pub(crate) fn with_counter(cipher: Cipher, secret: &[u8], counter: Vec<u8>) -> Self {
        Self {
            cipher,
            encryption: cipher.derive(secret, Use::Encryption),
            mac: cipher.derive(secret, Use::Mac),
            counter,
        }
    }

    /// The key of the MAC, for the tokens that end PACE.
    pub(crate) fn mac_key(&self) -> &[u8] {
        &self.mac
    }

    /// Protects a command.
    pub(crate) fn protect(&mut self, command: &Command) -> Result<Command, MrtdError> {
        self.count();
        let block = self.cipher.block();
        let mut data = Vec::new();
        if !command.data.is_empty() {
            let iv = self.iv()?;
            let padded = pad(&command.data, block);
            let sealed = self.cipher.encrypt(&self.encryption, &iv, &padded)?;
            data = if command.ins & 1 == 0 {
                tlv::encode(CRYPTOGRAM, &[&[1][..], &sealed].concat())
            } else {
                tlv::encode(CRYPTOGRAM_ODD, &sealed)
            };
        }
        let long = command.ne.is_some_and(|ne| ne > 256) || data.len() > 200;
        if let Some(ne) = command.ne {
            let le = (ne as u16).to_be_bytes();
            let short = le.get(1..).unwrap_or_default();
            data.extend(tlv::encode(LE, if ne > 256 { &le } else { short }));
        }
        let header = [command.cla | PROTECTED, command.ins, command.p1, command.p2];
        let checked = [&self.counter[..], &pad(&header, block), &data].concat();
        let checksum = self.checksum(&checked)?;
        data.extend(tlv::encode(CHECKSUM, &checksum));
        let [cla, ins, p1, p2] = header;
        let ne = if long { 65_536 } else { 256 };
        Ok(Command::new(cla, ins, p1, p2).with_data(data).with_ne(ne))
    }

    /// Checks and opens an answer.
    pub(crate) fn unprotect(&mut self, response: &Response) -> Result<Response, MrtdError> {
        self.count();
        let objects = tlv::children(&response.data).map_err(|_| MrtdError::Channel)?;
        let (Some((checksum, covered)), true) = (objects.split_last(), objects.len() <= 3) else {
            return Err(MrtdError::Channel);
        };
        if checksum.tag != CHECKSUM {
            return Err(MrtdError::Channel);
        }
        let mut checked = self.counter.clone();
        covered
            .iter()
            .for_each(|object| checked.extend_from_slice(object.raw));
        let expected = self.checksum(&checked)?;
        if !bool::from(expected[..].ct_eq(checksum.value)) {
            return Err(MrtdError::Channel);
        }
        let mut data = Vec::new();
        let mut status = None;
        for object in covered {
            match (object.tag, object.value) {
                (CRYPTOGRAM, [1, sealed @ ..]) | (CRYPTOGRAM_ODD, sealed) => {
                    let iv = self.iv()?;
                    let opened = self.cipher.decrypt(&self.encryption, &iv, sealed)?;
                    data = unpad(&opened).ok_or(MrtdError::Channel)?.to_vec();
                }
                (STATUS, &[sw1, sw2]) => status = Some(Status(u16::from_be_bytes([sw1, sw2]))),
                _ => return Err(MrtdError::Channel),
            }
        }
        Ok(Response::new(data, status.ok_or(MrtdError::Channel)?))
    }

    fn count(&mut self) {
        for octet in self.counter.iter_mut().rev() {
            *octet = octet.wrapping_add(1);
            if *octet != 0 {
                break;
            }
        }
    }

    /// With AES the counter is encrypted into the initial vector (clause 9.8.6).
    fn iv(&self) -> Result<Zeroizing<Vec<u8>>, MrtdError> {
        let zero = vec![0; self.cipher.block()];
        match self.cipher {
            Cipher::TripleDes => Ok(Zeroizing::new(zero)),
            aes => aes.encrypt(&self.encryption, &zero, &self.counter),
        }
    }

    /// The retail MAC pads by itself; before CMAC the text is padded too (clause 9.8.6.2).
    fn checksum(&self, text: &[u8]) -> Result<[u8; MAC], MrtdError> {
        match self.cipher {
            Cipher::TripleDes => self.cipher.mac(&self.mac, text),
            aes => aes.mac(&self.mac, &pad(text, aes.block())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        hex::decode(digits).unwrap()
    }

    fn exchange(channel: &mut Channel, sent: &str, got: &str, command: Command) -> Response {
        let protected = channel.protect(&command).unwrap().encode().unwrap();
        assert_eq!(hex::encode_upper(protected), sent);
        channel
            .unprotect(&Response::parse(&hex(got)).unwrap())
            .unwrap()
    }

    /// Doc 9303-11, appendix D.4.
    #[test]
    fn triple_des_as_in_the_worked_example() {
        let seed = hex("0036D272F5C350ACAC50C3F572D23600");
        let counter = hex("887022120C06C226");
        let mut channel = Channel::with_counter(Cipher::TripleDes, &seed, counter);
        let select = Command::new(0, 0xA4, 2, 0x0C).with_data(hex("011E"));
        let answer = exchange(
            &mut channel,
            "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
            "990290008E08FA855A5D4C50A8ED9000",
            select,
        );
        assert_eq!((answer.status, answer.data.len()), (Status::OK, 0));
        let answer = exchange(
            &mut channel,
            "0CB000000D9701048E08ED6705417E96BA5500",
            "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
            Command::new(0, 0xB0, 0, 0).with_ne(4),
        );
        assert_eq!(answer.data, hex("60145F01"));
        let answer = exchange(
            &mut channel,
            "0CB000040D9701128E082EA28A70F3C7B53500",
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
            Command::new(0, 0xB0, 0, 4).with_ne(18),
        );
        assert_eq!(answer.data, hex("04303130365F36063034303030305C026175"));
    }

    /// The keys are those of Doc 9303-11, appendix G.1; the standard prints no commands under them,
    /// these were computed elsewhere.
    #[test]
    fn aes_as_computed_elsewhere() {
        let secret = hex("28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925");
        let mut channel = Channel::new(Cipher::Aes128, &secret);
        assert_eq!(*channel.encryption, hex("F5F0E35C0D7161EE6724EE513A0D9A7F"));
        assert_eq!(channel.mac_key(), hex("FE251C7858B356B24514B3BD5F4297D1"));
        let select = Command::new(0, 0xA4, 2, 0x0C).with_data(hex("011E"));
        let answer = exchange(
            &mut channel,
            "0CA4020C1D871101EE0E4724F4465C1BE9C2F73ABDD73A3D8E08835D1B54575C955F00",
            "990290008E08BEA7B381C494A0799000",
            select,
        );
        assert_eq!(answer.status, Status::OK);
        let answer = exchange(
            &mut channel,
            "0CB000000D9701048E08AA6BA54F44DF836400",
            "871101645C0B1F998A088278D07942BBE94B60990290008E0894A33C6AA2D8CCC89000",
            Command::new(0, 0xB0, 0, 0).with_ne(4),
        );
        assert_eq!(answer.data, hex("60145F01"));
    }

    #[test]
    fn an_answer_that_is_not_the_chips_is_refused() {
        for answer in [
            "6A82",
            "990290009000",
            "990290008E08BEA7B381C494A0789000",
            "8E08BEA7B381C494A0799000",
            "990290008E07BEA7B381C494A09000",
        ] {
            let secret = hex("28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925");
            let mut channel = Channel::new(Cipher::Aes128, &secret);
            let select = Command::new(0, 0xA4, 2, 0x0C).with_data(hex("011E"));
            channel.protect(&select).unwrap();
            let answer = Response::parse(&hex(answer)).unwrap();
            assert_eq!(channel.unprotect(&answer).err(), Some(MrtdError::Channel));
        }
    }
}
