//! CV certificates as the card reads them (clause 9.1), apart from the client's own reader.

use kabinet_stb::bign::{Level, PublicKey};
use kabinet_stb::tlv::{self, Tlv};
use kabinet_stb::{hash, oid};

use crate::rights::Rights;

/// A CV certificate whose form is right; its signature is checked by [`Certificate::is_signed_by`].
pub struct Certificate {
    authority: Vec<u8>,
    holder: Vec<u8>,
    key: PublicKey,
    rights: Rights,
    from: [u8; 6],
    until: [u8; 6],
    /// The whole `7F4E` object, which is what is signed.
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl Certificate {
    /// Reads the whole `7F21` object.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let (whole, rest) = tlv::read(octets).ok()?;
        (whole.tag == 0x7F21 && rest.is_empty()).then_some(())?;
        Self::from_parts(whole.value)
    }

    /// Reads body and signature one after the other, as commands bring them.
    #[must_use]
    pub fn from_parts(octets: &[u8]) -> Option<Self> {
        let parts = tlv::children(octets).ok()?;
        let [body, signature] = parts.as_slice() else {
            return None;
        };
        (body.tag == 0x7F4E && signature.tag == 0x5F37).then_some(())?;
        let mut fields = Fields(tlv::children(body.value).ok()?.into_iter().peekable());
        (fields.take(0x5F29)? == [0]).then_some(())?;
        let authority = name(fields.take(0x42)?)?;
        let key = public_key(fields.take(0x7F49)?)?;
        let holder = name(fields.take(0x5F20)?)?;
        let mut templates = Vec::new();
        templates.extend(fields.take_if(0x7F4C));
        let from = date(fields.take(0x5F25)?)?;
        let until = date(fields.take(0x5F24)?)?;
        let extensions = match fields.take_if(0x65) {
            Some(extensions) => tlv::children(extensions.value).ok()?,
            None => Vec::new(),
        };
        let eid = Rights::from_templates(&templates)?;
        let esign = Rights::from_templates(&esign_templates(&extensions)?)?;
        let misplaced = eid.esign != 0 || esign.eid != 0;
        if misplaced || from > until || fields.0.next().is_some() {
            return None;
        }
        Some(Self {
            authority,
            holder,
            key,
            rights: Rights {
                eid: eid.eid,
                esign: esign.esign,
            },
            from,
            until,
            body: body.raw.to_vec(),
            signature: signature.value.to_vec(),
        })
    }

    /// Whether `issuer` is the one that the certificate names, and signed it with a key that is
    /// not weaker.
    #[must_use]
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        let level = issuer.key.level();
        let (algorithm, hash) = match level {
            Level::L128 => (oid::BELT_HASH, hash::belt_hash(&self.body).to_vec()),
            Level::L192 => (oid::BASH384, hash::bash384(&self.body).to_vec()),
            Level::L256 => (oid::BASH512, hash::bash512(&self.body).to_vec()),
        };
        self.authority == issuer.holder
            && level.bits() >= self.key.level().bits()
            && issuer
                .key
                .verify_hash(algorithm, &hash, &self.signature)
                .is_ok()
    }

    /// Whether the holder issues certificates: authorities are named BYCA.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.holder.starts_with(b"BYCA")
    }

    /// The holder's key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// Both words; one that is missing allows nothing.
    #[must_use]
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// First and last day, `YYMMDD`, one digit an octet.
    #[must_use]
    pub fn days(&self) -> ([u8; 6], [u8; 6]) {
        (self.from, self.until)
    }
}

/// The fields of the body, which come in one order only.
struct Fields<'a>(std::iter::Peekable<std::vec::IntoIter<Tlv<'a>>>);

impl<'a> Fields<'a> {
    fn take(&mut self, tag: u32) -> Option<&'a [u8]> {
        self.take_if(tag).map(|field| field.value)
    }

    fn take_if(&mut self, tag: u32) -> Option<Tlv<'a>> {
        self.0.next_if(|field| field.tag == tag)
    }
}

fn name(octets: &[u8]) -> Option<Vec<u8>> {
    let printable = |o: &u8| o.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(o);
    ((8..=12).contains(&octets.len()) && octets.iter().all(printable)).then(|| octets.to_vec())
}

fn public_key(octets: &[u8]) -> Option<PublicKey> {
    let parts = tlv::children(octets).ok()?;
    let [algorithm, key] = parts.as_slice() else {
        return None;
    };
    let ours = algorithm.tag == 0x06 && algorithm.value == oid::BIGN_PUBKEY && key.tag == 0x03;
    let (0, key) = key.value.split_first().filter(|_| ours)? else {
        return None;
    };
    let level = Level::of_public_key_len(key.len())?;
    PublicKey::from_bytes(level, key).ok()
}

fn date(octets: &[u8]) -> Option<[u8; 6]> {
    let date: [u8; 6] = octets.try_into().ok()?;
    let [_, _, m1, m2, d1, d2] = date;
    let digits = date.iter().all(|digit| *digit <= 9);
    let (month, day) = (
        u16::from(m1) * 10 + u16::from(m2),
        u16::from(d1) * 10 + u16::from(d2),
    );
    (digits && (1..=12).contains(&month) && (1..=31).contains(&day)).then_some(date)
}

/// The CertHAT objects inside the only extension that there may be.
fn esign_templates<'a>(extensions: &[Tlv<'a>]) -> Option<Vec<Tlv<'a>>> {
    let [extension] = extensions else {
        return extensions.is_empty().then(Vec::new);
    };
    let parts = tlv::children(extension.value).ok()?;
    match parts.as_slice() {
        [id, word]
            if extension.tag == 0x73
                && id.tag == 0x06
                && id.value == oid::ESIGN_AUTH_EXTENSION
                && word.tag == 0x7F4C =>
        {
            Some(vec![*word])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    #[test]
    fn certificates_of_the_vectors_are_read_and_verified() {
        let text = include_str!("../tests/vectors/cvc.json");
        let vectors: Value = serde_json::from_str(text).unwrap();
        let mut known = BTreeMap::new();
        for row in vectors["vectors"]["valid"].as_array().unwrap() {
            let octets = hex::decode(row["outputs"]["cert"].as_str().unwrap()).unwrap();
            let certificate = Certificate::parse(&octets).unwrap();
            let word = row["inputs"]["eid"].as_str().unwrap();
            assert_eq!(
                certificate.rights().eid,
                u64::from_str_radix(word, 16).unwrap()
            );
            let id = row["id"].as_str().unwrap().trim_start_matches("cvc-");
            known.insert(id.to_owned(), certificate);
            let issuer = &known[row["inputs"]["issuer_cert"].as_str().unwrap()];
            assert!(known[id].is_signed_by(issuer), "{id}");
        }
        assert!(!known["term"].is_signed_by(&known["root"]));
    }
}
