//! A certification authority for the tests, written octet by octet and without the crate's code.

use kabinet_pki::{Signer, Time, TrustAnchors};
use kabinet_stb::{
    bign::{Level, PrivateKey},
    hash::{bash384, bash512, belt_hash},
    oid,
    tlv::{self, encode},
};

pub const KEY_CERT_SIGN: u8 = 0x04;
pub const PERSON_USAGE: u8 = 0xE0;

/// What a certificate is to say.
#[derive(Clone)]
pub struct Spec {
    pub subject: &'static str,
    pub serial: Vec<u8>,
    pub not_before: &'static str,
    pub not_after: &'static str,
    /// The first octet of the key usage.
    pub key_usage: Option<u8>,
    /// The path length, for a CA.
    pub authority: Option<Option<u8>>,
    pub purposes: Vec<&'static [u8]>,
    /// More extensions: identifier, criticality, value.
    pub more: Vec<(&'static [u8], bool, Vec<u8>)>,
    pub level: Level,
}

impl Spec {
    pub fn person(subject: &'static str) -> Self {
        Self {
            subject,
            serial: vec![0x1F, subject.len() as u8],
            not_before: "250101000000Z",
            not_after: "341231235959Z",
            key_usage: Some(PERSON_USAGE),
            authority: None,
            purposes: vec![
                &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02],
                &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04],
            ],
            more: Vec::new(),
            level: Level::L128,
        }
    }

    pub fn authority(subject: &'static str) -> Self {
        Self {
            key_usage: Some(KEY_CERT_SIGN | 0x02),
            authority: Some(None),
            purposes: Vec::new(),
            not_before: "200101000000Z",
            not_after: "391231235959Z",
            ..Self::person(subject)
        }
    }
}

/// A key with its certificate.
pub struct Identity {
    pub name: &'static str,
    pub key: PrivateKey,
    pub certificate: Vec<u8>,
}

impl Identity {
    /// A self-signed certificate.
    pub fn root(spec: &Spec) -> Self {
        let key = key(spec);
        let certificate = issue(spec, &key, spec.subject, &key);
        Self {
            name: spec.subject,
            key,
            certificate,
        }
    }

    /// A certificate by this authority.
    pub fn issue(&self, spec: &Spec) -> Self {
        let key = key(spec);
        let certificate = issue(spec, &key, self.name, &self.key);
        Self {
            name: spec.subject,
            key,
            certificate,
        }
    }

    pub fn anchors(&self) -> TrustAnchors {
        let mut anchors = TrustAnchors::default();
        anchors.add(&self.certificate).unwrap();
        anchors
    }
}

impl Signer for Identity {
    type Error = std::convert::Infallible;

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, Self::Error> {
        Ok(self.key.sign_hash(hash_oid(self.key.level()), hash))
    }
}

/// The usual pair: a root and a person.
pub fn world() -> (Identity, Identity) {
    let root = Identity::root(&Spec::authority("Test Root"));
    let person = root.issue(&Spec::person("ADAM MITSKEVICH"));
    (root, person)
}

/// The moment that most tests sign and check at.
pub fn now() -> Time {
    Time::new(2026, 11, 23, 12, 0, 0).unwrap()
}

pub fn hash_oid(level: Level) -> &'static [u8] {
    match level {
        Level::L128 => oid::BELT_HASH,
        Level::L192 => oid::BASH384,
        Level::L256 => oid::BASH512,
    }
}

pub fn digest(level: Level, octets: &[u8]) -> Vec<u8> {
    match level {
        Level::L128 => belt_hash(octets).to_vec(),
        Level::L192 => bash384(octets).to_vec(),
        Level::L256 => bash512(octets).to_vec(),
    }
}

/// AlgorithmIdentifier with NULL.
pub fn algorithm(oid_value: &[u8]) -> Vec<u8> {
    encode(0x30, &[encode(0x06, oid_value), vec![0x05, 0x00]].concat())
}

/// bign with the hash function of the level.
pub fn signature_algorithm(level: Level) -> Vec<u8> {
    let last = match level {
        Level::L128 => 0x0C,
        Level::L192 => 0x0E,
        Level::L256 => 0x0F,
    };
    algorithm(&[0x2A, 0x70, 0x00, 0x02, 0x00, 0x22, 0x65, 0x2D, last])
}

