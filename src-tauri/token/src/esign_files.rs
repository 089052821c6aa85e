//! What the files of the eSign application hold (clauses 6.5, 6.6, 12.3.5 and annex B).

use kabinet_stb::tlv;

use crate::files::{FILE_NAME, certificate_file, key_hash_file};
use crate::{CardError, Session};

/// Tag of a hash value in a file of eSign.
const HASH: u32 = 0x04;

/// What the file for a certificate holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFile {
    /// The certificate, DER.
    Certificate(Vec<u8>),
    /// The belt-hash of the request whose certificate is awaited.
    RequestHash([u8; 32]),
}

impl Session {
    /// The X.501 `Name` of the holder, DER; `None` when the file is empty. Right bit 13 of eSign.
    /// Only a terminal can write it.
    ///
    /// # Errors
    ///
    /// As [`Self::read_file`].
    pub fn read_name(&mut self) -> Result<Option<Vec<u8>>, CardError> {
        self.read_file(FILE_NAME)
    }

    /// The certificate of the key `key` (01..03), DER; `None` when there is none, also when the
    /// file holds the hash of a request that waits for its certificate. Right bit 15 of eSign.
    ///
    /// # Errors
    ///
    /// As [`Self::read_file`].
    pub fn read_certificate(&mut self, key: u8) -> Result<Option<Vec<u8>>, CardError> {
        let file = self.read_file(certificate_file(key))?;
        Ok(file.filter(|der| der.first() == Some(&0x30)))
    }

    /// What the file for the certificate of the key `key` (01..03) holds; `None` when it is empty
    /// or not there. Right bit 15 of eSign.
    ///
    /// # Errors
    ///
    /// As [`Self::read_file`]; [`CardError::Protocol`] also for contents that are neither.
    pub fn read_certificate_file(&mut self, key: u8) -> Result<Option<CertificateFile>, CardError> {
        let Some(der) = self.read_file(certificate_file(key))? else {
            return Ok(None);
        };
        if der.first() == Some(&0x30) {
            return Ok(Some(CertificateFile::Certificate(der)));
        }
        let hash = tlv::read_only(HASH, &der).ok();
        match hash.and_then(|hash| hash.try_into().ok()) {
            Some(hash) => Ok(Some(CertificateFile::RequestHash(hash))),
            None => Err(CardError::Protocol("neither a certificate nor a hash")),
        }
    }

    /// Writes the certificate of the key `key` (01..03), DER, which answers the request with that
    /// belt-hash. Right bit 13 of eSign.
    ///
    /// Until the last command the file reads as the hash of the request, and with that command as
    /// the certificate: a card that is pulled out in between still tells what to ask for.
    ///
    /// # Errors
    ///
    /// As [`Self::update_file`]; [`CardError::Protocol`] also for what is no SEQUENCE of DER
    /// (nothing is sent).
    pub fn write_certificate(
        &mut self,
        key: u8,
        certificate: &[u8],
        request_hash: &[u8; 32],
    ) -> Result<(), CardError> {
        const NONE: CardError = CardError::Protocol("not a certificate");
        // The place of the hash with its tag and length.
        const HEAD: usize = 34;
        let parts = certificate.split_at_checked(HEAD);
        let is_sequence = tlv::read_only(0x30, certificate).is_ok();
        let (head, rest) = parts.filter(|_| is_sequence).ok_or(NONE)?;
        self.write_request_hash(key, request_hash)?;
        self.update_file_from(certificate_file(key), HEAD, rest)?;
        self.update_file(certificate_file(key), head)
    }

    /// Writes the belt-hash of a certificate request in the place where its certificate will be;
    /// by it the certificate is asked for once it is issued (STB 34.101.78). Right bit 13 of eSign.
    ///
    /// # Errors
    ///
    /// As [`Self::update_file`].
    pub fn write_request_hash(&mut self, key: u8, hash: &[u8; 32]) -> Result<(), CardError> {
        self.update_file(certificate_file(key), &tlv::encode(HASH, hash))
    }

    /// The hash of the public key `key` (01..03), 20 or 32 octets, as a certificate's
    /// SubjectKeyIdentifier has it; `None` when the file is empty or not there. Right bit 15 of
    /// eSign.
    ///
    /// # Errors
    ///
    /// As [`Self::read_file`]; [`CardError::Protocol`] also for another form or length.
    pub fn read_key_hash(&mut self, key: u8) -> Result<Option<Vec<u8>>, CardError> {
        let Some(der) = self.read_file(key_hash_file(key))? else {
            return Ok(None);
        };
        match tlv::read_only(HASH, &der) {
            Ok(hash) if is_key_hash(hash) => Ok(Some(hash.to_vec())),
            _ => Err(CardError::Protocol("not the hash of a key")),
        }
    }

    /// Writes the hash of the public key `key` (01..03), 20 or 32 octets. A card may do so by
    /// itself when it makes the key. Right bit 13 of eSign.
    ///
    /// # Errors
    ///
    /// As [`Self::update_file`]; [`CardError::Protocol`] also for another length (nothing is sent).
    pub fn write_key_hash(&mut self, key: u8, hash: &[u8]) -> Result<(), CardError> {
        if !is_key_hash(hash) {
            return Err(CardError::Protocol("not the hash of a key"));
        }
        self.update_file(key_hash_file(key), &tlv::encode(HASH, hash))
    }
}

fn is_key_hash(hash: &[u8]) -> bool {
    matches!(hash.len(), 20 | 32)
}
