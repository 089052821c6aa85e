//! Command and response APDUs (ISO/IEC 7816-4, clause 5), short and extended.

use core::fmt;

/// Longest data field of a short command, in octets.
pub const SHORT_NC: usize = 255;
/// Longest answer that a short command can ask for, in octets.
pub const SHORT_NE: u32 = 256;
/// Longest data field of an extended command, in octets.
pub const EXTENDED_NC: usize = 65_535;
/// Longest answer that an extended command can ask for, in octets.
pub const EXTENDED_NE: u32 = 65_536;

/// Bit of CLA: the command is protected by secure messaging.
pub const SECURE_MESSAGING: u8 = 0x04;

/// What is wrong with an APDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    /// The octets end too early or too late for the lengths they state.
    #[error("the APDU's lengths do not fit")]
    Length,
    /// The data field or the expected length is longer than an APDU can state.
    #[error("the APDU is too long")]
    TooLong,
}

/// A command APDU.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// Class; bit 4 (mask `04`) says that secure messaging is used, bit 5 (mask `10`) that more of
    /// the command follows.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data field (CDF), 0 to 65535 octets.
    pub data: Vec<u8>,
    /// Longest answer that is expected, 1 to 65536 octets; `None` when no data is expected.
    pub ne: Option<u32>,
}

impl Command {
    /// A command without data that expects none.
    #[must_use]
    pub fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self {
            cla,
            ins,
            p1,
            p2,
            data: Vec::new(),
            ne: None,
        }
    }

    /// The same command with this data field.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = data.into();
        self
    }

    /// The same command, expecting up to `ne` octets.
    #[must_use]
    pub fn with_ne(mut self, ne: u32) -> Self {
        self.ne = Some(ne);
        self
    }

    /// CLA, INS, P1 and P2.
    #[must_use]
    pub fn header(&self) -> [u8; 4] {
        [self.cla, self.ins, self.p1, self.p2]
    }

    /// Whether the command fits the short form.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.data.len() <= SHORT_NC && self.ne.unwrap_or(0) <= SHORT_NE
    }

    /// The octets of the command: the short form where it fits, else the extended one. The Le of a
    /// protected command is one octet 00 in both (STB 34.101.79, clause 12.1.3).
    ///
    /// # Errors
    /// [`ApduError::TooLong`] when even the extended form cannot state a length, or `ne` is 0.
    pub fn encode(&self) -> Result<Vec<u8>, ApduError> {
        let nc = self.data.len();
        if nc > EXTENDED_NC || self.ne.is_some_and(|ne| ne == 0 || ne > EXTENDED_NE) {
            return Err(ApduError::TooLong);
        }
        let mut octets = Vec::with_capacity(nc + 9);
        octets.extend_from_slice(&self.header());
        if self.is_short() {
            if nc > 0 {
                octets.push(nc as u8);
                octets.extend_from_slice(&self.data);
            }
            // 256 is stated as 00: the low octet.
            octets.extend(self.ne.map(|ne| ne as u8));
        } else {
            octets.push(0);
            if nc > 0 {
                octets.extend_from_slice(&(nc as u16).to_be_bytes());
                octets.extend_from_slice(&self.data);
            }
            match self.ne {
                None => {}
                Some(EXTENDED_NE) if self.cla & SECURE_MESSAGING != 0 && nc > 0 => octets.push(0),
                Some(ne) => octets.extend_from_slice(&(ne as u16).to_be_bytes()),
            }
        }
        Ok(octets)
    }

    /// Reads a command in any of the seven forms of ISO/IEC 7816-3, clause 12.1.3. After an
    /// extended Lc a Le of one octet 00 is read too, as secure messaging of STB 34.101.79 writes it.
    ///
    /// # Errors
    /// [`ApduError::Length`].
    pub fn parse(octets: &[u8]) -> Result<Self, ApduError> {
        let [cla, ins, p1, p2, rest @ ..] = octets else {
            return Err(ApduError::Length);
        };
        let command = Self::new(*cla, *ins, *p1, *p2);
        match rest {
            [] => Ok(command),
            [le] => Ok(command.with_ne(short_ne(*le))),
            [0, high, low] => Ok(command.with_ne(extended_ne(*high, *low))),
            [0, high, low, rest @ ..] => {
                let nc = usize::from(u16::from_be_bytes([*high, *low]));
                let (data, le) = rest.split_at_checked(nc).ok_or(ApduError::Length)?;
                if nc == 0 {
                    return Err(ApduError::Length);
                }
                let command = command.with_data(data);
                match le {
                    [] => Ok(command),
                    [0] => Ok(command.with_ne(EXTENDED_NE)),
                    [high, low] => Ok(command.with_ne(extended_ne(*high, *low))),
                    _ => Err(ApduError::Length),
                }
            }
            [nc, rest @ ..] => {
                let (data, le) = rest
                    .split_at_checked(usize::from(*nc))
                    .ok_or(ApduError::Length)?;
                let command = command.with_data(data);
                match le {
                    [] => Ok(command),
                    [le] => Ok(command.with_ne(short_ne(*le))),
                    _ => Err(ApduError::Length),
                }
            }
        }
    }
}

fn short_ne(le: u8) -> u32 {
    if le == 0 { SHORT_NE } else { u32::from(le) }
}

