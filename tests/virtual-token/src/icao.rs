//! The travel document application beside eID and eSign (ICAO Doc 9303-10 and -11, LDS1): PACE with
//! generic and integrated mapping, BAC, secure messaging, files, chip authentication.

mod bac;
mod channel;
mod cipher;
mod curve;
mod file;
mod pace;

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::random::{Random, SystemRandom};
use kabinet_stb::tlv;

use self::channel::Channel;
pub use self::curve::{Named, public};
pub use self::file::IcaoFile;
use crate::status;

const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
const CARD_ACCESS: u16 = 0x011C;
/// bsi-de 2.2.4 and 2.2.3, content octets.
const PACE: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];
const CHIP_AUTHENTICATION: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];
/// The chip knows no such password: the proof was for another one.
const WRONG_PASSWORD: Status = Status(0x6300);
const CONDITIONS: Status = Status(0x6985);
const BEYOND_THE_END: Status = Status(0x6B00);

/// The application with power on.
pub(crate) struct Chip {
    file: IcaoFile,
    can: Vec<u8>,
    random: Box<dyn Random + Send>,
    /// Once somebody spoke to it, everything is for it until the power goes.
    active: bool,
    selected: bool,
    current: Option<u16>,
    step: Step,
    channel: Option<Channel>,
    /// Whether the running command came through the channel.
    protected: bool,
}

/// What the previous command began.
enum Step {
    Nothing,
    Pace(pace::Running),
    Challenged([u8; 8]),
    /// Chip authentication with AES was set.
    ChipKey(cipher::Cipher),
}

type Outcome = Result<Vec<u8>, Status>;

impl Chip {
    pub(crate) fn new(file: IcaoFile, can: &str) -> Self {
        Self {
            file,
            can: can.as_bytes().to_vec(),
            random: Box::new(SystemRandom),
            active: false,
            selected: false,
            current: None,
            step: Step::Nothing,
            channel: None,
            protected: false,
        }
    }

    pub(crate) fn power_off(&mut self) {
        self.active = false;
        self.selected = false;
        self.current = None;
        self.step = Step::Nothing;
        self.channel = None;
    }

    /// Whether a command is for this application and not for the others on the card.
    pub(crate) fn claims(&self, command: &Command) -> bool {
        let is_pace = || {
            let objects = tlv::children(&command.data).unwrap_or_default();
            objects
                .first()
                .is_some_and(|object| object.tag == 0x80 && object.value.starts_with(&PACE))
        };
        self.active
            || match [command.ins, command.p1, command.p2] {
                [0xB0, 0x9C, _] => true,
                [0xA4, 0x04, _] => command.data == APPLICATION,
                [0xA4, 0x02, _] => command.data == CARD_ACCESS.to_be_bytes(),
                [0x22, 0xC1, 0xA4] => is_pace(),
                _ => false,
            }
    }

    pub(crate) fn process(&mut self, command: &Command) -> Response {
        self.active = true;
        if self.channel.is_some() {
            return self.process_protected(command);
        }
        if command.cla & 0x0C != 0 {
            return respond(Err(status::SM_MISSING));
        }
        self.protected = false;
        let mut next = None;
        let outcome = self.execute(command, &mut next);
        if let Some(channel) = next {
            self.channel = Some(channel);
        }
        respond(outcome)
    }

    fn process_protected(&mut self, command: &Command) -> Response {
        let Some(mut channel) = self.channel.take() else {
            return respond(Err(status::SM_MISSING));
        };
        // A plain or a wrong command ends the channel (Doc 9303-11, clause 9.8.2).
        let Some(plain) = channel.unprotect(command) else {
            return respond(Err(status::SM_WRONG));
        };
        self.protected = true;
        let mut next = None;
        let outcome = self.execute(&plain, &mut next);
        let response = channel.protect(&respond(outcome));
        self.channel = Some(next.unwrap_or(channel));
        response
    }

