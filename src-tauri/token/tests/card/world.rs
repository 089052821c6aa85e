//! A virtual card on a wire, and the certificates of terminals that it lets in.

use std::time::Duration;

use kabinet_stb::access::{EidRights, EsignRights};
use kabinet_stb::bign::{Level, PrivateKey, PublicKey};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::{Secret, hash, oid, tlv};
use kabinet_token::{CancelToken, Card, CardError, Hello, Password, ReaderAddress, Session};
use serde_json::json;
use virtual_token::card_file::answer_to_reset;
use virtual_token::reader::Slot;

use crate::wire::Wire;

pub(crate) const PIN: &str = "123456";
pub(crate) const CAN: &str = "654321";
pub(crate) const PUK: &str = "0123456789";
pub(crate) const WRONG: &str = "999999";

/// Reading of all data groups.
const ALL_GROUPS: EidRights = EidRights(0x3F_FFFF << 8);
/// Everything that a word can name.
pub(crate) const EVERYTHING: (EidRights, EsignRights) =
    (EidRights(0x3F_3FFF_FF33), EsignRights(0xF7C0));
const BIGN_PUBKEY: &str = "2A7000020022652D0201";
const BELT_HASH: &str = "2A7000020022651F51";

/// One card and whoever it trusts.
pub(crate) struct World {
    pub(crate) slot: Slot,
    pub(crate) address: ReaderAddress,
    _wire: Wire,
    /// The certificate in file 5201: DER by its tag and length.
    pub(crate) certificate: Vec<u8>,
    /// The key 01.
    pub(crate) sign_key: PublicKey,
    /// The key 11.
    pub(crate) remote_key: PublicKey,
    pub(crate) card_key: PublicKey,
    pub(crate) terminal: PrivateKey,
    /// Reads all data groups, not by CAN, and does everything in eSign.
    pub(crate) terminal_certificate: Vec<u8>,
    /// Does everything.
    pub(crate) trusted_certificate: Vec<u8>,
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What a dialogue over a real reader died of is hard to see otherwise.
            let losses = self.slot.with_card(|card| card.power_losses());
            eprintln!("last commands {:?}, power losses {losses}", self.heads());
        }
        // The next card may need the reader.
        self.slot.eject();
    }
}

impl World {
    pub(crate) fn new(extended_length: bool) -> Self {
        let mut random = SystemRandom;
        let mut key = || PrivateKey::generate(Level::L128, &mut random);
        let (sign, own, root, terminal, remote) = (key(), key(), key(), key(), key());
        let filler: Vec<u8> = (0..900u32).map(|n| (n * 7 + 1) as u8).collect();
        let certificate = tlv::encode(0x30, &filler);
        let issue = |holder: &str, subject: &PublicKey, rights| {
            cv_certificate("BYCA00010001", &root, holder, subject, rights)
        };
        let group = |tag, text: &str| hex::encode_upper(tlv::encode(tag, text.as_bytes()));
        let hex = |octets: &[u8]| hex::encode_upper(octets);
        let secret = |key: &PrivateKey| hex(key.to_secret().expose());
        let file = json!({
            "name": "citizen",
            "atr": hex(&answer_to_reset(extended_length).0),
            "extended_length": extended_length,
            "passwords": {"pin": PIN, "can": CAN, "puk": PUK},
            "eid": {
                "0103": group(0x43, "20330321"),
                "0104": "440B41646ED18C2F412F416461",
                "0108": group(0x48, "1990    "),
                "0112": group(0x52, "ZIPBY-220045"),
            },
            "esign": {"name": "30003000", "keys": [
                {
                    "reference": "01",
                    "private_key": secret(&sign),
                    "certificate": hex(&certificate),
                },
                {"reference": "11", "private_key": secret(&remote)},
            ]},
            "bauth": {
                "private_key": secret(&own),
                "certificate": hex(&issue("590082394654", &own.public_key(), None)),
                "root": hex(&issue("BYCA00010001", &root.public_key(), Some(EVERYTHING.0))),
            },
        });
        let mut card = virtual_token::Card::from_json(&file.to_string()).unwrap();
        card.set_penalty(Duration::ZERO);
        let slot = Slot::new(card);
        let wire = Wire::plug(&slot);
        Self {
            address: wire.address.clone(),
            _wire: wire,
            slot,
            certificate,
            sign_key: sign.public_key(),
            card_key: own.public_key(),
            terminal_certificate: issue("TERM00000001", &terminal.public_key(), Some(ALL_GROUPS)),
            trusted_certificate: issue("TERM00000002", &terminal.public_key(), Some(EVERYTHING.0)),
            remote_key: remote.public_key(),
            terminal,
        }
    }

