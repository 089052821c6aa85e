//! Letting a remote terminal in by BAUTH with mutual authentication (clause 12.3.2), and carrying
//! what it says to the card (chapter 10). The terminal's keys never come here.

use kabinet_stb::apdu::Command;
use kabinet_stb::{oid, tlv};

use crate::card::message;
use crate::lengths::Lengths;
use crate::link::{CHAINING, Link, Repeat};
use crate::session::PROTECTED_SHORT_DATA;
use crate::{CardError, Session};

/// Bit of CLA: the command is protected.
const PROTECTED: u8 = 0x04;

/// BAUTH begun: the card has accepted the terminal's certificates and waits for its answer.
///
/// The next command must be the terminal's, so all that can be done here is
/// [`Self::finish_terminal`].
pub struct TerminalStart {
    session: Session,
    /// The card's first message M1, the value of object 80.
    pub m1: Vec<u8>,
}

/// The state AS with the terminal's channel active: commands pass, and only the terminal can read
/// the answers.
pub struct Relay {
    link: Link,
}

impl Session {
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
    pub fn begin_terminal(
        mut self,
        request_hash: &[u8; 32],
        auxiliary: &[u8],
        certificates: &[Vec<u8>],
    ) -> Result<TerminalStart, CardError> {
        if !self.fresh {
            return Err(CardError::NotAllowed);
        }
        let certificates = certificates
            .iter()
            .map(|certificate| Parts::of(certificate))
            .collect::<Result<Vec<_>, _>>()?;
        let mut data = tlv::encode(0x80, oid::BAUTH);
        data.extend_from_slice(&tlv::encode(0x85, request_hash));
        data.extend_from_slice(auxiliary);
        // A chain is forbidden here, so what does not fit is the terminal's fault.
        if data.len() > PROTECTED_SHORT_DATA && self.link.lengths() == Lengths::Short {
            return Err(CardError::TerminalRefused);
        }
        let initialise = Command::new(0x00, 0x22, 0xF1, 0xA4).with_data(data);
        let status = self.send(initialise)?.status;
        match status.0 {
            0x9000 => {}
            0x6A80 => return Err(CardError::TerminalRefused),
            0x6982 => return Err(CardError::NotAllowed),
            _ => return Err(CardError::Status(status)),
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
            _ => return Err(CardError::Status(response.status)),
        };
        Ok(TerminalStart { session: self, m1 })
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
                self.link.set_lengths(Lengths::Short);
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
            _ => Err(CardError::Status(status)),
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
    /// value of object 82), which is for the terminal. The terminal's channel is active then.
    ///
    /// # Errors
    ///
    /// [`CardError::TerminalRefused`] when the terminal has not proved itself.
    pub fn finish_terminal(mut self, m2: &[u8]) -> Result<(Relay, Vec<u8>), CardError> {
        let data = tlv::encode(0x7C, &tlv::encode(0x81, m2));
        let second = Command::new(0x00, 0x86, 0x00, 0x00)
            .with_data(data)
            .with_ne(256);
        let response = self.session.send(second)?;
        let m3 = match response.status.0 {
            0x9000 => message(&response.data, 0x82)?,
            0x6300 | 0x6A80 | 0x6982 | 0x6988 => return Err(CardError::TerminalRefused),
            _ => return Err(CardError::Status(response.status)),
        };
        let relay = Relay {
            link: self.session.link,
        };
        Ok((relay, m3))
    }
}

impl Relay {
    /// Carries one protected command APDU of the terminal to the card and gives the response APDU,
    /// status included. What is in either we cannot read and do not change.
    ///
    /// # Errors
    ///
    /// [`CardError::Protocol`] for octets that are no protected command: a plain one would close
    /// the channel. An error status of the card is no error here.
    pub fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let parsed = Command::parse(command);
        if !parsed.is_ok_and(|command| command.cla & PROTECTED != 0) {
            return Err(CardError::Protocol(
                "the terminal sent no protected command",
            ));
        }
        self.link.transmit(command, Repeat::Allowed)
    }

    /// Command APDUs that have gone to the card so far, from the connection on.
    pub fn apdu_count(&self) -> u64 {
        self.link.apdus()
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
    use crate::CancelToken;
    use crate::transport::scripted::Scripted;

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

    #[test]
    fn relay_passes_only_protected_commands() {
        let command = "0CA4020C0A8E08000102030405060700";
        let script = Scripted::new(&[(command, "8E0800010203040506079000")]);
        let mut relay = Relay {
            link: Link::new(Box::new(script), CancelToken::new()),
        };
        let plain = relay.transmit(&[0x00, 0xA4, 0x00, 0x00]);
        assert!(matches!(plain, Err(CardError::Protocol(_))));
        assert!(relay.transmit(&[0x04]).is_err());
        let answer = relay.transmit(&hex::decode(command).unwrap()).unwrap();
        assert_eq!(hex::encode_upper(answer), "8E0800010203040506079000");
    }
}
