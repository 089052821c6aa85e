//! BAUTH on the card: a terminal shows its certificates and its key, the card its own
//! (clause 8.4), and the two get a channel.

use kabinet_stb::apdu::Command;
use kabinet_stb::bauth::{BauthError, Token};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::sm::TokenChannel;
use kabinet_stb::{oid, tlv};

use crate::attributes::Parameters;
use crate::bpace::{answer, message, only};
use crate::cv::Certificate;
use crate::machine::{DONE, Machine, Outcome, Selected, Side, Step, TerminalSide, Turn, lengths};
use crate::passwords::PasswordKind;
use crate::rights::Rights;
use crate::status;

/// Longest path that the card accepts, the root not counted (clause 6.5).
const LONGEST_PATH: u8 = 2;

/// BAUTH after MSE:Set AT, and after each certificate.
pub(crate) struct Prepared {
    mutual: bool,
    /// CDF and CertHAT objects of BPACE: the terminal's hello.
    hello: Vec<u8>,
    parameters: Parameters,
    /// Rights of the client and of the path so far.
    rights: Rights,
    /// The last certificate accepted; none before the first.
    last: Option<Certificate>,
    length: u8,
}

/// BAUTH after M1.
pub(crate) struct Running {
    prepared: Prepared,
    token: Token,
}

impl Machine {
    /// MSE:Set AT for BAUTH, mutual or one-sided.
    pub(crate) fn set_bauth(&mut self, command: &Command, step: Step, mutual: bool) -> Outcome {
        let (Some(client), Step::BpaceDone) = (&self.client, step) else {
            return Err(status::NOT_ALLOWED);
        };
        Self::require(self.selected == Selected::MasterFile)?;
        lengths(command, true, false)?;
        let protocol = if mutual { oid::BAUTH } else { oid::BAUTH1 };
        let parameters = parse(&command.data, protocol).ok_or(status::WRONG_DATA)?;
        self.step = Step::BauthReady(Prepared {
            mutual,
            hello: [command.data.as_slice(), &client.templates].concat(),
            parameters,
            rights: client.rights,
            last: None,
            length: 0,
        });
        DONE
    }

    /// PSO:Verify Certificate: the next certificate of the terminal's path.
    pub(crate) fn verify_certificate(&mut self, command: &Command, step: Step) -> Outcome {
        let Step::BauthReady(prepared) = step else {
            return Err(status::NOT_ALLOWED);
        };
        lengths(command, true, false)?;
        let certificate = self
            .accept(&prepared, &command.data)
            .ok_or(status::WRONG_DATA)?;
        let rights = match prepared.last {
            Some(_) => prepared.rights,
            None => prepared.rights.and(self.root_rights()),
        };
        let own = certificate.rights();
        let by_can = self.password() == Some(PasswordKind::Can);
        Self::require(!by_can || own.by_can())?;
        self.step = Step::BauthReady(Prepared {
            rights: rights.and(own),
            length: prepared.length + 1,
            last: Some(certificate),
            ..prepared
        });
        DONE
    }

    /// M1 from the card.
    pub(crate) fn bauth_first(&mut self, command: &Command, prepared: Prepared) -> Outcome {
        let Some(terminal) = &prepared.last else {
            return Err(status::NOT_ALLOWED);
        };
        // An authority is no terminal.
        Self::require(!terminal.is_authority())?;
        lengths(command, false, true)?;
        let bauth = &self.file.bauth;
        let level = match bauth.private_key.0.len() {
            48 => Level::L192,
            64 => Level::L256,
            _ => Level::L128,
        };
        let own =
            PrivateKey::from_bytes(level, &bauth.private_key.0).map_err(|_| status::INTERNAL)?;
        let (token, m1) = Token::start(
            terminal.public_key(),
            &own,
            &bauth.certificate.0,
            &prepared.hello,
            prepared.mutual,
            &mut *self.random,
        )
        .map_err(|_| status::INTERNAL)?;
        self.step = Step::BauthRunning(Running { prepared, token });
        Ok(answer(0x80, &m1))
    }

