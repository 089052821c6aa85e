//! Who was revoked, and how the sandbox tells: OCSP (STB 34.101.26) and a revocation list
//! (STB 34.101.19), in the profiles of STB 34.101.78.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kabinet_stb::bign::PrivateKey;
use kabinet_stb::hash::belt_hash;
use kabinet_stb::tlv::{self, Tlv};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::authority::Authorities;
use crate::der::{self, bit_string, oid, sequence, tlv as write};
use crate::x509::{self, Certificate, exactly, root_name, take};
use crate::{Problem, clock, files, hash, oids};

/// Where the responder is asked.
pub const OCSP_PATH: &str = "/ocsp";
/// Where the list is.
pub const LIST_PATH: &str = "/root.crl";

/// One who issued certificates, and who tells of their revocation.
pub struct Issuer {
    name: fn() -> Vec<u8>,
    key: &'static str,
    responder: fn(&Authorities) -> Result<Vec<u8>, Problem>,
    responder_key: &'static str,
}

/// The root.
pub const ROOT: Issuer = Issuer {
    name: root_name,
    key: "x509-root",
    responder: Authorities::responder_certificate,
    responder_key: "ocsp",
};

/// The authority that enrols.
pub const ISSUING: Issuer = Issuer {
    name: Authorities::issuing_name,
    key: "ca-issuing",
    responder: |authorities| authorities.enrolment_certificate("ca-ocsp"),
    responder_key: "ca-ocsp",
};

/// Seconds that an answer is good for.
const FRESH: i64 = 24 * 60 * 60;

const MALFORMED: [u8; 5] = [0x30, 3, 0x0A, 1, 1];

/// When and why a certificate was revoked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Revocation {
    /// Seconds since 1970.
    pub at: i64,
    /// Number of CRLReason (RFC 5280, clause 5.3.1).
    pub reason: u8,
}

/// The revoked certificates of the root, in `DATA/revoked.json`, by their serial numbers in hex.
pub struct Revocations {
    file: PathBuf,
    entries: BTreeMap<String, Revocation>,
    /// Serial numbers of what was issued; none when it is not known.
    issued: Vec<String>,
}

impl Revocations {
    /// Reads the file below `data`. `issued` are the certificates that the root issued, DER.
    ///
    /// # Errors
    /// When the file cannot be read or is none.
    pub fn open(data: &Path, issued: &[Vec<u8>]) -> Result<Self, Problem> {
        let file = data.join("revoked.json");
        let entries = match std::fs::read(&file) {
            Ok(octets) => serde_json::from_slice(&octets)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        let issued = issued.iter().filter_map(|der| serial(der)).collect();
        Ok(Self {
            file,
            entries,
            issued,
        })
    }

    /// Takes note of certificates that were issued, DER.
    pub fn learn(&mut self, certificates: &[Vec<u8>]) {
        for serial in certificates.iter().filter_map(|der| serial(der)) {
            if !self.issued.contains(&serial) {
                self.issued.push(serial);
            }
        }
    }

    /// Whether the certificate was revoked.
    #[must_use]
    pub fn is_revoked(&self, certificate: &Certificate) -> bool {
        exactly(&certificate.serial, 0x02).is_some_and(|one| self.is_revoked_serial(one.value))
    }

    /// Whether the certificate was revoked by that time, seconds since 1970.
    #[must_use]
    pub fn was_revoked(&self, certificate: &Certificate, at: i64) -> bool {
        let serial = exactly(&certificate.serial, 0x02);
        let entry = serial.and_then(|serial| self.entries.get(&hex::encode(serial.value)));
        entry.is_some_and(|revocation| revocation.at <= at)
    }

    /// Whether the certificate with these content octets of its serial number was revoked.
    #[must_use]
    pub fn is_revoked_serial(&self, serial: &[u8]) -> bool {
        self.entries.contains_key(&hex::encode(serial))
    }

    /// Revokes the certificate with these content octets of its serial number.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revoke(&mut self, serial: &[u8], revocation: Revocation) -> Result<(), Problem> {
        self.entries.insert(hex::encode(serial), revocation);
        self.keep()
    }

    fn keep(&self) -> Result<(), Problem> {
        files::write(&self.file, &serde_json::to_vec_pretty(&self.entries)?)?;
        Ok(())
    }

