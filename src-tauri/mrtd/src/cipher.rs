//! The ciphers of PACE, BAC and secure messaging: two-key Triple DES and AES (Doc 9303-11, clauses
//! 9.7 and 9.8).

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit,
    KeyIvInit,
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::MrtdError;

/// Octets of a MAC in secure messaging and of an authentication token.
pub(crate) const MAC: usize = 8;

/// Which key of a shared secret (clause 9.7.1).
#[derive(Clone, Copy)]
pub(crate) enum Use {
    Encryption = 1,
    Mac = 2,
    Password = 3,
}

/// A cipher with its key length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cipher {
    TripleDes,
    Aes128,
    Aes192,
    Aes256,
}

/// Runs an expression with `$type` as the block cipher.
macro_rules! with_cipher {
    ($cipher:expr, $type:ident => $body:expr) => {
        match $cipher {
            Cipher::TripleDes => {
                type $type = TdesEde2;
                $body
            }
            Cipher::Aes128 => {
                type $type = Aes128;
                $body
            }
            Cipher::Aes192 => {
                type $type = Aes192;
                $body
            }
            Cipher::Aes256 => {
                type $type = Aes256;
                $body
            }
        }
    };
}

impl Cipher {
    /// Octets of a block.
    pub(crate) fn block(self) -> usize {
        match self {
            Self::TripleDes => 8,
            _ => 16,
        }
    }

    /// Octets of a key.
    pub(crate) fn key(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// A key from a shared secret: the beginning of a hash of it and a counter (clause 9.7.1). The
    /// parity bits of DES keys are left as they are: nothing looks at them.
    pub(crate) fn derive(self, secret: &[u8], usage: Use) -> Zeroizing<Vec<u8>> {
        let counter = (usage as u32).to_be_bytes();
        let mut key = match self {
            Self::TripleDes | Self::Aes128 => Sha1::new()
                .chain_update(secret)
                .chain_update(counter)
                .finalize()
                .to_vec(),
            Self::Aes192 | Self::Aes256 => Sha256::new()
                .chain_update(secret)
                .chain_update(counter)
                .finalize()
                .to_vec(),
        };
        // Only shortened, so nothing of it is left behind elsewhere.
        let mut key = Zeroizing::new(std::mem::take(&mut key));
        key.truncate(self.key());
        key
    }

    /// CBC without padding; `iv` has one block, `text` whole blocks.
    pub(crate) fn encrypt(
        self,
        key: &[u8],
        iv: &[u8],
        text: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, MrtdError> {
        let mut out = Zeroizing::new(text.to_vec());
        with_cipher!(self, Block => {
            let cbc = cbc::Encryptor::<Block>::new_from_slices(key, iv).map_err(|_| WRONG)?;
            cbc.encrypt_padded::<NoPadding>(&mut out, text.len()).map_err(|_| WRONG)?;
        });
        Ok(out)
    }

    /// CBC without padding; `iv` has one block, `text` whole blocks.
    pub(crate) fn decrypt(
        self,
        key: &[u8],
        iv: &[u8],
        text: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, MrtdError> {
        let mut out = Zeroizing::new(text.to_vec());
        with_cipher!(self, Block => {
            let cbc = cbc::Decryptor::<Block>::new_from_slices(key, iv).map_err(|_| WRONG)?;
            cbc.decrypt_padded::<NoPadding>(&mut out).map_err(|_| WRONG)?;
        });
        Ok(out)
    }

    /// The MAC of 8 octets: CMAC, or with Triple DES the retail MAC (ISO/IEC 9797-1, algorithm 3,
    /// padding method 2).
    pub(crate) fn mac(self, key: &[u8], text: &[u8]) -> Result<[u8; MAC], MrtdError> {
        fn cmac<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> Result<[u8; MAC], MrtdError> {
            let mac = <M as KeyInit>::new_from_slice(key).map_err(|_| WRONG)?;
            let tag = mac.chain_update(text).finalize().into_bytes();
            tag.first_chunk().copied().ok_or(WRONG)
        }
        match self {
            Self::TripleDes => retail_mac(key, text),
            Self::Aes128 => cmac::<Cmac<Aes128>>(key, text),
            Self::Aes192 => cmac::<Cmac<Aes192>>(key, text),
            Self::Aes256 => cmac::<Cmac<Aes256>>(key, text),
        }
    }
}

/// Keys and texts come from within; a length that does not fit is a fault of the caller.
const WRONG: MrtdError = MrtdError::Malformed("a length that the cipher does not have");

/// CBC of single DES with the first half of the key; the last block again with the second half and
/// the first.
fn retail_mac(key: &[u8], text: &[u8]) -> Result<[u8; MAC], MrtdError> {
    let (first, second) = key.split_at_checked(8).ok_or(WRONG)?;
    let first = Des::new_from_slice(first).map_err(|_| WRONG)?;
    let second = Des::new_from_slice(second).map_err(|_| WRONG)?;
    let mut state = Block::<Des>::default();
    for block in pad(text, 8).chunks_exact(8) {
        state
            .iter_mut()
            .zip(block)
            .for_each(|(state, octet)| *state ^= octet);
        first.encrypt_block(&mut state);
    }
    second.decrypt_block(&mut state);
    first.encrypt_block(&mut state);
    Ok(state.into())
}

/// Padding method 2 of ISO/IEC 9797-1: 80 and zeros up to whole blocks, at least one octet.
pub(crate) fn pad(text: &[u8], block: usize) -> Zeroizing<Vec<u8>> {
    let length = (text.len() / block + 1) * block;
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.extend_from_slice(text);
    padded.push(0x80);
    padded.resize(length, 0);
    padded
}

/// What is before the padding of [`pad`].
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|octet| *octet != 0)?;
    (padded.get(end) == Some(&0x80)).then(|| padded.get(..end))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        hex::decode(digits).unwrap()
    }

