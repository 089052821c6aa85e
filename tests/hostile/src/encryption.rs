//! Encrypted content. Made-up octets name recipients or are refused; what opens has as many octets as
//! the structure says, and only a genuine token of ours opens.

use std::io::Cursor;

use kabinet_pki::{RecipientName, SoftwareKey, decrypt, encrypted_for};
use kabinet_stb::bign::{Level, PrivateKey};

const CERTIFICATE: &[u8] =
    include_bytes!("../../../src-tauri/pki/tests/fixtures/bee2evp/encrypted/recipient-128.cer");
/// The key of that certificate, made for the fixtures.
const KEY: [u8; 32] = [
    0x5C, 0x25, 0xCB, 0xE2, 0x32, 0x64, 0x9B, 0x06, 0x00, 0xA6, 0x52, 0xD6, 0x81, 0x0B, 0x68, 0xCF,
    0x1A, 0x9C, 0xFE, 0x1C, 0x5B, 0xF3, 0x09, 0x05, 0x06, 0xC0, 0x68, 0xFD, 0x64, 0x2D, 0x23, 0xC3,
];

pub(crate) fn enveloped_data(octets: &[u8]) {
    let key = PrivateKey::from_bytes(Level::L128, &KEY).unwrap();
    let mut key = SoftwareKey {
        key: &key,
        certificate: CERTIFICATE,
    };
    let found = encrypted_for(Cursor::new(octets));
    let opened = decrypt(octets, &mut key);
    let Ok(found) = found else {
        assert!(opened.is_err());
        return;
    };
    assert!(!found.recipients.is_empty() && found.recipients.len() <= 256);
    assert!(found.length < octets.len() as u64);
    if let Ok((content, decrypted)) = opened {
        assert_eq!(content.expose().len() as u64, found.length);
        assert_eq!(Some(decrypted.encryption), found.encryption);
        let is_other = |name: &RecipientName| matches!(name, RecipientName::Other);
        assert!(!found.recipients.iter().all(is_other));
    }
}
