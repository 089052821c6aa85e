//! Secure messaging (STB 34.101.79, clauses 8.4 and 12.1.3): a channel that encrypts and
//! authenticates command and response APDUs.

use belt_block::BeltBlock;
use belt_mac::{BeltMac, KeyInit, Mac};
use cfb_mode::cipher::KeyIvInit;
use zeroize::Zeroizing;

use crate::apdu::{
    Command, EXTENDED_NC, EXTENDED_NE, Response, SECURE_MESSAGING, SHORT_NE, Status,
};
use crate::keyrep::belt_keyrep;
use crate::tlv;

/// Encrypted data, after the octet 02 that names the padding: none.
const CRYPTOGRAM: u32 = 0x87;
/// Le of the command.
const LE: u32 = 0x97;
/// Message authentication code, 8 octets.
const MAC: u32 = 0x8E;
/// Length of an authentication code: belt-mac gives the left half of the last block.
const MAC_OCTETS: usize = 8;
/// The first octet of object 87.
const INDICATOR: u8 = 0x02;

/// The common key K0 that BPACE or BAUTH agrees on: 32 octets.
pub struct ChannelKey(Zeroizing<[u8; 32]>);

impl ChannelKey {
    /// Takes the key over.
    #[must_use]
    pub fn new(octets: [u8; 32]) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The key's octets.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmError {
    /// A plain message where a protected one must be. Status `6987`.
    #[error("the message is not protected")]
    Plain,
    /// The object with the authentication code is missing. Status `6987`.
    #[error("the message has no authentication code")]
    MissingMac,
    /// An object is malformed, or the authentication code does not match. Status `6988`.
    #[error("the message's protection is wrong")]
    BadObject,
    /// The message is too long to be protected.
    #[error("the message is too long to be protected")]
    TooLong,
}

/// The side that commands: a client or a terminal.
pub struct ClientChannel {
    keys: Keys,
    commands: u64,
    answers: u64,
}

impl ClientChannel {
    /// A fresh channel.
    #[must_use]
    pub fn new(key: &ChannelKey) -> Self {
        Self {
            keys: Keys::new(key),
            commands: 0,
            answers: 0,
        }
    }

    /// The protected command. Counters do not depend on answers, so that several commands may be
    /// protected before the first is answered.
    ///
    /// # Errors
    /// [`SmError::TooLong`].
    pub fn protect(&mut self, command: &Command) -> Result<Command, SmError> {
        let iv = self.keys.iv(2 * self.commands + 1);
        let mut objects = Vec::with_capacity(command.data.len() + 24);
        if !command.data.is_empty() {
            objects.extend(self.keys.encrypt(&iv, &command.data));
        }
        if let Some(ne) = command.ne {
            objects.extend(tlv::encode(LE, &le_octets(command, ne)));
        }
        let cla = command.cla | SECURE_MESSAGING;
        let header = [cla, command.ins, command.p1, command.p2];
        let mac = self
            .keys
            .mac(&[&iv, &header, &objects])
            .finalize()
            .into_bytes();
        objects.extend(tlv::encode(MAC, mac.get(..MAC_OCTETS).unwrap_or_default()));
        if objects.len() > EXTENDED_NC {
            return Err(SmError::TooLong);
        }
        self.commands += 1;
        let ne = if objects.len() > 255 {
            EXTENDED_NE
        } else {
            SHORT_NE
        };
        Ok(Command::new(cla, command.ins, command.p1, command.p2)
            .with_data(objects)
            .with_ne(ne))
    }

    /// The answer to the oldest protected command that is not answered yet.
    ///
    /// # Errors
    /// [`SmError`]; the channel is of no use after it.
    pub fn unprotect(&mut self, response: &Response) -> Result<Response, SmError> {
        if self.answers == self.commands {
            return Err(SmError::Plain);
        }
        let iv = self.keys.iv(2 * self.answers + 2);
        if response.data.is_empty() {
            return Err(SmError::Plain);
        }
        let objects = Objects::read(&response.data)?;
        if objects.le.is_some() {
            return Err(SmError::BadObject);
        }
        let status = response.status.0.to_be_bytes();
        self.keys
            .mac(&[&iv, objects.covered, &status])
            .verify_truncated_left(objects.mac)
            .map_err(|_| SmError::BadObject)?;
        self.answers += 1;
        let data = objects
            .cryptogram
            .map(|octets| self.keys.decrypt(&iv, octets))
            .unwrap_or_default();
        Ok(Response::new(data, response.status))
    }
}

/// The side that answers: a token.
pub struct TokenChannel {
    keys: Keys,
    /// Value of the counter C of the standard.
    counter: u64,
}

impl TokenChannel {
    /// A fresh channel.
    #[must_use]
    pub fn new(key: &ChannelKey) -> Self {
        Self {
            keys: Keys::new(key),
            counter: 0,
        }
    }

