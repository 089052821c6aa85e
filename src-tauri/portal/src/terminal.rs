//! The terminal of a portal or a registration authority, as the client hears it: what it asks and
//! sends to the card (STB 34.101.79 chapter 10), in the fields `btok_` of what answers a form.

use jiff::Timestamp;

use crate::b64::{self, B64};
use crate::error::PortalError;
use crate::request::AuthenticationRequest;

/// Most certificates in the terminal's chain.
const CHAIN_LIMIT: usize = 8;
/// Most commands in one batch, and most batches: a hostile terminal must not keep the card for ever.
const BATCH_LIMIT: usize = 4096;
const BATCHES_LIMIT: usize = 64;

/// A terminal that has said what it asks.
pub struct Terminal {
    request: AuthenticationRequest,
    certificates: Vec<Vec<u8>>,
    auxiliary_data: Vec<u8>,
    batches: usize,
}

/// What the terminal says after M1.
pub struct BatchDown {
    /// The value of data object 81: M2 of BAUTH.
    pub m2: Vec<u8>,
    /// Protected command APDUs in the terminal's channel, in order.
    pub commands: Vec<Vec<u8>>,
}

impl Terminal {
    /// Takes what came first: request, chain and auxiliary data.
    pub(crate) fn begin(
        request: Option<B64>,
        chain: Option<Vec<B64>>,
        auxiliary_data: Option<B64>,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Self, PortalError> {
        let request = request.ok_or(PortalError::Garbage("no authentication request"))?;
        let request = AuthenticationRequest::parse(request.0, issuer, now)?;
        let chain = chain.unwrap_or_default();
        if chain.is_empty() || chain.len() > CHAIN_LIMIT {
            return Err(PortalError::Garbage("terminal certificates"));
        }
        Ok(Self {
            request,
            certificates: octets(chain),
            auxiliary_data: auxiliary_data.map(|data| data.0).unwrap_or_default(),
            batches: 0,
        })
    }

    /// Who asks, for what and why.
    #[must_use]
    pub fn request(&self) -> &AuthenticationRequest {
        &self.request
    }

    /// belt-hash of the request's exact octets: DO 85 of the BAUTH initialisation.
    #[must_use]
    pub fn request_hash(&self) -> [u8; 32] {
        self.request.hash()
    }

    /// CV certificates (STB 34.101.79): the one issued by a root on the card first, the terminal's
    /// last.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// The `AuthAuxData` objects for the BAUTH initialisation, possibly empty.
    #[must_use]
    pub fn auxiliary_data(&self) -> &[u8] {
        &self.auxiliary_data
    }

    /// Counts the answers of one batch more.
    pub(crate) fn count_batch(&mut self) -> Result<(), PortalError> {
        self.batches += 1;
        if self.batches > BATCHES_LIMIT {
            return Err(PortalError::Garbage("too many batches"));
        }
        Ok(())
    }
}

/// What follows M1.
pub(crate) fn batch_down(
    m2: Option<B64>,
    commands: Option<Vec<B64>>,
) -> Result<BatchDown, PortalError> {
    let m2 = m2.ok_or(PortalError::Garbage("no M2"))?.0;
    let commands = batch(commands)?;
    Ok(BatchDown { m2, commands })
}

/// The commands of one batch.
pub(crate) fn batch(commands: Option<Vec<B64>>) -> Result<Vec<Vec<u8>>, PortalError> {
    let commands = commands.unwrap_or_default();
    if commands.len() > BATCH_LIMIT {
        Err(PortalError::Garbage("too many commands"))
    } else {
        Ok(octets(commands))
    }
}

/// The octets of a list.
pub(crate) fn octets(values: Vec<B64>) -> Vec<Vec<u8>> {
    values.into_iter().map(|value| value.0).collect()
}

/// A JSON array of base64url texts.
pub(crate) fn response_list(responses: &[Vec<u8>]) -> Vec<u8> {
    let texts: Vec<String> = responses
        .iter()
        .map(|response| format!("\"{}\"", b64::encode(response)))
        .collect();
    format!("[{}]", texts.join(",")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_a_json_array() {
        assert_eq!(response_list(&[]), b"[]");
        assert_eq!(
            response_list(&[vec![0x90, 0x00], vec![0x6A, 0x82]]),
            b"[\"kAA\",\"aoI\"]"
        );
    }
}
