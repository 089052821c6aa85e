//! A writer of CMS signatures for the tests that can also write what no honest signer would.

use kabinet_pki::{Report, TrustAnchors, Validation, Verdict, verify};
use kabinet_stb::{bign::PrivateKey, hash::belt_hash, oid, tlv::encode};
use std::io::Cursor;

use super::authority::{Identity, algorithm, name, now, signature_algorithm};

pub const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
pub const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
pub const CONTENT: &[u8] = b"What was signed.";

/// Everything that goes into a signature.
pub struct Message {
    pub content_type: Vec<u8>,
    pub content: Option<Vec<u8>>,
    pub listed_digest: Vec<u8>,
    pub digest_algorithm: Vec<u8>,
    pub signature_algorithm: Vec<u8>,
    pub certificates: Vec<Vec<u8>>,
    /// The objects RevocationInfoChoice.
    pub revocations: Vec<Vec<u8>>,
    /// IssuerAndSerialNumber.
    pub identifier: Vec<u8>,
    /// None leaves the signed attributes out.
    pub attributes: Option<Vec<Vec<u8>>>,
    pub unsigned: Vec<u8>,
    pub keep_order: bool,
}

impl Message {
    /// What a person of this name, with the serial number of its certificate, would sign.
    pub fn of(person: &Identity, issuer: &str) -> Self {
        let identifier = issuer_and_serial(issuer, person.name);
        Self {
            content_type: DATA.to_vec(),
            content: Some(CONTENT.to_vec()),
            listed_digest: algorithm(oid::BELT_HASH),
            digest_algorithm: algorithm(oid::BELT_HASH),
            signature_algorithm: signature_algorithm(person.key.level()),
            certificates: vec![person.certificate.clone()],
            revocations: Vec::new(),
            identifier: encode(0x30, &identifier),
            attributes: Some(vec![
                content_type(DATA),
                message_digest(CONTENT),
                signing_time("261123120000Z"),
                signing_certificate(&person.certificate, Some((issuer, person.name))),
            ]),
            unsigned: Vec::new(),
            keep_order: false,
        }
    }

    pub fn attributes(&mut self) -> &mut Vec<Vec<u8>> {
        self.attributes.as_mut().unwrap()
    }

    fn signed(&self) -> Option<Vec<u8>> {
        self.attributes.as_ref().map(|attributes| {
            let mut attributes = attributes.clone();
            if !self.keep_order {
                attributes.sort();
            }
            attributes.concat()
        })
    }

    /// The signature value with this key.
    pub fn signature(&self, key: &PrivateKey) -> Vec<u8> {
        let over = match self.signed() {
            Some(attributes) => encode(0x31, &attributes),
            None => CONTENT.to_vec(),
        };
        key.sign_hash(oid::BELT_HASH, &belt_hash(&over))
    }

    /// The SignerInfo, signed with this key.
    pub fn signer_info(&self, key: &PrivateKey) -> Vec<u8> {
        let signed = self.signed();
        let signature = self.signature(key);
        let parts = [
            encode(0x02, &[1]),
            self.identifier.clone(),
            self.digest_algorithm.clone(),
            signed
                .map(|attributes| encode(0xA0, &attributes))
                .unwrap_or_default(),
            self.signature_algorithm.clone(),
            encode(0x04, &signature),
            self.unsigned.clone(),
        ];
        encode(0x30, &parts.concat())
    }

    /// The whole signature with these signers.
    pub fn wrap(&self, signer_infos: &[u8]) -> Vec<u8> {
        let content = self
            .content
            .as_ref()
            .map(|content| encode(0xA0, &encode(0x04, content)));
        let encapsulated = [
            encode(0x06, &self.content_type),
            content.unwrap_or_default(),
        ]
        .concat();
        let parts = [
            encode(0x02, &[1]),
            encode(0x31, &self.listed_digest),
            encode(0x30, &encapsulated),
            encode(0xA0, &self.certificates.concat()),
            if self.revocations.is_empty() {
                Vec::new()
            } else {
                encode(0xA1, &self.revocations.concat())
            },
            encode(0x31, signer_infos),
        ];
        wrap_signed_data(&parts.concat())
    }

    pub fn sign(&self, key: &PrivateKey) -> Vec<u8> {
        self.wrap(&self.signer_info(key))
    }
}

/// ContentInfo around the fields of a SignedData.
pub fn wrap_signed_data(fields: &[u8]) -> Vec<u8> {
    let explicit = encode(0xA0, &encode(0x30, fields));
    encode(0x30, &[encode(0x06, SIGNED_DATA), explicit].concat())
}

pub fn attribute(oid_value: &[u8], values: &[u8]) -> Vec<u8> {
    encode(
        0x30,
        &[encode(0x06, oid_value), encode(0x31, values)].concat(),
    )
}

/// An attribute of PKCS #9: 1.2.840.113549.1.9 and the rest.
pub fn pkcs9(rest: &[u8], values: &[u8]) -> Vec<u8> {
    let arc = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09];
    attribute(&[&arc[..], rest].concat(), values)
}

pub fn content_type(oid_value: &[u8]) -> Vec<u8> {
    pkcs9(&[3], &encode(0x06, oid_value))
}

pub fn message_digest(content: &[u8]) -> Vec<u8> {
    pkcs9(&[4], &encode(0x04, &belt_hash(content)))
}

pub fn signing_time(utc_time: &str) -> Vec<u8> {
    pkcs9(&[5], &encode(0x17, utc_time.as_bytes()))
}

/// signingCertificateV2; with issuer and subject it has issuerSerial too.
pub fn signing_certificate(certificate: &[u8], names: Option<(&str, &str)>) -> Vec<u8> {
    let issuer_serial = names.map(|(issuer, subject)| {
        let general = encode(0x30, &encode(0xA4, &name(issuer)));
        encode(0x30, &[general, serial_of(subject)].concat())
    });
    let reference = [
        algorithm(oid::BELT_HASH),
        encode(0x04, &belt_hash(certificate)),
        issuer_serial.unwrap_or_default(),
    ];
    let list = encode(0x30, &encode(0x30, &reference.concat()));
    pkcs9(&[16, 2, 47], &encode(0x30, &list))
}

fn issuer_and_serial(issuer: &str, subject: &str) -> Vec<u8> {
    [name(issuer), serial_of(subject)].concat()
}

/// The serial number that the test's authority gives.
pub fn serial_of(subject: &str) -> Vec<u8> {
    encode(0x02, &[0x1F, subject.len() as u8])
}

pub fn check(signature: &[u8], anchors: &TrustAnchors) -> Report {
    let validation = Validation::new(anchors, now());
    verify(Cursor::new(signature), None, &validation).unwrap()
}

/// Fails with the report when the verdict is another.
#[track_caller]
pub fn expect(signature: &[u8], anchors: &TrustAnchors, verdict: Verdict) {
    let report = check(signature, anchors);
    assert_eq!(report.verdict, verdict, "{report:#?}");
}
