//! Secure messaging of the chip (Doc 9303-11, clause 9.8).

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::tlv;

use super::cipher::{Cipher, pad, unpad};

/// The chip's end of a channel.
pub(crate) struct Channel {
    cipher: Cipher,
    encryption: Vec<u8>,
    mac: Vec<u8>,
    counter: u128,
}

impl Channel {
    pub(super) fn new(cipher: Cipher, secret: &[u8]) -> Self {
        Self::counting_from(cipher, secret, 0)
    }

    pub(super) fn counting_from(cipher: Cipher, secret: &[u8], counter: u128) -> Self {
        Self {
            cipher,
            encryption: cipher.derive(secret, 1),
            mac: cipher.derive(secret, 2),
            counter,
        }
    }

    fn counter(&self) -> Vec<u8> {
        let octets = self.counter.to_be_bytes();
        octets[16 - self.cipher.block()..].to_vec()
    }

    fn start(&self) -> Vec<u8> {
        let zero = vec![0; self.cipher.block()];
        if self.cipher == Cipher::TripleDes {
            return zero;
        }
        self.cipher
            .encrypt(&self.encryption, &zero, &self.counter())
    }

    fn checksum(&self, parts: &[u8]) -> Vec<u8> {
        let text = [&self.counter()[..], parts].concat();
        if self.cipher == Cipher::TripleDes {
            return self.cipher.mac(&self.mac, &text);
        }
        self.cipher.mac(&self.mac, &pad(&text, 16))
    }

    /// The command inside; nothing when it is not of the reader of this channel.
    pub(super) fn unprotect(&mut self, command: &Command) -> Option<Command> {
        self.counter += 1;
        if command.cla & 0x0C != 0x0C {
            return None;
        }
        let objects = tlv::children(&command.data).ok()?;
        let (checksum, covered) = objects.split_last()?;
        let header = [command.cla, command.ins, command.p1, command.p2];
        let mut text = pad(&header, self.cipher.block());
        covered
            .iter()
            .for_each(|object| text.extend_from_slice(object.raw));
        if checksum.tag != 0x8E || checksum.value != self.checksum(&text) {
            return None;
        }
        let mut plain = Command::new(command.cla & !0x0C, command.ins, command.p1, command.p2);
        for object in covered {
            match object.tag {
                0x87 | 0x85 => {
                    let sealed = if object.tag == 0x87 {
                        object.value.strip_prefix(&[1])?
                    } else {
                        object.value
                    };
                    let opened = self.cipher.decrypt(&self.encryption, &self.start(), sealed);
                    plain.data = unpad(&opened)?;
                }
                0x97 => {
                    let ne = object
                        .value
                        .iter()
                        .fold(0, |sum, octet| sum << 8 | u32::from(*octet));
                    let most = if object.value.len() > 1 { 65_536 } else { 256 };
                    plain.ne = Some(if ne == 0 { most } else { ne });
                }
                _ => return None,
            }
        }
        Some(plain)
    }

    pub(super) fn protect(&mut self, response: &Response) -> Response {
        self.counter += 1;
        let mut data = Vec::new();
        if !response.data.is_empty() {
            let padded = pad(&response.data, self.cipher.block());
            let sealed = self
                .cipher
                .encrypt(&self.encryption, &self.start(), &padded);
            data = tlv::encode(0x87, &[&[1][..], &sealed].concat());
        }
        data.extend(tlv::encode(0x99, &response.status.0.to_be_bytes()));
        let checksum = self.checksum(&data);
        data.extend(tlv::encode(0x8E, &checksum));
        Response::new(data, Status::OK)
    }
}
