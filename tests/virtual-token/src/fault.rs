//! What can go wrong at one command, on purpose.

use std::time::Duration;

use serde::Deserialize;

use crate::Card;

/// Tag of the MAC in a protected answer, and octets of its value.
const MAC: [u8; 2] = [0x8E, 8];

/// A fault at one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The card is pulled after it has carried the command out; nobody gets the answer.
    Remove,
    /// The card loses power for a moment before the command, as by a reset of somebody else, and
    /// answers in the state IS.
    Reset,
    /// The card carries the command out and answers late.
    Delay {
        /// How late.
        milliseconds: u64,
    },
    /// One bit of the MAC of a protected answer is another; of any other answer, one of its first
    /// octet.
    Corrupt,
    /// So many octets are missing at the end of the answer.
    Truncate {
        /// How many, at least 1.
        octets: usize,
    },
    /// The card carries the command out, and somebody replaces the whole answer by this status.
    Status {
        /// SW1 and SW2, hexadecimal digits.
        status: StatusWord,
    },
}

/// A status as four hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct StatusWord(pub u16);

impl TryFrom<String> for StatusWord {
    type Error = std::num::ParseIntError;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        u16::from_str_radix(&digits, 16).map(Self)
    }
}

impl Fault {
    /// The answer that goes out to `command`; `None` when the card is pulled instead.
    pub(crate) fn answer(self, card: &mut Card, command: &[u8]) -> Option<Vec<u8>> {
        if self == Self::Reset {
            card.power_on();
        }
        let mut answer = card.process(command);
        match self {
            Self::Remove => return None,
            Self::Reset => {}
            Self::Delay { milliseconds } => {
                std::thread::sleep(Duration::from_millis(milliseconds));
            }
            Self::Corrupt => {
                let at = answer.windows(2).rposition(|octets| octets == MAC);
                if let Some(octet) = answer.get_mut(at.map_or(0, |at| at + MAC.len())) {
                    *octet ^= 1;
                }
            }
            Self::Truncate { octets } => answer.truncate(answer.len().saturating_sub(octets)),
            Self::Status { status } => answer = status.0.to_be_bytes().to_vec(),
        }
        Some(answer)
    }
}