    pub(crate) fn connect(&self) -> Result<Card, CardError> {
        Card::connect(&self.address, CancelToken::new())
    }

    pub(crate) fn open(&self, password: Password, digits: &str) -> Result<Session, CardError> {
        self.open_for(password, digits, None)
    }

    pub(crate) fn open_for(
        &self,
        password: Password,
        digits: &str,
        signatures: Option<u8>,
    ) -> Result<Session, CardError> {
        let hello = hello(signatures);
        self.connect()?.open(password, &secret(digits), &hello)
    }

    /// A certificate for the terminal by a root that the card does not know.
    pub(crate) fn stranger_certificate(&self) -> Vec<u8> {
        let root = PrivateKey::generate(Level::L128, &mut SystemRandom);
        let (holder, key) = ("TERM00000003", self.terminal.public_key());
        cv_certificate("BYCA00010001", &root, holder, &key, Some(EVERYTHING.0))
    }

    pub(crate) fn attempts(&self) -> u8 {
        self.slot.with_card(|card| card.pin_attempts())
    }

    /// Heads (INS P1 P2) of the commands since the last call.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.slot.with_card(|card| {
            let heads = card.heads().map(hex::encode_upper).collect();
            card.reset_counters();
            heads
        })
    }
}

/// Asks for everything.
pub(crate) fn hello(signatures: Option<u8>) -> Hello {
    Hello {
        eid: Some(EVERYTHING.0),
        esign: Some(EVERYTHING.1),
        signatures_per_confirmation: signatures,
    }
}

pub(crate) fn secret(digits: &str) -> Secret {
    Secret::new(digits.as_bytes().to_vec())
}

/// OID of belt-hash, content octets.
pub(crate) fn belt_hash_oid() -> Vec<u8> {
    hex::decode(BELT_HASH).unwrap()
}

/// A CV certificate of clause 9.1, written out here so that no other code of ours judges itself.
fn cv_certificate(
    authority: &str,
    issuer: &PrivateKey,
    holder: &str,
    key: &PublicKey,
    rights: Option<EidRights>,
) -> Vec<u8> {
    let bits = [&[0x00][..], &key.to_bytes()].concat();
    let algorithm = hex::decode(BIGN_PUBKEY).unwrap();
    let mut content = vec![
        tlv::encode(0x5F29, &[0]),
        tlv::encode(0x42, authority.as_bytes()),
        tlv::encode(
            0x7F49,
            &[tlv::encode(0x06, &algorithm), tlv::encode(0x03, &bits)].concat(),
        ),
        tlv::encode(0x5F20, holder.as_bytes()),
    ];
    if let Some(rights) = rights {
        let word = &rights.to_octets();
        let template = [tlv::encode(0x06, oid::EID_ACCESS), tlv::encode(0x04, word)].concat();
        content.push(tlv::encode(0x7F4C, &template));
    }
    content.push(tlv::encode(0x5F25, &[2, 5, 0, 1, 0, 1]));
    content.push(tlv::encode(0x5F24, &[9, 9, 1, 2, 3, 1]));
    if rights.is_some() {
        let identifier = tlv::encode(0x06, oid::ESIGN_ACCESS);
        let template = [identifier, tlv::encode(0x04, &[0xFF, 0xC0])].concat();
        let identifier = tlv::encode(0x06, oid::ESIGN_AUTH_EXTENSION);
        let extension = [identifier, tlv::encode(0x7F4C, &template)].concat();
        content.push(tlv::encode(0x65, &tlv::encode(0x73, &extension)));
    }
    let body = tlv::encode(0x7F4E, &content.concat());
    let signature = issuer.sign_hash(&belt_hash_oid(), &hash::belt_hash(&body));
    tlv::encode(0x7F21, &[body, tlv::encode(0x5F37, &signature)].concat())
}