    /// Without the parity bits, which the examples set.
    fn effective(key: &[u8]) -> Vec<u8> {
        key.iter().map(|octet| octet & 0xFE).collect()
    }

    /// Doc 9303-11, appendix D.
    #[test]
    fn triple_des_as_in_the_worked_example() {
        let cipher = Cipher::TripleDes;
        let seed = hex("239AB9CB282DAF66231DC5A4DF6BFBAE");
        let encryption = cipher.derive(&seed, Use::Encryption);
        let mac = cipher.derive(&seed, Use::Mac);
        assert_eq!(
            effective(&encryption),
            effective(&hex("AB94FDECF2674FDFB9B391F85D7F76F2"))
        );
        assert_eq!(
            effective(&mac),
            effective(&hex("7962D9ECE03D1ACD4C76089DCE131543"))
        );
        let s = hex("781723860C06C2264608F919887022120B795240CB7049B01C19B33E32804F0B");
        let sealed = cipher.encrypt(&encryption, &[0; 8], &s).unwrap();
        let expected = hex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2");
        assert_eq!(*sealed, expected);
        assert_eq!(*cipher.decrypt(&encryption, &[0; 8], &sealed).unwrap(), s);
        assert_eq!(
            cipher.mac(&mac, &sealed).unwrap().to_vec(),
            hex("5F1448EEA8AD90A7")
        );
    }

    /// Doc 9303-11, appendix G.
    #[test]
    fn aes_as_in_the_worked_example() {
        let cipher = Cipher::Aes128;
        let secret = hex("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD");
        let key = cipher.derive(&secret, Use::Password);
        assert_eq!(*key, hex("89DED1B26624EC1E634C1989302849DD"));
        let nonce = cipher.decrypt(&key, &[0; 16], &hex("95A3A016522EE98D01E76CB6B98B42C3"));
        assert_eq!(*nonce.unwrap(), hex("3F00C4D39D153F2B2A214A078D899B22"));
    }

    #[test]
    fn padding_comes_off_again() {
        for length in 0..40 {
            let text = vec![0x80; length];
            assert_eq!(unpad(&pad(&text, 16)), Some(&text[..]));
        }
        assert_eq!(unpad(&[0; 8]), None);
        assert_eq!(unpad(&[1, 2, 3]), None);
    }

    #[test]
    fn a_wrong_length_is_an_error() {
        assert!(
            Cipher::Aes128
                .encrypt(&[0; 16], &[0; 16], &[0; 15])
                .is_err()
        );
        assert!(Cipher::Aes256.mac(&[0; 16], &[]).is_err());
        assert!(Cipher::TripleDes.mac(&[0; 7], &[]).is_err());
    }
}
