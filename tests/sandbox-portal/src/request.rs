//! Requests for certificates (STB 34.101.17), as an authority reads them.

use kabinet_stb::bign::PublicKey;
use kabinet_stb::tlv;

use crate::oids;
use crate::x509::{self, exactly, take};

/// A request whose signature is of the key that is in it.
pub struct Request {
    /// DER of the subject's Name.
    pub subject: Vec<u8>,
    /// The key to certify.
    pub key: PublicKey,
    /// Extensions that are asked for: content octets of the identifier, and the value.
    pub extensions: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Request {
    /// Reads a request; `None` when it is none, or its signature is of another key.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let whole = exactly(octets, 0x30)?;
        let [body, algorithm, signature] = take(&tlv::children(whole.value).ok()?)?;
        let [version, subject, key, attributes] = take(&tlv::children(body.value).ok()?)?;
        if version.raw != [2, 1, 0] || attributes.tag != 0xA0 {
            return None;
        }
        let key = x509::read_key(key.value)?;
        let (id, hash) = x509::digest(key.level(), body.raw);
        let fits = algorithm.raw == x509::signature_algorithm(key.level());
        key.verify_hash(id, &hash, signature.value.strip_prefix(&[0])?)
            .ok()
            .filter(|()| fits)?;
        let mut extensions = Vec::new();
        for attribute in tlv::children(attributes.value).ok()? {
            let [id, values] = take(&tlv::children(attribute.value).ok()?)?;
            if id.value != oids::EXTENSION_REQUEST {
                continue;
            }
            for extension in tlv::children(exactly(values.value, 0x30)?.value).ok()? {
                let parts = tlv::children(extension.value).ok()?;
                extensions.push((parts.first()?.value.to_vec(), parts.last()?.value.to_vec()));
            }
        }
        Some(Self {
            subject: subject.raw.to_vec(),
            key,
            extensions,
        })
    }

    /// The value of an extension that is asked for.
    #[must_use]
    pub fn extension(&self, id: &[u8]) -> Option<&[u8]> {
        let found = self.extensions.iter().find(|(one, _)| one == id);
        found.map(|(_, value)| value.as_slice())
    }
}