/// A name with the common name and the serial number of an ID card.
pub fn name(common_name: &str) -> Vec<u8> {
    let attribute = |oid: &[u8], tag, text: &str| {
        let pair = [encode(0x06, oid), encode(tag, text.as_bytes())].concat();
        encode(0x31, &encode(0x30, &pair))
    };
    let parts = [
        attribute(&[0x55, 0x04, 0x03], 0x0C, common_name),
        attribute(&[0x55, 0x04, 0x05], 0x13, "IDCBY-590082394654"),
        attribute(&[0x55, 0x04, 0x06], 0x13, "BY"),
    ];
    encode(0x30, &parts.concat())
}

/// One key for each subject, the same in every run.
fn key(spec: &Spec) -> PrivateKey {
    let half = belt_hash(spec.subject.as_bytes());
    let octets = [&half[..], &half].concat();
    PrivateKey::from_bytes(spec.level, &octets[..spec.level.key_len()]).unwrap()
}

fn issue(spec: &Spec, key: &PrivateKey, issuer: &str, issuer_key: &PrivateKey) -> Vec<u8> {
    let curve = match spec.level {
        Level::L128 => 0x01,
        Level::L192 => 0x02,
        Level::L256 => 0x03,
    };
    let curve = [0x2A, 0x70, 0x00, 0x02, 0x00, 0x22, 0x65, 0x2D, 0x03, curve];
    let key_algorithm = [encode(0x06, oid::BIGN_PUBKEY), encode(0x06, &curve)].concat();
    let public_key = [vec![0], key.public_key().to_bytes()].concat();
    let key_info = [encode(0x30, &key_algorithm), encode(0x03, &public_key)].concat();
    let time = |text: &str| encode(0x17, text.as_bytes());
    let tbs = [
        encode(0xA0, &encode(0x02, &[2])),
        encode(0x02, &spec.serial),
        signature_algorithm(issuer_key.level()),
        name(issuer),
        encode(
            0x30,
            &[time(spec.not_before), time(spec.not_after)].concat(),
        ),
        name(spec.subject),
        encode(0x30, &key_info),
        encode(0xA3, &encode(0x30, &extensions(spec))),
    ];
    sign_certificate(&encode(0x30, &tbs.concat()), issuer_key)
}

/// A certificate with another field at this place of its TBSCertificate, signed anew.
pub fn with_field(
    certificate: &[u8],
    place: usize,
    change: impl FnOnce(&[u8]) -> Vec<u8>,
    issuer_key: &PrivateKey,
) -> Vec<u8> {
    let (whole, _) = tlv::read(certificate).unwrap();
    let (tbs, _) = tlv::read(whole.value).unwrap();
    let fields = tlv::children(tbs.value).unwrap();
    let mut fields: Vec<_> = fields.iter().map(|field| field.raw.to_vec()).collect();
    fields[place] = change(&fields[place]);
    sign_certificate(&encode(0x30, &fields.concat()), issuer_key)
}

/// Puts the signature to a TBSCertificate.
pub fn sign_certificate(tbs: &[u8], issuer_key: &PrivateKey) -> Vec<u8> {
    let level = issuer_key.level();
    let signature = issuer_key.sign_hash(hash_oid(level), &digest(level, tbs));
    let parts = [
        tbs.to_vec(),
        signature_algorithm(level),
        encode(0x03, &[vec![0], signature].concat()),
    ];
    encode(0x30, &parts.concat())
}

fn extensions(spec: &Spec) -> Vec<u8> {
    let mut all = spec.more.clone();
    if let Some(usage) = spec.key_usage {
        let unused = usage.trailing_zeros() as u8;
        all.push((&[0x55, 0x1D, 0x0F], true, encode(0x03, &[unused, usage])));
    }
    let constraints = match spec.authority {
        None => Vec::new(),
        Some(None) => encode(0x01, &[0xFF]),
        Some(Some(limit)) => [encode(0x01, &[0xFF]), encode(0x02, &[limit])].concat(),
    };
    all.push((&[0x55, 0x1D, 0x13], true, encode(0x30, &constraints)));
    if !spec.purposes.is_empty() {
        let list: Vec<u8> = spec
            .purposes
            .iter()
            .flat_map(|oid| encode(0x06, oid))
            .collect();
        all.push((&[0x55, 0x1D, 0x25], true, encode(0x30, &list)));
    }
    all.iter()
        .flat_map(|(oid, critical, value)| {
            let flag = if *critical {
                encode(0x01, &[0xFF])
            } else {
                Vec::new()
            };
            encode(
                0x30,
                &[encode(0x06, oid), flag, encode(0x04, value)].concat(),
            )
        })
        .collect()
}