    /// `next` is the channel that begins after the answer.
    fn execute(&mut self, command: &Command, next: &mut Option<Channel>) -> Outcome {
        let step = std::mem::replace(&mut self.step, Step::Nothing);
        match ([command.ins, command.p1, command.p2], step) {
            ([0xA4, 0x00, _], _) => {
                self.selected = false;
                Ok(vec![])
            }
            ([0xA4, 0x04, _], _) if command.data == APPLICATION => {
                self.selected = true;
                Ok(vec![])
            }
            ([0xA4, 0x04, _], _) => Err(status::NOT_FOUND),
            ([0xA4, 0x02, _], _) => {
                let id = <[u8; 2]>::try_from(&command.data[..]);
                self.open(u16::from_be_bytes(id.map_err(|_| status::WRONG_LENGTH)?))?;
                Ok(vec![])
            }
            ([0xB0, p1, offset], _) if p1 & 0x80 != 0 => {
                self.open(0x0100 | u16::from(p1 & 0x1F))?;
                self.read(usize::from(offset), command.ne)
            }
            ([0xB0, p1, p2], _) => {
                let offset = u16::from_be_bytes([p1, p2]);
                self.read(usize::from(offset), command.ne)
            }
            ([0xB1, 0, 0], _) => {
                let offset = tlv::read_only(0x54, &command.data);
                let offset = offset.map_err(|_| status::WRONG_DATA)?;
                let offset = offset
                    .iter()
                    .fold(0, |sum, octet| sum << 8 | usize::from(*octet));
                let data = self.read(offset, command.ne.map(|ne| ne.saturating_sub(4)))?;
                Ok(tlv::encode(0x53, &data))
            }
            ([0x84, 0, 0], _) if self.selected && self.file.bac => {
                let mut challenge = [0; 8];
                self.random.fill(&mut challenge);
                self.step = Step::Challenged(challenge);
                Ok(challenge.to_vec())
            }
            ([0x82, 0, 0], Step::Challenged(challenge)) => {
                let random = &mut *self.random;
                let key = self.file.mrz_information.as_bytes();
                let (answer, channel) =
                    bac::answer(key, challenge, &command.data, random).ok_or(WRONG_PASSWORD)?;
                *next = Some(channel);
                Ok(answer)
            }
            ([0x22, 0xC1, 0xA4], _) if !self.protected => {
                let set = self.pace_set(&command.data)?;
                self.step = Step::Pace(set);
                Ok(vec![])
            }
            ([0x86, 0, 0], Step::Pace(running)) => {
                let inside = tlv::read_only(0x7C, &command.data).map_err(|_| status::WRONG_DATA)?;
                match running
                    .advance(inside, &mut *self.random)
                    .ok_or(WRONG_PASSWORD)?
                {
                    (answer, pace::Next::Go(running)) => {
                        self.step = Step::Pace(running);
                        Ok(tlv::encode(0x7C, &answer))
                    }
                    (answer, pace::Next::Done(channel)) => {
                        *next = Some(channel);
                        Ok(tlv::encode(0x7C, &answer))
                    }
                }
            }
            ([0x22, 0x41, 0xA4], _) if self.is_open() => {
                let objects = tlv::children(&command.data).map_err(|_| status::WRONG_DATA)?;
                let protocol = objects.first().ok_or(status::WRONG_DATA)?.value;
                let kind = protocol.strip_prefix(&CHIP_AUTHENTICATION);
                let Some(&[2, cipher]) = kind else {
                    return Err(status::WRONG_DATA);
                };
                let cipher = cipher::Cipher::numbered(cipher).ok_or(status::WRONG_DATA)?;
                self.step = Step::ChipKey(cipher);
                Ok(vec![])
            }
            ([0x86, 0, 0], Step::ChipKey(cipher)) => {
                let inside = tlv::read_only(0x7C, &command.data).map_err(|_| status::WRONG_DATA)?;
                let point = tlv::read_only(0x80, inside).map_err(|_| status::WRONG_DATA)?;
                *next = Some(self.chip_channel(cipher, point)?);
                Ok(tlv::encode(0x7C, &[]))
            }
            ([0x22, 0x41, 0xA6], _) if self.is_open() => {
                let objects = tlv::children(&command.data).map_err(|_| status::WRONG_DATA)?;
                let point = objects.first().filter(|object| object.tag == 0x91);
                let point = point.ok_or(status::WRONG_DATA)?.value;
                *next = Some(self.chip_channel(cipher::Cipher::TripleDes, point)?);
                Ok(vec![])
            }
            ([0x84 | 0x82 | 0x86 | 0x22, ..], _) => Err(CONDITIONS),
            _ => Err(status::NO_INSTRUCTION),
        }
    }

    fn is_open(&self) -> bool {
        self.selected && self.protected
    }

    fn chip_channel(&self, cipher: cipher::Cipher, point: &[u8]) -> Result<Channel, Status> {
        let key = self.file.chip_key.as_ref().ok_or(CONDITIONS)?;
        let shared = curve::multiply(self.file.chip_curve, &key.0, point);
        let shared = shared.ok_or(status::WRONG_DATA)?;
        Ok(Channel::new(cipher, curve::x(&shared)))
    }

    fn pace_set(&mut self, data: &[u8]) -> Result<pace::Running, Status> {
        let objects = tlv::children(data).map_err(|_| status::WRONG_DATA)?;
        let value = |tag| {
            objects
                .iter()
                .find(|object| object.tag == tag)
                .map(|object| object.value)
        };
        let (protocol, reference) = (
            value(0x80).ok_or(status::WRONG_DATA)?,
            value(0x83).ok_or(status::WRONG_DATA)?,
        );
        // It must be one of those that the chip offers.
        let offered = self.file.files.get(&crate::card_file::FileId(CARD_ACCESS));
        let offered = offered.map(|file| file.0.as_slice()).unwrap_or_default();
        let named = tlv::encode(0x06, protocol);
        let is_offered = offered.windows(named.len()).any(|window| window == named);
        let password = match reference {
            [1] => pace::mrz_password(self.file.mrz_information.as_bytes()),
            [2] => self.can.clone(),
            _ => return Err(status::WRONG_DATA),
        };
        let parameters = value(0x84).and_then(|value| value.first().copied());
        pace::Running::start(protocol, parameters, &password)
            .filter(|_| is_offered)
            .ok_or(status::WRONG_DATA)
    }

    fn open(&mut self, id: u16) -> Result<(), Status> {
        let exists = self.file.files.contains_key(&crate::card_file::FileId(id));
        let is_public = id == CARD_ACCESS && !self.selected;
        if !exists {
            return Err(status::NOT_FOUND);
        }
        if !is_public && !self.is_open() {
            return Err(status::NOT_ALLOWED);
        }
        self.current = Some(id);
        Ok(())
    }

    fn read(&self, offset: usize, ne: Option<u32>) -> Outcome {
        let id = self.current.ok_or(CONDITIONS)?;
        let file = self.file.files.get(&crate::card_file::FileId(id));
        let file = &file.ok_or(status::NOT_FOUND)?.0;
        let rest = file.get(offset..).ok_or(BEYOND_THE_END)?;
        let wanted = ne.map_or(256, |ne| ne as usize);
        Ok(rest[..wanted.min(rest.len())].to_vec())
    }
}

fn respond(outcome: Outcome) -> Response {
    match outcome {
        Ok(data) => Response::new(data, Status::OK),
        Err(status) => Response::new(Vec::new(), status),
    }
}