    /// The plain command.
    ///
    /// # Errors
    /// [`SmError`]; the channel must be closed after it.
    pub fn unprotect(&mut self, command: &Command) -> Result<Command, SmError> {
        if command.cla & SECURE_MESSAGING == 0 {
            return Err(SmError::Plain);
        }
        let iv = self.keys.iv(self.counter + 1);
        let objects = Objects::read(&command.data)?;
        if !matches!(command.ne, Some(SHORT_NE | EXTENDED_NE)) {
            return Err(SmError::BadObject);
        }
        self.keys
            .mac(&[&iv, &command.header(), objects.covered])
            .verify_truncated_left(objects.mac)
            .map_err(|_| SmError::BadObject)?;
        let mut plain = Command::new(
            command.cla & !SECURE_MESSAGING,
            command.ins,
            command.p1,
            command.p2,
        );
        if let Some(octets) = objects.cryptogram {
            plain.data = self.keys.decrypt(&iv, octets);
        }
        plain.ne = objects.le.map(ne_of).transpose()?;
        self.counter += 2;
        Ok(plain)
    }

    /// The protected answer to the command that was last unprotected.
    #[must_use]
    pub fn protect(&mut self, response: &Response) -> Response {
        let iv = self.keys.iv(self.counter);
        let mut objects = Vec::with_capacity(response.data.len() + 16);
        if !response.data.is_empty() {
            objects.extend(self.keys.encrypt(&iv, &response.data));
        }
        let status = response.status.0.to_be_bytes();
        let mac = self
            .keys
            .mac(&[&iv, &objects, &status])
            .finalize()
            .into_bytes();
        objects.extend(tlv::encode(MAC, mac.get(..MAC_OCTETS).unwrap_or_default()));
        Response::new(objects, response.status)
    }
}

/// Status word that answers an error of the channel, unprotected.
impl From<SmError> for Status {
    fn from(error: SmError) -> Self {
        match error {
            SmError::Plain | SmError::MissingMac => Self::SM_MISSING,
            SmError::BadObject | SmError::TooLong => Self::SM_WRONG,
        }
    }
}

/// K1 and K2 of a channel.
struct Keys {
    mac: Zeroizing<[u8; 32]>,
    encryption: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn new(key: &ChannelKey) -> Self {
        let derive = |number: u8| {
            let mut header = [0; 16];
            header[0] = number;
            let octets = belt_keyrep(key.expose(), &[0; 12], &header, 32);
            let mut key = Zeroizing::new([0; 32]);
            key.copy_from_slice(&octets);
            key
        };
        Self {
            mac: derive(1),
            encryption: derive(2),
        }
    }

    /// The counter as 16 octets, little-endian.
    fn iv(&self, counter: u64) -> [u8; 16] {
        u128::from(counter).to_le_bytes()
    }

    fn mac(&self, parts: &[&[u8]]) -> BeltMac {
        let mut mac = BeltMac::new((&*self.mac).into());
        for part in parts {
            mac.update(part);
        }
        mac
    }

    /// The object with the encrypted data.
    fn encrypt(&self, iv: &[u8; 16], data: &[u8]) -> Vec<u8> {
        let mut value = Vec::with_capacity(data.len() + 1);
        value.push(INDICATOR);
        value.extend_from_slice(data);
        if let Some(octets) = value.get_mut(1..) {
            cfb_mode::Encryptor::<BeltBlock>::new((&*self.encryption).into(), iv.into())
                .encrypt(octets);
        }
        tlv::encode(CRYPTOGRAM, &value)
    }

    fn decrypt(&self, iv: &[u8; 16], octets: &[u8]) -> Vec<u8> {
        let mut data = octets.to_vec();
        cfb_mode::Decryptor::<BeltBlock>::new((&*self.encryption).into(), iv.into())
            .decrypt(&mut data);
        data
    }
}

/// The objects of a protected message.
struct Objects<'a> {
    cryptogram: Option<&'a [u8]>,
    le: Option<&'a [u8]>,
    mac: &'a [u8],
    /// The octets before the authentication code.
    covered: &'a [u8],
}

impl<'a> Objects<'a> {
    fn read(octets: &'a [u8]) -> Result<Self, SmError> {
        let (mut cryptogram, mut le) = (None, None);
        let mut rest = octets;
        while !rest.is_empty() {
            let (object, after) = tlv::read(rest).map_err(|_| SmError::BadObject)?;
            match object.tag {
                CRYPTOGRAM if cryptogram.is_none() && le.is_none() => match object.value {
                    [INDICATOR, data @ ..] if !data.is_empty() => cryptogram = Some(data),
                    _ => return Err(SmError::BadObject),
                },
                LE if le.is_none() => le = Some(object.value),
                MAC if object.value.len() == MAC_OCTETS && after.is_empty() => {
                    let covered = octets.get(..octets.len() - rest.len()).unwrap_or_default();
                    return Ok(Self {
                        cryptogram,
                        le,
                        mac: object.value,
                        covered,
                    });
                }
                _ => return Err(SmError::BadObject),
            }
            rest = after;
        }
        Err(SmError::MissingMac)
    }
}

/// Le as the plain command would state it: one octet in the short form; two in the extended form,
/// three where no data stands before it.
fn le_octets(command: &Command, ne: u32) -> Vec<u8> {
    let [high, low] = (ne as u16).to_be_bytes();
    if command.is_short() {
        vec![low]
    } else if command.data.is_empty() {
        vec![0, high, low]
    } else {
        vec![high, low]
    }
}

fn ne_of(le: &[u8]) -> Result<u32, SmError> {
    Ok(match le {
        [0] => SHORT_NE,
        [low] => u32::from(*low),
        [0, 0] | [0, 0, 0] => EXTENDED_NE,
        [high, low] | [0, high, low] => u32::from(u16::from_be_bytes([*high, *low])),
        _ => return Err(SmError::BadObject),
    })
}
