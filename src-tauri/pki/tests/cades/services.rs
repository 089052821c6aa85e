//! What tells of revocation and time, written octet by octet: revocation lists, OCSP responses and
//! time stamps, honest and not.

use kabinet_stb::{bign::Level, hash::belt_hash, oid, tlv::encode};

use super::{
    authority::{Identity, Spec, algorithm, digest, hash_oid, name, signature_algorithm},
    message::{
        Message, attribute, content_type, message_digest, pkcs9, serial_of, signing_certificate,
        signing_time,
    },
};

pub const TIME_STAMPING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 8];
pub const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];
const TST_INFO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 0x10, 1, 4];
const OCSP_BASIC: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1];
const RI_OCSP: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x10, 2];

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    encode(0x30, &parts.concat())
}

fn bits(octets: &[u8]) -> Vec<u8> {
    encode(0x03, &[&[0], octets].concat())
}

/// Signs octets in DER and puts the algorithm and the signature behind them.
fn signed(octets: &[u8], signer: &Identity) -> Vec<u8> {
    let level = signer.key.level();
    let signature = signer
        .key
        .sign_hash(hash_oid(level), &digest(level, octets));
    [octets, &signature_algorithm(level)[..], &bits(&signature)].concat()
}

pub fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical {
        encode(0x01, &[0xFF])
    } else {
        Vec::new()
    };
    sequence(&[&encode(0x06, oid), &flag, &encode(0x04, value)])
}

/// A revocation list.
pub struct List<'a> {
    pub issuer: &'a Identity,
    pub this_update: &'static str,
    pub next_update: Option<&'static str>,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl<'a> List<'a> {
    /// One of the day of the tests that names nobody.
    pub fn of(issuer: &'a Identity) -> Self {
        Self {
            issuer,
            this_update: "261123000000Z",
            next_update: Some("261124000000Z"),
            entries: Vec::new(),
            extensions: vec![extension(&[0x55, 0x1D, 0x14], false, &[2, 1, 7])],
        }
    }

    pub fn revoking(mut self, subject: &str, at: &str, reason: u8) -> Self {
        let reason = extension(&[0x55, 0x1D, 0x15], false, &[0x0A, 1, reason]);
        let time = encode(0x17, at.as_bytes());
        let entry = sequence(&[&serial_of(subject), &time, &sequence(&[&reason])]);
        self.entries.push(entry);
        self
    }

    pub fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    pub fn sign(&self) -> Vec<u8> {
        let time = |text: &str| encode(0x17, text.as_bytes());
        let entries = match self.entries.is_empty() {
            true => Vec::new(),
            false => encode(0x30, &self.entries.concat()),
        };
        let tbs = sequence(&[
            &[2, 1, 1],
            &signature_algorithm(self.issuer.key.level()),
            &name(self.issuer.name),
            &time(self.this_update),
            &self.next_update.map(time).unwrap_or_default(),
            &entries,
            &encode(0xA0, &encode(0x30, &self.extensions.concat())),
        ]);
        encode(0x30, &signed(&tbs, self.issuer))
    }
}

/// An OCSP response on one certificate.
pub struct Response<'a> {
    pub issuer: &'a Identity,
    pub responder: &'a Identity,
    pub subject: &'static str,
    /// CertStatus.
    pub status: Vec<u8>,
    pub produced_at: &'static str,
    pub this_update: &'static str,
    pub next_update: Option<&'static str>,
    pub extensions: Vec<Vec<u8>>,
    /// Octets that are hashed as the issuer's key.
    pub issuer_key: Vec<u8>,
    pub by_key: bool,
    /// Whether the responder's certificate is left out.
    pub is_bare: bool,
}

impl<'a> Response<'a> {
    /// One of the day of the tests that says good.
    pub fn good(issuer: &'a Identity, responder: &'a Identity, subject: &'static str) -> Self {
        Self {
            issuer,
            responder,
            subject,
            status: encode(0x80, &[]),
            produced_at: "20261123000000Z",
            this_update: "20261123000000Z",
            next_update: Some("20261124000000Z"),
            extensions: Vec::new(),
            issuer_key: issuer.key.public_key().to_bytes(),
            by_key: false,
            is_bare: false,
        }
    }

    pub fn revoked(mut self, at: &str, reason: u8) -> Self {
        let reason = encode(0xA0, &[0x0A, 1, reason]);
        let time = encode(0x18, at.as_bytes());
        self.status = encode(0xA1, &[time, reason].concat());
        self
    }

