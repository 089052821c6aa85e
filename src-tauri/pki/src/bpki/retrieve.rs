//! BPKIRetrieveReq: asking again for what was not ready (STB 34.101.78, clauses 8.12 and 9.5).

use kabinet_stb::tlv;

use super::{MessageError, response::fixed};
use crate::strict::{self, Fault, Fields, OCTET_STRING, SEQUENCE};

/// A question for the certificate of an earlier request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrieveRequest {
    /// Belt-hash of the earlier request.
    pub request_id: [u8; 32],
    /// Random octets, which the answer repeats.
    pub nonce: [u8; 8],
}

impl RetrieveRequest {
    /// BPKIRetrieveReq in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let parts = [&self.request_id[..], &self.nonce];
        let parts = parts.map(|part| tlv::encode(OCTET_STRING, part));
        tlv::encode(SEQUENCE, &parts.concat())
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`MessageError::Format`] for what is none.
    pub fn from_der(der: &[u8]) -> Result<Self, MessageError> {
        Ok(read(der)?)
    }
}

fn read(der: &[u8]) -> Result<RetrieveRequest, Fault> {
    strict::check(der)?;
    let mut fields = Fields::new(strict::only(SEQUENCE, der)?);
    let request_id = fixed(fields.take(OCTET_STRING)?.value)?;
    let nonce = fixed(fields.take(OCTET_STRING)?.value)?;
    fields.end()?;
    Ok(RetrieveRequest { request_id, nonce })
}