    /// Revokes a certificate (DER), or takes that back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&mut self, certificate: &[u8], state: Option<Revocation>) -> Result<(), Problem> {
        let serial = serial(certificate).ok_or(Problem::KeyFile)?;
        match state {
            Some(revocation) => self.entries.insert(serial, revocation),
            None => self.entries.remove(&serial),
        };
        self.keep()
    }

    /// The revocation list of one who issued, DER. It names whoever was revoked, whoever issued
    /// them: a number that is none of its own harms nobody.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn list(&self, authorities: &Authorities, issuer: &Issuer) -> Result<Vec<u8>, Problem> {
        let key = authorities.key(issuer.key)?;
        let now = clock::seconds();
        let time = |seconds| write(0x17, clock::utc_time(seconds).as_bytes());
        let mut entries = Vec::new();
        for (serial, revocation) in &self.entries {
            let serial = hex::decode(serial).map_err(|_| Problem::KeyFile)?;
            let reason = extension(oids::CRL_REASON, &[0x0A, 1, revocation.reason]);
            entries.extend(sequence(&[
                &write(0x02, &serial),
                &time(revocation.at),
                &sequence(&[&reason]),
            ]));
        }
        let list = match entries.is_empty() {
            true => Vec::new(),
            false => write(0x30, &entries),
        };
        let identifier = belt_hash(&key.public_key().to_bytes());
        let number = der::integer(&now.to_be_bytes());
        let extensions = sequence(&[
            &extension(
                oids::AUTHORITY_KEY_IDENTIFIER,
                &sequence(&[&write(0x80, &identifier)]),
            ),
            &extension(oids::CRL_NUMBER, &number),
        ]);
        let body = sequence(&[
            &[2, 1, 1],
            &x509::signature_algorithm(key.level()),
            &(issuer.name)(),
            &time(now),
            &time(now + FRESH),
            &list,
            &write(0xA0, &extensions),
        ]);
        Ok(x509::signed(&body, key))
    }

    /// Answers an OCSPRequest in DER with an OCSPResponse in DER.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn answer(&self, request: &[u8], authorities: &Authorities) -> Result<Vec<u8>, Problem> {
        let Some(identifiers) = identifiers(request) else {
            return Ok(MALFORMED.to_vec());
        };
        // One responder answers for one who issued: that of the first certificate that is asked for.
        let mut issuers = [ROOT, ISSUING].into_iter();
        let first = identifiers.first().and_then(|one| read_identifier(one));
        let asked = first.and_then(|(function, fields)| {
            issuers.find(|issuer| fields[1].value == function(&(issuer.name)()))
        });
        let issuer = asked.unwrap_or(ROOT);
        let root = authorities.key(issuer.key)?.public_key().to_bytes();
        let now = clock::seconds();
        let time = |seconds| write(0x18, clock::generalized_time(seconds).as_bytes());
        let mut answers = Vec::new();
        for identifier in identifiers {
            let Some((function, fields)) = read_identifier(&identifier) else {
                return Ok(MALFORMED.to_vec());
            };
            let [_, name_hash, key_hash, number] = fields;
            let ours =
                name_hash.value == function(&(issuer.name)()) && key_hash.value == function(&root);
            let number = hex::encode(number.value);
            let status = match self.entries.get(&number) {
                Some(revocation) if ours => write(
                    0xA1,
                    &[
                        time(revocation.at),
                        write(0xA0, &[0x0A, 1, revocation.reason]),
                    ]
                    .concat(),
                ),
                None if ours && self.issued.contains(&number) => write(0x80, &[]),
                _ => write(0x82, &[]),
            };
            answers.extend(sequence(&[
                &identifier,
                &status,
                &time(now),
                &write(0xA0, &time(now + FRESH)),
            ]));
        }
        let certificate = (issuer.responder)(authorities)?;
        let responder = Certificate::parse(&certificate).ok_or(Problem::KeyFile)?;
        let body = sequence(&[
            &write(0xA1, &responder.subject),
            &time(now),
            &write(0x30, &answers),
        ]);
        let basic = sequence(&[
            &signed(&body, authorities.key(issuer.responder_key)?),
            &write(0xA0, &sequence(&[&certificate])),
        ]);
        let octets = sequence(&[&oid(oids::OCSP_BASIC), &write(0x04, &basic)]);
        Ok(sequence(&[&[0x0A, 1, 0], &write(0xA0, &octets)]))
    }
}

/// Octets in DER with algorithm and signature behind them.
fn signed(body: &[u8], key: &PrivateKey) -> Vec<u8> {
    let signature = key.sign_hash(oids::BELT_HASH, &belt_hash(body));
    [
        body,
        &der::algorithm(oids::BIGN_WITH_HBELT),
        &bit_string(&signature),
    ]
    .concat()
}

fn extension(id: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), &write(0x04, value)])
}

/// The serial number of a certificate, its content octets in hex.
fn serial(certificate: &[u8]) -> Option<String> {
    let serial = Certificate::parse(certificate)?.serial;
    Some(hex::encode(exactly(&serial, 0x02)?.value))
}

/// The objects CertID of a request that keeps to the profile: nothing optional, so no version, no
/// name, no extensions, no signature.
fn identifiers(request: &[u8]) -> Option<Vec<Vec<u8>>> {
    let whole = exactly(request, 0x30)?;
    let [body] = take(&tlv::children(whole.value).ok()?)?;
    let [list] = take(&tlv::children(body.value).ok()?)?;
    let requests = tlv::children(list.value).ok()?;
    if body.tag != 0x30 || list.tag != 0x30 || requests.is_empty() {
        return None;
    }
    requests
        .iter()
        .map(|request| {
            let [identifier] = take(&tlv::children(request.value).ok()?)?;
            (identifier.tag == 0x30).then(|| identifier.raw.to_vec())
        })
        .collect()
}

type Identifier<'a> = (fn(&[u8]) -> Vec<u8>, [Tlv<'a>; 4]);

fn read_identifier(identifier: &[u8]) -> Option<Identifier<'_>> {
    let fields = take(&tlv::children(exactly(identifier, 0x30)?.value).ok()?)?;
    let [algorithm, name_hash, key_hash, serial] = &fields;
    let right = name_hash.tag == 0x04 && key_hash.tag == 0x04 && serial.tag == 0x02;
    let function = hash::of(algorithm.raw).filter(|_| right)?;
    Some((function, fields))
}
