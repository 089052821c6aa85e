//! EnvelopedData for one recipient (STB 34.101.78, clause 8.7): the content under belt-cfb256, its key
//! under bign-keytransport.

use belt_block::BeltBlock;
use cfb_mode::cipher::KeyIvInit as _;
use kabinet_stb::bign::PrivateKey;
use kabinet_stb::{Secret, SystemRandom, random, tlv};

use crate::der::{self, sequence, tlv as write};
use crate::oids;
use crate::x509::{Certificate, exactly, take};

/// Encrypts octets for whom that certificate is of; `None` for a key that takes no token.
#[must_use]
pub fn seal(content: &[u8], recipient: &Certificate) -> Option<Vec<u8>> {
    let key: [u8; 32] = random::bytes();
    let iv: [u8; 16] = random::bytes();
    let mut encrypted = content.to_vec();
    cfb_mode::Encryptor::<BeltBlock>::new(&key.into(), &iv.into()).encrypt(&mut encrypted);
    let token = recipient
        .key
        .seal_key_token(&Secret::new(key.to_vec()), &[0; 16], &mut SystemRandom)
        .ok()?;
    let one = sequence(&[
        &[2, 1, 0],
        &sequence(&[&recipient.issuer, &recipient.serial]),
        &der::algorithm(oids::BIGN_KEYTRANSPORT),
        &write(0x04, &token),
    ]);
    let body = sequence(&[
        &der::oid(oids::DATA),
        &sequence(&[&der::oid(oids::BELT_CFB256), &write(0x04, &iv)]),
        &write(0x80, &encrypted),
    ]);
    let enveloped = sequence(&[&[2, 1, 0], &write(0x31, &one), &body]);
    Some(sequence(&[
        &der::oid(oids::ENVELOPED_DATA),
        &write(0xA0, &enveloped),
    ]))
}

/// Decrypts what was encrypted for that certificate alone; `None` for anything out of the profile.
#[must_use]
pub fn open(message: &[u8], recipient: &Certificate, key: &PrivateKey) -> Option<Vec<u8>> {
    let [kind, wrapped] = take(&tlv::children(exactly(message, 0x30)?.value).ok()?)?;
    let fields = exactly(wrapped.value, 0x30)?;
    let [version, recipients, body] = take(&tlv::children(fields.value).ok()?)?;
    if kind.value != oids::ENVELOPED_DATA || wrapped.tag != 0xA0 || version.raw != [2, 1, 0] {
        return None;
    }
    let one = exactly(recipients.value, 0x30)?;
    let [version, name, transport, token] = take(&tlv::children(one.value).ok()?)?;
    let ours = sequence(&[&recipient.issuer, &recipient.serial]);
    if version.raw != [2, 1, 0]
        || name.raw != ours
        || transport.raw != der::algorithm(oids::BIGN_KEYTRANSPORT)
    {
        return None;
    }
    let [content_kind, cipher, encrypted] = take(&tlv::children(body.value).ok()?)?;
    let [cipher, iv] = take(&tlv::children(cipher.value).ok()?)?;
    if content_kind.value != oids::DATA || encrypted.tag != 0x80 {
        return None;
    }
    let content_key = key.open_key_token(&[0; 16], token.value).ok()?;
    let content_key: [u8; 32] = content_key.expose().try_into().ok()?;
    let iv: [u8; 16] = iv.value.try_into().ok()?;
    let mut content = encrypted.value.to_vec();
    if cipher.value != oids::BELT_CFB256 {
        return None;
    }
    cfb_mode::Decryptor::<BeltBlock>::new(&content_key.into(), &iv.into()).decrypt(&mut content);
    Some(content)
}
