//! Card verifiable certificates (STB 34.101.79, chapter 9), written by the sandbox's authorities.

use kabinet_stb::bign::{Level, PrivateKey, PublicKey};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::tlv::children;

use crate::der::{bit_string, nest, oid, tlv};
use crate::oids;
use crate::x509::{exactly, take};

/// Everything that the standard can grant: eID word of five octets, eSign word of two.
pub const ALL_RIGHTS: Rights = Rights {
    eid: 0x3F_3FFF_FF33,
    esign: 0xF7C0,
};

/// What the identity service's terminal may do: check age and place, work with a card that was
/// opened by CAN, read what the portal asks for. Nothing with keys.
pub const TERMINAL_RIGHTS: Rights = Rights {
    eid: terminal_word(),
    esign: 0,
};

/// No rights: a card.
pub const NO_RIGHTS: Rights = Rights { eid: 0, esign: 0 };

/// Words of rights; the bits as in the tables of clause 7.3.
#[derive(Clone, Copy)]
pub struct Rights {
    /// 40 bits.
    pub eid: u64,
    /// 16 bits.
    pub esign: u16,
}

const fn terminal_word() -> u64 {
    let groups = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 17, 18, 21, 22];
    let mut word = 0b1_0011;
    let mut index = 0;
    while index < groups.len() {
        word |= 1 << (groups[index] + 7);
        index += 1;
    }
    word
}

/// What goes into a certificate.
pub struct Contents<'a> {
    /// `BYCA0XXX` or `BYCA1XXX`.
    pub authority: &'a str,
    /// An authority's name, or the serial number of a card or terminal, 8 to 12 characters.
    pub holder: &'a str,
    /// The holder's key.
    pub key: &'a PublicKey,
    /// A word without any right is left out of the certificate.
    pub rights: Rights,
    /// First day, `YYMMDD`.
    pub from: &'a str,
    /// Last day, `YYMMDD`.
    pub until: &'a str,
}

/// DER of a certificate signed with `issuer`.
#[must_use]
pub fn issue(contents: &Contents<'_>, issuer: &PrivateKey) -> Vec<u8> {
    let Rights { eid, esign } = contents.rights;
    let template = match eid {
        0 => Vec::new(),
        // The low five of eight octets.
        _ => access(oids::EID_ACCESS, &eid.to_be_bytes()[3..]),
    };
    let extension = match esign {
        0 => Vec::new(),
        _ => {
            let word = access(oids::ESIGN_ACCESS, &esign.to_be_bytes());
            tlv(0x65, &nest(0x73, &[&oid(oids::SIGN_AUTH_EXT), &word]))
        }
    };
    let key = bit_string(&contents.key.to_bytes());
    let body = nest(
        0x7F4E,
        &[
            &tlv(0x5F29, &[0]),
            &tlv(0x42, contents.authority.as_bytes()),
            &nest(0x7F49, &[&oid(oids::BIGN_PUBKEY), &key]),
            &tlv(0x5F20, contents.holder.as_bytes()),
            &template,
            &tlv(0x5F25, &digits(contents.from)),
            &tlv(0x5F24, &digits(contents.until)),
            &extension,
        ],
    );
    let signature = issuer.sign_hash(oids::BELT_HASH, &belt_hash(&body));
    nest(0x7F21, &[&body, &tlv(0x5F37, &signature)])
}

/// The key in a card's certificate, when `authority` issued it and it is valid `today` (`YYMMDD`).
#[must_use]
pub fn check_card(certificate: &[u8], authority: &PublicKey, today: &str) -> Option<PublicKey> {
    let whole = exactly(certificate, 0x7F21)?;
    let [body, signature] = take(&children(whole.value).ok()?)?;
    // A card's certificate has neither rights nor extensions.
    let [_profile, _authority, key, _holder, from, until] = take(&children(body.value).ok()?)?;
    let today = digits(today);
    let in_time = from.value <= today.as_slice() && today.as_slice() <= until.value;
    let [kind, key] = take(&children(key.value).ok()?)?;
    let tags = (body.tag, signature.tag, from.tag, until.tag);
    if tags != (0x7F4E, 0x5F37, 0x5F25, 0x5F24) || kind.value != oids::BIGN_PUBKEY || !in_time {
        return None;
    }
    authority
        .verify_hash(oids::BELT_HASH, &belt_hash(body.raw), signature.value)
        .ok()?;
    PublicKey::from_bytes(Level::L128, key.value.strip_prefix(&[0])?).ok()
}

/// CertHAT: a word of rights for one application.
fn access(application: &[u8], word: &[u8]) -> Vec<u8> {
    nest(0x7F4C, &[&oid(application), &tlv(0x04, word)])
}

/// One octet a digit.
fn digits(date: &str) -> Vec<u8> {
    date.bytes().map(|digit| digit.wrapping_sub(b'0')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root, a subordinate and a terminal as another implementation wrote them.
    #[test]
    fn matches_known_certificates() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../tests/vectors/cvc.json")).unwrap();
        let mut compared = 0;
        for vector in vectors["vectors"]["valid"].as_array().unwrap() {
            let (inputs, expected) = (&vector["inputs"], &vector["outputs"]["cert"]);
            let text = |name: &str| inputs[name].as_str().unwrap_or_default();
            if text("issuer_privkey").len() != 64 {
                continue;
            }
            let key = |name: &str| {
                PrivateKey::from_bytes(Level::L128, &hex::decode(text(name)).unwrap()).unwrap()
            };
            let rights = Rights {
                eid: u64::from_str_radix(text("eid"), 16).unwrap(),
                esign: u16::from_str_radix(text("esign"), 16).unwrap(),
            };
            let certificate = issue(
                &Contents {
                    authority: text("authority"),
                    holder: text("holder"),
                    key: &key("privkey").public_key(),
                    rights,
                    from: text("from"),
                    until: text("until"),
                },
                &key("issuer_privkey"),
            );
            assert_eq!(
                hex::encode_upper(certificate),
                expected.as_str().unwrap(),
                "{}",
                vector["id"]
            );
            compared += 1;
        }
        assert!(compared >= 3);
    }
}
