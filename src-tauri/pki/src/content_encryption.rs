//! Algorithms of encrypted content: belt-cfb and belt-ctr with keys of three lengths (STB 34.101.31),
//! named as STB 34.101.78, clause 7, and the engine bee2evp name them.

use kabinet_stb::{
    Secret,
    belt::{IV_LEN, Mode, StreamCipher},
    bign::Level,
    tlv,
};

use crate::strict::{Fault, Fields, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};

/// What all identifiers of STB 34.101.31 begin with.
const BELT: [u8; 8] = [0x2A, 0x70, 0x00, 0x02, 0x00, 0x22, 0x65, 0x1F];

/// How content is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentEncryption {
    /// belt-cfb or belt-ctr.
    pub mode: Mode,
    /// The content key is as many bits long as this level says.
    pub key_length: Level,
}

impl ContentEncryption {
    const ALL: [Self; 6] = {
        const fn of(mode: Mode, key_length: Level) -> ContentEncryption {
            ContentEncryption { mode, key_length }
        }
        [
            of(Mode::Cfb, Level::L128),
            of(Mode::Cfb, Level::L192),
            of(Mode::Cfb, Level::L256),
            of(Mode::Ctr, Level::L128),
            of(Mode::Ctr, Level::L192),
            of(Mode::Ctr, Level::L256),
        ]
    };

    /// The name of the algorithm in the standard, such as `belt-cfb128`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.mode, self.key_length) {
            (Mode::Cfb, Level::L128) => "belt-cfb128",
            (Mode::Cfb, Level::L192) => "belt-cfb192",
            (Mode::Cfb, Level::L256) => "belt-cfb256",
            (Mode::Ctr, Level::L128) => "belt-ctr128",
            (Mode::Ctr, Level::L192) => "belt-ctr192",
            (Mode::Ctr, Level::L256) => "belt-ctr256",
        }
    }

    /// Octets of the content key: 16, 24 or 32.
    #[must_use]
    pub const fn key_len(self) -> usize {
        self.key_length.bits() / 8
    }

    /// Content octets of the identifier: arcs 31 to 33 and 41 to 43.
    fn oid(self) -> Vec<u8> {
        let first = match self.mode {
            Mode::Cfb => 31,
            Mode::Ctr => 41,
        };
        let arc = match self.key_length {
            Level::L128 => first,
            Level::L192 => first + 1,
            Level::L256 => first + 2,
        };
        [&BELT[..], &[arc]].concat()
    }

    /// AlgorithmIdentifier with the initial value.
    pub(crate) fn identifier(self, iv: &[u8; IV_LEN]) -> Vec<u8> {
        let oid = tlv::encode(OBJECT_IDENTIFIER, &self.oid());
        tlv::encode(SEQUENCE, &[oid, tlv::encode(OCTET_STRING, iv)].concat())
    }

    /// Reads the content of an AlgorithmIdentifier that passed [`crate::strict::check`]; none for
    /// another algorithm.
    pub(crate) fn read(value: &[u8]) -> Result<Option<(Self, [u8; IV_LEN])>, Fault> {
        let mut fields = Fields::new(value);
        let oid = fields.take(OBJECT_IDENTIFIER)?.value;
        let Some(found) = Self::ALL.into_iter().find(|one| one.oid() == oid) else {
            return Ok(None);
        };
        let iv = fields.take(OCTET_STRING)?.value;
        fields.end()?;
        let iv = iv
            .try_into()
            .map_err(|_| "the initial value of the encryption is not of 16 octets")?;
        Ok(Some((found, iv)))
    }

    /// Starts to encrypt; none when the key is of another length.
    pub(crate) fn encryptor(self, key: &Secret, iv: &[u8; IV_LEN]) -> Option<StreamCipher> {
        let key = key.expose();
        let fits = key.len() == self.key_len();
        fits.then(|| StreamCipher::encryptor(self.mode, key, iv))?
    }

    /// Starts to decrypt; none when the key is of another length.
    pub(crate) fn decryptor(self, key: &Secret, iv: &[u8; IV_LEN]) -> Option<StreamCipher> {
        let key = key.expose();
        let fits = key.len() == self.key_len();
        fits.then(|| StreamCipher::decryptor(self.mode, key, iv))?
    }
}