fn extended_ne(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => EXTENDED_NE,
        ne => u32::from(ne),
    }
}

/// Prints the header and the lengths only: a data field may hold something secret.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header();
        write!(
            f,
            "{cla:02X}{ins:02X}{p1:02X}{p2:02X} ({} octets, Ne {:?})",
            self.data.len(),
            self.ne
        )
    }
}

/// Status word of an answer: SW1 in the high octet, SW2 in the low one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub u16);

impl Status {
    /// Done.
    pub const OK: Self = Self(0x9000);
    /// The state of the object is unchanged, or the attribute check says no.
    pub const WARNING: Self = Self(0x6200);
    /// The key is deactivated.
    pub const DEACTIVATED_FILE: Self = Self(0x6283);
    /// The command could not be carried out.
    pub const EXECUTION_ERROR: Self = Self(0x6400);
    /// The memory failed.
    pub const MEMORY_FAILURE: Self = Self(0x6581);
    /// Wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// Secure messaging is not offered.
    pub const NO_SECURE_MESSAGING: Self = Self(0x6882);
    /// Command chaining is not offered.
    pub const NO_CHAINING: Self = Self(0x6884);
    /// The security status is not satisfied.
    pub const SECURITY_STATUS: Self = Self(0x6982);
    /// The password is blocked.
    pub const BLOCKED: Self = Self(0x6983);
    /// The password is deactivated, or the key is destroyed or exists.
    pub const DEACTIVATED: Self = Self(0x6984);
    /// The conditions of use are not satisfied; of a PIN: suspended.
    pub const CONDITIONS: Self = Self(0x6985);
    /// An object of secure messaging is missing.
    pub const SM_MISSING: Self = Self(0x6987);
    /// An object of secure messaging is wrong.
    pub const SM_WRONG: Self = Self(0x6988);
    /// The data field is wrong.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// The file or application was not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// P1 or P2 is wrong.
    pub const WRONG_P1P2: Self = Self(0x6A86);
    /// The referenced data was not found.
    pub const NO_REFERENCE: Self = Self(0x6A88);
    /// The instruction is not known.
    pub const WRONG_INS: Self = Self(0x6D00);
    /// The class is not known.
    pub const WRONG_CLA: Self = Self(0x6E00);

    /// SW1.
    #[must_use]
    pub fn sw1(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// SW2.
    #[must_use]
    pub fn sw2(self) -> u8 {
        self.0 as u8
    }

    /// Whether the command was done.
    #[must_use]
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// `63CX`: the number X of tries that are left.
    #[must_use]
    pub fn tries_left(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then_some(self.sw2() & 0x0F)
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// A response APDU.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Response data field (RDF).
    pub data: Vec<u8>,
    /// Status word.
    pub status: Status,
}

impl Response {
    /// An answer with data.
    #[must_use]
    pub fn new(data: impl Into<Vec<u8>>, status: Status) -> Self {
        Self {
            data: data.into(),
            status,
        }
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// [`ApduError::Length`] when there is no status word.
    pub fn parse(octets: &[u8]) -> Result<Self, ApduError> {
        let (data, &[sw1, sw2]) = octets.split_last_chunk::<2>().ok_or(ApduError::Length)?;
        Ok(Self::new(data, Status(u16::from_be_bytes([sw1, sw2]))))
    }

    /// The octets of the answer.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut octets = self.data.clone();
        octets.extend_from_slice(&self.status.0.to_be_bytes());
        octets
    }
}

impl From<Status> for Response {
    fn from(status: Status) -> Self {
        Self::new([], status)
    }
}

/// Prints the length and the status only.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} octets)", self.status, self.data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_written_and_read() {
        for (nc, ne) in [
            (0, None),
            (0, Some(1)),
            (0, Some(256)),
            (1, None),
            (255, Some(256)),
            (0, Some(257)),
            (0, Some(65_536)),
            (256, None),
            (256, Some(65_536)),
            (65_535, Some(300)),
            (3, Some(300)),
        ] {
            let mut command = Command::new(0, 0xB0, 1, 2).with_data(vec![7; nc]);
            command.ne = ne;
            let octets = command.encode().unwrap();
            assert!(
                Command::parse(&octets).unwrap() == command,
                "Nc {nc}, Ne {ne:?}"
            );
        }
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        assert_eq!(Command::parse(&[0, 1, 2]), Err(ApduError::Length));
        assert_eq!(Command::parse(&[0, 1, 2, 3, 5, 1]), Err(ApduError::Length));
        assert_eq!(
            Command::parse(&[0, 1, 2, 3, 0, 0, 9, 1]),
            Err(ApduError::Length)
        );
        assert_eq!(
            Command::parse(&[0, 1, 2, 3, 1, 9, 0, 0]),
            Err(ApduError::Length)
        );
        assert_eq!(
            Command::new(0, 1, 2, 3).with_ne(0).encode(),
            Err(ApduError::TooLong)
        );
        assert_eq!(Response::parse(&[0x90]), Err(ApduError::Length));
    }

    #[test]
    fn what_is_printed_shows_no_data() {
        let command = Command::new(0, 0x24, 0, 3).with_data(*b"123456654321");
        assert_eq!(format!("{command:?}"), "00240003 (12 octets, Ne None)");
    }
}
