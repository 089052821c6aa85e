//! Letting a remote terminal in by BAUTH (clauses 8.4, 12.2.6, 12.2.15, 12.2.21 and 12.3.2). The
//! terminal's keys never come here.

use kabinet_stb::apdu::Command;
use kabinet_stb::{oid, tlv};

use crate::belief::Words;
use crate::bpace::message;
use crate::lengths::Lengths;
use crate::link::CHAINING;
use crate::session::PROTECTED_SHORT_DATA;
use crate::{CardError, Relay, Session};

/// Who proves a key in BAUTH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The terminal to the card and the card to the terminal: needed for files.
    Mutual,
    /// The terminal to the card only (BAUTH1): enough for checks of attributes and for keys.
    OneSided,
}

/// BAUTH begun: the card has accepted the terminal's certificates and waits for its answer.
///
/// The next command must be the terminal's, so all that can be done here is
/// [`Self::finish_terminal`].
pub struct TerminalStart {
    session: Session,
    authentication: Authentication,
    words: Words,
    /// The card's first message M1, the value of object 80.
    pub m1: Vec<u8>,
}

impl Session {
    /// Begins BAUTH with mutual authentication; see [`Self::begin_terminal_with`].
    ///
    /// # Errors
    ///
    /// As [`Self::begin_terminal_with`].
    pub fn begin_terminal(
        self,
        request_hash: &[u8; 32],
        auxiliary: &[u8],
        certificates: &[Vec<u8>],
    ) -> Result<TerminalStart, CardError> {
        let mutual = Authentication::Mutual;
        self.begin_terminal_with(mutual, request_hash, auxiliary, certificates)
    }

    /// Begins BAUTH in this session, of which nothing else was asked before: the card wants it
    /// immediately after BPACE.
    ///
    /// `request_hash` is the belt-hash of the authentication request as received; `auxiliary` the
    /// AuthAuxData objects as received, possibly empty; `certificates` the terminal's CV
    /// certificates (DER `7F21{7F4E, 5F37}`), first the one issued by a root that the card knows.
    ///
    /// # Errors
    ///
    /// [`CardError::TerminalRefused`] for a certificate that the card refuses or that is none,
    /// [`CardError::NotAllowed`] when the session was used before.
    pub fn begin_terminal_with(
        mut self,
        authentication: Authentication,
        request_hash: &[u8; 32],
        auxiliary: &[u8],
        certificates: &[Vec<u8>],
    ) -> Result<TerminalStart, CardError> {
        if !self.fresh {
            self.require_open()?;
            return Err(CardError::NotAllowed);
        }
        let words = Words::of_path(certificates);
        let certificates = certificates
            .iter()
            .map(|certificate| Parts::of(certificate))
            .collect::<Result<Vec<_>, _>>()?;
        let (p1, protocol) = match authentication {
            Authentication::Mutual => (0xF1, oid::BAUTH),
            Authentication::OneSided => (0xB1, oid::BAUTH1),
        };
        let mut data = tlv::encode(0x80, protocol);
        data.extend_from_slice(&tlv::encode(0x85, request_hash));
        data.extend_from_slice(auxiliary);
        // A chain is forbidden here, so what does not fit is the terminal's fault.
        if data.len() > PROTECTED_SHORT_DATA && self.link.lengths() == Lengths::Short {
            return Err(CardError::TerminalRefused);
        }
        let initialise = Command::new(0x00, 0x22, p1, 0xA4).with_data(data);
        let status = self.send(initialise)?.status;
        match status.0 {
            0x9000 => {}
            0x6A80 => return Err(CardError::TerminalRefused),
            0x6982 => return Err(CardError::NotAllowed),
            _ => return Err(CardError::from(status)),
        }
        for certificate in certificates {
            self.verify_certificate(&certificate)?;
        }
        let first = Command::new(0x00, 0x86, 0x00, 0x00).with_ne(256);
        let response = self.send(first)?;
        let m1 = match response.status.0 {
            0x9000 => message(&response.data, 0x80)?,
            // No certificate, or the last one is an authority's.
            0x6982 => return Err(CardError::TerminalRefused),
            _ => return Err(CardError::from(response.status)),
        };
        Ok(TerminalStart {
            session: self,
            authentication,
            words,
            m1,
        })
    }

