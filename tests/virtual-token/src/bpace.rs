//! BPACE on the card: the password decides whether a client gets a channel (clause 8.3).

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::bpace::{BpaceError, Token, TokenConfirming};
use kabinet_stb::sm::TokenChannel;
use kabinet_stb::{Secret, oid, tlv};

use crate::machine::{
    ClientSide, Confirmation, DONE, Machine, Outcome, Selected, Side, Step, Turn, lengths,
};
use crate::passwords::{PIN_ATTEMPTS, PUK_ATTEMPTS, PasswordKind, PinState};
use crate::rights::Rights;
use crate::status;

/// What MSE:Set AT told.
pub(crate) struct Hello {
    password: PasswordKind,
    rights: Rights,
    templates: Vec<u8>,
    /// Signatures for one confirmation of the PIN.
    signatures: u8,
    /// The whole CDF: the client's hello.
    octets: Vec<u8>,
}

/// BPACE after M2.
pub(crate) struct Confirming {
    hello: Hello,
    token: TokenConfirming,
}

impl Hello {
    /// Reads the CDF: objects in any order, the first two of them mandatory, each once.
    fn parse(cdf: &[u8]) -> Option<Self> {
        let mut protocol = None;
        let mut password = None;
        let mut signatures = None;
        let mut templates = Vec::new();
        let mut template_objects = Vec::new();
        for object in tlv::children(cdf).ok()? {
            match (object.tag, object.value) {
                (0x80, value) if protocol.is_none() => protocol = Some(value),
                (0x83, &[reference]) if password.is_none() => {
                    password = Some(PasswordKind::from_reference(reference)?);
                }
                (0x53, &[count]) if signatures.is_none() => signatures = Some(count),
                (0x7F4C, _) => {
                    templates.extend_from_slice(object.raw);
                    template_objects.push(object);
                }
                _ => return None,
            }
        }
        if protocol? != oid::BPACE {
            return None;
        }
        Some(Self {
            password: password?,
            rights: Rights::from_templates(&template_objects)?,
            templates,
            signatures: signatures.unwrap_or(1),
            octets: cdf.to_vec(),
        })
    }
}

impl Machine {
    /// MSE:Set AT for BPACE. Tells how the PIN fares without asking for anything secret.
    pub(crate) fn set_bpace(&mut self, command: &Command) -> Outcome {
        Self::require(self.selected == Selected::MasterFile && self.active == Side::Client)?;
        lengths(command, true, false)?;
        let hello = Hello::parse(&command.data).ok_or(status::WRONG_DATA)?;
        let announced = match hello.password {
            PasswordKind::Pin => self.pin_may_be_tried()?,
            PasswordKind::Can | PasswordKind::Puk => None,
        };
        // The terminal's channel ends with this command, whatever becomes of BPACE.
        self.terminal = None;
        self.step = Step::BpaceReady(hello);
        announced.map_or(DONE, |left| Err(status::attempts(left)))
    }

    /// M1 -> M2.
    pub(crate) fn bpace_first(&mut self, command: &Command, hello: Hello) -> Outcome {
        lengths(command, true, true)?;
        let m1 = message(&command.data, 0x80)?;
        let memory = self.store.memory();
        let passwords = &self.file.passwords;
        let password = match hello.password {
            PasswordKind::Can => &passwords.can,
            PasswordKind::Pin => &memory.pin,
            PasswordKind::Puk => &passwords.puk,
        };
        let password = Secret::new(password.as_bytes().to_vec());
        let token = Token::new(&password, &[], &hello.octets);
        let (token, m2) = token
            .receive_m1(m1, &mut *self.random)
            .map_err(|_| status::WRONG_DATA)?;
        self.step = Step::BpaceConfirming(Confirming { hello, token });
        Ok(answer(0x81, &m2))
    }

    /// M3 -> M4: here the password shows itself right or wrong.
    pub(crate) fn bpace_second(&mut self, command: &Command, confirming: Confirming) -> Outcome {
        lengths(command, true, true)?;
        let m3 = message(&command.data, 0x82)?;
        let Confirming { hello, token } = confirming;
        let (m4, key) = match token.receive_m3(m3) {
            Ok(done) => done,
            Err(BpaceError::WrongPassword) => return Err(self.wrong_password(hello.password)?),
            Err(_) => return Err(status::WRONG_DATA),
        };
        self.remember(|memory| match hello.password {
            PasswordKind::Pin => memory.counters.pin_right(),
            PasswordKind::Can => memory.counters.can_right(),
            PasswordKind::Puk => memory.counters.puk_right(),
        })?;
        self.confirmation = Confirmation::of_limit(hello.signatures);
        if hello.password == PasswordKind::Pin {
            self.confirmation.set();
        }
        self.turn = Some(Turn::ToPassword(ClientSide {
            channel: TokenChannel::new(&key),
            password: hello.password,
            templates: hello.templates,
            rights: hello.rights,
        }));
        self.step = Step::BpaceDone;
        Ok(answer(0x83, &m4))
    }

    /// Attempts at the PIN to announce when they are fewer than the most.
    fn pin_may_be_tried(&self) -> Result<Option<u8>, Status> {
        let counters = &self.store.memory().counters;
        match counters.pin_state() {
            PinState::Usable => {
                let left = counters.pin_attempts();
                Ok((left < PIN_ATTEMPTS).then_some(left))
            }
            PinState::Suspended => Err(status::SUSPENDED),
            PinState::Blocked => Err(status::BLOCKED),
            PinState::Deactivated => Err(status::DEACTIVATED),
        }
    }

    /// Counts a wrong password and gives the status to answer with; takes its time for CAN, PUK.
    fn wrong_password(&mut self, password: PasswordKind) -> Result<Status, Status> {
        self.confirmation.reset();
        Ok(match password {
            PasswordKind::Pin => {
                let left = self.remember(|memory| memory.counters.pin_wrong())?;
                status::attempts(left)
            }
            PasswordKind::Can => {
                std::thread::sleep(self.penalty);
                status::attempts(1)
            }
            PasswordKind::Puk => {
                let left = self.remember(|memory| memory.counters.puk_wrong())?;
                std::thread::sleep(self.penalty);
                status::attempts(left.min(PUK_ATTEMPTS - 1))
            }
        })
    }
}

/// The value of the only object of the only `7C` object of `data`.
pub(crate) fn message(data: &[u8], tag: u32) -> Result<&[u8], Status> {
    let inside = only(data, 0x7C)?;
    only(inside, tag)
}

/// The value of the only object of `data`, which has `tag`.
pub(crate) fn only(data: &[u8], tag: u32) -> Result<&[u8], Status> {
    match tlv::read(data) {
        Ok((object, [])) if object.tag == tag => Ok(object.value),
        _ => Err(status::WRONG_DATA),
    }
}

/// A message of the protocol as the data of an answer.
pub(crate) fn answer(tag: u32, message: &[u8]) -> Vec<u8> {
    tlv::encode(0x7C, &tlv::encode(tag, message))
}