    pub fn sign(&self) -> Vec<u8> {
        let time = |text: &str| encode(0x18, text.as_bytes());
        let identifier = sequence(&[
            &algorithm(oid::BELT_HASH),
            &encode(0x04, &belt_hash(&name(self.issuer.name))),
            &encode(0x04, &belt_hash(&self.issuer_key)),
            &serial_of(self.subject),
        ]);
        let next = self.next_update.map(|next| encode(0xA0, &time(next)));
        let answer = sequence(&[
            &identifier,
            &self.status,
            &time(self.this_update),
            &next.unwrap_or_default(),
        ]);
        let key = self.responder.key.public_key().to_bytes();
        let responder = if self.by_key {
            encode(0xA2, &encode(0x04, &belt_hash(&key)))
        } else {
            encode(0xA1, &name(self.responder.name))
        };
        let extensions = match self.extensions.is_empty() {
            true => Vec::new(),
            false => encode(0xA1, &encode(0x30, &self.extensions.concat())),
        };
        let data = sequence(&[
            &responder,
            &time(self.produced_at),
            &sequence(&[&answer]),
            &extensions,
        ]);
        let certificates = match self.is_bare {
            true => Vec::new(),
            false => encode(0xA0, &sequence(&[&self.responder.certificate])),
        };
        let basic = sequence(&[&signed(&data, self.responder), &certificates]);
        let octets = sequence(&[&encode(0x06, OCSP_BASIC), &encode(0x04, &basic)]);
        sequence(&[&[0x0A, 1, 0], &encode(0xA0, &octets)])
    }
}

/// An OCSP response as a signature carries it.
pub fn as_choice(response: &[u8]) -> Vec<u8> {
    encode(0xA1, &[&encode(0x06, RI_OCSP), response].concat())
}

pub fn responder_spec(subject: &'static str) -> Spec {
    Spec {
        purposes: vec![OCSP_SIGNING],
        key_usage: Some(0xC0),
        ..Spec::person(subject)
    }
}

pub fn stamper_spec(subject: &'static str) -> Spec {
    Spec {
        purposes: vec![TIME_STAMPING],
        key_usage: Some(0xC0),
        ..Spec::person(subject)
    }
}

/// TSTInfo over these octets.
pub fn stamp_info(over: &[u8], time: &str, more: &[u8]) -> Vec<u8> {
    let imprint = sequence(&[&algorithm(oid::BELT_HASH), &encode(0x04, &belt_hash(over))]);
    sequence(&[
        &[2, 1, 1],
        // bpki-role-tsa.
        &encode(0x06, &[0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x4E, 2, 0x1F]),
        &imprint,
        &[2, 1, 0x2A],
        &encode(0x18, time.as_bytes()),
        more,
    ])
}

/// The message that a stamp is, before it is signed.
pub fn stamp_message(stamper: &Identity, issuer: &Identity, info: &[u8]) -> Message {
    assert_eq!(stamper.key.level(), Level::L128);
    let mut message = Message::of(stamper, issuer.name);
    message.content_type = TST_INFO.to_vec();
    message.content = Some(info.to_vec());
    message.attributes = Some(vec![
        content_type(TST_INFO),
        message_digest(info),
        signing_time("261123120000Z"),
        signing_certificate(&stamper.certificate, None),
    ]);
    message
}

/// An honest stamp over these octets.
pub fn stamp(stamper: &Identity, issuer: &Identity, over: &[u8], time: &str) -> Vec<u8> {
    stamp_message(stamper, issuer, &stamp_info(over, time, &[])).sign(&stamper.key)
}

/// A token over the imprint of the request.
pub fn answer(stamper: &Identity, issuer: &Identity, request: &[u8], time: &str) -> Vec<u8> {
    // TimeStampReq, version, messageImprint: the imprint is its last 32 octets before certReq.
    let end = request.len() - 3;
    assert_eq!(request[end..], [1, 1, 0xFF]);
    let info = stamp_info(b"", time, &[]);
    let place = info.windows(2).position(|two| two == [0x04, 0x20]).unwrap() + 2;
    let info = [&info[..place], &request[end - 32..end], &info[place + 32..]].concat();
    stamp_message(stamper, issuer, &info).sign(&stamper.key)
}

/// A TimeStampResp that grants a token.
pub fn granted(token: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[&[2, 1, 0]]), token])
}

/// The unsigned attribute signature-time-stamp with these tokens.
pub fn signature_stamps(tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut tokens = tokens.to_vec();
    tokens.sort();
    encode(0xA1, &pkcs9(&[16, 2, 14], &tokens.concat()))
}

/// The signed attribute content-time-stamp with a token.
pub fn content_stamp(token: &[u8]) -> Vec<u8> {
    pkcs9(&[16, 2, 20], token)
}

/// An attribute that means nothing here.
pub fn unknown_attribute(number: u8) -> Vec<u8> {
    attribute(&[0x2A, 0x03, number], &encode(0x04, &[number]))
}