    /// One command where it fits, else the body and the signature as a chain of two, which spares
    /// the card extended lengths.
    fn verify_certificate(&mut self, certificate: &Parts<'_>) -> Result<(), CardError> {
        let command = |data: Vec<u8>| Command::new(0x00, 0x2A, 0x00, 0xBE).with_data(data);
        let whole = [certificate.body, certificate.signature].concat();
        let in_one =
            whole.len() <= PROTECTED_SHORT_DATA || self.link.lengths() == Lengths::Extended;
        let mut status = None;
        if in_one {
            let answer = self.send(command(whole))?.status;
            if answer.0 == 0x6700 {
                self.link.long_refused();
            } else {
                status = Some(answer);
            }
        }
        let status = match status {
            Some(status) => status,
            None => {
                let mut body = command(certificate.body.to_vec());
                body.cla |= CHAINING;
                let answer = self.send_long(body)?.status;
                if answer.0 == 0x9000 {
                    self.send(command(certificate.signature.to_vec()))?.status
                } else {
                    answer
                }
            }
        };
        match status.0 {
            0x9000 => Ok(()),
            // Bad data; a root that the card does not have; a right that is missing, such as
            // access by CAN.
            0x6A80 | 0x6A88 | 0x6982 | 0x6300 => Err(CardError::TerminalRefused),
            _ => Err(CardError::from(status)),
        }
    }
}

impl TerminalStart {
    /// The CertHAT objects that went to the card at BPACE; see [`Session::access`].
    pub fn access(&self) -> &[u8] {
        self.session.access()
    }

    /// Command APDUs that have gone to the card so far, from the connection on.
    pub fn apdu_count(&self) -> u64 {
        self.session.apdu_count()
    }

    /// Gives the card the terminal's answer M2 (the value of object 81) and gets its proof M3 (the
    /// value of object 82; empty when the authentication is one-sided), which is for the terminal.
    /// The terminal's channel is active then.
    ///
    /// # Errors
    ///
    /// [`CardError::TerminalRefused`] when the terminal has not proved itself.
    pub fn finish_terminal(mut self, m2: &[u8]) -> Result<(Relay, Vec<u8>), CardError> {
        let data = tlv::encode(0x7C, &tlv::encode(0x81, m2));
        let mut second = Command::new(0x00, 0x86, 0x00, 0x00).with_data(data);
        if self.authentication == Authentication::Mutual {
            second = second.with_ne(256);
        }
        let response = self.session.send(second)?;
        let m3 = match (response.status.0, self.authentication) {
            (0x9000, Authentication::Mutual) => message(&response.data, 0x82)?,
            (0x9000, Authentication::OneSided) if response.data.is_empty() => Vec::new(),
            (0x9000, Authentication::OneSided) => {
                return Err(CardError::Protocol("BAUTH: a proof that was not asked for"));
            }
            (0x6300 | 0x6A80 | 0x6982 | 0x6988, _) => return Err(CardError::TerminalRefused),
            _ => return Err(CardError::from(response.status)),
        };
        self.session.belief.set_terminal(Some(self.words));
        Ok((Relay::new(self.session), m3))
    }
}

/// The two parts of a CV certificate that VERIFY CERTIFICATE takes, with their tags.
struct Parts<'a> {
    body: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(certificate: &'a [u8]) -> Result<Self, CardError> {
        let parts = || {
            let (whole, rest) = tlv::read(certificate).ok()?;
            let (body, more) = tlv::read(whole.value).ok()?;
            let (signature, end) = tlv::read(more).ok()?;
            let fits = (whole.tag, body.tag, signature.tag) == (0x7F21, 0x7F4E, 0x5F37);
            (fits && rest.is_empty() && end.is_empty()).then_some(Self {
                body: body.raw,
                signature: signature.raw,
            })
        };
        parts().ok_or(CardError::TerminalRefused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificate_comes_apart() {
        let certificate = [0x7F, 0x21, 9, 0x7F, 0x4E, 1, 7, 0x5F, 0x37, 2, 8, 9];
        let parts = Parts::of(&certificate).unwrap();
        assert_eq!(parts.body, [0x7F, 0x4E, 1, 7]);
        assert_eq!(parts.signature, [0x5F, 0x37, 2, 8, 9]);
        for cut in 0..certificate.len() {
            assert!(Parts::of(&certificate[..cut]).is_err());
        }
        let longer = [&certificate[..], &[0]].concat();
        assert!(Parts::of(&longer).is_err());
    }
}