    /// M2 -> M3, or nothing when only the terminal is authenticated.
    pub(crate) fn bauth_second(&mut self, command: &Command, running: Running) -> Outcome {
        let Running { prepared, token } = running;
        lengths(command, true, prepared.mutual)?;
        let m2 = message(&command.data, 0x81)?;
        let (m3, key) = token.receive_m2(m2).map_err(|error| match error {
            BauthError::Malformed => status::WRONG_DATA,
            _ => status::NOT_ALLOWED,
        })?;
        self.turn = Some(Turn::ToTerminal(TerminalSide {
            channel: TokenChannel::new(&key),
            mutual: prepared.mutual,
            rights: prepared.rights,
            parameters: prepared.parameters,
        }));
        if prepared.mutual {
            Ok(answer(0x82, &m3))
        } else {
            DONE
        }
    }

    /// MSE:Set CS: the other channel becomes the active one.
    pub(crate) fn switch_context(&mut self, command: &Command) -> Outcome {
        Self::require(self.terminal.is_some())?;
        Self::require(self.selected != Selected::MasterFile)?;
        Self::require(self.password() != Some(PasswordKind::Can))?;
        lengths(command, true, false)?;
        let side = match only(only(&command.data, 0xE1)?, 0x81)? {
            [0] => Side::Client,
            [1] => Side::Terminal,
            _ => return Err(status::WRONG_DATA),
        };
        self.turn = Some(Turn::Switch(side));
        DONE
    }

    /// VERIFY of an additional attribute.
    pub(crate) fn verify_attribute(&mut self, command: &Command) -> Outcome {
        let Some(terminal) = self.terminal.as_ref().filter(|_| self.is_terminal_mode()) else {
            return Err(status::NOT_ALLOWED);
        };
        Self::require(matches!(self.selected, Selected::Eid(_)))?;
        Self::require(self.password() != Some(PasswordKind::Puk))?;
        lengths(command, true, false)?;
        let memory = self.store.memory();
        terminal
            .parameters
            .verify(&command.data, terminal.rights, memory)?;
        DONE
    }

    fn root_rights(&self) -> Rights {
        Certificate::parse(&self.file.bauth.root.0)
            .map(|root| root.rights())
            .unwrap_or_default()
    }

    /// Checks body and signature of a certificate against the one before it (clause 9.2).
    fn accept(&mut self, prepared: &Prepared, body_and_signature: &[u8]) -> Option<Certificate> {
        let certificate = Certificate::from_parts(body_and_signature)?;
        let root;
        let issuer = match &prepared.last {
            Some(last) => last,
            None => {
                root = Certificate::parse(&self.file.bauth.root.0)?;
                &root
            }
        };
        let long = prepared.length >= LONGEST_PATH;
        if long || !issuer.is_authority() || !certificate.is_signed_by(issuer) {
            return None;
        }
        // Without a clock, the latest date of issue seen is the estimate of today.
        let (issued, until) = certificate.days();
        let today = self.store.memory().today.max(issued);
        if until.min(issuer.days().1) < today {
            return None;
        }
        if today > self.store.memory().today {
            self.remember(|memory| memory.today = today).ok()?;
        }
        Some(certificate)
    }
}

/// Parameters of the attributes from the CDF, whose protocol is checked.
fn parse(cdf: &[u8], expected: &[u8]) -> Option<Parameters> {
    let mut protocol = None;
    let mut request = None;
    let mut parameters = None;
    for object in tlv::children(cdf).ok()? {
        match object.tag {
            0x80 if protocol.is_none() => protocol = Some(object.value),
            0x85 if request.is_none() => request = Some(object.value),
            0x67 if parameters.is_none() => parameters = Some(Parameters::parse(object.value)?),
            _ => return None,
        }
    }
    (protocol? == expected).then(|| parameters.unwrap_or_default())
}
