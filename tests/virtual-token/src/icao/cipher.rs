//! Block ciphers, key derivation and MACs (Doc 9303-11, clauses 4.4.3.3 and 9.7), one block at a
//! time: CBC and the retail MAC are written out here.

use aes::{Aes128, Aes192, Aes256};
use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A cipher by the last arc of a protocol's object identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cipher {
    TripleDes,
    Aes128,
    Aes192,
    Aes256,
}

impl Cipher {
    pub(super) fn numbered(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::TripleDes),
            2 => Some(Self::Aes128),
            3 => Some(Self::Aes192),
            4 => Some(Self::Aes256),
            _ => None,
        }
    }

    pub(super) fn block(self) -> usize {
        if self == Self::TripleDes { 8 } else { 16 }
    }

    pub(super) fn key(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Keys are numbered: 1 to encrypt, 2 for MACs, 3 from a password.
    pub(super) fn derive(self, secret: &[u8], number: u8) -> Vec<u8> {
        let input = [secret, &[0, 0, 0, number]].concat();
        let hash = match self {
            Self::TripleDes | Self::Aes128 => Sha1::digest(input).to_vec(),
            Self::Aes192 | Self::Aes256 => Sha256::digest(input).to_vec(),
        };
        hash[..self.key()].to_vec()
    }

    fn one(self, key: &[u8], block: &[u8], encrypts: bool) -> Vec<u8> {
        fn run<C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt>(
            key: &[u8],
            block: &[u8],
            encrypts: bool,
        ) -> Option<Vec<u8>> {
            let cipher = C::new_from_slice(key).ok()?;
            let mut block = Block::<C>::try_from(block).ok()?;
            if encrypts {
                cipher.encrypt_block(&mut block);
            } else {
                cipher.decrypt_block(&mut block);
            }
            Some(block.to_vec())
        }
        let done = match self {
            Self::TripleDes => run::<TdesEde2>(key, block, encrypts),
            Self::Aes128 => run::<Aes128>(key, block, encrypts),
            Self::Aes192 => run::<Aes192>(key, block, encrypts),
            Self::Aes256 => run::<Aes256>(key, block, encrypts),
        };
        // Keys and blocks are cut to size before.
        done.unwrap_or_default()
    }

    /// CBC from `start`.
    pub(super) fn encrypt(self, key: &[u8], start: &[u8], text: &[u8]) -> Vec<u8> {
        let mut before = start.to_vec();
        let mut out = Vec::new();
        for block in text.chunks_exact(self.block()) {
            before = self.one(key, &xor(block, &before), true);
            out.extend_from_slice(&before);
        }
        out
    }

    /// CBC from `start`.
    pub(super) fn decrypt(self, key: &[u8], start: &[u8], text: &[u8]) -> Vec<u8> {
        let mut before = start;
        let mut out = Vec::new();
        for block in text.chunks_exact(self.block()) {
            out.extend(xor(&self.one(key, block, false), before));
            before = block;
        }
        out
    }

    /// Eight octets over `text`; the retail MAC pads it, CMAC takes it as it is.
    pub(super) fn mac(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        fn cmac<M: Mac + cipher::KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
            let mac = <M as cipher::KeyInit>::new_from_slice(key);
            mac.map(|mac| mac.chain_update(text).finalize().into_bytes()[..8].to_vec())
                .unwrap_or_default()
        }
        match self {
            Self::TripleDes => {
                let des = |key: &[u8], block: &[u8], encrypts: bool| {
                    let des = Des::new_from_slice(key).ok()?;
                    let mut block = Block::<Des>::try_from(block).ok()?;
                    if encrypts {
                        des.encrypt_block(&mut block);
                    } else {
                        des.decrypt_block(&mut block);
                    }
                    Some(block.to_vec())
                };
                let mut state = vec![0; 8];
                for block in pad(text, 8).chunks_exact(8) {
                    state = des(&key[..8], &xor(&state, block), true).unwrap_or_default();
                }
                state = des(&key[8..16], &state, false).unwrap_or_default();
                des(&key[..8], &state, true).unwrap_or_default()
            }
            Self::Aes128 => cmac::<Cmac<Aes128>>(key, text),
            Self::Aes192 => cmac::<Cmac<Aes192>>(key, text),
            Self::Aes256 => cmac::<Cmac<Aes256>>(key, text),
        }
    }
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

/// 80 and zeros.
pub(super) fn pad(text: &[u8], block: usize) -> Vec<u8> {
    let mut padded = [text, &[0x80]].concat();
    while padded.len() % block != 0 {
        padded.push(0);
    }
    padded
}

/// Without 80 and zeros.
pub(super) fn unpad(text: &[u8]) -> Option<Vec<u8>> {
    let mut text = text.to_vec();
    while text.last() == Some(&0) {
        text.pop();
    }
    (text.pop() == Some(0x80)).then_some(text)
}
